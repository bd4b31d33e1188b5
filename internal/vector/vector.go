//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

// Package vector holds the loops of package activation that use package simd, in
// one source for vectors of any width. The compiler makes a version of each loop
// for each width of an architecture, and the program takes the widest that the
// processor has. In builds without package simd, off.go stands in for it.
package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// A kernel is a loop, given by one of the drivers below, around a body that
// computes one vector. Constants are made into vectors before the loop, and
// captured: the compiler does not move them there. Bodies, and the functions
// that reduce32 and its kin return, are function literals since those are inlined
// even where they are long; a call would spill every vector that lives. A body
// takes slices, not vectors, because the compiler allows it the most then: a
// literal that captures vectors 16 times the usual, one that takes or returns
// them 3 times. A 512-bit vector that goes to the stack and comes back in the
// same turn of a loop makes the loop three to six times slower; a test reads the
// compiled code for that, and for calls.

// On reports whether the vector tier runs. Emulated vectors would be ten
// times slower than the scalar tier.
var On = !simd.Emulated() && usable()

// Bits returns the width of the vectors in bits, or 0 on the scalar tier.
func Bits() int {
	if !On {
		return 0
	}
	return simd.VectorBitSize()
}

const maxLanes = maxLanes32

// narrowest returns the number of elements in the narrowest vector, of 128 bits.
func narrowest[T element.Float]() int {
	if _, ok := any(T(0)).(float32); ok {
		return 4
	}
	return 2
}

// each32 calls f for each vector of x and dst. What is left at the end goes
// through a buffer, since f reads and writes whole vectors: it must touch
// nothing outside the slices.
//
// Every driver ends with clearUpper: scalar code that follows is up to a hundred
// times slower until the upper halves of the registers are cleared.
func each32(dst, x []float32, zero simd.Float32s, f func(dst, x []float32)) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= n && len(dst) >= n {
		f(dst, x)
		x, dst = x[n:], dst[n:]
	}
	clearUpper()
	if len(x) > 0 {
		var last [maxLanes]float32
		copy(last[:], x)
		f(last[:], last[:])
		clearUpper()
		copy(dst, last[:])
	}
}

// each64 is each32 for float64.
func each64(dst, x []float64, zero simd.Float64s, f func(dst, x []float64)) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= n && len(dst) >= n {
		f(dst, x)
		x, dst = x[n:], dst[n:]
	}
	clearUpper()
	if len(x) > 0 {
		var last [maxLanes64]float64
		copy(last[:], x)
		f(last[:], last[:])
		clearUpper()
		copy(dst, last[:])
	}
}

// zip32 calls f for each vector of dst, x and g. A nil g stands for ones.
func zip32(dst, x, g []float32, zero simd.Float32s, f func(dst, x, g []float32)) {
	n := zero.Len()
	step := n
	if g == nil {
		step, g = 0, ones32[:]
	}
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= n && len(dst) >= n && len(g) >= n {
		f(dst, x, g)
		x, dst, g = x[n:], dst[n:], g[step:]
	}
	clearUpper()
	if len(x) > 0 {
		var last, lastG [maxLanes]float32
		copy(last[:], x)
		copy(lastG[:], g)
		f(last[:], last[:], lastG[:])
		clearUpper()
		copy(dst, last[:])
	}
}

// zip64 is zip32 for float64.
func zip64(dst, x, g []float64, zero simd.Float64s, f func(dst, x, g []float64)) {
	n := zero.Len()
	step := n
	if g == nil {
		step, g = 0, ones64[:]
	}
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= n && len(dst) >= n && len(g) >= n {
		f(dst, x, g)
		x, dst, g = x[n:], dst[n:], g[step:]
	}
	clearUpper()
	if len(x) > 0 {
		var last, lastG [maxLanes64]float64
		copy(last[:], x)
		copy(lastG[:], g)
		f(last[:], last[:], lastG[:])
		clearUpper()
		copy(dst, last[:])
	}
}

// quads32 calls f for each vector, four at a turn, and returns what is left: for
// bodies of a few instructions, where the loop around them counts.
func quads32(dst, x []float32, zero simd.Float32s, f func(dst, x []float32)) (_, _ []float32) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 4*n && len(dst) >= 4*n {
		f(dst, x)
		f(dst[n:], x[n:])
		f(dst[2*n:], x[2*n:])
		f(dst[3*n:], x[3*n:])
		x, dst = x[4*n:], dst[4*n:]
	}
	return dst, x
}

// quads64 is quads32 for float64.
func quads64(dst, x []float64, zero simd.Float64s, f func(dst, x []float64)) (_, _ []float64) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 4*n && len(dst) >= 4*n {
		f(dst, x)
		f(dst[n:], x[n:])
		f(dst[2*n:], x[2*n:])
		f(dst[3*n:], x[3*n:])
		x, dst = x[4*n:], dst[4*n:]
	}
	return dst, x
}

// zips32 is zip32 with two vectors at a turn, and returns what is left: all of it
// for a nil g.
func zips32(dst, x, g []float32, zero simd.Float32s, f func(dst, x, g []float32)) (_, _, _ []float32) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 2*n && len(dst) >= 2*n && len(g) >= 2*n {
		f(dst, x, g)
		f(dst[n:], x[n:], g[n:])
		x, dst, g = x[2*n:], dst[2*n:], g[2*n:]
	}
	return dst, x, g
}

// zips64 is zips32 for float64.
func zips64(dst, x, g []float64, zero simd.Float64s, f func(dst, x, g []float64)) (_, _, _ []float64) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 2*n && len(dst) >= 2*n && len(g) >= 2*n {
		f(dst, x, g)
		f(dst[n:], x[n:], g[n:])
		x, dst, g = x[2*n:], dst[2*n:], g[2*n:]
	}
	return dst, x, g
}

// cycle32 calls f for each two vectors of dst, x, g, and of a, of which the
// first end elements are read over and over. Vectors that begin among them may
// reach beyond. A nil g stands for ones.
func cycle32(dst, x, g, a []float32, end int, zero simd.Float32s, f func(dst, x, g, a []float32)) {
	n := 2 * zero.Len()
	step := n
	if g == nil {
		step, g = 0, ones32[:]
	}
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	i := 0
	for len(x) >= n && len(dst) >= n && len(g) >= n {
		f(dst, x, g, a[i:])
		x, dst, g = x[n:], dst[n:], g[step:]
		if i += n; i >= end {
			i -= end
		}
	}
	clearUpper()
	if len(x) > 0 {
		var last, lastG, lastA [2 * maxLanes]float32
		copy(last[:], x)
		copy(lastG[:], g)
		copy(lastA[:], a[i:])
		f(last[:], last[:], lastG[:], lastA[:])
		clearUpper()
		copy(dst, last[:])
	}
}

// cycle64 is cycle32 for float64.
func cycle64(dst, x, g, a []float64, end int, zero simd.Float64s, f func(dst, x, g, a []float64)) {
	n := 2 * zero.Len()
	step := n
	if g == nil {
		step, g = 0, ones64[:]
	}
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	i := 0
	for len(x) >= n && len(dst) >= n && len(g) >= n {
		f(dst, x, g, a[i:])
		x, dst, g = x[n:], dst[n:], g[step:]
		if i += n; i >= end {
			i -= end
		}
	}
	clearUpper()
	if len(x) > 0 {
		var last, lastG, lastA [2 * maxLanes64]float64
		copy(last[:], x)
		copy(lastG[:], g)
		copy(lastA[:], a[i:])
		f(last[:], last[:], lastG[:], lastA[:])
		clearUpper()
		copy(dst, last[:])
	}
}

// both32 is zip32 with two pairs of dst and x.
func both32(dst, dst2, x, x2, g []float32, zero simd.Float32s, f func(dst, dst2, x, x2, g []float32)) {
	n := zero.Len()
	step := n
	if g == nil {
		step, g = 0, ones32[:]
	}
	dst = dst[:len(x):len(x)]
	dst2 = dst2[:len(x):len(x)]
	x = x[:len(x):len(x)]
	x2 = x2[:len(x):len(x)]
	for len(x) >= n && len(dst) >= n && len(dst2) >= n && len(x2) >= n && len(g) >= n {
		f(dst, dst2, x, x2, g)
		dst, dst2, x, x2, g = dst[n:], dst2[n:], x[n:], x2[n:], g[step:]
	}
	clearUpper()
	if len(x) > 0 {
		var last, last2, lastG [maxLanes]float32
		copy(last[:], x)
		copy(last2[:], x2)
		copy(lastG[:], g)
		f(last[:], last2[:], last[:], last2[:], lastG[:])
		clearUpper()
		copy(dst, last[:])
		copy(dst2, last2[:])
	}
}

// both64 is both32 for float64.
func both64(dst, dst2, x, x2, g []float64, zero simd.Float64s, f func(dst, dst2, x, x2, g []float64)) {
	n := zero.Len()
	step := n
	if g == nil {
		step, g = 0, ones64[:]
	}
	dst = dst[:len(x):len(x)]
	dst2 = dst2[:len(x):len(x)]
	x = x[:len(x):len(x)]
	x2 = x2[:len(x):len(x)]
	for len(x) >= n && len(dst) >= n && len(dst2) >= n && len(x2) >= n && len(g) >= n {
		f(dst, dst2, x, x2, g)
		dst, dst2, x, x2, g = dst[n:], dst2[n:], x[n:], x2[n:], g[step:]
	}
	clearUpper()
	if len(x) > 0 {
		var last, last2, lastG [maxLanes64]float64
		copy(last[:], x)
		copy(last2[:], x2)
		copy(lastG[:], g)
		f(last[:], last2[:], last[:], last2[:], lastG[:])
		clearUpper()
		copy(dst, last[:])
		copy(dst2, last2[:])
	}
}

var (
	ones32 = [2 * maxLanes]float32{
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	}
	ones64 = [2 * maxLanes64]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
)
