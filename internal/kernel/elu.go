package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// The constants of SELU.
const (
	SELUAlpha = scalar.SELUAlpha
	SELUScale = scalar.SELUScale
)

// eluInVectors reports whether the vector loops of ELU run: for ELU and CELU with α = 1, and
// for SELU, except on WebAssembly, which has no fused multiply-add (ns an element, n = 4096,
// Xeon Emerald Rapids, scalar and at 128, 256, 512 bits: float32 2.04, 1.16, 0.61, 0.34,
// float64 2.46, –, 1.46, 0.87; the derivative 2.42, 0.80, 0.43, 0.23 and 2.61, –, 1.17,
// 0.64). The loops could compute any α that is not close to the smallest or largest number.
// But Gated needs GateLoops for each function whose vector loop rounds more than once, and they
// have no α.
func eluInVectors[T element.Float](alpha, scale T) bool {
	return exponential[T]() && vector.Fused &&
		(alpha == 1 && scale == 1 || alpha == T(SELUAlpha) && scale == T(SELUScale))
}

// ELU sets dst to scale·x if x > 0, else to scale·α·(eˣ − 1). SELU is that with
// constants.
func ELU[T element.Float](dst, x []T, alpha, scale T) {
	if vector.On && eluInVectors(alpha, scale) {
		vector.ELU(dst, x, alpha, scale)
		return
	}
	scalar.ELU(dst, x, alpha, scale)
}

// ELUAt returns what ELU sets an element to, with the same bits.
func ELUAt[T element.Float](x, alpha, scale T) T {
	if vector.On && eluInVectors(alpha, scale) {
		return vector.ELUAt(x, alpha, scale)
	}
	return scalar.ELUAt(x, alpha, scale)
}

// SELUAt returns ELUAt with SELU's constants.
func SELUAt[T element.Float](x T) T {
	if alpha, scale := T(SELUAlpha), T(SELUScale); vector.On && eluInVectors(alpha, scale) {
		return vector.ELUAt(x, alpha, scale)
	}
	return scalar.SELUAt(x)
}

// ELUDerivative sets dst to upstream·scale if x > 0, else to upstream·scale·α·eˣ.
func ELUDerivative[T element.Float](dst, x, upstream []T, alpha, scale T) {
	if vector.On && eluInVectors(alpha, scale) {
		vector.ELUDerivative(dst, x, upstream, alpha, scale)
		return
	}
	scalar.ELUDerivative(dst, x, upstream, alpha, scale)
}

// ELUDerivativeAt returns what ELUDerivative sets an element to for an upstream of 1.
func ELUDerivativeAt[T element.Float](x, alpha, scale T) T {
	if vector.On && eluInVectors(alpha, scale) {
		return vector.ELUDerivativeAt(x, alpha, scale)
	}
	return scalar.ELUDerivativeAt(x, alpha, scale)
}

// SELUDerivativeAt returns ELUDerivativeAt with SELU's constants.
func SELUDerivativeAt[T element.Float](x T) T {
	if alpha, scale := T(SELUAlpha), T(SELUScale); vector.On && eluInVectors(alpha, scale) {
		return vector.ELUDerivativeAt(x, alpha, scale)
	}
	return scalar.SELUDerivativeAt(x)
}

// ELUDerivativeFromOutput sets dst to upstream·scale if y > 0, else to
// upstream·(y + scale·α).
func ELUDerivativeFromOutput[T element.Float](dst, y, upstream []T, alpha, scale T) {
	scalar.ELUDerivativeFromOutput(dst, y, upstream, alpha, scale)
}

// CELU sets dst to x if x > 0, else to α·(e^(x/α) − 1).
func CELU[T element.Float](dst, x []T, alpha T) {
	if alpha == 1 {
		ELU(dst, x, 1, 1)
		return
	}
	scalar.CELU(dst, x, alpha)
}

// CELUAt returns what CELU sets an element to.
func CELUAt[T element.Float](x, alpha T) T {
	if vector.On && alpha == 1 && eluInVectors[T](1, 1) {
		return vector.ELUAt(x, 1, 1)
	}
	return scalar.CELUAt(x, alpha)
}

// CELUDerivative sets dst to upstream if x > 0, else to upstream·e^(x/α).
func CELUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	if alpha == 1 {
		ELUDerivative(dst, x, upstream, 1, 1)
		return
	}
	scalar.CELUDerivative(dst, x, upstream, alpha)
}

// CELUDerivativeAt returns what CELUDerivative sets an element to for an upstream of 1.
func CELUDerivativeAt[T element.Float](x, alpha T) T {
	if vector.On && alpha == 1 && eluInVectors[T](1, 1) {
		return vector.ELUDerivativeAt(x, 1, 1)
	}
	return scalar.CELUDerivativeAt(x, alpha)
}

// CELUDerivativeFromOutput sets dst to upstream if y > 0, else to
// upstream·(y + α)/α.
func CELUDerivativeFromOutput[T element.Float](dst, y, upstream []T, alpha T) {
	scalar.CELUDerivativeFromOutput(dst, y, upstream, alpha)
}
