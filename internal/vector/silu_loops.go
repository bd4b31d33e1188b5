//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// With e⁻ˣ = w·eʳ, w = 2ⁿ, see reducePower32,
//
//	x·σ(x) = x·u,   u = 1/(1 + w·eʳ)
//
// for both signs of x. As in sigmoid_loops.go the denominator has two parts, and one step of
// Newton's method corrects u for the rounding errors of the denominator and of the quotient.
// The rounding error of the product x·u is added too. So only the last sum rounds.
//
// The loops use power = siluScale·w, because w would overflow for the smallest results. So
// the denominator is siluScale times as large, the product is 1/siluScale times as large,
// and its rounding error is not subnormal.

// siluOf32 returns the function that sets a vector of dst to x·σ(x).
func siluOf32(zero simd.Float32s) func(dst, x []float32) {
	reduce, inverse := reducePower32(simd.BroadcastFloat32s(roundToSiLU32)), inverseOf32()
	sign := simd.BroadcastUint32s(signBit32)
	scale := simd.BroadcastFloat32s(siluScale32)
	return func(dst, x []float32) {
		c := &siluBounds32
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

// siluTimesOf32 returns the function that sets a vector of dst to value·(x·σ(x)), rounded
// once. With a second rounding for x·σ(x) it would be off by up to 2.4 ULP.
func siluTimesOf32(zero simd.Float32s) func(dst, x, value []float32) {
	reduce, inverse := reducePower32(simd.BroadcastFloat32s(roundToSiLU32)), inverseOf32()
	sign := simd.BroadcastUint32s(signBit32)
	scale := simd.BroadcastFloat32s(siluScale32)
	return func(dst, x, value []float32) {
		c := &siluBounds32
		v := simd.LoadFloat32s(x)
		high := simd.LoadFloat32s(c.high[:])
		z, far, faint := v, anyLane32(v.ToBits().AndNot(sign).BitsToFloat32().Greater(high)), false
		if far {
			z = v.Max(simd.LoadFloat32s(c.low[:])).Min(high)
			faint = slowSubnormals && anyLane32(v.Less(simd.BroadcastFloat32s(-normalLimit32)))
		}
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		power, r := reduce(minus)
		u, e := inverse(power, r, growthRest32(r))
		down := scale
		if faint {
			up := simd.BroadcastFloat32s(siluLift32)
			z, minus, down = z.Mul(up), minus.Mul(up), simd.BroadcastFloat32s(lowering32)
		}
		y := z.Mul(u)
		rest := y.MulAdd(e, residual32(minus, u, y)).ToBits().Xor(sign).BitsToFloat32()
		p := simd.LoadFloat32s(value)
		if faint {
			low := v.Less(simd.BroadcastFloat32s(-normalLimit32))
			gone := lowered32(y.Add(rest)).Equal(zero) // x·σ(x) rounds to −0
			tail := lowered32(times32(sign.BitsToFloat32().IfElse(gone, y), without32(rest, gone), p, sign))
			y = without32(y, low).Mul(down).IfElse(v.LessEqual(high), v)
			rest = without32(rest, low).Mul(down)
			tail.IfElse(low, times32(y, rest, p, sign)).Store(dst)
		} else {
			y = y.Mul(down)
			if far {
				y = y.IfElse(v.LessEqual(high), v) // a NaN is not less
			}
			times32(y, rest.Mul(down), p, sign).Store(dst)
		}
	}
}

// inverseOf32 returns a function of power, r and q = eʳ − 1 − r that gives u/siluScale, and
// minus its relative error.
func inverseOf32() func(power, r, q simd.Float32s) (u, e simd.Float32s) {
	scale := simd.BroadcastFloat32s(siluScale32)
	one, minusOne := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(-1)
	return func(power, r, q simd.Float32s) (u, e simd.Float32s) {
		a, b := scale.Max(power), scale.Min(power)
		d := r.Add(q).MulAdd(power, a.Add(b))
		rest := q.MulAdd(power, r.MulAdd(power, a.Sub(d).Add(b)))
		u = one.Div(d)
		return u, u.MulAdd(rest, residual32(d, u, minusOne))
	}
}

//vector:elementwise
func silu32(dst, x []float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, siluOf32(zero))
}

//vector:narrowest
func siluAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, siluOf32(zero))
}

//vector:elementwise
func siluTimes32(dst, x, value []float32) {
	var zero simd.Float32s
	binary32(dst, x, value, zero, siluTimesOf32(zero))
}

// The derivative is S·G with S = σ(x) and G = 1 + x·σ(−x). For x = −z, z ≥ 0,
//
//	G = (1 − z) + z·S
//
// The difference is exact, except for z < ½. There its error costs up to half an ULP. The
// rounding error of the sum is added, and so is the error of S. If G is close to 0, the
// sum has lost too many bits. So for |d| ≤ 5/16, d = x − x₀, G is d + d²·P(d). x₀ is the
// zero of G, in two parts.
//
// For x > 0 the derivative is 1 minus that at −x. t and u are as in sigmoid_loops.go,
// S = t·u.

// siluDerivativeOf32 returns the function that sets a vector of dst to upstream times the
// derivative.
func siluDerivativeOf32(zero simd.Float32s) func(dst, x, upstream []float32) {
	reduce, inverse := reduce32(simd.BroadcastFloat32s(roundToLogistic32)), sumInverseOf32()
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	minusOne := simd.BroadcastInt32s(-1)
	return func(dst, x, upstream []float32) {
		c := &siluSlope32
		v := simd.LoadFloat32s(x).ToBits()
		z := v.AndNot(sign).BitsToFloat32()
		beyond := z.Greater(simd.LoadFloat32s(c.near[:]))
		faint := false
		if anyLane32(beyond) {
			z = atMost32(z, zeroLimit32)
			faint = slowSubnormals
		}
		scale, r := reduce(z)
		minusU, e := inverse(scale, r, growthRest32(r))
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		s := scale
		if faint {
			s = without32(scale, beyond) // z·S is too small there to change G
		}
		s = minusU.Mul(s) // −S
		h := one.Sub(z)
		g := minus.MulAdd(s, h)
		zs := g.Sub(h)
		rest := e.Mul(zs).Sub(z.MulAdd(s, zs))

		d := h.Add(simd.LoadFloat32s(c.minusRoot1[:])) // −x₀ − z. Exact if it is used
		apart := d.ToBits().AndNot(sign).BitsToFloat32().Greater(simd.LoadFloat32s(c.radius[:]))
		p := siluRootRest32(d).MulAdd(d.Mul(d), simd.LoadFloat32s(c.minusRootLow[:]))
		g, rest = g.IfElse(apart, d), rest.IfElse(apart, p)

		y := minusU.MulAdd(g, g.MulAdd(e, rest).Mul(minusU))
		scale = scale.ToBits().Xor(v.And(sign)).BitsToFloat32()
		right := v.BitsToInt32().Greater(minusOne)
		up := simd.LoadFloat32s(upstream)
		if faint {
			lifted := without32(lifted32(scale), scale.Equal(zero))
			left := loweredTimes32(y.MulAdd(lifted, zero), up) // +0 if the scale is 0
			y.MulAdd(scale, one).Mul(up).IfElse(right, left).Store(dst)
		} else {
			y.MulAdd(scale, one.Masked(right)).Mul(up).Store(dst)
		}
	}
}

// siluRootRest32 returns P(d).
func siluRootRest32(d simd.Float32s) simd.Float32s {
	c := &siluRootSeries32
	s := d.Mul(d)
	p := simd.LoadFloat32s(c[3][:]).MulAdd(d, simd.LoadFloat32s(c[2][:]))
	q := simd.LoadFloat32s(c[1][:]).MulAdd(d, simd.LoadFloat32s(c[0][:]))
	p = simd.LoadFloat32s(c[4][:]).MulAdd(s, p)
	return p.MulAdd(s, q)
}

func siluRootRest64(d simd.Float64s) simd.Float64s {
	a, b := &siluRootEven64, &siluRootOdd64
	s := d.Mul(d)
	even := simd.LoadFloat64s(a[5][:]).MulAdd(s, simd.LoadFloat64s(a[4][:]))
	odd := simd.LoadFloat64s(b[5][:]).MulAdd(s, simd.LoadFloat64s(b[4][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[3][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[3][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[2][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[2][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[1][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[1][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[0][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[0][:]))
	return odd.MulAdd(d, even)
}

//vector:elementwise
func siluDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, siluDerivativeOf32(zero))
}

//vector:narrowest
func siluDerivativeAt32(x float32) float32 {
	var zero simd.Float32s
	f := siluDerivativeOf32(zero)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}
