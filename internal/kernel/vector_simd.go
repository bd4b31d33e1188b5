//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package kernel

import "simd"

// The vector tier. Each file *_simd.go has the kernels beside their scalar
// twins in the file without that ending, in one source for vectors of any
// width: the compiler makes a version for each width of an architecture, and
// the program takes the widest that the processor has.
//
// A kernel is a loop, given by one of the drivers below, around a body that
// computes one vector. Constants are made into vectors before the loop, and
// captured: the compiler does not move them there. Bodies, and the functions
// that exp32 and its kin return, are function literals since those are inlined
// even where they are long; a call would spill every vector that lives. A body
// takes slices, not vectors, because the compiler allows it the most then: a
// literal that captures vectors 16 times the usual, one that takes or returns
// them 3 times.

// vector tells whether the vector tier runs. Emulated vectors would be ten
// times slower than the scalar tier.
var vector = !simd.Emulated() && fused()

// VectorBits returns the width of the vectors in bits, or 0 on the scalar tier.
func VectorBits() int {
	if !vector {
		return 0
	}
	return simd.VectorBitSize()
}

// The numbers of float32s and of float64s in the widest vector, of 512 bits.
const (
	maxLanes   = 16
	maxLanes64 = 8
)

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
		var last [maxLanes]float64
		copy(last[:], x)
		f(last[:], last[:])
		clearUpper()
		copy(dst, last[:])
	}
}

// pairs32 calls f for each vector, two at a turn, and returns what is left: for
// bodies so short that the loop around them counts.
func pairs32(dst, x []float32, zero simd.Float32s, f func(dst, x []float32)) (_, _ []float32) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 2*n && len(dst) >= 2*n {
		f(dst, x)
		f(dst[n:], x[n:])
		x, dst = x[2*n:], dst[2*n:]
	}
	return dst, x
}

// pairs64 is pairs32 for float64.
func pairs64(dst, x []float64, zero simd.Float64s, f func(dst, x []float64)) (_, _ []float64) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 2*n && len(dst) >= 2*n {
		f(dst, x)
		f(dst[n:], x[n:])
		x, dst = x[2*n:], dst[2*n:]
	}
	return dst, x
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
		var last, lastG [maxLanes]float64
		copy(last[:], x)
		copy(lastG[:], g)
		f(last[:], last[:], lastG[:])
		clearUpper()
		copy(dst, last[:])
	}
}

var (
	ones32 = [maxLanes]float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	ones64 = [maxLanes]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
)
