package reference

import "math"

// Softmax returns e^(xᵢ/τ) / Σⱼ e^(xⱼ/τ) for one row of logits, τ being the
// temperature; as in the package proper, temperature 0 means 1.
//
// An entry −Inf beside a finite one gives 0. A row that holds NaN or +Inf, or
// nothing but −Inf, gives NaN throughout.
func Softmax(x []float64, temperature float64) []Value {
	y, rest := logits(x, temperature)
	sum := one.Add(rest)
	for i := range y {
		y[i] = ExpValue(y[i]).Div(sum)
	}
	return y
}

// LogSoftmax returns the logarithm of Softmax, accurate also where that is
// close to 1.
func LogSoftmax(x []float64, temperature float64) []Value {
	y, rest := logits(x, temperature)
	// Neither term is positive, so they cannot cancel.
	log := Log1p(rest)
	for i := range y {
		y[i] = y[i].Sub(log)
	}
	return y
}

// logits returns z = (x − max)/τ, and Σ e^zⱼ over all entries but the maximum
// (the first one), so that the sum over all of them is 1 + rest.
// All are NaN for a row without a softmax.
func logits(x []float64, temperature float64) (z []Value, rest Value) {
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
		// Inf − Inf is NaN: so are z[argmax] and rest in the rows without
		// a softmax.
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

// SoftmaxDerivative returns Jᵀ·upstream for the Jacobian J of Softmax at x; a
// nil upstream means ones. With y the softmax and g the upstream gradient,
//
//	∂L/∂xᵢ = yᵢ·(gᵢ − Σⱼ yⱼgⱼ)/τ = yᵢ·Σⱼ yⱼ(gᵢ − gⱼ)/τ
//
// The second form takes n² steps, but small differences do not drown in it.
func SoftmaxDerivative(x, upstream []float64, temperature float64) []Value {
	return derivative(x, upstream, temperature, func(yi, yj, gi, gj Value) Value {
		return yi.Mul(yj).Mul(gi.Sub(gj))
	})
}

// LogSoftmaxDerivative returns Jᵀ·upstream for the Jacobian J of LogSoftmax at
// x; a nil upstream means ones. With y the softmax, whose sum is 1,
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
