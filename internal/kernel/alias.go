package kernel

// same reports whether a and b begin at the same element: slices overlap
// exactly or not at all.
func same[T Float](a, b []T) bool {
	return len(a) > 0 && len(b) > 0 && &a[0] == &b[0]
}
