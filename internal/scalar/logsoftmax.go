package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// LogSoftmax sets dst to (x − m)/τ − log(1 + rest) over each distribution of
// classes entries that lie stride apart, where m is the first maximum and rest
// the sum of e^((x − m)/τ) over all the other entries. Neither term is
// positive, so they cannot cancel, and the logarithm of 1 + rest keeps all bits
// of a small rest.
func LogSoftmax[T element.Float](dst, x []T, classes, stride int, tau T) {
	for outer := 0; outer < len(x); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			in, out := row(x, start, classes, stride), row(dst, start, classes, stride)
			m, log := logRest(in, stride, tau)
			for i := 0; i < len(in); i += stride {
				out[i] = logProbability(in[i], m, tau, log)
			}
		}
	}
}

// LogSoftmaxDerivative sets dst to Jᵀ·upstream for the Jacobian J of LogSoftmax
// at x.
func LogSoftmaxDerivative[T element.Float](dst, x, upstream []T, classes, stride int, tau T) {
	for outer := 0; outer < len(x); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			in, g := row(x, start, classes, stride), row(upstream, start, classes, stride)
			m, log := logRest(in, stride, tau)
			total := gradientSum(g, classes, stride)
			out := row(dst, start, classes, stride)
			for i := 0; i < len(in); i += stride {
				out[i] = logBackward(logProbability(in[i], m, tau, log), element.Upstream(1, g, i), total, tau)
			}
		}
	}
}

// LogSoftmaxDerivativeFromOutput is LogSoftmaxDerivative for y, the log-softmax
// of x.
func LogSoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) {
	for outer := 0; outer < len(y); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			in, g := row(y, start, classes, stride), row(upstream, start, classes, stride)
			total := gradientSum(g, classes, stride)
			out := row(dst, start, classes, stride)
			for i := 0; i < len(in); i += stride {
				out[i] = logBackward(in[i], element.Upstream(1, g, i), total, tau)
			}
		}
	}
}

// logBackward returns (gᵢ − pᵢ·Σg)/τ for log probability y = log pᵢ. Where pᵢ
// is close to 1 and gᵢ most of the sum, the difference has lost its bits; so
//
//	gᵢ − pᵢ·Σg = (1 − pᵢ)·gᵢ − pᵢ·(Σg − gᵢ)
func logBackward[T element.Float](y, g T, total sum, tau T) T {
	p := expTail(float64(y), 1, 0)
	others := 1 - p
	if p > 0.5 {
		others = -math.Expm1(float64(y))
	}
	d := others*float64(g) - p*((total.high-float64(g))+total.low)
	return T(d / float64(tau))
}

// gradientSum returns the sum of the gradients of one row.
func gradientSum[T element.Float](g []T, classes, stride int) (s sum) {
	if g == nil {
		return sum{high: float64(classes)}
	}
	for i := 0; i < len(g); i += stride {
		s.add(float64(g[i]))
	}
	return s
}

// LogSoftmaxJacobian sets dst to the n×n derivatives of n outputs by n inputs,
// ∂yᵢ/∂xⱼ = (δᵢⱼ − pⱼ)/τ. The last row of dst must hold p = softmax x.
func LogSoftmaxJacobian[T element.Float](dst []T, n int, tau T) {
	jacobian(dst, n, tau, func(T) T { return 1 })
}

// logRest returns the maximum m of a row, and log(1 + rest).
func logRest[T element.Float](x []T, stride int, tau T) (m T, log float64) {
	at := first(x, stride)
	m = x[at]
	var rest sum
	exponentials(nil, x[:at], stride, m, tau, &rest)
	if at+stride < len(x) {
		exponentials(nil, x[at+stride:], stride, m, tau, &rest)
	}
	// The difference is NaN for a maximum of ±Inf, else 0.
	return m, math.Log1p(rest.value()) + float64(m-m)
}

// logProbability returns (v − m)/τ − log.
func logProbability[T element.Float](v, m, tau T, log float64) T {
	d := float64(v) - float64(m)
	if tau != 1 {
		factor, divisor := element.Quotient(float64(tau))
		d = (float64(v)*factor - float64(m)*factor) / divisor
	}
	return T(d - log)
}
