//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// SiLU sets dst to x·σ(x).
func SiLU[T element.Float](dst, x []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = SiLUAt(v)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		silu32(as32(dst), as32(x))
	case []float64:
		silu64(as64(dst), as64(x))
	}
}

// SiLUAt returns what SiLU gives for x.
func SiLUAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(siluAt32(float32(x)))
	}
	return T(siluAt64(float64(x)))
}

// SiLUTimes sets dst to value·(x·σ(x)).
func SiLUTimes[T element.Float](dst, x, value []T) {
	if n := len(x); n < narrowest[T]() {
		var y, a, b [minLanes32]T
		copy(a[:], x)
		copy(b[:], value)
		SiLUTimes(y[:], a[:], b[:])
		copy(dst, y[:n])
		return
	}
	switch any(dst).(type) {
	case []float32:
		siluTimes32(as32(dst), as32(x), as32(value))
	case []float64:
		siluTimes64(as64(dst), as64(x), as64(value))
	}
}

// SiLUDerivative sets dst to upstream times the derivative of x·σ(x).
func SiLUDerivative[T element.Float](dst, x, upstream []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = element.Upstream(SiLUDerivativeAt(v), upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		siluDerivative32(as32(dst), as32(x), as32(upstream))
	case []float64:
		siluDerivative64(as64(dst), as64(x), as64(upstream))
	}
}

// SiLUDerivativeAt returns what SiLUDerivative gives for x.
func SiLUDerivativeAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(siluDerivativeAt32(float32(x)))
	}
	return T(siluDerivativeAt64(float64(x)))
}
