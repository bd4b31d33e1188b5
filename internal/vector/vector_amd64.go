//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "simd/archsimd"

// clearUpper clears the upper halves of the vector registers.
func clearUpper() { archsimd.ClearAVXUpperBits() }

// usable reports whether MulAdd can run. Processors of 2011 and 2012 have AVX, but no
// FMA.
func usable() bool { return archsimd.X86.FMA() }

// Fused reports whether MulAdd rounds only once.
const Fused = true

// KeepsBuffers reports whether a local array that is passed to the loops stays on the
// stack.
const KeepsBuffers = true

// slowSubnormals reports whether an operation with a subnormal result takes much longer than
// others. Intel's processors take 150 cycles.
const slowSubnormals = true
