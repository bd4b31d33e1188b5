package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// The bits of +Inf and −Inf as signed integers. The numbers below zero are those
// from the smallest integer, which is −0, up to −Inf; the NaNs are those beyond
// either Inf.
const (
	inf32, negativeInf32 = 0xff << 23, -1 << 23
	inf64, negativeInf64 = 0x7ff << 52, -1 << 52
)

// ReLU sets dst to max(0, x): to 0 where x is from −Inf to −0, which as bits is
// one comparison of signed integers, and leaves out the NaNs. For that the
// compiler has a conditional move. A load, a comparison, a move and a store are
// all there is, half the time of the builtin max.
func ReLU[T element.Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		relu[int32](dst, x, negativeInf32)
	case []float64:
		relu[int64](dst, x, negativeInf64)
	}
}

func relu[W int32 | int64, T element.Float](dst, x []T, negativeInf W) {
	blocks, rest := eights[W](x)
	out, outRest := eights[W](dst)
	out, outRest = out[:len(blocks)], outRest[:len(rest)]
	for i := range blocks {
		b, o := &blocks[i], &out[i]
		o[0] = positive(b[0], negativeInf)
		o[1] = positive(b[1], negativeInf)
		o[2] = positive(b[2], negativeInf)
		o[3] = positive(b[3], negativeInf)
		o[4] = positive(b[4], negativeInf)
		o[5] = positive(b[5], negativeInf)
		o[6] = positive(b[6], negativeInf)
		o[7] = positive(b[7], negativeInf)
	}
	for i, b := range rest {
		outRest[i] = positive(b, negativeInf)
	}
}

// positive returns b, but 0 for the bits from −0 to −Inf.
func positive[W int32 | int64](b, negativeInf W) W {
	if b <= negativeInf {
		b = 0
	}
	return b
}

// ReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to 0 elsewhere. It is its own from-output form: max(0, x) > 0 where x > 0.
func ReLUDerivative[T element.Float](dst, x, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		gate[int32](dst, x, upstream, math.MaxInt32, inf32)
	case []float64:
		gate[int64](dst, x, upstream, math.MaxInt64, inf64)
	}
}

// gate needs to know which bits are not the sign, and those of +Inf.
func gate[W int32 | int64, T element.Float](dst, x, upstream []T, magnitude, inf W) {
	if upstream == nil {
		var buffer [64]T
		g := ones(buffer[:], len(x))
		for n := len(g); len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			gate(dst[:n], x[:n], g[:n], magnitude, inf)
		}
		return
	}
	blocks, rest := eights[W](x)
	ups, upRest := eights[W](upstream)
	out, outRest := eights[W](dst)
	ups, out = ups[:len(blocks)], out[:len(blocks)]
	for i := range blocks {
		b, g, o := &blocks[i], &ups[i], &out[i]
		o[0] = pass(b[0], g[0], magnitude, inf)
		o[1] = pass(b[1], g[1], magnitude, inf)
		o[2] = pass(b[2], g[2], magnitude, inf)
		o[3] = pass(b[3], g[3], magnitude, inf)
		o[4] = pass(b[4], g[4], magnitude, inf)
		o[5] = pass(b[5], g[5], magnitude, inf)
		o[6] = pass(b[6], g[6], magnitude, inf)
		o[7] = pass(b[7], g[7], magnitude, inf)
	}
	upRest, outRest = upRest[:len(rest)], outRest[:len(rest)]
	for i, b := range rest {
		outRest[i] = pass(b, upRest[i], magnitude, inf)
	}
}

// pass returns g for the bits b of a number above 0, b for those of a NaN, else
// 0.
func pass[W int32 | int64](b, g, magnitude, inf W) W {
	if b <= 0 {
		g = 0
	}
	if b&magnitude > inf {
		g = b
	}
	return g
}
