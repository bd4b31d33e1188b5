package scalar

// HardSigmoid and HardSwish are one polynomial in each segment of the x-axis. The loops
// find the segment of x in segments32 or segments64. The index is the first bits of x: the
// sign, the exponent and the first bit of the fraction. So each border of a segment is a
// power of two, or 1.5 times one. That needs no comparison and no branch. On random x, a
// branch would take longer than all the rest.

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
