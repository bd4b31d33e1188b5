//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// LeakyReLU sets dst to x if its sign bit is clear, else to alpha·x.
func LeakyReLU[T element.Float](dst, x []T, alpha T) {
	switch any(dst).(type) {
	case []float32:
		leakyReLU32(as32(dst), as32(x), float32(alpha))
	case []float64:
		leakyReLU64(as64(dst), as64(x), float64(alpha))
	}
}

// LeakyReLUDerivative sets dst to upstream if x > 0, to NaN if x is NaN, else to
// alpha·upstream. alpha must not be 0.
func LeakyReLUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	switch any(dst).(type) {
	case []float32:
		leakyReLUDerivative32(as32(dst), as32(x), as32(upstream), float32(alpha))
	case []float64:
		leakyReLUDerivative64(as64(dst), as64(x), as64(upstream), float64(alpha))
	}
}
