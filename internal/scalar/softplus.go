package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Softplus sets dst to log(1 + e^(βx))/β. With β = −1 that is
// −log(1 + e⁻ˣ), the logarithm of σ(x).
func Softplus[T element.Float](dst, x []T, beta T) {
	switch dst := any(dst).(type) {
	case []float32:
		softplus32(dst, any(x).([]float32), float64(beta))
	case []float64:
		softplus64(dst, any(x).([]float64), float64(beta))
	}
}

// SoftplusAt returns what Softplus sets an element to.
func SoftplusAt[T element.Float](x, beta T) T {
	if element.Is32[T]() {
		return T(softplus32At(float32(x), float64(beta)))
	}
	return T(softplus64At(float64(x), float64(beta)))
}

func softplus32At(x float32, beta float64) float32 {
	u := beta * float64(x)
	if k := logisticPoint(u); k < uint64(len(softplusTable)) {
		return float32(softplusTable[k].softplus32(u, 1/beta))
	}
	return softplusTail32(u, 1/beta)
}

func softplus64At(x, beta float64) float64 {
	if beta == 1 || beta == -1 { // nothing is lost in a product with that
		if k := logisticPoint(beta * x); k < uint64(len(softplusTable)) {
			e := &softplusTable[k]
			return beta * (e.value + (e.rest + e.to7(beta*x-e.a)))
		}
	}
	if overflows(beta) {
		return math.Log1p(math.Exp(beta*x)) / beta
	}
	steep, inverse := partsOf(beta, 0), reciprocalParts(beta)
	u, low := steep.product(x)
	if k := logisticPoint(u); k < uint64(len(softplusTable)) {
		e := &softplusTable[k]
		return inverse.times(e.value, e.rest+e.to7(u-e.a+low))
	}
	return softplusTail64(x, u, low, &inverse)
}

// SoftplusDerivative sets dst to upstream·σ(βx).
func SoftplusDerivative[T element.Float](dst, x, upstream []T, beta T) {
	switch dst := any(dst).(type) {
	case []float32:
		softplusDerivative32(dst, any(x).([]float32), any(upstream).([]float32), float64(beta))
	case []float64:
		softplusDerivative64(dst, any(x).([]float64), any(upstream).([]float64), float64(beta))
	}
}

// SoftplusDerivativeAt returns σ(βx), as SoftplusDerivative does for each element.
func SoftplusDerivativeAt[T element.Float](x, beta T) T {
	if element.Is32[T]() {
		return T(logistic32At(float64(beta) * float64(x)))
	}
	return T(logistic64At(float64(x), float64(beta)))
}

func logistic32At(u float64) float32 {
	if k := logisticPoint(u); k < uint64(len(logisticTable)) {
		e := &logisticTable[k]
		return float32(e.value + e.to4(u-e.a))
	}
	return logisticTail32(u)
}

func logistic64At(x, beta float64) float64 {
	u, low := beta*x, 0.0
	if beta != 1 && beta != -1 { // nothing is lost in a product with these
		steep := partsOf(beta, 0)
		u, low = steep.product(x)
	}
	if k := logisticPoint(u); k < uint64(len(logisticTable)) {
		e := &logisticTable[k]
		return e.value + (e.rest + e.to7(u-e.a+low))
	}
	return logisticTail64(u, low, 1)
}

// SoftplusDerivativeFromOutput sets dst to upstream·(1 − e^(−βy)).
func SoftplusDerivativeFromOutput[T element.Float](dst, y, upstream []T, beta T) {
	dst = dst[:len(y)]
	for i, v := range y {
		dst[i] = element.Upstream(oneLessExp(v, beta), upstream, i)
	}
}

// The loops compute softplus of u = βx from the nearest point of softplusTable, as sigmoid.go
// does for σ. The points are the same, so |b| ≤ 1/32. The missing terms are 2⁻³² of the result
// for float32 and 2⁻⁶² for float64, in the left tail too.
//
// For float64, u is βx with its rounding error, because that error would be many ULP of the
// result in the tail. 1/β has its rounding error too.

// A softplusEntry is the series of log(1 + eᵘ) around one point.
type softplusEntry struct {
	a           float64
	value, rest float64 // log(1 + eᵃ), as a sum; value has 26 bits
	series
}

// softplus32 returns inverse·log(1 + eᵘ) if e is the entry for u.
func (e *softplusEntry) softplus32(u, inverse float64) float64 {
	return inverse * (e.value + (e.rest + e.to4(u-e.a)))
}

// As in elu.go, the loops up to the first x beyond the table are functions of their own.
//
// The float32 loops convert x to float64 by way of its bits. The compiler then stores it and
// loads it again, and still the loops are faster: the derivative takes 2.9 ns an element, and
// 3.7 with a plain conversion (Xeon Emerald Rapids).

func softplus32(dst, x []float32, beta float64) {
	inverse := 1 / beta
	for n := 0; len(x) > 0; dst, x = dst[n:], x[n:] {
		if n = softplusRun32(dst, x, beta, inverse); n < len(x) {
			dst[n] = softplusTail32(beta*float64(x[n]), inverse)
			n++
		}
	}
}

func softplusRun32(dst, x []float32, beta, inverse float64) int {
	dst = dst[:len(x)]
	for i, v := range x {
		u := beta * float64(math.Float32frombits(math.Float32bits(v)))
		k := logisticPoint(u)
		if k >= uint64(len(softplusTable)) {
			return i
		}
		dst[i] = float32(softplusTable[k].softplus32(u, inverse))
	}
	return len(x)
}

func softplus64(dst, x []float64, beta float64) {
	if overflows(beta) {
		for i, v := range x {
			dst[i] = softplus64At(v, beta)
		}
		return
	}
	steep, inverse := partsOf(beta, 0), reciprocalParts(beta)
	for n := 0; len(x) > 0; dst, x = dst[n:], x[n:] {
		if n = softplusRun64(dst, x, steep, inverse); n < len(x) {
			u, rest := steep.product(x[n])
			dst[n] = softplusTail64(x[n], u, rest, &inverse)
			n++
		}
	}
}

func softplusRun64(dst, x []float64, steep, inverse parts) int {
	dst = dst[:len(x)]
	if sign := steep.whole; sign == 1 || sign == -1 { // then u and 1/β have no rounding errors
		for i, v := range x {
			u := sign * v
			k := logisticPoint(u)
			if k >= uint64(len(softplusTable)) {
				return i
			}
			e := &softplusTable[k]
			dst[i] = sign * (e.value + (e.rest + e.to7(u-e.a)))
		}
		return len(x)
	}
	for i, v := range x {
		u, rest := steep.product(v)
		k := logisticPoint(u)
		if k >= uint64(len(softplusTable)) {
			return i
		}
		e := &softplusTable[k]
		dst[i] = inverse.times(e.value, e.rest+e.to7(u-e.a+rest))
	}
	return len(x)
}

// softplusTail32 returns inverse·log(1 + eᵘ) for |u| ≥ 20 and for NaN.
func softplusTail32(u, inverse float64) float32 {
	if u > 0 {
		return float32(u * inverse)
	}
	e := expBelow20(u)
	return float32(inverse * (e - float64(e*e/2)))
}

// softplusTail64 returns inverse·log(1 + e^(u+low)) for u + low = βv, |u| ≥ 20 and for NaN.
func softplusTail64(v, u, low float64, inverse *parts) float64 {
	if u > 40 { // e⁻ᵘ is below half an ULP of u
		return v
	}
	if u > 0 {
		return v + inverse.whole*tail64(-u, 1, 1, -0.5)
	}
	faint := u < expFaint || u < -40 && math.Abs(inverse.whole) < 0x1p-20
	value, rest := expPower(u, low, -0.5, faint)
	if value == 0 {
		return inverse.whole * 0
	}
	first := cut(value)
	return down512If(inverse.times(first, value-first+rest), faint)
}

func softplusDerivative32(dst, x, upstream []float32, beta float64) {
	if upstream == nil {
		for n := 128; len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			softplusDerivative32(dst[:n], x[:n], manyOnes[float32](n), beta)
		}
		return
	}
	for n := 0; len(x) > 0; dst, x, upstream = dst[n:], x[n:], upstream[n:] {
		if n = logisticRun32(dst, x, upstream, beta); n < len(x) {
			dst[n] = subnormalProduct32(logisticTail32(beta*float64(x[n])), upstream[n])
			n++
		}
	}
}

func logisticRun32(dst, x, upstream []float32, beta float64) int {
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	for i, v := range x {
		u := beta * float64(math.Float32frombits(math.Float32bits(v)))
		k := logisticPoint(u)
		if k >= uint64(len(logisticTable)) {
			return i
		}
		e := &logisticTable[k]
		dst[i] = upstream[i] * float32(e.value+e.to4(u-e.a))
	}
	return len(x)
}

func softplusDerivative64(dst, x, upstream []float64, beta float64) {
	if upstream == nil {
		for n := 128; len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			softplusDerivative64(dst[:n], x[:n], manyOnes[float64](n), beta)
		}
		return
	}
	steep := partsOf(beta, 0)
	for n := 0; len(x) > 0; dst, x, upstream = dst[n:], x[n:], upstream[n:] {
		if n = logisticRun64(dst, x, upstream, steep); n < len(x) {
			u, rest := steep.product(x[n])
			dst[n] = logisticTail64(u, rest, upstream[n])
			n++
		}
	}
}

func logisticRun64(dst, x, upstream []float64, steep parts) int {
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	plain := steep.whole == 1 || steep.whole == -1
	for i, v := range x {
		u, rest := steep.whole*v, 0.0
		if !plain {
			u, rest = steep.product(v)
		}
		k := logisticPoint(u)
		if k >= uint64(len(logisticTable)) {
			return i
		}
		e := &logisticTable[k]
		dst[i] = upstream[i] * (e.value + (e.rest + e.to7(u-e.a+rest)))
	}
	return len(x)
}

// logisticTail32 returns σ(u) for |u| ≥ 20 and for NaN.
func logisticTail32(u float64) float32 {
	if u > 0 {
		return 1
	}
	e := expBelow20(u)
	return float32(e - float64(e*e))
}

// logisticTail64 returns factor·σ(u + low) for |u| ≥ 20 and for NaN.
func logisticTail64(u, low, factor float64) float64 {
	if u > 0 {
		return factor * besideOne64(u)
	}
	faint := u < expFaint
	value, rest := expPower(u, low, -1, faint)
	return down512If(factor*(value+rest), faint)
}
