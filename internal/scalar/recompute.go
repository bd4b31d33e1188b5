package scalar

import "example.com/activation/internal/element"

// The derivatives of a long distribution, if dst is the upstream slice. There is no memory
// for the outputs, so each pass over a distribution computes all outputs again.

// SoftmaxDerivativeRecomputed replaces the upstream in dst by Jᵀ·upstream for the
// Jacobian J of Softmax at x. SoftmaxDerivativeFromOutput explains the formula.
func SoftmaxDerivativeRecomputed[T element.Float](dst, x []T, classes, stride int, tau T) {
	forEachColumn(dst, x, classes, stride, tau, func(g, x []T, l distribution) {
		probability := func(i int) float64 { return float64(T(expTail(l.at(float64(x[i]))) / (1 + l.rest))) }
		differences := func(m float64) float64 {
			var s sum
			for i := 0; i < len(x); i += stride {
				if p := probability(i); p != 0 {
					s.add(float64(p * (float64(g[i]) - m)))
				}
			}
			return s.value()
		}
		m := float64(g[l.top])
		m += differences(m)
		s := differences(m)
		for i := 0; i < len(x); i += stride {
			p := probability(i)
			d := p * ((float64(g[i]) - m) - s) / float64(tau)
			if p == 0 {
				d = 0
			}
			g[i] = T(d)
		}
	})
}

// LogSoftmaxDerivativeRecomputed replaces the upstream in dst by Jᵀ·upstream for the
// Jacobian J of LogSoftmax at x. LogSoftmaxDerivativeFromOutput explains the formula.
func LogSoftmaxDerivativeRecomputed[T element.Float](dst, x []T, classes, stride int, tau T) {
	forEachColumn(dst, x, classes, stride, tau, func(g, x []T, l distribution) {
		total := gradientSum{top: float64(g[l.top])}
		for i := 0; i < len(g); i += stride {
			if i != l.top {
				total.others.add(float64(g[i]))
			}
		}
		log := element.Log1p(l.rest)
		for i := 0; i < len(x); i += stride {
			p, others := withComplement(float64(T(l.at(float64(x[i])) - log)))
			g[i] = T(logGradient(p, others, float64(g[i]), total) / float64(tau))
		}
	})
}

// A distribution holds what its outputs are computed from.
type distribution struct {
	m, tau, factor, divisor float64
	top                     int     // the index of the maximum m
	rest                    float64 // the sum of e^((x − m)/τ) over all entries except top
}

// at returns (v − m)/τ.
func (l *distribution) at(v float64) float64 {
	if l.tau == 1 {
		return v - l.m
	}
	return (v*l.factor - l.m*l.factor) / l.divisor
}

// forEachColumn calls f for each distribution, with dst and x from its first entry on.
func forEachColumn[T element.Float](dst, x []T, classes, stride int, tau T, f func(dst, x []T, l distribution)) {
	for outer := 0; outer < len(x); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			x, dst := x[start:outer+classes*stride], dst[start:outer+classes*stride]
			l := distribution{tau: float64(tau)}
			l.factor, l.divisor = element.Quotient(l.tau)
			for i := 0; i < len(x); i += stride {
				if !(x[i] <= x[l.top]) {
					l.top = i
				}
			}
			l.m = float64(x[l.top])
			var s sum
			for i := 0; i < len(x); i += stride {
				if i != l.top {
					s.add(expTail(l.at(float64(x[i]))))
				}
			}
			l.rest = s.value() + (l.m - l.m) // NaN if the row has no softmax
			f(dst, x, l)
		}
	}
}
