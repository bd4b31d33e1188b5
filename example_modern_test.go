package activation_test

import (
	"fmt"
	"math"

	"example.com/activation"
)

// The plain formula log(1 + eᵘ) loses all digits if u is far below 0, and overflows if
// u is far above 0.
func ExampleSoftplus() {
	f := activation.Softplus[float64]{}
	for _, u := range []float64{0, 3, -40, 800} {
		fmt.Printf("f(%3v) = %-12.7g plain %.7g\n", u, f.At(u), math.Log(1+math.Exp(u)))
	}
	// Output:
	// f(  0) = 0.6931472    plain 0.6931472
	// f(  3) = 3.048587     plain 3.048587
	// f(-40) = 4.248354e-18 plain 0
	// f(800) = 800          plain +Inf
}

// The loss of a binary classifier for the target 1 is −LogSigmoid of its logit u. The
// gradient of this loss is σ(u) − 1.
func ExampleLogSigmoid() {
	f := activation.LogSigmoid[float64]{}
	for _, u := range []float64{-800, -1, 0, 40} {
		fmt.Printf("u = %4v: loss %-12.6g gradient %.6g\n", u, -f.At(u), -f.DerivativeAt(u))
	}
	// Output:
	// u = -800: loss 800          gradient -1
	// u =   -1: loss 1.31326      gradient -0.731059
	// u =    0: loss 0.693147     gradient -0.5
	// u =   40: loss 4.24835e-18  gradient -4.24835e-18
}

// For u < 0, ReLU is 0 and has no gradient. ELU falls to −1, and keeps a gradient.
func ExampleELU() {
	f, relu := activation.ELU[float64]{}, activation.ReLU[float64]{}
	for _, u := range []float64{-5, -1, 1} {
		fmt.Printf("f(%2v) = %7.4f, f′ = %.4f   ReLU %v, f′ = %v\n", u, f.At(u), f.DerivativeAt(u), relu.At(u), relu.DerivativeAt(u))
	}
	// Output:
	// f(-5) = -0.9933, f′ = 0.0067   ReLU 0, f′ = 0
	// f(-1) = -0.6321, f′ = 0.3679   ReLU 0, f′ = 0
	// f( 1) =  1.0000, f′ = 1.0000   ReLU 1, f′ = 1
}

// If the inputs are normally distributed with mean 0 and variance 1, the outputs have
// mean 0 and variance 1 too. The inputs here are quantiles of that distribution.
func ExampleSELU() {
	const n = 1000
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sqrt2 * math.Erfinv(2*(float64(i)+0.5)/n-1)
	}
	var mean, square float64
	for _, y := range (activation.SELU[float64]{}).Forward(nil, x) {
		mean += y / n
		square += y * y / n
	}
	fmt.Printf("mean %.2f, variance %.2f\n", math.Abs(mean), square-mean*mean)
	// Output: mean 0.00, variance 1.00
}

// CELU falls to −α. Its slope at 0 is 1 for every α, and that of ELU is α.
func ExampleCELU() {
	for _, alpha := range []float64{0.5, 1, 2} {
		celu, elu := activation.CELU[float64]{Alpha: alpha}, activation.ELU[float64]{Alpha: alpha}
		fmt.Printf("α = %-3v f(-10) = %.4f   f′(0) = %v, of ELU %v\n", alpha, celu.At(-10), celu.DerivativeAt(0), elu.DerivativeAt(0))
	}
	// Output:
	// α = 0.5 f(-10) = -0.5000   f′(0) = 1, of ELU 0.5
	// α = 1   f(-10) = -1.0000   f′(0) = 1, of ELU 1
	// α = 2   f(-10) = -1.9865   f′(0) = 1, of ELU 2
}

// PyTorch, JAX and Keras 3 use a slope of ⅙. ONNX and Keras 2 use 0.2.
func ExampleHardSigmoid() {
	x := []float64{-3, -2, 0, 2, 3}
	fmt.Printf("%.4f\n", activation.HardSigmoid[float64]{}.Forward(nil, x))
	fmt.Printf("%.4f\n", activation.HardSigmoid[float64]{Slope: 0.2}.Forward(nil, x))
	// Output:
	// [0.0000 0.1667 0.5000 0.8333 1.0000]
	// [0.0000 0.1000 0.5000 0.9000 1.0000]
}

// HardSwish is close to SiLU, but needs no exponential.
func ExampleHardSwish() {
	x := []float64{-4, -3, -1.5, 0, 1.5, 3, 4}
	fmt.Printf("%.3f\n", activation.HardSwish[float64]{}.Forward(nil, x))
	fmt.Printf("%.3f\n", activation.SiLU[float64]{}.Forward(nil, x))
	// Output:
	// [-0.000 -0.000 -0.375 0.000 1.125 3.000 4.000]
	// [-0.072 -0.142 -0.274 0.000 1.226 2.858 3.928]
}

// HardTanh with 0 and 6 is ReLU6.
func ExampleHardTanh() {
	x := []float64{-8, -0.5, 0.5, 5, 8}
	relu6 := activation.HardTanh[float64]{Max: 6}
	fmt.Println(activation.HardTanh[float64]{}.Forward(nil, x))
	fmt.Println(relu6.Forward(nil, x), relu6.Derivative(nil, x, nil))
	// Output:
	// [-1 -0.5 0.5 1 1]
	// [0 0 0.5 5 6] [0 0 1 1 0]
}

func ExampleSquaredReLU() {
	f := activation.SquaredReLU[float64]{}
	x := []float64{-2, 0.5, 3}
	fmt.Println(f.Forward(nil, x), f.Derivative(nil, x, nil))
	// Output: [0 0.25 9] [0 1 6]
}

// Softsign approaches 1 much more slowly than tanh does.
func ExampleSoftsign() {
	f, tanh := activation.Softsign[float64]{}, activation.Tanh[float64]{}
	for _, u := range []float64{1, 3, 10} {
		fmt.Printf("1 − f(%2v) = %.1e   1 − tanh %.1e\n", u, 1-f.At(u), 1-tanh.At(u))
	}
	// Output:
	// 1 − f( 1) = 5.0e-01   1 − tanh 2.4e-01
	// 1 − f( 3) = 2.5e-01   1 − tanh 4.9e-03
	// 1 − f(10) = 9.1e-02   1 − tanh 4.1e-09
}

// SwiGLU with gates and values in one row, as in Phi-3. Each of the two rows has two
// gates, followed by two values.
func ExampleGated() {
	swiglu := activation.Gated[float64]{Gate: activation.SiLU[float64]{}, Stride: 2}
	x := []float64{
		2, -3, 10, 10,
		0, 30, 10, 10,
	}
	fmt.Printf("%.4f\n", swiglu.Forward(nil, x))
	// Output: [17.6159 -1.4228 0.0000 300.0000]
}

// SwiGLU with gates and values in two slices, as in Llama, and its backward pass.
func ExampleGated_ForwardPair() {
	swiglu := activation.Gated[float64]{Gate: activation.SiLU[float64]{}}
	gate, value := []float64{2, -3, 30}, []float64{10, 10, 10}
	y := swiglu.ForwardPair(nil, gate, value)
	dGate, dValue := swiglu.DerivativePair(nil, nil, gate, value, []float64{1, 1, 0.5})
	fmt.Printf("%.4f\n%.4f\n%.4f\n", y, dGate, dValue)
	// Output:
	// [17.6159 -1.4228 300.0000]
	// [10.9078 -0.8810 5.0000]
	// [1.7616 -0.1423 15.0000]
}
