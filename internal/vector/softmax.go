//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"example.com/activation/internal/element"
)

// Softmax sets dst to e^(x/τ) / Σ e^(x/τ). It reports whether there is a form for
// such distributions, and does nothing if not.
func Softmax[T element.Float](dst, x []T, classes, stride int, tau T) bool {
	rows, columns := forms[T](classes, stride)
	switch any(dst).(type) {
	case []float32:
		if rows {
			softmaxRows32(float32s(dst), float32s(x), classes, float32(tau))
		} else if columns {
			softmaxColumns32(float32s(dst), float32s(x), classes, stride, float32(tau))
		}
	case []float64:
		if rows {
			softmaxRows64(float64s(dst), float64s(x), classes, float64(tau))
		} else if columns {
			softmaxColumns64(float64s(dst), float64s(x), classes, stride, float64(tau))
		}
	}
	return rows || columns
}

// SoftmaxDerivativeFromOutput sets dst to Jᵀ·upstream for y, the softmax of x. It
// reports whether there is a form for such distributions, and does nothing if not.
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	rows, columns := forms[T](classes, stride)
	switch any(dst).(type) {
	case []float32:
		if rows {
			softmaxBackwardRows32(float32s(dst), float32s(y), float32s(upstream), classes, float32(tau))
		} else if columns {
			softmaxBackwardColumns32(float32s(dst), float32s(y), float32s(upstream), classes, stride, float32(tau))
		}
	case []float64:
		if rows {
			softmaxBackwardRows64(float64s(dst), float64s(y), float64s(upstream), classes, float64(tau))
		} else if columns {
			softmaxBackwardColumns64(float64s(dst), float64s(y), float64s(upstream), classes, stride, float64(tau))
		}
	}
	return rows || columns
}

// forms reports which form distributions take, see softmax_loops.go, or none: those
// for which the narrowest vector is too wide.
func forms[T element.Float](classes, stride int) (rows, columns bool) {
	n := narrowest[T]()
	return stride == 1 && classes >= n, stride >= n
}
