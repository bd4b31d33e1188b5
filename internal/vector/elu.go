//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"math"

	"example.com/activation/internal/element"
)

// ELU sets dst to scale·x if x > 0, else to scale·alpha·(eˣ − 1). scale·alpha is
// above 0, and neither is close to the smallest or largest number.
func ELU[T element.Float](dst, x []T, alpha, scale T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = ELUAt(v, alpha, scale)
		}
		return
	}
	factor, low := productParts(alpha, scale)
	switch any(dst).(type) {
	case []float32:
		elu32(as32(dst), as32(x), float32(factor), float32(low), float32(scale))
	case []float64:
		elu64(as64(dst), as64(x), float64(factor), float64(low), float64(scale))
	}
}

// ELUAt returns what ELU gives for x.
func ELUAt[T element.Float](x, alpha, scale T) T {
	factor, low := productParts(alpha, scale)
	if element.Is32[T]() {
		return T(eluAt32(float32(x), float32(factor), float32(low), float32(scale)))
	}
	return T(eluAt64(float64(x), float64(factor), float64(low), float64(scale)))
}

// ELUDerivative sets dst to upstream·scale if x > 0, else to upstream·scale·alpha·eˣ.
func ELUDerivative[T element.Float](dst, x, upstream []T, alpha, scale T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = element.Upstream(ELUDerivativeAt(v, alpha, scale), upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		eluDerivative32(as32(dst), as32(x), as32(upstream), float32(alpha*scale), float32(scale))
	case []float64:
		eluDerivative64(as64(dst), as64(x), as64(upstream), float64(alpha*scale), float64(scale))
	}
}

// ELUDerivativeAt returns what ELUDerivative gives for x.
func ELUDerivativeAt[T element.Float](x, alpha, scale T) T {
	if element.Is32[T]() {
		return T(eluDerivativeAt32(float32(x), float32(alpha*scale), float32(scale)))
	}
	return T(eluDerivativeAt64(float64(x), float64(alpha*scale), float64(scale)))
}

// productParts returns a·b as high + low.
func productParts[T element.Float](a, b T) (high, low T) {
	high = T(a * b)
	return high, T(math.FMA(float64(a), float64(b), -float64(high)))
}
