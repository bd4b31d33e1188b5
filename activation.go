package activation

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"example.com/activation/internal/kernel"
)

// Float is the set of element types. It holds the two types themselves and
// none derived from them, so that a type switch over it is total.
type Float interface{ float32 | float64 }

// Activation is a differentiable function f of a vector.
//
// Every type of this package keeps one contract, and a type of your own
// should keep it too; [CheckDerivative] checks its derivatives:
//
//   - dst: nil allocates the result. Otherwise len(dst) must be exactly that
//     of the result. The result is always returned.
//   - Aliasing: where input and output have the same length, dst may be x
//     (or y, or upstream) itself. Slices overlap exactly or not at all.
//     Nothing but dst, or grad, is written.
//   - upstream is ∂L/∂f, of the length of f(x), and the result of Derivative
//     is ∂L/∂x, of the length of x. A nil upstream stands for all ones: for
//     an element-wise function that gives plain f′(x).
//   - Shapes: a slice is a dense row-major array. Types that work along an
//     axis see x as [outer][N][Stride]: N entries that lie Stride apart.
//     Stride 0 means 1, where the axis is the last one; for the channels of
//     an NCHW image it is H·W.
//   - Mistakes of shape, and fields that make no sense, panic before anything
//     is written, with one line that names the call and both numbers. The
//     values in x, y and upstream never panic.
//   - An empty input gives an empty result.
//   - A NaN in an element gives NaN in that element's results, forward and
//     derivative; for softmax in those of its whole row.
//   - A NaN or an infinity in upstream does not pass a closed gate: [ReLU]
//     selects upstream or 0, it does not multiply by 0.
//   - f(x[i]) does not depend on i, on len(x), on alignment, or on what else
//     is in the slice.
//   - Given dst, a call does not allocate, but for long rows of a
//     [MaxoutLayer] in place, the functions of a [Func], and the goroutines of
//     [Parallel].
//
// All types are plain values and safe for concurrent use. [PReLU] and
// [MaxoutLayer] keep the slices they are given.
type Activation[T Float] interface {
	// Forward computes dst ← f(x).
	Forward(dst, x []T) []T

	// Derivative computes dst ← Jᵀ·upstream with J = ∂f/∂x at x, the
	// backward pass of a layer.
	Derivative(dst, x, upstream []T) []T
}

// OutputDerivative is an activation whose derivative can be taken from its
// output y = Forward(x) alone, so that a training loop may drop x, or may
// have computed y in place.
type OutputDerivative[T Float] interface {
	Activation[T]

	// DerivativeFromOutput computes dst ← Jᵀ·upstream with J = ∂f/∂x at
	// the x for which f(x) = y.
	DerivativeFromOutput(dst, y, upstream []T) []T
}

// Elementwise is an activation that acts on each element alone.
type Elementwise[T Float] interface {
	Activation[T]

	// At returns f(x), bit for bit what Forward gives.
	At(x T) T

	// DerivativeAt returns f′(x), bit for bit what Derivative with a nil
	// upstream gives.
	DerivativeAt(x T) T
}

// Parametric is an activation with parameters to learn.
type Parametric[T Float] interface {
	Activation[T]

	// Parameters returns the parameters themselves, not a copy: writing to
	// the slice changes the function.
	Parameters() []T

	// ParameterGradient adds ∂L/∂parameters to grad and returns it, so that
	// a batch may come in pieces. A nil grad allocates zeros to add to.
	ParameterGradient(grad, x, upstream []T) []T
}

// The shape checks. Each panics with one line that names the call, and runs
// before anything is written.

// forwardDst returns the dst for n results from x: dst itself, or a new slice
// if dst is nil.
func forwardDst[T Float](call string, dst, x []T, n int) []T {
	return checkedDst(call, dst, n, "x", x)
}

// derivativeDst returns the dst for the derivative at x of a function with so
// many outputs. It has the length of x.
func derivativeDst[T Float](call string, dst, x, upstream []T, outputs int) []T {
	checkUpstream(call, upstream, outputs)
	dst = checkedDst(call, dst, len(x), "x", x)
	if overlapInPart(dst, upstream) {
		mistake(call, "dst overlaps upstream in part")
	}
	return dst
}

// fromOutputDst returns the dst for the derivative from the output y. It has the
// length of y, as upstream has.
func fromOutputDst[T Float](call string, dst, y, upstream []T) []T {
	checkUpstream(call, upstream, len(y))
	dst = checkedDst(call, dst, len(y), "y", y)
	if overlapInPart(dst, upstream) {
		mistake(call, "dst overlaps upstream in part")
	}
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

// checkApart checks that a result and an input have no memory in common.
func checkApart[T Float](call, resultName string, result []T, inputName string, input []T) {
	if overlap(result, input) {
		mistake(call, "%s overlaps %s", resultName, inputName)
	}
}

// stride returns the Stride that a field means: 0 stands for 1.
func stride(call string, field int) int {
	if field < 0 {
		mistake(call, "Stride = %d, want at least 0", field)
	}
	return max(field, 1)
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

// mistake is the one panic of the package.
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

// VectorBits returns the width in bits of the vectors that the package computes
// with: 512, 256 or 128 on the vector tier, 0 on the scalar one. The vector tier
// is built in by GOEXPERIMENT=simd with Go 1.27, on amd64, arm64 and wasm; results
// keep the same bounds on both, but not always the same last bit.
func VectorBits() int { return kernel.VectorBits() }
