//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"unsafe"

	"example.com/activation/internal/element"
)

// float32s returns s, whose type T is float32, in a form that escape analysis
// does not follow. Drivers call bodies, and the compiler's version of them for
// emulation (which never runs) does not know which: so every slice that comes
// near would have to be on the heap, and At would allocate twice.
//
// It is safe. No kernel keeps a slice, so nothing outlives its memory. The
// address is a plain number for the length of one expression, without a call
// in it: there the stack does not move (it does so only at calls), and the
// garbage collector takes whatever it finds in an interrupted frame for a
// pointer. The caller holds s itself all the while.
func float32s[T element.Float](s []T) []float32 { return hidden[T, float32](s) }

// float64s is float32s for float64.
func float64s[T element.Float](s []T) []float64 { return hidden[T, float64](s) }

func hidden[T, U element.Float](s []T) []U {
	header := struct {
		data     uintptr
		len, cap int
	}{uintptr(unsafe.Pointer(unsafe.SliceData(s))), len(s), cap(s)}
	return *(*[]U)(unsafe.Pointer(&header))
}

// bits32 returns the bits of s, to be moved through integer registers.
func bits32(s []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

// bits64 is bits32 for float64.
func bits64(s []float64) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}
