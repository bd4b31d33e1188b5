package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// The exponentials of a softmax are those of (x − max)/τ, which is never above 0.
// Here a ≥ 0 is how far it lies below. The results are scaled up by a power of two, so
// that none is subnormal: processors take 50 ns for an operation on subnormals. The
// sum is scaled likewise, and so the quotient is right.

// far32 is an a from which on e^−a is 0 in float32, below half the smallest subnormal.
const far32 = 106

// exp32 returns 2⁶⁴·e^−a for a ≥ 0 as value + rest, to a relative error of 2⁻²⁷: value is
// the point of expTable next to it, 1/16 apart, and rest comes from a cubic. The sum is 0
// from far32 on, and NaN for NaN. There is no branch. The third result is the index of
// the point.
func exp32(a float64) (value, rest float64, point uint64) {
	const zero = 0x1.8p48 // where a float64 counts in steps of 1/16
	a = min(a, far32)
	k := (zero + far32) - a
	point = (math.Float64bits(k) - math.Float64bits(zero)) % uint64(len(expTable))
	b := ((zero + far32) - k) - a
	value = expTable[point]
	return value, float64(value * (b * (expCubic[0] + b*(expCubic[1]+b*expCubic[2])))), point
}

// For float64, with n = round(256·x/ln 2),
//
//	eˣ = 2^(n/256) · eʳ,   r = x − n·ln2/256,   |r| ≤ ln2/512
//
// 2^(n/256) has its exponent from n/256 and its mantissa from exp2Table, and
// eʳ is a short polynomial. The table holds bits, not floats, since the exponent
// is added as an integer: moves between the two kinds of register are slow. And
// it holds them less what n<<44 adds to them beside the exponent.
const (
	log2Steps = 256 / math.Ln2

	// ln2/256 in two parts. The first has 33 bits, down to 2⁻⁴¹, so that its
	// product with n, of less than 19 bits, is exact.
	stepHigh = 0x1.62e42fefp-9
	stepLow  = 0x1.473de6af278edp-42
)

// exp2 returns 2^(n/256).
func exp2(n uint64) float64 {
	return math.Float64frombits(exp2Table[n%256].bits + n<<44)
}

// expPoint returns n, as a float and with 2⁵¹ or so added to it, for x ≤ 0 in the
// normal range or NaN.
func expPoint(x float64) (n uint64, k float64) {
	k = x*log2Steps + element.RoundToInt
	return math.Float64bits(k), k - element.RoundToInt
}

// expStep returns 2^(n/256)·eʳ to 0.55 ULP as value + rest, where value is
// 2^(n/256), and the exact sum has 4 bits more. (It is apart from expPoint so
// that both are inlined.)
func expStep(n uint64, r float64) (value, rest float64) {
	t, s := exp2(n), r*r
	p := r + s*((expQuartic[0]+r*expQuartic[1])+s*expQuartic[2])
	return t, float64(t * (p + exp2Table[n%256].rest))
}

// far64 is an a from which on e^−a is 0 in float64, below half the smallest subnormal.
const far64 = 746

// expReduce returns n and r for 2⁵¹²·e^−a, for a ≥ 0 or NaN: n as expPoint does. From
// far64 on they are those of far64.
func expReduce(a float64) (n uint64, r float64) {
	x := -min(a, far64)
	n, k := expPoint(x)
	return n + 512*256, (x - k*stepHigh) - k*stepLow
}

// exp64 returns 2⁵¹²·e^−a for the n and r of expReduce as value + rest, like expStep, but
// 0 from far64 on, without a branch. The third result is the bits of value.
func exp64(n uint64, r float64) (value, rest float64, power uint64) {
	const far = 0x4338000000000000 - 275_335 + 512*256 // the n of an a of 745.5
	power = exp2Table[n%256].bits + n<<44
	if int64(n) < far {
		power = 0
	}
	value = math.Float64frombits(power)
	s := r * r
	p := r + s*((expQuartic[0]+r*expQuartic[1])+s*expQuartic[2])
	return value, float64(value * (p + exp2Table[n%256].rest)), power
}

// expTail returns eˣ for every x ≤ 0, down through the subnormals to 0: if eˣ is small, it
// computes 2⁵¹²·eˣ, and rounds once more as it scales that down.
func expTail(x float64) float64 {
	if x < -750 {
		return 0
	}
	n, k := expPoint(x)
	r := x - k*stepHigh - k*stepLow
	if x < -707 {
		value, rest := expStep(n+512*256, r)
		return (value + rest) * 0x1p-512
	}
	value, rest := expStep(n, r)
	return value + rest
}
