package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = Identity[float32]{}
	_ OutputDerivative[float64] = Identity[float64]{}
)

// Identity is the linear output, applied to each element:
//
//	f(u)  = u      range (−∞, ∞)
//	f′(u) = 1
//
// Use it on the output layer of a regression, whose targets are not bounded. In a
// hidden layer it adds nothing, because a linear function of a linear function is
// linear.
//
// f′ follows from the power rule, (u¹)′ = 1·u⁰.
//
// It is Identity in PyTorch and ONNX, identity in JAX, and linear in Keras.
//
// Special cases are:
//
//	f(u) = u for every u, including NaN, ±Inf and ±0
//	f′(NaN) = NaN
//
// f and f′ are exact. The zero value is ready to use.
type Identity[T Float] struct{}

// Forward copies x to dst.
func (Identity[T]) Forward(dst, x []T) []T {
	dst = forwardDst("Identity.Forward", dst, x, len(x))
	kernel.Identity(dst, x)
	return dst
}

// Derivative copies upstream to dst, because f′ is 1. If x is NaN, the result is
// NaN.
func (Identity[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("Identity.Derivative", dst, x, upstream, len(x))
	kernel.IdentityDerivative(dst, x, upstream)
	return dst
}

// DerivativeFromOutput is [Identity.Derivative], since y is x.
func (Identity[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	dst = fromOutputDst("Identity.DerivativeFromOutput", dst, y, upstream)
	kernel.IdentityDerivative(dst, y, upstream)
	return dst
}

// At returns x.
func (Identity[T]) At(x T) T { return x }

// DerivativeAt returns f′(x).
func (Identity[T]) DerivativeAt(x T) T { return kernel.IdentityDerivativeAt(x) }

// String returns "identity".
func (Identity[T]) String() string { return "identity" }
