// Package element holds what the scalar and the SIMD loops share: the element types,
// an upstream gradient that may be nil, a quotient that does not overflow, and a
// logarithm.
package element

import (
	"math"
	"unsafe"
)

// Float is the constraint for element types.
type Float interface{ float32 | float64 }

// Is32 reports whether T is float32. It is a constant in each instance of a generic
// function, and a type assertion is not.
func Is32[T Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// RoundToInt rounds a float64 below 2⁵¹ in size to an integer. Adding it leaves the
// integer in the lowest bits of the sum. Subtracting it again gives the integer as a
// float64.
const RoundToInt = 0x1.8p52

// Upstream returns v times upstream[i]. A nil upstream means ones.
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
// without an overflow of x − m. If τ > 1, the quotient can be finite although x − m
// overflows. If τ ≤ 1, it cannot, and the factor is 1.
//
// If τ is infinite, Quotient returns a large finite divisor instead, because Inf/Inf is
// NaN. Then the quotient q is −Inf for x = −Inf. For a finite x it is so close to 0
// that e^q rounds to 1 and q − log n to −log n.
func Quotient[T Float](tau T) (factor, divisor T) {
	switch {
	case tau <= 1:
		return 1, tau
	case tau < T(math.Inf(1)):
		return 0.25, 0.25 * tau
	}
	large := 0x1p1023
	if Is32[T]() {
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
