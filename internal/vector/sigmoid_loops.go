//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// With e^−|x| = t/eʳ, t = 2ⁿ, see exponential_loops.go,
//
//	σ(−|x|) = t·u,   u = 1/(t + eʳ)
//
// from which σ(|x|) = 1 − t·u and σ′(x) = t·(u − t·u²). The roundings of
// denominator and quotient would add up to more than 1 ULP: so the denominator is
// computed in two parts, and both are made good in one step of Newton's method.
//
// What is left before the last rounding is below 0.45 ULP: 0.2 of r, 0.2 of eʳ − 1.
//
// t may be too small for a float, and so may be t·u: the denominator is 2⁶⁴ times
// as large as above, u so much smaller, and −2⁶⁴·t takes the place of t. Only the
// last product rounds, on its way into the subnormals.

// logistic32 returns a function of n and eʳ − 1 that gives −2⁶⁴·t, u as above, and
// the relative error of u.
func logistic32(zero simd.Float32s) func(n simd.Uint32s, growth simd.Float32s) (minusScale, u, e simd.Float32s) {
	bias := simd.BroadcastUint32s(signBit32 | (exponentBias32+64)<<fractionBits32)
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	up := simd.BroadcastFloat32s(0x1p64)
	return func(n simd.Uint32s, growth simd.Float32s) (minusScale, u, e simd.Float32s) {
		minusScale = n.Add(bias).BitsToFloat32()
		d := growth.MulAdd(up, up.Sub(minusScale))
		u = one.Div(d)
		minus := u.ToBits().Xor(sign).BitsToFloat32()
		rest := denominatorRest32(d, growth, minusScale, up)
		return minusScale, u, minus.MulAdd(rest, residual32(d, minus, one))
	}
}

// denominatorRest32 returns what the rounding of d = 2⁶⁴·(t + eʳ) has lost. A t that
// is small beside an ULP of d may lose half of itself here, 0.12 ULP of the result.
func denominatorRest32(d, growth, minusScale, up simd.Float32s) simd.Float32s {
	return growth.MulAdd(up, up.Sub(d).Sub(minusScale))
}

// denominatorRest64 loses nothing. The roundings of eʳ − 1 are larger than those of
// float32: with the other form σ(−37.8) is off by 1.03 ULP.
func denominatorRest64(d, growth, minusScale, up simd.Float64s) simd.Float64s {
	b := up.Sub(minusScale)
	return growth.MulAdd(up, b.Sub(d)).Add(up.Sub(b).Sub(minusScale))
}

// sigmoidOf32 returns the function that sets a vector of dst to σ of one of x.
func sigmoidOf32(zero simd.Float32s) func(dst, x []float32) {
	reduce, logistic := reduce32(zero), logistic32(zero)
	limit := simd.BroadcastFloat32s(exponentialLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x).ToBits()
		z := v.AndNot(sign).BitsToFloat32()
		n, r := reduce(limit.IfElse(z.Greater(limit), z))
		minusScale, u, e := logistic(n, growth32(r))
		u = u.MulAdd(e, u)
		// u·2⁶⁴·t + 0 for a negative x, −u·2⁶⁴·t + 1 for others. To choose factor and
		// term by arithmetic on x's sign takes less than to choose from two results.
		scale := minusScale.ToBits().Xor(v.And(sign)).BitsToFloat32()
		u.MulAdd(scale, one.Masked(v.BitsToInt32().Greater(minusOne))).Store(dst)
	}
}

//vector:elementwise
func sigmoid32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, sigmoidOf32(zero))
}

//vector:narrowest
func sigmoidAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, sigmoidOf32(zero))
}

// logisticDerivativeOf32 returns the function that sets a vector of dst to
// upstream·gain·σ′(steepness·x), with steepness and gain powers of two.
func logisticDerivativeOf32(zero simd.Float32s, steepness, gain float32) func(dst, x, upstream []float32) {
	reduce, logistic := reduce32(zero), logistic32(zero)
	limit := simd.BroadcastFloat32s(exponentialLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	in, out := simd.BroadcastFloat32s(steepness), simd.BroadcastFloat32s(-gain)
	return func(dst, x, upstream []float32) {
		z := simd.LoadFloat32s(x).Mul(in).ToBits().AndNot(sign).BitsToFloat32()
		n, r := reduce(limit.IfElse(z.Greater(limit), z))
		minusScale, u, e := logistic(n, growth32(r))
		e = e.Mul(u)
		v := u.Mul(minusScale)     // −t·u
		e = v.Add(v).MulAdd(e, e)  // of u − t·u²
		y := v.MulAdd(u, e).Add(u) // (u + e) − t·(u + e)²
		y.Mul(out).Mul(minusScale).Mul(simd.LoadFloat32s(upstream)).Store(dst)
	}
}

//vector:elementwise
func logisticDerivative32(dst, x, upstream []float32, steepness, gain float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, logisticDerivativeOf32(zero, steepness, gain))
}

//vector:narrowest
func logisticDerivativeAt32(x, steepness, gain float32) float32 {
	var zero simd.Float32s
	f := logisticDerivativeOf32(zero, steepness, gain)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}

//vector:elementwise
func sigmoidFromOutput32(dst, y, upstream []float32) {
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	binary32(dst, y, upstream, zero, func(dst, y, g []float32) {
		v := simd.LoadFloat32s(y)
		v.Mul(one.Sub(v)).Mul(simd.LoadFloat32s(g)).Store(dst)
	})
}
