//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// ReLU sets dst to 0 where x ≤ 0, else to x, which may be NaN.
func ReLU[T element.Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		relu32(float32s(dst), float32s(x))
	case []float64:
		relu64(float64s(dst), float64s(x))
	}
}

// ReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN,
// and to 0 elsewhere.
func ReLUDerivative[T element.Float](dst, x, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		reluDerivative32(float32s(dst), float32s(x), float32s(upstream))
	case []float64:
		reluDerivative64(float64s(dst), float64s(x), float64s(upstream))
	}
}

func relu32(dst, x []float32) {
	var zero simd.Float32s
	f := func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		zero.IfElse(v.LessEqual(zero), v).Store(dst)
	}
	dst, x = quads32(dst, x, zero, f)
	each32(dst, x, zero, f)
}

func reluDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	zip32(dst, x, upstream, zero, func(dst, x, g []float32) {
		v := simd.LoadFloat32s(x)
		off := zero.IfElse(v.LessEqual(zero), v) // 0, or NaN
		simd.LoadFloat32s(g).IfElse(v.Greater(zero), off).Store(dst)
	})
}

func relu64(dst, x []float64) {
	var zero simd.Float64s
	f := func(dst, x []float64) {
		v := simd.LoadFloat64s(x)
		zero.IfElse(v.LessEqual(zero), v).Store(dst)
	}
	dst, x = quads64(dst, x, zero, f)
	each64(dst, x, zero, f)
}

func reluDerivative64(dst, x, upstream []float64) {
	var zero simd.Float64s
	zip64(dst, x, upstream, zero, func(dst, x, g []float64) {
		v := simd.LoadFloat64s(x)
		off := zero.IfElse(v.LessEqual(zero), v)
		simd.LoadFloat64s(g).IfElse(v.Greater(zero), off).Store(dst)
	})
}
