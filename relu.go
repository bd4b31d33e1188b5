package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = ReLU[float32]{}
	_ OutputDerivative[float64] = ReLU[float64]{}
)

// ReLU is the rectified linear unit, applied to each element:
//
//	f(u)  = max(0, u)              range [0, ∞)
//	f′(u) = 1 for u > 0, else 0
//
// It is the usual choice for hidden layers. It is cheap. Its gradient is 1 for
// every u > 0 and does not vanish there, so deep networks train faster than with
// [Sigmoid] or [Tanh]. It makes activations sparse: for u ≤ 0 the output is exactly
// 0.
//
// Nothing bounds the output, so activations can grow very large. And units can die.
// If u ≤ 0 on every example, the gradient is 0, and the unit stops learning. Choose
// the learning rate with care and watch the share of dead units with a [Monitor],
// or use [LeakyReLU].
//
// f′ is the derivative of the constant 0 on the left, and of u on the right. At u =
// 0 the two differ, and any number between them is as good. By convention, f′(0) =
// 0.
//
// It is relu in PyTorch, JAX and Keras, and Relu in ONNX.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = +0       f′(−Inf) = 0
//	f(±0) = +0         f′(±0) = 0
//
// f and f′ are exact. The zero value is ready to use.
//
// Sources: X. Glorot, A. Bordes, Y. Bengio, Deep Sparse Rectifier Neural Networks,
// 2011; for dead units, L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, Dying ReLU and
// Initialization, 2019, arXiv:1903.06733; for f′(0), D. Bertoin et al., Numerical
// Influence of ReLU'(0) on Backpropagation, 2021, arXiv:2106.12915.
type ReLU[T Float] struct{}

// Forward computes dst ← max(0, x).
func (ReLU[T]) Forward(dst, x []T) []T {
	dst = forwardDst("ReLU.Forward", dst, x, len(x))
	kernel.ReLU(dst, x)
	return dst
}

// Derivative computes dst ← upstream if x > 0, else 0. It selects and does not
// multiply: if x ≤ 0, the result is 0 even if upstream is NaN or infinite.
func (ReLU[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("ReLU.Derivative", dst, x, upstream, len(x))
	kernel.ReLUDerivative(dst, x, upstream)
	return dst
}

// DerivativeFromOutput is [ReLU.Derivative], since y > 0 if and only if x > 0.
func (ReLU[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	dst = fromOutputDst("ReLU.DerivativeFromOutput", dst, y, upstream)
	kernel.ReLUDerivative(dst, y, upstream)
	return dst
}

// At returns max(0, x).
func (ReLU[T]) At(x T) T { return kernel.ReLUAt(x) }

// DerivativeAt returns f′(x).
func (ReLU[T]) DerivativeAt(x T) T { return kernel.ReLUDerivativeAt(x) }

// String returns "relu".
func (ReLU[T]) String() string { return "relu" }
