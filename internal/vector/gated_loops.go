//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// times32 returns (y + rest)·value, rounded once. If y·value is 0 or infinite, adding
// rest·value could change the sign of 0, or give NaN. Then times32 adds −0 instead.
func times32(y, rest, value simd.Float32s, sign simd.Uint32s) simd.Float32s {
	p := y.Mul(value)
	return y.MulAdd(value, sign.BitsToFloat32().IfElse(p.Equal(p.Add(p)), rest.Mul(value)))
}

// product32 sets dst to x·y.
//
//vector:elementwise
func product32(dst, x, y []float32) {
	var zero simd.Float32s
	binary32(dst, x, y, zero, func(dst, x, y []float32) {
		simd.LoadFloat32s(x).Mul(simd.LoadFloat32s(y)).Store(dst)
	})
}

// gateProducts32 sets dst1 to upstream·value, and dst2 to upstream·y, or to y if that is 0.
//
//vector:elementwise
func gateProducts32(dst1, dst2, value, y, upstream []float32) {
	var zero simd.Float32s
	twoResults32(dst1, dst2, value, y, upstream, zero, func(dst1, dst2, value, y, upstream []float32) {
		v, g := simd.LoadFloat32s(y), simd.LoadFloat32s(upstream)
		g.Mul(simd.LoadFloat32s(value)).Store(dst1)
		v.IfElse(v.Equal(zero), v.Mul(g)).Store(dst2)
	})
}

// keepNaN32 sets dst1 and dst2 to x1 and x2, or both to value if that is NaN.
//
//vector:elementwise
func keepNaN32(dst1, dst2, x1, x2, value []float32) {
	var zero simd.Float32s
	twoResults32(dst1, dst2, x1, x2, value, zero, func(dst1, dst2, x1, x2, value []float32) {
		v := simd.LoadFloat32s(value)
		number := v.Equal(v)
		simd.LoadFloat32s(x1).IfElse(number, v).Store(dst1)
		simd.LoadFloat32s(x2).IfElse(number, v).Store(dst2)
	})
}
