//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// LogSoftmax sets dst to the logarithm of Softmax. If there is no loop for this shape, it
// does nothing and returns false.
func LogSoftmax[T element.Float](dst, x []T, classes, stride int, tau T) bool {
	rows, columns := forms[T](classes, stride)
	f, d := element.Quotient(tau)
	switch any(dst).(type) {
	case []float32:
		if rows {
			logSoftmaxRows32(as32(dst), as32(x), classes, float32(f), float32(d), tau != 1)
		} else if columns {
			logSoftmaxColumns32(as32(dst), as32(x), classes, stride, float32(f), float32(d), tau != 1)
		}
	case []float64:
		if rows {
			logSoftmaxRows64(as64(dst), as64(x), classes, float64(f), float64(d), tau != 1)
		} else if columns {
			logSoftmaxColumns64(as64(dst), as64(x), classes, stride, float64(f), float64(d), tau != 1)
		}
	}
	return rows || columns
}

// LogSoftmaxDerivativeFromOutput sets dst to Jᵀ·upstream for y, the log-softmax of x. If
// there is no loop for this shape, it does nothing and returns false.
func LogSoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	rows, columns := forms[T](classes, stride)
	switch any(dst).(type) {
	case []float32:
		if rows {
			logBackwardRows32(as32(dst), as32(y), as32(upstream), classes, float32(tau), tau != 1)
		} else if columns {
			logBackwardColumns32(as32(dst), as32(y), as32(upstream), classes, stride, float32(tau), tau != 1)
		}
	case []float64:
		if rows {
			logBackwardRows64(as64(dst), as64(y), as64(upstream), classes, float64(tau), tau != 1)
		} else if columns {
			logBackwardColumns64(as64(dst), as64(y), as64(upstream), classes, stride, float64(tau), tau != 1)
		}
	}
	return rows || columns
}

// logSoftmaxRows32 calls scalar code once for logRows rows.
const logRows = 8

// carryEvery is the number of vectors after which the loops call carried32. For 2²⁰ terms, the
// rounding errors of lost are then at most ¼ ULP of the sum.
const carryEvery = 16

// logarithms replaces below and ties of each distribution by two parts of log(ties +
// below/2ˢ), with the s of power32: the rounded logarithm, and its rounding error. One of the
// ties is the 1 that element.Log1p adds. If the maximum is infinite, the logarithm is NaN.
func logarithms[T element.Float](below, ties, largest []T) {
	down := 1.0 / (1 << powerShift64)
	if element.Is32[T]() {
		down = 1.0 / (1 << powerShift32)
	}
	// The sums need a loop of their own. In the loop of the logarithms, the conversion to
	// float64 would leave half of a register as it is, and so each logarithm would wait for
	// the one before: 29 ns in place of 9.
	var sums [max(logRows, maxLanes32)]float64
	ties, largest = ties[:len(below)], largest[:len(below)]
	for i, v := range below {
		sums[i] = float64(v)*down + float64(ties[i]-1)
	}
	for i, v := range largest {
		log := element.Log1p(sums[i]) + float64(v-v)
		below[i] = T(log)
		ties[i] = T(log - float64(below[i]))
	}
}
