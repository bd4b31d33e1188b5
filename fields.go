package activation

import "math"

// The checks of fields that are numbers. Zero is not among what they see: it means a
// default.

// checkPositive checks that the field of that name is finite and above 0.
func checkPositive[T Float](call, name string, field T) {
	if !(field > 0) || math.IsInf(float64(field), 1) {
		mistake(call, "%s = %v, want a finite number above 0", name, field)
	}
}

// checkFiniteField checks that the field of that name is finite.
func checkFiniteField[T Float](call, name string, field T) {
	if field-field != 0 {
		mistake(call, "%s = %v, want a finite number", name, field)
	}
}

// or returns the field, or what it means if it is 0.
func or[T Float](field, usual T) T {
	if field == 0 {
		return usual
	}
	return field
}
