package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// logisticInVectors reports whether the vector loop of the derivative of Softplus runs,
// which is σ: for β = 1, and for β = −1, which is LogSigmoid (ns an element, n = 4096, Xeon
// Emerald Rapids, scalar and at 128, 256, 512 bits: float32 2.83, 1.29, 0.67, 0.46, float64
// 3.34, –, 1.73, 1.11).
func logisticInVectors[T element.Float](beta T) bool {
	return exponential[T]() && (beta == 1 || beta == -1)
}

// softplusInVectors reports whether the vector loop of Softplus runs (measured as above:
// float32 3.17, 1.66, 0.85, 0.57, float64 3.20, –, 2.79, 1.81). It runs if the loop of its
// derivative runs, with two exceptions. On WebAssembly, an exact product takes four
// multiplications. And vectors of four float64 lose more in short calls than they win in
// long ones: At takes 21 ns with them, and 6 with the scalar function.
func softplusInVectors[T element.Float](beta T) bool {
	return softplusWidth[T]() && logisticInVectors(beta)
}

// softplusWidth is softplusInVectors without β. It is short enough to be inlined. Without it,
// SoftplusAt takes 1 ns more.
func softplusWidth[T element.Float]() bool {
	return vector.Fused && (element.Is32[T]() || vector.Bits() > 256)
}

// Softplus sets dst to log(1 + e^(βx))/β. LogSigmoid is that for β = −1.
func Softplus[T element.Float](dst, x []T, beta T) {
	if vector.On && softplusInVectors(beta) {
		vector.Softplus(dst, x, beta)
		return
	}
	scalar.Softplus(dst, x, beta)
}

// SoftplusAt returns what Softplus sets an element to.
func SoftplusAt[T element.Float](x, beta T) T {
	if vector.On && softplusWidth[T]() && logisticInVectors(beta) {
		return vector.SoftplusAt(x, beta)
	}
	return scalar.SoftplusAt(x, beta)
}

// SoftplusDerivative sets dst to upstream·σ(βx).
func SoftplusDerivative[T element.Float](dst, x, upstream []T, beta T) {
	if vector.On && logisticInVectors(beta) {
		vector.SoftplusDerivative(dst, x, upstream, beta)
		return
	}
	scalar.SoftplusDerivative(dst, x, upstream, beta)
}

// SoftplusDerivativeAt returns σ(βx).
func SoftplusDerivativeAt[T element.Float](x, beta T) T {
	if vector.On && logisticInVectors(beta) {
		return vector.SoftplusDerivativeAt(x, beta)
	}
	return scalar.SoftplusDerivativeAt(x, beta)
}

// SoftplusDerivativeFromOutput sets dst to upstream·(1 − e^(−βy)).
func SoftplusDerivativeFromOutput[T element.Float](dst, y, upstream []T, beta T) {
	scalar.SoftplusDerivativeFromOutput(dst, y, upstream, beta)
}
