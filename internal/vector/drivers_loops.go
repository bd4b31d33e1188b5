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

// at32 returns what f makes of x. It is for vectors of 128 bits only: there are no
// upper halves to clear.
//
//vector:narrowest
func at32(x float32, zero simd.Float32s, f func(dst, x []float32)) float32 {
	var y [minLanes32]float32
	simd.BroadcastFloat32s(x).Store(y[:])
	f(y[:], y[:])
	return y[0]
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

// unaryUnrolled32 is unary32 with four vectors in a turn of the loop, for functions
// of a few instructions, where the loop around them counts. It returns what is
// left, one vector or more.
func unaryUnrolled32(dst, x []float32, zero simd.Float32s, f func(dst, x []float32)) (_, _ []float32) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 5*n && len(dst) >= 5*n {
		f(dst, x)
		f(dst[n:], x[n:])
		f(dst[2*n:], x[2*n:])
		f(dst[3*n:], x[3*n:])
		x, dst = x[4*n:], dst[4*n:]
	}
	clearUpper() // before unary32 makes room for the last vector
	return dst, x
}

// binaryUnrolled32 is binary32 with two vectors in a turn of the loop. It returns
// what is left, one vector or more, and all if upstream is nil.
func binaryUnrolled32(dst, x, upstream []float32, zero simd.Float32s, f func(dst, x, upstream []float32)) (_, _, _ []float32) {
	n := zero.Len()
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	for len(x) >= 3*n && len(dst) >= 3*n && len(upstream) >= 3*n {
		f(dst, x, upstream)
		f(dst[n:], x[n:], upstream[n:])
		x, dst, upstream = x[2*n:], dst[2*n:], upstream[2*n:]
	}
	clearUpper()
	return dst, x, upstream
}

// repeating32 is binary32 with a further input, of which the first period elements
// are read over and over. Vectors that begin among them may reach beyond.
func repeating32(dst, x, upstream, repeated []float32, period int, zero simd.Float32s, f func(dst, x, upstream, repeated []float32)) {
	n := zero.Len()
	var last [maxLanes32]float32
	step, endOfUpstream := n, len(x)-n
	if upstream == nil {
		step, endOfUpstream, upstream = 0, 0, ones32[:]
	}
	dst = dst[:len(x):len(x)]
	x = x[:len(x):len(x)]
	end := dst[len(dst)-n:]
	f(last[:], x[len(x)-n:], upstream[endOfUpstream:], repeated[(len(x)-n)%period:])
	i := 0
	for len(x) > n && len(dst) > n && len(upstream) >= n {
		f(dst, x, upstream, repeated[i:])
		x, dst, upstream = x[n:], dst[n:], upstream[step:]
		if i += n; i >= period {
			i -= period
		}
	}
	simd.LoadFloat32s(last[:]).Store(end)
	clearUpper()
}

// twoResults32 is binary32 with two pairs of dst and x.
func twoResults32(dst1, dst2, x1, x2, upstream []float32, zero simd.Float32s, f func(dst1, dst2, x1, x2, upstream []float32)) {
	n := zero.Len()
	var last1, last2 [maxLanes32]float32
	step, endOfUpstream := n, len(x1)-n
	if upstream == nil {
		step, endOfUpstream, upstream = 0, 0, ones32[:]
	}
	dst1 = dst1[:len(x1):len(x1)]
	dst2 = dst2[:len(x1):len(x1)]
	x2 = x2[:len(x1):len(x1)]
	x1 = x1[:len(x1):len(x1)]
	end1, end2 := dst1[len(dst1)-n:], dst2[len(dst2)-n:]
	f(last1[:], last2[:], x1[len(x1)-n:], x2[len(x2)-n:], upstream[endOfUpstream:])
	for len(x1) > n && len(x2) > n && len(dst1) > n && len(dst2) > n && len(upstream) >= n {
		f(dst1, dst2, x1, x2, upstream)
		x1, x2, dst1, dst2, upstream = x1[n:], x2[n:], dst1[n:], dst2[n:], upstream[step:]
	}
	simd.LoadFloat32s(last1[:]).Store(end1)
	simd.LoadFloat32s(last2[:]).Store(end2)
	clearUpper()
}
