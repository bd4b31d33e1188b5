package scalar

import "example.com/activation/internal/element"

// IdentityDerivativeAt returns 1, or x if that is NaN.
func IdentityDerivativeAt[T element.Float](x T) T {
	if x != x {
		return x
	}
	return 1
}
