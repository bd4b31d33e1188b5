package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Softsign sets dst to x/(1 + |x|).
func Softsign[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		softsign32(integers[float32](dst), integers[float32](x))
	} else {
		softsign64(integers[float64](dst), integers[float64](x))
	}
}

// SoftsignAt returns x/(1 + |x|).
func SoftsignAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(math.Float32frombits(softsignOf32(math.Float32bits(float32(x)))))
	}
	return T(math.Float64frombits(softsignOf64(math.Float64bits(float64(x)))))
}

func softsign32(dst, x []float32) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[uint32](x, i), block[uint32](dst, i)
		o[0] = softsignOf32(b[0])
		o[1] = softsignOf32(b[1])
		o[2] = softsignOf32(b[2])
		o[3] = softsignOf32(b[3])
		o[4] = softsignOf32(b[4])
		o[5] = softsignOf32(b[5])
		o[6] = softsignOf32(b[6])
		o[7] = softsignOf32(b[7])
	}
	for ; i < len(x); i++ {
		dst[i] = math.Float32frombits(softsignOf32(math.Float32bits(x[i])))
	}
}

func softsign64(dst, x []float64) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[uint64](x, i), block[uint64](dst, i)
		o[0] = softsignOf64(b[0])
		o[1] = softsignOf64(b[1])
		o[2] = softsignOf64(b[2])
		o[3] = softsignOf64(b[3])
		o[4] = softsignOf64(b[4])
		o[5] = softsignOf64(b[5])
		o[6] = softsignOf64(b[6])
		o[7] = softsignOf64(b[7])
	}
	for ; i < len(x); i++ {
		dst[i] = math.Float64frombits(softsignOf64(math.Float64bits(x[i])))
	}
}

// softsignOf32 returns the bits of x/(1 + |x|) for x with the bits b. It computes in float64.
// For an infinite x the quotient is NaN, and it selects 1.
func softsignOf32(b uint32) uint32 {
	z := widened(b &^ sign32)
	y := math.Float32bits(float32(z / (1 + z)))
	if b&^sign32 == inf32 {
		y = one32
	}
	return y | b&sign32
}

// softsignOf64 returns the bits of x/(1 + |x|) for x with the bits b. It corrects the quotient
// q = z/(1 + z), z = |x|, by the remainder z − q·(1 + z). It is z·t − q with t = 1 − q, and t
// is also the factor 1/(1 + z) of the correction. So neither the rounding error of 1 + z nor
// that of the division is in the result. Two errors remain: the last rounding, and for z < 1
// the error of t, which is less than half an ULP of the result. In the code q has the opposite
// sign, which saves a negation. From 2⁵³ on, t would have no correct bit, and the result is 1.
//
// The plain quotient has errors of up to 1.5 ULP. It takes 1.13 ns an element, which is the
// time of the division. With the correction it takes 1.26.
func softsignOf64(b uint64) uint64 {
	z := b &^ sign64
	if z >= softsignFar64 {
		if z <= inf64 {
			b = b&sign64 | one64
		}
		return b // NaN
	}
	v := math.Float64frombits(z)
	q := v / (-1 - v)
	t := 1 + q
	y := fma(v, t, q)*t - q
	return math.Float64bits(y) | b&sign64
}

// SoftsignDerivative sets dst to upstream/(1 + |x|)².
func SoftsignDerivative[T element.Float](dst, x, upstream []T) {
	if element.Is32[T]() {
		softsignDerivative32(integers[float32](dst), integers[float32](x), integers[float32](upstream))
	} else {
		softsignDerivative64(integers[float64](dst), integers[float64](x), integers[float64](upstream))
	}
}

// SoftsignDerivativeAt returns 1/(1 + |x|)².
func SoftsignDerivativeAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(softsignSlope32(math.Float32bits(float32(x)), 1))
	}
	return T(softsignSlope64(math.Float64bits(float64(x)), 1))
}

func softsignDerivative32(dst, x, upstream []float32) {
	if upstream == nil {
		for n := 128; len(x) > 0; dst, x = dst[n:], x[n:] {
			n = min(n, len(x))
			softsignDerivative32(dst[:n], x[:n], manyOnes[float32](n))
		}
		return
	}
	dst, upstream = dst[:len(x)], upstream[:len(x)]
	for i, b := range integers[uint32](x) {
		dst[i] = softsignSlope32(b, upstream[i])
	}
}

// softsignSlope32 returns upstream/(1 + |x|)² for x with the bits b. It computes in float64.
func softsignSlope32(b uint32, upstream float32) float32 {
	d := 1 + widened(b&^sign32)
	return float32(float64(upstream) / (d * d))
}

func softsignDerivative64(dst, x, upstream []float64) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, g, o := block[uint64](x, i), ones[float64](), block[float64](dst, i)
		if upstream != nil {
			g = block[float64](upstream, i)
		}
		if softsignFar(b[0]) || softsignFar(b[1]) || softsignFar(b[2]) || softsignFar(b[3]) ||
			softsignFar(b[4]) || softsignFar(b[5]) || softsignFar(b[6]) || softsignFar(b[7]) {
			for j, b := range b {
				o[j] = softsignSlope64(b, g[j])
			}
			continue
		}
		o[0] = softsignNear64(b[0], g[0])
		o[1] = softsignNear64(b[1], g[1])
		o[2] = softsignNear64(b[2], g[2])
		o[3] = softsignNear64(b[3], g[3])
		o[4] = softsignNear64(b[4], g[4])
		o[5] = softsignNear64(b[5], g[5])
		o[6] = softsignNear64(b[6], g[6])
		o[7] = softsignNear64(b[7], g[7])
	}
	for ; i < len(x); i++ {
		dst[i] = softsignSlope64(math.Float64bits(x[i]), element.Upstream(1, upstream, i))
	}
}

// softsignFar64 is the bits of 2⁵³.
const softsignFar64 = (1023 + 53) << 52

// softsignFar reports whether |x| ≥ 2⁵³ for x with the bits b, or x is NaN.
func softsignFar(b uint64) bool { return b&^sign64 >= softsignFar64 }

// softsignSlope64 returns upstream/(1 + |x|)² for x with the bits b.
func softsignSlope64(b uint64, upstream float64) float64 {
	if softsignFar(b) {
		return softsignTail64(math.Float64frombits(b&^sign64), upstream)
	}
	return softsignNear64(b, upstream)
}

// softsignNear64 returns upstream/(1 + |x|)² for |x| < 2⁵³. It adds to the square of
// d = 1 + |x| what d has lost, and rounds the sum once.
func softsignNear64(b uint64, upstream float64) float64 {
	z := math.Float64frombits(b &^ sign64)
	d := 1 + z
	lost := z - (d - 1) // exact: the last place of d is at most 1
	return upstream / fma(d, d, (d+d)*lost)
}

// softsignTail64 returns upstream/(1 + z)² for z ≥ 2⁵³ and for NaN. If the square would
// overflow, it scales z, and then rounds the result, which is subnormal, once more.
//
//go:noinline
func softsignTail64(z, upstream float64) float64 {
	if z > 0x1p540 {
		return upstream / z / z // 0, unless upstream is large
	}
	one := 1.0
	if z > 0x1p500 {
		one = 0x1p-500
	}
	z *= one
	return upstream / math.FMA(z, z, 2*z*one) * one * one
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
