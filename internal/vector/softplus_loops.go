//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// With e^−|x| = t/eʳ, t = 2ⁿ, see exponential_loops.go,
//
//	log(1 + eˣ)  = max(x, 0) + 2·atanh(s/2),   s = t·u,   u = 1/(eʳ + t/2)
//	2·atanh(s/2) = s·(1 + s²·P(s²)),   s ≤ ⅔
//
// One correction of u adds two things: its relative error e, as one step of Newton's method
// gives it (see sigmoid_loops.go), and s²·P(s²). For x > 0 the loops add the rounding error of
// the corrected u too. Without it log(1 + eˣ) would be off by up to 1.2 ULP for x < ½. In the
// denominator eʳ is 1 + r + q. With the rounded r + q of growth32, which takes two operations
// less, the error would be up to 1.01 ULP.
//
// The loops use 2ˢ·t/2 and −u/2ˢ, see sigmoid_loops.go: the correction needs −u.

// softplusOf32 returns the function that sets a vector of dst to log(1 + e^(βx))/β for β = 1
// or −1. minusTwo is −2β. low and high are 0 and +Inf for β = 1, or −Inf and 0 for β = −1: x
// cut to low…high is β·max(βx, 0).
func softplusOf32(zero simd.Float32s, minusTwo, low, high float32) func(dst, x []float32) {
	reduce, inverse := reduce32(simd.BroadcastFloat32s(roundToSoftplus32)), sumInverseOf32()
	near := simd.BroadcastFloat32s(softplusNear32)
	sign := simd.BroadcastUint32s(signBit32)
	factor, l, h := simd.BroadcastFloat32s(minusTwo), simd.BroadcastFloat32s(low), simd.BroadcastFloat32s(high)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		z := v.ToBits().AndNot(sign).BitsToFloat32()
		beyond := z.Greater(near)
		far, faint := anyLane32(beyond), false
		base := v.Max(l).Min(h)
		if far {
			faint = slowSubnormals && anyLane32(base.Equal(zero).And(beyond))
			z = atMost32(z, exponentialLimit32)
		}
		half, r := reduce(z)
		minusU, e := inverse(half, r, growthRest32(r))
		scale := half.Mul(factor) // −β·2ˢ·t
		s := minusU
		if far && slowSubnormals {
			s = without32(minusU, beyond) // s² would be subnormal
		}
		s = s.Mul(scale)
		s = s.Mul(s)
		e = atanhRest32(s).MulAdd(s, e)
		y := e.MulAdd(minusU, minusU)
		rest := minusU.MulAdd(e, minusU.Sub(y))
		if faint {
			left := base.Equal(zero).And(beyond)
			lifted := lifted32(scale)
			scale = without32(scale, left)
			right := scale.MulAdd(y, softplusBase32(base, rest, scale, zero))
			lowered32(lifted.MulAdd(y, rest.Mul(lifted))).IfElse(left, right).Store(dst)
		} else {
			y.MulAdd(scale, softplusBase32(base, rest, scale, zero)).Store(dst)
		}
	}
}

// softplusBase32 returns v + rest·scale.
func softplusBase32(v, rest, scale, zero simd.Float32s) simd.Float32s {
	return rest.MulAdd(scale, v)
}

// softplusBase64 returns v + rest·scale, but 0 if v is 0. Then the product may be subnormal
// and is rounded once more, and the result would be off by up to 1.02 ULP.
func softplusBase64(v, rest, scale, zero simd.Float64s) simd.Float64s {
	return rest.MulAdd(scale, v).Masked(v.NotEqual(zero))
}

// sumInverseOf32 returns a function of scale, r and q = eʳ − 1 − r. It computes −u/2ˢ with
// u = 1/(eʳ + scale/2ˢ), and the relative error of that.
func sumInverseOf32() func(scale, r, q simd.Float32s) (minusU, e simd.Float32s) {
	one, minusOne := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(-1)
	up := simd.BroadcastFloat32s(logisticUp32)
	return func(scale, r, q simd.Float32s) (minusU, e simd.Float32s) {
		d := r.Add(q).MulAdd(up, up.Add(scale))
		rest := q.MulAdd(up, denominatorRest32(d, r, scale, up))
		minusU = minusOne.Div(d)
		return minusU, rest.MulAdd(minusU, residual32(d, minusU, one))
	}
}

// growthRest32 returns eʳ − 1 − r, as accurately as growth32. In expm1Rest32 fewer
// operations wait for one another, but it has more operations. With it the loop would take
// 3 % longer.
func growthRest32(r simd.Float32s) simd.Float32s {
	c := &expSextic
	p := simd.LoadFloat32s(c[4][:]).MulAdd(r, simd.LoadFloat32s(c[3][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[1][:]))
	p = p.MulAdd(r, simd.LoadFloat32s(c[0][:]))
	return p.Mul(r.Mul(r))
}

func growthRest64(r simd.Float64s) simd.Float64s {
	a, b := &expEven, &expOdd
	s := r.Mul(r)
	even := simd.LoadFloat64s(a[4][:]).MulAdd(s, simd.LoadFloat64s(a[3][:]))
	odd := simd.LoadFloat64s(b[4][:]).MulAdd(s, simd.LoadFloat64s(b[3][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[2][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[2][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[1][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[1][:]))
	even = even.MulAdd(s, simd.LoadFloat64s(a[0][:]))
	odd = odd.MulAdd(s, simd.LoadFloat64s(b[0][:]))
	return odd.MulAdd(r, even).Mul(s)
}

// atanhRest32 returns (atanh(h)/h − 1)/h² for s = h².
func atanhRest32(s simd.Float32s) simd.Float32s {
	c := &atanhSeries32
	p := simd.LoadFloat32s(c[3][:]).MulAdd(s, simd.LoadFloat32s(c[2][:]))
	p = p.MulAdd(s, simd.LoadFloat32s(c[1][:]))
	return p.MulAdd(s, simd.LoadFloat32s(c[0][:]))
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
func softplus32(dst, x []float32, minusTwo, low, high float32) {
	var zero simd.Float32s
	unary32(dst, x, zero, softplusOf32(zero, minusTwo, low, high))
}

//vector:narrowest
func softplusAt32(x, minusTwo, low, high float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, softplusOf32(zero, minusTwo, low, high))
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
	reduce, logistic := reduce32(simd.BroadcastFloat32s(roundToLogistic32)), logistic32()
	near := simd.BroadcastFloat32s(normalLimit32)
	sign := simd.BroadcastUint32s(signBit32)
	one := simd.BroadcastFloat32s(1)
	minusOne := simd.BroadcastInt32s(-1)
	b := simd.BroadcastFloat32s(beta)
	return func(dst, x, upstream []float32) {
		v := simd.LoadFloat32s(x).Mul(b).ToBits()
		z := v.AndNot(sign).BitsToFloat32()
		faint := false
		if anyLane32(z.Greater(near)) {
			faint = slowSubnormals && anyLane32(v.BitsToFloat32().Less(simd.BroadcastFloat32s(-normalLimit32)))
			z = atMost32(z, exponentialLimit32)
		}
		scale, r := reduce(z)
		minusU, e := logistic(scale, growth32(r))
		minusU = minusU.MulAdd(e, minusU)
		scale = scale.ToBits().Xor(v.And(sign)).BitsToFloat32()
		right := v.BitsToInt32().Greater(minusOne)
		g := simd.LoadFloat32s(upstream)
		if faint {
			minusU.MulAdd(scale, one).Mul(g).IfElse(right, loweredTimes32(minusU.Mul(lifted32(scale)), g)).Store(dst)
		} else {
			minusU.MulAdd(scale, one.Masked(right)).Mul(g).Store(dst)
		}
	}
}
