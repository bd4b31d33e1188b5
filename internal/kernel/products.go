package kernel

import (
	"example.com/activation/internal/element"
	"example.com/activation/internal/scalar"
	"example.com/activation/internal/vector"
)

// GELU, GELUTanh, SiLU and Mish are products x·g(x). Some of their loops are plain Go in all
// builds: the derivative of Mish, SiLU with a β that is not 1, and GELU and GELUTanh of float64.
// They read tables, and package simd has no gather.

// geluInVectors reports whether the vector loops of GELU, GELUTanh and their derivatives run
// for float32 (ns an element, n = 4096, Xeon Emerald Rapids, scalar and at 256 and 512 bits:
// GELU 2.82, 1.10, 0.69, its derivative 3.55, 1.45, 0.83, GELUTanh 2.95, 1.36, 0.76, its
// derivative 3.67, 1.60, 0.96; σ takes 0.54 and 0.36). In these loops each lane picks its
// coefficients from a vector of eight. There is no instruction for that at 128 bits.
//
// float64 has no such loops, because AVX2 can pick only from a vector of four. One polynomial
// for all inputs would need 135 operations, 3.5 times as many as SiLU. At the speed of SiLU
// that would be 7.1 ns at 256 bits and 4.2 at 512. The scalar loop takes 4.6.
func geluInVectors() bool { return vector.Bits() >= 256 }

// GELU sets dst to x·Φ(x).
func GELU[T element.Float](dst, x []T) {
	if vector.On && geluInVectors() && element.Is32[T]() {
		vector.GELU(any(dst).([]float32), any(x).([]float32))
		return
	}
	scalar.GELU(dst, x)
}

// GELUAt returns x·Φ(x), with the same bits as GELU.
func GELUAt[T element.Float](x T) T {
	if vector.On && geluInVectors() && element.Is32[T]() {
		return T(vector.GELUAt(float32(x)))
	}
	return scalar.GELUAt(x)
}

// GELUDerivative sets dst to upstream·(Φ(x) + x·φ(x)).
func GELUDerivative[T element.Float](dst, x, upstream []T) {
	if vector.On && geluInVectors() && element.Is32[T]() {
		vector.GELUDerivative(any(dst).([]float32), any(x).([]float32), any(upstream).([]float32))
		return
	}
	scalar.GELUDerivative(dst, x, upstream)
}

// GELUDerivativeAt returns Φ(x) + x·φ(x), with the same bits as GELUDerivative.
func GELUDerivativeAt[T element.Float](x T) T {
	if vector.On && geluInVectors() && element.Is32[T]() {
		return T(vector.GELUDerivativeAt(float32(x)))
	}
	return scalar.GELUDerivativeAt(x)
}

// GELUTanh sets dst to x·σ(v), v = 2√(2/π)·(x + 0.044715·x³).
func GELUTanh[T element.Float](dst, x []T) {
	if vector.On && geluInVectors() && element.Is32[T]() {
		vector.GELUTanh(any(dst).([]float32), any(x).([]float32))
		return
	}
	scalar.GELUTanh(dst, x)
}

// GELUTanhAt returns x·σ(v), with the same bits as GELUTanh.
func GELUTanhAt[T element.Float](x T) T {
	if vector.On && geluInVectors() && element.Is32[T]() {
		return T(vector.GELUTanhAt(float32(x)))
	}
	return scalar.GELUTanhAt(x)
}

// GELUTanhDerivative sets dst to upstream times the derivative of x·σ(v).
func GELUTanhDerivative[T element.Float](dst, x, upstream []T) {
	if vector.On && geluInVectors() && element.Is32[T]() {
		vector.GELUTanhDerivative(any(dst).([]float32), any(x).([]float32), any(upstream).([]float32))
		return
	}
	scalar.GELUTanhDerivative(dst, x, upstream)
}

// GELUTanhDerivativeAt returns the derivative of x·σ(v), with the same bits as
// GELUTanhDerivative.
func GELUTanhDerivativeAt[T element.Float](x T) T {
	if vector.On && geluInVectors() && element.Is32[T]() {
		return T(vector.GELUTanhDerivativeAt(float32(x)))
	}
	return scalar.GELUTanhDerivativeAt(x)
}

// siluInVectors reports whether the vector loops of SiLU and its derivative run. They run
// if the loop of σ runs, except on WebAssembly: an exact product takes four
// multiplications there (ns an element, n = 4096, Xeon Emerald Rapids, scalar and at 128,
// 256, 512 bits: float32 2.48, 1.28, 0.64, 0.41, float64 3.91, –, 1.55, 1.06; the derivative
// 3.51, 2.33, 1.18, 0.70, and 3.96, –, 2.94, 1.84; σ of float32 takes 0.54 at 256 bits). At
// 128 bits the derivative of float64 would take 5.3.
func siluInVectors[T element.Float]() bool { return exponential[T]() && vector.Fused }

// SiLU sets dst to x·σ(beta·x).
func SiLU[T element.Float](dst, x []T, beta T) {
	if vector.On && siluInVectors[T]() && beta == 1 {
		vector.SiLU(dst, x)
		return
	}
	scalar.SiLU(dst, x, beta)
}

// SiLUAt returns x·σ(beta·x), with the same bits as SiLU.
func SiLUAt[T element.Float](x, beta T) T {
	if vector.On && siluInVectors[T]() && beta == 1 {
		return vector.SiLUAt(x)
	}
	return scalar.SiLUAt(x, beta)
}

// SiLUDerivative sets dst to upstream times the derivative of x·σ(beta·x).
func SiLUDerivative[T element.Float](dst, x, upstream []T, beta T) {
	// The constant Fused comes first because the compiler then drops the call on WebAssembly.
	// Otherwise it would put arrays of the caller on the heap.
	if vector.Fused && siluInVectors[T]() && beta == 1 {
		vector.SiLUDerivative(dst, x, upstream)
		return
	}
	scalar.SiLUDerivative(dst, x, upstream, beta)
}

// SiLUDerivativeAt returns the derivative of x·σ(beta·x), with the same bits as
// SiLUDerivative.
func SiLUDerivativeAt[T element.Float](x, beta T) T {
	if vector.On && siluInVectors[T]() && beta == 1 {
		return vector.SiLUDerivativeAt(x)
	}
	return scalar.SiLUDerivativeAt(x, beta)
}

// mishInVectors reports whether the vector loop of Mish runs. It runs if the loop of SiLU
// runs (ns an element, n = 4096, Xeon Emerald Rapids, scalar and at 128, 256, 512 bits:
// float32 2.80, 1.94, 0.99, 0.66, float64 4.08, –, 2.31, 1.75).
func mishInVectors[T element.Float]() bool { return siluInVectors[T]() }

// Mish sets dst to x·tanh(log(1 + eˣ)).
func Mish[T element.Float](dst, x []T) {
	if vector.On && mishInVectors[T]() {
		vector.Mish(dst, x)
		return
	}
	scalar.Mish(dst, x)
}

// MishAt returns x·tanh(log(1 + eˣ)), with the same bits as Mish.
func MishAt[T element.Float](x T) T {
	if vector.On && mishInVectors[T]() {
		return vector.MishAt(x)
	}
	return scalar.MishAt(x)
}

// MishDerivative sets dst to upstream times the derivative of
// x·tanh(log(1 + eˣ)).
func MishDerivative[T element.Float](dst, x, upstream []T) { scalar.MishDerivative(dst, x, upstream) }

// MishDerivativeAt returns the derivative of x·tanh(log(1 + eˣ)), with the same
// bits as MishDerivative.
func MishDerivativeAt[T element.Float](x T) T { return scalar.MishDerivativeAt(x) }
