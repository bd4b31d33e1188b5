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
// Φ(u) is the probability that a standard normal number is below u, and
// φ(u) = e^(−u²/2)/√(2π) its density. So f lets u pass in proportion to how large
// it is among such numbers: all of it far to the right, next to nothing far to the
// left. It is a [ReLU] without the corner, and since f′ is 0 at one point only, units
// do not die. Use it in the hidden layers of transformers, as BERT, RoBERTa, ViT,
// Swin, ConvNeXt and Whisper do. It falls before it rises, with the minimum −0.16997
// at u = −0.75179, so f(u) does not say what u was, and f′ needs u.
//
// f′ is the product rule, with Φ′ = φ.
//
// Networks trained with the approximation by tanh need [GELUTanh], which differs by
// up to 4.7e-4. PyTorch, ONNX and Keras' layer mean this one by gelu unless told
// otherwise; jax.nn.gelu and keras.ops.gelu mean the other.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −0       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = ½
//
// The error is below 1 ULP, that of f′ below 1.5 ULP, next to the zero of f′ and
// down into the subnormals too. The usual ½u·(1 + erf(u/√2)) has lost all its bits
// at u = −6 (float64: −8.3) and returns 0 from there on. The worst found, for
// float32 among all inputs:
//
//	float32   f  0.501 ULP at -0x1.7ef988p+02     f′ 0.501 ULP at -0x1.97123ep-01
//	float64   f  0.779 ULP at -0x1.2cf58a6976699p+05, a subnormal result
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

// GELUTanh is the approximation of [GELU] by the hyperbolic tangent, applied to each
// element. With v = 2√(2/π) · (u + 0.044715u³),
//
//	f(u)  = ½u · (1 + tanh(v/2)) = u · σ(v)          range [−0.17004, ∞)
//	f′(u) = σ(v) + u · v′ · σ(v) · σ(−v)             range [−0.12899, 1.12899]
//
// Use it for networks that were trained with it, such as GPT-2, GPT-J, BLOOM, Gemma
// and SigLIP. Otherwise take GELU: here it is as fast, and the approximation, at most
// 4.7e-4 off, has a left tail that falls much faster, with u³ in the exponent: at
// u = −5 it is a sixth of GELU. The minimum −0.17004 is at u = −0.75246.
//
// f′ is the product rule and the chain rule, with σ′ = σ(v) · σ(−v) and
// v′ = 2√(2/π) · (1 + 3·0.044715u²).
//
// It is GELU("tanh") in PyTorch, approximate="tanh" in ONNX, the default of
// jax.nn.gelu and keras.ops.gelu, and gelu_new and gelu_pytorch_tanh in Hugging Face
// Transformers. The sigmoid form u · σ(1.702u), the "quick GELU" of CLIP, is a
// [SiLU] with Beta 1.702.
//
// Special cases are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −0       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = ½
//
// The error is below 1 ULP, that of f′ below 1.5 ULP, next to the zero of f′ and
// down into the subnormals too; √(2/π) and 0.044715 are the real numbers, not
// rounded ones. The worst found, for float32 among all inputs:
//
//	float32   f  0.501 ULP at -0x1.34fafep+02     f′ 0.501 ULP at -0x1.97f4e8p-01
//	float64   f  0.767 ULP at -0x1.52e135911ab72p+04, a subnormal result
//	          f′ 0.766 ULP at -0x1.539c4a7ae162ep+04, a subnormal result
//
// The zero value is ready to use.
//
// Source: the same paper as that of GELU.
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
