//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// With e^−|x| = t/eʳ, t = 2ⁿ, see exponential_loops.go,
//
//	log(1 + eˣ) = max(x, 0) + 2·atanh s,   s = t·u,   u = 1/(t + 2eʳ)
//	2·atanh s   = 2s·(1 + s²·P(s²)),   s ≤ ⅓
//
// The relative error of u, by one step of Newton's method as in sigmoid_loops.go, and
// s²·P(s²) are one correction of 2u. The sum with x has its rest: so what counts is the
// last rounding. eʳ is 1 + r + q, with the rest of r in q.

// softplusOf32 returns the function that sets a vector of dst to log(1 + e^(βx))/β for
// one of x, β = 1 or −1.
func softplusOf32(zero simd.Float32s, beta float32) func(dst, x []float32) {
	reduce, inverse := reduceInTwo32(zero), softplusInverseOf32(zero)
	limit := simd.BroadcastFloat32s(exponentialLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	b := simd.BroadcastFloat32s(beta)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x).Mul(b)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		n, r, rest := reduce(limit.IfElse(z.Greater(limit), z))
		scale, u, e := inverse(n, r, expm1Rest32(r).Add(rest))
		s := u.Mul(scale)
		s = s.Mul(s)
		u = u.Add(u)
		e = atanhRest32(s).MulAdd(s, e).Mul(u)
		w := u.Add(e)
		e = u.Sub(w).Add(e).Mul(scale)
		w = w.Mul(scale) // exact, except among the subnormals: then e is 0
		base := v.Max(zero)
		y := base.Add(w)
		e = base.Max(w).Sub(y).Add(base.Min(w)).Add(e)
		v.IfElse(v.Greater(limit), y.Add(e)).Mul(b).Store(dst)
	}
}

// softplusInverseOf32 returns a function of n, r and eʳ − 1 − r that gives 2⁶⁴·t, u/2⁶⁴,
// and the relative error of u.
func softplusInverseOf32(zero simd.Float32s) func(n simd.Uint32s, r, q simd.Float32s) (scale, u, e simd.Float32s) {
	bias := simd.BroadcastUint32s((exponentBias32 + 64) << fractionBits32)
	one := simd.BroadcastFloat32s(1)
	up := simd.BroadcastFloat32s(0x1p65)
	sign := simd.BroadcastUint32s(signBit32)
	return func(n simd.Uint32s, r, q simd.Float32s) (scale, u, e simd.Float32s) {
		scale = n.Add(bias).BitsToFloat32()
		d := r.Add(q).MulAdd(up, up.Add(scale))
		rest := q.MulAdd(up, r.MulAdd(up, up.Sub(d).Add(scale)))
		u = one.Div(d)
		minus := u.ToBits().Xor(sign).BitsToFloat32()
		return scale, u, minus.MulAdd(rest, residual32(d, minus, one))
	}
}

// atanhRest32 returns ((atanh s)/s − 1)/s² for s².
func atanhRest32(s simd.Float32s) simd.Float32s {
	c := &atanhSeries32
	p := simd.LoadFloat32s(c[3][:]).MulAdd(s, simd.LoadFloat32s(c[2][:]))
	q := simd.LoadFloat32s(c[1][:]).MulAdd(s, simd.LoadFloat32s(c[0][:]))
	return p.MulAdd(s.Mul(s), q)
}

func atanhRest64(s simd.Float64s) simd.Float64s {
	c := &atanhSeries64
	p := simd.LoadFloat64s(c[9][:]).MulAdd(s, simd.LoadFloat64s(c[8][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[7][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[6][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[5][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[4][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[3][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat64s(c[1][:]))
	return p.MulAdd(s, simd.LoadFloat64s(c[0][:]))
}

//vector:elementwise
func softplus32(dst, x []float32, beta float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, softplusOf32(zero, beta))
}

//vector:narrowest
func softplusAt32(x, beta float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, softplusOf32(zero, beta))
}

//vector:elementwise
func softplusDerivative32(dst, x, upstream []float32, beta float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, softplusDerivativeOf32(zero, beta))
}

//vector:narrowest
func softplusDerivativeAt32(x, beta float32) float32 {
	var zero simd.Float32s
	f := softplusDerivativeOf32(zero, beta)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}

// softplusDerivativeOf32 returns the function that sets a vector of dst to
// upstream·σ(βx), β = 1 or −1: sigmoidOf32 with two more products.
func softplusDerivativeOf32(zero simd.Float32s, beta float32) func(dst, x, upstream []float32) {
	reduce, logistic := reduce32(zero), logistic32(zero)
	limit := simd.BroadcastFloat32s(exponentialLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	minusOne := simd.BroadcastInt32s(-1)
	b := simd.BroadcastFloat32s(beta)
	return func(dst, x, upstream []float32) {
		v := simd.LoadFloat32s(x).Mul(b).ToBits()
		z := v.AndNot(sign).BitsToFloat32()
		n, r := reduce(limit.IfElse(z.Greater(limit), z))
		minusScale, u, e := logistic(n, growth32(r))
		u = u.MulAdd(e, u)
		scale := minusScale.ToBits().Xor(v.And(sign)).BitsToFloat32()
		y := u.MulAdd(scale, one.Masked(v.BitsToInt32().Greater(minusOne)))
		y.Mul(simd.LoadFloat32s(upstream)).Store(dst)
	}
}
