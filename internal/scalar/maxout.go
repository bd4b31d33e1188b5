package scalar

import "example.com/activation/internal/element"

// Maxout sets dst, [outer][units][stride], to the maxima over the pieces of x,
// [outer][units][pieces][stride], for two pieces or more. The maximum starts from
// the first piece, not from the smallest number, and a NaN wins.
func Maxout[T element.Float](dst, x []T, pieces, stride int) {
	if stride == 1 {
		if pieces == 2 {
			pairs(dst, x)
			return
		}
		for i := range dst {
			group := x[i*pieces:][:pieces]
			m := group[0]
			for _, v := range group[1:] {
				m = max(m, v)
			}
			dst[i] = m
		}
		return
	}
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

// pairs sets dst to the maxima of the pairs in x. It goes by fours: without
// branches there is little else in the loop than the loop itself, and one at a
// time takes half as long again.
func pairs[T element.Float](dst, x []T) {
	in, _ := blocks[T](x)
	for i := range in {
		v, m := &in[i], (*[4]T)(dst[4*i:4*i+4])
		m[0] = max(v[0], v[1])
		m[1] = max(v[2], v[3])
		m[2] = max(v[4], v[5])
		m[3] = max(v[6], v[7])
	}
	for i := 4 * len(in); i < len(dst); i++ {
		dst[i] = max(x[2*i], x[2*i+1])
	}
}

// MaxoutDerivative sets dst, of the shape of x, to upstream at the first
// maximum of each group of pieces, to NaN at every NaN, and to 0 elsewhere.
func MaxoutDerivative[T element.Float](dst, x, upstream []T, pieces, stride int) {
	for start := 0; start < len(x); start += pieces * stride {
		for s := range stride {
			first := start + s
			end := first + pieces*stride
			m, winner := x[first], first
			for i := first + stride; i < end; i += stride {
				if v := x[i]; v > m || v != v {
					m, winner = v, i
					if v != v {
						break
					}
				}
			}
			g := element.Upstream(1, upstream, start/pieces+s)
			for i := first; i < end; i += stride {
				d := T(0)
				if i == winner {
					d = g
				}
				if v := x[i]; v != v {
					d = v
				}
				dst[i] = d
			}
		}
	}
}
