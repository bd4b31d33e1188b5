package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/activation"
)

// maxoutInputs returns numbers of inputs close to all lengths of vectors and blocks.
func maxoutInputs() (ns []int) {
	for n := 1; n <= 70; n++ {
		ns = append(ns, n)
	}
	return append(ns, 95, 96, 97, 127, 128, 129, 255, 256, 257, 511, 513)
}

// maxoutSizes calls f with a layer for each number of inputs. number returns its
// weights and biases. The other sizes are random.
func maxoutSizes[T activation.Float](t *testing.T, rng *rand.Rand, number func() T, f func(t *testing.T, m activation.MaxoutLayer[T], batch int)) {
	for _, n := range maxoutInputs() {
		m := activation.NewMaxoutLayer[T](n, 1+rng.IntN(37), 1+rng.IntN(5), rng)
		for i := range m.Params {
			m.Params[i] = number()
		}
		t.Run(fmt.Sprintf("%T/%v", T(0), m), func(t *testing.T) { f(t, m, 1+rng.IntN(19)) })
	}
}

// dots returns wᵀx + b for each piece of each unit, and the sum of the absolute values
// of its terms. It computes with twice the precision of float64, and rounds the result.
func dots[T activation.Float](m activation.MaxoutLayer[T], x []T) (z, size []float64) {
	pieces := m.Units * m.Pieces
	for k := range pieces {
		b := float64(m.Params[pieces*m.Inputs+k])
		sum, rest, abs := b, 0.0, math.Abs(b)
		for i, v := range x {
			v, w := float64(v), float64(m.Params[k*m.Inputs+i])
			p := v * w
			rest += math.FMA(v, w, -p)
			s := sum + p
			t := s - sum
			rest += (sum - (s - t)) + (p - t)
			sum, abs = s, abs+math.Abs(p)
		}
		z, size = append(z, sum+rest), append(size, abs)
	}
	return z, size
}

// TestMaxoutLayerAccuracy checks the errors of the sums. For any order of the
// additions, they are at most (n+2)·ε/2 times the sum of absolute values, and half of the
// smallest subnormal for each product that is subnormal. (dots rounds such products of
// float64 too.)
func TestMaxoutLayerAccuracy(t *testing.T) {
	maxoutAccuracy[float32](t)
	maxoutAccuracy[float64](t)
}

func maxoutAccuracy[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(30, 31))
	check := func(t *testing.T, m activation.MaxoutLayer[T], batch int) {
		t.Helper()
		x := values[T](rng, batch*m.Inputs)
		y := m.Forward(nil, x)
		for r := range batch {
			z, size := dots(m, x[r*m.Inputs:][:m.Inputs])
			for u := range m.Units {
				unit := z[u*m.Pieces:][:m.Pieces]
				bound := float64(m.Inputs+2)*epsilon[T]()/2*slices.Max(size[u*m.Pieces:][:m.Pieces]) + float64(m.Inputs)*float64(smallest[T]())
				if got, want := float64(y[r*m.Units+u]), slices.Max(unit); !(math.Abs(got-want) <= bound) {
					t.Fatalf("Forward: unit %d of example %d = %x, want %x ± %.3g", u, r, got, want, bound)
				}
			}
		}
	}
	maxoutSizes(t, rng, func() T { return T(rng.NormFloat64()) }, check)
	for _, n := range []int{1, 4, 33, 64, 100} {
		m := activation.NewMaxoutLayer[T](n, 5, 3, rng)
		for i := range m.Params {
			m.Params[i] = T(rng.NormFloat64()) / largest[T]() // subnormal
		}
		check(t, m, 4)
	}
}

// TestMaxoutLayerTies checks that the first of several equal pieces gets the gradient. So
// equal pieces must have equal sums.
func TestMaxoutLayerTies(t *testing.T) {
	maxoutTies[float32](t)
	maxoutTies[float64](t)
}

func maxoutTies[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(94, 95))
	maxoutSizes(t, rng, func() T { return T(rng.NormFloat64()) }, func(t *testing.T, m activation.MaxoutLayer[T], _ int) {
		weights, biases := m.Params[:m.Units*m.Pieces*m.Inputs], m.Params[m.Units*m.Pieces*m.Inputs:]
		for k := range biases {
			if first := k / m.Pieces * m.Pieces; k != first {
				copy(weights[k*m.Inputs:][:m.Inputs], weights[first*m.Inputs:])
				biases[k] = biases[first]
			}
		}
		grad := m.ParameterGradient(nil, values[T](rng, m.Inputs), nil)
		for k, d := range grad[len(weights):] {
			if first := k%m.Pieces == 0; first != (d == 1) {
				t.Errorf("the gradient of bias %d is %v", k, d)
			}
		}
	})
}

// TestMaxoutLayerExact checks the bits of all methods for small integers. Their sums
// are exact in any order. Pieces are often equal, and then the first one gets the
// gradient.
func TestMaxoutLayerExact(t *testing.T) {
	maxoutExact[float32](t)
	maxoutExact[float64](t)
}

func maxoutExact[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 33))
	number := func() T { return T(rng.IntN(5) - 2) }
	maxoutSizes(t, rng, number, func(t *testing.T, m activation.MaxoutLayer[T], batch int) {
		n := m.Inputs
		x, upstream := make([]T, batch*n), make([]T, batch*m.Units)
		for i := range x {
			x[i] = number()
		}
		for i := range upstream {
			upstream[i] = number()
		}
		y, dx, grad := make([]T, len(upstream)), make([]T, len(x)), make([]T, len(m.Params))
		for r := range batch {
			row := x[r*n:][:n]
			z, _ := dots(m, row)
			for u := range m.Units {
				best := slices.Max(z[u*m.Pieces:][:m.Pieces])
				k := u*m.Pieces + slices.Index(z[u*m.Pieces:], best)
				g := upstream[r*m.Units+u]
				y[r*m.Units+u] = T(best)
				grad[m.Units*m.Pieces*n+k] += g
				for i, v := range row {
					dx[r*n+i] += g * m.Params[k*n+i]
					grad[k*n+i] += g * v
				}
			}
		}
		wantBits(t, "Forward", m.Forward(nil, x), y)
		wantBits(t, "Derivative", m.Derivative(nil, x, upstream), dx)
		wantBits(t, "ParameterGradient", m.ParameterGradient(nil, x, upstream), grad)
	})
}

// TestMaxoutLayerAlone checks that an example has the same results alone, in a batch
// and in place, and that a unit has the same results beside any other units.
func TestMaxoutLayerAlone(t *testing.T) {
	maxoutAlone[float32](t)
	maxoutAlone[float64](t)
}

func maxoutAlone[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(34, 35))
	maxoutSizes(t, rng, func() T { return T(rng.NormFloat64()) }, func(t *testing.T, m activation.MaxoutLayer[T], batch int) {
		n, units, pieces := m.Inputs, m.Units, m.Pieces
		x, upstream := values[T](rng, batch*n), values[T](rng, batch*units)
		y, dx := m.Forward(nil, x), m.Derivative(nil, x, upstream)
		for r := range batch {
			row, g := x[r*n:][:n], upstream[r*units:][:units]
			wantBits(t, fmt.Sprintf("Forward of example %d alone", r), m.Forward(nil, row), y[r*units:][:units])
			wantBits(t, fmt.Sprintf("Derivative of example %d alone", r), m.Derivative(nil, row, g), dx[r*n:][:n])
		}
		u := rng.IntN(units)
		one := activation.MaxoutLayer[T]{Inputs: n, Units: 1, Pieces: pieces, Params: slices.Concat(
			m.Params[u*pieces*n:][:pieces*n], m.Params[units*pieces*n+u*pieces:][:pieces])}
		for r, v := range one.Forward(nil, x) {
			wantBits(t, fmt.Sprintf("Forward of unit %d alone", u), []T{v}, y[r*units+u:][:1])
		}

		square := activation.NewMaxoutLayer[T](n, n, 2, rng)
		upstream = values[T](rng, len(x))
		y, dx = square.Forward(nil, x), square.Derivative(nil, x, upstream)
		over := slices.Clone(x)
		wantBits(t, "Forward in place", square.Forward(over, over), y)
		over = slices.Clone(x)
		wantBits(t, "Derivative over x", square.Derivative(over, over, upstream), dx)
		over = slices.Clone(upstream)
		wantBits(t, "Derivative over upstream", square.Derivative(over, x, over), dx)
		if n <= 512 {
			if allocated := allocs(func() {
				square.Forward(over, over)
				square.Derivative(over, over, upstream)
				square.Derivative(over, x, over)
			}); allocated != 0 {
				t.Errorf("in place: %v allocations", allocated)
			}
		}
	})
}

// TestMaxoutLayerNaN checks that a NaN makes the results of its own example NaN, but of
// no other one, and that the first NaN piece gets the gradient. It also checks that an
// infinite input or weight does not give NaN. It would, if a loop multiplied it by the 0
// of a masked lane.
func TestMaxoutLayerNaN(t *testing.T) {
	maxoutNaN[float32](t)
	maxoutNaN[float64](t)
}

func maxoutNaN[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(36, 37))
	nan, inf := T(math.NaN()), T(math.Inf(1))
	maxoutSizes(t, rng, func() T { return T(rng.NormFloat64()) }, func(t *testing.T, m activation.MaxoutLayer[T], batch int) {
		n, units, pieces := m.Inputs, m.Units, m.Pieces
		x := values[T](rng, batch*n)
		y, dx := m.Forward(nil, x), m.Derivative(nil, x, nil)
		for i := 0; i < n; i += 1 + n/16 {
			r := rng.IntN(batch)
			v := x[r*n+i]
			x[r*n+i] = nan
			want, wantX := slices.Clone(y), slices.Clone(dx)
			for u := range units {
				want[r*units+u] = nan
			}
			for k := range n {
				wantX[r*n+k] = nan
			}
			what := fmt.Sprintf(" with NaN at input %d of example %d", i, r)
			wantBits(t, "Forward"+what, m.Forward(nil, x), want)
			wantBits(t, "Derivative"+what, m.Derivative(nil, x, nil), wantX)

			x[r*n+i] = inf
			for u := range units {
				largest := -inf
				for j := range pieces {
					largest = max(largest, inf*m.Params[(u*pieces+j)*n+i])
				}
				want[r*units+u] = largest
			}
			wantBits(t, fmt.Sprintf("Forward with input %d of example %d infinite", i, r), m.Forward(nil, x), want)
			x[r*n+i] = v
		}

		u := rng.IntN(units)
		ones := make([]T, batch*n)
		for i := range ones {
			ones[i] = 1
		}
		for i := n - 1; i >= 0; i -= 1 + n/16 {
			p := &m.Params[(u*pieces+pieces-1)*n+i]
			v := *p
			*p = inf
			if got := m.Forward(nil, ones)[u]; got != inf {
				t.Fatalf("Forward with weight %d of unit %d infinite = %v", i, u, got)
			}
			*p = v
		}

		// The first NaN gets the gradient of the bias.
		if pieces > 1 {
			j := rng.IntN(pieces - 1)
			c := m.Params[units*pieces*n+u*pieces:][:pieces]
			c[j], c[pieces-1] = nan, nan
			grad := m.ParameterGradient(nil, x, nil)[units*pieces*n+u*pieces:][:pieces]
			for k, g := range grad {
				if (g != g) != (k == j) {
					t.Errorf("biases %d and %d are NaN: the gradient of bias %d = %v", j, pieces-1, k, g)
				}
			}
		}
	})
}

// TestMaxoutLayerOutputLen checks that the length of the output is not computed by way of a number
// that overflows.
func TestMaxoutLayerOutputLen(t *testing.T) {
	const n = math.MaxInt / 4 * 4
	m := activation.MaxoutLayer[float32]{Inputs: 4, Units: 4, Pieces: 1, Params: make([]float32, 20)}
	if got := m.OutputLen(n); got != n {
		t.Errorf("OutputLen(%d) = %d", n, got)
	}
	m = activation.MaxoutLayer[float32]{Inputs: 1, Units: 2, Pieces: 1, Params: make([]float32, 4)}
	want := fmt.Sprintf("activation: MaxoutLayer.OutputLen: a result of %d·2 elements is too long", n)
	if got := panicOf(func() { m.OutputLen(n) }); got != want {
		t.Errorf("OutputLen panics with %q, want %q", got, want)
	}
}

// TestMaxoutLayerTooLong checks inputs that are short and have a result that no int of 32 bits can
// count. Its length modulo 2³² is 0.
func TestMaxoutLayerTooLong(t *testing.T) {
	if math.MaxInt > math.MaxInt32 {
		t.Skip("with ints of 64 bits no input is long enough")
	}
	m := activation.MaxoutLayer[float32]{Inputs: 1, Units: 1 << 15, Pieces: 1, Params: make([]float32, 1<<16)}
	x := make([]float32, 1<<17)
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { m.Forward(nil, x) }, "MaxoutLayer.Forward: a result of 131072·32768 elements is too long"},
		{func() { activation.Parallel[float32](m).Forward(nil, x) }, "MaxoutLayer.Forward: a result of 131072·32768 elements is too long"},
		{func() { activation.Parallel[float32](m).Derivative(nil, x, []float32{}) }, "MaxoutLayer.Derivative: a result of 131072·32768 elements is too long"},
		{func() { activation.Softmax[float32]{}.Jacobian(nil, x) }, "Softmax.Jacobian: a result of 131072·131072 elements is too long"},
	} {
		if got := panicOf(c.call); got != "activation: "+c.want {
			t.Errorf("panics with %q, want %q", got, c.want)
		}
	}
}
