package element

import "math"

// logEntry holds an a near the middle of an interval, c = 1/a, and log a as a sum. The
// first part of the logarithm has so few bits that it stays exact when a multiple of
// ln 2 is added.
type logEntry struct{ a, c, log, rest float64 }

// Log1p returns log(1 + s) for 0 ≤ s < 2¹⁰²², and NaN for NaN, off by at most 0.8 ULP, or
// by at most 1.01 ULP for s just above 1/256. It has no branch. For random s it takes 5
// ns, and math.Log1p 15.
//
// It finds k and an entry of the table such that 1 + s is close to 2ᵏ·a. Then
//
//	log(1 + s) = k·ln 2 + log a + log(1 + z),   z = (2⁻ᵏ·s − (a − 2⁻ᵏ))/a
//
// with |z| < 1/255. The differences are exact. Near 1, a is 1 and z is s. half is 1 less than
// half an interval, because 1 + s = 1 + 1/256 must belong to the entry of 1. It may be the rounded
// sum of a smaller s, of which the next entry would lose bits.
func Log1p(s float64) float64 {
	const (
		mantissa = 52 // bits
		one      = 1023 << mantissa
		half     = 1<<(mantissa-8) - 1
	)
	point := math.Float64bits(1+s) + half
	k := point>>mantissa - one>>mantissa
	down := math.Float64frombits(one - k<<mantissa) // 2⁻ᵏ
	e := &logTable[point>>(mantissa-7)%uint64(len(logTable))]
	z := (s*down - (e.a - down)) * e.c
	q := z * z
	p := (log1pSeptic[0] + z*log1pSeptic[1]) + q*((log1pSeptic[2]+z*log1pSeptic[3])+q*(log1pSeptic[4]+z*log1pSeptic[5]))
	n := float64(int64(k))
	log := n*ln2High + e.log
	sum := log + z
	return sum + ((z - (sum - log)) + (q*p + (e.rest + n*ln2Low)))
}
