package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = Tanh[float32]{}
	_ OutputDerivative[float64] = Tanh[float64]{}
)

// Tanh is the hyperbolic tangent, applied to each element:
//
//	f(u)  = sinh u / cosh u = (eᵘ − e⁻ᵘ) / (eᵘ + e⁻ᵘ)      range (−1, 1)
//	f′(u) = 1 − f(u)²                                      range (0, 1]
//
// It turns any number into a number between −1 and 1. It is a [Sigmoid] of twice the
// input, stretched: tanh u = 2σ(2u) − 1. Because its output is centred on zero, it
// is better than Sigmoid in hidden layers. It saturates too: if f is near ±1, f′ is
// near 0, and almost no gradient passes.
//
// f′ follows from the quotient rule, with sinh′ = cosh and cosh′ = sinh:
//
//	f′ = (cosh u · cosh u − sinh u · sinh u) / cosh² u = 1 − f²
//
// It is tanh in PyTorch, JAX and Keras, and Tanh in ONNX.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(±Inf) = ±1       f′(±Inf) = 0
//	f(±0) = ±0         f′(±0) = 1
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, near 0 and in
// the tails too. The worst errors found, for float32 among all inputs:
//
//	float32   f  0.501 ULP at 0x1.c0ff3ep-04      f′ 0.505 ULP at 0x1.a6ffe4p+02
//	float64   f  0.557 ULP at -0x1.040d5bcd24f7p+02
//	          f′ 0.767 ULP at -0x1.62e9d9f59bab8p+08, a subnormal result
//
// With SIMD (see [VectorBits]):
//
//	float32   f  0.928 ULP at 0x1.cfef92p-01      f′ 0.995 ULP at 0x1.c5c20ep-01
//	float64   f  0.829 ULP at 0x1.231f2f5294387p+04
//	          f′ 0.9995 ULP at -0x1.0fe7e122e8034p+03
//
// WebAssembly has no fused multiply-add. So f runs the plain loop there, and f′ has
// errors of up to about 1.2 ULP.
//
// The zero value is ready to use.
//
// Source, for tanh in place of sigmoid: Y. LeCun, L. Bottou, G. B. Orr, K.-R.
// Müller, Efficient BackProp, 1998.
type Tanh[T Float] struct{}

// Forward computes dst ← tanh x.
func (Tanh[T]) Forward(dst, x []T) []T {
	dst = forwardDst("Tanh.Forward", dst, x, len(x))
	kernel.Tanh(dst, x)
	return dst
}

// Derivative computes dst ← upstream · f′(x). It computes f′ from x, not from f(x),
// and so keeps full relative accuracy in the tails: f′(20) is 1.7e-17, but 1 − y²
// is 0.
func (Tanh[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("Tanh.Derivative", dst, x, upstream, len(x))
	kernel.TanhDerivative(dst, x, upstream)
	return dst
}

// DerivativeFromOutput computes dst ← upstream · (1 − y)(1 + y). The product keeps
// the bits that 1 − y·y loses if y is near ±1.
func (Tanh[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	dst = fromOutputDst("Tanh.DerivativeFromOutput", dst, y, upstream)
	kernel.TanhDerivativeFromOutput(dst, y, upstream)
	return dst
}

// At returns tanh x.
func (Tanh[T]) At(x T) T { return kernel.TanhAt(x) }

// DerivativeAt returns f′(x).
func (Tanh[T]) DerivativeAt(x T) T { return kernel.TanhDerivativeAt(x) }

// String returns "tanh".
func (Tanh[T]) String() string { return "tanh" }
