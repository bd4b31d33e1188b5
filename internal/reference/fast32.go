package reference

import "math"

// The functions of this file are accurate enough to judge float32 results. Their relative
// error is below 2^-48 if the result is above 2^-1000. Smaller results are 0 in float32.

// Sigmoid32 returns 1/(1 + e^-x).
func Sigmoid32(x float32) float64 {
	u := float64(x)
	e := math.Exp(-math.Abs(u))
	if u < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// SigmoidDerivative32 returns e^-x/(1 + e^-x)².
func SigmoidDerivative32(x float32) float64 {
	e := math.Exp(-math.Abs(float64(x)))
	return e / ((1 + e) * (1 + e))
}

// Tanh32 returns the hyperbolic tangent of x.
func Tanh32(x float32) float64 {
	u := float64(x)
	m := math.Expm1(-2 * math.Abs(u))
	return math.Copysign(m/(2+m), u)
}

// TanhDerivative32 returns 4e^-2x/(1 + e^-2x)².
func TanhDerivative32(x float32) float64 {
	e := math.Exp(-2 * math.Abs(float64(x)))
	return 4 * e / ((1 + e) * (1 + e))
}
