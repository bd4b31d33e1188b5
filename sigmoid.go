package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = Sigmoid[float32]{}
	_ OutputDerivative[float64] = Sigmoid[float64]{}
)

// Sigmoid is the logistic function, applied to each element:
//
//	f(u)  = 1 / (1 + e⁻ᵘ)          range (0, 1)
//	f′(u) = f(u) · (1 − f(u))      range (0, ¼]
//
// It turns any number into a number between 0 and 1, which reads as a probability:
// near 0 for large negative u, near 1 for large positive u. Use it on the output
// layer of a binary classifier, with [LogSigmoid] for the loss.
//
// Avoid it in hidden layers. It saturates: if f is near 0 or 1, f′ is near 0, and
// almost no gradient passes. Apart from the weights, a chain of n sigmoid layers
// scales a gradient by at most ¼ⁿ. And the output is not centred on zero. So for one
// example, the gradients of all weights of a unit in the next layer have the same
// sign, and gradient descent zig-zags.
//
// f′ follows from the quotient rule, with (e⁻ᵘ)′ = −e⁻ᵘ by the chain rule:
//
//	f′ = −(1 + e⁻ᵘ)′ / (1 + e⁻ᵘ)² = e⁻ᵘ / (1 + e⁻ᵘ)²
//	   = 1/(1 + e⁻ᵘ) · e⁻ᵘ/(1 + e⁻ᵘ) = f · (1 − f)
//
// It is sigmoid in PyTorch, JAX and Keras, and Sigmoid in ONNX. Formulas call it σ.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = 1        f′(+Inf) = 0
//	f(−Inf) = +0       f′(−Inf) = 0
//	f(±0) = ½          f′(±0) = ¼
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, in both tails
// and for subnormal results too. The worst errors found, for float32 among all
// inputs:
//
//	float32   f  0.504 ULP at -0x1.36fd6ap+03     f′ 0.505 ULP at 0x1.a6ffe4p+03
//	float64   f  0.770 ULP at -0x1.623c39db9d1e4p+09, a subnormal result
//	          f′ 0.771 ULP at -0x1.6233f4615d421p+09, a subnormal result
//
// With SIMD (see [VectorBits]):
//
//	float32   f  0.962 ULP at -0x1.4cbe5cp+02     f′ 0.995 ULP at 0x1.c5c20ep+00
//	float64   f  0.983 ULP at -0x1.0fd50e19d6cf8p+04
//	          f′ 0.9995 ULP at -0x1.0fe7e122e8034p+04
//
// WebAssembly has no fused multiply-add. With SIMD, the errors of f are slightly
// larger there, and f′ has errors of up to about 1.2 ULP.
//
// The zero value is ready to use.
//
// Source, for the faults in hidden layers: Y. LeCun, L. Bottou, G. B. Orr, K.-R.
// Müller, Efficient BackProp, 1998.
type Sigmoid[T Float] struct{}

// Forward computes dst ← 1 / (1 + e⁻ˣ).
func (Sigmoid[T]) Forward(dst, x []T) []T {
	dst = forwardDst("Sigmoid.Forward", dst, x, len(x))
	kernel.Sigmoid(dst, x)
	return dst
}

// Derivative computes dst ← upstream · f′(x). It computes f′ from x, not from f(x),
// and so keeps full relative accuracy in the tails: f′(40) is 4.2e-18, but y(1 − y)
// is 0.
func (Sigmoid[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("Sigmoid.Derivative", dst, x, upstream, len(x))
	kernel.SigmoidDerivative(dst, x, upstream)
	return dst
}

// DerivativeFromOutput computes dst ← upstream · y(1 − y).
func (Sigmoid[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	dst = fromOutputDst("Sigmoid.DerivativeFromOutput", dst, y, upstream)
	kernel.SigmoidDerivativeFromOutput(dst, y, upstream)
	return dst
}

// At returns 1 / (1 + e⁻ˣ).
func (Sigmoid[T]) At(x T) T { return kernel.SigmoidAt(x) }

// DerivativeAt returns f′(x).
func (Sigmoid[T]) DerivativeAt(x T) T { return kernel.SigmoidDerivativeAt(x) }

// String returns "sigmoid".
func (Sigmoid[T]) String() string { return "sigmoid" }
