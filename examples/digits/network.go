package main

import (
	"math"
	"math/rand/v2"

	"example.com/activation"
)

const (
	hiddenUnits = 64
	batchSize   = 32
	momentum    = 0.9
)

// A dense layer is u = W·x + b: parameters are the weights [outputs][inputs],
// then the biases.
type dense struct {
	inputs, outputs int
	parameters      []float32
	gradient        []float32
	velocity        []float32
}

// newDense draws the weights from a normal distribution of variance
// gain/inputs.
func newDense(inputs, outputs int, gain float64, rng *rand.Rand) *dense {
	n := outputs * (inputs + 1)
	l := &dense{inputs, outputs, make([]float32, n), make([]float32, n), make([]float32, n)}
	for i := range outputs * inputs {
		l.parameters[i] = float32(rng.NormFloat64() * math.Sqrt(gain/float64(inputs)))
	}
	return l
}

// forward returns u for a batch x.
func (l *dense) forward(x []float32) []float32 {
	weights, biases := l.parameters[:l.outputs*l.inputs], l.parameters[l.outputs*l.inputs:]
	u := make([]float32, len(x)/l.inputs*l.outputs)
	for i := range u {
		row, w := x[i/l.outputs*l.inputs:][:l.inputs], weights[i%l.outputs*l.inputs:][:l.inputs]
		sum := biases[i%l.outputs]
		for j, v := range row {
			sum += w[j] * v
		}
		u[i] = sum
	}
	return u
}

// backward takes ∂L/∂u of a batch x, sets the gradient of the parameters, and
// returns ∂L/∂x.
func (l *dense) backward(x, du []float32) []float32 {
	clear(l.gradient)
	weights := l.parameters[:l.outputs*l.inputs]
	dw, db := l.gradient[:l.outputs*l.inputs], l.gradient[l.outputs*l.inputs:]
	dx := make([]float32, len(x))
	for i, d := range du {
		if d == 0 { // a unit that is off passes no gradient
			continue
		}
		row, drow := x[i/l.outputs*l.inputs:][:l.inputs], dx[i/l.outputs*l.inputs:][:l.inputs]
		w, g := weights[i%l.outputs*l.inputs:][:l.inputs], dw[i%l.outputs*l.inputs:][:l.inputs]
		db[i%l.outputs] += d
		for j, v := range row {
			g[j] += d * v
			drow[j] += d * w[j]
		}
	}
	return dx
}

// step moves parameters down their gradient, with momentum.
func (n *network) step(parameters, gradient, velocity []float32) {
	for i, g := range gradient {
		velocity[i] = momentum*velocity[i] - n.rate*g
		parameters[i] += velocity[i]
	}
}

// A network is one hidden layer, an activation, and a softmax over the classes.
type network struct {
	hidden     *dense
	activation activation.Activation[float32]
	velocity   []float32 // of the activation's own parameters
	output     *dense
	softmax    activation.LogSoftmax[float32]
	rate       float32 // of learning
}

// newNetwork returns an untrained network with that activation.
func newNetwork(a activation.Activation[float32], rate float32, rng *rand.Rand) *network {
	n := &network{activation: a, softmax: activation.LogSoftmax[float32]{Classes: classes}, rate: rate}
	if p, ok := a.(activation.Parametric[float32]); ok {
		n.velocity = make([]float32, len(p.Parameters()))
	}
	n.hidden = newDense(pixels, width(a), gain(a), rng)
	n.output = newDense(activation.OutputLen(a, width(a)), classes, 1, rng)
	return n
}

// forward returns, for a batch x, the input u of the activation, its output h, and
// the log probabilities of the classes.
func (n *network) forward(x []float32) (u, h, logp []float32) {
	u = n.hidden.forward(x)
	h = n.activation.Forward(nil, u)
	logits := n.output.forward(h)
	return u, h, n.softmax.Forward(logits, logits)
}

// train takes one step down the gradient of the mean loss of a batch, and
// returns the sum of its losses.
func (n *network) train(x []float32, labels []int) (loss float64) {
	u, h, logp := n.forward(x)

	// The loss is −log p of the right class, so ∂L/∂logp is −1 there.
	dlogp := make([]float32, len(logp))
	for i, label := range labels {
		loss -= float64(logp[i*classes+label])
		dlogp[i*classes+label] = -1 / float32(len(labels))
	}

	// Backward, layer by layer.
	dlogits := n.softmax.DerivativeFromOutput(nil, logp, dlogp) // p − onehot
	dh := n.output.backward(h, dlogits)
	if p, ok := n.activation.(activation.Parametric[float32]); ok {
		n.step(p.Parameters(), p.ParameterGradient(nil, u, dh), n.velocity)
	}
	n.hidden.backward(x, n.activation.Derivative(nil, u, dh))
	n.step(n.hidden.parameters, n.hidden.gradient, n.hidden.velocity)
	n.step(n.output.parameters, n.output.gradient, n.output.velocity)
	return loss
}

// epoch trains on all examples once, in random order, and returns the mean
// loss.
func (n *network) epoch(d dataset, rng *rand.Rand) float64 {
	var (
		loss   float64
		x      []float32
		labels []int
	)
	for i, at := range rng.Perm(len(d.labels)) {
		x, labels = append(x, d.example(at)...), append(labels, d.labels[at])
		if len(labels) == batchSize || i == len(d.labels)-1 {
			loss += n.train(x, labels)
			x, labels = x[:0], labels[:0]
		}
	}
	return loss / float64(len(d.labels))
}

// accuracy returns the share of the examples whose most probable class is the
// right one.
func (n *network) accuracy(d dataset) float64 {
	_, _, logp := n.forward(d.x)
	right := 0
	for i, label := range d.labels {
		best := 0
		for c, v := range logp[i*classes:][:classes] {
			if v > logp[i*classes+best] {
				best = c
			}
		}
		if best == label {
			right++
		}
	}
	return float64(right) / float64(len(d.labels))
}

// slope returns the mean learned slope of a PReLU.
func (n *network) slope() (mean float64, ok bool) {
	p, ok := n.activation.(activation.PReLU[float32])
	for _, a := range p.Alpha {
		mean += float64(a) / float64(len(p.Alpha))
	}
	return mean, ok
}

// watch observes the hidden units on all examples of the training set. A unit that
// is dead on all of them learns nothing any more.
func (n *network) watch(d dataset) *activation.Monitor[float32] {
	m := &activation.Monitor[float32]{Units: n.output.inputs}
	u, h, _ := n.forward(d.x)
	var derivative []float32 // nil for a maxout unit, which always passes its gradient on
	switch n.activation.(type) {
	case activation.Elementwise[float32], activation.PReLU[float32]:
		derivative = n.activation.Derivative(nil, u, nil)
	}
	m.Observe(h, derivative)
	return m
}
