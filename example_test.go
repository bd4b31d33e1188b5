package activation_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"slices"
	"sync"

	"example.com/activation"
)

// Forward computes the outputs. Derivative multiplies the gradient from the next layer
// by f′.
func Example() {
	f := activation.LeakyReLU[float64]{}
	x := []float64{-2, 0.5, 3}
	upstream := []float64{1, 10, 100}
	fmt.Println(f.Forward(nil, x))
	fmt.Println(f.Derivative(nil, x, upstream))
	// Output:
	// [-0.02 0.5 3]
	// [0.01 10 100]
}

func ExampleIdentity() {
	f := activation.Identity[float64]{}
	fmt.Println(f.At(-3), f.DerivativeAt(-3))
	// Output: -3 1
}

// The further u is from 0, the smaller is the gradient.
func ExampleSigmoid() {
	f := activation.Sigmoid[float64]{}
	for _, u := range []float64{-5, 0, 5, 10} {
		fmt.Printf("f(%3v) = %.6f   f′(%3v) = %.6f\n", u, f.At(u), u, f.DerivativeAt(u))
	}
	// Output:
	// f( -5) = 0.006693   f′( -5) = 0.006648
	// f(  0) = 0.500000   f′(  0) = 0.250000
	// f(  5) = 0.993307   f′(  5) = 0.006648
	// f( 10) = 0.999955   f′( 10) = 0.000045
}

// If sigmoid rounds to 1, its derivative is small, but not 0.
func ExampleSigmoid_Derivative() {
	f := activation.Sigmoid[float64]{}
	x := []float64{40}
	y := f.Forward(nil, x)
	fmt.Printf("y = %v, y(1 − y) = %v\n", y[0], f.DerivativeFromOutput(nil, y, nil)[0])
	fmt.Printf("f′(40) = %.15g\n", f.Derivative(nil, x, nil)[0])
	// Output:
	// y = 1, y(1 − y) = 0
	// f′(40) = 4.24835425529159e-18
}

// In a chain of sigmoids, each one multiplies the gradient by at most ¼.
func ExampleSigmoid_DerivativeAt() {
	f := activation.Sigmoid[float64]{}
	gradient, u := 1.0, 0.0
	for range 10 {
		gradient *= f.DerivativeAt(u)
		u = f.At(u)
	}
	fmt.Printf("after 10 layers %.1e, at best %.1e\n", gradient, math.Pow(0.25, 10))
	// Output: after 10 layers 3.9e-07, at best 9.5e-07
}

// The binary cross-entropy loss of sigmoid is −t·log σ(u) − (1 − t)·log σ(−u) for a
// target t of 0 or 1. LogSigmoid computes the logarithms from the logit u, so they are
// always finite. Computed from σ(u) they are not: 1 − σ(u) rounds to 0 at u = 40. The
// gradient of the loss by u is σ(u) − t.
func ExampleSigmoid_crossEntropy() {
	f, log := activation.Sigmoid[float64]{}, activation.LogSigmoid[float64]{}
	for _, c := range []struct{ u, t float64 }{{1.5, 1}, {1.5, 0}, {40, 1}, {40, 0}, {-1000, 1}} {
		loss := -c.t*log.At(c.u) - (1-c.t)*log.At(-c.u)
		fmt.Printf("u = %5v, t = %v: loss %.4g, gradient %.4g\n", c.u, c.t, loss, f.At(c.u)-c.t)
	}
	fmt.Println("from σ(40):", -math.Log(1-f.At(40)))
	// Output:
	// u =   1.5, t = 1: loss 0.2014, gradient -0.1824
	// u =   1.5, t = 0: loss 1.701, gradient 0.8176
	// u =    40, t = 1: loss 4.248e-18, gradient 0
	// u =    40, t = 0: loss 40, gradient 1
	// u = -1000, t = 1: loss 1000, gradient -1
	// from σ(40): +Inf
}

func ExampleTanh() {
	f := activation.Tanh[float64]{}
	for _, u := range []float64{-2, 0, 2} {
		fmt.Printf("f(%2v) = %7.4f   f′(%2v) = %.4f\n", u, f.At(u), u, f.DerivativeAt(u))
	}
	// Output:
	// f(-2) = -0.9640   f′(-2) = 0.0707
	// f( 0) =  0.0000   f′( 0) = 1.0000
	// f( 2) =  0.9640   f′( 2) = 0.0707
}

// If u is far below 0, the usual formula with erf loses all digits.
func ExampleGELU() {
	f := activation.GELU[float64]{}
	for _, u := range []float64{1, -1, -6, -9} {
		erf := u / 2 * (1 + math.Erf(u/math.Sqrt2))
		fmt.Printf("f(%2v) = %10.3e   with erf %10.3e\n", u, f.At(u), erf)
	}
	// Output:
	// f( 1) =  8.413e-01   with erf  8.413e-01
	// f(-1) = -1.587e-01   with erf -1.587e-01
	// f(-6) = -5.920e-09   with erf -5.920e-09
	// f(-9) = -1.016e-18   with erf -0.000e+00
}

// The approximation is close to GELU for most inputs, but not in the tail.
func ExampleGELUTanh() {
	f, exact := activation.GELUTanh[float64]{}, activation.GELU[float64]{}
	for _, u := range []float64{2.7, -1, -2.7, -5} {
		fmt.Printf("f(%4v) = %12.5e   GELU %12.5e\n", u, f.At(u), exact.At(u))
	}
	// Output:
	// f( 2.7) =  2.69111e+00   GELU  2.69064e+00
	// f(  -1) = -1.58808e-01   GELU -1.58655e-01
	// f(-2.7) = -8.88759e-03   GELU -9.36083e-03
	// f(  -5) = -2.29180e-07   GELU -1.43326e-06
}

// A larger β makes the bend sharper. The limits are u/2 for a small β and ReLU for a
// large one.
func ExampleSiLU() {
	x := []float64{-2, -1, 0, 1, 2}
	for _, beta := range []float64{0.1, 1, 10} {
		fmt.Printf("β = %-4v%7.4f\n", beta, activation.SiLU[float64]{Beta: beta}.Forward(nil, x))
	}
	// Output:
	// β = 0.1 [-0.9003 -0.4750  0.0000  0.5250  1.0997]
	// β = 1   [-0.2384 -0.2689  0.0000  0.7311  1.7616]
	// β = 10  [-0.0000 -0.0000  0.0000  1.0000  2.0000]
}

// Mish falls to its minimum at u = −1.1924, with the derivative 0, and then rises.
func ExampleMish() {
	f := activation.Mish[float64]{}
	for _, u := range []float64{-5, -1.1924312145154951, 0, 5} {
		fmt.Printf("f(%7.4f) = %7.4f   f′(%7.4f) = %7.4f\n", u, f.At(u), u, f.DerivativeAt(u))
	}
	// Output:
	// f(-5.0000) = -0.0336   f′(-5.0000) = -0.0267
	// f(-1.1924) = -0.3088   f′(-1.1924) =  0.0000
	// f( 0.0000) =  0.0000   f′( 0.0000) =  0.6000
	// f( 5.0000) =  4.9996   f′( 5.0000) =  1.0008
}

func ExampleReLU() {
	f := activation.ReLU[float64]{}
	x := []float64{-1, 0, 2}
	fmt.Println(f.Forward(nil, x), f.Derivative(nil, x, nil))
	// Output: [0 0 2] [0 0 1]
}

// A ReLU unit whose input is negative for every example gets no gradient, so it stays
// at 0. With LeakyReLU it gets a gradient, and can recover.
func ExampleLeakyReLU() {
	u := []float64{-3, -1, -2} // the unit on three examples
	g := []float64{-1, -1, -1} // the loss falls if the unit grows
	fmt.Println(activation.ReLU[float64]{}.Derivative(nil, u, g))
	fmt.Println(activation.LeakyReLU[float64]{}.Derivative(nil, u, g))
	// Output:
	// [0 0 0]
	// [-0.01 -0.01 -0.01]
}

// PReLU with one slope for each of two channels, and a training step for the slopes.
func ExamplePReLU() {
	f := activation.NewPReLU[float64](2)
	x := []float64{-1, -2, 3, -4} // two examples of two channels
	fmt.Println(f.Forward(nil, x))

	upstream := []float64{1, 1, 1, 1}
	gradient := f.ParameterGradient(nil, x, upstream)
	for i := range gradient {
		f.Parameters()[i] -= 0.01 * gradient[i]
	}
	fmt.Println(gradient, f.Alpha)
	// Output:
	// [-0.25 -0.5 3 -1]
	// [-1 -6] [0.26 0.31]
}

// A maxout unit can be a ReLU or an absolute value. That depends on its pieces.
func ExampleMaxout() {
	f := activation.Maxout[float64]{Pieces: 2}
	for _, u := range []float64{-3, 3} {
		fmt.Println(f.Forward(nil, []float64{0, u, -u, u}))
	}
	fmt.Println(f.Derivative(nil, []float64{0, -3, 3, -3}, []float64{10, 20}))
	// Output:
	// [0 3]
	// [3 3]
	// [10 0 20 0]
}

// A unit with the weights 1 and −1 computes |x|. The gradient goes to the larger piece.
func ExampleMaxoutLayer() {
	f := activation.MaxoutLayer[float64]{Inputs: 1, Units: 1, Pieces: 2, Params: []float64{1, -1, 0, 0}}
	x := []float64{-2, 5}
	fmt.Println(f.Forward(nil, x))
	fmt.Println(f.Derivative(nil, x, nil))
	fmt.Println(f.ParameterGradient(nil, x, nil))
	// Output:
	// [2 5]
	// [-1 1]
	// [5 -2 1 1]
}

func ExampleSoftmax() {
	p := activation.Softmax[float64]{}.Forward(nil, []float64{2.0, 1.0, 0.1})
	fmt.Printf("%.1f\n", p)

	// For two classes, softmax is the sigmoid of the difference.
	u := 1.5
	p = activation.Softmax[float64]{}.Forward(nil, []float64{u, 0})
	fmt.Printf("%.6f %.6f\n", p[0], activation.Sigmoid[float64]{}.At(u))
	// Output:
	// [0.7 0.2 0.1]
	// 0.817574 0.817574
}

// A masked class gets a probability of 0 for any logit.
func ExampleSoftmax_ForwardMasked() {
	logits := []float64{1, 9, 1}
	fmt.Println(activation.Softmax[float64]{}.ForwardMasked(nil, logits, []bool{true, false, true}))
	// Output: [0.5 0 0.5]
}

// The Jacobian holds the derivatives of three probabilities by three logits. Each row
// adds up to 0, because the probabilities always add up to 1.
func ExampleSoftmax_Jacobian() {
	j := activation.Softmax[float64]{}.Jacobian(nil, []float64{2.0, 1.0, 0.1})
	for i := range 3 {
		fmt.Printf("%6.3f\n", j[3*i:3*i+3])
	}
	// Output:
	// [ 0.225 -0.160 -0.065]
	// [-0.160  0.184 -0.024]
	// [-0.065 -0.024  0.089]
}

// If one logit is far above the others, the logarithm of softmax loses digits, or is
// −Inf. LogSoftmax keeps them.
func ExampleLogSoftmax() {
	logits := []float64{40, 0, -1000}
	p := activation.Softmax[float64]{}.Forward(nil, logits)
	fmt.Printf("%.4g %.4g %.4g\n", math.Log(p[0]), math.Log(p[1]), math.Log(p[2]))
	fmt.Printf("%.4g\n", activation.LogSoftmax[float64]{}.Forward(nil, logits))
	// Output:
	// 0 -40 -Inf
	// [-4.248e-18 -40 -1040]
}

// The cross-entropy loss of softmax is −log p for the right class. Computed from the
// logits, it is always finite. The gradient of the loss by the logits is p − onehot.
func ExampleLogSoftmax_crossEntropy() {
	f := activation.LogSoftmax[float64]{Classes: 3}
	logits := []float64{2, 1, 0.1, 1000, 0, -1000} // two examples
	labels := []int{0, 1}

	logp := f.Forward(nil, logits)
	upstream := make([]float64, len(logp))
	for i, label := range labels {
		fmt.Printf("loss %.4f\n", -logp[3*i+label])
		upstream[3*i+label] = -1 // ∂loss/∂logp is −onehot
	}
	gradient := f.DerivativeFromOutput(nil, logp, upstream)

	p := activation.Softmax[float64]{Classes: 3}.Forward(nil, logits)
	for i := range labels {
		fmt.Printf("p %.4f   gradient %7.4f\n", p[3*i:3*i+3], gradient[3*i:3*i+3])
	}
	// Output:
	// loss 0.4170
	// loss 1000.0000
	// p [0.6590 0.2424 0.0986]   gradient [-0.3410  0.2424  0.0986]
	// p [1.0000 0.0000 0.0000]   gradient [ 1.0000 -1.0000  0.0000]
}

// Func makes an activation from a function and its derivative: here from softplus and
// sigmoid.
func ExampleFunc() {
	softplus := activation.Func[float64]{
		F:  func(u float64) float64 { return max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))) },
		DF: activation.Sigmoid[float64]{}.At,
	}
	fmt.Printf("%.4f\n", softplus.Forward(nil, []float64{-1000, 0, 1000}))
	fmt.Printf("%.4f\n", softplus.Derivative(nil, []float64{-1000, 0, 1000}, nil))
	// Output:
	// [0.0000 0.6931 1000.0000]
	// [0.0000 0.5000 1.0000]
}

// CheckDerivative checks an activation of your own, here softsign with its derivative
// by the quotient rule. The second derivative lacks the square.
func ExampleCheckDerivative() {
	softsign := func(u float64) float64 { return u / (1 + math.Abs(u)) }
	right := func(u float64) float64 { return 1 / ((1 + math.Abs(u)) * (1 + math.Abs(u))) }
	wrong := func(u float64) float64 { return 1 / (1 + math.Abs(u)) }

	x := []float64{-7, -1, 1, 5} // on both sides of 0, and in the tails
	fmt.Println(activation.CheckDerivative(activation.Func[float64]{F: softsign, DF: right}, x))
	fmt.Println(activation.CheckDerivative(activation.Func[float64]{F: softsign, DF: wrong}, x))
	// Output:
	// <nil>
	// activation: func: Derivative at x[0] = -7: ∂f[0]/∂x[0] = 0.125, want 0.015625 (within 5e-11)
}

// A Monitor finds dead ReLUs. The second of three units is 0 in both batches, and the
// third one only in the first batch.
func ExampleMonitor() {
	relu := activation.ReLU[float64]{}
	m := activation.Monitor[float64]{Units: 3}
	for _, u := range [][]float64{
		{1, -2, -1, 3, -1, -3}, // two examples of three units
		{2, -4, 2, -1, -5, 1},
	} {
		h := relu.Forward(nil, u)
		m.Observe(h, relu.Derivative(nil, u, nil))
	}
	fmt.Println(&m)
	for i, u := range m.PerUnit() {
		fmt.Printf("unit %d: dead %-5v off on %3.0f %%, mean output %v\n", i, u.Dead, 100*u.Sparsity, u.Mean)
	}
	// Output:
	// 4 examples: 1 of 3 units dead, 1 saturated; 58.3 % of outputs 0, mean 0.75
	// unit 0: dead false off on  25 %, mean output 1.5
	// unit 1: dead true  off on 100 %, mean output 0
	// unit 2: dead false off on  50 %, mean output 0.75
}

// Each goroutine has a Monitor for its part of the data. At the end they are merged.
func ExampleMonitor_Merge() {
	sigmoid := activation.Sigmoid[float64]{}
	parts := [2]activation.Monitor[float64]{{Units: 2}, {Units: 2}}
	var wait sync.WaitGroup
	for i, u := range [][]float64{{-9, 1, -8, 2}, {-7, 0, -5, -1}} {
		wait.Add(1)
		go func() {
			defer wait.Done()
			y := sigmoid.Forward(nil, u)
			parts[i].Observe(y, sigmoid.Derivative(nil, u, nil))
		}()
	}
	wait.Wait()
	parts[0].Merge(&parts[1])
	fmt.Println(parts[0].Examples(), "examples, saturated:", parts[0].SaturatedFraction())
	// Output: 4 examples, saturated: 0.5
}

// Parallel divides long slices among the processors. The results are the same.
func ExampleParallel() {
	f := activation.Parallel(activation.Sigmoid[float64]{})
	x := make([]float64, 1<<20)
	for i := range x {
		x[i] = float64(i%21 - 10)
	}
	y := f.Forward(nil, x)
	fmt.Println(f, slices.Equal(y, activation.Sigmoid[float64]{}.Forward(nil, x)))
	// Output: sigmoid true
}

// Parse returns the activation that a text describes. It accepts common spellings.
func ExampleParse() {
	for _, text := range []string{"leaky_relu", "LeakyReLU(alpha=.2)", "prelu(slopes=64)", "leaky_relu(slope=0.2)"} {
		f, err := activation.Parse[float64](text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(f, f.Derivative(nil, make([]float64, 64), nil)[0])
	}
	// Output:
	// leaky_relu(alpha=0.01) 0.01
	// leaky_relu(alpha=0.2) 0.2
	// prelu(slopes=64) 0.25
	// activation: Parse: leaky_relu: "slope" is not known: its parameters are alpha
}

func ExampleNames() {
	fmt.Println(activation.Names[float64]()[:5])
	// Output: [identity sigmoid tanh relu leaky_relu]
}

// An Any can be the value of a flag. The usage message then shows its default.
func ExampleAny() {
	var act activation.Any[float32]
	flags := flag.NewFlagSet("train", flag.ContinueOnError)
	flags.TextVar(&act, "act", activation.Any[float32]{Activation: activation.ReLU[float32]{}}, "activation of the hidden layer")
	if err := flags.Parse([]string{"-act", "leaky_relu(alpha=0.2)"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(act, act.Forward(nil, []float32{-1, 1}))
	// Output: leaky_relu(alpha=0.2) [-0.2 1]
}

// An Any can be a field. It is read from a text, and written with its parameters.
func ExampleAny_json() {
	var layer struct {
		Units      int                     `json:"units"`
		Activation activation.Any[float32] `json:"activation"`
	}
	if err := json.Unmarshal([]byte(`{"units": 2, "activation": "prelu(slopes=2)"}`), &layer); err != nil {
		fmt.Println(err)
		return
	}
	learned := layer.Activation.Activation.(activation.Parametric[float32])
	learned.Parameters()[1] = 0.1
	data, err := json.Marshal(layer)
	fmt.Println(string(data), err)
	// Output: {"units":2,"activation":{"type":"prelu","alpha":[0.25,0.1]}} <nil>
}

// OutputLen returns the length of the output. That is the number of inputs of the next layer.
func ExampleOutputLen() {
	for _, text := range []string{"relu", "maxout(pieces=2)"} {
		f, err := activation.Parse[float32](text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(f, activation.OutputLen(f, 64))
	}
	// Output:
	// relu 64
	// maxout(pieces=2) 32
}

// Marshal writes an activation with its learned slopes, as a part of the JSON of a
// network.
func ExampleMarshal() {
	f := activation.NewPReLU[float32](3)
	f.Alpha[1] = 0.1
	hidden, err := activation.Marshal(f)
	if err != nil {
		fmt.Println(err)
		return
	}
	network, err := json.Marshal(map[string]any{"hidden": json.RawMessage(hidden), "weights": []float32{1, 2, 3}})
	fmt.Printf("%s %v\n", network, err)
	// Output: {"hidden":{"type":"prelu","alpha":[0.25,0.1,0.25]},"weights":[1,2,3]} <nil>
}

func ExampleUnmarshal() {
	f, err := activation.Unmarshal[float32]([]byte(`{"type":"prelu","alpha":[0.25,0.1,0.25]}`))
	fmt.Println(f, err)
	fmt.Println(f.Forward(nil, []float32{-1, -1, -1}))

	_, err = activation.Unmarshal[float32]([]byte(`{"type":"prelu","alpha":[0.25,1e39]}`))
	fmt.Println(err)
	// Output:
	// prelu(slopes=3) <nil>
	// [-0.25 -0.1 -0.25]
	// activation: Unmarshal: prelu: alpha: entry 1: 1e39 does not fit a float32
}
