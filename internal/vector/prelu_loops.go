//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

//vector:elementwise
func prelu32(dst, x, alpha []float32, end int) {
	var zero simd.Float32s
	var none simd.Int32s
	repeating32(dst, x, nil, alpha, end, zero, func(dst, x, _, a []float32) {
		v := simd.LoadFloat32s(x)
		v.Mul(simd.LoadFloat32s(a)).IfElse(v.ToBits().BitsToInt32().Less(none), v).Store(dst)
	})
}

//vector:elementwise
func preluDerivative32(dst, x, upstream, alpha []float32, end int) {
	var zero simd.Float32s
	repeating32(dst, x, upstream, alpha, end, zero, func(dst, x, g, a []float32) {
		v, u, slope := simd.LoadFloat32s(x), simd.LoadFloat32s(g), simd.LoadFloat32s(a)
		off := without32(u.Mul(slope), slope.Equal(zero))
		d := u.IfElse(v.Greater(zero), off)
		orNaN32(d, v).Store(dst)
	})
}

func preluParameterGradient32(grad, x, upstream []float32) {
	var any simd.Float32s
	n, row := any.Len(), len(grad)
	step := 1
	if upstream == nil {
		step, upstream = 0, ones32[:]
	}
	// Add up most columns of x at a time. The last vector of columns may go
	// beyond them: sums has room for its other elements, which are not used.
	const most = 64
	var end, endG [2 * maxLanes32]float32
	whole := max(len(x)-n, 0) // a vector that begins behind this goes beyond x
	copy(end[:], x[whole:])
	copy(endG[:], upstream[step*whole:])
	for left := 0; left < row; left += most {
		var sums [most + maxLanes32]float32
		columns := copy(sums[:most], grad[left:])
		for start := left; start < len(x); start += row {
			for i := 0; i < columns; i += n {
				at := start + i
				x, g, sum := x[at:], upstream[step*at:], sums[i:]
				if len(x) < n {
					x, g = end[at-whole:], endG[step*(at-whole):]
				}
				v, s := simd.LoadFloat32s(x), simd.LoadFloat32s(sum)
				s.IfElse(v.Greater(simd.LoadFloat32s(zeros32[:])), s.Add(simd.LoadFloat32s(g).Mul(v))).Store(sum)
			}
		}
		clearUpper()
		copy(grad[left:], sums[:columns])
	}
}

// slopeGradient32 returns the sum of upstream·x over the elements of x with x ≤ 0. It
// adds in float64, but converts the products with integer operations. A uint64 lane
// holds two float32s. Each of them becomes a float64 by a shift of its exponent and
// fraction, which leaves three zero bits at the top of the exponent:
//
//	float32:  sign | exponent, 8 bits | fraction, 23 bits
//	float64:  sign | 000 | exponent, 8 bits | fraction, 23 bits | 0 …
//
// The exponent bias of float64 is 896 larger. So the result is 2⁻⁸⁹⁶ times the value, also for
// subnormals. It is wrong for infinities and NaNs. So check adds the products in float32,
// too: if one of them is infinite or NaN, so is check, and the result is NaN.
func slopeGradient32(x, upstream []float32) float64 {
	var zero, check simd.Float32s
	var sum, sum2 simd.Float64s
	sign := simd.BroadcastUint64s(1 << 63)
	rest := simd.BroadcastUint64s((1<<31 - 1) << 29)
	n := zero.Len()
	step, whole := n, len(x)/n*n
	if upstream == nil {
		step, upstream = 0, ones32[:]
	}
	var sums [maxLanes32]float64
	var last, lastG [maxLanes32]float32
	copy(last[:], x[whole:])
	copy(lastG[:], upstream[whole/n*step:])
	for len(x) > 0 {
		if len(x) < n {
			x, upstream = last[:n], lastG[:]
		}
		v := simd.LoadFloat32s(x)
		p := v.Mul(simd.LoadFloat32s(upstream))
		p = zero.IfElse(v.Greater(zero), p)
		x, upstream = x[n:], upstream[step:]
		check = check.Add(p)
		high := p.ToBits().ReshapeToUint64s()
		low := high.ShiftAllLeft(32)
		high = high.And(sign).Or(high.ShiftAllRight(3).And(rest))
		low = low.And(sign).Or(low.ShiftAllRight(3).And(rest))
		sum = sum.Add(high.BitsToFloat64())
		sum2 = sum2.Add(low.BitsToFloat64())
	}
	check = check.Sub(check)
	bad := check.NotEqual(check).ToInt32s().ToBits().ReshapeToUint64s()
	bad = bad.Or(bad.ShiftAllLeft(32)) // all bits set, which is NaN, or 0
	sum.Add(sum2).Add(bad.BitsToFloat64()).Store(sums[:])
	clearUpper()
	return total(sums[:]) * 0x1p896
}

// slopeGradient64 returns the sum of upstream·x over the elements of x with x ≤ 0.
func slopeGradient64(x, upstream []float64) float64 {
	var zero, sum simd.Float64s
	n := zero.Len()
	step, whole := n, len(x)/n*n
	if upstream == nil {
		step, upstream = 0, ones64[:]
	}
	var sums [maxLanes64]float64
	var last, lastG [maxLanes64]float64
	copy(last[:], x[whole:])
	copy(lastG[:], upstream[whole/n*step:])
	for len(x) > 0 {
		if len(x) < n {
			x, upstream = last[:n], lastG[:]
		}
		v := simd.LoadFloat64s(x)
		p := v.Mul(simd.LoadFloat64s(upstream))
		sum = sum.Add(zero.IfElse(v.Greater(zero), p))
		x, upstream = x[n:], upstream[step:]
	}
	sum.Store(sums[:])
	clearUpper()
	return total(sums[:])
}
