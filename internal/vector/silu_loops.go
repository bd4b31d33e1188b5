//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// With eˣ = t/eʳ, t = 2ⁿ, see exponential_loops.go, and w = 1/t,
//
//	x·σ(x) = x·u,   u = 1/(1 + w·eʳ)
//
// on both sides. As in sigmoid_loops.go the denominator has two parts, and one step of
// Newton's method makes good what it and the quotient have lost. The product has its
// rest, too: so only the last sum rounds. Here r has its rest as well: a result close to a
// power of two, for which the errors of r and eʳ − 1 count most, would be off by 1.06 ULP.
//
// The denominator is siluScale times as large as above: w would overflow for the
// smallest results. The product is so much larger, and its rest no subnormal.

// siluOf32 returns the function that sets a vector of dst to x·σ(x) for one of x.
func siluOf32(zero simd.Float32s) func(dst, x []float32) {
	reduce, inverse := reduceInTwo32(zero), inverseOf32(zero)
	limit := simd.BroadcastFloat32s(-siluLimit32)
	linear := simd.BroadcastFloat32s(siluLinear)
	sign := simd.BroadcastUint32s(signBit32)
	scale := simd.BroadcastFloat32s(siluScale32)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		v = limit.IfElse(v.Less(limit), v) // a NaN stays
		minus := v.ToBits().Xor(sign).BitsToFloat32()
		n, r, rest := reduce(minus)
		u, e := inverse(n, growth32(r), rest)
		y := v.Mul(u)
		y = y.Sub(y.MulAdd(e, residual32(minus, u, y))).Mul(scale)
		v.IfElse(v.Greater(linear), y).Store(dst)
	}
}

// siluTimesOf32 returns the function that sets a vector of dst to value·(x·σ(x)) for one
// of x, rounded once: a product of two roundings would be off by up to 2.4 ULP. If the
// product is 0 or infinite, the rest would spoil its sign, or make a NaN of it: then the
// rest is −0.
func siluTimesOf32(zero simd.Float32s) func(dst, x, value []float32) {
	reduce, inverse := reduceInTwo32(zero), inverseOf32(zero)
	sign := simd.BroadcastUint32s(signBit32)
	scale := simd.BroadcastFloat32s(siluScale32)
	return func(dst, x, value []float32) {
		c := &siluBounds32
		v := simd.LoadFloat32s(x)
		low, high := simd.LoadFloat32s(c.low[:]), simd.LoadFloat32s(c.high[:])
		z := low.IfElse(v.Less(low), v)
		z = high.IfElse(z.Greater(high), z)
		minus := z.ToBits().Xor(sign).BitsToFloat32()
		n, r, rest := reduce(minus)
		u, e := inverse(n, growth32(r), rest)
		y := z.Mul(u)
		rest = y.MulAdd(e, residual32(minus, u, y)).Mul(scale)
		y = v.IfElse(v.Greater(simd.LoadFloat32s(c.high[:])), y.Mul(scale))
		g := simd.LoadFloat32s(value)
		p := y.Mul(g)
		usual := p.ToBits().AndNot(sign).BitsToFloat32().Greater(p.Sub(p)) // neither 0 nor infinite
		rest = rest.Mul(g).ToBits().Xor(sign).BitsToFloat32()
		y.MulAdd(g, rest.IfElse(usual, sign.BitsToFloat32())).Store(dst)
	}
}

// inverseOf32 returns a function of n, eʳ − 1 and the rest of r that gives u/siluScale,
// and minus its relative error.
func inverseOf32(zero simd.Float32s) func(n simd.Uint32s, growth, rRest simd.Float32s) (u, e simd.Float32s) {
	scale := simd.BroadcastFloat32s(siluScale32)
	one, minusOne := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(-1)
	return func(n simd.Uint32s, growth, rRest simd.Float32s) (u, e simd.Float32s) {
		w := scale.ToBits().Sub(n).BitsToFloat32()
		a, b := scale.Max(w), scale.Min(w)
		s := a.Add(b)
		d := growth.MulAdd(w, s)
		rest := growth.MulAdd(w, s.Sub(d)).Add(a.Sub(s).Add(b))
		rest = growth.MulAdd(w, w).MulAdd(rRest, rest)
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
