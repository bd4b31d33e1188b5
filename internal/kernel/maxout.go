package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// Maxout sets dst, [outer][units][stride], to the maxima over the pieces of x,
// [outer][units][pieces][stride].
//
// The scalar loops run in two cases, because they are faster (ns an element, float32,
// 512 bits):
//
//   - The stride is short, see maxoutInVectors. At a stride of 8, a vector loop takes 1.4,
//     and the scalar loop 0.6.
//   - The stride is 1, and there are three pieces or more. A vector loop would have to
//     transpose the pieces first, which costs all that vectors gain: three pieces take
//     1.0 in vectors, and 0.5 in the scalar loop.
func Maxout[T element.Float](dst, x []T, pieces, stride int) {
	switch {
	case pieces == 1:
		Identity(dst, x)
	case maxoutInVectors[T](stride):
		vector.Maxout(dst, x, pieces, stride)
	case pairsInVectors(len(dst), pieces, stride):
		done := vector.MaxPairs(dst, x)
		scalar.Maxout(dst[done:], x[2*done:], pieces, stride)
	default:
		scalar.Maxout(dst, x, pieces, stride)
	}
}

// maxoutInVectors reports whether the vector loops run. On arm64 the builtin max is one
// instruction, and the vector loops need several for it. So they run only for float32 and
// longer strides (cycles an element of x, vector against scalar, LLVM's models of Neoverse N1,
// Apple M1, Exynos M5):
//
//	float32, 2 pieces, stride 16     3.7, 2.5, 1.6 against 2.9, 2.8, 1.3
//	         4 pieces, stride 48     3.0, 1.5, 1.1 against 2.7, 2.3, 1.0
//	         2 pieces, stride 64     2.0, 1.0, 0.7 against 2.1, 1.9, 0.8
//	float64, 2 pieces, stride 256    2.9, 1.1, 1.0 against 2.2, 1.6, 0.9
func maxoutInVectors[T element.Float](stride int) bool {
	return runs[T](stride) && (!arm64 || element.Is32[T]() && stride >= 4*short)
}

// pairsInVectors reports whether the vector loops for pairs run. They have at least 256
// bits, and for few pairs the scalar loop is faster: it takes 9 ns for four pairs of
// float64, and the vector loop 17 (512 bits).
func pairsInVectors(units, pieces, stride int) bool {
	return vector.On && vector.Bits() > 128 && stride == 1 && pieces == 2 && units >= short
}

// MaxoutDerivative sets dst, which has the shape of x, to upstream at the first maximum
// of each group of pieces, to NaN at every NaN, else to 0.
func MaxoutDerivative[T element.Float](dst, x, upstream []T, pieces, stride int) {
	switch {
	case pieces == 1:
		IdentityDerivative(dst, x, upstream)
	case maxoutDerivativeInVectors[T](pieces, stride):
		vector.MaxoutDerivative(dst, x, upstream, pieces, stride)
	case pairsInVectors(len(dst)/2, pieces, stride):
		done := vector.MaxPairsDerivative(dst, x, upstream)
		scalar.MaxoutDerivative(dst[2*done:], x[2*done:], element.Slice(upstream, done, len(upstream)), pieces, stride)
	default:
		scalar.MaxoutDerivative(dst, x, upstream, pieces, stride)
	}
}

// maxoutDerivativeInVectors reports whether the vector loops run. For three and four pieces
// the scalar loop compares pairs, and reads x once. The vector loops read x twice, and are
// called for each piece. ns an element for three pieces and strides of 16, 32 and 48, Xeon
// Emerald Rapids:
//
//	float32   scalar 1.0   128 bits 1.5, 1.1, 0.9   256 bits 1.3, 0.8, 0.7   512 bits 1.1, 0.6, 0.5
//	float64   scalar 1.0   128 bits 2.3, 1.7, 1.8   256 bits 1.6, 1.1, 1.0   512 bits 1.4, 1.0, 0.8
//
// For more pieces the scalar loop takes 2.8. For two pieces of float64 at 128 bits and
// strides from 16 to 256, it takes as long as the vector loop within 20 %.
//
// On arm64 the scalar loop for four pieces is faster up to a stride of 64 (cycles in LLVM's
// models of Neoverse N1, Apple M1, Exynos M5: 7.3, 3.2, 2.7 in vectors, and 4.9, 4.7, 2.6).
func maxoutDerivativeInVectors[T element.Float](pieces, stride int) bool {
	switch {
	case !vector.On || !vector.KeepsBuffers:
		return false
	case pieces > 4:
		return stride >= short
	case pairs[T]():
		return false
	case arm64 && pieces == 4:
		return stride >= 6*short
	case pieces > 2 && element.Is32[T]() && vector.Bits() > 128:
		return stride >= 2*short
	case pieces > 2:
		return stride >= 3*short
	}
	return stride >= short
}

// A maxout layer computes maxⱼ(wⱼᵀx + bⱼ) for each unit: weights are
// [units][pieces][inputs], biases [units][pieces], x is [batch][inputs].

// If dst is also an input, writing to dst would destroy elements that are still to be
// read. So the loops then read a copy of the row. The copy is on the stack if the row
// has at most maxRow elements.
const maxRow = 512

// MaxoutLayer sets dst, [batch][units], to the outputs for x.
func MaxoutLayer[T element.Float](dst, x, weights, biases []T, inputs, units, pieces int) {
	if !same(dst, x) {
		maxoutLayer(dst, x, weights, biases, inputs, units, pieces)
		return
	}
	var buffer [maxRow]T
	for start, r := 0, 0; start < len(x); start, r = start+inputs, r+1 {
		out, row := dst[r*units:][:units], append(buffer[:0], x[start:][:inputs]...)
		maxoutLayer(out, row, weights, biases, inputs, units, pieces)
	}
}

// maxoutLayerInVectors reports whether the vector loops run. On arm64 rows of 8 inputs are
// too short for them (cycles a product, vector against scalar, LLVM's models of Neoverse N1,
// Apple M1, Exynos M5: 6.3, 4.4, 3.1 against 6.3, 6.0, 3.2 forward, but 9.5, 9.0, 4.6 against
// 8.3, 8.7, 4.0 for the gradient of the weights). For rows of 12 they take at most 4 % longer.
func maxoutLayerInVectors[T element.Float](inputs int) bool {
	return vector.SupportsMaxoutLayer[T](inputs) && (!arm64 || inputs >= 12)
}

// maxoutLayer chooses the loop. dst must not be an input.
func maxoutLayer[T element.Float](dst, x, weights, biases []T, inputs, units, pieces int) {
	if vector.On && maxoutLayerInVectors[T](inputs) {
		vector.MaxoutLayer(dst, x, weights, biases, inputs, units, pieces)
		return
	}
	scalar.MaxoutLayer(dst, x, weights, biases, inputs, units, pieces)
}

// MaxoutLayerDerivative sets dst, [batch][inputs], to the sum over the units
// of upstream times the weights of the largest piece at x.
func MaxoutLayerDerivative[T element.Float](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
	if !same(dst, x) && !same(dst, upstream) {
		maxoutLayerDerivative(dst, x, upstream, weights, biases, inputs, units, pieces)
		return
	}
	var rowBuffer, gradientBuffer [maxRow]T
	for start, r := 0, 0; start < len(x); start, r = start+inputs, r+1 {
		out, row := dst[start:][:inputs], append(rowBuffer[:0], x[start:][:inputs]...)
		g := element.Slice(upstream, r*units, (r+1)*units)
		if same(out, g) {
			g = append(gradientBuffer[:0], g...)
		}
		maxoutLayerDerivative(out, row, g, weights, biases, inputs, units, pieces)
	}
}

// maxoutLayerDerivative chooses the loop. dst must not be an input.
func maxoutLayerDerivative[T element.Float](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
	if vector.On && maxoutLayerInVectors[T](inputs) {
		vector.MaxoutLayerDerivative(dst, x, upstream, weights, biases, inputs, units, pieces)
		return
	}
	scalar.MaxoutLayerDerivative(dst, x, upstream, weights, biases, inputs, units, pieces)
}

// MaxoutLayerParameterGradient adds to gradW and gradB, for each unit and
// example, upstream·x and upstream at the largest piece.
func MaxoutLayerParameterGradient[T element.Float](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
	if vector.On && maxoutLayerInVectors[T](inputs) {
		vector.MaxoutLayerParameterGradient(gradW, gradB, x, upstream, weights, biases, inputs, units, pieces)
		return
	}
	scalar.MaxoutLayerParameterGradient(gradW, gradB, x, upstream, weights, biases, inputs, units, pieces)
}
