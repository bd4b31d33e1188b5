//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// A loop is a driver of this file around a function that computes one vector.
// Constants are made into vectors before the loop, and captured: the compiler does
// not move them there. The function is a literal that takes slices, not vectors,
// because the compiler inlines that even where it is long: a literal that captures
// vectors up to 16 times the usual size, but one that takes or returns vectors only
// up to 3 times. A call would spill every vector that lives. A test reads the
// compiled code for that, and for vectors that go to the stack, which make a loop
// three to six times slower.
//
// Drivers need slices of at least one vector. If the length is not a multiple, the
// last vector overlaps with the one before it: in place its elements would be
// overwritten by then, and so it is computed first. Every driver ends with
// clearUpper: scalar code that follows is up to a hundred times slower until the
// upper halves of the registers are cleared.

// unary32 calls f for each vector of dst and x.
func unary32(dst, x []float32, zero simd.Float32s, f func(dst, x []float32)) {
	n := zero.Len()
	var last [maxLanes32]float32
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	end := dst[len(dst)-n:]
	f(last[:], x[len(x)-n:])
	for len(x) > n && len(dst) > n {
		f(dst, x)
		x, dst = x[n:], dst[n:]
	}
	simd.LoadFloat32s(last[:]).Store(end)
	clearUpper()
}

// binary32 calls f for each vector of dst, x and upstream. A nil upstream means
// ones.
func binary32(dst, x, upstream []float32, zero simd.Float32s, f func(dst, x, upstream []float32)) {
	n := zero.Len()
	var last [maxLanes32]float32
	step, endOfUpstream := n, len(x)-n
	if upstream == nil {
		step, endOfUpstream, upstream = 0, 0, ones32[:]
	}
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	end := dst[len(dst)-n:]
	f(last[:], x[len(x)-n:], upstream[endOfUpstream:])
	for len(x) > n && len(dst) > n && len(upstream) >= n {
		f(dst, x, upstream)
		x, dst, upstream = x[n:], dst[n:], upstream[step:]
	}
	simd.LoadFloat32s(last[:]).Store(end)
	clearUpper()
}
