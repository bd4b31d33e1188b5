package activation_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

var exhaustive = flag.Bool("exhaustive", false, "run the accuracy tests over all 2³² float32 inputs, and 100 times the float64 ones")

// A worst is the largest error found, and where.
type worst struct{ ulp, x, got, want float64 }

func (w *worst) take(v worst) {
	if v.ulp > w.ulp || v.ulp != v.ulp {
		*w = v
	}
}

// check fails the test where the worst error is above the bound.
func (w worst) check(t *testing.T, what string, bound float64) {
	t.Helper()
	report := t.Logf
	if !(w.ulp <= bound) {
		report = t.Errorf
	}
	report("%s(%x) = %x, want %x (%.4f ULP, bound %v)", what, w.x, w.got, w.want, w.ulp, bound)
}

// sweep calls f for each of n parts, on all processors, and returns the worst.
func sweep(n int, f func(part int) worst) (w worst) {
	var (
		wait  sync.WaitGroup
		lock  sync.Mutex
		parts = make(chan int)
	)
	for range runtime.GOMAXPROCS(0) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for part := range parts {
				v := f(part)
				lock.Lock()
				w.take(v)
				lock.Unlock()
			}
		}()
	}
	for part := range n {
		parts <- part
	}
	close(parts)
	wait.Wait()
	return w
}

// TestAccuracy32 compares Forward and Derivative with the truth for every
// 997th float32, in all of its range; with -exhaustive for every one.
func TestAccuracy32(t *testing.T) {
	step := uint64(997)
	if *exhaustive {
		step = 1
	}
	each(t, func(t *testing.T, e entry[float32]) {
		if e.accuracy == nil {
			t.Skip("exact")
		}
		run := func(f func(dst, x []float32) []float32, truth func(float32) float64) worst {
			return sweep(256, func(part int) (w worst) {
				x, y := make([]float32, 0, 4096), make([]float32, 4096)
				flush := func() {
					for i, got := range f(y[:len(x)], x) {
						want := truth(x[i])
						w.take(worst{reference.ULP32Fast(got, want), float64(x[i]), float64(got), want})
					}
					x = x[:0]
				}
				for b := uint64(part)<<24 + uint64(part)%step; b < uint64(part+1)<<24; b += step {
					if x = append(x, math.Float32frombits(uint32(b))); len(x) == cap(x) {
						flush()
					}
				}
				flush()
				return w
			})
		}
		run(e.a.Forward, e.accuracy.f32).check(t, "Forward", e.accuracy.forward)
		run(func(dst, x []float32) []float32 { return e.a.Derivative(dst, x, nil) }, e.accuracy.df32).check(t, "Derivative", e.accuracy.derivative)
	})
}

// TestAccuracy64 compares Forward and Derivative with the truth for random
// float64s: a quarter of them uniform in [−40, 40], a quarter in [−2, 2], a quarter
// in bit space, and a quarter at all distances from the points of the entry where
// something changes, from the next float on.
func TestAccuracy64(t *testing.T) {
	n := 20_000
	if *exhaustive {
		n *= 100
	}
	each(t, func(t *testing.T, e entry[float64]) {
		if e.accuracy == nil {
			t.Skip("exact")
		}
		run := func(f func(dst, x []float64) []float64, truth func(float64) reference.Value) worst {
			return sweep(16, func(part int) (w worst) {
				rng := rand.New(rand.NewPCG(uint64(part), 15))
				x := make([]float64, n)
				for i := range x {
					switch i % 4 {
					case 0:
						x[i] = 80*rng.Float64() - 40
					case 1:
						x[i] = 4*rng.Float64() - 2
					case 2:
						near := append(e.accuracy.near, 0)
						v := near[rng.IntN(len(near))]
						if i < 1000 {
							x[i] = math.Float64frombits(math.Float64bits(v) + uint64(i/4) - 125)
						} else {
							x[i] = v + math.Ldexp(4*rng.Float64()-2, -rng.IntN(54))
						}
					default: // exponents from the smallest subnormal to 2¹⁰
						x[i] = math.Float64frombits(rng.Uint64()&(1<<63) | rng.Uint64N(0x409<<52))
					}
				}
				for i, got := range f(make([]float64, n), x) {
					want := truth(x[i])
					w.take(worst{reference.ULP64(got, want), x[i], got, want.Float64()})
				}
				return w
			})
		}
		run(e.a.Forward, e.accuracy.f).check(t, "Forward", e.accuracy.forward)
		run(func(dst, x []float64) []float64 { return e.a.Derivative(dst, x, nil) }, e.accuracy.df).check(t, "Derivative", e.accuracy.derivative)
	})
}

// TestWorstInputs holds the errors that the doc comments name for each build, at
// the inputs that a search (-exhaustive) found to be the worst.
func TestWorstInputs(t *testing.T) {
	s32, s64 := activation.Sigmoid[float32]{}, activation.Sigmoid[float64]{}
	t32, t64 := activation.Tanh[float32]{}, activation.Tanh[float64]{}
	type claim struct {
		what       string
		ulp, claim float64
	}
	worst := []claim{
		{"Sigmoid[float32].At", reference.ULP32(s32.At(-0x1.36fd6ap+03), reference.Sigmoid(-0x1.36fd6ap+03)), 0.504},
		{"Sigmoid[float32].DerivativeAt", reference.ULP32(s32.DerivativeAt(0x1.a6ffe4p+03), reference.SigmoidDerivative(0x1.a6ffe4p+03)), 0.505},
		{"Sigmoid[float64].At", reference.ULP64(s64.At(-0x1.62dcfee0e025ep+09), reference.Sigmoid(-0x1.62dcfee0e025ep+09)), 0.592},
		{"Sigmoid[float64].DerivativeAt", reference.ULP64(s64.DerivativeAt(0x1.6255b530af735p+09), reference.SigmoidDerivative(0x1.6255b530af735p+09)), 0.658},
		{"Tanh[float32].At", reference.ULP32(t32.At(0x1.c0ff3ep-04), reference.Tanh(0x1.c0ff3ep-04)), 0.501},
		{"Tanh[float32].DerivativeAt", reference.ULP32(t32.DerivativeAt(0x1.a6ffe4p+02), reference.TanhDerivative(0x1.a6ffe4p+02)), 0.505},
		{"Tanh[float64].At", reference.ULP64(t64.At(-0x1.040d5bcd24f7p+02), reference.Tanh(-0x1.040d5bcd24f7p+02)), 0.557},
		{"Tanh[float64].DerivativeAt", reference.ULP64(t64.DerivativeAt(0x1.6387781877041p+08), reference.TanhDerivative(0x1.6387781877041p+08)), 0.624},
		{"SiLU[float32].At", reference.ULP32(activation.SiLU[float32]{}.At(-0x1.2e7f5ap+04), reference.SiLU(-0x1.2e7f5ap+04, 1)), 0.505},
		{"SiLU[float64].At", reference.ULP64(activation.SiLU[float64]{}.At(-0x1.657bffafbf05p+09), reference.SiLU(-0x1.657bffafbf05p+09, 1)), 0.773},
	}
	if activation.VectorBits() > 0 {
		worst = []claim{
			{"Sigmoid[float32].At", reference.ULP32(s32.At(-0x1.4cbe5cp+02), reference.Sigmoid(-0x1.4cbe5cp+02)), 0.962},
			{"Sigmoid[float32].DerivativeAt", reference.ULP32(s32.DerivativeAt(0x1.c5c20ep+00), reference.SigmoidDerivative(0x1.c5c20ep+00)), 0.995},
			{"Sigmoid[float64].At", reference.ULP64(s64.At(0x1.70dd91995ae08p-02), reference.Sigmoid(0x1.70dd91995ae08p-02)), 0.881},
			{"Sigmoid[float64].DerivativeAt", reference.ULP64(s64.DerivativeAt(-0x1.c7ca97e86b3p+00), reference.SigmoidDerivative(-0x1.c7ca97e86b3p+00)), 0.943},
			{"Tanh[float32].At", reference.ULP32(t32.At(0x1.cfef92p-01), reference.Tanh(0x1.cfef92p-01)), 0.928},
			{"Tanh[float32].DerivativeAt", reference.ULP32(t32.DerivativeAt(0x1.c5c20ep-01), reference.TanhDerivative(0x1.c5c20ep-01)), 0.995},
			{"Tanh[float64].At", reference.ULP64(t64.At(0x1.231f2f5294387p+04), reference.Tanh(0x1.231f2f5294387p+04)), 0.829},
			{"Tanh[float64].DerivativeAt", reference.ULP64(t64.DerivativeAt(-0x1.c7ca97e86b3p-01), reference.TanhDerivative(-0x1.c7ca97e86b3p-01)), 0.943},
			{"SiLU[float32].At", reference.ULP32(activation.SiLU[float32]{}.At(-0x1.68731cp+04), reference.SiLU(-0x1.68731cp+04, 1)), 0.940},
			{"SiLU[float64].At", reference.ULP64(activation.SiLU[float64]{}.At(-0x1.657df0a96a856p+09), reference.SiLU(-0x1.657df0a96a856p+09, 1)), 0.967},
		}
	}
	worst = append(worst, []claim{ // the same loops in all builds
		{"GELU[float32].At", reference.ULP32(activation.GELU[float32]{}.At(-0x1.7ef988p+02), reference.GELU(-0x1.7ef988p+02)), 0.501},
		{"GELU[float64].At", reference.ULP64(activation.GELU[float64]{}.At(-0x1.2cf58a6976699p+05), reference.GELU(-0x1.2cf58a6976699p+05)), 0.779},
		{"GELU[float32].DerivativeAt", reference.ULP32(activation.GELU[float32]{}.DerivativeAt(-0x1.97123ep-01), reference.GELUDerivative(-0x1.97123ep-01)), 0.501},
		{"GELU[float64].DerivativeAt", reference.ULP64(activation.GELU[float64]{}.DerivativeAt(-0x1.2db52d082b9d2p+05), reference.GELUDerivative(-0x1.2db52d082b9d2p+05)), 0.768},
		{"GELUTanh[float32].At", reference.ULP32(activation.GELUTanh[float32]{}.At(-0x1.34fafep+02), reference.GELUTanh(-0x1.34fafep+02)), 0.501},
		{"GELUTanh[float64].At", reference.ULP64(activation.GELUTanh[float64]{}.At(-0x1.52e135911ab72p+04), reference.GELUTanh(-0x1.52e135911ab72p+04)), 0.767},
		{"GELUTanh[float32].DerivativeAt", reference.ULP32(activation.GELUTanh[float32]{}.DerivativeAt(-0x1.97f4e8p-01), reference.GELUTanhDerivative(-0x1.97f4e8p-01)), 0.501},
		{"GELUTanh[float64].DerivativeAt", reference.ULP64(activation.GELUTanh[float64]{}.DerivativeAt(-0x1.539c4a7ae162ep+04), reference.GELUTanhDerivative(-0x1.539c4a7ae162ep+04)), 0.766},
		{"SiLU[float32].DerivativeAt", reference.ULP32(activation.SiLU[float32]{}.DerivativeAt(-0x1.57dda2p+00), reference.SiLUDerivative(-0x1.57dda2p+00, 1)), 0.501},
		{"SiLU[float64].DerivativeAt", reference.ULP64(activation.SiLU[float64]{}.DerivativeAt(-0x1.657c194d7f494p+09), reference.SiLUDerivative(-0x1.657c194d7f494p+09, 1)), 0.772},
		{"Mish[float32].At", reference.ULP32(activation.Mish[float32]{}.At(0x1.485cdcp-03), reference.Mish(0x1.485cdcp-03)), 0.501},
		{"Mish[float64].At", reference.ULP64(activation.Mish[float64]{}.At(-0x1.657bffafbf05p+09), reference.Mish(-0x1.657bffafbf05p+09)), 0.773},
		{"Mish[float32].DerivativeAt", reference.ULP32(activation.Mish[float32]{}.DerivativeAt(-0x1.47f2f2p+00), reference.MishDerivative(-0x1.47f2f2p+00)), 0.502},
		{"Mish[float64].DerivativeAt", reference.ULP64(activation.Mish[float64]{}.DerivativeAt(-0x1.2573cd20c50cp+00), reference.MishDerivative(-0x1.2573cd20c50cp+00)), 0.774},
	}...)
	for _, w := range worst {
		if !(w.ulp <= w.claim) {
			t.Errorf("%s: %.4f ULP, documented are %v", w.what, w.ulp, w.claim)
		}
	}
}

// TestAccuracyFromOutput compares DerivativeFromOutput with the exact value of
// its expression.
func TestAccuracyFromOutput(t *testing.T) {
	both(t, accuracyFromOutput[float32], accuracyFromOutput[float64])
}

func accuracyFromOutput[T activation.Float](t *testing.T, e entry[T]) {
	if e.accuracy == nil {
		t.Skip("exact")
	}
	f, ok := e.a.(activation.OutputDerivative[T])
	if !ok || e.negative() {
		t.Skip("has no derivative from its output")
	}
	rng := rand.New(rand.NewPCG(16, 17))
	y := make([]T, 100_000)
	for i := range y {
		y[i] = T(math.Ldexp(rng.Float64(), -rng.IntN(40)))
		if _, signed := e.a.(activation.Tanh[T]); signed && i%2 == 0 {
			y[i] = -y[i]
		}
		if i%4 == 0 {
			y[i] = 1 - y[i]
		}
		if e.accuracy.output != nil {
			y[i] = T(e.accuracy.output(float64(y[i])))
		}
	}
	var w worst
	for i, got := range f.DerivativeFromOutput(nil, y, nil) {
		want := e.accuracy.fromY(float64(y[i]))
		w.take(worst{ulp(got, want), float64(y[i]), float64(got), want.Float64()})
	}
	w.check(t, "DerivativeFromOutput", e.accuracy.fromOutput)
}

// ulp returns the error of got in units of the last place of its type.
func ulp[T activation.Float](got T, want reference.Value) float64 {
	if is32[T]() {
		return reference.ULP32(float32(got), want)
	}
	return reference.ULP64(float64(got), want)
}

// TestAccuracySoftmax holds the bounds that Softmax and LogSoftmax promise, for
// rows of 1 to 2²⁰ entries.
func TestAccuracySoftmax(t *testing.T) {
	t.Run("float32", accuracySoftmax[float32])
	t.Run("float64", accuracySoftmax[float64])
}

func accuracySoftmax[T activation.Float](t *testing.T) {
	epsilon := 0x1p-52
	if is32[T]() {
		epsilon = 0x1p-23
	}
	rng := rand.New(rand.NewPCG(18, 19))
	for _, n := range []int{1, 2, 3, 10, 100, 1000, 1 << 17, 1 << 20} {
		if n > 1000 && testing.Short() {
			continue
		}
		for _, spread := range []float64{0, 0.1, 3, 100} {
			x, exact := make([]T, n), make([]float64, n)
			top := math.Inf(-1)
			for i := range x {
				x[i] = T(rng.NormFloat64() * spread)
				exact[i] = float64(x[i])
				top = max(top, exact[i])
			}
			what := fmt.Sprintf("n=%d, spread %v", n, spread)
			sum, largest := 0.0, 0.0
			want := reference.Softmax(exact, 1)
			for i, got := range (activation.Softmax[T]{}).Forward(nil, x) {
				sum += float64(got)
				w := want[i].Float64()
				bound := 4*epsilon*(1+top-exact[i])*w + float64(smallest[T]())
				largest = max(largest, math.Abs(reference.FromFloat(float64(got)).Sub(want[i]).Float64())/bound)
			}
			if !(largest <= 1) {
				t.Errorf("%s: softmax is off by %.2f times its bound", what, largest)
			}
			if off := math.Abs(sum - 1); !(off <= 2*epsilon*math.Sqrt(float64(n))) {
				t.Errorf("%s: the sum of softmax is off by %.3g", what, off)
			}
			if n > 1<<17 {
				continue // the truth of a logarithm takes long
			}
			var w worst
			want = reference.LogSoftmax(exact, 1)
			for i, got := range (activation.LogSoftmax[T]{}).Forward(nil, x) {
				w.take(worst{ulp(got, want[i]), exact[i], float64(got), want[i].Float64()})
			}
			w.check(t, "LogSoftmax, "+what, 4)
		}
	}
	// Close to one-hot, where log softmax is all but 0.
	for d := T(1); d < 100; d += 0.75 {
		x := []T{d, 0, -1}
		want := reference.LogSoftmax([]float64{float64(d), 0, -1}, 1)
		for i, got := range (activation.LogSoftmax[T]{}).Forward(nil, x) {
			if u := ulp(got, want[i]); !(u <= 4) {
				t.Errorf("LogSoftmax(%v)[%d] = %v, want %v (%.2f ULP)", x, i, got, want[i], u)
			}
		}
	}
}

// TestGradientOfLongRuns checks the parameter gradient of one slope over a
// million elements of float32: each product is rounded once, and their sum, in
// float64, once more.
func TestGradientOfLongRuns(t *testing.T) {
	const n = 1 << 20
	rng := rand.New(rand.NewPCG(24, 25))
	x, upstream := values[float32](rng, n), values[float32](rng, n)
	p := activation.NewPReLU[float32](1)
	for _, shift := range []float32{0, 1} { // sums that cancel, and that do not
		var want, rounded float64
		for i, v := range x {
			upstream[i] += shift
			if v <= 0 {
				want += float64(v) * float64(upstream[i])
				rounded += float64(v * upstream[i])
			}
		}
		got := p.ParameterGradient(nil, x, upstream)[0]
		if err := math.Abs(float64(got)-rounded) / math.Abs(rounded); !(err <= 0x1.0001p-24) {
			t.Errorf("PReLU[float32].ParameterGradient = %v, want the sum of the products %v (relative error %.3g)", got, rounded, err)
		}
		if err := math.Abs(float64(got)-want) / math.Abs(want); !(err <= 0x1p-23) {
			t.Errorf("PReLU[float32].ParameterGradient = %v, want %v (relative error %.3g)", got, want, err)
		}
	}
	x[n/2], upstream[n/2] = -3e38, 3 // too large for float32, and so for the result
	if got := p.ParameterGradient(nil, x, upstream)[0]; !math.IsInf(float64(got), -1) {
		t.Errorf("PReLU[float32].ParameterGradient with a product of −9e38 = %v, want −Inf", got)
	}
	x[n/2], x[n/3] = -3e38, -3e38
	upstream[n/2], upstream[n/3] = 1, 1
	x[n/4], x[n/5] = -3e38, -3e38
	upstream[n/4], upstream[n/5] = -1, -1
	if got := p.ParameterGradient(nil, x, upstream)[0]; math.IsInf(float64(got), 0) || got != got {
		t.Errorf("PReLU[float32].ParameterGradient of products that cancel = %v, want a number", got)
	}
}

// TestAccuracyGated holds the bounds of Gated for each gate of the table: 1.5 ULP for the
// product, 2.5 with Softsign, and 3 ULP for both of its derivatives.
func TestAccuracyGated(t *testing.T) { both(t, accuracyGated[float32], accuracyGated[float64]) }

func accuracyGated[T activation.Float](t *testing.T, e entry[T]) {
	gate, ok := e.a.(activation.Elementwise[T])
	if !ok || e.accuracy == nil {
		t.Skip("no gate, or its truth is not known")
	}
	const n = 20_000
	rng := rand.New(rand.NewPCG(26, 27))
	x, upstream := make([]T, 2*n), values[T](rng, n)
	for i := range n {
		x[i], x[n+i] = T(6*rng.NormFloat64()), T(rng.NormFloat64())
	}
	f := activation.Gated[T]{Gate: gate, Stride: n}
	y, dx := f.Forward(nil, x), f.Derivative(nil, x, upstream)
	var forward, byGate, byValue worst
	for i, g := range x[:n] {
		f, df := e.accuracy.f(float64(g)), e.accuracy.df(float64(g))
		v, u := reference.FromFloat(float64(x[n+i])), reference.FromFloat(float64(upstream[i]))
		for _, c := range []struct {
			w    *worst
			got  T
			want reference.Value
		}{{&forward, y[i], v.Mul(f)}, {&byGate, dx[i], u.Mul(v).Mul(df)}, {&byValue, dx[n+i], u.Mul(f)}} {
			c.w.take(worst{ulp(c.got, c.want), float64(g), float64(c.got), c.want.Float64()})
		}
	}
	bound := 1.5
	if _, ok := gate.(activation.Softsign[T]); ok {
		bound = 2.5 // its own error is close to 1
	}
	forward.check(t, "Forward", bound)
	byGate.check(t, "Derivative by the gate", 3)
	byValue.check(t, "Derivative by the value", 3)
}
