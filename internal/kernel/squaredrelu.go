package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// SquaredReLU sets dst to max(0, x)².
func SquaredReLU[T element.Float](dst, x []T) {
	if vector.On && len(x) >= short {
		vector.SquaredReLU(dst, x)
		return
	}
	scalar.SquaredReLU(dst, x)
}

// SquaredReLUAt returns max(0, x)².
func SquaredReLUAt[T element.Float](x T) T { return scalar.SquaredReLUAt(x) }

// SquaredReLUDerivative sets dst to upstream·2x if x > 0, to NaN if x is NaN, else to
// 0.
func SquaredReLUDerivative[T element.Float](dst, x, upstream []T) {
	if vector.On && len(x) >= short {
		vector.SquaredReLUDerivative(dst, x, upstream)
		return
	}
	scalar.SquaredReLUDerivative(dst, x, upstream)
}

// SquaredReLUDerivativeAt returns 2·max(0, x).
func SquaredReLUDerivativeAt[T element.Float](x T) T { return scalar.SquaredReLUDerivativeAt(x) }

// SquaredReLUDerivativeFromOutput sets dst to upstream·2√y if y > 0, to NaN if y is
// NaN, else to 0.
func SquaredReLUDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	if vector.On && len(y) >= short {
		vector.SquaredReLUDerivativeFromOutput(dst, y, upstream)
		return
	}
	scalar.SquaredReLUDerivativeFromOutput(dst, y, upstream)
}
