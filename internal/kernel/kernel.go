// Package kernel chooses the loop for each operation of package activation: the
// plain Go loops of package scalar, or the SIMD loops of package vector.
//
// It has one exported function for each operation. The choice depends on the
// type, the SIMD width and the shape of a row alone, never on how long a slice
// is or where an element stands in it: equal elements, and equal rows, give
// equal results everywhere. The exception are loops that give the same bits. Each
// rule has the measurement beside it that justifies it.
//
// As in the loops, lengths have been checked, dst may be an input slice of the
// same length, and a nil upstream means ones. No function writes anything but its
// first argument (and MaxoutLayerParameterGradient its second), and none
// allocates, except for the long rows of a maxout layer in place.
package kernel

import (
	"runtime"

	"example.com/activation/internal/element"
	"example.com/activation/internal/vector"
)

//go:generate go run ../generate

// VectorBits returns the width in bits of the vectors, or 0 if the scalar loops
// run.
func VectorBits() int { return vector.Bits() }

// exponential reports whether the vector loops of σ, tanh and their derivatives from
// x run. Not with two float64 in a vector: their loops take 0.9 to 1.2 times as long
// as the scalar ones (ns, n = 4096, Xeon Emerald Rapids at 128 bits: σ 3.06 against
// 3.10, tanh 3.97 against 3.76, σ′ 3.85 against 4.00), while four take 0.5 times as
// long. And not on arm64: LLVM's model of Apple's M1 gives 8.5 cycles an element for
// σ of float32, 8.1 for tanh and 9.9 for σ′ with vectors, and 4.3 for the scalar
// tanh; that of Neoverse N1 has the scalar loops ahead in all of them.
func exponential[T element.Float]() bool {
	return vector.On && runtime.GOARCH != "arm64" && !pairs[T]()
}

// pairs reports whether a vector holds two elements.
func pairs[T element.Float]() bool {
	_, is64 := any(T(0)).(float64)
	return is64 && vector.Bits() == 128
}

// short is the length from which vectors are worth their start. Below it the
// scalar loops run, for functions of which both loops give the same bits.
const short = 16

// same reports whether a and b begin at the same element: slices overlap
// exactly or not at all.
func same[T element.Float](a, b []T) bool {
	return len(a) > 0 && len(b) > 0 && &a[0] == &b[0]
}
