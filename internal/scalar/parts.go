package scalar

import (
	"math"
	"runtime"
)

// A float64 product that is rounded only once needs factors of more than 53 bits. So a
// factor is the sum of a high part of 26 bits and a low part. The product of two high
// parts is exact.
//
// Most loops do not use math.FMA: on processors without that instruction it is a call, and
// because of that call the compiler keeps the variables of the loop in memory.

// parts is the number high + low. high has 26 bits. whole is the number rounded to
// float64.
type parts struct{ whole, high, low float64 }

// unity is 1.
var unity = parts{1, 1, 0}

// partsOf returns v + rest. rest must be below the last bit of v.
func partsOf(v, rest float64) parts {
	high := cut(v)
	return parts{v, high, (v - high) + rest}
}

// cut returns the first 26 bits of v.
func cut(v float64) float64 { return math.Float64frombits(math.Float64bits(v) &^ (1<<27 - 1)) }

// productParts returns a·b.
func productParts(a, b float64) parts {
	p := float64(a * b)
	return partsOf(p, math.FMA(a, b, -p))
}

// overflows reports whether 1/a is too large for a float64. Then a is subnormal, as no useful
// field is, and package math computes the function.
func overflows(a float64) bool { return math.Abs(a) <= 0x1p-1024 }

// reciprocalParts returns 1/a.
func reciprocalParts(a float64) parts {
	if a == 1 {
		return unity
	}
	q := 1 / a
	return partsOf(q, math.FMA(-q, a, 1)/a)
}

// lost returns f − whole.
func (f *parts) lost() float64 { return f.high - f.whole + f.low }

// product returns f·x rounded to float64, and the rounding error.
func (f *parts) product(x float64) (p, rest float64) {
	first := cut(x)
	p = float64(f.whole * x)
	return p, (f.high*first - p) + (float64(f.low*first) + f.whole*(x-first))
}

// times returns f·(high + low). high must have 26 bits. Only one rounding is of the size
// of the result. The conversions keep the compiler from fusing products with sums, which it
// would not do everywhere: see expm1Entry.beyond.
func (f *parts) times(high, low float64) float64 {
	return float64(f.high*high) + (float64(f.low*high) + float64(f.whole*low))
}

// timesSum returns f·(value + rest) for a small rest. Only one rounding is of the size of the
// result, unless that is subnormal. f·y for a rounded sum y could be off by 1.54 ULP, because half
// an ULP of y may be almost one of the product.
func (f *parts) timesSum(value, rest float64) float64 {
	first := cut(value)
	return f.times(first, (value-first)+rest)
}

// expFaint is the x below which e^x is scaled, as the tails of σ do it: products with such a
// small e^x could be subnormal.
const expFaint = -650

// expPower returns e^(x + low)·(1 + e^x)^power as value + rest. If faint is set, the
// result is scaled by 2⁵¹². If power is not 0, x must be at most −20, and at most −40 if
// faint is set. expPower returns 0 for x < −1050 and NaN for NaN.
func expPower(x, low, power float64, faint bool) (value, rest float64) {
	if x < -1050 {
		return 0, 0
	}
	n, k := expPoint(x)
	if faint {
		n += up512
	}
	value, rest = expStep(n, x-k*stepHigh-k*stepLow+low)
	if power != 0 && x > -40 { // else e is below 2⁻⁵⁷
		e := value + rest
		rest += e * (e * (power + power*(power-1)/2*e))
	}
	return value, rest
}

// down512If returns y, or y·2⁻⁵¹² if faint is set.
func down512If(y float64, faint bool) float64 {
	if faint {
		return down512(y)
	}
	return y
}

// hasFMA is whether math.FMA is an instruction on this architecture. On the others, such as
// WebAssembly and 386, it is a function of Go that takes 30 times as long or more. (On amd64
// without GOAMD64=v3 the compiler adds a test of the processor.)
const hasFMA = runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64" || runtime.GOARCH == "arm" ||
	runtime.GOARCH == "loong64" || runtime.GOARCH == "ppc64" || runtime.GOARCH == "ppc64le" ||
	runtime.GOARCH == "riscv64" || runtime.GOARCH == "s390x"

// fma returns x·y + z for the loops. If hasFMA is false, all but a few results are rounded once,
// if the product does not overflow.
func fma(x, y, z float64) float64 {
	if hasFMA {
		return math.FMA(x, y, z)
	}
	return slowFMA(x, y, z)
}

// slowFMA scales a sum that may be subnormal, because the parts of a subnormal product would be
// rounded to multiples of 2⁻¹⁰⁷⁴.
func slowFMA(x, y, z float64) float64 {
	if math.Abs(x*y) < 0x1p-900 && math.Abs(z) < 0x1p-900 {
		return down512(fmaParts(x*0x1p512, y, z*0x1p512))
	}
	return fmaParts(x, y, z)
}

// fmaParts adds the rounding errors of the product and of the sum to the sum. x2 has at most 27
// bits. y2 has 26, because y1 is rounded to nearest. So x2·y2 is exact.
func fmaParts(x, y, z float64) float64 {
	x1, y1 := cut(x), math.Float64frombits((math.Float64bits(y)+1<<26)&^(1<<27-1))
	x2, y2 := x-x1, y-y1
	product := float64(x * y)
	sum := product + z
	v := sum - product
	lost := (float64(x1*y1) - product) + float64(x1*y2) + float64(x2*y1) + float64(x2*y2)
	lost += (product - (sum - v)) + (z - v)
	if lost > 0 || lost < 0 { // else the sum may be −0 or infinite
		sum += lost
	}
	return sum
}
