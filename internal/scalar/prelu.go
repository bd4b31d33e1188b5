package scalar

import (
	"slices"

	"example.com/activation/internal/element"
)

// A PReLU sees x as runs of stride elements that share a slope. Short runs go
// through a plain loop; from longRun on a call of the loop for LeakyReLU pays off.
// For stride 1 the slopes change from element to element, and if their number is a
// multiple of eight, so are the blocks.
const longRun = 16

// PReLU sets dst to x where x > 0, else to alpha[i]·x, with
// i = (index/stride) mod len(alpha).
func PReLU[T element.Float](dst, x, alpha []T, stride int) {
	if is32[T]() {
		prelu[int32](dst, x, alpha, stride)
	} else {
		prelu[int64](dst, x, alpha, stride)
	}
}

func prelu[W bits, T element.Float](dst, x, alpha []T, stride int) {
	if stride == 1 && len(alpha)%8 == 0 {
		preluBlocks[W](dst, x, alpha)
		return
	}
	for len(x) > 0 {
		for _, a := range alpha {
			in, out := x[:stride], dst[:stride]
			if stride >= longRun {
				leaky[W](out, in, a)
			} else {
				for i, v := range in {
					out[i] = reinterpret[T](unlessNegative(reinterpret[W](v), reinterpret[W](v*a)))
				}
			}
			x, dst = x[stride:], dst[stride:]
		}
	}
}

func preluBlocks[W bits, T element.Float](dst, x, alpha []T) {
	for i, k := 0, 0; i < len(x); i += 8 {
		b, v, a, o := block[W](x[i:]), block[T](x[i:]), block[T](alpha[k:]), block[W](dst[i:])
		if k += 8; k == len(alpha) {
			k = 0
		}
		o[0] = unlessNegative(b[0], reinterpret[W](v[0]*a[0]))
		o[1] = unlessNegative(b[1], reinterpret[W](v[1]*a[1]))
		o[2] = unlessNegative(b[2], reinterpret[W](v[2]*a[2]))
		o[3] = unlessNegative(b[3], reinterpret[W](v[3]*a[3]))
		o[4] = unlessNegative(b[4], reinterpret[W](v[4]*a[4]))
		o[5] = unlessNegative(b[5], reinterpret[W](v[5]*a[5]))
		o[6] = unlessNegative(b[6], reinterpret[W](v[6]*a[6]))
		o[7] = unlessNegative(b[7], reinterpret[W](v[7]*a[7]))
	}
}

// PReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to alpha[i]·upstream elsewhere. A slope of 0 closes the gate: its result is 0, even
// if upstream is NaN or infinite.
func PReLUDerivative[T element.Float](dst, x, upstream, alpha []T, stride int) {
	if is32[T]() {
		preluDerivative[int32](dst, x, upstream, alpha, stride)
	} else {
		preluDerivative[int64](dst, x, upstream, alpha, stride)
	}
}

func preluDerivative[W bits, T element.Float](dst, x, upstream, alpha []T, stride int) {
	if stride == 1 && len(alpha)%8 == 0 && !slices.Contains(alpha, 0) {
		preluDerivativeBlocks[W](dst, x, upstream, alpha)
		return
	}
	negativeZero, negativeInf := patterns[W]()
	for start := 0; start < len(x); {
		for _, a := range alpha {
			end := start + stride
			in, out, g := x[start:end], dst[start:end], element.Slice(upstream, start, end)
			switch {
			case a == 0 && stride >= longRun:
				reluDerivative[W](out, in, g)
			case stride >= longRun:
				leakyDerivative[W](out, in, g, a)
			default:
				for i, v := range in {
					on := element.Upstream(1, g, i)
					off := on * a
					if a == 0 {
						off = 0
					}
					out[i] = reinterpret[T](choose(v > 0, reinterpret[W](v), reinterpret[W](on), reinterpret[W](off), negativeZero, negativeInf))
				}
			}
			start = end
		}
	}
}

func preluDerivativeBlocks[W bits, T element.Float](dst, x, upstream, alpha []T) {
	negativeZero, negativeInf := patterns[W]()
	for i, k := 0, 0; i < len(x); i += 8 {
		b, g, on, a, o := block[W](x[i:]), ones[T](), ones[W](), block[T](alpha[k:]), block[W](dst[i:])
		if upstream != nil {
			g, on = block[T](upstream[i:]), block[W](upstream[i:])
		}
		if k += 8; k == len(alpha) {
			k = 0
		}
		o[0] = choose(b[0] > 0, b[0], on[0], reinterpret[W](g[0]*a[0]), negativeZero, negativeInf)
		o[1] = choose(b[1] > 0, b[1], on[1], reinterpret[W](g[1]*a[1]), negativeZero, negativeInf)
		o[2] = choose(b[2] > 0, b[2], on[2], reinterpret[W](g[2]*a[2]), negativeZero, negativeInf)
		o[3] = choose(b[3] > 0, b[3], on[3], reinterpret[W](g[3]*a[3]), negativeZero, negativeInf)
		o[4] = choose(b[4] > 0, b[4], on[4], reinterpret[W](g[4]*a[4]), negativeZero, negativeInf)
		o[5] = choose(b[5] > 0, b[5], on[5], reinterpret[W](g[5]*a[5]), negativeZero, negativeInf)
		o[6] = choose(b[6] > 0, b[6], on[6], reinterpret[W](g[6]*a[6]), negativeZero, negativeInf)
		o[7] = choose(b[7] > 0, b[7], on[7], reinterpret[W](g[7]*a[7]), negativeZero, negativeInf)
	}
}

// PReLUParameterGradient adds to grad[i] the sum of upstream·x over the elements of
// slope i with x ≤ 0. Where x > 0 nothing is added, not even a NaN in upstream.
//
// For stride 1 the terms are added to grad one by one. The sum of a run is taken in
// float64: a long run of float32 needs more than 24 bits.
func PReLUParameterGradient[T element.Float](grad, x, upstream []T, stride int) {
	if is32[T]() {
		preluParameterGradient[int32](grad, x, upstream, stride)
	} else {
		preluParameterGradient[int64](grad, x, upstream, stride)
	}
}

func preluParameterGradient[W bits, T element.Float](grad, x, upstream []T, stride int) {
	if stride == 1 {
		negativeZero, negativeInf := patterns[W]()
		for start := 0; start < len(x); start += len(grad) {
			row := x[start:][:len(grad)]
			for i, v := range row {
				grad[i] += reinterpret[T](unlessPositive(reinterpret[W](v), reinterpret[W](element.Upstream(v, upstream, start+i)), negativeZero, negativeInf))
			}
		}
		return
	}
	for start := 0; start < len(x); {
		for i := range grad {
			end := start + stride
			grad[i] += T(leakSum[W](x[start:end], element.Slice(upstream, start, end)))
			start = end
		}
	}
}

// LeakSum returns the sum of upstream·x over the elements of x with x ≤ 0.
func LeakSum[T element.Float](x, upstream []T) float64 {
	if is32[T]() {
		return leakSum[int32](x, upstream)
	}
	return leakSum[int64](x, upstream)
}

func leakSum[W bits, T element.Float](x, upstream []T) (sum float64) {
	negativeZero, negativeInf := patterns[W]()
	for i, v := range x {
		sum += float64(reinterpret[T](unlessPositive(reinterpret[W](v), reinterpret[W](element.Upstream(v, upstream, i)), negativeZero, negativeInf)))
	}
	return sum
}

// unlessPositive returns y, but −0 for the bits b of a number above 0. Adding −0
// changes no sum.
func unlessPositive[W bits](b, y, negativeZero, negativeInf W) W {
	d := y
	if b > 0 {
		d = negativeZero
	}
	if b|negativeZero > negativeInf {
		d = y
	}
	return d
}
