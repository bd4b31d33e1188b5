package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// LeakyReLU sets dst to x where x > 0, else to alpha·x.
func LeakyReLU[T element.Float](dst, x []T, alpha T) {
	switch any(dst).(type) {
	case []float32:
		leaky[int32](dst, x, alpha)
	case []float64:
		leaky[int64](dst, x, alpha)
	}
}

// LeakyReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN,
// and to alpha·upstream elsewhere, for an alpha that is not 0.
func LeakyReLUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	switch any(dst).(type) {
	case []float32:
		leakyDerivative[int32](dst, x, upstream, alpha, math.MaxInt32, inf32)
	case []float64:
		leakyDerivative[int64](dst, x, upstream, alpha, math.MaxInt64, inf64)
	}
}

// The selections work on bits: for integers the compiler has conditional moves,
// for floats only branches, and half of those are mispredicted where the signs
// of x are random. The sign bit separates +0 from −0 as well, so that f(+0) is
// +0 for a negative slope too.

// unlessNegative returns b for the bits of a number from +0 on, else y.
func unlessNegative[W int32 | int64](b, y W) W {
	if b >= 0 {
		y = b
	}
	return y
}

// slope returns on for the bits b of a number above 0, b for those of a NaN, else
// off.
func slope[W int32 | int64](b, on, off, magnitude, inf W) W {
	if b > 0 {
		off = on
	}
	if b&magnitude > inf {
		off = b
	}
	return off
}

func leaky[W int32 | int64, T element.Float](dst, x []T, alpha T) {
	in, inRest := eights[W](x)
	v, vRest := eights[T](x)
	out, outRest := eights[W](dst)
	v, out = v[:len(in)], out[:len(in)]
	for i := range in {
		b, v, o := &in[i], &v[i], &out[i]
		o[0] = unlessNegative(b[0], word[W](v[0]*alpha))
		o[1] = unlessNegative(b[1], word[W](v[1]*alpha))
		o[2] = unlessNegative(b[2], word[W](v[2]*alpha))
		o[3] = unlessNegative(b[3], word[W](v[3]*alpha))
		o[4] = unlessNegative(b[4], word[W](v[4]*alpha))
		o[5] = unlessNegative(b[5], word[W](v[5]*alpha))
		o[6] = unlessNegative(b[6], word[W](v[6]*alpha))
		o[7] = unlessNegative(b[7], word[W](v[7]*alpha))
	}
	vRest, outRest = vRest[:len(inRest)], outRest[:len(inRest)]
	for i, b := range inRest {
		outRest[i] = unlessNegative(b, word[W](vRest[i]*alpha))
	}
}

// leakyDerivative needs to know which bits are not the sign, and those of +Inf.
func leakyDerivative[W int32 | int64, T element.Float](dst, x, upstream []T, alpha T, magnitude, inf W) {
	if upstream == nil {
		var buffer [64]T
		g := ones(buffer[:], len(x))
		for n := len(g); len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			leakyDerivative(dst[:n], x[:n], g[:n], alpha, magnitude, inf)
		}
		return
	}
	in, inRest := eights[W](x)
	on, onRest := eights[W](upstream)
	g, gRest := eights[T](upstream)
	out, outRest := eights[W](dst)
	on, g, out = on[:len(in)], g[:len(in)], out[:len(in)]
	for i := range in {
		b, on, g, o := &in[i], &on[i], &g[i], &out[i]
		o[0] = slope(b[0], on[0], word[W](g[0]*alpha), magnitude, inf)
		o[1] = slope(b[1], on[1], word[W](g[1]*alpha), magnitude, inf)
		o[2] = slope(b[2], on[2], word[W](g[2]*alpha), magnitude, inf)
		o[3] = slope(b[3], on[3], word[W](g[3]*alpha), magnitude, inf)
		o[4] = slope(b[4], on[4], word[W](g[4]*alpha), magnitude, inf)
		o[5] = slope(b[5], on[5], word[W](g[5]*alpha), magnitude, inf)
		o[6] = slope(b[6], on[6], word[W](g[6]*alpha), magnitude, inf)
		o[7] = slope(b[7], on[7], word[W](g[7]*alpha), magnitude, inf)
	}
	onRest, gRest, outRest = onRest[:len(inRest)], gRest[:len(inRest)], outRest[:len(inRest)]
	for i, b := range inRest {
		outRest[i] = slope(b, onRest[i], word[W](gRest[i]*alpha), magnitude, inf)
	}
}
