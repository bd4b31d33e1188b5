//go:build goexperiment.simd && go1.27 && !go1.28

package vector

// clearUpper has nothing to do: WebAssembly's vectors have no upper halves.
func clearUpper() {}

// usable returns true: MulAdd needs no extension of WebAssembly's SIMD instructions.
func usable() bool { return true }

// Fused reports whether MulAdd rounds only once. WebAssembly rounds the product too.
const Fused = false

// KeepsBuffers reports whether a local array that is passed to the loops stays on the
// stack. Here it moves to the heap: each loop has a second version for emulated vectors,
// and the compiler cannot prove that it keeps no reference to the array.
const KeepsBuffers = false

// slowSubnormals reports whether the loops test for subnormal results. They can take long here
// too, but package simd has no cheap test of all lanes.
const slowSubnormals = false
