package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// LogSoftmax sets dst to (x − m)/τ − log(1 + rest) over each distribution of classes entries
// that are stride apart. m is the maximum. rest is the sum of e^((x − m)/τ) over all entries
// except one that is m. Neither (x − m)/τ nor −log(1 + rest) is positive, so nothing
// cancels, and log(1 + rest) keeps all bits of a small rest. The loops count the entries that
// are m in ties, and add the exponentials of the others to below.
func LogSoftmax[T element.Float](dst, x []T, classes, stride int, tau T) {
	switch {
	case classes == 2:
		logSoftmaxPairs(dst, x, stride, tau)
	case stride == 1:
		logSoftmaxRows(dst, x, classes, tau)
	case fewColumns(classes, stride):
		logSoftmaxFew(dst, x, classes, stride, tau)
	case stride <= narrowBlock:
		var scratch [perColumn * narrowBlock]float64
		logSoftmaxColumns(dst, x, classes, stride, tau, scratch[:])
	default:
		var scratch [perColumn * wideBlock]float64
		logSoftmaxColumns(dst, x, classes, stride, tau, scratch[:])
	}
}

// logSoftmaxPairs is LogSoftmax for two classes. With d = (x₀ − x₁)/τ the logarithm is the
// softplus of −|d|.
func logSoftmaxPairs[T element.Float](dst, x []T, stride int, tau T) {
	switch dst := any(dst).(type) {
	case []float32:
		logSoftmaxPairs32(dst, any(x).([]float32), stride, float64(tau))
	case []float64:
		logSoftmaxPairs64(dst, any(x).([]float64), stride, float64(tau))
	}
}

func logSoftmaxPairs32(dst, x []float32, stride int, tau float64) {
	factor, divisor := element.Quotient(tau)
	dst = dst[:len(x)]
	for i, column := 0, 0; uint(i+stride) < uint(len(x)); i++ {
		k := i + stride
		d := float64(x[i]) - float64(x[k])
		if tau != 1 {
			d = d * factor / divisor
		}
		u := -math.Abs(d)
		if point := logisticPoint(u); point < uint64(len(softplusTable)) {
			e := &softplusTable[point]
			log := e.value + (e.rest + e.to4(u-e.a))
			dst[i], dst[k] = float32((d+u)/2-log), float32((u-d)/2-log)
		} else {
			dst[i], dst[k] = logSoftmaxPair(x[i], x[k], float32(tau))
		}
		if column++; column == stride {
			i, column = i+stride, 0
		}
	}
}

func logSoftmaxPairs64(dst, x []float64, stride int, tau float64) {
	factor, divisor := element.Quotient(tau)
	dst = dst[:len(x)]
	for i, column := 0, 0; uint(i+stride) < uint(len(x)); i++ {
		k := i + stride
		d, rest := exactDifference(x[i]*factor, x[k]*factor)
		if tau != 1 {
			d, rest = exactQuotient(d, rest, divisor)
		}
		u := -math.Abs(d)
		if point := logisticPoint(u); point < uint64(len(softplusTable)) {
			e := &softplusTable[point]
			log := e.value + (e.rest + e.to7(u-e.a-float64(rest*math.Copysign(1, d))))
			dst[i], dst[k] = (d+u)/2-log, (u-d)/2-log
		} else {
			dst[i], dst[k] = logSoftmaxPair(x[i], x[k], tau)
		}
		if column++; column == stride {
			i, column = i+stride, 0
		}
	}
}

// logSoftmaxPair is LogSoftmax for two numbers that are far apart or not finite. Often one of
// them is −Inf, because it is masked.
//
//go:noinline
func logSoftmaxPair[T element.Float](a, b, tau T) (T, T) {
	switch inf := T(math.Inf(1)); {
	case b == -inf && a-a == 0:
		return 0, b
	case a == -inf && b-b == 0:
		return a, 0
	}
	pair := [2]T{a, b}
	logSoftmaxRows(pair[:], pair[:], 2, tau)
	return pair[0], pair[1]
}

func logSoftmaxRows[T element.Float](dst, x []T, classes int, tau T) {
	factor, divisor := element.Quotient(float64(tau))
	for ; len(x) > 0; x, dst = x[classes:], dst[classes:] {
		in, out := x[:classes], dst[:classes]
		var m, log float64
		switch in := any(withoutMasked(in)).(type) {
		case []float32:
			m = float64(largest32(in))
			below, ties := exponentials32(in, 1, m, float64(tau))
			log = logSum(below, ties, in, 1, m, float64(tau))
		case []float64:
			m = largest64(in)
			below, ties := exponentials64(in, 1, m, float64(tau))
			log = logSum(below, ties, in, 1, m, float64(tau))
		}
		for i, v := range in {
			d := float64(v) - m
			if tau != 1 {
				d = (float64(v)*factor - m*factor) / divisor
			}
			out[i] = T(d - log)
		}
	}
}

// logSum returns log(below + ties) for a column of x, or for a row with stride 1, and the scaled
// below of exponentials32 or exponentials64. One of the ties is the 1 that Log1p adds. If the
// maximum m is infinite, logSum returns NaN.
func logSum[T element.Float](below float64, ties int, x []T, stride int, m, tau float64) float64 {
	// exp32 and exp64 return 0 for an exponential that rounds to 0. But the sum of 2²⁰ of them may
	// not round to 0. It matters if below is less than least.
	scale, least := 0x1p-512, 1e-299
	if element.Is32[T]() {
		scale, least = 0x1p-64, 1e-32
	}
	if below *= scale; below < least {
		below = withFaint(below, x, stride, m, tau)
	}
	return element.Log1p(below+float64(ties-1)) + (m - m)
}

// withFaint returns below + the sum of e^((x − m)/τ) over those entries of a column, or of a row
// with stride 1, for which exp32 or exp64 returns 0.
func withFaint[T element.Float](below float64, x []T, stride int, m, tau float64) float64 {
	const shift = 700 // without it, terms of the sum could be subnormal
	factor, divisor := element.Quotient(tau)
	faint := 0.0
	for i := 0; i < len(x); i += stride {
		a := (m*factor - float64(x[i])*factor) / divisor
		value, _, _ := exp64(expReduce(a))
		if element.Is32[T]() {
			value, _, _ = exp32(a)
		}
		if value == 0 {
			faint += math.Exp(shift - a)
		}
	}
	return below + faint*math.Exp(-shift)
}

// exponentials32 returns the sum of 2⁶⁴·e^((x − m)/τ) over those entries of a column of x, or of a
// row with stride 1, that are below m, and how many are not.
func exponentials32(x []float32, stride uint, m, tau float64) (below float64, ties int) {
	factor, divisor := element.Quotient(tau)
	for i := uint(0); i < uint(len(x)); i += stride {
		a := m - float64(x[i])
		if tau != 1 {
			a = (m*factor - float64(x[i])*factor) / divisor
		}
		value, rest, _ := exp32(a)
		e, tie := apart(value+rest, a)
		below += e
		ties += tie
	}
	return below, ties
}

// apart returns e and 0 for a > 0 or NaN, else 0 and 1, without a branch.
func apart(e, a float64) (below float64, tie int) {
	bits := math.Float64bits(e)
	if a <= 0 {
		bits, tie = 0, 1
	}
	return math.Float64frombits(bits), tie
}

// exponentials64 is exponentials32 for float64, with 2⁵¹².
//
// The sum keeps the errors of all additions. The logarithm may have ULPs that are half as large as
// those of the sum: with sums of two terms, of three and of eight without errors, the result was
// off by up to 3.95, 4.4 and 7 ULP. (Rows of 1000 take 10.3 ns an element, and 9.7, 9.5 and 9.2
// with such sums.)
func exponentials64(x []float64, stride uint, m, tau float64) (below float64, ties int) {
	factor, divisor := element.Quotient(tau)
	var total sum
	for i := uint(0); i < uint(len(x)); i += stride {
		a, rest := exactDifference(m*factor, x[i]*factor)
		if tau != 1 {
			a, rest = exactQuotient(a, rest, divisor)
		}
		value, more, _ := exp64(expReduce(a))
		e := value + (more - value*keepRest(a, rest))
		e, tie := apart(e, a)
		total = total.plus(e)
		ties += tie
	}
	return total.value(), ties
}

// exactDifference returns m − x, and its rounding error. Without the error, the
// exponential of a difference of 100 would lose six bits. If one entry is far above the
// others, the results of LogSoftmax would lose these bits too.
func exactDifference(m, x float64) (a, rest float64) {
	a = m - x
	t := m - a
	return a, (m - (a + t)) - (x - t)
}

// exactQuotient returns (a + rest)/divisor and its rounding error.
func exactQuotient(a, rest, divisor float64) (q, r float64) {
	q = a / divisor
	return q, (math.FMA(-q, divisor, a) + rest) / divisor
}

// keepRest returns rest, the rounding error of a. From far64 on it returns 0, because for an
// infinite a the rest is NaN.
func keepRest(a, rest float64) float64 {
	bits := math.Float64bits(rest)
	if a >= far64 {
		bits = 0
	}
	return math.Float64frombits(bits)
}

func logSoftmaxColumns[T element.Float](dst, x []T, classes, stride int, tau T, scratch []float64) {
	factor, divisor := element.Quotient(float64(tau))
	most := len(scratch) / perColumn
	for outer := 0; outer < len(x); outer += classes * stride {
		end := outer + classes*stride
		for start := outer; start < outer+stride; start += most {
			width := min(most, outer+stride-start)
			m := scratch[:width]
			var logs []float64
			switch x := any(x).(type) {
			case []float32:
				largestColumns32(m, x[start:end], stride)
				logs = exponentialsColumns32(scratch[most:], m, x[start:end], stride, float64(tau))
			case []float64:
				largestColumns64(m, x[start:end], stride)
				logs = exponentialsColumns64(scratch[most:], m, x[start:end], stride, float64(tau))
			}
			for at := start; at < end; at += stride {
				in, out, m, logs := x[at:][:width], dst[at:][:width], m[:width], logs[:width]
				for c, v := range in {
					d := float64(v) - m[c]
					if tau != 1 {
						d = (float64(v)*factor - m[c]*factor) / divisor
					}
					out[c] = T(d - logs[c])
				}
			}
		}
	}
}

// exponentialsColumns32 returns the logarithms of the sums for columns with the maxima m.
func exponentialsColumns32(scratch, m []float64, x []float32, stride int, tau float64) []float64 {
	factor, divisor := element.Quotient(tau)
	width, most := len(m), len(scratch)/(perColumn-1)
	below, ties := scratch[:width], scratch[most:][:width]
	clear(below)
	clear(ties)
	all := x
	for {
		in, below, ties, m := x[:width], below[:width], ties[:width], m[:width]
		for c, v := range in {
			a := m[c] - float64(v)
			if tau != 1 {
				a = (m[c]*factor - float64(v)*factor) / divisor
			}
			value, rest, _ := exp32(a)
			e, tie := apart(value+rest, a)
			below[c] += e
			ties[c] += float64(tie)
		}
		if len(x) <= stride {
			break
		}
		x = x[stride:]
	}
	for c := range below {
		below[c] = logSum(below[c], int(ties[c]), all[c:], stride, m[c], tau)
	}
	return below
}

func exponentialsColumns64(scratch, m []float64, x []float64, stride int, tau float64) []float64 {
	factor, divisor := element.Quotient(tau)
	width, most := len(m), len(scratch)/(perColumn-1)
	terms, ties, totals := scratch[:width], scratch[most:][:width], newSums(scratch[2*most:4*most], width)
	clear(ties)
	all := x
	for {
		in, terms, ties, m := x[:width], terms[:width], ties[:width], m[:width]
		for c, v := range in {
			a, rest := exactDifference(m[c]*factor, v*factor)
			if tau != 1 {
				a, rest = exactQuotient(a, rest, divisor)
			}
			value, more, _ := exp64(expReduce(a))
			e := value + (more - value*keepRest(a, rest))
			e, tie := apart(e, a)
			terms[c] = e
			ties[c] += float64(tie)
		}
		totals.add(terms)
		if len(x) <= stride {
			break
		}
		x = x[stride:]
	}
	logs := totals.values()
	for c := range logs {
		logs[c] = logSum(logs[c], int(ties[c]), all[c:], stride, m[c], tau)
	}
	return logs
}
