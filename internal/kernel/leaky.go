package kernel

import "math"

// LeakyReLU sets dst to x where x > 0, else to alpha·x.
func LeakyReLU[T Float](dst, x []T, alpha T) {
	switch dst := any(dst).(type) {
	case []float32:
		x, a := any(x).([]float32), float32(alpha)
		dst = dst[:len(x)]
		for i, v := range x {
			dst[i] = leaky32(v, a)
		}
	case []float64:
		x, a := any(x).([]float64), float64(alpha)
		dst = dst[:len(x)]
		for i, v := range x {
			dst[i] = leaky64(v, a)
		}
	}
}

// LeakyReLUDerivative sets dst to upstream where x > 0, to NaN where x is NaN,
// and to alpha·upstream elsewhere; to 0 there, whatever upstream is, for an
// alpha of 0. For alpha ≥ 0 it is its own from-output form.
func LeakyReLUDerivative[T Float](dst, x, upstream []T, alpha T) {
	switch dst := any(dst).(type) {
	case []float32:
		x, g, a := any(x).([]float32), any(upstream).([]float32), float32(alpha)
		dst = dst[:len(x)]
		if g == nil {
			for i, v := range x {
				dst[i] = gate32(v, 1, a)
			}
			return
		}
		g = g[:len(x)]
		for i, v := range x {
			dst[i] = gate32(v, g[i], a)
		}
	case []float64:
		x, g, a := any(x).([]float64), any(upstream).([]float64), float64(alpha)
		dst = dst[:len(x)]
		if g == nil {
			for i, v := range x {
				dst[i] = gate64(v, 1, a)
			}
			return
		}
		g = g[:len(x)]
		for i, v := range x {
			dst[i] = gate64(v, g[i], a)
		}
	}
}

// The selections work on bits: for integers the compiler has conditional moves,
// for floats only branches, and half of those are mispredicted where the signs
// of x are random. The sign bit separates +0 from −0 as well, so that f(+0) is
// +0 for a negative slope too.

// leaky32 returns v for v ≥ +0, else alpha·v.
func leaky32(v, alpha float32) float32 {
	on, y := math.Float32bits(v), math.Float32bits(alpha*v)
	if int32(on) >= 0 {
		y = on
	}
	return math.Float32frombits(y)
}

// leaky64 is leaky32 for float64.
func leaky64(v, alpha float64) float64 {
	on, y := math.Float64bits(v), math.Float64bits(alpha*v)
	if int64(on) >= 0 {
		y = on
	}
	return math.Float64frombits(y)
}

// gate32 returns g for v > 0, v for NaN, else alpha·g, or 0 for an alpha of 0.
func gate32(v, g, alpha float32) float32 {
	in, d := math.Float32bits(v), math.Float32bits(alpha*g)
	if alpha == 0 {
		d = 0
	}
	if int32(in) > 0 {
		d = math.Float32bits(g)
	}
	if in<<1 > 0xff<<24 {
		d = in
	}
	return math.Float32frombits(d)
}

// gate64 is gate32 for float64.
func gate64(v, g, alpha float64) float64 {
	in, d := math.Float64bits(v), math.Float64bits(alpha*g)
	if alpha == 0 {
		d = 0
	}
	if int64(in) > 0 {
		d = math.Float64bits(g)
	}
	if in<<1 > 0x7ff<<53 {
		d = in
	}
	return math.Float64frombits(d)
}
