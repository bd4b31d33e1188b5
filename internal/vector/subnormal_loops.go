//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// On amd64 an operation with a subnormal result takes 150 cycles, for a whole vector as for one
// float. So there the loops compute subnormal results in another way. For each vector they test
// whether a lane is outside the range in which all results, and all numbers on the way to them,
// are normal. Only such a vector is clipped, and the test takes no longer than clipping each
// vector would. Its results are computed times 2ᵏ, k = lift32, and rounded by lowered32. (ns an
// element at 256 bits, Xeon Emerald Rapids, σ of float32: 0.50 in that range, 1.1 for subnormal
// results, and 7.3 if the last product is subnormal.)

// lifted32 returns 2ᵏ·v. The exponent of v must not be the lowest one, which is that of 0.
func lifted32(v simd.Float32s) simd.Float32s {
	return v.ToBits().Add(simd.BroadcastUint32s(lift32 << fractionBits32)).BitsToFloat32()
}

// lowered32 returns y/2ᵏ. If that is subnormal, it is rounded as a multiple of the smallest
// float: the lowest bits of |y| + least are the bits of the result.
func lowered32(y simd.Float32s) simd.Float32s {
	least := simd.BroadcastFloat32s(leastLifted32)
	sign := y.ToBits().And(simd.BroadcastUint32s(signBit32))
	size := y.ToBits().Xor(sign).BitsToFloat32()
	subnormal := size.Less(least)
	bits := size.Add(least).ToBits().Sub(least.ToBits()).Or(sign)
	return bits.BitsToFloat32().IfElse(subnormal, without32(y, subnormal).Mul(simd.BroadcastFloat32s(lowering32)))
}

// loweredProduct32 returns x·y/2ᵏ, rounded once, for x and y that are not negative.
func loweredProduct32(x, y simd.Float32s) simd.Float32s {
	least := simd.BroadcastFloat32s(leastLifted32)
	p := x.Mul(y)
	subnormal := p.Less(least)
	bits := x.MulAdd(y, least).ToBits().Sub(least.ToBits())
	return bits.BitsToFloat32().IfElse(subnormal, without32(p, subnormal).Mul(simd.BroadcastFloat32s(lowering32)))
}

// loweredTimes32 returns y/2ᵏ, rounded, times g. Both y/2ᵏ and the product may be subnormal.
func loweredTimes32(y, g simd.Float32s) simd.Float32s {
	least, down := simd.BroadcastFloat32s(leastLifted32), simd.BroadcastFloat32s(lowering32)
	sign := simd.BroadcastUint32s(signBit32)
	size, gSize := y.ToBits().AndNot(sign).BitsToFloat32(), g.ToBits().AndNot(sign).BitsToFloat32()
	subnormal := size.Less(least)
	rounded := size.Add(least).Sub(least)
	p := rounded.Mul(gSize)
	tiny := p.Less(least)
	bits := rounded.MulAdd(gSize, least).ToBits().Sub(least.ToBits())
	p = bits.BitsToFloat32().IfElse(tiny, without32(p, tiny).Mul(down))
	p = p.ToBits().Or(y.ToBits().Xor(g.ToBits()).And(sign)).BitsToFloat32()
	return p.IfElse(subnormal, without32(y, subnormal).Mul(down).Mul(g))
}
