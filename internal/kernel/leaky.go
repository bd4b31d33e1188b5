package kernel

import "math"

// LeakyReLU sets dst to x where x > 0, else to alpha·x.
func LeakyReLU[T Float](dst, x []T, alpha T) {
	switch dst := any(dst).(type) {
	case []float32:
		leaky32(dst, any(x).([]float32), float32(alpha))
	case []float64:
		leaky64(dst, any(x).([]float64), float64(alpha))
	}
}

// LeakyReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN,
// and to alpha·upstream elsewhere; to 0 there, whatever upstream is, for an
// alpha of 0. For alpha ≥ 0 it is its own from-output form.
func LeakyReLUDerivative[T Float](dst, x, upstream []T, alpha T) {
	if alpha == 0 {
		ReLUDerivative(dst, x, upstream)
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		leakyDerivative32(dst, any(x).([]float32), any(upstream).([]float32), float32(alpha))
	case []float64:
		leakyDerivative64(dst, any(x).([]float64), any(upstream).([]float64), float64(alpha))
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

func leaky32(dst, x []float32, alpha float32) {
	in, inRest := eights[int32](x)
	v, vRest := eights[float32](x)
	out, outRest := eights[int32](dst)
	v, out = v[:len(in)], out[:len(in)]
	for i := range in {
		b, v, o := &in[i], &v[i], &out[i]
		o[0] = unlessNegative(b[0], int32(math.Float32bits(v[0]*alpha)))
		o[1] = unlessNegative(b[1], int32(math.Float32bits(v[1]*alpha)))
		o[2] = unlessNegative(b[2], int32(math.Float32bits(v[2]*alpha)))
		o[3] = unlessNegative(b[3], int32(math.Float32bits(v[3]*alpha)))
		o[4] = unlessNegative(b[4], int32(math.Float32bits(v[4]*alpha)))
		o[5] = unlessNegative(b[5], int32(math.Float32bits(v[5]*alpha)))
		o[6] = unlessNegative(b[6], int32(math.Float32bits(v[6]*alpha)))
		o[7] = unlessNegative(b[7], int32(math.Float32bits(v[7]*alpha)))
	}
	vRest, outRest = vRest[:len(inRest)], outRest[:len(inRest)]
	for i, b := range inRest {
		outRest[i] = unlessNegative(b, int32(math.Float32bits(vRest[i]*alpha)))
	}
}

func leakyDerivative32(dst, x, upstream []float32, alpha float32) {
	if upstream == nil {
		var buffer [64]float32
		g := ones(buffer[:], len(x))
		for n := len(g); len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			leakyDerivative32(dst[:n], x[:n], g[:n], alpha)
		}
		return
	}
	in, inRest := eights[int32](x)
	on, onRest := eights[int32](upstream)
	g, gRest := eights[float32](upstream)
	out, outRest := eights[int32](dst)
	on, g, out = on[:len(in)], g[:len(in)], out[:len(in)]
	for i := range in {
		b, on, g, o := &in[i], &on[i], &g[i], &out[i]
		o[0] = slope(b[0], on[0], int32(math.Float32bits(g[0]*alpha)), math.MaxInt32, inf32)
		o[1] = slope(b[1], on[1], int32(math.Float32bits(g[1]*alpha)), math.MaxInt32, inf32)
		o[2] = slope(b[2], on[2], int32(math.Float32bits(g[2]*alpha)), math.MaxInt32, inf32)
		o[3] = slope(b[3], on[3], int32(math.Float32bits(g[3]*alpha)), math.MaxInt32, inf32)
		o[4] = slope(b[4], on[4], int32(math.Float32bits(g[4]*alpha)), math.MaxInt32, inf32)
		o[5] = slope(b[5], on[5], int32(math.Float32bits(g[5]*alpha)), math.MaxInt32, inf32)
		o[6] = slope(b[6], on[6], int32(math.Float32bits(g[6]*alpha)), math.MaxInt32, inf32)
		o[7] = slope(b[7], on[7], int32(math.Float32bits(g[7]*alpha)), math.MaxInt32, inf32)
	}
	onRest, gRest, outRest = onRest[:len(inRest)], gRest[:len(inRest)], outRest[:len(inRest)]
	for i, b := range inRest {
		outRest[i] = slope(b, onRest[i], int32(math.Float32bits(gRest[i]*alpha)), math.MaxInt32, inf32)
	}
}

func leaky64(dst, x []float64, alpha float64) {
	in, inRest := eights[int64](x)
	v, vRest := eights[float64](x)
	out, outRest := eights[int64](dst)
	v, out = v[:len(in)], out[:len(in)]
	for i := range in {
		b, v, o := &in[i], &v[i], &out[i]
		o[0] = unlessNegative(b[0], int64(math.Float64bits(v[0]*alpha)))
		o[1] = unlessNegative(b[1], int64(math.Float64bits(v[1]*alpha)))
		o[2] = unlessNegative(b[2], int64(math.Float64bits(v[2]*alpha)))
		o[3] = unlessNegative(b[3], int64(math.Float64bits(v[3]*alpha)))
		o[4] = unlessNegative(b[4], int64(math.Float64bits(v[4]*alpha)))
		o[5] = unlessNegative(b[5], int64(math.Float64bits(v[5]*alpha)))
		o[6] = unlessNegative(b[6], int64(math.Float64bits(v[6]*alpha)))
		o[7] = unlessNegative(b[7], int64(math.Float64bits(v[7]*alpha)))
	}
	vRest, outRest = vRest[:len(inRest)], outRest[:len(inRest)]
	for i, b := range inRest {
		outRest[i] = unlessNegative(b, int64(math.Float64bits(vRest[i]*alpha)))
	}
}

func leakyDerivative64(dst, x, upstream []float64, alpha float64) {
	if upstream == nil {
		var buffer [64]float64
		g := ones(buffer[:], len(x))
		for n := len(g); len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			leakyDerivative64(dst[:n], x[:n], g[:n], alpha)
		}
		return
	}
	in, inRest := eights[int64](x)
	on, onRest := eights[int64](upstream)
	g, gRest := eights[float64](upstream)
	out, outRest := eights[int64](dst)
	on, g, out = on[:len(in)], g[:len(in)], out[:len(in)]
	for i := range in {
		b, on, g, o := &in[i], &on[i], &g[i], &out[i]
		o[0] = slope(b[0], on[0], int64(math.Float64bits(g[0]*alpha)), math.MaxInt64, inf64)
		o[1] = slope(b[1], on[1], int64(math.Float64bits(g[1]*alpha)), math.MaxInt64, inf64)
		o[2] = slope(b[2], on[2], int64(math.Float64bits(g[2]*alpha)), math.MaxInt64, inf64)
		o[3] = slope(b[3], on[3], int64(math.Float64bits(g[3]*alpha)), math.MaxInt64, inf64)
		o[4] = slope(b[4], on[4], int64(math.Float64bits(g[4]*alpha)), math.MaxInt64, inf64)
		o[5] = slope(b[5], on[5], int64(math.Float64bits(g[5]*alpha)), math.MaxInt64, inf64)
		o[6] = slope(b[6], on[6], int64(math.Float64bits(g[6]*alpha)), math.MaxInt64, inf64)
		o[7] = slope(b[7], on[7], int64(math.Float64bits(g[7]*alpha)), math.MaxInt64, inf64)
	}
	onRest, gRest, outRest = onRest[:len(inRest)], gRest[:len(inRest)], outRest[:len(inRest)]
	for i, b := range inRest {
		outRest[i] = slope(b, onRest[i], int64(math.Float64bits(gRest[i]*alpha)), math.MaxInt64, inf64)
	}
}
