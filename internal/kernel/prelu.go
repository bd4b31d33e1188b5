package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// For a PReLU, x consists of runs of stride elements that share a slope. With one slope,
// all of x is one run. The vector loops of PReLU and its derivative are for two cases:
//
//   - Long runs, see the function runs. Each run is a leaky ReLU.
//   - Runs of one element. A vector of x is then multiplied by a vector of slopes. If a
//     vector holds two float64, the scalar loop is faster: for 64 slopes it takes 0.52
//     ns an element against 0.81 forward. On Zen 5 it takes 0.53 against 0.59 forward, and
//     0.82 against 0.93 backward.
//
// All other runs are for the scalar loops.

// PReLU sets dst to x if x > 0, else to alpha[i]·x with
// i = (index/stride) mod len(alpha).
func PReLU[T element.Float](dst, x, alpha []T, stride int) {
	switch {
	case len(alpha) == 1:
		LeakyReLU(dst, x, alpha[0])
	case runs[T](stride):
		for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
			vector.LeakyReLU(dst[start:][:stride], x[start:][:stride], alpha[i%len(alpha)])
		}
	case vector.On && vector.KeepsBuffers && !pairs[T]() && stride == 1 && len(x) >= short:
		vector.PReLU(false, dst, x, nil, alpha)
	default:
		scalar.PReLU(dst, x, alpha, stride)
	}
}

// PReLUDerivative sets dst to upstream if x > 0, to NaN if x is NaN, else to
// alpha[i]·upstream.
func PReLUDerivative[T element.Float](dst, x, upstream, alpha []T, stride int) {
	switch {
	case len(alpha) == 1:
		LeakyReLUDerivative(dst, x, upstream, alpha[0])
	case runs[T](stride):
		for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
			end := start + stride
			LeakyReLUDerivative(dst[start:end], x[start:end], element.Slice(upstream, start, end), alpha[i%len(alpha)])
		}
	case vector.On && vector.KeepsBuffers && !pairs[T]() && stride == 1 && len(x) >= short:
		vector.PReLU(true, dst, x, upstream, alpha)
	default:
		scalar.PReLUDerivative(dst, x, upstream, alpha, stride)
	}
}

// PReLUParameterGradient adds to grad[i] the sum of upstream·x over the elements with
// slope i and x ≤ 0. An upstream beside x > 0 is ignored, even if it is NaN.
//
// The vector loops of stride 1 copy to buffers. For one row of 64 slopes the scalar loop takes
// 0.79 ns an element, and they take 0.94, 0.71 and 0.66 at 128, 256 and 512 bits (float64 0.85,
// and 1.03 and 0.93 at 256 and 512). For 64 rows of two slopes it takes 1.79, and they 2.0 to
// 2.4 (Zen 5). For stride 1 the scalar and the vector loops give the same bits.
func PReLUParameterGradient[T element.Float](grad, x, upstream []T, stride int) {
	switch {
	case len(grad) == 1:
		grad[0] += T(slopeGradient(x, upstream))
	case vector.On && !pairs[T]() && stride == 1 && len(grad) >= 4 && len(x) >= 4*short &&
		(len(x) > len(grad) || element.Is32[T]() && vector.Bits() > 128):
		vector.PReLUParameterGradient(grad, x, upstream)
	case vector.On && stride >= 4*short:
		for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
			end := start + stride
			grad[i%len(grad)] += T(slopeGradient(x[start:end], element.Slice(upstream, start, end)))
		}
	default:
		scalar.PReLUParameterGradient(grad, x, upstream, stride)
	}
}

// slopeGradient returns the sum of upstream·x over the elements of x with x ≤ 0. If
// the vector loop meets an infinity or a NaN, the scalar loop computes the sum again.
func slopeGradient[T element.Float](x, upstream []T) float64 {
	if vector.On && len(x) >= 4*short {
		if sum, finite := vector.SlopeGradient(x, upstream); finite {
			return sum
		}
	}
	return scalar.SlopeGradient(x, upstream)
}
