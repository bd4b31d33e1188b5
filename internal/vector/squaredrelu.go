//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// SquaredReLU sets dst to max(0, x)².
func SquaredReLU[T element.Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		squaredReLU32(as32(dst), as32(x))
	case []float64:
		squaredReLU64(as64(dst), as64(x))
	}
}

// SquaredReLUDerivative sets dst to upstream·2x if x > 0, to NaN if x is NaN, else to
// 0.
func SquaredReLUDerivative[T element.Float](dst, x, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		squaredReLUDerivative32(as32(dst), as32(x), as32(upstream))
	case []float64:
		squaredReLUDerivative64(as64(dst), as64(x), as64(upstream))
	}
}

// SquaredReLUDerivativeFromOutput sets dst to upstream·2√y if y > 0, to NaN if y is
// NaN, else to 0.
func SquaredReLUDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		squaredReLUFromOutput32(as32(dst), as32(y), as32(upstream))
	case []float64:
		squaredReLUFromOutput64(as64(dst), as64(y), as64(upstream))
	}
}
