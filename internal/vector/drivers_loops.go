//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// A driver of this file is a loop that calls a function f for each vector. f is a
// function literal:
//
//   - It captures its constants as vectors, which are made before the loop. The compiler
//     would not move them out of the loop.
//   - Its parameters are slices, not vectors, because the compiler then inlines it even
//     if it is long. The inlining budget is 16 times the usual one for a literal that
//     captures vectors, and 3 times for one with vectors among its parameters or results.
//     A call that is not inlined would spill every live vector to the stack.
//
// A function that returns such a literal has a vector parameter, zero, even if it does not need
// one. Otherwise the compiler does not inline the literal.
//
// Vectors on the stack make a loop three to six times slower. A test looks for them, and
// for calls, in the compiled code.
//
// Drivers need slices of at least one vector. If the length is not a multiple of a
// vector, the last vector overlaps the one before it. It is computed first, and stored
// last, because in place the one before it overwrites some of its elements. Every driver
// ends with clearUpper. Without that, scalar code after it is up to a hundred times
// slower, until something clears the upper halves of the registers.

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

// at32 returns the result of f for one element x. It clears the upper halves of the vector
// registers, although f uses only vectors of 128 bits. The Go runtime sets the upper halves
// when it resumes a goroutine that it has preempted, and a program that computes one element
// at a time may run no loop that clears them. Then each call of SigmoidAt64 would take 140
// to 350 ns in place of 9 (Xeon Emerald Rapids, go1.27.3).
//
//vector:narrowest
func at32(x float32, zero simd.Float32s, f func(dst, x []float32)) float32 {
	var y [minLanes32]float32
	simd.BroadcastFloat32s(x).Store(y[:])
	f(y[:], y[:])
	clearUpper()
	return y[0]
}

// first32 returns the first element of v. It clears the upper halves, as at32 does. The functions
// of one element that end with it repeat the formula of their loop: at32 passes x and the result
// through memory, which takes 1.5 of 11 ns for tanh of float64.
//
//vector:by hand, one element too
func first32(v simd.Float32s) float32 {
	var y [minLanes32]float32
	v.Store(y[:])
	clearUpper()
	return y[0]
}

// binary32 calls f for each vector of dst, x and upstream. A nil upstream means ones.
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

// unaryUnrolled32 calls f for four vectors in each iteration. It is for functions of a
// few instructions, for which the loop itself takes a large part of the time. It returns
// the rest of dst and x, which is at least one vector and is left to unary32.
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
	clearUpper() // before unary32 clears an array for its last vector
	return dst, x
}

// binaryUnrolled32 calls f for two vectors in each iteration. It returns the rest of its
// arguments, which is at least one vector and is left to binary32. If upstream is nil,
// that is all of them.
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

// repeating32 calls f as binary32 does, with one more argument: a vector of repeated,
// whose first period elements are read again and again. A vector that begins among these
// elements may end beyond them.
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

// twoResults32 calls f as binary32 does, with two results and two inputs.
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
