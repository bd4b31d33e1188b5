package kernel

// Maxout sets dst, [outer][units][stride], to the maxima over the pieces of x,
// [outer][units][pieces][stride]. The maximum starts from the first piece, not
// from the smallest number, and a NaN wins.
//
// On the vector tier the scalar loops stay where they are faster: for runs shorter
// than short, where a vector kernel of stride 8 takes 1.4 ns an element and these
// take 0.6; and on the last axis for three pieces and more, where bringing the
// pieces into runs takes all that vectors gain, 1.0 ns against 0.9 (float32).
func Maxout[T Float](dst, x []T, pieces, stride int) {
	if pieces == 1 {
		Identity(dst, x)
		return
	}
	if vector && stride >= short {
		vectorMaxout(dst, x, pieces, stride)
		return
	}
	if stride == 1 {
		if pieces == 2 {
			if vector {
				done := vectorMaxPairs(dst, x)
				dst, x = dst[done:], x[2*done:]
			}
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
func pairs[T Float](dst, x []T) {
	in, _ := eights[T](x)
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
func MaxoutDerivative[T Float](dst, x, upstream []T, pieces, stride int) {
	if pieces == 1 {
		IdentityDerivative(dst, x, upstream)
		return
	}
	if vector && stride >= short {
		vectorMaxoutDerivative(dst, x, upstream, pieces, stride)
		return
	}
	if vector && stride == 1 && pieces == 2 {
		done := vectorGatePairs(dst, x, upstream)
		dst, x, upstream = dst[2*done:], x[2*done:], part(upstream, done, len(upstream))
	}
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
			g := scale(1, upstream, start/pieces+s)
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
