package kernel

// ReLU sets dst to max(0, x). The builtin max passes a NaN on, takes +0 for
// the larger of two zeros, and has no branch to mispredict.
func ReLU[T Float](dst, x []T) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = max(v, 0)
	}
}

// ReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to 0 elsewhere. It is its own from-output form: max(0, x) > 0 where x > 0.
func ReLUDerivative[T Float](dst, x, upstream []T) {
	dst = dst[:len(x)]
	if upstream == nil {
		for i, v := range x {
			dst[i] = gate(v, 1, 0)
		}
		return
	}
	upstream = upstream[:len(x)]
	for i, v := range x {
		dst[i] = gate(v, upstream[i], 0)
	}
}

// gate returns on where v > 0, v where it is NaN, and off elsewhere.
func gate[T Float](v, on, off T) T {
	if v > 0 {
		return on
	}
	if v != v {
		return v
	}
	return off
}
