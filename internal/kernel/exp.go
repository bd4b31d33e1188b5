package kernel

import "math"

// The exponential by table: with n = round(128·x/ln 2),
//
//	eˣ = 2^(n/128) · eʳ,   r = x − n·ln2/128,   |r| ≤ ln2/256
//
// 2^(n/128) has its exponent from n/128 and its mantissa from exp2Table, and
// eʳ is a short polynomial. The table holds bits, not floats, since the exponent
// is added as an integer: moves between the two kinds of register are slow.
const (
	log2Steps = 128 / math.Ln2

	// ln2/128 in two parts. The first has 33 bits, so that its product with
	// n, of less than 18 bits, is exact.
	stepHigh = 0x1.62e42fefp-8
	stepLow  = 0x1.473de6af278edp-41

	// Adding roundToInt to a small number and taking it away again rounds
	// the number to an integer, which stands in the lowest bits in between.
	roundToInt = 0x1.8p52
)

// exp32 returns eˣ for |x| ≤ 708 to a relative error of 2⁻³⁰: all that a
// float32 can hold, and a little more. NaN gives NaN.
func exp32(x float64) float64 {
	k := x*log2Steps + roundToInt
	n := math.Float64bits(k)
	r := x - (k-roundToInt)*(math.Ln2/128)
	t := math.Float64frombits(exp2Table[n%128].bits + n>>7<<52)
	return t + t*(r*(expQuadratic[0]+r*expQuadratic[1]))
}

// expPoint returns n, with 2⁵¹ or so added to it, and r for x ≤ 0 in the normal
// range or NaN.
func expPoint(x float64) (n uint64, r float64) {
	k := x*log2Steps + roundToInt
	n = math.Float64bits(k)
	k -= roundToInt
	return n, x - k*stepHigh - k*stepLow
}

// expStep returns 2^(n/128)·eʳ to 0.51 ULP as value + rest, where value is
// 2^(n/128), and the exact sum has 8 bits more. (It is apart from expPoint so
// that both are inlined.)
func expStep(n uint64, r float64) (value, rest float64) {
	e := &exp2Table[n%128]
	t := math.Float64frombits(e.bits + n>>7<<52)
	s := r * r
	p := r + s*((expQuintic[0]+r*expQuintic[1])+s*(expQuintic[2]+r*expQuintic[3]))
	return t, t * (p + e.rest)
}

// expTail returns gain·eˣ·(1 + eˣ)^power for every x ≤ 0, down through the
// subnormals to 0: where eˣ is small it takes 2⁵¹²·eˣ, and rounds once more as it
// scales that down. For a power other than 0, x must be at most −20, where two
// terms of the binomial series do.
func expTail(x, gain, power float64) float64 {
	if x < -750 {
		return 0
	}
	n, r := expPoint(x)
	if x < -707 {
		value, rest := expStep(n+512*128, r)
		return (value + rest) * (gain * 0x1p-512)
	}
	value, rest := expStep(n, r)
	if power != 0 {
		e := value + rest
		rest += e * (power*e + power*(power-1)/2*e*e)
	}
	return gain * (value + rest)
}

// clamp32 clamps x to where exp32 works and eˣ is all but 0 or infinite for
// a float32 result. A NaN passes.
func clamp32(x float32) float64 {
	const limit = 106 // e⁻¹⁰⁶·4 is below half the smallest float32
	if x < -limit {
		x = -limit
	}
	if x > limit {
		x = limit
	}
	return float64(x)
}
