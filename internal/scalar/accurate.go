package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// The functions of this file are for Gated, because in its product an error of the gate can
// count twice. They are correctly rounded, or almost. The float64 loops add all rounding
// errors for that, and take 1.7 to 2.4 times as long as the loops of HardSigmoid, HardSwish and
// Softsign. The float32 loops are the same.

// AccurateHardSigmoid sets dst to (x + 3)/6 cut to 0…1.
func AccurateHardSigmoid[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		HardSigmoid(dst, x, 0)
		return
	}
	in, out := integers[int64](x), integers[float64](dst)[:len(x)]
	for i, b := range in {
		x := math.Float64frombits(uint64(clipped(b, math.Float64frombits(uint64(b)), -3, 3, negativeThree64, three64)))
		s := x + 3
		rest := x - (s - 3) // what the sum has lost
		out[i] = fma(s, 1./6, s*sixthLow+float64(rest*(1./6)))
	}
}

// AccurateHardSwish sets dst to x·clip(x/6 + ½, 0, 1).
func AccurateHardSwish[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		HardSwish(dst, x)
		return
	}
	accurateHardSwish64(integers[uint64](dst), integers[uint64](x))
}

const sixthLow = 0x1.5555555555555p-57 // 1/6 − float64(1/6)

// accurateHardSwish64 adds the rounding errors of the sum, of the product and of ⅙. So only one
// rounding is of the size of the result. Close to 0 it returns x/2, because there the rounding
// error of the product may be a subnormal that has lost bits.
func accurateHardSwish64(dst, x []uint64) {
	const small = (1023 - 54) << 52 // the bits of 2⁻⁵⁴
	dst = dst[:len(x)]
	for i, b := range x {
		x := math.Float64frombits(b)
		s := x + 3
		p := float64(x * s)
		rest := fma(x, s, -p) + x*(x-(s-3))
		y, half := math.Float64bits(fma(p, 1./6, p*sixthLow+float64(rest*(1./6)))), math.Float64bits(x/2)
		if b&^sign64 < small {
			y = half
		}
		dst[i] = outside(b, y, sign64, b, three64, sign64, inf64)
	}
}

// AccurateSoftsign sets dst to x/(1 + |x|).
func AccurateSoftsign[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		Softsign(dst, x)
		return
	}
	accurateSoftsign64(integers[uint64](dst), integers[uint64](x))
}

// accurateSoftsign64 corrects the quotient y = z/d, d = 1 + z, for the rounding errors of d
// and of the division. The factor 1/d of the correction is 1 − y. So the result is rounded
// once. Only near z = 2⁵³, if 1 − y has few bits, the error is up to 1 ULP. From there on the
// result is 1, as in softsignOf64.
func accurateSoftsign64(dst, x []uint64) {
	dst = dst[:len(x)]
	for i, b := range x {
		sign, z := b&sign64, math.Float64frombits(b&^sign64)
		d := 1 + z
		one := d - z
		lost := (z - (d - one)) + (1 - one)
		y := z / d
		left := fma(-y, d, z) - y*lost
		bits := math.Float64bits(y + left*(1-y))
		if far := b &^ sign64; far >= softsignFar64 && far <= inf64 {
			bits = one64
		}
		dst[i] = bits | sign
	}
}
