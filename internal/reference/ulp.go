package reference

import "math"

// ULP64 returns |got − want| in units in the last place of float64 at want:
// 2^(e−52) for 2^e ≤ |want| < 2^(e+1), and the subnormal spacing 2^-1074 below
// the normal range. So a correctly rounded result has at most 0.5 ULP.
//
// Two NaNs, or two equal infinities, are 0 apart; a NaN or an infinity is +Inf
// away from everything else. (A want that rounds to infinity counts as one.)
// The sign of a zero is not judged.
func ULP64(got float64, want Value) float64 { return ulp(got, want, want.Float64, 52, -1022) }

// ULP32 is ULP64 for a float32 result: the unit is 2^(e−23), and 2^-149 below
// the normal range.
func ULP32(got float32, want Value) float64 {
	return ulp(float64(got), want, func() float64 { return float64(want.Float32()) }, 23, -126)
}

func ulp(got float64, want Value, rounded func() float64, fraction, minExp int) float64 {
	if !finite(got) || !finite(want.Hi) {
		r := want.Hi
		if finite(r) {
			r = rounded()
		}
		if got == r || math.IsNaN(got) && math.IsNaN(r) {
			return 0
		}
		return math.Inf(1)
	}
	e := minExp
	if want.Hi != 0 {
		w := want.Abs()
		if w.Hi == 1 && w.Lo < 0 {
			w.Exp-- // just below a power of two
		}
		e = max(e, w.Exp)
	}
	d := FromFloat(got).Sub(want).Abs()
	return math.Ldexp(d.Hi, d.Exp-(e-fraction))
}

// ULP32Fast is ULP32 for a truth that is known as a float64. Where that has been
// rounded up to a power of two, as sigmoid(40) is to 1, the unit is the larger
// one above it, so the result is half of that of ULP32.
func ULP32Fast(got float32, want float64) float64 {
	d := math.Abs(float64(got) - want)
	if !(d <= math.MaxFloat64) {
		if float64(got) == float64(float32(want)) || got != got && want != want {
			return 0
		}
		return math.Inf(1)
	}
	e := max(int(math.Float64bits(want)>>52&0x7ff)-1023, -126)
	return d * powerOfTwo(23-e)
}
