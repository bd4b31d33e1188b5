package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

var siluSlope = &piecewise{
	siluSlopePieces[:], 20, 0x1.8p48,
	func(x float64) float64 { return siluSlopeTail(x, 0) },
	func(x float32) float32 { return siluSlopeTail32(float64(x)) },
}

// SiLU sets dst to x·σ(β·x).
func SiLU[T element.Float](dst, x []T, beta T) {
	switch dst := any(dst).(type) {
	case []float32:
		silu32(dst, any(x).([]float32), float32(beta))
	case []float64:
		if beta == 1 {
			silu64(dst, any(x).([]float64))
		} else {
			swish64(dst, any(x).([]float64), float64(beta))
		}
	}
}

// SiLUDerivative sets dst to upstream·f′(x), f = x·σ(β·x).
func SiLUDerivative[T element.Float](dst, x, upstream []T, beta T) {
	if beta == 1 {
		derivative(siluSlope, dst, x, upstream)
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		swishDerivative32(dst, any(x).([]float32), any(upstream).([]float32), float32(beta))
	case []float64:
		swishDerivative64(dst, any(x).([]float64), any(upstream).([]float64), float64(beta))
	}
}

// SiLUAt returns x·σ(β·x), as SiLU does for each element.
func SiLUAt[T element.Float](x, beta T) T {
	if element.Is32[T]() {
		return T(silu32At(float32(x), float32(beta)))
	}
	return T(silu64At(float64(x), float64(beta)))
}

// SiLUDerivativeAt returns f′(x), f = x·σ(β·x), as SiLUDerivative does for each
// element.
func SiLUDerivativeAt[T element.Float](x, beta T) T {
	if beta != 1 {
		return swishDerivativeAt(x, beta)
	}
	return derivativeAt(siluSlope, x)
}

// swishDerivativeAt is a function of its own, because with its array the others take 7.5 ns
// instead of 6.
func swishDerivativeAt[T element.Float](x, beta T) T {
	v := [1]T{x}
	SiLUDerivative(v[:], v[:], nil, beta)
	return v[0]
}

func silu32At(x, beta float32) float32 {
	k := logisticPoint32(float32(beta * x))
	if k >= uint32(len(logisticTable)) {
		return siluTail32(x, beta)
	}
	e, w := &logisticTable[k], float64(x)
	return float32(w * (e.value + e.to4(float64(beta)*w-e.a)))
}

func silu64At(x, beta float64) float64 {
	if beta != 1 {
		return swish64At(x, beta)
	}
	k := logisticPoint(x)
	if k >= uint64(len(logisticTable)) {
		return siluTail(x, x, 0)
	}
	e, high := &logisticTable[k], cut(x)
	value := cut(e.value)
	rest := (e.value - value) + e.rest
	return high*value + (x*(rest+e.to7(x-e.a)) - float64((high-x)*value))
}

func swish64At(x, beta float64) float64 {
	v := [1]float64{x}
	swish64(v[:], v[:], beta)
	return v[0]
}

// silu32 reads σ from logisticTable. Only the index comes from a rounded β·x. As a float64,
// β·x is exact.
func silu32(dst, x []float32, beta float32) {
	dst = dst[:len(x)]
	wide := float64(beta)
	for i, v := range x {
		k := logisticPoint32(float32(beta * v))
		if k >= uint32(len(logisticTable)) {
			dst[i] = siluTail32(v, beta)
			continue
		}
		e, w := &logisticTable[k], float64(v)
		dst[i] = float32(w * (e.value + e.to4(wide*w-e.a)))
	}
}

// silu64 is silu32 for float64 and β = 1. See times64.
func silu64(dst, x []float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		k := logisticPoint(v)
		if k >= uint64(len(logisticTable)) {
			dst[i] = siluTail(v, v, 0)
			continue
		}
		e, high := &logisticTable[k], cut(v)
		value := cut(e.value)
		rest := (e.value - value) + e.rest
		dst[i] = high*value + (v*(rest+e.to7(v-e.a)) - float64((high-v)*value))
	}
}

// swish64 is silu64 for any β, with β·x in two parts: the rounding error of β·x
// would cost up to 430 ULP if σ(β·x) is small.
func swish64(dst, x []float64, beta float64) {
	dst = dst[:len(x)]
	if math.Abs(beta) > 0x1p900 {
		for i, v := range x {
			dst[i] = steepSwish64At(v, beta)
		}
		return
	}
	steep := partsOf(beta, 0)
	for i, v := range x {
		u, uRest := steep.product(v)
		k := logisticPoint(u)
		if k >= uint64(len(logisticTable)) {
			dst[i] = siluTail(v, u, uRest)
			continue
		}
		e, high := &logisticTable[k], cut(v)
		value := cut(e.value)
		rest := (e.value - value) + e.rest
		dst[i] = high*value + (v*(rest+e.to7((u-e.a)+uRest)) - float64((high-v)*value)) // −0 stays −0
	}
}

// steepSwish64At is swish64At for |β| > 2⁹⁰⁰, with 2⁵¹²·x and 2⁻⁵¹²·β. They give 2⁵¹² times the
// result. With a small x itself, several of the terms that swish64 adds would be subnormal, each
// with its own rounding.
func steepSwish64At(x, beta float64) float64 {
	if math.Abs(x) >= 1 {
		return siluTail(x, beta*x, 0)
	}
	return down512(swish64At(x*0x1p512, beta*0x1p-512))
}

// siluTail returns x·σ(u + uRest) for |u| > 20 and for NaN. On the left, the result of all but
// the smallest eᵘ is normal, and needs no scaling.
func siluTail(x, u, uRest float64) float64 {
	switch a := math.Abs(x); {
	case u != u:
		return u
	case u > 0:
		i, b := tailPoint32(-u)
		if i >= uint64(len(expTable)) {
			return x
		}
		e := tailExp32(i, b)
		return x - x*(e-e*e)
	case u < -1500:
		return math.Copysign(0, x)
	case u < -760 || a < 0x1p-400 || a > 0x1p400:
		return siluExtreme(x, u, uRest)
	case u < -650 || a < 1:
		value, rest := exp512(u, uRest)
		e := small(value + rest)
		return down512(product(x, 0, value, rest-(value+rest)*(e*(1-e))))
	}
	n, k := expPoint(u)
	value, rest := expStep(n, (u-k*stepHigh)+(uRest-k*stepLow))
	if u > -300 { // otherwise e² could be subnormal
		e := value + rest
		rest -= e * (e * (1 - e)) // 1/(1 + e) = 1 − e + e² − …
	}
	return product(x, 0, value, rest)
}

// siluExtreme returns x·σ(u + uRest) for −1500 < u < −20 and any x. If β is small, x may be so
// large that the result is not 0 for u below −760.
func siluExtreme(x, u, uRest float64) float64 {
	const scale = 1536 // 2¹⁵³⁶·eᵘ is below the largest float64 for u < −400
	n, k := expPoint(u)
	r := (u - k*stepHigh) + (uRest - k*stepLow)
	fraction, exponent := math.Frexp(x)
	if u < -400 {
		value, rest := expStep(n+scale*256, r)
		return math.Ldexp(product(fraction, 0, value, rest), exponent-scale)
	}
	value, rest := expStep(n, r)
	e := value + rest
	return math.Ldexp(product(fraction, 0, value, rest-e*(e*(1-e))), exponent)
}

// siluTail32 returns x·σ(β·x) for |β·x| > 20 and for NaN. It is not inlined: see inFloat32.
//
//go:noinline
func siluTail32(x, beta float32) float32 {
	w := float64(x)
	switch u := float64(beta) * w; {
	case u < -193: // then even the largest x times eᵘ rounds to 0
		return float32(math.Copysign(0, w))
	case u < 0:
		e := expBelow20(u)
		return float32(w * (e - float64(e*e))) // 1/(1 + e) = 1 − e + …
	}
	return x
}

// siluSlopeTail returns f′(u + uRest) for f = u·σ(u), for |u| > 20 and for NaN. With
// e = eᵘ it is
//
//	e·(1 + u + e)/(1 + e)² = e·((1 + u) − e·((1 + 2u) − e·(1 + 3u) + …))
//
// on the left, and 1 minus that of −u on the right.
func siluSlopeTail(u, uRest float64) float64 {
	switch {
	case u != u:
		return u
	case u > 0:
		i, b := tailPoint32(-u)
		if i >= uint64(len(expTable)) {
			return 1
		}
		e := tailExp32(i, b)
		return 1 + e*((u-1)-e*(2*u-1))
	case u < -760:
		return 0
	}
	if u < -650 {
		value, rest := exp512(u, uRest)
		return down512(product(1+u, uRest, value, rest))
	}
	n, k := expPoint(u)
	value, rest := expStep(n, (u-k*stepHigh)+(uRest-k*stepLow))
	e := value + rest
	return product(1+u, uRest-e*((1+2*u)-e*(1+3*u)), value, rest)
}

// siluSlopeTail32 returns f′(u) for |u| > 20 and for NaN.
func siluSlopeTail32(u float64) float32 {
	switch {
	case u < -109: // then eᵘ·(1 + u) rounds to 0
		return 0
	case u < 0:
		e := expBelow20(u)
		return float32(e * ((1 + u) - e*(1+2*u)))
	case u > 0:
		return 1
	}
	return float32(u) // NaN
}

// swishDerivative32 sets dst to upstream·f′(β·x), f = u·σ(u).
func swishDerivative32(dst, x, upstream []float32, beta float32) {
	dst = dst[:len(x)]
	wide := float64(beta)
	for i, v := range x {
		k := logisticPoint32(float32(beta * v))
		if k >= uint32(len(siluSlopePieces)) {
			dst[i] = subnormalProduct32(siluSlopeTail32(wide*float64(v)), element.Upstream(1, upstream, i))
			continue
		}
		p := &siluSlopePieces[k]
		dst[i] = element.Upstream(float32(p.value+p.to7(wide*float64(v)-p.a)), upstream, i)
	}
}

// swishDerivative64 is swishDerivative32 for float64, with β·x in two parts.
func swishDerivative64(dst, x, upstream []float64, beta float64) {
	dst = dst[:len(x)]
	steep := partsOf(beta, 0)
	for i, v := range x {
		u, uRest := steep.product(v)
		k := logisticPoint(u)
		if k >= uint64(len(siluSlopePieces)) {
			dst[i] = subnormalProduct64(siluSlopeTail(u, uRest), element.Upstream(1, upstream, i))
			continue
		}
		p := &siluSlopePieces[k]
		b := u - p.a
		high := coarse(b)
		d := p.value + (high*p.slope + (((b-high)+uRest)*p.slope + p.beside(b+uRest)))
		if math.Abs(u-siluRoot) < 0x1p-20 { // uRest has an error of 2⁻⁷⁹
			d = siluSlopeNearRoot(u, math.FMA(beta, v, -u))
		}
		dst[i] = element.Upstream(d, upstream, i)
	}
}

// siluSlopeNearRoot returns f′(u + uRest) for f = u·σ(u) and for a u close to the zero of f′.
// It computes u + uRest minus the zero in two parts, because the rounding error of this
// difference is large compared with the result.
func siluSlopeNearRoot(u, uRest float64) float64 {
	const (
		// f″ at the zero in two parts, f‴/2 and f⁗/6.
		slope, slopeRest = 0x1.be1410460527fp-03, -0x1.2541062177473p-58
		third, fourth    = 0x1.2c563458cc0adp-03, 0x1.353eb573ca457p-06
	)
	rest := uRest - siluRootRest
	part := rest - uRest
	last := (uRest - (rest - part)) + (-siluRootRest - part) - siluRootLast
	b := (u - siluRoot) + rest // rest is at most 1 ULP of u
	last += ((u - siluRoot) - b) + rest
	return product(b, last, slope, slopeRest+b*(third+b*fourth))
}

// The zero of (u·σ(u))′, in three parts.
const (
	siluRoot     = -0x1.474973c84120bp+00
	siluRootRest = -0x1.f8d74bc9ac154p-54
	siluRootLast = -0x1.44a50180ba780p-108
)
