package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// The loops below are for few columns. They compute one column after the other, as the loops for
// rows do, and give the same bits. Rows have loops of their own, because with a stride they take
// up to 1.2 times as long.

// fewColumns reports whether these loops are faster than those for all columns at the same time
// (ns an element, one after the other against all, Xeon Emerald Rapids: Softmax float32 [10][2]
// 5.0, 7.2, [10][8] 5.0, 5.5, float64 [10][2] 7.0, 10.6, [10][8] 7.1, 8.4, LogSoftmax float64
// [65][3] 10.1, 12.6, but [3][8] 15.9, 14.8). A large block would be read from memory once for
// each column (LogSoftmax float64 [16384][8] 13.5, 11.2).
func fewColumns(classes, stride int) bool {
	return stride <= min(8, classes) && classes*stride <= 1<<14
}

// softmaxFew is Softmax for few columns.
func softmaxFew[T element.Float](dst, x []T, classes, stride int, tau T) {
	for size := classes * stride; len(x) > 0; x, dst = x[size:], dst[size:] {
		for column := range stride {
			switch in := any(x[column:size]).(type) {
			case []float32:
				softmaxColumn32(any(dst[column:size]).([]float32), in, uint(stride), float64(tau))
			case []float64:
				softmaxColumn64(any(dst[column:size]).([]float64), in, uint(stride), float64(tau))
			}
		}
	}
}

// softmaxColumn32 is softmaxRows32 for one column.
func softmaxColumn32(dst, x []float32, stride uint, tau float64) {
	factor, divisor := element.Quotient(tau)
	m := float64(largestOf[int32](x, stride))
	sum, least := 0.0, uint64(math.MaxUint64)
	for i := uint(0); i < uint(len(x)) && i < uint(len(dst)); i += stride {
		a := m - float64(x[i])
		if tau != 1 {
			a = (float64(m*factor) - float64(float64(x[i])*factor)) / divisor
		}
		value, rest, point := exp32(a)
		e := value + rest
		sum += e
		least = min(least, point-1)
		dst[i] = float32(e)
	}
	if expTable[(least+1)%uint64(len(expTable))]/sum < normal32 {
		factor := float32(0x1p64 / sum)
		for i := uint(0); i < uint(len(dst)); i += stride {
			dst[i] = scaleDown32(float32(dst[i] * factor))
		}
	} else {
		factor := float32(1 / sum)
		for i := uint(0); i < uint(len(dst)); i += stride {
			dst[i] *= factor
		}
	}
}

// softmaxColumn64 is softmaxRows64 for one column.
func softmaxColumn64(dst, x []float64, stride uint, tau float64) {
	factor, divisor := element.Quotient(tau)
	m := largestOf[int64](x, stride)
	var total sum
	least := uint64(math.MaxUint64)
	for i := uint(0); i < uint(len(x)); {
		plain := 0.0
		for end := i + plainTerms*stride; i < end && i < uint(len(x)) && i < uint(len(dst)); i += stride {
			a := m - x[i]
			if tau != 1 {
				a = (float64(m*factor) - float64(x[i]*factor)) / divisor
			}
			value, rest, power := exp64(expReduce(a))
			e := value + rest
			plain += e
			least = min(least, power-1)
			dst[i] = e
		}
		total = total.plus(plain)
	}
	if sum := total.value(); math.Float64frombits(least+1)/sum < normal64 {
		factor := 0x1p512 / sum
		for i := uint(0); i < uint(len(dst)); i += stride {
			dst[i] = scaleDown64(float64(dst[i] * factor))
		}
	} else {
		factor := 1 / sum
		for i := uint(0); i < uint(len(dst)); i += stride {
			dst[i] *= factor
		}
	}
}

// logSoftmaxFew is LogSoftmax for few columns.
func logSoftmaxFew[T element.Float](dst, x []T, classes, stride int, tau T) {
	factor, divisor := element.Quotient(float64(tau))
	step := uint(stride)
	for size := classes * stride; len(x) > 0; x, dst = x[size:], dst[size:] {
		for column := range stride {
			in, out := x[column:size], dst[column:size]
			var m, log float64
			switch in := any(in).(type) {
			case []float32:
				m = float64(largestOf[int32](in, step))
				below, ties := exponentials32(in, step, m, float64(tau))
				log = logSum(below, ties, in, stride, m, float64(tau))
			case []float64:
				m = largestOf[int64](in, step)
				below, ties := exponentials64(in, step, m, float64(tau))
				log = logSum(below, ties, in, stride, m, float64(tau))
			}
			for i := uint(0); i < uint(len(in)) && i < uint(len(out)); i += step {
				d := float64(in[i]) - m
				if tau != 1 {
					d = (float64(in[i])*factor - m*factor) / divisor
				}
				out[i] = T(d - log)
			}
		}
	}
}

// largestOf is largest32 or largest64 for one column.
func largestOf[W bits, T element.Float](x []T, stride uint) T {
	in := integers[W](x)
	m, _ := patterns[W]() // the smallest integer
	for i := uint(0); i < uint(len(in)); i += stride {
		m = max(m, in[i])
	}
	if m < 0 {
		for i := uint(0); i < uint(len(in)); i += stride {
			m = min(m, in[i])
		}
	}
	return reinterpret[T](m)
}
