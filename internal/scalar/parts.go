package scalar

import "math"

// A float64 result with one rounding needs more than the 53 bits of each of its
// factors. So a factor is cut in two: the product of two numbers of 26 bits is exact.
// (Package math has FMA. But its call for processors without one makes a loop keep its
// variables in memory.)

// parts is the number high + low, high with 26 bits. whole is that number rounded.
type parts struct{ whole, high, low float64 }

// partsOf returns v + rest, for a rest below the last bit of v.
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

// reciprocalParts returns 1/a.
func reciprocalParts(a float64) parts {
	if a == 1 {
		return parts{1, 1, 0}
	}
	q := 1 / a
	return partsOf(q, math.FMA(-q, a, 1)/a)
}

// product returns f·x as a float64 and what that has lost.
func (f *parts) product(x float64) (p, rest float64) {
	first := cut(x)
	p = float64(f.whole * x)
	return p, (f.high*first - p) + (float64(f.low*first) + f.whole*(x-first))
}

// times returns f·(high + low) with one rounding of its size, for a high of 26 bits.
func (f *parts) times(high, low float64) float64 {
	return f.high*high + (float64(f.low*high) + f.whole*low)
}

// expFaint is the x below which expScaled scales, as the tails of σ do: results of the
// size of e^x are close to the subnormals.
const expFaint = -650

// expScaled returns e^(x + low)·(1 + e^x)^power as value + rest, times 2⁵¹² for
// x < expFaint. For a power other than 0, x must be at most −20. Below −1050 it
// returns 0. NaN gives NaN.
func expScaled(x, low, power float64) (value, rest float64) {
	if x < -1050 {
		return 0, 0
	}
	n, k := expPoint(x)
	if x < expFaint {
		n += 512 * 256
	}
	value, rest = expStep(n, x-k*stepHigh-k*stepLow+low)
	if power != 0 && x > -40 { // else e is below 2⁻⁵⁷
		e := value + rest
		rest += e * (e * (power + power*(power-1)/2*e))
	}
	return value, rest
}

// unscaled returns y, times 2⁻⁵¹² for x < expFaint.
func unscaled(y, x float64) float64 {
	if x < expFaint {
		return scaledDown(y)
	}
	return y
}
