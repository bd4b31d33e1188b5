package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

var (
	gelu      = &piecewise{geluPieces[:], 6, 0x1.8p47, geluTail, inFloat32(geluTail, -14.5)}
	geluSlope = &piecewise{geluSlopePieces[:], 6, 0x1.8p47, geluSlopeTail, inFloat32(geluSlopeTail, -14.7)}

	geluTanh      = &piecewise{geluTanhPieces[:], 5, 0x1.8p47, geluTanhTail, inFloat32(geluTanhTail, -10.9)}
	geluTanhSlope = &piecewise{geluTanhSlopePieces[:], 5, 0x1.8p47, geluTanhSlopeTail, inFloat32(geluTanhSlopeTail, -11)}
)

// GELU sets dst to x·Φ(x).
func GELU[T element.Float](dst, x []T) { times(gelu, dst, x) }

// GELUTimes sets dst to value·(x·Φ(x)).
func GELUTimes[T element.Float](dst, x, value []T) { timesValue(gelu, geluLeft, dst, x, value) }

// GELUDerivative sets dst to upstream·(Φ(x) + x·φ(x)).
func GELUDerivative[T element.Float](dst, x, upstream []T) { derivative(geluSlope, dst, x, upstream) }

// GELUTanh sets dst to x·σ(v), v = 2√(2/π)·(x + 0.044715·x³).
func GELUTanh[T element.Float](dst, x []T) { times(geluTanh, dst, x) }

// GELUTanhTimes sets dst to value·(x·σ(v)).
func GELUTanhTimes[T element.Float](dst, x, value []T) {
	timesValue(geluTanh, geluTanhLeft, dst, x, value)
}

// GELUTanhDerivative sets dst to upstream·(x·σ(v))′.
func GELUTanhDerivative[T element.Float](dst, x, upstream []T) {
	derivative(geluTanhSlope, dst, x, upstream)
}

// GELUAt returns x·Φ(x), as GELU does for each element.
func GELUAt[T element.Float](x T) T { return timesAt(gelu, x) }

// GELUDerivativeAt returns Φ(x) + x·φ(x), as GELUDerivative does for each element.
func GELUDerivativeAt[T element.Float](x T) T { return derivativeAt(geluSlope, x) }

// GELUTanhAt returns x·σ(v), as GELUTanh does for each element.
func GELUTanhAt[T element.Float](x T) T { return timesAt(geluTanh, x) }

// GELUTanhDerivativeAt returns the derivative of x·σ(v), as GELUTanhDerivative does for each element.
func GELUTanhDerivativeAt[T element.Float](x T) T { return derivativeAt(geluTanhSlope, x) }

// geluTail returns x·Φ(x) for |x| > 6, for NaN, and for x next to 0. For z > 0 it is
//
//	−z·Φ(−z) = −φ(z)·(1 + s·(c₀ + s·(c₁ + …))),   s = 1/z²
//
// and z − z·Φ(−z) on the other side.
func geluTail(x float64) float64 {
	switch {
	case x != x || x > 9:
		return x
	case math.Abs(x) < tiny:
		return x / 2
	case x > 0:
		return x + geluTail(-x)
	case x < -39:
		return math.Copysign(0, -1)
	}
	value, rest := geluLeft(x)
	return down512(value + rest)
}

// geluLeft returns 2⁵¹²·x·Φ(x) as value + rest, for −39 ≤ x < −6.
func geluLeft(x float64) (value, rest float64) {
	value, rest = normalDensity(x)
	return -value, -(rest + (value+rest)*mills(x))
}

// geluSlopeTail returns Φ(x) + x·φ(x) for |x| > 6 and for NaN: for z > 0,
//
//	−z·φ(z)·(1 − s·(1 + s·(c₀ + s·(c₁ + …)))),   s = 1/z²
//
// at −z, and 1 minus that at z.
func geluSlopeTail(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 9:
		return 1
	case x > 0:
		return 1 - geluSlopeTail(-x)
	case x < -39:
		return 0
	}
	value, rest := normalDensity(x)
	return down512(product(x, 0, value, rest-(value+rest)*((1+mills(x))/(x*x))))
}

// mills returns R(1/x²) − 1 for the R of Φ(−z) = φ(z)/z·R(1/z²).
func mills(x float64) float64 {
	s, c := 1/(x*x), &millsSeries
	t := s * s
	even := c[0] + t*(c[2]+t*(c[4]+t*(c[6]+t*(c[8]+t*(c[10]+t*c[12])))))
	odd := c[1] + t*(c[3]+t*(c[5]+t*(c[7]+t*(c[9]+t*c[11]))))
	return s * (even + s*odd)
}

// normalDensity returns 2⁵¹²·φ(x) as value + rest, for 6 ≤ |x| < 39. That is an
// exponential whose argument, −x²/2 − log √(2π), has more bits than a float64.
func normalDensity(x float64) (value, rest float64) {
	const (
		// log √(2π) in two parts. The first has 46 bits, down to 2⁻⁴⁶.
		logHigh = 0x1.d67f1c864be8p-01
		logLow  = 0x1.a53494bc90014p-48
	)
	// The square of the upper half of x is exact, and its half a multiple of 2⁻⁴⁷.
	half := cut(x)
	high, low := half*half/2, (x-half)*(x+half)/2
	n, k := expPoint(-high - logHigh)
	r := ((-high - k*stepHigh) - logHigh) + (-low - logLow - k*stepLow)
	return expStep(n+up512, r)
}

// geluTanhTail returns x·σ(v) for |x| > 5, for NaN, and for x next to 0.
func geluTanhTail(x float64) float64 {
	switch {
	case x != x || x > 8:
		return x
	case math.Abs(x) < tiny:
		return x / 2
	case x > 0:
		return x + geluTanhTail(-x)
	case x < -22:
		return math.Copysign(0, -1)
	}
	value, rest := geluTanhLeft(x)
	return down512(value + rest)
}

// geluTanhLeft returns 2⁵¹²·x·σ(v) as value + rest, for −22 ≤ x < −5.
func geluTanhLeft(x float64) (value, rest float64) {
	v, vRest := geluTanhArgument(x)
	value, rest = exp512(v, vRest)
	e := small(value + rest)
	rest -= (value + rest) * (e * (1 - e)) // 1/(1 + e) = 1 − e + e²
	xe := x * value
	return xe, fma(x, value, -xe) + float64(x*rest)
}

// geluTanhSlopeTail returns the derivative of x·σ(v) for |x| > 5 and for NaN: on
// the left, with e = eᵛ and g = 1 + x·v′,
//
//	e·(g + e)/(1 + e)² = e·(g + e·((1 − 2g) + e·(3g − 2) + …))
func geluTanhSlopeTail(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 8:
		return 1
	case x > 0:
		return 1 - geluTanhSlopeTail(-x)
	case x < -22:
		return 0
	}
	v, vRest := geluTanhArgument(x)
	value, rest := exp512(v, vRest)
	// g = 1 + 3v − 2k₀·x, with the rounding errors of each step in gRest.
	triple, linear := float64(3*v), float64(-2*geluTanhLinear*x)
	gRest := math.FMA(3, v, -triple) + math.FMA(-2*geluTanhLinear, x, -linear) + 3*vRest - 2*geluTanhLinearLow*x
	sum := triple + linear // |triple| is the largest
	gRest += (triple - sum) + linear
	g := sum + 1
	gRest += (sum - g) + 1
	e := small(value + rest)
	return down512(product(g, gRest+e*((1-2*g)+e*(3*g-2)), value, rest))
}

// The coefficients of v = 2√(2/π)·(x + 0.044715·x³), each in two parts.
const (
	geluTanhLinear    = 0x1.9884533d43651p+00
	geluTanhLinearLow = -0x1.cbc0d30ebfd15p-54
	geluTanhCubic     = 0x1.2444f2a4d8b4bp-04
	geluTanhCubicLow  = -0x1.6c843a29d1c7p-61
)

// geluTanhArgument returns v in two parts, for |x| > 5.
func geluTanhArgument(x float64) (v, rest float64) {
	square := float64(x * x)
	squareRest := math.FMA(x, x, -square)
	cubic := float64(geluTanhCubic * square)
	cubicRest := math.FMA(geluTanhCubic, square, -cubic) + (geluTanhCubic*squareRest + float64(geluTanhCubicLow*square))
	factor := cubic + geluTanhLinear // the cubic is the larger
	factorRest := ((cubic - factor) + geluTanhLinear) + (geluTanhLinearLow + cubicRest)
	v = float64(x * factor)
	return v, math.FMA(x, factor, -v) + x*factorRest
}
