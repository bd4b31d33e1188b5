//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// ReLU sets dst to 0 where x ≤ 0, else to x, which may be NaN.
func ReLU[T element.Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		relu32(float32s(dst), float32s(x))
	case []float64:
		relu64(float64s(dst), float64s(x))
	}
}

// ReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN,
// and to 0 elsewhere.
func ReLUDerivative[T element.Float](dst, x, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		reluDerivative32(float32s(dst), float32s(x), float32s(upstream))
	case []float64:
		reluDerivative64(float64s(dst), float64s(x), float64s(upstream))
	}
}
