package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Sigmoid sets dst to 1/(1 + e⁻ˣ).
func Sigmoid[T element.Float](dst, x []T) {
	switch dst := any(dst).(type) {
	case []float32:
		sigmoid32(dst, any(x).([]float32))
	case []float64:
		sigmoid64(dst, any(x).([]float64))
	}
}

// SigmoidAt returns σ(x), with the same bits as Sigmoid. It calls functions that are
// not generic, because the compiler does not inline calls in a generic function that is
// instantiated by another package.
func SigmoidAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(sigmoidAt32(float32(x)))
	}
	return T(sigmoidAt64(float64(x)))
}

func sigmoidAt32(x float32) float32 {
	if k := logisticPoint32(x); k < uint32(len(logisticTable)) {
		return logisticTable[k].sigmoid32(x)
	}
	return sigmoidTail32(x)
}

func sigmoidAt64(x float64) float64 {
	if k := logisticPoint(x); k < uint64(len(logisticTable)) {
		return logisticTable[k].sigmoid64(x)
	}
	return sigmoidTail64(x)
}

// SigmoidDerivative sets dst to upstream·σ′(x).
func SigmoidDerivative[T element.Float](dst, x, upstream []T) {
	logisticDerivative(dst, x, upstream, 1, 1)
}

// SigmoidDerivativeAt returns σ′(x), with the same bits as SigmoidDerivative.
func SigmoidDerivativeAt[T element.Float](x T) T { return logisticDerivativeAt(x, 1, 1) }

// SigmoidDerivativeFromOutput sets dst to upstream·y(1 − y).
func SigmoidDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	i := 0
	for ; i < len(y)-7; i += 8 {
		v, g, o := block[T](y, i), ones[T](), block[T](dst, i)
		if upstream != nil {
			g = block[T](upstream, i)
		}
		o[0] = g[0] * (v[0] * (1 - v[0]))
		o[1] = g[1] * (v[1] * (1 - v[1]))
		o[2] = g[2] * (v[2] * (1 - v[2]))
		o[3] = g[3] * (v[3] * (1 - v[3]))
		o[4] = g[4] * (v[4] * (1 - v[4]))
		o[5] = g[5] * (v[5] * (1 - v[5]))
		o[6] = g[6] * (v[6] * (1 - v[6]))
		o[7] = g[7] * (v[7] * (1 - v[7]))
	}
	for ; i < len(y); i++ {
		dst[i] = element.Upstream(y[i]*(1-y[i]), upstream, i)
	}
}

// logisticTable holds σ at a grid of points a from −20 to 20, which are 1/16 apart. For
// the point nearest to x and b = x − a, a short polynomial gives σ(x). Its coefficients
// are close to those of the Taylor series:
//
//	σ(a+b) = σ(a) + m,   m = b·(σ′(a) + b·(c₀ + b·(c₁ + …)))
//
// Since |b| ≤ 1/32, m is at most 1/32 of the result, and its rounding errors hardly
// matter. There is no exponential, no division, and no branch that depends on the sign
// of x. For float32 this takes 1.8 ns an element, and 1/(1 + e⁻ˣ) with an exponential
// from a table takes 3.1. For float64 it takes 2.7 ns, and tanh by the addition theorem,
// with one division, takes 4.9.

// A logisticEntry is the series of σ around one point.
type logisticEntry struct {
	a           float64
	value, rest float64 // σ(a), as a sum
	minusTanh   float64 // −tanh(a/2) = 1 − 2σ(a)
	slopeRest   float64 // σ′(a) − slope
	series
}

const (
	// logisticLimit is |a| of the first and the last point of the table.
	logisticLimit = 20

	// logisticEnd is the largest |x| for which the nearest point is in the table. The tails
	// begin after it.
	logisticEnd = logisticLimit + 1./32
)

// logisticPoint returns the index in logisticTable of the point nearest to x. Adding
// 1.5·2⁴⁸ to x + 20 rounds it to a multiple of 1/16, and leaves the number of sixteenths
// in the lowest bits. If x is NaN or |x| is above logisticEnd, the index is beyond the
// table, so one comparison finds all these cases.
func logisticPoint(x float64) uint64 {
	const roundToGrid = 0x1.8p48
	return math.Float64bits(x+(roundToGrid+logisticLimit)) - math.Float64bits(roundToGrid)
}

// logisticPoint32 does the same in float32, with 1.5·2¹⁹. It does not convert x to
// float64 first: if a conversion follows directly on the load of x, each iteration can
// wait for the one before, and takes 6 ns instead of 2. (CVTSS2SD keeps the upper half of
// its destination, and so depends on it.)
func logisticPoint32(x float32) uint32 {
	const roundToGrid = 0x1.8p19
	return math.Float32bits(x+(roundToGrid+logisticLimit)) - math.Float32bits(roundToGrid)
}

// sigmoid32 returns σ(x) if e is the entry for x.
func (e *logisticEntry) sigmoid32(x float32) float32 {
	return float32(e.value + e.to4(float64(x)-e.a))
}

// sigmoid64 returns σ(x) if e is the entry for x.
func (e *logisticEntry) sigmoid64(x float64) float64 {
	return e.value + (e.rest + e.to7(x-e.a))
}

// The runs within the table and the runs of tails are functions of their own. A call for
// each tail would take twice the time of the table.

func sigmoid32(dst, x []float32) {
	for n := 0; len(x) > 0; dst, x = dst[n:], x[n:] {
		if n = sigmoidRun32(dst, x); n < len(x) {
			n += sigmoidTails32(dst[n:], x[n:])
		}
	}
}

// sigmoidRun32 works up to the first x beyond the table, and returns its index.
func sigmoidRun32(dst, x []float32) int {
	dst = dst[:len(x)]
	for i, v := range x {
		k := logisticPoint32(v)
		if k >= uint32(len(logisticTable)) {
			return i
		}
		dst[i] = logisticTable[k].sigmoid32(v)
	}
	return len(x)
}

// sigmoidTails32 works up to the first x within the table, and returns its index. That is the
// condition of sigmoidRun32: equal elements have equal results, whatever is beside them.
func sigmoidTails32(dst, x []float32) int {
	dst = dst[:len(x)]
	for i, v := range x {
		k, b := tailPoint32(float64(v))
		switch {
		case k < uint64(len(expTable)) && v < -logisticEnd:
			e := tailExp32(k, b)
			dst[i] = float32(e - float64(e*e))
		case v >= -logisticEnd && v <= logisticEnd:
			return i
		default:
			dst[i] = sigmoidTail32(v)
		}
	}
	return len(x)
}

func sigmoid64(dst, x []float64) {
	for n := 0; len(x) > 0; dst, x = dst[n:], x[n:] {
		if n = sigmoidRun64(dst, x); n < len(x) {
			n += sigmoidTails64(dst[n:], x[n:])
		}
	}
}

func sigmoidRun64(dst, x []float64) int {
	dst = dst[:len(x)]
	for i, v := range x {
		k := logisticPoint(v)
		if k >= uint64(len(logisticTable)) {
			return i
		}
		dst[i] = logisticTable[k].sigmoid64(v)
	}
	return len(x)
}

func sigmoidTails64(dst, x []float64) int {
	dst = dst[:len(x)]
	for i, v := range x {
		switch {
		case -750 < v && v < -logisticEnd:
			n, k := expPoint(v)
			value, rest := expStep(n+up512, v-k*stepHigh-k*stepLow)
			if v > -40 { // otherwise the other terms of tail64 are below 2⁻⁵⁷
				e := (value + rest) * 0x1p-512
				rest += (value + rest) * (e * (e - 1))
			}
			dst[i] = scaleDown64(value + rest)
		case v > logisticEnd:
			dst[i] = besideOne64(v)
		case v >= -logisticEnd:
			return i
		default:
			dst[i] = sigmoidTail64(v)
		}
	}
	return len(x)
}

// sigmoidTail32 returns σ(x) for |x| > logisticEnd and for NaN.
func sigmoidTail32(x float32) float32 {
	if x > 0 {
		return 1
	}
	return tail32(x, 1, -1)
}

// sigmoidTail64 returns σ(x) for |x| > logisticEnd and for NaN.
func sigmoidTail64(x float64) float64 {
	if x > 0 {
		return besideOne64(x)
	}
	return tail64(x, 1, 1, -1)
}

// logisticDerivative sets dst to upstream·outScale·σ′(inScale·x). With inScale 2 and
// outScale 4 that is the derivative of tanh x = 2σ(2x) − 1. Both must be powers of two.
//
//	σ′ = σ(1 − σ) = σ′(a) + m·(1 − 2σ(a) − m)
//
// This formula keeps full relative accuracy in both tails, because m is as small as σ′
// there.
func logisticDerivative[T element.Float](dst, x, upstream []T, inScale T, outScale float64) {
	switch dst := any(dst).(type) {
	case []float32:
		logisticDerivative32(dst, any(x).([]float32), any(upstream).([]float32), float32(inScale), outScale)
	case []float64:
		logisticDerivative64(dst, any(x).([]float64), any(upstream).([]float64), float64(inScale), outScale)
	}
}

// logisticDerivativeAt returns outScale·σ′(inScale·x), with the same bits as
// logisticDerivative.
func logisticDerivativeAt[T element.Float](x, inScale T, outScale float64) T {
	if element.Is32[T]() {
		return T(logisticDerivativeAt32(float32(inScale*x), outScale))
	}
	return T(logisticDerivativeAt64(float64(inScale*x), outScale))
}

func logisticDerivativeAt32(u float32, outScale float64) float32 {
	if k := logisticPoint32(u); k < uint32(len(logisticTable)) {
		e := &logisticTable[k]
		return float32(outScale * e.derivative32(e.to4(float64(u)-e.a)))
	}
	return tail32(u, outScale, -2)
}

func logisticDerivativeAt64(u, outScale float64) float64 {
	if k := logisticPoint(u); k < uint64(len(logisticTable)) {
		e := &logisticTable[k]
		return outScale * e.derivative64(e.to7(u-e.a))
	}
	return tail64(-math.Abs(u), 1, outScale, -2)
}

// derivative32 returns σ′(a+b) for m = e.to4(b).
func (e *logisticEntry) derivative32(m float64) float64 {
	return e.slope + m*(e.minusTanh-m)
}

// derivative64 returns σ′(a+b) for m = e.to7(b).
func (e *logisticEntry) derivative64(m float64) float64 {
	return e.slope + (e.slopeRest + m*(e.minusTanh-m))
}

func logisticDerivative32(dst, x, upstream []float32, inScale float32, outScale float64) {
	dst = dst[:len(x)]
	if upstream == nil {
		for i, v := range x {
			u := inScale * v
			if k := logisticPoint32(u); k < uint32(len(logisticTable)) {
				e := &logisticTable[k]
				dst[i] = float32(outScale * e.derivative32(e.to4(float64(u)-e.a)))
			} else {
				dst[i] = tail32(u, outScale, -2)
			}
		}
		return
	}
	upstream = upstream[:len(x)]
	for i, v := range x {
		u := inScale * v
		if k := logisticPoint32(u); k < uint32(len(logisticTable)) {
			e := &logisticTable[k]
			dst[i] = upstream[i] * float32(outScale*e.derivative32(e.to4(float64(u)-e.a)))
		} else {
			dst[i] = subnormalProduct32(tail32(u, outScale, -2), upstream[i])
		}
	}
}

func logisticDerivative64(dst, x, upstream []float64, inScale, outScale float64) {
	dst = dst[:len(x)]
	if upstream == nil {
		for i, v := range x {
			u := inScale * v
			if k := logisticPoint(u); k < uint64(len(logisticTable)) {
				e := &logisticTable[k]
				dst[i] = outScale * e.derivative64(e.to7(u-e.a))
			} else {
				dst[i] = tail64(-math.Abs(u), 1, outScale, -2)
			}
		}
		return
	}
	upstream = upstream[:len(x)]
	for i, v := range x {
		u := inScale * v
		if k := logisticPoint(u); k < uint64(len(logisticTable)) {
			e := &logisticTable[k]
			dst[i] = upstream[i] * (outScale * e.derivative64(e.to7(u-e.a)))
		} else {
			dst[i] = tail64(-math.Abs(u), upstream[i], outScale, -2)
		}
	}
}
