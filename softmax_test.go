package activation_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

// A gradientCase is a row of logits with an upstream gradient.
type gradientCase[T activation.Float] struct {
	what string
	x, g []T
}

// gradientCases returns rows of n logits with different spreads, each with several
// kinds of upstreams. Some upstreams have one exceptional element, at each index k in
// turn.
func gradientCases[T activation.Float](rng *rand.Rand, n int) (cases []gradientCase[T]) {
	for _, spread := range []float64{1, 5, 25, 60} {
		x := make([]T, n)
		for i := range x {
			x[i] = T(spread * rng.NormFloat64())
		}
		p := activation.Softmax[T]{}.Forward(nil, x)
		add := func(kind string, g []T) {
			cases = append(cases, gradientCase[T]{fmt.Sprintf("n=%d, spread %v, %s", n, spread, kind), x, g})
		}
		for kind, g := range upstreams[T](rng, n) {
			add("upstream "+kind, g)
		}
		ks := []int{0, 1, n / 2, n - 1, rng.IntN(n), argmax(x)}
		if n <= 10 {
			ks = nil
			for k := range n {
				ks = append(ks, k)
			}
		}
		for _, k := range ks {
			k = min(k, n-1)
			oneHot := make([]T, n) // gradient of the loss −log p
			oneHot[k] = -1 / max(p[k], 1e-30)
			add(fmt.Sprintf("−1/p at %d", k), oneHot)
			big := values[T](rng, n)
			big[k] = 1e20
			add(fmt.Sprintf("1e20 at %d", k), big)
		}
		add("1e20 throughout", slices.Repeat([]T{1e20}, n))
	}
	return cases
}

func argmax[T activation.Float](x []T) (at int) {
	for i, v := range x {
		if v > x[at] {
			at = i
		}
	}
	return at
}

// softmaxGradient returns Σⱼ yᵢyⱼ(gᵢ − gⱼ)/τ for one row, and the sum of the absolute
// values of its terms, each times its condition. The condition is the error of y in
// units of ε. A y with a condition above 1 may also be off by the smallest subnormal.
// Entries with y = 0 are ignored.
func softmaxGradient[T activation.Float](y, g, condition []float64, tau float64) (want []reference.Value, size []float64) {
	// c is the g beside the largest y. The sums of differences from c lose few bits.
	c := g[argmax(y)]
	var sum, differences reference.Value
	for j, p := range y {
		if p != 0 {
			sum = sum.Add(reference.FromFloat(p))
			differences = differences.Add(reference.FromFloat(p).Mul(reference.FromFloat(g[j]).Sub(reference.FromFloat(c))))
		}
	}
	want, size = make([]reference.Value, len(y)), make([]float64, len(y))
	weights := slices.Clone(y)
	for i := range weights {
		if condition[i] > 1 {
			weights[i] += float64(smallest[T]()) / (16 * epsilon[T]())
		}
	}
	for i, p := range y {
		if p == 0 {
			continue
		}
		d := reference.FromFloat(g[i]).Sub(reference.FromFloat(c)).Mul(sum).Sub(differences)
		want[i] = d.Mul(reference.FromFloat(p)).Div(reference.FromFloat(tau))
		p = weights[i]
		for j, q := range weights {
			if q != 0 {
				size[i] += p * (q * math.Abs(g[i]-g[j])) / tau * (condition[i] + condition[j]) / 2
			}
		}
	}
	return want, size
}

// logSoftmaxGradient returns ((1 − pᵢ)·gᵢ − pᵢ·Σⱼ gⱼ)/τ for p = e^y and j ≠ i, and the
// sum of the absolute values of its terms, each times its condition. To that it adds
// the error of a pᵢ that is off by the smallest subnormal.
func logSoftmaxGradient[T activation.Float](y, g, condition []float64, tau float64) (want []reference.Value, size []float64) {
	want, size = make([]reference.Value, len(y)), make([]float64, len(y))
	top := 0 // the largest |g| is not in the sums, which would lose bits of the others
	for i, v := range g {
		if math.Abs(v) > math.Abs(g[top]) {
			top = i
		}
	}
	var sum, sizes reference.Value
	for i, v := range g {
		if i != top {
			sum = sum.Add(reference.FromFloat(v))
			sizes = sizes.Add(reference.FromFloat(v).Abs())
		}
	}
	for i, v := range y {
		p, others, u := reference.Exp(v), reference.Expm1(v).Neg(), reference.FromFloat(g[i])
		rest, restSizes := sum, sizes // without g[i]
		if i != top {
			rest = sum.Add(reference.FromFloat(g[top])).Sub(u)
			restSizes = sizes.Add(reference.FromFloat(g[top]).Abs()).Sub(u.Abs())
		}
		want[i] = others.Mul(u).Sub(p.Mul(rest)).Div(reference.FromFloat(tau))
		size[i] = others.Mul(u.Abs()).Add(p.Mul(restSizes)).Float64() / tau * condition[i]
		size[i] += float64(smallest[T]()) / (16 * epsilon[T]()) * restSizes.Add(u.Abs()).Float64() / tau
	}
	return want, size
}

// An arrangement describes how distributions of n entries lie in a slice.
type arrangement struct{ outer, n, stride int }

func (l arrangement) String() string { return fmt.Sprintf("[%d][%d][%d]", l.outer, l.n, l.stride) }

// count returns the number of distributions.
func (l arrangement) count() int { return l.outer * l.stride }

// index returns the index of entry i of distribution d.
func (l arrangement) index(d, i int) int { return d/l.stride*l.n*l.stride + i*l.stride + d%l.stride }

// gather returns distribution d of s.
func gather[T activation.Float](l arrangement, s []T, d int) []float64 {
	row := make([]float64, l.n)
	for i := range row {
		row[i] = float64(s[l.index(d, i)])
	}
	return row
}

// scatter returns a slice whose distributions are the rows, repeated as often as
// necessary.
func scatter[T activation.Float](l arrangement, rows [][]T) []T {
	s := make([]T, l.count()*l.n)
	for d := range l.count() {
		for i := range l.n {
			s[l.index(d, i)] = rows[d%len(rows)][i]
		}
	}
	return s
}

// TestSoftmaxGradient checks the error bounds of the derivatives of Softmax and
// LogSoftmax, for all cases of gradientCases, in several arrangements, and with every
// possible dst.
func TestSoftmaxGradient(t *testing.T) {
	t.Run("float32", softmaxGradients[float32])
	t.Run("float64", softmaxGradients[float64])
}

func softmaxGradients[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(40, 41))
	worst := map[string]float64{}
	for _, n := range []int{1, 2, 3, 4, 5, 8, 10, 17, 64, 65, 100, 1000} {
		cases := gradientCases[T](rng, n)
		layouts := []arrangement{{7, n, 1}, {1, n, 3}, {2, n, 7}, {1, n, 8}, {1, n, 16}, {1, n, 24}}
		taus := []T{1, 0.5, 3}
		if n == 1000 {
			layouts, taus = []arrangement{{7, n, 1}, {1, n, 8}, {1, n, 17}}, taus[:1]
		}
		if testing.Short() && len(cases) > 24 {
			rng.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
			cases = cases[:24]
		}
		for _, l := range layouts {
			for _, tau := range taus {
				for start := 0; start < len(cases); start += l.count() {
					softmaxGradientBatch(t, l, tau, cases[start:min(start+l.count(), len(cases))], rng, worst)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(worst)) {
		t.Logf("%s: at most %.2f·ε·Σ", name, worst[name])
	}
}

func softmaxGradientBatch[T activation.Float](t *testing.T, l arrangement, tau T, cases []gradientCase[T], rng *rand.Rand, worst map[string]float64) {
	var xs, gs [][]T
	for _, c := range cases {
		xs, gs = append(xs, c.x), append(gs, c.g)
	}
	x, g := scatter(l, xs), scatter(l, gs)
	type differentiable interface {
		activation.OutputDerivative[T]
		ForwardMasked(dst, x []T, keep []bool) []T
	}
	s := activation.Softmax[T]{Classes: l.n, Stride: l.stride, Temperature: tau}
	for _, f := range []struct {
		name  string
		a     differentiable
		truth func(y, g, condition []float64, tau float64) ([]reference.Value, []float64)
	}{
		{"Softmax", s, softmaxGradient[T]},
		{"LogSoftmax", activation.LogSoftmax[T](s), logSoftmaxGradient[T]},
	} {
		check := func(method string, y, g []T, results ...[]T) {
			t.Helper()
			for d := range l.count() {
				want, size := f.truth(gather(l, y, d), gather(l, g, d), slices.Repeat([]float64{1}, l.n), float64(tau))
				for place, result := range results {
					ratio := offBy[T](gather(l, result, d), want, size, float64(tau))
					name := f.name + "." + method
					worst[name] = max(worst[name], ratio)
					if !(ratio <= 16) {
						t.Fatalf("%s in place %d, %v, τ=%v, %s: off by %.3g·ε·Σ (y = %.4v, g = %.4v, got %.4v)",
							name, place, l, tau, cases[d%len(cases)].what, ratio, gather(l, y, d), gather(l, g, d), gather(l, result, d))
					}
				}
			}
		}
		y := f.a.Forward(nil, x)
		inY, inX, inG, inG2 := slices.Clone(y), slices.Clone(x), slices.Clone(g), slices.Clone(g)
		check("DerivativeFromOutput", y, g, f.a.DerivativeFromOutput(nil, y, g), f.a.DerivativeFromOutput(inY, inY, g), f.a.DerivativeFromOutput(inG, y, inG))
		check("Derivative", y, g, f.a.Derivative(nil, x, g), f.a.Derivative(inX, inX, g), f.a.Derivative(inG2, x, inG2))

		keep := make([]bool, len(x))
		for i := range keep {
			keep[i] = rng.IntN(3) > 0
		}
		y = f.a.ForwardMasked(nil, x, keep)
		garbage, zeros := slices.Clone(g), slices.Clone(g)
		for i := range keep {
			if keep[i] {
				continue
			}
			zeros[i] = 0
			garbage[i] = 0
			if f.name == "Softmax" { // Softmax ignores masked entries
				garbage[i] = T([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e30, -3e38}[rng.IntN(5)])
			}
		}
		inY, inG = slices.Clone(y), slices.Clone(garbage)
		results := [][]T{f.a.DerivativeFromOutput(nil, y, garbage), f.a.DerivativeFromOutput(inY, inY, garbage), f.a.DerivativeFromOutput(inG, y, inG)}
		check("DerivativeFromOutput, masked", y, zeros, results...)
		for i := range keep {
			for _, result := range results {
				if !keep[i] && result[i] != 0 {
					t.Errorf("%s.DerivativeFromOutput, %v: %v at a masked entry", f.name, l, result[i])
				}
			}
		}
	}
}

// offBy returns the largest error of got in units of ε·size. It first subtracts the
// errors of roundings to subnormals: of the result, and of each product in a sum.
func offBy[T activation.Float](got []float64, want []reference.Value, size []float64, tau float64) (ratio float64) {
	for i, v := range got {
		off := math.Abs(reference.FromFloat(v).Sub(want[i]).Float64()) - float64(smallest[T]())*(2+float64(len(got)/2+2)/tau)
		if off != off {
			return math.NaN()
		}
		if off > 0 {
			ratio = max(ratio, off/(epsilon[T]()*size[i]))
		}
	}
	return ratio
}

// TestSoftmaxZeroBesideNaN checks that the derivative from a y of exactly 0 is 0, even if the
// others are NaN: ForwardMasked gives such a row if an entry that is not masked is NaN.
func TestSoftmaxZeroBesideNaN(t *testing.T) {
	t.Run("float32", softmaxZeroBesideNaN[float32])
	t.Run("float64", softmaxZeroBesideNaN[float64])
}

func softmaxZeroBesideNaN[T activation.Float](t *testing.T) {
	for _, n := range []int{2, 3, 4, 8, 10, 32, 40, 300} {
		for _, stride := range []int{1, 3, 16, 17, 40} {
			for _, tau := range []T{1, 0.5} {
				for _, masked := range []int{0, n - 1} {
					x, keep := make([]T, n*stride), make([]bool, n*stride)
					for i := range x {
						x[i], keep[i] = T(math.NaN()), i/stride != masked
					}
					s := activation.Softmax[T]{Classes: n, Stride: stride, Temperature: tau}
					y := s.ForwardMasked(nil, x, keep)
					for _, upstream := range [][]T{nil, slices.Repeat([]T{1}, len(y)), y} {
						for i, d := range s.DerivativeFromOutput(nil, y, upstream) {
							if zero := y[i] == 0; zero == keep[i] || zero != (d == 0) {
								t.Errorf("%v: y[%d] = %v, derivative %v", s, i, y[i], d)
							}
						}
					}
				}
			}
		}
	}
}

// TestSoftmaxEqualUpstreams checks that the derivative is exactly 0 if all upstreams are equal,
// because each difference gᵢ − gⱼ is then 0.
func TestSoftmaxEqualUpstreams(t *testing.T) {
	t.Run("float32", softmaxEqualUpstreams[float32])
	t.Run("float64", softmaxEqualUpstreams[float64])
}

func softmaxEqualUpstreams[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(72, 73))
	for _, n := range []int{2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 16, 17, 20, 31, 32, 33, 65, 129, 300} {
		for _, stride := range []int{1, 3, 7, 16, 33} {
			l := arrangement{(gridRows + stride - 1) / stride, n, stride}
			for _, tau := range []T{1, 3} {
				s := activation.Softmax[T]{Classes: n, Stride: stride, Temperature: tau}
				for _, steep := range []T{1, 8} {
					x := values[T](rng, l.count()*n)
					for i := range x {
						x[i] *= steep
					}
					y := s.Forward(nil, x)
					for _, g := range [][]T{nil, slices.Repeat([]T{T(1e6 * rng.NormFloat64())}, len(y))} {
						for i, d := range s.DerivativeFromOutput(nil, y, g) {
							if d != 0 {
								t.Fatalf("%v, τ=%v, x·%v, upstream %v: [%d] = %v, want 0", l, tau, steep, g[:min(1, len(g))], i, d)
							}
						}
					}
				}
			}
		}
	}
}

// TestSoftmaxNoDistribution checks that the derivative is finite for an output that is too small
// to be a softmax.
func TestSoftmaxNoDistribution(t *testing.T) {
	t.Run("float32", softmaxNoDistribution[float32])
	t.Run("float64", softmaxNoDistribution[float64])
}

func softmaxNoDistribution[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(74, 75))
	for n := 2; n <= 66; n++ {
		for _, stride := range []int{1, 3, 33} {
			y, g := slices.Repeat([]T{1e-5}, n*stride), values[T](rng, n*stride)
			s := activation.Softmax[T]{Classes: n, Stride: stride}
			for i, d := range s.DerivativeFromOutput(nil, y, g) {
				if d-d != 0 {
					t.Fatalf("%v: [%d] = %v, want a finite number", s, i, d)
				}
			}
		}
	}
}

// TestSoftmaxZeroProbability checks that an upstream beside a probability of exactly 0 is
// ignored, even if the probability has underflowed.
func TestSoftmaxZeroProbability(t *testing.T) {
	t.Run("float32", softmaxZeroProbability[float32])
	t.Run("float64", softmaxZeroProbability[float64])
}

func softmaxZeroProbability[T activation.Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	for _, n := range []int{2, 3, 8, 10, 32, 40, 100, 300} {
		for _, stride := range []int{1, 3, 16, 40} {
			s := activation.Softmax[T]{Classes: n, Stride: stride}
			for _, odd := range []T{nan, inf, -inf, 3e38, -3e38} {
				for _, at := range []int{0, n / 2, n - 1} {
					x, g := make([]T, n*stride), make([]T, n*stride)
					for i := range x {
						x[i], g[i] = T(i%7), T(i%5)
					}
					plain := slices.Clone(g)
					for c := range stride {
						x[at*stride+c], g[at*stride+c], plain[at*stride+c] = -1000, odd, 0
					}
					y := s.Forward(nil, x)
					inY, inG, inG2 := slices.Clone(y), slices.Clone(g), slices.Clone(g)
					l := arrangement{1, n, stride}
					results := map[string][]T{
						"Derivative":                    s.Derivative(nil, x, g),
						"Derivative in place":           s.Derivative(inG, x, inG),
						"DerivativeFromOutput":          s.DerivativeFromOutput(nil, y, g),
						"DerivativeFromOutput, dst = y": s.DerivativeFromOutput(inY, inY, g),
						"DerivativeFromOutput, dst = g": s.DerivativeFromOutput(inG2, y, inG2),
					}
					for _, d := range []int{0, stride - 1} {
						want, size := softmaxGradient[T](gather(l, y, d), gather(l, plain, d), slices.Repeat([]float64{1}, n), 1)
						for method, got := range results {
							row := gather(l, got, d)
							if ratio := offBy[T](row, want, size, 1); !(ratio <= 16) || row[at] != 0 {
								t.Errorf("%s, n=%d, stride %d, %v at %d: off by %.3g·ε·Σ, %v there", method, n, stride, odd, at, ratio, row[at])
							}
						}
					}
				}
			}
		}
	}
	// In place, a row that is longer than any buffer.
	const long = 18_000
	rng := rand.New(rand.NewPCG(70, 71))
	x, up := values[T](rng, long), values[T](rng, long)
	plain := slices.Clone(up)
	for i, odd := range []T{nan, inf, -inf, 3e38} {
		x[1000*i+7], up[1000*i+7], plain[1000*i+7] = -1000, odd, 0
	}
	s := activation.Softmax[T]{}
	wantBits(t, "Derivative in place of a long row", s.Derivative(up, x, up), s.Derivative(plain, x, plain))
	x[70] = inf // the row has no softmax
	for _, a := range []activation.Activation[T]{s, activation.LogSoftmax[T]{}} {
		for i, d := range a.Derivative(up, x, up) {
			if d == d {
				t.Fatalf("%v.Derivative in place of a long row with +Inf: [%d] = %v, want NaN", a, i, d)
			}
		}
	}
	g := []T{nan, 1, inf}
	wantBits(t, "DerivativeFromOutput of a row masked out", positive(activation.Softmax[T]{}.DerivativeFromOutput(nil, make([]T, 3), g)), make([]T, 3))
}

// positive replaces −0 by +0 in x, and returns x.
func positive[T activation.Float](x []T) []T {
	for i := range x {
		x[i] += 0
	}
	return x
}

// TestSoftmaxLargeUpstream checks the bound of the derivative of Softmax for upstreams up to
// half the largest number, the largest whose differences cannot overflow. The sums of the
// loops are then so large that the careful loops run.
func TestSoftmaxLargeUpstream(t *testing.T) {
	t.Run("float32", softmaxLargeUpstream[float32])
	t.Run("float64", softmaxLargeUpstream[float64])
}

func softmaxLargeUpstream[T activation.Float](t *testing.T) {
	half := largest[T]() / 2
	rng := rand.New(rand.NewPCG(66, 67))
	for _, n := range []int{2, 3, 4, 8, 10, 32, 40, 65, 129, 300} {
		for _, stride := range []int{1, 3, 7, 16, 33} {
			l := arrangement{(gridRows + stride - 1) / stride, n, stride}
			for _, tau := range []T{1, 3} {
				s := activation.Softmax[T]{Classes: n, Stride: stride, Temperature: tau}
				x, g := values[T](rng, l.count()*n), make([]T, l.count()*n)
				for i := range g {
					x[i] *= T([]float64{1, 8}[rng.IntN(2)])
					g[i] = half * T([]float64{1, -1, 2*rng.Float64() - 1}[rng.IntN(3)])
				}
				y := s.Forward(nil, x)
				got := s.DerivativeFromOutput(nil, y, g)
				// The truth for g·2⁻⁴⁰, in which nothing overflows.
				small := func(row []float64) []float64 {
					for i := range row {
						row[i] *= 0x1p-40
					}
					return row
				}
				for d := range l.count() {
					want, size := softmaxGradient[T](gather(l, y, d), small(gather(l, g, d)), slices.Repeat([]float64{1}, n), float64(tau))
					if ratio := offBy[T](small(gather(l, got, d)), want, size, float64(tau)); !(ratio <= 16) {
						t.Errorf("Softmax.DerivativeFromOutput, %v, τ=%v: off by %.3g·ε·Σ", l, tau, ratio)
					}
				}
			}
		}
	}
}

// TestSoftmaxFaint checks the derivative of Softmax for long rows in which each probability
// is small, and one that is far smaller has a large upstream. A loop that began the mean
// with that upstream would lose all others.
func TestSoftmaxFaint(t *testing.T) {
	t.Run("float32", softmaxFaint[float32])
	t.Run("float64", softmaxFaint[float64])
}

func softmaxFaint[T activation.Float](t *testing.T) {
	const n = 4700 // all probabilities are then below 2⁻¹²
	rng := rand.New(rand.NewPCG(68, 69))
	for _, stride := range []int{1, 2, 40} {
		l := arrangement{1, n, stride}
		s := activation.Softmax[T]{Classes: n, Stride: stride}
		x, g := values[T](rng, l.count()*n), values[T](rng, l.count()*n)
		for i := range x {
			x[i] /= 64
		}
		for d := range l.count() {
			at := l.index(d, d%3)
			x[at], g[at] = -60, 1e20
		}
		y := s.Forward(nil, x)
		got := s.DerivativeFromOutput(nil, y, g)
		d := l.count() - 1
		want, size := softmaxGradient[T](gather(l, y, d), gather(l, g, d), slices.Repeat([]float64{1}, n), 1)
		if ratio := offBy[T](gather(l, got, d), want, size, 1); !(ratio <= 16*n/1000) {
			t.Errorf("Softmax.DerivativeFromOutput, %v: off by %.3g·ε·Σ", l, ratio)
		}
	}
}

// TestSoftmaxTemperature checks the smallest and the largest τ.
func TestSoftmaxTemperature(t *testing.T) {
	t.Run("float32", softmaxTemperature[float32])
	t.Run("float64", softmaxTemperature[float64])
}

func softmaxTemperature[T activation.Float](t *testing.T) {
	inf := T(math.Inf(1))
	large := largest[T]()
	for _, tau := range []T{smallest[T](), 7 * smallest[T](), large * 0x1p-10, large / 7, large, inf} {
		for _, x := range [][]T{
			{large, -large}, {-large, large, 0}, {large, large / 2, -large / 3, -inf}, {1, 2, 3}, {0, -inf, 5, -inf},
			{smallest[T](), 0, 2 * smallest[T]()}, {-large, -large, -large}, {large}, {-inf, large},
		} {
			for _, copies := range []int{1, 9} { // short rows, and rows longer than a vector
				row := slices.Repeat(x, copies)
				for _, stride := range []int{1, 3, 16} {
					l := arrangement{2, len(row), stride}
					s := activation.Softmax[T]{Classes: l.n, Stride: stride, Temperature: tau}
					in := scatter(l, [][]T{row})
					want, wantLog := referenceSoftmax(gather(l, in, 0), float64(tau))
					y, ly := s.Forward(nil, in), activation.LogSoftmax[T](s).Forward(nil, in)
					for d := range l.count() {
						for i, v := range gather(l, y, d) {
							// Smaller results than those with a condition of 1 + 110 or
							// 1 + 750 are 0.
							if off := math.Abs(reference.FromFloat(v).Sub(want[i]).Float64()); !(off <= 4*epsilon[T]()*(1-wantLog[i].Float64())*want[i].Float64()+float64(smallest[T]())) && want[i].Float64() != v {
								t.Errorf("Softmax{τ=%v} of %v: [%d] = %v, want %v", tau, row, i, v, want[i].Float64())
							}
						}
						for i, v := range gather(l, ly, d) {
							w := wantLog[i].Float64()
							if is32[T]() {
								w = float64(wantLog[i].Float32())
							}
							if u := ulp(T(v), wantLog[i]); !(u <= 4) && v != w {
								t.Errorf("LogSoftmax{τ=%v} of %v: [%d] = %v, want %v", tau, row, i, v, w)
							}
						}
					}
				}
			}
		}
	}
	// If τ is infinite, the result does not depend on x, and the derivative is 0.
	s := activation.Softmax[T]{Temperature: inf}
	wantBits(t, "Softmax{τ=+Inf}.Derivative", abs(s.Derivative(nil, []T{1, 2, 3}, []T{4, 5, 6})), []T{0, 0, 0})
	wantBits(t, "LogSoftmax{τ=+Inf}.Derivative", abs(activation.LogSoftmax[T](s).Derivative(nil, []T{1, 2, 3}, []T{4, 5, 6})), []T{0, 0, 0})
	third := T(1)
	third /= 3
	keep := []bool{true, false, true, true}
	wantBits(t, "Softmax{τ=+Inf}.ForwardMasked", s.ForwardMasked(nil, []T{1, 9, 2, 3}, keep), []T{third, 0, third, third})
	wantBits(t, "Softmax{τ=+Inf}.Forward", s.Forward(nil, []T{1, -inf, 2, 3}), []T{third, 0, third, third})
}

func abs[T activation.Float](x []T) []T {
	for i, v := range x {
		x[i] = T(math.Abs(float64(v)))
	}
	return x
}

// referenceSoftmax returns the softmax of a row and its logarithm, for every τ.
func referenceSoftmax(x []float64, tau float64) (y, log []reference.Value) {
	if !math.IsInf(tau, 1) {
		return reference.Softmax(x, tau), reference.LogSoftmax(x, tau)
	}
	level := slices.Clone(x) // the distribution is uniform over the entries that are not −Inf
	for i, v := range level {
		if !math.IsInf(v, -1) {
			level[i] = 0
		}
	}
	return reference.Softmax(level, 1), reference.LogSoftmax(level, 1)
}

// TestSoftmaxGrid compares Softmax and LogSoftmax, forward and backward, with the truth in
// every layout: rows and columns, fewer and more than the loops process at a time, strides
// and classes that are multiples of the lanes of a vector or not, several τ, in place and
// masked. In the default build, rows and columns of the same logits must give the same
// bits.
func TestSoftmaxGrid(t *testing.T) {
	t.Run("float32", softmaxGrid[float32])
	t.Run("float64", softmaxGrid[float64])
}

// gridRows is the number of different distributions in a grid. No stride and no number of
// lanes is a multiple of it, so two distributions that a loop may confuse are different.
const gridRows = 11

func softmaxGrid[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(60, 61))
	worst := map[string]float64{}
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21, 31, 33, 63, 64, 65, 66, 100, 129} {
		for _, tau := range []T{1, 0.5, 3} {
			g := newSoftmaxGrid(rng, n, tau)
			for _, stride := range []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 24, 259} {
				l := arrangement{2, n, stride}
				switch {
				case stride == 1:
					l.outer = 2*gridRows - 1 // more than the rows that a loop takes at a time
				case stride == 259 && n > 21:
					continue
				}
				g.forward(t, l)
				g.backward(t, l, worst)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(worst)) {
		t.Logf("%s: at most %.2f·ε·Σ", name, worst[name])
	}
}

// A softmaxTruth holds the true results of Softmax or LogSoftmax for each row of a grid.
type softmaxTruth[T activation.Float] struct {
	name                 string
	y                    [][]reference.Value
	rounded              [][]T // y
	fromX, fromY         [][]reference.Value
	fromXSize, fromYSize [][]float64 // what their errors are relative to
}

// A softmaxRows holds the rows of a grid, an upstream for each, and the true results.
type softmaxRows[T activation.Float] struct {
	tau          T
	x, g         [][]T
	softmax, log softmaxTruth[T]
}

func newSoftmaxGrid[T activation.Float](rng *rand.Rand, n int, tau T) *softmaxRows[T] {
	s := &softmaxRows[T]{tau: tau, softmax: softmaxTruth[T]{name: "Softmax"}, log: softmaxTruth[T]{name: "LogSoftmax"}}
	for r := range gridRows {
		// Ordinary logits with some −Inf, and logits so far apart that results are subnormal.
		spread := []float64{2, 60, 300}[r%3]
		x, g := values[T](rng, n), values[T](rng, n)
		for i := range x {
			x[i] *= T(spread)
			if spread == 2 && i > 0 && rng.IntN(8) == 0 {
				x[i] = T(math.Inf(-1))
			}
		}
		s.x, s.g = append(s.x, x), append(s.g, g)
		y, log := referenceSoftmax(widest(x), float64(tau))
		condition := make([]float64, n) // of the exponentials
		for i, v := range x {
			condition[i] = 1 + float64(slices.Max(x)-v)/float64(tau)
			if math.IsInf(condition[i], 1) {
				condition[i] = 1
			}
		}
		s.softmax.add(y, g, condition, tau, reference.SoftmaxDerivative(widest(x), widest(g), float64(tau)), softmaxGradient[T])
		s.log.add(log, g, condition, tau, reference.LogSoftmaxDerivative(widest(x), widest(g), float64(tau)), logSoftmaxGradient[T])
	}
	return s
}

// add appends a row.
func (s *softmaxTruth[T]) add(y []reference.Value, g []T, condition []float64, tau T, fromX []reference.Value,
	gradient func(y, g, condition []float64, tau float64) ([]reference.Value, []float64)) {
	rounded := make([]T, len(y))
	for i, v := range y {
		rounded[i] = T(v.Float64())
		if is32[T]() {
			rounded[i] = T(v.Float32())
		}
	}
	ones := slices.Repeat([]float64{1}, len(y))
	fromY, fromYSize := gradient(widest(rounded), widest(g), ones, float64(tau))
	_, fromXSize := gradient(widest(rounded), widest(g), condition, float64(tau))
	s.y, s.rounded = append(s.y, y), append(s.rounded, rounded)
	s.fromX, s.fromXSize = append(s.fromX, fromX), append(s.fromXSize, fromXSize)
	s.fromY, s.fromYSize = append(s.fromY, fromY), append(s.fromYSize, fromYSize)
}

// forward checks the forward passes.
func (s *softmaxRows[T]) forward(t *testing.T, l arrangement) {
	t.Helper()
	inf := T(math.Inf(1))
	a := activation.Softmax[T]{Classes: l.n, Stride: l.stride, Temperature: s.tau}
	x := scatter(l, s.x)
	y, ly := a.Forward(nil, x), activation.LogSoftmax[T](a).Forward(nil, x)
	what := fmt.Sprintf("%v, τ=%v", l, s.tau)
	for d := range l.count() {
		which := d % gridRows
		want, wantLog := s.softmax.y[which], s.log.y[which]
		for i, v := range gather(l, y, d) {
			w := want[i]
			bound := 4*epsilon[T]()*(1-wantLog[i].Float64())*w.Float64() + float64(smallest[T]())
			if off := math.Abs(reference.FromFloat(v).Sub(w).Float64()); !(off <= bound) && w.Float64() != v {
				t.Errorf("Softmax, %s, row %d: [%d] = %v, want %v", what, which, i, v, w.Float64())
			}
		}
		for i, v := range gather(l, ly, d) {
			if u := ulp(T(v), wantLog[i]); !(u <= 4) && !(math.IsInf(v, -1) && s.x[which][i] == -inf) {
				t.Errorf("LogSoftmax, %s, row %d: [%d] = %v, want %v", what, which, i, v, wantLog[i].Float64())
			}
		}
		if activation.VectorBits() == 0 {
			alone := activation.Softmax[T]{Temperature: s.tau}
			wantBits(t, "Softmax of the row alone, "+what, alone.Forward(nil, s.x[which]), narrowed[T](gather(l, y, d)))
			wantBits(t, "LogSoftmax of the row alone, "+what, activation.LogSoftmax[T](alone).Forward(nil, s.x[which]), narrowed[T](gather(l, ly, d)))
		}
	}
	in := slices.Clone(x)
	wantBits(t, "Softmax in place, "+what, a.Forward(in, in), y)
	in = slices.Clone(x)
	wantBits(t, "LogSoftmax in place, "+what, activation.LogSoftmax[T](a).Forward(in, in), ly)
	keep, cut := make([]bool, len(x)), slices.Clone(x)
	for i := range keep {
		keep[i] = x[i] != -inf
		if !keep[i] {
			cut[i] = T(math.NaN())
		}
	}
	wantBits(t, "Softmax masked, "+what, a.ForwardMasked(nil, cut, keep), y)
	wantBits(t, "LogSoftmax masked, "+what, activation.LogSoftmax[T](a).ForwardMasked(nil, cut, keep), ly)
}

// backward checks the derivatives from x and from the output. With dst = x, y or upstream
// they must give the same bits. A nil upstream must give the same numbers as ones.
func (s *softmaxRows[T]) backward(t *testing.T, l arrangement, worst map[string]float64) {
	t.Helper()
	a := activation.Softmax[T]{Classes: l.n, Stride: l.stride, Temperature: s.tau}
	x, g := scatter(l, s.x), scatter(l, s.g)
	ones := slices.Repeat([]T{1}, len(x))
	for _, f := range []struct {
		a activation.OutputDerivative[T]
		softmaxTruth[T]
	}{{a, s.softmax}, {activation.LogSoftmax[T](a), s.log}} {
		for _, pass := range []struct {
			name string
			run  func(dst, in, upstream []T) []T
			in   []T
			want [][]reference.Value
			size [][]float64
		}{
			{"Derivative", f.a.Derivative, x, f.fromX, f.fromXSize},
			{"DerivativeFromOutput", f.a.DerivativeFromOutput, scatter(l, f.rounded), f.fromY, f.fromYSize},
		} {
			name := f.name + "." + pass.name
			what := fmt.Sprintf("%s, %v, τ=%v", name, l, s.tau)
			got := pass.run(nil, pass.in, g)
			for d := range l.count() {
				which := d % gridRows
				ratio := offBy[T](gather(l, got, d), pass.want[which], pass.size[which], float64(s.tau))
				worst[name] = max(worst[name], ratio)
				if !(ratio <= 16) {
					t.Errorf("%s, row %d: off by %.3g·ε·Σ (x = %.4v, g = %.4v, got %.4v)", what, which, ratio, s.x[which], s.g[which], gather(l, got, d))
				}
			}
			in, up := slices.Clone(pass.in), slices.Clone(g)
			wantBits(t, what+", in place", pass.run(in, in, g), got)
			wantBits(t, what+", in place of its upstream", pass.run(up, pass.in, up), got)
			wantBits(t, what+", without upstream", positive(pass.run(nil, pass.in, nil)), positive(pass.run(nil, pass.in, ones)))
		}
	}
}

// TestLogSoftmaxSum checks sums of exponentials of which a loop could lose several bits. They
// are just above a power of two, so their logarithm has an exponent less. And most of their
// terms are a little more than half a bit of the sum. Far below the maximum, each exponential
// is less than half the smallest float, but their sum is not.
func TestLogSoftmaxSum(t *testing.T) {
	t.Run("float32", logSoftmaxSum[float32])
	t.Run("float64", logSoftmaxSum[float64])
}

func logSoftmaxSum[T activation.Float](t *testing.T) {
	bits, gone := 53.0, T(-745.6)
	if is32[T]() {
		bits, gone = 24, -106.5
	}
	check := func(what string, row []T, tau T) {
		t.Helper()
		want := reference.LogSoftmax(widest(row), float64(tau))
		for _, stride := range []int{1, 3, 20} {
			l := arrangement{2, len(row), stride}
			y := activation.LogSoftmax[T]{Classes: l.n, Stride: stride, Temperature: tau}.Forward(nil, scatter(l, [][]T{make([]T, len(row)), row}))
			for d := 1; d < l.count(); d += 2 { // the others are zeros
				for i, v := range gather(l, y, d) {
					if u := ulp(T(v), want[i]); !(u <= 4) {
						t.Fatalf("%s, %v, τ=%v: [%d] = %x is off by %.2f ULP in %v", what, l, tau, i, v, u, row)
					}
				}
			}
		}
	}
	rng := rand.New(rand.NewPCG(70, 71))
	for range 1000 {
		row := make([]T, 9+rng.IntN(24))
		exponent := float64(4 + rng.IntN(8))
		second := -exponent*math.Ln2 + rng.Float64()*0x1p-7
		for i := range row {
			row[i] = -999
			if rng.IntN(2) == 0 {
				row[i] = T(second - (bits-rng.Float64())*math.Ln2)
			}
		}
		at := rng.Perm(len(row))
		row[at[0]], row[at[1]] = 0, T(second)
		check("just above a power of two", row, 1)
	}
	// Found by a search. They were off by 4.3 to 4.4 ULP when a loop added three terms of float64
	// without the errors of these additions.
	for _, c := range []struct {
		tau float64
		row []float64
	}{
		{1, []float64{0x1.390e23086b0b3p+00, -0x1.6544ab04e06a7p+02, -0x1.696f5d1b97f34p+03, -0x1.a81563ec9d776p+04, -0x1.d50b31b51acacp+04, -0x1.90e72cd7cdae5p+04, 0x1.586e56a9b7708p+02}},
		{8, []float64{-0x1.0a11dd583a96fp+05, -0x1.0ee053f8372c3p+08, -0x1.0fe53af720e64p+08, -0x1.cb895bcea7d9p+07, -0x1.14632d7384799p+08, -0x1.9ca1f58602a63p+07, -0x1.1d49c75b67f0bp+07, 0}},
		{0.3, []float64{-0x1.2086a2ef0fbd5p-01, -0x1.873b5b6c3ba0bp+02, -0x1.4341f08e0c004p+02, -0x1.321df87b0ece7p+03, 0x1.5da2d5371e577p-01}},
		{7.3, []float64{0x1.13413661deb7dp+04, -0x1.75e58184a64fbp+07, -0x1.bd6ff67274d46p+05, -0x1.44d681e754eb5p+06, -0x1.c6946ec89c236p+06, 0x1.53afd8d09f392p+05}},
		{1e-3, []float64{-0x1.0f6a6d84437bp-06, -0x1.2dce07d1004f1p-06, 0x1.18c2570f8dc03p-09, -0x1.07694e2c53cf6p-09, -0x1.c19775a7fd95bp-07, -0x1.4f3f60f7ec5b5p-06}},
	} {
		check("found by a search", narrowed[T](c.row), T(c.tau))
	}
	for _, tau := range []T{1, 2} {
		row := slices.Repeat([]T{gone * tau}, 1001)
		row[17] = 0
		check("far below", row, tau)
		for _, share := range []T{0.97, 0.95, 0.84} { // one that is not gone
			row[5] = gone * tau * share
			check("far below", row, tau)
		}
	}
}

// TestSoftmaxGradientOfMany checks the error bound of the gradient for 1000 equal probabilities.
// Then all terms of a long sum have the same rounding errors.
func TestSoftmaxGradientOfMany(t *testing.T) {
	const n = 1000
	rng := rand.New(rand.NewPCG(76, 77))
	y, g := slices.Repeat([]float32{1. / n}, n), make([]float32, n)
	for run := range 400 {
		a, c := 1+rng.Float32(), 0.2*rng.Float32()
		for i := range g {
			switch g[i] = a; {
			case run%2 == 0 && i%4 == 0:
				g[i] = -3 * a
			case run%2 == 1 && i >= n/2:
				g[i] = -a - c
			}
		}
		d := activation.Softmax[float32]{}.DerivativeFromOutput(nil, y, g)
		for _, i := range []int{0, 1, n - 1} {
			want, size := 0.0, 0.0
			for j, v := range g {
				term := float64(y[i]) * float64(y[j]) * (float64(g[i]) - float64(v))
				want += term
				size += math.Abs(term)
			}
			if off := math.Abs(float64(d[i])-want) / (epsilon[float32]() * size); !(off <= 16) {
				t.Fatalf("upstream %v, %v: [%d] = %v, want %v: off by %.1f·ε·Σ", a, c, i, d[i], want, off)
			}
		}
	}
}

// TestSoftmaxGradientOfSmall checks the error bound of the gradient if two terms of a sum are large
// and cancel, and each of the others is a little more than half an ULP of them. Then each addition
// between the two has nearly the largest rounding error, and all errors have one sign.
func TestSoftmaxGradientOfSmall(t *testing.T) {
	t.Run("float32", softmaxGradientOfSmall[float32])
	t.Run("float64", softmaxGradientOfSmall[float64])
}

func softmaxGradientOfSmall[T activation.Float](t *testing.T) {
	worst := 0.0
	// The y of entry top is almost 1, and its g is 0. Entry at has the other large term, with the
	// logit first. The others have the logit low, and terms of share·ε more.
	check := func(n, stride int, tau float64, at, top int, first, low, large, share float64) {
		t.Helper()
		x, g := make([]T, 2*n*stride), make([]T, 2*n*stride)
		for i := range x {
			switch i / stride % n {
			case at:
				x[i], g[i] = T(first*tau), T(large*math.Exp(-first))
			case top:
			default:
				x[i], g[i] = T(low*tau), T(large+share*epsilon[T]()*math.Exp(-low))
			}
		}
		s := activation.Softmax[T]{Classes: n, Stride: stride, Temperature: T(tau)}
		y := s.Forward(nil, x)
		got := s.DerivativeFromOutput(nil, y, g)[top*stride]
		var want reference.Value
		size := 0.0
		for i := 0; i < n*stride; i += stride {
			term := reference.FromFloat(float64(y[i])).Mul(reference.FromFloat(-float64(g[i])))
			want, size = want.Add(term), size+math.Abs(term.Float64())
		}
		p := reference.FromFloat(float64(y[top*stride])).Div(reference.FromFloat(float64(T(tau))))
		off := reference.FromFloat(float64(got)).Sub(want.Mul(p)).Div(p).Abs().Float64() / (epsilon[T]() * size)
		worst = max(worst, off)
		if !(off <= 16) {
			t.Errorf("[2][%d][%d], τ=%v, large terms at %d and %d: off by %.1f·ε·Σ", n, stride, tau, at, top, off)
		}
	}
	rng := rand.New(rand.NewPCG(84, 85))
	for _, n := range []int{24, 25, 48, 64, 65, 96, 97, 100, 103, 104, 129, 208, 300, 416, 832, 1000} {
		for _, stride := range []int{1, 3, 16, 24, 40} {
			for trial := range 12 {
				tau, top := []float64{1, 1.9, 3}[trial%3], rng.IntN(n-1)+1
				check(n, stride, tau, 0, top, -(8 + 20*rng.Float64()), -(12 + 10*rng.Float64()), 1+0.1*rng.Float64(), 0.5+0.1*rng.Float64())
				// Terms that are added in pairs first are half as large.
				check(n, stride, tau, 0, top, -(8 + 20*rng.Float64()), -(12 + 28*rng.Float64()), 1+0.002*rng.Float64(), 0.24+0.02*rng.Float64())
			}
		}
	}
	// The largest errors that a search found, when parts had up to 104 entries.
	check(104, 1, 1.9, 0, 3, -7.99, -38.49, 1.00086, 0.25)
	check(416, 1, 1.9, 2, 1, -18.46, -23.19, 1.00002, 0.2445)
	t.Logf("at most %.2f·ε·Σ", worst)
}

// TestLogSoftmaxGradientOfTop checks the gradient of log-softmax if p of one entry is almost 1, and
// its g is huge. The bound of this entry is small: it depends on the other g only.
func TestLogSoftmaxGradientOfTop(t *testing.T) {
	t.Run("float32", logSoftmaxGradientOfTop[float32])
	t.Run("float64", logSoftmaxGradientOfTop[float64])
}

func logSoftmaxGradientOfTop[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(96, 97))
	worst := 0.0
	for _, n := range []int{3, 10, 64, 65, 129, 1000} {
		for _, stride := range []int{1, 2, 3, 16, 40} {
			a := activation.LogSoftmax[T]{Classes: n, Stride: stride}
			for trial, huge := range []T{1e20, 1e10, 1e6, 1e3} {
				top := rng.IntN(n)
				x, g := slices.Repeat([]T{-95}, n*stride), slices.Repeat([]T{0.1}, n*stride)
				for c := range stride {
					sum := float64(0)
					for i := range n {
						if at := i*stride + c; i == top {
							x[at], g[at] = 0, huge
						} else if trial%2 == 1 { // nearly the largest rounding error, always up
							g[at] = T(1 + 0.49*epsilon[T]()*sum)
							sum += float64(g[at])
						}
					}
				}
				y := a.Forward(nil, x)
				inG, inY := slices.Clone(g), slices.Clone(y)
				last := func(s []T) []float64 { return gather(arrangement{1, n, stride}, s, stride-1) }
				want, size := logSoftmaxGradient[T](last(y), last(g), slices.Repeat([]float64{1}, n), 1)
				for place, got := range [][]T{
					a.DerivativeFromOutput(nil, y, g), a.DerivativeFromOutput(inG, y, inG), a.DerivativeFromOutput(inY, inY, g), a.Derivative(nil, x, g), a.Derivative(slices.Clone(x), x, g),
				} {
					ratio := offBy[T](last(got), want, size, 1)
					worst = max(worst, ratio)
					if !(ratio <= 16) {
						t.Errorf("%v of %d, %v at %d, place %d: off by %.3g·ε·Σ", a, n, huge, top, place, ratio)
					}
				}
			}
		}
	}
	t.Logf("at most %.2f·ε·Σ", worst)
}

// TestSoftmaxQuotient checks that the derivative from y for a temperature is the one for 1,
// divided by it. For a power of two, some loops multiply by the reciprocal.
func TestSoftmaxQuotient(t *testing.T) {
	t.Run("float32", softmaxQuotient[float32])
	t.Run("float64", softmaxQuotient[float64])
}

func softmaxQuotient[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(66, 67))
	for _, n := range []int{3, 4, 10, 64, 129, 300} {
		for _, tau := range []T{8, 0.25, 3, 0.1, smallest[T](), 4 / smallest[T](), T(math.Inf(1))} {
			s := activation.Softmax[T]{Classes: n}
			x, g := values[T](rng, 3*n), values[T](rng, 3*n)
			y := s.Forward(nil, x)
			want := s.DerivativeFromOutput(nil, y, g)
			for i := range want {
				want[i] /= tau
			}
			got := activation.Softmax[T]{Classes: n, Temperature: tau}.DerivativeFromOutput(nil, y, g)
			wantBits(t, fmt.Sprintf("%d classes, temperature %v", n, tau), got, want)
		}
	}
}

// TestSoftmaxSum checks the error bound of Softmax for rows that a search for large errors has
// found: the roundings of the sum, of its reciprocal and of the product all have one direction.
func TestSoftmaxSum(t *testing.T) {
	rows := [][]float64{
		slices.Concat([]float64{0}, slices.Repeat([]float64{-0x1.d191e71e03284p+04}, 9), slices.Repeat([]float64{-0x1.423a89429ec0cp+02}, 2)),
		slices.Concat([]float64{0}, slices.Repeat([]float64{-0x1.1d1a8df27adbap+05}, 7),
			[]float64{-0x1.0fd55adad3a76p+04, -0x1.3252460120535p+04, -0x1.3f2e914beab9cp+04, -0x1.25b32f4700a99p+05}),
	}
	for _, row := range rows {
		want := reference.Softmax(row, 1)[0]
		for _, stride := range []int{1, 3, 24} {
			x := scatter(arrangement{1, len(row), stride}, [][]float64{row})
			y := activation.Softmax[float64]{Classes: len(row), Stride: stride}.Forward(nil, x)[0]
			if off := reference.FromFloat(y).Sub(want).Div(want).Abs().Float64() / epsilon[float64](); !(off <= 4) {
				t.Errorf("stride %d: Softmax of %v begins with %v, want %v: off by %.2f·ε", stride, row, y, want.Float64(), off)
			}
		}
	}
}

// TestSoftmaxLongSum checks rows and columns of 2²⁰ equal entries beside a maximum. Each addition
// of such a sum has the same rounding error.
func TestSoftmaxLongSum(t *testing.T) {
	t.Run("float32", softmaxLongSum[float32])
	t.Run("float64", softmaxLongSum[float64])
}

func softmaxLongSum[T activation.Float](t *testing.T) {
	const n = 1 << 20
	faint := T(-112) // e⁻¹¹² rounds to 0, but the sum of n does not
	if !is32[T]() {
		faint = -750
	}
	for _, stride := range []int{1, max(4, activation.VectorBits()/32)} { // rows, and columns that fill a vector
		for _, low := range []T{-0.07930947, -31.505882, faint} {
			x := slices.Repeat([]T{low}, n*stride)
			x[0] = 0 // the other columns have no maximum of their own
			e := reference.Exp(float64(low))
			sum := e.Mul(reference.FromFloat(n - 1))
			log := activation.LogSoftmax[T]{Classes: n, Stride: stride}.Forward(nil, x)
			if want := reference.Log1p(sum).Neg(); !(ulp(log[0], want) <= 4) {
				t.Errorf("LogSoftmax, stride %d, of 0 and %v: %v, want %v", stride, low, log[0], want.Float64())
			}
			if low == faint {
				continue
			}
			y := activation.Softmax[T]{Classes: n, Stride: stride}.Forward(nil, x)
			want := e.Div(sum.Add(reference.FromFloat(1)))
			if off := math.Abs(reference.FromFloat(float64(y[stride])).Sub(want).Div(want).Float64()); !(off <= 4*epsilon[T]()*(1-float64(low))) {
				t.Errorf("Softmax, stride %d, of 0 and %v: %v, want %v", stride, low, y[stride], want.Float64())
			}
		}
	}
}

// TestSoftmaxPeak puts the maximum at each index of a row in turn. It is so large that the
// exponential of its distance from the other entries overflows. So the test fails if a loop
// misses the maximum.
func TestSoftmaxPeak(t *testing.T) {
	t.Run("float32", softmaxPeak[float32])
	t.Run("float64", softmaxPeak[float64])
}

func softmaxPeak[T activation.Float](t *testing.T) {
	far := T(2000)
	if is32[T]() {
		far = 200
	}
	rng := rand.New(rand.NewPCG(64, 65))
	for _, n := range []int{2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 47, 63, 64, 65, 66, 100, 129, 200} {
		for _, stride := range []int{1, 3, 4, 7, 8, 16, 17, 33} {
			l := arrangement{(n + stride - 1) / stride, n, stride}
			peaked := func(peak T) []T {
				x := make([]T, l.count()*n)
				for d := range l.count() {
					x[l.index(d, d%n)] = peak
				}
				return x
			}
			for _, tau := range []T{1, 0.5} {
				what := fmt.Sprintf("%v, τ=%v", l, tau)
				s := activation.Softmax[T]{Classes: n, Stride: stride, Temperature: tau}
				x := peaked(far * tau)
				below := slices.Clone(x)
				for i := range below {
					below[i] = (below[i] - far*tau) / tau
				}
				wantBits(t, "Softmax, "+what, s.Forward(nil, x), peaked(1))
				wantBits(t, "LogSoftmax, "+what, positive(activation.LogSoftmax[T](s).Forward(nil, x)), positive(below))
			}
			if n > 66 {
				continue
			}
			// Backward, the g beside a y of almost 1 changes all other results.
			s := activation.Softmax[T]{Classes: n, Stride: stride}
			x, g := peaked(18), values[T](rng, l.count()*n)
			for d := range l.count() {
				g[l.index(d, d%n)] *= 1e10
			}
			y, ly := s.Forward(nil, x), activation.LogSoftmax[T](s).Forward(nil, x)
			got, gotLog := s.DerivativeFromOutput(nil, y, g), activation.LogSoftmax[T](s).DerivativeFromOutput(nil, ly, g)
			ones := slices.Repeat([]float64{1}, n)
			for d := range l.count() {
				want, size := softmaxGradient[T](gather(l, y, d), gather(l, g, d), ones, 1)
				if ratio := offBy[T](gather(l, got, d), want, size, 1); !(ratio <= 16) {
					t.Errorf("Softmax.DerivativeFromOutput, %v, peak at %d: off by %.3g·ε·Σ", l, d%n, ratio)
				}
				want, size = logSoftmaxGradient[T](gather(l, ly, d), gather(l, g, d), ones, 1)
				if ratio := offBy[T](gather(l, gotLog, d), want, size, 1); !(ratio <= 16) {
					t.Errorf("LogSoftmax.DerivativeFromOutput, %v, peak at %d: off by %.3g·ε·Σ", l, d%n, ratio)
				}
			}
		}
	}
}

// TestSoftmaxNaNBeside mixes rows that have no softmax with others. These must give the
// same results as without them, even if the results are subnormal.
func TestSoftmaxNaNBeside(t *testing.T) {
	t.Run("float32", softmaxNaNBeside[float32])
	t.Run("float64", softmaxNaNBeside[float64])
}

func softmaxNaNBeside[T activation.Float](t *testing.T) {
	inf, nan, far := T(math.Inf(1)), T(math.NaN()), T(740)
	if is32[T]() {
		far = 100
	}
	rows := [][]T{
		{1, 2, 3, 4, 5}, {-far, 0, 1, -far + 1, -far - 2}, {1, nan, 0, -far, 2}, {-inf, -inf, -inf, -inf, -inf},
		{0, -far, -inf, 1, -far}, {2, inf, 0, -far, -1}, {3, -far, -nan, 0, 1},
	}
	for _, stride := range []int{1, 2, 3, 5, 7, 8, 16, 17, 24} {
		l := arrangement{len(rows), len(rows[0]), stride}
		x := scatter(l, rows)
		for _, tau := range []T{1, 0.5, 3} {
			s := activation.Softmax[T]{Classes: l.n, Stride: stride, Temperature: tau}
			for _, a := range []activation.Activation[T]{s, activation.LogSoftmax[T](s)} {
				y, d := a.Forward(nil, x), a.Derivative(nil, x, nil)
				for at := range l.count() {
					row := rows[at%len(rows)]
					want, wantLog := referenceSoftmax(widest(row), float64(tau))
					for i, v := range gather(l, y, at) {
						w, off := want[i].Float64(), 0.0
						if a != any(s) {
							w = wantLog[i].Float64()
						}
						if w == w && !math.IsInf(w, 0) {
							off = 4*epsilon[T]()*math.Abs(w)*(1-wantLog[i].Float64()) + float64(smallest[T]())
						}
						if w != w && v == v || w == w && v != w && !(math.Abs(v-w) <= off) {
							t.Errorf("%v.Forward, row %v: [%d] = %v, want %v", a, row, i, v, w)
						}
						if dv := gather(l, d, at)[i]; (w != w) != (dv != dv) {
							t.Errorf("%v.Derivative, row %v: [%d] = %v, but Forward gives %v", a, row, i, dv, v)
						}
					}
				}
			}
		}
	}
}

func narrowed[T activation.Float](x []float64) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

// TestSoftmaxLongInPlace checks the derivatives with dst = upstream for distributions that
// are too long for a buffer. The kernel then copies some columns at a time to the buffer,
// or computes the outputs again in each pass. If it copies many columns, the bits must be
// those of a separate dst. A nil upstream must give the same numbers as ones.
func TestSoftmaxLongInPlace(t *testing.T) {
	t.Run("float32", softmaxLongInPlace[float32])
	t.Run("float64", softmaxLongInPlace[float64])
}

func softmaxLongInPlace[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(62, 63))
	layouts := []arrangement{{2, 600, 1}, {1, 12_000, 1}, {1, 20_000, 1}, {2, 21, 5000}, {1, 3000, 30}, {1, 8000, 3}, {2, 5000, 4}, {1, 9000, 2}}
	for _, n := range []int{9, 21, 65, 130, 247, 248, 249, 257, 300, 481, 482, 630, 631, 1000, 2048, 2049, 4096} {
		for _, stride := range []int{2, 3, 4, 5, 8, 9, 15, 16, 17, 18, 19, 31, 32, 33, 34, 35, 36, 47, 48, 63, 64, 65, 66, 130, 257, 800, 2000} {
			if size := n * stride; size > 1<<14 && size < 50_000 {
				layouts = append(layouts, arrangement{1, n, stride})
			}
		}
	}
	const fewest = 13 // columns in half of a buffer of 2¹⁴ elements, see derivativeInPlace in package kernel
	for i, l := range layouts {
		x, g := values[T](rng, l.count()*l.n), values[T](rng, l.count()*l.n)
		s := activation.Softmax[T]{Classes: l.n, Stride: l.stride, Temperature: []T{0.5, 1, 3}[i%3]}
		for _, a := range []activation.Activation[T]{s, activation.LogSoftmax[T](s)} {
			want := a.Derivative(nil, x, g)
			got := slices.Clone(g)
			a.Derivative(got, x, got)
			if size := l.n * l.stride; size <= 1<<14 || 1<<13/l.n >= fewest {
				wantBits(t, fmt.Sprintf("%v.Derivative in place", a), got, want)
			}
			// Both are within their bound; this tells a wrong element from a rounding.
			largest := T(0)
			for _, v := range want {
				largest = max(largest, v, -v)
			}
			for i := range got {
				if off := math.Abs(float64(got[i] - want[i])); !(off <= 64*epsilon[T]()*float64(largest)) {
					t.Fatalf("%v.Derivative in place [%d] = %v, apart from that %v", a, i, got[i], want[i])
				}
			}
			if n := allocs(func() { a.Derivative(got, x, got) }); n != 0 {
				t.Errorf("%v.Derivative in place allocates %v times", a, n)
			}
			ones := slices.Repeat([]T{1}, len(x))
			wantBits(t, fmt.Sprintf("%v.Derivative without upstream", a), positive(a.Derivative(nil, x, nil)), positive(a.Derivative(nil, x, ones)))
		}
	}
}

// TestMaskedEntries looks for masked entries that are not 0 in softmax, or not −Inf in
// log-softmax, beside NaNs and infinities, in many shapes.
func TestMaskedEntries(t *testing.T) {
	t.Run("float32", maskedEntries[float32])
	t.Run("float64", maskedEntries[float64])
}

func maskedEntries[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	exceptional := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1000}
	for _, tau := range []T{1, 2} {
		for _, classes := range []int{1, 2, 3, 4, 8, 17, 64, 130} {
			for _, stride := range []int{1, 2, 3, 8, 16, 33} {
				x, keep := make([]T, 3*classes*stride), make([]bool, 3*classes*stride)
				for trial := range 6 {
					for i := range x {
						x[i] = T(rng.NormFloat64())
						if rng.IntN(4+trial*classes/4) == 0 {
							x[i] = T(exceptional[rng.IntN(len(exceptional))])
						}
						keep[i] = rng.IntN(1+trial) == 0
					}
					a := activation.Softmax[T]{Classes: classes, Stride: stride, Temperature: tau}
					y, log := a.ForwardMasked(nil, x, keep), activation.LogSoftmax[T](a).ForwardMasked(nil, x, keep)
					for i, k := range keep {
						if k {
							continue
						}
						if v := float64(y[i]); v != 0 || math.Signbit(v) {
							t.Fatalf("%v: entry %d is masked, and %v, want 0", a, i, v)
						}
						if v := float64(log[i]); !math.IsInf(v, -1) {
							t.Fatalf("%v: entry %d is masked, and %v, want -Inf", activation.LogSoftmax[T](a), i, v)
						}
					}
				}
			}
		}
	}
}

// TestSoftmaxTinyTemperature checks the derivative for a τ whose reciprocal overflows.
func TestSoftmaxTinyTemperature(t *testing.T) {
	for _, l := range []arrangement{{1, 4, 1}, {2, 4, 1}, {1, 200, 1}, {1, 4, 40}} {
		y, g := make([]float32, l.count()*l.n), make([]float32, l.count()*l.n)
		for d := range l.count() {
			y[l.index(d, 0)] = 1
			for i := range l.n {
				g[l.index(d, i)] = float32(i)
			}
		}
		s := activation.Softmax[float32]{Classes: l.n, Stride: l.stride, Temperature: 0x1p-130}
		wantBits(t, l.String(), s.DerivativeFromOutput(nil, y, g), make([]float32, len(y)))
	}
}

// TestSoftmaxGradientOfEqual checks sums of many equal terms, whose roundings may all have one
// direction, as long as the errors of these sums are lost.
func TestSoftmaxGradientOfEqual(t *testing.T) {
	for _, stride := range []int{1, 3, 8, 40} {
		for _, n := range []int{30000, 60001, 99991} {
			for _, large := range []float32{1.1, 1.3, 1.7} {
				y, g := slices.Repeat([]float32{1 / float32(n)}, n*stride), make([]float32, n*stride)
				copy(g, slices.Repeat([]float32{large}, 8*stride))
				got := activation.Softmax[float32]{Classes: n, Stride: stride}.DerivativeFromOutput(nil, y, g)
				p, u := float64(y[0]), float64(large)
				for d := range stride {
					first := p * p * u * float64(n-8)
					if off := math.Abs(float64(got[d])-first) / first / 0x1p-23; !(off <= 16) {
						t.Errorf("[%d][%d]: the first entries are off by %.3g·ε·Σ", n, stride, off)
					}
					last := p * p * u * 8
					if off := math.Abs(float64(got[(n-1)*stride+d])+last) / last / 0x1p-23; !(off <= 16) {
						t.Errorf("[%d][%d]: the last entries are off by %.3g·ε·Σ", n, stride, off)
					}
				}
			}
		}
	}
}

// TestSoftmaxGradientOfSubnormals has products of almost half of the smallest subnormal in the sums.
// Each of them is rounded to 0.
func TestSoftmaxGradientOfSubnormals(t *testing.T) {
	t.Run("float32", softmaxGradientOfSubnormals[float32])
	t.Run("float64", softmaxGradientOfSubnormals[float64])
}

func softmaxGradientOfSubnormals[T activation.Float](t *testing.T) {
	for _, n := range []int{3, 6, 10, 30, 64, 65, 100, 300, 1000} {
		for _, stride := range []int{1, 3, 16} {
			for _, tau := range []T{1, 0.25, 4} {
				if n > 100 && tau != 1 {
					continue
				}
				l := arrangement{2, n, stride}
				x, g := make([]T, l.count()*n), make([]T, l.count()*n)
				for d := range l.count() {
					for i := range n {
						if at := l.index(d, i); i == d%n {
							x[at] = tau * T(math.Log(float64(n-1))) // y = ½
						} else {
							g[at] = smallest[T]() * T(math.Floor(0.98*float64(n-1)))
						}
					}
				}
				s := activation.Softmax[T]{Classes: n, Stride: stride, Temperature: tau}
				y := s.Forward(nil, x)
				got := s.DerivativeFromOutput(nil, y, g)
				for d := range l.count() {
					want, size := softmaxGradient[T](gather(l, y, d), gather(l, g, d), slices.Repeat([]float64{1}, n), float64(tau))
					if ratio := offBy[T](gather(l, got, d), want, size, float64(tau)); !(ratio <= 16) {
						t.Errorf("%v, τ=%v, distribution %d: off by %.3g·ε·Σ", l, tau, d, ratio)
					}
				}
			}
		}
	}
}

// TestSoftmaxLargeTemperature checks long distributions in place if x − max overflows, but
// (x − max)/τ does not.
func TestSoftmaxLargeTemperature(t *testing.T) {
	const n, most = 20000, math.MaxFloat64
	for _, a := range []activation.Activation[float64]{activation.Softmax[float64]{Temperature: most}, activation.LogSoftmax[float64]{Temperature: most}} {
		x, g := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], g[i] = []float64{most, -most, 0}[i%3], most/(1<<20)*float64(i%5)
		}
		want := a.Derivative(nil, x, g)
		for i, v := range a.Derivative(g, x, g) {
			if !(math.Abs(v-want[i]) <= 1e-6*math.Abs(want[i])+1e-20) {
				t.Fatalf("%v in place: [%d] = %v, want %v", a, i, v, want[i])
			}
		}
	}
}
