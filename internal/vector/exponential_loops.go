//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// The exponential of the SIMD loops has no table, because package simd has no operation
// that reads a different table entry for each lane. For z ≥ 0 and n = round(−z/ln 2),
//
//	e⁻ᶻ = 2ⁿ/eʳ,   r = z + n·ln 2,   |r| ≤ ln2/2
//
// σ and tanh need a division anyway. With eʳ in the denominator, one polynomial, for eʳ,
// is enough.

// reduce32 returns a function of z ≥ 0 or NaN that computes r and power = 2ⁿ⁺ˢ. roundTo is
// roundToPower32, for s = 0, or another constant with its s. Above z = (exponentBias32 + s)·ln 2,
// for which power is 0, the exponent would wrap around. For NaN, r is NaN, and power is any float.
func reduce32(roundTo simd.Float32s) func(z simd.Float32s) (power, r simd.Float32s) {
	return func(z simd.Float32s) (power, r simd.Float32s) {
		c := &reduction32
		k := simd.LoadFloat32s(c.minusLog2e[:]).MulAdd(z, roundTo)
		power = k.ToBits().ShiftAllLeft(fractionBits32).BitsToFloat32()
		k = k.Sub(roundTo)                               // n
		r = simd.LoadFloat32s(c.ln2High[:]).MulAdd(k, z) // exact
		return power, simd.LoadFloat32s(c.ln2Low[:]).MulAdd(k, r)
	}
}

// reducePower32 is reduce32 for eᶻ = 2ⁿ·eʳ with n = round(z/ln 2) and r = z − n·ln 2. z may have
// either sign, if 2ⁿ⁺ˢ does not overflow.
func reducePower32(roundTo simd.Float32s) func(z simd.Float32s) (power, r simd.Float32s) {
	return func(z simd.Float32s) (power, r simd.Float32s) {
		c := &power32Constants
		k := simd.LoadFloat32s(c.log2e[:]).MulAdd(z, roundTo)
		power = k.ToBits().ShiftAllLeft(fractionBits32).BitsToFloat32()
		k = k.Sub(roundTo)
		r = simd.LoadFloat32s(c.minusLn2High[:]).MulAdd(k, z)
		return power, simd.LoadFloat32s(c.minusLn2Low[:]).MulAdd(k, r)
	}
}

// atMost32 returns z, but limit for a larger z. A NaN stays.
func atMost32(z simd.Float32s, limit float32) simd.Float32s {
	l := simd.BroadcastFloat32s(limit)
	return l.IfElse(z.Greater(l), z)
}

// growth32 returns eʳ − 1. Its rounding errors and that of r are below 2⁻²⁶ together.
func growth32(r simd.Float32s) simd.Float32s {
	c := &expSextic
	p := simd.LoadFloat32s(c[4][:]).MulAdd(r, simd.LoadFloat32s(c[3][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[1][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[0][:]))
	return p.MulAdd(r.Mul(r), r)
}

// growth64 returns eʳ − 1. It adds up the even and the odd powers separately. The two
// sums run in parallel, and each has half as many steps.
func growth64(r simd.Float64s) simd.Float64s {
	a, b := &expEven, &expOdd
	s := r.Mul(r)
	even := simd.LoadFloat64s(a[4][:]).MulAdd(s, simd.LoadFloat64s(a[3][:]))
	odd := simd.LoadFloat64s(b[4][:]).MulAdd(s, simd.LoadFloat64s(b[3][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[2][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[2][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[1][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[1][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[0][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[0][:]))
	return odd.MulAdd(r, even).MulAdd(s, r)
}

// residual32 returns a·b + c without rounding a·b, for a c close to −a·b. On WebAssembly,
// MulAdd rounds the product. There the factors are split into halves, whose products are
// exact.
func residual32(a, b, c simd.Float32s) simd.Float32s {
	if Fused {
		return a.MulAdd(b, c)
	}
	half := simd.BroadcastUint32s(upperHalf32)
	a1 := a.ToBits().And(half).BitsToFloat32()
	b1 := b.ToBits().And(half).BitsToFloat32()
	a2, b2 := a.Sub(a1), b.Sub(b1)
	return a1.Mul(b1).Add(c).Add(a1.Mul(b2)).Add(a2.Mul(b1)).Add(a2.Mul(b2))
}
