package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// HardTanh sets dst to x cut to low…high.
func HardTanh[T element.Float](dst, x []T, low, high T) {
	if element.Is32[T]() {
		clip[int32](dst, x, low, high)
	} else {
		clip[int64](dst, x, low, high)
	}
}

// HardTanhAt returns what HardTanh sets an element to.
func HardTanhAt[T element.Float](x, low, high T) T {
	if element.Is32[T]() {
		return clippedAt[int32](x, low, high)
	}
	return clippedAt[int64](x, low, high)
}

func clippedAt[W bits, T element.Float](x, low, high T) T {
	return reinterpret[T](clipped(reinterpret[W](x), x, low, high, reinterpret[W](low), reinterpret[W](high)))
}

// Window sets dst to upstream·slope if x is between low and high, to NaN if x is NaN,
// else to 0, at the borders too.
func Window[T element.Float](dst, x, upstream []T, low, high, slope T) {
	if element.Is32[T]() {
		window[int32](dst, x, upstream, low, high, slope)
	} else {
		window[int64](dst, x, upstream, low, high, slope)
	}
}

// WindowAt returns what Window sets an element to for an upstream of 1.
func WindowAt[T element.Float](x, low, high, slope T) T {
	if element.Is32[T]() {
		return windowAt[int32](x, low, high, slope)
	}
	return windowAt[int64](x, low, high, slope)
}

func windowAt[W bits, T element.Float](x, low, high, slope T) T {
	return reinterpret[T](within(reinterpret[W](x), x, reinterpret[W](slope), low, high))
}

// clipped returns the bits b of v, or those of low or high.
func clipped[W bits, T element.Float](b W, v, low, high T, lowBits, highBits W) W {
	if v <= low {
		b = lowBits
	}
	if v >= high {
		b = highBits
	}
	return b
}

// within returns the bits g for a v between low and high, b for a NaN of these bits,
// else 0.
func within[W bits, T element.Float](b W, v T, g W, low, high T) W {
	if v <= low {
		g = 0
	}
	if v >= high {
		g = 0
	}
	if v != v {
		g = b
	}
	return g
}

func clip[W bits, T element.Float](dst, x []T, low, high T) {
	lowBits, highBits := reinterpret[W](low), reinterpret[W](high)
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, v, o := block[W](x, i), block[T](x, i), block[W](dst, i)
		o[0] = clipped(b[0], v[0], low, high, lowBits, highBits)
		o[1] = clipped(b[1], v[1], low, high, lowBits, highBits)
		o[2] = clipped(b[2], v[2], low, high, lowBits, highBits)
		o[3] = clipped(b[3], v[3], low, high, lowBits, highBits)
		o[4] = clipped(b[4], v[4], low, high, lowBits, highBits)
		o[5] = clipped(b[5], v[5], low, high, lowBits, highBits)
		o[6] = clipped(b[6], v[6], low, high, lowBits, highBits)
		o[7] = clipped(b[7], v[7], low, high, lowBits, highBits)
	}
	for ; i < len(x); i++ {
		dst[i] = clippedAt[W](x[i], low, high)
	}
}

func window[W bits, T element.Float](dst, x, upstream []T, low, high, slope T) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, v, g, o := block[W](x, i), block[T](x, i), ones[T](), block[W](dst, i)
		if upstream != nil {
			g = block[T](upstream, i)
		}
		o[0] = within(b[0], v[0], reinterpret[W](g[0]*slope), low, high)
		o[1] = within(b[1], v[1], reinterpret[W](g[1]*slope), low, high)
		o[2] = within(b[2], v[2], reinterpret[W](g[2]*slope), low, high)
		o[3] = within(b[3], v[3], reinterpret[W](g[3]*slope), low, high)
		o[4] = within(b[4], v[4], reinterpret[W](g[4]*slope), low, high)
		o[5] = within(b[5], v[5], reinterpret[W](g[5]*slope), low, high)
		o[6] = within(b[6], v[6], reinterpret[W](g[6]*slope), low, high)
		o[7] = within(b[7], v[7], reinterpret[W](g[7]*slope), low, high)
	}
	for ; i < len(x); i++ {
		g := reinterpret[W](element.Upstream(slope, upstream, i))
		dst[i] = reinterpret[T](within(reinterpret[W](x[i]), x[i], g, low, high))
	}
}

// outside returns the bits of the result for the bits b of x: above for x from the
// border to +Inf, below for x from −border to −Inf, else y, which is NaN if x is.
func outside[W uint32 | uint64](b, y, below, above, border, sign, inf W) W {
	if b-border <= inf-border {
		y = above
	}
	if b-(sign|border) <= inf-border {
		y = below
	}
	return y
}

const (
	inf32, inf64           = 0xff << 23, 0x7ff << 52
	sign32, one32          = 1 << 31, 0x3f8 << 20 // the bits of −0 and 1
	sign64, one64, three64 = 1 << 63, 0x3ff << 52, 0x4008 << 48
	negativeThree64        = three64 - 1<<63 // the bits of −3 as a signed integer
)

// HardSigmoid sets dst to slope·x + ½ cut to 0…1, rounded once. A slope of 0 means ⅙. No float
// is ⅙, so HardSigmoid then computes (x + 3)/6.
func HardSigmoid[T element.Float](dst, x []T, slope T) {
	if slope == 0 {
		hardSixth(dst, x)
		return
	}
	border := HardSigmoidBorder(slope)
	if element.Is32[T]() {
		in, out, slope, border := integers[uint32](x), integers[uint32](dst)[:len(x)], float64(slope), math.Float32bits(float32(border))
		for i, b := range in {
			y := float32(slope*float64(math.Float32frombits(b)) + 0.5)
			out[i] = outside(b, math.Float32bits(y), 0, one32, border, sign32, inf32)
		}
		return
	}
	in, out, border64 := integers[uint64](x), integers[uint64](dst)[:len(x)], math.Float64bits(float64(border))
	for i, b := range in {
		y := fma(float64(slope), math.Float64frombits(b), 0.5)
		out[i] = outside(b, math.Float64bits(y), 0, one64, border64, sign64, inf64)
	}
}

// HardSigmoidAt returns what HardSigmoid sets an element to.
func HardSigmoidAt[T element.Float](x, slope T) T {
	if slope == 0 {
		return hardSixthAt(x)
	}
	v := [1]T{x}
	HardSigmoid(v[:], v[:], slope)
	return v[0]
}

func hardSixthAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(hardSixthOf32(math.Float32bits(float32(x))))
	}
	return T(hardSixthOf64(math.Float64bits(float64(x))))
}

// hardSixth sets dst to (x + 3)/6 cut to 0…1.
func hardSixth[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		hardSixth32(integers[float32](dst), integers[float32](x))
	} else {
		hardSixth64(integers[float64](dst), integers[float64](x))
	}
}

func hardSixth32(dst, x []float32) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[uint32](x, i), block[float32](dst, i)
		o[0] = hardSixthOf32(b[0])
		o[1] = hardSixthOf32(b[1])
		o[2] = hardSixthOf32(b[2])
		o[3] = hardSixthOf32(b[3])
		o[4] = hardSixthOf32(b[4])
		o[5] = hardSixthOf32(b[5])
		o[6] = hardSixthOf32(b[6])
		o[7] = hardSixthOf32(b[7])
	}
	for ; i < len(x); i++ {
		dst[i] = hardSixthOf32(math.Float32bits(x[i]))
	}
}

func hardSixth64(dst, x []float64) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[uint64](x, i), block[float64](dst, i)
		o[0] = hardSixthOf64(b[0])
		o[1] = hardSixthOf64(b[1])
		o[2] = hardSixthOf64(b[2])
		o[3] = hardSixthOf64(b[3])
		o[4] = hardSixthOf64(b[4])
		o[5] = hardSixthOf64(b[5])
		o[6] = hardSixthOf64(b[6])
		o[7] = hardSixthOf64(b[7])
	}
	for ; i < len(x); i++ {
		dst[i] = hardSixthOf64(math.Float64bits(x[i]))
	}
}

// hardSixthOf32 returns what hardSixthOf64 does, rounded to float32.
func hardSixthOf32(b uint32) float32 {
	s := &hardSixthSegments[segments32[b>>22]&7]
	x := widened(b - uint32(s.cut))
	return float32(float64((x+s.offset)*s.slope) + s.value)
}

// hardSixthOf64 returns (x + 3)/6 cut to 0…1 for x with the bits b. For x ≤ −1 the sum is
// exact. For a larger x it is not, and the function returns x/6 + ½ instead. The rounding
// errors of the product, and of ⅙, are then less than half an ULP of the result. So the
// error is below 1 ULP. The product is rounded on all platforms, as the bound assumes.
func hardSixthOf64(b uint64) float64 {
	s := &hardSixthSegments[segments64[b>>51]&7]
	x := math.Float64frombits(b - s.cut)
	return float64((x+s.offset)*s.slope) + s.value
}

var hardSixthSegments = [8]segment{
	below3:   {cut: 1},
	below2:   {offset: 3, slope: 1. / 6},
	below1:   {offset: 3, slope: 1. / 6},
	within1:  {slope: 1. / 6, value: 0.5},
	nearZero: {slope: 1. / 6, value: 0.5},
	above1:   {slope: 1. / 6, value: 0.5},
	above3:   {value: 1},
	infinite: {value: 1, cut: 1},
}

// HardSigmoidBorder returns the least x with slope·x ≥ ½: from there on HardSigmoid is
// 1, and 0 from −x on.
func HardSigmoidBorder[T element.Float](slope T) T {
	if slope == 0 {
		return 3
	}
	x := 0.5 / slope
	reaches := func(x T) bool { return math.FMA(float64(slope), float64(x), -0.5) >= 0 }
	if !reaches(x) {
		return after(x)
	}
	if below := -after(-x); reaches(below) {
		return below
	}
	return x
}

// after returns the next T above x.
func after[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(math.Nextafter32(float32(x), float32(math.Inf(1))))
	}
	return T(math.Nextafter(float64(x), math.Inf(1)))
}

// HardSwish sets dst to x·clip(x/6 + ½, 0, 1).
func HardSwish[T element.Float](dst, x []T) {
	if element.Is32[T]() {
		hardSwish32(integers[float32](dst), integers[float32](x))
	} else {
		hardSwish64(integers[float64](dst), integers[float64](x))
	}
}

// HardSwishAt returns x·clip(x/6 + ½, 0, 1).
func HardSwishAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(hardSwishOf32(math.Float32bits(float32(x))))
	}
	return T(hardSwishOf64(math.Float64bits(float64(x))))
}

func hardSwish32(dst, x []float32) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[uint32](x, i), block[float32](dst, i)
		o[0] = hardSwishOf32(b[0])
		o[1] = hardSwishOf32(b[1])
		o[2] = hardSwishOf32(b[2])
		o[3] = hardSwishOf32(b[3])
		o[4] = hardSwishOf32(b[4])
		o[5] = hardSwishOf32(b[5])
		o[6] = hardSwishOf32(b[6])
		o[7] = hardSwishOf32(b[7])
	}
	for ; i < len(x); i++ {
		dst[i] = hardSwishOf32(math.Float32bits(x[i]))
	}
}

func hardSwish64(dst, x []float64) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, o := block[uint64](x, i), block[float64](dst, i)
		o[0] = hardSwishOf64(b[0])
		o[1] = hardSwishOf64(b[1])
		o[2] = hardSwishOf64(b[2])
		o[3] = hardSwishOf64(b[3])
		o[4] = hardSwishOf64(b[4])
		o[5] = hardSwishOf64(b[5])
		o[6] = hardSwishOf64(b[6])
		o[7] = hardSwishOf64(b[7])
	}
	for ; i < len(x); i++ {
		dst[i] = hardSwishOf64(math.Float64bits(x[i]))
	}
}

// hardSwishOf32 returns x·clip(x/6 + ½, 0, 1) for x with the bits b: as a product, computed
// in float64.
func hardSwishOf32(b uint32) float32 {
	s := &hardSwishFactors[segments32[b>>22]&7]
	x := widened(b - uint32(s.cut))
	return float32((x + s.offset) * (x*s.slope + s.value))
}

var minusZero = math.Copysign(0, -1) // gives −0 for −0

var hardSwishFactors = [8]segment{
	below3:   {cut: 1},
	below2:   {offset: 3, slope: 1. / 6, value: minusZero},
	below1:   {offset: 3, slope: 1. / 6, value: minusZero},
	within1:  {offset: 3, slope: 1. / 6, value: minusZero},
	nearZero: {offset: 3, slope: 1. / 6, value: minusZero},
	above1:   {offset: 3, slope: 1. / 6, value: minusZero},
	above3:   {value: 1},
	infinite: {offset: math.Inf(1), value: 1, cut: 1},
}

// hardSwishOf64 returns x·clip(x/6 + ½, 0, 1) for x with the bits b. Between ±3 that is,
// around a point p with u = x − p,
//
//	p·(p + 3)/6 + u·(2p + 3)/6 + u²/6
//
// u and the sum of the first two terms are exact. u is so small that the rounding errors
// of u/6 count less than half an ULP of the result. So the error is below 1 ULP.
func hardSwishOf64(b uint64) float64 {
	s := &hardSwishSegments[segments64[b>>51]&7]
	u := math.Float64frombits(b-s.cut) + s.offset
	return fma(u*s.square, u, u*s.slope+s.value)
}

// The points are −3, −1.5, 0 and 1.5.
var hardSwishSegments = [8]segment{
	below3:   {value: minusZero, square: minusZero, cut: 1},
	below2:   {offset: 3, slope: -0.5, square: 1. / 6},
	below1:   {offset: 1.5, value: -0.375, square: 1. / 6},
	within1:  {slope: 0.5, square: 1. / 6},
	nearZero: {offset: minusZero, slope: 0.5, value: minusZero, square: minusZero},
	above1:   {offset: -1.5, slope: 1, value: 1.125, square: 1. / 6},
	above3:   {slope: 1},
	infinite: {slope: 1, value: math.Inf(1), cut: 1},
}

// HardSwishDerivative sets dst to upstream·(2x + 3)/6 if x is between −3 and 3, to
// upstream above, to 0 below, and to NaN if x is NaN.
func HardSwishDerivative[T element.Float](dst, x, upstream []T) {
	if element.Is32[T]() {
		hardSwishDerivative32(integers[float32](dst), integers[float32](x), integers[float32](upstream))
	} else {
		hardSwishDerivative64(integers[float64](dst), integers[float64](x), integers[float64](upstream))
	}
}

// HardSwishDerivativeAt returns what HardSwishDerivative sets an element to for an
// upstream of 1.
func HardSwishDerivativeAt[T element.Float](x T) T {
	if element.Is32[T]() {
		return T(math.Float32frombits(hardSwishSlope32(math.Float32bits(float32(x)), float32(x), 1, one32)))
	}
	return T(math.Float64frombits(hardSwishSlope64(float64(x), 1, one64)))
}

func hardSwishDerivative32(dst, x, upstream []float32) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		b, v, u, o := block[uint32](x, i), block[float32](x, i), ones[float32](), block[uint32](dst, i)
		if upstream != nil {
			u = block[float32](upstream, i)
		}
		g := block[uint32](u[:], 0)
		o[0] = hardSwishSlope32(b[0], v[0], u[0], g[0])
		o[1] = hardSwishSlope32(b[1], v[1], u[1], g[1])
		o[2] = hardSwishSlope32(b[2], v[2], u[2], g[2])
		o[3] = hardSwishSlope32(b[3], v[3], u[3], g[3])
		o[4] = hardSwishSlope32(b[4], v[4], u[4], g[4])
		o[5] = hardSwishSlope32(b[5], v[5], u[5], g[5])
		o[6] = hardSwishSlope32(b[6], v[6], u[6], g[6])
		o[7] = hardSwishSlope32(b[7], v[7], u[7], g[7])
	}
	for ; i < len(x); i++ {
		u := element.Upstream(1, upstream, i)
		dst[i] = math.Float32frombits(hardSwishSlope32(math.Float32bits(x[i]), x[i], u, math.Float32bits(u)))
	}
}

func hardSwishDerivative64(dst, x, upstream []float64) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		v, u, o := block[float64](x, i), ones[float64](), block[uint64](dst, i)
		if upstream != nil {
			u = block[float64](upstream, i)
		}
		g := block[uint64](u[:], 0)
		o[0] = hardSwishSlope64(v[0], u[0], g[0])
		o[1] = hardSwishSlope64(v[1], u[1], g[1])
		o[2] = hardSwishSlope64(v[2], u[2], g[2])
		o[3] = hardSwishSlope64(v[3], u[3], g[3])
		o[4] = hardSwishSlope64(v[4], u[4], g[4])
		o[5] = hardSwishSlope64(v[5], u[5], g[5])
		o[6] = hardSwishSlope64(v[6], u[6], g[6])
		o[7] = hardSwishSlope64(v[7], u[7], g[7])
	}
	for ; i < len(x); i++ {
		u := element.Upstream(1, upstream, i)
		dst[i] = math.Float64frombits(hardSwishSlope64(x[i], u, math.Float64bits(u)))
	}
}

// hardSwishSlope32 returns the bits of upstream·(2x + 3)/6, or 0, or upstreamBits. It
// selects the bits, not a factor of 0 or 1, because 0·Inf would be NaN. It converts b, the
// bits of x, to float64: widened explains it.
func hardSwishSlope32(b uint32, x, upstream float32, upstreamBits uint32) uint32 {
	y := math.Float32bits(upstream * float32((2*widened(b)+3)*(1./6)))
	if x >= 3 {
		y = upstreamBits
	}
	if x <= -3 {
		y = 0
	}
	return y
}

func hardSwishSlope64(x, upstream float64, upstreamBits uint64) uint64 {
	b := math.Float64bits(upstream * ((2*x + 3) / 6))
	if x >= 3 {
		b = upstreamBits
	}
	if x <= -3 {
		b = 0
	}
	return b
}
