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
// It is the usual choice for hidden layers. It is cheap, and since its gradient
// is a constant 1 for u > 0 it vanishes less in deep networks, so that training
// is faster than with sigmoid or tanh. It makes activations sparse: for u ≤ 0
// the output is exactly 0. But nothing bounds the output, which can grow very
// large. And a unit with u ≤ 0 on every example is dead: its gradient is 0, and
// nothing changes its weights again (Lu et al., "Dying ReLU and initialization",
// 2019). Set the learning rate with care and watch the share of dead units with a
// [Monitor], or use [LeakyReLU].
//
// f′ is that of the constant 0 to the left and of u to the right. At u = 0,
// where the two differ and any number between is as good, f′(0) = 0 is the
// convention (Bertoin et al., "Numerical influence of ReLU'(0) on
// backpropagation", 2021).
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = +0       f′(−Inf) = 0
//	f(±0) = +0         f′(±0) = 0
//
// Both are exact. The zero value is ready to use.
type ReLU[T Float] struct{}

// Forward computes dst ← max(0, x).
func (ReLU[T]) Forward(dst, x []T) []T {
	dst = forwardDst("ReLU.Forward", dst, x, len(x))
	kernel.ReLU(dst, x)
	return dst
}

// Derivative computes dst ← upstream where x > 0, else 0. It selects and does
// not multiply: a NaN or an infinity in upstream does not pass where x ≤ 0.
func (ReLU[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("ReLU.Derivative", dst, x, upstream, len(x))
	kernel.ReLUDerivative(dst, x, upstream)
	return dst
}

// DerivativeFromOutput is [ReLU.Derivative], since y > 0 where x > 0.
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
