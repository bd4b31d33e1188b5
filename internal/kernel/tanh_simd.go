//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package kernel

import "simd"

// vectorTanh sets dst to tanh x.
func vectorTanh[T Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		vectorTanh32(float32s(dst), float32s(x))
	case []float64:
		vectorTanh64(float64s(dst), float64s(x))
	}
}

// With E = e^−2|x| = 2ⁿ·(1 + q),
//
//	tanh |x| = (1 − E)/(1 + E) = ((1 − 2ⁿ) − 2ⁿ·q) / ((1 + 2ⁿ) + 2ⁿ·q)
//
// where 1 − 2ⁿ is 0 for the smallest |x|, and −q is left, which is as accurate as
// q is: no cancellation, no second way for small |x|. The quotient is that of
// sigmoid, with its rests.

// ratio32 returns a function that gives numerator and denominator for t = 2ⁿ
// and q, each with its rest.
func ratio32(zero simd.Float32s) func(t, q, qRest simd.Float32s) (p, pRest, d, dRest simd.Float32s) {
	one := simd.BroadcastFloat32s(1)
	return func(t, q, qRest simd.Float32s) (p, pRest, d, dRest simd.Float32s) {
		q, qRest = q.Mul(t), qRest.Mul(t)
		b := one.Add(t)
		a := one.Sub(b.Sub(one)) // 2 − b, exact
		rest := one.Sub(b).Add(t).Add(qRest)
		p, d = a.Sub(q), b.Add(q)
		return p, a.Sub(p).Sub(q).Sub(rest), d, b.Sub(d).Add(q).Add(rest)
	}
}

func vectorTanh32(dst, x []float32) {
	var zero simd.Float32s
	reduce, ratio, quotient := reduce32(zero), ratio32(zero), quotient32(zero)
	bias := simd.BroadcastFloat32s(1).ToBits().BitsToInt32()
	sign := simd.BroadcastUint32s(1 << 31)
	limit := simd.BroadcastFloat32s(-18.5) // tanh reaches 1 at 9.0109
	each32(dst, x, zero, func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		z := v.ToBits().Or(sign).BitsToFloat32()
		z = z.Add(z)
		n, r, rRest := reduce(limit.IfElse(z.Less(limit), z))
		w := r.Mul(r).Mul(polynomial32(&expSextic, r))
		q := r.Add(w)
		u, rest := quotient(ratio(n.Add(bias).ToBits().BitsToFloat32(), q, r.Sub(q).Add(w).Add(rRest)))
		v.ToBits().And(sign).Or(u.Add(rest).ToBits()).BitsToFloat32().Store(dst)
	})
}

// ratio64 is ratio32 for float64.
func ratio64(zero simd.Float64s) func(t, q, qRest simd.Float64s) (p, pRest, d, dRest simd.Float64s) {
	one := simd.BroadcastFloat64s(1)
	return func(t, q, qRest simd.Float64s) (p, pRest, d, dRest simd.Float64s) {
		q, qRest = q.Mul(t), qRest.Mul(t)
		b := one.Add(t)
		a := one.Sub(b.Sub(one)) // 2 − b, exact
		rest := one.Sub(b).Add(t).Add(qRest)
		p, d = a.Sub(q), b.Add(q)
		return p, a.Sub(p).Sub(q).Sub(rest), d, b.Sub(d).Add(q).Add(rest)
	}
}

func vectorTanh64(dst, x []float64) {
	var zero simd.Float64s
	reduce, ratio, quotient := reduce64(zero), ratio64(zero), quotient64(zero)
	bias := simd.BroadcastFloat64s(1).ToBits().BitsToInt64()
	sign := simd.BroadcastUint64s(1 << 63)
	limit := simd.BroadcastFloat64s(-38.2) // tanh reaches 1 at 19.0615
	each64(dst, x, zero, func(dst, x []float64) {
		v := simd.LoadFloat64s(x)
		z := v.ToBits().Or(sign).BitsToFloat64()
		z = z.Add(z)
		n, r, rRest := reduce(limit.IfElse(z.Less(limit), z))
		s := r.Mul(r)
		w := s.Mul(polynomial64(&expOdd, s).MulAdd(r, polynomial64(&expEven, s)))
		q := r.Add(w)
		u, rest := quotient(ratio(n.Add(bias).ToBits().BitsToFloat64(), q, r.Sub(q).Add(w).Add(rRest)))
		v.ToBits().And(sign).Or(u.Add(rest).ToBits()).BitsToFloat64().Store(dst)
	})
}
