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

// TanhAt returns tanh x, with the same bits as Tanh.
func TanhAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(tanhAt32(float32(x)))
	}
	return T(tanhAt64(float64(x)))
}

func tanhAt32(x float32) float32 {
	if k := logisticPoint32(2 * x); k < uint32(len(logisticTable)) {
		return logisticTable[k].tanh32(x)
	}
	return tanhTail(x)
}

func tanhAt64(x float64) float64 {
	if k := tanhPoint(x); k < int64(len(tanhTable)) {
		return math.Copysign(tanhTable[k].tanh64(math.Abs(x)), x)
	}
	return tanhTail(x)
}

// TanhDerivative sets dst to upstream·tanh′(x) = upstream·4σ′(2x).
func TanhDerivative[T element.Float](dst, x, upstream []T) {
	logisticDerivative(dst, x, upstream, 2, 4)
}

// TanhDerivativeAt returns tanh′(x), with the same bits as TanhDerivative.
func TanhDerivativeAt[T element.Float](x T) T { return logisticDerivativeAt(x, 2, 4) }

// TanhDerivativeFromOutput sets dst to upstream·(1 − y)(1 + y), computed as
// a + a·|y| with a = 1 − |y|. The error of that is at most 1.4 ULP. The product of the
// two rounded factors would be off by up to 2.
func TanhDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	if element.Is32[T]() {
		tanhDerivativeFromOutput[int32](dst, y, upstream, math.MaxInt32)
	} else {
		tanhDerivativeFromOutput[int64](dst, y, upstream, math.MaxInt64)
	}
}

// tanhDerivativeFromOutput has a parameter for the bits of |y|. With a constant, the compiler
// would clear the sign of a float64 by an instruction for one bit. That takes 1.15 times
// as long on Intel, which has fewer units for it.
func tanhDerivativeFromOutput[W bits, T element.Float](dst, y, upstream []T, absolute W) {
	i := 0
	for ; i < len(y)-7; i += 8 {
		v, g, o := block[W](y, i), ones[T](), block[T](dst, i)
		if upstream != nil {
			g = block[T](upstream, i)
		}
		o[0] = g[0] * complement(reinterpret[T](v[0]&absolute))
		o[1] = g[1] * complement(reinterpret[T](v[1]&absolute))
		o[2] = g[2] * complement(reinterpret[T](v[2]&absolute))
		o[3] = g[3] * complement(reinterpret[T](v[3]&absolute))
		o[4] = g[4] * complement(reinterpret[T](v[4]&absolute))
		o[5] = g[5] * complement(reinterpret[T](v[5]&absolute))
		o[6] = g[6] * complement(reinterpret[T](v[6]&absolute))
		o[7] = g[7] * complement(reinterpret[T](v[7]&absolute))
	}
	for ; i < len(y); i++ {
		dst[i] = element.Upstream(complement(reinterpret[T](reinterpret[W](y[i])&absolute)), upstream, i)
	}
}

// complement returns 1 − y² for y ≥ 0. The conversion rounds the product on every
// platform. The SIMD loop, which runs for longer slices, rounds it too.
func complement[T element.Float](y T) T {
	a := 1 - y
	return a + T(a*y)
}

// For float32, tanh x = 2σ(2x) − 1 comes from logisticTable, up to the term of b⁵. The
// other terms are 2⁻³³ of the result. Near 0 the point is 0, and σ(b) − ½ has only odd
// powers of b.

// tanh32 returns tanh x if e is the entry for 2x. It returns −0 for −0, because −0 − 0 is
// −0.
func (e *logisticEntry) tanh32(x float32) float32 {
	return float32(2*e.to5(float64(2*x)-e.a) - e.minusTanh)
}

func tanh32(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		if k := logisticPoint32(2 * v); k < uint32(len(logisticTable)) {
			dst[i] = logisticTable[k].tanh32(v)
		} else {
			dst[i] = tanhTail(v)
		}
	}
}

// For float64, 2σ(2x) − 1 would lose bits near 0. So tanh has a table of its own, whose
// grid gets finer towards 0. It has 32 points for each power of two from 2⁻⁷ up, and the
// leading bits of |x| are the index. So m is at most 1/64 of the result. Below 2⁻⁷ the
// point is 0, and m is the result. No branch depends on x.

// A tanhEntry is the series of tanh around one point.
type tanhEntry struct {
	a           float64
	value, rest float64 // tanh a, as a sum
	series
}

// tanhPoint returns the index in tanhTable of the point nearest to |x|. If |x| is too
// large or NaN, the index is beyond the table.
func tanhPoint(x float64) int64 {
	const first = 0x3f800000_00000000>>47 - 1 // the index of 2⁻⁷ is 1
	return max(int64(math.Float64bits(x)<<1>>48)-first, 0)
}

// tanh64 returns tanh x if e is the entry for x ≥ 0.
func (e *tanhEntry) tanh64(x float64) float64 {
	return e.value + (e.rest + e.to7(x-e.a))
}

func tanh64(dst, x []float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		if k := tanhPoint(v); k < int64(len(tanhTable)) {
			dst[i] = math.Copysign(tanhTable[k].tanh64(math.Abs(v)), v)
		} else {
			dst[i] = tanhTail(v)
		}
	}
}

// tanhTail returns tanh x beyond the tables and for NaN: for |x| ≥ 10 in float32, and
// for |x| ≥ 19.5 in float64.
func tanhTail[T element.Float](x T) T {
	if x > 0 {
		return 1
	}
	if x < 0 {
		return -1
	}
	return x
}
