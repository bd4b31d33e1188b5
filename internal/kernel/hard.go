package kernel

import (
	"math"

	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// The vector loops of the hard functions are faster at each width (ns an element, n = 4096,
// Xeon Emerald Rapids, scalar and at 128, 256, 512 bits):
//
//	HardTanh     float32 0.77, 0.16, 0.09, 0.06    float64 0.78, 0.33, 0.23, 0.23
//	its f′       float32 1.57, 0.35, 0.20, 0.12    float64 1.57, 0.69, 0.41, 0.30
//	HardSigmoid  float32 1.37, 0.23, 0.12, 0.08    float64 1.04, 0.46, 0.27, 0.23
//	HardSwish    float32 1.43, 0.30, 0.15, 0.10    float64 1.29, 0.68, 0.38, 0.26
//	its f′       float32 1.54, 0.50, 0.28, 0.16    float64 1.37, 0.98, 0.52, 0.36

// HardTanh sets dst to x cut to low…high. The vector loop would lose the sign of an end of −0.
func HardTanh[T element.Float](dst, x []T, low, high T) {
	if vector.On && len(x) >= short && !minusZero(low) && !minusZero(high) {
		vector.HardTanh(dst, x, low, high)
		return
	}
	scalar.HardTanh(dst, x, low, high)
}

func minusZero[T element.Float](v T) bool { return v == 0 && math.Signbit(float64(v)) }

// HardTanhAt returns x cut to low…high.
func HardTanhAt[T element.Float](x, low, high T) T { return scalar.HardTanhAt(x, low, high) }

// HardTanhDerivative sets dst to upstream if x is between low and high, to NaN if x is
// NaN, else to 0, at the borders too. It also computes the derivative from the output.
func HardTanhDerivative[T element.Float](dst, x, upstream []T, low, high T) {
	window(dst, x, upstream, low, high, 1)
}

// HardTanhDerivativeAt returns what HardTanhDerivative sets an element to for an
// upstream of 1.
func HardTanhDerivativeAt[T element.Float](x, low, high T) T {
	return scalar.WindowAt(x, low, high, 1)
}

// window sets dst to upstream·slope if x is between low and high, to NaN if x is
// NaN, else to 0, at the borders too.
func window[T element.Float](dst, x, upstream []T, low, high, slope T) {
	if vector.On && len(x) >= short {
		vector.Window(dst, x, upstream, low, high, slope)
		return
	}
	scalar.Window(dst, x, upstream, low, high, slope)
}

// HardSigmoid sets dst to slope·x + ½ cut to 0…1. A slope of 0 means ⅙. The vector loops of
// HardSigmoid and HardSwish need a fused multiply-add to round as little.
func HardSigmoid[T element.Float](dst, x []T, slope T) {
	if vector.On && vector.Fused {
		vector.HardSigmoid(dst, x, slope)
		return
	}
	scalar.HardSigmoid(dst, x, slope)
}

// HardSigmoidAt returns what HardSigmoid sets an element to.
func HardSigmoidAt[T element.Float](x, slope T) T {
	if vector.On && vector.Fused {
		return vector.HardSigmoidAt(x, slope)
	}
	return scalar.HardSigmoidAt(x, slope)
}

// HardSigmoidDerivative sets dst to upstream·slope if HardSigmoid is between 0 and
// 1, to NaN if x is NaN, else to 0.
func HardSigmoidDerivative[T element.Float](dst, x, upstream []T, slope T) {
	border := scalar.HardSigmoidBorder(slope)
	window(dst, x, upstream, -border, border, steepness(slope))
}

// HardSigmoidDerivativeAt returns what HardSigmoidDerivative sets an element to for an
// upstream of 1.
func HardSigmoidDerivativeAt[T element.Float](x, slope T) T {
	border := scalar.HardSigmoidBorder(slope)
	return scalar.WindowAt(x, -border, border, steepness(slope))
}

// HardSigmoidDerivativeFromOutput sets dst to upstream·slope if y is between 0 and
// 1, to NaN if y is NaN, else to 0.
func HardSigmoidDerivativeFromOutput[T element.Float](dst, y, upstream []T, slope T) {
	window(dst, y, upstream, 0, 1, steepness(slope))
}

// steepness returns the slope, and ⅙ for a slope of 0.
func steepness[T element.Float](slope T) T {
	if slope == 0 {
		return 1. / 6
	}
	return slope
}

// HardSwish sets dst to x·clip(x/6 + ½, 0, 1).
func HardSwish[T element.Float](dst, x []T) {
	if vector.On && vector.Fused {
		vector.HardSwish(dst, x)
		return
	}
	scalar.HardSwish(dst, x)
}

// HardSwishAt returns x·clip(x/6 + ½, 0, 1), with the same bits as HardSwish.
func HardSwishAt[T element.Float](x T) T {
	if vector.On && vector.Fused {
		return vector.HardSwishAt(x)
	}
	return scalar.HardSwishAt(x)
}

// HardSwishDerivative sets dst to upstream·(2x + 3)/6 if x is between −3 and 3,
// to upstream above, to 0 below, and to NaN if x is NaN.
func HardSwishDerivative[T element.Float](dst, x, upstream []T) {
	if vector.On && vector.Fused {
		vector.HardSwishDerivative(dst, x, upstream)
		return
	}
	scalar.HardSwishDerivative(dst, x, upstream)
}

// HardSwishDerivativeAt returns what HardSwishDerivative sets an element to for an
// upstream of 1.
func HardSwishDerivativeAt[T element.Float](x T) T {
	if vector.On && vector.Fused {
		return vector.HardSwishDerivativeAt(x)
	}
	return scalar.HardSwishDerivativeAt(x)
}
