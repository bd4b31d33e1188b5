//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "simd"

// clearUpper has nothing to do: WebAssembly's vectors have no upper halves.
func clearUpper() {}

func fused() bool { return true }

// residual32 returns a·b + c, for a c close to −a·b, without the rounding of
// a·b: MulAdd rounds it here. The factors are cut into halves, whose products
// are exact.
func residual32(a, b, c simd.Float32s) simd.Float32s {
	half := simd.BroadcastUint32s(0xfffff000)
	a1 := a.ToBits().And(half).BitsToFloat32()
	b1 := b.ToBits().And(half).BitsToFloat32()
	a2, b2 := a.Sub(a1), b.Sub(b1)
	return a1.Mul(b1).Add(c).Add(a1.Mul(b2)).Add(a2.Mul(b1)).Add(a2.Mul(b2))
}

// residual64 is residual32 for float64.
func residual64(a, b, c simd.Float64s) simd.Float64s {
	half := simd.BroadcastUint64s(0xfffffffff8000000)
	a1 := a.ToBits().And(half).BitsToFloat64()
	b1 := b.ToBits().And(half).BitsToFloat64()
	a2, b2 := a.Sub(a1), b.Sub(b1)
	return a1.Mul(b1).Add(c).Add(a1.Mul(b2)).Add(a2.Mul(b1)).Add(a2.Mul(b2))
}
