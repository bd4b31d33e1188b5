// Package kernel holds the loops of package activation: one exported function
// for each operation, for float32 and float64.
//
// It knows slices, no shapes and no panics: the lengths have been checked, dst
// may be an input slice of the same length, and a nil upstream stands for all
// ones. No function writes anything but its first argument (and
// MaxoutLayerParameterGradient its second), and none allocates, but for the
// long rows of a maxout layer in place.
//
// Functions that only select, multiply and add are written once for both
// types. For those with an exponential in them float32 computes in float64 and
// rounds once, and float64 carries a few bits more.
package kernel

//go:generate go run ./generate

// Float is the set of element types.
type Float interface{ float32 | float64 }

// scale returns v, the derivative at i, times the upstream gradient there.
func scale[T Float](v T, upstream []T, i int) T {
	if upstream == nil {
		return v
	}
	return upstream[i] * v
}

// ones returns as much of buffer as n elements need, filled with ones: an
// upstream for a part of them. Multiplying by 1 changes nothing, and takes less
// time than asking for each element whether there is an upstream.
func ones[T Float](buffer []T, n int) []T {
	buffer = buffer[:min(n, len(buffer))]
	for i := range buffer {
		buffer[i] = 1
	}
	return buffer
}

// short is the length from which vectors are worth their start. Below it the
// scalar loops run on both tiers, for functions of which these are the same bits.
const short = 16
