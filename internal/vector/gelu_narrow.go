//go:build !(goexperiment.simd && go1.27 && !go1.28 && amd64)

package vector

// There are no vectors of 256 bits in these builds.

func GELU(dst, x []float32)                         {}
func GELUAt(x float32) float32                      { return x }
func GELUTimes(dst, x, value []float32)             {}
func GELUDerivative(dst, x, upstream []float32)     {}
func GELUDerivativeAt(x float32) float32            { return x }
func GELUTanh(dst, x []float32)                     {}
func GELUTanhAt(x float32) float32                  { return x }
func GELUTanhTimes(dst, x, value []float32)         {}
func GELUTanhDerivative(dst, x, upstream []float32) {}
func GELUTanhDerivativeAt(x float32) float32        { return x }
