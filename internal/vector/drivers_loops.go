//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// A loop is a driver of this file around a function of one vector. The function is
// a literal that captures its constants as vectors, made before the loop, and is
// inlined: the compiler allows literals that take or return vectors three times
// the usual size. A test reads the compiled code for calls, and for vectors that go
// to the stack, which make a loop three to six times slower.
//
// Drivers take slices of at least one vector. The last vector overlaps with the one
// before it if the length is not a multiple: in place its elements would be
// overwritten by then, and so it comes first. Every driver ends with clearUpper:
// scalar code that follows is up to a hundred times slower until the upper halves
// of the registers are cleared.

// unary32 sets dst to f of x.
func unary32(dst, x []float32, zero simd.Float32s, f func(x simd.Float32s) simd.Float32s) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	end := dst[len(dst)-n:]
	last := f(simd.LoadFloat32s(x[len(x)-n:]))
	for len(x) > n && len(dst) > n {
		f(simd.LoadFloat32s(x)).Store(dst)
		x, dst = x[n:], dst[n:]
	}
	last.Store(end)
	clearUpper()
}

// binary32 sets dst to f of x and upstream. A nil upstream means ones.
func binary32(dst, x, upstream []float32, zero simd.Float32s, f func(x, upstream simd.Float32s) simd.Float32s) {
	n := zero.Len()
	step, endOfUpstream := n, len(x)-n
	if upstream == nil {
		step, endOfUpstream, upstream = 0, 0, ones32[:]
	}
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	end := dst[len(dst)-n:]
	last := f(simd.LoadFloat32s(x[len(x)-n:]), simd.LoadFloat32s(upstream[endOfUpstream:]))
	for len(x) > n && len(dst) > n && len(upstream) >= n {
		f(simd.LoadFloat32s(x), simd.LoadFloat32s(upstream)).Store(dst)
		x, dst, upstream = x[n:], dst[n:], upstream[step:]
	}
	last.Store(end)
	clearUpper()
}
