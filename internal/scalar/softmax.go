package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Softmax sets dst to e^(x/τ) / Σ e^(x/τ) over each distribution of classes
// entries that lie stride apart.
//
// Subtracting the largest entry first keeps every exponential at or below 1.
// Where there is no softmax, with a NaN or +Inf or nothing but −Inf in the
// row, the sum is NaN, as Inf − Inf is, and makes the whole row NaN.
func Softmax[T element.Float](dst, x []T, classes, stride int, tau T) {
	switch dst := any(dst).(type) {
	case []float32:
		softmax32(dst, any(x).([]float32), classes, stride, float64(tau))
	case []float64:
		softmax64(dst, any(x).([]float64), classes, stride, float64(tau))
	}
}

func softmax32(dst, x []float32, classes, stride int, tau float64) {
	for outer := 0; outer < len(x); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			end := start + (classes-1)*stride + 1
			in, out := x[start:end], dst[start:end]
			var s sum
			exponentials32(out, in, stride, float64(largest32(in, stride)), tau, &s)
			inverse := float32(1 / s.high)
			scaleRow(out, stride, inverse)
		}
	}
}

func softmax64(dst, x []float64, classes, stride int, tau float64) {
	for outer := 0; outer < len(x); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			end := start + (classes-1)*stride + 1
			in, out := x[start:end], dst[start:end]
			var s sum
			exponentials64(out, in, stride, largest64(in, stride), tau, &s)
			inverse := 1 / s.value()
			scaleRow(out, stride, inverse)
		}
	}
}

// scaleRow multiplies a row by c.
func scaleRow[T element.Float](row []T, stride int, c T) {
	if stride == 1 {
		for i := range row {
			row[i] *= c
		}
		return
	}
	for i := 0; i < len(row); i += stride {
		row[i] *= c
	}
}

// largest32 returns the maximum of a row. It compares integers, since that takes
// no branch: where rows are short, each new maximum would be a misprediction. As
// integers the floats from 0 up are in order, and above the others, whose order
// is reversed. A NaN may win or lose: the sum of the exponentials finds it.
func largest32(x []float32, stride int) float32 {
	m := int32(math.MinInt32)
	if stride == 1 { // the compiler's better loop
		for _, v := range x {
			m = max(m, int32(math.Float32bits(v)))
		}
	} else {
		for i := 0; i < len(x); i += stride {
			m = max(m, int32(math.Float32bits(x[i])))
		}
	}
	if m < 0 {
		for i := 0; i < len(x); i += stride {
			m = min(m, int32(math.Float32bits(x[i])))
		}
	}
	return math.Float32frombits(uint32(m))
}

// largest64 is largest32 for float64.
func largest64(x []float64, stride int) float64 {
	m := int64(math.MinInt64)
	if stride == 1 { // the compiler's better loop
		for _, v := range x {
			m = max(m, int64(math.Float64bits(v)))
		}
	} else {
		for i := 0; i < len(x); i += stride {
			m = max(m, int64(math.Float64bits(x[i])))
		}
	}
	if m < 0 {
		for i := 0; i < len(x); i += stride {
			m = min(m, int64(math.Float64bits(x[i])))
		}
	}
	return math.Float64frombits(uint64(m))
}

// SoftmaxDerivative sets dst to Jᵀ·upstream for the Jacobian J of Softmax at x.
func SoftmaxDerivative[T element.Float](dst, x, upstream []T, classes, stride int, tau T) {
	for outer := 0; outer < len(x); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			p := probabilities[T]{x: row(x, start, classes, stride), tau: tau}
			p.max = p.x[first(p.x, stride)]
			var s sum
			exponentials(nil, p.x, stride, p.max, tau, &s)
			p.inverse = T(1 / s.value())
			out := row(dst, start, classes, stride)
			softmaxBackward(out, p, out, stride, tau)
		}
	}
}

// SoftmaxDerivativeFromOutput is SoftmaxDerivative for y, the softmax of x.
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) {
	for outer := 0; outer < len(y); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			p := probabilities[T]{y: row(y, start, classes, stride)}
			softmaxBackward(row(dst, start, classes, stride), p, row(upstream, start, classes, stride), stride, tau)
		}
	}
}

// softmaxBackward sets dst to yᵢ·Σⱼ yⱼ(gᵢ − gⱼ)/τ for one row, as
//
//	yᵢ·((gᵢ − m) − Σⱼ yⱼ(gⱼ − m))/τ
//
// That is the same for every m, as Σ yⱼ = 1, but its roundings are not. They stay
// small beside the terms if m is the mean Σ yⱼgⱼ, since |gᵢ − m| is then at most
// Σⱼ yⱼ|gᵢ − gⱼ|. The mean is found from the g beside the largest y: if that y is
// close to 1, the mean is all but its g, and what the others contribute is not
// lost. For a constant g the result is exactly 0.
//
// An upstream beside a y of 0 does not count, even if it is NaN or infinite.
func softmaxBackward[T element.Float](dst []T, p probabilities[T], g []T, stride int, tau T) {
	top, c := T(-1), 0.0
	for i := 0; i < len(dst); i += stride {
		if y := p.at(i); y > top {
			top, c = y, float64(element.Upstream(1, g, i))
		}
	}
	m := c + p.mean(g, stride, c)
	s := p.mean(g, stride, m)
	for i := 0; i < len(dst); i += stride {
		y, d := float64(p.at(i)), 0.0
		if y != 0 {
			d = y * ((float64(element.Upstream(1, g, i)) - m) - s)
			if tau != 1 {
				d /= float64(tau)
			}
		}
		dst[i] = T(d)
	}
}

// probabilities are those of one row: y, or where that could not be kept, what
// it takes to compute them from x again.
type probabilities[T element.Float] struct {
	y, x     []T
	max, tau T
	inverse  T // of the sum of the exponentials
}

func (p *probabilities[T]) at(i int) T {
	if p.y != nil {
		return p.y[i]
	}
	return p.again(i)
}

// again returns what Softmax gives for x[i], to the bit.
func (p *probabilities[T]) again(i int) T {
	var e [1]T
	exponentials(e[:], p.x[i:i+1], 1, p.max, p.tau, new(sum))
	return e[0] * p.inverse
}

// mean returns Σ yⱼ(gⱼ − c).
func (p *probabilities[T]) mean(g []T, stride int, c float64) float64 {
	var s sum
	for i := 0; i < max(len(p.y), len(p.x)); i += stride {
		if p.at(i) == 0 {
			continue
		}
		s.add(float64(float64(p.at(i)) * (float64(element.Upstream(1, g, i)) - c))) // not fused: the same bits on every path
	}
	return s.value()
}

// SoftmaxJacobian sets dst to the n×n derivatives of n outputs by n inputs,
// ∂yᵢ/∂xⱼ = yᵢ(δᵢⱼ − yⱼ)/τ. The last row of dst must hold y = softmax x.
func SoftmaxJacobian[T element.Float](dst []T, n int, tau T) {
	jacobian(dst, n, tau, func(y T) T { return y })
}

// jacobian sets dst to factor(yᵢ)·(δᵢⱼ − yⱼ)/τ for y in the last row of dst.
func jacobian[T element.Float](dst []T, n int, tau T, factor func(T) T) {
	y := dst[n*(n-1):]
	for i, yi := range y {
		// 1 − yᵢ, the sum of the others, which for yᵢ close to 1 is more
		// than a difference can say.
		var others sum
		for j, v := range y {
			if j != i {
				others.add(float64(v))
			}
		}
		out := dst[n*i:][:n]
		for j, v := range y {
			d := -float64(v)
			if j == i {
				d = others.value()
			}
			out[j] = T(float64(factor(yi)) * d / float64(tau))
		}
	}
}

// row returns s from start to the last of classes entries that lie stride
// apart, or nil for a nil s.
func row[T element.Float](s []T, start, classes, stride int) []T {
	return element.Slice(s, start, start+(classes-1)*stride+1)
}

// first returns the index of the first maximum of a row. A NaN counts only at
// index 0.
func first[T element.Float](x []T, stride int) int {
	m, at := x[0], 0
	for i := stride; i < len(x); i += stride {
		if v := x[i]; v > m {
			m, at = v, i
		}
	}
	return at
}

// A sum adds up numbers together with the rounding errors of the additions,
// which are floats themselves (Knuth's two-sum). A plain sum of 2²⁰ terms can
// lose twenty bits.
type sum struct{ high, low float64 }

func (s *sum) add(v float64) { *s = s.plus(v) }

// plus returns s + v. As values, the two parts stay in registers.
func (s sum) plus(v float64) sum {
	high := s.high + v
	t := high - s.high
	return sum{high, s.low + ((s.high - (high - t)) + (v - t))}
}

func (s sum) value() float64 { return s.high + s.low }
