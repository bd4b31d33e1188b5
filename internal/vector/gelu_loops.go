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
		tail := z.Mul(scale)
		rest := minus.MulAdd(scale, tail)
		base := z.Mul(simd.LoadFloat32s(c.up[:])).IfElse(v.ToBits().BitsToInt32().Greater(minusOne), sign.BitsToFloat32())
		y := base.Sub(tail)
		rest = tail.MulAdd(q, y.Sub(base).Add(tail).Sub(rest))
		v.IfElse(v.Greater(simd.LoadFloat32s(c.linear[:])), y.Sub(rest).Mul(simd.LoadFloat32s(c.down[:]))).Store(dst)
	}
}

//vector:wide
func gelu32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, geluOf32(zero))
}
