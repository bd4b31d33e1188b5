// Package element holds what the loops of all kinds share: the element types,
// and an upstream gradient that may be nil.
package element

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

// Slice returns s[start:end], and nil if s is nil.
func Slice[T Float](s []T, start, end int) []T {
	if s == nil {
		return nil
	}
	return s[start:end]
}
