//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

//vector:elementwise
func leakyReLU32(dst, x []float32, alpha float32) {
	var zero simd.Float32s
	var none simd.Int32s
	a := simd.BroadcastFloat32s(alpha)
	f := func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		v.Mul(a).IfElse(v.ToBits().BitsToInt32().Less(none), v).Store(dst)
	}
	dst, x = unaryUnrolled32(dst, x, zero, f)
	unary32(dst, x, zero, f)
}

//vector:elementwise
func leakyReLUDerivative32(dst, x, upstream []float32, alpha float32) {
	var zero simd.Float32s
	a := simd.BroadcastFloat32s(alpha)
	binary32(dst, x, upstream, zero, func(dst, x, g []float32) {
		v, u := simd.LoadFloat32s(x), simd.LoadFloat32s(g)
		d := u.IfElse(v.Greater(zero), u.Mul(a))
		orNaN32(d, v).Store(dst)
	})
}
