//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// hardTanh32 clips by a maximum and a minimum. At 128 and 256 bits that takes less time than two
// comparisons and two choices (0.087 ns an element against 0.125 at 256 bits), at 512 bits more
// (0.061 against 0.052). Max and Min may return any of two operands if one is NaN or if both
// are zeros. So orNaN32 restores NaN, and the sum with addend decides the sign of 0. addend
// is 0 if low or high is 0, else −0, which changes nothing.
//
//vector:elementwise
func hardTanh32(dst, x []float32, low, high, addend float32) {
	var zero simd.Float32s
	l, h, a := simd.BroadcastFloat32s(low), simd.BroadcastFloat32s(high), simd.BroadcastFloat32s(addend)
	f := func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		if v.Len() == maxLanes32 {
			y := l.IfElse(v.LessEqual(l), v)
			h.IfElse(v.GreaterEqual(h), y).Store(dst)
		} else {
			orNaN32(v.Max(l).Min(h).Add(a), v).Store(dst)
		}
	}
	dst, x = unaryUnrolled32(dst, x, zero, f)
	unary32(dst, x, zero, f)
}

// window32 sets dst to upstream·slope if low < x < high, to NaN if x is NaN, else to 0.
//
//vector:elementwise
func window32(dst, x, upstream []float32, low, high, slope float32) {
	var zero simd.Float32s
	l, h, s := simd.BroadcastFloat32s(low), simd.BroadcastFloat32s(high), simd.BroadcastFloat32s(slope)
	binary32(dst, x, upstream, zero, func(dst, x, g []float32) {
		v := simd.LoadFloat32s(x)
		d := without32(simd.LoadFloat32s(g).Mul(s), v.LessEqual(l))
		orNaN32(without32(d, v.GreaterEqual(h)), v).Store(dst)
	})
}

// hardSigmoidOf32 returns a function that sets a vector of dst to slope·x + ½, clipped to
// 0…1. See hardTanh32.
func hardSigmoidOf32(zero simd.Float32s, slope float32) func(dst, x []float32) {
	s, half, one := simd.BroadcastFloat32s(slope), simd.BroadcastFloat32s(0.5), simd.BroadcastFloat32s(1)
	return func(dst, x []float32) {
		y := simd.LoadFloat32s(x).MulAdd(s, half)
		orNaN32(y.Max(zero).Min(one), y).Store(dst)
	}
}

// hardSixthOf32 returns a function that sets a vector of dst to (x + 3)/6, clipped to 0…1. It
// clips x, because a maximum and a minimum take less time than two comparisons with what
// follows them. (Max and Min may return any of two operands if one is NaN.) It corrects the
// rounding error of ⅙. The rounding error of x + 3 counts only above −1.5, at most ⅓ ULP.
func hardSixthOf32(zero simd.Float32s) func(dst, x []float32) {
	three, minusThree := simd.BroadcastFloat32s(3), simd.BroadcastFloat32s(-3)
	sixth, sixthLow := simd.BroadcastFloat32s(1./6), simd.BroadcastFloat32s(sixthLow32)
	return func(dst, x []float32) {
		v := simd.LoadFloat32s(x)
		s := v.Max(minusThree).Min(three).Add(three)
		orNaN32(s.MulAdd(sixth, s.Mul(sixthLow)), v).Store(dst)
	}
}

//vector:elementwise
func hardSigmoid32(dst, x []float32, slope float32) {
	var zero simd.Float32s
	f := hardSigmoidOf32(zero, slope)
	dst, x = unaryUnrolled32(dst, x, zero, f)
	unary32(dst, x, zero, f)
}

//vector:narrowest
func hardSigmoidAt32(x, slope float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, hardSigmoidOf32(zero, slope))
}

//vector:elementwise
func hardSixth32(dst, x []float32) {
	var zero simd.Float32s
	f := hardSixthOf32(zero)
	dst, x = unaryUnrolled32(dst, x, zero, f)
	unary32(dst, x, zero, f)
}

//vector:narrowest
func hardSixthAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, hardSixthOf32(zero))
}

// hardSwishLarger32 returns the larger of x and −3 − x, and −0 if x ≤ −3. As unsigned integers,
// the floats with a sign are above all others and in the opposite order. So a maximum with −0
// takes all that have no sign to −0. The minimum then returns an x without a sign, and the
// larger float if both have a sign. −3 − x is NaN, with the sign of x, if x is NaN.
//
// With floats as in hardSwishLarger64, HardSwish takes 0.171 ns an element at 256 bits (here
// 0.153) and 0.114 at 512 bits (here 0.094).
//
//vector:part
func hardSwishLarger32(x, minusThree, zero simd.Float32s, sign simd.Uint32s) simd.Float32s {
	return x.ToBits().Min(minusThree.Sub(x).ToBits().Max(sign)).BitsToFloat32()
}

// hardSwishLarger64 does without the maximum of unsigned integers of 64 bits, which AVX2 and
// Arm do not have.
//
//vector:part
func hardSwishLarger64(x, minusThree, zero simd.Float64s, sign simd.Uint64s) simd.Float64s {
	s := minusThree.Sub(x)
	s = without64(s, s.GreaterEqual(zero)) // NaN stays
	return x.Max(s.ToBits().Or(sign).BitsToFloat64())
}

// hardSwishOf32 returns a function that sets a vector of dst to −0 if x ≤ −3, to x if
// x ≥ 3, else to x·(x + 3)/6. That is symmetrical: it has the same value for −3 − x. So
// with w, the larger of both, it is w·(w/6) + w/2 without cancellation. One rounding is of
// the size of the result, and the rounding of w/6 counts at most ⅜ as much. With w = −0 the
// result is −0, because w/6 is +0: sixthUp is above ⅙. For the negative number next to 0 it is
// +0, and −0 in the plain loop.
func hardSwishOf32(zero simd.Float32s) func(dst, x []float32) {
	three, minusThree, half := simd.BroadcastFloat32s(3), simd.BroadcastFloat32s(-3), simd.BroadcastFloat32s(0.5)
	sixth, low := simd.BroadcastFloat32s(sixthUp32), simd.BroadcastFloat32s(sixthUpLow32)
	sign := simd.BroadcastUint32s(signBit32)
	return func(dst, x []float32) {
		w := hardSwishLarger32(simd.LoadFloat32s(x), minusThree, zero, sign)
		limited := w.Min(three)                      // any number if w is NaN
		g := limited.MulAdd(sixth, limited.Mul(low)) // ½ for x ≥ 3
		w.MulAdd(g, w.Mul(half)).Store(dst)
	}
}

//vector:elementwise
func hardSwish32(dst, x []float32) {
	var zero simd.Float32s
	f := hardSwishOf32(zero)
	dst, x = unaryUnrolled32(dst, x, zero, f)
	unary32(dst, x, zero, f)
}

//vector:narrowest
func hardSwishAt32(x float32) float32 {
	var zero simd.Float32s
	return at32(x, zero, hardSwishOf32(zero))
}

// hardSwishDerivativeOf32 returns a function that sets a vector of dst to 0 if x ≤ −3, to
// upstream if x ≥ 3, to NaN if x is NaN, else to upstream·(2x + 3)/6.
func hardSwishDerivativeOf32(zero simd.Float32s) func(dst, x, upstream []float32) {
	three, minusThree := simd.BroadcastFloat32s(3), simd.BroadcastFloat32s(-3)
	sixth, sixthLow := simd.BroadcastFloat32s(1./6), simd.BroadcastFloat32s(sixthLow32)
	return func(dst, x, upstream []float32) {
		v, g := simd.LoadFloat32s(x), simd.LoadFloat32s(upstream)
		twice := v.Add(v)
		s := twice.Add(three)
		rest := twice.Sub(s.Sub(three))
		y := s.MulAdd(sixth, s.MulAdd(sixthLow, rest.Mul(sixth))).Mul(g)
		y = g.IfElse(v.GreaterEqual(three), y)
		without32(y, v.LessEqual(minusThree)).Store(dst)
	}
}

//vector:elementwise
func hardSwishDerivative32(dst, x, upstream []float32) {
	var zero simd.Float32s
	binary32(dst, x, upstream, zero, hardSwishDerivativeOf32(zero))
}

//vector:narrowest
func hardSwishDerivativeAt32(x float32) float32 {
	var zero simd.Float32s
	f := hardSwishDerivativeOf32(zero)
	return at32(x, zero, func(dst, x []float32) { f(dst, x, ones32[:]) })
}
