//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import (
	"simd"
	"simd/archsimd"

	"example.com/activation/internal/element"
)

// Two pieces on the last axis are in neighbouring lanes. The portable vectors of package
// simd cannot move elements between lanes, but those of simd/archsimd can. So the loops
// of this file turn two vectors of pairs into a vector of first pieces and a vector of
// second pieces.

// MaxPairs sets dst to the maxima of the pairs in x, for as many pairs as fill whole
// vectors. It returns the number of results.
func MaxPairs[T element.Float](dst, x []T) (done int) {
	left := 0
	switch dst := any(dst).(type) {
	case []float32:
		left = maxPairs32(dst, any(x).([]float32))
	case []float64:
		left = maxPairs64(dst, any(x).([]float64))
	}
	clearUpper()
	return len(dst) - left
}

// MaxPairsDerivative sets dst to the derivatives of MaxPairs, for as many pairs as fill
// whole vectors. It returns the number of pairs.
func MaxPairsDerivative[T element.Float](dst, x, upstream []T) (done int) {
	left := 0
	switch dst := any(dst).(type) {
	case []float32:
		left = maxPairsDerivative32(dst, any(x).([]float32), any(upstream).([]float32))
	case []float64:
		left = maxPairsDerivative64(dst, any(x).([]float64), any(upstream).([]float64))
	}
	clearUpper()
	return (len(dst) - left) / 2
}

// maxPairs32 returns the number of results that are not computed yet.
func maxPairs32(dst, x []float32) int {
	switch simd.VectorBitSize() {
	case 512:
		even, odd := archsimd.LoadUint32x16(even32[:]), archsimd.LoadUint32x16(odd32[:])
		sign := archsimd.BroadcastUint32x16(1 << 31)
		for ; len(dst) >= 16 && len(x) >= 32; dst, x = dst[16:], x[32:] {
			a, b := archsimd.LoadFloat32x16(x), archsimd.LoadFloat32x16(x[16:])
			u, v := a.ConcatPermute(b, even), a.ConcatPermute(b, odd)
			m := u.Add(u.ToBits().And(v.ToBits()).And(sign).BitsToFloat32())
			m = v.IfElse(v.Greater(u), m)
			v.IfElse(v.NotEqual(v), m).Store(dst)
		}
	case 256:
		sign := archsimd.BroadcastUint32x8(1 << 31)
		for ; len(dst) >= 8 && len(x) >= 16; dst, x = dst[8:], x[16:] {
			a, b := archsimd.LoadFloat32x8(x), archsimd.LoadFloat32x8(x[8:])
			l, h := a.ConcatPermute128Scalars(0, 2, b), a.ConcatPermute128Scalars(1, 3, b)
			u, v := l.ConcatPermuteScalarsGrouped(0, 2, 4, 6, h), l.ConcatPermuteScalarsGrouped(1, 3, 5, 7, h)
			m := u.Add(u.ToBits().And(v.ToBits()).And(sign).BitsToFloat32())
			m = v.IfElse(v.Greater(u), m)
			v.IfElse(v.NotEqual(v), m).Store(dst)
		}
	}
	return len(dst)
}

// maxPairsDerivative32 returns the number of elements of dst that are not set yet.
func maxPairsDerivative32(dst, x, upstream []float32) int {
	step := 1
	if upstream == nil {
		step, upstream = 0, ones32[:]
	}
	switch simd.VectorBitSize() {
	case 512:
		even, odd := archsimd.LoadUint32x16(even32[:]), archsimd.LoadUint32x16(odd32[:])
		low, high := archsimd.LoadUint32x16(low32[:]), archsimd.LoadUint32x16(high32[:])
		var zero archsimd.Float32x16
		for len(dst) >= 32 && len(x) >= 32 && len(upstream) >= 16 {
			a, b := archsimd.LoadFloat32x16(x), archsimd.LoadFloat32x16(x[16:])
			u, v := a.ConcatPermute(b, even), a.ConcatPermute(b, odd)
			g := archsimd.LoadFloat32x16(upstream)
			d := g.IfElse(u.GreaterEqual(v), u.IfElse(u.NotEqual(u), zero))
			e := g.IfElse(v.Greater(u), v.IfElse(v.NotEqual(v), zero))
			d.ConcatPermute(e, low).Store(dst)
			d.ConcatPermute(e, high).Store(dst[16:])
			dst, x = dst[32:], x[32:]
			upstream = upstream[step*16:]
		}
	case 256:
		var zero archsimd.Float32x8
		for len(dst) >= 16 && len(x) >= 16 && len(upstream) >= 8 {
			a, b := archsimd.LoadFloat32x8(x), archsimd.LoadFloat32x8(x[8:])
			l, h := a.ConcatPermute128Scalars(0, 2, b), a.ConcatPermute128Scalars(1, 3, b)
			u, v := l.ConcatPermuteScalarsGrouped(0, 2, 4, 6, h), l.ConcatPermuteScalarsGrouped(1, 3, 5, 7, h)
			g := archsimd.LoadFloat32x8(upstream)
			d := g.IfElse(u.GreaterEqual(v), u.IfElse(u.NotEqual(u), zero))
			e := g.IfElse(v.Greater(u), v.IfElse(v.NotEqual(v), zero))
			l, h = d.ToBits().InterleaveLoGrouped(e.ToBits()).BitsToFloat32(), d.ToBits().InterleaveHiGrouped(e.ToBits()).BitsToFloat32()
			l.ConcatPermute128Scalars(0, 2, h).Store(dst)
			l.ConcatPermute128Scalars(1, 3, h).Store(dst[8:])
			dst, x = dst[16:], x[16:]
			upstream = upstream[step*8:]
		}
	}
	return len(dst)
}

// maxPairs64 returns the number of results that are not computed yet.
func maxPairs64(dst, x []float64) int {
	switch simd.VectorBitSize() {
	case 512:
		even, odd := archsimd.LoadUint64x8(even64[:]), archsimd.LoadUint64x8(odd64[:])
		sign := archsimd.BroadcastUint64x8(1 << 63)
		for ; len(dst) >= 8 && len(x) >= 16; dst, x = dst[8:], x[16:] {
			a, b := archsimd.LoadFloat64x8(x), archsimd.LoadFloat64x8(x[8:])
			u, v := a.ConcatPermute(b, even), a.ConcatPermute(b, odd)
			m := u.Add(u.ToBits().And(v.ToBits()).And(sign).BitsToFloat64())
			m = v.IfElse(v.Greater(u), m)
			v.IfElse(v.NotEqual(v), m).Store(dst)
		}
	case 256:
		sign := archsimd.BroadcastUint64x4(1 << 63)
		for ; len(dst) >= 4 && len(x) >= 8; dst, x = dst[4:], x[8:] {
			a, b := archsimd.LoadFloat64x4(x), archsimd.LoadFloat64x4(x[4:])
			l, h := a.ConcatPermute128Scalars(0, 2, b), a.ConcatPermute128Scalars(1, 3, b)
			u, v := l.ConcatPermuteScalarsGrouped(0, 2, h), l.ConcatPermuteScalarsGrouped(1, 3, h)
			m := u.Add(u.ToBits().And(v.ToBits()).And(sign).BitsToFloat64())
			m = v.IfElse(v.Greater(u), m)
			v.IfElse(v.NotEqual(v), m).Store(dst)
		}
	}
	return len(dst)
}

// maxPairsDerivative64 returns the number of elements of dst that are not set yet.
func maxPairsDerivative64(dst, x, upstream []float64) int {
	step := 1
	if upstream == nil {
		step, upstream = 0, ones64[:]
	}
	switch simd.VectorBitSize() {
	case 512:
		even, odd := archsimd.LoadUint64x8(even64[:]), archsimd.LoadUint64x8(odd64[:])
		low, high := archsimd.LoadUint64x8(low64[:]), archsimd.LoadUint64x8(high64[:])
		var zero archsimd.Float64x8
		for len(dst) >= 16 && len(x) >= 16 && len(upstream) >= 8 {
			a, b := archsimd.LoadFloat64x8(x), archsimd.LoadFloat64x8(x[8:])
			u, v := a.ConcatPermute(b, even), a.ConcatPermute(b, odd)
			g := archsimd.LoadFloat64x8(upstream)
			d := g.IfElse(u.GreaterEqual(v), u.IfElse(u.NotEqual(u), zero))
			e := g.IfElse(v.Greater(u), v.IfElse(v.NotEqual(v), zero))
			d.ConcatPermute(e, low).Store(dst)
			d.ConcatPermute(e, high).Store(dst[8:])
			dst, x = dst[16:], x[16:]
			upstream = upstream[step*8:]
		}
	case 256:
		var zero archsimd.Float64x4
		for len(dst) >= 8 && len(x) >= 8 && len(upstream) >= 4 {
			a, b := archsimd.LoadFloat64x4(x), archsimd.LoadFloat64x4(x[4:])
			l, h := a.ConcatPermute128Scalars(0, 2, b), a.ConcatPermute128Scalars(1, 3, b)
			u, v := l.ConcatPermuteScalarsGrouped(0, 2, h), l.ConcatPermuteScalarsGrouped(1, 3, h)
			g := archsimd.LoadFloat64x4(upstream)
			d := g.IfElse(u.GreaterEqual(v), u.IfElse(u.NotEqual(u), zero))
			e := g.IfElse(v.Greater(u), v.IfElse(v.NotEqual(v), zero))
			l, h = d.ToBits().InterleaveLoGrouped(e.ToBits()).BitsToFloat64(), d.ToBits().InterleaveHiGrouped(e.ToBits()).BitsToFloat64()
			l.ConcatPermute128Scalars(0, 2, h).Store(dst)
			l.ConcatPermute128Scalars(1, 3, h).Store(dst[4:])
			dst, x = dst[8:], x[8:]
			upstream = upstream[step*4:]
		}
	}
	return len(dst)
}

// Lane numbers for ConcatPermute, which joins two vectors of 512 bits and picks lanes.
// even and odd separate the pairs. low and high bring the results together again.
var (
	even32 = [16]uint32{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30}
	odd32  = [16]uint32{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31}
	low32  = [16]uint32{0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23}
	high32 = [16]uint32{8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31}
	even64 = [8]uint64{0, 2, 4, 6, 8, 10, 12, 14}
	odd64  = [8]uint64{1, 3, 5, 7, 9, 11, 13, 15}
	low64  = [8]uint64{0, 8, 1, 9, 2, 10, 3, 11}
	high64 = [8]uint64{4, 12, 5, 13, 6, 14, 7, 15}
)
