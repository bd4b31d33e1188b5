package kernel

// Identity copies x to dst.
func Identity[T Float](dst, x []T) { copy(dst, x) }

// IdentityDerivative sets dst to upstream, but to NaN where x is NaN.
func IdentityDerivative[T Float](dst, x, upstream []T) {
	dst = dst[:len(x)]
	for i, v := range x {
		d := T(1)
		if upstream != nil {
			d = upstream[i]
		}
		if v != v {
			d = v
		}
		dst[i] = d
	}
}
