package activation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/activation"
)

// A slot is a slice argument of a method that may overlap the result.
type slot struct {
	name   string
	length int
	exact  bool // whether the result may be the same slice
}

// A method is a method of an activation that writes to a slice.
type method[T activation.Float] struct {
	name   string
	result string // name of the argument for the result
	length int    // length of the result
	slots  []slot // the other slice arguments
	run    func(result []T, inputs [][]T)
}

// methods returns all methods of the activation of an entry that write to a slice, for
// the given number of groups.
func (e entry[T]) methods(groups int) (ms []method[T]) {
	for _, p := range e.passes() {
		in, out, outputs := groups*p.in, groups*p.out, groups*e.outputs
		name := "x"
		if p.name == "DerivativeFromOutput" {
			name = "y"
		}
		m := method[T]{p.name, "dst", out, []slot{{name, in, in == out}}, func(dst []T, inputs [][]T) { p.run(dst, inputs[0], nil) }}
		if p.takes {
			m.slots = append(m.slots, slot{"upstream", outputs, outputs == out})
			m.run = func(dst []T, inputs [][]T) { p.run(dst, inputs[0], inputs[1]) }
		}
		ms = append(ms, m)
	}
	if p, ok := e.a.(activation.Parametric[T]); ok {
		ms = append(ms, method[T]{"ParameterGradient", "grad", len(p.Parameters()),
			[]slot{{"x", groups * e.group, false}, {"upstream", groups * e.outputs, false}},
			func(grad []T, inputs [][]T) { p.ParameterGradient(grad, inputs[0], inputs[1]) }})
	}
	type masked interface {
		ForwardMasked(dst, x []T, keep []bool) []T
	}
	if a, ok := e.a.(masked); ok {
		keep := slices.Repeat([]bool{true}, groups*e.group)
		ms = append(ms, method[T]{"ForwardMasked", "dst", len(keep), []slot{{"x", len(keep), true}},
			func(dst []T, inputs [][]T) { a.ForwardMasked(dst, inputs[0], keep) }})
	}
	type jacobian interface{ Jacobian(dst, x []T) []T }
	if a, ok := e.a.(jacobian); ok && groups == 1 && !strings.Contains(e.name(), "stride") {
		n := e.group
		ms = append(ms, method[T]{"Jacobian", "dst", n * n, []slot{{"x", n, n == 1}},
			func(dst []T, inputs [][]T) { a.Jacobian(dst, inputs[0]) }})
	}
	return ms
}

// typeName returns the name of the type of the activation inside a.
func typeName[T activation.Float](a activation.Activation[T]) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", activation.Inside(a)), "*")
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "activation."), "[")
	return name
}

// TestOverlap places the result of every method at every offset from each of its inputs,
// from directly before the input to directly behind it. A partial overlap must panic and
// change nothing. Every other place must give the same result as a separate slice, and
// change nothing around it.
func TestOverlap(t *testing.T) { both(t, overlaps[float32], overlaps[float64]) }

func overlaps[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(40, 41))
	for groups := range 4 {
		for _, m := range e.methods(groups) {
			for i, over := range m.slots {
				for offset := -m.length - 1; offset <= over.length+1; offset++ {
					placed(t, rng, e, m, i, offset)
				}
			}
		}
	}
}

// placed runs m with a result that begins offset elements behind the start of input i.
func placed[T activation.Float](t *testing.T, rng *rand.Rand, e entry[T], m method[T], i, offset int) {
	t.Helper()
	over := m.slots[i]
	margin := m.length + 2
	memory := values[T](rng, margin+over.length+margin)
	var inputs [][]T
	for k, s := range m.slots {
		if k == i {
			inputs = append(inputs, memory[margin:][:over.length])
		} else {
			inputs = append(inputs, values[T](rng, s.length))
		}
	}
	start := margin + offset
	result := memory[start:][:m.length]
	before := slices.Clone(memory)

	common := min(offset+m.length, over.length) - max(offset, 0)
	wanted := "<nil>"
	if m.length > 0 && over.length > 0 && common > 0 && !(over.exact && offset == 0) {
		wanted = fmt.Sprintf("activation: %s.%s: %s overlaps %s in part", typeName(e.a), m.name, m.result, over.name)
		if m.result == "grad" {
			wanted = strings.TrimSuffix(wanted, " in part")
		}
	}
	apart := slices.Clone(result)
	if wanted == "<nil>" {
		copies := slices.Clone(inputs)
		for k := range copies {
			copies[k] = slices.Clone(inputs[k])
		}
		m.run(apart, copies)
	}

	what := fmt.Sprintf("%s, %d results %d elements behind %s of %d", m.name, m.length, offset, over.name, over.length)
	if got := panicOf(func() { m.run(result, inputs) }); got != wanted {
		t.Fatalf("%s: panic %q, want %q", what, got, wanted)
	}
	copy(before[start:], apart)
	wantBits(t, what, memory, before)
}

// TestOverlapInParallel does the same for activations in parallel. They must compare the
// whole slices, not only the chunks.
func TestOverlapInParallel(t *testing.T) {
	processors(t, 3)
	both(t, overlapsInParallel[float32], overlapsInParallel[float64])
}

func overlapsInParallel[T activation.Float](t *testing.T, e entry[T]) {
	for _, p := range e.inParallelToo() {
		overlaps(t, p)
	}
}

// TestParametersOverlap places the result over the parameters. That must panic even if it
// covers them exactly.
func TestParametersOverlap(t *testing.T) {
	processors(t, 3)
	both(t, parametersOverlap[float32], parametersOverlap[float64])
}

func parametersOverlap[T activation.Float](t *testing.T, e entry[T]) {
	var field string
	var live func(parameters []T) activation.Activation[T]
	switch a := e.a.(type) {
	case activation.PReLU[T]:
		field = "Alpha"
		live = func(parameters []T) activation.Activation[T] { a.Alpha = parameters; return a }
	case activation.MaxoutLayer[T]:
		field = "Params"
		live = func(parameters []T) activation.Activation[T] { a.Params = parameters; return a }
	default:
		t.Skip("no parameters")
	}
	rng := rand.New(rand.NewPCG(42, 43))
	parameters := e.a.(activation.Parametric[T]).Parameters()
	for _, m := range e.methods(3) {
		for offset := -m.length; offset <= len(parameters); offset++ {
			memory := values[T](rng, m.length+len(parameters)+m.length)
			copy(memory[m.length:], parameters)
			result := memory[m.length+offset:][:m.length]
			var inputs [][]T
			for _, s := range m.slots {
				inputs = append(inputs, values[T](rng, s.length))
			}
			wanted := fmt.Sprintf("activation: %s.%s: %s overlaps %s", typeName(e.a), m.name, m.result, field)
			if offset == -m.length || offset == len(parameters) {
				wanted = "<nil>"
			}
			whole := e
			whole.a = live(memory[m.length:][:len(parameters)])
			for _, p := range append(whole.inParallelToo(), whole) {
				after := slices.Clone(memory)
				for _, same := range p.methods(3) {
					if same.name == m.name {
						if got := panicOf(func() { same.run(result, inputs) }); got != wanted {
							t.Fatalf("%s, %d behind %s: panic %q, want %q", m.name, offset, field, got, wanted)
						}
					}
				}
				if wanted != "<nil>" {
					wantBits(t, m.name+": all after the panic", memory, after)
				}
			}
		}
	}
}
