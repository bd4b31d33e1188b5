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

// orNaN32 returns y, but NaN in the lanes in which v is NaN.
//
//vector:by hand
func orNaN32(y, v simd.Float32s) simd.Float32s {
	return y.ToBits().Or(v.NotEqual(v).ToInt32s().ToBits()).BitsToFloat32()
}

// without32 returns v, but 0 in the lanes in which m is set.
//
//vector:by hand
func without32(v simd.Float32s, m simd.Mask32s) simd.Float32s {
	return v.ToBits().AndNot(m.ToInt32s().ToBits()).BitsToFloat32()
}
