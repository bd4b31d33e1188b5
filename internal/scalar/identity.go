package scalar

import "example.com/activation/internal/element"

// Identity copies x to dst.
func Identity[T element.Float](dst, x []T) { copy(dst, x) }

// IdentityDerivative sets dst to upstream, but to NaN where x is NaN: what a leaky
// ReLU with a slope of 1 on both sides does.
func IdentityDerivative[T element.Float](dst, x, upstream []T) {
	LeakyReLUDerivative(dst, x, upstream, 1)
}

// IdentityDerivativeAt returns 1, or x if that is NaN.
func IdentityDerivativeAt[T element.Float](x T) T {
	if x != x {
		return x
	}
	return 1
}
