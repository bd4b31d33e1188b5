//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// Sigmoid sets dst to 1/(1 + e⁻ˣ).
func Sigmoid[T element.Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		sigmoid32(float32s(dst), float32s(x))
	case []float64:
		sigmoid64(float64s(dst), float64s(x))
	}
}

// LogisticDerivative sets dst to upstream·gain·σ′(steepness·x), with
// steepness and gain powers of two.
func LogisticDerivative[T element.Float](dst, x, upstream []T, steepness, gain T) {
	switch any(dst).(type) {
	case []float32:
		logisticDerivative32(float32s(dst), float32s(x), float32s(upstream), float32(steepness), float32(gain))
	case []float64:
		logisticDerivative64(float64s(dst), float64s(x), float64s(upstream), float64(steepness), float64(gain))
	}
}

// Both have at their core, with e^−|x| = 2ⁿ·(1 + q)/(1 + q − 2h), see exp.go,
// and t = 2ⁿ,
//
//	σ(−|x|) = t·u,   u = (1 + q)/(b + b·q − 2h),   b = 1 + t
//
// from which σ(|x|) = 1 − t·u and σ′(x) = t·(u − t·u²). The roundings of
// numerator, denominator and quotient would add up to more than 1 ULP: so the
// first two are computed too, and make good for the third in one step of
// Newton's method, for which 1/d to 5.2 % is enough.
//
// What is left before the last rounding is below 0.4 ULP: 0.2 of h, 0.1 of
// b·q − 2h (0.2 where MulAdd rounds twice), 0.1 of the correction.
//
// t is 2⁻⁶⁴ times a number that cannot underflow; a product with both, in this
// order, rounds once on its way into the subnormals.

// logistic32 returns a function of n, q and h that gives 2⁶⁴·t, t, and numerator
// and denominator of u, each with its rest.
func logistic32(zero simd.Float32s) func(n simd.Uint32s, q, h simd.Float32s) (large, t, p, pRest, d, dRest simd.Float32s) {
	one := simd.BroadcastFloat32s(1)
	bias := simd.BroadcastUint32s((127 + 64) << 23)
	down := simd.BroadcastFloat32s(0x1p-64)
	minusTwo := simd.BroadcastFloat32s(-2)
	return func(n simd.Uint32s, q, h simd.Float32s) (large, t, p, pRest, d, dRest simd.Float32s) {
		large = n.Add(bias).BitsToFloat32()
		t = large.Mul(down)
		p = one.Add(q)
		pRest = one.Sub(p).Add(q)
		b := one.Add(t)
		q = q.MulAdd(b, h.Mul(minusTwo))
		d = b.Add(q)
		return large, t, p, pRest, d, one.Sub(d).Add(t).Add(q)
	}
}

// quotient32 returns a function that gives (p + pRest)/(d + dRest) as u + e·inverse,
// and −u, for rests of the size of a rounding error.
func quotient32(zero simd.Float32s) func(p, pRest, d, dRest simd.Float32s) (u, minus, e, inverse simd.Float32s) {
	sign := simd.BroadcastUint32s(1 << 31)
	seed := simd.BroadcastUint32s(0x7ef33333) // seed − d, in bits, is 1/d to 5.2 %
	return func(p, pRest, d, dRest simd.Float32s) (u, minus, e, inverse simd.Float32s) {
		u = p.Div(d)
		minus = u.ToBits().Xor(sign).BitsToFloat32()
		inverse = seed.Sub(d.ToBits()).BitsToFloat32()
		e = dRest.MulAdd(minus, pRest)
		return u, minus, residual32(d, minus, p).Add(e), inverse
	}
}

func sigmoid32(dst, x []float32) {
	var zero simd.Float32s
	reduce, logistic, quotient := reduce32(zero), logistic32(zero), quotient32(zero)
	half := simd.BroadcastFloat32s(0.5)
	sign := simd.BroadcastUint32s(1 << 31)
	limit := simd.BroadcastFloat32s(-52)
	one := simd.BroadcastFloat32s(1)
	down := simd.BroadcastFloat32s(0x1p-64)
	minusDown := simd.BroadcastFloat32s(-0x1p-64)
	each32(dst, x, zero, func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		z := v.ToBits().Or(sign).BitsToFloat32().Mul(half)
		n, h, _ := reduce(limit.IfElse(z.Less(limit), z))
		large, _, p, pRest, d, dRest := logistic(n, ratio32(h), h)
		u, _, e, inverse := quotient(p, pRest, d, dRest)
		y := inverse.MulAdd(e, u).Mul(large)
		y.Mul(down).IfElse(v.Less(zero), minusDown.MulAdd(y, one)).Store(dst)
	})
}

func logisticDerivative32(dst, x, upstream []float32, steepness, gain float32) {
	var zero simd.Float32s
	reduce, logistic, quotient := reduce32(zero), logistic32(zero), quotient32(zero)
	scale := simd.BroadcastFloat32s(steepness / 2)
	sign := simd.BroadcastUint32s(1 << 31)
	times := simd.BroadcastFloat32s(0x1p-64 * gain)
	limit := simd.BroadcastFloat32s(-53)
	zip32(dst, x, upstream, zero, func(dst, x, g []float32) {
		z := simd.LoadFloat32s(x).ToBits().Or(sign).BitsToFloat32().Mul(scale)
		n, h, _ := reduce(limit.IfElse(z.Less(limit), z))
		large, t, p, pRest, d, dRest := logistic(n, ratio32(h), h)
		u, minus, e, inverse := quotient(p, pRest, d, dRest)
		e = e.Mul(inverse)
		v := minus.Mul(t)
		e = v.Add(v).MulAdd(e, e)
		y := v.MulAdd(u, e).Add(u) // (u + e) − t·(u + e)²
		y.Mul(large).Mul(times).Mul(simd.LoadFloat32s(g)).Store(dst)
	})
}

// logistic64 is logistic32 for float64.
func logistic64(zero simd.Float64s) func(n simd.Uint64s, q, h simd.Float64s) (large, t, p, pRest, d, dRest simd.Float64s) {
	one := simd.BroadcastFloat64s(1)
	bias := simd.BroadcastUint64s((1023 + 64) << 52)
	down := simd.BroadcastFloat64s(0x1p-64)
	minusTwo := simd.BroadcastFloat64s(-2)
	return func(n simd.Uint64s, q, h simd.Float64s) (large, t, p, pRest, d, dRest simd.Float64s) {
		large = n.Add(bias).BitsToFloat64()
		t = large.Mul(down)
		p = one.Add(q)
		pRest = one.Sub(p).Add(q)
		b := one.Add(t)
		q = q.MulAdd(b, h.Mul(minusTwo))
		d = b.Add(q)
		return large, t, p, pRest, d, one.Sub(d).Add(t).Add(q)
	}
}

// quotient64 is quotient32 for float64.
func quotient64(zero simd.Float64s) func(p, pRest, d, dRest simd.Float64s) (u, minus, e, inverse simd.Float64s) {
	sign := simd.BroadcastUint64s(1 << 63)
	seed := simd.BroadcastUint64s(0x7fde666666666666)
	return func(p, pRest, d, dRest simd.Float64s) (u, minus, e, inverse simd.Float64s) {
		u = p.Div(d)
		minus = u.ToBits().Xor(sign).BitsToFloat64()
		inverse = seed.Sub(d.ToBits()).BitsToFloat64()
		e = dRest.MulAdd(minus, pRest)
		return u, minus, residual64(d, minus, p).Add(e), inverse
	}
}

func sigmoid64(dst, x []float64) {
	var zero simd.Float64s
	reduce, logistic, quotient := reduce64(zero), logistic64(zero), quotient64(zero)
	half := simd.BroadcastFloat64s(0.5)
	sign := simd.BroadcastUint64s(1 << 63)
	limit := simd.BroadcastFloat64s(-373)
	one := simd.BroadcastFloat64s(1)
	down := simd.BroadcastFloat64s(0x1p-64)
	minusDown := simd.BroadcastFloat64s(-0x1p-64)
	each64(dst, x, zero, func(dst, x []float64) {
		v := simd.LoadFloat64s(x)
		z := v.ToBits().Or(sign).BitsToFloat64().Mul(half)
		n, h, _ := reduce(limit.IfElse(z.Less(limit), z))
		large, _, p, pRest, d, dRest := logistic(n, ratio64(h), h)
		u, _, e, inverse := quotient(p, pRest, d, dRest)
		y := inverse.MulAdd(e, u).Mul(large)
		y.Mul(down).IfElse(v.Less(zero), minusDown.MulAdd(y, one)).Store(dst)
	})
}

func logisticDerivative64(dst, x, upstream []float64, steepness, gain float64) {
	var zero simd.Float64s
	reduce, logistic, quotient := reduce64(zero), logistic64(zero), quotient64(zero)
	scale := simd.BroadcastFloat64s(steepness / 2)
	sign := simd.BroadcastUint64s(1 << 63)
	times := simd.BroadcastFloat64s(0x1p-64 * gain)
	limit := simd.BroadcastFloat64s(-374)
	zip64(dst, x, upstream, zero, func(dst, x, g []float64) {
		z := simd.LoadFloat64s(x).ToBits().Or(sign).BitsToFloat64().Mul(scale)
		n, h, _ := reduce(limit.IfElse(z.Less(limit), z))
		large, t, p, pRest, d, dRest := logistic(n, ratio64(h), h)
		u, minus, e, inverse := quotient(p, pRest, d, dRest)
		e = e.Mul(inverse)
		v := minus.Mul(t)
		e = v.Add(v).MulAdd(e, e)
		y := v.MulAdd(u, e).Add(u) // (u + e) − t·(u + e)²
		y.Mul(large).Mul(times).Mul(simd.LoadFloat64s(g)).Store(dst)
	})
}

// SigmoidDerivativeFromOutput sets dst to upstream·y(1 − y).
func SigmoidDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		sigmoidFromOutput32(float32s(dst), float32s(y), float32s(upstream))
	case []float64:
		sigmoidFromOutput64(float64s(dst), float64s(y), float64s(upstream))
	}
}

func sigmoidFromOutput32(dst, y, upstream []float32) {
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	zip32(dst, y, upstream, zero, func(dst, y, g []float32) {
		v := simd.LoadFloat32s(y)
		v.Mul(one.Sub(v)).Mul(simd.LoadFloat32s(g)).Store(dst)
	})
}

func sigmoidFromOutput64(dst, y, upstream []float64) {
	var zero simd.Float64s
	one := simd.BroadcastFloat64s(1)
	zip64(dst, y, upstream, zero, func(dst, y, g []float64) {
		v := simd.LoadFloat64s(y)
		v.Mul(one.Sub(v)).Mul(simd.LoadFloat64s(g)).Store(dst)
	})
}
