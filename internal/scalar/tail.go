package scalar

import "math"

// The tails of σ and σ′ begin where logisticTable ends, at |u| = 20. There
//
//	σ(−|u|)  = e/(1 + e)  = e·(1 − e + e² − …)       e = e⁻ˡᵘˡ
//	σ′(u)    = e/(1 + e)² = e·(1 − 2e + 3e² − …)
//
// with e below 2⁻²⁸. A result may be subnormal, and many processors take 150
// cycles for a product that is, or that has a subnormal factor. So no such product
// is computed: float32 computes in float64; float64 computes 2⁵¹² times the result,
// and rounds that to a subnormal by an addition. Subnormal results take the same
// time as others.

// tail32 returns gain·(e + power·e²) for e = e⁻ˡᵘˡ and |u| ≥ 20, to a relative error of
// 2⁻³¹: from the point of expTable next to −|u|, 1/16 apart, it goes on by the terms
// of e^b up to b⁴. From |u| = 106 on, where a float32 has nothing left, it returns 0.
// NaN gives NaN.
func tail32(u float32, gain, power float64) float32 {
	const zero, limit = 0x1.8p48, 106
	x := -math.Abs(float64(u))
	k := x + (zero + limit)
	i := math.Float64bits(k) - math.Float64bits(zero)
	if i > 16*limit {
		if u == u {
			u = 0
		}
		return u
	}
	b := x - (k - (zero + limit))
	s := b * b
	e := float64(expTable[i] * 0x1p-64 * (1 + (b + s*((1./2+b*(1./6))+s*(1./24)))))
	return float32(gain * (e + power*e*e))
}

// tail64 returns factor·gain·(e + power·e² + …), the first three terms of
// factor·gain·e·(1 + e)^power, for e = eˣ, x ≤ −20 and a gain from 1 to 200. NaN gives NaN.
func tail64(x, factor, gain, power float64) float64 {
	if x < -760 {
		return factor * 0
	}
	n, k := expPoint(x)
	value, rest := expStep(n+512*256, x-k*stepHigh-k*stepLow)
	if x > -40 { // else the other terms are below 2⁻⁵⁷
		scaled := value + rest
		e := scaled * 0x1p-512
		rest += scaled * (e * (power + power*(power-1)/2*e))
	}
	if math.Abs(factor) > 0x1p500 { // a result that is no subnormal, and a product that may overflow
		return (factor * 0x1p-512) * (gain * (value + rest))
	}
	return scaledDown(factor * gain * (value + rest))
}

// scaledDown returns x·2⁻⁵¹². If that is subnormal, it is a multiple of 2⁻¹⁰⁷⁴, which
// is the value of its last bit. The last bit of normal, 2⁵¹² times the smallest normal
// number, is 2⁵¹² times that. So adding |x| to normal rounds it, and puts the bits of
// the result into the lowest bits.
func scaledDown(x float64) float64 {
	const normal = 0x1p-1022 * 0x1p512
	if a := math.Abs(x); a < normal {
		return math.Copysign(math.Float64frombits(math.Float64bits(a+normal)-math.Float64bits(normal)), x)
	}
	return x * 0x1p-512
}

// scaledExp returns 2⁵¹²·e^(x+low) as value + rest, for −760 < x ≤ 0 and a low of
// at most one unit in the last place of x.
func scaledExp(x, low float64) (value, rest float64) {
	n, k := expPoint(x)
	return expStep(n+512*256, (x-k*stepHigh)+(low-k*stepLow))
}

// small returns y·2⁻⁵¹² for y = 2⁵¹²·eˣ. If that is subnormal it returns 0, which is
// the same to 1 + eˣ.
func small(y float64) float64 {
	if y < 0x1p-1022*0x1p512 {
		return 0
	}
	return y * 0x1p-512
}

// product returns (a + aRest)·(b + bRest), rounded once if the rests are small.
func product(a, aRest, b, bRest float64) float64 {
	p := float64(a * b)
	return p + (math.FMA(a, b, -p) + (float64(a*bRest) + aRest*(b+bRest)))
}
