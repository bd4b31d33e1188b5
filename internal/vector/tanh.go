//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// Tanh sets dst to tanh x.
func Tanh[T element.Float](dst, x []T) {
	switch any(dst).(type) {
	case []float32:
		tanh32(float32s(dst), float32s(x))
	case []float64:
		tanh64(float64s(dst), float64s(x))
	}
}

// With e^−2|x| = 2ⁿ·(1 + q)/(1 + q − 2h), see exp.go, and t = 2ⁿ,
//
//	tanh |x| = (1 − e^−2|x|)/(1 + e^−2|x|)
//	         = (a + a·q − 2h)/(b + b·q − 2h),   a = 1 − t,   b = 1 + t
//
// For the smallest |x|, a is 0, and −2h is left, which is exact: no cancellation,
// no second way for small |x|. The quotient is that of sigmoid.
//
// The error of the numerator counts the most where |x| is a little above ln2/4:
// there a = ½ goes down to 0.245, and a rounding error of 2h is 0.7 ULP of the
// result. So pRest has that of a·q − 2h, and both rests have that of h. What is
// left is below 0.3 ULP: 0.1 of q, 0.1 of the correction, as in sigmoid, and 0.1
// of the denominator.

// fraction32 returns a function of t, q, h and minus the rest of h that gives
// numerator and denominator, each with its rest.
func fraction32(zero simd.Float32s) func(t, q, h, minusRest simd.Float32s) (p, pRest, d, dRest simd.Float32s) {
	one := simd.BroadcastFloat32s(1)
	two := simd.BroadcastFloat32s(2)
	minusTwo := simd.BroadcastFloat32s(-2)
	return func(t, q, h, minusRest simd.Float32s) (p, pRest, d, dRest simd.Float32s) {
		b := one.Add(t)
		a := two.Sub(b) // exact
		h = h.Mul(minusTwo)
		x := q.MulAdd(a, h)
		y := q.Mul(b).Add(h)
		p, d = a.Add(x), b.Add(y)
		pRest = q.MulAdd(a, a.Sub(p).Add(h)).Sub(t.MulAdd(two, a.Sub(b)))
		dRest = b.Sub(d).Add(y)
		return p, b.MulAdd(minusRest, pRest), d, a.MulAdd(minusRest, dRest)
	}
}

func tanh32(dst, x []float32) {
	var zero simd.Float32s
	reduce, fraction, quotient := reduce32(zero), fraction32(zero), quotient32(zero)
	bias := simd.BroadcastUint32s(127 << 23)
	sign := simd.BroadcastUint32s(1 << 31)
	limit := simd.BroadcastFloat32s(-9.1) // tanh reaches 1 at 9.0109
	each32(dst, x, zero, func(dst, x []float32) {
		v := simd.LoadFloat32s(x).ToBits()
		z := v.Or(sign).BitsToFloat32()
		n, h, minusRest := reduce(limit.IfElse(z.Less(limit), z))
		p, pRest, d, dRest := fraction(n.Add(bias).BitsToFloat32(), ratio32(h), h, minusRest)
		u, _, e, inverse := quotient(p, pRest, d, dRest)
		v.And(sign).Or(inverse.MulAdd(e, u).ToBits()).BitsToFloat32().Store(dst)
	})
}

// fraction64 is fraction32 for float64.
func fraction64(zero simd.Float64s) func(t, q, h, minusRest simd.Float64s) (p, pRest, d, dRest simd.Float64s) {
	one := simd.BroadcastFloat64s(1)
	two := simd.BroadcastFloat64s(2)
	minusTwo := simd.BroadcastFloat64s(-2)
	return func(t, q, h, minusRest simd.Float64s) (p, pRest, d, dRest simd.Float64s) {
		b := one.Add(t)
		a := two.Sub(b) // exact
		h = h.Mul(minusTwo)
		x := q.MulAdd(a, h)
		y := q.Mul(b).Add(h)
		p, d = a.Add(x), b.Add(y)
		pRest = q.MulAdd(a, a.Sub(p).Add(h)).Sub(t.MulAdd(two, a.Sub(b)))
		dRest = b.Sub(d).Add(y)
		return p, b.MulAdd(minusRest, pRest), d, a.MulAdd(minusRest, dRest)
	}
}

func tanh64(dst, x []float64) {
	var zero simd.Float64s
	reduce, fraction, quotient := reduce64(zero), fraction64(zero), quotient64(zero)
	bias := simd.BroadcastUint64s(1023 << 52)
	sign := simd.BroadcastUint64s(1 << 63)
	limit := simd.BroadcastFloat64s(-19.1) // tanh reaches 1 at 19.0615
	each64(dst, x, zero, func(dst, x []float64) {
		v := simd.LoadFloat64s(x).ToBits()
		z := v.Or(sign).BitsToFloat64()
		n, h, minusRest := reduce(limit.IfElse(z.Less(limit), z))
		p, pRest, d, dRest := fraction(n.Add(bias).BitsToFloat64(), ratio64(h), h, minusRest)
		u, _, e, inverse := quotient(p, pRest, d, dRest)
		v.And(sign).Or(inverse.MulAdd(e, u).ToBits()).BitsToFloat64().Store(dst)
	})
}

// TanhDerivativeFromOutput sets dst to upstream·(a + a·|y|) with a = 1 − |y|.
func TanhDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	switch any(dst).(type) {
	case []float32:
		tanhFromOutput32(float32s(dst), float32s(y), float32s(upstream))
	case []float64:
		tanhFromOutput64(float64s(dst), float64s(y), float64s(upstream))
	}
}

func tanhFromOutput32(dst, y, upstream []float32) {
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	sign := simd.BroadcastUint32s(1 << 31)
	zip32(dst, y, upstream, zero, func(dst, y, g []float32) {
		v := simd.LoadFloat32s(y).ToBits().AndNot(sign).BitsToFloat32()
		a := one.Sub(v)
		v.MulAdd(a, a).Mul(simd.LoadFloat32s(g)).Store(dst)
	})
}

func tanhFromOutput64(dst, y, upstream []float64) {
	var zero simd.Float64s
	one := simd.BroadcastFloat64s(1)
	sign := simd.BroadcastUint64s(1 << 63)
	zip64(dst, y, upstream, zero, func(dst, y, g []float64) {
		v := simd.LoadFloat64s(y).ToBits().AndNot(sign).BitsToFloat64()
		a := one.Sub(v)
		v.MulAdd(a, a).Mul(simd.LoadFloat64s(g)).Store(dst)
	})
}
