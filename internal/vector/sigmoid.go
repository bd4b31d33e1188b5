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

// SigmoidAt returns what Sigmoid gives for x.
func SigmoidAt[T element.Float](x T) T {
	switch x := any(x).(type) {
	case float32:
		return T(sigmoidAt32(x))
	case float64:
		return T(sigmoidAt64(x))
	}
	panic("unreachable")
}

// LogisticDerivative sets dst to upstream·gain·σ′(steepness·x), with
// steepness and gain powers of two.
func LogisticDerivative[T element.Float](dst, x, upstream []T, steepness, gain T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = element.Upstream(LogisticDerivativeAt(v, steepness, gain), upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		logisticDerivative32(as32(dst), as32(x), as32(upstream), float32(steepness), float32(gain))
	case []float64:
		logisticDerivative64(as64(dst), as64(x), as64(upstream), float64(steepness), float64(gain))
	}
}

// LogisticDerivativeAt returns what LogisticDerivative gives for x.
func LogisticDerivativeAt[T element.Float](x, steepness, gain T) T {
	switch x := any(x).(type) {
	case float32:
		return T(logisticDerivativeAt32(x, float32(steepness), float32(gain)))
	case float64:
		return T(logisticDerivativeAt64(x, float64(steepness), float64(gain)))
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
