//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import "math"

// Constants of power32. With this shift s, 2ˢ·eᶻ is so far above the smallest normal float that
// the rounding errors of a sum of such terms are normal too. For z = −powerLimit, the bits of
// 2ˢ⁺ⁿ are those of 0.
const (
	powerShift32 = 52
	powerShift64 = 112
	powerLimit32 = (exponentBias32 + powerShift32) * math.Ln2
	powerLimit64 = (exponentBias64 + powerShift64) * math.Ln2

	negativeInfBits32 = 0xff800000
	negativeInfBits64 = 0xfff0000000000000
)

// The gradient of Softmax is added in blocks, and then the sums of the blocks with their
// rounding errors: see shortRow in package scalar. A block has two sums.
const (
	backwardRowBlock    = 16 // vectors of a row
	backwardColumnBlock = 24 // entries of a column
)

var (
	// A y is small if it is below likely. A short row has at most 2·maxLanes32 entries, so its
	// largest y is at least 2·likely. The loop loads both vectors for each row, because there are
	// not enough registers to keep them.
	shortRow32 = struct{ likely, lowest [maxLanes32]float32 }{
		repeated32(0.25 / maxLanes32), repeated32(float32(math.Inf(-1))),
	}
	shortRow64 = struct{ likely, lowest [maxLanes64]float64 }{
		repeated64(0.25 / maxLanes64), repeated64(math.Inf(-1)),
	}

	// low is a copy of minusLn2Low. Loops that use both would otherwise use minusLn2Low
	// twice, and then the compiler copies it to the stack in each iteration.
	power32Constants = struct{ log2e, minusLn2High, minusLn2Low, low [maxLanes32]float32 }{
		repeated32(math.Log2E), repeated32(-ln2High32), repeated32(-ln2Low32), repeated32(-ln2Low32),
	}
	power64Constants = struct{ log2e, minusLn2High, minusLn2Low, low [maxLanes64]float64 }{
		repeated64(math.Log2E), repeated64(-ln2High64), repeated64(-ln2Low64), repeated64(-ln2Low64),
	}
)

// lanesFrom32[maxLanes32−k:] is a mask that is set for lane k and all lanes after it.
var (
	lanesFrom32 = [2 * maxLanes32]int32{
		maxLanes32: -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	}
	lanesFrom64 = [2 * maxLanes64]int64{
		maxLanes64: -1, -1, -1, -1, -1, -1, -1, -1,
	}
)
