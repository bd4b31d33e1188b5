//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// Sigmoid sets dst to 1/(1 + e⁻ˣ).
func Sigmoid[T element.Float](dst, x []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = sigmoidAt(v)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		sigmoid32(as32(dst), as32(x))
	case []float64:
		sigmoid64(as64(dst), as64(x))
	}
}

func sigmoidAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(SigmoidAt32(float32(x)))
	}
	return T(SigmoidAt64(float64(x)))
}

// LogisticDerivative sets dst to upstream·outScale·σ′(inScale·x). inScale and outScale
// must be powers of two. The last argument is −outScale, because it takes a legacy SSE
// instruction to change a sign, which is slow between vector instructions.
func LogisticDerivative[T element.Float](dst, x, upstream []T, inScale, minusOutScale T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = element.Upstream(logisticDerivativeAt(v, inScale, minusOutScale), upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		logisticDerivative32(as32(dst), as32(x), as32(upstream), float32(inScale), float32(minusOutScale))
	case []float64:
		logisticDerivative64(as64(dst), as64(x), as64(upstream), float64(inScale), float64(minusOutScale))
	}
}

func logisticDerivativeAt[T element.Float](x, inScale, minusOutScale T) T {
	if element.Is32[T]() {
		return T(LogisticDerivativeAt32(float32(inScale*x), float32(minusOutScale)))
	}
	return T(LogisticDerivativeAt64(float64(inScale*x), float64(minusOutScale)))
}

// SigmoidDerivativeFromOutput sets dst to upstream·y(1 − y).
func SigmoidDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		sigmoidFromOutput32(as32(dst), as32(y), as32(upstream))
	case []float64:
		sigmoidFromOutput64(as64(dst), as64(y), as64(upstream))
	}
}
