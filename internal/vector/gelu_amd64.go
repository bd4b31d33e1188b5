//go:build goexperiment.simd && go1.27 && !go1.28

package vector

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
