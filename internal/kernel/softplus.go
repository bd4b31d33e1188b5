package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
)

// Softplus sets dst to log(1 + e^(βx))/β. LogSigmoid is that for β = −1.
func Softplus[T element.Float](dst, x []T, beta T) { scalar.Softplus(dst, x, beta) }

// SoftplusAt returns what Softplus sets an element to.
func SoftplusAt[T element.Float](x, beta T) T { return scalar.SoftplusAt(x, beta) }

// SoftplusDerivative sets dst to upstream·σ(βx).
func SoftplusDerivative[T element.Float](dst, x, upstream []T, beta T) {
	scalar.SoftplusDerivative(dst, x, upstream, beta)
}

// SoftplusDerivativeAt returns σ(βx).
func SoftplusDerivativeAt[T element.Float](x, beta T) T { return scalar.SoftplusDerivativeAt(x, beta) }

// SoftplusDerivativeFromOutput sets dst to upstream·(1 − e^(−βy)).
func SoftplusDerivativeFromOutput[T element.Float](dst, y, upstream []T, beta T) {
	scalar.SoftplusDerivativeFromOutput(dst, y, upstream, beta)
}
