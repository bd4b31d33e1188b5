//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "example.com/activation/internal/element"

// GELU sets dst to x·Φ(x). It needs vectors of at least 256 bits.
func GELU(dst, x []float32) {
	if n := len(x); n < wideLanes32 {
		var y [wideLanes32]float32
		copy(y[:], x)
		gelu32(y[:], y[:])
		copy(dst, y[:n])
		return
	}
	gelu32(dst, x)
}

// GELUAt returns what GELU gives for x.
func GELUAt(x float32) float32 {
	y := [wideLanes32]float32{x}
	gelu32(y[:], y[:])
	return y[0]
}

// GELUTimes sets dst to value·(x·Φ(x)). It needs vectors of at least 256 bits.
func GELUTimes(dst, x, value []float32) { timesInVectors(geluTimes32, dst, x, value) }

// timesInVectors calls f for slices of at least one vector.
func timesInVectors(f func(dst, x, value []float32), dst, x, value []float32) {
	if n := len(x); n < wideLanes32 {
		var y, v [wideLanes32]float32
		copy(y[:], x)
		copy(v[:], value)
		f(y[:], y[:], v[:])
		copy(dst, y[:n])
		return
	}
	f(dst, x, value)
}

// GELUDerivative sets dst to upstream·(Φ(x) + x·φ(x)). It needs vectors of at least 256
// bits.
func GELUDerivative(dst, x, upstream []float32) {
	slopeInVectors(geluDerivative32, dst, x, upstream)
}

// slopeInVectors calls f for slices of at least one vector.
func slopeInVectors(f func(dst, x, upstream []float32), dst, x, upstream []float32) {
	if n := len(x); n < wideLanes32 {
		var y [wideLanes32]float32
		copy(y[:], x)
		f(y[:], y[:], nil)
		for i := range dst[:n] {
			dst[i] = element.Upstream(y[i], upstream, i)
		}
		return
	}
	f(dst, x, upstream)
}

// GELUDerivativeAt returns what GELUDerivative gives for x.
func GELUDerivativeAt(x float32) float32 {
	y := [wideLanes32]float32{x}
	geluDerivative32(y[:], y[:], nil)
	return y[0]
}

// GELUTanh sets dst to x·σ(v), v = 2√(2/π)·(x + 0.044715·x³). It needs vectors of at least
// 256 bits.
func GELUTanh(dst, x []float32) {
	if n := len(x); n < wideLanes32 {
		var y [wideLanes32]float32
		copy(y[:], x)
		geluTanh32(y[:], y[:])
		copy(dst, y[:n])
		return
	}
	geluTanh32(dst, x)
}

// GELUTanhAt returns what GELUTanh gives for x.
func GELUTanhAt(x float32) float32 {
	y := [wideLanes32]float32{x}
	geluTanh32(y[:], y[:])
	return y[0]
}

// GELUTanhTimes sets dst to value·(x·σ(v)). It needs vectors of at least 256 bits.
func GELUTanhTimes(dst, x, value []float32) { timesInVectors(geluTanhTimes32, dst, x, value) }

// GELUTanhDerivative sets dst to upstream times the derivative of x·σ(v). It needs vectors
// of at least 256 bits.
func GELUTanhDerivative(dst, x, upstream []float32) {
	slopeInVectors(geluTanhDerivative32, dst, x, upstream)
}

// GELUTanhDerivativeAt returns what GELUTanhDerivative gives for x.
func GELUTanhDerivativeAt(x float32) float32 {
	y := [wideLanes32]float32{x}
	geluTanhDerivative32(y[:], y[:], nil)
	return y[0]
}
