package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
)

// ELU sets dst to scale·x where x > 0, else to scale·α·(eˣ − 1). SELU is that with
// constants.
func ELU[T element.Float](dst, x []T, alpha, scale T) { scalar.ELU(dst, x, alpha, scale) }

// ELUAt returns what ELU sets an element to.
func ELUAt[T element.Float](x, alpha, scale T) T { return scalar.ELUAt(x, alpha, scale) }

// ELUDerivative sets dst to upstream·scale where x > 0, else to upstream·scale·α·eˣ.
func ELUDerivative[T element.Float](dst, x, upstream []T, alpha, scale T) {
	scalar.ELUDerivative(dst, x, upstream, alpha, scale)
}

// ELUDerivativeAt returns what ELUDerivative sets an element to for an upstream of 1.
func ELUDerivativeAt[T element.Float](x, alpha, scale T) T {
	return scalar.ELUDerivativeAt(x, alpha, scale)
}

// ELUDerivativeFromOutput sets dst to upstream·scale where y > 0, else to
// upstream·(y + scale·α).
func ELUDerivativeFromOutput[T element.Float](dst, y, upstream []T, alpha, scale T) {
	scalar.ELUDerivativeFromOutput(dst, y, upstream, alpha, scale)
}

// CELU sets dst to x where x > 0, else to α·(e^(x/α) − 1).
func CELU[T element.Float](dst, x []T, alpha T) { scalar.CELU(dst, x, alpha) }

// CELUAt returns what CELU sets an element to.
func CELUAt[T element.Float](x, alpha T) T { return scalar.CELUAt(x, alpha) }

// CELUDerivative sets dst to upstream where x > 0, else to upstream·e^(x/α).
func CELUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	scalar.CELUDerivative(dst, x, upstream, alpha)
}

// CELUDerivativeAt returns what CELUDerivative sets an element to for an upstream of 1.
func CELUDerivativeAt[T element.Float](x, alpha T) T { return scalar.CELUDerivativeAt(x, alpha) }

// CELUDerivativeFromOutput sets dst to upstream where y > 0, else to
// upstream·(y + α)/α.
func CELUDerivativeFromOutput[T element.Float](dst, y, upstream []T, alpha T) {
	scalar.CELUDerivativeFromOutput(dst, y, upstream, alpha)
}
