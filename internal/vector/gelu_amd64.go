//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import (
	"simd/archsimd"

	"example.com/activation/internal/element"
)

// Each function needs vectors of at least 256 bits. GELU and GELUTanh share the code for
// slices that are shorter than a vector. That code gets tanh and chooses the loop, and does
// not get the loop as a function: the compiler would have to assume that a function keeps its
// arguments, and then all slices would be on the heap.

// GELU sets dst to x·Φ(x).
func GELU(dst, x []float32) { geluForward(false, dst, x) }

// GELUTanh sets dst to x·σ(v), v = 2√(2/π)·(x + 0.044715·x³).
func GELUTanh(dst, x []float32) { geluForward(true, dst, x) }

func geluForward(tanh bool, dst, x []float32) {
	n := len(x)
	switch {
	case n < wideLanes32:
		var y [wideLanes32]float32
		padded(&y, x)
		geluForward(tanh, y[:], y[:])
		copy(dst, y[:n])
	case tanh:
		geluTanh32(dst, x)
	default:
		gelu32(dst, x)
	}
}

// GELUAt returns what GELU gives for x.
func GELUAt(x float32) float32 { return geluAt32(x) }

// GELUTanhAt returns what GELUTanh gives for x.
func GELUTanhAt(x float32) float32 { return geluTanhAt32(x) }

// GELUTimes sets dst to value·(x·Φ(x)).
func GELUTimes(dst, x, value []float32) { geluTimes(false, dst, x, value) }

// GELUTanhTimes sets dst to value·(x·σ(v)).
func GELUTanhTimes(dst, x, value []float32) { geluTimes(true, dst, x, value) }

func geluTimes(tanh bool, dst, x, value []float32) {
	n := len(x)
	switch {
	case n < wideLanes32:
		var y, v [wideLanes32]float32
		padded(&y, x)
		padded(&v, value)
		geluTimes(tanh, y[:], y[:], v[:])
		copy(dst, y[:n])
	case tanh:
		geluTanhTimes32(dst, x, value)
	default:
		geluTimes32(dst, x, value)
	}
}

// GELUDerivative sets dst to upstream·(Φ(x) + x·φ(x)).
func GELUDerivative(dst, x, upstream []float32) { geluDerivative(false, dst, x, upstream) }

// GELUTanhDerivative sets dst to upstream times the derivative of x·σ(v).
func GELUTanhDerivative(dst, x, upstream []float32) { geluDerivative(true, dst, x, upstream) }

func geluDerivative(tanh bool, dst, x, upstream []float32) {
	n := len(x)
	switch {
	case n < wideLanes32:
		var y [wideLanes32]float32
		padded(&y, x)
		geluDerivative(tanh, y[:], y[:], nil)
		for i := range dst[:n] {
			dst[i] = element.Upstream(y[i], upstream, i)
		}
	case tanh:
		geluTanhDerivative32(dst, x, upstream)
	default:
		geluDerivative32(dst, x, upstream)
	}
}

// GELUDerivativeAt returns what GELUDerivative gives for x.
func GELUDerivativeAt(x float32) float32 { return geluDerivativeAt32(x) }

// GELUTanhDerivativeAt returns what GELUTanhDerivative gives for x.
func GELUTanhDerivativeAt(x float32) float32 { return geluTanhDerivativeAt32(x) }

// padded sets y to x and zeros after it, with one store. After copy, which stores a few bytes at
// a time, the load of the whole vector would have to wait: GELU of three elements takes 60 ns
// with copy and 32 like this. (LoadFloat32x8Part of go1.27.3 reads beyond x.)
func padded(y *[wideLanes32]float32, x []float32) {
	var low, high archsimd.Float32x4
	if len(x) < minLanes32 {
		low = upToThree(x)
	} else {
		low, high = archsimd.LoadFloat32x4(x), upToThree(x[minLanes32:])
	}
	var zero archsimd.Float32x8
	zero.SetLo(low).SetHi(high).Store(y[:])
	clearUpper()
}

// upToThree returns x with zeros after it.
func upToThree(x []float32) (v archsimd.Float32x4) {
	if len(x) > 0 {
		v = v.SetElem(0, x[0])
	}
	if len(x) > 1 {
		v = v.SetElem(1, x[1])
	}
	if len(x) > 2 {
		v = v.SetElem(2, x[2])
	}
	return v
}
