package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
)

// Softsign sets dst to x/(1 + |x|).
func Softsign[T element.Float](dst, x []T) { scalar.Softsign(dst, x) }

// SoftsignAt returns x/(1 + |x|).
func SoftsignAt[T element.Float](x T) T { return scalar.SoftsignAt(x) }

// SoftsignDerivative sets dst to upstream/(1 + |x|)².
func SoftsignDerivative[T element.Float](dst, x, upstream []T) {
	scalar.SoftsignDerivative(dst, x, upstream)
}

// SoftsignDerivativeAt returns 1/(1 + |x|)².
func SoftsignDerivativeAt[T element.Float](x T) T { return scalar.SoftsignDerivativeAt(x) }

// SoftsignDerivativeFromOutput sets dst to upstream·(1 − |y|)².
func SoftsignDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	scalar.SoftsignDerivativeFromOutput(dst, y, upstream)
}
