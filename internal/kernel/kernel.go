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
	"example.com/activation/internal/element"
	"example.com/activation/internal/vector"
)

//go:generate go run ../generate

// VectorBits returns the width in bits of the vectors, or 0 if the scalar loops
// run.
func VectorBits() int { return vector.Bits() }

// short is the length from which vectors are worth their start. Below it the
// scalar loops run, for functions of which both loops give the same bits.
const short = 16

// same reports whether a and b begin at the same element: slices overlap
// exactly or not at all.
func same[T element.Float](a, b []T) bool {
	return len(a) > 0 && len(b) > 0 && &a[0] == &b[0]
}
