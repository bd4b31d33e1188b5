package reference

import "math"

// Softmax returns e^(xᵢ/τ) / Σⱼ e^(xⱼ/τ) for one row of logits and the temperature τ.
// As in package activation, a temperature of 0 means 1.
//
// The result for an entry of −Inf beside a finite one is 0. If the row holds a NaN or
// +Inf, or only −Inf, all results are NaN.
func Softmax(x []float64, temperature float64) []Value {
	y, rest := shifted(x, temperature)
	sum := one.Add(rest)
	for i := range y {
		y[i] = ExpValue(y[i]).Div(sum)
	}
	return y
}

// LogSoftmax returns the logarithm of Softmax. It is accurate even if Softmax is close
// to 1.
func LogSoftmax(x []float64, temperature float64) []Value {
	y, rest := shifted(x, temperature)
	// y is at most 0, and log is at least 0, so y − log does not cancel.
	log := Log1p(rest)
	for i := range y {
		y[i] = y[i].Sub(log)
	}
	return y
}

// shifted returns z = (x − max)/τ, and the sum of e^z over all entries except the first
// maximum. So the sum over all entries is 1 + rest. If the row has no softmax, z and rest
// are NaN.
func shifted(x []float64, temperature float64) (z []Value, rest Value) {
	if temperature == 0 {
		temperature = 1
	}
	tau, argmax := FromFloat(temperature), 0
	for i, v := range x {
		if v > x[argmax] || math.IsNaN(v) {
			argmax = i
		}
		if math.IsNaN(v) {
			break
		}
	}
	z = make([]Value, len(x))
	for i, v := range x {
		// If the row has no softmax, z[argmax] is NaN, because Inf − Inf is.
		z[i] = FromFloat(v).Sub(FromFloat(x[argmax])).Div(tau)
		if i != argmax {
			rest = rest.Add(ExpValue(z[i]))
		}
	}
	if len(x) > 0 && math.IsNaN(z[argmax].Hi) {
		for i := range z {
			z[i] = z[argmax]
		}
		rest = z[argmax]
	}
	return z, rest
}

// SoftmaxDerivative returns Jᵀ·upstream for the Jacobian J of Softmax at x. A nil
// upstream means ones. For the softmax y and the upstream gradient g,
//
//	∂L/∂xᵢ = yᵢ·(gᵢ − Σⱼ yⱼgⱼ)/τ = yᵢ·Σⱼ yⱼ(gᵢ − gⱼ)/τ
//
// The second form takes n² steps, but it keeps the bits of small differences.
func SoftmaxDerivative(x, upstream []float64, temperature float64) []Value {
	return derivative(x, upstream, temperature, func(yi, yj, gi, gj Value) Value {
		return yi.Mul(yj).Mul(gi.Sub(gj))
	})
}

// LogSoftmaxDerivative returns Jᵀ·upstream for the Jacobian J of LogSoftmax at x. A nil
// upstream means ones. For the softmax y, whose sum is 1,
//
//	∂L/∂xᵢ = (gᵢ − yᵢ·Σⱼ gⱼ)/τ = Σⱼ (yⱼgᵢ − yᵢgⱼ)/τ
func LogSoftmaxDerivative(x, upstream []float64, temperature float64) []Value {
	return derivative(x, upstream, temperature, func(yi, yj, gi, gj Value) Value {
		return yj.Mul(gi).Sub(yi.Mul(gj))
	})
}

// derivative returns Σ term(yᵢ, yⱼ, gᵢ, gⱼ)/τ over all j, for each i.
func derivative(x, upstream []float64, temperature float64, term func(yi, yj, gi, gj Value) Value) []Value {
	if temperature == 0 {
		temperature = 1
	}
	tau := FromFloat(temperature)
	y := Softmax(x, temperature)
	g := make([]Value, len(x))
	for i := range g {
		g[i] = one
		if upstream != nil {
			g[i] = FromFloat(upstream[i])
		}
	}
	d := make([]Value, len(x))
	for i := range d {
		for j := range y {
			d[i] = d[i].Add(term(y[i], y[j], g[i], g[j]))
		}
		d[i] = d[i].Div(tau)
	}
	return d
}
