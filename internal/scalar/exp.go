package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// A softmax needs e^−a for a = (max − x)/τ, which is at least 0. exp32 and exp64 scale it
// up by a power of two. Then no result is subnormal, and that saves time, because
// many processors take 150 cycles for an operation with a subnormal. The quotient of two scaled
// numbers is right without further scaling.

// For a above far32, e^−a is less than half the smallest subnormal of float32, and rounds to 0.
const far32 = 106

// exp32 returns 2⁶⁴·e^−a for a ≥ 0 as value + rest, with a relative error of 2⁻²⁷. value
// is an entry of expTable, whose points are 1/16 apart, and rest comes from a cubic. The
// sum is 0 for a ≥ far32 and NaN for NaN. There is no branch. The third result is the
// index of the point.
func exp32(a float64) (value, rest float64, point uint64) {
	const roundToGrid = 0x1.8p48 // float64s of this size are 1/16 apart
	a = min(a, far32)
	k := (roundToGrid + far32) - a
	point = (math.Float64bits(k) - math.Float64bits(roundToGrid)) % uint64(len(expTable))
	b := ((roundToGrid + far32) - k) - a
	value = expTable[point]
	return value, float64(value * (b * (expCubic[0] + b*(expCubic[1]+b*expCubic[2])))), point
}

// For float64, with n = round(256·x/ln 2),
//
//	eˣ = 2^(n/256) · eʳ,   r = x − n·ln2/256,   |r| ≤ ln2/512
//
// The exponent of 2^(n/256) is the integer part of n/256, its mantissa comes from
// exp2Table, and eʳ is a short polynomial. The table holds bits, not floats, because the
// exponent is added as an integer, and a move from a float register to an integer
// register is slow. n<<44 adds the integer part of n/256 to the exponent, and n mod 256
// to the mantissa. So the table holds the bits of 2^(i/256) minus i<<44.
const (
	log2Steps = 256 / math.Ln2

	// ln2/256 as a sum. The first part has 33 bits, and n has fewer than 20, so
	// their product is exact.
	stepHigh = 0x1.62e42fefp-9
	stepLow  = 0x1.473de6af278edp-42

	// up512 is added to n for 2⁵¹² times the power.
	up512 = 512 * 256
)

// exp2 returns 2^(n/256).
func exp2(n uint64) float64 {
	return math.Float64frombits(exp2Table[n%256].bits + n<<44)
}

// expPoint returns n for x ≤ 0 as an integer and as a float64. The integer has other bits
// above the lowest 20, which the shift n<<44 removes.
func expPoint(x float64) (n uint64, k float64) {
	k = x*log2Steps + element.RoundToInt
	return math.Float64bits(k), k - element.RoundToInt
}

// expStep returns 2^(n/256)·eʳ as value + rest, with value = 2^(n/256). The rounded sum
// is off by at most 0.55 ULP, and the exact sum has 4 more bits. expStep and expPoint
// are two functions because the compiler does not inline one that does both.
func expStep(n uint64, r float64) (value, rest float64) {
	t, s := exp2(n), r*r
	p := r + s*((expQuartic[0]+r*expQuartic[1])+s*expQuartic[2])
	return t, float64(t * (p + exp2Table[n%256].rest))
}

// For a above far64, e^−a is less than half the smallest subnormal of float64, and rounds to 0.
const far64 = 746

// expReduce returns n, in the form of expPoint, and r for 2⁵¹²·e^−a, for a ≥ 0 or NaN. An
// a above far64 counts as far64.
func expReduce(a float64) (n uint64, r float64) {
	x := -min(a, far64)
	n, k := expPoint(x)
	return n + up512, (x - k*stepHigh) - k*stepLow
}

// exp64 returns 2⁵¹²·e^−a for the n and r of expReduce as value + rest, like expStep. It
// is 0 for a ≥ far64, without a branch. The third result is the bits of value.
func exp64(n uint64, r float64) (value, rest float64, power uint64) {
	const far = 0x4338000000000000 - 275_335 + up512 // the n for a = 745.5
	power = exp2Table[n%256].bits + n<<44
	if int64(n) < far {
		power = 0
	}
	value = math.Float64frombits(power)
	s := r * r
	p := r + s*((expQuartic[0]+r*expQuartic[1])+s*expQuartic[2])
	return value, float64(value * (p + exp2Table[n%256].rest)), power
}

// expTail returns eˣ for x ≤ 0, including results that are subnormal or 0. For a small eˣ
// it computes 2⁵¹²·eˣ and scales that down, which rounds once more.
func expTail(x float64) float64 {
	if x < -750 {
		return 0
	}
	n, k := expPoint(x)
	r := x - k*stepHigh - k*stepLow
	if x < -707 {
		value, rest := expStep(n+up512, r)
		return (value + rest) * 0x1p-512
	}
	value, rest := expStep(n, r)
	return value + rest
}
