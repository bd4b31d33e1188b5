package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32]      = HardSigmoid[float32]{}
	_ OutputDerivative[float64] = HardSigmoid[float64]{}
	_ Elementwise[float32]      = HardSwish[float32]{}
	_ Elementwise[float64]      = HardSwish[float64]{}
	_ Elementwise[float32]      = HardTanh[float32]{}
	_ OutputDerivative[float64] = HardTanh[float64]{}
)

// HardSigmoid is a [Sigmoid] of three straight lines, applied to each element. With
// clip(v, a, b), which cuts v off at a and b,
//
//	f(u)  = clip(s·u + ½, 0, 1)                   range [0, 1]
//	f′(u) = s for 0 < s·u + ½ < 1, else 0         range {0, s}
//
// with the slope s = ⅙. It needs no exponential. Use it in quantised networks and
// on small processors, for example as the gate in MobileNetV3. Its gradient is
// exactly 0 for |u| ≥ 1/(2s), which is 3 for ⅙.
//
// f′ is the derivative of s·u, by the constant factor rule, and of a constant
// outside. By convention, f′ is 0 at both corners.
//
// It is hardsigmoid in PyTorch, hard_sigmoid in JAX and Keras, and HardSigmoid in
// ONNX, with s as alpha. The slope is ⅙ in PyTorch, JAX and Keras 3. It is 0.2 by
// default in ONNX, and 0.2 in Keras 2. The zero value has exactly ⅙: f(u) = (u +
// 3)/6 for |u| < 3. Do not set Slope to 1/6 for that: T rounds the slope, and near
// −3 the result is then far from (u + 3)/6.
//
// Special cases are:
//
//	f(NaN) = NaN     f′(NaN) = NaN
//	f(+Inf) = 1      f′(+Inf) = 0
//	f(−Inf) = +0     f′(−Inf) = 0
//	f(±0) = ½        f′(±0) = s
//
// The error of f is at most 1 ULP for a slope of ⅙, and at most 0.5001 ULP if Slope
// is set. f′ is s, rounded to T. The worst errors found, in samples of at least
// 2.4 million float32 and 400,000 float64 inputs:
//
//	float32   f  0.5001 ULP at 0x1.aa3p-12
//	float64   f  0.6667 ULP at 0x1.7e1e4dad71b37p+01
//
// With SIMD (see [VectorBits]), for float32 among all inputs:
//
//	float32   f  1.0000 ULP at 0x1.000014p+00
//	float64   f  1.0000 ULP at 0x1.7ffffffffff85p+01
//
// The zero value is ready to use.
//
// Sources: M. Courbariaux, Y. Bengio, J.-P. David, BinaryConnect, 2015,
// arXiv:1511.00363; with ⅙, A. Howard et al., Searching for MobileNetV3, 2019,
// arXiv:1905.02244.
type HardSigmoid[T Float] struct {
	// Slope is s, finite and above 0; 0 means ⅙.
	Slope T
}

// slope returns the Slope, 0 for ⅙.
func (h HardSigmoid[T]) slope(call string) T {
	if h.Slope != 0 {
		checkPositive(call, "Slope", h.Slope)
	}
	return h.Slope
}

// Forward computes dst ← clip(s·x + ½, 0, 1).
func (h HardSigmoid[T]) Forward(dst, x []T) []T {
	const call = "HardSigmoid.Forward"
	slope := h.slope(call)
	dst = forwardDst(call, dst, x, len(x))
	kernel.HardSigmoid(dst, x, slope)
	return dst
}

// Derivative computes dst ← upstream·s if 0 < s·x + ½ < 1, else 0. It selects and
// does not multiply by 0: outside, the result is 0 even if upstream is NaN or
// infinite.
func (h HardSigmoid[T]) Derivative(dst, x, upstream []T) []T {
	const call = "HardSigmoid.Derivative"
	slope := h.slope(call)
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.HardSigmoidDerivative(dst, x, upstream, slope)
	return dst
}

// DerivativeFromOutput computes dst ← upstream·s if 0 < y < 1, else 0.
func (h HardSigmoid[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "HardSigmoid.DerivativeFromOutput"
	slope := h.slope(call)
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.HardSigmoidDerivativeFromOutput(dst, y, upstream, slope)
	return dst
}

// At returns clip(s·x + ½, 0, 1).
func (h HardSigmoid[T]) At(x T) T { return kernel.HardSigmoidAt(x, h.slope("HardSigmoid.At")) }

// DerivativeAt returns f′(x).
func (h HardSigmoid[T]) DerivativeAt(x T) T {
	return kernel.HardSigmoidDerivativeAt(x, h.slope("HardSigmoid.DerivativeAt"))
}

// String returns the name with the slope: "hard_sigmoid(slope=0.2)", or
// "hard_sigmoid" for ⅙.
func (h HardSigmoid[T]) String() string {
	if h.Slope == 0 {
		return "hard_sigmoid"
	}
	return "hard_sigmoid(slope=" + decimal(h.Slope) + ")"
}

// HardSwish is a [SiLU] with [HardSigmoid] in place of Sigmoid, applied to each
// element:
//
//	f(u)  = u · clip(u/6 + ½, 0, 1)                               range [−0.375, ∞)
//	f′(u) = 0 for u ≤ −3, 1 for u ≥ 3, else (2u + 3)/6            range (−½, 3⁄2)
//
// It has the shape of SiLU, without an exponential. Use it in hidden layers of
// networks for small processors, as MobileNetV3 does. Below −3 it is 0, and so is
// its gradient, so units can die. It is not monotonic: its minimum is −⅜ at u =
// −1.5, the zero of f′ between the corners. So f(u) does not determine u, and the
// derivative needs u.
//
// f′ follows from the product rule between −3 and 3: clip + u · ⅙. At the two
// corners it is the slope of the outer side by convention: f′(−3) = 0 and f′(3) =
// 1.
//
// It is hardswish in PyTorch, hard_silu in JAX and Keras, and HardSwish in ONNX.
// Libraries differ at the corners: older versions of PyTorch have f′(−3) = −½ and
// f′(3) = 3⁄2.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −0       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = ½
//
// The error of f is below 1 ULP, and the error of f′ at most 1 ULP, next to its zero
// at −1.5 too. The worst errors found, in samples of at least 2.4 million float32 and
// 400,000 float64 inputs:
//
//	float32   f  0.5001 ULP at 0x1.f3cp-139, a subnormal result
//	          f′ 0.5001 ULP at 0x1.84d4p-11
//	float64   f  0.8333 ULP at -0x1.ffffe404dbdbbp-01
//	          f′ 1.0000 ULP at 0x1.70cad94c77a73p+01
//
// With SIMD (see [VectorBits]), for float32 among all inputs:
//
//	float32   f  0.7500 ULP at -0x1.7ff224p+00
//	          f′ 0.5001 ULP at 0x1.84d4p-11
//	float64   f  0.7498 ULP at -0x1.7fe788f6e12fep+00
//	          f′ 0.5001 ULP at 0x1.631c9d7fa3f88p-05
//
// The zero value is ready to use.
//
// Source: A. Howard et al., Searching for MobileNetV3, 2019, arXiv:1905.02244.
type HardSwish[T Float] struct{}

// Forward computes dst ← x · clip(x/6 + ½, 0, 1).
func (HardSwish[T]) Forward(dst, x []T) []T {
	dst = forwardDst("HardSwish.Forward", dst, x, len(x))
	kernel.HardSwish(dst, x)
	return dst
}

// Derivative computes dst ← upstream · f′(x). If x ≤ −3, it selects 0, even if
// upstream is NaN or infinite.
func (HardSwish[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("HardSwish.Derivative", dst, x, upstream, len(x))
	kernel.HardSwishDerivative(dst, x, upstream)
	return dst
}

// At returns x · clip(x/6 + ½, 0, 1).
func (HardSwish[T]) At(x T) T { return kernel.HardSwishAt(x) }

// DerivativeAt returns f′(x).
func (HardSwish[T]) DerivativeAt(x T) T { return kernel.HardSwishDerivativeAt(x) }

// String returns "hard_swish".
func (HardSwish[T]) String() string { return "hard_swish" }

// HardTanh cuts each element off at both ends of a range:
//
//	f(u)  = min(max(u, Min), Max)              range [Min, Max]
//	f′(u) = 1 for Min < u < Max, else 0
//
// With −1 and 1 it is a [Tanh] of straight lines. With 0 and 6 it is ReLU6, a
// [ReLU] whose output fits a small fixed-point number, as in MobileNetV2 and
// EfficientNet-Lite. Use it in quantised networks, and for outputs that have a
// range. Its gradient is exactly 0 outside the range.
//
// f′ is the derivative of u inside, and of a constant outside. At Min and Max it is
// 0 by convention, as in PyTorch. JAX has 1 there for hard_tanh, and 0 for relu6.
//
// It is hardtanh and relu6 in PyTorch, hard_tanh and relu6 in JAX and Keras, and
// Clip in ONNX. hardtanh has −1 and 1 by default, as here. Clip has no limits by
// default.
//
// Special cases are:
//
//	f(NaN) = NaN        f′(NaN) = NaN
//	f(+Inf) = Max       f′(+Inf) = 0
//	f(−Inf) = Min       f′(−Inf) = 0
//	f(±0) = ±0          f′(±0) = 1     for Min < 0 < Max
//	f(±0) = +0          f′(±0) = 0     for an end of +0
//	f(±0) = −0          f′(±0) = 0     for an end of −0
//	f(±0) = Min         f′(±0) = 0     for Min > 0
//	f(±0) = Max         f′(±0) = 0     for Max < 0
//
// f and f′ are exact. The zero value is ready to use.
//
// Sources: R. Collobert, Large Scale Machine Learning, 2004; for ReLU6, A.
// Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010.
type HardTanh[T Float] struct {
	// Min and Max are the ends of the range; 0 for both means −1 and 1. Either may
	// be infinite. If you set one, set both: HardTanh{Min: -2} has the Max 0. Min
	// must be at most Max, so HardTanh{Min: 2} panics.
	Min, Max T
}

// ends returns the ends of the range that the fields mean.
func (h HardTanh[T]) ends(call string) (low, high T) {
	if h.Min == 0 && h.Max == 0 {
		return -1, 1
	}
	if !(h.Min <= h.Max) {
		mistake(call, "Min = %v, want at most Max = %v", h.Min, h.Max)
	}
	return h.Min, h.Max
}

// Forward computes dst ← min(max(x, Min), Max).
func (h HardTanh[T]) Forward(dst, x []T) []T {
	const call = "HardTanh.Forward"
	low, high := h.ends(call)
	dst = forwardDst(call, dst, x, len(x))
	kernel.HardTanh(dst, x, low, high)
	return dst
}

// Derivative computes dst ← upstream if Min < x < Max, else 0. It selects and does
// not multiply by 0: outside, the result is 0 even if upstream is NaN or infinite.
func (h HardTanh[T]) Derivative(dst, x, upstream []T) []T {
	const call = "HardTanh.Derivative"
	low, high := h.ends(call)
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.HardTanhDerivative(dst, x, upstream, low, high)
	return dst
}

// DerivativeFromOutput is [HardTanh.Derivative], since Min < y < Max if and only if
// Min < x < Max.
func (h HardTanh[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "HardTanh.DerivativeFromOutput"
	low, high := h.ends(call)
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.HardTanhDerivative(dst, y, upstream, low, high)
	return dst
}

// At returns min(max(x, Min), Max).
func (h HardTanh[T]) At(x T) T {
	low, high := h.ends("HardTanh.At")
	return kernel.HardTanhAt(x, low, high)
}

// DerivativeAt returns f′(x).
func (h HardTanh[T]) DerivativeAt(x T) T {
	low, high := h.ends("HardTanh.DerivativeAt")
	return kernel.HardTanhDerivativeAt(x, low, high)
}

// String returns the name with the range: "hard_tanh(min=-1, max=1)".
func (h HardTanh[T]) String() string {
	low, high := h.Min, h.Max
	if low == 0 && high == 0 {
		low, high = -1, 1
	}
	return "hard_tanh(min=" + decimal(low) + ", max=" + decimal(high) + ")"
}
