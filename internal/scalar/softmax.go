package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Softmax and LogSoftmax have loops for rows, which are distributions whose entries are
// neighbours, and loops for columns, whose entries are stride apart. The loops for columns work
// on up to wideBlock neighbouring distributions at a time, entry by entry, in the order of
// memory. A loop down one column at a time would need another cache line for each entry, and if
// the stride is a power of two, all these lines belong to a few cache sets. Few columns have
// loops of their own, see softmax_few.go. All compute the same bits, because they add in the same
// order.
//
// scratch holds the maxima and sums of the columns, perColumn float64s for each column. It
// has two sizes, because clearing the large one takes longer than the work on a few short
// columns.
const (
	perColumn   = 5
	narrowBlock = 16
	wideBlock   = 256
)

// Softmax sets dst to e^(x/τ) / Σ e^(x/τ) over each distribution of classes
// entries that lie stride apart.
//
// It subtracts the largest entry first, so every exponential is at most 1. If a row has a NaN
// or +Inf, or only −Inf, its sum is NaN, because Inf − Inf is NaN. So the whole row is NaN.
func Softmax[T element.Float](dst, x []T, classes, stride int, tau T) {
	switch {
	case classes == 2:
		softmaxPairs(dst, x, stride, tau)
	case stride == 1:
		softmaxRows(dst, x, classes, tau)
	case fewColumns(classes, stride):
		softmaxFew(dst, x, classes, stride, tau)
	case stride <= narrowBlock:
		var scratch [perColumn * narrowBlock]float64
		softmaxColumns(dst, x, classes, stride, tau, scratch[:])
	default:
		var scratch [perColumn * wideBlock]float64
		softmaxColumns(dst, x, classes, stride, tau, scratch[:])
	}
}

// softmaxPairs is Softmax for two classes: with d = (x₀ − x₁)/τ these are σ(d) and σ(−d).
func softmaxPairs[T element.Float](dst, x []T, stride int, tau T) {
	switch dst := any(dst).(type) {
	case []float32:
		softmaxPairs32(dst, any(x).([]float32), stride, float64(tau))
	case []float64:
		softmaxPairs64(dst, any(x).([]float64), stride, float64(tau))
	}
}

func softmaxPairs32(dst, x []float32, stride int, tau float64) {
	factor, divisor := element.Quotient(tau)
	dst = dst[:len(x)]
	for i, column := 0, 0; uint(i+stride) < uint(len(x)); i++ {
		k := i + stride
		d := float64(x[i]) - float64(x[k])
		if tau != 1 {
			d = d * factor / divisor
		}
		if point := logisticPoint(d); point < uint64(len(logisticTable)) {
			e, f := &logisticTable[point], &logisticTable[logisticPoint(-d)%uint64(len(logisticTable))]
			dst[i], dst[k] = float32(e.value+e.to4(d-e.a)), float32(f.value+f.to4(-d-f.a))
		} else {
			dst[i], dst[k] = softmaxPair(x[i], x[k], float32(tau))
		}
		if column++; column == stride {
			i, column = i+stride, 0
		}
	}
}

func softmaxPairs64(dst, x []float64, stride int, tau float64) {
	factor, divisor := element.Quotient(tau)
	dst = dst[:len(x)]
	for i, column := 0, 0; uint(i+stride) < uint(len(x)); i++ {
		k := i + stride
		d, rest := exactDifference(x[i]*factor, x[k]*factor)
		if tau != 1 {
			d, rest = exactQuotient(d, rest, divisor)
		}
		if point := logisticPoint(d); point < uint64(len(logisticTable)) {
			e, f := &logisticTable[point], &logisticTable[logisticPoint(-d)%uint64(len(logisticTable))]
			dst[i] = e.value + (e.rest + e.to7(d-e.a+rest))
			dst[k] = f.value + (f.rest + f.to7(-d-f.a-rest))
		} else {
			dst[i], dst[k] = softmaxPair(x[i], x[k], tau)
		}
		if column++; column == stride {
			i, column = i+stride, 0
		}
	}
}

// softmaxPair is Softmax for two numbers that are far apart or not finite. Often one of them
// is −Inf, because it is masked.
//
//go:noinline
func softmaxPair[T element.Float](a, b, tau T) (T, T) {
	switch inf := T(math.Inf(1)); {
	case b == -inf && a-a == 0:
		return 1, 0
	case a == -inf && b-b == 0:
		return 0, 1
	}
	pair := [2]T{a, b}
	softmaxRows(pair[:], pair[:], 2, tau)
	return pair[0], pair[1]
}

func softmaxRows[T element.Float](dst, x []T, classes int, tau T) {
	switch dst := any(dst).(type) {
	case []float32:
		softmaxRows32(dst, any(x).([]float32), classes, float64(tau))
	case []float64:
		softmaxRows64(dst, any(x).([]float64), classes, float64(tau))
	}
}

// withoutMasked returns a row without the entries of −Inf at its end, except for the first
// entry. A causal mask leaves such entries, and they need no exponential: with one for each, a
// float32 of [64][64] takes 7.2 ns in place of 5.3.
func withoutMasked[T element.Float](row []T) []T {
	for len(row) > 1 && row[len(row)-1] == T(math.Inf(-1)) {
		row = row[:len(row)-1]
	}
	return row
}

func softmaxColumns[T element.Float](dst, x []T, classes, stride int, tau T, scratch []float64) {
	switch dst := any(dst).(type) {
	case []float32:
		softmaxColumns32(dst, any(x).([]float32), classes, stride, float64(tau), scratch)
	case []float64:
		softmaxColumns64(dst, any(x).([]float64), classes, stride, float64(tau), scratch)
	}
}

// softmaxRows32 adds in float64, which has enough bits for a sum of float32 terms.
func softmaxRows32(dst, x []float32, classes int, tau float64) {
	factor, divisor := element.Quotient(tau)
	for ; len(x) > 0; x, dst = x[classes:], dst[classes:] {
		in, out := withoutMasked(x[:classes]), dst[:classes]
		m := float64(largest32(in))
		sum, least := 0.0, uint64(math.MaxUint64) // of the points that are not 0
		for i, v := range in {
			a := m - float64(v)
			if tau != 1 {
				a = (float64(m*factor) - float64(float64(v)*factor)) / divisor
			}
			value, rest, point := exp32(a)
			e := value + rest
			sum += e
			least = min(least, point-1)
			out[i] = float32(e)
		}
		clear(out[len(in):])
		if expTable[(least+1)%uint64(len(expTable))]/sum < normal32 {
			factor := float32(0x1p64 / sum)
			for i, e := range out {
				out[i] = scaleDown32(float32(e * factor))
			}
		} else {
			factor := float32(1 / sum)
			for i := range out {
				out[i] *= factor
			}
		}
	}
}

// softmaxRows64 is softmaxRows32 for float64. It adds plainTerms exponentials, and then that to a
// sum that keeps its rounding errors.
func softmaxRows64(dst, x []float64, classes int, tau float64) {
	factor, divisor := element.Quotient(tau)
	for ; len(x) > 0; x, dst = x[classes:], dst[classes:] {
		in, out := withoutMasked(x[:classes]), dst[:classes]
		m := largest64(in)
		var total sum
		least := uint64(math.MaxUint64) // of the powers of two that are not 0
		for len(in) > 0 {
			plain := 0.0
			n := min(plainTerms, len(in))
			some, to := in[:n], out[:n]
			for i, v := range some {
				a := m - v
				if tau != 1 {
					a = (float64(m*factor) - float64(v*factor)) / divisor
				}
				value, rest, power := exp64(expReduce(a))
				e := value + rest
				plain += e
				least = min(least, power-1)
				to[i] = e
			}
			total = total.plus(plain)
			in, out = in[n:], out[n:]
		}
		clear(out)
		out, sum := dst[:classes], total.value()
		if math.Float64frombits(least+1)/sum < normal64 {
			factor := 0x1p512 / sum
			for i, e := range out {
				out[i] = scaleDown64(float64(e * factor))
			}
		} else {
			factor := 1 / sum
			for i := range out {
				out[i] *= factor
			}
		}
	}
}

// plainTerms is how many exponentials of float64 are added without their rounding errors. With 8,
// a result was off by up to 4.25·ε, where the bound is 4. With 6 a row takes up to 2 % longer.
const plainTerms = 6

// If the smallest point or power of two of a row, divided by the sum, is below these, a
// result may be subnormal. They are a little larger than the smallest normal numbers, because
// an exponential may be a little smaller than its point or power of two.
const (
	normal32 = 0x1.1p-126
	normal64 = 0x1.1p-1022
)

// scaleDown32 returns v/2⁶⁴ for a normal v > 0, for 0 and for NaN. It needs no operation on
// subnormals. Adding round to v rounds v to a multiple of 2⁶⁴ times the smallest subnormal,
// and leaves the multiple in the lowest bits. These are the bits of a subnormal result.
func scaleDown32(v float32) float32 {
	const round = 0x1p23 * 0x1p-149 * 0x1p64
	bits := math.Float32bits(v) - 64<<23
	tiny := math.Float32bits(v+round) - roundBits32
	if v < 0x1p-126*0x1p64 {
		bits = tiny
	}
	if v != v {
		bits = math.Float32bits(v)
	}
	return math.Float32frombits(bits)
}

// scaleDown64 is scaleDown32 for float64 and 2⁵¹².
func scaleDown64(v float64) float64 {
	const round = 0x1p52 * 0x1p-1074 * 0x1p512
	bits := math.Float64bits(v) - 512<<52
	tiny := math.Float64bits(v+round) - roundBits64
	if v < 0x1p-1022*0x1p512 {
		bits = tiny
	}
	if v != v {
		bits = math.Float64bits(v)
	}
	return math.Float64frombits(bits)
}

// The bits of round in scaleDown32 and scaleDown64.
const (
	roundBits32 = (127 + 23 - 149 + 64) << 23
	roundBits64 = (1023 + 52 - 1074 + 512) << 52
)

// largest32 returns the maximum of a row. It compares the bits as integers, because that
// needs no branch. In short rows, a branch would be mispredicted for each new maximum. As
// integers, the floats from +0 up are in order. All negative floats are below them, in
// reversed order. A NaN may be the maximum or not. If there is one, the sum of the
// exponentials is NaN.
func largest32(x []float32) float32 {
	m := int32(math.MinInt32)
	for _, v := range x {
		m = max(m, int32(math.Float32bits(v)))
	}
	if m < 0 {
		for _, v := range x {
			m = min(m, int32(math.Float32bits(v)))
		}
	}
	return math.Float32frombits(uint32(m))
}

func largest64(x []float64) float64 {
	m := int64(math.MinInt64)
	for _, v := range x {
		m = max(m, int64(math.Float64bits(v)))
	}
	if m < 0 {
		for _, v := range x {
			m = min(m, int64(math.Float64bits(v)))
		}
	}
	return math.Float64frombits(uint64(m))
}

// softmaxColumns32 is softmaxRows32 for columns.
func softmaxColumns32(dst, x []float32, classes, stride int, tau float64, scratch []float64) {
	factor, divisor := element.Quotient(tau)
	most := len(scratch) / perColumn
	for outer := 0; outer < len(x); outer += classes * stride {
		end := outer + classes*stride
		for start := outer; start < outer+stride; start += most {
			width := min(most, outer+stride-start)
			m, sums := scratch[:width], scratch[most:][:width]
			largestColumns32(m, x[start:end], stride)
			clear(sums)
			least := uint64(math.MaxUint64)
			for at := start; at < end; at += stride {
				in, out := x[at:][:width], dst[at:][:width]
				m, sums := m[:width], sums[:width]
				for c, v := range in {
					a := m[c] - float64(v)
					if tau != 1 {
						a = (float64(m[c]*factor) - float64(float64(v)*factor)) / divisor
					}
					value, rest, point := exp32(a)
					e := value + rest
					sums[c] += e
					least = min(least, point-1)
					out[c] = float32(e)
				}
			}
			if expTable[(least+1)%uint64(len(expTable))]/largestSum(sums) < normal32 {
				for at := start; at < end; at += stride {
					out, sums := dst[at:][:width], sums[:width]
					for c, e := range out {
						out[c] = scaleDown32(float32(e * float32(0x1p64/sums[c])))
					}
				}
				continue
			}
			factors := m
			for c, sum := range sums {
				factors[c] = 1 / sum
			}
			for at := start; at < end; at += stride {
				out, factors := dst[at:][:width], factors[:width]
				for c := range out {
					out[c] *= float32(factors[c])
				}
			}
		}
	}
}

// softmaxColumns64 is softmaxRows64 for columns.
func softmaxColumns64(dst, x []float64, classes, stride int, tau float64, scratch []float64) {
	factor, divisor := element.Quotient(tau)
	most := len(scratch) / perColumn
	for outer := 0; outer < len(x); outer += classes * stride {
		end := outer + classes*stride
		for start := outer; start < outer+stride; start += most {
			width := min(most, outer+stride-start)
			m, plains, totals := scratch[:width], scratch[most:][:width], newSums(scratch[2*most:4*most], width)
			largestColumns64(m, x[start:end], stride)
			least := uint64(math.MaxUint64)
			clear(plains)
			for k := range classes {
				at := start + k*stride
				in, out := x[at:][:width], dst[at:][:width]
				m, plains := m[:width], plains[:width]
				for c, v := range in {
					a := m[c] - v
					if tau != 1 {
						a = (float64(m[c]*factor) - float64(v*factor)) / divisor
					}
					value, rest, power := exp64(expReduce(a))
					e := value + rest
					plains[c] += e
					least = min(least, power-1)
					out[c] = e
				}
				if (k+1)%plainTerms == 0 || k == classes-1 {
					totals.add(plains)
				}
			}
			sums := totals.values()
			if math.Float64frombits(least+1)/largestSum(sums) < normal64 {
				for at := start; at < end; at += stride {
					out, sums := dst[at:][:width], sums[:width]
					for c, e := range out {
						out[c] = scaleDown64(float64(e * (0x1p512 / sums[c])))
					}
				}
				continue
			}
			factors := m
			for c, sum := range sums {
				factors[c] = 1 / sum
			}
			for at := start; at < end; at += stride {
				out, factors := dst[at:][:width], factors[:width]
				for c := range out {
					out[c] *= factors[c]
				}
			}
		}
	}
}

// largestSum returns the largest of the sums that are not NaN.
func largestSum(sums []float64) float64 {
	top := 0.0
	for _, sum := range sums {
		if sum > top {
			top = sum
		}
	}
	return top
}

// sums are a sum for each column.
type sums struct{ high, low []float64 }

// newSums returns sums of 0 for width columns. They are in scratch, which has room for two
// float64s for each column.
func newSums(scratch []float64, width int) sums {
	s := sums{scratch[:width], scratch[len(scratch)/2:][:width]}
	clear(s.high)
	clear(s.low)
	return s
}

// add adds the elements of v to the sums, and sets them to 0.
func (s sums) add(v []float64) {
	high, low := s.high[:len(v)], s.low[:len(v)]
	for c := range v {
		t := sum{high[c], low[c]}.plus(v[c])
		high[c], low[c], v[c] = t.high, t.low, 0
	}
}

// values returns the sums, each as one float64.
func (s sums) values() []float64 {
	for c := range s.high {
		s.high[c] += s.low[c]
	}
	return s.high
}

// largestColumns32 sets m to the maxima of the first len(m) columns of x, without a branch.
// It may ignore a NaN. If there is one, the sum of the exponentials is NaN.
func largestColumns32(m []float64, x []float32, stride int) {
	for c := range m {
		m[c] = float64(x[c])
	}
	for ; len(x) > stride; x = x[stride:] {
		in := x[stride:][:len(m)]
		for c, v := range in {
			m[c] = larger(m[c], float64(v))
		}
	}
}

func largestColumns64(m []float64, x []float64, stride int) {
	copy(m, x)
	for ; len(x) > stride; x = x[stride:] {
		in := x[stride:][:len(m)]
		for c, v := range in {
			m[c] = larger(m[c], v)
		}
	}
}

// larger returns the larger of two numbers, and a if one is NaN. It has no branch that
// depends on them.
func larger(a, b float64) float64 {
	bits := math.Float64bits(a)
	if b > a {
		bits = math.Float64bits(b)
	}
	return math.Float64frombits(bits)
}

// A sum adds numbers, and the rounding errors of these additions, which are floats too
// (Knuth's two-sum). A plain sum of 2²⁰ terms can lose twenty bits.
type sum struct{ high, low float64 }

func (s *sum) add(v float64) { *s = s.plus(v) }

// plus returns s + v. It takes and returns values, because then the two parts stay in registers.
func (s sum) plus(v float64) sum {
	high := s.high + v
	t := high - s.high
	return sum{high, s.low + ((s.high - (high - t)) + (v - t))}
}

func (s sum) value() float64 { return s.high + s.low }
