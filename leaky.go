package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = LeakyReLU[float32]{}
	_ OutputDerivative[float64] = LeakyReLU[float64]{}
)

// LeakyReLU is a [ReLU] with a small slope for u ≤ 0, applied to each element
// (Maas et al., "Rectifier nonlinearities improve neural network acoustic models",
// 2013):
//
//	f(u)  = u for u > 0, else α·u      range (−∞, ∞) for α > 0
//	f′(u) = 1 for u > 0, else α
//
// The slope keeps a gradient for u ≤ 0, so a unit that is off can recover: there
// are no dead units. Let the network learn α with [PReLU].
//
// f′ is that of α·u, by the constant factor rule, to the left and of u to the
// right; f′(0) = α by convention.
//
// Special cases are:
//
//	f(NaN) = NaN           f′(NaN) = NaN
//	f(+Inf) = +Inf         f′(+Inf) = 1
//	f(−Inf) = α·(−Inf)     f′(−Inf) = α
//	f(+0) = +0             f′(+0) = α
//	f(−0) = α·(−0)         f′(−0) = α
//
// Both round correctly: each result is a selection or one multiplication.
// The zero value is ready to use.
type LeakyReLU[T Float] struct {
	// Alpha is the slope α for u ≤ 0, any real number; 0 means the usual
	// 0.01. For a slope of 0 use [ReLU]. A slope that arrives at run time, and
	// may be 0, belongs in a [PReLU] of one slope, where 0 is 0.
	Alpha T
}

// alpha returns the slope that the field means.
func (l LeakyReLU[T]) alpha() T {
	if l.Alpha == 0 {
		return 0.01
	}
	return l.Alpha
}

// Forward computes dst ← x where x > 0, else α·x.
func (l LeakyReLU[T]) Forward(dst, x []T) []T {
	dst = forwardDst("LeakyReLU.Forward", dst, x, len(x))
	kernel.LeakyReLU(dst, x, l.alpha())
	return dst
}

// Derivative computes dst ← upstream where x > 0, else α·upstream.
func (l LeakyReLU[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("LeakyReLU.Derivative", dst, x, upstream, len(x))
	kernel.LeakyReLUDerivative(dst, x, upstream, l.alpha())
	return dst
}

// DerivativeFromOutput is [LeakyReLU.Derivative], since y > 0 where x > 0. It
// panics for α < 0, where y = 2 may come from x = 2 or from a negative x.
func (l LeakyReLU[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	if !l.hasOutputDerivative() {
		mistake("LeakyReLU.DerivativeFromOutput", "Alpha = %v, want at least 0: the sign of y does not tell that of x", l.Alpha)
	}
	dst = fromOutputDst("LeakyReLU.DerivativeFromOutput", dst, y, upstream)
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
