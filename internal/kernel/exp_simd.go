//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package kernel

import (
	"math"
	"simd"
)

// The exponential without a table, since vectors have no way to look into one.
// With n = round(z/ln 2),
//
//	eᶻ = 2ⁿ · eʳ,   eʳ = 1 + r + w,   r = z − n·ln 2,   |r| ≤ ln2/2
//
// w is r² times a polynomial, at most 0.07. Apart from each other the three
// terms keep bits that their sum has no room for.

// reduce32 returns a function of z, −150 ≤ z ≤ 0 or NaN, that gives r, and n in
// the place of the exponent bits.
func reduce32(zero simd.Float32s) func(z simd.Float32s) (n simd.Int32s, r, rest simd.Float32s) {
	log2e := simd.BroadcastFloat32s(math.Log2E)
	magic := simd.BroadcastFloat32s(0x1.8p23) // see roundToInt
	high := simd.BroadcastFloat32s(-ln2High32)
	low := simd.BroadcastFloat32s(-ln2Low32)
	return func(z simd.Float32s) (n simd.Int32s, r, rest simd.Float32s) {
		k := z.MulAdd(log2e, magic)
		n = k.ToBits().ShiftAllLeft(23).BitsToInt32()
		k = k.Sub(magic)
		z = high.MulAdd(k, z) // exact
		r = low.MulAdd(k, z)
		return n, r, low.MulAdd(k, z.Sub(r))
	}
}

// reduce64 is reduce32 for float64, −1076 ≤ z/ln 2 ≤ 0.
func reduce64(zero simd.Float64s) func(z simd.Float64s) (n simd.Int64s, r, rest simd.Float64s) {
	log2e := simd.BroadcastFloat64s(math.Log2E)
	magic := simd.BroadcastFloat64s(roundToInt)
	high := simd.BroadcastFloat64s(-ln2High64)
	low := simd.BroadcastFloat64s(-ln2Low64)
	return func(z simd.Float64s) (n simd.Int64s, r, rest simd.Float64s) {
		k := z.MulAdd(log2e, magic)
		n = k.ToBits().ShiftAllLeft(52).BitsToInt64()
		k = k.Sub(magic)
		z = high.MulAdd(k, z) // exact
		r = low.MulAdd(k, z)
		return n, r, low.MulAdd(k, z.Sub(r))
	}
}

// polynomial32 returns c[0] + c[1]·s + … + c[4]·s⁴. Each coefficient fills a
// vector in memory, where an instruction takes it from without a register.
func polynomial32(c *[5][maxLanes]float32, s simd.Float32s) simd.Float32s {
	p := simd.LoadFloat32s(c[4][:]).MulAdd(s, simd.LoadFloat32s(c[3][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[1][:]))
	return p.MulAdd(s, simd.LoadFloat32s(c[0][:]))
}

// polynomial64 is polynomial32 for float64.
func polynomial64(c *[5][maxLanes / 2]float64, s simd.Float64s) simd.Float64s {
	p := simd.LoadFloat64s(c[4][:]).MulAdd(s, simd.LoadFloat64s(c[3][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[1][:]))
	return p.MulAdd(s, simd.LoadFloat64s(c[0][:]))
}

// ln 2 in two parts. The first has so few bits that its product with n is exact.
const (
	ln2High32 = 0x1.62e4p-1
	ln2Low32  = 0x1.7f7d1cf79abcap-20
	ln2High64 = 0x1.62e42fefa38p-1
	ln2Low64  = 0x1.ef35793c7673p-45
)
