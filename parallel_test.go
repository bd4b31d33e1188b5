package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/activation"
)

// processors sets GOMAXPROCS to n for a test.
func processors(t *testing.T, n int) {
	before := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// inParallelToo returns e with activations that take each path of Parallel.
func (e entry[T]) inParallelToo() []entry[T] {
	eager, timid := e, e
	eager.a = activation.Eager(e.a)
	timid.a = activation.Timid(e.a)
	return []entry[T]{eager, timid}
}

// TestParallelContract runs the tests of the contract for activations in parallel, with
// the smallest possible chunks.
func TestParallelContract(t *testing.T) {
	processors(t, 3)
	both(t, parallelContract[float32], parallelContract[float64])
}

func parallelContract[T activation.Float](t *testing.T, e entry[T]) {
	for i, p := range e.inParallelToo() {
		if i == 0 && !testing.Short() {
			positions(t, p)
		}
		specialCases(t, p)
		nilUpstream(t, p)
		empty(t, p)
		nans(t, p)
		if _, ok := p.a.(activation.Elementwise[T]); ok {
			at(t, p)
		}
		if got, want := stringOf(p.a), stringOf(e.a); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

// TestParallelBits compares every method in parallel with the same method on one
// goroutine, for short and long slices.
func TestParallelBits(t *testing.T) {
	processors(t, 4)
	both(t, parallelBits[float32], parallelBits[float64])
}

func parallelBits[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(30, 31))
	real := e
	real.a = activation.Parallel(e.a)
	ways := append(e.inParallelToo(), real)
	long := 1<<17/e.group + 1
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 64, 1000, 1<<12/e.group + 1, long} {
		if n == long {
			ways = []entry[T]{real}
		}
		x := e.input(rng, n)
		upstream := values[T](rng, n*e.outputs)
		for i, serial := range e.passes() {
			in := x
			if serial.name == "DerivativeFromOutput" {
				in = e.a.Forward(nil, x)
			}
			what := fmt.Sprintf("%s of %d groups", serial.name, n)
			want := serial.run(nil, in, upstream)
			for _, p := range ways {
				pass := p.passes()[i]
				wantBits(t, what, pass.run(nil, in, upstream), want)
				if pass.in == pass.out {
					dst := slices.Clone(in)
					wantBits(t, what+" in place", pass.run(dst, dst, upstream), want)
				}
			}
		}
		if serial, ok := e.a.(activation.Parametric[T]); ok {
			want := serial.ParameterGradient(nil, x, upstream)
			for _, p := range ways {
				l := p.a.(activation.Parametric[T])
				wantBits(t, "Parameters", l.Parameters(), serial.Parameters())
				wantBits(t, fmt.Sprintf("ParameterGradient of %d groups", n), l.ParameterGradient(nil, x, upstream), want)
			}
		}
	}
}

// pointerTo returns a pointer to a copy of a.
func pointerTo[T activation.Float](a activation.Activation[T]) activation.Activation[T] {
	p := reflect.New(reflect.TypeOf(a))
	p.Elem().Set(reflect.ValueOf(a))
	return p.Interface().(activation.Activation[T])
}

// TestParallelPointers checks that Parallel divides the work of a pointer as that of the
// value, with the same bits.
func TestParallelPointers(t *testing.T) {
	processors(t, 4)
	both(t, parallelPointers[float32], parallelPointers[float64])
}

func parallelPointers[T activation.Float](t *testing.T, e entry[T]) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("this platform has one processor at most")
	}
	const n = 40
	x := e.input(rand.New(rand.NewPCG(34, 35)), n)
	value, pointer := activation.Eager(e.a), activation.Eager(pointerTo(e.a))
	if got, want := activation.Chunks(pointer, x), activation.Chunks(value, x); got != want || got < 2 {
		t.Errorf("%d chunks, want %d as for the value, and several", got, want)
	}
	parallelBits(t, entry[T]{a: pointerTo(e.a), group: e.group, outputs: e.outputs})
}

// TestParallelLiveFields checks that Parallel of a pointer uses the current fields,
// even if they change after the call of Parallel.
func TestParallelLiveFields(t *testing.T) {
	processors(t, 4)
	t.Run("float32", parallelLiveFields[float32])
	t.Run("float64", parallelLiveFields[float64])
}

func parallelLiveFields[T activation.Float](t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("this platform has one processor at most")
	}
	rng := rand.New(rand.NewPCG(36, 37))
	x := values[T](rng, 240)
	check := func(parallel, now activation.Activation[T], chunks int) {
		t.Helper()
		wantBits(t, fmt.Sprintf("%v", now), parallel.Forward(nil, x), now.Forward(nil, x))
		if got := activation.Chunks(parallel, x); got != chunks {
			t.Errorf("%v: %d chunks, want %d", now, got, chunks)
		}
	}
	s := &activation.Softmax[T]{}
	p := activation.Eager[T](s)
	check(p, *s, 0)
	s.Classes = 10
	check(p, *s, 24)
	s.Stride = 6
	check(p, *s, 4)

	a := &activation.PReLU[T]{Alpha: values[T](rng, 1)}
	p = activation.Eager[T](a)
	check(p, *a, 64)
	a.Alpha, a.Stride = values[T](rng, 4), 3
	check(p, *a, 20)
	wantBits(t, "Parameters", p.(activation.Parametric[T]).Parameters(), a.Alpha)

	m := &activation.Maxout[T]{Pieces: 2}
	p = activation.Eager[T](m)
	check(p, *m, 64)
	m.Pieces = 5
	check(p, *m, 48)

	l := new(activation.MaxoutLayer[T])
	*l = activation.NewMaxoutLayer[T](2, 3, 2, rng)
	p = activation.Eager[T](l)
	check(p, *l, 64)
	*l = activation.NewMaxoutLayer[T](6, 2, 2, rng)
	check(p, *l, 40)
}

// Types of another package with several combinations of interfaces.
type (
	foreign[T activation.Float]                 struct{ activation.Elementwise[T] }
	foreignOutput[T activation.Float]           struct{ activation.Sigmoid[T] }
	foreignParametric[T activation.Float]       struct{ elementwisePReLU[T] }
	foreignParametricOutput[T activation.Float] struct {
		elementwisePReLU[T]
		outputs[T]
	}
	outputs[T activation.Float] struct{}

	// elementwisePReLU is a PReLU of one slope.
	elementwisePReLU[T activation.Float] struct{ activation.PReLU[T] }

	// rowwise works on rows, but Parallel cannot know that.
	rowwise[T activation.Float] struct{ activation.Softmax[T] }
)

func (p elementwisePReLU[T]) At(x T) T           { return p.Forward(nil, []T{x})[0] }
func (p elementwisePReLU[T]) DerivativeAt(x T) T { return p.Derivative(nil, []T{x}, nil)[0] }

func (outputs[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	return activation.ReLU[T]{}.DerivativeFromOutput(dst, y, upstream)
}

// TestParallelInterfaces checks that Parallel(a) implements the same interfaces as a.
func TestParallelInterfaces(t *testing.T) {
	t.Run("float32", parallelInterfaces[float32])
	t.Run("float64", parallelInterfaces[float64])
}

func parallelInterfaces[T activation.Float](t *testing.T) {
	p := elementwisePReLU[T]{activation.NewPReLU[T](1)}
	as := []activation.Activation[T]{
		foreign[T]{activation.Tanh[T]{}}, foreignOutput[T]{}, foreignParametric[T]{p}, foreignParametricOutput[T]{p, outputs[T]{}},
		rowwise[T]{},
	}
	for _, e := range table[T]() {
		as = append(as, e.a)
	}
	interfaces := func(a activation.Activation[T]) (is [3]bool) {
		_, is[0] = a.(activation.OutputDerivative[T])
		_, is[1] = a.(activation.Elementwise[T])
		_, is[2] = a.(activation.Parametric[T])
		return is
	}
	for _, a := range as {
		p := activation.Parallel(a)
		if got, want := interfaces(p), interfaces(a); got != want {
			t.Errorf("Parallel(%T) is OutputDerivative, Elementwise, Parametric: %v, want %v", a, got, want)
		}
		inside := activation.Inside(activation.Parallel(p))
		if got, want := fmt.Sprintf("%T", inside), fmt.Sprintf("%T", a); got != want {
			t.Errorf("in Parallel(Parallel(%s)) there is a %s", want, got)
		}
		cut := true
		switch a.(type) {
		case rowwise[T]:
			cut = false
		}
		if got := fmt.Sprintf("%T", p) != fmt.Sprintf("%T", a); got != cut {
			t.Errorf("Parallel(%T) is another type: %v, want %v", a, got, cut)
		}
	}
}

// panicOf returns the text of the panic of f.
func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return
}

// TestParallelMistakes checks that wrong lengths panic with the same text as on one
// goroutine. The panic must be in the goroutine of the caller, and dst must not change.
func TestParallelMistakes(t *testing.T) {
	processors(t, 4)
	both(t, parallelMistakes[float32], parallelMistakes[float64])
}

func parallelMistakes[T activation.Float](t *testing.T, e entry[T]) {
	const n = 40
	for _, p := range e.inParallelToo() {
		for i, pass := range p.passes() {
			serial := e.passes()[i]
			in, out, up := n*pass.in, n*pass.out, n*e.outputs
			for _, lengths := range [][3]int{
				{in, out + 1, up}, {in, out - pass.out, up}, {in, 0, up}, {in, out, up + e.outputs}, {in, out, 0},
				{in + 1, out, up}, {in - pass.in, out, up}, {in + pass.in, out, up}, {0, out, up},
			} {
				x, dst, upstream := make([]T, lengths[0]), slices.Repeat([]T{7}, lengths[1]), make([]T, lengths[2])
				want := panicOf(func() { serial.run(dst, x, upstream) })
				if !pass.takes && lengths[2] != up {
					continue
				}
				got := panicOf(func() { pass.run(dst, x, upstream) })
				if got != want || want == "<nil>" {
					t.Errorf("%s with lengths %v: panic %q, want %q", pass.name, lengths, got, want)
				}
				wantBits(t, "dst after the panic", dst, slices.Repeat([]T{7}, lengths[1]))
			}
		}
	}
}

// TestParallelWrongFields checks the same for fields that are wrong for any slice.
func TestParallelWrongFields(t *testing.T) {
	processors(t, 4)
	t.Run("float32", parallelWrongFields[float32])
	t.Run("float64", parallelWrongFields[float64])
}

func parallelWrongFields[T activation.Float](t *testing.T) {
	x := make([]T, 48)
	for _, a := range []activation.Activation[T]{
		activation.PReLU[T]{},
		activation.PReLU[T]{Alpha: []T{1}, Stride: -1},
		activation.PReLU[T]{Alpha: []T{1, 2}, Stride: -1},
		activation.PReLU[T]{Alpha: []T{1, 2}, Stride: math.MaxInt},
		activation.Maxout[T]{},
		activation.Maxout[T]{Pieces: -1},
		activation.Maxout[T]{Pieces: 2, Stride: -1},
		activation.Maxout[T]{Pieces: 2, Stride: math.MaxInt},
		activation.MaxoutLayer[T]{},
		activation.MaxoutLayer[T]{Inputs: 1, Units: 1, Pieces: -1},
		activation.MaxoutLayer[T]{Inputs: 1, Units: -1, Pieces: -1},
		activation.MaxoutLayer[T]{Inputs: 1, Units: 1, Pieces: 1},
		activation.MaxoutLayer[T]{Inputs: 1, Units: math.MaxInt, Pieces: math.MaxInt},
		activation.SiLU[T]{Beta: T(math.Inf(1))},
		activation.Softmax[T]{Classes: 3, Temperature: -1},
		activation.Softmax[T]{Classes: 3, Temperature: T(math.NaN())},
		activation.Softmax[T]{Classes: -1},
		activation.LogSoftmax[T]{Classes: 3, Stride: -1},
		activation.Func[T]{},
	} {
		for _, p := range (entry[T]{a: a}).inParallelToo() {
			want := panicOf(func() { a.Forward(nil, x) })
			if got := panicOf(func() { p.a.Forward(nil, x) }); got != want || want == "<nil>" {
				t.Errorf("%+v: Forward panics with %q, want %q", a, got, want)
			}
			dst := slices.Repeat([]T{7}, len(x))
			want = panicOf(func() { a.Derivative(dst, x, nil) })
			if got := panicOf(func() { p.a.Derivative(dst, x, nil) }); got != want || want == "<nil>" {
				t.Errorf("%+v: Derivative panics with %q, want %q", a, got, want)
			}
			wantBits(t, "dst after the panic", dst, slices.Repeat([]T{7}, len(x)))
		}
	}
	o := activation.LeakyReLU[T]{Alpha: -1}
	p := activation.Eager(o).(activation.OutputDerivative[T])
	if got, want := panicOf(func() { p.DerivativeFromOutput(nil, x, nil) }), panicOf(func() { o.DerivativeFromOutput(nil, x, nil) }); got != want {
		t.Errorf("%v: DerivativeFromOutput panics with %q, want %q", o, got, want)
	}
	for _, a := range []activation.Activation[T]{nil, (*activation.ReLU[T])(nil)} {
		if got, want := panicOf(func() { activation.Parallel(a) }), "activation: Parallel: a is nil"; got != want {
			t.Errorf("Parallel(%T(nil)) panics with %q, want %q", a, got, want)
		}
	}
}

// settled waits until there are no more goroutines than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines after the calls, %d before", runtime.NumGoroutine(), before)
}

// TestParallelPanic checks that a panic of F in any goroutine becomes a panic of the
// call, with the same value. If F panics for several elements, the first one decides.
func TestParallelPanic(t *testing.T) {
	processors(t, 4)
	before := runtime.NumGoroutine()
	for first := range 40 {
		f := activation.Func[float64]{F: func(u float64) float64 {
			if u >= float64(first) {
				panic(u)
			}
			return u
		}}
		x := make([]float64, 40)
		for i := range x {
			x[i] = float64(i)
		}
		for _, p := range (entry[float64]{a: f}).inParallelToo() {
			func() {
				defer func() {
					if got := recover(); got != float64(first) {
						t.Errorf("panic %v, want %v", got, first)
					}
				}()
				p.a.Forward(nil, x)
			}()
		}
	}
	settled(t, before)
}

// TestParallelGoexit checks that runtime.Goexit in F ends the goroutine of the caller, as
// t.FailNow in F must.
func TestParallelGoexit(t *testing.T) {
	processors(t, 4)
	before := runtime.NumGoroutine()
	for first := range 40 {
		f := activation.Eager(activation.Func[float64]{F: func(u float64) float64 {
			if u == float64(first) {
				runtime.Goexit()
			}
			return u
		}})
		x := make([]float64, 40)
		for i := range x {
			x[i] = float64(i)
		}
		var returned atomic.Bool
		var group sync.WaitGroup
		group.Add(1)
		go func() {
			defer group.Done()
			f.Forward(nil, x)
			returned.Store(true)
		}()
		group.Wait()
		if returned.Load() {
			t.Errorf("Goexit at %d: the call returned", first)
		}
	}
	settled(t, before)
}

// TestParallelIsParallel checks that two goroutines run at the same time, with two
// elements that wait for each other.
func TestParallelIsParallel(t *testing.T) {
	processors(t, 2)
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("this platform has one processor at most")
	}
	meet, late := make(chan bool), time.After(10*time.Second)
	f := activation.Eager(activation.Func[float64]{F: func(u float64) float64 {
		if u == 0 {
			return 0 // Parallel times the first chunk alone
		}
		select {
		case meet <- true:
		case <-meet:
		case <-late:
			t.Error("an element waited in vain")
		}
		return u
	}})
	f.Forward(nil, []float64{0, 1, 2})
}

// counting counts the calls of its Forward.
type counting struct {
	foreign[float64]
	calls *atomic.Int64
}

func (c counting) Forward(dst, x []float64) []float64 {
	c.calls.Add(1)
	return c.foreign.Forward(dst, x)
}

// TestParallelSerial checks that Parallel makes a single call to the activation inside
// if it cannot be faster: on one processor, for a short slice, and for one row.
func TestParallelSerial(t *testing.T) {
	processors(t, 1)
	c := counting{foreign[float64]{activation.Tanh[float64]{}}, new(atomic.Int64)}
	one := func(what string, a activation.Activation[float64], n int) {
		t.Helper()
		c.calls.Store(0)
		a.Forward(nil, make([]float64, n))
		if got := c.calls.Load(); got != 1 {
			t.Errorf("%s: %d calls, want 1", what, got)
		}
	}
	one("one processor", activation.Eager[float64](c), 1<<16)
	processors(t, 2)
	one("short slice", activation.Parallel[float64](c), 1000)
	one("one element", activation.Eager[float64](c), 1)
	before := runtime.NumGoroutine()
	activation.Eager(activation.Softmax[float64]{}).Forward(nil, make([]float64, 1<<16))
	settled(t, before)
}

// TestParallelConcurrent calls the same value from many goroutines, and also from within
// itself.
func TestParallelConcurrent(t *testing.T) {
	processors(t, 4)
	before := runtime.NumGoroutine()
	inner := activation.Eager(activation.Tanh[float32]{})
	f := activation.Eager(activation.Func[float32]{F: func(u float32) float32 {
		y := inner.Forward(nil, []float32{u, -u, 2 * u})
		return y[0] + y[2]
	}})
	rng := rand.New(rand.NewPCG(32, 33))
	x := values[float32](rng, 100)
	want := activation.Inside(f).Forward(nil, x)
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 20 {
				got := f.Forward(nil, x)
				for i := range got {
					if got[i] != want[i] {
						t.Errorf("f(%v) = %v, want %v", x[i], got[i], want[i])
					}
				}
			}
		}()
	}
	group.Wait()
	settled(t, before)
}

// TestParallelAllocations checks that a call that stays on one goroutine does not
// allocate.
func TestParallelAllocations(t *testing.T) {
	both(t, parallelAllocations[float32], parallelAllocations[float64])
}

func parallelAllocations[T activation.Float](t *testing.T, e entry[T]) {
	e.a = activation.Parallel(e.a)
	allocations(t, e)
	e.a = activation.Parallel(pointerTo(activation.Inside(e.a)))
	allocations(t, e)
}

// TestParallelElsewhere checks the same as the two tests above for elements that are
// certainly in two goroutines at the same time, and that no element begins after a panic.
func TestParallelElsewhere(t *testing.T) {
	processors(t, 4)
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("this platform has one processor at most")
	}
	before := runtime.NumGoroutine()
	// together calls the parts of F for the elements 1 and 2, after both have begun.
	together := func(one, two func()) {
		var both sync.WaitGroup
		both.Add(2)
		activation.Eager(activation.Func[float64]{F: func(u float64) float64 {
			switch u {
			case 1:
				both.Done()
				both.Wait()
				one()
			case 2:
				both.Done()
				both.Wait()
				two()
			}
			return u
		}}).Forward(nil, []float64{0, 1, 2}) // Parallel times the first chunk alone
	}
	late := func() { time.Sleep(20 * time.Millisecond) }
	if got := panicOf(func() { together(func() { panic("one") }, func() { late(); panic("two") }) }); got != "one" {
		t.Errorf("panic %q, want that of the first element", got)
	}
	if got := panicOf(func() { together(func() { late(); panic("one") }, func() { panic("two") }) }); got != "one" {
		t.Errorf("panic %q after a late one of the first element", got)
	}
	for i, exits := range [][2]func(){{runtime.Goexit, func() {}}, {func() {}, runtime.Goexit}} {
		var returned atomic.Bool
		var group sync.WaitGroup
		group.Add(1)
		go func() {
			defer group.Done()
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("Goexit at %d: panic %v", i+1, r)
				}
			}()
			together(exits[0], exits[1])
			returned.Store(true)
		}()
		group.Wait()
		if returned.Load() {
			t.Errorf("Goexit at %d: the call returned", i+1)
		}
	}
	const n = 1000
	var begun atomic.Int64
	panicOf(func() {
		x := make([]float64, n)
		x[20] = 1 // in the second of 64 chunks
		activation.Eager(activation.Func[float64]{F: func(u float64) float64 {
			if u == 1 {
				panic(u)
			}
			begun.Add(1)
			time.Sleep(time.Millisecond)
			return u
		}}).Forward(nil, x)
	})
	if begun.Load() > n/2 {
		t.Errorf("%d of %d elements began, although one of the first panics", begun.Load(), n)
	}
	settled(t, before)
}
