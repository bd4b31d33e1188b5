package activation

import "math"

// Eager returns Parallel(a) with settings for tests: it divides even short slices among
// goroutines, in chunks as small as a row.
func Eager[T Float](a Activation[T]) Activation[T] {
	return inParallel(a, effort{work: 1, rest: -1})
}

// Timid returns Parallel(a) with settings for tests: after the first chunk, it finds
// that the remaining ones are not worth a goroutine.
func Timid[T Float](a Activation[T]) Activation[T] {
	return inParallel(a, effort{work: 1, rest: math.MaxInt64})
}

// Inside returns the activation that a runs in parallel, or a itself.
func Inside[T Float](a Activation[T]) Activation[T] {
	if w, ok := a.(wrapper); ok {
		return w.inside().(Activation[T])
	}
	return a
}

// Chunks returns the number of chunks into which a divides x. a must come from Parallel.
func Chunks[T Float](a Activation[T], x []T) int {
	return a.(interface{ chunks(x []T) int }).chunks(x)
}

func (p *parallel[T]) chunks(x []T) int {
	r := p.layout.rows()
	return p.cut(r, nil, r.out, x, r.in, nil, 0).chunks
}

// ParseWithAlias is Parse with one more alias in the table of names.
func ParseWithAlias[T Float](text, name, alias string) (Activation[T], error) {
	table := builtins[T]()
	for i, b := range table {
		if b.name == name {
			table[i].aliases = append(b.aliases, alias)
		}
	}
	return parseIn(table, text)
}

// HasOutputDerivative reports whether a has a DerivativeFromOutput that does not panic.
func HasOutputDerivative[T Float](a Activation[T]) bool {
	_, ok := outputDerivative(Inside(a))
	return ok
}
