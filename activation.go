package activation

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"example.com/activation/internal/kernel"
)

// Float is the set of element types. It does not include other types whose underlying
// type is one of these. So a type switch over it is complete.
type Float interface{ float32 | float64 }

// Activation is a differentiable function f of a vector.
//
// Every activation of this package keeps the contract below. A type of your own should
// keep it too. [CheckDerivative] checks its derivatives.
//
// Arguments and results:
//
//   - Order: dst, x, upstream, or dst, y, upstream. All are slices of one type, so
//     the compiler does not notice if you swap two of them, or pass y for x.
//   - dst: nil allocates the result. Otherwise dst must have the length of the
//     result. The result is always returned.
//   - upstream is the upstream gradient ∂L/∂f. It has the length of f(x). The
//     result of Derivative is ∂L/∂x and has the length of x.
//   - A nil upstream means ones, not zeros: a gradient that you forgot to compute
//     goes unnoticed. For an element-wise function a nil upstream gives plain
//     f′(x). For [Softmax] it gives 0, because the outputs always sum to 1.
//   - Aliasing: dst may be x, y or upstream itself, if this input has the length of
//     the result. It is a mistake if dst overlaps an input in any other way, or
//     overlaps the parameters of the function. Only dst, or grad, is written.
//   - Shapes: a slice is a dense row-major array. Types that work along an axis
//     read x as [outer][N][Stride]: N entries that lie Stride elements apart.
//     Stride 0 means 1, so the axis is the last one. For the channels of an NCHW
//     image, Stride is H·W. A wrong Stride goes unnoticed if the lengths still fit.
//   - An empty input gives an empty result.
//
// Special values:
//
//   - A NaN in an element gives NaN in the results of that element, forward and
//     derivative. For softmax it gives NaN in the whole row, except in masked entries,
//     and a NaN in a masked entry does not count. For [MaxoutLayer] it gives NaN in
//     the whole example.
//   - Some derivatives select 0, for example that of [ReLU] for x ≤ 0, and that of
//     [Softmax] for an output of 0. Then the result is 0 even if upstream is NaN or
//     infinite. All others multiply by upstream. If such a derivative rounds
//     to 0, as that of [Sigmoid] does at 1000, an infinite upstream may give NaN.
//
// Reproducible results:
//
//   - Element-wise functions: equal inputs give equal bits, at any index, length
//     and alignment. Functions of rows: equal rows give equal bits, if the
//     fields are equal. The bits of a NaN may differ.
//   - There is one exception: the Derivative of a [Softmax] or [LogSoftmax] with
//     upstream as dst, if a row has more than 630 entries, and the number of
//     entries times Stride is more than 16384. Its results may differ from those
//     with another dst, within the error bounds.
//   - This holds within one build and one SIMD width. The last bits may differ
//     between builds, architectures and widths, within the same error bounds. So
//     compare within the bounds in your own tests, not bit for bit. If f′(x) is
//     subnormal or rounds to 0, do not trust its product with a large upstream: it
//     may have few correct bits, or be 0, in one build and not in another.
//
// Panics:
//
//   - A mistake causes a panic before anything is written. The text is one line
//     that names the call and the mistake: slices whose lengths do not fit, a dst
//     that overlaps an input in part or parameters at all, an invalid field, or a nil
//     argument or field that must not be nil.
//   - No value of an element causes a panic.
//   - F and DF of a [Func] are your own code. If they panic, the call panics.
//
// A call with a non-nil dst does not allocate, except:
//
//   - [MaxoutLayer], if dst is an input itself and Inputs is more than 512
//   - [Gated], in the first call, and after the garbage collector has freed its
//     buffers
//   - [Func], if F or DF allocates
//   - [Parallel], for a slice that is long enough to be timed
//
// All types except [Monitor] are plain values and safe for concurrent use, with
// these limits: the parameters of a [PReLU] or [MaxoutLayer] must not change during
// a call, and F and DF of a Func must be safe themselves. A Monitor is for one
// goroutine. PReLU and MaxoutLayer keep the slices they are given.
type Activation[T Float] interface {
	// Forward computes dst ← f(x).
	Forward(dst, x []T) []T

	// Derivative computes dst ← Jᵀ·upstream, the vector-Jacobian product
	// with J = ∂f/∂x at x. It is the backward pass of a layer. Mind the
	// order of the arguments: x is the input of Forward, and upstream is the
	// gradient of the loss with respect to the output of Forward. A nil
	// upstream means ones.
	Derivative(dst, x, upstream []T) []T
}

// OutputDerivative is an activation whose derivative can be computed from its
// output y = Forward(x). A training loop may then drop x, or compute y in place.
//
// All activations of this package implement it except [PReLU], [Maxout],
// [MaxoutLayer], [GELU], [GELUTanh], [SiLU], [Mish], [HardSwish], [Gated], [Func] and
// [Any].
//
// [LeakyReLU] and [ELU] implement it for any Alpha, but DerivativeFromOutput panics
// if Alpha is negative: then y does not determine x.
type OutputDerivative[T Float] interface {
	Activation[T]

	// DerivativeFromOutput computes dst ← Jᵀ·upstream with J = ∂f/∂x at
	// the x for which f(x) = y. Pass the result of Forward as y, not x.
	DerivativeFromOutput(dst, y, upstream []T) []T
}

// Elementwise is an activation that acts on each element alone. All activations of
// this package implement it except [PReLU], [Maxout], [MaxoutLayer], [Gated],
// [Softmax], [LogSoftmax] and [Any].
type Elementwise[T Float] interface {
	Activation[T]

	// At returns f(x), with the same bits as Forward.
	At(x T) T

	// DerivativeAt returns f′(x), with the same bits as Derivative with a
	// nil upstream.
	DerivativeAt(x T) T
}

// Parametric is an activation with parameters to learn. [PReLU] and [MaxoutLayer]
// implement it.
type Parametric[T Float] interface {
	Activation[T]

	// Parameters returns the parameters themselves, not a copy: writing to
	// the slice changes the function.
	Parameters() []T

	// ParameterGradient adds ∂L/∂parameters to grad and returns it. You can
	// split a batch, because it adds. A nil grad means new zeros. grad must
	// not overlap x, upstream or the parameters, not even exactly. Call it
	// before a Derivative that overwrites x or upstream.
	ParameterGradient(grad, x, upstream []T) []T
}

// OutputLen returns the length of f(x) for n elements of x. If a has a method
// OutputLen(n int) int, as [Maxout], [MaxoutLayer] and [Gated] have, OutputLen
// returns its result. That method panics if n does not fit, as Forward does. For
// all other activations OutputLen returns n. It panics if n is negative or a is nil.
func OutputLen[T Float](a Activation[T], n int) int {
	a = plain(a)
	if isNil(a) {
		mistake("OutputLen", "a is nil")
	}
	atLeast("OutputLen", "n", n, 0)
	if o, ok := a.(interface{ OutputLen(n int) int }); ok {
		return o.OutputLen(n)
	}
	return n
}

// The checks of arguments. Each runs before anything is written.

// forwardDst returns the dst for n results from x: dst itself, or a new slice
// if dst is nil.
func forwardDst[T Float](call string, dst, x []T, n int) []T {
	return checkedDst(call, dst, n, "x", x)
}

// derivativeDst returns the dst for the derivative at x of a function with that number of
// outputs. It has the length of x.
func derivativeDst[T Float](call string, dst, x, upstream []T, outputs int) []T {
	return gradientDst(call, dst, "x", x, upstream, outputs)
}

// fromOutputDst returns the dst for the derivative from the output y. It has the
// length of y, as upstream has.
func fromOutputDst[T Float](call string, dst, y, upstream []T) []T {
	return gradientDst(call, dst, "y", y, upstream, len(y))
}

// gradientDst returns the dst for a gradient with respect to the input of that name. It
// has the length of the input.
func gradientDst[T Float](call string, dst []T, name string, input, upstream []T, outputs int) []T {
	// This finds out without a call that all is right, as it usually is. For eight elements,
	// the calls of a method take longer than its work.
	if dst != nil && len(dst) == len(input) && (upstream == nil || len(upstream) == outputs) &&
		!overlapInPart(dst, input) && !overlapInPart(dst, upstream) {
		return dst
	}
	checkUpstream(call, upstream, outputs)
	dst = checkedDst(call, dst, len(input), name, input)
	checkNotInPart(call, "dst", dst, "upstream", upstream)
	return dst
}

// checkedDst returns dst, or a new slice if dst is nil, after checking that dst
// has n elements and does not overlap the input of that name in part.
func checkedDst[T Float](call string, dst []T, n int, name string, input []T) []T {
	if dst == nil {
		return make([]T, n)
	}
	if len(dst) != n {
		mistake(call, "len(dst) = %d, want %d", len(dst), n)
	}
	if overlapInPart(dst, input) {
		mistake(call, "dst overlaps %s in part", name)
	}
	return dst
}

// gradientSum returns the slice to add the gradient of parameters to: grad
// itself, or zeros if grad is nil. The parameters are the field of that name.
// grad is a sum over the other slices, so it must not overlap them even exactly.
func gradientSum[T Float](call string, grad, x, upstream []T, outputs int, name string, parameters []T) []T {
	// As in gradientDst.
	if grad != nil && len(grad) == len(parameters) && (upstream == nil || len(upstream) == outputs) &&
		!overlap(grad, x) && !overlap(grad, upstream) && !overlap(grad, parameters) {
		return grad
	}
	checkUpstream(call, upstream, outputs)
	if grad == nil {
		return make([]T, len(parameters))
	}
	if len(grad) != len(parameters) {
		mistake(call, "len(grad) = %d, want %d", len(grad), len(parameters))
	}
	checkApart(call, "grad", grad, "x", x)
	checkApart(call, "grad", grad, "upstream", upstream)
	checkApart(call, "grad", grad, name, parameters)
	return grad
}

// checkUpstream checks that upstream is nil or has n elements.
func checkUpstream[T Float](call string, upstream []T, n int) {
	if upstream != nil && len(upstream) != n {
		mistake(call, "len(upstream) = %d, want %d", len(upstream), n)
	}
}

// checkNotInPart checks that a result and an input are the same slice, or have no memory
// in common.
func checkNotInPart[T Float](call, resultName string, result []T, inputName string, input []T) {
	if overlapInPart(result, input) {
		mistake(call, "%s overlaps %s in part", resultName, inputName)
	}
}

// checkApart checks that a result and an input have no memory in common.
func checkApart[T Float](call, resultName string, result []T, inputName string, input []T) {
	if overlap(result, input) {
		mistake(call, "%s overlaps %s", resultName, inputName)
	}
}

// stride returns the Stride that a field means: 1 if it is 0.
func stride(call string, field int) int {
	if field < 0 {
		mistake(call, "Stride = %d, want at least 0", field)
	}
	return max(field, 1)
}

// strideText returns ", stride=49" for a field of 49, or nothing for the default.
func strideText(field int) string {
	if field == 0 || field == 1 {
		return ""
	}
	return ", stride=" + strconv.Itoa(field)
}

// atLeast checks that the field of that name is at least least.
func atLeast(call, name string, field, least int) {
	if field < least {
		mistake(call, "%s = %d, want at least %d", name, field, least)
	}
}

// maxParameters is more than fits any memory today, and less than what make
// panics for: at most 2⁴³ bytes of 2⁴⁸, or an eighth of a 32-bit address space.
const maxParameters = min(1<<40, math.MaxInt/32)

// checkParameters checks that n parameters, the number of that name, are not too
// many to allocate.
func checkParameters(call, name string, n int) {
	if n > maxParameters {
		mistake(call, "%s = %d, want at most %d", name, n, maxParameters)
	}
}

// checkMultiple checks that n, the length of slice, is a multiple of size, which
// is called name.
func checkMultiple(call, slice string, n int, name string, size int) {
	if n%size != 0 {
		mistake(call, "len(%s) = %d is not a multiple of %s = %d", slice, n, name, size)
	}
}

// saturatingProduct returns a·b for a, b ≥ 0, or the largest int if that
// overflows. No slice is as long, so only an empty one has a length that is a
// multiple of it.
func saturatingProduct(a, b int) int {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > math.MaxInt {
		return math.MaxInt
	}
	return int(lo)
}

// resultLen returns a·b, the length of a result, after checking that an int can count it.
func resultLen(call string, a, b int) int {
	n := saturatingProduct(a, b)
	if n == math.MaxInt {
		mistake(call, "a result of %d·%d elements is too long", a, b)
	}
	return n
}

// mistake panics for a wrong call, in the one form that the package has for it. It is not
// inlined, because then the checks that call it can be: a softmax of one row of 10 takes
// about 2 ns less.
//
//go:noinline
func mistake(call, format string, args ...any) {
	panic("activation: " + call + ": " + fmt.Sprintf(format, args...))
}

// decimal formats v as the shortest decimal that reads back as v.
func decimal[T Float](v T) string {
	return strconv.FormatFloat(float64(v), 'g', -1, bitSize[T]())
}

// bitSize returns the number of bits of a T.
func bitSize[T Float]() int {
	if _, ok := any(T(0)).(float32); ok {
		return 32
	}
	return 64
}

// VectorBits returns the width of the SIMD vectors in bits: 512, 256 or 128. It
// returns 0 if the plain Go loops do all the work:
//
//   - in a build without GOEXPERIMENT=simd, or with a Go version other than 1.27
//   - on platforms other than amd64, arm64 and wasm
//   - on amd64 processors without AVX or FMA
//   - with GODEBUG=simd=0, or a smaller width that is none of these three
//
// Package simd chooses the width for the processor. GODEBUG=simd=N asks for a width
// of N = 512, 256 or 128 bits. If N is more than the width that package simd would
// choose, the program panics when it starts.
//
// At each width, a function runs its plain Go loop if that is faster than its
// SIMD loop. On arm64 all element-wise functions with an exponential do so, and
// on wasm many of them.
//
// The error bounds are the same at each width. The last bits of a result may
// differ.
func VectorBits() int { return kernel.VectorBits() }
