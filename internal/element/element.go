// Package element holds what the loops of all kinds share: the element types,
// and an upstream gradient that may be nil.
package element

import "math"

// Float is the set of element types.
type Float interface{ float32 | float64 }

// RoundToInt rounds a float64 of small size to an integer: add it, and the
// integer is in the lowest bits; subtract it again, and the result is rounded.
const RoundToInt = 0x1.8p52

// Upstream returns v times the upstream gradient at i, which is 1 if upstream is
// nil.
func Upstream[T Float](v T, upstream []T, i int) T {
	if upstream == nil {
		return v
	}
	return upstream[i] * v
}

// Quotient returns the factor and the divisor that compute
//
//	(x − m)/τ = (x·factor − m·factor)/divisor
//
// without an overflow in between: for a τ above 1 the quotient can be finite
// although x − m is not. Up to 1 it cannot, and the factor is 1.
//
// For an infinite τ the quotient is all but 0 for a finite x, as e^q = 1 and
// q − log n = −log n say, and −Inf for x = −Inf. There the divisor is finite, since
// Inf/Inf is NaN.
func Quotient[T Float](tau T) (factor, divisor T) {
	switch {
	case tau <= 1:
		return 1, tau
	case tau < T(math.Inf(1)):
		return 0.25, 0.25 * tau
	}
	large := 0x1p1023
	if _, ok := any(tau).(float32); ok {
		large = 0x1p127
	}
	return 0x1p-64, T(large)
}

// Slice returns s[start:end], and nil if s is nil.
func Slice[T Float](s []T, start, end int) []T {
	if s == nil {
		return nil
	}
	return s[start:end]
}
