package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

var (
	mish      = &piecewise{mishPieces[:], 20, 0x1.8p48, mishTail, mishTail32}
	mishSlope = &piecewise{mishSlopePieces[:], 20, 0x1.8p48, mishSlopeTail, mishSlopeTail32}
)

// Mish sets dst to x·tanh(log(1 + eˣ)).
func Mish[T element.Float](dst, x []T) { times(mish, dst, x) }

// MishDerivative sets dst to upstream·(x·tanh(log(1 + eˣ)))′.
func MishDerivative[T element.Float](dst, x, upstream []T) { derivative(mishSlope, dst, x, upstream) }

// MishAt returns x·tanh(log(1 + eˣ)), with the same bits as Mish.
func MishAt[T element.Float](x T) T { return timesAt(mish, x) }

// MishDerivativeAt returns (x·tanh(log(1 + eˣ)))′, with the same bits as MishDerivative.
func MishDerivativeAt[T element.Float](x T) T { return derivativeAt(mishSlope, x) }

// mishTail returns x·tanh(log(1 + eˣ)) for |x| > 20, for NaN, and for |x| < tiny.
// With a = eˣ it is
//
//	x·(a² + 2a)/(a² + 2a + 2) = x·a·(1 − a/2 + …)
func mishTail(x float64) float64 {
	switch {
	case x != x || x > 20:
		return x
	case x > -1:
		const high, low = 0x1.3333333333333p-01, 0.6 - 0x1.3333333333333p-01
		return math.FMA(x, high, x*low) // tanh(log 2) = ⅗
	case x < -760:
		return math.Copysign(0, -1)
	case x < -650:
		value, rest := exp512(x, 0)
		return down512(product(x, 0, value, rest))
	}
	n, k := expPoint(x)
	value, rest := expStep(n, x-k*stepHigh-k*stepLow)
	if x > -300 { // otherwise a² could be subnormal
		a := value + rest
		rest -= a * a / 2
	}
	return product(x, 0, value, rest)
}

// mishSlopeTail returns the derivative of x·tanh(log(1 + eˣ)) for |x| > 20 and for
// NaN. With a = eˣ it is
//
//	a·(4(x+1) + a·(4x+6) + 4a² + a³)/(a² + 2a + 2)² = a·((x + 1) − a·(x + ½) + …)
//
// for x < −20, and 1 + a⁻²·(4x − 2) + … for x > 20.
func mishSlopeTail(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 40:
		return 1
	case x > 0:
		return 1 + tail64(-2*x, 1, 4*x-2, 0)
	case x < -760:
		return 0
	case x < -650:
		value, rest := exp512(x, 0)
		return down512(product(x+1, 0, value, rest))
	}
	n, k := expPoint(x)
	value, rest := expStep(n, x-k*stepHigh-k*stepLow)
	return product(x+1, -(value+rest)*(x+0.5), value, rest)
}

// mishTail32 is mishTail for float32.
func mishTail32(x float32) float32 {
	w := float64(x)
	switch {
	case w < -109: // then x·eˣ rounds to 0
		return float32(math.Copysign(0, -1))
	case w < 0:
		a := expBelow20(w)
		return float32(w * (a - float64(a*a/2)))
	}
	return x
}

// mishSlopeTail32 is mishSlopeTail for float32.
func mishSlopeTail32(x float32) float32 {
	w := float64(x)
	switch {
	case w < -109:
		return 0
	case w < 0:
		a := expBelow20(w)
		return float32(a * ((w + 1) - a*(w+0.5)))
	case w > 0:
		return 1
	}
	return x // NaN
}
