package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/activation"
)

// A pass is a method whose input is x or f(x), and which may have an upstream.
type pass[T activation.Float] struct {
	name    string
	run     func(dst, in, upstream []T) []T
	in, out int  // elements of in and dst in a group
	takes   bool // whether there is an upstream, with e.outputs elements in a group
}

// passes returns the methods of the activation of e.
func (e entry[T]) passes() []pass[T] {
	p := []pass[T]{
		{"Forward", func(dst, x, _ []T) []T { return e.a.Forward(dst, x) }, e.group, e.outputs, false},
		{"Derivative", e.a.Derivative, e.group, e.group, true},
	}
	if o, ok := e.a.(activation.OutputDerivative[T]); ok && !e.negative() {
		p = append(p, pass[T]{"DerivativeFromOutput", o.DerivativeFromOutput, e.outputs, e.group, true})
	}
	return p
}

// negative reports whether the activation has a DerivativeFromOutput that panics
// because of its slope.
func (e entry[T]) negative() bool {
	_, method := activation.Inside(e.a).(activation.OutputDerivative[T])
	return method && !activation.HasOutputDerivative(e.a)
}

// inputFor returns n groups of x or f(x), whichever is the input of p.
func (e entry[T]) inputFor(p pass[T], rng *rand.Rand, n int) []T {
	x := e.input(rng, n)
	if p.name == "DerivativeFromOutput" {
		return e.a.Forward(nil, x)
	}
	return x
}

func TestSpecialCases(t *testing.T) {
	both(t, specialCases[float32], specialCases[float64])
}

func specialCases[T activation.Float](t *testing.T, e entry[T]) {
	for _, s := range e.special {
		wantBits(t, fmt.Sprintf("Forward(%v)", s.x), e.a.Forward(nil, []T{s.x}), []T{s.f})
		wantBits(t, fmt.Sprintf("Derivative(%v)", s.x), e.a.Derivative(nil, []T{s.x}, nil), []T{s.df})
	}
}

func TestAt(t *testing.T) { both(t, at[float32], at[float64]) }

func at[T activation.Float](t *testing.T, e entry[T]) {
	x := e.input(rand.New(rand.NewPCG(3, 4)), 1000)
	for _, s := range e.special {
		x = append(x, s.x)
	}
	sameAt(t, e, x)
}

// groups returns the largest number of groups for tests of lengths. Entries with groups
// longer than a vector need fewer.
func (e entry[T]) groups() int {
	if e.group > 16 {
		return 20
	}
	return 130
}

// TestPositions runs every pass over 0 to 20 groups or more, at several offsets in a larger
// array, with a separate dst and in place. Each group must give the same results as
// alone. The elements around dst and the inputs must not change.
func TestPositions(t *testing.T) { bothWide(t, positions[float32], positions[float64]) }

func positions[T activation.Float](t *testing.T, e entry[T]) {
	const guard = 9
	most := e.groups()
	rng := rand.New(rand.NewPCG(5, 6))
	for _, p := range e.passes() {
		in := e.inputFor(p, rng, most)
		var upstream []T
		if p.takes {
			upstream = values[T](rng, most*e.outputs)
		}
		var want []T
		for i := range most {
			want = append(want, p.run(nil, in[i*p.in:][:p.in], part(upstream, i*e.outputs, e.outputs))...)
		}
		for n := 0; n <= most; n++ {
			for offset := range 4 {
				for _, place := range []string{"fresh", "input", "upstream"} {
					out := guarded(want[:n*p.out], offset, guard)
					dst := out[guard+offset:][:n*p.out]
					clear(dst)
					x, g := slices.Clone(in[:n*p.in]), slices.Clone(part(upstream, 0, n*e.outputs))
					switch {
					case place == "input" && p.in == p.out:
						copy(dst, x)
						x = dst
					case place == "upstream" && p.takes && e.outputs == p.out:
						copy(dst, g)
						g = dst
					case place != "fresh":
						continue
					}
					got := p.run(dst, x, g)
					what := fmt.Sprintf("%s, %d groups at offset %d, dst %s", p.name, n, offset, place)
					wantBits(t, what, got, want[:n*p.out])
					wantBits(t, what+", with its surroundings", out, guarded(want[:n*p.out], offset, guard))
					if place != "input" {
						wantBits(t, what+", its input", x, in[:n*p.in])
					}
					if place != "upstream" && p.takes {
						wantBits(t, what+", its upstream", g, upstream[:n*e.outputs])
					}
				}
			}
		}
	}
}

// part returns n elements of s from start, or nil for a nil s.
func part[T activation.Float](s []T, start, n int) []T {
	if s == nil {
		return nil
	}
	return s[start:][:n]
}

// guarded returns middle with guard + offset marks on both sides.
func guarded[T activation.Float](middle []T, offset, guard int) []T {
	marks := slices.Repeat([]T{12345}, guard+offset)
	return slices.Concat(marks, middle, marks)
}

// TestNilUpstream checks that a nil upstream means ones.
func TestNilUpstream(t *testing.T) { both(t, nilUpstream[float32], nilUpstream[float64]) }

func nilUpstream[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, p := range e.passes() {
		in := e.inputFor(p, rng, 50)
		ones := slices.Repeat([]T{1}, 50*e.outputs)
		wantBits(t, p.name, p.run(nil, in, nil), p.run(nil, in, ones))
	}
	if p, ok := e.a.(activation.Parametric[T]); ok {
		x := e.input(rng, 50)
		wantBits(t, "ParameterGradient", p.ParameterGradient(nil, x, nil), p.ParameterGradient(nil, x, slices.Repeat([]T{1}, 50*e.outputs)))
	}
}

// TestEmpty checks that an empty input gives an empty result, not nil.
func TestEmpty(t *testing.T) {
	both(t, empty[float32], empty[float64])
	t.Run("shapes/float32", emptyShapes[float32])
	t.Run("shapes/float64", emptyShapes[float64])
}

// emptyShapes has groups of as many elements as an int can count, and of more.
func emptyShapes[T activation.Float](t *testing.T) {
	shapes := []activation.Activation[T]{activation.Softmax[T]{}, activation.LogSoftmax[T]{}}
	for _, stride := range []int{math.MaxInt/4 + 1, math.MaxInt/2 + 1, math.MaxInt} {
		shapes = append(shapes, activation.Gated[T]{Gate: activation.SiLU[T]{}, Stride: stride})
		for n := 1; n <= 5; n++ {
			s := activation.Softmax[T]{Classes: n, Stride: stride}
			shapes = append(shapes, s, activation.LogSoftmax[T](s),
				activation.PReLU[T]{Alpha: make([]T, n), Stride: stride}, activation.Maxout[T]{Pieces: n, Stride: stride})
		}
	}
	for _, a := range shapes {
		empty(t, entry[T]{a: a, group: 1, outputs: 1})
	}
}

func empty[T activation.Float](t *testing.T, e entry[T]) {
	for _, p := range e.passes() {
		for _, in := range [][]T{nil, {}} {
			for _, upstream := range [][]T{nil, {}} {
				if got := p.run(nil, in, upstream); got == nil || len(got) != 0 {
					t.Errorf("%s of an empty slice = %v, want an empty slice", p.name, got)
				}
			}
		}
	}
}

// TestNaN puts a NaN, with and without a sign, into one element at a time. The results of that
// element must be NaN, and those of other groups must not. There are as many groups as the
// widest vector has elements, and one more.
func TestNaN(t *testing.T) { both(t, nans[float32], nans[float64]) }

func nans[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(9, 10))
	const groups = 17
	for _, p := range e.passes() {
		in := e.inputFor(p, rng, groups)
		clean := p.run(nil, in, nil)
		for i := range 2 * len(in) {
			nan := T(math.NaN())
			if i >= len(in) {
				i, nan = i-len(in), -nan
			}
			x := slices.Clone(in)
			x[i] = nan
			got := p.run(nil, x, nil)
			own := got[i/p.in*p.out:][:p.out]
			if p.in == p.out {
				own = got[i : i+1]
			}
			if !slices.ContainsFunc(own, func(v T) bool { return v != v }) {
				t.Errorf("%s: NaN at %d gives %v there", p.name, i, own)
			}
			for j := range got {
				if j/p.out != i/p.in && bits(got[j]) != bits(clean[j]) {
					t.Errorf("%s: NaN at %d changes result %d", p.name, i, j)
				}
			}
		}
	}
}

// TestClosedGate checks that the derivative is 0 if the function is constant around x,
// even for a NaN or infinite upstream.
func TestClosedGate(t *testing.T) {
	t.Run("float32", closedGate[float32])
	t.Run("float64", closedGate[float64])
}

func closedGate[T activation.Float](t *testing.T) {
	nan, inf := T(math.NaN()), T(math.Inf(1))
	g := []T{nan, inf, nan, inf}
	wantBits(t, "ReLU.Derivative", activation.ReLU[T]{}.Derivative(nil, []T{-1, 0, 1, 1}, g), []T{0, 0, nan, inf})
	wantBits(t, "ReLU.DerivativeFromOutput", activation.ReLU[T]{}.DerivativeFromOutput(nil, []T{0, 0, 1, 1}, g), []T{0, 0, nan, inf})
	wantBits(t, "Maxout.Derivative", activation.Maxout[T]{Pieces: 2}.Derivative(nil, []T{-1, 0, 1, 1}, []T{nan, inf}), []T{0, nan, inf, 0})
	wantBits(t, "SquaredReLU.Derivative", activation.SquaredReLU[T]{}.Derivative(nil, []T{-1, 0, 1, 1}, g), []T{0, 0, nan, inf})
	wantBits(t, "SquaredReLU.DerivativeFromOutput", activation.SquaredReLU[T]{}.DerivativeFromOutput(nil, []T{0, 0, 1, 1}, g), []T{0, 0, nan, inf})
	wantBits(t, "HardTanh.Derivative", activation.HardTanh[T]{}.Derivative(nil, []T{-1, 1, 0.5, 0}, g), []T{0, 0, nan, inf})
	wantBits(t, "HardSigmoid.Derivative", activation.HardSigmoid[T]{}.Derivative(nil, []T{-3, 3, 1, 1}, g), []T{0, 0, nan, inf})
	wantBits(t, "HardSigmoid.DerivativeFromOutput", activation.HardSigmoid[T]{}.DerivativeFromOutput(nil, []T{0, 1, 0.5, 0.5}, g), []T{0, 0, nan, inf})
	wantBits(t, "HardSwish.Derivative", activation.HardSwish[T]{}.Derivative(nil, []T{-3, -4, 1, 3}, g), []T{0, 0, nan, inf})
	for _, slopes := range [][]T{{0}, {0, 0}} {
		wantBits(t, "PReLU.Derivative", activation.PReLU[T]{Alpha: slopes}.Derivative(nil, []T{-1, 0, 1, 1}, g), []T{0, 0, nan, inf})
	}
	p := activation.PReLU[T]{Alpha: []T{0.5}}
	wantBits(t, "PReLU.ParameterGradient", p.ParameterGradient(nil, []T{1, 2, -1, 3}, []T{nan, inf, 2, nan}), []T{-2})
}

// TestClosedGated checks that ∂L/∂v is f(g) if that is −0, for any upstream.
func TestClosedGated(t *testing.T) {
	t.Run("float32", closedGated[float32])
	t.Run("float64", closedGated[float64])
}

func closedGated[T activation.Float](t *testing.T) {
	zero := T(math.Copysign(0, -1))
	for _, gate := range []activation.Elementwise[T]{activation.Identity[T]{}, activation.Tanh[T]{}, activation.LeakyReLU[T]{}, activation.Softsign[T]{}} {
		for _, g := range []T{T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1)), -1} {
			for _, n := range []int{1, 40} {
				_, dValue := activation.Gated[T]{Gate: gate}.DerivativePair(nil, nil, slices.Repeat([]T{zero}, n), slices.Repeat([]T{1}, n), slices.Repeat([]T{g}, n))
				wantBits(t, fmt.Sprintf("dValue of %v, upstream %v", gate, g), dValue, slices.Repeat([]T{zero}, n))
			}
		}
	}
}

// TestMaxoutTies checks pairs of equal pieces, and pairs of zeros of both signs.
func TestMaxoutTies(t *testing.T) {
	t.Run("float32", maxoutPairTies[float32])
	t.Run("float64", maxoutPairTies[float64])
}

func maxoutPairTies[T activation.Float](t *testing.T) {
	zero := T(math.Copysign(0, -1))
	for _, stride := range []int{1, 4, 8, 16, 64} {
		m := activation.Maxout[T]{Pieces: 2, Stride: stride}
		pieces := func(first, second T) []T {
			return slices.Repeat(slices.Concat(slices.Repeat([]T{first}, stride), slices.Repeat([]T{second}, stride)), 20)
		}
		wantBits(t, fmt.Sprintf("derivative of ties, stride %d", stride), m.Derivative(nil, pieces(0, 0), nil), pieces(1, 0))
		for _, c := range [][3]T{{0, 0, 0}, {zero, 0, 0}, {0, zero, 0}, {zero, zero, zero}, {-1, -2, -1}, {-2, -1, -1}} {
			wantBits(t, fmt.Sprintf("maximum of %v and %v, stride %d", c[0], c[1], stride), m.Forward(nil, pieces(c[0], c[1])), slices.Repeat([]T{c[2]}, 20*stride))
		}
	}
}

// TestMaxoutIsReLU checks that maxout can express ReLU, and what it does with equal
// pieces.
func TestMaxoutIsReLU(t *testing.T) {
	m := activation.Maxout[float64]{Pieces: 2}
	for _, u := range []float64{-3, -0.5, 0.5, 3} {
		if got, want := m.Forward(nil, []float64{0, u})[0], (activation.ReLU[float64]{}).At(u); got != want {
			t.Errorf("max(0, %v) = %v, want ReLU = %v", u, got, want)
		}
		if got, want := m.Forward(nil, []float64{0.01 * u, u})[0], (activation.LeakyReLU[float64]{}).At(u); got != want {
			t.Errorf("max(0.01·%v, %v) = %v, want LeakyReLU = %v", u, u, got, want)
		}
		if got, want := m.Forward(nil, []float64{-u, u})[0], math.Abs(u); got != want {
			t.Errorf("max(−%v, %v) = %v, want %v", u, u, got, want)
		}
	}
	wantBits(t, "derivative of a tie", m.Derivative(nil, []float64{2, 2}, nil), []float64{1, 0})
}

// TestAllocations checks that no pass allocates if dst is not nil.
func TestAllocations(t *testing.T) { bothWide(t, allocations[float32], allocations[float64]) }

// allocs returns how often f allocates. The runtime may allocate meanwhile, and with the
// race detector a sync.Pool drops a quarter of what it gets. So the least of many counts
// is the true one.
func allocs(f func()) float64 {
	n := testing.AllocsPerRun(1, f)
	for try := 0; try < 50 && n > 0; try++ {
		n = min(n, testing.AllocsPerRun(1, f))
	}
	return n
}

func allocations[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, p := range e.passes() {
		for _, groups := range []int{1, 7, 20} { // the first two are shorter than a vector
			in := e.inputFor(p, rng, groups)
			dst, upstream := make([]T, groups*p.out), values[T](rng, groups*e.outputs)
			if n := allocs(func() { p.run(dst, in, upstream) }); n != 0 {
				t.Errorf("%s of %d elements allocates %v times", p.name, len(in), n)
			}
			if p.takes && e.outputs == p.out {
				if n := allocs(func() { p.run(upstream, in, upstream) }); n != 0 {
					t.Errorf("%s of %d elements over its upstream allocates %v times", p.name, len(in), n)
				}
			}
		}
	}
	if p, ok := e.a.(activation.Parametric[T]); ok {
		x, grad := e.input(rng, 20), make([]T, len(p.Parameters()))
		if n := allocs(func() { p.ParameterGradient(grad, x, nil) }); n != 0 {
			t.Errorf("ParameterGradient allocates %v times", n)
		}
	}
	if f, ok := e.a.(activation.Elementwise[T]); ok {
		var sum T
		if n := allocs(func() { sum += f.At(1) + f.DerivativeAt(1) }); n != 0 {
			t.Errorf("At and DerivativeAt allocate %v times", n)
		}
	}
}

// TestBuffersOnStack checks that arrays of the caller stay on the stack. No test that walks
// the table can check that, because arguments of an interface's method are on the heap.
func TestBuffersOnStack(t *testing.T) {
	var x [20]float32
	check := func(name string, f func()) {
		if n := allocs(f); n != 0 {
			t.Errorf("%s with an array allocates %v times", name, n)
		}
	}
	gelu, geluTanh, silu := activation.GELU[float32]{}, activation.GELUTanh[float32]{}, activation.SiLU[float32]{}
	check("GELU.Forward", func() { var dst [20]float32; gelu.Forward(dst[:], x[:]) })
	check("GELU.Derivative", func() { var dst [20]float32; gelu.Derivative(dst[:], x[:], x[:]) })
	check("GELUTanh.Forward", func() { var dst [20]float32; geluTanh.Forward(dst[:], x[:]) })
	check("GELUTanh.Derivative", func() { var dst [20]float32; geluTanh.Derivative(dst[:], x[:], x[:]) })
	check("SiLU.Derivative", func() { var dst [20]float32; silu.Derivative(dst[:], x[:], x[:]) })
}

// TestParameterGradientAdds checks that ParameterGradient adds to grad. So a batch may be
// split.
func TestParameterGradientAdds(t *testing.T) {
	both(t, parameterGradientAdds[float32], parameterGradientAdds[float64])
}

func parameterGradientAdds[T activation.Float](t *testing.T, e entry[T]) {
	p, ok := e.a.(activation.Parametric[T])
	if !ok {
		t.Skip("no parameters")
	}
	rng := rand.New(rand.NewPCG(13, 14))
	x, upstream := e.input(rng, 4), values[T](rng, 4*e.outputs)
	for i := range x {
		x[i] = T(rng.IntN(9) - 4) // small integers, whose sums are exact
	}
	for i := range upstream {
		upstream[i] = T(rng.IntN(9) - 4)
	}
	whole := p.ParameterGradient(nil, x, upstream)
	half, halfOut := len(x)/2, len(upstream)/2
	grad := p.ParameterGradient(nil, x[:half], upstream[:halfOut])
	if got := p.ParameterGradient(grad, x[half:], upstream[halfOut:]); &got[0] != &grad[0] {
		t.Error("ParameterGradient does not return grad")
	}
	wantBits(t, "gradient in two pieces", grad, whole)
}

// TestLiveParameters checks that a write to the slice from Parameters changes the
// function.
func TestLiveParameters(t *testing.T) {
	p := activation.NewPReLU[float64](1)
	p.Parameters()[0] = 3
	if got := p.Forward(nil, []float64{-1})[0]; got != -3 {
		t.Errorf("with slope 3, f(-1) = %v", got)
	}
}

func TestMistakes(t *testing.T) {
	t.Run("float32", mistakes[float32])
	t.Run("float64", mistakes[float64])
}

func mistakes[T activation.Float](t *testing.T) {
	three, four, ten := make([]T, 3), make([]T, 4), make([]T, 10)
	layer := activation.MaxoutLayer[T]{Inputs: 3, Units: 2, Pieces: 2, Params: make([]T, 16)}
	silu := activation.Gated[T]{Gate: activation.SiLU[T]{}}
	huge := math.MaxInt/2 + 1
	most := min(1<<40, math.MaxInt/32)
	for _, m := range []struct {
		call func(dst []T)
		want string
	}{
		{func(dst []T) { activation.Sigmoid[T]{}.Forward(dst, four) }, "Sigmoid.Forward: len(dst) = 3, want 4"},
		{func(dst []T) { activation.Tanh[T]{}.Derivative(dst, three, four) }, "Tanh.Derivative: len(upstream) = 4, want 3"},
		{func(dst []T) { activation.ReLU[T]{}.Derivative(dst, three, []T{}) }, "ReLU.Derivative: len(upstream) = 0, want 3"},
		{func(dst []T) { activation.ReLU[T]{}.Forward(dst, nil) }, "ReLU.Forward: len(dst) = 3, want 0"},
		{func(dst []T) { activation.Identity[T]{}.DerivativeFromOutput(dst, four, nil) }, "Identity.DerivativeFromOutput: len(dst) = 3, want 4"},
		{func(dst []T) { activation.LeakyReLU[T]{Alpha: -0.5}.DerivativeFromOutput(dst, three, nil) }, "LeakyReLU.DerivativeFromOutput: Alpha = -0.5, want at least 0: for a negative one, y does not determine x"},
		{func(dst []T) { activation.PReLU[T]{}.Forward(dst, three) }, "PReLU.Forward: len(Alpha) = 0, want at least 1"},
		{func(dst []T) { activation.PReLU[T]{Alpha: []T{1, 2}}.Forward(dst, three) }, "PReLU.Forward: len(x) = 3 is not a multiple of len(Alpha)·Stride = 2"},
		{func(dst []T) { activation.PReLU[T]{Alpha: []T{1}, Stride: -1}.Forward(dst, three) }, "PReLU.Forward: Stride = -1, want at least 0"},
		{func(dst []T) { activation.PReLU[T]{Alpha: []T{1, 2, 3, 4}, Stride: huge}.Forward(dst, three) }, "PReLU.Forward: len(x) = 3 is not a multiple of len(Alpha)·Stride = " + fmt.Sprint(math.MaxInt)},
		{func(dst []T) { activation.NewPReLU[T](3).ParameterGradient(four, three, nil) }, "PReLU.ParameterGradient: len(grad) = 4, want 3"},
		{func(dst []T) { activation.NewPReLU[T](0) }, "NewPReLU: n = 0, want at least 1"},
		{func(dst []T) { activation.Maxout[T]{}.Forward(dst, three) }, "Maxout.Forward: Pieces = 0, want at least 1"},
		{func(dst []T) { activation.Maxout[T]{Pieces: 2}.Forward(dst, three) }, "Maxout.Forward: len(x) = 3 is not a multiple of Pieces·Stride = 2"},
		{func(dst []T) { activation.Maxout[T]{Pieces: 2}.Forward(dst, four) }, "Maxout.Forward: len(dst) = 3, want 2"},
		{func(dst []T) { activation.Maxout[T]{Pieces: 2}.Derivative(dst, four, four) }, "Maxout.Derivative: len(upstream) = 4, want 2"},
		{func(dst []T) { layer.Forward(dst, four) }, "MaxoutLayer.Forward: len(x) = 4 is not a multiple of Inputs = 3"},
		{func(dst []T) { layer.Forward(dst, three) }, "MaxoutLayer.Forward: len(dst) = 3, want 2"},
		{func(dst []T) {
			activation.MaxoutLayer[T]{Inputs: 3, Units: 2, Pieces: 2, Params: ten}.Forward(dst, three)
		}, "MaxoutLayer.Forward: len(Params) = 10, want Units·Pieces·(Inputs+1) = 16"},
		{func(dst []T) { activation.NewMaxoutLayer[T](1, 0, 1, nil) }, "NewMaxoutLayer: Units = 0, want at least 1"},
		{func(dst []T) { activation.NewMaxoutLayer[T](1, 1, 1, nil) }, "NewMaxoutLayer: rng is nil"},
		{func(dst []T) { activation.NewMaxoutLayer[T](math.MaxInt, 1, 1, rand.New(rand.NewPCG(1, 2))) },
			fmt.Sprintf("NewMaxoutLayer: units·pieces·(inputs+1) = %d, want at most %d", math.MaxInt, most)},
		{func(dst []T) { activation.NewMaxoutLayer[T](3, most, 1, nil) },
			fmt.Sprintf("NewMaxoutLayer: units·pieces·(inputs+1) = %d, want at most %d", 4*most, most)},
		{func(dst []T) { activation.NewPReLU[T](math.MaxInt) }, fmt.Sprintf("NewPReLU: n = %d, want at most %d", math.MaxInt, most)},
		{func(dst []T) { activation.NewPReLU[T](most + 1) }, fmt.Sprintf("NewPReLU: n = %d, want at most %d", most+1, most)},
		{func(dst []T) { activation.Softmax[T]{Classes: 3}.Forward(dst, ten) }, "Softmax.Forward: len(x) = 10 is not a multiple of Classes·Stride = 3"},
		{func(dst []T) { activation.Softmax[T]{Classes: -1}.Forward(dst, three) }, "Softmax.Forward: Classes = -1, want at least 0"},
		{func(dst []T) { activation.Softmax[T]{Temperature: -1}.Forward(dst, three) }, "Softmax.Forward: Temperature = -1, want above 0"},
		{func(dst []T) { activation.Softmax[T]{Temperature: T(math.NaN())}.Forward(dst, three) }, "Softmax.Forward: Temperature = NaN, want above 0"},
		{func(dst []T) { activation.LogSoftmax[T]{Classes: 3}.DerivativeFromOutput(dst, ten, nil) }, "LogSoftmax.DerivativeFromOutput: len(y) = 10 is not a multiple of Classes·Stride = 3"},
		{func(dst []T) { activation.Softmax[T]{Classes: 3}.Jacobian(dst, make([]T, 6)) }, "Softmax.Jacobian: len(x) = 6, want Classes = 3"},
		{func(dst []T) { activation.Softmax[T]{Classes: 2, Stride: 5}.Jacobian(dst, three) }, "Softmax.Jacobian: len(x) = 3, want Classes = 2"},
		{func(dst []T) { activation.Softmax[T]{}.Jacobian(dst, three) }, "Softmax.Jacobian: len(dst) = 3, want 9"},
		{func(dst []T) { activation.Softmax[T]{}.ForwardMasked(dst, three, nil) }, "Softmax.ForwardMasked: len(keep) = 0, want 3"},
		{func(dst []T) { activation.Softmax[T]{}.ForwardMasked(dst, three, make([]bool, 1)) }, "Softmax.ForwardMasked: len(keep) = 1, want 3"},
		{func(dst []T) { activation.Softmax[T]{Classes: 1}.ForwardMasked(dst, three, make([]bool, 2)) }, "Softmax.ForwardMasked: len(keep) = 2, want a multiple of Classes·Stride = 1 that divides len(x) = 3"},
		{func(dst []T) { activation.LogSoftmax[T]{Classes: 1}.ForwardMasked(dst, three, nil) }, "LogSoftmax.ForwardMasked: len(keep) = 0, want a multiple of Classes·Stride = 1 that divides len(x) = 3"},
		{func(dst []T) { activation.Softmax[T]{Classes: 3}.ForwardMasked(dst, three, make([]bool, 6)) }, "Softmax.ForwardMasked: len(keep) = 6, want a multiple of Classes·Stride = 3 that divides len(x) = 3"},
		{func(dst []T) {
			activation.Softmax[T]{Classes: 2, Stride: 2}.ForwardMasked(dst, make([]T, 8), make([]bool, 2))
		}, "Softmax.ForwardMasked: len(keep) = 2, want a multiple of Classes·Stride = 4 that divides len(x) = 8"},
		{func(dst []T) { activation.Softplus[T]{Beta: -1}.Forward(dst, three) }, "Softplus.Forward: Beta = -1, want a finite number above 0"},
		{func(dst []T) { activation.Softplus[T]{Beta: T(math.Inf(1))}.At(1) }, "Softplus.At: Beta = +Inf, want a finite number above 0"},
		{func(dst []T) { activation.Softplus[T]{Beta: T(math.NaN())}.Derivative(dst, three, nil) }, "Softplus.Derivative: Beta = NaN, want a finite number above 0"},
		{func(dst []T) { activation.SiLU[T]{Beta: T(math.Inf(-1))}.Forward(dst, three) }, "SiLU.Forward: Beta = -Inf, want a finite number"},
		{func(dst []T) { activation.ELU[T]{Alpha: T(math.NaN())}.DerivativeAt(1) }, "ELU.DerivativeAt: Alpha = NaN, want a finite number"},
		{func(dst []T) { activation.ELU[T]{Alpha: -0.5}.DerivativeFromOutput(dst, three, nil) }, "ELU.DerivativeFromOutput: Alpha = -0.5, want at least 0: for a negative one, y does not determine x"},
		{func(dst []T) { activation.CELU[T]{Alpha: -0.5}.DerivativeFromOutput(dst, three, nil) }, "CELU.DerivativeFromOutput: Alpha = -0.5, want a finite number above 0"},
		{func(dst []T) { activation.CELU[T]{Alpha: 0.5}.Forward(dst, four) }, "CELU.Forward: len(dst) = 3, want 4"},
		{func(dst []T) { activation.HardSigmoid[T]{Slope: -0.2}.Forward(dst, three) }, "HardSigmoid.Forward: Slope = -0.2, want a finite number above 0"},
		{func(dst []T) { activation.HardTanh[T]{Min: 2, Max: 1}.Forward(dst, three) }, "HardTanh.Forward: Min = 2, want at most Max = 1"},
		{func(dst []T) { activation.HardTanh[T]{Min: T(math.NaN()), Max: 1}.At(1) }, "HardTanh.At: Min = NaN, want at most Max = 1"},
		{func(dst []T) { activation.Gated[T]{}.Forward(dst, four) }, "Gated.Forward: Gate is nil"},
		{func(dst []T) { activation.Gated[T]{Gate: (*activation.SiLU[T])(nil)}.Forward(dst, four) }, "Gated.Forward: Gate is nil"},
		{func(dst []T) {
			activation.Gated[T]{Gate: (*activation.Sigmoid[T])(nil)}.DerivativePair(dst, nil, three, three, nil)
		}, "Gated.DerivativePair: Gate is nil"},
		{func([]T) { activation.Gated[T]{Gate: activation.Softplus[T]{Beta: -1}}.Forward(nil, nil) }, "Softplus.Forward: Beta = -1, want a finite number above 0"},
		{func([]T) { activation.Gated[T]{Gate: activation.Softplus[T]{Beta: -1}}.ForwardPair(nil, nil, nil) }, "Softplus.Forward: Beta = -1, want a finite number above 0"},
		{func([]T) { activation.Gated[T]{Gate: activation.Softplus[T]{Beta: -1}}.OutputLen(2) }, "Softplus.Forward: Beta = -1, want a finite number above 0"},
		{func([]T) { activation.OutputLen[T]((*activation.ReLU[T])(nil), 3) }, "OutputLen: a is nil"},
		{func([]T) { activation.OutputLen[T]((*activation.Maxout[T])(nil), 3) }, "OutputLen: a is nil"},
		{func(dst []T) { silu.Forward(dst, three) }, "Gated.Forward: len(x) = 3 is not a multiple of 2·Stride = 2"},
		{func(dst []T) { silu.Forward(dst, four) }, "Gated.Forward: len(dst) = 3, want 2"},
		{func(dst []T) { silu.Derivative(dst, four, four) }, "Gated.Derivative: len(upstream) = 4, want 2"},
		{func(dst []T) { activation.Gated[T]{Gate: activation.SiLU[T]{}, Stride: -1}.Forward(dst, four) }, "Gated.Forward: Stride = -1, want at least 0"},
		{func(dst []T) { silu.ForwardPair(dst, three, four) }, "Gated.ForwardPair: len(value) = 4, want len(gate) = 3"},
		{func(dst []T) { silu.ForwardPair(dst, four, four) }, "Gated.ForwardPair: len(dst) = 3, want 4"},
		{func(dst []T) { silu.ForwardPair(dst[:2], three[:2], dst[1:]) }, "Gated.ForwardPair: dst overlaps value in part"},
		{func(dst []T) { silu.DerivativePair(dst, nil, four, four, nil) }, "Gated.DerivativePair: len(dGate) = 3, want 4"},
		{func(dst []T) { silu.DerivativePair(dst, dst, three, three, nil) }, "Gated.DerivativePair: dGate overlaps dValue"},
		{func(dst []T) { silu.DerivativePair(nil, dst, three, three, four) }, "Gated.DerivativePair: len(upstream) = 4, want 3"},
		{func(dst []T) { silu.DerivativePair(nil, dst[:2], three[:2], three[:2], dst[1:]) }, "Gated.DerivativePair: dValue overlaps upstream in part"},
		{func(dst []T) { silu.DerivativePair(dst[:2], nil, dst[1:], three[:2], nil) }, "Gated.DerivativePair: dGate overlaps gate in part"},
		{func(dst []T) { silu.DerivativePair(dst[:2], nil, three[:2], dst[1:], nil) }, "Gated.DerivativePair: dGate overlaps value in part"},
		{func(dst []T) { silu.OutputLen(3) }, "Gated.OutputLen: len(x) = 3 is not a multiple of 2·Stride = 2"},
		{func(dst []T) { layer.ParameterGradient(nil, three, four) }, "MaxoutLayer.ParameterGradient: len(upstream) = 4, want 2"},
		{func(dst []T) { activation.NewPReLU[T](1).ParameterGradient(nil, three, four) }, "PReLU.ParameterGradient: len(upstream) = 4, want 3"},
		{func(dst []T) {
			activation.MaxoutLayer[T]{Inputs: 3, Units: 2, Pieces: 2, Params: make([]T, 17)}.Forward(nil, three)
		}, "MaxoutLayer.Forward: len(Params) = 17, want Units·Pieces·(Inputs+1) = 16"},
		{func(dst []T) { activation.Func[T]{}.Forward(dst, three) }, "Func.Forward: F is nil"},
		{func([]T) { activation.Func[T]{}.At(1) }, "Func.At: F is nil"},
		{func([]T) { activation.Func[T]{}.DerivativeAt(1) }, "Func.DerivativeAt: DF is nil"},
	} {
		dst := []T{7, 8, 9}
		func() {
			defer func() {
				got := fmt.Sprint(recover())
				if want := "activation: " + m.want; got != want || strings.Contains(got, "\n") {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			m.call(dst)
		}()
		wantBits(t, "dst after "+m.want, dst, []T{7, 8, 9})
	}
}

// TestFieldsThatAreNoNumbers sets each field that is a number to NaN and to the infinities. If
// the type does not document that value, all methods panic, and Marshal returns an error.
func TestFieldsThatAreNoNumbers(t *testing.T) {
	both(t, fieldsThatAreNoNumbers[float32], fieldsThatAreNoNumbers[float64])
}

func fieldsThatAreNoNumbers[T activation.Float](t *testing.T, e entry[T]) {
	kind := reflect.TypeOf(e.a)
	for i := range kind.NumField() {
		if kind.Field(i).Type != reflect.TypeFor[T]() {
			continue
		}
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			changed := reflect.New(kind).Elem()
			changed.Set(reflect.ValueOf(e.a))
			changed.Field(i).SetFloat(v)
			e := e
			e.a = changed.Interface().(activation.Activation[T])
			name, _, _ := strings.Cut(kind.Name(), "[")
			what := fmt.Sprintf("%s.%s = %v", name, kind.Field(i).Name, v)
			documented := what == "Softmax.Temperature = +Inf" || what == "LogSoftmax.Temperature = +Inf"
			switch a := e.a.(type) {
			case activation.LeakyReLU[T]: // only multiplies by it
				continue
			case activation.HardTanh[T]:
				documented = a.Min <= a.Max
			}
			calls := map[string]func(){}
			x, dst := make([]T, 2*e.group), slices.Repeat([]T{7}, 2*e.group)
			for _, p := range e.passes() {
				calls[p.name] = func() { p.run(dst, x, nil) }
			}
			if f, ok := e.a.(activation.Elementwise[T]); ok {
				gated := activation.Gated[T]{Gate: f}
				calls["At"] = func() { f.At(1) }
				calls["DerivativeAt"] = func() { f.DerivativeAt(1) }
				calls["Gated.ForwardPair"] = func() { gated.ForwardPair(dst, x, x) }
				calls["Gated.DerivativePair"] = func() { gated.DerivativePair(dst, nil, x, x, nil) }
			}
			for method, call := range calls {
				before := slices.Clone(dst)
				got := panicOf(call)
				switch {
				case documented:
					if got != "<nil>" {
						t.Errorf("%s: %s panics with %q", what, method, got)
					}
				case !strings.HasPrefix(got, "activation: "+name+".") || !strings.Contains(got, fmt.Sprintf("%s = %v", kind.Field(i).Name, v)):
					t.Errorf("%s: %s panics with %q, want a text about the field", what, method, got)
				default:
					wantBits(t, what+": dst after the panic of "+method, dst, before)
				}
			}
			if _, err := activation.Marshal(e.a); (err == nil) != documented {
				t.Errorf("%s: Marshal returns the error %v", what, err)
			}
			if got, err := activation.Parse[T](stringOf(e.a)); (err == nil) != documented {
				t.Errorf("Parse(%q) = %v, %v", stringOf(e.a), got, err)
			}
		}
	}
}

// TestMasked checks that masked entries do not affect the others.
func TestMasked(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	x := []float64{1, 1e308, 2, nan, 0.5, 3, 4, 5, 6, 7}
	keep := []bool{true, false, true, false, true, false, false, false, false, false}
	p := activation.Softmax[float64]{Classes: 5}.ForwardMasked(nil, x, keep)
	y := activation.Softmax[float64]{}.Forward(nil, []float64{1, 2, 0.5})
	wantBits(t, "ForwardMasked", p, []float64{y[0], 0, y[1], 0, y[2], 0, 0, 0, 0, 0})
	l := activation.LogSoftmax[float64]{Classes: 5}.ForwardMasked(nil, x, keep)
	y = activation.LogSoftmax[float64]{}.Forward(nil, []float64{1, 2, 0.5})
	wantBits(t, "ForwardMasked", l, []float64{y[0], -inf, y[1], -inf, y[2], -inf, -inf, -inf, -inf, -inf})

	// Of two classes, masking one leaves 1.
	keep = []bool{false, true, true, false, false, false}
	p = activation.Softmax[float64]{Classes: 2}.ForwardMasked(nil, x[:6], keep)
	wantBits(t, "ForwardMasked", p, []float64{0, 1, 1, 0, 0, 0})
	l = activation.LogSoftmax[float64]{Classes: 2}.ForwardMasked(nil, x[:6], keep)
	wantBits(t, "ForwardMasked", l, []float64{-inf, 0, 0, -inf, -inf, -inf})
}

// TestMaskRepeats checks that a keep shorter than x is repeated.
func TestMaskRepeats(t *testing.T) {
	rng := rand.New(rand.NewPCG(50, 51))
	for _, c := range []struct{ classes, stride, rows, repeats int }{{4, 1, 1, 6}, {4, 1, 3, 2}, {3, 5, 2, 4}, {17, 16, 1, 3}, {70, 1, 70, 4}} {
		keep := make([]bool, c.classes*c.stride*c.rows)
		for i := range keep {
			keep[i] = rng.IntN(2) == 0
		}
		x := values[float64](rng, len(keep)*c.repeats)
		s := activation.Softmax[float64]{Classes: c.classes, Stride: c.stride}
		all := slices.Repeat(keep, c.repeats)
		wantBits(t, "Softmax.ForwardMasked", s.ForwardMasked(nil, x, keep), s.ForwardMasked(nil, x, all))
		l := activation.LogSoftmax[float64](s)
		wantBits(t, "LogSoftmax.ForwardMasked", l.ForwardMasked(nil, x, keep), l.ForwardMasked(nil, x, all))
	}
	if y := (activation.Softmax[float64]{Classes: 2}).ForwardMasked(nil, nil, make([]bool, 4)); len(y) != 0 {
		t.Errorf("ForwardMasked of nothing = %v", y)
	}
}
