package kernel

import "math"

// Tanh sets dst to tanh x.
func Tanh[T Float](dst, x []T) {
	if vector {
		vectorTanh(dst, x)
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		tanh32(dst, any(x).([]float32))
	case []float64:
		tanh64(dst, any(x).([]float64))
	}
}

// TanhDerivative sets dst to upstream·tanh′(x) = upstream·4σ′(2x).
func TanhDerivative[T Float](dst, x, upstream []T) {
	if vector {
		vectorLogisticDerivative(dst, x, upstream, 2, 4)
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		logisticDerivative32(dst, any(x).([]float32), any(upstream).([]float32), 2, 4)
	case []float64:
		logisticDerivative64(dst, any(x).([]float64), any(upstream).([]float64), 2, 4)
	}
}

// TanhDerivativeFromOutput sets dst to upstream·(1 − y)(1 + y), computed as
// a + a·|y| with a = 1 − |y|: that has at most 1.4 ULP, where the product of
// the two rounded factors has up to 2.
func TanhDerivativeFromOutput[T Float](dst, y, upstream []T) {
	dst = dst[:len(y)]
	for i, v := range y {
		v = max(v, -v)
		a := 1 - v
		dst[i] = scale(a+a*v, upstream, i)
	}
}

// Both kernels use the addition theorem, as sigmoid64 does, on a grid that is
// as fine as |x| is small: 64 points for each power of two from 2⁻⁶ up, found
// by the leading bits of |x|, so that the second term of
//
//	tanh(a+b) = tanh a + tanh′a · tanh b / (1 + tanh a · tanh b)
//
// is at most 1/128 of the first wherever tanh is not flat. Below 2⁻⁶, a is 0
// and the polynomial for tanh b is all there is. No branch depends on x.

// tanhPoint returns, for 0 ≤ u ≤ 19.07 or NaN, the point a next to u and its
// entry in tanhTable.
func tanhPoint(u float64) (i uint64, a float64) {
	const first = 0x3f900000_00000000>>46 - 1 // of 2⁻⁶, less the entry for 0
	bits := math.Float64bits(u) >> 46
	middle := bits<<46 | 1<<45
	if bits <= first {
		bits, middle = first, 0
	}
	return (bits - first), math.Float64frombits(middle)
}

func tanh32(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		u := 2 * v
		k := logisticPoint32(u)
		if k >= uint32(len(logisticTable)) {
			dst[i] = tanhTail32(v)
			continue
		}
		e := &logisticTable[k]
		b := float64(u) - e.a
		s, c := b*b, &e.c
		m := b * ((e.slope + b*c[0]) + s*((c[1]+b*c[2])+s*c[3]))
		dst[i] = float32(2*m - e.balance) // −0 − 0 is −0
	}
}

// tanhTail32 returns tanh x for |x| ≥ 10 and for NaN.
func tanhTail32(x float32) float32 {
	if x > 0 {
		return 1
	}
	if x < 0 {
		return -1
	}
	return x
}

func tanh64(dst, x []float64) {
	const limit = 19.07 // tanh reaches 1 at 19.0615
	dst = dst[:len(x)]
	for i, v := range x {
		u := math.Abs(v)
		if u > limit {
			u = limit
		}
		if v != v {
			dst[i] = v
			continue
		}
		k, a := tanhPoint(u)
		b := u - a
		s := b * b
		t := b + b*(s*(tanhSeptic[0]+s*(tanhSeptic[1]+s*tanhSeptic[2])))
		e := &tanhTable[k]
		y := e.value + (e.rest + e.slope*t/(1+e.value*t))
		dst[i] = math.Float64frombits(math.Float64bits(y) | math.Float64bits(v)&(1<<63))
	}
}
