package kernel

import "math"

// Sigmoid sets dst to 1/(1 + e⁻ˣ).
func Sigmoid[T Float](dst, x []T) {
	if vector {
		vectorSigmoid(dst, x)
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		sigmoid32(dst, any(x).([]float32))
	case []float64:
		sigmoid64(dst, any(x).([]float64))
	}
}

// SigmoidDerivative sets dst to upstream·σ′(x).
func SigmoidDerivative[T Float](dst, x, upstream []T) {
	if vector {
		vectorLogisticDerivative(dst, x, upstream, 1, 1)
		return
	}
	switch dst := any(dst).(type) {
	case []float32:
		logisticDerivative32(dst, any(x).([]float32), any(upstream).([]float32), 1, 1)
	case []float64:
		logisticDerivative64(dst, any(x).([]float64), any(upstream).([]float64), 1, 1)
	}
}

// SigmoidDerivativeFromOutput sets dst to upstream·y(1 − y).
func SigmoidDerivativeFromOutput[T Float](dst, y, upstream []T) {
	dst = dst[:len(y)]
	if upstream == nil {
		for i, v := range y {
			dst[i] = v * (1 - v)
		}
		return
	}
	upstream = upstream[:len(y)]
	for i, v := range y {
		dst[i] = upstream[i] * (v * (1 - v))
	}
}

// The kernels know σ on a grid of points a, 1/16 apart from −20 to 20, and go
// from there by the first terms of its Taylor series in b = x − a:
//
//	σ(a+b) = σ(a) + m,   m = b·(σ′(a) + b·(c₂ + b·(c₃ + …)))
//
// |b| ≤ 1/32, so that m is at most 1/32 of the result and its rounding errors
// hardly count. float32, computed in float64, takes the terms up to b⁴, which
// leaves out 2⁻³¹ of the result; float64 those up to b⁷, and 2⁻⁶². There is no
// division, no exponential, and nothing that depends on the sign of x: 22
// operations for float32, where 1/(1 + e⁻ˣ) by table has 30 and a division.

// logisticLimit is |x| from where on the kernels go by e⁻ˡˣˡ, and 1 − e⁻ˡˣˡ.
const logisticLimit = 20

// logisticPoint returns, for |x| < 20, the point a of logisticTable next to x as
// its index there, and b = x − a. Adding 1.5·2⁴⁸ rounds to a multiple of 1/16,
// and leaves its index in the lowest bits.
func logisticPoint(x float64) (i uint64, b float64) {
	const round = 0x1.8p48 + logisticLimit
	k := x + round
	return math.Float64bits(k) % 1024, x - (k - round) // exact
}

func sigmoid32(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		if math.Float32bits(v)<<1 >= logisticLimit32<<1 {
			dst[i] = float32(sigmoidTail(float64(v)))
			continue
		}
		k, b := logisticPoint(float64(v))
		e := &logisticTable[k]
		dst[i] = float32(e.value + b*(e.slope+b*(e.c[0]+b*(e.c[1]+b*e.c[2]))))
	}
}

const logisticLimit32 = 0x41a00000

func sigmoid64(dst, x []float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		if !(math.Abs(v) < logisticLimit) {
			dst[i] = sigmoidTail(v)
			continue
		}
		k, b := logisticPoint(v)
		e := &logisticTable[k]
		c := &e.c
		m := b * (e.slope + b*(c[0]+b*(c[1]+b*(c[2]+b*(c[3]+b*(c[4]+b*c[5]))))))
		dst[i] = e.value + (e.rest + m)
	}
}

// sigmoidTail returns σ(x) for |x| ≥ 20 and for NaN.
func sigmoidTail(x float64) float64 {
	if x > 0 {
		return 1 - expTail(-x, 1, -1)
	}
	return expTail(x, 1, -1)
}

// logisticDerivative32 sets dst to upstream·gain·σ′(steepness·x). With
// steepness 2 and gain 4 that is the derivative of tanh x = 2σ(2x) − 1.
//
//	σ′ = σ(1 − σ) = σ′(a) + m·(1 − 2σ(a) − m)
func logisticDerivative32(dst, x, upstream []float32, steepness, gain float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		var d float32
		u := steepness * float64(v)
		if math.Abs(u) < logisticLimit {
			k, b := logisticPoint(u)
			e := &logisticTable[k]
			m := b * (e.slope + b*(e.c[0]+b*(e.c[1]+b*e.c[2])))
			d = float32(gain * (e.slope - m*(e.tanh+m)))
		} else {
			d = float32(expTail(-math.Abs(u), gain, -2))
		}
		if upstream != nil {
			d *= upstream[i]
		}
		dst[i] = d
	}
}

// logisticDerivative64 sets dst to upstream·gain·σ′(steepness·x), with gain a
// power of two.
func logisticDerivative64(dst, x, upstream []float64, steepness, gain float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		var d float64
		if u := steepness * v; math.Abs(u) < logisticLimit {
			k, b := logisticPoint(u)
			e := &logisticTable[k]
			c := &e.c
			m := b * (e.slope + b*(c[0]+b*(c[1]+b*(c[2]+b*(c[3]+b*(c[4]+b*c[5]))))))
			d = gain * (e.slope + (e.slopeRest - m*(e.tanh+m)))
		} else {
			d = expTail(-math.Abs(u), gain, -2)
		}
		if upstream != nil {
			d *= upstream[i]
		}
		dst[i] = d
	}
}
