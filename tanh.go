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
// It squashes any input to a number between −1, for large negative u, and 1,
// for large positive u. It is a sigmoid of twice the input, stretched to be
// centred on zero, tanh u = 2σ(2u) − 1, and for that the better of the two in
// hidden layers. It saturates as a sigmoid does, and kills gradients at ±1.
//
// f′ follows from the quotient rule, with sinh′ = cosh and cosh′ = sinh:
//
//	f′ = (cosh u · cosh u − sinh u · sinh u) / cosh² u = 1 − f²
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(±Inf) = ±1       f′(±Inf) = 0
//	f(±0) = ±0         f′(±0) = 1
//
// The error is below 1 ULP, that of f′ below 1.5 ULP, near 0 and in the tails.
// The worst found, for float32 among all inputs:
//
//	float32   f  0.501 ULP at 0x1.c0ff3ep-04      f′ 0.505 ULP at 0x1.a6ffe4p+02
//	float64   f  0.557 ULP at -0x1.040d5bcd24f7p+02
//	          f′ 0.624 ULP at 0x1.6387781877041p+08, a subnormal result
//
// and with SIMD, see [VectorBits] (a little more on WebAssembly, where a
// multiplication with an addition rounds twice):
//
//	float32   f  0.928 ULP at 0x1.cfef92p-01      f′ 0.995 ULP at 0x1.c5c20ep-01
//	float64   f  0.829 ULP at 0x1.231f2f5294387p+04
//	          f′ 0.943 ULP at -0x1.c7ca97e86b3p-01
//
// The zero value is ready to use.
type Tanh[T Float] struct{}

// Forward computes dst ← tanh x.
func (Tanh[T]) Forward(dst, x []T) []T {
	dst = forwardDst("Tanh.Forward", dst, x, len(x))
	kernel.Tanh(dst, x)
	return dst
}

// Derivative computes dst ← upstream · f′(x). It takes f′ from x, not from
// f(x), so that it keeps full relative accuracy in the tails, where 1 − y² has
// lost all of it: f′(20) is 1.7e-17, and 1 − y² is 0.
func (Tanh[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("Tanh.Derivative", dst, x, upstream, len(x))
	kernel.TanhDerivative(dst, x, upstream)
	return dst
}

// DerivativeFromOutput computes dst ← upstream · (1 − y)(1 + y), which keeps
// the bits near y = ±1 that 1 − y·y would lose.
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
