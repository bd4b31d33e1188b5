package scalar

import "math"

// HardSigmoid and HardSwish are one polynomial in each segment of the x-axis. The loops
// find the segment of x in a table. Its index is the first bits of x: the sign, the
// exponent and the first bit of the fraction. So each border of a segment is a power of
// two, or 1.5 times one. That needs no comparison and no branch. On random x, a branch would
// take longer than all the rest.

// The segments.
const (
	below3   = iota // x ≤ −3, and a NaN with the first bits of −Inf
	below2          // −3 < x ≤ −2
	below1          // −2 < x ≤ −1
	within1         // −1 < x < 1
	nearZero        // |x| < 2⁻¹⁰⁰
	above1          // 1 ≤ x < 3
	above3          // 3 ≤ x < Inf, and all other NaNs
	infinite        // +Inf, and a NaN with the same first bits
)

// A segment holds the numbers of a polynomial. The loops subtract cut from the bits of x:
// 1 makes an infinite x finite, because Inf·0 is NaN. A NaN stays NaN, or becomes infinite,
// and then the result is Inf·0.
type segment struct {
	offset, slope, value, square float64
	cut                          uint64
	_                            [3]uint64 // a size of 64 makes the address cheaper
}

var segments32, segments64 = func() (t [1 << 10]uint8) {
	for i := range t {
		t[i] = segmentOf(float64(math.Float32frombits(uint32(i) << 22)))
	}
	return t
}(), func() (t [1 << 13]uint8) {
	for i := range t {
		t[i] = segmentOf(math.Float64frombits(uint64(i) << 51))
	}
	return t
}()

// segmentOf returns the segment of x.
func segmentOf(x float64) uint8 {
	switch {
	case x <= -3:
		return below3
	case x <= -2:
		return below2
	case x <= -1:
		return below1
	case math.Abs(x) < 0x1p-100:
		return nearZero
	case x < 1:
		return within1
	case x < 3:
		return above1
	case math.IsInf(x, 1):
		return infinite
	}
	return above3
}
