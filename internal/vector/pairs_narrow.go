//go:build goexperiment.simd && go1.27 && !go1.28 && (arm64 || wasm)

package vector

import "example.com/activation/internal/element"

// There is no SIMD version of these functions for these architectures. They compute
// nothing, and leave all pairs to the scalar loops.

func MaxPairs[T element.Float](dst, x []T) (done int)                     { return 0 }
func MaxPairsDerivative[T element.Float](dst, x, upstream []T) (done int) { return 0 }
