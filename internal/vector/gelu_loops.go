//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// For z ≥ 0, the share Φ(−z) of the normal distribution, and σ(−v(z)) of GELUTanh, are
//
//	e^((s + L(z))/2)
//
// with an s that falls as fast as their logarithm, −z² or −2v, and an L that is nearly
// flat. So L is a polynomial for each of eight intervals. Each lane takes the coefficients
// of its own interval from a vector of eight: that is one instruction at 256 and 512 bits.
// There is no division, and no sum that loses bits.
//
// With the point a in the middle of an interval, b = z − a, and a whole number n₀ for each
// interval,
//
//	L(a+b) = n₀·(ln2)/4 + c₀ + b·(c₁ + b·(c₂ + … + b⁶·c₇)),   |c₀| ≤ (ln2)/8
//
// The exponent without n₀ is reduced to n·(ln2)/4 + r, and the power of two is
// 2^((n + n₀)/8). Its eight fractions come from a table, too. So |r| is at most (ln2)/4,
// e^(r/2) is 1 + q with a small q, and the rounding errors of r and q count little.

// slope32 returns (L(a+b) − c₀)/b without n₀, for b and the interval i of each lane.
//
//vector:wide
func slope32(table *[10][maxLanes32]float32, i simd.Uint32s, b simd.Float32s) simd.Float32s {
	p := lookup32(&table[9], i)
	p = p.MulAdd(b, lookup32(&table[8], i))
	p = p.MulAdd(b, lookup32(&table[7], i))
	p = p.MulAdd(b, lookup32(&table[6], i))
	p = p.MulAdd(b, lookup32(&table[5], i))
	p = p.MulAdd(b, lookup32(&table[4], i))
	return p.MulAdd(b, lookup32(&table[3], i))
}

// reducePiece32 returns n + n₀ in the lowest bits of n, and r, for the exact exponent
// s − rest and the slope that slope32 returns.
//
//vector:wide
func reducePiece32(table *[10][maxLanes32]float32, i simd.Uint32s, b, slope, s, rest simd.Float32s) (n simd.Uint32s, r simd.Float32s) {
	c := &eighths32
	k := b.MulAdd(slope, s).MulAdd(simd.LoadFloat32s(c.log2e[:]), simd.LoadFloat32s(c.roundToInt[:]))
	n = k.Add(lookup32(&table[1], i)).ToBits()
	k = k.Sub(simd.LoadFloat32s(c.roundToInt[:]))
	low := simd.LoadFloat32s(c.low[:]).MulAdd(k, lookup32(&table[2], i)).Sub(rest)
	return n, simd.LoadFloat32s(c.high[:]).MulAdd(k, s).Add(slope.MulAdd(b, low))
}

// growEighths32 returns scale and q with 2^(n/8)·e^(r/2) = scale·2⁻³²·(1 + q).
//
//vector:wide
func growEighths32(n simd.Uint32s, r simd.Float32s) (scale, q simd.Float32s) {
	c := &expHalf
	p := simd.LoadFloat32s(c[3][:]).MulAdd(r, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[1][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[0][:]))
	scale = n.ShiftAllLeft(fractionBits32 - 3).Add(lookup32(&exp2Eighths[0], n).ToBits()).BitsToFloat32()
	return scale, p.MulAdd(r, lookup32(&exp2Eighths[1], n))
}

// withoutTail32 returns max(x, 0) − z·e for z = |x|, minus = −z, and e = scale·2⁻³²·(1 + q).
// positive has max(x, 0), or −0 for x = −0 and for x < 0. The product and the difference
// have their rests.
//
//vector:wide
func withoutTail32(x, positive, z, minus, scale, q simd.Float32s) simd.Float32s {
	c := &geluConstants
	tail := z.Mul(scale)
	rest := minus.MulAdd(scale, tail)
	base := positive.Mul(simd.LoadFloat32s(c.up[:]))
	y := base.Sub(tail)
	rest = tail.MulAdd(q, y.Sub(base).Add(tail).Sub(rest))
	return x.IfElse(x.Greater(simd.LoadFloat32s(c.linear[:])), y.Sub(rest).Mul(simd.LoadFloat32s(c.down[:])))
}

// geluOf32 returns the function that sets a vector of dst to x·Φ(x) = max(x, 0) − z·Φ(−z)
// for one of x.
//
//vector:wide
func geluOf32(zero simd.Float32s) func(dst, x []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x []float32) {
		c := &geluConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		limit := simd.LoadFloat32s(c.limit[:])
		z = limit.IfElse(z.Greater(limit), z) // a NaN stays
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		s := minus.Mul(z)
		two := simd.LoadFloat32s(c.two[:])
		i := z.MulAdd(two, two).ToBits().ShiftAllRight(fractionBits32 - 1)
		b := z.Sub(lookup32(&geluPieces[0], i))
		scale, q := growEighths32(reducePiece32(&geluPieces, i, b, slope32(&geluPieces, i, b), s, z.MulAdd(z, s)))
		positive := z.IfElse(v.ToBits().BitsToInt32().Greater(minusOne), sign.BitsToFloat32())
		withoutTail32(v, positive, z, minus, scale, q).Store(dst)
	}
}

//vector:wide
func gelu32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, geluOf32(zero))
}

// geluDerivativeOf32 returns the function that sets a vector of dst to upstream·f′(x) for
// f = x·Φ(x). With z₁ = −x₁ for the zero x₁ of f′, and z = |x|,
//
//	f′(−z) = (z₁ − z)·e^((L(z) − z²)/2),   f′(z) = 1 − f′(−z)
//
// So the error next to the zero is small, too. The difference w = ±z₁ − x has the sign of
// the second case, and is exact for z ≥ ½, because z₁ has few bits. Its rest counts.
//
//vector:wide
func geluDerivativeOf32(zero simd.Float32s) func(dst, x, upstream []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x, upstream []float32) {
		c := &geluSlopeConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		limit := simd.LoadFloat32s(c.limit[:])
		z = limit.IfElse(z.Greater(limit), z) // a NaN stays
		s := z.ToBits().Xor(sign).BitsToFloat32().Mul(z)
		two := simd.LoadFloat32s(c.two[:])
		i := z.MulAdd(two, two).ToBits().ShiftAllRight(fractionBits32 - 1)
		b := z.Sub(lookup32(&geluSlopePieces[0], i))
		scale, q := growEighths32(reducePiece32(&geluSlopePieces, i, b, slope32(&geluSlopePieces, i, b), s, z.MulAdd(z, s)))
		side := v.ToBits().And(sign)
		root := simd.LoadUint32s(c.root[:]).Or(side).BitsToFloat32()
		z = z.ToBits().Or(side).BitsToFloat32()
		w := root.Sub(z)
		low := root.Sub(w).Sub(z).Add(simd.LoadUint32s(c.rootLow[:]).Xor(side).BitsToFloat32()).Mul(scale)
		tail := w.Mul(scale)
		rest := w.ToBits().Xor(sign).BitsToFloat32().MulAdd(scale, tail)
		base := simd.LoadFloat32s(c.up[:]).Masked(v.ToBits().BitsToInt32().Greater(minusOne))
		y := base.Sub(tail)
		rest = tail.Add(low).MulAdd(q, y.Sub(base).Add(tail).Add(low.Sub(rest)))
		y = y.Sub(rest).Mul(simd.LoadFloat32s(c.down[:]))
		zero.IfElse(v.Less(simd.LoadFloat32s(c.lowest[:])), y).Mul(simd.LoadFloat32s(upstream)).Store(dst)
	}
}

//vector:wide
func geluDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, geluDerivativeOf32(zero))
}

// geluTanhOf32 returns the function that sets a vector of dst to x·σ(v) = max(x, 0) −
// z·σ(−v) for one of x, with the v of z = |x|. −2v is known to far more bits than a float
// has, because e⁻ᵛ has an error of v times that of v.
//
//vector:wide
func geluTanhOf32(zero simd.Float32s) func(dst, x []float32) {
	sign := simd.BroadcastUint32s(signBit32)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x []float32) {
		c := &geluConstants
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		limit := simd.LoadFloat32s(c.tanhLimit[:])
		z = limit.IfElse(z.Greater(limit), z) // a NaN stays
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		s, rest := geluTanhExponent32(z, minus)
		last := simd.LoadFloat32s(c.last[:])
		near := last.IfElse(z.Greater(last), z)
		i := simd.LoadFloat32s(c.perUnit[:]).MulAdd(near, simd.LoadFloat32s(eighths32.roundToInt[:])).ToBits()
		b := near.Sub(lookup32(&geluTanhPieces[0], i))
		scale, q := growEighths32(reducePiece32(&geluTanhPieces, i, b, slope32(&geluTanhPieces, i, b), s, rest))
		positive := z.IfElse(v.ToBits().BitsToInt32().Greater(minusOne), sign.BitsToFloat32())
		withoutTail32(v, positive, z, minus, scale, q).Store(dst)
	}
}

// geluTanhExponent32 returns s and rest with −2v = s − rest for z and −z. The difference
// of the two terms of v/z is exact because the first one has few bits.
//
//vector:wide
func geluTanhExponent32(z, minus simd.Float32s) (s, rest simd.Float32s) {
	c := &geluTanhConstants
	square := minus.Mul(z) // −z²
	lost := z.MulAdd(z, square)
	linear, cubic := simd.LoadFloat32s(c.linear[:]), simd.LoadFloat32s(c.cubic[:])
	a := square.Mul(cubic)
	f := linear.Sub(a)
	low := simd.LoadFloat32s(c.minusCubicLow[:]).MulAdd(square, simd.LoadFloat32s(c.linearLow[:]))
	low = lost.MulAdd(cubic, low).Add(simd.LoadFloat32s(c.minusCubic[:]).MulAdd(square, a))
	low = linear.Sub(f).Sub(a).Add(low)
	s = minus.Mul(f)
	return s, low.MulAdd(z, f.MulAdd(z, s))
}

//vector:wide
func geluTanh32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, geluTanhOf32(zero))
}
