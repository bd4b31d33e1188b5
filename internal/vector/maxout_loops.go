//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

//vector:elementwise
func max32(dst, a, b []float32) {
	var zero simd.Float32s
	sign := simd.BroadcastUint32s(signBit32)
	f := func(dst, a, b []float32) {
		u, v := simd.LoadFloat32s(a), simd.LoadFloat32s(b)
		first := u.Add(u.ToBits().And(v.ToBits()).And(sign).BitsToFloat32())
		m := v.IfElse(v.Greater(u), first)
		orNaN32(m, v).Store(dst)
	}
	dst, a, b = binaryUnrolled32(dst, a, b, zero, f)
	binary32(dst, a, b, zero, f)
}

//vector:elementwise
func twoPiecesDerivative32(dst1, dst2, x1, x2, upstream []float32) {
	var zero simd.Float32s
	twoResults32(dst1, dst2, x1, x2, upstream, zero, func(dst1, dst2, x1, x2, g []float32) {
		u, v, up := simd.LoadFloat32s(x1), simd.LoadFloat32s(x2), simd.LoadFloat32s(g)
		up.IfElse(u.GreaterEqual(v), without32(u, u.Equal(u))).Store(dst1)
		up.IfElse(v.Greater(u), without32(v, v.Equal(v))).Store(dst2)
	})
}

//vector:elementwise
func firstMaximum32(dst, best, x, upstream []float32) {
	var zero simd.Float32s
	nan := simd.BroadcastUint32s(nanBits32).BitsToFloat32()
	twoResults32(dst, best, x, best, upstream, zero, func(dst, best, x, oldBest, g []float32) {
		v, b := simd.LoadFloat32s(x), simd.LoadFloat32s(oldBest)
		first := v.Equal(b)
		simd.LoadFloat32s(g).IfElse(first, without32(v, v.Equal(v))).Store(dst)
		nan.IfElse(first, b).Store(best)
	})
}
