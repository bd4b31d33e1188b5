package reference

import "math"

// The constants of SELU. The activation rounds them to its element type. For float32,
// tests therefore use float64(float32(SELUScale)).
const (
	SELUAlpha = 1.6732632423543772848170429916717
	SELUScale = 1.0507009873554804934193349852946
)

// SELU returns scale·x for x > 0, else scale·α·(eˣ − 1).
func SELU(x, alpha, scale float64) Value {
	s := FromFloat(scale)
	if x > 0 {
		return s.Mul(FromFloat(x))
	}
	return s.Mul(FromFloat(alpha)).Mul(Expm1(x))
}

// SELUDerivative returns scale for x > 0, else scale·α·eˣ.
func SELUDerivative(x, alpha, scale float64) Value {
	s := FromFloat(scale)
	if x > 0 {
		return s
	}
	return s.Mul(FromFloat(alpha)).Mul(Exp(x))
}

// SELUDerivativeFromOutput returns scale for y > 0, else y + scale·α.
func SELUDerivativeFromOutput(y, alpha, scale float64) Value {
	s := FromFloat(scale)
	if y > 0 {
		return s
	}
	return s.Mul(FromFloat(alpha)).Add(FromFloat(y))
}

// CELU returns x for x > 0, else α·(e^(x/α) − 1).
func CELU(x, alpha float64) Value {
	if x > 0 {
		return FromFloat(x)
	}
	a := FromFloat(alpha)
	return a.Mul(Expm1Value(FromFloat(x).Div(a)))
}

// CELUDerivative returns 1 for x > 0, else e^(x/α).
func CELUDerivative(x, alpha float64) Value {
	if x > 0 {
		return one
	}
	return ExpValue(FromFloat(x).Div(FromFloat(alpha)))
}

// CELUDerivativeFromOutput returns 1 for y > 0, else y/α + 1.
func CELUDerivativeFromOutput(y, alpha float64) Value {
	if y > 0 {
		return one
	}
	a := FromFloat(alpha)
	return FromFloat(y).Add(a).Div(a)
}

// SELU32 returns scale·x for x > 0, else scale·α·(eˣ − 1).
func SELU32(x, alpha, scale float32) float64 {
	if x > 0 {
		return float64(scale) * float64(x)
	}
	return float64(scale) * float64(alpha) * math.Expm1(float64(x))
}

// SELUDerivative32 returns scale for x > 0, else scale·α·eˣ.
func SELUDerivative32(x, alpha, scale float32) float64 {
	if x > 0 {
		return float64(scale)
	}
	return float64(scale) * float64(alpha) * math.Exp(float64(x))
}

// CELU32 returns x for x > 0, else α·(e^(x/α) − 1).
func CELU32(x, alpha float32) float64 {
	if x > 0 {
		return float64(x)
	}
	q, rest := quotient(float64(x), float64(alpha))
	return float64(alpha) * (math.Expm1(q) + rest*math.Exp(q))
}

// CELUDerivative32 returns 1 for x > 0, else e^(x/α).
func CELUDerivative32(x, alpha float32) float64 {
	if x > 0 {
		return 1
	}
	q, rest := quotient(float64(x), float64(alpha))
	e := math.Exp(q)
	return e + rest*e
}

// quotient returns x/a as the sum of two floats. Below −1000, where e^(x/a) is 0, rest is
// 0.
func quotient(x, a float64) (q, rest float64) {
	if q = x / a; q < -1000 {
		return q, 0
	}
	return q, math.FMA(-q, a, x) / a
}
