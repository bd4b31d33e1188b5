package scalar

import "example.com/activation/internal/element"

// LeakyReLU sets dst to x if x > 0, else to alpha·x.
func LeakyReLU[T element.Float](dst, x []T, alpha T) {
	if element.Is32[T]() {
		leaky[int32](dst, x, alpha)
	} else {
		leaky[int64](dst, x, alpha)
	}
}

// LeakyReLUAt returns x for x > 0, else alpha·x.
func LeakyReLUAt[T element.Float](x, alpha T) T {
	if element.Is32[T]() {
		return reinterpret[T](unlessNegative(reinterpret[int32](x), reinterpret[int32](x*alpha)))
	}
	return reinterpret[T](unlessNegative(reinterpret[int64](x), reinterpret[int64](x*alpha)))
}

// unlessNegative returns b if its sign bit is clear, else y. So for +0 it returns +0, for a
// negative slope too.
func unlessNegative[W bits](b, y W) W {
	if b >= 0 {
		y = b
	}
	return y
}

func leaky[W bits, T element.Float](dst, x []T, alpha T) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, v, o := block[W](x, i), block[T](x, i), block[W](dst, i)
		o[0] = unlessNegative(b[0], reinterpret[W](v[0]*alpha))
		o[1] = unlessNegative(b[1], reinterpret[W](v[1]*alpha))
		o[2] = unlessNegative(b[2], reinterpret[W](v[2]*alpha))
		o[3] = unlessNegative(b[3], reinterpret[W](v[3]*alpha))
		o[4] = unlessNegative(b[4], reinterpret[W](v[4]*alpha))
		o[5] = unlessNegative(b[5], reinterpret[W](v[5]*alpha))
		o[6] = unlessNegative(b[6], reinterpret[W](v[6]*alpha))
		o[7] = unlessNegative(b[7], reinterpret[W](v[7]*alpha))
	}
	for ; i < len(x); i++ {
		dst[i] = reinterpret[T](unlessNegative(reinterpret[W](x[i]), reinterpret[W](x[i]*alpha)))
	}
}

// LeakyReLUDerivative sets dst to upstream if x > 0, to NaN if x is NaN,
// and to alpha·upstream elsewhere, for an alpha that is not 0.
func LeakyReLUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	if element.Is32[T]() {
		leakyDerivative[int32](dst, x, upstream, alpha)
	} else {
		leakyDerivative[int64](dst, x, upstream, alpha)
	}
}

// LeakyReLUDerivativeAt returns 1 for x > 0, x if that is NaN, else alpha.
func LeakyReLUDerivativeAt[T element.Float](x, alpha T) T {
	if element.Is32[T]() {
		return reinterpret[T](slope[int32](reinterpret[int32](x), one32, reinterpret[int32](alpha)))
	}
	return reinterpret[T](slope[int64](reinterpret[int64](x), one64, reinterpret[int64](alpha)))
}

// slope returns on if b holds the bits of an x > 0, b if x is NaN, else off.
func slope[W bits](b, on, off W) W {
	negativeZero, negativeInf := patterns[W]()
	return choose(b > 0, b, on, off, negativeZero, negativeInf)
}

// leakyDerivative looks for NaNs as reluDerivative does.
func leakyDerivative[W bits, T element.Float](dst, x, upstream []T, alpha T) {
	negativeZero, negativeInf := patterns[W]()
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, v, g, on, o := block[W](x, i), block[T](x, i), ones[T](), ones[W](), block[W](dst, i)
		if upstream != nil {
			g, on = block[T](upstream, i), block[W](upstream, i)
		}
		if s := (v[0] + v[1] + v[2] + v[3]) + (v[4] + v[5] + v[6] + v[7]); s != s {
			for k, b := range b {
				o[k] = choose(b > 0, b, on[k], reinterpret[W](g[k]*alpha), negativeZero, negativeInf)
			}
			continue
		}
		o[0] = ifPositive(b[0], on[0], reinterpret[W](g[0]*alpha))
		o[1] = ifPositive(b[1], on[1], reinterpret[W](g[1]*alpha))
		o[2] = ifPositive(b[2], on[2], reinterpret[W](g[2]*alpha))
		o[3] = ifPositive(b[3], on[3], reinterpret[W](g[3]*alpha))
		o[4] = ifPositive(b[4], on[4], reinterpret[W](g[4]*alpha))
		o[5] = ifPositive(b[5], on[5], reinterpret[W](g[5]*alpha))
		o[6] = ifPositive(b[6], on[6], reinterpret[W](g[6]*alpha))
		o[7] = ifPositive(b[7], on[7], reinterpret[W](g[7]*alpha))
	}
	for ; i < len(x); i++ {
		g := element.Upstream(1, upstream, i)
		dst[i] = reinterpret[T](choose(x[i] > 0, reinterpret[W](x[i]), reinterpret[W](g), reinterpret[W](g*alpha), negativeZero, negativeInf))
	}
}
