package activation

import "math"

// Checks of fields that are numbers. A field that is 0 has its default, which the callers
// put in its place.

// checkPositive checks that the field of that name is finite and above 0.
func checkPositive[T Float](call, name string, field T) {
	if !(field > 0) || math.IsInf(float64(field), 1) {
		mistake(call, "%s = %v, want a finite number above 0", name, field)
	}
}

// checkFiniteField checks that the field of that name is finite. It is not inlined, because
// its callers then are. That is 1 ns of ELU.At.
//
//go:noinline
func checkFiniteField[T Float](call, name string, field T) {
	if field-field != 0 {
		mistake(call, "%s = %v, want a finite number", name, field)
	}
}
