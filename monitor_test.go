package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"example.com/activation"
)

// A batch holds the arguments of Observe.
type batch[T activation.Float] struct{ y, derivative []T }

func TestMonitor(t *testing.T) {
	t.Run("float32", monitor[float32])
	t.Run("float64", monitor[float64])
}

func monitor[T activation.Float](t *testing.T) {
	nan, inf, negative := T(math.NaN()), T(math.Inf(1)), T(math.Copysign(0, -1))
	type units = []activation.Unit
	nineteen := slices.Repeat([]T{0}, 20) // 19 of 20 derivatives are 0
	nineteen[7] = 1
	eighteen := slices.Clone(nineteen)
	eighteen[8] = 1
	for _, c := range []struct {
		name    string
		m       *activation.Monitor[T]
		batches []batch[T]
		want    units
		line    string
	}{
		{"nothing", &activation.Monitor[T]{Units: 3}, nil, units{},
			"0 examples: 0 of 0 units dead, 0 saturated; 0.0 % of outputs 0, mean 0"},
		{"empty batches", &activation.Monitor[T]{}, []batch[T]{{nil, nil}, {[]T{}, []T{}}}, units{},
			"0 examples: 0 of 0 units dead, 0 saturated; 0.0 % of outputs 0, mean 0"},
		{"one batch", &activation.Monitor[T]{Units: 2}, []batch[T]{{[]T{0, 1, 0, 0, 0, 2, 0, 1}, []T{0, 1, 0, 0, 0, 1, 0, 1}}},
			units{{Dead: true, Saturated: true, Sparsity: 1}, {Sparsity: 0.25, Mean: 1}},
			"4 examples: 1 of 2 units dead, 1 saturated; 62.5 % of outputs 0, mean 0.5"},
		{"dead in each batch, not in all", &activation.Monitor[T]{Units: 2},
			[]batch[T]{{[]T{0, 0, 1, 0}, []T{0, 0, 1, 0}}, {[]T{0, 3, 0, 0}, []T{0, 1, 0, 0}}},
			units{{Sparsity: 0.75, Mean: 0.25}, {Sparsity: 0.75, Mean: 0.75}},
			"4 examples: 0 of 2 units dead, 0 saturated; 75.0 % of outputs 0, mean 0.5"},
		{"Units 0, a slice is an example", &activation.Monitor[T]{Stride: 5}, []batch[T]{{[]T{1, 2, 3}, []T{1, 0, 0}}, {[]T{3, 2, 0}, []T{0, 1, 0}}},
			units{{Mean: 2}, {Mean: 2}, {Dead: true, Saturated: true, Sparsity: 0.5, Mean: 1.5}},
			"2 examples: 1 of 3 units dead, 1 saturated; 16.7 % of outputs 0, mean 1.83"},
		{"channels", &activation.Monitor[T]{Units: 2, Stride: 2}, []batch[T]{{[]T{1, 3, 0, 0, 5, 7, 0, 0}, []T{0, 1, 0, 0, 0, 0, 0, 0}}},
			units{{Mean: 4}, {Dead: true, Saturated: true, Sparsity: 1}},
			"4 examples: 1 of 2 units dead, 1 saturated; 50.0 % of outputs 0, mean 2"},
		{"no derivative", &activation.Monitor[T]{Units: 2}, []batch[T]{{[]T{-1, 0}, nil}},
			units{{Mean: -1}, {Sparsity: 1}},
			"1 examples: 0 of 2 units dead, 0 saturated; 50.0 % of outputs 0, mean -0.5"},
		{"zeros of either sign", &activation.Monitor[T]{}, []batch[T]{{[]T{0, negative}, []T{negative, 1}}},
			units{{Dead: true, Saturated: true, Sparsity: 1}, {Sparsity: 1}},
			"1 examples: 1 of 2 units dead, 1 saturated; 100.0 % of outputs 0, mean 0"},
		{"threshold", &activation.Monitor[T]{}, []batch[T]{{[]T{1, 1, 1, 1, 1}, []T{0.01, -0.01, 0.0099, -0.0099, smallest[T]()}}},
			units{{Mean: 1}, {Mean: 1}, {Saturated: true, Mean: 1}, {Saturated: true, Mean: 1}, {Saturated: true, Mean: 1}},
			"1 examples: 0 of 5 units dead, 3 saturated; 0.0 % of outputs 0, mean 1"},
		{"a threshold of its own", &activation.Monitor[T]{Threshold: 0.5}, []batch[T]{{[]T{1, 1, 1}, []T{0.5, 0.25, 0}}},
			units{{Mean: 1}, {Saturated: true, Mean: 1}, {Dead: true, Saturated: true, Mean: 1}},
			"1 examples: 1 of 3 units dead, 2 saturated; 0.0 % of outputs 0, mean 1"},
		{"19 of 20", &activation.Monitor[T]{Units: 1}, []batch[T]{{slices.Repeat([]T{2}, 20), nineteen}}, units{{Saturated: true, Mean: 2}},
			"20 examples: 0 of 1 units dead, 1 saturated; 0.0 % of outputs 0, mean 2"},
		{"18 of 20", &activation.Monitor[T]{Units: 1}, []batch[T]{{slices.Repeat([]T{2}, 20), eighteen}}, units{{Mean: 2}},
			"20 examples: 0 of 1 units dead, 0 saturated; 0.0 % of outputs 0, mean 2"},
		{"NaN derivative", &activation.Monitor[T]{}, []batch[T]{{[]T{0}, []T{nan}}, {[]T{0}, []T{0}}}, units{{Sparsity: 1}},
			"2 examples: 0 of 1 units dead, 0 saturated; 100.0 % of outputs 0, mean 0"},
		{"infinities", &activation.Monitor[T]{}, []batch[T]{{[]T{inf, -inf}, []T{inf, 0}}, {[]T{1, -inf}, []T{1, 0}}},
			units{{Mean: math.Inf(1)}, {Dead: true, Saturated: true, Mean: math.Inf(-1)}},
			"2 examples: 1 of 2 units dead, 1 saturated; 0.0 % of outputs 0, mean NaN"},
	} {
		m := newLike(c.m)
		for _, b := range c.batches {
			m.Observe(b.y, b.derivative)
		}
		watched(t, c.name, m, c.want, c.line)

		// Merging two monitors gives the same. One observes the first batch, and the
		// other one the rest.
		first, rest := newLike(c.m), newLike(c.m)
		for i, b := range c.batches {
			if i == 0 {
				first.Observe(b.y, b.derivative)
			} else {
				rest.Observe(b.y, b.derivative)
			}
		}
		fresh := newLike(c.m)
		fresh.Merge(first)
		fresh.Merge(rest)
		watched(t, c.name+", merged", fresh, c.want, c.line)
		first.Merge(rest)
		watched(t, c.name+", merged into the first", first, c.want, c.line)

		// After a Reset, m gives the same again.
		m.Reset()
		watched(t, c.name+", reset", m, units{}, "0 examples: 0 of 0 units dead, 0 saturated; 0.0 % of outputs 0, mean 0")
		for _, b := range c.batches {
			m.Observe(b.y, b.derivative)
		}
		watched(t, c.name+", again", m, c.want, c.line)
	}
}

// newLike returns a new Monitor with the fields of m.
func newLike[T activation.Float](m *activation.Monitor[T]) *activation.Monitor[T] {
	return &activation.Monitor[T]{Units: m.Units, Stride: m.Stride, Threshold: m.Threshold}
}

// watched checks the results of all methods of m.
func watched[T activation.Float](t *testing.T, name string, m *activation.Monitor[T], want []activation.Unit, line string) {
	t.Helper()
	if got := m.PerUnit(); !slices.Equal(got, want) {
		t.Errorf("%s: PerUnit() = %+v, want %+v", name, got, want)
	}
	if got := m.String(); got != line {
		t.Errorf("%s: String() = %q, want %q", name, got, line)
	}
	var dead, saturated, sparsity, mean float64
	for _, u := range want {
		n := float64(len(want))
		if u.Dead {
			dead += 1 / n
		}
		if u.Saturated {
			saturated += 1 / n
		}
		sparsity += u.Sparsity / n
		mean += u.Mean / n
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"DeadFraction", m.DeadFraction(), dead},
		{"SaturatedFraction", m.SaturatedFraction(), saturated},
		{"Sparsity", m.Sparsity(), sparsity},
		{"Mean", m.Mean(), mean},
	} {
		same := c.got == c.want || math.IsNaN(c.got) && math.IsNaN(c.want)
		if !same && !(math.Abs(c.got-c.want) < 1e-15) {
			t.Errorf("%s: %s() = %v, want %v", name, c.what, c.got, c.want)
		}
	}
}

// TestMonitorThreshold checks the inputs at which units saturate according to the
// comment of Threshold.
func TestMonitorThreshold(t *testing.T) {
	for _, c := range []struct {
		f     activation.Elementwise[float64]
		at    float64 // input close to the value in that comment
		below bool
	}{
		{activation.Sigmoid[float64]{}, 4.55, false},
		{activation.Sigmoid[float64]{}, 4.65, true},
		{activation.Tanh[float64]{}, 2.95, false},
		{activation.Tanh[float64]{}, 3.05, true},
		{activation.LeakyReLU[float64]{}, -100, false},
		{activation.ReLU[float64]{}, -100, true},
	} {
		for _, sign := range []float64{1, -1} {
			if c.f.At(1) == 1 && sign < 0 { // a ReLU saturates on one side only
				continue
			}
			var m activation.Monitor[float64]
			u := []float64{sign * c.at}
			m.Observe(c.f.Forward(nil, u), c.f.Derivative(nil, u, nil))
			if got := m.PerUnit()[0].Saturated; got != c.below {
				t.Errorf("%v: saturated at %v: %v", c.f, u, got)
			}
		}
	}
}

// TestMonitorMean checks that the mean of millions of tenths is exactly a tenth. A
// plain sum would be wrong in the twelfth digit.
func TestMonitorMean(t *testing.T) {
	t.Run("float32", means[float32])
	t.Run("float64", means[float64])
}

func means[T activation.Float](t *testing.T) {
	const batches, size = 300, 10000
	y := slices.Repeat([]T{0.1}, size)
	m := activation.Monitor[T]{Units: 1}
	var half [2]activation.Monitor[T]
	half[0].Units, half[1].Units = 1, 1
	for i := range batches {
		m.Observe(y, nil)
		half[i%2].Observe(y, nil)
	}
	half[0].Merge(&half[1])
	for name, m := range map[string]*activation.Monitor[T]{"observed": &m, "merged": &half[0]} {
		if got := m.Mean(); got != float64(T(0.1)) {
			t.Errorf("%s: mean of %d × %v = %v", name, batches*size, y[0], got)
		}
		if got := m.Examples(); got != batches*size {
			t.Errorf("%s: %d examples, want %d", name, got, batches*size)
		}
	}
	// Large outputs that cancel do not destroy the small ones.
	m.Reset()
	m.Observe([]T{1e20, 3, -1e20, 5}, nil)
	if got := m.Mean(); got != 2 {
		t.Errorf("mean of 1e20, 3, -1e20, 5 = %v, want 2", got)
	}
}

// TestMonitorHuge checks that the mean of finite outputs is finite, and the mean of
// infinite and tiny ones.
func TestMonitorHuge(t *testing.T) {
	for _, y := range []float64{0x1p899, 0x1p1009, 0x1p1023} {
		var m activation.Monitor[float64]
		m.Observe([]float64{y}, nil)
		for range 62 {
			m.Merge(&m)
		}
		if m.Mean() != y {
			t.Errorf("the mean of 2⁶² times %v is %v", y, m.Mean())
		}
	}
	t.Run("float32", hugeMeans[float32])
	t.Run("float64", hugeMeans[float64])
}

func hugeMeans[T activation.Float](t *testing.T) {
	largest := largest[T]()
	inf, tiny := math.Inf(1), smallest[T]()
	for _, c := range []struct {
		y    []T
		want float64
	}{
		{[]T{largest, largest}, float64(largest)},
		{[]T{-largest, -largest, -largest}, -float64(largest)},
		{[]T{largest, -largest}, 0},
		{[]T{largest, 3, -largest, 5}, 2},
		{[]T{largest, largest, -largest, -largest, tiny, tiny, tiny, tiny, tiny, tiny, tiny, tiny}, float64(8*tiny) / 12},
		{[]T{tiny, tiny}, float64(tiny)},
		{[]T{largest, T(inf), largest}, inf},
		{[]T{T(-inf), largest}, -inf},
		{[]T{T(inf), T(-inf)}, math.NaN()},
		{[]T{T(math.NaN()), largest}, math.NaN()},
	} {
		one, merged, byUnit := activation.Monitor[T]{Units: 1}, activation.Monitor[T]{Units: 1}, activation.Monitor[T]{}
		for _, y := range c.y {
			one.Observe([]T{y}, nil)
			part := activation.Monitor[T]{Units: 1}
			part.Observe([]T{y}, nil)
			merged.Merge(&part)
		}
		byUnit.Observe(c.y, nil)
		for name, got := range map[string]float64{
			"observed": one.Mean(), "unit": one.PerUnit()[0].Mean, "merged": merged.Mean(), "of all units": byUnit.Mean(),
		} {
			if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
				t.Errorf("%s: mean of %v = %v, want %v", name, c.y, got, c.want)
			}
		}
	}
	// The mean of many copies of the largest number is that number, within two ULP.
	m := activation.Monitor[T]{Units: 1}
	for n := range 3000 {
		m.Observe([]T{largest}, nil)
		if got, want := m.Mean(), float64(largest); !(got <= want && got >= want*(1-0x1p-51)) {
			t.Fatalf("mean of %d × %v = %v", n+1, largest, got)
		}
	}
}

// TestMonitorNoCopy checks that go vet reports copies of a Monitor. It does so if a
// field has the methods Lock and Unlock on its pointer.
func TestMonitorNoCopy(t *testing.T) {
	fields := reflect.TypeOf(activation.Monitor[float32]{})
	locker := reflect.TypeOf((*sync.Locker)(nil)).Elem()
	for i := range fields.NumField() {
		if reflect.PointerTo(fields.Field(i).Type).Implements(locker) {
			return
		}
	}
	t.Error("no field is a lock")
}

// TestMonitorMergeFields checks that Merge accepts fields that differ, but mean the same.
func TestMonitorMergeFields(t *testing.T) {
	t.Run("float32", mergesFields[float32])
	t.Run("float64", mergesFields[float64])
}

func mergesFields[T activation.Float](t *testing.T) {
	type monitor = activation.Monitor[T]
	same := []monitor{{Units: 2}, {Units: 2, Stride: 1}, {Units: 2, Threshold: 0.01}, {}, {Stride: 3}, {Stride: 1, Threshold: 0.01}}
	for i := range same {
		for j := range same {
			a, b := newLike(&same[i]), newLike(&same[j])
			a.Merge(b) // b has not observed anything
			b.Observe([]T{0, 3}, []T{0, 1})
			a.Merge(b)
			a.Observe([]T{0, 5}, []T{0, 1})
			b.Merge(a)
			b.Merge(b)
			watched(t, fmt.Sprintf("%+v with %+v", a, b), b, []activation.Unit{{Dead: true, Saturated: true, Sparsity: 1}, {Mean: (3 + 3 + 5) / 3.}},
				"6 examples: 1 of 2 units dead, 1 saturated; 50.0 % of outputs 0, mean 1.83")
		}
	}
}

// TestMonitorMerge checks, for random data, that merged monitors of parts of the data
// give the same as one monitor of all data.
func TestMonitorMerge(t *testing.T) {
	t.Run("float32", merges[float32])
	t.Run("float64", merges[float64])
}

func merges[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 33))
	relu := activation.ReLU[T]{}
	for range 50 {
		units, parts := 1+rng.IntN(9), make([]activation.Monitor[T], 1+rng.IntN(4))
		whole := activation.Monitor[T]{Units: units}
		for i := range parts {
			parts[i].Units = units
			for range rng.IntN(4) {
				u := values[T](rng, units*rng.IntN(5))
				for j := range u {
					u[j] = T(math.Round(4*float64(u[j])))/4 - T(j%units) // sums are exact, and later units are dead more often
				}
				y, d := relu.Forward(nil, u), relu.Derivative(nil, u, nil)
				whole.Observe(y, d)
				parts[i].Observe(y, d)
			}
		}
		for i := range parts[1:] {
			parts[0].Merge(&parts[i+1])
		}
		watched(t, "merged", &parts[0], whole.PerUnit(), whole.String())
	}
}

// TestMonitorMistakes checks the texts of panics, and that a call that panics counts
// nothing.
func TestMonitorMistakes(t *testing.T) {
	t.Run("float32", monitorMistakes[float32])
	t.Run("float64", monitorMistakes[float64])
}

func monitorMistakes[T activation.Float](t *testing.T) {
	type monitor = activation.Monitor[T]
	two, four := make([]T, 2), make([]T, 4)
	for _, c := range []struct {
		m    *monitor
		call func(m *monitor)
		want string
	}{
		{&monitor{Units: 3}, func(m *monitor) { m.Observe(four, four) }, "Monitor.Observe: len(y) = 4 is not a multiple of Units·Stride = 3"},
		{&monitor{Units: 2, Stride: 3}, func(m *monitor) { m.Observe(four, four) }, "Monitor.Observe: len(y) = 4 is not a multiple of Units·Stride = 6"},
		{&monitor{Units: math.MaxInt/2 + 1, Stride: 4}, func(m *monitor) { m.Observe(four, four) },
			"Monitor.Observe: len(y) = 4 is not a multiple of Units·Stride = " + fmt.Sprint(math.MaxInt)},
		{&monitor{Units: 2}, func(m *monitor) { m.Observe(four, two) }, "Monitor.Observe: len(derivative) = 2, want 4"},
		{&monitor{Units: 2}, func(m *monitor) { m.Observe(four, []T{}) }, "Monitor.Observe: len(derivative) = 0, want 4"},
		{&monitor{Units: -1}, func(m *monitor) { m.Observe(four, four) }, "Monitor.Observe: Units = -1, want at least 0"},
		{&monitor{Stride: -1}, func(m *monitor) { m.Observe(four, four) }, "Monitor.Observe: Stride = -1, want at least 0"},
		{&monitor{Threshold: -1}, func(m *monitor) { m.Observe(four, four) }, "Monitor.Observe: Threshold = -1, want at least 0"},
		{&monitor{Threshold: T(math.NaN())}, func(m *monitor) { m.Observe(four, four) }, "Monitor.Observe: Threshold = NaN, want at least 0"},
		{&monitor{Units: 2}, func(m *monitor) { m.Merge(&monitor{Units: 2, Stride: 3}) },
			"Monitor.Merge: Units, Stride, Threshold = 2, 3, 0, want 2, 0, 0"},
		{&monitor{Units: 3}, func(m *monitor) { m.Merge(&monitor{Units: 2}) }, "Monitor.Merge: Units, Stride, Threshold = 2, 0, 0, want 3, 0, 0"},
		{&monitor{}, func(m *monitor) { m.Merge(&monitor{Units: 2, Stride: 3}) }, "Monitor.Merge: Units, Stride, Threshold = 2, 3, 0, want 0, 0, 0"},
		{&monitor{Units: 2}, func(m *monitor) { m.Merge(&monitor{Stride: -1}) }, "Monitor.Merge: Stride = -1, want at least 0"},
		{&monitor{Threshold: T(math.NaN())}, func(m *monitor) { m.Merge(m) }, "Monitor.Merge: Threshold = NaN, want at least 0"},
		{&monitor{}, func(m *monitor) { m.Merge(nil) }, "Monitor.Merge: other is nil"},
		{&monitor{Units: 2}, func(m *monitor) {
			var other monitor
			other.Observe(four, four)
			m.Merge(&other)
		}, "Monitor.Merge: 4 units, want Units = 2"},
		{&monitor{}, func(m *monitor) { m.Merge(&monitor{Threshold: 0.5}) }, "Monitor.Merge: Units, Stride, Threshold = 0, 0, 0.5, want 0, 0, 0"},
	} {
		panicsWith(t, func() { c.call(c.m) }, c.want)
		watched(t, c.want, c.m, nil, "0 examples: 0 of 0 units dead, 0 saturated; 0.0 % of outputs 0, mean 0")
	}

	// The first call sets the number of units. A later slice may not have another one.
	var m, other monitor
	m.Observe(two, nil)
	other.Observe(four, nil)
	before := m.String()
	panicsWith(t, func() { m.Observe(four, nil) }, "Monitor.Observe: 4 units, want 2 as before")
	panicsWith(t, func() { m.Merge(&other) }, "Monitor.Merge: 4 units, want 2 as before")
	if got := m.String(); got != before {
		t.Errorf("after a panic %q, before %q", got, before)
	}
	m.Reset() // after this, the number of units may be another one
	m.Observe(four, nil)
	if got := len(m.PerUnit()); got != 4 {
		t.Errorf("%d units after Reset, want 4", got)
	}
}

// panicsWith checks the text of a panic.
func panicsWith(t *testing.T, call func(), want string) {
	t.Helper()
	defer func() {
		if got := fmt.Sprint(recover()); got != "activation: "+want {
			t.Errorf("panic %q, want %q", got, "activation: "+want)
		}
	}()
	call()
}

// BenchmarkObserve measures the time for one output.
func BenchmarkObserve(b *testing.B) {
	observe[float32](b)
	observe[float64](b)
}

func observe[T activation.Float](b *testing.B) {
	for _, units := range []int{64, 1024} {
		m := &activation.Monitor[T]{Units: units}
		p := newPool(benchmark[T]{name: "relu", a: activation.ReLU[T]{}, n: 1 << 16, outputs: 1 << 16})
		p.run(b, fmt.Sprintf("units=%d/observe", units), p.bench.name, p.x, p.dst, func(_, x, upstream []T) { m.Observe(x, upstream) })
	}
}

// TestMonitorAllocations checks that only the first Observe allocates, so the memory of a
// Monitor does not grow.
func TestMonitorAllocations(t *testing.T) {
	m, other := activation.Monitor[float32]{Units: 64}, activation.Monitor[float32]{Units: 64}
	y, d := make([]float32, 64*100), make([]float32, 64*100)
	m.Observe(y, d)
	other.Observe(y, d)
	if n := allocs(func() {
		m.Observe(y, d)
		m.Merge(&other)
		m.Reset()
		m.Observe(y, nil)
		_ = m.DeadFraction() + m.SaturatedFraction() + m.Sparsity() + m.Mean()
	}); n != 0 {
		t.Errorf("allocates %v times", n)
	}
}
