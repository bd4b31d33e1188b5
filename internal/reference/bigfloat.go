package reference

import "math/big"

// The functions of this file return f(x) with the precision of x. x must be finite, and
// its precision must not be 0.

// guard is the number of additional bits of intermediate results. Halving and doubling
// the argument loses fewer.
const guard = 128

// working returns a copy of x with guard more bits, and a function that makes integers of
// the same precision.
func working(x *big.Float) (*big.Float, func(int64) *big.Float) {
	precision := x.Prec() + guard
	small := func(n int64) *big.Float { return new(big.Float).SetPrec(precision).SetInt64(n) }
	return new(big.Float).SetPrec(precision).Set(x), small
}

// rounded returns y rounded to the precision of x.
func rounded(y, x *big.Float) *big.Float { return y.SetPrec(x.Prec()) }

// BigExpm1 returns e^x − 1. It adds up the Taylor series of t = x/2ᵏ, and then applies
// e^2t − 1 = (e^t − 1)·(e^t − 1 + 2) k times.
func BigExpm1(x *big.Float) *big.Float {
	t, small := working(x)
	if x.Sign() < 0 { // the series is for t > 0: e^-t − 1 = −(e^t − 1)/e^t
		m := BigExpm1(t.Neg(t))
		e := small(1)
		e.Add(e, m)
		return rounded(m.Neg(m.Quo(m, e)), x)
	}
	if x.Sign() == 0 {
		return rounded(t, x)
	}
	halvings := max(0, t.MantExp(nil)+16)
	t.SetMantExp(t, -halvings)
	sum, term := small(0), small(1)
	for n := int64(1); ; n++ {
		term.Quo(term.Mul(term, t), small(n))
		sum.Add(sum, term)
		if term.MantExp(nil) < sum.MantExp(nil)-int(sum.Prec()) {
			break
		}
	}
	two := small(2)
	for range halvings {
		factor := new(big.Float).Add(sum, two)
		sum.Mul(sum, factor)
	}
	return rounded(sum, x)
}

// BigExp returns e^x.
func BigExp(x *big.Float) *big.Float {
	t, small := working(x)
	e := small(1)
	e.Add(e, BigExpm1(t.Abs(t)))
	if x.Sign() < 0 {
		e.Quo(small(1), e)
	}
	return rounded(e, x)
}

// BigLog1p returns log(1 + x) for x > −1. With y = √(1+x) − 1 = x/(1 + √(1+x)), it
// applies
//
//	log(1 + x) = 2·log(1 + y)
//
// until y is small. Then it adds up a series for s = y/(2 + y):
//
//	log(1 + y) = 2·artanh s = 2·(s + s³/3 + s⁵/5 + …)
func BigLog1p(x *big.Float) *big.Float {
	y, small := working(x)
	if x.Sign() == 0 {
		return rounded(y, x)
	}
	one, two := small(1), small(2)
	doublings := 1
	for ; y.MantExp(nil) > -16; doublings++ {
		root := small(0).Add(one, y)
		root.Sqrt(root)
		y.Quo(y, root.Add(root, one))
	}
	s := small(0).Quo(y, small(0).Add(two, y))
	square := small(0).Mul(s, s)
	sum, power := small(0), small(0).Set(s)
	for n := int64(1); ; n += 2 {
		term := small(0).Quo(power, small(n))
		sum.Add(sum, term)
		if term.MantExp(nil) < sum.MantExp(nil)-int(sum.Prec()) {
			break
		}
		power.Mul(power, square)
	}
	return rounded(sum.SetMantExp(sum, doublings), x)
}

// BigLog returns the natural logarithm of x, for x > 0.
func BigLog(x *big.Float) *big.Float {
	t, small := working(x)
	one := small(1)
	if x.Cmp(big.NewFloat(0.5)) < 0 { // x − 1 would lose the bits of x
		t.Quo(one, t)
		return rounded(t.Neg(BigLog1p(t.Sub(t, one))), x)
	}
	return rounded(BigLog1p(t.Sub(t, one)), x)
}

// BigSigmoid returns 1/(1 + e^-x).
func BigSigmoid(x *big.Float) *big.Float {
	t, small := working(x)
	e := BigExp(t.Neg(t))
	return rounded(e.Quo(small(1), e.Add(e, small(1))), x)
}

// BigSigmoidDerivative returns e^-x/(1 + e^-x)².
func BigSigmoidDerivative(x *big.Float) *big.Float {
	t, small := working(x)
	e := BigExp(t.Neg(t))
	d := small(0).Add(e, small(1))
	return rounded(e.Quo(e, d.Mul(d, d)), x)
}

// BigTanh returns the hyperbolic tangent (e^2x − 1)/(e^2x + 1).
func BigTanh(x *big.Float) *big.Float {
	t, small := working(x)
	m := BigExpm1(t.SetMantExp(t, 1))
	return rounded(m.Quo(m, small(0).Add(m, small(2))), x)
}

// BigTanhDerivative returns 4e^-2x/(1 + e^-2x)².
func BigTanhDerivative(x *big.Float) *big.Float {
	t, _ := working(x)
	d := BigSigmoidDerivative(t.SetMantExp(t, 1))
	return rounded(d.SetMantExp(d, 2), x)
}

// BigPi returns π, by Machin's formula 4·(4·arctan ⅕ − arctan 1/239).
func BigPi(precision uint) *big.Float {
	arctan := func(n int64) *big.Float { // of 1/n
		x := new(big.Float).SetPrec(precision + guard).SetInt64(n)
		power := x.Quo(big.NewFloat(1), x)
		sum := new(big.Float).Set(power)
		square := new(big.Float).SetInt64(n * n)
		for k := int64(3); power.MantExp(nil) > -int(precision+guard); k += 2 {
			power.Neg(power.Quo(power, square))
			sum.Add(sum, new(big.Float).Quo(power, new(big.Float).SetInt64(k)))
		}
		return sum
	}
	pi := arctan(5)
	pi.SetMantExp(pi, 2)
	pi.Sub(pi, arctan(239))
	return pi.SetMantExp(pi, 2).SetPrec(precision)
}

// BigNormalDensity returns φ(x) = e^(−x²/2)/√(2π), the density of the normal
// distribution.
func BigNormalDensity(x *big.Float) *big.Float {
	t, _ := working(x)
	t.Mul(t, t)
	e := BigExp(t.Neg(t.SetMantExp(t, -1)))
	root := BigPi(t.Prec())
	root.Sqrt(root.SetMantExp(root, 1))
	return rounded(e.Quo(e, root), x)
}

// BigNormal returns Φ(x) = ½·erfc(−x/√2), the integral of φ up to x:
//
//	Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + …)
//
// For x < 0 the two terms nearly cancel, and about e^(−x²/2) is left. So the sum has that
// many more bits, which makes the function slow for |x| above 100.
func BigNormal(x *big.Float) *big.Float {
	f, _ := x.Float64()
	wide := new(big.Float).SetPrec(x.Prec() + guard + uint(0.75*f*f)).Set(x)
	square := new(big.Float).Mul(wide, wide)
	sum, term := new(big.Float).Set(wide), new(big.Float).Set(wide)
	for n := int64(3); term.Sign() != 0 && term.MantExp(nil) >= sum.MantExp(nil)-int(wide.Prec()); n += 2 {
		term.Quo(term.Mul(term, square), new(big.Float).SetInt64(n))
		sum.Add(sum, term)
	}
	sum.Mul(sum, BigNormalDensity(wide))
	return rounded(sum.Add(sum, big.NewFloat(0.5)), x)
}
