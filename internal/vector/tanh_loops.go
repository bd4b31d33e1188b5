//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// Let e^−2|x| = t/eʳ with t = 2ⁿ, as in exponential_loops.go. For float32,
//
//	tanh |x| = 1 − 2t/(t + eʳ)     if |x| ≥ 1
//	tanh |x| = |x| + |x|³·P(x²)    if |x| < 1
//
// In the first line the quotient is below 0.24, so its rounding errors are small compared
// with an ULP of the result: 0.25 + 0.12 ULP before the last rounding. In the second line
// the polynomial adds less than 0.24·|x| to |x|, which is exact.

// tanhOf32 returns a function that sets a vector of dst to tanh x.
func tanhOf32(zero simd.Float32s) func(dst, x []float32) {
	reduce := reduce32(simd.BroadcastFloat32s(roundToPower32))
	limit := simd.BroadcastFloat32s(2 * tanhLimit32) // tanh reaches 1 at 9.0109
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x).ToBits()
		a := v.AndNot(sign).BitsToFloat32()
		z := a.Add(a)
		t, r := reduce(z.Min(limit)) // Min may lose a NaN, but a NaN is not at least 1
		d := one.Add(t).Add(growth32(r))
		far := one.Sub(t.Add(t).Div(d))
		y := far.IfElse(a.GreaterEqual(one), tanhNearZero32(a)).ToBits()
		y.Or(v.And(sign)).BitsToFloat32().Store(dst)
	}
}

// tanhNearZero32 returns tanh x for 0 ≤ x < 1.
func tanhNearZero32(x simd.Float32s) simd.Float32s {
	c := &tanhSeptic
	s := x.Mul(x)
	p := simd.LoadFloat32s(c[6][:]).MulAdd(s, simd.LoadFloat32s(c[5][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[4][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[3][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[1][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[0][:]))
	return p.MulAdd(s.Mul(x), x)
}

// For float64 that polynomial would need 15 terms. Another form is faster. The function
// R = h·coth h is even, so it is a polynomial in h² with half as many terms. With it,
//
//	e²ʰ = (R + h)/(R − h) = (1 + q)/(1 + q − 2h),   q = R − 1 + h
//
// Let e^−2|x| = t·e²ʰ with t = 2ⁿ. Then
//
//	tanh |x| = (1 − e^−2|x|)/(1 + e^−2|x|)
//	         = (a + a·q − 2h)/(b + b·q − 2h),   a = 1 − t,   b = 1 + t
//
// For the smallest |x|, a is 0, and the numerator is −2h, which is exact. So nothing
// cancels, and small |x| need no other formula. An error of q matters little, because q
// is in the numerator and in the denominator.
//
// The error of the numerator matters most for |x| slightly above ln2/4. There a is ½, the
// numerator is 0.245, and the rounding error of 2h is 0.7 ULP of the result. So the
// rounding errors of h and of the sums are kept, in minusRest, pRest and dRest. The error
// that remains is below 0.3 ULP: 0.1 from q, 0.1 from the correction of the quotient and
// 0.1 from the denominator.

// halfReductionOf64 returns a function of z = −|x|. It computes t, h, and minus the rounding
// error of h.
func halfReductionOf64() func(z simd.Float64s) (t, h, minusRest simd.Float64s) {
	roundTo := simd.BroadcastFloat64s(roundToPower64)
	return func(z simd.Float64s) (t, h, minusRest simd.Float64s) {
		c := &halfReduction64
		k := simd.LoadFloat64s(c.twoLog2e[:]).MulAdd(z, roundTo)
		t = k.ToBits().ShiftAllLeft(fractionBits64).BitsToFloat64()
		k = k.Sub(roundTo)
		z = simd.LoadFloat64s(c.minusHigh[:]).MulAdd(k, z) // exact
		h = simd.LoadFloat64s(c.minusLow[:]).MulAdd(k, z)
		return t, h, k.MulAdd(simd.LoadFloat64s(c.low[:]), h.Sub(z))
	}
}

// fraction64 returns a function of t, q, h and minus the rounding error of h. It computes
// the numerator p and the denominator d, each with its rounding error.
func fraction64() func(t, q, h, minusRest simd.Float64s) (p, pRest, d, dRest simd.Float64s) {
	one := simd.BroadcastFloat64s(1)
	two := simd.BroadcastFloat64s(2)
	minusTwo := simd.BroadcastFloat64s(-2)
	return func(t, q, h, minusRest simd.Float64s) (p, pRest, d, dRest simd.Float64s) {
		b := one.Add(t)
		a := two.Sub(b) // exact
		h = h.Mul(minusTwo)
		x := q.MulAdd(a, h)
		y := q.Mul(b).Add(h)
		p, d = a.Add(x), b.Add(y)
		pRest = q.MulAdd(a, a.Sub(p).Add(h)).Sub(t.MulAdd(two, a.Sub(b)))
		dRest = b.Sub(d).Add(y)
		return p, b.MulAdd(minusRest, pRest), d, a.MulAdd(minusRest, dRest)
	}
}

// tanhOf64 returns a function that sets a vector of dst to tanh x.
func tanhOf64(zero simd.Float64s) func(dst, x []float64) {
	reduce, fraction := halfReductionOf64(), fraction64()
	limit := simd.BroadcastFloat64s(-tanhLimit64) // tanh reaches 1 at 19.0615
	sign := simd.BroadcastUint64s(signBit64)
	seed := simd.BroadcastUint64s(0x7fde666666666666) // as integers, seed − d is 1/d with an error of 5.2 %
	return func(dst, x []float64) {
		v := simd.LoadFloat64s(x).ToBits()
		z := v.Or(sign).BitsToFloat64()
		t, h, minusRest := reduce(limit.IfElse(z.Less(limit), z))
		p, pRest, d, dRest := fraction(t, cothSeries64(h), h, minusRest)
		u := p.Div(d)
		minus := u.ToBits().Xor(sign).BitsToFloat64()
		inverse := seed.Sub(d.ToBits()).BitsToFloat64()
		e := residual64(d, minus, p).Add(dRest.MulAdd(minus, pRest))
		inverse.MulAdd(e, u).ToBits().Or(v.And(sign)).BitsToFloat64().Store(dst)
	}
}

// cothSeries64 returns q = h·coth h − 1 + h.
func cothSeries64(h simd.Float64s) simd.Float64s {
	c := &coth
	s := h.Mul(h)
	p := simd.LoadFloat64s(c[4][:]).MulAdd(s, simd.LoadFloat64s(c[3][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[1][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[0][:]))
	return p.MulAdd(s, h)
}

//vector:elementwise
func tanh32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, tanhOf32(zero))
}

// TanhAt32 returns tanh x, with the same bits as Tanh.
//
//vector:narrowest
func TanhAt32(x float32) float32 {
	reduce := reduce32(simd.BroadcastFloat32s(roundToPower32))
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	v := simd.BroadcastFloat32s(x).ToBits()
	a := v.AndNot(sign).BitsToFloat32()
	z := a.Add(a)
	if x > tanhLimit32 || x < -tanhLimit32 {
		z = simd.BroadcastFloat32s(2 * tanhLimit32)
	}
	t, r := reduce(z)
	d := one.Add(t).Add(growth32(r))
	far := one.Sub(t.Add(t).Div(d))
	y := far.IfElse(a.GreaterEqual(one), tanhNearZero32(a)).ToBits()
	return first32(y.Or(v.And(sign)).BitsToFloat32())
}

// TanhAt64 returns tanh x, with the same bits as Tanh.
//
//vector:narrowest
func TanhAt64(x float64) float64 {
	reduce, fraction := halfReductionOf64(), fraction64()
	sign := simd.BroadcastUint64s(signBit64)
	seed := simd.BroadcastUint64s(0x7fde666666666666)
	v := simd.BroadcastFloat64s(x).ToBits()
	z := v.Or(sign).BitsToFloat64()
	if x > tanhLimit64 || x < -tanhLimit64 {
		z = simd.BroadcastFloat64s(-tanhLimit64)
	}
	t, h, minusRest := reduce(z)
	p, pRest, d, dRest := fraction(t, cothSeries64(h), h, minusRest)
	u := p.Div(d)
	minus := u.ToBits().Xor(sign).BitsToFloat64()
	inverse := seed.Sub(d.ToBits()).BitsToFloat64()
	e := residual64(d, minus, p).Add(dRest.MulAdd(minus, pRest))
	return first64(inverse.MulAdd(e, u).ToBits().Or(v.And(sign)).BitsToFloat64())
}

//vector:elementwise
func tanhFromOutput32(dst, y, upstream []float32) {
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	sign := simd.BroadcastUint32s(signBit32)
	binary32(dst, y, upstream, zero, func(dst, y, g []float32) {
		v := simd.LoadFloat32s(y).ToBits().AndNot(sign).BitsToFloat32()
		a := one.Sub(v)
		a.Add(a.Mul(v)).Mul(simd.LoadFloat32s(g)).Store(dst)
	})
}
