//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// LeakyReLU sets dst to x where its sign bit is clear, else to alpha·x.
func LeakyReLU[T element.Float](dst, x []T, alpha T) {
	switch any(dst).(type) {
	case []float32:
		leakyReLU32(float32s(dst), float32s(x), float32(alpha))
	case []float64:
		leakyReLU64(float64s(dst), float64s(x), float64(alpha))
	}
}

// LeakyReLUDerivative sets dst to upstream where x > 0, to NaN where x is
// NaN, and to alpha·upstream elsewhere, with an alpha that is not 0.
func LeakyReLUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	switch any(dst).(type) {
	case []float32:
		leakyReLUDerivative32(float32s(dst), float32s(x), float32s(upstream), float32(alpha))
	case []float64:
		leakyReLUDerivative64(float64s(dst), float64s(x), float64s(upstream), float64(alpha))
	}
}

func leakyReLU32(dst, x []float32, alpha float32) {
	var zero simd.Float32s
	var none simd.Int32s
	a := simd.BroadcastFloat32s(alpha)
	f := func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		v.Mul(a).IfElse(v.ToBits().BitsToInt32().Less(none), v).Store(dst)
	}
	dst, x = quads32(dst, x, zero, f)
	each32(dst, x, zero, f)
}

func leakyReLUDerivative32(dst, x, upstream []float32, alpha float32) {
	var zero simd.Float32s
	a := simd.BroadcastFloat32s(alpha)
	zip32(dst, x, upstream, zero, func(dst, x, g []float32) {
		v, u := simd.LoadFloat32s(x), simd.LoadFloat32s(g)
		d := u.IfElse(v.Greater(zero), u.Mul(a))
		v.IfElse(v.NotEqual(v), d).Store(dst)
	})
}

func leakyReLU64(dst, x []float64, alpha float64) {
	var zero simd.Float64s
	var none simd.Int64s
	a := simd.BroadcastFloat64s(alpha)
	f := func(dst, x []float64) {
		v := simd.LoadFloat64s(x)
		v.Mul(a).IfElse(v.ToBits().BitsToInt64().Less(none), v).Store(dst)
	}
	dst, x = quads64(dst, x, zero, f)
	each64(dst, x, zero, f)
}

func leakyReLUDerivative64(dst, x, upstream []float64, alpha float64) {
	var zero simd.Float64s
	a := simd.BroadcastFloat64s(alpha)
	zip64(dst, x, upstream, zero, func(dst, x, g []float64) {
		v, u := simd.LoadFloat64s(x), simd.LoadFloat64s(g)
		d := u.IfElse(v.Greater(zero), u.Mul(a))
		v.IfElse(v.NotEqual(v), d).Store(dst)
	})
}
