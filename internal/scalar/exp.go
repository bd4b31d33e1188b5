package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// exp32 returns eˣ for x ≤ 0 to a relative error of 2⁻²⁷: from the point of
// expTable next to x, 1/16 apart, it goes on by a cubic. Below −106, where a
// float32 has nothing left, it returns 0. NaN gives NaN.
func exp32(x float64) float64 {
	const zero, limit = 0x1.8p48, 106
	k := x + (zero + limit)
	i := math.Float64bits(k) - math.Float64bits(zero)
	if i >= uint64(len(expTable)) {
		if x == x {
			x = 0
		}
		return x
	}
	b, t := x-(k-(zero+limit)), expTable[i]
	return t + t*(b*(expCubic[0]+b*(expCubic[1]+b*expCubic[2])))
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

// expLimit is what n, as expPoint returns it, is below as an int64 where x is below
// −707, and may be where x is NaN.
const expLimit = 0x4338000000000000 - 707*369 // 369 < 256/ln2

// expStep returns 2^(n/256)·eʳ to 0.55 ULP as value + rest, where value is
// 2^(n/256), and the exact sum has 4 bits more. (It is apart from expPoint so
// that both are inlined.)
func expStep(n uint64, r float64) (value, rest float64) {
	t, s := exp2(n), r*r
	p := r + s*((expQuartic[0]+r*expQuartic[1])+s*expQuartic[2])
	return t, t * (p + exp2Table[n%256].rest)
}

// expTail returns gain·eˣ·(1 + eˣ)^power for every x ≤ 0, down through the
// subnormals to 0: where eˣ is small it takes 2⁵¹²·eˣ, and rounds once more as it
// scales that down. For a power other than 0, x must be at most −20, where two
// terms of the binomial series do.
func expTail(x, gain, power float64) float64 {
	if x < -750 {
		return 0
	}
	n, k := expPoint(x)
	r := x - k*stepHigh - k*stepLow
	if x < -707 {
		value, rest := expStep(n+512*256, r)
		return (value + rest) * (gain * 0x1p-512)
	}
	value, rest := expStep(n, r)
	if power != 0 {
		e := value + rest
		rest += e * (power*e + power*(power-1)/2*e*e)
	}
	return gain * (value + rest)
}
