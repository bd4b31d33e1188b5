package activation_test

import (
	"fmt"
	"math/rand/v2"

	"example.com/activation"
)

// A layer is u = W·x + b, with a row of weights for each output.
type layer struct {
	weights [][]float64
	biases  []float64
}

// newLayer returns a layer with random weights.
func newLayer(inputs, outputs int, rng *rand.Rand) layer {
	l := layer{make([][]float64, outputs), make([]float64, outputs)}
	for i := range l.weights {
		l.weights[i] = make([]float64, inputs)
		for j := range l.weights[i] {
			l.weights[i][j] = rng.NormFloat64()
		}
	}
	return l
}

// forward returns u for an input x.
func (l layer) forward(x []float64) []float64 {
	u := make([]float64, len(l.biases))
	for i, w := range l.weights {
		u[i] = l.biases[i]
		for j, v := range x {
			u[i] += w[j] * v
		}
	}
	return u
}

// backward returns ∂L/∂x for ∂L/∂u at x. It also makes a step of gradient descent: the
// gradients of the weights and biases are ∂L/∂u · x and ∂L/∂u.
func (l layer) backward(x, du []float64, rate float64) []float64 {
	dx := make([]float64, len(x))
	for i, w := range l.weights {
		for j, v := range x {
			dx[j] += du[i] * w[j]
			w[j] -= rate * du[i] * v
		}
		l.biases[i] -= rate * du[i]
	}
	return dx
}

// The network learns XOR: whether exactly one of two inputs is 1. It has a hidden layer
// of four tanh units, and a sigmoid output with the cross-entropy loss.
func Example_training() {
	rng := rand.New(rand.NewPCG(1, 2))
	hidden, output := newLayer(2, 4, rng), newLayer(4, 1, rng)
	tanh, sigmoid := activation.Tanh[float64]{}, activation.Sigmoid[float64]{}
	log := activation.LogSigmoid[float64]{} // for log σ(u), and log(1 − σ(u)) = log σ(−u)

	inputs := [][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	targets := []float64{0, 1, 1, 0}
	for epoch := range 301 {
		loss := 0.0
		for i, x := range inputs {
			// Forward, from x to the loss.
			h := tanh.Forward(nil, hidden.forward(x))
			u := output.forward(h)
			y := sigmoid.Forward(nil, u)
			loss -= targets[i]*log.At(u[0]) + (1-targets[i])*log.At(-u[0])

			// Backward by the chain rule, from the loss to the weights.
			du := []float64{y[0] - targets[i]} // derivative of sigmoid and loss together
			dh := output.backward(h, du, 0.2)
			hidden.backward(x, tanh.DerivativeFromOutput(nil, h, dh), 0.2)
		}
		if epoch%100 == 0 {
			fmt.Printf("epoch %3d: loss %.4f\n", epoch, loss/4)
		}
	}
	for _, x := range inputs {
		fmt.Printf("%v: %.2f\n", x, sigmoid.Forward(nil, output.forward(tanh.Forward(nil, hidden.forward(x)))))
	}
	// Output:
	// epoch   0: loss 0.8231
	// epoch 100: loss 0.0919
	// epoch 200: loss 0.0229
	// epoch 300: loss 0.0117
	// [0 0]: [0.00]
	// [0 1]: [0.99]
	// [1 0]: [0.99]
	// [1 1]: [0.02]
}
