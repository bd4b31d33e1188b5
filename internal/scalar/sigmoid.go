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

// SigmoidDerivative sets dst to upstream·σ′(x).
func SigmoidDerivative[T element.Float](dst, x, upstream []T) {
	switch dst := any(dst).(type) {
	case []float32:
		logisticDerivative32(dst, any(x).([]float32), any(upstream).([]float32), 1, 1)
	case []float64:
		logisticDerivative64(dst, any(x).([]float64), any(upstream).([]float64), 1, 1)
	}
}

// SigmoidDerivativeFromOutput sets dst to upstream·y(1 − y).
func SigmoidDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	dst = dst[:len(y)]
	if upstream == nil {
		for i, v := range y {
			dst[i] = v * (1 - v)
		}
		return
	}
	upstream = upstream[:len(y)]
	for i, v := range y {
		dst[i] = upstream[i] * (v * (1 - v))
	}
}

// The kernels know σ on a grid of points a, 1/16 apart from −20 to 20, and go
// from there by the first terms of its Taylor series in b = x − a:
//
//	σ(a+b) = σ(a) + m,   m = b·(σ′(a) + b·(c₀ + b·(c₁ + …)))
//
// |b| ≤ 1/32, so that m is at most 1/32 of the result and its rounding errors
// hardly count. There is no exponential, no division, and nothing that depends on
// the sign of x. For float32 that is 1.8 ns an element where 1/(1 + e⁻ˣ) with an
// exponential by table takes 3.1; for float64 2.7 ns, where tanh by the addition
// theorem, with one division, takes 4.9.

// A logisticEntry is σ about one point.
type logisticEntry struct {
	a           float64
	value, rest float64 // σ(a) in two parts
	balance     float64 // 1 − 2σ(a) = −tanh(a/2)
	slopeRest   float64 // the second part of σ′(a)
	series
}

// logisticLimit is |x| where the table ends. From there on σ and σ′ are e⁻ˡˣˡ
// and a small correction.
const logisticLimit = 20

// logisticPoint returns the index in logisticTable of the point next to x. Adding
// 1.5·2⁴⁸ to x + 20 rounds it to a multiple of 1/16, and leaves the number of
// sixteenths in the lowest bits. Where x is not between −20 and 20, NaN
// included, the index is beyond the table: one comparison finds them all.
func logisticPoint(x float64) uint64 {
	const zero = 0x1.8p48
	return math.Float64bits(x+(zero+logisticLimit)) - math.Float64bits(zero)
}

// logisticPoint32 is logisticPoint for a float32, with 1.5·2¹⁹ in place of 1.5·2⁴⁸.
// (It comes before any conversion to float64: that of what has just been loaded
// can make each iteration wait for the one before, see widened in the
// benchmarks, 6 ns in place of 2.)
func logisticPoint32(x float32) uint32 {
	const zero = 0x1.8p19
	return math.Float32bits(x+(zero+logisticLimit)) - math.Float32bits(zero)
}

func sigmoid32(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		k := logisticPoint32(v)
		if k >= uint32(len(logisticTable)) {
			dst[i] = float32(sigmoidTail(float64(v)))
			continue
		}
		e := &logisticTable[k]
		dst[i] = float32(e.value + e.to4(float64(v)-e.a))
	}
}

func sigmoid64(dst, x []float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		k := logisticPoint(v)
		if k >= uint64(len(logisticTable)) {
			dst[i] = sigmoidTail(v)
			continue
		}
		e := &logisticTable[k]
		dst[i] = e.value + (e.rest + e.to7(v-e.a))
	}
}

// sigmoidTail returns σ(x) for |x| ≥ 20 and for NaN: e⁻ˡˣˡ/(1 + e⁻ˡˣˡ), or 1 less
// that.
func sigmoidTail(x float64) float64 {
	if x > 0 {
		return 1 - expTail(-x, 1, -1)
	}
	return expTail(x, 1, -1)
}

// logisticDerivative32 sets dst to upstream·gain·σ′(steepness·x). With
// steepness 2 and gain 4 that is the derivative of tanh x = 2σ(2x) − 1.
//
//	σ′ = σ(1 − σ) = σ′(a) + m·(1 − 2σ(a) − m)
//
// keeps full relative accuracy in both tails, where m is as small as σ′. Beyond
// the table, σ′ is e⁻ˡˣˡ/(1 + e⁻ˡˣˡ)².
func logisticDerivative32(dst, x, upstream []float32, steepness float32, gain float64) {
	if upstream == nil {
		var buffer [64]float32
		g := ones(buffer[:], len(x))
		for n := len(g); len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			logisticDerivative32(dst[:n], x[:n], g[:n], steepness, gain)
		}
		return
	}
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	for i, v := range x {
		u := steepness * v
		k := logisticPoint32(u)
		if k >= uint32(len(logisticTable)) {
			dst[i] = upstream[i] * float32(expTail(-math.Abs(float64(u)), gain, -2))
			continue
		}
		e := &logisticTable[k]
		m := e.to4(float64(u) - e.a)
		dst[i] = upstream[i] * float32(gain*(e.slope+m*(e.balance-m)))
	}
}

// logisticDerivative64 is logisticDerivative32 for float64. The gain must be a
// power of two.
func logisticDerivative64(dst, x, upstream []float64, steepness, gain float64) {
	if upstream == nil {
		var buffer [64]float64
		g := ones(buffer[:], len(x))
		for n := len(g); len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			logisticDerivative64(dst[:n], x[:n], g[:n], steepness, gain)
		}
		return
	}
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	for i, v := range x {
		u := steepness * v
		k := logisticPoint(u)
		if k >= uint64(len(logisticTable)) {
			dst[i] = upstream[i] * expTail(-math.Abs(u), gain, -2)
			continue
		}
		e := &logisticTable[k]
		m := e.to7(u - e.a)
		dst[i] = upstream[i] * (gain * (e.slope + (e.slopeRest + m*(e.balance-m))))
	}
}
