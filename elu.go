package activation

import (
	"cmp"

	"example.com/activation/internal/kernel"
)

var (
	_ Elementwise[float32]      = ELU[float32]{}
	_ OutputDerivative[float64] = ELU[float64]{}
	_ Elementwise[float32]      = SELU[float32]{}
	_ OutputDerivative[float64] = SELU[float64]{}
	_ Elementwise[float32]      = CELU[float32]{}
	_ OutputDerivative[float64] = CELU[float64]{}
)

// ELU is the exponential linear unit, applied to each element:
//
//	f(u)  = u for u > 0, else α·(eᵘ − 1)      range (−α, ∞) for α > 0
//	f′(u) = 1 for u > 0, else α·eᵘ            range (0, α] and 1, for α > 0
//
// ELU is a [ReLU] that falls to −α on the left. So its mean output is closer to 0.
// For α > 0 its derivative is above 0, so units do not die, but far below 0 it
// saturates, and the derivative rounds to 0. Use it in hidden layers in place of ReLU or
// [LeakyReLU], at the cost of an exponential. It is used in reinforcement learning,
// and in audio codecs such as EnCodec and Mimi.
//
// α is the depth of f, and its slope on the left of 0. The slopes on both sides of
// 0 are equal only for α = 1. [CELU] has any depth with equal slopes.
//
// f′ follows from the constant factor rule, (α·eᵘ)′ = α·eᵘ. By convention, f′(0) =
// α.
//
// It is elu in PyTorch, JAX and Keras, and Elu in ONNX. α is 1 by default in all of
// them, as here. Code that subtracts 1 from eᵘ loses all bits for small u.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −α       f′(−Inf) = 0
//	f(+0) = +0         f′(+0) = α
//	f(−0) = α·(−0)     f′(−0) = α
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, near 0 and for
// subnormal results too. For float64 that holds for |α| from 2⁻⁴⁰⁰ to 2⁴⁰⁰. The
// worst errors found, in samples of at least 2.4 million float32 and 400,000
// float64 inputs:
//
//	float32   α = 1     f  0.583 ULP at -0x1.004f26p-08
//	                    f′ 0.504 ULP at -0x1.e87e82p+04
//	float64   α = 1     f  0.524 ULP at -0x1.00000118922ep-07
//	                    f′ 0.772 ULP at -0x1.623336cf063c5p+09, a subnormal result
//
// With SIMD (see [VectorBits]) and α = 1, for float32 among all inputs with |u|
// from 1e-9 to 120:
//
//	float32   f  0.756 ULP at -0x1.17b526p-02
//	          f′ 1.012 ULP at -0x1.76da64p+02
//	float64   f  0.755 ULP at -0x1.23780afdfa7f8p-02
//	          f′ 1.029 ULP at -0x1.2719bbf34165cp+09
//
// The zero value is ready to use.
//
// Source: D.-A. Clevert, T. Unterthiner, S. Hochreiter, Fast and Accurate Deep
// Network Learning by Exponential Linear Units (ELUs), 2015, arXiv:1511.07289.
type ELU[T Float] struct {
	// Alpha is α, any finite number; 0 means 1. For α = 0 use [ReLU].
	Alpha T
}

// alpha returns the α that the field means.
func (e ELU[T]) alpha(call string) T {
	if e.Alpha == 0 {
		return 1
	}
	checkFiniteField(call, "Alpha", e.Alpha)
	return e.Alpha
}

// Forward computes dst ← x if x > 0, else α·(eˣ − 1).
func (e ELU[T]) Forward(dst, x []T) []T {
	const call = "ELU.Forward"
	alpha := e.alpha(call)
	dst = forwardDst(call, dst, x, len(x))
	kernel.ELU(dst, x, alpha, 1)
	return dst
}

// Derivative computes dst ← upstream if x > 0, else upstream · α·eˣ.
func (e ELU[T]) Derivative(dst, x, upstream []T) []T {
	const call = "ELU.Derivative"
	alpha := e.alpha(call)
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.ELUDerivative(dst, x, upstream, alpha, 1)
	return dst
}

// DerivativeFromOutput computes dst ← upstream if y > 0, else upstream · (y + α).
// It panics for α < 0, because then y = 0.2 may come from x = 0.2 or from a
// negative x.
func (e ELU[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "ELU.DerivativeFromOutput"
	alpha := e.alpha(call)
	if !e.hasOutputDerivative() {
		mistake(call, "Alpha = %v, want at least 0: for a negative one, y does not determine x", alpha)
	}
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.ELUDerivativeFromOutput(dst, y, upstream, alpha, 1)
	return dst
}

// hasOutputDerivative reports whether DerivativeFromOutput does not panic.
func (e ELU[T]) hasOutputDerivative() bool { return !(e.Alpha < 0) }

// At returns x for x > 0, else α·(eˣ − 1).
func (e ELU[T]) At(x T) T { return kernel.ELUAt(x, e.alpha("ELU.At"), 1) }

// DerivativeAt returns f′(x).
func (e ELU[T]) DerivativeAt(x T) T {
	return kernel.ELUDerivativeAt(x, e.alpha("ELU.DerivativeAt"), 1)
}

// String returns the name with α: "elu(alpha=1)".
func (e ELU[T]) String() string { return "elu(alpha=" + decimal(cmp.Or(e.Alpha, 1)) + ")" }

// SELU is the self-normalising ELU, applied to each element:
//
//	f(u)  = λ·u for u > 0, else λα·(eᵘ − 1)      range (−1.7581, ∞)
//	f′(u) = λ for u > 0, else λα·eᵘ              range (0, 1.7581]
//
// with λ = 1.0507… and α = 1.6732…. In a deep network of SELU the mean of the
// signal stays near 0 and its variance near 1, without batch normalisation, if the
// weights have mean 0 and variance 1/inputs. Use it in fully connected networks,
// with alpha dropout. The proof in the paper is for these, and not for skip
// connections or other weights.
//
// f′ is λ times the derivative of [ELU]. By convention, f′(0) = λα. The slope jumps
// at 0.
//
// It is selu in PyTorch, JAX and Keras, and Selu in ONNX. ONNX calls the two
// numbers alpha and gamma, and rounds them to float32.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = λ
//	f(−Inf) = −λα      f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = λα
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, for the
// constants as rounded to T. The worst errors found, in samples of at least 2.4
// million float32 and 400,000 float64 inputs:
//
//	float32   f  0.581 ULP at -0x1.239ad2p-08
//	          f′ 0.504 ULP at -0x1.c5bf9p+05
//	float64   f  0.794 ULP at -0x1.226ef0fd11299p-1022
//	          f′ 0.766 ULP at -0x1.627cae228b85fp+09, a subnormal result
//
// With SIMD (see [VectorBits]), for float32 among all inputs with |u| from 1e-9 to
// 120:
//
//	float32   f  0.860 ULP at -0x1.2d5abep-02
//	          f′ 1.114 ULP at -0x1.76badp+02
//	float64   f  0.881 ULP at -0x1.562f8c54e0876p-02
//	          f′ 1.123 ULP at -0x1.fa31ccff45e5cp-01
//
// The zero value is ready to use.
//
// Source: G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, Self-Normalizing
// Neural Networks, 2017, arXiv:1706.02515.
type SELU[T Float] struct{}

// Forward computes dst ← λ·x if x > 0, else λα·(eˣ − 1).
func (SELU[T]) Forward(dst, x []T) []T {
	dst = forwardDst("SELU.Forward", dst, x, len(x))
	kernel.ELU(dst, x, kernel.SELUAlpha, kernel.SELUScale)
	return dst
}

// Derivative computes dst ← upstream·λ if x > 0, else upstream · λα·eˣ.
func (SELU[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("SELU.Derivative", dst, x, upstream, len(x))
	kernel.ELUDerivative(dst, x, upstream, kernel.SELUAlpha, kernel.SELUScale)
	return dst
}

// DerivativeFromOutput computes dst ← upstream·λ if y > 0, else upstream · (y +
// λα).
func (SELU[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	dst = fromOutputDst("SELU.DerivativeFromOutput", dst, y, upstream)
	kernel.ELUDerivativeFromOutput(dst, y, upstream, kernel.SELUAlpha, kernel.SELUScale)
	return dst
}

// At returns λ·x for x > 0, else λα·(eˣ − 1).
func (SELU[T]) At(x T) T { return kernel.SELUAt(x) }

// DerivativeAt returns f′(x).
func (SELU[T]) DerivativeAt(x T) T {
	return kernel.SELUDerivativeAt(x)
}

// String returns "selu".
func (SELU[T]) String() string { return "selu" }

// CELU is the continuously differentiable [ELU], applied to each element:
//
//	f(u)  = u for u > 0, else α·(e^(u/α) − 1)      range (−α, ∞)
//	f′(u) = 1 for u > 0, else e^(u/α)              range (0, 1]
//
// For α = 1 it is ELU. For any α it falls to −α, with the slope 1 on both sides of
// 0. As α goes to 0, CELU becomes [ReLU]. As α grows, it becomes u. Use it in
// hidden layers in place of ELU if f should fall to a value other than −1, without
// a corner. Few models use it.
//
// f′ follows from the chain rule: α·e^(u/α)·(1/α). f has no corner, so f′(0) = 1 on
// both sides.
//
// It is celu in PyTorch, JAX and Keras, and Celu in ONNX. α is 1 by default in all
// of them, as here.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −α       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = 1
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, near 0 and for
// subnormal results too. For float64 that holds for α from 2⁻⁴⁰⁰ to 2⁴⁰⁰. The worst
// errors found, in samples of at least 2.4 million float32 and 400,000 float64
// inputs:
//
//	float32   α = 1     f  0.583 ULP at -0x1.004f26p-08
//	                    f′ 0.504 ULP at -0x1.e87e82p+04
//	float64   α = 1     f  0.524 ULP at -0x1.00000118922ep-07
//	                    f′ 0.772 ULP at -0x1.623336cf063c5p+09, a subnormal result
//
// With SIMD (see [VectorBits]) and α = 1, for float32 among all inputs with |u|
// from 1e-9 to 120:
//
//	float32   f  0.756 ULP at -0x1.17b526p-02
//	          f′ 1.012 ULP at -0x1.76da64p+02
//	float64   f  0.755 ULP at -0x1.23780afdfa7f8p-02
//	          f′ 1.029 ULP at -0x1.2719bbf34165cp+09
//
// The zero value is ready to use.
//
// Source: J. T. Barron, Continuously Differentiable Exponential Linear Units, 2017,
// arXiv:1704.07483.
type CELU[T Float] struct {
	// Alpha is α, finite and above 0; 0 means 1.
	Alpha T
}

// alpha returns the α that the field means.
func (c CELU[T]) alpha(call string) T {
	if c.Alpha == 0 {
		return 1
	}
	checkPositive(call, "Alpha", c.Alpha)
	return c.Alpha
}

// Forward computes dst ← x if x > 0, else α·(e^(x/α) − 1).
func (c CELU[T]) Forward(dst, x []T) []T {
	const call = "CELU.Forward"
	alpha := c.alpha(call)
	dst = forwardDst(call, dst, x, len(x))
	kernel.CELU(dst, x, alpha)
	return dst
}

// Derivative computes dst ← upstream if x > 0, else upstream · e^(x/α).
func (c CELU[T]) Derivative(dst, x, upstream []T) []T {
	const call = "CELU.Derivative"
	alpha := c.alpha(call)
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.CELUDerivative(dst, x, upstream, alpha)
	return dst
}

// DerivativeFromOutput computes dst ← upstream if y > 0, else upstream · (y/α + 1).
func (c CELU[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "CELU.DerivativeFromOutput"
	alpha := c.alpha(call)
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.CELUDerivativeFromOutput(dst, y, upstream, alpha)
	return dst
}

// At returns x for x > 0, else α·(e^(x/α) − 1).
func (c CELU[T]) At(x T) T { return kernel.CELUAt(x, c.alpha("CELU.At")) }

// DerivativeAt returns f′(x).
func (c CELU[T]) DerivativeAt(x T) T {
	return kernel.CELUDerivativeAt(x, c.alpha("CELU.DerivativeAt"))
}

// String returns the name with α: "celu(alpha=1)".
func (c CELU[T]) String() string { return "celu(alpha=" + decimal(cmp.Or(c.Alpha, 1)) + ")" }
