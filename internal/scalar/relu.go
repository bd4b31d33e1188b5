package scalar

import "example.com/activation/internal/element"

// ReLU sets dst to max(0, x). That takes half the time of the builtin max.
func ReLU[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		relu[int32](dst, x)
	} else {
		relu[int64](dst, x)
	}
}

// ReLUAt returns max(0, x).
func ReLUAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return reluAt[int32](x)
	}
	return reluAt[int64](x)
}

func reluAt[W bits, T element.Float](x T) T {
	_, negativeInf := patterns[W]()
	return reinterpret[T](positive(reinterpret[W](x), negativeInf))
}

// positive returns 0 for the bits from −0 to −Inf, else b. One comparison is enough, because
// the bits of negative NaNs are above those of −Inf.
func positive[W bits](b, negativeInf W) W {
	if b <= negativeInf {
		b = 0
	}
	return b
}

func relu[W bits, T element.Float](dst, x []T) {
	_, negativeInf := patterns[W]()
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[W](x, i), block[W](dst, i)
		o[0] = positive(b[0], negativeInf)
		o[1] = positive(b[1], negativeInf)
		o[2] = positive(b[2], negativeInf)
		o[3] = positive(b[3], negativeInf)
		o[4] = positive(b[4], negativeInf)
		o[5] = positive(b[5], negativeInf)
		o[6] = positive(b[6], negativeInf)
		o[7] = positive(b[7], negativeInf)
	}
	for ; i < len(x); i++ {
		dst[i] = reinterpret[T](positive(reinterpret[W](x[i]), negativeInf))
	}
}

// ReLUDerivative sets dst to upstream if x > 0, to NaN if x is NaN, else
// to 0. It also computes the derivative from the output, because max(0, x) > 0 if x > 0.
func ReLUDerivative[T element.Float](dst, x, upstream []T) {
	if element.Is32[T]() {
		reluDerivative[int32](dst, x, upstream)
	} else {
		reluDerivative[int64](dst, x, upstream)
	}
}

// ReLUDerivativeAt returns 1 for x > 0, x if that is NaN, else 0.
func ReLUDerivativeAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return leakyDerivativeAt[int32](x, 0)
	}
	return leakyDerivativeAt[int64](x, 0)
}

func reluDerivative[W bits, T element.Float](dst, x, upstream []T) {
	negativeZero, negativeInf := patterns[W]()
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, g, o := block[W](x, i), ones[W](), block[W](dst, i)
		if upstream != nil {
			g = block[W](upstream, i)
		}
		o[0] = choose(b[0] > 0, b[0], g[0], 0, negativeZero, negativeInf)
		o[1] = choose(b[1] > 0, b[1], g[1], 0, negativeZero, negativeInf)
		o[2] = choose(b[2] > 0, b[2], g[2], 0, negativeZero, negativeInf)
		o[3] = choose(b[3] > 0, b[3], g[3], 0, negativeZero, negativeInf)
		o[4] = choose(b[4] > 0, b[4], g[4], 0, negativeZero, negativeInf)
		o[5] = choose(b[5] > 0, b[5], g[5], 0, negativeZero, negativeInf)
		o[6] = choose(b[6] > 0, b[6], g[6], 0, negativeZero, negativeInf)
		o[7] = choose(b[7] > 0, b[7], g[7], 0, negativeZero, negativeInf)
	}
	for ; i < len(x); i++ {
		g := reinterpret[W](element.Upstream(1, upstream, i))
		dst[i] = reinterpret[T](choose(x[i] > 0, reinterpret[W](x[i]), g, 0, negativeZero, negativeInf))
	}
}
