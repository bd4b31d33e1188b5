//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// PReLU sets dst to x where its sign bit is clear, else to alpha[i]·x, for
// x in rows of len(alpha). With derivative it sets dst to upstream where x > 0,
// to NaN where x is NaN, and to alpha[i]·upstream elsewhere; to 0 there for an
// alpha[i] of 0.
func PReLU[T element.Float](derivative bool, dst, x, upstream, alpha []T) {
	row := len(alpha)
	switch {
	case row%(2*maxLanes) == 0 || row == len(x):
		slopes(derivative, dst, x, upstream, alpha, row)
	case row <= maxCycle:
		// Repeat the slopes for as long as the vectors go that begin among
		// the first.
		var table [maxCycle + 2*maxLanes]T
		end := row
		for end < 2*maxLanes {
			end += row
		}
		for i := copy(table[:], alpha); i < end+2*maxLanes; {
			i += copy(table[i:], table[:i])
		}
		slopes(derivative, dst, x, upstream, table[:], end)
	default:
		for start := 0; start < len(x); start += row {
			end := start + row
			slopes(derivative, dst[start:end], x[start:end], element.Slice(upstream, start, end), alpha, row)
		}
	}
}

// maxCycle is the number of slopes up to which they are repeated in a table.
const maxCycle = 256

func slopes[T element.Float](derivative bool, dst, x, upstream, alpha []T, end int) {
	switch any(dst).(type) {
	case []float32:
		if derivative {
			preluDerivative32(float32s(dst), float32s(x), float32s(upstream), float32s(alpha), end)
		} else {
			prelu32(float32s(dst), float32s(x), float32s(alpha), end)
		}
	case []float64:
		if derivative {
			preluDerivative64(float64s(dst), float64s(x), float64s(upstream), float64s(alpha), end)
		} else {
			prelu64(float64s(dst), float64s(x), float64s(alpha), end)
		}
	}
}

// PReLUParameterGradient adds to grad[i] the upstream·x of each row of x
// with x ≤ 0.
func PReLUParameterGradient[T element.Float](grad, x, upstream []T) {
	switch any(grad).(type) {
	case []float32:
		preluParameterGradient32(float32s(grad), float32s(x), float32s(upstream))
	case []float64:
		preluParameterGradient64(float64s(grad), float64s(x), float64s(upstream))
	}
}

// LeakSum returns the sum of upstream·x over the elements of x with x ≤ 0,
// and false where an infinity or a NaN is in it.
func LeakSum[T element.Float](x, upstream []T) (sum float64, finite bool) {
	switch any(x).(type) {
	case []float32:
		sum = leak32(float32s(x), float32s(upstream))
	case []float64:
		sum = leak64(float64s(x), float64s(upstream))
	}
	return sum, sum-sum == 0
}

func prelu32(dst, x, alpha []float32, end int) {
	var zero simd.Float32s
	var none simd.Int32s
	n := zero.Len()
	f := func(dst, x, a []float32) {
		v := simd.LoadFloat32s(x)
		v.Mul(simd.LoadFloat32s(a)).IfElse(v.ToBits().BitsToInt32().Less(none), v).Store(dst)
	}
	cycle32(dst, x, nil, alpha, end, zero, func(dst, x, _, a []float32) {
		f(dst, x, a)
		f(dst[n:], x[n:], a[n:])
	})
}

func preluDerivative32(dst, x, upstream, alpha []float32, end int) {
	var zero simd.Float32s
	n := zero.Len()
	f := func(dst, x, g, a []float32) {
		v, u, slope := simd.LoadFloat32s(x), simd.LoadFloat32s(g), simd.LoadFloat32s(a)
		off := zero.IfElse(slope.Equal(zero), u.Mul(slope))
		d := u.IfElse(v.Greater(zero), off)
		v.IfElse(v.NotEqual(v), d).Store(dst)
	}
	cycle32(dst, x, upstream, alpha, end, zero, func(dst, x, g, a []float32) {
		f(dst, x, g, a)
		f(dst[n:], x[n:], g[n:], a[n:])
	})
}

func preluParameterGradient32(grad, x, upstream []float32) {
	var zero simd.Float32s
	n, row := zero.Len(), len(grad)
	step := 1
	if upstream == nil {
		step, upstream = 0, ones32[:]
	}
	// Some columns at a time: their sums have room for a whole last vector,
	// whose further elements are of other columns and count for nothing.
	const most = 64
	var end, endG [2 * maxLanes]float32
	whole := max(len(x)-n, 0) // from here on a vector is not all in x
	copy(end[:], x[whole:])
	copy(endG[:], upstream[step*whole:])
	for left := 0; left < row; left += most {
		var sums [most + maxLanes]float32
		columns := copy(sums[:most], grad[left:])
		for start := left; start < len(x); start += row {
			for i := 0; i < columns; i += n {
				at := start + i
				x, g, sum := x[at:], upstream[step*at:], sums[i:]
				if len(x) < n {
					x, g = end[at-whole:], endG[step*(at-whole):]
				}
				v, s := simd.LoadFloat32s(x), simd.LoadFloat32s(sum)
				s.IfElse(v.Greater(zero), s.Add(simd.LoadFloat32s(g).Mul(v))).Store(sum)
			}
		}
		clearUpper()
		copy(grad[left:], sums[:columns])
	}
}

// leak32 sums in float64. Two float32 make a uint64, and each of them,
// with its exponent and fraction moved three bits down, is the float64 of 2⁻⁸⁹⁶
// times its value, subnormal or not: exponents of float64 have three bits more,
// and their bias is 896 more. That is wrong for infinities and NaN, which show
// in a sum in float32: it makes the result NaN.
func leak32(x, upstream []float32) float64 {
	var zero, check simd.Float32s
	var sum, sum2 simd.Float64s
	sign := simd.BroadcastUint64s(1 << 63)
	rest := simd.BroadcastUint64s((1<<31 - 1) << 29)
	n := zero.Len()
	step, whole := n, len(x)/n*n
	if upstream == nil {
		step, upstream = 0, ones32[:]
	}
	var last, lastG [maxLanes]float32
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
	bad = bad.Or(bad.ShiftAllLeft(32)) // NaN, or 0
	var sums [maxLanes]float64
	sum.Add(sum2).Add(bad.BitsToFloat64()).Store(sums[:])
	clearUpper()
	return total(sums[:]) * 0x1p896
}

// total returns the sum of s, of which the lanes of a vector are set.
func total(s []float64) (sum float64) {
	for _, v := range s {
		sum += v
	}
	return sum
}

func leak64(x, upstream []float64) float64 {
	var zero, sum simd.Float64s
	n := zero.Len()
	step, whole := n, len(x)/n*n
	if upstream == nil {
		step, upstream = 0, ones64[:]
	}
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
	var sums [maxLanes64]float64
	sum.Store(sums[:])
	clearUpper()
	return total(sums[:])
}

func prelu64(dst, x, alpha []float64, end int) {
	var zero simd.Float64s
	var none simd.Int64s
	n := zero.Len()
	f := func(dst, x, a []float64) {
		v := simd.LoadFloat64s(x)
		v.Mul(simd.LoadFloat64s(a)).IfElse(v.ToBits().BitsToInt64().Less(none), v).Store(dst)
	}
	cycle64(dst, x, nil, alpha, end, zero, func(dst, x, _, a []float64) {
		f(dst, x, a)
		f(dst[n:], x[n:], a[n:])
	})
}

func preluDerivative64(dst, x, upstream, alpha []float64, end int) {
	var zero simd.Float64s
	n := zero.Len()
	f := func(dst, x, g, a []float64) {
		v, u, slope := simd.LoadFloat64s(x), simd.LoadFloat64s(g), simd.LoadFloat64s(a)
		off := zero.IfElse(slope.Equal(zero), u.Mul(slope))
		d := u.IfElse(v.Greater(zero), off)
		v.IfElse(v.NotEqual(v), d).Store(dst)
	}
	cycle64(dst, x, upstream, alpha, end, zero, func(dst, x, g, a []float64) {
		f(dst, x, g, a)
		f(dst[n:], x[n:], g[n:], a[n:])
	})
}

func preluParameterGradient64(grad, x, upstream []float64) {
	var zero simd.Float64s
	n, row := zero.Len(), len(grad)
	step := 1
	if upstream == nil {
		step, upstream = 0, ones64[:]
	}
	const most = 64
	var end, endG [2 * maxLanes64]float64
	whole := max(len(x)-n, 0) // from here on a vector is not all in x
	copy(end[:], x[whole:])
	copy(endG[:], upstream[step*whole:])
	for left := 0; left < row; left += most {
		var sums [most + maxLanes64]float64
		columns := copy(sums[:most], grad[left:])
		for start := left; start < len(x); start += row {
			for i := 0; i < columns; i += n {
				at := start + i
				x, g, sum := x[at:], upstream[step*at:], sums[i:]
				if len(x) < n {
					x, g = end[at-whole:], endG[step*(at-whole):]
				}
				v, s := simd.LoadFloat64s(x), simd.LoadFloat64s(sum)
				s.IfElse(v.Greater(zero), s.Add(simd.LoadFloat64s(g).Mul(v))).Store(sum)
			}
		}
		clearUpper()
		copy(grad[left:], sums[:columns])
	}
}
