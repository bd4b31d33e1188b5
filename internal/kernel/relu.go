package kernel

import "math"

// ReLU sets dst to max(0, x): to 0 where x is from −Inf to −0. As bits, these
// are the numbers from 1 followed by zeros on, so that one comparison finds
// them and leaves out the NaNs above, and the compiler has a conditional move
// for it. The builtin max takes twice as long.
func ReLU[T Float](dst, x []T) {
	switch dst := any(dst).(type) {
	case []float32:
		x := any(x).([]float32)
		dst = dst[:len(x)]
		for i, v := range x {
			b := math.Float32bits(v)
			if b-1<<31 <= 0xff<<23 {
				b = 0
			}
			dst[i] = math.Float32frombits(b)
		}
	case []float64:
		x := any(x).([]float64)
		dst = dst[:len(x)]
		for i, v := range x {
			b := math.Float64bits(v)
			if b-1<<63 <= 0x7ff<<52 {
				b = 0
			}
			dst[i] = math.Float64frombits(b)
		}
	}
}

// ReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN, and
// to 0 elsewhere. It is its own from-output form: max(0, x) > 0 where x > 0.
func ReLUDerivative[T Float](dst, x, upstream []T) {
	LeakyReLUDerivative(dst, x, upstream, 0)
}
