package activation

import (
	"cmp"
	"fmt"

	"example.com/activation/internal/kernel"
)

var (
	_ Activation[float32] = Gated[float32]{}
	_ Activation[float64] = Gated[float64]{}
)

// Gated is a gated linear unit. One half of its input is the gate g, the other half is
// the value v. The gate decides how much of the value passes. Gate is a function f,
// applied to each element of g:
//
//	y = v · f(g)              range (−∞, ∞)
//	∂y/∂v = f(g),   ∂y/∂g = v · f′(g)
//
// x is [outer][2][Stride] and the result is [outer][Stride]. The gate is the first
// half of a row, or the second half with GateLast. For rows of n gates and n values
// set Stride to n. Without Stride, neighbouring elements are gate and value, and
// there is no error, because the lengths still fit. This shape is for a model that
// computes g and v with one matrix. For g and v in two slices, which most models
// have, use [Gated.ForwardPair] and [Gated.DerivativePair].
//
//	GLU       Sigmoid{}, GateLast   GLU of PyTorch, JAX and Keras, gated convolutions
//	SwiGLU    SiLU{}                Llama, Mistral, Qwen, DeepSeek; Phi-3 with one matrix
//	GeGLU     GELUTanh{}            Gemma
//	GeGLU     GELU{}, GateLast      Stable Diffusion
//	ReGLU     ReLU{}
//	bilinear  Identity{}
//
// Use it in the feed-forward blocks of transformers, as nearly all large language
// models do. It takes three matrices in place of two. If each has two thirds of the
// size, the cost is the same. In Shazeer's experiments the loss is then lower than with
// a [ReLU] or [GELU].
//
// The derivatives follow from the constant factor rule, because y is a product of v
// and f(g).
//
// Special cases are:
//
//	if g or v is NaN, y and both derivatives are NaN; otherwise
//	if f(g) = 0, y = v · 0, which is NaN for an infinite v
//	if f(g) = 0, ∂L/∂v = 0 even if upstream is NaN or infinite
//	if Gate selects a derivative of 0, ∂L/∂g = 0 even if upstream is NaN or infinite
//
// For the gates of this package except [Func], the error of y is below 1.6 ULP,
// unless f(g) is subnormal or overflows. For a [SiLU] or [Softplus] with a Beta other
// than 1 it is below 1.65 ULP. (Half an ULP of f(g) can become almost one ULP of y.
// So even a correctly rounded f(g) would give 1.5 ULP.) The error of both derivatives
// is below 3 ULP, unless f(g) or upstream·v overflows, or f(g), f′(g) or upstream·v
// is subnormal.
//
// The zero value has no Gate, so its Forward and Derivative panic: set Gate.
//
// Sources: Y. N. Dauphin, A. Fan, M. Auli, D. Grangier, Language Modeling with
// Gated Convolutional Networks, 2016, arXiv:1612.08083; N. Shazeer, GLU Variants
// Improve Transformer, 2020, arXiv:2002.05202.
type Gated[T Float] struct {
	// Gate is the function f. Gated calls the Forward and Derivative of a [Func], or
	// of a type of your own, with parts of the gate.
	Gate Elementwise[T]

	// Stride is the distance from a gate to its value. 0 means 1: then the two are
	// neighbours. For rows of 2·n elements with two halves it is n.
	Stride int

	// GateLast says that the second half is the gate.
	GateLast bool
}

// step checks the fields and that n elements of x fit them, and returns the stride.
func (g Gated[T]) step(call string, n int) int {
	g.checkGate(call, n)
	step := stride(call, g.Stride)
	checkMultiple(call, "x", n, "2·Stride", saturatingProduct(2, step))
	return step
}

// checkGate checks that there is a gate. If no loop will call it for an element, checkGate calls
// it, because it may have a field that is wrong.
func (g Gated[T]) checkGate(call string, n int) {
	if isNil(g.Gate) {
		mistake(call, "Gate is nil")
	}
	if n == 0 {
		g.Gate.Forward(nil, nil)
	}
}

// loops returns which loops compute f for Forward. The error of most SIMD loops is
// almost 1 ULP, which can be 2 ULP of the product. So the gates that have such a loop take
// plain Go loops, or SIMD loops that compute the product too. The bound of the derivatives is
// twice as large, so they use the gate as it is, except that the plain Go loop for SiLU computes
// both derivatives.
//
// Each type and its pointer have a case, because function plain would allocate a copy of what a
// pointer points to.
func (g Gated[T]) loops() kernel.GateLoops {
	gate := g.Gate
	if p, ok := gate.(wrapper); ok { // the result of Parallel
		gate = p.inside().(Elementwise[T])
	}
	var loops kernel.GateLoops
	usual := true // whether the parameter is that of the loops
	switch gate := gate.(type) {
	case Sigmoid[T], *Sigmoid[T]:
		loops = kernel.SigmoidGate
	case Tanh[T], *Tanh[T]:
		loops = kernel.TanhGate
	case SiLU[T]:
		loops, usual = kernel.SiLUGate, cmp.Or(gate.Beta, 1) == 1
	case *SiLU[T]:
		loops, usual = kernel.SiLUGate, cmp.Or(gate.Beta, 1) == 1
	case ELU[T]:
		loops, usual = kernel.ELUGate, cmp.Or(gate.Alpha, 1) == 1
	case *ELU[T]:
		loops, usual = kernel.ELUGate, cmp.Or(gate.Alpha, 1) == 1
	case CELU[T]:
		loops, usual = kernel.ELUGate, cmp.Or(gate.Alpha, 1) == 1
	case *CELU[T]:
		loops, usual = kernel.ELUGate, cmp.Or(gate.Alpha, 1) == 1
	case SELU[T], *SELU[T]:
		loops = kernel.SELUGate
	case Softplus[T]:
		loops, usual = kernel.SoftplusGate, cmp.Or(gate.Beta, 1) == 1
	case *Softplus[T]:
		loops, usual = kernel.SoftplusGate, cmp.Or(gate.Beta, 1) == 1
	case LogSigmoid[T], *LogSigmoid[T]:
		loops = kernel.LogSigmoidGate
	case GELU[T], *GELU[T]:
		loops = kernel.GELUGate
	case GELUTanh[T], *GELUTanh[T]:
		loops = kernel.GELUTanhGate
	case Mish[T], *Mish[T]:
		loops = kernel.MishGate
	case HardSigmoid[T]:
		loops, usual = kernel.HardSigmoidGate, gate.Slope == 0
	case *HardSigmoid[T]:
		loops, usual = kernel.HardSigmoidGate, gate.Slope == 0
	case HardSwish[T], *HardSwish[T]:
		loops = kernel.HardSwishGate
	case Softsign[T], *Softsign[T]:
		loops = kernel.SoftsignGate
	}
	if !usual {
		return kernel.OwnLoops
	}
	return loops
}

// derivativeLoops is loops for the derivative. If it returns OwnLoops, it calls the gate's
// Derivative first, because that may check a field that Forward does not, such as DF of a [Func].
// The results already hold f(gate) when the loops call it.
func (g Gated[T]) derivativeLoops() kernel.GateLoops {
	loops := g.loops()
	if loops == kernel.OwnLoops {
		g.Gate.Derivative(nil, nil, nil)
	}
	return loops
}

// gate returns the gate with the given loops. It must be short enough to be inlined, because
// otherwise its functions would be on the heap.
func (g Gated[T]) gate(loops kernel.GateLoops) kernel.Gate[T] {
	return kernel.Gate[T]{Loops: loops, Forward: g.Gate.Forward, Derivative: g.Gate.Derivative}
}

// Forward computes dst ← value · f(gate). dst has half as many elements as x, and
// must not overlap x.
func (g Gated[T]) Forward(dst, x []T) []T {
	const call = "Gated.Forward"
	step := g.step(call, len(x))
	dst = forwardDst(call, dst, x, len(x)/2)
	kernel.Gated(g.gate(g.loops()), dst, x, step, g.GateLast)
	return dst
}

// Derivative computes ∂L/∂x for both halves of x. upstream has half as many
// elements.
func (g Gated[T]) Derivative(dst, x, upstream []T) []T {
	const call = "Gated.Derivative"
	step := g.step(call, len(x))
	dst = derivativeDst(call, dst, x, upstream, len(x)/2)
	loops := g.derivativeLoops()
	kernel.GatedDerivative(g.gate(loops), dst, x, upstream, step, g.GateLast)
	return dst
}

// ForwardPair computes dst ← value · f(gate) for a gate and a value in two slices.
// dst may be one of them. Stride and GateLast have no meaning here.
func (g Gated[T]) ForwardPair(dst, gate, value []T) []T {
	const call = "Gated.ForwardPair"
	g.checkPair(call, gate, value)
	dst = checkedDst(call, dst, len(gate), "gate", gate)
	checkNotInPart(call, "dst", dst, "value", value)
	kernel.GatedPair(g.gate(g.loops()), dst, gate, value)
	return dst
}

// DerivativePair computes dGate ← upstream · value · f′(gate) and dValue ← upstream
// · f(gate), and returns both. All slices have the same length. A nil upstream means
// ones. If dGate or dValue is nil, DerivativePair allocates it. Each may be gate,
// value or upstream, but they must not overlap each other.
func (g Gated[T]) DerivativePair(dGate, dValue, gate, value, upstream []T) (_, _ []T) {
	const call = "Gated.DerivativePair"
	g.checkPair(call, gate, value)
	checkUpstream(call, upstream, len(gate))
	dGate = pairDst(call, "dGate", dGate, gate, value, upstream)
	dValue = pairDst(call, "dValue", dValue, gate, value, upstream)
	checkApart(call, "dGate", dGate, "dValue", dValue)
	loops := g.derivativeLoops()
	kernel.GatedPairDerivative(g.gate(loops), dGate, dValue, gate, value, upstream)
	return dGate, dValue
}

// pairDst returns dst, the result with the given name, or a new slice if it is nil. It
// checks its length, and that it does not overlap an input in part.
func pairDst[T Float](call, name string, dst, gate, value, upstream []T) []T {
	if dst == nil {
		return make([]T, len(gate))
	}
	if len(dst) != len(gate) {
		mistake(call, "len(%s) = %d, want %d", name, len(dst), len(gate))
	}
	checkNotInPart(call, name, dst, "gate", gate)
	checkNotInPart(call, name, dst, "value", value)
	checkNotInPart(call, name, dst, "upstream", upstream)
	return dst
}

// checkPair checks that there is a Gate, and that gate and value have the same
// length.
func (g Gated[T]) checkPair(call string, gate, value []T) {
	g.checkGate(call, len(gate))
	if len(value) != len(gate) {
		mistake(call, "len(value) = %d, want len(gate) = %d", len(value), len(gate))
	}
}

// OutputLen returns n/2, the length of the result for n elements of x. It panics if
// Forward would.
func (g Gated[T]) OutputLen(n int) int {
	g.step("Gated.OutputLen", n)
	g.Gate.Forward(nil, nil) // panics if a field is wrong
	return n / 2
}

// String returns the name with the fields: "gated(gate=silu(beta=1), stride=64)". A
// stride of 1 is left out, and gate_last=true is there only if GateLast is set.
func (g Gated[T]) String() string {
	if g.Gate == nil {
		return g.text("none")
	}
	return g.text(fmt.Sprint(g.Gate))
}

// text returns the name with the fields, for a text of the gate.
func (g Gated[T]) text(gate string) string {
	text := "gated(gate=" + gate + strideText(g.Stride)
	if g.GateLast {
		text += ", gate_last=true"
	}
	return text + ")"
}
