package scalar

import "example.com/activation/internal/element"

// For a PReLU, x consists of runs of stride elements that share a slope. Runs of at least
// longRun elements are computed one by one, as leaky ReLUs. For shorter runs that takes 2
// to 4 ns an element, if the stride is at most 4. So the slopes are first written to a
// buffer on the stack, one for each element, and one loop reads both x and the buffer.
// That takes 0.7 ns an element.
const (
	longRun     = 16
	slopeBuffer = 128
)

// PReLU sets dst to x if x > 0, else to alpha[i]·x with
// i = (index/stride) mod len(alpha).
func PReLU[T element.Float](dst, x, alpha []T, stride int) {
	if stride >= longRun {
		for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
			end := start + stride
			LeakyReLU(dst[start:end], x[start:end], alpha[i%len(alpha)])
		}
		return
	}
	var buffer [slopeBuffer]T
	for start := 0; start < len(x); {
		slopes := expand(buffer[:], alpha, stride, start, len(x))
		end := start + len(slopes)
		if element.Is32[T]() {
			prelu[int32](dst[start:end], x[start:end], slopes)
		} else {
			prelu[int64](dst[start:end], x[start:end], slopes)
		}
		start = end
	}
}

// PReLUDerivative sets dst to upstream if x > 0, to NaN if x is NaN, else to
// alpha[i]·upstream. If the slope is 0, that is 0 even for a NaN or infinite upstream.
func PReLUDerivative[T element.Float](dst, x, upstream, alpha []T, stride int) {
	if stride >= longRun {
		for start, i := 0, 0; start < len(x); start, i = start+stride, i+1 {
			end, a := start+stride, alpha[i%len(alpha)]
			if a == 0 {
				ReLUDerivative(dst[start:end], x[start:end], element.Slice(upstream, start, end))
			} else {
				LeakyReLUDerivative(dst[start:end], x[start:end], element.Slice(upstream, start, end), a)
			}
		}
		return
	}
	var zeros bool
	if element.Is32[T]() {
		zeros = containsZero(integers[int32](alpha))
	} else {
		zeros = containsZero(integers[int64](alpha))
	}
	var buffer [slopeBuffer]T
	for start := 0; start < len(x); {
		slopes := expand(buffer[:], alpha, stride, start, len(x))
		end := start + len(slopes)
		if element.Is32[T]() {
			preluDerivative[int32](dst[start:end], x[start:end], element.Slice(upstream, start, end), slopes, zeros)
		} else {
			preluDerivative[int64](dst[start:end], x[start:end], element.Slice(upstream, start, end), slopes, zeros)
		}
		start = end
	}
}

// containsZero reports whether a float with these bits is +0 or −0. For 64 slopes,
// slices.Contains takes 20 ns, and this 13.
func containsZero[W bits](b []W) bool {
	for len(b) >= 8 {
		s := (*[8]W)(b)
		if s[0]<<1 == 0 || s[1]<<1 == 0 || s[2]<<1 == 0 || s[3]<<1 == 0 || s[4]<<1 == 0 || s[5]<<1 == 0 || s[6]<<1 == 0 || s[7]<<1 == 0 {
			return true
		}
		b = b[8:]
	}
	for _, v := range b {
		if v<<1 == 0 {
			return true
		}
	}
	return false
}

// expand returns the slopes of the elements from start on, one for each element, as far
// as the buffer and the n elements of x go. If all slopes fit in the buffer, it repeats
// them there as often as they fit, for start = 0. Later calls return the same buffer.
// If the stride is 1 and alpha is long enough, expand returns alpha itself.
func expand[T element.Float](buffer, alpha []T, stride, start, n int) []T {
	if stride == 1 && len(alpha) >= len(buffer)/4 {
		return alpha
	}
	period, room := len(alpha)*stride, len(buffer)/stride*stride
	if period <= room {
		room -= room % period
	}
	buffer = buffer[:min(room, n-start)]
	if period <= room && start > 0 {
		return buffer
	}
	i := start / stride % len(alpha)
	for k := 0; k < len(buffer); k += stride {
		for j := range stride {
			buffer[k+j] = alpha[i]
		}
		if i++; i == len(alpha) {
			i = 0
		}
	}
	return buffer
}

func prelu[W bits, T element.Float](dst, x, slopes []T) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, v, a, o := block[W](x, i), block[T](x, i), block[T](slopes, i), block[W](dst, i)
		o[0] = unlessNegative(b[0], reinterpret[W](v[0]*a[0]))
		o[1] = unlessNegative(b[1], reinterpret[W](v[1]*a[1]))
		o[2] = unlessNegative(b[2], reinterpret[W](v[2]*a[2]))
		o[3] = unlessNegative(b[3], reinterpret[W](v[3]*a[3]))
		o[4] = unlessNegative(b[4], reinterpret[W](v[4]*a[4]))
		o[5] = unlessNegative(b[5], reinterpret[W](v[5]*a[5]))
		o[6] = unlessNegative(b[6], reinterpret[W](v[6]*a[6]))
		o[7] = unlessNegative(b[7], reinterpret[W](v[7]*a[7]))
	}
	for ; i < len(x); i++ {
		dst[i] = reinterpret[T](unlessNegative(reinterpret[W](x[i]), reinterpret[W](x[i]*slopes[i])))
	}
}

// preluDerivative computes blocks of eight elements if no slope is 0. A slope of 0 needs
// the extra test of the last loop.
func preluDerivative[W bits, T element.Float](dst, x, upstream, slopes []T, zeros bool) {
	negativeZero, negativeInf := patterns[W]()
	i := 0
	for ; i < len(x)-7 && !zeros; i += 8 {
		b, v, g, on, a, o := block[W](x, i), block[T](x, i), ones[T](), ones[W](), block[T](slopes, i), block[W](dst, i)
		if upstream != nil {
			g, on = block[T](upstream, i), block[W](upstream, i)
		}
		if s := (v[0] + v[1] + v[2] + v[3]) + (v[4] + v[5] + v[6] + v[7]); s != s {
			for k, b := range b {
				o[k] = choose(b > 0, b, on[k], reinterpret[W](g[k]*a[k]), negativeZero, negativeInf)
			}
			continue
		}
		o[0] = ifPositive(b[0], on[0], reinterpret[W](g[0]*a[0]))
		o[1] = ifPositive(b[1], on[1], reinterpret[W](g[1]*a[1]))
		o[2] = ifPositive(b[2], on[2], reinterpret[W](g[2]*a[2]))
		o[3] = ifPositive(b[3], on[3], reinterpret[W](g[3]*a[3]))
		o[4] = ifPositive(b[4], on[4], reinterpret[W](g[4]*a[4]))
		o[5] = ifPositive(b[5], on[5], reinterpret[W](g[5]*a[5]))
		o[6] = ifPositive(b[6], on[6], reinterpret[W](g[6]*a[6]))
		o[7] = ifPositive(b[7], on[7], reinterpret[W](g[7]*a[7]))
	}
	for ; i < len(x); i++ {
		g := element.Upstream(1, upstream, i)
		off := g * slopes[i]
		if slopes[i] == 0 {
			off = 0
		}
		dst[i] = reinterpret[T](choose(x[i] > 0, reinterpret[W](x[i]), reinterpret[W](g), reinterpret[W](off), negativeZero, negativeInf))
	}
}

// PReLUParameterGradient adds to grad[i] the sum of upstream·x over the elements with
// slope i and x ≤ 0. An upstream beside x > 0 is ignored, even if it is NaN.
//
// For stride 1 it adds the terms to grad one by one. For longer runs it adds up each run
// in float64, because the sum of a long run of float32 needs more than 24 bits.
func PReLUParameterGradient[T element.Float](grad, x, upstream []T, stride int) {
	if element.Is32[T]() {
		preluParameterGradient[int32](grad, x, upstream, stride)
	} else {
		preluParameterGradient[int64](grad, x, upstream, stride)
	}
}

func preluParameterGradient[W bits, T element.Float](grad, x, upstream []T, stride int) {
	negativeZero, negativeInf := patterns[W]()
	if stride == 1 {
		for start := 0; start < len(x); start += len(grad) {
			i := 0
			for ; i < len(grad)-7; i += 8 {
				b, v, g, sum := block[W](x, start+i), block[T](x, start+i), ones[T](), block[T](grad, i)
				if upstream != nil {
					g = block[T](upstream, start+i)
				}
				sum[0] += reinterpret[T](unlessPositive(b[0], reinterpret[W](g[0]*v[0]), negativeZero, negativeInf))
				sum[1] += reinterpret[T](unlessPositive(b[1], reinterpret[W](g[1]*v[1]), negativeZero, negativeInf))
				sum[2] += reinterpret[T](unlessPositive(b[2], reinterpret[W](g[2]*v[2]), negativeZero, negativeInf))
				sum[3] += reinterpret[T](unlessPositive(b[3], reinterpret[W](g[3]*v[3]), negativeZero, negativeInf))
				sum[4] += reinterpret[T](unlessPositive(b[4], reinterpret[W](g[4]*v[4]), negativeZero, negativeInf))
				sum[5] += reinterpret[T](unlessPositive(b[5], reinterpret[W](g[5]*v[5]), negativeZero, negativeInf))
				sum[6] += reinterpret[T](unlessPositive(b[6], reinterpret[W](g[6]*v[6]), negativeZero, negativeInf))
				sum[7] += reinterpret[T](unlessPositive(b[7], reinterpret[W](g[7]*v[7]), negativeZero, negativeInf))
			}
			for ; i < len(grad); i++ {
				v := x[start+i]
				grad[i] += reinterpret[T](unlessPositive(reinterpret[W](v), reinterpret[W](element.Upstream(v, upstream, start+i)), negativeZero, negativeInf))
			}
		}
		return
	}
	for start := 0; start < len(x); {
		for i := range grad {
			sum := 0.0
			for end := start + stride; start < end; start++ {
				sum += float64(reinterpret[T](unlessPositive(reinterpret[W](x[start]), reinterpret[W](element.Upstream(x[start], upstream, start)), negativeZero, negativeInf)))
			}
			grad[i] += T(sum)
		}
	}
}

// SlopeGradient returns the sum of upstream·x over the elements of x with x ≤ 0.
func SlopeGradient[T element.Float](x, upstream []T) float64 {
	if element.Is32[T]() {
		return slopeGradient[int32](x, upstream)
	}
	return slopeGradient[int64](x, upstream)
}

func slopeGradient[W bits, T element.Float](x, upstream []T) (sum float64) {
	negativeZero, negativeInf := patterns[W]()
	for i, v := range x {
		sum += float64(reinterpret[T](unlessPositive(reinterpret[W](v), reinterpret[W](element.Upstream(v, upstream, i)), negativeZero, negativeInf)))
	}
	return sum
}

// unlessPositive returns y, or −0 if b are the bits of a number above 0. Adding −0 does not
// change a sum. The bits of these numbers are from 1 to those of Inf. As unsigned integers, all
// others are above that after the subtraction.
func unlessPositive[W bits](b, y, negativeZero, negativeInf W) W {
	d := y
	if uint64(b-1) < uint64(negativeInf^negativeZero) {
		d = negativeZero
	}
	return d
}
