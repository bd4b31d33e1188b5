package reference

import (
	"math"
	"math/big"
)

// With a = eˣ, mish is x·(a² + 2a)/(a² + 2a + 2), and its derivative is
//
//	a·ω/(a² + 2a + 2)²,   ω = 4(x + 1) + a·(4x + 6) + 4a² + a³
//
// mish.root is the zero x₀ of ω, and mish.a is e^x₀.
var mish = func() (c struct {
	root root
	a    Value
}) {
	c.root = newRoot(-1.1924312145154952, func(x *big.Float) *big.Float {
		a := BigExp(x)
		s := bigNumber(4)
		s.Mul(s.Add(a, s), a)
		x4 := bigNumber(4)
		x4.Mul(x4, x)
		s.Add(s, x4)
		s.Mul(s.Add(s, bigNumber(6)), a)
		return s.Add(s.Add(s, x4), bigNumber(4))
	})
	c.a = ExpValue(c.root.value)
	return c
}()

// Mish returns x·tanh(log(1 + eˣ)).
func Mish(x float64) Value {
	switch {
	case x == 0 || math.IsInf(x, 1):
		return FromFloat(x)
	case math.IsInf(x, -1):
		return Value{Hi: math.Copysign(0, -1)}
	}
	a := Exp(-math.Abs(x))
	var n, rest Value // tanh log(1 + eˣ) = n/(n + rest)
	if x < 0 {
		n, rest = a.Mul(a.Add(two)), two
	} else { // numerator and denominator are divided by e^2x
		n, rest = one.Add(two.Mul(a)), two.Mul(a).Mul(a)
	}
	return FromFloat(x).Mul(n).Div(n.Add(rest))
}

// MishDerivative returns the derivative of Mish at x.
//
// For x < 0, let d = x − x₀ and m = eᵈ − 1. Then a = a₀·(1 + m). Because ω(x₀) = 0,
//
//	ω(x) = 4d·(1 + a₀) + a₀·m·((4x + 6) + 4a₀·(2 + m) + a₀²·(3 + 3m + m²))
//
// If the two terms have different signs, the first is at least five times as large as the
// second, so they do not cancel.
func MishDerivative(x float64) Value {
	switch {
	case math.IsInf(x, 1):
		return one
	case math.IsInf(x, -1):
		return Value{}
	}
	a := Exp(-math.Abs(x))
	u, four := FromFloat(x), FromFloat(4)
	if x > 0 { // numerator and denominator are divided by e^4x
		f := four.Mul(u.Add(one)).Mul(a).Add(four.Mul(u).Add(six)).Mul(a).Add(four).Mul(a).Add(one)
		s := two.Mul(a).Add(two).Mul(a).Add(one)
		return f.Div(s.Mul(s))
	}
	d, a0 := mish.root.distance(u), mish.a
	m := Expm1Value(d)
	cube := three.Add(m.Mul(three.Add(m)))
	f := four.Mul(u).Add(six).Add(four.Mul(a0).Mul(two.Add(m))).Add(a0.Mul(a0).Mul(cube))
	f = four.Mul(d).Mul(one.Add(a0)).Add(a0.Mul(m).Mul(f))
	s := a.Add(two).Mul(a).Add(two)
	return a.Mul(f).Div(s.Mul(s))
}

// Mish32 returns x·tanh(log(1 + eˣ)).
func Mish32(x float32) float64 {
	u := float64(x)
	switch {
	case u > 1000:
		return u
	case u < -1000:
		return math.Copysign(0, -1)
	}
	a := math.Exp(-math.Abs(u))
	if u < 0 {
		n := a * (a + 2)
		return u * (n / (n + 2))
	}
	return u * ((1 + 2*a) / (1 + 2*a + 2*a*a))
}

// MishDerivative32 returns the derivative of Mish32 at x.
func MishDerivative32(x float32) float64 {
	u := float64(x)
	switch {
	case u > 1000:
		return 1
	case u < -1000:
		return 0
	}
	a := math.Exp(-math.Abs(u))
	if u > 0 {
		s := 1 + a*(2+2*a)
		return (1 + a*(4+a*((4*u+6)+a*(4*(u+1))))) / (s * s)
	}
	d, a0 := mish.root.distance32(u), math.Ldexp(mish.a.Hi, mish.a.Exp)
	m := math.Expm1(d)
	f := 4*d*(1+a0) + a0*m*((4*u+6)+4*a0*(2+m)+a0*a0*(3+m*(3+m)))
	s := a*(a+2) + 2
	return a * f / (s * s)
}
