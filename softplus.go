package activation

import (
	"cmp"

	"example.com/activation/internal/kernel"
)

var (
	_ Elementwise[float32]      = Softplus[float32]{}
	_ OutputDerivative[float64] = Softplus[float64]{}
	_ Elementwise[float32]      = LogSigmoid[float32]{}
	_ OutputDerivative[float64] = LogSigmoid[float64]{}
)

// Softplus is a smooth [ReLU], applied to each element:
//
//	f(u)  = log(1 + e^(βu)) / β              range (0, ∞)
//	f′(u) = σ(βu) = 1 / (1 + e^(−βu))        range (0, 1)
//
// Its result is never negative. Use it for a number that must be positive: a
// variance or a rate that a network predicts, the step Δ of Mamba, the density of
// NeRF. Far to the left it rounds to 0 (below −104 in float32, and −746 in float64),
// so add a small number before you divide by it. In hidden layers it is seldom
// better than ReLU, which is sparse and cheaper.
//
// β is the sharpness of the bend. As β grows, f becomes ReLU. f(0) is (log 2)/β.
//
// f′ follows from the chain rule, with log′ v = 1/v: e^(βu)·β / (1 + e^(βu)) / β =
// σ(βu).
//
// It is softplus in JAX and Keras, and Softplus in ONNX, all without β. It is
// Softplus in PyTorch, with β as beta and with a threshold of 20: for βu above 20
// the result there is u. That is right in float32, but off by up to 5.8e5 ULP in
// float64. There is no threshold here. The formula log(1 + eᵘ), computed as it is
// written, overflows from u = 710 on, and is 0 below −37.
//
// Special cases are:
//
//	f(NaN) = NaN           f′(NaN) = NaN
//	f(+Inf) = +Inf         f′(+Inf) = 1
//	f(−Inf) = +0           f′(−Inf) = 0
//	f(±0) = (log 2)/β      f′(±0) = ½
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, in the tail and
// for subnormal results too. For float64 that holds for β from 2⁻⁴⁰⁰ to 2⁴⁰⁰. The
// worst errors found for β = 1, in samples of at least 2.4 million float32 and
// 400,000 float64 inputs:
//
//	float32   f  0.504 ULP at -0x1.d8fcbcp+03
//	          f′ 0.503 ULP at -0x1.aa7e76p+04
//	float64   f  0.770 ULP at -0x1.6237b8574c117p+09, a subnormal result
//	          f′ 0.770 ULP at -0x1.6237b8574c117p+09, a subnormal result
//
// With SIMD (see [VectorBits]), for β = 1, and at 512 bits for f of float64:
//
//	float32   f  0.906 ULP at 0x1.1eeadcp-02      f′ 0.962 ULP at -0x1.4cbe5cp+02
//	float64   f  0.961 ULP at 0x1.728e0bf1bfd88p-02
//	          f′ 0.983 ULP at -0x1.0fd50e19d6cf8p+04
//
// WebAssembly has no fused multiply-add. With SIMD, the errors of f′ are slightly
// larger there.
//
// The zero value is ready to use.
//
// Source: C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau, R. Garcia, Incorporating
// Second-Order Functional Knowledge for Better Option Pricing, 2000.
type Softplus[T Float] struct {
	// Beta is β, finite and above 0; 0 means 1.
	Beta T
}

// beta returns the β that the field means.
func (s Softplus[T]) beta(call string) T {
	if s.Beta == 0 {
		return 1
	}
	checkPositive(call, "Beta", s.Beta)
	return s.Beta
}

// Forward computes dst ← log(1 + e^(β·x)) / β.
func (s Softplus[T]) Forward(dst, x []T) []T {
	const call = "Softplus.Forward"
	beta := s.beta(call)
	dst = forwardDst(call, dst, x, len(x))
	kernel.Softplus(dst, x, beta)
	return dst
}

// Derivative computes dst ← upstream · σ(β·x).
func (s Softplus[T]) Derivative(dst, x, upstream []T) []T {
	const call = "Softplus.Derivative"
	beta := s.beta(call)
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.SoftplusDerivative(dst, x, upstream, beta)
	return dst
}

// DerivativeFromOutput computes dst ← upstream · (1 − e^(−β·y)).
func (s Softplus[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "Softplus.DerivativeFromOutput"
	beta := s.beta(call)
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.SoftplusDerivativeFromOutput(dst, y, upstream, beta)
	return dst
}

// At returns log(1 + e^(β·x)) / β.
func (s Softplus[T]) At(x T) T { return kernel.SoftplusAt(x, s.beta("Softplus.At")) }

// DerivativeAt returns f′(x) = σ(β·x).
func (s Softplus[T]) DerivativeAt(x T) T {
	return kernel.SoftplusDerivativeAt(x, s.beta("Softplus.DerivativeAt"))
}

// String returns the name with β: "softplus(beta=1)".
func (s Softplus[T]) String() string { return "softplus(beta=" + decimal(cmp.Or(s.Beta, 1)) + ")" }

// LogSigmoid is the logarithm of [Sigmoid], applied to each element:
//
//	f(u)  = log σ(u) = −log(1 + e⁻ᵘ)        range (−∞, 0)
//	f′(u) = σ(−u) = 1 / (1 + eᵘ)            range (0, 1)
//
// Use it for the loss of a binary classifier with the logit u: −f(u) for the target
// 1, and −f(−u) for the target 0. For any target t from 0 to 1 it is softplus(u) −
// t·u, with the derivative σ(u) − t. A loss from the rounded σ(u) would be infinite
// for u = −800, and 0 for u = 38, for which the right value is 3.1e-17. For many
// classes use [LogSoftmax].
//
// f(u) is −softplus(−u). So f′(u) is, by the chain rule, the derivative of
// [Softplus] at −u.
//
// It is LogSigmoid in PyTorch, and log_sigmoid in JAX and Keras. ONNX has none.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = −0       f′(+Inf) = 0
//	f(−Inf) = −Inf     f′(−Inf) = 1
//	f(±0) = −log 2     f′(±0) = ½
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, in the tail and
// for subnormal results too. The worst errors found, in samples of at least 2.4
// million float32 and 400,000 float64 inputs:
//
//	float32   f  0.503 ULP at 0x1.6612bep+02
//	          f′ 0.504 ULP at 0x1.c20078p+02
//	float64   f  0.770 ULP at 0x1.6237b8574c117p+09, a subnormal result
//	          f′ 0.770 ULP at 0x1.6237b8574c117p+09, a subnormal result
//
// With SIMD (see [VectorBits]), and at 512 bits for f of float64:
//
//	float32   f  0.906 ULP at -0x1.1eeadcp-02     f′ 0.962 ULP at 0x1.4cbe5cp+02
//	float64   f  0.961 ULP at -0x1.728e0bf1bfd88p-02
//	          f′ 0.983 ULP at 0x1.0fd50e19d6cf8p+04
//
// WebAssembly has no fused multiply-add. With SIMD, the errors of f′ are slightly
// larger there.
//
// The zero value is ready to use.
//
// Source, for the forms that lose no bits: M. Mächler, Accurately Computing log(1 −
// exp(−|a|)), 2012.
type LogSigmoid[T Float] struct{}

// Forward computes dst ← −log(1 + e⁻ˣ).
func (LogSigmoid[T]) Forward(dst, x []T) []T {
	dst = forwardDst("LogSigmoid.Forward", dst, x, len(x))
	kernel.Softplus(dst, x, -1)
	return dst
}

// Derivative computes dst ← upstream · σ(−x).
func (LogSigmoid[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("LogSigmoid.Derivative", dst, x, upstream, len(x))
	kernel.SoftplusDerivative(dst, x, upstream, -1)
	return dst
}

// DerivativeFromOutput computes dst ← upstream · (1 − eʸ).
func (LogSigmoid[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	dst = fromOutputDst("LogSigmoid.DerivativeFromOutput", dst, y, upstream)
	kernel.SoftplusDerivativeFromOutput(dst, y, upstream, -1)
	return dst
}

// At returns −log(1 + e⁻ˣ).
func (LogSigmoid[T]) At(x T) T { return kernel.SoftplusAt(x, -1) }

// DerivativeAt returns f′(x) = σ(−x).
func (LogSigmoid[T]) DerivativeAt(x T) T { return kernel.SoftplusDerivativeAt(x, -1) }

// String returns "log_sigmoid".
func (LogSigmoid[T]) String() string { return "log_sigmoid" }
