//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package kernel

import "simd"

// vectorSigmoid sets dst to 1/(1 + e⁻ˣ).
func vectorSigmoid[T Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		vectorSigmoid32(float32s(dst), float32s(x))
	case []float64:
		vectorSigmoid64(float64s(dst), float64s(x))
	}
}

// vectorLogisticDerivative sets dst to upstream·gain·σ′(steepness·x), with
// steepness and gain powers of two.
func vectorLogisticDerivative[T Float](dst, x, upstream []T, steepness, gain T) {
	switch any(dst).(type) {
	case []float32:
		vectorLogisticDerivative32(float32s(dst), float32s(x), float32s(upstream), float32(steepness), float32(gain))
	case []float64:
		vectorLogisticDerivative64(float64s(dst), float64s(x), float64s(upstream), float64(steepness), float64(gain))
	}
}

// Both have at their core, with E = e^−|x| = 2ⁿ·p and p = 1 + r + w,
//
//	σ(−|x|) = E/(1 + E) = 2ⁿ·u,   u = p/(1 + E)
//
// from which σ(|x|) = 1 − 2ⁿ·u and σ′(x) = 2ⁿ·(u − 2ⁿ·u²). The roundings of p,
// of 1 + E and of the quotient would add up to more than 1 ULP: so the first two
// are computed too, and make good for the third in one step of Newton's method.
//
// Where n is less than −64, E is nothing beside 1, and 2ⁿ comes in two factors,
// of which only the second takes a result into the subnormals.

// powers32 returns a function of n that gives both factors.
func powers32(zero simd.Float32s) func(n simd.Int32s) (t, rest simd.Float32s) {
	least := simd.BroadcastInt32s(-64 << 23)
	bias := simd.BroadcastFloat32s(1).ToBits().BitsToInt32()
	return func(n simd.Int32s) (t, rest simd.Float32s) {
		m := n.Max(least)
		return m.Add(bias).ToBits().BitsToFloat32(), n.Sub(m).Add(bias).ToBits().BitsToFloat32()
	}
}

// onePlus32 returns a function that gives 1 + r + w rounded, and the rest.
func onePlus32(zero simd.Float32s) func(r, w, rRest simd.Float32s) (p, rest simd.Float32s) {
	one := simd.BroadcastFloat32s(1)
	return func(r, w, rRest simd.Float32s) (p, rest simd.Float32s) {
		q := r.Add(w)
		p = one.Add(q)
		return p, one.Sub(p).Add(q).Add(r.Sub(q).Add(w).Add(rRest))
	}
}

// quotient32 returns a function that gives (p + pRest)/(d + dRest) as u + rest, for
// 1 ≤ d ≤ 2 and rests of the size of a rounding error.
func quotient32(zero simd.Float32s) func(p, pRest, d, dRest simd.Float32s) (u, rest simd.Float32s) {
	// 1/d to 6 %: enough to divide the error of the quotient by.
	c0 := simd.BroadcastFloat32s(24. / 17)
	c1 := simd.BroadcastFloat32s(-8. / 17)
	return func(p, pRest, d, dRest simd.Float32s) (u, rest simd.Float32s) {
		u = p.Div(d)
		minus := zero.Sub(u)
		e := residual32(minus, d, p).Add(dRest.MulAdd(minus, pRest))
		return u, d.MulAdd(c1, c0).Mul(e)
	}
}

func vectorSigmoid32(dst, x []float32) {
	var zero simd.Float32s
	reduce, powers := reduce32(zero), powers32(zero)
	onePlus, quotient := onePlus32(zero), quotient32(zero)
	one := simd.BroadcastFloat32s(1)
	sign := simd.BroadcastUint32s(1 << 31)
	limit := simd.BroadcastFloat32s(-104)
	each32(dst, x, zero, func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		z := v.ToBits().Or(sign).BitsToFloat32()
		n, r, rRest := reduce(limit.IfElse(z.Less(limit), z))
		t, rest := powers(n)
		p, pRest := onePlus(r, r.Mul(r).Mul(polynomial32(&expSextic, r)), rRest)
		e := t.Mul(p)
		d := one.Add(e)
		u, uRest := quotient(p, pRest, d, one.Sub(d).Add(e))
		u = u.Add(uRest).Mul(t)
		u.Mul(rest).IfElse(v.Less(zero), one.Sub(u)).Store(dst)
	})
}

func vectorLogisticDerivative32(dst, x, upstream []float32, steepness, gain float32) {
	var zero simd.Float32s
	reduce, powers := reduce32(zero), powers32(zero)
	onePlus, quotient := onePlus32(zero), quotient32(zero)
	one := simd.BroadcastFloat32s(1)
	scale := simd.BroadcastFloat32s(-steepness)
	times := simd.BroadcastFloat32s(gain)
	limit := simd.BroadcastFloat32s(-106)
	zip32(dst, x, upstream, zero, func(dst, x, g []float32) {
		z := simd.LoadFloat32s(x).Abs().Mul(scale)
		n, r, rRest := reduce(limit.IfElse(z.Less(limit), z))
		t, rest := powers(n)
		p, pRest := onePlus(r, r.Mul(r).Mul(polynomial32(&expSextic, r)), rRest)
		e := t.Mul(p)
		d := one.Add(e)
		q, qRest := quotient(p, pRest, d, one.Sub(d).Add(e))
		u := q.Add(qRest)
		uRest := q.Sub(u).Add(qRest)
		v := zero.Sub(t.Mul(u))
		uRest = v.Add(v).MulAdd(uRest, uRest)
		y := v.MulAdd(u, uRest).Add(u).Mul(t.Mul(times)).Mul(rest)
		y.Mul(simd.LoadFloat32s(g)).Store(dst)
	})
}

// powers64 is powers32 for float64, with −512 in place of −64.
func powers64(zero simd.Float64s) func(n simd.Int64s) (t, rest simd.Float64s) {
	least := simd.BroadcastInt64s(-512 << 52)
	bias := simd.BroadcastFloat64s(1).ToBits().BitsToInt64()
	return func(n simd.Int64s) (t, rest simd.Float64s) {
		m := least.IfElse(n.Less(least), n)
		return m.Add(bias).ToBits().BitsToFloat64(), n.Sub(m).Add(bias).ToBits().BitsToFloat64()
	}
}

// onePlus64 is onePlus32 for float64.
func onePlus64(zero simd.Float64s) func(r, w, rRest simd.Float64s) (p, rest simd.Float64s) {
	one := simd.BroadcastFloat64s(1)
	return func(r, w, rRest simd.Float64s) (p, rest simd.Float64s) {
		q := r.Add(w)
		p = one.Add(q)
		return p, one.Sub(p).Add(q).Add(r.Sub(q).Add(w).Add(rRest))
	}
}

// quotient64 is quotient32 for float64.
func quotient64(zero simd.Float64s) func(p, pRest, d, dRest simd.Float64s) (u, rest simd.Float64s) {
	c0 := simd.BroadcastFloat64s(24. / 17)
	c1 := simd.BroadcastFloat64s(-8. / 17)
	return func(p, pRest, d, dRest simd.Float64s) (u, rest simd.Float64s) {
		u = p.Div(d)
		minus := zero.Sub(u)
		e := residual64(minus, d, p).Add(dRest.MulAdd(minus, pRest))
		return u, d.MulAdd(c1, c0).Mul(e)
	}
}

func vectorSigmoid64(dst, x []float64) {
	var zero simd.Float64s
	reduce, powers := reduce64(zero), powers64(zero)
	onePlus, quotient := onePlus64(zero), quotient64(zero)
	one := simd.BroadcastFloat64s(1)
	sign := simd.BroadcastUint64s(1 << 63)
	limit := simd.BroadcastFloat64s(-746)
	each64(dst, x, zero, func(dst, x []float64) {
		v := simd.LoadFloat64s(x)
		z := v.ToBits().Or(sign).BitsToFloat64()
		n, r, rRest := reduce(limit.IfElse(z.Less(limit), z))
		t, rest := powers(n)
		s := r.Mul(r)
		p, pRest := onePlus(r, s.Mul(polynomial64(&expOdd, s).MulAdd(r, polynomial64(&expEven, s))), rRest)
		e := t.Mul(p)
		d := one.Add(e)
		u, uRest := quotient(p, pRest, d, one.Sub(d).Add(e))
		u = u.Add(uRest).Mul(t)
		u.Mul(rest).IfElse(v.Less(zero), one.Sub(u)).Store(dst)
	})
}

func vectorLogisticDerivative64(dst, x, upstream []float64, steepness, gain float64) {
	var zero simd.Float64s
	reduce, powers := reduce64(zero), powers64(zero)
	onePlus, quotient := onePlus64(zero), quotient64(zero)
	one := simd.BroadcastFloat64s(1)
	scale := simd.BroadcastFloat64s(-steepness)
	times := simd.BroadcastFloat64s(gain)
	limit := simd.BroadcastFloat64s(-748)
	zip64(dst, x, upstream, zero, func(dst, x, g []float64) {
		z := simd.LoadFloat64s(x).Abs().Mul(scale)
		n, r, rRest := reduce(limit.IfElse(z.Less(limit), z))
		t, rest := powers(n)
		s := r.Mul(r)
		p, pRest := onePlus(r, s.Mul(polynomial64(&expOdd, s).MulAdd(r, polynomial64(&expEven, s))), rRest)
		e := t.Mul(p)
		d := one.Add(e)
		q, qRest := quotient(p, pRest, d, one.Sub(d).Add(e))
		u := q.Add(qRest)
		uRest := q.Sub(u).Add(qRest)
		v := zero.Sub(t.Mul(u))
		uRest = v.Add(v).MulAdd(uRest, uRest)
		y := v.MulAdd(u, uRest).Add(u).Mul(t.Mul(times)).Mul(rest)
		y.Mul(simd.LoadFloat64s(g)).Store(dst)
	})
}
