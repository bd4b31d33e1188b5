package kernel

import (
	"math"

	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// Which loop runs for Softmax and LogSoftmax depends on classes and stride alone. The
// functions of package vector report whether they have a form for these: rows for a stride
// of 1 and enough classes to fill a vector, columns for a stride that is wide enough. The
// scalar loops run for all others, and in the default build:
//
//   - For two classes, a loop that reads the tables of σ and softplus. It takes 2.4 to 4 ns
//     an element forward. The loops for rows of any length would take 7 to 20.
//   - For a stride of 1, loops for rows.
//   - For few columns, loops down one column after the other: see fewColumns in package
//     scalar.
//   - Otherwise, loops that compute up to 256 columns at a time, in the order of memory.
//
// So Softmax{Classes: 21, Stride: 65536} runs in columns of vectors, or in scalar columns
// in the default build. There a float32 element takes 6.4 ns forward and 1.5 ns backward
// for [21][16384], and 15.8 and 8.0 ns in a plain loop down each column. Rows of 64 take
// 4.9 and 1.1 ns (512-bit Xeon, Go 1.26, default build).
//
// The scalar backward loops are chosen in scalar.SoftmaxDerivativeFromOutput:
//
//   - Two and three classes have loops of their own. They take 0.7 and 0.8 ns an element.
//     The loop for more classes would take 1.6.
//   - For rows of up to 104 entries, a loop computes two rows at a time. Rows of 10 take 1.4
//     ns, and row by row they would take 1.6.
//   - For short strides, a loop computes two columns at a time. [65][3] takes 1.7 ns, and the
//     loop for wide columns would take 5.1.

// Softmax sets dst to e^(x/τ) / Σ e^(x/τ) over each distribution of classes
// entries that lie stride apart.
func Softmax[T element.Float](dst, x []T, classes, stride int, tau T) {
	if vector.On && softmaxInVectors[T](classes, stride) && vector.Softmax(dst, x, classes, stride, tau) {
		return
	}
	scalar.Softmax(dst, x, classes, stride, tau)
}

// softmaxInVectors reports whether the vector loops run, if there is one for the shape. For
// two classes the scalar loop has half the exponentials, and vectors must hold four elements
// or more to be faster: float64 takes 4.0 to 5.5 ns in the scalar loop, 3.3 to 6.7 in vectors
// of two, and 1.9 in vectors of four. For masked distributions the scalar loop takes 3.5, and
// vectors of two 4.5.
func softmaxInVectors[T element.Float](classes, stride int) bool {
	return vector.On && (classes != 2 || stride >= 4 && !pairs[T]())
}

// SoftmaxMasked is Softmax over the entries of x whose keep is true. It sets the others to
// 0. If keep is false for all entries of a row, the whole row is 0. If keep is shorter than
// x, it is repeated.
func SoftmaxMasked[T element.Float](dst, x []T, keep []bool, classes, stride int, tau T) {
	scalar.Mask(dst, x, keep, negativeInf[T]())
	Softmax(dst, dst, classes, stride, tau)
	scalar.MaskNaN(dst, keep, classes, stride, 0)
}

// SoftmaxDerivative sets dst to Jᵀ·upstream for the Jacobian J of Softmax at x.
func SoftmaxDerivative[T element.Float](dst, x, upstream []T, classes, stride int, tau T) {
	derivative(dst, x, upstream, classes, stride, tau, false)
}

// SoftmaxDerivativeFromOutput is SoftmaxDerivative for y, the softmax of x.
//
// It has no exponential, so the scalar loops are faster in more places. Rows of 6 entries or more
// that two vectors hold have a vector loop of their own. At 256 bits, a row of 6, 10 and 16 float32
// takes 7.4, 8.2 and 8.2 ns, and in the scalar loop 8.4, 12.2 and 17.7. A call with a single row
// takes 24, 25 and 26 ns, and in the scalar loop 21, 25 and 31. At 512 bits, a row of 17 takes 12.4
// ns, and in the scalar loop 18.6. A single one is slower: 42 ns, and in the scalar loop 31. For
// float64 the loop runs only for rows that two vectors of four hold: a row of 6 and 8 takes 6.8 ns,
// and in the scalar loop 8.3 and 10.2. In vectors of eight, a single row of 12 would take 37 ns, and
// in the scalar loop 27 (Zen 5).
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) {
	if vector.On && vector.Bits() > 128 {
		switch {
		// The rules for short rows are here, because one more call takes 4 ns of 25 for a single row.
		case stride == 1 && element.Is32[T]() && 6 <= classes && classes <= vector.Bits()/16:
			vector.SoftmaxDerivativeOfShortRows32(any(dst).([]float32), any(y).([]float32), any(upstream).([]float32), classes, float32(tau))
			return
		case stride == 1 && !element.Is32[T]() && 6 <= classes && classes <= 8:
			vector.SoftmaxDerivativeOfShortRows64(any(dst).([]float64), any(y).([]float64), any(upstream).([]float64), classes, float64(tau))
			return
		case stride == 1 && !backwardRows[T](classes), stride > 1 && !backwardColumns[T](classes, stride):
			// The scalar loop, below. Each of the other cases returns: so a single row of 10 takes 25 ns,
			// and with a variable that says whether to return, 31.
		case vector.SoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau):
			return
		}
	}
	scalar.SoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau)
}

// backwardRows reports whether SoftmaxDerivativeFromOutput takes the vector loops for rows, if
// these are not short, and vectors have more than 128 bits. For rows that are only a little longer
// than two vectors, the scalar loop is faster (ns an element, vector against scalar, Zen 5).
// float32 at 256 bits: 1.2 against 1.0 for rows of 17, 0.8 against 1.0 for rows of 24. float64 at
// 512 bits: 1.4 against 1.0, and 0.95 against 1.0. Vectors of four elements are slower even for
// rows of 64: 1.2 against 1.0 for float32 at 128 bits, 1.9 against 1.7 for float64 at 256 bits
// (Xeon Emerald Rapids).
func backwardRows[T element.Float](classes int) bool {
	if element.Is32[T]() {
		return classes >= 20
	}
	return classes >= 24 && vector.Bits() > 256
}

// backwardColumns reports whether SoftmaxDerivativeFromOutput takes the vector loops for a stride
// of more than 1. It does, with four exceptions (ns an element, vector against scalar in one run,
// Xeon Emerald Rapids):
//
//   - Vectors of up to four elements. Strides below 8 have no wider ones. float32 at 128 bits:
//     [65][16] 1.7 against 1.3. float64 at 256 bits: [12][16] 2.9 against 2.0.
//   - Strides of up to 32 that fill vectors of eight badly, because the last vector overlaps
//     the one before it. float32 at 256 bits: [65][9] 2.1 against 1.3, [50][20] 1.8 against
//     1.6. Larger ones have slower scalar loops: [64][33] 1.0 against 1.4.
//   - Two or three classes, which have scalar loops of their own. float32 at 512 bits:
//     [3][33] 1.3 against 1.3, [3][32] 1.1 against 1.7. At 256 bits: [3][1000] 1.5 against
//     1.0.
//   - Many classes. The vector loops work on one vector of columns at a time. Its cache
//     lines are no longer in the first-level cache when the next vector needs them. float64
//     at 512 bits: [65][1000] 1.1 against 1.6, [150][777] 2.1 against 1.6, but [1000][32]
//     1.3 against 2.4. If the stride is a multiple of 4 KB, all cache lines of a column
//     belong to the same cache set: [65][4096] 4.2 against 1.7.
func backwardColumns[T element.Float](classes, stride int) bool {
	size, mostClasses := 4, 128
	if !element.Is32[T]() {
		size, mostClasses = 8, 100
	}
	lanes := vector.Bits() / 8 / size
	switch {
	case lanes < 8 || stride < 8:
		return false
	case stride < lanes: // these take vectors of half the width
		lanes = 8
	}
	filled := (stride + lanes - 1) / lanes * lanes // elements in the vectors of a class
	widest := lanes == 16
	switch {
	case classes <= 2:
		return widest && 10*filled <= 11*stride
	case classes == 3:
		return widest && 2*filled <= 3*stride
	case stride*size%4096 == 0:
		return classes <= 2*lanes
	}
	return widest || (stride > 32 || 10*filled <= 11*stride) && (classes <= mostClasses || classes*stride <= 1<<15)
}

// SoftmaxJacobian sets dst to the n×n derivatives of n outputs by n inputs.
func SoftmaxJacobian[T element.Float](dst, x []T, tau T) {
	if n := len(x); n > 0 {
		Softmax(dst[n*(n-1):], x, n, 1, tau)
		scalar.SoftmaxJacobian(dst, n, tau)
	}
}

// LogSoftmax sets dst to the logarithm of Softmax.
//
// The scalar loop for two classes takes 2 to 3 ns an element. The vector loops would take 5
// to 15, because they call element.Log1p for each distribution. See also fewClasses.
func LogSoftmax[T element.Float](dst, x []T, classes, stride int, tau T) {
	if vector.On && classes != 2 && !fewClasses[T](classes, stride) && vector.LogSoftmax(dst, x, classes, stride, tau) {
		return
	}
	scalar.LogSoftmax(dst, x, classes, stride, tau)
}

// fewClasses reports whether LogSoftmax has so few classes of float64 that the scalar loops
// are faster on arm64 (cycles an element, vector against scalar, LLVM's models of Neoverse N1,
// Apple M1, Exynos M5: [3][5] 118, 93, 42 against 96, 87, 39, [3][16] 99, 78, 35 against
// 82, 76, 32, [4][100] 82, 70, 32 against 73, 68, 29). For shorter strides the vector loops
// are faster. For [5][16] the models disagree: 81, 60, 28 against 71, 67, 28.
func fewClasses[T element.Float](classes, stride int) bool {
	return arm64 && !element.Is32[T]() && classes <= 4 && stride > 4
}

// LogSoftmaxMasked is LogSoftmax over the entries of x whose keep is true. It sets the
// others to −Inf. If keep is false for all entries of a row, the whole row is −Inf. If keep
// is shorter than x, it is repeated.
func LogSoftmaxMasked[T element.Float](dst, x []T, keep []bool, classes, stride int, tau T) {
	scalar.Mask(dst, x, keep, negativeInf[T]())
	LogSoftmax(dst, dst, classes, stride, tau)
	scalar.MaskNaN(dst, keep, classes, stride, negativeInf[T]())
}

// LogSoftmaxDerivative sets dst to Jᵀ·upstream for the Jacobian J of LogSoftmax
// at x.
func LogSoftmaxDerivative[T element.Float](dst, x, upstream []T, classes, stride int, tau T) {
	derivative(dst, x, upstream, classes, stride, tau, true)
}

// LogSoftmaxDerivativeFromOutput is LogSoftmaxDerivative for y, the log-softmax
// of x.
//
// On arm64 the scalar loop for two classes of float32 is faster, although its Softmax is not
// (cycles in LLVM's models of Neoverse N1, Apple M1, Exynos M5: 22, 14, 7.9 in vectors, and
// 19, 17, 7.4).
func LogSoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) {
	if vector.On && softmaxInVectors[T](classes, stride) && !(arm64 && classes == 2) && vector.LogSoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau) {
		return
	}
	scalar.LogSoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau)
}

// LogSoftmaxJacobian sets dst to the n×n derivatives of n outputs by n inputs.
func LogSoftmaxJacobian[T element.Float](dst, x []T, tau T) {
	if n := len(x); n > 0 {
		Softmax(dst[n*(n-1):], x, n, 1, tau)
		scalar.LogSoftmaxJacobian(dst, n, tau)
	}
}

func negativeInf[T element.Float]() T { return T(math.Inf(-1)) }

// derivative computes the output of Softmax or LogSoftmax, and from there the
// derivative.
func derivative[T element.Float](dst, x, upstream []T, classes, stride int, tau T, log bool) {
	vectors := vector.On && stride > 1 && backwardColumns[T](classes, stride)
	if !same(dst, upstream) {
		backward(dst, x, dst, upstream, classes, stride, tau, log, vectors)
		return
	}
	// The output cannot be in dst, which holds the upstream. So it is in a buffer. There are
	// two sizes, because clearing the large buffer takes longer than the work on a short row.
	if classes*stride <= shortDistribution {
		var y [shortDistribution]T
		derivativeInPlace(dst, x, classes, stride, tau, log, vectors, y[:])
	} else {
		derivativeOfLongInPlace(dst, x, classes, stride, tau, log, vectors)
	}
}

// These are the numbers of elements of the two buffers. The compiler puts variables of more than
// 128 KB on the heap.
const (
	shortDistribution = 512
	longDistribution  = 1 << 14
)

//go:noinline
func derivativeOfLongInPlace[T element.Float](dst, x []T, classes, stride int, tau T, log, vectors bool) {
	var buffer [longDistribution]T
	derivativeInPlace(dst, x, classes, stride, tau, log, vectors, buffer[:])
}

// derivativeInPlace is derivative for dst = upstream, with a buffer for the output. If the
// buffer is too small for all of [classes][stride], it copies some columns at a time, and
// their upstream, to the buffer. The results have the same bits as with a separate dst if
// more than 12 columns fit, because fewer columns have another loop. If not even one column
// fits, each pass computes the outputs again. For [1000][1000] that would take 42 ns an
// element instead of 15 (float32 Softmax, default build).
func derivativeInPlace[T element.Float](dst, x []T, classes, stride int, tau T, log, vectors bool, buffer []T) {
	size := classes * stride
	if size <= len(buffer) {
		for start := 0; start < len(x); start += size {
			out := dst[start:][:size]
			backward(out, x[start:][:size], buffer[:size], out, classes, stride, tau, log, vectors)
		}
		return
	}
	width := len(buffer) / 2 / classes
	if width == 0 {
		if log {
			scalar.LogSoftmaxDerivativeRecomputed(dst, x, classes, stride, tau)
		} else {
			scalar.SoftmaxDerivativeRecomputed(dst, x, classes, stride, tau)
		}
		return
	}
	// At the end fewer columns may be left. Then the rest of the buffer still holds columns
	// from before. They are computed again and not copied, so the loop is the same.
	y, g := buffer[:classes*width], buffer[len(buffer)/2:][:classes*width]
	for outer := 0; outer < len(x); outer += size {
		for start := outer; start < outer+stride; start += width {
			n := min(width, outer+stride-start)
			for k := range classes {
				copy(y[k*width:][:n], x[start+k*stride:])
				copy(g[k*width:][:n], dst[start+k*stride:])
			}
			backward(g, y, y, g, classes, width, tau, log, vectors)
			for k := range classes {
				copy(dst[start+k*stride:][:n], g[k*width:])
			}
		}
	}
}

// backward is derivative with a slice y for the output. vectors is the choice of backwardColumns
// for the stride of x. A copy of some columns has a smaller stride, and the choice must not depend
// on it. A copy of one column is a row: then vectors is not used.
func backward[T element.Float](dst, x, y, upstream []T, classes, stride int, tau T, log, vectors bool) {
	if log {
		LogSoftmax(y, x, classes, stride, tau)
		LogSoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau)
		return
	}
	Softmax(y, x, classes, stride, tau)
	if stride == 1 {
		SoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau)
	} else if !vectors || !vector.SoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau) {
		scalar.SoftmaxDerivativeFromOutput(dst, y, upstream, classes, stride, tau)
	}
}
