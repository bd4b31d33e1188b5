//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// Softsign sets dst to x/(1 + |x|).
func Softsign[T element.Float](dst, x []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = SoftsignAt(v)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		softsign32(as32(dst), as32(x))
	case []float64:
		softsign64(as64(dst), as64(x))
	}
}

// SoftsignAt returns what Softsign gives for x.
func SoftsignAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(softsignAt32(float32(x)))
	}
	return T(softsignAt64(float64(x)))
}

// SoftsignDerivative sets dst to upstream/(1 + |x|)².
func SoftsignDerivative[T element.Float](dst, x, upstream []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = element.Upstream(SoftsignDerivativeAt(v), upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		softsignDerivative32(as32(dst), as32(x), as32(upstream))
	case []float64:
		softsignDerivative64(as64(dst), as64(x), as64(upstream))
	}
}

// SoftsignDerivativeAt returns what SoftsignDerivative gives for x and an upstream of 1.
func SoftsignDerivativeAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(softsignDerivativeAt32(float32(x)))
	}
	return T(softsignDerivativeAt64(float64(x)))
}
