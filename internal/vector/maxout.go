//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// Maxout sets dst to the maxima over two or more pieces of x. Each piece is a run of
// stride elements.
func Maxout[T element.Float](dst, x []T, pieces, stride int) {
	for start := 0; start < len(dst); start += stride {
		out, group := dst[start:][:stride], x[start*pieces:]
		larger(out, group[:stride], group[stride:][:stride])
		for k := 2; k < pieces; k++ {
			larger(out, out, group[k*stride:][:stride])
		}
	}
}

// MaxoutDerivative sets dst to upstream at the first maximum of each group of two or more
// pieces, to NaN at every NaN, and to 0 elsewhere.
func MaxoutDerivative[T element.Float](dst, x, upstream []T, pieces, stride int) {
	if pieces == 2 {
		for start := 0; start < len(x); start += 2 * stride {
			second, end := start+stride, start+2*stride
			twoPiecesDerivative(dst[start:second], dst[second:end], x[start:second], x[second:end], element.Slice(upstream, start/2, start/2+stride))
		}
		return
	}
	var best [128]T
	for start := 0; start < len(x); start += pieces * stride {
		for s, n := 0, 0; s < stride; s += n {
			n = min(stride-s, len(best))
			if rest := stride - s - n; 0 < rest && rest < maxLanes32 {
				n -= maxLanes32 // the last part must not be shorter than a vector
			}
			best, g := best[:n], element.Slice(upstream, start/pieces+s, start/pieces+s+n)
			first, end := start+s, start+pieces*stride
			larger(best, x[first:][:n], x[first+stride:][:n])
			for i := first + 2*stride; i < end; i += stride {
				larger(best, best, x[i:][:n])
			}
			for i := first; i < end; i += stride {
				firstMaximum(dst[i:][:n], best, x[i:][:n], g)
			}
		}
	}
}

// larger sets dst to what the builtin max gives for a and b: NaN if one of them is NaN,
// and +0 for −0 and +0.
func larger[T element.Float](dst, a, b []T) {
	switch any(dst).(type) {
	case []float32:
		max32(as32(dst), as32(a), as32(b))
	case []float64:
		max64(as64(dst), as64(a), as64(b))
	}
}

// twoPiecesDerivative sets dst1 and dst2 to the derivatives of the maximum of x1 and x2.
func twoPiecesDerivative[T element.Float](dst1, dst2, x1, x2, upstream []T) {
	switch any(dst1).(type) {
	case []float32:
		twoPiecesDerivative32(as32(dst1), as32(dst2), as32(x1), as32(x2), as32(upstream))
	case []float64:
		twoPiecesDerivative64(as64(dst1), as64(dst2), as64(x1), as64(x2), as64(upstream))
	}
}

// firstMaximum sets dst to upstream if x is best, to NaN if x is NaN, else to 0. If x is
// best, it sets best to NaN, because no later piece equals NaN.
func firstMaximum[T element.Float](dst, best, x, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		firstMaximum32(as32(dst), as32(best), as32(x), as32(upstream))
	case []float64:
		firstMaximum64(as64(dst), as64(best), as64(x), as64(upstream))
	}
}
