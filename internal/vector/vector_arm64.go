//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "simd"

// clearUpper has nothing to do: NEON registers have no upper halves.
func clearUpper() {}

// usable returns true: every arm64 processor has NEON and FMA.
func usable() bool { return true }

// residual32 and residual64 return a·b + c without rounding a·b.

func residual32(a, b, c simd.Float32s) simd.Float32s { return a.MulAdd(b, c) }

func residual64(a, b, c simd.Float64s) simd.Float64s { return a.MulAdd(b, c) }

// Fused reports whether MulAdd rounds only once.
const Fused = true

// KeepsBuffers reports whether a local array that is passed to the loops stays on the
// stack.
const KeepsBuffers = true
