package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// The vector loops of Softsign are faster at each width. From 256 bits on, the division
// limits them (ns an element, n = 4096, Xeon Emerald Rapids, scalar and at 128, 256, 512
// bits):
//
//	Softsign  float32 1.17, 0.42, 0.20, 0.19    float64 1.26, 0.75, 0.58, 0.60
//	its f′    float32 1.12, 0.45, 0.23, 0.24    float64 1.12, 0.92, 0.61, 0.60
//
// Their corrections need a fused multiply-add.

// Softsign sets dst to x/(1 + |x|).
func Softsign[T element.Float](dst, x []T) {
	if vector.On && vector.Fused {
		vector.Softsign(dst, x)
		return
	}
	scalar.Softsign(dst, x)
}

// SoftsignAt returns x/(1 + |x|), with the same bits as Softsign.
func SoftsignAt[T element.Float](x T) T {
	if vector.On && vector.Fused {
		return vector.SoftsignAt(x)
	}
	return scalar.SoftsignAt(x)
}

// SoftsignDerivative sets dst to upstream/(1 + |x|)².
func SoftsignDerivative[T element.Float](dst, x, upstream []T) {
	if vector.On && vector.Fused {
		vector.SoftsignDerivative(dst, x, upstream)
		return
	}
	scalar.SoftsignDerivative(dst, x, upstream)
}

// SoftsignDerivativeAt returns 1/(1 + |x|)², with the same bits as SoftsignDerivative.
func SoftsignDerivativeAt[T element.Float](x T) T {
	if vector.On && vector.Fused {
		return vector.SoftsignDerivativeAt(x)
	}
	return scalar.SoftsignDerivativeAt(x)
}

// SoftsignDerivativeFromOutput sets dst to upstream·(1 − |y|)².
func SoftsignDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	scalar.SoftsignDerivativeFromOutput(dst, y, upstream)
}
