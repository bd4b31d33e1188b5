//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"math"

	"example.com/activation/internal/element"
)

// HardTanh sets dst to x, clipped to low…high, neither of which is −0.
func HardTanh[T element.Float](dst, x []T, low, high T) {
	addend := math.Copysign(0, -1)
	if low == 0 || high == 0 {
		addend = 0
	}
	switch any(dst).(type) {
	case []float32:
		hardTanh32(as32(dst), as32(x), float32(low), float32(high), float32(addend))
	case []float64:
		hardTanh64(as64(dst), as64(x), float64(low), float64(high), addend)
	}
}

// Window sets dst to upstream·slope if low < x < high, to NaN if x is NaN, else to 0.
func Window[T element.Float](dst, x, upstream []T, low, high, slope T) {
	switch any(dst).(type) {
	case []float32:
		window32(as32(dst), as32(x), as32(upstream), float32(low), float32(high), float32(slope))
	case []float64:
		window64(as64(dst), as64(x), as64(upstream), float64(low), float64(high), float64(slope))
	}
}

// HardSigmoid sets dst to slope·x + ½, clipped to 0…1. A slope of 0 means ⅙.
func HardSigmoid[T element.Float](dst, x []T, slope T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = HardSigmoidAt(v, slope)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		if slope == 0 {
			hardSixth32(as32(dst), as32(x))
		} else {
			hardSigmoid32(as32(dst), as32(x), float32(slope))
		}
	case []float64:
		if slope == 0 {
			hardSixth64(as64(dst), as64(x))
		} else {
			hardSigmoid64(as64(dst), as64(x), float64(slope))
		}
	}
}

// HardSigmoidAt returns slope·x + ½, clipped to 0…1, with the same bits as HardSigmoid.
func HardSigmoidAt[T element.Float](x, slope T) T {
	switch {
	case element.Is32[T]() && slope == 0:
		return T(hardSixthAt32(float32(x)))
	case element.Is32[T]():
		return T(hardSigmoidAt32(float32(x), float32(slope)))
	case slope == 0:
		return T(hardSixthAt64(float64(x)))
	}
	return T(hardSigmoidAt64(float64(x), float64(slope)))
}

// HardSwish sets dst to x·clip(x/6 + ½, 0, 1).
func HardSwish[T element.Float](dst, x []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = HardSwishAt(v)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		hardSwish32(as32(dst), as32(x))
	case []float64:
		hardSwish64(as64(dst), as64(x))
	}
}

// HardSwishAt returns x·clip(x/6 + ½, 0, 1), with the same bits as HardSwish.
func HardSwishAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(hardSwishAt32(float32(x)))
	}
	return T(hardSwishAt64(float64(x)))
}

// HardSwishDerivative sets dst to 0 if x ≤ −3, to upstream if x ≥ 3, to NaN if x is NaN,
// else to upstream·(2x + 3)/6.
func HardSwishDerivative[T element.Float](dst, x, upstream []T) {
	if len(x) < narrowest[T]() {
		for i, v := range x {
			dst[i] = hardSwishDerivativeOne(v, upstream, i)
		}
		return
	}
	switch any(dst).(type) {
	case []float32:
		hardSwishDerivative32(as32(dst), as32(x), as32(upstream))
	case []float64:
		hardSwishDerivative64(as64(dst), as64(x), as64(upstream))
	}
}

// HardSwishDerivativeAt returns the derivative at x, with the same bits as
// HardSwishDerivative.
func HardSwishDerivativeAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(hardSwishDerivativeAt32(float32(x)))
	}
	return T(hardSwishDerivativeAt64(float64(x)))
}

// hardSwishDerivativeOne returns upstream[i] times the derivative at x. A nil upstream
// means ones. If x ≤ −3, the result is 0 even for a NaN or infinite upstream.
func hardSwishDerivativeOne[T element.Float](x T, upstream []T, i int) T {
	if x <= -3 {
		return 0
	}
	return element.Upstream(HardSwishDerivativeAt(x), upstream, i)
}
