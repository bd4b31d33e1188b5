// Package kernel chooses the loop for each operation of package activation: the
// plain Go loops of package scalar, or the SIMD loops of package vector.
//
// It has one exported function for each operation. The choice depends only on the
// architecture, the SIMD width, the element type, the fields of the function and the shape
// of a row. It does not depend on the length of a slice or on the position of an element,
// because equal elements and equal rows must give equal results everywhere. Only if two
// loops give the same bits may the length decide between them. There is one exception: the
// gradient of a single slope of PReLU is a sum over all elements, and its last bits depend on
// their number.
//
// Beside a rule that is not obvious is the measurement that justifies it, in nanoseconds an
// element. Builds with SIMD were made by Go 1.27.3, and others by Go 1.26. docs/speed.md has
// the commands. The speed of the machine changes, so compare only the numbers of one
// comment.
//
// The caller has checked the lengths. dst may be an input slice of the same length, and
// a nil upstream means ones. A function writes only to its first slice (to its first two:
// MaxoutLayerParameterGradient and GatedPairDerivative). None allocates, except MaxoutLayer and
// its derivative for long rows in place, and the gated functions if their sync.Pool is empty.
package kernel

import (
	"runtime"

	"example.com/activation/internal/element"
	"example.com/activation/internal/vector"
)

//go:generate go run ../generate

// VectorBits returns the width of the vectors in bits, or 0 if only the scalar loops
// run.
func VectorBits() int { return vector.Bits() }

// A rule in an if statement tests vector.On first, although the functions that it calls test it
// too. In the default build vector.On is the constant false, and the compiler then drops the rule
// before it decides about inlining. That saves one call: At of σ takes 5.6 ns in place of 7.0
// (BenchmarkAt, float32, Zen 5).

// exponential reports whether the vector loops of σ, tanh and their derivatives from x
// run. There are two exceptions:
//
//   - Vectors of two float64. The scalar loops have smaller errors, and take as long
//     within 20 % (ns an element, vector against scalar, n = 4096, Xeon Emerald Rapids at
//     128 bits: σ 2.76 against 3.33, tanh 4.27 against 4.00, σ′ 3.95 against 4.42). For
//     one element the scalar function is faster: σ takes 9.2 ns in a vector, and 7.3 in
//     scalar code. With vectors of four float64 the loops take half as long.
//   - arm64. For float32, LLVM's machine models disagree (cycles an element, vector against
//     scalar, Neoverse N1, Apple M1, Exynos M5: σ 19.5, 8.9, 4.9 against 15.5, 12.7, 5.6, tanh
//     21.2, 8.8, 5.4 against 18.7, 16.2, 7.0, σ′ 25.3, 11.5, 6.4 against 22.4, 18.0, 7.8).
func exponential[T element.Float]() bool { return vector.On && !arm64 && !pairs[T]() }

// arm64 reports whether the architecture is arm64, which has vectors of 128 bits.
const arm64 = runtime.GOARCH == "arm64"

// pairs reports whether a vector holds two elements.
func pairs[T element.Float]() bool {
	return !element.Is32[T]() && vector.Bits() == 128
}

// slowPairs reports whether a vector holds two float64 on arm64. Vector loops of few
// instructions are then slower than the scalar loops in two or three of LLVM's machine models
// (cycles an element, vector against scalar, Neoverse N1, Apple M1, Exynos M5):
//
//	tanh′ from the output, no upstream    5.1, 2.6, 1.9 against 3.8, 2.4, 1.9
//	product                               3.6, 2.6, 1.6 against 3.0, 2.6, 1.2
//
// On amd64 at 128 bits, the vector loops of these two take 0.82 to 1.06 times as long as the
// scalar loops.
func slowPairs[T element.Float]() bool { return arm64 && !element.Is32[T]() }

// short is the length from which vector loops pay for their setup. For shorter slices
// the scalar loops run, if both loops give the same bits.
const short = 16

// runs reports whether the vector loops run that are called for each run of stride
// elements. For runs of 16 float64 at 128 bits the scalar loops are faster: PReLU takes
// 0.63 ns an element against 0.73, Maxout of five pieces 0.69 against 0.89. For 32 both take
// the same time.
func runs[T element.Float](stride int) bool {
	return vector.On && stride >= short && (stride >= 2*short || !pairs[T]())
}

// same reports whether a and b are the same slice. Comparing their first elements is
// enough, because slices overlap exactly or not at all.
func same[T element.Float](a, b []T) bool {
	return len(a) > 0 && len(b) > 0 && &a[0] == &b[0]
}
