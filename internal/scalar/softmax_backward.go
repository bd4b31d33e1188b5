package scalar

import (
	"math"
	"unsafe"

	"example.com/activation/internal/element"
)

// SoftmaxDerivativeFromOutput sets dst to Jᵀ·upstream for the Jacobian J of Softmax, from
// y, the softmax of x: to yᵢ·Σⱼ yⱼ(gᵢ − gⱼ)/τ, computed as
//
//	yᵢ·((gᵢ − m) − Σⱼ yⱼ(gⱼ − m))/τ
//
// That is the same for every m, as Σ yⱼ = 1, but its roundings are not. They stay small
// beside the terms if m is the mean Σ yⱼgⱼ, since |gᵢ − m| is then at most
// Σⱼ yⱼ|gᵢ − gⱼ|. The mean is found from the g beside the largest y: if that y is close
// to 1, the mean is all but its g, and what the others contribute is not lost. For a
// constant g the result is exactly 0.
//
// For up to fewClasses entries the largest y is so large that the g beside it does for
// the mean.
//
// An upstream beside a y of 0 does not count, even if it is NaN or infinite. The sum
// shows that there is such a one, and then softmaxBackwardCareful does the work.
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) {
	switch {
	case upstream == nil:
		softmaxBackwardOnes(dst, y, classes, stride)
	case stride == 1 && classes == 2:
		softmaxBackwardPairs(dst, y, upstream, tau)
	case stride == 1 && classes <= shortRow:
		softmaxBackwardShortRows(dst, y, upstream, classes, tau)
	case stride == 1:
		softmaxBackwardRows(dst, y, upstream, classes, tau)
	case stride <= narrowBlock:
		softmaxBackwardNarrow(dst, y, upstream, classes, stride, tau)
	default:
		softmaxBackwardColumns(dst, y, upstream, classes, stride, tau)
	}
}

// softmaxBackwardPairs is softmaxBackwardRows for two classes: Σⱼ yᵢyⱼ(gᵢ − gⱼ) has one
// term that is not 0.
func softmaxBackwardPairs[T element.Float](dst, y, g []T, tau T) {
	for ; len(y) > 0; y, g, dst = y[2:], g[2:], dst[2:] {
		difference := g[0] - g[1]
		if !(-careful < difference && difference < careful) {
			softmaxBackwardCareful(dst[:2], y[:2], g[:2], 1, tau)
			continue
		}
		d := y[0] * y[1] * difference
		if tau != 1 {
			d /= tau
		}
		dst[0], dst[1] = d, -d
	}
}

// shortRow is the largest number of classes for which calls take as long as the work.
const shortRow = 16

const fewClasses = 8

// careful is the size of a sum from which on softmaxBackwardCareful runs: below it
// (gᵢ − m) − sum cannot overflow unless gᵢ − m does, and that shows in the sum.
const careful = 0x1p90

func softmaxBackwardRows[T element.Float](dst, y, g []T, classes int, tau T) {
	for ; len(y) > 0; y, g, dst = y[classes:], g[classes:], dst[classes:] {
		y, g, dst := y[:classes], g[:classes], dst[:classes]
		m := g[largestIndex(y)]
		sum := differences(y, g, m)
		if classes > fewClasses {
			m += sum
			sum = differences(y, g, m)
		}
		switch {
		case !(-careful < sum && sum < careful):
			softmaxBackwardCareful(dst, y, g, 1, tau)
		case tau == 1:
			for i, p := range y {
				dst[i] = p * ((g[i] - m) - sum)
			}
		default:
			for i, p := range y {
				dst[i] = p * ((g[i] - m) - sum) / tau
			}
		}
	}
}

// softmaxBackwardShortRows is softmaxBackwardRows without calls. It need not add up in
// several sums: the processor works on the next row meanwhile.
func softmaxBackwardShortRows[T element.Float](dst, y, g []T, classes int, tau T) {
	for ; len(y) > 0; y, g, dst = y[classes:], g[classes:], dst[classes:] {
		y, g, dst := y[:classes], g[:classes], dst[:classes]
		top := int64(0)
		for i := range y {
			top = above(top, order(&y[i])|int64(i))
		}
		m := g[uint32(top)]
		var sum T
		for i, p := range y {
			sum += p * (g[i] - m)
		}
		if classes > fewClasses {
			m += sum
			sum = 0
			for i, p := range y {
				sum += p * (g[i] - m)
			}
		}
		switch {
		case !(-careful < sum && sum < careful):
			softmaxBackwardCareful(dst, y, g, 1, tau)
		case tau == 1:
			for i, p := range y {
				dst[i] = p * ((g[i] - m) - sum)
			}
		default:
			for i, p := range y {
				dst[i] = p * ((g[i] - m) - sum) / tau
			}
		}
	}
}

// order returns an integer whose upper 32 bits are in the order of p ≥ 0, and whose lower
// ones are 0. It loads an integer: from a float it would take a move between registers.
func order[T element.Float](p *T) int64 {
	if unsafe.Sizeof(*p) == 4 {
		return int64(*(*int32)(unsafe.Pointer(p))) << 32
	}
	return *(*int64)(unsafe.Pointer(p)) &^ math.MaxUint32
}

// above returns the larger of a, b ≥ 0 without a branch. The compiler makes one of the
// builtin max here, and in a short row each new maximum is a misprediction.
func above(a, b int64) int64 {
	d := b - a
	return a + d&^(d>>63)
}

// largestIndex returns the index of the largest y, or of one that is smaller by less than
// a millionth: it compares the upper 32 bits, and the index is in the lower ones. In a
// long row new maxima are few, and the branches of max take less time than above: 1.6 ns
// an element for all of the derivative, and not 2.4.
func largestIndex[T element.Float](y []T) uint32 {
	a, b := int64(0), int64(0)
	n := len(y) &^ 1
	for i := 0; i < n; i += 2 {
		a = max(a, order(&y[i])|int64(uint32(i)))
		b = max(b, order(&y[i+1])|int64(uint32(i+1)))
	}
	if n < len(y) {
		a = max(a, order(&y[n])|int64(uint32(n)))
	}
	return uint32(max(a, b))
}

// differences returns Σ y·(g − c). It adds up in parts of 128 entries, in four sums each,
// so that it does not wait for each addition, and errors stay small for long rows.
func differences[T element.Float](y, g []T, c T) (sum T) {
	for len(y) > 128 {
		sum += fewDifferences(y[:128], g[:128], c)
		y, g = y[128:], g[128:]
	}
	return sum + fewDifferences(y, g, c)
}

func fewDifferences[T element.Float](y, g []T, c T) T {
	var s0, s1, s2, s3 T
	n := len(y) &^ 3
	for i := 0; i < n; i += 4 {
		p, u := y[i:i+4:i+4], g[i:i+4:i+4]
		s0 += p[0] * (u[0] - c)
		s1 += p[1] * (u[1] - c)
		s2 += p[2] * (u[2] - c)
		s3 += p[3] * (u[3] - c)
	}
	for i := n; i < len(y); i++ {
		s0 += y[i] * (g[i] - c)
	}
	return (s0 + s1) + (s2 + s3)
}

// softmaxBackwardNarrow is softmaxBackwardRows for few columns, one at a time: here a
// column is in the cache as a whole, and its sum in a register.
func softmaxBackwardNarrow[T element.Float](dst, y, g []T, classes, stride int, tau T) {
	for outer := 0; outer < len(y); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			end := outer + classes*stride
			y, g, dst := y[start:end], g[start:end], dst[start:end]
			top, k := int64(0), int64(0)
			for i := 0; i < len(y); i += stride {
				top = above(top, order(&y[i])|k)
				k++
			}
			m := g[int(uint32(top))*stride]
			sum := stridedDifferences(y, g, m, stride)
			if classes > fewClasses {
				m += sum
				sum = stridedDifferences(y, g, m, stride)
			}
			if !(-careful < sum && sum < careful) {
				softmaxBackwardCareful(dst, y, g, stride, tau)
				continue
			}
			for i := 0; i < len(y) && i < len(g) && i < len(dst); i += stride {
				d := y[i] * ((g[i] - m) - sum)
				if tau != 1 {
					d /= tau
				}
				dst[i] = d
			}
		}
	}
}

// stridedDifferences is differences for one column. It adds up in parts of 64 entries.
func stridedDifferences[T element.Float](y, g []T, c T, stride int) (sum T) {
	for i := 0; i < len(y); {
		var s0, s1 T
		end := min(len(y), i+64*stride)
		for ; i+stride < end && i+stride < len(g); i += 2 * stride {
			s0 += y[i] * (g[i] - c)
			s1 += y[i+stride] * (g[i+stride] - c)
		}
		if i < end {
			s0 += y[i] * (g[i] - c)
			i += stride
		}
		sum += s0 + s1
	}
	return sum
}

// softmaxBackwardColumns is softmaxBackwardRows for columns.
func softmaxBackwardColumns[T element.Float](dst, y, g []T, classes, stride int, tau T) {
	var tops [wideBlock]int64
	var means, sums, parts [wideBlock]T
	for outer := 0; outer < len(y); outer += classes * stride {
		for start := outer; start < outer+stride; start += wideBlock {
			width := min(wideBlock, outer+stride-start)
			end := outer + classes*stride
			y, g, dst := y[start:end], g[start:end], dst[start:end]
			top, mean, sum, part := tops[:width], means[:width], sums[:width], parts[:width]
			largestIndices(top, y, stride)
			for c, t := range top {
				mean[c] = g[int(uint32(t))*stride+c]
			}
			differencesColumns(sum, y, g, mean, part, stride)
			if classes > fewClasses {
				for c := range mean {
					mean[c] += sum[c]
				}
				differencesColumns(sum, y, g, mean, part, stride)
			}
			first := 0
			for c := range width + 1 {
				if c < width && -careful < sum[c] && sum[c] < careful {
					continue
				}
				backwardColumns(dst[first:], y[first:], g[first:], mean[first:c], sum[first:c], stride, tau)
				if c < width {
					softmaxBackwardCareful(dst[c:], y[c:], g[c:], stride, tau)
				}
				first = c + 1
			}
		}
	}
}

// largestIndices sets the lower halves of top to what largestIndex returns for each of
// the first len(top) columns of y.
func largestIndices[T element.Float](top []int64, y []T, stride int) {
	clear(top)
	for k := int64(0); ; k++ {
		in := y[:len(top)]
		for c := range in {
			top[c] = above(top[c], order(&in[c])|k)
		}
		if len(y) <= stride {
			return
		}
		y = y[stride:]
	}
}

// differencesColumns sets sum to what differences returns for each column, but adds up in
// parts of 32 entries. It uses part.
func differencesColumns[T element.Float](sum, y, g, mean, part []T, stride int) {
	clear(sum)
	clear(part)
	for k := 1; ; k++ {
		in, up, mean, part := y[:len(sum)], g[:len(sum)], mean[:len(sum)], part[:len(sum)]
		for c, p := range in {
			part[c] += p * (up[c] - mean[c])
		}
		last := len(y) <= stride
		if k%32 == 0 || last {
			for c, v := range part {
				sum[c] += v
				part[c] = 0
			}
		}
		if last {
			return
		}
		y, g = y[stride:], g[stride:]
	}
}

// backwardColumns sets each of the first len(mean) columns of dst to y·((g − mean) − sum)/τ.
func backwardColumns[T element.Float](dst, y, g, mean, sum []T, stride int, tau T) {
	for len(mean) > 0 {
		out, in, up, sum := dst[:len(mean)], y[:len(mean)], g[:len(mean)], sum[:len(mean)]
		for c, m := range mean {
			d := in[c] * ((up[c] - m) - sum[c])
			if tau != 1 {
				d /= tau
			}
			out[c] = d
		}
		if len(y) <= stride {
			return
		}
		dst, y, g = dst[stride:], y[stride:], g[stride:]
	}
}

// softmaxBackwardCareful is SoftmaxDerivativeFromOutput for one distribution, with an
// upstream that is not finite or so large that differences overflow. It takes a quarter
// of it, leaves out those beside a y of 0, and adds up with the rounding errors of its
// additions.
func softmaxBackwardCareful[T element.Float](dst, y, g []T, stride int, tau T) {
	differences := func(c T) T {
		var s sum
		for i := 0; i < len(y); i += stride {
			if y[i] != 0 {
				s = s.plus(float64(y[i] * (g[i]/4 - c)))
			}
		}
		return T(s.value())
	}
	top := 0
	for i := 0; i < len(y); i += stride {
		if y[i] > y[top] {
			top = i
		}
	}
	m := g[top] / 4
	m += differences(m)
	sum := differences(m)
	for i := 0; i < len(y); i += stride {
		if p := y[i]; p != 0 {
			dst[i] = p * ((g[i]/4 - m) - sum) * 4 / tau
		} else {
			dst[i] = 0
		}
	}
}

// softmaxBackwardOnes is SoftmaxDerivativeFromOutput for an upstream of ones, where only
// NaNs do not cancel.
func softmaxBackwardOnes[T element.Float](dst, y []T, classes, stride int) {
	for outer := 0; outer < len(y); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			var sum T
			for i := start; i < outer+classes*stride; i += stride {
				sum += y[i] * 0
			}
			for i := start; i < outer+classes*stride; i += stride {
				dst[i] = sum
			}
		}
	}
}
