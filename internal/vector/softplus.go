//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"math"

	"example.com/activation/internal/element"
)

// Softplus sets dst to log(1 + e^(beta·x))/beta, with a beta of 1 or −1.
func Softplus[T element.Float](dst, x []T, beta T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = SoftplusAt(v, beta)
		}
		return
	}
	low, high := softplusRange(float64(beta))
	switch any(dst).(type) {
	case []float32:
		softplus32(as32(dst), as32(x), float32(-2*beta), float32(low), float32(high))
	case []float64:
		softplus64(as64(dst), as64(x), float64(-2*beta), float64(low), float64(high))
	}
}

// SoftplusAt returns what Softplus gives for x.
func SoftplusAt[T element.Float](x, beta T) T {
	low, high := softplusRange(float64(beta))
	if element.Is32[T]() {
		return T(softplusAt32(float32(x), float32(-2*beta), float32(low), float32(high)))
	}
	return T(softplusAt64(float64(x), float64(-2*beta), float64(low), float64(high)))
}

// softplusRange returns the range in which beta·max(beta·x, 0) is x.
func softplusRange(beta float64) (low, high float64) {
	if beta < 0 {
		return math.Inf(-1), 0
	}
	return 0, math.Inf(1)
}

// SoftplusDerivative sets dst to upstream·σ(beta·x), with a beta of 1 or −1.
func SoftplusDerivative[T element.Float](dst, x, upstream []T, beta T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = element.Upstream(SoftplusDerivativeAt(v, beta), upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		softplusDerivative32(as32(dst), as32(x), as32(upstream), float32(beta))
	case []float64:
		softplusDerivative64(as64(dst), as64(x), as64(upstream), float64(beta))
	}
}

// SoftplusDerivativeAt returns what SoftplusDerivative gives for x.
func SoftplusDerivativeAt[T element.Float](x, beta T) T {
	if element.Is32[T]() {
		return T(softplusDerivativeAt32(float32(x), float32(beta)))
	}
	return T(softplusDerivativeAt64(float64(x), float64(beta)))
}
