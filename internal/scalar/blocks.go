package scalar

import (
	"unsafe"

	"example.com/activation/internal/element"
)

// eights returns the elements of s as integers of the same bits, or as they are,
// in blocks of eight, and the elements after the last whole block.
//
// That is what unsafe is here for. The functions that only select do so on
// integers, and math.Float32bits of an element is a load into a floating-point
// register and a move from there, where a load into an integer register would do:
// relu takes 0.55 ns an element that way, and 0.28 this way. Slicing a block of
// eight out of a longer slice for each turn of the loop is safe, and takes 0.32.
//
// It is safe: W and T have the same size, so that the views lie within s, whose
// array they keep alive; W needs no stricter alignment than T, on any platform;
// neither holds pointers, and each bit pattern is a value of both. The compiler
// does not assume that pointers to different types point to different memory. A
// pointer to a block is made only where there is one.
func eights[W int32 | int64 | element.Float, T element.Float](s []T) (blocks [][8]W, rest []W) {
	p := unsafe.Pointer(unsafe.SliceData(s))
	n := len(s) / 8
	if n > 0 {
		blocks = unsafe.Slice((*[8]W)(p), n)
	}
	return blocks, unsafe.Slice((*W)(p), len(s))[8*n:]
}

// word returns the value of type W with the bits of v, of the same size, for those
// that are written once for both types: math.Float32bits is for one of them.
func word[W, T int32 | int64 | element.Float](v T) W { return *(*W)(unsafe.Pointer(&v)) }
