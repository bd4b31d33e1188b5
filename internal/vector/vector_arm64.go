//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "simd"

// clearUpper has nothing to do: NEON registers have no upper halves.
func clearUpper() {}

func usable() bool { return true }

// residual32 returns a·b + c without rounding a·b.
func residual32(a, b, c simd.Float32s) simd.Float32s { return a.MulAdd(b, c) }

// residual64 is residual32 for float64.
func residual64(a, b, c simd.Float64s) simd.Float64s { return a.MulAdd(b, c) }

// Fused says that MulAdd rounds once.
const Fused = true

// KeepsBuffers reports whether local arrays that the loops get stay on the stack.
const KeepsBuffers = true
