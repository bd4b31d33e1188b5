package scalar

import "example.com/activation/internal/element"

// Product sets dst to x·y.
func Product[T element.Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v * y[i]
	}
}

// GateProducts sets dst1 to upstream·value, and dst2 to upstream·y, or to y if that is 0, and
// returns whether value has a NaN. It selects between integers, because y is 0 for about half of
// the inputs of a ReLU: with a branch, the derivative with a ReLU takes 7.3 ns a result in place of
// 2.6 (float32, n = 2048, Xeon Emerald Rapids).
func GateProducts[T element.Float](dst1, dst2, value, y, upstream []T) (nan bool) {
	if element.Is32[T]() {
		return gateProducts[int32](dst1, dst2, value, y, upstream)
	}
	return gateProducts[int64](dst1, dst2, value, y, upstream)
}

func gateProducts[W bits, T element.Float](dst1, dst2, value, y, upstream []T) (nan bool) {
	n := len(upstream)
	dst1, value, y = dst1[:n], value[:n], y[:n]
	bits2, bitsY := integers[W](dst2)[:n], integers[W](y)[:n]
	for i, g := range upstream {
		v, d := bitsY[i], reinterpret[W](g*y[i])
		if v<<1 == 0 {
			d = v
		}
		w := value[i]
		if w != w {
			nan = true
		}
		dst1[i], bits2[i] = g*w, d
	}
	return nan
}

// KeepNaN sets dst1 and dst2 to value if that is NaN.
func KeepNaN[T element.Float](dst1, dst2, value []T) {
	n := len(value)
	dst1, dst2 = dst1[:n], dst2[:n]
	for i, v := range value {
		if v != v {
			dst1[i], dst2[i] = v, v
		}
	}
}

// SiLUGateDerivatives sets dGate to upstream·value·f′(x) and dValue to upstream·f(x), or to f(x)
// if that is 0, for f = x·σ(x). One loop for both takes 9.2 ns an element, and 7.3 for float32.
// With a loop for each step they would take 11.5 and 9.0 (n = 2048, Xeon Emerald Rapids). The f
// of float64 has an error of up to 1.5 ULP, which saves 1 ns.
func SiLUGateDerivatives[T element.Float](dGate, dValue, x, value, upstream []T) {
	switch dGate := any(dGate).(type) {
	case []float32:
		siluGateDerivatives32(dGate, any(dValue).([]float32), any(x).([]float32), any(value).([]float32), any(upstream).([]float32))
	case []float64:
		siluGateDerivatives64(dGate, any(dValue).([]float64), any(x).([]float64), any(value).([]float64), any(upstream).([]float64))
	}
}

func siluGateDerivatives32(dGate, dValue, x, value, upstream []float32) {
	dGate, dValue, value = dGate[:len(x)], dValue[:len(x)], value[:len(x)]
	for i, v := range x {
		g := element.Upstream(1, upstream, i)
		k := logisticPoint32(v)
		if k >= uint32(len(siluSlopePieces)) {
			dGate[i] = subnormalProduct32(siluSlopeTail32(float64(v)), g*value[i])
			dValue[i] = orZero(g, siluTail32(v, 1))
			continue
		}
		e, p, w := &logisticTable[k], &siluSlopePieces[k], float64(v)
		dGate[i] = g * value[i] * float32(p.value+p.to7(w-p.a))
		dValue[i] = orZero(g, float32(w*(e.value+e.to4(w-e.a))))
	}
}

func siluGateDerivatives64(dGate, dValue, x, value, upstream []float64) {
	dGate, dValue, value = dGate[:len(x)], dValue[:len(x)], value[:len(x)]
	for i, v := range x {
		g := element.Upstream(1, upstream, i)
		k := logisticPoint(v)
		if k >= uint64(len(siluSlopePieces)) {
			dGate[i] = subnormalProduct64(siluSlopeTail(v, 0), g*value[i])
			dValue[i] = orZero(g, siluTail(v, v, 0))
			continue
		}
		p := &siluSlopePieces[k]
		b := v - p.a
		high := coarse(b)
		dGate[i] = g * value[i] * (p.value + (high*p.slope + ((b-high)*p.slope + p.beside(b))))
		e := &logisticTable[k]
		dValue[i] = orZero(g, v*e.sigmoid64(v))
	}
}

// orZero returns upstream·y, or y if that is 0.
func orZero[T element.Float](upstream, y T) T {
	if y == 0 {
		return y
	}
	return upstream * y
}
