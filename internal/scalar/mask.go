package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// Mask copies x to dst, and replaces the entries whose keep is false by masked. If keep
// is shorter than x, Mask repeats it.
//
// It selects between integers, because the compiler has conditional moves for those. With
// a random mask, half of the branches would be mispredicted.
func Mask[T element.Float](dst, x []T, keep []bool, masked T) {
	for ; len(x) > 0; x, dst = x[len(keep):], dst[len(keep):] {
		if element.Is32[T]() {
			mask(integers[uint32](dst), integers[uint32](x), keep, math.Float32bits(float32(masked)))
		} else {
			mask(integers[uint64](dst), integers[uint64](x), keep, math.Float64bits(float64(masked)))
		}
	}
}

func mask[W uint32 | uint64](dst, x []W, keep []bool, masked W) {
	dst, x = dst[:len(keep)], x[:len(keep)]
	for i, k := range keep {
		v := x[i]
		if !k {
			v = masked
		}
		dst[i] = v
	}
}

// y is the result for a masked input. If a distribution in y is NaN, MaskNaN masks it
// again. In all other distributions the masked entries have their value already, because
// the softmax of −Inf is 0, and its logarithm is −Inf. If one entry of a distribution is
// NaN, all are. So MaskNaN looks at the first entry of each distribution.
func MaskNaN[T element.Float](y []T, keep []bool, classes, stride int, masked T) {
	for outer := 0; outer < len(y); outer += classes * stride {
		for _, v := range y[outer : outer+stride] {
			if v != v {
				Mask(y, y, keep, masked)
				return
			}
		}
	}
}
