//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// The exponential without a table, since vectors have no way to look into one.
// With n = round(−z/ln 2), for z ≥ 0,
//
//	e⁻ᶻ = 2ⁿ/eʳ,   r = z + n·ln 2,   |r| ≤ ln2/2
//
// σ and tanh divide anyway: so they take eʳ into their denominator, and save a
// second polynomial for e⁻ʳ.

// reduce32 returns a function of z ≥ 0, or NaN, that gives n, in the place of the
// exponent bits, and r.
func reduce32(zero simd.Float32s) func(z simd.Float32s) (n simd.Uint32s, r simd.Float32s) {
	roundToInt := simd.BroadcastFloat32s(roundToInt32)
	return func(z simd.Float32s) (n simd.Uint32s, r simd.Float32s) {
		c := &reduction32
		k := simd.LoadFloat32s(c.minusLog2e[:]).MulAdd(z, roundToInt)
		n = k.ToBits().ShiftAllLeft(fractionBits32)
		k = k.Sub(roundToInt)
		r = simd.LoadFloat32s(c.ln2High[:]).MulAdd(k, z) // exact
		return n, simd.LoadFloat32s(c.ln2Low[:]).MulAdd(k, r)
	}
}

// reduceInTwo32 is reduce32 with what r has lost.
func reduceInTwo32(zero simd.Float32s) func(z simd.Float32s) (n simd.Uint32s, r, rest simd.Float32s) {
	roundToInt := simd.BroadcastFloat32s(roundToInt32)
	return func(z simd.Float32s) (n simd.Uint32s, r, rest simd.Float32s) {
		c := &reduction32
		k := simd.LoadFloat32s(c.minusLog2e[:]).MulAdd(z, roundToInt)
		n = k.ToBits().ShiftAllLeft(fractionBits32)
		k = k.Sub(roundToInt)
		z = simd.LoadFloat32s(c.ln2High[:]).MulAdd(k, z) // exact
		r = simd.LoadFloat32s(c.ln2Low[:]).MulAdd(k, z)
		return n, r, simd.LoadFloat32s(c.low[:]).MulAdd(k, z.Sub(r))
	}
}

// growth32 returns eʳ − 1. Its roundings and that of r are below 2⁻²⁶.
func growth32(r simd.Float32s) simd.Float32s {
	c := &expSextic
	p := simd.LoadFloat32s(c[4][:]).MulAdd(r, simd.LoadFloat32s(c[3][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[1][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[0][:]))
	return p.MulAdd(r.Mul(r), r)
}

// growth64 goes over the even and the odd powers apart, each in half as many steps.
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

// residual32 returns a·b + c, for a c close to −a·b, without the rounding of a·b.
// Where MulAdd rounds the product, on WebAssembly, the factors are cut into halves,
// whose products are exact.
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
