package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Softsign sets dst to x/(1 + |x|).
func Softsign[T element.Float](dst, x []T) {
	if is32[T]() {
		in, out := integers[uint32](x), integers[uint32](dst)[:len(x)]
		for i, b := range in {
			out[i] = softsign32(b)
		}
		return
	}
	in, out := integers[uint64](x), integers[uint64](dst)[:len(x)]
	for i, b := range in {
		out[i] = softsign64(b)
	}
}

// SoftsignAt returns x/(1 + |x|).
func SoftsignAt[T element.Float](x T) T {
	if is32[T]() {
		return T(math.Float32frombits(softsign32(math.Float32bits(float32(x)))))
	}
	return T(math.Float64frombits(softsign64(math.Float64bits(float64(x)))))
}

// softsign32 computes in float64. For infinities that would be NaN.
func softsign32(b uint32) uint32 {
	sign, z := b&sign32, float64(math.Float32frombits(b&^sign32))
	y := math.Float32bits(float32(z / (1 + z)))
	if b&^sign32 == inf32 {
		y = one32
	}
	return y | sign
}

// softsign64 corrects the quotient y = z/d, d = 1 + z, by what is left of z: both what d
// has lost, and the rest of the division. 1/d for that is 1 − y. So the result is rounded
// once. Without the rest it would have up to 1 ULP. From z = 2⁵³ on, where it is not known
// what d has lost, the result is 1.
func softsign64(b uint64) uint64 {
	sign, z := b&sign64, math.Float64frombits(b&^sign64)
	d := 1 + z
	y := z / d
	left := math.FMA(-y, d, z) - y*(z-(d-1))
	bits := math.Float64bits(y + left*(1-y))
	if b&^sign64-whole64 <= inf64-whole64 {
		bits = one64
	}
	return bits | sign
}

const whole64 = (1023 + 53) << 52 // the bits of 2⁵³

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
		for i, b := range integers[uint32](x) {
			if b&^sign32 < softsignFaint32 {
				dst[i] = upstream[i] * T(softsignSlope32(b))
			} else { // the product is exact in float64
				dst[i] = T(float64(upstream[i]) * float64(softsignSlope32(b)))
			}
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
		return T(softsignSlope32(math.Float32bits(float32(x))))
	}
	b := math.Float64bits(float64(x))
	if b&^sign64 < softsignFaint64 {
		return T(softsignSlope64(b))
	}
	return T(softsignTail64(b, 1))
}

// The bits of the |x| from which the derivative is close to the subnormals: 2⁶² and 2⁵⁰⁰.
const (
	softsignFaint32 = (127 + 62) << 23
	softsignFaint64 = (1023 + 500) << 52
)

// softsignSlope32 computes in float64.
func softsignSlope32(b uint32) float32 {
	d := 1 + float64(math.Float32frombits(b&^sign32))
	return float32(1 / (d * d))
}

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
