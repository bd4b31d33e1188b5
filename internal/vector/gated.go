//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// Product sets dst to x·y. For this function and the two below, slices must have at least the
// length of a vector of 128 bits.
func Product[T element.Float](dst, x, y []T) {
	switch any(dst).(type) {
	case []float32:
		product32(as32(dst), as32(x), as32(y))
	case []float64:
		product64(as64(dst), as64(x), as64(y))
	}
}

// GateProducts sets dst1 to upstream·value, and dst2 to upstream·y, or to y if that is 0.
func GateProducts[T element.Float](dst1, dst2, value, y, upstream []T) {
	switch any(dst1).(type) {
	case []float32:
		gateProducts32(as32(dst1), as32(dst2), as32(value), as32(y), as32(upstream))
	case []float64:
		gateProducts64(as64(dst1), as64(dst2), as64(value), as64(y), as64(upstream))
	}
}

// KeepNaN sets dst1 and dst2 to value if that is NaN.
func KeepNaN[T element.Float](dst1, dst2, value []T) {
	switch any(dst1).(type) {
	case []float32:
		keepNaN32(as32(dst1), as32(dst2), as32(dst1), as32(dst2), as32(value))
	case []float64:
		keepNaN64(as64(dst1), as64(dst2), as64(dst1), as64(dst2), as64(value))
	}
}
