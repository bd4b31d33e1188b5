package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// SquaredReLU sets dst to max(0, x)².
func SquaredReLU[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		squaredReLU[int32](dst, x)
	} else {
		squaredReLU[int64](dst, x)
	}
}

// SquaredReLUAt returns max(0, x)².
func SquaredReLUAt[T element.Float](x T) T {
	v := ReLUAt(x)
	return v * v
}

// SquaredReLUDerivative sets dst to upstream·2x if x > 0, to NaN if x is NaN, else to
// 0.
func SquaredReLUDerivative[T element.Float](dst, x, upstream []T) {
	if element.Is32[T]() {
		squaredReLUDerivative[int32](dst, x, upstream)
	} else {
		squaredReLUDerivative[int64](dst, x, upstream)
	}
}

// SquaredReLUDerivativeAt returns 2·max(0, x).
func SquaredReLUDerivativeAt[T element.Float](x T) T { return 2 * ReLUAt(x) }

// SquaredReLUDerivativeFromOutput sets dst to upstream·2√y if y > 0, to NaN if y is
// NaN, else to 0.
func SquaredReLUDerivativeFromOutput[T element.Float](dst, y, upstream []T) {
	if element.Is32[T]() {
		squaredReLUFromOutput[int32](dst, y, upstream)
	} else {
		squaredReLUFromOutput[int64](dst, y, upstream)
	}
}

func squaredReLUFromOutput[W bits, T element.Float](dst, y, upstream []T) {
	dst = dst[:len(y)]
	for i, v := range y {
		b := reinterpret[W](element.Upstream(2*T(math.Sqrt(float64(v))), upstream, i))
		if v <= 0 {
			b = 0
		}
		dst[i] = reinterpret[T](b)
	}
}

func squaredReLU[W bits, T element.Float](dst, x []T) {
	_, negativeInf := patterns[W]()
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[W](x, i), block[T](dst, i)
		o[0] = squared[T](positive(b[0], negativeInf))
		o[1] = squared[T](positive(b[1], negativeInf))
		o[2] = squared[T](positive(b[2], negativeInf))
		o[3] = squared[T](positive(b[3], negativeInf))
		o[4] = squared[T](positive(b[4], negativeInf))
		o[5] = squared[T](positive(b[5], negativeInf))
		o[6] = squared[T](positive(b[6], negativeInf))
		o[7] = squared[T](positive(b[7], negativeInf))
	}
	for ; i < len(x); i++ {
		dst[i] = squared[T](positive(reinterpret[W](x[i]), negativeInf))
	}
}

// squared returns the square of the number with the bits b.
func squared[T element.Float, W bits](b W) T {
	v := reinterpret[T](b)
	return v * v
}

func squaredReLUDerivative[W bits, T element.Float](dst, x, upstream []T) {
	negativeZero, negativeInf := patterns[W]()
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, v, g, o := block[W](x, i), block[T](x, i), ones[T](), block[W](dst, i)
		if upstream != nil {
			g = block[T](upstream, i)
		}
		if s := (v[0] + v[1] + v[2] + v[3]) + (v[4] + v[5] + v[6] + v[7]); s != s {
			for k, b := range b {
				o[k] = choose(b > 0, b, reinterpret[W](g[k]*(v[k]+v[k])), 0, negativeZero, negativeInf)
			}
			continue
		}
		o[0] = ifPositive(b[0], reinterpret[W](g[0]*(v[0]+v[0])), 0)
		o[1] = ifPositive(b[1], reinterpret[W](g[1]*(v[1]+v[1])), 0)
		o[2] = ifPositive(b[2], reinterpret[W](g[2]*(v[2]+v[2])), 0)
		o[3] = ifPositive(b[3], reinterpret[W](g[3]*(v[3]+v[3])), 0)
		o[4] = ifPositive(b[4], reinterpret[W](g[4]*(v[4]+v[4])), 0)
		o[5] = ifPositive(b[5], reinterpret[W](g[5]*(v[5]+v[5])), 0)
		o[6] = ifPositive(b[6], reinterpret[W](g[6]*(v[6]+v[6])), 0)
		o[7] = ifPositive(b[7], reinterpret[W](g[7]*(v[7]+v[7])), 0)
	}
	for ; i < len(x); i++ {
		g := reinterpret[W](element.Upstream(x[i]+x[i], upstream, i))
		dst[i] = reinterpret[T](choose(x[i] > 0, reinterpret[W](x[i]), g, 0, negativeZero, negativeInf))
	}
}
