package reference

import "math"

// The functions of this file consist of a few additions, multiplications and divisions,
// and a square root.

var (
	two   = FromFloat(2)
	three = FromFloat(3)
	six   = FromFloat(6)
)

// Softsign returns x/(1 + |x|).
func Softsign(x float64) Value {
	if math.IsInf(x, 0) {
		return FromFloat(math.Copysign(1, x))
	}
	return FromFloat(x).Div(one.Add(FromFloat(x).Abs()))
}

// SoftsignDerivative returns 1/(1 + |x|)², the derivative of Softsign at x.
func SoftsignDerivative(x float64) Value {
	d := one.Add(FromFloat(x).Abs())
	return one.Div(d.Mul(d))
}

// SoftsignDerivativeFromOutput returns (1 − |y|)².
func SoftsignDerivativeFromOutput(y float64) Value {
	d := one.Sub(FromFloat(y).Abs())
	return d.Mul(d)
}

// HardSwish returns x·clip(x/6 + ½, 0, 1).
func HardSwish(x float64) Value {
	switch v := FromFloat(x); {
	case x >= 3 || x != x || x == 0:
		return v
	case x <= -3:
		return Value{Hi: math.Copysign(0, -1)}
	default:
		return v.Mul(v.Add(three)).Div(six)
	}
}

// HardSwishDerivative returns (2x + 3)/6 between −3 and 3, the derivative of
// HardSwish at x. It is 0 at −3 and below, and 1 at 3 and above.
func HardSwishDerivative(x float64) Value {
	switch v := FromFloat(x); {
	case x >= 3:
		return one
	case x <= -3:
		return Value{}
	default:
		return v.Scale(1).Add(three).Div(six)
	}
}

// HardSigmoid returns clip(slope·x + ½, 0, 1). A slope of 0 means ⅙, for which there is
// no float.
func HardSigmoid(x, slope float64) Value {
	y := hardLine(x, slope)
	switch {
	case y.Hi < 0:
		return Value{}
	case y.Hi > 0 && y.Sub(one).Hi > 0:
		return one
	}
	return y
}

// HardSigmoidDerivative returns the slope if the result of HardSigmoid is between 0 and
// 1, else 0.
func HardSigmoidDerivative(x, slope float64) Value {
	y := hardLine(x, slope)
	switch {
	case y.Hi != y.Hi:
		return y
	case y.Hi <= 0 || y.Sub(one).Hi >= 0:
		return Value{}
	case slope == 0:
		return one.Div(six)
	}
	return FromFloat(slope)
}

// hardLine returns slope·x + ½, not clipped.
func hardLine(x, slope float64) Value {
	if slope == 0 {
		return FromFloat(x).Add(three).Div(six)
	}
	return FromFloat(slope).Mul(FromFloat(x)).Add(one.Scale(-1))
}

// SquaredReLUDerivativeFromOutput returns 2√y, for y ≥ 0.
func SquaredReLUDerivativeFromOutput(y float64) Value {
	v := FromFloat(y)
	if v.special() {
		return v
	}
	odd := v.Exp & 1
	m := v.Scale(odd - v.Exp) // 1 ≤ m < 4
	s := FromFloat(math.Sqrt(m.Float64()))
	rest := m.Sub(s.Mul(s)).Div(s.Scale(1)) // a step of Newton's method
	return s.Add(rest).Scale((v.Exp-odd)/2 + 1)
}

// Softsign32 returns x/(1 + |x|).
func Softsign32(x float32) float64 {
	if math.IsInf(float64(x), 0) {
		return math.Copysign(1, float64(x))
	}
	return float64(x) / (1 + math.Abs(float64(x)))
}

// SoftsignDerivative32 returns 1/(1 + |x|)².
func SoftsignDerivative32(x float32) float64 {
	d := 1 + math.Abs(float64(x))
	return 1 / (d * d)
}

// HardSwish32 returns x·clip(x/6 + ½, 0, 1).
func HardSwish32(x float32) float64 {
	u := float64(x)
	switch {
	case u >= 3:
		return u
	case u <= -3:
		return math.Copysign(0, -1)
	}
	return u * (u + 3) / 6
}

// HardSwishDerivative32 returns (2x + 3)/6 between −3 and 3, else 0 or 1.
func HardSwishDerivative32(x float32) float64 {
	u := float64(x)
	switch {
	case u >= 3:
		return 1
	case u <= -3:
		return 0
	}
	return (2*u + 3) / 6
}

// HardSigmoid32 returns clip(slope·x + ½, 0, 1). A slope of 0 means ⅙.
func HardSigmoid32(x, slope float32) float64 {
	return max(0, min(1, hardLine32(x, slope)))
}

// HardSigmoidDerivative32 returns the slope if the result of HardSigmoid32 is between 0
// and 1, else 0.
func HardSigmoidDerivative32(x, slope float32) float64 {
	switch y := hardLine32(x, slope); {
	case y != y:
		return y
	case y <= 0 || y >= 1:
		return 0
	case slope == 0:
		return 1. / 6
	}
	return float64(slope)
}

func hardLine32(x, slope float32) float64 {
	if slope == 0 {
		return (float64(x) + 3) / 6
	}
	return math.FMA(float64(slope), float64(x), 0.5)
}
