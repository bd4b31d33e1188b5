package scalar

import "example.com/activation/internal/element"

// Maxout sets dst, [outer][units][stride], to the maxima over the pieces of x,
// [outer][units][pieces][stride]. There must be two pieces or more. If one of the pieces
// is NaN, so is the maximum.
//
// For a stride of 8 or more it reads one piece after the other, in the order of memory.
// For shorter strides the overhead for each piece would take longer than the work.
func Maxout[T element.Float](dst, x []T, pieces, stride int) {
	switch {
	case stride == 1 && pieces == 2:
		pairs(dst, x)
	case stride == 1 && pieces == 3:
		triples(dst, x)
	case stride == 1 && pieces == 4:
		quadruples(dst, x)
	case stride < 8:
		unit := 0
		for start := 0; start < len(x); start += pieces * stride {
			for first := start; first < start+stride; first++ {
				group := x[first : start+pieces*stride]
				m := group[0]
				for i := stride; i < len(group); i += stride {
					m = max(m, group[i])
				}
				dst[unit] = m
				unit++
			}
		}
	default:
		for start := 0; start < len(dst); start += stride {
			out, group := dst[start:][:stride], x[start*pieces:][:stride*pieces]
			copy(out, group)
			for k := stride; k < len(group); k += stride {
				piece := group[k:][:len(out)]
				for i, v := range out {
					out[i] = max(v, piece[i])
				}
			}
		}
	}
}

// pairs sets dst to the maxima of the pairs in x. It computes four at a time, because
// one at a time takes 1.5 times as long.
func pairs[T element.Float](dst, x []T) {
	i := 0
	for ; i < len(dst)-3; i += 4 {
		v, m := block[T](x, 2*i), (*[4]T)(dst[i:i+4:i+4])
		m[0] = max(v[0], v[1])
		m[1] = max(v[2], v[3])
		m[2] = max(v[4], v[5])
		m[3] = max(v[6], v[7])
	}
	for ; i < len(dst); i++ {
		dst[i] = max(x[2*i], x[2*i+1])
	}
}

// triples sets dst to the maxima of three elements each. The general loop takes more than
// twice the time, and for four elements 1.6 times.
func triples[T element.Float](dst, x []T) {
	for i := range dst {
		v := (*[3]T)(x[3*i : 3*i+3 : 3*i+3])
		dst[i] = max(v[0], v[1], v[2])
	}
}

// quadruples sets dst to the maxima of four elements each.
func quadruples[T element.Float](dst, x []T) {
	for i := range dst {
		v := (*[4]T)(x[4*i : 4*i+4 : 4*i+4])
		dst[i] = max(v[0], v[1], v[2], v[3])
	}
}

// MaxoutDerivative sets dst, which has the shape of x, to upstream at the first maximum
// of each group of pieces, to NaN at every NaN, else to 0.
//
// No branch depends on the values, except for NaNs, because half of such branches would
// be mispredicted.
func MaxoutDerivative[T element.Float](dst, x, upstream []T, pieces, stride int) {
	if element.Is32[T]() {
		maxoutDerivative[int32](dst, x, upstream, pieces, stride)
	} else {
		maxoutDerivative[int64](dst, x, upstream, pieces, stride)
	}
}

func maxoutDerivative[W bits, T element.Float](dst, x, upstream []T, pieces, stride int) {
	switch {
	case pieces > 2:
		groupsDerivative[W](dst, x, upstream, pieces, stride)
	case stride == 1:
		pairsDerivative[W](dst, x, upstream)
	default:
		for start := 0; start < len(x); start += 2 * stride {
			middle, end := start+stride, start+2*stride
			g := element.Slice(upstream, start/2, start/2+stride)
			twoPiecesDerivative[W](dst[start:middle], dst[middle:end], x[start:middle], x[middle:end], g)
		}
	}
}

// pairsDerivative is for two pieces in neighbouring elements. It computes four pairs at
// a time, unless one of their elements may be NaN.
func pairsDerivative[W bits, T element.Float](dst, x, upstream []T) {
	for i := 0; i < len(x); {
		if i < len(x)-7 {
			v, g, o := block[T](x, i), ones[W]()[:4], block[W](dst, i)
			if upstream != nil {
				g = integers[W](upstream[i/2:][:4])
			}
			if s := (v[0] + v[1] + v[2] + v[3]) + (v[4] + v[5] + v[6] + v[7]); s == s { // no NaN
				o[0], o[1] = pair(v[0] >= v[1], g[0])
				o[2], o[3] = pair(v[2] >= v[3], g[1])
				o[4], o[5] = pair(v[4] >= v[5], g[2])
				o[6], o[7] = pair(v[6] >= v[7], g[3])
				i += 8
				continue
			}
		}
		twoPiecesDerivative[W](dst[i:i+1], dst[i+1:i+2], x[i:i+1], x[i+1:i+2], element.Slice(upstream, i/2, i/2+1))
		i += 2
	}
}

// pair returns g and 0 if first is true, else 0 and g.
func pair[W bits](first bool, g W) (W, W) {
	d := W(0)
	if first {
		d = g
	}
	return d, g ^ d
}

// twoPiecesDerivative is for units whose first pieces are in x0, and the second ones in
// x1.
func twoPiecesDerivative[W bits, T element.Float](dst0, dst1, x0, x1, upstream []T) {
	x1, out0, out1 := x1[:len(x0)], integers[W](dst0)[:len(x0)], integers[W](dst1)[:len(x0)]
	one, gs := ones[W]()[0], integers[W](upstream)
	for i, a := range x0 {
		b, g := x1[i], one
		if gs != nil {
			g = gs[i]
		}
		if s := a + b; s != s && (a != a || b != b) {
			dst0[i], dst1[i] = onlyNaN(a), onlyNaN(b)
			continue
		}
		out0[i], out1[i] = pair(a >= b, g)
	}
}

// onlyNaN returns v if it is NaN, else 0.
func onlyNaN[T element.Float](v T) T {
	if v == v {
		return 0
	}
	return v
}

// groupsDerivative is for three pieces or more. For three and four pieces it compares
// pairs, and then the larger ones of the pairs. That takes half the time of the loop in
// groupDerivative, which is for more pieces and for NaNs.
func groupsDerivative[W bits, T element.Float](dst, x, upstream []T, pieces, stride int) {
	out, size, unit := integers[W](dst)[:len(x)], pieces*stride, 0
	for start := 0; start < len(x); start += size {
		for i := start; i < start+stride; i++ {
			g := reinterpret[W](element.Upstream(1, upstream, unit))
			unit++
			j, k := i+stride, i+2*stride
			switch pieces {
			case 3:
				a, b, c := x[i], x[j], x[k]
				ab := max(a, b)
				if ab == ab && c == c {
					first, second := pair(a >= b, W(-1))
					left, right := pair(ab >= c, g)
					out[i], out[j], out[k] = first&left, second&left, right
					continue
				}
			case 4:
				l := k + stride
				a, b, c, d := x[i], x[j], x[k], x[l]
				ab, cd := max(a, b), max(c, d)
				if ab == ab && cd == cd {
					first, second := pair(a >= b, W(-1))
					third, fourth := pair(c >= d, W(-1))
					left, right := pair(ab >= cd, g)
					out[i], out[j], out[k], out[l] = first&left, second&left, third&right, fourth&right
					continue
				}
			}
			groupDerivative(x[i:start+size], out[i:start+size], stride, g)
		}
	}
}

// groupDerivative sets dst[0], dst[stride], … to the derivatives of the maximum of
// x[0], x[stride], … for the upstream with the bits g. It compares integers, because the compiler
// has conditional moves for those only.
func groupDerivative[W bits, T element.Float](x []T, dst []W, stride int, g W) {
	dst = dst[:len(x)]
	most, top, sum := ordered[W](x[0]), 0, x[0]
	for i := stride; i < len(x); i += stride {
		v := ordered[W](x[i])
		if v > most {
			top = i
		}
		most = max(most, v)
		sum += x[i]
	}
	if sum != sum && hasNaN(x, stride) {
		for i := 0; i < len(x); i += stride {
			dst[i] = reinterpret[W](onlyNaN(x[i]))
		}
		return
	}
	for i := 0; i < len(dst); i += stride {
		dst[i] = 0
	}
	dst[top] = g
}

// ordered returns an integer for v. These integers compare as the numbers do. For −0 it is 0, as
// for +0.
func ordered[W bits, T element.Float](v T) W {
	negativeZero, _ := patterns[W]()
	b := reinterpret[W](v)
	if b < 0 {
		b = negativeZero - b
	}
	return b
}

// hasNaN reports whether one of x[0], x[stride], … is NaN. A sum that is NaN does not
// show that, because it may be ∞ − ∞.
func hasNaN[T element.Float](x []T, stride int) bool {
	for i := 0; i < len(x); i += stride {
		if x[i] != x[i] {
			return true
		}
	}
	return false
}
