package kernel

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
		x, alpha := any(x).([]float32), any(alpha).([]float32)
		for ; len(x) > 0; x, dst = x[len(alpha):], dst[len(alpha):] {
			in, out := x[:len(alpha)], dst[:len(alpha)]
			for i, a := range alpha {
				out[i] = leaky32(in[i], a)
			}
		}
	case []float64:
		x, alpha := any(x).([]float64), any(alpha).([]float64)
		for ; len(x) > 0; x, dst = x[len(alpha):], dst[len(alpha):] {
			in, out := x[:len(alpha)], dst[:len(alpha)]
			for i, a := range alpha {
				out[i] = leaky64(in[i], a)
			}
		}
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
