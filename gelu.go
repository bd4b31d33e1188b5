package activation

import "example.com/activation/internal/kernel"

var (
	_ Elementwise[float32] = GELU[float32]{}
	_ Elementwise[float64] = GELUTanh[float64]{}
)

// GELU is the Gaussian error linear unit, applied to each element:
//
//	f(u)  = u · Φ(u) = ½u · erfc(−u/√2)      range [−0.16997, ∞)
//	f′(u) = Φ(u) + u · φ(u)                  range [−0.12890, 1.12890]
//
// Φ(u) is the probability that a standard normal number is below u, and φ(u) =
// e^(−u²/2)/√(2π) is its density. So f multiplies u by the share of such numbers that
// are smaller than u.
//
// GELU is a smooth [ReLU]. Its derivative is 0 at one point only, so units do not
// die. Use it in the hidden layers of transformers, as RoBERTa, Swin, ConvNeXt and
// Whisper do, and BERT and ViT in PyTorch. Forward takes about ten times as long as
// that of ReLU, or more, and the gradient vanishes far to the left. It is not monotonic:
// its minimum is −0.16997 at u = −0.75179, the zero of f′. So f(u) does not
// determine u, and the derivative needs u.
//
// f′ follows from the product rule, with Φ′ = φ.
//
// It is gelu in PyTorch and keras.activations, and Gelu in ONNX. In jax.nn.gelu and
// keras.ops.gelu it is the form with approximate=False. The default of these two is
// [GELUTanh], which differs by up to 4.74e-4. Use the form that the network was
// trained with.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −0       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = ½
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, next to the
// zero of f′ and for subnormal results too. The usual ½u·(1 + erf(u/√2)) loses its
// bits on the left, and is 0 for u below −5.6 (float64: −8.4). The worst errors
// found, for float32 among all inputs:
//
//	float32   f  0.501 ULP at -0x1.7ef988p+02     f′ 0.501 ULP at -0x1.97123ep-01
//	float64   f  0.783 ULP at -0x1.2ced6dd8434b3p+05, a subnormal result
//	          f′ 0.768 ULP at -0x1.2db52d082b9d2p+05, a subnormal result
//
// With SIMD of 256 bits or more (see [VectorBits]):
//
//	float32   f  0.910 ULP at -0x1.84c1f8p+01     f′ 0.913 ULP at -0x1.5234ecp-02
//	float64   f  0.783 ULP at -0x1.2ced6dd8434b3p+05, a subnormal result
//	          f′ 0.768 ULP at -0x1.2db52d082b9d2p+05, a subnormal result
//
// The zero value is ready to use.
//
// Source: D. Hendrycks, K. Gimpel, Gaussian Error Linear Units (GELUs), 2016,
// arXiv:1606.08415.
type GELU[T Float] struct{}

// Forward computes dst ← x · Φ(x).
func (GELU[T]) Forward(dst, x []T) []T {
	dst = forwardDst("GELU.Forward", dst, x, len(x))
	kernel.GELU(dst, x)
	return dst
}

// Derivative computes dst ← upstream · f′(x).
func (GELU[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("GELU.Derivative", dst, x, upstream, len(x))
	kernel.GELUDerivative(dst, x, upstream)
	return dst
}

// At returns x · Φ(x).
func (GELU[T]) At(x T) T { return kernel.GELUAt(x) }

// DerivativeAt returns f′(x).
func (GELU[T]) DerivativeAt(x T) T { return kernel.GELUDerivativeAt(x) }

// String returns "gelu".
func (GELU[T]) String() string { return "gelu" }

// GELUTanh is the approximation of [GELU] by the hyperbolic tangent, applied to
// each element. With v = 2√(2/π) · (u + 0.044715u³),
//
//	f(u)  = ½u · (1 + tanh(v/2)) = u · σ(v)          range [−0.17004, ∞)
//	f′(u) = σ(v) + u · v′ · σ(v) · σ(−v)             range [−0.12899, 1.12899]
//
// Use it for networks that were trained with it, such as GPT-2, GPT-J, BLOOM, Gemma
// and SigLIP. Otherwise use GELU, which is as fast here. The approximation differs
// from GELU by at most 4.74e-4, but its left tail is much smaller: at u = −5 it is a
// sixth of GELU. It is not monotonic: its minimum is −0.17004 at u = −0.75246, the
// zero of f′. So f(u) does not determine u, and the derivative needs u.
//
// f′ follows from the product rule and the chain rule, with σ′(v) = σ(v) · σ(−v)
// and v′ = 2√(2/π) · (1 + 3·0.044715u²).
//
// It is GELU with "tanh" in PyTorch and ONNX, the default of jax.nn.gelu and
// keras.ops.gelu, and gelu_new and gelu_pytorch_tanh in Hugging Face Transformers.
// The "quick GELU" of CLIP is another approximation, u · σ(1.702u): use [SiLU] with
// Beta 1.702.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −0       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = ½
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, next to the
// zero of f′ and for subnormal results too. The errors are distances from the formula
// with the exact √(2/π) and 0.044715. The worst errors found, for float32 among all
// inputs:
//
//	float32   f  0.501 ULP at -0x1.34fafep+02     f′ 0.501 ULP at -0x1.97f4e8p-01
//	float64   f  0.803 ULP at -0x1.14fcb97277526p+02
//	          f′ 0.766 ULP at -0x1.539c4a7ae162ep+04, a subnormal result
//
// With SIMD of 256 bits or more (see [VectorBits]):
//
//	float32   f  0.897 ULP at -0x1.5586cap-02     f′ 1.175 ULP at -0x1.3450bcp+00
//	float64   f  0.803 ULP at -0x1.14fcb97277526p+02
//	          f′ 0.766 ULP at -0x1.539c4a7ae162ep+04, a subnormal result
//
// The zero value is ready to use.
//
// Source: D. Hendrycks, K. Gimpel, Gaussian Error Linear Units (GELUs), 2016,
// arXiv:1606.08415.
type GELUTanh[T Float] struct{}

// Forward computes dst ← x · σ(v).
func (GELUTanh[T]) Forward(dst, x []T) []T {
	dst = forwardDst("GELUTanh.Forward", dst, x, len(x))
	kernel.GELUTanh(dst, x)
	return dst
}

// Derivative computes dst ← upstream · f′(x).
func (GELUTanh[T]) Derivative(dst, x, upstream []T) []T {
	dst = derivativeDst("GELUTanh.Derivative", dst, x, upstream, len(x))
	kernel.GELUTanhDerivative(dst, x, upstream)
	return dst
}

// At returns x · σ(v).
func (GELUTanh[T]) At(x T) T { return kernel.GELUTanhAt(x) }

// DerivativeAt returns f′(x).
func (GELUTanh[T]) DerivativeAt(x T) T { return kernel.GELUTanhDerivativeAt(x) }

// String returns "gelu_tanh".
func (GELUTanh[T]) String() string { return "gelu_tanh" }
