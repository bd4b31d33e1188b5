package activation

import "unsafe"

// overlap reports whether a and b have memory in common. Slices that only
// touch have none, nor has an empty slice.
func overlap[T Float](a, b []T) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	var element T
	size := unsafe.Sizeof(element)
	// The addresses are only compared. They never become pointers again.
	startA, startB := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return startA < startB+uintptr(len(b))*size && startB < startA+uintptr(len(a))*size
}

// overlapInPart reports whether a and b overlap and are not the same slice.
// Equal slices come first, because they are the frequent case.
func overlapInPart[T Float](a, b []T) bool {
	if unsafe.SliceData(a) == unsafe.SliceData(b) && len(a) == len(b) {
		return false
	}
	return overlap(a, b)
}
