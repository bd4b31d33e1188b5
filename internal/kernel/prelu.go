package kernel

// A PReLU sees x as runs of elements that share a slope: for one slope all of
// x, for a stride above 1 stride elements each. For stride 1 a run would be a
// single element, and the loop goes over the slopes instead.

// PReLU sets dst to x where x > 0, else to alpha[i]·x, with
// i = (index/stride) mod len(alpha).
func PReLU[T Float](dst, x, alpha []T, stride int) {
	if len(alpha) > 1 && stride == 1 {
		for len(x) > 0 {
			row, out := x[:len(alpha)], dst[:len(alpha)]
			for i, a := range alpha {
				out[i] = leaky(row[i], a)
			}
			x, dst = x[len(alpha):], dst[len(alpha):]
		}
		return
	}
	for start, i := 0, 0; start < len(x); i++ {
		end := runEnd(start, len(x), len(alpha), stride)
		LeakyReLU(dst[start:end], x[start:end], alpha[i%len(alpha)])
		start = end
	}
}

// PReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to alpha[i]·upstream elsewhere.
func PReLUDerivative[T Float](dst, x, upstream, alpha []T, stride int) {
	if len(alpha) > 1 && stride == 1 {
		for start := 0; start < len(x); start += len(alpha) {
			row, out := x[start:][:len(alpha)], dst[start:][:len(alpha)]
			if upstream == nil {
				for i, a := range alpha {
					out[i] = gate(row[i], 1, a)
				}
				continue
			}
			g := upstream[start:][:len(alpha)]
			for i, a := range alpha {
				out[i] = gate(row[i], g[i], a*g[i])
			}
		}
		return
	}
	for start, i := 0, 0; start < len(x); i++ {
		end := runEnd(start, len(x), len(alpha), stride)
		LeakyReLUDerivative(dst[start:end], x[start:end], part(upstream, start, end), alpha[i%len(alpha)])
		start = end
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
	for start, i := 0, 0; start < len(x); i++ {
		end := runEnd(start, len(x), len(grad), stride)
		var sum float64 // a long run of float32 needs more than 24 bits
		for j := start; j < end; j++ {
			if v := x[j]; !(v > 0) {
				sum += float64(scale(v, upstream, j))
			}
		}
		grad[i%len(grad)] += T(sum)
		start = end
	}
}

// runEnd returns where the run of elements with one slope ends that begins at
// start.
func runEnd(start, n, slopes, stride int) int {
	if slopes == 1 {
		return n
	}
	return start + stride
}

// part returns s[start:end], or nil for a nil s.
func part[T Float](s []T, start, end int) []T {
	if s == nil {
		return nil
	}
	return s[start:end]
}
