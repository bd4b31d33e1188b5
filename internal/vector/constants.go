//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"math"

	"example.com/activation/internal/element"
)

// The loops are written once for float32 and float64, see ../generate/loops.go. Constants
// that differ between the two types have a name for each type.
const (
	// The number of elements in the narrowest vector, which has 128 bits, and in
	// the widest one, which has 512.
	minLanes32  = 4
	minLanes64  = 2
	wideLanes32 = 8 // in a vector of 256 bits
	maxLanes32  = 16
	maxLanes64  = 8

	signBit32      = 1 << 31
	signBit64      = 1 << 63
	fractionBits32 = 23
	fractionBits64 = 52
	largest32      = math.MaxFloat32
	largest64      = math.MaxFloat64
	nanBits32      = 0x7fc00000
	nanBits64      = 0x7ff8000000000000
	exponentBias32 = 127
	exponentBias64 = 1023

	// A mask that clears the lower half of the significand of a float.
	upperHalf32 = 0xfffff000
	upperHalf64 = 0xfffffffff8000000

	// Adding this to a float rounds it to an integer, which is then in the lowest
	// bits of the sum.
	roundToInt32 = 0x1.8p23
	roundToInt64 = element.RoundToInt

	// The same, except that the lowest bits of the sum are those of the exponent of 2ⁿ⁺ˢ, for
	// the integer n. So a loop needs no addition of the bias and s. Softplus needs half of what
	// the logistic functions need.
	roundToPower32    = roundToInt32 + exponentBias32
	roundToPower64    = roundToInt64 + exponentBias64
	roundToLogistic32 = roundToPower32 + logisticShift32
	roundToLogistic64 = roundToPower64 + logisticShift64
	roundToSoftplus32 = roundToLogistic32 - 1
	roundToSoftplus64 = roundToLogistic64 - 1
	roundToSiLU32     = roundToPower32 - siluShift32
	roundToSiLU64     = roundToPower64 - siluShift64
	roundToLifted32   = roundToPower32 + lift32
	roundToLifted64   = roundToPower64 + lift64
	roundToSoftmax32  = roundToPower32 + powerShift32
	roundToSoftmax64  = roundToPower64 + powerShift64

	// ⅙ minus the float nearest to it.
	sixthLow32 = -0x1.555556p-28
	sixthLow64 = 0x1.5555555555555p-57

	// The float next to ⅙ above it, and ⅙ minus that.
	sixthUp32    = 0x1.555556p-3
	sixthUp64    = 0x1.5555555555556p-3
	sixthUpLow32 = -0x1.555556p-28
	sixthUpLow64 = -0x1.5555555555555p-56

	// For x from here on, e⁻ˣ is less than half the smallest float.
	exponentialLimit32 = 106
	exponentialLimit64 = 747

	// Up to here, e⁻ˣ is normal.
	normalLimit32 = 87
	normalLimit64 = 708

	// Results that may be subnormal are computed times 2ᵏ, k = lift. leastLifted is the
	// smallest normal float, times that. See subnormal_loops.go.
	lift32        = 64
	lift64        = 128
	lowering32    = 0x1p-64
	lowering64    = 0x1p-128
	leastLifted32 = 0x1p-62
	leastLifted64 = 0x1p-894

	// The powers of two of sigmoid_loops.go are 2ˢ times as large, s = logisticShift. So
	// 2ⁿ⁺ˢ is normal for all results of the loops, and 2ⁿ⁺ˢ⁺ᵏ does not overflow.
	logisticShift32 = 40
	logisticShift64 = 64
	logisticUp32    = 0x1p40
	logisticUp64    = 0x1p64

	// From here on tanh x is 1: it rounds to 1 from 9.0109 and 19.0615 on.
	tanhLimit32 = 9.1
	tanhLimit64 = 19.1

	// Up to here, s² of softplus_loops.go is normal.
	softplusNear32 = 43
	softplusNear64 = 354

	// Up to here, 2ᵏ·eˣ does not overflow.
	eluNear32 = 43
	eluNear64 = 620

	// Up to here, GELU and GELUTanh are normal, and so are their derivatives.
	geluNear     = 12.9
	geluTanhNear = 9.9

	// Up to here, e⁻ˣ divided by the sum of a distribution is normal.
	softmaxNear32 = 64
	softmaxNear64 = 600

	// From siluLimit on, x·e⁻ˣ is less than half the smallest float. Up to there, w of
	// silu_loops.go is neither subnormal nor infinite, because it is scaled by siluScale.
	siluLimit32 = 109
	siluLimit64 = 752
	siluShift32 = 32
	siluShift64 = 80
	siluScale32 = 1.0 / (1 << siluShift32)
	siluScale64 = 1.0 / (1 << siluShift64)
	siluLift32  = 0x1p32 // 2ᵏ·siluScale
	siluLift64  = 0x1p48

	// From here on Softsign(x) rounds to 1 within 1 ULP.
	softsignLimit32 = 1 << 24
	softsignLimit64 = 1 << 53

	// From here on e⁻ˣ is less than a quarter of the last place of 1.
	eluLimit32 = 20
	eluLimit64 = 40

	// From here on SiLU(x) is x.
	siluLinear = 43

	// From here on Mish(x) is x.
	mishLinear = 20

	// Below −geluLimit, x·Φ(x) is less than half the smallest float32. Below
	// −geluSlopeLimit, its derivative is. geluTanhLimit and geluTanhSlopeLimit are the same
	// for GELUTanh. From geluLinear on, GELU and GELUTanh are x.
	geluLimit          = 14.4
	geluSlopeLimit     = 14.6
	geluTanhLimit      = 10.8
	geluTanhSlopeLimit = 10.9
	geluLinear         = 6

	// A point in the last interval of geluTanhPieces, and the intervals for each unit.
	geluTanhLast    = 5.6
	geluTanhPerUnit = 4. / 3

	// At this z, 2ˢ·t of sigmoid_loops.go is 0. For a larger z, its exponent would wrap
	// around and change the sign.
	zeroLimit32 = (exponentBias32 + logisticShift32) * math.Ln2
	zeroLimit64 = (exponentBias64 + logisticShift64) * math.Ln2
)

// intervals holds the polynomials of gelu_loops.go for eight intervals. Each array has the
// entries of the eight intervals twice.
type intervals struct {
	a, n [maxLanes32]float32 // a and n₀
	c    [8][maxLanes32]float32
}

// slopeConstants holds constants of the derivatives of GELU and GELUTanh.
type slopeConstants struct {
	limit, lowest, near, factor, start, up, down [maxLanes32]float32
	root, rootLow                                [maxLanes32]uint32
}

// Constants that the loops load from memory each time. In registers, MulAdd would
// overwrite them.
var (
	reduction32 = struct{ minusLog2e, ln2High, ln2Low [maxLanes32]float32 }{
		repeated32(-math.Log2E), repeated32(ln2High32), repeated32(ln2Low32),
	}
	reduction64 = struct{ minusLog2e, ln2High, ln2Low [maxLanes64]float64 }{
		repeated64(-math.Log2E), repeated64(ln2High64), repeated64(ln2Low64),
	}
	// For multiples of (ln 2)/4.
	quarterReduction = struct{ inverse, roundToInt, high, low [maxLanes32]float32 }{
		repeated32(4 * math.Log2E), repeated32(roundToInt32), repeated32(-ln2High32 / 4), repeated32(-ln2Low32 / 4),
	}
	geluConstants = struct{ limit, tanhLimit, near, tanhNear, linear, two, up, down, last, perUnit [maxLanes32]float32 }{
		repeated32(geluLimit), repeated32(geluTanhLimit), repeated32(geluNear), repeated32(geluTanhNear), repeated32(geluLinear), repeated32(2), repeated32(0x1p32), repeated32(0x1p-32),
		repeated32(geluTanhLast), repeated32(geluTanhPerUnit),
	}
	geluSlopeConstants = slopeConstants{
		repeated32(geluSlopeLimit), repeated32(-geluSlopeLimit), repeated32(geluNear), repeated32(2), repeated32(2), repeated32(0x1p32), repeated32(0x1p-32),
		repeatedBits32(geluRoot), repeatedBits32(geluRootLow),
	}
	geluTanhSlopeConstants = slopeConstants{
		repeated32(geluTanhSlopeLimit), repeated32(-geluTanhSlopeLimit), repeated32(geluTanhNear), repeated32(0.465), repeated32(1.875), repeated32(0x1p32), repeated32(0x1p-32),
		repeatedBits32(geluTanhRoot), repeatedBits32(geluTanhRootLow),
	}
	geluTanhConstants = struct{ linear, linearLow, cubic, minusCubic, minusCubicLow [maxLanes32]float32 }{
		repeated32(geluTanhLinear), repeated32(geluTanhLinearLow), repeated32(geluTanhCubic), repeated32(-geluTanhCubic), repeated32(-geluTanhCubicLow),
	}
	siluBounds32 = struct{ low, high [maxLanes32]float32 }{repeated32(-siluLimit32), repeated32(siluLinear)}
	mishBounds32 = struct{ low, high [maxLanes32]float32 }{repeated32(-siluLimit32), repeated32(mishLinear)}
	mishBounds64 = struct{ low, high [maxLanes64]float64 }{repeated64(-siluLimit64), repeated64(mishLinear)}
	siluBounds64 = struct{ low, high [maxLanes64]float64 }{repeated64(-siluLimit64), repeated64(siluLinear)}

	siluSlope32 = struct{ near, minusRoot1, minusRootLow, radius [maxLanes32]float32 }{
		repeated32(normalLimit32), repeated32(-siluRootHigh32 - 1), repeated32(-siluRootLow32), repeated32(5. / 16),
	}
	siluSlope64 = struct{ near, minusRoot1, minusRootLow, radius [maxLanes64]float64 }{
		repeated64(normalLimit64), repeated64(-siluRootHigh64 - 1), repeated64(-siluRootLow64), repeated64(5. / 16),
	}

	halfReduction64 = struct{ twoLog2e, minusHigh, minusLow, low [maxLanes64]float64 }{
		repeated64(2 * math.Log2E), repeated64(-ln2High64 / 2), repeated64(-ln2Low64 / 2), repeated64(ln2Low64 / 2),
	}
)

func repeated32(v float32) (a [maxLanes32]float32) {
	for i := range a {
		a[i] = v
	}
	return a
}

func repeatedBits32(v float32) (a [maxLanes32]uint32) {
	for i := range a {
		a[i] = math.Float32bits(v)
	}
	return a
}

func repeated64(v float64) (a [maxLanes64]float64) {
	for i := range a {
		a[i] = v
	}
	return a
}
