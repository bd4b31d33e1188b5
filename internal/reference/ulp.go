package reference

import "math"

// ULP64 returns |got − want| in units in the last place of float64 at want:
// 2^(e−52) for 2^e ≤ |want| < 2^(e+1), and the subnormal spacing 2^-1074 below
// the normal range. So a correctly rounded result has at most 0.5 ULP.
//
// For two NaNs or two equal infinities, the result is 0. If only one of the numbers is
// NaN or infinite, it is +Inf. A want that rounds to infinity counts as infinite. The
// sign of a zero does not matter.
func ULP64(got float64, want Value) float64 { return ulp(got, want, want.Float64, 52, -1022) }

// ULP32 returns the same for a float32 result, in units of 2^(e−23), and 2^-149 below the
// normal range.
func ULP32(got float32, want Value) float64 {
	return ulp(float64(got), want, func() float64 { return float64(want.Float32()) }, 23, -126)
}

// ulp returns |got − want| in units of 2^(e−fraction), with an e of at least minExp.
// rounded returns want rounded to the type of got.
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

// ULP32Fast returns the same as ULP32 if want is known as a float64. There is one
// exception: if want was rounded up to a power of two, as sigmoid(40) is rounded to 1,
// the unit is that above the power, which is twice as large. The result is then half of
// that of ULP32.
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
