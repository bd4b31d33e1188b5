//go:build goexperiment.simd && go1.27 && !go1.28

package vector

// clearUpper has nothing to do: NEON registers have no upper halves.
func clearUpper() {}

// usable returns true: every arm64 processor has NEON and FMA.
func usable() bool { return true }

// Fused reports whether MulAdd rounds only once.
const Fused = true

// KeepsBuffers reports whether a local array that is passed to the loops stays on the
// stack.
const KeepsBuffers = true

// slowSubnormals reports whether an operation with a subnormal result takes much longer than
// others.
const slowSubnormals = false
