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

func sigmoid32(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = float32(1 / (1 + exp32(-clamp32(v))))
	}
}

// logisticDerivative32 sets dst to upstream·gain·σ′(steepness·x). With
// steepness 2 and gain 4 that is the derivative of tanh x = 2σ(2x) − 1.
//
//	σ′ = e/(1 + e)²,   e = e⁻ˣ
//
// keeps full relative accuracy in both tails. (1 + e)² cannot overflow a
// float64.
func logisticDerivative32(dst, x, upstream []float32, steepness float32, gain float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		e := exp32(-clamp32(steepness * v))
		d := float32(gain * e / ((1 + e) * (1 + e)))
		if upstream != nil {
			d *= upstream[i]
		}
		dst[i] = d
	}
}

// The float64 kernels know σ and tanh on a grid of points a, and go from there
// by the addition theorem
//
//	tanh(a+b) = tanh a + tanh′a · tanh b / (1 + tanh a · tanh b)
//
// With u = |x|/2, σ(−2u) = (1 − tanh u)/2, and a+b = u, a a multiple of 1/32,
// this becomes
//
//	σ(−2u) = σ(−2a) + m,   m = −2σ′(2a) · tanh b / (1 + tanh a · tanh b)
//
// where |b| ≤ 1/64, so that m is less than 1/32 of the result, its rounding
// errors hardly count, and a short polynomial does for tanh b. That is a third
// less work than an exponential with extra bits and a corrected division, and
// more accurate: 0.53 ULP.

// logisticLimit is |x| from where on e⁻ˣ is all of σ and σ′: the relative
// error of that is 2e⁻⁴⁰, 0.04 ULP. There the table ends.
const logisticLimit = 40

// logisticPoint returns, for 0 ≤ x ≤ 40, the point a of logisticTable next to
// u = x/2, and the distance b from there.
func logisticPoint(x float64) (i uint64, b float64) {
	k := x*16 + roundToInt
	return math.Float64bits(k) % 1024, x*0.5 - (k-roundToInt)*(1./32) // exact
}

// logisticStep returns m for tanh a, σ′(2a) and b. (It is apart from
// logisticPoint so that both are inlined.)
func logisticStep(tanh, slope, b float64) (m float64) {
	s := b * b
	t := b + b*(s*(tanhSeptic[0]+s*(tanhSeptic[1]+s*tanhSeptic[2])))
	return -2 * slope * t / (1 + tanh*t)
}

func sigmoid64(dst, x []float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		u := math.Abs(v)
		if !(u < logisticLimit) {
			dst[i] = sigmoidTail(v)
			continue
		}
		k, b := logisticPoint(u)
		e := &logisticTable[k]
		below := e.value + (e.rest + logisticStep(e.tanh, e.slope, b))
		y := math.Float64bits(1 - below) // x ≥ 0
		if int64(math.Float64bits(v)) < 0 {
			y = math.Float64bits(below)
		}
		dst[i] = math.Float64frombits(y)
	}
}

// sigmoidTail returns σ(x) for |x| ≥ 40 and for NaN.
func sigmoidTail(x float64) float64 {
	if x > 0 {
		return 1
	}
	return expTail(x, 1)
}

// logisticDerivative64 sets dst to upstream·gain·σ′(steepness·x), with gain a
// power of two. From σ = σ(−2a) + m,
//
//	σ′ = σ(1 − σ) = σ′(2a) + m·(1 − 2σ(−2a) − m) = σ′(2a) + m·(tanh a − m)
func logisticDerivative64(dst, x, upstream []float64, steepness, gain float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		var d float64
		if u := steepness * math.Abs(v); u < logisticLimit {
			k, b := logisticPoint(u)
			e := &logisticTable[k]
			m := logisticStep(e.tanh, e.slope, b)
			d = gain * (e.slope + (e.slopeRest + m*(e.tanh-m)))
		} else {
			d = expTail(-u, gain)
		}
		if upstream != nil {
			d *= upstream[i]
		}
		dst[i] = d
	}
}
