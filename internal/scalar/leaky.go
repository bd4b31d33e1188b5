package scalar

import "example.com/activation/internal/element"

// LeakyReLU sets dst to x where x > 0, else to alpha·x.
func LeakyReLU[T element.Float](dst, x []T, alpha T) {
	if is32[T]() {
		leaky[int32](dst, x, alpha)
	} else {
		leaky[int64](dst, x, alpha)
	}
}

// LeakyReLUAt returns x for x > 0, else alpha·x.
func LeakyReLUAt[T element.Float](x, alpha T) T {
	if is32[T]() {
		return reinterpret[T](unlessNegative(reinterpret[int32](x), reinterpret[int32](x*alpha)))
	}
	return reinterpret[T](unlessNegative(reinterpret[int64](x), reinterpret[int64](x*alpha)))
}

// unlessNegative returns b for the bits of a number from +0 on, else y. The sign bit
// separates +0 from −0, so f(+0) is +0 for a negative slope too.
func unlessNegative[W bits](b, y W) W {
	if b >= 0 {
		y = b
	}
	return y
}

func leaky[W bits, T element.Float](dst, x []T, alpha T) {
	in, inRest := blocks[W](x)
	v, vRest := blocks[T](x)
	out, outRest := blocks[W](dst)
	v, out = v[:len(in)], out[:len(in)]
	for i := range in {
		b, v, o := &in[i], &v[i], &out[i]
		o[0] = unlessNegative(b[0], reinterpret[W](v[0]*alpha))
		o[1] = unlessNegative(b[1], reinterpret[W](v[1]*alpha))
		o[2] = unlessNegative(b[2], reinterpret[W](v[2]*alpha))
		o[3] = unlessNegative(b[3], reinterpret[W](v[3]*alpha))
		o[4] = unlessNegative(b[4], reinterpret[W](v[4]*alpha))
		o[5] = unlessNegative(b[5], reinterpret[W](v[5]*alpha))
		o[6] = unlessNegative(b[6], reinterpret[W](v[6]*alpha))
		o[7] = unlessNegative(b[7], reinterpret[W](v[7]*alpha))
	}
	vRest, outRest = vRest[:len(inRest)], outRest[:len(inRest)]
	for i, b := range inRest {
		outRest[i] = unlessNegative(b, reinterpret[W](vRest[i]*alpha))
	}
}

// LeakyReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN,
// and to alpha·upstream elsewhere, for an alpha that is not 0.
func LeakyReLUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	if is32[T]() {
		leakyDerivative[int32](dst, x, upstream, alpha)
	} else {
		leakyDerivative[int64](dst, x, upstream, alpha)
	}
}

// LeakyReLUDerivativeAt returns 1 for x > 0, x if that is NaN, else alpha.
func LeakyReLUDerivativeAt[T element.Float](x, alpha T) T {
	if is32[T]() {
		return reinterpret[T](slope(reinterpret[int32](x), reinterpret[int32](T(1)), reinterpret[int32](alpha)))
	}
	return reinterpret[T](slope(reinterpret[int64](x), reinterpret[int64](T(1)), reinterpret[int64](alpha)))
}

func leakyDerivative[W bits, T element.Float](dst, x, upstream []T, alpha T) {
	in, inRest := blocks[W](x)
	out, outRest := blocks[W](dst)
	up, upRest := blocks[T](upstream)
	ones := ones[T, T]()
	g := &ones
	out, outRest = out[:len(in)], outRest[:len(inRest)]
	for i := range in {
		if i < len(up) {
			g = &up[i]
		}
		b, o := &in[i], &out[i]
		o[0] = slope(b[0], reinterpret[W](g[0]), reinterpret[W](g[0]*alpha))
		o[1] = slope(b[1], reinterpret[W](g[1]), reinterpret[W](g[1]*alpha))
		o[2] = slope(b[2], reinterpret[W](g[2]), reinterpret[W](g[2]*alpha))
		o[3] = slope(b[3], reinterpret[W](g[3]), reinterpret[W](g[3]*alpha))
		o[4] = slope(b[4], reinterpret[W](g[4]), reinterpret[W](g[4]*alpha))
		o[5] = slope(b[5], reinterpret[W](g[5]), reinterpret[W](g[5]*alpha))
		o[6] = slope(b[6], reinterpret[W](g[6]), reinterpret[W](g[6]*alpha))
		o[7] = slope(b[7], reinterpret[W](g[7]), reinterpret[W](g[7]*alpha))
	}
	for i, b := range inRest {
		g := g[0]
		if i < len(upRest) {
			g = upRest[i]
		}
		outRest[i] = slope(b, reinterpret[W](g), reinterpret[W](g*alpha))
	}
}
