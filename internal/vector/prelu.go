//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// PReLU sets dst to x where its sign bit is clear, else to alpha[i]·x, for
// x in rows of len(alpha). With derivative it sets dst to upstream where x > 0,
// to NaN where x is NaN, and to alpha[i]·upstream elsewhere; to 0 there for an
// alpha[i] of 0.
func PReLU[T element.Float](derivative bool, dst, x, upstream, alpha []T) {
	row := len(alpha)
	switch {
	case row%(2*maxLanes32) == 0 || row == len(x):
		slopes(derivative, dst, x, upstream, alpha, row)
	case row <= maxCycle:
		// Repeat the slopes for as long as the vectors go that begin among
		// the first.
		var table [maxCycle + 2*maxLanes32]T
		end := row
		for end < 2*maxLanes32 {
			end += row
		}
		for i := copy(table[:], alpha); i < end+2*maxLanes32; {
			i += copy(table[i:], table[:i])
		}
		slopes(derivative, dst, x, upstream, table[:], end)
	default:
		for start := 0; start < len(x); start += row {
			end := start + row
			slopes(derivative, dst[start:end], x[start:end], element.Slice(upstream, start, end), alpha, row)
		}
	}
}

// maxCycle is the number of slopes up to which they are repeated in a table.
const maxCycle = 256

func slopes[T element.Float](derivative bool, dst, x, upstream, alpha []T, end int) {
	switch any(dst).(type) {
	case []float32:
		if derivative {
			preluDerivative32(as32(dst), as32(x), as32(upstream), as32(alpha), end)
		} else {
			prelu32(as32(dst), as32(x), as32(alpha), end)
		}
	case []float64:
		if derivative {
			preluDerivative64(as64(dst), as64(x), as64(upstream), as64(alpha), end)
		} else {
			prelu64(as64(dst), as64(x), as64(alpha), end)
		}
	}
}

// PReLUParameterGradient adds to grad[i] the upstream·x of each row of x
// with x ≤ 0.
func PReLUParameterGradient[T element.Float](grad, x, upstream []T) {
	switch any(grad).(type) {
	case []float32:
		preluParameterGradient32(as32(grad), as32(x), as32(upstream))
	case []float64:
		preluParameterGradient64(as64(grad), as64(x), as64(upstream))
	}
}

// LeakSum returns the sum of upstream·x over the elements of x with x ≤ 0,
// and false where an infinity or a NaN is in it.
func LeakSum[T element.Float](x, upstream []T) (sum float64, finite bool) {
	switch any(x).(type) {
	case []float32:
		sum = leak32(as32(x), as32(upstream))
	case []float64:
		sum = leak64(as64(x), as64(upstream))
	}
	return sum, sum-sum == 0
}

// total returns the sum of s, of which the lanes of a vector are set.
func total(s []float64) (sum float64) {
	for _, v := range s {
		sum += v
	}
	return sum
}
