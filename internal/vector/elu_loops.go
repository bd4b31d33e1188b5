//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// With eˣ = t·eʳ, t = 2ⁿ, and eʳ = 1 + r + q,
//
//	eˣ − 1 = ((t − 1) + t·r) + t·q
//
// t − 1 and t·r are exact, and so is the rounding error of their sum. q includes the rounding
// error of r, and t·q is at most a fifth of the sum. So only the last rounding counts, which
// is that of factor·(eˣ − 1). The factor is α·scale, in two parts.

// eluOf32 returns the function that sets a vector of dst to (factor + low)·(eˣ − 1) if x < 0,
// else to scale·x. The factor must be above 0.
func eluOf32(zero simd.Float32s, factor, low, scale float32) func(dst, x []float32) {
	roundTo := simd.BroadcastFloat32s(roundToPower32)
	limit := simd.BroadcastFloat32s(-eluLimit32)
	one := simd.BroadcastFloat32s(1)
	f, l, right := simd.BroadcastFloat32s(factor), simd.BroadcastFloat32s(low), simd.BroadcastFloat32s(scale)
	return func(dst, x []float32) {
		c := &power32Constants
		v := simd.LoadFloat32s(x)
		z := v.Max(limit).Min(zero)
		k := simd.LoadFloat32s(c.log2e[:]).MulAdd(z, roundTo)
		t := k.ToBits().ShiftAllLeft(fractionBits32).BitsToFloat32()
		k = k.Sub(roundTo)
		z = simd.LoadFloat32s(c.minusLn2High[:]).MulAdd(k, z) // exact
		r := simd.LoadFloat32s(c.minusLn2Low[:]).MulAdd(k, z)
		q := expm1Rest32(r).Add(simd.LoadFloat32s(c.low[:]).MulAdd(k, z.Sub(r)))
		a, b := t.Sub(one), t.Mul(r)
		y := a.Add(b)
		rest := q.MulAdd(t, a.Sub(y).Add(b))
		y = f.MulAdd(y, rest.MulAdd(f, l.Mul(y)))
		y.IfElse(v.Less(zero), v.Mul(right)).Store(dst) // a NaN is not less
	}
}

// expm1Rest32 returns eʳ − 1 − r. It adds the terms in pairs, so fewer operations have to wait
// for the one before. It adds r²/2 last: added to the other terms before the product with
// r², ½ would cost them bits.
func expm1Rest32(r simd.Float32s) simd.Float32s {
	c := &expm1Septic
	s := r.Mul(r)
	p := simd.LoadFloat32s(c[5][:]).MulAdd(r, simd.LoadFloat32s(c[4][:]))
	q := simd.LoadFloat32s(c[3][:]).MulAdd(r, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(s, q)
	q = simd.LoadFloat32s(c[1][:]).Mul(r)
	return p.MulAdd(s, q).MulAdd(s, simd.LoadFloat32s(c[0][:]).Mul(s))
}

// expm1Rest64 returns eʳ − 1 − r. It adds the even and the odd powers separately, and r²/2
// last: with r²/2 among the other terms, SELU would be off by up to 1.05 ULP.
func expm1Rest64(r simd.Float64s) simd.Float64s {
	a, b := &expm1Even, &expm1Odd
	s := r.Mul(r)
	even := simd.LoadFloat64s(a[5][:]).MulAdd(s, simd.LoadFloat64s(a[4][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[3][:]))
	odd := simd.LoadFloat64s(b[4][:]).MulAdd(s, simd.LoadFloat64s(b[3][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[2][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[2][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[1][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[1][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[0][:]))
	return odd.MulAdd(r, even.Mul(s)).MulAdd(s, simd.LoadFloat64s(a[0][:]).Mul(s))
}

//vector:elementwise
func elu32(dst, x []float32, factor, low, scale float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, eluOf32(zero, factor, low, scale))
}

//vector:narrowest
func eluAt32(x, factor, low, scale float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, eluOf32(zero, factor, low, scale))
}

// eluDerivativeOf32 returns the function that sets a vector of dst to upstream·scale if x > 0,
// else to upstream·factor·eˣ.
func eluDerivativeOf32(zero simd.Float32s, factor, scale float32) func(dst, x, upstream []float32) {
	reduce := reducePower32(simd.BroadcastFloat32s(roundToLifted32))
	near := simd.BroadcastFloat32s(eluNear32)
	sign := simd.BroadcastUint32s(signBit32)
	down := simd.BroadcastFloat32s(lowering32)
	f, right := simd.BroadcastFloat32s(factor), simd.BroadcastFloat32s(scale)
	return func(dst, x, upstream []float32) {
		v := simd.LoadFloat32s(x)
		z, faint := v, false
		if anyLane32(v.ToBits().AndNot(sign).BitsToFloat32().Greater(near)) {
			limit := simd.BroadcastFloat32s(-exponentialLimit32)
			z = limit.IfElse(v.Less(limit), v) // a NaN stays
			z = zero.IfElse(v.Greater(zero), z)
			faint = slowSubnormals && anyLane32(v.Less(simd.BroadcastFloat32s(-normalLimit32)))
		}
		t, r := reduce(z)
		growth := growth32(r)
		y := growth.MulAdd(f, f).Mul(t)
		g := simd.LoadFloat32s(upstream)
		if faint {
			right.Mul(g).IfElse(v.Greater(zero), loweredTimes32(y, g)).Store(dst)
		} else {
			right.IfElse(v.Greater(zero), y.Mul(down)).Mul(g).Store(dst)
		}
	}
}

//vector:elementwise
func eluDerivative32(dst, x, upstream []float32, factor, scale float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, eluDerivativeOf32(zero, factor, scale))
}

//vector:narrowest
func eluDerivativeAt32(x, factor, scale float32) float32 {
	var zero simd.Float32s
	f := eluDerivativeOf32(zero, factor, scale)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}
