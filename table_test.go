package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

// An entry is an activation with what the tests need to know about it. A new activation
// needs one more entry in table.
type entry[T activation.Float] struct {
	a       activation.Activation[T]
	group   int // number of elements of x that belong together
	outputs int // number of results for a group
	kinks   []T // points at which the left and the right derivative differ

	special  []special[T] // exact values of an element-wise function
	accuracy *accuracy    // error bounds of a function that is not exact
}

// A special case is an x with the exact f(x) and f′(x).
type special[T activation.Float] struct{ x, f, df T }

// accuracy has the error bounds of a function in ULP, and accurate functions to compare
// with.
type accuracy struct {
	forward, derivative, fromOutput float64
	f, df, fromY                    func(float64) reference.Value
	f32, df32                       func(float32) float64
	near                            []float64               // points to look at closely: zeros of f′, borders of loops, ends of tails
	output                          func(v float64) float64 // maps 0…1 to outputs; nil if v itself is an output
}

var sigmoidAccuracy = &accuracy{
	forward: 1, derivative: 1.5, fromOutput: 1.5,
	f: reference.Sigmoid, df: reference.SigmoidDerivative, fromY: reference.SigmoidDerivativeFromOutput,
	f32: reference.Sigmoid32, df32: reference.SigmoidDerivative32,
}

var tanhAccuracy = &accuracy{
	forward: 1, derivative: 1.5, fromOutput: 1.5,
	f: reference.Tanh, df: reference.TanhDerivative, fromY: reference.TanhDerivativeFromOutput,
	f32: reference.Tanh32, df32: reference.TanhDerivative32,
	near: []float64{0x1.d3a7f4p-01, 1, -1, 9.01, 19.06}, // the first for the SIMD loop: with one more rounding, its error there is 1.05 ULP
}

var geluAccuracy = &accuracy{
	forward: 1, derivative: 1.5,
	f: reference.GELU, df: reference.GELUDerivative,
	f32: reference.GELU32, df32: reference.GELUDerivative32,
	near: []float64{-0.7517915246935645, -math.Sqrt2, 0, 6, -6, 8.29, 9, -13.15, -14.36, -37.62, -38.58},
}

var geluTanhAccuracy = &accuracy{
	forward: 1, derivative: 1.5,
	f: reference.GELUTanh, df: reference.GELUTanhDerivative,
	f32: reference.GELUTanh32, df32: reference.GELUTanhDerivative32,
	near: []float64{-0.7524614220710163, -1.4185, 0, 5, -5, 7.15, 8, -10.1, -10.77, -21.18, -21.55},
}

var mishAccuracy = &accuracy{
	forward: 1, derivative: 1.5,
	f: reference.Mish, df: reference.MishDerivative,
	f32: reference.Mish32, df32: reference.MishDerivative32,
	near: []float64{-1.1924312145154952, -2.256, 0, 20, -20, 19.06, 40, -91.85, -108.66, -714.97, -751.75,
		-0x1.4cb62ep+02, -0x1.4d8a230fcac21p+02}, // the last two for the SIMD loop: without its m, its errors there are 1.17 and 1.09 ULP
}

// siluAccuracy returns the accuracy of a SiLU. beta must be a float32.
func siluAccuracy(beta float64) *accuracy {
	a := &accuracy{
		forward: 1, derivative: 1.5,
		f:    func(x float64) reference.Value { return reference.SiLU(x, beta) },
		df:   func(x float64) reference.Value { return reference.SiLUDerivative(x, beta) },
		f32:  func(x float32) float64 { return reference.SiLU32(x, float32(beta)) },
		df32: func(x float32) float64 { return reference.SiLUDerivative32(x, float32(beta)) },
	}
	// The second is for the SIMD loop: without the rounding errors of z·S, f′ is off by 1.54 ULP there.
	for _, u := range []float64{-1.2784645427610738, -0x1.75f31cp+02, -2.4, 0, 20, -20, 37.43, 40, -91.85, -108.66, -714.97, -751.75} {
		a.near = append(a.near, u/beta)
	}
	return a
}

// softplusAccuracy returns the accuracy of a Softplus. beta must be a float32.
func softplusAccuracy(beta float64) *accuracy {
	a := &accuracy{
		forward: 1, derivative: 1.5, fromOutput: 1.5,
		f:      func(x float64) reference.Value { return reference.Softplus(x, beta) },
		df:     func(x float64) reference.Value { return reference.SoftplusDerivative(x, beta) },
		fromY:  func(y float64) reference.Value { return reference.SoftplusDerivativeFromOutput(y, beta) },
		f32:    func(x float32) float64 { return reference.Softplus32(x, float32(beta)) },
		df32:   func(x float32) float64 { return reference.SoftplusDerivative32(x, float32(beta)) },
		output: func(v float64) float64 { return 40 / beta * v * v },
	}
	// The first is for the SIMD loop: with other last digits of a coefficient, f is off by 1.01 ULP there.
	for _, u := range []float64{0x1.5feaa4p-04, 20, -20, 33.9, -37, -40, -87.34, -103.97, -650, -708.4, -745.13} {
		a.near = append(a.near, u/beta)
	}
	return a
}

var logSigmoidAccuracy = &accuracy{
	forward: 1, derivative: 1.5, fromOutput: 1.5,
	f: reference.LogSigmoid, df: reference.LogSigmoidDerivative, fromY: reference.LogSigmoidDerivativeFromOutput,
	f32: reference.LogSigmoid32, df32: reference.LogSigmoidDerivative32,
	near:   []float64{20, -20, -33.9, 37, 40, 87.34, 103.97, 650, 708.4, 745.13},
	output: func(v float64) float64 { return -40 * v * v },
}

// eluAccuracy returns the accuracy of scale times an ELU. alpha and scale must be of
// type T.
func eluAccuracy(alpha, scale float64) *accuracy {
	return &accuracy{
		forward: 1, derivative: 1.5, fromOutput: 1.5,
		f:      func(x float64) reference.Value { return reference.SELU(x, alpha, scale) },
		df:     func(x float64) reference.Value { return reference.SELUDerivative(x, alpha, scale) },
		fromY:  func(y float64) reference.Value { return reference.SELUDerivativeFromOutput(y, alpha, scale) },
		f32:    func(x float32) float64 { return reference.SELU32(x, float32(alpha), float32(scale)) },
		df32:   func(x float32) float64 { return reference.SELUDerivative32(x, float32(alpha), float32(scale)) },
		near:   []float64{-1. / 128, -1. / 64, -0x1p-10, -0.33, -20, -37.4, -40, -87.34, -103.97, -650, -708.4, -745.13},
		output: func(v float64) float64 { return -alpha * scale * v },
	}
}

// celuAccuracy returns the accuracy of a CELU. alpha must be a float32.
func celuAccuracy(alpha float64) *accuracy {
	a := &accuracy{
		forward: 1, derivative: 1.5, fromOutput: 1.5,
		f:      func(x float64) reference.Value { return reference.CELU(x, alpha) },
		df:     func(x float64) reference.Value { return reference.CELUDerivative(x, alpha) },
		fromY:  func(y float64) reference.Value { return reference.CELUDerivativeFromOutput(y, alpha) },
		f32:    func(x float32) float64 { return reference.CELU32(x, float32(alpha)) },
		df32:   func(x float32) float64 { return reference.CELUDerivative32(x, float32(alpha)) },
		output: func(v float64) float64 { return -alpha * v },
	}
	for _, q := range eluAccuracy(1, 1).near {
		a.near = append(a.near, q*alpha)
	}
	return a
}

// hardSigmoidAccuracy returns the accuracy of a HardSigmoid. slope must be a float32.
func hardSigmoidAccuracy(slope float64) *accuracy {
	return &accuracy{
		forward: 1, derivative: 0.5, fromOutput: 0.5,
		f:  func(x float64) reference.Value { return reference.HardSigmoid(x, slope) },
		df: func(x float64) reference.Value { return reference.HardSigmoidDerivative(x, slope) },
		fromY: func(y float64) reference.Value { // the slope, but 0 for y = 0 and y = 1
			if y <= 0 || y >= 1 {
				return reference.Value{}
			}
			return reference.HardSigmoidDerivative(0, slope)
		},
		f32:  func(x float32) float64 { return reference.HardSigmoid32(x, float32(slope)) },
		df32: func(x float32) float64 { return reference.HardSigmoidDerivative32(x, float32(slope)) },
		near: []float64{3, -3, 0.5 / slope, -0.5 / slope},
	}
}

var hardSwishAccuracy = &accuracy{
	forward: 1, derivative: 1,
	f: reference.HardSwish, df: reference.HardSwishDerivative,
	f32: reference.HardSwish32, df32: reference.HardSwishDerivative32,
	near: []float64{3, -3, -2, -1.5, -1, 1, 0x1p-54},
}

var squaredReLUAccuracy = &accuracy{
	forward: 0.51, derivative: 0, fromOutput: 0.51,
	f: func(x float64) reference.Value {
		v := reference.FromFloat(max(x, 0))
		return v.Mul(v)
	},
	df:    func(x float64) reference.Value { return reference.FromFloat(2 * max(x, 0)) },
	fromY: reference.SquaredReLUDerivativeFromOutput,
	f32:   func(x float32) float64 { return float64(max(x, 0)) * float64(max(x, 0)) },
	df32:  func(x float32) float64 { return 2 * float64(max(x, 0)) },
}

var softsignAccuracy = &accuracy{
	forward: 1, derivative: 1.5, fromOutput: 1.5,
	f: reference.Softsign, df: reference.SoftsignDerivative, fromY: reference.SoftsignDerivativeFromOutput,
	f32: reference.Softsign32, df32: reference.SoftsignDerivative32,
	near: []float64{1, -1, 1. / 3, 0x1p24, 0x1.4p24, 0x1p53, 0x1.1p53, 0x1.4p53, 0x1p62, -0x1p75, 0x1p500, 0x1.3p505, 0x1.1p511, 0x1p511, -0x1p537},
}

// table returns the entries of all activations for one element type.
func table[T activation.Float]() []entry[T] {
	inf, nan, zero := T(math.Inf(1)), T(math.NaN()), T(0)
	negative := T(math.Copysign(0, -1))
	leaky := func(alpha T) []special[T] {
		return []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, alpha * -inf, alpha},
			{zero, zero, alpha}, {negative, alpha * negative, alpha}, {2, 2, 1}, {-2, alpha * -2, alpha},
		}
	}
	scale := T(reference.SELUScale)
	elu := func(depth, slope, scale T) []special[T] {
		return []special[T]{
			{nan, nan, nan}, {inf, inf, scale}, {-inf, -depth, 0}, {zero, zero, slope}, {negative, negative, slope}, {2, 2 * scale, scale}, {-1000, -depth, 0},
		}
	}
	linear := func(slope T) []special[T] { // for a function that is u for u > 0
		return []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, negative, 0}, {zero, zero, slope}, {negative, negative, slope},
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	layer := activation.NewMaxoutLayer[T](3, 4, 5, rng)
	for i := range layer.Params {
		layer.Params[i] = T(rng.NormFloat64())
	}
	smallest := smallest[T]()
	return []entry[T]{
		{a: activation.Identity[T]{}, group: 1, outputs: 1, special: []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, -inf, 1}, {zero, zero, 1}, {negative, negative, 1}, {-3, -3, 1},
		}},
		{a: activation.Sigmoid[T]{}, group: 1, outputs: 1, accuracy: sigmoidAccuracy, special: []special[T]{
			{nan, nan, nan}, {inf, 1, 0}, {-inf, 0, 0}, {zero, 0.5, 0.25}, {negative, 0.5, 0.25},
			{1000, 1, 0}, {-1000, 0, 0}, {smallest, 0.5, 0.25},
		}},
		{a: activation.Tanh[T]{}, group: 1, outputs: 1, accuracy: tanhAccuracy, special: []special[T]{
			{nan, nan, nan}, {inf, 1, 0}, {-inf, -1, 0}, {zero, zero, 1}, {negative, negative, 1},
			{1000, 1, 0}, {-1000, -1, 0}, {smallest, smallest, 1}, {-smallest, -smallest, 1},
		}},
		{a: activation.ReLU[T]{}, group: 1, outputs: 1, kinks: []T{0}, special: []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, 0, 0}, {zero, 0, 0}, {negative, 0, 0},
			{smallest, smallest, 1}, {-smallest, 0, 0},
		}},
		{a: activation.LeakyReLU[T]{}, group: 1, outputs: 1, kinks: []T{0}, special: leaky(0.01)},
		{a: activation.LeakyReLU[T]{Alpha: 0.25}, group: 1, outputs: 1, kinks: []T{0}, special: leaky(0.25)},
		{a: activation.LeakyReLU[T]{Alpha: -2}, group: 1, outputs: 1, kinks: []T{0}, special: leaky(-2)},
		{a: activation.GELU[T]{}, group: 1, outputs: 1, accuracy: geluAccuracy, special: append(linear(0.5),
			special[T]{1000, 1000, 1}, special[T]{-1000, negative, 0})},
		{a: activation.GELUTanh[T]{}, group: 1, outputs: 1, accuracy: geluTanhAccuracy, special: append(linear(0.5),
			special[T]{1000, 1000, 1}, special[T]{-1000, negative, 0}, special[T]{-3e38, negative, 0}, special[T]{3e38, 3e38, 1})},
		{a: activation.SiLU[T]{}, group: 1, outputs: 1, accuracy: siluAccuracy(1), special: append(linear(0.5),
			special[T]{1000, 1000, 1}, special[T]{-1000, negative, 0})},
		{a: activation.SiLU[T]{Beta: T(float32(1.702))}, group: 1, outputs: 1, accuracy: siluAccuracy(float64(float32(1.702))), special: append(linear(0.5),
			special[T]{-3e38, negative, 0}, special[T]{3e38, 3e38, 1})},
		{a: activation.SiLU[T]{Beta: -0.125}, group: 1, outputs: 1, accuracy: siluAccuracy(-0.125), special: []special[T]{
			{nan, nan, nan}, {inf, 0, 0}, {-inf, -inf, 1}, {zero, zero, 0.5}, {negative, negative, 0.5},
		}},
		{a: activation.Mish[T]{}, group: 1, outputs: 1, accuracy: mishAccuracy, special: append(linear(0.6),
			special[T]{1000, 1000, 1}, special[T]{-1000, negative, 0})},
		{a: activation.Softplus[T]{}, group: 1, outputs: 1, accuracy: softplusAccuracy(1), special: []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, 0, 0}, {zero, T(math.Ln2), 0.5}, {negative, T(math.Ln2), 0.5}, {1000, 1000, 1}, {-1000, 0, 0},
		}},
		{a: activation.Softplus[T]{Beta: T(float32(0.1))}, group: 1, outputs: 1, accuracy: softplusAccuracy(float64(float32(0.1))), special: []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, 0, 0}, {3e38, 3e38, 1}, {-3e38, 0, 0},
		}},
		{a: activation.Softplus[T]{Beta: 3}, group: 1, outputs: 1, accuracy: softplusAccuracy(3), special: []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, 0, 0}, {3e38, 3e38, 1}, {-3e38, 0, 0},
		}},
		{a: activation.LogSigmoid[T]{}, group: 1, outputs: 1, accuracy: logSigmoidAccuracy, special: []special[T]{
			{nan, nan, nan}, {inf, negative, 0}, {-inf, -inf, 1}, {zero, -T(math.Ln2), 0.5}, {negative, -T(math.Ln2), 0.5}, {-1000, -1000, 1}, {1000, negative, 0},
		}},
		{a: activation.ELU[T]{}, group: 1, outputs: 1, kinks: []T{0}, accuracy: eluAccuracy(1, 1), special: elu(1, 1, 1)},
		{a: activation.ELU[T]{Alpha: T(float32(0.7))}, group: 1, outputs: 1, kinks: []T{0}, accuracy: eluAccuracy(float64(float32(0.7)), 1), special: elu(T(float32(0.7)), T(float32(0.7)), 1)},
		{a: activation.ELU[T]{Alpha: -2}, group: 1, outputs: 1, kinks: []T{0}, accuracy: eluAccuracy(-2, 1), special: []special[T]{
			{nan, nan, nan}, {inf, inf, 1}, {-inf, 2, negative}, {zero, zero, -2},
		}},
		{a: activation.SELU[T]{}, group: 1, outputs: 1, kinks: []T{0}, accuracy: eluAccuracy(float64(T(reference.SELUAlpha)), float64(T(reference.SELUScale))),
			special: elu(T(reference.SELUAlpha)*scale, T(reference.SELUAlpha)*scale, scale)},
		{a: activation.CELU[T]{}, group: 1, outputs: 1, kinks: []T{0}, accuracy: celuAccuracy(1), special: elu(1, 1, 1)},
		{a: activation.CELU[T]{Alpha: T(float32(1.3))}, group: 1, outputs: 1, kinks: []T{0}, accuracy: celuAccuracy(float64(float32(1.3))), special: elu(T(float32(1.3)), 1, 1)},
		{a: activation.HardSigmoid[T]{}, group: 1, outputs: 1, kinks: []T{-3, 3}, accuracy: hardSigmoidAccuracy(0), special: []special[T]{
			{nan, nan, nan}, {inf, 1, 0}, {-inf, 0, 0}, {zero, 0.5, 1. / 6}, {negative, 0.5, 1. / 6}, {3, 1, 0}, {-3, 0, 0}, {1.5, 0.75, 1. / 6},
		}},
		{a: activation.HardSigmoid[T]{Slope: T(float32(0.2))}, group: 1, outputs: 1, kinks: []T{-2.5, 2.5}, accuracy: hardSigmoidAccuracy(float64(float32(0.2))), special: []special[T]{
			{nan, nan, nan}, {inf, 1, 0}, {-inf, 0, 0}, {zero, 0.5, T(float32(0.2))}, {2.5, 1, 0}, {-2.5, 0, 0},
		}},
		{a: activation.HardSwish[T]{}, group: 1, outputs: 1, kinks: []T{-3, 3}, accuracy: hardSwishAccuracy, special: append(linear(0.5),
			special[T]{3, 3, 1}, special[T]{-3, negative, 0}, special[T]{-1.5, -0.375, 0}, special[T]{-4, negative, 0}, special[T]{3e38, 3e38, 1}, special[T]{smallest, 0, 0.5})},
		{a: activation.HardTanh[T]{}, group: 1, outputs: 1, kinks: []T{-1, 1}, special: []special[T]{
			{nan, nan, nan}, {inf, 1, 0}, {-inf, -1, 0}, {zero, zero, 1}, {negative, negative, 1}, {1, 1, 0}, {-1, -1, 0}, {0.5, 0.5, 1}, {smallest, smallest, 1},
		}},
		{a: activation.HardTanh[T]{Max: 6}, group: 1, outputs: 1, kinks: []T{0, 6}, special: []special[T]{
			{nan, nan, nan}, {inf, 6, 0}, {-inf, 0, 0}, {zero, zero, 0}, {negative, zero, 0}, {6, 6, 0}, {smallest, smallest, 1}, {5, 5, 1},
		}},
		{a: activation.HardTanh[T]{Min: negative, Max: 6}, group: 1, outputs: 1, kinks: []T{0, 6}, special: []special[T]{
			{nan, nan, nan}, {zero, negative, 0}, {negative, negative, 0}, {-1, negative, 0},
		}},
		{a: activation.HardTanh[T]{Min: -6}, group: 1, outputs: 1, kinks: []T{-6, 0}, special: []special[T]{
			{nan, nan, nan}, {zero, zero, 0}, {negative, zero, 0}, {1, zero, 0}, {-5, -5, 1},
		}},
		{a: activation.HardTanh[T]{Min: -6, Max: negative}, group: 1, outputs: 1, kinks: []T{-6, 0}, special: []special[T]{
			{-7, -6, 0}, {-1, -1, 1}, {negative, negative, 0}, {0, negative, 0}, {1, negative, 0}, {inf, negative, 0},
		}},
		{a: activation.HardTanh[T]{Min: -2, Max: inf}, group: 1, outputs: 1, kinks: []T{-2}, special: []special[T]{
			{nan, nan, nan}, {inf, inf, 0}, {-inf, -2, 0}, {-2, -2, 0}, {3e38, 3e38, 1},
		}},
		{a: activation.SquaredReLU[T]{}, group: 1, outputs: 1, accuracy: squaredReLUAccuracy, special: []special[T]{
			{nan, nan, nan}, {inf, inf, inf}, {-inf, 0, 0}, {zero, 0, 0}, {negative, 0, 0}, {3, 9, 6}, {-3, 0, 0}, {smallest, 0, 2 * smallest},
		}},
		{a: activation.Softsign[T]{}, group: 1, outputs: 1, accuracy: softsignAccuracy, special: []special[T]{
			{nan, nan, nan}, {inf, 1, 0}, {-inf, -1, 0}, {zero, zero, 1}, {negative, negative, 1}, {1, 0.5, 0.25}, {-3, -0.75, 0.0625}, {smallest, smallest, 1},
		}},
		{a: activation.Gated[T]{Gate: activation.SiLU[T]{}}, group: 2, outputs: 1},
		{a: activation.Gated[T]{Gate: activation.Sigmoid[T]{}, Stride: 5, GateLast: true}, group: 10, outputs: 5},
		{a: activation.Gated[T]{Gate: activation.ReLU[T]{}, Stride: 2}, group: 4, outputs: 2},
		{a: activation.Func[T]{F: square[T], DF: double[T]}, group: 1, outputs: 1, special: []special[T]{
			{nan, nan, nan}, {3, 9, 6}, {-3, 9, -6},
		}},
		{a: activation.NewPReLU[T](1), group: 1, outputs: 1, kinks: []T{0}, special: leaky(0.25)},
		{a: activation.PReLU[T]{Alpha: []T{0.5}, Stride: 7}, group: 1, outputs: 1, kinks: []T{0}, special: leaky(0.5)},
		{a: activation.PReLU[T]{Alpha: []T{0.5, -1, 3}}, group: 3, outputs: 3, kinks: []T{0}},
		{a: activation.PReLU[T]{Alpha: []T{0.5, -1, 3}, Stride: 2}, group: 6, outputs: 6, kinks: []T{0}},
		{a: activation.Maxout[T]{Pieces: 1}, group: 1, outputs: 1},
		{a: activation.Maxout[T]{Pieces: 2}, group: 2, outputs: 1},
		{a: activation.Maxout[T]{Pieces: 3}, group: 3, outputs: 1},
		{a: activation.Maxout[T]{Pieces: 2, Stride: 5}, group: 10, outputs: 5},
		{a: activation.Maxout[T]{Pieces: 4, Stride: 2}, group: 8, outputs: 2},
		{a: layer, group: 3, outputs: 4},
		{a: activation.NewMaxoutLayer[T](4, 4, 2, rng), group: 4, outputs: 4},
		{a: activation.Softmax[T]{Classes: 1}, group: 1, outputs: 1},
		{a: activation.Softmax[T]{Classes: 10}, group: 10, outputs: 10},
		{a: activation.Softmax[T]{Classes: 3, Stride: 4, Temperature: 0.5}, group: 12, outputs: 12},
		{a: activation.LogSoftmax[T]{Classes: 10}, group: 10, outputs: 10},
		{a: activation.LogSoftmax[T]{Classes: 3, Stride: 4, Temperature: 2}, group: 12, outputs: 12},
	}
}

// wide returns entries with runs that are longer than a vector. They are for tests of
// slices and lengths only. Other tests need elements that are far from each other, and
// there are too many here.
func wide[T activation.Float]() []entry[T] {
	return []entry[T]{
		{a: activation.PReLU[T]{Alpha: values[T](rand.New(rand.NewPCG(3, 4)), 20)}, group: 20, outputs: 20},
		{a: activation.PReLU[T]{Alpha: []T{2, -0.5}, Stride: 67}, group: 134, outputs: 134},
		{a: activation.Maxout[T]{Pieces: 2, Stride: 37}, group: 74, outputs: 37},
		{a: activation.Maxout[T]{Pieces: 3, Stride: 20}, group: 60, outputs: 20},
		{a: activation.Gated[T]{Gate: activation.GELU[T]{}, Stride: 70}, group: 140, outputs: 70},
		{a: activation.Gated[T]{Gate: activation.Tanh[T]{}, Stride: 37, GateLast: true}, group: 74, outputs: 37},
		{a: activation.NewMaxoutLayer[T](35, 35, 2, rand.New(rand.NewPCG(3, 5))), group: 35, outputs: 35},
		{a: activation.Softmax[T]{Classes: 35}, group: 35, outputs: 35},
		{a: activation.Softmax[T]{Classes: 3, Stride: 32}, group: 96, outputs: 96},
		{a: activation.LogSoftmax[T]{Classes: 35}, group: 35, outputs: 35},
		{a: activation.LogSoftmax[T]{Classes: 3, Stride: 32, Temperature: 2}, group: 96, outputs: 96},
	}
}

func square[T activation.Float](u T) T { return u * u }
func double[T activation.Float](u T) T { return 2 * u }

// both runs a test for both element types.
func both(t *testing.T, f32 func(*testing.T, entry[float32]), f64 func(*testing.T, entry[float64])) {
	t.Helper()
	each(t, f32)
	each(t, f64)
}

// bothWide runs a test for both element types, and also for the entries of wide.
func bothWide(t *testing.T, f32 func(*testing.T, entry[float32]), f64 func(*testing.T, entry[float64])) {
	t.Helper()
	both(t, f32, f64)
	run(t, wide[float32](), f32)
	run(t, wide[float64](), f64)
}

// each runs f for each entry of the table.
func each[T activation.Float](t *testing.T, f func(*testing.T, entry[T])) { run(t, table[T](), f) }

func run[T activation.Float](t *testing.T, entries []entry[T], f func(*testing.T, entry[T])) {
	for _, e := range entries {
		t.Run(e.name(), func(t *testing.T) { f(t, e) })
	}
}

// name returns the text of the activation and the element type.
func (e entry[T]) name() string { return fmt.Sprintf("%v/%T", e.a, T(0)) }

func stringOf(a any) string { return a.(interface{ String() string }).String() }

func is32[T activation.Float]() bool { return T(1)+T(0x1p-30) == 1 }

// smallest returns the smallest subnormal.
func smallest[T activation.Float]() T {
	if is32[T]() {
		return T(math.SmallestNonzeroFloat32)
	}
	v := math.SmallestNonzeroFloat64
	return T(v)
}

// epsilon returns the distance from 1 to the next larger number.
func epsilon[T activation.Float]() float64 {
	if is32[T]() {
		return 0x1p-23
	}
	return 0x1p-52
}

// largest returns the largest finite number.
func largest[T activation.Float]() T {
	if is32[T]() {
		return T(math.MaxFloat32)
	}
	v := math.MaxFloat64
	return T(v)
}

// input returns n groups of random elements. Most have ordinary sizes, and a few are
// large, tiny or 0.
func (e entry[T]) input(rng *rand.Rand, n int) []T {
	x := make([]T, n*e.group)
	for i := range x {
		v := 2 * rng.NormFloat64()
		switch rng.IntN(16) {
		case 0:
			v *= 100
		case 1:
			v *= 1e-30
		case 2:
			v = math.Copysign(0, v)
		}
		x[i] = T(v)
	}
	return x
}

// values returns n random numbers of ordinary size.
func values[T activation.Float](rng *rand.Rand, n int) []T {
	v := make([]T, n)
	for i := range v {
		v[i] = T(rng.NormFloat64())
	}
	return v
}

// bits returns the bits of v. All NaNs have the same pattern.
func bits[T activation.Float](v T) uint64 {
	switch v := any(v).(type) {
	case float32:
		if v != v {
			return 0x7fc00000
		}
		return uint64(math.Float32bits(v))
	case float64:
		if v == v {
			return math.Float64bits(v)
		}
	}
	return 0x7ff8000000000001
}

// wantBits fails the test if got and want have different bits.
func wantBits[T activation.Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d results, want %d", what, len(got), len(want))
	}
	for i := range got {
		if bits(got[i]) != bits(want[i]) {
			t.Fatalf("%s[%d] = %x, want %x", what, i, float64(got[i]), float64(want[i]))
		}
	}
}
