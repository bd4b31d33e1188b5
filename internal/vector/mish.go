//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// Mish sets dst to x·tanh(log(1 + eˣ)).
func Mish[T element.Float](dst, x []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = MishAt(v)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		mish32(as32(dst), as32(x))
	case []float64:
		mish64(as64(dst), as64(x))
	}
}

// MishAt returns what Mish gives for x.
func MishAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(mishAt32(float32(x)))
	}
	return T(mishAt64(float64(x)))
}
