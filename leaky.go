package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = LeakyReLU[float32]{}
	_ OutputDerivative[float64] = LeakyReLU[float64]{}
)

// LeakyReLU is a [ReLU] with a small slope for u ≤ 0, the negative slope α, applied
// to each element:
//
//	f(u)  = u for u > 0, else α·u      range (−∞, ∞) for α > 0
//	f′(u) = 1 for u > 0, else α
//
// Use it in hidden layers if many ReLUs die. A unit with u ≤ 0 still has a
// gradient, so it can recover: there are no dead units. But α is one more number to
// choose. [PReLU] learns it.
//
// f′ is the derivative of α·u on the left, by the constant factor rule, and of u on
// the right. By convention, f′(0) = α.
//
// It is leaky_relu in PyTorch, JAX and Keras, with α as negative_slope, and
// LeakyRelu in ONNX, with α as alpha. α is 0.01 by default in PyTorch, JAX and ONNX, as
// here. It is 0.2 in keras.activations, and 0.3 in keras.layers.
//
// Special cases are:
//
//	f(NaN) = NaN           f′(NaN) = NaN
//	f(+Inf) = +Inf         f′(+Inf) = 1
//	f(−Inf) = α·(−Inf)     f′(−Inf) = α
//	f(+0) = +0             f′(+0) = α
//	f(−0) = α·(−0)         f′(−0) = α
//
// f and f′ are correctly rounded: each is a selection or one multiplication. The
// zero value is ready to use.
//
// Source: A. L. Maas, A. Y. Hannun, A. Y. Ng, Rectifier Nonlinearities Improve
// Neural Network Acoustic Models, 2013.
type LeakyReLU[T Float] struct {
	// Alpha is the negative slope α, any number. 0 means the usual 0.01, so
	// LeakyReLU{Alpha: 0} is not a [ReLU]. If the slope arrives at run time and may
	// be 0, use a [PReLU] of one slope: there 0 is 0.
	Alpha T
}

// alpha returns the slope that the field means.
func (l LeakyReLU[T]) alpha() T {
	if l.Alpha == 0 {
		return 0.01
	}
	return l.Alpha
}

// Forward computes dst ← x if x > 0, else α·x.
func (l LeakyReLU[T]) Forward(dst, x []T) []T {
	dst = forwardDst("LeakyReLU.Forward", dst, x, len(x))
	kernel.LeakyReLU(dst, x, l.alpha())
	return dst
}

// Derivative computes dst ← upstream if x > 0, else α·upstream.
func (l LeakyReLU[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("LeakyReLU.Derivative", dst, x, upstream, len(x))
	kernel.LeakyReLUDerivative(dst, x, upstream, l.alpha())
	return dst
}

// DerivativeFromOutput is [LeakyReLU.Derivative], since y > 0 if and only if x > 0.
// It panics for α < 0, because then y = 2 may come from x = 2 or from a negative x.
func (l LeakyReLU[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "LeakyReLU.DerivativeFromOutput"
	if !l.hasOutputDerivative() {
		mistake(call, "Alpha = %v, want at least 0: for a negative one, y does not determine x", l.Alpha)
	}
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.LeakyReLUDerivative(dst, y, upstream, l.alpha())
	return dst
}

// hasOutputDerivative reports whether DerivativeFromOutput does not panic.
func (l LeakyReLU[T]) hasOutputDerivative() bool { return !(l.Alpha < 0) }

// At returns x for x > 0, else α·x.
func (l LeakyReLU[T]) At(x T) T { return kernel.LeakyReLUAt(x, l.alpha()) }

// DerivativeAt returns f′(x).
func (l LeakyReLU[T]) DerivativeAt(x T) T { return kernel.LeakyReLUDerivativeAt(x, l.alpha()) }

// String returns the name with the slope: "leaky_relu(alpha=0.01)".
func (l LeakyReLU[T]) String() string {
	return "leaky_relu(alpha=" + decimal(l.alpha()) + ")"
}
