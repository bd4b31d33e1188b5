//go:build goexperiment.simd && go1.27 && !go1.28

package vector

// clearUpper has nothing to do: WebAssembly's vectors have no upper halves.
func clearUpper() {}

func usable() bool { return true }

// Fused says whether MulAdd rounds once: here it rounds the product too.
const Fused = false

// KeepsBuffers reports whether local arrays that the loops get stay on the stack. Here
// they do not: each loop has a version for emulation, which the compiler cannot see
// through.
const KeepsBuffers = false
