// Package scalar holds the loops of package activation in plain Go, for every
// platform.
//
// The loops know slices, no shapes and no panics: the lengths have been checked,
// dst may be an input slice of the same length, and a nil upstream means ones. A
// function writes only to its first argument (MaxoutLayerParameterGradient also to
// its second). None allocates.
//
// Functions that only select, multiply and add are written once for both
// types. For those with an exponential in them float32 computes in float64 and
// rounds once, and float64 carries a few bits more.
package scalar
