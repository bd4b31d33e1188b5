package activation

import "math"

// Eager is Parallel for the tests: it spreads all that can be cut, however
// short, into chunks as small as a row.
func Eager[T Float](a Activation[T]) Activation[T] {
	return inParallel(a, effort{probe: 1, certain: 1, chunk: 1})
}

// Timed is Eager, but times a first chunk, and then goes on as it would after a
// long or a short time.
func Timed[T Float](a Activation[T], long bool) Activation[T] {
	e := effort{probe: 1, certain: math.MaxInt, chunk: 1, worth: -1}
	if !long {
		e.worth = math.MaxInt64
	}
	return inParallel(a, e)
}

// Inside returns what a runs in parallel, or a.
func Inside[T Float](a Activation[T]) Activation[T] {
	if w, ok := a.(wrapper[T]); ok {
		return w.inside()
	}
	return a
}
