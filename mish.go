package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32] = Mish[float32]{}
	_ Elementwise[float64] = Mish[float64]{}
)

// Mish is the input times the hyperbolic tangent of its softplus, applied to each
// element. With s = log(1 + eᵘ),
//
//	f(u)  = u · tanh s                           range [−0.30884, ∞)
//	f′(u) = tanh s + u · σ(u) · (1 − tanh² s)    range [−0.11253, 1.08850]
//
// Mish is a smooth [ReLU], much like [SiLU]. Its derivative is 0 at one point only,
// so units do not die. YOLOv4 uses it, and few models since. It costs more than
// SiLU, so for a new network try SiLU or [GELU] first. It is not monotonic: its
// minimum is −0.30884 at u = −1.19243, the zero of f′. So f(u) does not determine u,
// and the derivative needs u.
//
// f′ follows from the product rule and the chain rule, with tanh′ = 1 − tanh² and
// s′ = σ(u).
//
// It is mish in PyTorch, JAX and Keras, and Mish in ONNX.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −0       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = ⅗
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, next to the
// zero of f′ and for subnormal results too. The worst errors found, for float32
// among all inputs:
//
//	float32   f  0.505 ULP at -0x1.459ffap+06     f′ 0.505 ULP at -0x1.0a4p+05
//	float64   f  0.801 ULP at -0x1.8d24e66e19295p-1021, a subnormal result
//	          f′ 0.774 ULP at -0x1.2573cd20c50cp+00
//
// With SIMD (see [VectorBits]):
//
//	float32   f  0.966 ULP at 0x1.43e00cp-01      f′ 0.505 ULP at -0x1.0a4p+05
//	float64   f  0.959 ULP at 0x1.4458181f929b1p-01
//	          f′ 0.774 ULP at -0x1.2573cd20c50cp+00
//
// The zero value is ready to use.
//
// Source: D. Misra, Mish: A Self Regularized Non-Monotonic Activation Function,
// 2019, arXiv:1908.08681.
type Mish[T Float] struct{}

// Forward computes dst ← x · tanh(log(1 + eˣ)).
func (Mish[T]) Forward(dst, x []T) []T {
	dst = forwardDst("Mish.Forward", dst, x, len(x))
	kernel.Mish(dst, x)
	return dst
}

// Derivative computes dst ← upstream · f′(x).
func (Mish[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("Mish.Derivative", dst, x, upstream, len(x))
	kernel.MishDerivative(dst, x, upstream)
	return dst
}

// At returns x · tanh(log(1 + eˣ)).
func (Mish[T]) At(x T) T { return kernel.MishAt(x) }

// DerivativeAt returns f′(x).
func (Mish[T]) DerivativeAt(x T) T { return kernel.MishDerivativeAt(x) }

// String returns "mish".
func (Mish[T]) String() string { return "mish" }
