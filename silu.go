package activation

import (
	"cmp"

	"example.com/activation/internal/kernel"
)

var (
	_ Elementwise[float32] = SiLU[float32]{}
	_ Elementwise[float64] = SiLU[float64]{}
)

// SiLU is the sigmoid linear unit, also called Swish, applied to each element. With
// s = σ(βu), the [Sigmoid] of βu,
//
//	f(u)  = u · s = u / (1 + e^(−βu))        range [−0.27846/β, ∞) for β > 0
//	f′(u) = s · (1 + βu · (1 − s))           range [−0.09984, 1.09984]
//
// SiLU is a smooth [ReLU], like [GELU], and costs less than GELU. Its derivative is
// 0 at one point only, so units do not die. Use it in hidden layers, as
// EfficientNet, Mamba, and YOLO from version 5 on do. As the gate of a [Gated] unit
// it is SwiGLU, the feed-forward block of Llama, Mistral, Qwen and DeepSeek. In
// float32 SiLU takes about ten times as long as ReLU. Its gradient vanishes far to
// the left. It is not monotonic: its minimum is −0.27846/β at u = −1.27846/β, the
// zero of f′. So f(u) does not determine u, and the derivative needs u.
//
// β is the sharpness of the bend. As β grows, f becomes ReLU. As β goes to 0, f
// becomes u/2. With −β in place of β, f(u) becomes −f(−u). β = 1.702 is the quick
// GELU of CLIP.
//
// f′ follows from the product rule and the chain rule: s + u · βs′ with s′ = s·(1 −
// s).
//
// It is silu in PyTorch, and silu or swish in JAX and Keras, all without β. It is
// Swish in ONNX, with β as alpha, which is 1 by default.
//
// Special cases, for β > 0, are:
//
//	f(NaN) = NaN       f′(NaN) = NaN
//	f(+Inf) = +Inf     f′(+Inf) = 1
//	f(−Inf) = −0       f′(−Inf) = 0
//	f(±0) = ±0         f′(±0) = ½
//
// The error of f is below 1 ULP, and the error of f′ below 1.5 ULP, for any finite
// β, next to the zero of f′ and for subnormal results too. The worst errors found
// for β = 1, for float32 among all inputs:
//
//	float32   f  0.505 ULP at -0x1.2e7f5ap+04     f′ 0.505 ULP at -0x1.0a4p+05
//	float64   f  0.773 ULP at -0x1.657bffafbf05p+09, a subnormal result
//	          f′ 0.775 ULP at -0x1.37fffffffffffp+00
//
// With SIMD (see [VectorBits]):
//
//	float32   f  0.888 ULP at -0x1.6fa1bap+06, a subnormal result
//	          f′ 0.999 ULP at 0x1.71928p-08
//	float64   f  0.938 ULP at -0x1.2e39346b138efp+05
//	          f′ 1.079 ULP at -0x1.6d3b40de2730fp-02
//
// The zero value is ready to use.
//
// Sources: S. Elfwing, E. Uchibe, K. Doya, Sigmoid-Weighted Linear Units for Neural
// Network Function Approximation in Reinforcement Learning, 2017, arXiv:1702.03118;
// with β, P. Ramachandran, B. Zoph, Q. V. Le, Searching for Activation Functions,
// 2017, arXiv:1710.05941.
type SiLU[T Float] struct {
	// Beta is β, any finite number; 0 means 1.
	Beta T
}

// beta returns the β that the field means.
func (s SiLU[T]) beta(call string) T {
	if s.Beta == 0 {
		return 1
	}
	checkFiniteField(call, "Beta", s.Beta)
	return s.Beta
}

// Forward computes dst ← x · σ(β·x).
func (s SiLU[T]) Forward(dst, x []T) []T {
	const call = "SiLU.Forward"
	beta := s.beta(call)
	dst = forwardDst(call, dst, x, len(x))
	kernel.SiLU(dst, x, beta)
	return dst
}

// Derivative computes dst ← upstream · f′(x).
func (s SiLU[T]) Derivative(dst, x, upstream []T) []T {
	const call = "SiLU.Derivative"
	beta := s.beta(call)
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.SiLUDerivative(dst, x, upstream, beta)
	return dst
}

// At returns x · σ(β·x).
func (s SiLU[T]) At(x T) T { return kernel.SiLUAt(x, s.beta("SiLU.At")) }

// DerivativeAt returns f′(x).
func (s SiLU[T]) DerivativeAt(x T) T {
	return kernel.SiLUDerivativeAt(x, s.beta("SiLU.DerivativeAt"))
}

// String returns the name with β: "silu(beta=1)".
func (s SiLU[T]) String() string { return "silu(beta=" + decimal(cmp.Or(s.Beta, 1)) + ")" }
