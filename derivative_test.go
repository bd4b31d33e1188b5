package activation_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

// loss returns L = Σ g·f(x) for one group. The derivative of L by x is Derivative with
// the upstream g. A nil g means ones.
func loss(a activation.Activation[float64], x, g []float64) (sum float64) {
	for i, v := range a.Forward(nil, x) {
		if g != nil {
			v *= g[i]
		}
		sum += v
	}
	return sum
}

// central returns ∂L/∂v[i] as a central difference. loss returns L for the current v.
func central(v []float64, i int, loss func() float64) float64 {
	const h = 0x1p-18 // about ∛ε: truncation and rounding errors are then both about h²
	at := v[i]
	v[i] = at + h
	above := loss()
	v[i] = at - h
	below := loss()
	v[i] = at
	return (above - below) / (2 * h)
}

// near reports whether a derivative agrees with a central difference. size is the size
// of the upstream.
func near(got, want, size float64) bool { return math.Abs(got-want) <= 1e-8*(size+math.Abs(want)) }

// upstreams returns upstreams of n elements: tiny, ordinary, huge and mixed ones.
func upstreams[T activation.Float](rng *rand.Rand, n int) map[string][]T {
	sizes := map[string][]float64{"1e-10": {1e-10}, "1": {1}, "1e10": {1e10}, "mixed": {1e-10, 1, 1e10}}
	gs := map[string][]T{}
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		g := values[T](rng, n)
		for i := range g {
			g[i] *= T(sizes[name][rng.IntN(len(sizes[name]))])
		}
		gs[name] = g
	}
	return gs
}

// largestSize returns the largest absolute value of an upstream. A nil upstream means
// ones.
func largestSize[T activation.Float](g []T) float64 {
	if g == nil {
		return 1
	}
	m := 0.0
	for _, v := range g {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// smooth returns a group of input whose elements are far enough from kinks, and whose
// pieces are far enough from each other, for difference quotients.
func (e entry[T]) smooth(rng *rand.Rand) []T { return e.apart(rng, 0x1p-10) }

// apart returns the same as smooth for any distance.
func (e entry[T]) apart(rng *rand.Rand, distance float64) []T {
	for {
		x := make([]T, e.group)
		ok := true
		for i := range x {
			x[i] = T(2 * rng.NormFloat64())
			for _, k := range append(e.kinks, x[:i]...) {
				ok = ok && math.Abs(float64(x[i]-k)) > distance
			}
		}
		if ok {
			return x
		}
	}
}

// TestDifferences compares Derivative, DerivativeFromOutput and ParameterGradient with
// central differences at random points away from the kinks, with a random upstream and
// with a nil one.
func TestDifferences(t *testing.T) {
	each(t, func(t *testing.T, e entry[float64]) {
		rng := rand.New(rand.NewPCG(22, 23))
		for range 50 {
			x := e.smooth(rng)
			gs := upstreams[float64](rng, e.outputs)
			gs["nil"] = nil
			for _, g := range gs {
				size := largestSize(g)
				want := make([]float64, len(x))
				for i := range x {
					want[i] = central(x, i, func() float64 { return loss(e.a, x, g) })
				}
				for _, p := range e.passes()[1:] {
					in := x
					if p.name == "DerivativeFromOutput" {
						in = e.a.Forward(nil, x)
					}
					for i, got := range p.run(nil, in, g) {
						if !near(got, want[i], size) {
							t.Errorf("%s(%v, %v)[%d] = %v, central difference %v", p.name, x, g, i, got, want[i])
						}
					}
				}
				parametric, ok := e.a.(activation.Parametric[float64])
				if !ok {
					continue
				}
				parameters := parametric.Parameters()
				for i, got := range parametric.ParameterGradient(nil, x, g) {
					want := central(parameters, i, func() float64 { return loss(e.a, x, g) })
					if !near(got, want, size) {
						t.Errorf("ParameterGradient(%v, %v)[%d] = %v, central difference %v", x, g, i, got, want)
					}
				}
			}
		}
	})
}

// TestDerivative32 compares the float32 derivatives with the float64 ones.
func TestDerivative32(t *testing.T) {
	entries := table[float64]()
	for i, e := range table[float32]() {
		t.Run(e.name(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(24, 25))
			wide := entries[i]
			for range 50 {
				x := e.smooth(rng)
				for _, g := range upstreams[float32](rng, e.outputs) {
					want := wide.a.Derivative(nil, widest(x), widest(g))
					if l, ok := e.a.(activation.MaxoutLayer[float32]); ok { // float32 has rounded its weights
						w := wide.a.(activation.MaxoutLayer[float64])
						w.Params = widest(l.Params)
						want = w.Derivative(nil, widest(x), widest(g))
					}
					for j, got := range e.a.Derivative(nil, x, g) {
						if math.Abs(float64(got)-want[j]) > 1e-5*(largestSize(g)+math.Abs(want[j])) {
							t.Errorf("Derivative(%v, %v)[%d] = %v, in float64 %v", x, g, j, got, want[j])
						}
					}
				}
			}
		})
	}
}

// TestKinks checks the conventions for the derivative at points where f is not
// differentiable.
func TestKinks(t *testing.T) {
	for _, k := range []struct {
		a       activation.Activation[float64]
		x, want []float64
	}{
		{activation.ReLU[float64]{}, []float64{0}, []float64{0}},
		{activation.LeakyReLU[float64]{}, []float64{0}, []float64{0.01}},
		{activation.LeakyReLU[float64]{Alpha: -3}, []float64{0}, []float64{-3}},
		{activation.NewPReLU[float64](2), []float64{0, 0}, []float64{0.25, 0.25}},
		{activation.ELU[float64]{Alpha: 2}, []float64{0}, []float64{2}},
		{activation.CELU[float64]{Alpha: 2}, []float64{0}, []float64{1}},
		{activation.HardSigmoid[float64]{}, []float64{-3, 3}, []float64{0, 0}},
		{activation.HardSigmoid[float64]{Slope: 0.25}, []float64{math.Nextafter(-2, 0), -2, math.Nextafter(2, 0), 2}, []float64{0.25, 0, 0.25, 0}},
		{activation.HardSwish[float64]{}, []float64{-3, 3}, []float64{0, 1}},
		{activation.HardTanh[float64]{}, []float64{-1, 1}, []float64{0, 0}},
		{activation.HardTanh[float64]{Max: 6}, []float64{0, 6}, []float64{0, 0}},
		{activation.SquaredReLU[float64]{}, []float64{0}, []float64{0}},
		{activation.Maxout[float64]{Pieces: 3}, []float64{1, 2, 2}, []float64{0, 1, 0}},
		{activation.Maxout[float64]{Pieces: 2, Stride: 2}, []float64{5, 5, 5, 6}, []float64{1, 0, 0, 1}},
		{activation.MaxoutLayer[float64]{Inputs: 1, Units: 1, Pieces: 2, Params: []float64{3, 4, 0, 0}}, []float64{0}, []float64{3}},
	} {
		wantBits(t, stringOf(k.a), k.a.Derivative(nil, k.x, nil), k.want)
	}
}

// TestTails checks that derivatives computed from x are accurate even if f is nearly
// constant. There y(1 − y) and 1 − y² round to 0.
func TestTails(t *testing.T) {
	for _, c := range []struct {
		what  string
		got   float64
		want  reference.Value
		exact float64 // the published value
	}{
		{"sigmoid′(40)", activation.Sigmoid[float64]{}.DerivativeAt(40), reference.SigmoidDerivative(40), 4.248354255291589e-18},
		{"sigmoid′(−40)", activation.Sigmoid[float64]{}.DerivativeAt(-40), reference.SigmoidDerivative(40), 4.248354255291589e-18},
		{"sigmoid′(700)", activation.Sigmoid[float64]{}.DerivativeAt(700), reference.SigmoidDerivative(700), 9.859676543759770e-305},
		{"tanh′(20)", activation.Tanh[float64]{}.DerivativeAt(20), reference.TanhDerivative(20), 1.6993417021166355e-17},
	} {
		if u := reference.ULP64(c.got, c.want); u > 1.5 || math.Abs(c.got/c.exact-1) > 1e-13 {
			t.Errorf("%s = %v, want %v (%.2f ULP)", c.what, c.got, c.exact, u)
		}
	}
	for _, c := range []struct {
		what string
		got  float32
		want reference.Value
	}{
		{"sigmoid′(20)", activation.Sigmoid[float32]{}.DerivativeAt(20), reference.SigmoidDerivative(20)},
		{"tanh′(10)", activation.Tanh[float32]{}.DerivativeAt(10), reference.TanhDerivative(10)},
	} {
		if u := reference.ULP32(c.got, c.want); u > 1.5 || c.got == 0 {
			t.Errorf("%s = %v, want %v (%.2f ULP)", c.what, c.got, c.want, u)
		}
	}
}

// TestSoftmaxDerivative compares the derivatives of Softmax and LogSoftmax with package
// reference. Errors are relative to the terms of their sums. It also compares the
// Jacobians with the derivatives for unit vectors.
func TestSoftmaxDerivative(t *testing.T) {
	rng := rand.New(rand.NewPCG(26, 27))
	for _, tau := range []float64{0, 0.5, 3} {
		for _, spread := range []float64{0, 1, 30} {
			for _, n := range []int{1, 2, 5, 40} {
				x := values[float64](rng, n)
				for i := range x {
					x[i] *= spread
				}
				for kind, g := range upstreams[float64](rng, n) {
					what := fmt.Sprintf("n=%d, spread %v, τ=%v, upstream %s", n, spread, tau, kind)
					s := activation.Softmax[float64]{Temperature: tau}
					l := activation.LogSoftmax[float64]{Temperature: tau}
					p := s.Forward(nil, x)
					total, mean := 0.0, 0.0
					for i := range g {
						total += math.Abs(g[i])
						mean += math.Abs(g[i]) * p[i]
					}
					scale := 1 / cmp.Or(tau, 1)
					check := func(name string, got []float64, want []reference.Value, size func(i int) float64) {
						t.Helper()
						for i := range got {
							bound := 8*0x1p-52*size(i)*scale + math.SmallestNonzeroFloat64
							if off := math.Abs(reference.FromFloat(got[i]).Sub(want[i]).Float64()); !(off <= bound) {
								t.Errorf("%s, %s [%d] = %v, want %v (off by %.2f times the bound)", name, what, i, got[i], want[i], off/bound)
							}
						}
					}
					far := 1 + spread*6*scale // condition of the exponentials
					check("Softmax.Derivative", s.Derivative(nil, x, g), reference.SoftmaxDerivative(x, g, tau),
						func(i int) float64 { return far * p[i] * (math.Abs(g[i]) + mean) })
					check("LogSoftmax.Derivative", l.Derivative(nil, x, g), reference.LogSoftmaxDerivative(x, g, tau),
						func(i int) float64 { return far * (math.Abs(g[i]) + p[i]*total) })

				}
				what := fmt.Sprintf("n=%d, spread %v, τ=%v", n, spread, tau)
				s := activation.Softmax[float64]{Temperature: tau}
				l := activation.LogSoftmax[float64]{Temperature: tau}
				p, scale := s.Forward(nil, x), 1/cmp.Or(tau, 1)
				js, jl := s.Jacobian(nil, x), l.Jacobian(nil, x)
				for i := range n {
					unit := make([]float64, n)
					unit[i] = 1
					for j, want := range s.Derivative(nil, x, unit) {
						if math.Abs(js[i*n+j]-want) > 1e-14*scale*p[i] {
							t.Errorf("Softmax.Jacobian, %s [%d][%d] = %v, want %v", what, i, j, js[i*n+j], want)
						}
					}
					for j, want := range l.Derivative(nil, x, unit) {
						if math.Abs(jl[i*n+j]-want) > 1e-14*scale {
							t.Errorf("LogSoftmax.Jacobian, %s [%d][%d] = %v, want %v", what, i, j, jl[i*n+j], want)
						}
					}
				}
			}
		}
	}
}

// TestJacobianFields checks that Jacobian does not depend on Stride, and that it is NaN
// if x has no softmax.
func TestJacobianFields(t *testing.T) {
	t.Run("float32", jacobianFields[float32])
	t.Run("float64", jacobianFields[float64])
}

func jacobianFields[T activation.Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	for _, x := range [][]T{{1}, {1, 2, 3}, {nan}, {inf}, {-inf}, {nan, 1}, {1, inf, 2}, {-inf, -inf}} {
		s := activation.Softmax[T]{Classes: len(x), Stride: 5}
		for _, j := range [][]T{s.Jacobian(nil, x), activation.LogSoftmax[T](s).Jacobian(nil, x)} {
			for _, d := range j {
				if lost := x[0] < 1 || x[0] != x[0] || slices.Contains(x, inf); lost != (d != d) {
					t.Errorf("Jacobian(%v) = %v", x, j)
				}
			}
		}
		wantBits(t, "Softmax.Jacobian", s.Jacobian(nil, x), activation.Softmax[T]{}.Jacobian(nil, x))
		wantBits(t, "LogSoftmax.Jacobian", activation.LogSoftmax[T](s).Jacobian(nil, x), activation.LogSoftmax[T]{}.Jacobian(nil, x))
	}
}

// TestSoftmaxSmallComponents checks small results, which the formula yᵢ(gᵢ − Σ yⱼgⱼ)
// would lose.
func TestSoftmaxSmallComponents(t *testing.T) {
	s := activation.Softmax[float64]{}
	x := []float64{37.43, 0}
	want := reference.SoftmaxDerivative(x, []float64{1, 0}, 1)
	for i, got := range s.Derivative(nil, x, []float64{1, 0}) {
		if u := reference.ULP64(got, want[i]); u > 4 || got == 0 {
			t.Errorf("Derivative(%v, [1 0])[%d] = %v, want %v", x, i, got, want[i])
		}
	}
	// If all upstreams are equal, the derivative is exactly 0, and not −0.
	for _, n := range []int{2, 3, 4, 10} {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(i)
		}
		for _, g := range [][]float64{nil, slices.Repeat([]float64{0.1}, n)} {
			wantBits(t, "Derivative for a constant upstream", s.Derivative(nil, x, g), make([]float64, n))
		}
	}
	// 1 − p for a p close to 1.
	j := s.Jacobian(nil, x)
	if p := s.Forward(nil, x)[1]; math.Abs(j[0]/p-1) > 1e-15 {
		t.Errorf("Jacobian(%v)[0][0] = %v, want %v", x, j[0], p)
	}
}

// TestFromOutput checks that the derivative from y equals that from x, for x at which y
// has enough bits for it.
func TestFromOutput(t *testing.T) {
	each(t, func(t *testing.T, e entry[float64]) {
		o, ok := e.a.(activation.OutputDerivative[float64])
		if !ok || e.negative() {
			t.Skip("no derivative from the output")
		}
		rng := rand.New(rand.NewPCG(28, 29))
		for range 100 {
			x := e.smooth(rng)
			for _, g := range upstreams[float64](rng, e.outputs) {
				got, want := o.DerivativeFromOutput(nil, o.Forward(nil, x), g), o.Derivative(nil, x, g)
				if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*(largestSize(g)+math.Abs(b)) }) {
					t.Errorf("from the output of %v: %v, want %v", x, got, want)
				}
			}
		}
	})
}

// TestUpstreamOfAnySize compares the derivatives of element-wise functions, from x and
// from the output, with upstream·f′ for upstreams up to the largest number. No
// intermediate result may overflow.
func TestUpstreamOfAnySize(t *testing.T) {
	each(t, upstreamOfAnySize[float32])
	each(t, upstreamOfAnySize[float64])
}

func upstreamOfAnySize[T activation.Float](t *testing.T, e entry[T]) {
	if _, ok := e.a.(activation.Elementwise[T]); !ok {
		t.Skip("no function of one element")
	}
	normal := 0x1p-1022
	if is32[T]() {
		normal = 0x1p-126
	}
	most := float64(largest[T]())
	var x []T
	for _, size := range []float64{1e-9, .3, 1, 3, 9, 17, 21, 25, 30, 39, 41, 60, 87, 100, 300, 600, 700, 740, 1e30} {
		x = append(x, T(size), T(-size))
	}
	compare := func(what string, slopes, got []T, g float64) {
		t.Helper()
		for i, v := range got {
			want := float64(slopes[i]) * g
			if !(math.Abs(want) <= most*(1-1e-6)) || math.Abs(float64(slopes[i])) < normal {
				continue // it may overflow, or f′ is inexact
			}
			if math.Abs(float64(v)-want) > epsilon[T]()*(4*math.Abs(want)+normal) {
				t.Errorf("%s: upstream %v at %v gives %v, want %v", what, g, x[i], v, want)
			}
		}
	}
	slopes := e.a.Derivative(nil, x, nil)
	for _, part := range []float64{1, 1e-3, 1e-8, 1e-20, 1e-30, 1e-60, 1e-140, 1e-160, 1e-200, 1e-300} {
		if is32[T]() && part < 1e-60 {
			break
		}
		for _, g := range []float64{float64(T(part * most)), -float64(T(part * most))} {
			upstream := slices.Repeat([]T{T(g)}, len(x))
			compare("Derivative", slopes, e.a.Derivative(nil, x, upstream), g)
			for i := range x { // short slices too
				compare("Derivative of one element", slopes[i:i+1], e.a.Derivative(nil, x[i:i+1], upstream[:1]), g)
			}
			if o, ok := e.a.(activation.OutputDerivative[T]); ok && !e.negative() {
				y := e.a.Forward(nil, x)
				compare("DerivativeFromOutput", o.DerivativeFromOutput(nil, y, nil), o.DerivativeFromOutput(nil, y, upstream), g)
			}
		}
	}
}

// TestMaxoutInfinities checks the derivative of Maxout for pieces of both infinities, whose
// sum is NaN.
func TestMaxoutInfinities(t *testing.T) {
	t.Run("float32", maxoutInfinities[float32])
	t.Run("float64", maxoutInfinities[float64])
}

func maxoutInfinities[T activation.Float](t *testing.T) {
	inf := T(math.Inf(1))
	for pieces := 2; pieces <= 9; pieces++ {
		for at := range pieces {
			x, want := make([]T, pieces), make([]T, pieces)
			for i := range x {
				x[i] = -inf
			}
			x[at], want[at] = inf, 3
			m := activation.Maxout[T]{Pieces: pieces}
			wantBits(t, fmt.Sprintf("%v of %v", m, x), m.Derivative(nil, x, []T{3}), want)
		}
	}
}
