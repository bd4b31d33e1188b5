//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// Let e^−|x| = t/eʳ with t = 2ⁿ, as in exponential_loops.go. Then
//
//	σ(−|x|) = t·u,   σ(|x|) = 1 − t·u,   σ′(x) = t·(u − t·u²),   u = 1/(t + eʳ)
//
// The rounding errors of the denominator and the quotient would be more than 1 ULP. So
// the denominator is computed with its rounding error, and one step of Newton's method
// corrects u for both. Before the last rounding, the error is then below 0.45 ULP, most
// of it from r (0.2) and from eʳ − 1 (0.2).
//
// t and t·u may be too small for a float. So the loops use 2ˢ·t instead of t, s =
// logisticShift32, and a denominator that is 2ˢ times as large, which makes u 2ˢ times
// smaller. Then only the last product can be subnormal, and only its rounding loses bits.

// logistic32 returns a function of scale = 2ˢ·t and growth = eʳ − 1. It computes −u/2ˢ, and
// the relative error of that.
func logistic32() func(scale, growth simd.Float32s) (minusU, e simd.Float32s) {
	one, minusOne := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(-1)
	up := simd.BroadcastFloat32s(logisticUp32)
	return func(scale, growth simd.Float32s) (minusU, e simd.Float32s) {
		d := growth.MulAdd(up, up.Add(scale))
		minusU = minusOne.Div(d)
		rest := denominatorRest32(d, growth, scale, up)
		return minusU, minusU.MulAdd(rest, residual32(d, minusU, one))
	}
}

// denominatorRest32 returns the rounding error of d = 2ˢ·(t + eʳ). If t is small
// compared with an ULP of d, up to half of t is lost here. That is 0.12 ULP of the
// result.
func denominatorRest32(d, growth, scale, up simd.Float32s) simd.Float32s {
	return growth.MulAdd(up, up.Sub(d).Add(scale))
}

// denominatorRest64 returns the whole rounding error, because eʳ − 1 has a larger error
// than in float32. With the formula of denominatorRest32, σ(−37.8) would be off by 1.03
// ULP.
func denominatorRest64(d, growth, scale, up simd.Float64s) simd.Float64s {
	b := up.Add(scale)
	return growth.MulAdd(up, b.Sub(d)).Add(up.Sub(b).Add(scale))
}

// sigmoidOf32 returns a function that sets a vector of dst to σ(x).
func sigmoidOf32(zero simd.Float32s) func(dst, x []float32) {
	reduce, logistic := reduce32(simd.BroadcastFloat32s(roundToLogistic32)), logistic32()
	near := simd.BroadcastFloat32s(normalLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x).ToBits()
		z := v.AndNot(sign).BitsToFloat32()
		faint := false
		if anyLane32(z.Greater(near)) {
			faint = slowSubnormals && anyLane32(v.BitsToFloat32().Less(simd.BroadcastFloat32s(-normalLimit32)))
			z = atMost32(z, exponentialLimit32)
		}
		scale, r := reduce(z)
		minusU, e := logistic(scale, growth32(r))
		minusU = minusU.MulAdd(e, minusU)
		// −u·(−t) + 0 if x < 0, else −u·t + 1. Choosing the factor and the summand by the
		// sign of x is faster than computing both results and choosing one.
		scale = scale.ToBits().Xor(v.And(sign)).BitsToFloat32()
		right := v.BitsToInt32().Greater(minusOne)
		if faint {
			minusU.MulAdd(scale, one).IfElse(right, lowered32(minusU.Mul(lifted32(scale)))).Store(dst)
		} else {
			minusU.MulAdd(scale, one.Masked(right)).Store(dst)
		}
	}
}

//vector:elementwise
func sigmoid32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, sigmoidOf32(zero))
}

// SigmoidAt32 returns 1/(1 + e⁻ˣ), with the same bits as Sigmoid.
//
//vector:narrowest
func SigmoidAt32(x float32) float32 {
	reduce, logistic := reduce32(simd.BroadcastFloat32s(roundToLogistic32)), logistic32()
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	minusOne := simd.BroadcastInt32s(-1)
	v := simd.BroadcastFloat32s(x).ToBits()
	z := v.AndNot(sign).BitsToFloat32()
	if x > exponentialLimit32 || x < -exponentialLimit32 {
		z = simd.BroadcastFloat32s(exponentialLimit32)
	}
	scale, r := reduce(z)
	minusU, e := logistic(scale, growth32(r))
	minusU = minusU.MulAdd(e, minusU)
	scale = scale.ToBits().Xor(v.And(sign)).BitsToFloat32()
	return first32(minusU.MulAdd(scale, one.Masked(v.BitsToInt32().Greater(minusOne))))
}

// logisticDerivativeOf32 returns a function that sets a vector of dst to
// upstream·outScale·σ′(inScale·x). inScale and outScale must be powers of two.
func logisticDerivativeOf32(zero simd.Float32s, inScale, minusOutScale float32) func(dst, x, upstream []float32) {
	reduce, logistic := reduce32(simd.BroadcastFloat32s(roundToLogistic32)), logistic32()
	near := simd.BroadcastFloat32s(normalLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	in, out := simd.BroadcastFloat32s(inScale), simd.BroadcastFloat32s(minusOutScale)
	return func(dst, x, upstream []float32) {
		z := simd.LoadFloat32s(x).Mul(in).ToBits().AndNot(sign).BitsToFloat32()
		beyond := z.Greater(near)
		faint := false
		if anyLane32(beyond) {
			faint = slowSubnormals
			z = atMost32(z, exponentialLimit32)
		}
		scale, r := reduce(z)
		minusU, e := logistic(scale, growth32(r))
		g := simd.LoadFloat32s(upstream)
		if faint {
			// Beyond near, t·u is too small to change u − t·u².
			y := logisticSlope32(without32(scale, beyond), minusU, e)
			loweredTimes32(y.Mul(out).Mul(lifted32(scale)), g).Store(dst)
		} else {
			y := logisticSlope32(scale, minusU, e)
			y.Mul(out).Mul(scale).Mul(g).Store(dst)
		}
	}
}

// logisticSlope32 returns −σ′ divided by 2ˢ·t, which is −2⁻ˢ·(u − t·u²), for the results of
// logistic32. The comments leave out 2⁻ˢ.
func logisticSlope32(scale, minusU, e simd.Float32s) simd.Float32s {
	e = e.Mul(minusU)                      // minus the error of u
	v := minusU.Mul(scale)                 // −t·u
	e = v.Add(v).MulAdd(e, e)              // minus the error of u − t·u²
	return v.MulAdd(minusU, e).Add(minusU) // −(u + error) + t·(u + error)²
}

//vector:elementwise
func logisticDerivative32(dst, x, upstream []float32, inScale, minusOutScale float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, logisticDerivativeOf32(zero, inScale, minusOutScale))
}

// LogisticDerivativeAt32 returns outScale·σ′(v), with the same bits as LogisticDerivative. The
// product of the two powers of two does not wait for the rest.
//
//vector:narrowest
func LogisticDerivativeAt32(v, minusOutScale float32) float32 {
	reduce, logistic := reduce32(simd.BroadcastFloat32s(roundToLogistic32)), logistic32()
	sign := simd.BroadcastUint32s(signBit32)
	z := simd.BroadcastFloat32s(v).ToBits().AndNot(sign).BitsToFloat32()
	if v > exponentialLimit32 || v < -exponentialLimit32 {
		z = simd.BroadcastFloat32s(exponentialLimit32)
	}
	scale, r := reduce(z)
	minusU, e := logistic(scale, growth32(r))
	y := logisticSlope32(scale, minusU, e)
	return first32(scale.Mul(simd.BroadcastFloat32s(minusOutScale)).Mul(y))
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
