package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Softsign sets dst to x/(1 + |x|). The formulas are in the loops, because a call of a function
// with math.FMA in it would take a third of the time. The plain quotient has errors of up to
// 1.5 ULP. With the correction, softsign64 takes 1.4 ns an element instead of 1.1.
func Softsign[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		softsign32(integers[uint32](dst), integers[uint32](x))
	} else {
		softsign64(integers[uint64](dst), integers[uint64](x))
	}
}

// SoftsignAt returns x/(1 + |x|).
func SoftsignAt[T element.Float](x T) T {
	v := [1]T{x}
	Softsign(v[:], v[:])
	return v[0]
}

// softsign32 computes in float64. For an infinite x the quotient is NaN, and it selects 1.
func softsign32(dst, x []uint32) {
	dst = dst[:len(x)]
	for i, b := range x {
		sign, z := b&sign32, float64(math.Float32frombits(b&^sign32))
		y := math.Float32bits(float32(z / (1 + z)))
		if b&^sign32 == inf32 {
			y = one32
		}
		dst[i] = y | sign
	}
}

// softsign64 corrects the quotient q = z/(1 + z) by the remainder z − q·(1 + z). It is
// z·t − q with t = 1 − q, and t is also the factor 1/(1 + z) of the correction. So
// neither the rounding error of 1 + z nor that of the division is in the result. Two errors
// remain: the last rounding, and for z < 1 the error of t, which is less than half a ULP of
// the result. In the code q has the opposite sign, which saves a negation.
//
// From 2⁵³ on, t would have no correct bit, and the result is 1.
func softsign64(dst, x []uint64) {
	dst = dst[:len(x)]
	for i, b := range x {
		z := b &^ sign64
		if z-softsignFar64 <= inf64-softsignFar64 { // not for NaN
			z = softsignFar64
		}
		v := math.Float64frombits(z)
		q := v / (-1 - v)
		t := 1 + q
		y := math.FMA(v, t, q)*t - q
		dst[i] = math.Float64bits(y) | b&sign64
	}
}

// SoftsignDerivative sets dst to upstream/(1 + |x|)².
func SoftsignDerivative[T element.Float](dst, x, upstream []T) {
	if upstream == nil {
		for n := 128; len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			SoftsignDerivative(dst[:n], x[:n], manyOnes[T](n))
		}
		return
	}
	if element.Is32[T]() {
		softsignDerivative32(integers[float32](dst), integers[uint32](x), integers[float32](upstream))
		return
	}
	softsignDerivative64(integers[float64](dst), integers[uint64](x), integers[float64](upstream))
}

// softsignDerivative32 computes in float64.
func softsignDerivative32(dst []float32, x []uint32, upstream []float32) {
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	for i, b := range x {
		d := 1 + float64(math.Float32frombits(b&^sign32))
		dst[i] = float32(float64(upstream[i]) / (d * d))
	}
}

// softsignDerivative64 is not generic, because the compiler inlines no function into one
// that is. The call would take a third of the time.
func softsignDerivative64(dst []float64, x []uint64, upstream []float64) {
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	for i, b := range x {
		if b &^= sign64; b < softsignFar64 {
			dst[i] = upstream[i] / softsignSquare64(math.Float64frombits(b))
		} else {
			dst[i] = softsignTail64(math.Float64frombits(b), upstream[i])
		}
	}
}

// SoftsignDerivativeAt returns 1/(1 + |x|)².
func SoftsignDerivativeAt[T element.Float](x T) T {
	z := math.Abs(float64(x))
	if element.Is32[T]() {
		return T(1 / ((1 + z) * (1 + z)))
	}
	if z < 1<<53 {
		return T(1 / softsignSquare64(z))
	}
	return T(softsignTail64(z, 1))
}

// softsignFar64 are the bits of 2⁵³.
const softsignFar64 = (1023 + 53) << 52

// softsignSquare64 returns (1 + z)² for z from 0 to 2⁵³, rounded once. It splits 1 + z into a
// first part of 26 bits, whose square is exact, and an exact second part.
func softsignSquare64(z float64) float64 {
	d := 1 + z
	first := cut(d)
	second := (1 - first) + z
	return first*first + float64(second*(d+first))
}

// softsignTail64 returns upstream/(1 + z)² for z ≥ 2⁵³ and for NaN. If the square would
// overflow, it scales z, and then rounds the result, which is subnormal, once more.
func softsignTail64(z, upstream float64) float64 {
	if z > 0x1p540 {
		return upstream / z / z // 0, unless upstream is large
	}
	one := 1.0
	if z > 0x1p500 {
		one = 0x1p-500
	}
	z *= one
	first := cut(z)
	second := (z - first) + one
	return upstream / (first*first + float64(second*(z+first))) * one * one
}

// SoftsignDerivativeFromOutput sets dst to upstream·(1 − |y|)². It corrects the square for the
// rounding error of 1 − |y|, which counts twice there.
func SoftsignDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	dst = dst[:len(y)]
	for i, v := range y {
		v = absolute(v)
		a := 1 - v
		dst[i] = element.Upstream(a*a+T(2*a*((1-a)-v)), upstream, i)
	}
}

// absolute returns |v|. That takes fewer instructions than max(v, −v).
func absolute[T element.Float](v T) T {
	if element.Is32[T]() {
		return T(math.Float32frombits(math.Float32bits(float32(v)) &^ sign32))
	}
	return T(math.Abs(float64(v)))
}
