package scalar

import "example.com/activation/internal/element"

// ReLU sets dst to max(0, x). That takes half the time of the builtin max.
func ReLU[T element.Float](dst, x []T) {
	if is32[T]() {
		relu[int32](dst, x)
	} else {
		relu[int64](dst, x)
	}
}

// ReLUAt returns max(0, x).
func ReLUAt[T element.Float](x T) T {
	if is32[T]() {
		return reinterpret[T](positive(reinterpret[int32](x)))
	}
	return reinterpret[T](positive(reinterpret[int64](x)))
}

// positive returns b, but 0 for the bits from −0 to −Inf. That is one comparison,
// which leaves out the NaNs.
func positive[W bits](b W) W {
	if b <= negativeInfinity[W]() {
		b = 0
	}
	return b
}

func relu[W bits, T element.Float](dst, x []T) {
	in, inRest := blocks[W](x)
	out, outRest := blocks[W](dst)
	out, outRest = out[:len(in)], outRest[:len(inRest)]
	for i := range in {
		b, o := &in[i], &out[i]
		o[0] = positive(b[0])
		o[1] = positive(b[1])
		o[2] = positive(b[2])
		o[3] = positive(b[3])
		o[4] = positive(b[4])
		o[5] = positive(b[5])
		o[6] = positive(b[6])
		o[7] = positive(b[7])
	}
	for i, b := range inRest {
		outRest[i] = positive(b)
	}
}

// ReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to 0 elsewhere. It is its own from-output form: max(0, x) > 0 where x > 0.
func ReLUDerivative[T element.Float](dst, x, upstream []T) {
	if is32[T]() {
		reluDerivative[int32](dst, x, upstream)
	} else {
		reluDerivative[int64](dst, x, upstream)
	}
}

// ReLUDerivativeAt returns 1 for x > 0, x if that is NaN, else 0.
func ReLUDerivativeAt[T element.Float](x T) T { return LeakyReLUDerivativeAt(x, 0) }

func reluDerivative[W bits, T element.Float](dst, x, upstream []T) {
	in, inRest := blocks[W](x)
	out, outRest := blocks[W](dst)
	up, upRest := blocks[W](upstream)
	ones := ones[W, T]()
	g := &ones
	out, outRest = out[:len(in)], outRest[:len(inRest)]
	for i := range in {
		if i < len(up) {
			g = &up[i]
		}
		b, o := &in[i], &out[i]
		o[0] = slope(b[0], g[0], 0)
		o[1] = slope(b[1], g[1], 0)
		o[2] = slope(b[2], g[2], 0)
		o[3] = slope(b[3], g[3], 0)
		o[4] = slope(b[4], g[4], 0)
		o[5] = slope(b[5], g[5], 0)
		o[6] = slope(b[6], g[6], 0)
		o[7] = slope(b[7], g[7], 0)
	}
	for i, b := range inRest {
		on := g[0]
		if i < len(upRest) {
			on = upRest[i]
		}
		outRest[i] = slope(b, on, 0)
	}
}

// slope returns on for the bits b of a number above 0, b for those of a NaN, else
// off.
func slope[W bits](b, on, off W) W {
	if b > 0 {
		off = on
	}
	if isNaN(b) {
		off = b
	}
	return off
}
