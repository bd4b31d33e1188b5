package reference

import "math"

// Softplus returns log(1 + e^(β·x))/β.
func Softplus(x, beta float64) Value {
	return softplus(FromFloat(beta).Mul(FromFloat(x))).Div(FromFloat(beta)) // β·x is exact
}

// softplus returns log(1 + e^u) = max(u, 0) + log(1 + e^−|u|).
func softplus(u Value) Value {
	y := Log1p(ExpValue(u.Abs().Neg()))
	if u.Hi > 0 {
		y = y.Add(u)
	}
	return y
}

// SoftplusDerivative returns σ(β·x), the derivative of Softplus at x.
func SoftplusDerivative(x, beta float64) Value {
	return sigmoidValue(FromFloat(beta).Mul(FromFloat(x)))
}

// SoftplusDerivativeFromOutput returns 1 − e^(−β·y).
func SoftplusDerivativeFromOutput(y, beta float64) Value {
	return Expm1Value(FromFloat(-beta).Mul(FromFloat(y))).Neg()
}

// LogSigmoid returns −log(1 + e^−x).
func LogSigmoid(x float64) Value { return softplus(FromFloat(-x)).Neg() }

// LogSigmoidDerivative returns σ(−x), the derivative of LogSigmoid at x.
func LogSigmoidDerivative(x float64) Value { return Sigmoid(-x) }

// LogSigmoidDerivativeFromOutput returns 1 − e^y.
func LogSigmoidDerivativeFromOutput(y float64) Value { return Expm1(y).Neg() }

// Softplus32 returns log(1 + e^(β·x))/β.
func Softplus32(x, beta float32) float64 {
	return softplus32(float64(beta)*float64(x)) / float64(beta)
}

func softplus32(u float64) float64 { return max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))) }

// SoftplusDerivative32 returns σ(β·x).
func SoftplusDerivative32(x, beta float32) float64 {
	u := float64(beta) * float64(x)
	e := math.Exp(-math.Abs(u))
	if u < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// LogSigmoid32 returns −log(1 + e^−x).
func LogSigmoid32(x float32) float64 { return -softplus32(-float64(x)) }

// LogSigmoidDerivative32 returns σ(−x).
func LogSigmoidDerivative32(x float32) float64 { return Sigmoid32(-x) }
