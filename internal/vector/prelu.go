//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// PReLU sets dst to x if its sign bit is clear, else to alpha[i]·x, for the element i of a
// row of len(alpha) elements. If derivative is true, it sets dst to upstream
// if x > 0, to NaN if x is NaN, else to alpha[i]·upstream. If alpha[i] is 0, that is 0
// even for a NaN or infinite upstream.
func PReLU[T element.Float](derivative bool, dst, x, upstream, alpha []T) {
	row := len(alpha)
	switch {
	case row%(2*maxLanes32) == 0 || row == len(x):
		slopes(derivative, dst, x, upstream, alpha, row)
	case row <= maxRepeated:
		// Repeat the slopes in a table. A vector of slopes may begin at any of
		// the first end elements, so the table goes one vector further.
		var table [maxRepeated + 2*maxLanes32]T
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

// maxRepeated is the largest number of slopes that are repeated in a table.
const maxRepeated = 256

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

// PReLUParameterGradient adds to grad[i] the sum of upstream·x over element i of all rows
// in which it is at most 0.
func PReLUParameterGradient[T element.Float](grad, x, upstream []T) {
	switch any(grad).(type) {
	case []float32:
		preluParameterGradient32(as32(grad), as32(x), as32(upstream))
	case []float64:
		preluParameterGradient64(as64(grad), as64(x), as64(upstream))
	}
}

// SlopeGradient returns the sum of upstream·x over the elements of x with x ≤ 0. If a
// product is infinite or NaN, finite is false, and the sum may be wrong.
func SlopeGradient[T element.Float](x, upstream []T) (sum float64, finite bool) {
	switch any(x).(type) {
	case []float32:
		sum = slopeGradient32(as32(x), as32(upstream))
	case []float64:
		sum = slopeGradient64(as64(x), as64(upstream))
	}
	return sum, sum-sum == 0
}

// total returns the sum of s. Elements beyond the lanes of a vector are 0.
func total(s []float64) (sum float64) {
	for _, v := range s {
		sum += v
	}
	return sum
}
