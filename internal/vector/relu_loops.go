//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

//vector:elementwise
func relu32(dst, x []float32) {
	var zero simd.Float32s
	f := func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		without32(v, v.LessEqual(zero)).Store(dst)
	}
	dst, x = unaryUnrolled32(dst, x, zero, f)
	unary32(dst, x, zero, f)
}

//vector:elementwise
func reluDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, func(dst, x, g []float32) {
		v := simd.LoadFloat32s(x)
		orNaN32(simd.LoadFloat32s(g).Masked(v.Greater(zero)), v).Store(dst)
	})
}
