//go:build goexperiment.simd && go1.27 && !go1.28

package kernel

// Vectors of this architecture cannot move lanes: two pieces on the last axis
// are left to the scalar loops.

func vectorMaxPairs[T Float](dst, x []T) (done int)            { return 0 }
func vectorGatePairs[T Float](dst, x, upstream []T) (done int) { return 0 }
