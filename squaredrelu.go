package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = SquaredReLU[float32]{}
	_ OutputDerivative[float64] = SquaredReLU[float64]{}
)

// SquaredReLU is the square of a [ReLU], applied to each element:
//
//	f(u)  = max(0, u)²        range [0, ∞)
//	f′(u) = 2·max(0, u)       range [0, ∞)
//
// Use it in the feed-forward blocks of language models, as Primer, RWKV, Nemotron-4,
// nanochat and BitNet b1.58 2B4T do. In the Primer paper such a block does as well as one
// with a [Gated] unit, and needs one matrix fewer. SquaredReLU is as sparse as ReLU, and
// has no corner. But it grows fast: keep its inputs small by a normalisation. In float32
// it overflows from 1.8447e19 on. Units die as with ReLU.
//
// f′ follows from the power rule for u > 0. At 0 the slopes of both sides are 0.
//
// It is relu2 in Hugging Face Transformers, and relu_squared in many other programs.
// PyTorch, JAX, Keras and ONNX have none.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = +Inf
//	f(−Inf) = +0       f′(−Inf) = 0
//	f(±0) = +0         f′(±0) = 0
//
// f is correctly rounded: it is one multiplication. f′ is exact, unless it
// overflows. The zero value is ready to use.
//
// Source: D. R. So et al., Primer: Searching for Efficient Transformers for
// Language Modeling, 2021, arXiv:2109.08668.
type SquaredReLU[T Float] struct{}

// Forward computes dst ← max(0, x)².
func (SquaredReLU[T]) Forward(dst, x []T) []T {
	dst = forwardDst("SquaredReLU.Forward", dst, x, len(x))
	kernel.SquaredReLU(dst, x)
	return dst
}

// Derivative computes dst ← upstream · 2x if x > 0, else 0. It selects and does not
// multiply by 0: if x ≤ 0, the result is 0 even if upstream is NaN or infinite.
func (SquaredReLU[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("SquaredReLU.Derivative", dst, x, upstream, len(x))
	kernel.SquaredReLUDerivative(dst, x, upstream)
	return dst
}

// DerivativeFromOutput computes dst ← upstream · 2√y if y > 0, else 0.
func (SquaredReLU[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	dst = fromOutputDst("SquaredReLU.DerivativeFromOutput", dst, y, upstream)
	kernel.SquaredReLUDerivativeFromOutput(dst, y, upstream)
	return dst
}

// At returns max(0, x)².
func (SquaredReLU[T]) At(x T) T { return kernel.SquaredReLUAt(x) }

// DerivativeAt returns f′(x) = 2·max(0, x).
func (SquaredReLU[T]) DerivativeAt(x T) T { return kernel.SquaredReLUDerivativeAt(x) }

// String returns "squared_relu".
func (SquaredReLU[T]) String() string { return "squared_relu" }
