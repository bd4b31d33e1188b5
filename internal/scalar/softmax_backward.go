package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// SoftmaxDerivativeFromOutput sets dst to Jᵀ·upstream for the Jacobian J of Softmax, from
// y, the softmax of x: to yᵢ·Σⱼ yⱼ(gᵢ − gⱼ)/τ, computed as
//
//	yᵢ·((gᵢ − m) − Σⱼ yⱼ(gⱼ − m))/τ
//
// Because Σ yⱼ = 1, the exact value is the same for every m, but the rounding errors depend
// on m. They are small compared with the terms if m is the mean Σ yⱼgⱼ, because then
// |gᵢ − m| is at most Σⱼ yⱼ|gᵢ − gⱼ|. The first approximation of the mean is a gₖ whose yₖ is
// not small. A first sum of yⱼ(gⱼ − gₖ) corrects it. The error of that sum is at most ε/yₖ
// times Σⱼ yⱼ|gᵢ − gⱼ|, for every i. The sum in the formula starts from the corrected mean,
// and corrects that error. For a constant g the result is exactly 0.
//
// An upstream beside a y of 0 does not count, even if it is NaN or infinite. If it is, the
// sum is NaN or infinite too, and softmaxBackwardCareful computes the distribution.
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) {
	switch {
	case upstream == nil:
		softmaxBackwardOnes(dst, y, classes, stride)
	case classes == 2:
		softmaxBackwardPairs(dst, y, upstream, stride, tau)
	case classes == 3:
		softmaxBackwardTriples(dst, y, upstream, stride, tau)
	case classes == len(y) && 4 <= classes && classes <= shortRow:
		softmaxBackwardRow(dst, y, upstream, tau)
	case stride == 1 && 4 <= classes && classes <= shortRow:
		softmaxBackwardShortRows(dst, y, upstream, classes, tau)
	case stride == 1:
		softmaxBackwardRows(dst, y, upstream, classes, tau)
	case narrow[T](classes, stride):
		softmaxBackwardNarrow(dst, y, upstream, classes, stride, tau)
	case classes*stride < 1<<15:
		var scratch [4 * 128]T
		softmaxBackwardColumns(dst, y, upstream, classes, stride, tau, scratch[:])
	default:
		var scratch [4 * 1024]T
		softmaxBackwardColumns(dst, y, upstream, classes, stride, tau, scratch[:])
	}
}

// softmaxBackwardPairs is softmaxBackwardRows for two classes. Only one term of
// Σⱼ yᵢyⱼ(gᵢ − gⱼ) is not 0.
func softmaxBackwardPairs[T element.Float](dst, y, g []T, stride int, tau T) {
	g, dst = g[:len(y)], dst[:len(y)]
	for i, column := 0, 0; uint(i+stride) < uint(len(y)); i++ {
		k := i + stride
		if d := y[i] * y[k] * (g[i] - g[k]); d-d == 0 {
			if tau != 1 {
				d /= tau
			}
			dst[i], dst[k] = d, 0-d // not −0
		} else {
			softmaxBackwardCareful(dst[i:k+1], y[i:k+1], g[i:k+1], stride, tau)
		}
		if column++; column == stride {
			i, column = i+stride, 0
		}
	}
}

// softmaxBackwardTriples is softmaxBackwardRows for three classes. It computes the three
// differences as the formula has them, without a mean.
func softmaxBackwardTriples[T element.Float](dst, y, g []T, stride int, tau T) {
	g, dst = g[:len(y)], dst[:len(y)]
	for i, column := 0, 0; uint(i+2*stride) < uint(len(y)); i++ {
		k, l := i+stride, i+2*stride
		a := T(y[i] * (y[k] * (g[i] - g[k])))
		b := T(y[i] * (y[l] * (g[i] - g[l])))
		c := T(y[k] * (y[l] * (g[k] - g[l])))
		switch {
		case a*0+b*0+c*0 != 0: // one of them is not finite
			softmaxBackwardCareful(dst[i:l+1], y[i:l+1], g[i:l+1], stride, tau)
		case tau == 1:
			dst[i], dst[k], dst[l] = a+b, c-a, 0-(b+c)
		default:
			dst[i], dst[k], dst[l] = (a+b)/tau, (c-a)/tau, (0-(b+c))/tau
		}
		if column++; column == stride {
			i, column = i+2*stride, 0
		}
	}
}

// The sums are added in parts. Two of the terms may be large and cancel, and each of the others
// may be a little more than half an ULP of them. Then each addition to the sums of the large ones
// loses half an ULP, all in one direction. With at most 12 additions to one sum, that stays below
// 12·ε·Σⱼ yᵢyⱼ|gᵢ − gⱼ|. The promised bound is 16·ε. With 32 additions, results were off by up to
// 30·ε times that sum, and with 16 by 17.6·ε.
const (
	shortRow    = 104 // entries of a row in four sums of pairs, in two parts
	endOfPart   = 44  // index of the first of the last eight entries of the first part
	longRowPart = 64  // entries of a longer row in four sums of pairs
	shortColumn = 24  // entries of a column in two sums
	columnPart  = 40  // entries of a column in two sums of pairs
	widePart    = 32  // entries of each of many columns, four for each addition
)

// A y below smallProbability is too small: the g beside it is not the first approximation of
// the mean, because the error of the mean would be too large for float32.
const smallProbability = 0x1p-12

// narrow reports whether softmaxBackwardNarrow is faster than softmaxBackwardColumns. It is
// faster for strides of up to 12: float64 takes 2.1 ns an element for [1000][7], and 4.4 in
// wide columns. For strides of up to 32 it is faster if y, g and dst of a distribution fit in
// the first-level cache together: [64][32] takes 2.3 and 2.7, but [200][32] 7.1 and 2.4.
func narrow[T element.Float](classes, stride int) bool {
	bytes := 8 * classes * stride
	if element.Is32[T]() {
		bytes /= 2
	}
	return stride <= 12 || stride <= 32 && bytes <= 16<<10
}

// From a sum of the size careful on, softmaxBackwardCareful runs. Below it, (gᵢ − m) − sum can
// overflow only if gᵢ − m overflows. Then the sum is infinite or NaN too.
const careful = 0x1p90

func softmaxBackwardRows[T element.Float](dst, y, g []T, classes int, tau T) {
	inverse, exact := reciprocal(tau)
	for ; len(y) > 0; y, g, dst = y[classes:], g[classes:], dst[classes:] {
		y, g, dst := y[:classes], g[:classes], dst[:classes]
		m := g[notSmall(y, 1)]
		m += differences(y, g, m)
		sum := differences(y, g, m)
		switch {
		case !(-careful < sum && sum < careful):
			softmaxBackwardCareful(dst, y, g, 1, tau)
		case tau == 1:
			for i, p := range y {
				dst[i] = p * ((g[i] - m) - sum)
			}
		case exact:
			for i, p := range y {
				dst[i] = p * ((g[i] - m) - sum) * inverse
			}
		default:
			for i, p := range y {
				dst[i] = p * ((g[i] - m) - sum) / tau
			}
		}
	}
}

// reciprocal returns 1/tau, and whether that is exact. Then a product with it has the same bits as
// a quotient: 64 rows of 64 float32 take 1.5 ns an element for a temperature of 8, and 2.4 with
// the division. If it is not exact, reciprocal returns 1.
func reciprocal[T element.Float](tau T) (inverse T, exact bool) {
	inverse = 1 / tau
	powerOfTwo := math.Float64bits(float64(tau))<<12 == 0 // no bit after the first one
	if powerOfTwo && inverse-inverse == 0 {               // not infinite
		return inverse, true
	}
	return 1, false
}

// softmaxBackwardShortRows is softmaxBackwardRows for rows of 4 to shortRow entries. It works on
// two rows at a time. While an addition of one row waits for the one before it, the processor
// works on the other row. It adds pairs first, so a sum has half as many additions. The loop of
// the sums is here twice: rows of 10 take 1.61 ns an element, 1.73 with a function that is called
// twice, and 1.66 with a loop of two passes.
func softmaxBackwardShortRows[T element.Float](dst, y, g []T, classes int, tau T) {
	inverse, exact := reciprocal(tau)
	for ; len(y) > classes; dst, y, g = dst[2*classes:], y[2*classes:], g[2*classes:] {
		y0, g0, dst0 := y[:classes], g[:classes], dst[:classes]
		y1, g1, dst1 := y[classes:][:classes], g[classes:][:classes], dst[classes:][:classes]
		m0, m1 := g0[0], g1[0]
		if y0[0] < smallProbability {
			m0 = g0[notSmall(y0, 1)]
		}
		if y1[0] < smallProbability {
			m1 = g1[notSmall(y1, 1)]
		}
		var part0, part1 T
		a0, b0, c0, d0 := fourTerms(y0[:4], g0[:4], m0)
		a1, b1, c1, d1 := fourTerms(y1[:4], g1[:4], m1)
		i := 4
		for ; i < len(y0)-7; i += 8 {
			p, q, r, s := fourTerms(y0[i:i+4:i+4], g0[i:i+4:i+4], m0)
			p, q, r, s = addFour(p, q, r, s, y0[i+4:i+8:i+8], g0[i+4:i+8:i+8], m0)
			a0, b0, c0, d0 = a0+p, b0+q, c0+r, d0+s
			p, q, r, s = fourTerms(y1[i:i+4:i+4], g1[i:i+4:i+4], m1)
			p, q, r, s = addFour(p, q, r, s, y1[i+4:i+8:i+8], g1[i+4:i+8:i+8], m1)
			a1, b1, c1, d1 = a1+p, b1+q, c1+r, d1+s
			if i == endOfPart {
				part0, a0, b0, c0, d0 = (a0+b0)+(c0+d0), 0, 0, 0, 0
				part1, a1, b1, c1, d1 = (a1+b1)+(c1+d1), 0, 0, 0, 0
			}
		}
		if i < len(y0)-3 {
			a0, b0, c0, d0 = addFour(a0, b0, c0, d0, y0[i:i+4:i+4], g0[i:i+4:i+4], m0)
			a1, b1, c1, d1 = addFour(a1, b1, c1, d1, y1[i:i+4:i+4], g1[i:i+4:i+4], m1)
			i += 4
		}
		a0, b0, c0 = addLast(a0, b0, c0, i, y0, g0, m0)
		a1, b1, c1 = addLast(a1, b1, c1, i, y1, g1, m1)
		m0 += part0 + ((a0 + b0) + (c0 + d0))
		m1 += part1 + ((a1 + b1) + (c1 + d1))
		part0, part1 = 0, 0
		a0, b0, c0, d0 = fourTerms(y0[:4], g0[:4], m0)
		a1, b1, c1, d1 = fourTerms(y1[:4], g1[:4], m1)
		i = 4
		for ; i < len(y0)-7; i += 8 {
			p, q, r, s := fourTerms(y0[i:i+4:i+4], g0[i:i+4:i+4], m0)
			p, q, r, s = addFour(p, q, r, s, y0[i+4:i+8:i+8], g0[i+4:i+8:i+8], m0)
			a0, b0, c0, d0 = a0+p, b0+q, c0+r, d0+s
			p, q, r, s = fourTerms(y1[i:i+4:i+4], g1[i:i+4:i+4], m1)
			p, q, r, s = addFour(p, q, r, s, y1[i+4:i+8:i+8], g1[i+4:i+8:i+8], m1)
			a1, b1, c1, d1 = a1+p, b1+q, c1+r, d1+s
			if i == endOfPart {
				part0, a0, b0, c0, d0 = (a0+b0)+(c0+d0), 0, 0, 0, 0
				part1, a1, b1, c1, d1 = (a1+b1)+(c1+d1), 0, 0, 0, 0
			}
		}
		if i < len(y0)-3 {
			a0, b0, c0, d0 = addFour(a0, b0, c0, d0, y0[i:i+4:i+4], g0[i:i+4:i+4], m0)
			a1, b1, c1, d1 = addFour(a1, b1, c1, d1, y1[i:i+4:i+4], g1[i:i+4:i+4], m1)
			i += 4
		}
		a0, b0, c0 = addLast(a0, b0, c0, i, y0, g0, m0)
		a1, b1, c1 = addLast(a1, b1, c1, i, y1, g1, m1)
		sum0 := part0 + ((a0 + b0) + (c0 + d0))
		sum1 := part1 + ((a1 + b1) + (c1 + d1))
		if !(-careful < sum0 && sum0 < careful && -careful < sum1 && sum1 < careful) {
			softmaxBackwardRow(dst0, y0, g0, tau)
			softmaxBackwardRow(dst1, y1, g1, tau)
			continue
		}
		if tau == 1 {
			for i := range y0 {
				dst0[i] = y0[i] * ((g0[i] - m0) - sum0)
				dst1[i] = y1[i] * ((g1[i] - m1) - sum1)
			}
			continue
		}
		for i := range y0 {
			dst0[i] = y0[i] * ((g0[i] - m0) - sum0) * inverse
			dst1[i] = y1[i] * ((g1[i] - m1) - sum1) * inverse
		}
		if !exact {
			for i := range y0 {
				dst0[i] /= tau
				dst1[i] /= tau
			}
		}
	}
	if len(y) > 0 {
		softmaxBackwardRow(dst, y, g, tau)
	}
}

// softmaxBackwardRow is softmaxBackwardShortRows for one row. It gives the same bits.
func softmaxBackwardRow[T element.Float](dst, y, g []T, tau T) {
	g, dst = g[:len(y)], dst[:len(y)]
	m := g[0]
	if y[0] < smallProbability {
		m = g[notSmall(y, 1)]
	}
	var part T
	a, b, c, d := fourTerms(y[:4], g[:4], m)
	i := 4
	for ; i < len(y)-7; i += 8 {
		p, q, r, s := fourTerms(y[i:i+4:i+4], g[i:i+4:i+4], m)
		p, q, r, s = addFour(p, q, r, s, y[i+4:i+8:i+8], g[i+4:i+8:i+8], m)
		a, b, c, d = a+p, b+q, c+r, d+s
		if i == endOfPart {
			part, a, b, c, d = (a+b)+(c+d), 0, 0, 0, 0
		}
	}
	if i < len(y)-3 {
		a, b, c, d = addFour(a, b, c, d, y[i:i+4:i+4], g[i:i+4:i+4], m)
		i += 4
	}
	a, b, c = addLast(a, b, c, i, y, g, m)
	m += part + ((a + b) + (c + d))
	part = 0
	a, b, c, d = fourTerms(y[:4], g[:4], m)
	i = 4
	for ; i < len(y)-7; i += 8 {
		p, q, r, s := fourTerms(y[i:i+4:i+4], g[i:i+4:i+4], m)
		p, q, r, s = addFour(p, q, r, s, y[i+4:i+8:i+8], g[i+4:i+8:i+8], m)
		a, b, c, d = a+p, b+q, c+r, d+s
		if i == endOfPart {
			part, a, b, c, d = (a+b)+(c+d), 0, 0, 0, 0
		}
	}
	if i < len(y)-3 {
		a, b, c, d = addFour(a, b, c, d, y[i:i+4:i+4], g[i:i+4:i+4], m)
		i += 4
	}
	a, b, c = addLast(a, b, c, i, y, g, m)
	sum := part + ((a + b) + (c + d))
	if !(-careful < sum && sum < careful) {
		softmaxBackwardCareful(dst, y, g, 1, tau)
		return
	}
	if tau == 1 {
		for i, p := range y {
			dst[i] = p * ((g[i] - m) - sum)
		}
		return
	}
	inverse, exact := reciprocal(tau)
	for i, p := range y {
		dst[i] = p * ((g[i] - m) - sum) * inverse
	}
	if !exact {
		for i := range dst {
			dst[i] /= tau
		}
	}
}

// fourTerms returns y·(g − m) of four entries. A sum that begins with 0 would have one addition
// more, which takes 4 to 8 % of the time of rows of 10.
func fourTerms[T element.Float](y, g []T, m T) (T, T, T, T) {
	return T(y[0] * (g[0] - m)), T(y[1] * (g[1] - m)), T(y[2] * (g[2] - m)), T(y[3] * (g[3] - m))
}

// addFour adds y·(g − m) of four entries to four sums.
func addFour[T element.Float](a, b, c, d T, y, g []T, m T) (T, T, T, T) {
	return a + y[0]*(g[0]-m), b + y[1]*(g[1]-m), c + y[2]*(g[2]-m), d + y[3]*(g[3]-m)
}

// addLast adds y·(g − m) of the entries from i on, of which there are up to three, to sums.
func addLast[T element.Float](a, b, c T, i int, y, g []T, m T) (T, T, T) {
	if i < len(y)-1 {
		a += y[i] * (g[i] - m)
		b += y[i+1] * (g[i+1] - m)
		i += 2
	}
	if i < len(y) {
		c += y[i] * (g[i] - m)
	}
	return a, b, c
}

// notSmall returns the index of the first entry of a column of y that is not small. If all
// are small, it returns the index of the largest.
func notSmall[T element.Float](y []T, stride int) (top int) {
	for i := 0; i < len(y); i += stride {
		if !(y[i] < smallProbability) {
			return i
		}
		if y[i] > y[top] {
			top = i
		}
	}
	return top
}

// differences returns Σ y·(g − m). It adds long rows in two halves, to keep the errors small.
func differences[T element.Float](y, g []T, m T) T {
	if len(y) > longRowPart {
		half := len(y) / 16 * 8 // a multiple of 8, so that only the last part has a remainder
		return differences(y[:half], g[:half], m) + differences(y[half:], g[half:], m)
	}
	var a, b, c, d T
	g = g[:len(y)]
	i := 0
	for ; i < len(y)-7; i += 8 {
		p, q, r, s := fourTerms(y[i:i+4:i+4], g[i:i+4:i+4], m)
		p, q, r, s = addFour(p, q, r, s, y[i+4:i+8:i+8], g[i+4:i+8:i+8], m)
		a, b, c, d = a+p, b+q, c+r, d+s
	}
	if i < len(y)-3 {
		a, b, c, d = addFour(a, b, c, d, y[i:i+4:i+4], g[i:i+4:i+4], m)
		i += 4
	}
	a, b, c = addLast(a, b, c, i, y, g, m)
	return (a + b) + (c + d)
}

// softmaxBackwardNarrow is softmaxBackwardRows for few columns. It works on two columns at a
// time. All columns fit in the cache together, and the sum of a column is in a register.
func softmaxBackwardNarrow[T element.Float](dst, y, g []T, classes, stride int, tau T) {
	for outer := 0; outer < len(y); outer += classes * stride {
		end := outer + classes*stride
		start := outer
		for ; start+1 < outer+stride; start += 2 {
			softmaxBackwardTwo(dst[start:end], y[start:end], g[start:end], stride, tau)
		}
		if start < outer+stride {
			softmaxBackwardOne(dst[start:end], y[start:end], g[start:end], stride, tau)
		}
	}
}

// softmaxBackwardTwo is softmaxBackwardOne for two columns. It gives the same bits. While an
// addition of one column waits, the processor works on the other column. For few entries the
// loop of the sums is here, twice: [12][7] takes 1.68 ns an element, and 1.88 with two calls.
func softmaxBackwardTwo[T element.Float](dst, y, g []T, stride int, tau T) {
	n := len(y) - 1
	y0, g0, dst0 := y[:n], g[:n], dst[:n]
	y1, g1, dst1 := y[1:][:n], g[1:][:n], dst[1:][:n]
	m0, m1 := g0[0], g1[0]
	if y0[0] < smallProbability {
		m0 = g0[notSmall(y0, stride)]
	}
	if y1[0] < smallProbability {
		m1 = g1[notSmall(y1, stride)]
	}
	var sum0, sum1 T
	if len(y) <= shortColumn*stride {
		var a0, b0, a1, b1 T
		i := 0
		for k := stride; uint(i) < uint(n) && uint(k) < uint(n); i, k = k+stride, k+2*stride {
			a0 += y0[i] * (g0[i] - m0)
			a1 += y1[i] * (g1[i] - m1)
			b0 += y0[k] * (g0[k] - m0)
			b1 += y1[k] * (g1[k] - m1)
		}
		if uint(i) < uint(n) {
			a0 += y0[i] * (g0[i] - m0)
			a1 += y1[i] * (g1[i] - m1)
		}
		m0 += a0 + b0
		m1 += a1 + b1
		a0, b0, a1, b1 = 0, 0, 0, 0
		i = 0
		for k := stride; uint(i) < uint(n) && uint(k) < uint(n); i, k = k+stride, k+2*stride {
			a0 += y0[i] * (g0[i] - m0)
			a1 += y1[i] * (g1[i] - m1)
			b0 += y0[k] * (g0[k] - m0)
			b1 += y1[k] * (g1[k] - m1)
		}
		if uint(i) < uint(n) {
			a0 += y0[i] * (g0[i] - m0)
			a1 += y1[i] * (g1[i] - m1)
		}
		sum0, sum1 = a0+b0, a1+b1
	} else {
		sum0, sum1 = differencesOfTwo(y, g, m0, m1, stride)
		m0 += sum0
		m1 += sum1
		sum0, sum1 = differencesOfTwo(y, g, m0, m1, stride)
	}
	if !(-careful < sum0 && sum0 < careful && -careful < sum1 && sum1 < careful) {
		softmaxBackwardOne(dst0, y0, g0, stride, tau)
		softmaxBackwardOne(dst1, y1, g1, stride, tau)
		return
	}
	for i := 0; uint(i) < uint(n); i += stride {
		dst0[i] = y0[i] * ((g0[i] - m0) - sum0)
		dst1[i] = y1[i] * ((g1[i] - m1) - sum1)
	}
	if tau != 1 {
		for i := 0; uint(i) < uint(n); i += stride {
			dst0[i] /= tau
			dst1[i] /= tau
		}
	}
}

// softmaxBackwardOne is softmaxBackwardRows for one distribution.
func softmaxBackwardOne[T element.Float](dst, y, g []T, stride int, tau T) {
	g, dst = g[:len(y)], dst[:len(y)]
	m := g[0]
	if y[0] < smallProbability {
		m = g[notSmall(y, stride)]
	}
	m += stridedDifferences(y, g, m, stride)
	sum := stridedDifferences(y, g, m, stride)
	if !(-careful < sum && sum < careful) {
		softmaxBackwardCareful(dst, y, g, stride, tau)
		return
	}
	for i := 0; uint(i) < uint(len(y)); i += stride {
		dst[i] = y[i] * ((g[i] - m) - sum)
	}
	if tau != 1 {
		for i := 0; uint(i) < uint(len(y)); i += stride {
			dst[i] /= tau
		}
	}
}

// stridedDifferences is differences for one column.
func stridedDifferences[T element.Float](y, g []T, m T, stride int) T {
	if len(y) > shortColumn*stride {
		var total sum
		for n := columnPart * stride; len(y) > 0; y, g = y[n:], g[n:] {
			n = min(n, len(y))
			total = total.plus(float64(partDifferences(y[:n], g[:n], m, stride)))
		}
		return T(total.value())
	}
	var a, b T
	g = g[:len(y)]
	i := 0
	for k := stride; uint(i) < uint(len(y)) && uint(k) < uint(len(y)); i, k = k+stride, k+2*stride {
		a += y[i] * (g[i] - m)
		b += y[k] * (g[k] - m)
	}
	if uint(i) < uint(len(y)) {
		a += y[i] * (g[i] - m)
	}
	return a + b
}

// partDifferences is stridedDifferences for one part.
func partDifferences[T element.Float](y, g []T, m T, stride int) T {
	var a, b T
	n, step := uint(len(y)), 4*stride
	g = g[:n]
	i := 0
	for j, k, l := stride, 2*stride, 3*stride; uint(i) < n && uint(j) < n && uint(k) < n && uint(l) < n; i, j, k, l = i+step, j+step, k+step, l+step {
		a += T(y[i]*(g[i]-m)) + y[k]*(g[k]-m)
		b += T(y[j]*(g[j]-m)) + y[l]*(g[l]-m)
	}
	for ; uint(i) < n; i += stride {
		a += y[i] * (g[i] - m)
	}
	return a + b
}

// differencesOfTwo is stridedDifferences for two columns of more than shortColumn entries. It
// gives the same bits.
func differencesOfTwo[T element.Float](y, g []T, m0, m1 T, stride int) (T, T) {
	var total0, total1 sum
	for n := columnPart * stride; len(y) > 1; y, g = y[n:], g[n:] {
		n = min(n, len(y))
		sum0, sum1 := partDifferencesOfTwo(y[:n], g[:n], m0, m1, stride)
		total0, total1 = total0.plus(float64(sum0)), total1.plus(float64(sum1))
	}
	return T(total0.value()), T(total1.value())
}

func partDifferencesOfTwo[T element.Float](y, g []T, m0, m1 T, stride int) (T, T) {
	n, step := len(y)-1, 4*stride
	y0, g0 := y[:n], g[:n]
	y1, g1 := y[1:][:n], g[1:][:n]
	var a0, b0, a1, b1 T
	i := 0
	for j, k, l := stride, 2*stride, 3*stride; uint(i) < uint(n) && uint(j) < uint(n) && uint(k) < uint(n) && uint(l) < uint(n); i, j, k, l = i+step, j+step, k+step, l+step {
		a0 += T(y0[i]*(g0[i]-m0)) + y0[k]*(g0[k]-m0)
		a1 += T(y1[i]*(g1[i]-m1)) + y1[k]*(g1[k]-m1)
		b0 += T(y0[j]*(g0[j]-m0)) + y0[l]*(g0[l]-m0)
		b1 += T(y1[j]*(g1[j]-m1)) + y1[l]*(g1[l]-m1)
	}
	for ; uint(i) < uint(n); i += stride {
		a0 += y0[i] * (g0[i] - m0)
		a1 += y1[i] * (g1[i] - m1)
	}
	return a0 + b0, a1 + b1
}

// softmaxBackwardColumns is softmaxBackwardRows for columns. It works on len(scratch)/4
// neighbouring columns at a time. That is 128, or 1024 for large distributions, which do not
// fit in the cache. For these, 1024 columns take a third of the time of 128 for [3072][1024]
// and [150][16384], and the same time for [21][16384]. For small distributions, clearing so
// much scratch would take too long.
func softmaxBackwardColumns[T element.Float](dst, y, g []T, classes, stride int, tau T, scratch []T) {
	most := len(scratch) / 4
	means, sums, parts, rests := scratch[:most], scratch[most:2*most], scratch[2*most:3*most], scratch[3*most:]
	for outer := 0; outer < len(y); outer += classes * stride {
		for start := outer; start < outer+stride; start += most {
			width := min(most, outer+stride-start)
			end := outer + classes*stride
			y, g, dst := y[start:end], g[start:end], dst[start:end]
			mean, sum, part, lost := means[:width], sums[:width], parts[:width], rests[:width]
			copy(mean, g)
			for c, p := range y[:width] {
				if p < smallProbability {
					mean[c] = g[c+notSmall(y[c:], stride)]
				}
			}
			differencesColumns(sum, y, g, mean, part, lost, stride)
			for c := range mean {
				mean[c] += sum[c]
			}
			differencesColumns(sum, y, g, mean, part, lost, stride)
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

// differencesColumns sets sum to what differences returns for each column. It adds in parts of
// widePart entries, with the rounding errors of the sums of the parts. part and lost are for
// these sums and errors.
func differencesColumns[T element.Float](sum, y, g, mean, part, lost []T, stride int) {
	clear(sum)
	n := min(widePart*stride, len(y))
	addDifferences(sum, y[:n], g[:n], mean, stride)
	if n == len(y) {
		return
	}
	clear(lost)
	for n < len(y) {
		y, g = y[n:], g[n:]
		n = min(widePart*stride, len(y))
		clear(part)
		addDifferences(part, y[:n], g[:n], mean, stride)
		addTo(sum, lost, part)
	}
	for c, v := range lost {
		sum[c] += v
	}
}

// addTo adds part to sum, and the rounding errors of these additions to lost.
func addTo[T element.Float](sum, lost, part []T) {
	lost, part = lost[:len(sum)], part[:len(sum)]
	for c, v := range part {
		s := sum[c] + v
		t := s - sum[c]
		sum[c], lost[c] = s, lost[c]+((sum[c]-(s-t))+(v-t))
	}
}

// addDifferences adds y·(g − mean) of all entries to sum. Two entries at a time take 0.8 of
// the time of one at a time, and four 0.75, because sum and mean are loaded once.
func addDifferences[T element.Float](sum, y, g, mean []T, stride int) {
	for len(y) > 0 {
		n := 1 // entries
		switch {
		case len(y) > 3*stride:
			n = 4
			addDifferencesOfFour(sum, y, g, mean, stride)
		case len(y) > stride:
			n = 2
			addDifferencesOfTwo(sum, y, g, mean, stride)
		default:
			addDifferencesOfOne(sum, y, g, mean)
		}
		n = min(n*stride, len(y))
		y, g = y[n:], g[n:]
	}
}

// addDifferencesOfOne adds the differences of one entry of each column. It is not inlined,
// because then the caller's variables would leave no register for its index, and it would
// take twice the time.
//
//go:noinline
func addDifferencesOfOne[T element.Float](sum, y, g, mean []T) {
	y, g, mean = y[:len(sum)], g[:len(sum)], mean[:len(sum)]
	for c, m := range mean {
		sum[c] += y[c] * (g[c] - m)
	}
}

// addDifferencesOfTwo adds the differences of two entries. See addDifferencesOfOne.
//
//go:noinline
func addDifferencesOfTwo[T element.Float](sum, y, g, mean []T, stride int) {
	n := len(sum)
	y0, g0, mean := y[:n], g[:n], mean[:n]
	y1, g1 := y[stride:][:n], g[stride:][:n]
	for c, m := range mean {
		sum[c] += T(y0[c]*(g0[c]-m)) + y1[c]*(g1[c]-m)
	}
}

// addDifferencesOfFour adds the differences of four entries. See addDifferencesOfOne.
//
//go:noinline
func addDifferencesOfFour[T element.Float](sum, y, g, mean []T, stride int) {
	n := len(sum)
	y0, g0, mean := y[:n], g[:n], mean[:n]
	y1, g1 := y[stride:][:n], g[stride:][:n]
	y2, g2 := y[2*stride:][:n], g[2*stride:][:n]
	y3, g3 := y[3*stride:][:n], g[3*stride:][:n]
	for c, m := range mean {
		sum[c] += (T(y0[c]*(g0[c]-m)) + y1[c]*(g1[c]-m)) + (T(y2[c]*(g2[c]-m)) + y3[c]*(g3[c]-m))
	}
}

// backwardColumns sets each of the first len(mean) columns of dst to y·((g − mean) − sum)/τ.
func backwardColumns[T element.Float](dst, y, g, mean, sum []T, stride int, tau T) {
	for len(mean) > 0 {
		backwardAcross(dst, y, g, mean, sum, tau)
		if len(y) <= stride {
			return
		}
		dst, y, g = dst[stride:], y[stride:], g[stride:]
	}
}

// backwardAcross sets one entry of each column. It is not inlined: see addDifferencesOfOne.
//
//go:noinline
func backwardAcross[T element.Float](dst, y, g, mean, sum []T, tau T) {
	dst, y, g, sum = dst[:len(mean)], y[:len(mean)], g[:len(mean)], sum[:len(mean)]
	if tau != 1 {
		for c, m := range mean {
			dst[c] = y[c] * ((g[c] - m) - sum[c]) / tau
		}
		return
	}
	c := 0
	for ; c+1 < len(mean); c += 2 {
		dst[c] = y[c] * ((g[c] - mean[c]) - sum[c])
		dst[c+1] = y[c+1] * ((g[c+1] - mean[c+1]) - sum[c+1])
	}
	if c < len(mean) {
		dst[c] = y[c] * ((g[c] - mean[c]) - sum[c])
	}
}

// softmaxBackwardCareful is SoftmaxDerivativeFromOutput for one distribution with an upstream
// that is not finite, or so large that differences overflow. It divides the upstream by 4,
// ignores it beside a y of 0, and adds with the rounding errors of the additions.
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

// softmaxBackwardOnes is SoftmaxDerivativeFromOutput for an upstream of ones. The result is 0.
// In a distribution with a NaN it is NaN, except for a y of 0.
func softmaxBackwardOnes[T element.Float](dst, y []T, classes, stride int) {
	for outer := 0; outer < len(y); outer += classes * stride {
		for start := outer; start < outer+stride; start++ {
			var sum T
			for i := start; i < outer+classes*stride; i += stride {
				sum += y[i] * 0
			}
			for i := start; i < outer+classes*stride; i += stride {
				d := sum
				if y[i] == 0 {
					d = 0
				}
				dst[i] = d
			}
		}
	}
}
