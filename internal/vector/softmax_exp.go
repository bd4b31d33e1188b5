//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"math"
	"simd"

	"example.com/activation/internal/element"
)

// polynomial32 returns c[0] + c[1]·s + … + c[4]·s⁴. Each coefficient fills a
// vector in memory, where an instruction takes it from without a register.
func polynomial32(c *[5][maxLanes]float32, s simd.Float32s) simd.Float32s {
	p := simd.LoadFloat32s(c[4][:]).MulAdd(s, simd.LoadFloat32s(c[3][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[1][:]))
	return p.MulAdd(s, simd.LoadFloat32s(c[0][:]))
}

// polynomial64 is polynomial32 for float64.
func polynomial64(c *[5][maxLanes64]float64, s simd.Float64s) simd.Float64s {
	p := simd.LoadFloat64s(c[4][:]).MulAdd(s, simd.LoadFloat64s(c[3][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[1][:]))
	return p.MulAdd(s, simd.LoadFloat64s(c[0][:]))
}

// The exponential of softmax, which has no other quotient to take part in:
//
//	eᶻ = 2ⁿ·eʳ,   eʳ = 1 + r + r²·(c₀ + c₁·r + …),   r = z − n·ln 2,   |r| ≤ ln2/2
//
// for z ≤ 0, in parts that are each short enough to be inlined. Its constants come
// from memory: the loops around it have no registers left for them.

// split32 returns n and r for e^z = 2ⁿ·eʳ, n in the place of the exponent bits.
// What is below the limit gives 0. A NaN gives NaN.
func split32(z simd.Float32s) (n simd.Int32s, r simd.Float32s) {
	c := &exp32Constants
	limit := simd.LoadFloat32s(c.limit[:])
	z = limit.IfElse(z.Less(limit), z)
	k := simd.LoadFloat32s(c.log2e[:]).MulAdd(z, simd.LoadFloat32s(c.magic[:]))
	n = k.ToBits().ShiftAllLeft(23).BitsToInt32()
	k = k.Sub(simd.LoadFloat32s(c.magic[:]))
	z = simd.LoadFloat32s(c.high[:]).MulAdd(k, z)
	return n, simd.LoadFloat32s(c.low[:]).MulAdd(k, z)
}

// series32 returns eʳ.
func series32(one, r simd.Float32s) simd.Float32s {
	return one.Add(r.Mul(r).Mul(polynomial32(&expSextic, r)).Add(r))
}

// scale32 returns 2ⁿ·p, by two factors of which only the second takes a result
// into the subnormals.
func scale32(one, p simd.Float32s, n simd.Int32s) simd.Float32s {
	bias := one.ToBits().BitsToInt32()
	m := n.Max(simd.LoadInt32s(exp32Constants.least[:]))
	return p.Mul(m.Add(bias).ToBits().BitsToFloat32()).Mul(n.Sub(m).Add(bias).ToBits().BitsToFloat32())
}

var exp32Constants = struct {
	limit, log2e, magic, high, low [maxLanes]float32
	least                          [maxLanes]int32
}{
	limit: spread32[float32](-106),
	log2e: spread32[float32](math.Log2E),
	magic: spread32[float32](0x1.8p23),
	high:  spread32[float32](-ln2High32),
	low:   spread32[float32](-ln2Low32),
	least: spread32[int32](-64 << 23),
}

// spread32 returns a vector of one value.
func spread32[E float32 | int32](v E) (a [maxLanes]E) {
	for i := range a {
		a[i] = v
	}
	return a
}

// split64 is split32 for float64.
func split64(z simd.Float64s) (n simd.Int64s, r simd.Float64s) {
	c := &exp64Constants
	limit := simd.LoadFloat64s(c.limit[:])
	z = limit.IfElse(z.Less(limit), z)
	k := simd.LoadFloat64s(c.log2e[:]).MulAdd(z, simd.LoadFloat64s(c.magic[:]))
	n = k.ToBits().ShiftAllLeft(52).BitsToInt64()
	k = k.Sub(simd.LoadFloat64s(c.magic[:]))
	z = simd.LoadFloat64s(c.high[:]).MulAdd(k, z)
	return n, simd.LoadFloat64s(c.low[:]).MulAdd(k, z)
}

// series64 returns eʳ from s = r² and the polynomials in it.
func series64(one, r, s, even, odd simd.Float64s) simd.Float64s {
	return one.Add(s.Mul(odd.MulAdd(r, even)).Add(r))
}

// scale64 is scale32 for float64.
func scale64(one, p simd.Float64s, n simd.Int64s) simd.Float64s {
	bias := one.ToBits().BitsToInt64()
	least := simd.LoadInt64s(exp64Constants.least[:])
	m := least.IfElse(n.Less(least), n)
	return p.Mul(m.Add(bias).ToBits().BitsToFloat64()).Mul(n.Sub(m).Add(bias).ToBits().BitsToFloat64())
}

var exp64Constants = struct {
	limit, log2e, magic, high, low [maxLanes64]float64
	least                          [maxLanes64]int64
}{
	limit: spread64[float64](-746),
	log2e: spread64[float64](math.Log2E),
	magic: spread64[float64](element.RoundToInt),
	high:  spread64[float64](-ln2High64),
	low:   spread64[float64](-ln2Low64),
	least: spread64[int64](-512 << 52),
}

// spread64 is spread32 for float64.
func spread64[E float64 | int64](v E) (a [maxLanes64]E) {
	for i := range a {
		a[i] = v
	}
	return a
}
