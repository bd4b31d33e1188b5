//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

// Package vector holds the loops of package activation that use SIMD instructions.
// In builds without package simd, off.go stands in for it.
//
// The files named after a function hold what package kernel calls. The loops are in
// the files *_loops.go, each written once, with the types of package simd: for
// float32, and vectors of any width. The generator in ../generate makes of them the
// loops for float64 and, on amd64 and arm64, for each width. There is no need to
// read what it writes.
package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// On reports whether the SIMD loops run. Emulated vectors would be ten
// times slower than the scalar loops.
var On = !simd.Emulated() && usable()

// Bits returns the width of the vectors in bits, or 0 if the scalar loops run.
func Bits() int {
	if !On {
		return 0
	}
	return simd.VectorBitSize()
}

const maxLanes = maxLanes32

// narrowest returns the number of elements in the narrowest vector, of 128 bits.
func narrowest[T element.Float]() int {
	if _, ok := any(T(0)).(float32); ok {
		return minLanes32
	}
	return minLanes64
}

// as32 returns s, whose type T is float32.
func as32[T element.Float](s []T) []float32 { return any(s).([]float32) }

// as64 returns s, whose type T is float64.
func as64[T element.Float](s []T) []float64 { return any(s).([]float64) }

var (
	// For loops that call other code in between, when no register may be in use.
	zeros32 [maxLanes32]float32
	zeros64 [maxLanes64]float64

	ones32 = [2 * maxLanes]float32{
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	}
	ones64 = [2 * maxLanes64]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
)
