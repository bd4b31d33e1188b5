//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// Sigmoid sets dst to 1/(1 + e⁻ˣ).
func Sigmoid[T element.Float](dst, x []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = SigmoidAt(v)
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

// SigmoidAt returns 1/(1 + e⁻ˣ), with the same bits as Sigmoid.
func SigmoidAt[T element.Float](x T) T {
	switch x := any(x).(type) {
	case float32:
		return T(sigmoidAt32(x))
	case float64:
		return T(sigmoidAt64(x))
	}
	panic("unreachable")
}

// LogisticDerivative sets dst to upstream·outScale·σ′(inScale·x). inScale and outScale
// must be powers of two.
func LogisticDerivative[T element.Float](dst, x, upstream []T, inScale, outScale T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = element.Upstream(LogisticDerivativeAt(v, inScale, outScale), upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		logisticDerivative32(as32(dst), as32(x), as32(upstream), float32(inScale), float32(outScale))
	case []float64:
		logisticDerivative64(as64(dst), as64(x), as64(upstream), float64(inScale), float64(outScale))
	}
}

// LogisticDerivativeAt returns outScale·σ′(inScale·x), with the same bits as
// LogisticDerivative.
func LogisticDerivativeAt[T element.Float](x, inScale, outScale T) T {
	switch x := any(x).(type) {
	case float32:
		return T(logisticDerivativeAt32(x, float32(inScale), float32(outScale)))
	case float64:
		return T(logisticDerivativeAt64(x, float64(inScale), float64(outScale)))
	}
	panic("unreachable")
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
