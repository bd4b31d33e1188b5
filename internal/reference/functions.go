package reference

import (
	"math"
	"math/big"
)

// The functions of this file have a relative error below 2^-96.

var one = FromFloat(1)

// ln2 is the logarithm of 2 as the sum of three floats, which together have 159 bits.
var ln2 = bigParts(BigLog(new(big.Float).SetPrec(320).SetInt64(2)))

// inverseFactorial[n] is 1/n!.
var inverseFactorial = func() (table [11]dd) {
	table[0] = dd{1, 0}
	for n := 1; n < len(table); n++ {
		table[n] = table[n-1].div(dd{float64(n), 0})
	}
	return table
}()

// Exp returns e^x. If |x| ≥ 2^20, which is far outside the range of float64, it returns 0
// or +Inf.
func Exp(x float64) Value { return ExpValue(FromFloat(x)) }

// Expm1 returns e^x − 1, accurate near 0.
func Expm1(x float64) Value { return Expm1Value(FromFloat(x)) }

// ExpValue returns e^v. If |v| ≥ 2^20, it returns 0 or +Inf.
func ExpValue(v Value) Value {
	switch {
	case v.Exp < -60 || v.special() && finite(v.Hi):
		return one.Add(Expm1Value(v))
	case v.Exp >= 20 || v.special():
		return Value{Hi: math.Exp(v.Hi * 0x1p20)} // 0, +Inf or NaN
	}
	m, k := v.expm1Parts()
	return normalise(m.add(dd{1, 0}), k)
}

// Expm1Value returns e^v − 1, accurate near 0.
func Expm1Value(v Value) Value {
	switch {
	case v.Hi == 0:
		return v
	case v.Exp < -60: // v + v²/2; the next term is below v·2^-122
		return v.Add(v.Mul(v).Scale(-1))
	case v.Exp >= 20 || v.special():
		return Value{Hi: math.Expm1(v.Hi * 0x1p20)} // -1, +Inf or NaN
	}
	m, k := v.expm1Parts()
	if k == 0 {
		return normalise(m, 0)
	}
	return normalise(m.add(dd{1, 0}), k).Sub(one)
}

// expm1Parts returns m and k with e^v = (1 + m)·2^k, for 2^-60 ≤ |v| < 2^20. |log(1+m)|
// is at most about ½ log 2. If k is 0, m has a small relative error.
func (v Value) expm1Parts() (m dd, k int) {
	s := powerOfTwo(v.Exp)
	x := dd{v.Hi * s, v.Lo * s}
	n := math.RoundToEven(x.hi / math.Ln2)
	// r = v − n·log 2. The leading bits cancel, and the third part of the logarithm
	// supplies as many at the end.
	r := x
	for _, part := range ln2 {
		r = r.add(twoProduct(-n, part))
	}
	// For t = r/2⁸, |t| < 0.0014, so the error of ten terms of the series is below
	// t·2^-120.
	t := dd{r.hi * 0x1p-8, r.lo * 0x1p-8}
	m = inverseFactorial[10]
	for i := 9; i >= 1; i-- {
		m = m.mul(t).add(inverseFactorial[i])
	}
	m = m.mul(t)
	// e^2t − 1 = (e^t − 1)·(e^t − 1 + 2), eight times.
	for range 8 {
		m = m.mul(m.add(dd{2, 0}))
	}
	return m, int(n)
}

// Log returns the natural logarithm of v, accurate near 1.
func Log(v Value) Value {
	if v.special() || v.Hi < 0 {
		return Value{Hi: math.Log(v.Hi)}
	}
	m := Value{v.Hi, v.Lo, 0}
	k := v.Exp
	if m.Hi > math.Sqrt2 {
		m.Exp, k = -1, k+1
	}
	// 0.7 < m < 1.42, so the two logarithms cannot cancel.
	log2 := normalise(dd{ln2[0], ln2[1]}, 0)
	return log1p(m.Sub(one)).Add(FromFloat(float64(k)).Mul(log2))
}

// Log1p returns log(1 + v), accurate near 0.
func Log1p(v Value) Value {
	if w := v.Float64(); !(w > -0.5 && w < 1) {
		return Log(one.Add(v))
	}
	return log1p(v)
}

// log1p returns log(1 + v) for −½ < v < 1. It takes the float64 from package math, and
// doubles its bits by one step of Newton's method.
func log1p(v Value) Value {
	if v.Hi == 0 {
		return v
	}
	if v.Exp < -60 { // v − v²/2
		return v.Sub(v.Mul(v).Scale(-1))
	}
	y := FromFloat(math.Log1p(v.Float64()))
	// log(1+v) − y = log(1 + d) with the tiny d = (1+v)/e^y − 1.
	d := v.Sub(Expm1Value(y)).Mul(ExpValue(y.Neg()))
	return y.Add(d.Sub(d.Mul(d).Scale(-1)))
}

// Sigmoid returns 1/(1 + e^-x).
func Sigmoid(x float64) Value { return sigmoidValue(FromFloat(x)) }

func sigmoidValue(x Value) Value {
	e := ExpValue(x.Abs().Neg())
	if x.Hi < 0 {
		return e.Div(one.Add(e))
	}
	return one.Div(one.Add(e))
}

// SigmoidDerivative returns e^-x/(1 + e^-x)², the derivative of Sigmoid at x.
// It is an even function.
func SigmoidDerivative(x float64) Value { return sigmoidDerivative(FromFloat(x)) }

func sigmoidDerivative(x Value) Value {
	e := ExpValue(x.Abs().Neg())
	d := one.Add(e)
	return e.Div(d.Mul(d))
}

// SigmoidDerivativeFromOutput returns y·(1 − y).
func SigmoidDerivativeFromOutput(y float64) Value {
	v := FromFloat(y)
	return v.Mul(one.Sub(v))
}

// Tanh returns the hyperbolic tangent of x.
func Tanh(x float64) Value {
	m := Expm1Value(FromFloat(math.Abs(x)).Scale(1).Neg())
	if x == 0 {
		return Value{Hi: x}
	}
	t := m.Neg().Div(FromFloat(2).Add(m))
	if x < 0 {
		return t.Neg()
	}
	return t
}

// TanhDerivative returns 4e^-2x/(1 + e^-2x)², the derivative of Tanh at x. It equals
// 1 − tanh² x, but nothing cancels.
func TanhDerivative(x float64) Value { return sigmoidDerivative(FromFloat(x).Scale(1)).Scale(2) }

// TanhDerivativeFromOutput returns (1 − y)·(1 + y).
func TanhDerivativeFromOutput(y float64) Value {
	v := FromFloat(y)
	return one.Sub(v).Mul(one.Add(v))
}
