package scalar

import "example.com/activation/internal/element"

// Product sets dst to x·y.
func Product[T element.Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v * y[i]
	}
}

// GateProducts sets dst1 to upstream·value, and dst2 to upstream·y, or to y if that is 0. It
// selects between integers, because y is 0 for about half of the inputs of a ReLU: with
// branches, their mispredictions take 3.6 ns an element.
func GateProducts[T element.Float](dst1, dst2, value, y, upstream []T) {
	if element.Is32[T]() {
		gateProducts[int32](dst1, dst2, value, y, upstream)
	} else {
		gateProducts[int64](dst1, dst2, value, y, upstream)
	}
}

func gateProducts[W bits, T element.Float](dst1, dst2, value, y, upstream []T) {
	n := len(upstream)
	dst1, value, y = dst1[:n], value[:n], y[:n]
	bits2, bitsY := integers[W](dst2)[:n], integers[W](y)[:n]
	for i, g := range upstream {
		v, d := bitsY[i], reinterpret[W](g*y[i])
		if v<<1 == 0 {
			d = v
		}
		dst1[i], bits2[i] = g*value[i], d
	}
}

// KeepNaN sets dst1 and dst2 to x1 and x2, or both to value if that is NaN.
func KeepNaN[T element.Float](dst1, dst2, x1, x2, value []T) {
	n := len(value)
	dst1, dst2 = dst1[:n], dst2[:n]
	copy(dst1, x1)
	copy(dst2, x2)
	for i, v := range value {
		if v != v {
			dst1[i], dst2[i] = v, v
		}
	}
}
