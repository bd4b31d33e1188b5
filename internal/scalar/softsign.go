package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Softsign sets dst to x/(1 + |x|). The loops hold their formulas: a call of a function
// with math.FMA in it takes a third of the time.
func Softsign[T element.Float](dst, x []T) {
	if is32[T]() {
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

// softsign32 computes in float64. For infinities that would be NaN.
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

// softsign64 corrects the quotient y = z/d, d = 1 + z, by what is left of z: both what d
// has lost, and the rest of the division. 1/d for that is 1 − y. So the result is rounded
// once, except near z = 2⁵³, if few bits of 1 − y are left: there it has up to 1 ULP.
func softsign64(dst, x []uint64) {
	dst = dst[:len(x)]
	for i, b := range x {
		sign, z := b&sign64, math.Float64frombits(b&^sign64)
		d := 1 + z
		one := d - z
		lost := (z - (d - one)) + (1 - one)
		y := z / d
		left := math.FMA(-y, d, z) - y*lost
		bits := math.Float64bits(y + left*(1-y))
		if b&^sign64 == inf64 {
			bits = one64
		}
		dst[i] = bits | sign
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
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	if is32[T]() {
		for i, v := range x {
			d := 1 + math.Abs(float64(v))
			dst[i] = T(float64(upstream[i]) / (d * d))
		}
		return
	}
	for i, b := range integers[uint64](x) {
		if b&^sign64 < softsignFaint64 {
			dst[i] = upstream[i] * T(softsignSlope64(b))
		} else {
			dst[i] = T(softsignTail64(b, float64(upstream[i])))
		}
	}
}

// SoftsignDerivativeAt returns 1/(1 + |x|)².
func SoftsignDerivativeAt[T element.Float](x T) T {
	if is32[T]() {
		d := 1 + math.Abs(float64(x))
		return T(1 / (d * d))
	}
	b := math.Float64bits(float64(x))
	if b&^sign64 < softsignFaint64 {
		return T(softsignSlope64(b))
	}
	return T(softsignTail64(b, 1))
}

// softsignFaint64 are the bits of 2⁵⁰⁰, the |x| from which the derivative is close to the
// subnormals.
const softsignFaint64 = (1023 + 500) << 52

// softsignSlope64 adds to the square of d = 1 + |x| what d has lost: with a first part
// of d, of 26 bits, and the exact other one, it is rounded once.
func softsignSlope64(b uint64) float64 {
	z := math.Float64frombits(b &^ sign64)
	d := 1 + z
	first := cut(d)
	second := (1 - first) + z
	return 1 / (first*first + float64(second*(d+first)))
}

// softsignTail64 returns upstream/x² for |x| ≥ 2⁵⁰⁰ and for NaN, by a quotient that is
// not subnormal, and one more rounding.
func softsignTail64(b uint64, upstream float64) float64 {
	y := 0x1p500 / math.Float64frombits(b&^sign64)
	return y * y * upstream * 0x1p-500 * 0x1p-500
}

// SoftsignDerivativeFromOutput sets dst to upstream·(1 − |y|)². For a = 1 − |y|, what
// the difference has lost counts twice in the square.
func SoftsignDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	dst = dst[:len(y)]
	for i, v := range y {
		v = max(v, -v)
		a := 1 - v
		dst[i] = element.Upstream(a*a+T(2*a*((1-a)-v)), upstream, i)
	}
}
