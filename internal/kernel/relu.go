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
	LeakyReLUDerivative(dst, x, upstream, 0)
}
