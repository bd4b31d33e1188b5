//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import (
	"simd"
	"simd/archsimd"
)

// clearUpper clears the upper halves of the vector registers.
func clearUpper() { archsimd.ClearAVXUpperBits() }

// usable reports whether MulAdd can run: processors of 2011 and 2012 have the
// vectors, but not that.
func usable() bool { return archsimd.X86.FMA() }

// residual32 returns a·b + c without rounding a·b.
func residual32(a, b, c simd.Float32s) simd.Float32s { return a.MulAdd(b, c) }

// residual64 is residual32 for float64.
func residual64(a, b, c simd.Float64s) simd.Float64s { return a.MulAdd(b, c) }

// Fused says that MulAdd rounds once.
const Fused = true

// KeepsBuffers reports whether local arrays that the loops get stay on the stack.
const KeepsBuffers = true
