package kernel

import "math"

// A PReLU sees x as runs of elements that share a slope: for one slope all of
// x, for a stride above 1 stride elements each. For stride 1 a run would be a
// single element, and the loop goes over the slopes instead.

// PReLU sets dst to x where x > 0, else to alpha[i]·x, with
// i = (index/stride) mod len(alpha).
func PReLU[T Float](dst, x, alpha []T, stride int) {
	if len(alpha) == 1 {
		LeakyReLU(dst, x, alpha[0])
		return
	}
	if stride > 1 {
		for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
			LeakyReLU(dst[start:][:stride], x[start:][:stride], alpha[i%len(alpha)])
		}
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		prelu32(dst, any(x).([]float32), any(alpha).([]float32))
	case []float64:
		prelu64(dst, any(x).([]float64), any(alpha).([]float64))
	}
}

// prelu32 is PReLU for stride 1. It goes by blocks of eight where the slopes
// come in such blocks.
func prelu32(dst, x, alpha []float32) {
	if len(alpha)%8 != 0 {
		for n := len(alpha); len(x) > 0; x, dst = x[n:], dst[n:] {
			in, out := x[:n], dst[:n]
			for i, a := range alpha {
				b := int32(math.Float32bits(in[i]))
				out[i] = math.Float32frombits(uint32(unlessNegative(b, int32(math.Float32bits(in[i]*a)))))
			}
		}
		return
	}
	in, _ := eights[int32](x)
	v, _ := eights[float32](x)
	slopes, _ := eights[float32](alpha)
	out, _ := eights[int32](dst)
	v, out = v[:len(in)], out[:len(in)]
	k := 0
	for i := range in {
		b, v, a, o := &in[i], &v[i], &slopes[k], &out[i]
		if k++; k == len(slopes) {
			k = 0
		}
		o[0] = unlessNegative(b[0], int32(math.Float32bits(v[0]*a[0])))
		o[1] = unlessNegative(b[1], int32(math.Float32bits(v[1]*a[1])))
		o[2] = unlessNegative(b[2], int32(math.Float32bits(v[2]*a[2])))
		o[3] = unlessNegative(b[3], int32(math.Float32bits(v[3]*a[3])))
		o[4] = unlessNegative(b[4], int32(math.Float32bits(v[4]*a[4])))
		o[5] = unlessNegative(b[5], int32(math.Float32bits(v[5]*a[5])))
		o[6] = unlessNegative(b[6], int32(math.Float32bits(v[6]*a[6])))
		o[7] = unlessNegative(b[7], int32(math.Float32bits(v[7]*a[7])))
	}
}

// prelu64 is prelu32 for float64.
func prelu64(dst, x, alpha []float64) {
	if len(alpha)%8 != 0 {
		for n := len(alpha); len(x) > 0; x, dst = x[n:], dst[n:] {
			in, out := x[:n], dst[:n]
			for i, a := range alpha {
				b := int64(math.Float64bits(in[i]))
				out[i] = math.Float64frombits(uint64(unlessNegative(b, int64(math.Float64bits(in[i]*a)))))
			}
		}
		return
	}
	in, _ := eights[int64](x)
	v, _ := eights[float64](x)
	slopes, _ := eights[float64](alpha)
	out, _ := eights[int64](dst)
	v, out = v[:len(in)], out[:len(in)]
	k := 0
	for i := range in {
		b, v, a, o := &in[i], &v[i], &slopes[k], &out[i]
		if k++; k == len(slopes) {
			k = 0
		}
		o[0] = unlessNegative(b[0], int64(math.Float64bits(v[0]*a[0])))
		o[1] = unlessNegative(b[1], int64(math.Float64bits(v[1]*a[1])))
		o[2] = unlessNegative(b[2], int64(math.Float64bits(v[2]*a[2])))
		o[3] = unlessNegative(b[3], int64(math.Float64bits(v[3]*a[3])))
		o[4] = unlessNegative(b[4], int64(math.Float64bits(v[4]*a[4])))
		o[5] = unlessNegative(b[5], int64(math.Float64bits(v[5]*a[5])))
		o[6] = unlessNegative(b[6], int64(math.Float64bits(v[6]*a[6])))
		o[7] = unlessNegative(b[7], int64(math.Float64bits(v[7]*a[7])))
	}
}

// PReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to alpha[i]·upstream elsewhere.
func PReLUDerivative[T Float](dst, x, upstream, alpha []T, stride int) {
	if len(alpha) == 1 {
		LeakyReLUDerivative(dst, x, upstream, alpha[0])
		return
	}
	if stride > 1 {
		for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
			end := start + stride
			LeakyReLUDerivative(dst[start:end], x[start:end], part(upstream, start, end), alpha[i%len(alpha)])
		}
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		x, upstream, alpha := any(x).([]float32), any(upstream).([]float32), any(alpha).([]float32)
		for start := 0; start < len(x); start += len(alpha) {
			in, out := x[start:][:len(alpha)], dst[start:][:len(alpha)]
			if upstream == nil {
				for i, a := range alpha {
					out[i] = gate32(in[i], 1, a)
				}
				continue
			}
			g := upstream[start:][:len(alpha)]
			for i, a := range alpha {
				out[i] = gate32(in[i], g[i], a)
			}
		}
	case []float64:
		x, upstream, alpha := any(x).([]float64), any(upstream).([]float64), any(alpha).([]float64)
		for start := 0; start < len(x); start += len(alpha) {
			in, out := x[start:][:len(alpha)], dst[start:][:len(alpha)]
			if upstream == nil {
				for i, a := range alpha {
					out[i] = gate64(in[i], 1, a)
				}
				continue
			}
			g := upstream[start:][:len(alpha)]
			for i, a := range alpha {
				out[i] = gate64(in[i], g[i], a)
			}
		}
	}
}

// PReLUParameterGradient adds to grad[i] the sum of upstream·x over the
// elements of slope i with x ≤ 0. Where x > 0 nothing is added, not even a NaN
// in upstream.
func PReLUParameterGradient[T Float](grad, x, upstream []T, stride int) {
	if len(grad) > 1 && stride == 1 {
		for start := 0; start < len(x); start += len(grad) {
			row := x[start:][:len(grad)]
			for i := range grad {
				if v := row[i]; !(v > 0) {
					grad[i] += scale(v, upstream, start+i)
				}
			}
		}
		return
	}
	if len(grad) == 1 {
		stride = len(x)
	}
	for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
		var sum float64 // a long run of float32 needs more than 24 bits
		for j := start; j < start+stride; j++ {
			if v := x[j]; !(v > 0) {
				sum += float64(scale(v, upstream, j))
			}
		}
		grad[i%len(grad)] += T(sum)
	}
}

// part returns s[start:end], or nil for a nil s.
func part[T Float](s []T, start, end int) []T {
	if s == nil {
		return nil
	}
	return s[start:end]
}

// gate32 returns g for v > 0, v for NaN, else alpha·g, or 0 for an alpha of 0.
func gate32(v, g, alpha float32) float32 {
	in, d := math.Float32bits(v), math.Float32bits(alpha*g)
	if alpha == 0 {
		d = 0
	}
	if int32(in) > 0 {
		d = math.Float32bits(g)
	}
	if in<<1 > 0xff<<24 {
		d = in
	}
	return math.Float32frombits(d)
}

// gate64 is gate32 for float64.
func gate64(v, g, alpha float64) float64 {
	in, d := math.Float64bits(v), math.Float64bits(alpha*g)
	if alpha == 0 {
		d = 0
	}
	if int64(in) > 0 {
		d = math.Float64bits(g)
	}
	if in<<1 > 0x7ff<<53 {
		d = in
	}
	return math.Float64frombits(d)
}
