//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// With b = e⁻ˣ,
//
//	x·tanh(log(1 + eˣ)) = x·(1 + 2b)/(1 + 2b + 2b²) = x·u,   u = 1/(1 + b − c),   c = b/(1 + 2b)
//
// That is SiLU with −c in the denominator, and everything else is as in silu_loops.go. c is
// at most 0.21 of the denominator, so its quotient needs no correction. Only two sums
// in rest, the rounding error of the denominator, round themselves. Without the error of the
// second one, m, the result for float64 would be off by up to 1.08 ULP.

// mishOf32 returns the function that sets a vector of dst to x·tanh(log(1 + eˣ)).
func mishOf32(zero simd.Float32s) func(dst, x []float32) {
	reduce, inverse := reducePower32(simd.BroadcastFloat32s(roundToSiLU32)), mishInverseOf32()
	sign := simd.BroadcastUint32s(signBit32)
	scale := simd.BroadcastFloat32s(siluScale32)
	return func(dst, x []float32) {
		c := &mishBounds32
		v := simd.LoadFloat32s(x)
		linear := simd.LoadFloat32s(c.high[:])
		z, far, faint := v, anyLane32(v.ToBits().AndNot(sign).BitsToFloat32().Greater(linear)), false
		if far {
			z = v.Max(simd.LoadFloat32s(c.low[:])).Min(linear)
			faint = slowSubnormals && anyLane32(v.Less(simd.BroadcastFloat32s(-normalLimit32)))
		}
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		power, r := reduce(minus)
		u, e := inverse(power, r, growthRest32(r))
		if faint {
			up := simd.BroadcastFloat32s(siluLift32)
			z, minus = z.Mul(up), minus.Mul(up)
		}
		y := z.Mul(u)
		y = y.Sub(y.MulAdd(e, residual32(minus, u, y)))
		if faint {
			y = lowered32(y)
		} else {
			y = y.Mul(scale)
		}
		if far {
			y = y.IfElse(v.LessEqual(simd.LoadFloat32s(c.high[:])), v) // a NaN is not less
		}
		y.Store(dst)
	}
}

// mishInverseOf32 returns a function of power, r and q = eʳ − 1 − r that gives u/siluScale,
// and minus its relative error.
func mishInverseOf32() func(power, r, q simd.Float32s) (u, e simd.Float32s) {
	scale := simd.BroadcastFloat32s(siluScale32)
	one, minusOne := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(-1)
	return func(power, r, q simd.Float32s) (u, e simd.Float32s) {
		h, l := scale.Max(power), scale.Min(power)
		growth := r.Add(q)
		b := one.Add(growth).Mul(power)
		c := b.Mul(scale).Div(b.Add(b).Add(scale))
		d := growth.MulAdd(power, h.Add(l).Sub(c))
		most := h.Sub(d).Add(l)
		m := most.Sub(c)
		rest := q.MulAdd(power, r.MulAdd(power, m)).Add(most.Sub(m).Sub(c))
		u = one.Div(d)
		return u, u.MulAdd(rest, residual32(d, u, minusOne))
	}
}

//vector:elementwise
func mish32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, mishOf32(zero))
}

//vector:narrowest
func mishAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, mishOf32(zero))
}
