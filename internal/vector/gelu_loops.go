//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// GELU is max(x, 0) − z·Φ(−z) for z = |x|, and GELUTanh is max(x, 0) − z·σ(−v), with the v
// of z. So both lose nothing on the left if Φ(−z) and σ(−v) have a small relative error.
// They are computed as
//
//	e^((s + L(z))/2)
//
// with s = −z² or s = −2v, which fall as fast as the logarithm, and a nearly constant L. L is
// a polynomial for each of eight intervals:
//
//	L(a+b) = n₀·(ln 2)/4 + c₀ + b·(c₁ + b·(c₂ + … + b·c₇)),   |c₀| ≤ (ln 2)/8
//
// Each lane takes the coefficients of its interval from vectors of eight. That is one
// instruction for each at 256 and 512 bits, and the whole function needs no division. (With
// one polynomial for all z, in 1/(z + 3), GELU at 256 bits takes 3.4 times as long as σ.
// This form takes 2.1 times as long.) For GELU, the borders of the intervals are 2ʲ − 1 and
// 3·2ʲ⁻¹ − 1. So the number of the interval is in the exponent and the first bit of
// 2z + 2. For GELUTanh they are ¾ apart, and the number is that of the nearest point a.
//
// The exponent without n₀ is n·(ln 2)/4 + r, and the result is 2^((n + n₀)/8)·e^(r/2). The
// eighths of the power of two come from a table, too. So |r| is at most (ln 2)/4: r and
// e^(r/2) − 1 are small, and so are their rounding errors.

// chord32 returns c₁ + b·(c₂ + … + b·c₇) for the interval i and the b of each lane.
//
//vector:wide
func chord32(p *intervals, i simd.Uint32s, b simd.Float32s) simd.Float32s {
	y := lookup32(&p.c[7], i)
	y = y.MulAdd(b, lookup32(&p.c[6], i))
	y = y.MulAdd(b, lookup32(&p.c[5], i))
	y = y.MulAdd(b, lookup32(&p.c[4], i))
	y = y.MulAdd(b, lookup32(&p.c[3], i))
	y = y.MulAdd(b, lookup32(&p.c[2], i))
	return y.MulAdd(b, lookup32(&p.c[1], i))
}

// reduceExponent32 returns r, and n + n₀ in the lowest bits of n, for the exponent s − lost
// + L(a+b) and the result chord of chord32. Only the last sum and the product with b round
// something that counts.
//
//vector:wide
func reduceExponent32(p *intervals, i simd.Uint32s, b, chord, s, lost simd.Float32s) (n simd.Uint32s, r simd.Float32s) {
	c := &quarterReduction
	k := b.MulAdd(chord, s).MulAdd(simd.LoadFloat32s(c.inverse[:]), simd.LoadFloat32s(c.roundToInt[:]))
	n = k.Add(lookup32(&p.n, i)).ToBits()
	k = k.Sub(simd.LoadFloat32s(c.roundToInt[:]))
	low := simd.LoadFloat32s(c.low[:]).MulAdd(k, lookup32(&p.c[0], i)).Sub(lost)
	return n, simd.LoadFloat32s(c.high[:]).MulAdd(k, s).Add(chord.MulAdd(b, low))
}

// eighthPower32 returns scale and q with 2^(n/8)·e^(r/2) = scale·2⁻³²·(1 + q). The scale
// itself would be too small for a float.
//
//vector:wide
func eighthPower32(n simd.Uint32s, r simd.Float32s) (scale, q simd.Float32s) {
	c := &expHalf
	y := simd.LoadFloat32s(c[3][:]).MulAdd(r, simd.LoadFloat32s(c[2][:]))
	y = y.MulAdd(r, simd.LoadFloat32s(c[1][:]))
	y = y.MulAdd(r, simd.LoadFloat32s(c[0][:]))
	power := n.ShiftAllLeft(fractionBits32 - 3)
	scale = lookup32(&exp2Eighths.value, n).ToBits().Add(power).BitsToFloat32()
	return scale, y.MulAdd(r, lookup32(&exp2Eighths.rest, n))
}

// withoutTail32 returns positive − z·e for e = scale·2⁻³²·(1 + q) and minus = −z, and the
// rounding error of the result, both times 2³². positive is x for x ≥ 0, and −0 for x < 0 and
// x = −0. So the result for −0 is −0. That is the minimum of x and −0 as unsigned integers: all
// floats with a sign are above those without.
//
//vector:wide
func withoutTail32(positive, z, minus, scale, q simd.Float32s) (y, lost simd.Float32s) {
	tail := z.Mul(scale)
	rest := minus.MulAdd(scale, tail)
	base := positive.Mul(simd.LoadFloat32s(geluConstants.up[:]))
	y = base.Sub(tail)
	return y, tail.MulAdd(q, y.Sub(base).Add(tail).Sub(rest))
}

// geluProduct32 returns the result for x and what withoutTail32 gives, times value, rounded
// once. From geluLinear on, and at +Inf, that is x times value.
//
//vector:wide
func geluProduct32(x, y, lost, value simd.Float32s, sign simd.Uint32s) simd.Float32s {
	c := &geluConstants
	down := simd.LoadFloat32s(c.down[:])
	sum := y.Sub(lost)
	rest := y.Sub(sum).Sub(lost).Mul(down)
	inside := x.LessEqual(simd.LoadFloat32s(c.linear[:]))
	return times32(sum.Mul(down).IfElse(inside, x), rest.Masked(inside), value, sign)
}

// geluOf32 returns the function that sets a vector of dst to x·Φ(x) = max(x, 0) − z·Φ(−z).
//
//vector:wide
func geluOf32(zero simd.Float32s) func(dst, x []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	return func(dst, x []float32) {
		c := &geluConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		far := anyLane32(z.Greater(simd.LoadFloat32s(c.near[:])))
		if far {
			z = z.Min(simd.LoadFloat32s(c.limit[:]))
		}
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		s := minus.Mul(z)
		two := simd.LoadFloat32s(c.two[:])
		i := z.MulAdd(two, two).ToBits().ShiftAllRight(fractionBits32 - 1)
		b := z.Sub(lookup32(&geluPieces.a, i))
		scale, q := eighthPower32(reduceExponent32(&geluPieces, i, b, chord32(&geluPieces, i, b), s, z.MulAdd(z, s)))
		positive := v.ToBits().Min(sign).BitsToFloat32()
		if far {
			up := simd.LoadFloat32s(c.up[:])
			scale, positive = scale.Mul(up), positive.Mul(up)
		}
		y, lost := withoutTail32(positive, z, minus, scale, q)
		y = y.Sub(lost)
		if far {
			lowered32(y).IfElse(v.LessEqual(simd.LoadFloat32s(c.linear[:])), v).Store(dst) // a NaN is not less
		} else {
			y.Mul(simd.LoadFloat32s(c.down[:])).Store(dst)
		}
	}
}

//vector:wide
func gelu32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, geluOf32(zero))
}

//vector:narrowest
func geluAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, geluOf32(zero))
}

// geluTimesOf32 returns the function that sets a vector of dst to value·(x·Φ(x)). It repeats
// the lines of geluOf32 for results that are not subnormal, because the compiler does not inline
// a function for them.
//
//vector:wide
func geluTimesOf32(zero simd.Float32s) func(dst, x, value []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	return func(dst, x, value []float32) {
		c := &geluConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32().Min(simd.LoadFloat32s(c.limit[:]))
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		s := minus.Mul(z)
		two := simd.LoadFloat32s(c.two[:])
		i := z.MulAdd(two, two).ToBits().ShiftAllRight(fractionBits32 - 1)
		b := z.Sub(lookup32(&geluPieces.a, i))
		scale, q := eighthPower32(reduceExponent32(&geluPieces, i, b, chord32(&geluPieces, i, b), s, z.MulAdd(z, s)))
		positive := v.ToBits().Min(sign).BitsToFloat32()
		y, lost := withoutTail32(positive, z, minus, scale, q)
		geluProduct32(v, y, lost, simd.LoadFloat32s(value), sign).Store(dst)
	}
}

//vector:wide
func geluTimes32(dst, x, value []float32) {
	var zero simd.Float32s
	binary32(dst, x, value, zero, geluTimesOf32(zero))
}

// geluDerivativeOf32 returns the function that sets a vector of dst to upstream·f′(x) for
// f = x·Φ(x). With z = |x|, and f′ = 0 at −z₁,
//
//	f′(−z) = (z₁ − z)·e^((L(z) − z²)/2),   f′(z) = 1 − f′(−z)
//
// The factor z₁ − z keeps the relative error small next to the zero. root and x have the
// same sign here, so root − x is z₁ − z for x > 0 and z − z₁ for x < 0. Subtracted from 1 or
// 0, that gives both cases. low has the rounding errors of the difference and of z₁. Close to
// the zero, the rounding error of z₁ is most of the result.
//
//vector:wide
func geluDerivativeOf32(zero simd.Float32s) func(dst, x, upstream []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x, upstream []float32) {
		c := &geluSlopeConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		far := anyLane32(z.Greater(simd.LoadFloat32s(c.near[:])))
		if far {
			limit := simd.LoadFloat32s(c.limit[:])
			z = limit.IfElse(z.Greater(limit), z) // a NaN stays
		}
		s := z.ToBits().Xor(sign).BitsToFloat32().Mul(z)
		i := z.MulAdd(simd.LoadFloat32s(c.factor[:]), simd.LoadFloat32s(c.start[:])).ToBits().ShiftAllRight(fractionBits32 - 1)
		b := z.Sub(lookup32(&geluSlopePieces.a, i))
		scale, q := eighthPower32(reduceExponent32(&geluSlopePieces, i, b, chord32(&geluSlopePieces, i, b), s, z.MulAdd(z, s)))
		up, g := simd.LoadFloat32s(c.up[:]), simd.LoadFloat32s(upstream)
		if far {
			scale, up = scale.Mul(up), up.Mul(up)
		}
		y := slopeResult32(&geluSlopeConstants, up, v, z, scale, q, sign, minusOne)
		if far {
			y = zero.IfElse(v.Less(simd.LoadFloat32s(c.lowest[:])), y)
			loweredTimes32(y, g).Store(dst)
		} else {
			y.Mul(simd.LoadFloat32s(c.down[:])).Mul(g).Store(dst)
		}
	}
}

// slopeResult32 returns up times the derivative at v from z = |v| and (1 + q)·scale/up, the
// exponential.
//
//vector:wide
func slopeResult32(c *slopeConstants, up, v, z, scale, q simd.Float32s, sign simd.Uint32s, minusOne simd.Int32s) simd.Float32s {
	side := v.ToBits().And(sign)
	root := simd.LoadUint32s(c.root[:]).Or(side).BitsToFloat32()
	z = z.ToBits().Or(side).BitsToFloat32()
	w := root.Sub(z)
	moved := root.Sub(w)
	low := root.Sub(w.Add(moved)).Add(moved.Sub(z)).Add(simd.LoadUint32s(c.rootLow[:]).Xor(side).BitsToFloat32()).Mul(scale)
	tail := w.Mul(scale)
	rest := w.ToBits().Xor(sign).BitsToFloat32().MulAdd(scale, tail)
	base := up.Masked(v.ToBits().BitsToInt32().Greater(minusOne))
	y := base.Sub(tail)
	rest = tail.Add(low).MulAdd(q, y.Sub(base).Add(tail).Add(low.Sub(rest)))
	return y.Sub(rest)
}

//vector:wide
func geluDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, geluDerivativeOf32(zero))
}

//vector:narrowest
func geluDerivativeAt32(x float32) float32 {
	var zero simd.Float32s
	f := geluDerivativeOf32(zero)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}

// geluTanhOf32 returns the function that sets a vector of dst to x·σ(v), with v =
// 2√(2/π)·(x + 0.044715·x³). Beyond the last interval L is 0, as it is at its end.
//
//vector:wide
func geluTanhOf32(zero simd.Float32s) func(dst, x []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	return func(dst, x []float32) {
		c := &geluConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		far := anyLane32(z.Greater(simd.LoadFloat32s(c.tanhNear[:])))
		if far {
			z = z.Min(simd.LoadFloat32s(c.tanhLimit[:]))
		}
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		s, sLost := geluTanhExponent32(z, minus)
		near := z.Min(simd.LoadFloat32s(c.last[:]))
		i := simd.LoadFloat32s(c.perUnit[:]).MulAdd(near, simd.LoadFloat32s(quarterReduction.roundToInt[:])).ToBits()
		b := near.Sub(lookup32(&geluTanhPieces.a, i))
		scale, q := eighthPower32(reduceExponent32(&geluTanhPieces, i, b, chord32(&geluTanhPieces, i, b), s, sLost))
		positive := v.ToBits().Min(sign).BitsToFloat32()
		if far {
			up := simd.LoadFloat32s(c.up[:])
			scale, positive = scale.Mul(up), positive.Mul(up)
		}
		y, lost := withoutTail32(positive, z, minus, scale, q)
		y = y.Sub(lost)
		if far {
			lowered32(y).IfElse(v.LessEqual(simd.LoadFloat32s(c.linear[:])), v).Store(dst) // a NaN is not less
		} else {
			y.Mul(simd.LoadFloat32s(c.down[:])).Store(dst)
		}
	}
}

// geluTanhExponent32 returns s and lost with −2v = s − lost for z and minus = −z. The error
// of s alone would be up to 2⁻¹⁷, and so would the relative error of e⁻ᵛ. linear has only 20
// bits. So linear − f is exact, and the rounding error of f too.
//
//vector:wide
func geluTanhExponent32(z, minus simd.Float32s) (s, lost simd.Float32s) {
	c := &geluTanhConstants
	square := minus.Mul(z) // −z²
	squareLost := z.MulAdd(z, square)
	linear, cubic := simd.LoadFloat32s(c.linear[:]), simd.LoadFloat32s(c.cubic[:])
	a := square.Mul(cubic)
	f := linear.Sub(a)
	low := simd.LoadFloat32s(c.minusCubicLow[:]).MulAdd(square, simd.LoadFloat32s(c.linearLow[:]))
	low = squareLost.MulAdd(cubic, low).Add(simd.LoadFloat32s(c.minusCubic[:]).MulAdd(square, a))
	low = linear.Sub(f).Sub(a).Add(low)
	s = minus.Mul(f)
	return s, low.MulAdd(z, f.MulAdd(z, s))
}

//vector:wide
func geluTanh32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, geluTanhOf32(zero))
}

//vector:narrowest
func geluTanhAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, geluTanhOf32(zero))
}

// geluTanhTimesOf32 returns the function that sets a vector of dst to value·(x·σ(v)).
//
//vector:wide
func geluTanhTimesOf32(zero simd.Float32s) func(dst, x, value []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	return func(dst, x, value []float32) {
		c := &geluConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32().Min(simd.LoadFloat32s(c.tanhLimit[:]))
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		s, sLost := geluTanhExponent32(z, minus)
		near := z.Min(simd.LoadFloat32s(c.last[:]))
		i := simd.LoadFloat32s(c.perUnit[:]).MulAdd(near, simd.LoadFloat32s(quarterReduction.roundToInt[:])).ToBits()
		b := near.Sub(lookup32(&geluTanhPieces.a, i))
		scale, q := eighthPower32(reduceExponent32(&geluTanhPieces, i, b, chord32(&geluTanhPieces, i, b), s, sLost))
		positive := v.ToBits().Min(sign).BitsToFloat32()
		y, lost := withoutTail32(positive, z, minus, scale, q)
		geluProduct32(v, y, lost, simd.LoadFloat32s(value), sign).Store(dst)
	}
}

//vector:wide
func geluTanhTimes32(dst, x, value []float32) {
	var zero simd.Float32s
	binary32(dst, x, value, zero, geluTanhTimesOf32(zero))
}

// geluTanhDerivativeOf32 returns the function that sets a vector of dst to upstream·f′(x)
// for f = x·σ(v), as geluDerivativeOf32 does. The number of an interval is in the exponent
// and the first two bits of 0.465·z + 1.875.
//
//vector:wide
func geluTanhDerivativeOf32(zero simd.Float32s) func(dst, x, upstream []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x, upstream []float32) {
		c := &geluTanhSlopeConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		far := anyLane32(z.Greater(simd.LoadFloat32s(c.near[:])))
		if far {
			limit := simd.LoadFloat32s(c.limit[:])
			z = limit.IfElse(z.Greater(limit), z) // a NaN stays
		}
		s, sLost := geluTanhExponent32(z, z.ToBits().Xor(sign).BitsToFloat32())
		i := z.MulAdd(simd.LoadFloat32s(c.factor[:]), simd.LoadFloat32s(c.start[:])).ToBits().ShiftAllRight(fractionBits32 - 2)
		b := z.Sub(lookup32(&geluTanhSlopePieces.a, i))
		scale, q := eighthPower32(reduceExponent32(&geluTanhSlopePieces, i, b, chord32(&geluTanhSlopePieces, i, b), s, sLost))
		up, g := simd.LoadFloat32s(c.up[:]), simd.LoadFloat32s(upstream)
		if far {
			scale, up = scale.Mul(up), up.Mul(up)
		}
		y := slopeResult32(&geluTanhSlopeConstants, up, v, z, scale, q, sign, minusOne)
		if far {
			y = zero.IfElse(v.Less(simd.LoadFloat32s(c.lowest[:])), y)
			loweredTimes32(y, g).Store(dst)
		} else {
			y.Mul(simd.LoadFloat32s(c.down[:])).Mul(g).Store(dst)
		}
	}
}

//vector:wide
func geluTanhDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, geluTanhDerivativeOf32(zero))
}

//vector:narrowest
func geluTanhDerivativeAt32(x float32) float32 {
	var zero simd.Float32s
	f := geluTanhDerivativeOf32(zero)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}
