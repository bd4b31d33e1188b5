package activation

import (
	"fmt"
	"math"
	"math/rand/v2"

	"example.com/activation/internal/kernel"
)

var (
	_ Activation[float32] = Maxout[float32]{}
	_ Parametric[float64] = MaxoutLayer[float64]{}
)

// Maxout returns the largest of each group of k = Pieces numbers, the pieces of a
// unit:
//
//	f(u)ᵢ        = max(uᵢ₁, …, uᵢₖ)                       range (−∞, ∞)
//	∂f(u)ᵢ/∂uᵢⱼ  = 1 for the first maximum of the group, else 0
//
// x is [outer][units][Pieces][Stride] and the result is [outer][units][Stride],
// which is shorter. With Stride 1 the pieces of a unit are neighbours. After a
// convolution with units·Pieces channels each piece is a whole plane: set Stride to
// height·width. Without Stride neighbouring pixels become the pieces, and there is
// no error, because the lengths still fit.
//
// Each piece is a linear combination wⱼᵀx + bⱼ with its own weights. So the unit
// learns its activation function along with its weights: any convex
// piecewise-linear function of k pieces. The pieces 0 and u give [ReLU]. The pieces
// αu and u, with α ≤ 1, give [LeakyReLU] and [PReLU]. The pieces −u and u give the
// absolute value. Use Maxout in hidden layers. It does not saturate and has no dead
// units, but needs k times the weights. [MaxoutLayer] has the weights as well.
//
// f′ is the derivative of the piece that is selected. If several pieces are the
// largest, the first one gets the gradient by convention. The output does not tell which
// piece it was, so the derivative needs the input.
//
// PyTorch, JAX, Keras 3 and ONNX have no maxout.
//
// Special cases are:
//
//	f = NaN if a piece is NaN; each NaN has derivative NaN
//	f is the identity for Pieces = 1
//	f = +0 for the pieces +0 and −0; the first of them is the largest
//
// f and f′ are exact. The zero value has no pieces, so its Forward and Derivative
// panic: set Pieces.
//
// Source: I. J. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville, Y. Bengio,
// Maxout Networks, 2013, arXiv:1302.4389.
type Maxout[T Float] struct {
	// Pieces is the number k of pieces of a unit, at least 1.
	Pieces int

	// Stride is the distance from one piece to the next; 0 means 1. For images
	// [channels][height][width] it is height·width.
	Stride int
}

// shape checks the fields and that n elements fit them, and returns the stride.
func (m Maxout[T]) shape(call string, n int) int {
	atLeast(call, "Pieces", m.Pieces, 1)
	s := stride(call, m.Stride)
	checkMultiple(call, "x", n, "Pieces·Stride", saturatingProduct(m.Pieces, s))
	return s
}

// Forward computes the maxima of x. The result has len(x)/Pieces elements.
func (m Maxout[T]) Forward(dst, x []T) []T {
	const call = "Maxout.Forward"
	s := m.shape(call, len(x))
	dst = forwardDst(call, dst, x, len(x)/m.Pieces)
	kernel.Maxout(dst, x, m.Pieces, s)
	return dst
}

// Derivative sets dst to upstream at the first maximum of each group, and to 0 at
// the other pieces. upstream has len(x)/Pieces elements.
func (m Maxout[T]) Derivative(dst, x, upstream []T) []T {
	const call = "Maxout.Derivative"
	s := m.shape(call, len(x))
	dst = derivativeDst(call, dst, x, upstream, len(x)/m.Pieces)
	kernel.MaxoutDerivative(dst, x, upstream, m.Pieces, s)
	return dst
}

// OutputLen returns n/Pieces, the length of the result for n elements of x. It
// panics if Forward would.
func (m Maxout[T]) OutputLen(n int) int {
	m.shape("Maxout.OutputLen", n)
	return n / m.Pieces
}

// String returns the name with the fields: "maxout(pieces=2, stride=49)". A
// stride of 1 is left out.
func (m Maxout[T]) String() string {
	return fmt.Sprintf("maxout(pieces=%d%s)", m.Pieces, strideText(m.Stride))
}

// MaxoutLayer is a layer of [Maxout] units with their weights:
//
//	f(x)ᵢ = maxⱼ(wᵢⱼᵀx + bᵢⱼ)        j = 1 … Pieces, range (−∞, ∞)
//
// x is [batch][Inputs] and the result is [batch][Units]. Use it in hidden layers, in
// place of a linear layer and its activation. The comment of Maxout says what it is good
// for and what goes wrong.
//
// If piece j is the first maximum of unit i at x, then by the sum and constant factor
// rules
//
//	∂f(x)ᵢ/∂x = wᵢⱼ,   ∂f(x)ᵢ/∂wᵢⱼ = x,   ∂f(x)ᵢ/∂bᵢⱼ = 1
//
// and all other derivatives are 0.
//
// PyTorch, JAX, Keras 3 and ONNX have no such layer.
//
// Special cases are:
//
//	a NaN in an example makes all results of the example NaN
//
// All sums are computed in T, in an order that does not depend on the batch. The
// error of an output is at most (Inputs + 2)·½ε·(Σₖ |wₖ·xₖ| + |b|), for the piece
// of the unit that has the largest such sum, with ε = 2⁻²³ for float32 and 2⁻⁵² for
// float64. That sum must not overflow. If products are subnormal, Inputs times the
// smallest subnormal is added to the bound. The derivatives have no stated bound. The
// zero value has no parameters, so its Forward and Derivative panic: use
// [NewMaxoutLayer].
//
// Source: I. J. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville, Y. Bengio,
// Maxout Networks, 2013, arXiv:1302.4389.
type MaxoutLayer[T Float] struct {
	Inputs, Units, Pieces int // each at least 1

	// Params holds the weights [Units][Pieces][Inputs], followed by the
	// biases [Units][Pieces].
	Params []T
}

// NewMaxoutLayer returns a layer with biases of 0 and with weights that rng draws
// from a normal distribution of variance 1/inputs. For two pieces this keeps the
// mean square of the signal: E max(a,b)² = E (a² + b²)/2. rng is a generator of
// package math/rand/v2, such as rand.New(rand.NewPCG(1, 2)). NewMaxoutLayer panics if
// a number is less than 1, if the parameters are too many for any memory, or if rng
// is nil.
func NewMaxoutLayer[T Float](inputs, units, pieces int, rng *rand.Rand) MaxoutLayer[T] {
	m := MaxoutLayer[T]{Inputs: inputs, Units: units, Pieces: pieces}
	m.checkFields("NewMaxoutLayer")
	checkParameters("NewMaxoutLayer", "units·pieces·(inputs+1)", m.size())
	if rng == nil {
		mistake("NewMaxoutLayer", "rng is nil")
	}
	m.Params = make([]T, m.size())
	deviation := 1 / math.Sqrt(float64(inputs))
	weights, _ := m.split(m.Params)
	for i := range weights {
		weights[i] = T(rng.NormFloat64() * deviation)
	}
	return m
}

// size returns the number of parameters.
func (m MaxoutLayer[T]) size() int {
	return saturatingProduct(saturatingProduct(m.Units, m.Pieces), m.Inputs+1)
}

// split returns the weights and the biases that p holds.
func (m MaxoutLayer[T]) split(p []T) (weights, biases []T) {
	n := m.Units * m.Pieces * m.Inputs
	return p[:n], p[n:]
}

func (m MaxoutLayer[T]) checkFields(call string) {
	atLeast(call, "Inputs", m.Inputs, 1)
	atLeast(call, "Units", m.Units, 1)
	atLeast(call, "Pieces", m.Pieces, 1)
}

// shape checks the fields and that n elements of x fit them, and returns the
// length of the output.
func (m MaxoutLayer[T]) shape(call string, n int) int {
	m.checkFields(call)
	if len(m.Params) != m.size() {
		mistake(call, "len(Params) = %d, want Units·Pieces·(Inputs+1) = %d", len(m.Params), m.size())
	}
	checkMultiple(call, "x", n, "Inputs", m.Inputs)
	return resultLen(call, n/m.Inputs, m.Units)
}

// Forward computes the outputs for a batch x. If dst is an input itself and Inputs
// is more than 512, Forward and Derivative allocate a copy of a row. dst can be
// the x of Forward only if Units = Inputs.
func (m MaxoutLayer[T]) Forward(dst, x []T) []T {
	const call = "MaxoutLayer.Forward"
	dst = forwardDst(call, dst, x, m.shape(call, len(x)))
	checkApart(call, "dst", dst, "Params", m.Params)
	weights, biases := m.split(m.Params)
	kernel.MaxoutLayer(dst, x, weights, biases, m.Inputs, m.Units, m.Pieces)
	return dst
}

// Derivative computes ∂L/∂x for a batch x.
func (m MaxoutLayer[T]) Derivative(dst, x, upstream []T) []T {
	const call = "MaxoutLayer.Derivative"
	dst = derivativeDst(call, dst, x, upstream, m.shape(call, len(x)))
	checkApart(call, "dst", dst, "Params", m.Params)
	weights, biases := m.split(m.Params)
	kernel.MaxoutLayerDerivative(dst, x, upstream, weights, biases, m.Inputs, m.Units, m.Pieces)
	return dst
}

// OutputLen returns (n/Inputs)·Units, the length of the result for n elements of
// x. It panics if Forward would.
func (m MaxoutLayer[T]) OutputLen(n int) int { return m.shape("MaxoutLayer.OutputLen", n) }

// Parameters returns Params.
func (m MaxoutLayer[T]) Parameters() []T { return m.Params }

// ParameterGradient adds the gradients of the weights and biases to grad, in
// the order of Params.
func (m MaxoutLayer[T]) ParameterGradient(grad, x, upstream []T) []T {
	const call = "MaxoutLayer.ParameterGradient"
	grad = gradientSum(call, grad, x, upstream, m.shape(call, len(x)), "Params", m.Params)
	gradW, gradB := m.split(grad)
	weights, biases := m.split(m.Params)
	kernel.MaxoutLayerParameterGradient(gradW, gradB, x, upstream, weights, biases, m.Inputs, m.Units, m.Pieces)
	return grad
}

// String returns the name with the sizes:
// "maxout_layer(inputs=64, units=32, pieces=2)".
func (m MaxoutLayer[T]) String() string {
	return fmt.Sprintf("maxout_layer(inputs=%d, units=%d, pieces=%d)", m.Inputs, m.Units, m.Pieces)
}
