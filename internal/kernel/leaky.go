package kernel

// LeakyReLU sets dst to x where x > 0, else to alpha·x.
func LeakyReLU[T Float](dst, x []T, alpha T) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = leaky(v, alpha)
	}
}

// leaky returns v for v ≥ +0, else alpha·v. That v = +0 is not multiplied
// keeps it +0 for a negative alpha too.
func leaky[T Float](v, alpha T) T {
	if v >= 0 && 1/v > 0 {
		return v
	}
	return alpha * v
}

// LeakyReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN,
// and to alpha·upstream elsewhere. For alpha > 0 it is its own from-output form.
func LeakyReLUDerivative[T Float](dst, x, upstream []T, alpha T) {
	dst = dst[:len(x)]
	if upstream == nil {
		for i, v := range x {
			dst[i] = gate(v, 1, alpha)
		}
		return
	}
	upstream = upstream[:len(x)]
	for i, v := range x {
		dst[i] = gate(v, upstream[i], alpha*upstream[i])
	}
}
