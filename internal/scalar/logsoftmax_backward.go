package scalar

import "example.com/activation/internal/element"

// LogSoftmaxDerivativeFromOutput sets dst to Jᵀ·upstream for the Jacobian J of LogSoftmax,
// from y, the log-softmax of x. That is (gᵢ − pᵢ·Σg)/τ with pᵢ = e^yᵢ. If pᵢ is close to 1
// and gᵢ is most of the sum, this difference loses its bits. So it is computed as
//
//	gᵢ − pᵢ·Σg = (1 − pᵢ)·gᵢ − pᵢ·(Σg − gᵢ)
//
// The loops compute 1 − pᵢ without a difference, and Σg with its rounding errors. If pᵢ is close
// to 1 and gᵢ is huge, Σg − gᵢ must be as exact as the sum of the others alone. So for float64 a gᵢ
// whose pᵢ is above 0.6 is kept apart from the sum, except in short distributions: see keepsTop.
func LogSoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) {
	if classes == 2 {
		logBackwardPairs(dst, y, upstream, stride, tau)
		return
	}
	if stride == 1 || fewColumns(classes, stride) {
		for at, size := 0, classes*stride; at < len(y); at += size {
			for start := at; start < at+stride; start++ {
				g := element.Slice(upstream, start, at+size)
				y, dst := y[start:at+size], dst[start:at+size]
				logBackward(dst, y, g, uint(stride), sumOfGradients(y, g, classes, uint(stride)), tau)
			}
		}
		return
	}
	if stride <= narrowBlock {
		var scratch [3 * narrowBlock]float64
		logBackwardColumns(dst, y, upstream, classes, stride, tau, scratch[:])
		return
	}
	var scratch [3 * wideBlock]float64
	logBackwardColumns(dst, y, upstream, classes, stride, tau, scratch[:])
}

// logBackwardPairs is LogSoftmaxDerivativeFromOutput for two classes. Here Σg − gᵢ is the
// other g.
func logBackwardPairs[T element.Float](dst, y, g []T, stride int, tau T) {
	switch dst := any(dst).(type) {
	case []float32:
		logBackwardPairs32(dst, any(y).([]float32), any(g).([]float32), stride, float64(tau))
	case []float64:
		logBackwardPairs64(dst, any(y).([]float64), any(g).([]float64), stride, float64(tau))
	}
}

func logBackwardPairs32(dst, y, g []float32, stride int, tau float64) {
	dst, scale := dst[:len(y)], 0x1p-64/tau
	for i, column := 0, 0; uint(i+stride) < uint(len(y)); i++ {
		k := i + stride
		a, restA, _ := exp32(-float64(y[i]))
		b, restB, _ := exp32(-float64(y[k]))
		u, v := upstreamAt(g, i), upstreamAt(g, k)
		dst[i] = float32((((0x1p64-a)-restA)*u - float64((a+restA)*v)) * scale)
		dst[k] = float32((((0x1p64-b)-restB)*v - float64((b+restB)*u)) * scale)
		if column++; column == stride {
			i, column = i+stride, 0
		}
	}
}

func logBackwardPairs64(dst, y, g []float64, stride int, tau float64) {
	dst = dst[:len(y)]
	for i, column := 0, 0; uint(i+stride) < uint(len(y)); i++ {
		k := i + stride
		p, notP := withComplement(y[i])
		q, notQ := withComplement(y[k])
		u, v := upstreamAt(g, i), upstreamAt(g, k)
		dst[i] = (notP*u - float64(p*v)) / tau
		dst[k] = (notQ*v - float64(q*u)) / tau
		if column++; column == stride {
			i, column = i+stride, 0
		}
	}
}

// A gradientSum is Σg of a distribution in two parts: the g whose p is above e^dominant, if that is
// kept apart, and the sum of the others.
type gradientSum struct {
	top    float64
	others sum
}

// dominant is the y from which on p is above 0.6. Only one entry of a distribution can be.
const dominant = -0.5

// without returns Σg − g.
func (s gradientSum) without(g float64) float64 { return ((s.top - g) + s.others.high) + s.others.low }

// keepsTop reports whether the g whose p is above e^dominant is kept apart. For float32 there is no
// need, because the sums are float64. For float64 and up to 64 entries there is none either.
// Without it, the largest error found in a distribution of 128 was 21.5·ε, and 16·ε is promised. The
// errors found are proportional to the number of entries. In short rows the branch would often be
// mispredicted: rows of 3 would take 12.0 ns an element in place of 8.7.
func keepsTop[T element.Float](classes int) bool { return !element.Is32[T]() && classes > 64 }

// sumOfGradients returns the sum of the gradients of one column, or of one row with stride 1.
func sumOfGradients[T element.Float](y, g []T, classes int, stride uint) (s gradientSum) {
	if g == nil {
		s.others.high = float64(classes)
		return s
	}
	g = g[:len(y)]
	if !keepsTop[T](classes) {
		for i := uint(0); i < uint(len(g)); i += stride {
			s.others = s.others.plus(float64(g[i]))
		}
		return s
	}
	for i := uint(0); i < uint(len(y)); i += stride {
		if v := float64(g[i]); y[i] > dominant {
			s.top += v
		} else {
			s.others = s.others.plus(v)
		}
	}
	return s
}

// logBackward sets one column of dst, or one row with stride 1.
func logBackward[T element.Float](dst, y, g []T, stride uint, total gradientSum, tau T) {
	switch y := any(y).(type) {
	case []float32:
		dst, g := any(dst).([]float32), any(g).([]float32)
		scale := 0x1p-64 / float64(tau)
		for i := uint(0); i < uint(len(y)); i += stride {
			value, rest, _ := exp32(-float64(y[i]))
			dst[i] = float32(logGradient(value+rest, (0x1p64-value)-rest, upstreamAt(g, int(i)), total) * scale)
		}
	case []float64:
		dst, g := any(dst).([]float64), any(g).([]float64)
		for i := uint(0); i < uint(len(y)); i += stride {
			p, others := withComplement(y[i])
			dst[i] = logGradient(p, others, upstreamAt(g, int(i)), total) / float64(tau)
		}
	}
}

// upstreamAt returns g[i], and 1 if g is nil.
func upstreamAt[T element.Float](g []T, i int) float64 {
	if g == nil {
		return 1
	}
	return float64(g[i])
}

// logGradient returns others·g − p·(total − g) for others = 1 − p.
func logGradient(p, others, g float64, total gradientSum) float64 {
	return others*g - float64(p*total.without(g))
}

// withComplement returns p = e^y and 1 − p for y ≤ 0. Down to −20 both come from the table of
// ELU, because the difference 1 − p would lose its bits for a p close to 1. NaN gives NaN.
func withComplement(y float64) (p, others float64) {
	if k, b := expm1Point(y); k < uint64(len(expm1Table)) {
		high, low := expm1Table[k].drops(b, sextic(b))
		return expm1Table[k].exp(b), high + low
	}
	p = expTail(y)
	return p, 1 - p
}

// logBackwardColumns is LogSoftmaxDerivativeFromOutput for columns.
func logBackwardColumns[T element.Float](dst, y, g []T, classes, stride int, tau T, scratch []float64) {
	var ones []T
	if g == nil {
		var buffer [wideBlock]T
		for i := range buffer {
			buffer[i] = 1
		}
		ones = buffer[:]
	}
	most := len(scratch) / 3
	for outer := 0; outer < len(y); outer += classes * stride {
		end := outer + classes*stride
		for start := outer; start < outer+stride; start += most {
			width := min(most, outer+stride-start)
			totals := gradientSums{scratch[:width], newSums(scratch[most:], width)}
			sumsOfGradients(totals, y, g, start, end, classes, stride)
			for at := start; at < end; at += stride {
				up := element.Slice(g, at, at+width)
				if g == nil {
					up = ones[:width]
				}
				logBackwardAcross(dst[at:][:width], y[at:][:width], up, totals, tau)
			}
		}
	}
}

// gradientSums are a gradientSum for each column.
type gradientSums struct {
	top    []float64
	others sums
}

// sumsOfGradients sets s to what sumOfGradients returns for the columns from start on.
func sumsOfGradients[T element.Float](s gradientSums, y, g []T, start, end, classes, stride int) {
	top := s.top
	high, low := s.others.high[:len(top)], s.others.low[:len(top)]
	clear(top)
	if g == nil {
		for c := range high {
			high[c] = float64(classes)
		}
		return
	}
	for at := start; at < end; at += stride {
		y, g := y[at:][:len(top)], g[at:][:len(top)]
		if !keepsTop[T](classes) {
			for c, v := range g {
				t := sum{high[c], low[c]}.plus(float64(v))
				high[c], low[c] = t.high, t.low
			}
			continue
		}
		for c, v := range g {
			if y[c] > dominant {
				top[c] += float64(v)
				continue
			}
			t := sum{high[c], low[c]}.plus(float64(v))
			high[c], low[c] = t.high, t.low
		}
	}
}

// logBackwardAcross sets one entry of each column.
func logBackwardAcross[T element.Float](dst, y, g []T, totals gradientSums, tau T) {
	switch y := any(y).(type) {
	case []float32:
		logBackwardAcross32(any(dst).([]float32), y, any(g).([]float32), totals, 0x1p-64/float64(tau))
	case []float64:
		dst, g := any(dst).([]float64)[:len(y)], any(g).([]float64)[:len(y)]
		top, high, low := totals.top[:len(y)], totals.others.high[:len(y)], totals.others.low[:len(y)]
		for c, v := range y {
			p, others := withComplement(v)
			dst[c] = logGradient(p, others, g[c], gradientSum{top[c], sum{high[c], low[c]}}) / float64(tau)
		}
	}
}

func logBackwardAcross32(dst, y, g []float32, totals gradientSums, scale float64) {
	dst, g = dst[:len(y)], g[:len(y)]
	top, high, low := totals.top[:len(y)], totals.others.high[:len(y)], totals.others.low[:len(y)]
	for c, v := range y {
		a := float64(v)
		value, rest, _ := exp32(-a)
		u := float64(g[c])
		dst[c] = float32(logGradient(value+rest, (0x1p64-value)-rest, u, gradientSum{top[c], sum{high[c], low[c]}}) * scale)
	}
}
