//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// softsignOf32 returns a function that sets a vector of dst to x/(1 + |x|). It corrects
// the quotient q = z/(1 + z), z = |x|, by the remainder z − q·(1 + z). The remainder is
// z·t − q with t = 1 − q, and t is also the factor 1/(1 + z) of the correction. From
// softsignLimit on, t would have no correct bit, and the result is 1.
func softsignOf32(zero simd.Float32s) func(dst, x []float32) {
	one, limit := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(softsignLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x).ToBits()
		z := v.AndNot(sign).BitsToFloat32()
		z = limit.IfElse(z.Greater(limit), z)
		q := z.Div(one.Add(z))
		t := one.Sub(q)
		left := z.MulAdd(t, q.ToBits().Or(sign).BitsToFloat32())
		left.MulAdd(t, q).ToBits().Or(v.And(sign)).BitsToFloat32().Store(dst)
	}
}

//vector:elementwise
func softsign32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, softsignOf32(zero))
}

//vector:narrowest
func softsignAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, softsignOf32(zero))
}

// softsignDerivativeOf32 returns a function that sets a vector of dst to
// upstream/(1 + |x|)². If the quotient u = 1/d, d = 1 + |x|, has the relative error −e, its
// square has the relative error −2e. e is 1 − u·d plus the part that is due to the rounding
// error of d. The product with upstream comes last. If the correction came after it, an
// infinite upstream would give Inf + Inf·2e, which is NaN unless e is above 0.
func softsignDerivativeOf32(zero simd.Float32s) func(dst, x, upstream []float32) {
	one, largest := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(largest32)
	sign := simd.BroadcastUint32s(signBit32)
	return func(dst, x, upstream []float32) {
		z := simd.LoadFloat32s(x).ToBits().AndNot(sign).BitsToFloat32()
		d := one.Add(z)
		lost := z.Min(one).Sub(d.Sub(z.Max(one)))
		u := one.Div(d)
		minus := u.ToBits().Or(sign).BitsToFloat32()
		e := minus.MulAdd(lost, minus.MulAdd(d, one))
		e = without32(e, d.Greater(largest)) // Inf − Inf
		y := u.Mul(u)
		y = y.MulAdd(e.Add(e), y)
		y.Mul(simd.LoadFloat32s(upstream)).Store(dst)
	}
}

//vector:elementwise
func softsignDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, softsignDerivativeOf32(zero))
}

//vector:narrowest
func softsignDerivativeAt32(x float32) float32 {
	var zero simd.Float32s
	f := softsignDerivativeOf32(zero)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}
