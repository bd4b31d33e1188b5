package scalar

import (
	"math"
	"slices"

	"example.com/activation/internal/element"
)

// PReLU sets dst to x where x > 0, else to alpha[i]·x, with i = index mod
// len(alpha).
func PReLU[T element.Float](dst, x, alpha []T) {
	switch any(dst).(type) {
	case []float32:
		prelu[int32](dst, x, alpha)
	case []float64:
		prelu[int64](dst, x, alpha)
	}
}

// prelu is PReLU for stride 1. It goes by blocks of eight where the slopes come
// in such blocks.
func prelu[W int32 | int64, T element.Float](dst, x, alpha []T) {
	if len(alpha)%8 != 0 {
		for n := len(alpha); len(x) > 0; x, dst = x[n:], dst[n:] {
			in, out := x[:n], dst[:n]
			for i, a := range alpha {
				out[i] = word[T](unlessNegative(word[W](in[i]), word[W](in[i]*a)))
			}
		}
		return
	}
	in, _ := eights[W](x)
	v, _ := eights[T](x)
	slopes, _ := eights[T](alpha)
	out, _ := eights[W](dst)
	v, out = v[:len(in)], out[:len(in)]
	k := 0
	for i := range in {
		b, v, a, o := &in[i], &v[i], &slopes[k], &out[i]
		if k++; k == len(slopes) {
			k = 0
		}
		o[0] = unlessNegative(b[0], word[W](v[0]*a[0]))
		o[1] = unlessNegative(b[1], word[W](v[1]*a[1]))
		o[2] = unlessNegative(b[2], word[W](v[2]*a[2]))
		o[3] = unlessNegative(b[3], word[W](v[3]*a[3]))
		o[4] = unlessNegative(b[4], word[W](v[4]*a[4]))
		o[5] = unlessNegative(b[5], word[W](v[5]*a[5]))
		o[6] = unlessNegative(b[6], word[W](v[6]*a[6]))
		o[7] = unlessNegative(b[7], word[W](v[7]*a[7]))
	}
}

// PReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to alpha[i]·upstream elsewhere.
func PReLUDerivative[T element.Float](dst, x, upstream, alpha []T) {
	switch any(dst).(type) {
	case []float32:
		preluDerivative[int32](dst, x, upstream, alpha, math.MaxInt32, inf32)
	case []float64:
		preluDerivative[int64](dst, x, upstream, alpha, math.MaxInt64, inf64)
	}
}

// preluDerivative is PReLUDerivative for stride 1, by blocks of eight where it
// can. It needs to know which bits are not the sign, and those of +Inf.
func preluDerivative[W int32 | int64, T element.Float](dst, x, upstream, alpha []T, magnitude, inf W) {
	if upstream == nil || len(alpha)%8 != 0 || slices.Contains(alpha, 0) {
		for start := 0; start < len(x); start += len(alpha) {
			in, out := x[start:][:len(alpha)], dst[start:][:len(alpha)]
			for i, a := range alpha {
				g := element.Upstream(1, upstream, start+i)
				out[i] = word[T](slope(word[W](in[i]), word[W](g), off(word[W](a), word[W](g*a), magnitude), magnitude, inf))
			}
		}
		return
	}
	in, _ := eights[W](x)
	on, _ := eights[W](upstream)
	g, _ := eights[T](upstream)
	slopes, _ := eights[T](alpha)
	out, _ := eights[W](dst)
	on, g, out = on[:len(in)], g[:len(in)], out[:len(in)]
	k := 0
	for i := range in {
		b, on, g, a, o := &in[i], &on[i], &g[i], &slopes[k], &out[i]
		if k++; k == len(slopes) {
			k = 0
		}
		o[0] = slope(b[0], on[0], word[W](g[0]*a[0]), magnitude, inf)
		o[1] = slope(b[1], on[1], word[W](g[1]*a[1]), magnitude, inf)
		o[2] = slope(b[2], on[2], word[W](g[2]*a[2]), magnitude, inf)
		o[3] = slope(b[3], on[3], word[W](g[3]*a[3]), magnitude, inf)
		o[4] = slope(b[4], on[4], word[W](g[4]*a[4]), magnitude, inf)
		o[5] = slope(b[5], on[5], word[W](g[5]*a[5]), magnitude, inf)
		o[6] = slope(b[6], on[6], word[W](g[6]*a[6]), magnitude, inf)
		o[7] = slope(b[7], on[7], word[W](g[7]*a[7]), magnitude, inf)
	}
}

// off returns y, but 0 for the bits a of a slope of 0, which closes the gate.
func off[W int32 | int64](a, y, magnitude W) W {
	if a&magnitude == 0 {
		y = 0
	}
	return y
}

// PReLUParameterGradient adds upstream·x of each row of x to grad, except where
// x > 0: there nothing is added, not even a NaN in upstream.
func PReLUParameterGradient[T element.Float](grad, x, upstream []T) {
	switch any(grad).(type) {
	case []float32:
		preluParameterGradient[int32](grad, x, upstream, math.MinInt32, inf32)
	case []float64:
		preluParameterGradient[int64](grad, x, upstream, math.MinInt64, inf64)
	}
}

// preluParameterGradient needs to know the bits of −0 and of +Inf.
func preluParameterGradient[W int32 | int64, T element.Float](grad, x, upstream []T, zero, inf W) {
	for start := 0; start < len(x); start += len(grad) {
		row := x[start:][:len(grad)]
		for i, v := range row {
			grad[i] += word[T](unlessPositive(word[W](v), word[W](element.Upstream(v, upstream, start+i)), zero, inf))
		}
	}
}

// LeakSum returns the sum of upstream·x over the elements of x with x ≤ 0.
func LeakSum[T element.Float](x, upstream []T) float64 {
	if _, ok := any(x).([]float32); ok {
		return leak[int32](x, upstream, math.MinInt32, inf32)
	}
	return leak[int64](x, upstream, math.MinInt64, inf64)
}

// leak returns the sum of upstream·x over the elements of x with x ≤ 0, in
// float64: a long run of float32 needs more than 24 bits.
func leak[W int32 | int64, T element.Float](x, upstream []T, zero, inf W) (sum float64) {
	for i, v := range x {
		sum += float64(word[T](unlessPositive(word[W](v), word[W](element.Upstream(v, upstream, i)), zero, inf)))
	}
	return sum
}

// unlessPositive returns y, but −0, which changes nothing that it is added to,
// for the bits b of a number above 0.
func unlessPositive[W int32 | int64](b, y, zero, inf W) W {
	d := y
	if b > 0 {
		d = zero
	}
	if b > inf {
		d = y
	}
	return d
}
