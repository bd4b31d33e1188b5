//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"example.com/activation/internal/element"
)

// Softmax sets dst to e^(x/τ) / Σ e^(x/τ). If there is no loop for this shape, it does
// nothing and returns false.
func Softmax[T element.Float](dst, x []T, classes, stride int, tau T) bool {
	rows, columns := forms[T](classes, stride)
	f, d := element.Quotient(tau)
	switch any(dst).(type) {
	case []float32:
		if rows {
			softmaxRows32(as32(dst), as32(x), classes, float32(f), float32(d), tau != 1)
		} else if columns {
			softmaxColumns32(as32(dst), as32(x), classes, stride, float32(f), float32(d), tau != 1)
		}
	case []float64:
		if rows {
			softmaxRows64(as64(dst), as64(x), classes, float64(f), float64(d), tau != 1)
		} else if columns {
			softmaxColumns64(as64(dst), as64(x), classes, stride, float64(f), float64(d), tau != 1)
		}
	}
	return rows || columns
}

// SoftmaxDerivativeFromOutput sets dst to Jᵀ·upstream for y, the softmax of x. If there
// is no loop for this shape, it does nothing and returns false.
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	rows, columns := forms[T](classes, stride)
	switch any(dst).(type) {
	case []float32:
		if rows {
			softmaxBackwardRows32(as32(dst), as32(y), as32(upstream), classes, float32(tau), tau != 1)
		} else if columns {
			softmaxBackwardColumns32(as32(dst), as32(y), as32(upstream), classes, stride, float32(tau), tau != 1)
		}
	case []float64:
		if rows {
			softmaxBackwardRows64(as64(dst), as64(y), as64(upstream), classes, float64(tau), tau != 1)
		} else if columns {
			softmaxBackwardColumns64(as64(dst), as64(y), as64(upstream), classes, stride, float64(tau), tau != 1)
		}
	}
	return rows || columns
}

// SoftmaxDerivativeOfShortRows32 is SoftmaxDerivativeFromOutput for rows of at least 5 entries that
// two vectors hold. It is not generic, because a type switch takes too long for a single row.
func SoftmaxDerivativeOfShortRows32(dst, y, upstream []float32, classes int, tau float32) {
	softmaxBackwardShortRows32(dst, y, upstream, classes, tau, tau != 1)
}

// SoftmaxDerivativeOfShortRows64 is the same for float64, and rows of at least 3 entries.
func SoftmaxDerivativeOfShortRows64(dst, y, upstream []float64, classes int, tau float64) {
	softmaxBackwardShortRows64(dst, y, upstream, classes, tau, tau != 1)
}

// forms reports which of the two forms of softmax_loops.go a distribution has. It has
// none if even the narrowest vector is too wide.
func forms[T element.Float](classes, stride int) (rows, columns bool) {
	n := narrowest[T]()
	return stride == 1 && classes >= n, stride >= n
}
