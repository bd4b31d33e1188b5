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
//
// On arm64, s390x and amd64 at level v3 the compiler fuses a multiplication with an
// addition. In a·b + c·d it may take either product, and not the same one at each place
// where a function is inlined. So if the products may be inexact, a conversion of one of
// them to its own type leaves the other: float64(a*b) + c*d.
package scalar
