package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/activation"
)

// TestCheckDerivative checks that every activation passes, at random points
// off its kinks.
func TestCheckDerivative(t *testing.T) { both(t, passesCheck[float32], passesCheck[float64]) }

func passesCheck[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(30, 31))
	for range 30 {
		var x []T
		for len(x) < 12 {
			x = append(x, e.farFromKinks(rng)...)
		}
		before := slices.Clone(x)
		if err := activation.CheckDerivative(e.a, x); err != nil {
			t.Error(err)
		}
		wantBits(t, "x after CheckDerivative", x, before)
	}
}

// farFromKinks returns a group of input that is not near a kink. Those of a
// layer lie where another piece takes over.
func (e entry[T]) farFromKinks(rng *rand.Rand) []T {
	for {
		x := e.apart(rng, 0x1p-4)
		m, ok := e.a.(activation.MaxoutLayer[T])
		if !ok {
			return x
		}
		// The pieces, as a layer of one piece a unit.
		pieces := activation.MaxoutLayer[T]{Inputs: m.Inputs, Units: m.Units * m.Pieces, Pieces: 1, Params: m.Params}.Forward(nil, x)
		clear := true
		for unit := range slices.Chunk(pieces, m.Pieces) {
			slices.Sort(unit)
			clear = clear && unit[m.Pieces-1]-unit[m.Pieces-2] > 0x1p-4
		}
		if clear {
			return x
		}
	}
}

// TestCheckDerivativeOfOthers checks that functions which are not of this
// package pass too, at points small and large, off their kinks.
func TestCheckDerivativeOfOthers(t *testing.T) {
	t.Run("float32", passesOthers[float32])
	t.Run("float64", passesOthers[float64])
}

func passesOthers[T activation.Float](t *testing.T) {
	sigmoid := func(u float64) float64 { return 1 / (1 + math.Exp(-u)) }
	phi := func(u float64) float64 { return math.Erfc(-u/math.Sqrt2) / 2 }
	for _, f := range []struct {
		name  string
		f, df func(u float64) float64
	}{
		{"swish", func(u float64) float64 { return u * sigmoid(u) }, func(u float64) float64 { return sigmoid(u) * (1 + u*sigmoid(-u)) }},
		{"gelu", func(u float64) float64 { return u * phi(u) }, func(u float64) float64 { return phi(u) + u*math.Exp(-u*u/2)/math.Sqrt(2*math.Pi) }},
		{"elu", func(u float64) float64 { return max(u, math.Expm1(min(u, 0))) }, func(u float64) float64 { return math.Exp(min(u, 0)) }},
		{"softplus", func(u float64) float64 { return max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))) }, sigmoid},
		{"softsign", func(u float64) float64 { return u / (1 + math.Abs(u)) }, func(u float64) float64 { return 1 / ((1 + math.Abs(u)) * (1 + math.Abs(u))) }},
		{"snake", func(u float64) float64 { return u + math.Pow(math.Sin(3*u), 2)/3 }, func(u float64) float64 { return 1 + math.Sin(6*u) }},
		{"gaussian", func(u float64) float64 { return math.Exp(-u * u) }, func(u float64) float64 { return -2 * u * math.Exp(-u*u) }},
		{"hard tanh", func(u float64) float64 { return max(-1, min(u, 1)) }, func(u float64) float64 {
			if -1 < u && u < 1 {
				return 1
			}
			return 0
		}},
		{"cube", func(u float64) float64 { return u * u * u }, func(u float64) float64 { return 3 * u * u }},
		{"exponential", math.Exp, math.Exp},
		{"constant", func(u float64) float64 { return 3 }, func(u float64) float64 { return 0 }},
	} {
		a := activation.Func[T]{
			F:  func(u T) T { return T(f.f(float64(u))) },
			DF: func(u T) T { return T(f.df(float64(u))) },
		}
		rng := rand.New(rand.NewPCG(34, 35))
		for range 100 {
			var x []T
			for len(x) < 10 {
				u := rng.NormFloat64() * []float64{0.1, 1, 10, 60}[rng.IntN(4)]
				if math.Abs(u) > 0.01 && math.Abs(math.Abs(u)-1) > 0.01 && math.Abs(u) < 85 {
					x = append(x, T(u))
				}
			}
			if err := activation.CheckDerivative(a, x); err != nil {
				t.Errorf("%s: %v", f.name, err)
			}
		}
	}
}

// altered is an activation with methods that are not its own.
type altered[T activation.Float] struct {
	activation.Activation[T]
	derivative func(dst, x, upstream []T) []T
}

func (a altered[T]) Derivative(dst, x, upstream []T) []T { return a.derivative(dst, x, upstream) }

func (altered[T]) String() string { return "altered" }

// alteredOutput has a DerivativeFromOutput too.
type alteredOutput[T activation.Float] struct {
	activation.Activation[T]
	fromOutput func(dst, y, upstream []T) []T
}

func (a alteredOutput[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	return a.fromOutput(dst, y, upstream)
}

// alteredAt has a DerivativeAt.
type alteredAt[T activation.Float] struct {
	activation.Sigmoid[T]
	derivativeAt func(T) T
}

func (a alteredAt[T]) DerivativeAt(x T) T { return a.derivativeAt(x) }

// alteredGradient has parameters, those of a PReLU.
type alteredGradient[T activation.Float] struct {
	activation.PReLU[T]
	gradient func(p activation.PReLU[T], grad, x, upstream []T) []T
}

func (a alteredGradient[T]) ParameterGradient(grad, x, upstream []T) []T {
	return a.gradient(a.PReLU, grad, x, upstream)
}

// notLive gives a copy of its parameters away.
type notLive[T activation.Float] struct{ activation.PReLU[T] }

func (n notLive[T]) Parameters() []T { return slices.Clone(n.Alpha) }

// TestCheckDerivativeFinds checks that a derivative which is wrong is found,
// and that the error says where.
func TestCheckDerivativeFinds(t *testing.T) {
	t.Run("float32", findsWrong[float32])
	t.Run("float64", findsWrong[float64])
}

func findsWrong[T activation.Float](t *testing.T) {
	x := []T{-9, -6, -1.5, -0.5, 0.25, 1, 2.5, 7}
	n := len(x)
	sigmoid, tanh := activation.Sigmoid[T]{}, activation.Tanh[T]{}
	little := T(1e-8) // what CheckDerivative promises to find
	if is32[T]() {
		little = 1e-3
	}
	nan, inf := T(math.NaN()), T(math.Inf(1))
	function := func(f, df func(T) T) activation.Activation[T] { return activation.Func[T]{F: f, DF: df} }
	backward := func(derivative func(dst, x, upstream []T) []T) activation.Activation[T] {
		return altered[T]{sigmoid, derivative}
	}
	fromOutput := func(f func(dst, y, upstream []T) []T) activation.Activation[T] {
		return alteredOutput[T]{sigmoid, f}
	}
	gradient := func(f func(p activation.PReLU[T], grad, x, upstream []T) []T) activation.Activation[T] {
		return alteredGradient[T]{activation.NewPReLU[T](4), f}
	}
	for _, c := range []struct {
		mistake string
		a       activation.Activation[T]
		want    string // in the error
	}{
		{"sign", function(sigmoid.At, func(u T) T { return -sigmoid.DerivativeAt(u) }), "func: Derivative at x[2] = -1.5: ∂f[2]/∂x[2] = -0.14914645"},
		{"chain factor", function(func(u T) T { return tanh.At(2 * u) }, func(u T) T { return tanh.DerivativeAt(2 * u) }), "func: Derivative at x[4]"},
		{"y(1−y) of x", function(sigmoid.At, func(u T) T { return u * (1 - u) }), "func: Derivative at x[0] = -9: ∂f[0]/∂x[0] = -90, want 0.000123"},
		{"f for f′", function(sigmoid.At, sigmoid.At), "func: Derivative at x["},
		{"f for f′, at one point", function(func(u T) T { return u * u }, func(u T) T {
			if u == -6 {
				return 36
			}
			return 2 * u
		}), "func: Derivative at x[1] = -6: ∂f[1]/∂x[1] = 36, want -12"},
		{"left tail", function(sigmoid.At, func(u T) T {
			if u < -8 {
				return 0
			}
			return sigmoid.DerivativeAt(u)
		}), "func: Derivative at x[0] = -9: ∂f[0]/∂x[0] = 0, want 0.000123"},
		{"right tail", function(sigmoid.At, func(u T) T {
			if u > 5 {
				return 0
			}
			return sigmoid.DerivativeAt(u)
		}), "func: Derivative at x[7] = 7: ∂f[7]/∂x[7] = 0, want 0.0009"},
		{"one side", function(activation.LeakyReLU[T]{}.At, func(T) T { return 1 }), "= 1, want 0.0"},
		{"the other side", function(activation.ReLU[T]{}.At, func(T) T { return 0 }), "= 0, want 1"},
		{"a little too large", function(sigmoid.At, func(u T) T { return (1 + little) * sigmoid.DerivativeAt(u) }), "func: Derivative at x["},
		{"a little too small", function(tanh.At, func(u T) T { return (1 - little) * tanh.DerivativeAt(u) }), "func: Derivative at x["},
		{"NaN", function(sigmoid.At, func(u T) T {
			if u == 1 {
				return nan
			}
			return sigmoid.DerivativeAt(u)
		}), "func: Derivative at x[5] = 1: ∂f["},
		{"infinite", function(sigmoid.At, func(u T) T {
			if u == 1 {
				return inf
			}
			return sigmoid.DerivativeAt(u)
		}), "func: Derivative at x[5] = 1: ∂f["},
		{"f is NaN", function(func(u T) T { return T(math.Sqrt(float64(u))) }, sigmoid.At), "func: f(x)[0] = NaN, where no difference can be taken"},
		{"f is infinite", function(func(u T) T { return 1 / (u - 1) }, sigmoid.At), "func: f(x)[5] = +Inf"},

		{"f has only the points", function(func(u T) T {
			if !slices.Contains(x, u) {
				return nan
			}
			return u
		}, func(T) T { return 1 }), "func: Derivative at x[0] = -9: ∂f[0]/∂x[0] = 1, want NaN"},

		{"upstream ignored", backward(func(dst, x, _ []T) []T { return sigmoid.Derivative(dst, x, nil) }), "altered: Derivative at x[4] = 0.25: ∂f["},
		{"nil upstream as zeros", backward(func(dst, x, upstream []T) []T {
			if upstream == nil {
				return make([]T, len(x))
			}
			return sigmoid.Derivative(dst, x, upstream)
		}), "altered: Derivative for a nil upstream: element 0 = 0, want 0.000123"},
		{"sign of upstream", backward(func(dst, x, upstream []T) []T {
			dst = sigmoid.Derivative(dst, x, upstream)
			for i, d := range dst {
				dst[i] = T(math.Abs(float64(d)))
			}
			return dst
		}), "altered: Derivative for a random upstream: element "},
		{"index of upstream", backward(func(dst, x, upstream []T) []T {
			if upstream != nil {
				upstream = append(slices.Clone(upstream[1:]), upstream[0])
			}
			return sigmoid.Derivative(dst, x, upstream)
		}), "altered: Derivative at x[7] = 7: ∂f[0]/∂x[7] = 0.00091022"},
		{"index of x", backward(func(dst, x, upstream []T) []T {
			return sigmoid.Derivative(dst, append(slices.Clone(x[1:]), x[0]), upstream)
		}), "altered: Derivative at x[1] = -6: ∂f[1]/∂x[1] = 0.149146"},
		{"added to dst", backward(func(dst, x, upstream []T) []T {
			for i, v := range sigmoid.Derivative(nil, x, upstream) {
				dst[i] += v
			}
			return dst
		}), "altered: Derivative at x[0] = -9: ∂f[0]/∂x[0] = NaN"},
		{"the last one forgotten", backward(func(dst, x, upstream []T) []T {
			if dst == nil {
				dst = make([]T, len(x))
			}
			sigmoid.Derivative(dst[:n-1], x[:n-1], upstream[:n-1])
			return dst
		}), "altered: Derivative at x[7] = 7: ∂f[0]/∂x[7] = NaN, want 0"},
		{"length", backward(func(dst, x, upstream []T) []T {
			dst = sigmoid.Derivative(dst, x, upstream)
			return dst[1:]
		}), "altered: Derivative returns 7 elements, want 8"},
		{"diagonal only", altered[T]{activation.Softmax[T]{Classes: 4}, func(dst, x, upstream []T) []T {
			y := activation.Softmax[T]{Classes: 4}.Forward(nil, x)
			return sigmoid.DerivativeFromOutput(dst, y, upstream)
		}}, "altered: Derivative at x["},

		{"output: f′ of y", fromOutput(func(dst, y, upstream []T) []T { return sigmoid.Derivative(dst, y, upstream) }), "alteredOutput[float"},
		{"output: upstream ignored", fromOutput(func(dst, y, _ []T) []T { return sigmoid.DerivativeFromOutput(dst, y, nil) }), ": DerivativeFromOutput at x["},
		{"output: nil upstream", fromOutput(func(dst, y, upstream []T) []T {
			if upstream == nil {
				return slices.Clone(y)
			}
			return sigmoid.DerivativeFromOutput(dst, y, upstream)
		}), ": DerivativeFromOutput for a nil upstream: element "},
		{"at: f", alteredAt[T]{derivativeAt: sigmoid.At}, "sigmoid: DerivativeAt("},
		{"at: NaN", alteredAt[T]{derivativeAt: func(u T) T { return nan }}, "sigmoid: DerivativeAt(-9) = NaN"},

		{"parameters: grad overwritten", gradient(func(p activation.PReLU[T], grad, x, upstream []T) []T {
			return append(grad[:0], p.ParameterGradient(nil, x, upstream)...)
		}), "prelu(slopes=4): ParameterGradient added to ones, for a random upstream: element "},
		{"parameters: grad left alone", gradient(func(p activation.PReLU[T], _, x, upstream []T) []T {
			return p.ParameterGradient(nil, x, upstream)
		}), "prelu(slopes=4): ParameterGradient at p[0] = 0.25: ∂f[0]/∂p[0] = 0, want -9"},
		{"parameters: sign", gradient(func(p activation.PReLU[T], grad, x, upstream []T) []T {
			return p.ParameterGradient(grad, activation.Func[T]{F: func(u T) T { return -u }}.Forward(nil, x), upstream)
		}), "prelu(slopes=4): ParameterGradient at p["},
		{"parameters: upstream ignored", gradient(func(p activation.PReLU[T], grad, x, _ []T) []T {
			return p.ParameterGradient(grad, x, nil)
		}), "prelu(slopes=4): ParameterGradient at p["},
		{"parameters: nil upstream", gradient(func(p activation.PReLU[T], grad, x, upstream []T) []T {
			if upstream == nil {
				return make([]T, 4)
			}
			return p.ParameterGradient(grad, x, upstream)
		}), "prelu(slopes=4): ParameterGradient for a nil upstream: element 0 = 0, want -9"},
		{"parameters: index", gradient(func(p activation.PReLU[T], grad, x, upstream []T) []T {
			if grad == nil {
				grad = make([]T, 4)
			}
			for i, v := range p.ParameterGradient(nil, x, upstream) {
				grad[(i+1)%4] += v
			}
			return grad
		}), "prelu(slopes=4): ParameterGradient at p[0] = 0.25: ∂f[0]/∂p[0] = 0, want -9"},
		{"parameters: a copy", notLive[T]{activation.NewPReLU[T](4)}, "prelu(slopes=4): ParameterGradient at p["},
	} {
		err := activation.CheckDerivative(c.a, x)
		if err == nil {
			t.Errorf("%s: not found", c.mistake)
		} else if text := err.Error(); !strings.HasPrefix(text, "activation: ") || !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
			t.Errorf("%s: error %q, want %q in it", c.mistake, text, c.want)
		}
	}
}

// TestCheckDerivativeRefuses checks what there is no answer for.
func TestCheckDerivativeRefuses(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want string
	}{
		{nil, "activation: sigmoid: x is empty, there is nothing to check"},
		{[]float64{1, math.Inf(-1)}, "activation: sigmoid: x[1] = -Inf, where no difference can be taken"},
		{[]float64{math.NaN()}, "activation: sigmoid: x[0] = NaN, where no difference can be taken"},
	} {
		if err := activation.CheckDerivative(activation.Sigmoid[float64]{}, c.x); err == nil || err.Error() != c.want {
			t.Errorf("CheckDerivative(sigmoid, %v) = %v, want %s", c.x, err, c.want)
		}
	}
}

// TestCheckDerivativeNearKinks checks that 0.01 from a kink is far enough.
func TestCheckDerivativeNearKinks(t *testing.T) {
	t.Run("float32", nearKinks[float32])
	t.Run("float64", nearKinks[float64])
}

func nearKinks[T activation.Float](t *testing.T) {
	for _, c := range []struct {
		a activation.Activation[T]
		x []T
	}{
		{activation.ReLU[T]{}, []T{0.01, -0.01}},
		{activation.LeakyReLU[T]{Alpha: -2}, []T{0.01, -0.01}},
		{activation.NewPReLU[T](2), []T{0.01, -0.01}},
		{activation.Maxout[T]{Pieces: 3}, []T{1, 1.01, 0.99, -1000, -990, -1010}},
	} {
		if err := activation.CheckDerivative(c.a, c.x); err != nil {
			t.Error(err)
		}
	}
}

// counted counts the calls of Forward.
type counted[T activation.Float] struct {
	activation.PReLU[T]
	calls *int
}

func (c counted[T]) Forward(dst, x []T) []T {
	*c.calls++
	return c.PReLU.Forward(dst, x)
}

// TestCheckDerivativeCalls holds what CheckDerivative says of its cost.
func TestCheckDerivativeCalls(t *testing.T) {
	t.Run("float32", func(t *testing.T) { callsOf[float32](t, 27) })
	t.Run("float64", func(t *testing.T) { callsOf[float64](t, 45) })
}

func callsOf[T activation.Float](t *testing.T, most int) {
	for _, large := range []T{1, 100, 1e10} {
		calls := 0
		p := counted[T]{activation.NewPReLU[T](5), &calls}
		if err := activation.CheckDerivative(p, []T{-1, -2 * large, 0.5, 3, large}); err != nil {
			t.Error(err)
		}
		if calls > 10*most { // 5 elements and 5 parameters
			t.Errorf("%d calls for x of about %v, want at most %d", calls, large, 10*most)
		}
	}
}

// TestCheckDerivativeHidden checks that a DerivativeFromOutput which panics can
// be hidden.
func TestCheckDerivativeHidden(t *testing.T) {
	a := alteredOutput[float64]{activation.Tanh[float64]{}, func(_, _, _ []float64) []float64 { panic("of no use") }}
	if err := activation.CheckDerivative(struct{ activation.Activation[float64] }{a}, []float64{-1, 1}); err != nil {
		t.Error(err)
	}
}

// panics is a PReLU whose Forward panics after some calls.
type panics[T activation.Float] struct {
	activation.PReLU[T]
	calls *int
}

func (p panics[T]) Forward(dst, x []T) []T {
	if *p.calls--; *p.calls == 0 {
		panic("enough")
	}
	return p.PReLU.Forward(dst, x)
}

// TestCheckDerivativeRestores checks that parameters are as they were, also
// where they are odd, and whatever the check says.
func TestCheckDerivativeRestores(t *testing.T) {
	t.Run("float32", restores[float32])
	t.Run("float64", restores[float64])
}

func restores[T activation.Float](t *testing.T) {
	x := []T{-2, -1, -0.5}
	for _, odd := range []T{1e30, smallest[T](), T(math.Copysign(0, -1)), T(math.NaN()), T(math.Inf(1)), 1.0 / 3} {
		p := activation.PReLU[T]{Alpha: []T{0.25, odd, 3}}
		before := slices.Clone(p.Alpha)
		err := activation.CheckDerivative(p, x)
		if finite := odd-odd == 0; finite != (err == nil) {
			t.Errorf("slope %v: error %v", odd, err)
		}
		wantBits(t, fmt.Sprintf("slopes after CheckDerivative with %v", odd), p.Alpha, before)
	}
	p := activation.PReLU[T]{Alpha: []T{T(math.Inf(1))}} // which no x shows
	want := "activation: prelu(slopes=1): p[0] = +Inf, where no difference can be taken"
	if err := activation.CheckDerivative(p, []T{1, 2}); err == nil || err.Error() != want {
		t.Errorf("CheckDerivative(prelu, [1 2]) = %v, want %s", err, want)
	}
	for calls := 1; ; calls++ {
		left := calls
		p := panics[T]{activation.PReLU[T]{Alpha: []T{0.25, 0.5, 3}}, &left}
		func() {
			defer func() { recover() }()
			activation.CheckDerivative(p, x)
		}()
		wantBits(t, "slopes after a panic", p.Alpha, []T{0.25, 0.5, 3})
		if left > 0 { // it came to its end
			break
		}
	}
}
