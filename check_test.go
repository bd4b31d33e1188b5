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

// TestCheckDerivative checks that every activation passes at random points away from its
// kinks.
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

// farFromKinks returns a group of input that is not near a kink. A maxout layer has a
// kink if the two largest pieces of a unit are equal.
func (e entry[T]) farFromKinks(rng *rand.Rand) []T {
	for {
		x := e.apart(rng, 0x1p-4)
		m, ok := e.a.(activation.MaxoutLayer[T])
		if !ok {
			return x
		}
		// Compute the pieces as a layer with one piece in each unit.
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

// TestCheckDerivativeAtAnyScale checks that every activation passes as a value, behind a
// pointer and in parallel. It uses small and large x, as close to the kinks as
// CheckDerivative allows.
func TestCheckDerivativeAtAnyScale(t *testing.T) {
	both(t, passesAtAnyScale[float32], passesAtAnyScale[float64])
}

func passesAtAnyScale[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(36, 37))
	pointer := reflect.New(reflect.TypeOf(e.a))
	pointer.Elem().Set(reflect.ValueOf(e.a))
	behind := pointer.Interface().(activation.Activation[T])
	trials := 60
	if testing.Short() {
		trials = 15
	}
	for range trials {
		scale := math.Pow(10, 6*rng.Float64()-3)
		var x []T
		for len(x) < 6 {
			x = append(x, e.offKinks(rng, scale)...)
		}
		for _, a := range []activation.Activation[T]{e.a, behind, activation.Parallel(e.a), activation.Parallel(behind)} {
			if err := activation.CheckDerivative(a, x); err != nil {
				t.Fatalf("%T, x = %v: %v", a, x, err)
			}
		}
	}
}

// offKinks returns a group of input that is at least 0.01 away from kinks. Its elements
// have the given scale, or a larger one if that is necessary. For a maxout only the two
// largest pieces matter.
func (e entry[T]) offKinks(rng *rand.Rand, scale float64) []T {
	off := func(a, b T) bool {
		distance := math.Abs(float64(a - b))
		return distance >= 0.01 && distance >= 0.01*max(math.Abs(float64(a)), math.Abs(float64(b)))
	}
	for ; ; scale *= 1.01 {
		x := make([]T, e.group)
		clear := true
		for i := range x {
			x[i] = T(scale * rng.NormFloat64())
			for _, k := range e.kinks {
				clear = clear && off(x[i], k)
			}
		}
		pieces, count, stride := x, 1, 1
		switch m := e.a.(type) {
		case activation.Maxout[T]:
			count, stride = m.Pieces, max(m.Stride, 1)
		case activation.MaxoutLayer[T]:
			pieces = activation.MaxoutLayer[T]{Inputs: m.Inputs, Units: m.Units * m.Pieces, Pieces: 1, Params: m.Params}.Forward(nil, x)
			count = m.Pieces
		}
		for unit := range len(pieces) / count {
			var of []T // the pieces of the unit
			for k := range count {
				of = append(of, pieces[unit/stride*stride*count+k*stride+unit%stride])
			}
			slices.Sort(of)
			clear = clear && (count == 1 || off(of[count-1], of[count-2]))
		}
		if clear {
			return x
		}
	}
}

// TestCheckDerivativeOfOthers checks that functions of other packages pass, too, at
// small and large points away from their kinks.
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

// TestCheckDerivativeInDomain checks that a function passes even if it is NaN or infinite
// close to x.
func TestCheckDerivativeInDomain(t *testing.T) {
	t.Run("float32", func(t *testing.T) { passesInDomain[float32](t, 88.72) })
	t.Run("float64", func(t *testing.T) { passesInDomain[float64](t, 709) })
}

func passesInDomain[T activation.Float](t *testing.T, largest T) {
	for _, c := range []struct {
		name  string
		f, df func(u float64) float64
		x     []T
	}{
		{"log", math.Log, func(u float64) float64 { return 1 / u }, []T{1e-3, 0.02, 0.2}},
		{"square root", math.Sqrt, func(u float64) float64 { return 0.5 / math.Sqrt(u) }, []T{1e-6, 1e-3, 0.2}},
		{"1/u", func(u float64) float64 { return 1 / u }, func(u float64) float64 { return -1 / (u * u) }, []T{1e-3, -0.05, 0.25}},
		{"arcsine", math.Asin, func(u float64) float64 { return 1 / math.Sqrt(1-u*u) }, []T{0.99, -0.9}},
		{"exponential", math.Exp, math.Exp, []T{largest, -largest}},
	} {
		if err := activation.CheckDerivative(function[T](c.f, c.df), c.x); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// plainSoftmax is a softmax with the usual formula for the derivative, which loses bits
// because it subtracts numbers of about the size of upstream.
type plainSoftmax[T activation.Float] struct{ activation.Softmax[T] }

func (s plainSoftmax[T]) Derivative(dst, x, upstream []T) []T {
	return s.DerivativeFromOutput(dst, s.Forward(nil, x), upstream)
}

func (plainSoftmax[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	if dst == nil {
		dst = make([]T, len(y))
	}
	if upstream == nil {
		upstream = slices.Repeat([]T{1}, len(y))
	}
	var sum T
	for i, g := range upstream {
		sum += y[i] * g
	}
	for i, g := range upstream {
		dst[i] = y[i] * (g - sum)
	}
	return dst
}

// TestCheckDerivativeOfPlainSoftmax checks that plainSoftmax passes, even if one
// probability is close to 1.
func TestCheckDerivativeOfPlainSoftmax(t *testing.T) {
	t.Run("float32", passesPlainSoftmax[float32])
	t.Run("float64", passesPlainSoftmax[float64])
}

func passesPlainSoftmax[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(40, 41))
	for trial := range 200 {
		x := values[T](rng, 5)
		x[0] += T(trial / 10)
		if err := activation.CheckDerivative(plainSoftmax[T]{}, x); err != nil {
			t.Errorf("x = %v: %v", x, err)
		}
	}
}

// altered is an activation with another Derivative.
type altered[T activation.Float] struct {
	activation.Activation[T]
	derivative func(dst, x, upstream []T) []T
}

func (a altered[T]) Derivative(dst, x, upstream []T) []T { return a.derivative(dst, x, upstream) }

func (altered[T]) String() string { return "altered" }

// alteredForward is an activation with another Forward.
type alteredForward[T activation.Float] struct {
	activation.Activation[T]
	forward func(dst, x []T) []T
}

func (a alteredForward[T]) Forward(dst, x []T) []T { return a.forward(dst, x) }

// short is an element-wise function that ignores the last element.
type short[T activation.Float] struct{ activation.Sigmoid[T] }

func (s short[T]) Forward(dst, x []T) []T { return s.Sigmoid.Forward(dst, x[:len(x)-1]) }

// alteredOutput is an activation with another DerivativeFromOutput.
type alteredOutput[T activation.Float] struct {
	activation.Activation[T]
	fromOutput func(dst, y, upstream []T) []T
}

func (a alteredOutput[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	return a.fromOutput(dst, y, upstream)
}

// alteredAt is a sigmoid with another DerivativeAt.
type alteredAt[T activation.Float] struct {
	activation.Sigmoid[T]
	derivativeAt func(T) T
}

func (a alteredAt[T]) DerivativeAt(x T) T { return a.derivativeAt(x) }

// alteredGradient is a PReLU with another ParameterGradient.
type alteredGradient[T activation.Float] struct {
	activation.PReLU[T]
	gradient func(p activation.PReLU[T], grad, x, upstream []T) []T
}

func (a alteredGradient[T]) ParameterGradient(grad, x, upstream []T) []T {
	return a.gradient(a.PReLU, grad, x, upstream)
}

// notLive is a PReLU whose Parameters returns a copy.
type notLive[T activation.Float] struct{ activation.PReLU[T] }

func (n notLive[T]) Parameters() []T { return slices.Clone(n.Alpha) }

// TestCheckDerivativeFinds checks that CheckDerivative finds wrong derivatives, and
// that its error names the place.
func TestCheckDerivativeFinds(t *testing.T) {
	t.Run("float32", findsWrong[float32])
	t.Run("float64", findsWrong[float64])
}

func findsWrong[T activation.Float](t *testing.T) {
	x := []T{-9, -6, -1.5, -0.5, 0.25, 1, 2.5, 7}
	n := len(x)
	sigmoid, tanh := activation.Sigmoid[T]{}, activation.Tanh[T]{}
	little := T(1e-8) // an error that CheckDerivative promises to find
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
	forward := func(f func(dst, x []T) []T) activation.Activation[T] { return alteredForward[T]{sigmoid, f} }
	softmax, rng := activation.Softmax[T]{Classes: 4}, rand.New(rand.NewPCG(38, 39))
	softplus := func(u T) T { return T(math.Log1p(math.Exp(float64(u)))) }
	gradient := func(f func(p activation.PReLU[T], grad, x, upstream []T) []T) activation.Activation[T] {
		return alteredGradient[T]{activation.NewPReLU[T](4), f}
	}
	for _, c := range []struct {
		mistake string
		a       activation.Activation[T]
		want    string // part of the error
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
		{"f is NaN", function(func(u T) T { return T(math.Sqrt(float64(u))) }, sigmoid.At), "func: f(x)[0] = NaN, want a finite number to take differences"},
		{"f is infinite", function(func(u T) T { return 1 / (u - 1) }, sigmoid.At), "func: f(x)[5] = +Inf"},

		{"f has only the points", function(func(u T) T {
			if !slices.Contains(x, u) {
				return nan
			}
			return u
		}, func(T) T { return 1 }), "func: cannot tell: the differences do not settle (a kink, a jump, or a sharp f?): Derivative at x[0] = -9: ∂f[0]/∂x[0] = 1"},

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

		{"forgotten mask", altered[T]{activation.ReLU[T]{}, activation.Identity[T]{}.Derivative}, "] = 1, want 0 (within"},
		{"tanh′(x) for tanh(−x)", function(func(u T) T { return tanh.At(-u) }, tanh.DerivativeAt), "func: Derivative at x[4] = 0.25: ∂f[4]/∂x[4] = 0.9400148"},
		{"y(1−y) for softplus", function(softplus, func(u T) T { return softplus(u) * (1 - softplus(u)) }), "func: Derivative at x["},
		{"upstream clipped", backward(func(dst, x, upstream []T) []T {
			upstream = slices.Clone(upstream)
			for i, g := range upstream {
				upstream[i] = max(-1e3, min(g, 1e3))
			}
			return sigmoid.Derivative(dst, x, upstream)
		}), "altered: Derivative for a random upstream of about 1e+10: element "},
		{"small upstream dropped", backward(func(dst, x, upstream []T) []T {
			upstream = slices.Clone(upstream)
			for i, g := range upstream {
				if math.Abs(float64(g)) < 1e-7 {
					upstream[i] = 0
				}
			}
			return sigmoid.Derivative(dst, x, upstream)
		}), "altered: Derivative for a random upstream of about 1e-10: element "},
		{"a large upstream spreads", altered[T]{softmax, func(dst, x, upstream []T) []T {
			dst = softmax.Derivative(dst, x, upstream)
			for i, g := range upstream {
				if math.Abs(float64(g)) > 1e5*math.Abs(float64(upstream[(i+1)%4])) && upstream[(i+1)%4] != 0 {
					dst[(i+1)%4] += g
				}
			}
			return dst
		}}, "altered: Derivative for a random upstream of about 1, 1e+10 and 1e-10: element "},

		{"Derivative writes to x", backward(func(dst, x, upstream []T) []T {
			dst = sigmoid.Derivative(dst, x, upstream)
			clear(x)
			return dst
		}), "altered: Derivative writes to x"},
		{"Derivative writes to upstream", backward(func(dst, x, upstream []T) []T {
			dst = sigmoid.Derivative(dst, x, upstream)
			clear(upstream)
			return dst
		}), "altered: Derivative writes to upstream"},
		{"DerivativeFromOutput writes to y", fromOutput(func(dst, y, upstream []T) []T {
			dst = sigmoid.DerivativeFromOutput(dst, y, upstream)
			clear(y)
			return dst
		}), "alteredOutput[float%d]: DerivativeFromOutput writes to y"},
		{"ParameterGradient writes to x", gradient(func(p activation.PReLU[T], grad, x, upstream []T) []T {
			grad = p.ParameterGradient(grad, x, upstream)
			clear(x)
			return grad
		}), "prelu(slopes=4): ParameterGradient writes to x"},
		{"Forward clears dst before it reads x", forward(func(dst, x []T) []T {
			clear(dst)
			return sigmoid.Forward(dst, x)
		}), "alteredForward[float%d]: Forward gives f(x)[0] = 0.5 with dst = x, and 0.0001233945"},
		{"Derivative clears dst before it reads x", altered[T]{activation.Maxout[T]{Pieces: 2}, func(dst, x, upstream []T) []T {
			clear(dst)
			return activation.Maxout[T]{Pieces: 2}.Derivative(dst, x, upstream)
		}}, "altered: Derivative for a random upstream, with dst = x: element "},
		{"Derivative clears dst before it reads upstream", backward(func(dst, x, upstream []T) []T {
			at := slices.Clone(x)
			clear(dst)
			return sigmoid.Derivative(dst, at, upstream)
		}), "altered: Derivative for a random upstream, with dst = upstream: element "},
		{"DerivativeFromOutput clears dst before it reads y", fromOutput(func(dst, y, upstream []T) []T {
			g := slices.Clone(upstream)
			clear(dst)
			return sigmoid.DerivativeFromOutput(dst, y, g)
		}), "alteredOutput[float%d]: DerivativeFromOutput for a random upstream, with dst = y: element "},
		{"Forward returns another slice in place", forward(func(dst, x []T) []T {
			dst = sigmoid.Forward(dst, x)
			if &dst[0] == &x[0] {
				return slices.Clone(dst)
			}
			return dst
		}), "alteredForward[float%d]: Forward with dst = x returns a slice other than dst"},
		{"Derivative writes to upstream in place", altered[T]{activation.Maxout[T]{Pieces: 2}, func(dst, x, upstream []T) []T {
			inPlace := dst != nil && &dst[0] == &x[0]
			dst = activation.Maxout[T]{Pieces: 2}.Derivative(dst, x, upstream)
			if inPlace {
				clear(upstream)
			}
			return dst
		}}, "altered: Derivative with dst = x writes to upstream"},
		{"Derivative writes to x in place", backward(func(dst, x, upstream []T) []T {
			inPlace := dst != nil && &dst[0] == &upstream[0]
			dst = sigmoid.Derivative(dst, x, upstream)
			if inPlace {
				clear(x)
			}
			return dst
		}), "altered: Derivative with dst = upstream writes to x"},
		{"Forward ignores dst", forward(func(_, x []T) []T { return sigmoid.Forward(nil, x) }), "alteredForward[float%d]: Forward ignores dst: it returns another slice, and leaves dst as it was"},
		{"Forward works in place", forward(func(_, x []T) []T { return sigmoid.Forward(x, x) }), "alteredForward[float%d]: Forward writes to x"},
		{"Forward returns x", forward(func(_, x []T) []T { return x }), "alteredForward[float%d]: Forward ignores dst"},
		{"Forward returns a copy of dst", forward(func(dst, x []T) []T { return slices.Clone(sigmoid.Forward(dst, x)) }), "alteredForward[float%d]: Forward returns a slice other than dst"},
		{"Forward returns nothing with dst", forward(func(dst, x []T) []T {
			if dst == nil {
				return sigmoid.Forward(nil, x)
			}
			sigmoid.Forward(dst, x)
			return nil
		}), "alteredForward[float%d]: Forward returns 0 elements, want 8"},
		{"Forward returns nothing", forward(func(dst, x []T) []T { return nil }), "alteredForward[float%d]: Forward returns no elements, for 8 of x"},
		{"Forward returns one less", forward(func(dst, x []T) []T { return sigmoid.Forward(dst, x[1:]) }), "alteredForward[float%d]: Sigmoid.Derivative: len(upstream) = 7, want 8"},
		{"elementwise Forward returns one less", short[T]{}, "sigmoid: Forward returns 7 elements, want 8"},
		{"Forward adds to dst", forward(func(dst, x []T) []T {
			if dst == nil {
				dst = make([]T, len(x))
			}
			for i, u := range x {
				dst[i] += sigmoid.At(u)
			}
			return dst
		}), "alteredForward[float%d]: Forward gives f(x)[0] = NaN in dst, and 0.00012339"},
		{"Forward is random", forward(func(dst, x []T) []T {
			dst = sigmoid.Forward(dst, x)
			dst[3] += T(rng.Float64())
			return dst
		}), "alteredForward[float%d]: Forward gives f(x)[3] = "},
		{"Derivative ignores dst", backward(func(_, x, upstream []T) []T { return sigmoid.Derivative(nil, x, upstream) }), "altered: Derivative ignores dst: it returns another slice, and leaves dst as it was"},
		{"Derivative returns nothing for a nil dst", backward(func(dst, x, upstream []T) []T {
			if dst == nil {
				return nil
			}
			return sigmoid.Derivative(dst, x, upstream)
		}), "altered: Derivative returns 0 elements, want 8"},
		{"DerivativeFromOutput ignores dst", fromOutput(func(_, y, upstream []T) []T { return sigmoid.DerivativeFromOutput(nil, y, upstream) }), ": DerivativeFromOutput ignores dst: it returns another slice, and leaves dst as it was"},

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
		}), "prelu(slopes=4): ParameterGradient ignores grad: it returns another slice, and leaves grad as it was"},
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
		}), "prelu(slopes=4): ParameterGradient at p["},
		{"parameters: a copy", notLive[T]{activation.NewPReLU[T](4)}, "prelu(slopes=4): ParameterGradient at p["},
	} {
		c.want = strings.Replace(c.want, "%d", fmt.Sprint(bitSize[T]()), 1)
		err := activation.CheckDerivative(c.a, x)
		if err == nil {
			t.Errorf("%s: not found", c.mistake)
		} else if text := err.Error(); !strings.HasPrefix(text, "activation: ") || !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
			t.Errorf("%s: error %q, want %q in it", c.mistake, text, c.want)
		}
	}
}

// TestCheckDerivativeRefuses checks the errors for an x at which there is nothing to
// check.
func TestCheckDerivativeRefuses(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want string
	}{
		{nil, "activation: sigmoid: x is empty, there is nothing to check"},
		{[]float64{1, math.Inf(-1)}, "activation: sigmoid: x[1] = -Inf, want a finite number to take differences"},
		{[]float64{math.NaN()}, "activation: sigmoid: x[0] = NaN, want a finite number to take differences"},
	} {
		if err := activation.CheckDerivative(activation.Sigmoid[float64]{}, c.x); err == nil || err.Error() != c.want {
			t.Errorf("CheckDerivative(sigmoid, %v) = %v, want %s", c.x, err, c.want)
		}
	}
}

// TestCheckDerivativeOfMistakes checks that a nil or invalid activation, or an x of a
// wrong length, gives an error and no panic.
func TestCheckDerivativeOfMistakes(t *testing.T) {
	t.Run("float32", refusesMistakes[float32])
	t.Run("float64", refusesMistakes[float64])
}

func refusesMistakes[T activation.Float](t *testing.T) {
	for _, c := range []struct {
		a    activation.Activation[T]
		want string
	}{
		{nil, "CheckDerivative: a is nil"},
		{activation.Any[T]{}, "CheckDerivative: a is nil"},
		{(*activation.ReLU[T])(nil), "CheckDerivative: a is nil"},
		{(*activation.PReLU[T])(nil), "CheckDerivative: a is nil"},
		{activation.NewPReLU[T](4), "prelu(slopes=4): PReLU.Forward: len(x) = 3 is not a multiple of len(Alpha)·Stride = 4"},
		{activation.Parallel[T](activation.NewPReLU[T](4)), "prelu(slopes=4): PReLU.Forward: len(x) = 3 is not a multiple of len(Alpha)·Stride = 4"},
		{activation.PReLU[T]{}, "prelu(slopes=0): PReLU.Forward: len(Alpha) = 0, want at least 1"},
		{activation.Maxout[T]{Pieces: 2}, "maxout(pieces=2): Maxout.Forward: len(x) = 3 is not a multiple of Pieces·Stride = 2"},
		{&activation.Softmax[T]{Classes: 2}, "softmax(classes=2): Softmax.Forward: len(x) = 3 is not a multiple of Classes·Stride = 2"},
		{activation.Softmax[T]{Temperature: -1}, "softmax(temperature=-1): Softmax.Forward: Temperature = -1, want above 0"},
		{activation.MaxoutLayer[T]{Inputs: 1, Units: 1, Pieces: 1}, "maxout_layer(inputs=1, units=1, pieces=1): MaxoutLayer.Forward: len(Params) = 0, want Units·Pieces·(Inputs+1) = 2"},
		{activation.Func[T]{}, "func: Func.Forward: F is nil"},
		{activation.Func[T]{F: square[T]}, "func: Func.Derivative: DF is nil"},
	} {
		want := "activation: " + strings.Replace(c.want, "%d", fmt.Sprint(bitSize[T]()), 1)
		if err := activation.CheckDerivative(c.a, []T{1, 2, 3}); err == nil || err.Error() != want {
			t.Errorf("CheckDerivative(%T) = %v, want %s", c.a, err, want)
		}
	}
	// A panic of a type of another package is passed on.
	for _, reason := range []any{"out of order", 7, fmt.Errorf("activation: of another kind")} {
		func() {
			defer func() {
				if r := recover(); r != reason {
					t.Errorf("panic %v, want %v", r, reason)
				}
			}()
			err := activation.CheckDerivative(activation.Func[T]{F: func(T) T { panic(reason) }}, []T{1})
			t.Errorf("a panic with %v gives the error %v", reason, err)
		}()
	}
}

// TestCheckDerivativeNegativeSlope checks that CheckDerivative does not call a
// DerivativeFromOutput that panics for a negative slope. The LeakyReLU or ELU may be
// inside other types.
func TestCheckDerivativeNegativeSlope(t *testing.T) {
	t.Run("float32", negativeSlope[float32])
	t.Run("float64", negativeSlope[float64])
}

func negativeSlope[T activation.Float](t *testing.T) {
	for _, alpha := range []T{-0.5, 0.5} {
		l, e := activation.LeakyReLU[T]{Alpha: alpha}, activation.ELU[T]{Alpha: alpha}
		for _, a := range []activation.Activation[T]{
			e, &e, struct{ activation.ELU[T] }{e}, activation.Parallel[T](e), activation.Parallel[T](&e),
			l, &l, struct{ activation.LeakyReLU[T] }{l}, &struct{ *activation.LeakyReLU[T] }{&l},
			activation.Parallel[T](l), activation.Parallel[T](&l), activation.Parallel[T](struct{ activation.LeakyReLU[T] }{l}),
			activation.Any[T]{Activation: l}, &activation.Any[T]{Activation: activation.Parallel[T](&l)},
		} {
			if err := activation.CheckDerivative(a, []T{-1, 1, -20, 3}); err != nil {
				t.Errorf("%T, slope %v: %v", a, alpha, err)
			}
		}
	}
	// CheckDerivative calls it if the slope is not negative.
	for _, slope := range []T{-0.5, 0.5} {
		l := activation.LeakyReLU[T]{Alpha: slope}
		err := activation.CheckDerivative(wrongOutput[T]{l}, []T{-1, 1})
		if (err == nil) != (slope < 0) {
			t.Errorf("slope %v, with a DerivativeFromOutput that is wrong: %v", slope, err)
		}
	}
}

// wrongOutput is an activation with a wrong DerivativeFromOutput.
type wrongOutput[T activation.Float] struct{ activation.LeakyReLU[T] }

func (wrongOutput[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	return activation.Identity[T]{}.DerivativeFromOutput(dst, y, upstream)
}

// function returns an activation that computes f and its derivative df in float64.
func function[T activation.Float](f, df func(u float64) float64) activation.Activation[T] {
	return activation.Func[T]{
		F:  func(u T) T { return T(f(float64(u))) },
		DF: func(u T) T { return T(df(float64(u))) },
	}
}

// TestCheckDerivativeSharp checks functions that change within much less than the first
// steps of the differences. A right derivative must pass, and a wrong one must not.
func TestCheckDerivativeSharp(t *testing.T) {
	t.Run("float32", passesSharp[float32])
	t.Run("float64", passesSharp[float64])
}

func passesSharp[T activation.Float](t *testing.T) {
	pass := func(what string, a activation.Activation[T], x ...T) {
		t.Helper()
		if err := activation.CheckDerivative(a, x); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	find := func(what string, a activation.Activation[T], x ...T) {
		t.Helper()
		if err := activation.CheckDerivative(a, x); err == nil || !strings.Contains(err.Error(), ", want ") {
			t.Errorf("%s: %v, want a wrong derivative", what, err)
		}
	}
	temperatures := []T{0.3, 0.03, 0.003, 3e-4, 3e-5, 3e-6}
	if !is32[T]() { // float64 has enough bits for such small differences
		temperatures = append(temperatures, 1e-5, 1e-7, 1e-9, 1e-11)
	}
	for _, tau := range temperatures {
		x := []T{0.1, 0.1 + tau/3, 0.1 - tau*2/3}
		s := activation.Softmax[T]{Temperature: tau}
		pass("softmax", s, x...)
		pass("softmax of two", s, x[:2]...)
		pass("log-softmax", activation.LogSoftmax[T](s), x...)
		find("softmax", altered[T]{s, activation.Softmax[T]{Temperature: tau * 1.5}.Derivative}, x...)
		find("softmax", altered[T]{s, activation.Softmax[T]{}.Derivative}, x...)
	}
	pass("softmax", activation.Softmax[T]{Temperature: 0.003}, 0.1, 0.101, 0.098)
	if !is32[T]() {
		pass("softmax", activation.Softmax[T]{Temperature: 1e-5}, 0.1, 0.100003, 0.099998)
	}
	for _, k := range []float64{10, 1e3, 1e5, 1e7} {
		tanh := func(u float64) float64 { return math.Tanh(k * u) }
		derivative := func(u float64) float64 { return k / (math.Cosh(k*u) * math.Cosh(k*u)) }
		bump := func(u float64) float64 { return math.Exp(-k * u * k * u) }
		for _, x := range []float64{0, 0.01, 0.1, 0.2, 0.5, 1, 2, -0.1, -1.5} {
			u := T(x / k)
			pass(fmt.Sprintf("tanh(%v·%v)", k, u), function[T](tanh, derivative), u)
			find(fmt.Sprintf("tanh(%v·%v)", k, u), function[T](tanh, func(u float64) float64 { return derivative(u) / k }), u)
			pass(fmt.Sprintf("bump(%v·%v)", k, u), function[T](bump, func(u float64) float64 { return -2 * k * k * u * bump(u) }), u)
			if is32[T]() && k > 1e5 {
				continue // a step has more waves than float32 can resolve
			}
			pass(fmt.Sprintf("sin(%v·%v)", k, u), function[T](func(u float64) float64 { return math.Sin(k * u) }, func(u float64) float64 { return k * math.Cos(k*u) }), u)
		}
		pass("tanh in the tails", function[T](tanh, derivative), 10, -3)
	}
}

// TestCheckDerivativeCannotTell checks that CheckDerivative calls a derivative wrong
// only if the differences show it.
func TestCheckDerivativeCannotTell(t *testing.T) {
	t.Run("float32", cannotTell[float32])
	t.Run("float64", cannotTell[float64])
}

func cannotTell[T activation.Float](t *testing.T) {
	for _, c := range []struct {
		what string
		a    activation.Activation[T]
		x    T
	}{
		{"a kink", activation.ReLU[T]{}, 0},
		{"a small kink", activation.LeakyReLU[T]{Alpha: 0.95}, 0},
		{"a kink away from 0", activation.Func[T]{F: func(u T) T { return max(u, 3) }, DF: func(T) T { return 1 }}, 3},
		{"a jump", activation.Func[T]{F: func(u T) T {
			if u < 1 {
				return 0
			}
			return 1
		}, DF: func(T) T { return 0 }}, 1},
		{"no derivative", function[T](math.Cbrt, func(float64) float64 { return 1e30 }), 0},
		{"too sharp", activation.Func[T]{F: func(u T) T { return T(math.Tanh(1e30 * float64(u))) }, DF: func(u T) T { return 1e30 }}, 0},
	} {
		err := activation.CheckDerivative(c.a, []T{c.x})
		if err == nil || !strings.Contains(err.Error(), ": cannot tell: the differences do not settle (a kink, a jump, or a sharp f?): Derivative at x[0] = ") || strings.Contains(err.Error(), "want") {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	// If waves are shorter than the steps, CheckDerivative may pass or cannot tell. It
	// must not call the derivative wrong.
	for k := 10.0; k < 1e12; k *= 1.37 {
		for _, x := range []float64{0.1 / k, 1 / k, 1e3 / k, 0.7} {
			a := function[T](func(u float64) float64 { return math.Sin(k * u) }, func(u float64) float64 { return k * math.Cos(k*u) })
			if err := activation.CheckDerivative(a, []T{T(x)}); err != nil && !strings.Contains(err.Error(), ": cannot tell: ") {
				t.Errorf("sin(%v·%v): %v", k, x, err)
			}
		}
	}
	// The same holds for rows whose entries differ only in their last bits.
	for tau := 1e-2; tau > 1e-20; tau *= 0.7 {
		s := activation.Softmax[T]{Temperature: T(tau)}
		for _, a := range []activation.Activation[T]{s, activation.LogSoftmax[T](s)} {
			x := []T{0.1, T(0.1 + tau/3), T(0.1 - tau*2/3)}
			if err := activation.CheckDerivative(a, x); err != nil && !strings.Contains(err.Error(), ": cannot tell: ") {
				t.Error(err)
			}
		}
	}
	// If one derivative is certainly wrong, the error is about that one.
	err := activation.CheckDerivative(altered[T]{activation.ReLU[T]{}, activation.Identity[T]{}.Derivative}, []T{0, -1})
	if want := "activation: altered: Derivative at x[1] = -1: ∂f[1]/∂x[1] = 1, want 0 "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("wrong beside a kink: %v, want %s", err, want)
	}
	if err := activation.CheckDerivative(activation.Func[T]{F: activation.ReLU[T]{}.At, DF: func(T) T { return T(math.NaN()) }}, []T{0}); err == nil || !strings.Contains(err.Error(), "= NaN, want a finite number") {
		t.Errorf("NaN at a kink: %v", err)
	}
}

// TestCheckDerivativeLarge checks that x and parameters may be as large as the largest
// number.
func TestCheckDerivativeLarge(t *testing.T) {
	t.Run("float32", func(t *testing.T) { passesLarge[float32](t, math.MaxFloat32) })
	t.Run("float64", func(t *testing.T) { passesLarge(t, math.MaxFloat64) })
}

func passesLarge[T activation.Float](t *testing.T, largest T) {
	inf := T(math.Inf(1))
	for _, x := range []T{largest, largest * (1 - 0x1p-20), largest / 1.0001, largest / 1.1, largest / 3, T(math.Sqrt(float64(largest))), 1e10} {
		if x == inf {
			t.Fatal("x overflows")
		}
		for _, a := range []activation.Activation[T]{
			activation.Identity[T]{}, activation.ReLU[T]{}, activation.LeakyReLU[T]{}, activation.LeakyReLU[T]{Alpha: -0.75},
			activation.Tanh[T]{}, activation.Sigmoid[T]{}, activation.Maxout[T]{Pieces: 2}, activation.Softmax[T]{},
			activation.PReLU[T]{Alpha: []T{0.125}}, activation.LogSoftmax[T]{Classes: 1},
			activation.Func[T]{F: func(u T) T { return -u / 4 }, DF: func(T) T { return -0.25 }},
		} {
			if _, ok := a.(activation.PReLU[T]); ok && x == largest {
				continue // the difference quotient by its slope overflows to +Inf
			}
			if err := activation.CheckDerivative(a, []T{x, -x}); err != nil {
				t.Errorf("x = ±%v: %v", x, err)
			}
		}
		// y is −λα rounded, so f′ from y is not 0.
		if err := activation.CheckDerivative(activation.SELU[T]{}, []T{-x}); err != nil {
			t.Errorf("x = %v: %v", -x, err)
		}
		for _, c := range []struct{ f, df func(T) T }{
			{func(u T) T { return u }, func(T) T { return 1.01 }},
			{activation.ReLU[T]{}.At, func(T) T { return 1 }},
			{activation.Tanh[T]{}.At, func(T) T { return 1e-3 }},
		} {
			err := activation.CheckDerivative(activation.Func[T]{F: c.f, DF: c.df}, []T{x, -x})
			if err == nil || !strings.Contains(err.Error(), ", want ") {
				t.Errorf("x = ±%v: %v, want a wrong derivative", x, err)
			}
		}
	}
}

// TestCheckDerivativeSubnormal checks that the rounding of a subnormal derivative is no error.
func TestCheckDerivativeSubnormal(t *testing.T) {
	for beta, x := range map[float32]float32{6.617445e-24: -1.7253912e+25, 1e-24: -1.2e26, 1.1e-24: -1e26} {
		for _, a := range []activation.Activation[float32]{activation.SiLU[float32]{Beta: beta}, activation.Softplus[float32]{Beta: beta}} {
			if err := activation.CheckDerivative(a, []float32{x}); err != nil {
				t.Errorf("%v at %v: %v", a, x, err)
			}
		}
	}
	for beta, x := range map[float64]float64{1e-24: -7.4e26, 1.1e-24: -6.8e26} {
		if err := activation.CheckDerivative(activation.SiLU[float64]{Beta: beta}, []float64{x}); err != nil {
			t.Errorf("SiLU{%v} at %v: %v", beta, x, err)
		}
	}
}

// TestCheckDerivativeOfCarelessFormulas checks that a right derivative is not called
// wrong if the formula for f is right, but loses bits.
func TestCheckDerivativeOfCarelessFormulas(t *testing.T) {
	t.Run("float32", passesCareless[float32])
	t.Run("float64", passesCareless[float64])
}

func passesCareless[T activation.Float](t *testing.T) {
	exp := func(u T) T { return T(math.Exp(float64(u))) }
	log := func(u T) T { return T(math.Log(float64(u))) }
	erf := func(u T) T { return T(math.Erf(float64(u) / math.Sqrt2)) }
	tanh := func(u T) T { return T(math.Tanh(float64(u))) }
	phi := func(u float64) float64 { return math.Erfc(-u/math.Sqrt2) / 2 }
	for _, c := range []struct {
		name string
		f    func(u T) T
		df   func(u float64) float64
	}{
		{"gelu", func(u T) T { return 0.5 * u * (1 + erf(u)) }, func(u float64) float64 { return phi(u) + u*math.Exp(-u*u/2)/math.Sqrt(2*math.Pi) }},
		{"softplus", func(u T) T { return log(1 + exp(u)) }, func(u float64) float64 { return 1 / (1 + math.Exp(-u)) }},
		{"elu", func(u T) T { return exp(u) - 1 }, math.Exp},
		{"mish", func(u T) T { return u * tanh(log(1+exp(u))) }, func(u float64) float64 {
			y, s := math.Tanh(math.Log1p(math.Exp(u))), 1/(1+math.Exp(-u))
			return y + u*s*(1-y*y)
		}},
		{"sigmoid by tanh", func(u T) T { return (1 + tanh(u/2)) / 2 }, func(u float64) float64 { return 1 / (2 + 2*math.Cosh(u)) }},
	} {
		a := activation.Func[T]{F: c.f, DF: func(u T) T { return T(c.df(float64(u))) }}
		for u := -20.0; u < 5; u += 0.0173 {
			if err := activation.CheckDerivative(a, []T{T(u)}); err != nil && !strings.Contains(err.Error(), ": f may be inaccurate: Derivative at x[0] = ") {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if !is32[T]() || c.name != "gelu" {
			continue
		}
		for _, u := range []T{-6, -8} { // f rounds to 0 here
			if err := activation.CheckDerivative(a, []T{u}); err == nil || strings.Contains(err.Error(), "want") {
				t.Errorf("%s at %v: %v, want that f may be inaccurate", c.name, u, err)
			}
		}
		// An error that is larger than all rounding errors of f is still found.
		a.DF = func(u T) T { return T(c.df(float64(u)) - 1e-3) }
		if err := activation.CheckDerivative(a, []T{-6}); err == nil || !strings.Contains(err.Error(), "= -0.001000035") || !strings.Contains(err.Error(), ", want 0 ") {
			t.Errorf("%s at -6, off by 1e-3: %v", c.name, err)
		}
	}
}

// TestCheckDerivativeFindsSixDigits checks that CheckDerivative finds the error of a
// published derivative of GELU, whose constants have only six digits.
func TestCheckDerivativeFindsSixDigits(t *testing.T) {
	gelu := func(u float64) float64 {
		return 0.5 * u * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(u+0.044715*u*u*u)))
	}
	derivative := func(a, b, c, d float64) func(u float64) float64 {
		return func(u float64) float64 {
			v := a*u*u*u + b*u
			return 0.5*math.Tanh(v) + (c*u*u*u+d*u)/(math.Cosh(v)*math.Cosh(v)) + 0.5
		}
	}
	k := math.Sqrt(2 / math.Pi)
	x := []float64{-3, -1, -0.3, 0.3, 1, 3}
	if err := activation.CheckDerivative(function[float64](gelu, derivative(k*0.044715, k, 1.5*k*0.044715, 0.5*k)), x); err != nil {
		t.Error(err)
	}
	err := activation.CheckDerivative(function[float64](gelu, derivative(0.0356774, 0.797885, 0.0535161, 0.398942)), x)
	if err == nil || !strings.Contains(err.Error(), "func: Derivative at x[") || !strings.Contains(err.Error(), ", want ") {
		t.Errorf("constants of six digits: %v", err)
	}
}

// TestCheckDerivativeResolution checks how small an error CheckDerivative finds.
func TestCheckDerivativeResolution(t *testing.T) {
	t.Run("float32", func(t *testing.T) { resolves[float32](t, 1e-3) })
	t.Run("float64", func(t *testing.T) { resolves[float64](t, 1e-8) })
}

func resolves[T activation.Float](t *testing.T, little float64) {
	for _, f := range []struct{ f, df func(u float64) float64 }{
		{math.Exp, math.Exp},
		{math.Sin, math.Cos},
		{func(u float64) float64 { return u * u }, func(u float64) float64 { return 2 * u }},
		{func(u float64) float64 { return 1 + math.Log1p(math.Exp(u)) }, func(u float64) float64 { return 1 / (1 + math.Exp(-u)) }},
	} {
		for u := 0.5; u < 1.2; u += 0.0137 {
			for _, off := range []float64{little, -little} {
				a := function[T](f.f, func(u float64) float64 { return f.df(u) * (1 + off) })
				if err := activation.CheckDerivative(a, []T{T(u)}); err == nil || !strings.Contains(err.Error(), ", want ") {
					t.Errorf("an error of %v at %v is not found: %v", off, u, err)
				}
			}
		}
	}
}

// TestCheckDerivativeNearKinks checks that a distance of 0.01 from a kink is enough.
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

// bitSize returns the number of bits of a T.
func bitSize[T activation.Float]() int {
	if is32[T]() {
		return 32
	}
	return 64
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

// TestCheckDerivativeCalls checks the number of calls of Forward that the comment of
// CheckDerivative gives.
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

// TestCheckDerivativeHidden checks that a struct that embeds only an Activation hides a
// DerivativeFromOutput that panics.
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

// TestCheckDerivativeRestores checks that parameters have their old bits after a check.
// They may be NaN or infinite, and the check may fail or panic.
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
	p := activation.PReLU[T]{Alpha: []T{T(math.Inf(1))}} // no x here is negative, so the slope has no effect
	want := "activation: prelu(slopes=1): p[0] = +Inf, want a finite number to take differences"
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
		if left > 0 { // Forward did not panic
			break
		}
	}
}

// frozen has an empty list of parameters. It is not registered.
type frozen[T activation.Float] struct{ activation.Tanh[T] }

func (frozen[T]) Parameters() []T { return nil }

func (frozen[T]) ParameterGradient(grad, x, upstream []T) []T { return []T{} }

// TestCheckDerivativeWithoutParameters checks that a Parametric may have no parameters.
func TestCheckDerivativeWithoutParameters(t *testing.T) {
	if err := activation.CheckDerivative(frozen[float64]{}, []float64{-1, 0, 2}); err != nil {
		t.Error(err)
	}
}

// TestCheckDerivativeOfSubnormalSlope checks that a derivative is accepted if it is off by 1.5 ULP,
// and is one of the smallest numbers.
func TestCheckDerivativeOfSubnormalSlope(t *testing.T) {
	f := activation.Func[float32]{
		F:  func(u float32) float32 { return float32(2.5 * 0x1p-149 * float64(u)) },
		DF: func(u float32) float32 { return 4 * 0x1p-149 },
	}
	if err := activation.CheckDerivative(f, []float32{1e30, -1e33, 1e36}); err != nil {
		t.Error(err)
	}
	g := activation.Func[float64]{
		F:  func(u float64) float64 { return 5 * (u * 0x1p-600) * 0x1p-475 },
		DF: func(u float64) float64 { return 4 * 0x1p-1074 },
	}
	if err := activation.CheckDerivative(g, []float64{0x1p900, -0x1p950, 0x1p1000}); err != nil {
		t.Error(err)
	}
}
