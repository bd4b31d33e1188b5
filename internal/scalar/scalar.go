// Package scalar holds the loops of package activation in plain Go, for every
// platform.
//
// The caller has checked the lengths. dst may be an input slice of the same length, and
// a nil upstream means ones. A function writes only to its first argument
// (MaxoutLayerParameterGradient and the functions of gated.go for two results also to the
// second). None allocates.
//
// Functions that only select, multiply and add are written once for both types. A
// function that needs an exponential is written for each type: float32 computes in
// float64 and rounds once, and float64 keeps a few more bits in a second float64.
//
// Times in comments compare two forms of a loop, measured in one run on an amd64 server with
// Go 1.26. docs/speed.md has the times of all functions, and the commands.
//
// On arm64, loong64, ppc64, ppc64le, riscv64, s390x, and amd64 at level v3, the compiler fuses a
// multiplication with an addition. In a·b + c·d it may fuse either product, and another one
// in each function that it inlines the expression into. If the products may be inexact, the
// results then differ. So one of them is converted to its own type, which rounds it:
// float64(a*b) + c*d. Only the other product can be fused.
package scalar
