//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// Tanh sets dst to tanh x.
func Tanh[T element.Float](dst, x []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = tanhAt(v)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		tanh32(as32(dst), as32(x))
	case []float64:
		tanh64(as64(dst), as64(x))
	}
}

func tanhAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(TanhAt32(float32(x)))
	}
	return T(TanhAt64(float64(x)))
}

// TanhDerivativeFromOutput sets dst to upstream·(a + a·|y|) with a = 1 − |y|.
func TanhDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		tanhFromOutput32(as32(dst), as32(y), as32(upstream))
	case []float64:
		tanhFromOutput64(as64(dst), as64(y), as64(upstream))
	}
}
