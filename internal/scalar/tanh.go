package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Tanh sets dst to tanh x.
func Tanh[T element.Float](dst, x []T) {
	switch dst := any(dst).(type) {
	case []float32:
		tanh32(dst, any(x).([]float32))
	case []float64:
		tanh64(dst, any(x).([]float64))
	}
}

// TanhDerivative sets dst to upstream·tanh′(x) = upstream·4σ′(2x).
func TanhDerivative[T element.Float](dst, x, upstream []T) {
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
func TanhDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	dst = dst[:len(y)]
	for i, v := range y {
		v = max(v, -v)
		a := 1 - v
		dst[i] = element.Upstream(a+a*v, upstream, i)
	}
}

// tanh x = 2σ(2x) − 1, and float32 takes it from there, out of logisticTable: with
// the term of b⁵, what that leaves out is 2⁻³³ of the result, and near 0, where the
// point is 0, only odd powers of b are left.
func tanh32(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		u := 2 * v
		k := logisticPoint32(u)
		if k >= uint32(len(logisticTable)) {
			dst[i] = float32(tanhTail(float64(v)))
			continue
		}
		e := &logisticTable[k]
		dst[i] = float32(2*e.to5(float64(u)-e.a) - e.balance) // −0 − 0 is −0
	}
}

// For float64, whose result needs all its bits near 0 too, the grid is as fine as
// |x| is small: 32 points for each power of two from 2⁻⁷ up, found by the leading
// bits of |x|. So m is at most 1/64 of the result; but below 2⁻⁷, where the point
// is 0, it is all there is. No branch depends on x.

// A tanhEntry is tanh about one point.
type tanhEntry struct {
	a           float64
	value, rest float64 // tanh a in two parts
	series
}

func tanh64(dst, x []float64) {
	const first = 0x3f800000_00000000>>47 - 1 // of 2⁻⁷, less the entry for 0
	dst = dst[:len(x)]
	for i, v := range x {
		k := max(int64(math.Float64bits(v)<<1>>48)-first, 0)
		if k >= int64(len(tanhTable)) {
			dst[i] = tanhTail(v)
			continue
		}
		e := &tanhTable[k]
		dst[i] = math.Copysign(e.value+(e.rest+e.to7(math.Abs(v)-e.a)), v)
	}
}

// tanhTail returns tanh x for |x| ≥ 20 and for NaN (for float32, |x| ≥ 10).
func tanhTail(x float64) float64 {
	if x > 0 {
		return 1
	}
	if x < 0 {
		return -1
	}
	return x
}
