package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"example.com/activation"
)

// The benchmarks report ns/elem, the time for an element of x. For a maxout layer, it
// is the time for a product of an element of x and a weight. Times differ between
// machines, and drift on one machine. So compare them with BenchmarkYardstick in the
// same run. It measures copy, and plain Go loops for the same shapes, whose names begin
// with naive-.
//
//	go test -run '^$' -bench 'Forward|Yardstick' -cpu 1 -count 6 . | tee new.txt
//	benchstat -col /type new.txt

// A benchmark is an activation with the size of its x, and plain Go loops that compute
// the same. A nil loop is not measured.
type benchmark[T activation.Float] struct {
	name    string
	a       activation.Activation[T]
	n       int // elements of x
	outputs int
	work    int // the time is divided by this; 0 means n
	plain   plain[T]
}

type plain[T activation.Float] struct {
	forward                                   func(dst, x []T)
	derivative, fromOutput, parameterGradient func(dst, in, upstream []T)
	parameters                                int
}

// benchmarks returns all benchmarks. Element-wise activations come from the table of the
// tests, and their plain loops from elementwiseLoops.
func benchmarks[T activation.Float]() (bs []benchmark[T]) {
	seen := map[string]bool{}
	for _, e := range table[T]() {
		name, _, _ := strings.Cut(stringOf(e.a), "(")
		if _, ok := e.a.(activation.Elementwise[T]); !ok || seen[name] {
			continue
		}
		seen[name] = true
		for _, n := range []int{4, 8, 64, 4096, 1 << 20} {
			bs = append(bs, benchmark[T]{name: name, a: e.a, n: n, outputs: n, plain: elementwiseLoops[T]()[name]})
		}
	}
	for _, s := range [][2]int{{1, 1}, {3, 1}, {64, 1}, {8, 4}, {16, 49}, {64, 1024}} {
		a := activation.NewPReLU[T](s[0])
		a.Stride = s[1]
		for _, n := range []int{64, 4096, 1 << 17} {
			if n = n / (s[0] * s[1]) * s[0] * s[1]; n > 0 {
				bs = append(bs, benchmark[T]{name: fmt.Sprintf("prelu-%dx%d", s[0], s[1]), a: a, n: n, outputs: n, plain: preluLoops(a.Alpha, s[1])})
			}
		}
	}
	for _, s := range [][2]int{{2, 1}, {3, 1}, {4, 1}, {2, 32}, {4, 49}, {2, 2048}} {
		for _, n := range []int{64, 4096, 1 << 17} {
			if n = n / (s[0] * s[1]) * s[0] * s[1]; n > 0 {
				a := activation.Maxout[T]{Pieces: s[0], Stride: s[1]}
				bs = append(bs, benchmark[T]{name: fmt.Sprintf("maxout-%dx%d", s[0], s[1]), a: a, n: n, outputs: n / s[0], plain: maxoutLoops[T](s[0], s[1])})
			}
		}
	}
	for _, gate := range []activation.Elementwise[T]{activation.SiLU[T]{}, activation.GELU[T]{}, activation.ReLU[T]{}} {
		name, _, _ := strings.Cut(stringOf(gate), "(")
		for _, s := range [][2]int{{2048, 2}, {1, 4096}, {4, 1}} { // halves of rows, pairs, one short row
			a := activation.Gated[T]{Gate: gate, Stride: s[0]}
			bs = append(bs, benchmark[T]{
				name: fmt.Sprintf("gated_%s-%dx%d", name, s[1], s[0]), a: a,
				n: 2 * s[0] * s[1], outputs: s[0] * s[1], plain: gatedLoops[T](name, s[0]),
			})
		}
	}
	for _, s := range [][4]int{{1, 64, 32, 2}, {256, 128, 64, 2}, {256, 3, 5, 4}} {
		batch, inputs, units, pieces := s[0], s[1], s[2], s[3]
		l := activation.NewMaxoutLayer[T](inputs, units, pieces, rand.New(rand.NewPCG(1, 2)))
		bs = append(bs, benchmark[T]{
			name: fmt.Sprintf("maxout_layer-%dx%d-%dx%d", batch, inputs, units, pieces), a: l,
			n: batch * inputs, outputs: batch * units, work: batch * inputs * units * pieces, plain: layerLoops(l),
		})
	}
	for _, s := range [][3]int{{1, 10, 1}, {1, 1000, 1}, {1, 32000, 1}, {4096, 10, 1}, {64, 64, 1}, {1, 21, 128 * 128}, {4, 80, 20}} {
		size, n := fmt.Sprintf("-%dx%dx%d", s[0], s[1], s[2]), s[0]*s[1]*s[2]
		bs = append(bs,
			benchmark[T]{name: "softmax" + size, a: activation.Softmax[T]{Classes: s[1], Stride: s[2]}, n: n, outputs: n, plain: softmaxLoops[T](s[1], s[2])},
			benchmark[T]{name: "log_softmax" + size, a: activation.LogSoftmax[T]{Classes: s[1], Stride: s[2]}, n: n, outputs: n, plain: logSoftmaxLoops[T](s[1], s[2])})
	}
	attention := activation.Softmax[T]{Classes: 64, Temperature: 8}
	bs = append(bs,
		benchmark[T]{name: "softmax_temperature-64x64x1", a: attention, n: 64 * 64, outputs: 64 * 64},
		benchmark[T]{name: "softmax_causal-64x64x1", a: causal[T]{attention, causalMask(64)}, n: 64 * 64, outputs: 64 * 64, plain: causalLoops[T](64, 8)})
	return bs
}

// causal is a Softmax with a mask.
type causal[T activation.Float] struct {
	activation.Softmax[T]
	keep []bool
}

func (c causal[T]) Forward(dst, x []T) []T { return c.ForwardMasked(dst, x, c.keep) }

// causalMask returns the mask of n rows that keeps the first entry of the first row, the first
// two entries of the second one, and so on.
func causalMask(n int) []bool {
	keep := make([]bool, n*n)
	for i := range keep {
		keep[i] = i%n <= i/n
	}
	return keep
}

// A pool holds numbers for one benchmark. Each call gets another window of them. If it
// got the same few thousand numbers again and again, the branch predictor would learn
// their signs.
type pool[T activation.Float] struct {
	bench           benchmark[T]
	x, y, upstream  []T
	dst, derivative []T
	windows         int
}

func newPool[T activation.Float](bench benchmark[T]) pool[T] {
	rng := rand.New(rand.NewPCG(20, 21))
	copies := 1 + (1<<15-1)/bench.n
	p := pool[T]{
		bench: bench, x: values[T](rng, copies*bench.n), y: make([]T, copies*bench.outputs), upstream: values[T](rng, copies*bench.outputs),
		dst: make([]T, bench.outputs), derivative: make([]T, bench.n), windows: (copies-1)*min(bench.n, bench.outputs) + 1,
	}
	for i := range p.x {
		p.x[i] *= 2
	}
	for i := range copies {
		bench.a.Forward(p.y[i*bench.outputs:][:bench.outputs], p.x[i*bench.n:][:bench.n])
	}
	return p
}

// run runs f as a benchmark of the given name, for windows of in, which is x or y, and of
// upstream.
func (p pool[T]) run(b *testing.B, key, name string, in, dst []T, f func(dst, in, upstream []T)) {
	kind, n := "float64", p.bench.n
	if is32[T]() {
		kind = "float32"
	}
	if len(in) == len(p.y) {
		n = p.bench.outputs
	}
	b.Run(fmt.Sprintf("%s=%s/type=%s/n=%d", key, name, kind, p.bench.n), func(b *testing.B) {
		b.ResetTimer()
		for i := range b.N {
			at := i * 7 * 16 % p.windows
			f(dst, in[at:][:n], p.upstream[at:][:p.bench.outputs])
		}
		work := max(p.bench.work, p.bench.n)
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(work), "ns/elem")
	})
}

// forEach calls f for the pool of each benchmark, for both types.
func forEach(b *testing.B, f32 func(pool[float32]), f64 func(pool[float64])) {
	for _, bench := range benchmarks[float32]() {
		f32(newPool(bench))
	}
	for _, bench := range benchmarks[float64]() {
		f64(newPool(bench))
	}
}

func BenchmarkForward(b *testing.B) { forEach(b, forward[float32](b), forward[float64](b)) }

func forward[T activation.Float](b *testing.B) func(pool[T]) {
	return func(p pool[T]) {
		p.run(b, "act", p.bench.name, p.x, p.dst, func(dst, x, _ []T) { p.bench.a.Forward(dst, x) })
	}
}

func BenchmarkDerivative(b *testing.B) {
	forEach(b, derivative[float32](b), derivative[float64](b))
}

func derivative[T activation.Float](b *testing.B) func(pool[T]) {
	return func(p pool[T]) {
		p.run(b, "act", p.bench.name, p.x, p.derivative, func(dst, x, upstream []T) { p.bench.a.Derivative(dst, x, upstream) })
		if _, ok := p.bench.a.(activation.Elementwise[T]); ok {
			p.run(b, "act", p.bench.name+"-nil", p.x, p.derivative, func(dst, x, _ []T) { p.bench.a.Derivative(dst, x, nil) })
		}
		if a, ok := p.bench.a.(activation.Parametric[T]); ok {
			grad := make([]T, len(a.Parameters()))
			p.run(b, "act", p.bench.name+"-parameters", p.x, grad, func(grad, x, upstream []T) { a.ParameterGradient(grad, x, upstream) })
		}
	}
}

func BenchmarkFromOutput(b *testing.B) {
	forEach(b, fromOutput[float32](b), fromOutput[float64](b))
}

func fromOutput[T activation.Float](b *testing.B) func(pool[T]) {
	return func(p pool[T]) {
		if o, ok := p.bench.a.(activation.OutputDerivative[T]); ok {
			p.run(b, "act", p.bench.name, p.y, p.derivative, func(dst, y, upstream []T) { o.DerivativeFromOutput(dst, y, upstream) })
		}
	}
}

// BenchmarkAt measures At and DerivativeAt through an interface.
func BenchmarkAt(b *testing.B) { forEach(b, at1[float32](b), at1[float64](b)) }

func at1[T activation.Float](b *testing.B) func(pool[T]) {
	return func(p pool[T]) {
		e, ok := p.bench.a.(activation.Elementwise[T])
		if !ok || p.bench.n != 4096 {
			return
		}
		for name, f := range map[string]func(T) T{"": e.At, "-derivative": e.DerivativeAt} {
			p.run(b, "act", p.bench.name+name, p.x, p.dst, func(dst, x, _ []T) {
				for i, v := range x {
					dst[i] = f(v)
				}
			})
		}
	}
}

// BenchmarkTails measures the functions of one element far from 0, beside the plain loops. There
// a result may be subnormal, and many processors take 150 cycles for such an operation.
func BenchmarkTails(b *testing.B) { forEach(b, tails[float32](b), tails[float64](b)) }

func tails[T activation.Float](b *testing.B) func(pool[T]) {
	subnormal := [2]float64{-745, -709}
	if is32[T]() {
		subnormal = [2]float64{-103, -88}
	}
	return func(p pool[T]) {
		if _, ok := p.bench.a.(activation.Elementwise[T]); !ok || p.bench.n != 4096 {
			return
		}
		for _, r := range []struct {
			name     string
			from, to float64
		}{
			{"left", -40, -20}, {"right", 20, 40}, {"subnormal", subnormal[0], subnormal[1]}, {"far", -5000, -1000},
		} {
			x := make([]T, len(p.x))
			for i := range x {
				x[i] = T(r.from + (r.to-r.from)*rand.Float64())
			}
			name, plain := p.bench.name+"-"+r.name, p.bench.plain
			p.run(b, "act", name, x, p.dst, func(dst, x, _ []T) { p.bench.a.Forward(dst, x) })
			p.run(b, "act", name+"-derivative", x, p.derivative, func(dst, x, upstream []T) { p.bench.a.Derivative(dst, x, upstream) })
			if plain.forward != nil {
				p.run(b, "op", "naive-"+name, x, p.dst, func(dst, x, _ []T) { plain.forward(dst, x) })
			}
			if plain.derivative != nil {
				p.run(b, "op", "naive-"+name+"-derivative", x, p.derivative, plain.derivative)
			}
		}
	}
}

// BenchmarkYardstick measures copy and the plain loops.
func BenchmarkYardstick(b *testing.B) {
	forEach(b, yardsticks[float32](b), yardsticks[float64](b))
}

func yardsticks[T activation.Float](b *testing.B) func(pool[T]) {
	return func(p pool[T]) {
		name, loops := "naive-"+p.bench.name, p.bench.plain
		if p.bench.name == "identity" {
			p.run(b, "op", "copy", p.x, p.dst, func(dst, x, _ []T) { copy(dst, x) })
		}
		if loops.forward != nil {
			p.run(b, "op", name, p.x, p.dst, func(dst, x, _ []T) { loops.forward(dst, x) })
		}
		for _, l := range []struct {
			name    string
			in, dst []T
			f       func(dst, in, upstream []T)
		}{
			{"-derivative", p.x, p.derivative, loops.derivative},
			{"-output", p.y, p.derivative, loops.fromOutput},
			{"-parameters", p.x, make([]T, loops.parameters), loops.parameterGradient},
		} {
			if l.f != nil {
				p.run(b, "op", name+l.name, l.in, l.dst, l.f)
			}
		}
	}
}

// BenchmarkParallel compares an activation with Parallel of it. Run it with -cpu 2.
func BenchmarkParallel(b *testing.B) {
	inParallel[float32](b)
	inParallel[float64](b)
}

func inParallel[T activation.Float](b *testing.B) {
	for n := 1 << 12; n <= 1<<22; n *= 4 {
		for _, a := range []struct {
			name string
			a    activation.Activation[T]
		}{
			{"sigmoid", activation.Sigmoid[T]{}},
			{"tanh", activation.Tanh[T]{}},
			{"softmax-rows-of-64", activation.Softmax[T]{Classes: 64}},
			{"relu", activation.ReLU[T]{}},
			{"maxout2", activation.Maxout[T]{Pieces: 2}},
		} {
			outputs := activation.OutputLen(a.a, n)
			forward[T](b)(newPool(benchmark[T]{name: a.name + "/way=serial", a: a.a, n: n, outputs: outputs}))
			forward[T](b)(newPool(benchmark[T]{name: a.name + "/way=parallel", a: activation.Parallel(a.a), n: n, outputs: outputs}))
		}
	}
}

// The plain loops. For float32, they convert to float64 to call math.Exp and math.Tanh.

func elementwiseLoops[T activation.Float]() map[string]plain[T] {
	gate := func(dst, in, upstream []T) {
		for i, v := range in {
			if v > 0 {
				dst[i] = upstream[i]
			} else {
				dst[i] = 0
			}
		}
	}
	leakyGate := func(dst, in, upstream []T) {
		for i, v := range in {
			if v > 0 {
				dst[i] = upstream[i]
			} else {
				dst[i] = 0.01 * upstream[i]
			}
		}
	}
	// scale·x for x > 0, else depth·(eˣ − 1)
	exponential := func(scale, depth float64) func(dst, x []T) {
		return func(dst, x []T) {
			for i, v := range x {
				if v > 0 {
					dst[i] = T(scale) * v
				} else {
					dst[i] = T(depth * math.Expm1(widened(v)))
				}
			}
		}
	}
	exponentialSlope := func(scale, depth float64) func(dst, x, upstream []T) {
		return func(dst, x, upstream []T) {
			for i, v := range x {
				if v > 0 {
					dst[i] = upstream[i] * T(scale)
				} else {
					dst[i] = upstream[i] * T(depth*math.Exp(widened(v)))
				}
			}
		}
	}
	return map[string]plain[T]{
		"sigmoid": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = T(1 / (1 + math.Exp(-float64(v))))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					y := T(1 / (1 + math.Exp(-float64(v))))
					dst[i] = upstream[i] * y * (1 - y)
				}
			},
			fromOutput: func(dst, y, upstream []T) {
				for i, v := range y {
					dst[i] = upstream[i] * v * (1 - v)
				}
			},
		},
		"tanh": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = T(math.Tanh(widened(v)))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					y := T(math.Tanh(widened(v)))
					dst[i] = upstream[i] * (1 - y*y)
				}
			},
			fromOutput: func(dst, y, upstream []T) {
				for i, v := range y {
					dst[i] = upstream[i] * (1 - v*v)
				}
			},
		},
		"gelu": {
			forward: func(dst, x []T) {
				for i, v := range x {
					u := widened(v)
					dst[i] = T(u / 2 * (1 + math.Erf(u/math.Sqrt2)))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					u := widened(v)
					density := math.Exp(-u*u/2) / math.Sqrt(2*math.Pi)
					dst[i] = upstream[i] * T((1+math.Erf(u/math.Sqrt2))/2+u*density)
				}
			},
		},
		"gelu_tanh": {
			forward: func(dst, x []T) {
				for i, v := range x {
					u := widened(v)
					dst[i] = T(u / 2 * (1 + math.Tanh(0.7978845608028654*(u+0.044715*u*u*u))))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					u := widened(v)
					y := math.Tanh(0.7978845608028654 * (u + 0.044715*u*u*u))
					dst[i] = upstream[i] * T((1+y)/2+u/2*(1-y*y)*0.7978845608028654*(1+3*0.044715*u*u))
				}
			},
		},
		"silu": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = v * T(1/(1+math.Exp(-widened(v))))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					y := T(1 / (1 + math.Exp(-widened(v))))
					dst[i] = upstream[i] * y * (1 + v*(1-y))
				}
			},
		},
		"mish": {
			forward: func(dst, x []T) {
				for i, v := range x {
					a := math.Exp(widened(v))
					a *= a + 2
					dst[i] = v * T(a/(a+2))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					u := widened(v)
					a := math.Exp(u)
					d := a*(a+2) + 2
					dst[i] = upstream[i] * T(a*(4*(u+1)+a*(4*u+6+a*(4+a)))/(d*d))
				}
			},
		},
		"softplus": {
			forward: func(dst, x []T) {
				for i, v := range x {
					u := widened(v)
					dst[i] = T(max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					dst[i] = upstream[i] * T(1/(1+math.Exp(-widened(v))))
				}
			},
		},
		"log_sigmoid": {
			forward: func(dst, x []T) {
				for i, v := range x {
					u := widened(v)
					dst[i] = T(min(u, 0) - math.Log1p(math.Exp(-math.Abs(u))))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					dst[i] = upstream[i] * T(1/(1+math.Exp(widened(v))))
				}
			},
		},
		"elu":  {forward: exponential(1, 1), derivative: exponentialSlope(1, 1)},
		"celu": {forward: exponential(1, 1), derivative: exponentialSlope(1, 1)},
		"selu": {forward: exponential(1.0507009873554805, 1.7580993408473766), derivative: exponentialSlope(1.0507009873554805, 1.7580993408473766)},
		"hard_sigmoid": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = min(max(v/6+0.5, 0), 1)
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					if v > -3 && v < 3 {
						dst[i] = upstream[i] / 6
					} else {
						dst[i] = 0
					}
				}
			},
		},
		"hard_swish": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = v * min(max(v+3, 0), 6) / 6
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					switch {
					case v <= -3:
						dst[i] = 0
					case v >= 3:
						dst[i] = upstream[i]
					default:
						dst[i] = upstream[i] * (2*v + 3) / 6
					}
				}
			},
		},
		"hard_tanh": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = min(max(v, -1), 1)
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					if v > -1 && v < 1 {
						dst[i] = upstream[i]
					} else {
						dst[i] = 0
					}
				}
			},
		},
		"squared_relu": {
			forward: func(dst, x []T) {
				for i, v := range x {
					v = max(v, 0)
					dst[i] = v * v
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					dst[i] = upstream[i] * 2 * max(v, 0)
				}
			},
		},
		"softsign": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = v / (1 + max(v, -v))
				}
			},
			derivative: func(dst, x, upstream []T) {
				for i, v := range x {
					d := 1 + max(v, -v)
					dst[i] = upstream[i] / (d * d)
				}
			},
		},
		"relu": {
			forward: func(dst, x []T) {
				for i, v := range x {
					dst[i] = max(v, 0)
				}
			},
			derivative: gate, fromOutput: gate,
		},
		"leaky_relu": {
			forward: func(dst, x []T) {
				for i, v := range x {
					if v > 0 {
						dst[i] = v
					} else {
						dst[i] = 0.01 * v
					}
				}
			},
			derivative: leakyGate, fromOutput: leakyGate,
		},
	}
}

// widened converts v to float64 in a register. If the compiler converts a value
// directly from memory, each iteration waits for the one before, and math.Tanh takes 42
// ns instead of 12. That would not be a fair yardstick.
func widened[T activation.Float](v T) float64 {
	if v, ok := any(v).(float32); ok {
		return float64(math.Float32frombits(math.Float32bits(v)))
	}
	return float64(v)
}

func preluLoops[T activation.Float](alpha []T, stride int) plain[T] {
	runs := func(n int, f func(channel, start int)) {
		for start := 0; start < n; {
			for channel := range alpha {
				f(channel, start)
				start += stride
			}
		}
	}
	return plain[T]{
		forward: func(dst, x []T) {
			runs(len(x), func(channel, start int) {
				a := alpha[channel]
				for i := start; i < start+stride; i++ {
					if v := x[i]; v > 0 {
						dst[i] = v
					} else {
						dst[i] = a * v
					}
				}
			})
		},
		derivative: func(dst, x, upstream []T) {
			runs(len(x), func(channel, start int) {
				a := alpha[channel]
				for i := start; i < start+stride; i++ {
					if x[i] > 0 {
						dst[i] = upstream[i]
					} else {
						dst[i] = a * upstream[i]
					}
				}
			})
		},
		parameters: len(alpha),
		parameterGradient: func(grad, x, upstream []T) {
			runs(len(x), func(channel, start int) {
				for i := start; i < start+stride; i++ {
					if x[i] <= 0 {
						grad[channel] += x[i] * upstream[i]
					}
				}
			})
		},
	}
}

// gatedLoops has the loops for a gate, row by row.
func gatedLoops[T activation.Float](gate string, stride int) plain[T] {
	loops := map[string]struct {
		forward    func(dst, gate, value []T)
		derivative func(dGate, dValue, gate, value, upstream []T)
	}{
		"silu": {
			func(dst, gate, value []T) {
				for i, g := range gate {
					dst[i] = value[i] * (g * T(1/(1+math.Exp(-widened(g)))))
				}
			},
			func(dGate, dValue, gate, value, upstream []T) {
				for i, g := range gate {
					y := T(1 / (1 + math.Exp(-widened(g))))
					dGate[i], dValue[i] = upstream[i]*value[i]*y*(1+g*(1-y)), upstream[i]*g*y
				}
			},
		},
		"gelu": {
			func(dst, gate, value []T) {
				for i, g := range gate {
					dst[i] = value[i] * T(widened(g)/2*(1+math.Erf(widened(g)/math.Sqrt2)))
				}
			},
			func(dGate, dValue, gate, value, upstream []T) {
				for i, g := range gate {
					u := widened(g)
					y, density := (1+math.Erf(u/math.Sqrt2))/2, math.Exp(-u*u/2)/math.Sqrt(2*math.Pi)
					dGate[i], dValue[i] = upstream[i]*value[i]*T(y+u*density), upstream[i]*T(u*y)
				}
			},
		},
		"relu": {
			func(dst, gate, value []T) {
				for i, g := range gate {
					dst[i] = value[i] * max(g, 0)
				}
			},
			func(dGate, dValue, gate, value, upstream []T) {
				for i, g := range gate {
					if g > 0 {
						dGate[i], dValue[i] = upstream[i]*value[i], upstream[i]*g
					} else {
						dGate[i], dValue[i] = 0, 0
					}
				}
			},
		},
	}[gate]
	return plain[T]{
		forward: func(dst, x []T) {
			for ; len(x) > 0; dst, x = dst[stride:], x[2*stride:] {
				loops.forward(dst[:stride], x[:stride], x[stride:2*stride])
			}
		},
		derivative: func(dst, x, upstream []T) {
			for ; len(x) > 0; dst, x, upstream = dst[2*stride:], x[2*stride:], upstream[stride:] {
				loops.derivative(dst[:stride], dst[stride:2*stride], x[:stride], x[stride:2*stride], upstream[:stride])
			}
		},
	}
}

func maxoutLoops[T activation.Float](pieces, stride int) plain[T] {
	return plain[T]{
		forward: func(dst, x []T) {
			for unit := range dst {
				first := unit/stride*stride*pieces + unit%stride
				m := x[first]
				for j := 1; j < pieces; j++ {
					if v := x[first+j*stride]; v > m {
						m = v
					}
				}
				dst[unit] = m
			}
		},
		derivative: func(dst, x, upstream []T) {
			for unit, g := range upstream {
				first := unit/stride*stride*pieces + unit%stride
				best := first
				for j := 1; j < pieces; j++ {
					if i := first + j*stride; x[i] > x[best] {
						best = i
					}
				}
				for j := range pieces {
					dst[first+j*stride] = 0
				}
				dst[best] = g
			}
		},
	}
}

func layerLoops[T activation.Float](l activation.MaxoutLayer[T]) plain[T] {
	biases := l.Units * l.Pieces * l.Inputs // index of the first bias
	winner := func(row []T, unit int) (best int, m T) {
		for j := range l.Pieces {
			k := unit*l.Pieces + j
			s := l.Params[biases+k]
			for i, v := range row {
				s += l.Params[k*l.Inputs+i] * v
			}
			if j == 0 || s > m {
				best, m = k, s
			}
		}
		return best, m
	}
	return plain[T]{
		forward: func(dst, x []T) {
			for i := range dst {
				_, dst[i] = winner(x[i/l.Units*l.Inputs:][:l.Inputs], i%l.Units)
			}
		},
		derivative: func(dst, x, upstream []T) {
			clear(dst)
			for i, g := range upstream {
				start := i / l.Units * l.Inputs
				best, _ := winner(x[start:][:l.Inputs], i%l.Units)
				for j := range l.Inputs {
					dst[start+j] += g * l.Params[best*l.Inputs+j]
				}
			}
		},
		parameters: len(l.Params),
		parameterGradient: func(grad, x, upstream []T) {
			for i, g := range upstream {
				row := x[i/l.Units*l.Inputs:][:l.Inputs]
				best, _ := winner(row, i%l.Units)
				for j, v := range row {
					grad[best*l.Inputs+j] += g * v
				}
				grad[biases+best] += g
			}
		},
	}
}

// columns calls f for each distribution of n elements.
func columns(n, classes, stride int, f func(first int)) {
	for start := 0; start < n; start += classes * stride {
		for first := start; first < start+stride; first++ {
			f(first)
		}
	}
}

// exponentials sets dst to e^(x − max) for the distribution at first.
func exponentials[T activation.Float](dst, x []T, classes, stride, first int) (m, sum T) {
	m = x[first]
	for k := range classes {
		if v := x[first+k*stride]; v > m {
			m = v
		}
	}
	for k := range classes {
		i := first + k*stride
		dst[i] = T(math.Exp(float64(x[i] - m)))
		sum += dst[i]
	}
	return m, sum
}

func softmaxLoops[T activation.Float](classes, stride int) plain[T] {
	l := plain[T]{
		forward: func(dst, x []T) {
			columns(len(x), classes, stride, func(first int) {
				_, sum := exponentials(dst, x, classes, stride, first)
				for k := range classes {
					dst[first+k*stride] /= sum
				}
			})
		},
		fromOutput: func(dst, y, upstream []T) {
			if stride == 1 { // as it would be written for rows
				for ; len(y) >= classes; dst, y, upstream = dst[classes:], y[classes:], upstream[classes:] {
					dst, g := dst[:classes], upstream[:classes]
					var mean T
					for i, p := range y[:classes] {
						mean += p * g[i]
					}
					for i, p := range y[:classes] {
						dst[i] = p * (g[i] - mean)
					}
				}
				return
			}
			columns(len(y), classes, stride, func(first int) {
				var mean T
				for k := range classes {
					i := first + k*stride
					mean += y[i] * upstream[i]
				}
				for k := range classes {
					i := first + k*stride
					dst[i] = y[i] * (upstream[i] - mean)
				}
			})
		},
	}
	l.derivative = func(dst, x, upstream []T) {
		l.forward(dst, x)
		l.fromOutput(dst, dst, upstream)
	}
	return l
}

// causalLoops has the loop for the first entries of each row.
func causalLoops[T activation.Float](n int, tau T) plain[T] {
	return plain[T]{forward: func(dst, x []T) {
		for row := range n {
			x, dst := x[row*n:][:row+1], dst[row*n:][:n]
			m, sum := x[0], T(0)
			for _, v := range x {
				m = max(m, v)
			}
			for i, v := range x {
				dst[i] = T(math.Exp(widened((v - m) / tau)))
				sum += dst[i]
			}
			for i := range x {
				dst[i] /= sum
			}
			clear(dst[row+1:])
		}
	}}
}

func logSoftmaxLoops[T activation.Float](classes, stride int) plain[T] {
	l := plain[T]{
		forward: func(dst, x []T) {
			columns(len(x), classes, stride, func(first int) {
				m, sum := exponentials(dst, x, classes, stride, first)
				log := T(math.Log(float64(sum)))
				for k := range classes {
					i := first + k*stride
					dst[i] = x[i] - m - log
				}
			})
		},
		fromOutput: func(dst, y, upstream []T) {
			columns(len(y), classes, stride, func(first int) {
				var sum T
				for k := range classes {
					sum += upstream[first+k*stride]
				}
				for k := range classes {
					i := first + k*stride
					dst[i] = upstream[i] - T(math.Exp(float64(y[i])))*sum
				}
			})
		},
	}
	l.derivative = func(dst, x, upstream []T) {
		l.forward(dst, x)
		l.fromOutput(dst, dst, upstream)
	}
	return l
}
