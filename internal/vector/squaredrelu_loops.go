//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

//vector:elementwise
func squaredReLU32(dst, x []float32) {
	var zero simd.Float32s
	f := func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		v = without32(v, v.LessEqual(zero))
		v.Mul(v).Store(dst)
	}
	dst, x = unaryUnrolled32(dst, x, zero, f)
	unary32(dst, x, zero, f)
}

//vector:elementwise
func squaredReLUDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, func(dst, x, g []float32) {
		v := simd.LoadFloat32s(x)
		without32(simd.LoadFloat32s(g).Mul(v.Add(v)), v.LessEqual(zero)).Store(dst)
	})
}

//vector:elementwise
func squaredReLUFromOutput32(dst, y, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, y, upstream, zero, func(dst, y, g []float32) {
		v := simd.LoadFloat32s(y)
		root := v.Sqrt()
		without32(simd.LoadFloat32s(g).Mul(root.Add(root)), v.LessEqual(zero)).Store(dst)
	})
}
