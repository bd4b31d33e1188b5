package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/activation"
)

// The benchmarks report ns/elem, the time for an element of the input. Times
// drift from machine to machine, and on one machine: compare them with the
// yardsticks of the same run, copy, which is the least that reading x and
// writing dst can take, and the loops that a user would write.

var lengths = []int{7, 64, 4096, 1 << 20}

// A measured function computes dst from x, and upstream where it has one.
type measured[T activation.Float] struct {
	name    string
	n       int // elements of x
	outputs int
	run     func(dst, x, upstream []T)
	streams int // slices of n elements read and written
}

// measure runs the benchmarks of ms for one element type.
func measure[T activation.Float](b *testing.B, key string, ms []measured[T]) {
	name, size := "float64", 8
	if is32[T]() {
		name, size = "float32", 4
	}
	for _, m := range ms {
		b.Run(fmt.Sprintf("%s=%s/type=%s/n=%d", key, m.name, name, m.n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(20, 21))
			x := make([]T, m.n)
			for i := range x {
				x[i] = T(2 * rng.NormFloat64())
			}
			dst, upstream := make([]T, m.outputs), values[T](rng, m.n)
			b.SetBytes(int64(m.streams * m.n * size))
			b.ResetTimer()
			for range b.N {
				m.run(dst, x, upstream)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(m.n), "ns/elem")
		})
	}
}

// A layout is an activation with the size of its input.
type layout[T activation.Float] struct {
	name       string
	a          activation.Activation[T]
	n, outputs int
}

// layouts returns what Forward and Derivative are measured on.
func layouts[T activation.Float]() (ls []layout[T]) {
	for _, n := range lengths {
		for _, a := range []struct {
			name string
			a    activation.Activation[T]
		}{
			{"identity", activation.Identity[T]{}},
			{"sigmoid", activation.Sigmoid[T]{}},
			{"tanh", activation.Tanh[T]{}},
			{"relu", activation.ReLU[T]{}},
			{"leaky_relu", activation.LeakyReLU[T]{}},
			{"softmax", activation.Softmax[T]{}},
			{"log_softmax", activation.LogSoftmax[T]{}},
		} {
			ls = append(ls, layout[T]{a.name, a.a, n, n})
		}
		if n >= 64 {
			ls = append(ls, layout[T]{"prelu64", activation.NewPReLU[T](64), n, n},
				layout[T]{"maxout2", activation.Maxout[T]{Pieces: 2}, n, n / 2},
				layout[T]{"maxout2-planar", activation.Maxout[T]{Pieces: 2, Stride: n / 2}, n, n / 2})
		}
	}
	return append(ls,
		layout[T]{"softmax-4096x10", activation.Softmax[T]{Classes: 10}, 40960, 40960},
		layout[T]{"softmax-64x64", activation.Softmax[T]{Classes: 64}, 4096, 4096},
		layout[T]{"log_softmax-4096x10", activation.LogSoftmax[T]{Classes: 10}, 40960, 40960},
		layout[T]{"maxout_layer-256x128", activation.NewMaxoutLayer[T](128, 64, 2, rand.New(rand.NewPCG(1, 2))), 256 * 128, 256 * 64},
	)
}

func BenchmarkForward(b *testing.B) {
	forward(b, layouts[float32]())
	forward(b, layouts[float64]())
}

func forward[T activation.Float](b *testing.B, ls []layout[T]) {
	for _, l := range ls {
		measure(b, "act", []measured[T]{{l.name, l.n, l.outputs, func(dst, x, _ []T) { l.a.Forward(dst, x) }, 2}})
	}
}

func BenchmarkDerivative(b *testing.B) {
	derivative(b, layouts[float32]())
	derivative(b, layouts[float64]())
}

func derivative[T activation.Float](b *testing.B, ls []layout[T]) {
	for _, l := range ls {
		measure(b, "act", []measured[T]{{l.name, l.n, l.n, func(dst, x, upstream []T) { l.a.Derivative(dst, x, upstream[:l.outputs]) }, 3}})
		if p, ok := l.a.(activation.Parametric[T]); ok {
			grad := make([]T, len(p.Parameters()))
			measure(b, "act", []measured[T]{{l.name + "-parameters", l.n, l.n, func(_, x, upstream []T) { p.ParameterGradient(grad, x, upstream[:l.outputs]) }, 2}})
		}
	}
}

func BenchmarkFromOutput(b *testing.B) {
	fromOutput(b, layouts[float32]())
	fromOutput(b, layouts[float64]())
}

func fromOutput[T activation.Float](b *testing.B, ls []layout[T]) {
	for _, l := range ls {
		if o, ok := l.a.(activation.OutputDerivative[T]); ok {
			y := make([]T, l.n)
			measure(b, "act", []measured[T]{{l.name, l.n, l.n, func(dst, x, upstream []T) {
				if y[0] == 0 {
					l.a.Forward(y, x)
				}
				o.DerivativeFromOutput(dst, y, upstream)
			}, 3}})
		}
	}
}

// BenchmarkParallel compares Parallel with what it is given. Run it with -cpu 2.
func BenchmarkParallel(b *testing.B) {
	for n := 1 << 12; n <= 1<<22; n *= 4 {
		inParallel[float32](b, n)
		inParallel[float64](b, n)
	}
}

func inParallel[T activation.Float](b *testing.B, n int) {
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
		forward(b, []layout[T]{
			{a.name + "/way=serial", a.a, n, len(a.a.Forward(nil, make([]T, n)))},
			{a.name + "/way=parallel", activation.Parallel(a.a), n, len(a.a.Forward(nil, make([]T, n)))},
		})
	}
}

func BenchmarkYardstick(b *testing.B) {
	for _, n := range lengths {
		measure(b, "op", yardsticks[float32](n))
		measure(b, "op", yardsticks[float64](n))
	}
	measure(b, "op", naiveRows[float32]())
	measure(b, "op", naiveRows[float64]())
}

func yardsticks[T activation.Float](n int) []measured[T] {
	return []measured[T]{
		{"copy", n, n, func(dst, x, _ []T) { copy(dst, x) }, 2},
		{"naive-sigmoid", n, n, func(dst, x, _ []T) {
			for i, v := range x {
				dst[i] = T(1 / (1 + math.Exp(-float64(v))))
			}
		}, 2},
		// The compiler's conversion of what is just loaded makes each iteration
		// wait for the one before, which float64 does not suffer from: fair is
		// widened, which does not.
		{"naive-tanh", n, n, func(dst, x, _ []T) {
			for i, v := range x {
				dst[i] = T(math.Tanh(widened(v)))
			}
		}, 2},
		{"naive-sigmoid-derivative", n, n, func(dst, x, upstream []T) {
			for i, v := range x {
				y := 1 / (1 + math.Exp(-float64(v)))
				dst[i] = T(float64(upstream[i]) * (y * (1 - y)))
			}
		}, 3},
		{"naive-tanh-derivative", n, n, func(dst, x, upstream []T) {
			for i, v := range x {
				y := math.Tanh(widened(v))
				dst[i] = T(float64(upstream[i]) * (1 - y*y))
			}
		}, 3},
		{"naive-relu", n, n, func(dst, x, _ []T) {
			for i, v := range x {
				if v > 0 {
					dst[i] = v
				} else {
					dst[i] = 0
				}
			}
		}, 2},
		{"naive-leaky_relu", n, n, func(dst, x, _ []T) {
			for i, v := range x {
				if v > 0 {
					dst[i] = v
				} else {
					dst[i] = 0.01 * v
				}
			}
		}, 2},
		{"naive-prelu64", n, n, func(dst, x, upstream []T) {
			if len(x) < 64 {
				return
			}
			alpha := upstream[:64]
			for i, v := range x {
				if v > 0 {
					dst[i] = v
				} else {
					dst[i] = alpha[i%64] * v
				}
			}
		}, 2},
		{"naive-maxout2", n, n / 2, func(dst, x, _ []T) {
			for i := range dst {
				m := x[2*i]
				if v := x[2*i+1]; v > m {
					m = v
				}
				dst[i] = m
			}
		}, 2},
		{"naive-softmax", n, n, func(dst, x, _ []T) { naiveSoftmax(dst, x) }, 2},
	}
}

func naiveRows[T activation.Float]() []measured[T] {
	return []measured[T]{
		{"naive-softmax-4096x10", 40960, 40960, func(dst, x, _ []T) {
			for i := 0; i < len(x); i += 10 {
				naiveSoftmax(dst[i:i+10], x[i:i+10])
			}
		}, 2},
		{"naive-maxout_layer-256x128", 256 * 128, 256 * 64, func(dst, x, upstream []T) {
			w := upstream[:64*2*128]
			for r := range 256 {
				for u := range 64 {
					m := T(math.Inf(-1))
					for k := range 2 {
						var z T
						for i := range 128 {
							z += w[(u*2+k)*128+i] * x[r*128+i]
						}
						if z > m {
							m = z
						}
					}
					dst[r*64+u] = m
				}
			}
		}, 2},
	}
}

// widened returns v as a float64, converted in a register.
func widened[T activation.Float](v T) float64 {
	if v, ok := any(v).(float32); ok {
		return float64(math.Float32frombits(math.Float32bits(v)))
	}
	return float64(v)
}

func naiveSoftmax[T activation.Float](dst, x []T) {
	m := x[0]
	for _, v := range x {
		if v > m {
			m = v
		}
	}
	var sum T
	for i, v := range x {
		e := T(math.Exp(float64(v - m)))
		dst[i] = e
		sum += e
	}
	for i := range dst {
		dst[i] /= sum
	}
}
