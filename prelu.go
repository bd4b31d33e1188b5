package activation

import (
	"fmt"

	"example.com/activation/internal/kernel"
)

var (
	_ Parametric[float32] = PReLU[float32]{}
	_ Parametric[float64] = PReLU[float64]{}
)

// PReLU is a [LeakyReLU] whose negative slopes are parameters to learn, one for all
// elements or one for each channel:
//
//	f(u)     = u for u > 0, else αᵢ·u      range (−∞, ∞) for αᵢ > 0
//	f′(u)    = 1 for u > 0, else αᵢ
//	∂f/∂αᵢ   = 0 for u > 0, else u
//
// x is [outer][len(Alpha)][Stride]. Element k of x has the slope αᵢ with i = (k/Stride)
// mod len(Alpha). The length of x must be a multiple of len(Alpha)·Stride. A single
// slope fits any length, and then Stride has no meaning.
//
// For an image [batch][channels][height][width], set Stride to height·width.
// Without Stride the slopes change from pixel to pixel, and there is no error,
// because the lengths still fit.
//
// Use it in hidden layers, like LeakyReLU. It needs a few more parameters. [NewPReLU]
// starts with the slope ¼ of the paper. Leave the slopes out of weight decay, which
// would pull them to 0 and turn the function into a [ReLU].
//
// A slope of 0 is 0 here. In a LeakyReLU it means 0.01. So if your program gets a
// slope at run time, use a PReLU of one slope.
//
// f′ and ∂f/∂αᵢ are the derivatives of αᵢ·u, first with respect to u, then with respect
// to αᵢ. By convention, f′(0) = αᵢ.
//
// There is no DerivativeFromOutput, because a learned slope may be negative.
// Then the sign of y does not determine the sign of u.
//
// It is PReLU in PyTorch and Keras, and PRelu in ONNX. PyTorch starts with ¼ too,
// Keras with 0.
//
// Special cases are:
//
//	f(NaN) = NaN            f′(NaN) = NaN
//	f(+Inf) = +Inf          f′(+Inf) = 1
//	f(−Inf) = αᵢ·(−Inf)     f′(−Inf) = αᵢ
//	f(+0) = +0              f′(+0) = αᵢ
//	f(−0) = αᵢ·(−0)         f′(−0) = αᵢ
//
// So f(−Inf) is NaN for αᵢ = 0.
//
// f and f′ are correctly rounded: each is a selection or one multiplication. The
// zero value has no slope, so its Forward and Derivative panic: use NewPReLU, or set
// Alpha.
//
// Source: K. He, X. Zhang, S. Ren, J. Sun, Delving Deep into Rectifiers, 2015,
// arXiv:1502.01852.
type PReLU[T Float] struct {
	// Alpha holds the negative slopes, at least one.
	Alpha []T

	// Stride is the distance from one channel to the next; 0 means 1. For
	// an image it is height·width.
	Stride int
}

// NewPReLU returns a PReLU with n slopes of ¼. Set its Stride for images. NewPReLU
// panics if n is less than 1, or too large for any memory.
func NewPReLU[T Float](n int) PReLU[T] {
	atLeast("NewPReLU", "n", n, 1)
	checkParameters("NewPReLU", "n", n)
	alpha := make([]T, n)
	for i := range alpha {
		alpha[i] = 0.25
	}
	return PReLU[T]{Alpha: alpha}
}

// shape checks the fields and that n elements of x fit them, and returns the stride.
func (p PReLU[T]) shape(call string, n int) int {
	atLeast(call, "len(Alpha)", len(p.Alpha), 1)
	s := stride(call, p.Stride)
	if len(p.Alpha) > 1 {
		checkMultiple(call, "x", n, "len(Alpha)·Stride", saturatingProduct(len(p.Alpha), s))
	}
	return s
}

// Forward computes dst ← x if x > 0, else αᵢ·x.
func (p PReLU[T]) Forward(dst, x []T) []T {
	const call = "PReLU.Forward"
	s := p.shape(call, len(x))
	dst = forwardDst(call, dst, x, len(x))
	checkApart(call, "dst", dst, "Alpha", p.Alpha)
	kernel.PReLU(dst, x, p.Alpha, s)
	return dst
}

// Derivative computes dst ← upstream if x > 0, else αᵢ·upstream. If αᵢ is 0, it selects
// 0 for x ≤ 0, as [ReLU] does, even if upstream is NaN or infinite.
func (p PReLU[T]) Derivative(dst, x, upstream []T) []T {
	const call = "PReLU.Derivative"
	s := p.shape(call, len(x))
	dst = derivativeDst(call, dst, x, upstream, len(x))
	checkApart(call, "dst", dst, "Alpha", p.Alpha)
	kernel.PReLUDerivative(dst, x, upstream, p.Alpha, s)
	return dst
}

// Parameters returns Alpha.
func (p PReLU[T]) Parameters() []T { return p.Alpha }

// ParameterGradient adds to grad[i] the sum of upstream·x over the elements of slope i
// with x ≤ 0. The upstream of an element with x > 0 does not count, even if it is NaN.
// A NaN in x gives NaN.
//
// Each product is rounded to T. Each run of elements with the same slope is summed in
// float64. Then the sum is rounded to T and added to grad, in the order of x.
func (p PReLU[T]) ParameterGradient(grad, x, upstream []T) []T {
	const call = "PReLU.ParameterGradient"
	s := p.shape(call, len(x))
	grad = gradientSum(call, grad, x, upstream, len(x), "Alpha", p.Alpha)
	kernel.PReLUParameterGradient(grad, x, upstream, s)
	return grad
}

// String returns the name with the number of slopes and the stride:
// "prelu(slopes=64, stride=49)". A stride of 1 is left out.
func (p PReLU[T]) String() string {
	return fmt.Sprintf("prelu(slopes=%d%s)", len(p.Alpha), strideText(p.Stride))
}
