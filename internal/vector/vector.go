//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

// Package vector holds the loops of package activation that use SIMD instructions.
// Builds without package simd use off.go instead.
//
// The files named after a function hold the functions that package kernel calls. The
// loops are in the files *_loops.go. Most are written once, for float32 and vectors of
// any width, with the types of package simd. From that source, the generator in
// ../generate writes the loops for float64 and, on amd64 and arm64, for each width. A function
// that differs for float64 has a second version in the same file.
// There is no need to read the generated files.
//
// Times in comments compare two forms of a loop, measured in one run on an amd64 server with
// Go 1.27.3. docs/speed.md has the times of all functions, and the commands.
package vector

import (
	"simd"
	"slices"

	"example.com/activation/internal/element"
)

// On reports whether the SIMD loops run. They do not run with emulated vectors, which
// are ten times slower than the scalar loops, or at a width for which there are no loops,
// such as that of GODEBUG=simd=192.
var On = !simd.Emulated() && usable() && slices.Contains([]int{128, 256, 512}, simd.VectorBitSize())

// Bits returns the width of the vectors in bits, or 0 if the scalar loops run.
func Bits() int {
	if !On {
		return 0
	}
	return simd.VectorBitSize()
}

// narrowest returns the number of elements in the narrowest vector, which has 128 bits.
func narrowest[T element.Float]() int {
	if element.Is32[T]() {
		return minLanes32
	}
	return minLanes64
}

// as32 returns s, whose type T is float32.
func as32[T element.Float](s []T) []float32 { return any(s).([]float32) }

// as64 returns s, whose type T is float64.
func as64[T element.Float](s []T) []float64 { return any(s).([]float64) }

var (
	// For loops that call other code: a vector in a register would not survive the
	// call, so they load zeros from memory.
	zeros32 [maxLanes32]float32
	zeros64 [maxLanes64]float64

	ones32 = [2 * maxLanes32]float32{
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	}
	ones64 = [2 * maxLanes64]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
)
