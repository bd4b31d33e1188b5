//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "example.com/activation/internal/element"

// Vectors of this architecture cannot move lanes: two pieces on the last axis
// are left to the scalar loops.

func MaxPairs[T element.Float](dst, x []T) (done int)            { return 0 }
func GatePairs[T element.Float](dst, x, upstream []T) (done int) { return 0 }
