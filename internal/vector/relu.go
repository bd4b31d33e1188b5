//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// ReLU sets dst to 0 if x ≤ 0, else to x, which may be NaN.
func ReLU[T element.Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		relu32(as32(dst), as32(x))
	case []float64:
		relu64(as64(dst), as64(x))
	}
}

// ReLUDerivative sets dst to upstream if x > 0, to NaN if x is NaN, else to 0.
func ReLUDerivative[T element.Float](dst, x, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		reluDerivative32(as32(dst), as32(x), as32(upstream))
	case []float64:
		reluDerivative64(as64(dst), as64(x), as64(upstream))
	}
}
