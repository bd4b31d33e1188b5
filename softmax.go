package activation

import (
	"fmt"
	"strings"

	"example.com/activation/internal/kernel"
)

var (
	_ OutputDerivative[float32] = Softmax[float32]{}
	_ OutputDerivative[float64] = LogSoftmax[float64]{}
)

// Softmax turns n numbers, the logits of n classes, into the probabilities of the
// classes:
//
//	f(u)ᵢ        = e^(uᵢ/τ) / Σⱼ e^(uⱼ/τ)          range [0, 1], sum 1
//	∂f(u)ᵢ/∂uⱼ   = f(u)ᵢ · (δᵢⱼ − f(u)ⱼ) / τ       δᵢⱼ = 1 for i = j, else 0
//
// x is [outer][Classes][Stride]. It holds outer·Stride distributions. The Classes
// entries of a distribution are Stride apart.
//
// For a batch of examples, set Classes. Without Classes the whole slice is one
// distribution, and there is no error. For an image [channels][height][width] whose
// pixels are classified, set Classes to channels and Stride to height·width.
// Without Stride neighbouring pixels become the classes, and there is no error,
// because the lengths still fit.
//
// Use it on the output layer of a classifier: [2.0, 1.0, 0.1] becomes about [0.7,
// 0.2, 0.1]. Use [LogSoftmax] for the cross-entropy loss. Softmax is [Sigmoid] for
// more than two classes: softmax [u, 0] is [σ(u), σ(−u)].
//
// f′ follows from the quotient rule for Nᵢ/S, with S = Σⱼ Nⱼ and Nᵢ = e^(uᵢ/τ). By
// the chain rule, Nᵢ has the derivative Nᵢ/τ with respect to uᵢ:
//
//	∂f(u)ᵢ/∂uⱼ = (δᵢⱼ·Nᵢ·S − Nᵢ·Nⱼ) / (τ·S²) = f(u)ᵢ·(δᵢⱼ − f(u)ⱼ) / τ
//
// It is softmax in PyTorch, JAX and Keras, and Softmax in ONNX. They have an axis
// in place of Classes and Stride, and no Temperature.
//
// Special cases are:
//
//	an entry −Inf beside a finite one gives exactly 0
//	a row with NaN or +Inf in it, or with −Inf only, gives NaN in every entry
//	a row of one finite entry gives 1
//	τ = +Inf gives 1/k for each of the k entries that are not −Inf
//
// The error of an entry y is at most 4·ε·(1 + |x − max|/τ)·y plus the smallest
// subnormal, with ε = 2⁻²³ for float32 and 2⁻⁵² for float64. The n entries of a row
// sum to 1 within 2·ε·√n. Both hold for rows of up to 2²⁰ entries. x − max may
// overflow, but (x − max)/τ must not. The zero value is ready to use.
//
// Source: J. S. Bridle, Probabilistic Interpretation of Feedforward Classification
// Network Outputs, with Relationships to Statistical Pattern Recognition, 1990.
type Softmax[T Float] struct {
	// Classes is the number of entries of a distribution. 0 means that the
	// whole slice is one distribution; Stride is then ignored.
	Classes int

	// Stride is the distance from one entry to the next; 0 means 1.
	Stride int

	// Temperature is τ, above 0; +Inf is allowed, and 0 means 1. Above 1 it
	// makes the probabilities more equal, below 1 it sharpens them. For
	// attention, which scales its scores by 1/√d, set it to √d.
	Temperature T
}

// distributions checks the fields of a Softmax or LogSoftmax and that the n
// elements of a slice fit them, and returns what they mean. An empty slice is one
// distribution of no entries, because Classes·Stride may be above the largest int.
func distributions[T Float](call, slice string, s Softmax[T], n int) (classes, step int, tau T) {
	atLeast(call, "Classes", s.Classes, 0)
	step = stride(call, s.Stride)
	tau = s.Temperature
	if tau == 0 {
		tau = 1
	}
	if !(tau > 0) {
		mistake(call, "Temperature = %v, want above 0", tau)
	}
	if s.Classes == 0 || n == 0 {
		return n, 1, tau
	}
	checkMultiple(call, slice, n, "Classes·Stride", saturatingProduct(s.Classes, step))
	return s.Classes, step, tau
}

// checkKeep checks that keep covers whole distributions of those that s describes,
// and that reading it over and over covers n elements.
func checkKeep[T Float](call string, keep []bool, s Softmax[T], n int) {
	switch {
	case len(keep) == n:
	case s.Classes == 0:
		mistake(call, "len(keep) = %d, want %d", len(keep), n)
	case len(keep) == 0 || n%len(keep) != 0 || len(keep)%saturatingProduct(s.Classes, max(s.Stride, 1)) != 0:
		mistake(call, "len(keep) = %d, want a multiple of Classes·Stride = %d that divides len(x) = %d",
			len(keep), saturatingProduct(s.Classes, max(s.Stride, 1)), n)
	}
}

// jacobianDst checks that x is one distribution of those that s describes, and
// returns a dst for its Jacobian.
func jacobianDst[T Float](call string, s Softmax[T], dst, x []T) ([]T, T) {
	_, _, tau := distributions(call, "x", s, 0) // checks the fields
	if s.Classes != 0 && len(x) != s.Classes && len(x) != 0 {
		mistake(call, "len(x) = %d, want Classes = %d", len(x), s.Classes)
	}
	return forwardDst(call, dst, x, resultLen(call, len(x), len(x))), tau
}

// Forward computes the probabilities for the logits x.
func (s Softmax[T]) Forward(dst, x []T) []T {
	const call = "Softmax.Forward"
	classes, step, tau := distributions(call, "x", s, len(x))
	dst = forwardDst(call, dst, x, len(x))
	kernel.Softmax(dst, x, classes, step, tau)
	return dst
}

// ForwardMasked computes the probabilities of those entries of x for which keep is
// true, as if there were no others. A masked entry, for which keep is false, gives
// 0, even if it is NaN or infinite. If all entries of a row are masked, the whole
// row gives 0.
//
// The length of keep is that of x. If Classes is set, keep may also be shorter: a
// multiple of Classes·Stride that divides len(x). Then keep applies to each part of
// x of that length. So one causal mask of n·n elements serves all heads of
// attention. But a mask [batch][n], or [batch][n][n], is not one mask for all heads
// of an example: expand it to the shape [batch][heads][n][n] of the scores. A keep of
// any other length panics, and so does a nil keep if x is not empty.
//
// For the backward pass use DerivativeFromOutput, which gives 0 for a masked entry.
// Do not use Derivative, which does not know the mask.
func (s Softmax[T]) ForwardMasked(dst, x []T, keep []bool) []T {
	const call = "Softmax.ForwardMasked"
	classes, step, tau := distributions(call, "x", s, len(x))
	checkKeep(call, keep, s, len(x))
	dst = forwardDst(call, dst, x, len(x))
	kernel.SoftmaxMasked(dst, x, keep, classes, step, tau)
	return dst
}

// Derivative computes dst ← Jᵀ·upstream at x. With y = f(x) and g = upstream, that
// is
//
//	yᵢ·(gᵢ − Σⱼ yⱼgⱼ)/τ = Σⱼ yᵢyⱼ(gᵢ − gⱼ)/τ
//
// The error is the distance from this formula for the y that Forward returns. For rows
// of n ≤ 1000 entries it is at most 16·ε·Σⱼ yᵢyⱼ|gᵢ − gⱼ|/τ, plus
// s·(2 + (n/2 + 2)/τ) for the smallest subnormal s. For longer rows it grows at most in
// proportion to the length. So a large gⱼ beside a small yⱼ does no harm, as long as no
// difference gᵢ − gⱼ overflows.
func (s Softmax[T]) Derivative(dst, x, upstream []T) []T {
	const call = "Softmax.Derivative"
	classes, step, tau := distributions(call, "x", s, len(x))
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.SoftmaxDerivative(dst, x, upstream, classes, step, tau)
	return dst
}

// DerivativeFromOutput is [Softmax.Derivative] with the same bound, for y =
// Forward(x) or for the y of ForwardMasked. If yᵢ is exactly 0, the result is 0 and
// gᵢ does not count, even if it is NaN or infinite.
func (s Softmax[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "Softmax.DerivativeFromOutput"
	classes, step, tau := distributions(call, "y", s, len(y))
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.SoftmaxDerivativeFromOutput(dst, y, upstream, classes, step, tau)
	return dst
}

// Jacobian computes all derivatives for one distribution x of n entries. It ignores
// Stride: the entries are adjacent. dst has n·n elements, with ∂f(x)ᵢ/∂xⱼ at index
// i·n + j. If Classes is set, Jacobian panics unless x has Classes elements or none.
func (s Softmax[T]) Jacobian(dst, x []T) []T {
	dst, tau := jacobianDst("Softmax.Jacobian", s, dst, x)
	kernel.SoftmaxJacobian(dst, x, tau)
	return dst
}

// String returns the name with the fields that are set:
// "softmax(classes=10, stride=49, temperature=0.5)".
func (s Softmax[T]) String() string { return "softmax" + s.fields() }

func (s Softmax[T]) fields() string {
	var set []string
	if s.Classes != 0 {
		set = append(set, fmt.Sprintf("classes=%d", s.Classes))
	}
	if text := strideText(s.Stride); text != "" {
		set = append(set, text[len(", "):])
	}
	if s.Temperature != 0 && s.Temperature != 1 {
		set = append(set, "temperature="+decimal(s.Temperature))
	}
	if set == nil {
		return ""
	}
	return "(" + strings.Join(set, ", ") + ")"
}

// LogSoftmax is the logarithm of [Softmax], with the same fields:
//
//	f(u)ᵢ        = uᵢ/τ − log Σⱼ e^(uⱼ/τ)          range [−∞, 0]
//	∂f(u)ᵢ/∂uⱼ   = (δᵢⱼ − pⱼ) / τ                  p = softmax u
//
// x has the shape that it has for Softmax. A batch needs Classes, and an image
// needs Stride.
//
// Use it for the loss: the cross-entropy of a classifier is −f(u) at the right
// class. For its gradient, pass DerivativeFromOutput an upstream of −1 at the right
// class and 0 elsewhere. It returns (p − 1)/τ at the right class and p/τ elsewhere.
// f is accurate even if softmax is so close to 1 that the logarithm of its rounded
// value is 0: f([40, 0])₀ is −4.2e-18.
//
// f′ follows from the sum and chain rules, with log′ v = 1/v.
//
// It is log_softmax in PyTorch, JAX and Keras, and LogSoftmax in ONNX.
//
// Special cases are:
//
//	an entry −Inf beside a finite one gives −Inf
//	a row with NaN or +Inf in it, or with −Inf only, gives NaN in every entry
//	a row of one finite entry gives 0
//	τ = +Inf gives −log k for each of the k entries that are not −Inf
//
// The error of f is below 4 ULP, for rows of up to 2²⁰ entries and a τ that is not
// subnormal. The zero value is ready to use.
//
// Source: J. S. Bridle, Probabilistic Interpretation of Feedforward Classification
// Network Outputs, with Relationships to Statistical Pattern Recognition, 1990.
type LogSoftmax[T Float] struct {
	// Classes, Stride and Temperature are those of [Softmax].
	Classes     int
	Stride      int
	Temperature T
}

// Forward computes the log probabilities for the logits x.
func (l LogSoftmax[T]) Forward(dst, x []T) []T {
	const call = "LogSoftmax.Forward"
	classes, step, tau := distributions(call, "x", Softmax[T](l), len(x))
	dst = forwardDst(call, dst, x, len(x))
	kernel.LogSoftmax(dst, x, classes, step, tau)
	return dst
}

// ForwardMasked computes the log probabilities of those entries of x for which keep
// is true, as if there were no others. keep may have the same lengths as in
// [Softmax.ForwardMasked]. A masked entry gives −Inf, even if it is NaN or infinite.
// If all entries of a row are masked, the whole row gives −Inf.
//
// For the backward pass use DerivativeFromOutput, with an upstream of 0 for each
// masked entry. Do not use Derivative, which does not know the mask.
func (l LogSoftmax[T]) ForwardMasked(dst, x []T, keep []bool) []T {
	const call = "LogSoftmax.ForwardMasked"
	classes, step, tau := distributions(call, "x", Softmax[T](l), len(x))
	checkKeep(call, keep, Softmax[T](l), len(x))
	dst = forwardDst(call, dst, x, len(x))
	kernel.LogSoftmaxMasked(dst, x, keep, classes, step, tau)
	return dst
}

// Derivative computes dst ← Jᵀ·upstream at x. With p = softmax x and g = upstream,
// that is
//
//	(gᵢ − pᵢ·Σⱼ gⱼ)/τ = ((1 − pᵢ)·gᵢ − pᵢ·rᵢ)/τ     rᵢ = Σⱼ gⱼ − gᵢ
//
// The error is the distance from the exact result for p = e^y, with the y that
// Forward returns. For rows of up to 1000 entries it is at most
//
//	16·ε·((1 − pᵢ)·|gᵢ| + pᵢ·Rᵢ)/τ                  Rᵢ = Σⱼ |gⱼ| − |gᵢ|
//
// plus a few times s·max(1, Σⱼ |gⱼ|)·max(1, 1/τ) for the smallest subnormal s. For
// longer rows it grows at most in proportion to the length. If Σⱼ |gⱼ| overflows, the
// result may be NaN.
func (l LogSoftmax[T]) Derivative(dst, x, upstream []T) []T {
	const call = "LogSoftmax.Derivative"
	classes, step, tau := distributions(call, "x", Softmax[T](l), len(x))
	dst = derivativeDst(call, dst, x, upstream, len(x))
	kernel.LogSoftmaxDerivative(dst, x, upstream, classes, step, tau)
	return dst
}

// DerivativeFromOutput is [LogSoftmax.Derivative] with the same bound, for y =
// Forward(x). For the y of ForwardMasked, set the upstream of the masked entries to 0:
// each gᵢ counts, even if yᵢ is −Inf, because ∂f(u)ᵢ/∂uⱼ is not 0 for such an i.
func (l LogSoftmax[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	const call = "LogSoftmax.DerivativeFromOutput"
	classes, step, tau := distributions(call, "y", Softmax[T](l), len(y))
	dst = fromOutputDst(call, dst, y, upstream)
	kernel.LogSoftmaxDerivativeFromOutput(dst, y, upstream, classes, step, tau)
	return dst
}

// Jacobian computes all derivatives for one distribution x of n entries. It ignores
// Stride: the entries are adjacent. dst has n·n elements, with ∂f(x)ᵢ/∂xⱼ at index
// i·n + j. If Classes is set, Jacobian panics unless x has Classes elements or none.
func (l LogSoftmax[T]) Jacobian(dst, x []T) []T {
	dst, tau := jacobianDst("LogSoftmax.Jacobian", Softmax[T](l), dst, x)
	kernel.LogSoftmaxJacobian(dst, x, tau)
	return dst
}

// String returns the name with the fields that are set:
// "log_softmax(classes=10)".
func (l LogSoftmax[T]) String() string { return "log_softmax" + Softmax[T](l).fields() }
