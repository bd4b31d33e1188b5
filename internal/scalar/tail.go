package scalar

import "math"

// The tails of σ and σ′ begin at |u| = 20, the end of logisticTable. There, with
// e = e⁻ˡᵘˡ, which is below 2⁻²⁸,
//
//	σ(−|u|) = e/(1 + e)  = e·(1 − e + e² − …)
//	σ′(u)   = e/(1 + e)² = e·(1 − 2e + 3e² − …)
//
// The result may be subnormal. Many processors take 150 cycles for a multiplication with
// a subnormal result or factor. So these functions have no such multiplication: float32
// computes in float64, and float64 computes 2⁵¹² times the result and rounds that to a
// subnormal by an addition. Subnormal results then take no longer than others.
//
// In e − e² the product has a conversion, because e may be 0. Without it, the compiler for loong64
// makes −(e² − e) of it in one instruction, which is −0 for e = 0.

// tail32 returns outScale·(e + power·e²) for e = e⁻ˡᵘˡ and |u| ≥ 20, with a relative
// error of 2⁻³¹. It returns 0 if |u| > 106, because that rounds to 0 in float32, and NaN
// if u is NaN.
func tail32(u float32, outScale, power float64) float32 {
	i, b := tailPoint32(-math.Abs(float64(u)))
	if i >= uint64(len(expTable)) {
		if u == u {
			u = 0
		}
		return u
	}
	e := tailExp32(i, b)
	return float32(outScale * (e + float64(power*e*e)))
}

// besideOne64 returns σ(x) for x ≥ 20. Half an ULP of the result is 2⁻⁵⁴ there, so e needs only
// the accuracy of float32.
func besideOne64(x float64) float64 {
	i, b := tailPoint32(-x)
	if i >= uint64(len(expTable)) {
		return 1
	}
	e := tailExp32(i, b)
	return 1 - (e - float64(e*e))
}

// subnormalProduct32 returns a·b, where a may be subnormal. In float64 the product is exact and
// normal, so only the conversion rounds.
func subnormalProduct32(a, b float32) float32 { return float32(float64(a) * float64(b)) }

// subnormalProduct64 returns a·b, where a may be subnormal. The bits of such an a are an integer.
func subnormalProduct64(a, b float64) float64 {
	n := math.Float64bits(a) &^ sign64
	if n-1 >= 1<<52-1 {
		return a * b
	}
	return down512(math.Copysign(float64(int64(n))*0x1p-562, a) * b)
}

// tailPoint32 returns the index of the point of expTable nearest to x ≤ 0, and x minus
// that point. The index is beyond the table for x < −106 and NaN.
func tailPoint32(x float64) (i uint64, b float64) {
	const roundToGrid = 0x1.8p48
	k := x + (roundToGrid + far32)
	return math.Float64bits(k) - math.Float64bits(roundToGrid), x - (k - (roundToGrid + far32))
}

// tailExp32 returns e^(a+b) for the point a of expTable with the index i: e^a times the
// series of e^b up to b⁴.
func tailExp32(i uint64, b float64) float64 {
	s := b * b
	return float64(expTable[i] * 0x1p-64 * (1 + (b + s*((1./2+b*(1./6))+s*(1./24)))))
}

// tail64 returns the first three terms of factor·outScale·e·(1 + e)^power for e = eˣ,
// x ≤ −20 and an outScale from 1 to 200. NaN gives NaN.
func tail64(x, factor, outScale, power float64) float64 {
	if x < -760 {
		return factor * 0
	}
	n, k := expPoint(x)
	value, rest := expStep(n+up512, x-k*stepHigh-k*stepLow)
	if x > -40 { // otherwise the second and the third term are below 2⁻⁵⁷
		scaled := value + rest
		e := scaled * 0x1p-512
		rest += scaled * (e * (power + power*(power-1)/2*e))
	}
	if math.Abs(factor) > 0x1p500 { // factor·value may overflow, and the result is not subnormal
		return (factor * 0x1p-512) * (outScale * (value + rest))
	}
	return down512(factor * outScale * (value + rest))
}

// down512 returns x·2⁻⁵¹², correctly rounded. A subnormal result is rounded to a
// multiple of 2⁻¹⁰⁷⁴. The last bit of normal, which is 2⁵¹² times the smallest normal
// number, is worth 2⁵¹²·2⁻¹⁰⁷⁴. So the addition of |x| to normal rounds it in the right
// place, and leaves the bits of the result in the lowest bits of the sum.
func down512(x float64) float64 {
	const normal = 0x1p-1022 * 0x1p512
	if a := math.Abs(x); a < normal {
		return math.Copysign(math.Float64frombits(math.Float64bits(a+normal)-math.Float64bits(normal)), x)
	}
	return x * 0x1p-512
}

// exp512 returns 2⁵¹²·e^(x+low) as value + rest, for −760 < x ≤ 0. low must be at most
// one ULP of x.
func exp512(x, low float64) (value, rest float64) {
	n, k := expPoint(x)
	return expStep(n+up512, (x-k*stepHigh)+(low-k*stepLow))
}

// small returns y·2⁻⁵¹², or 0 if that is subnormal. Its result is only a small
// correction, for which a subnormal makes no difference.
func small(y float64) float64 {
	if y < 0x1p-1022*0x1p512 {
		return 0
	}
	return y * 0x1p-512
}

// product returns (a + aRest)·(b + bRest). If the rests are small, only one rounding is
// of the size of the result.
func product(a, aRest, b, bRest float64) float64 {
	p := float64(a * b)
	return p + (math.FMA(a, b, -p) + (float64(a*bRest) + aRest*(b+bRest)))
}
