package main

import "example.com/activation"

// A line is one output of an activation as a function of a number u. The inputs are
// x = u·direction + offset.
type line struct {
	activation.Activation[float64]
	direction, offset []float64
	output            int
	kinks             []float64 // values of u at which the derivative jumps
	straight          bool      // whether the output is linear between the kinks
}

// input returns x at u.
func (l line) input(u float64) []float64 {
	x := make([]float64, len(l.direction))
	for i := range x {
		x[i] = float64(u*l.direction[i]) + l.offset[i]
	}
	return x
}

// at returns f(u), the output at u.
func (l line) at(u float64) float64 { return l.Forward(nil, l.input(u))[l.output] }

// derivativeAt returns f′(u), by the chain rule the sum of ∂f/∂xᵢ · ∂xᵢ/∂u.
func (l line) derivativeAt(u float64) (sum float64) {
	x := l.input(u)
	upstream := make([]float64, len(l.Forward(nil, x)))
	upstream[l.output] = 1
	for i, d := range l.Derivative(nil, x, upstream) {
		sum += float64(d * l.direction[i])
	}
	return sum
}

// function returns the curve of f. slope returns the curve of f′.

func (l line) function(style string) curve { return curve{style, l.at, l.kinks, l.straight} }
func (l line) slope(style string) curve    { return curve{style, l.derivativeAt, l.kinks, l.straight} }

// scalar returns the line of a function of one u.
func scalar(a activation.Activation[float64]) line {
	return line{Activation: a, direction: []float64{1}, offset: []float64{0}}
}

// bent returns the line of a function of one u that is linear on both sides of 0.
func bent(a activation.Activation[float64]) line { return pieces(a, 0) }

// kinked returns the line of a function of one u whose derivative jumps.
func kinked(a activation.Activation[float64], kinks ...float64) line {
	l := scalar(a)
	l.kinks = kinks
	return l
}

// pieces returns the line of a function of one u that is linear between the kinks.
func pieces(a activation.Activation[float64], kinks ...float64) line {
	l := kinked(a, kinks...)
	l.straight = true
	return l
}

// linear is the line of the identity.
var linear = line{Activation: activation.Identity[float64]{}, direction: []float64{1}, offset: []float64{0}, straight: true}

// hinge is the line of a maxout unit with three pieces, which meet at u = −1 and u = 1.
var hinge = line{
	Activation: activation.Maxout[float64]{Pieces: 3},
	direction:  []float64{-1, 0.25, 1}, offset: []float64{-1, 0.25, -0.5},
	kinks: []float64{-1, 1}, straight: true,
}

// class returns the line of one class of a softmax or its logarithm. The first logit is
// u, and the others are given.
func class(a activation.Activation[float64], output int, others ...float64) line {
	direction := make([]float64, 1+len(others))
	direction[0] = 1
	return line{Activation: a, direction: direction, offset: append([]float64{0}, others...), output: output}
}

// piece returns the line of one input of a maxout unit.
func (l line) piece(i int) line {
	return line{Activation: activation.Identity[float64]{}, direction: l.direction[i : i+1], offset: l.offset[i : i+1], straight: true}
}

// colours holds the styles of the curves in a panel.
var colours = []string{"first", "second", "third"}

// figures returns all figures.
func figures() []figure {
	softmax, logSoftmax := activation.Softmax[float64]{}, activation.LogSoftmax[float64]{}
	near, logit := axis{"u", -3, 3, 1}, axis{"u", -6, 6, 2}
	smooth, rising := axis{"u", -4, 4, 1}, axis{"", -1, 4, 1}
	classes := []key{{"first", "class 1, with logit u"}, {"second", "class 2, with logit 1"}, {"third", "class 3, with logit 0"}}
	return []figure{
		single("identity", "Identity", "f(u) = u", "f′(u) = 1", linear, near, axis{"", -3, 3, 1}),
		single("sigmoid", "Sigmoid", "f(u) = 1/(1 + e⁻ᵘ)", "f′(u) = f(u)·(1 − f(u))",
			scalar(activation.Sigmoid[float64]{}), axis{"u", -8, 8, 2}, axis{"", -0.25, 1.25, 0.25}),
		single("tanh", "Tanh", "f(u) = sinh u / cosh u", "f′(u) = 1 − f(u)²",
			scalar(activation.Tanh[float64]{}), axis{"u", -4, 4, 1}, axis{"", -1.5, 1.5, 0.5}),
		single("relu", "ReLU", "f(u) = max(0, u)", "f′(u) = 1 for u > 0, else 0",
			bent(activation.ReLU[float64]{}), near, axis{"", -1, 3, 1}),
		family("leaky_relu", "LeakyReLU: u for u > 0, else α·u", near, axis{"f(u)", -1, 3, 1}, axis{"f′(u)", -0.5, 1.5, 0.5},
			[]key{{"first", "α = 0.01, the usual slope"}, {"second", "α = 0.2"}},
			bent(activation.LeakyReLU[float64]{}), bent(activation.LeakyReLU[float64]{Alpha: 0.2})),
		family("prelu", "PReLU: u for u > 0, else α·u", near, axis{"f(u)", -2, 3, 1}, axis{"f′(u)", -0.5, 1.5, 0.5},
			[]key{{"first", "α = 0.25, the initial slope"}, {"second", "α = 0.6"}, {"third", "α = −0.25"}},
			bent(activation.NewPReLU[float64](1)),
			bent(activation.PReLU[float64]{Alpha: []float64{0.6}}),
			bent(activation.PReLU[float64]{Alpha: []float64{-0.25}})),
		maxout(),
		family("softmax", "Softmax of the logits [u, 1, 0]", logit, axis{"fᵢ(u)", -0.25, 1.25, 0.25}, axis{"∂fᵢ/∂u", -0.3, 0.3, 0.1},
			classes, class(softmax, 0, 1, 0), class(softmax, 1, 1, 0), class(softmax, 2, 1, 0)),
		family("log_softmax", "LogSoftmax of the logits [u, 1, 0]", logit, axis{"fᵢ(u)", -8, 2, 2}, axis{"∂fᵢ/∂u", -1.5, 1.5, 0.5},
			classes, class(logSoftmax, 0, 1, 0), class(logSoftmax, 1, 1, 0), class(logSoftmax, 2, 1, 0)),
		single("gelu", "GELU", "f(u) = u·Φ(u)", "f′(u) = Φ(u) + u·φ(u)",
			scalar(activation.GELU[float64]{}), smooth, rising),
		single("gelu_tanh", "GELUTanh", "f(u) = u·σ(2√(2/π)·(u + 0.044715·u³))", "f′(u)",
			scalar(activation.GELUTanh[float64]{}), smooth, rising),
		single("silu", "SiLU", "f(u) = u·σ(u)", "f′(u) = σ(u)·(1 + u·(1 − σ(u)))",
			scalar(activation.SiLU[float64]{}), axis{"u", -6, 6, 2}, axis{"", -1, 6, 1}),
		single("mish", "Mish", "f(u) = u·tanh(log(1 + eᵘ))", "f′(u)",
			scalar(activation.Mish[float64]{}), axis{"u", -6, 6, 2}, axis{"", -1, 6, 1}),
		single("softplus", "Softplus", "f(u) = log(1 + eᵘ)", "f′(u) = σ(u)",
			scalar(activation.Softplus[float64]{}), smooth, axis{"", -1, 5, 1}),
		single("log_sigmoid", "LogSigmoid", "f(u) = −log(1 + e⁻ᵘ)", "f′(u) = σ(−u)",
			scalar(activation.LogSigmoid[float64]{}), smooth, axis{"", -5, 2, 1}),
		single("elu", "ELU", "f(u) = u for u > 0, else eᵘ − 1", "f′(u) = 1 for u > 0, else eᵘ",
			kinked(activation.ELU[float64]{}, 0), smooth, axis{"", -2, 4, 1}),
		single("selu", "SELU", "f(u) = λ·u for u > 0, else λ·α·(eᵘ − 1)", "f′(u) = λ for u > 0, else λ·α·eᵘ",
			kinked(activation.SELU[float64]{}, 0), near, axis{"", -2, 4, 1}),
		single("celu", "CELU with α = 2", "f(u) = u for u > 0, else α·(e^(u/α) − 1)", "f′(u) = 1 for u > 0, else e^(u/α)",
			kinked(activation.CELU[float64]{Alpha: 2}, 0), smooth, axis{"", -2, 4, 1}),
		single("hard_sigmoid", "HardSigmoid", "f(u) = u/6 + ½, cut off at 0 and 1", "f′(u)",
			pieces(activation.HardSigmoid[float64]{}, -3, 3), smooth, axis{"", -0.25, 1.25, 0.25}),
		single("hard_swish", "HardSwish", "f(u) = u·hard_sigmoid(u)", "f′(u)",
			kinked(activation.HardSwish[float64]{}, -3, 3), smooth, rising),
		single("hard_tanh", "HardTanh", "f(u) = u, cut off at −1 and 1", "f′(u)",
			pieces(activation.HardTanh[float64]{}, -1, 1), near, axis{"", -1.5, 1.5, 0.5}),
		single("squared_relu", "SquaredReLU", "f(u) = max(0, u)²", "f′(u) = 2·max(0, u)",
			kinked(activation.SquaredReLU[float64]{}, 0), axis{"u", -2, 2, 1}, axis{"", -1, 4, 1}),
		single("softsign", "Softsign", "f(u) = u/(1 + |u|)", "f′(u) = 1/(1 + |u|)²",
			scalar(activation.Softsign[float64]{}), axis{"u", -8, 8, 2}, axis{"", -1.5, 1.5, 0.5}),
		all("functions", 3, 240, 150, 1),
		all("functions_narrow", 2, 107, 80, 2), // for phones
	}
}

// single returns a figure that shows one function and its derivative in one panel.
func single(name, title, f, df string, l line, x, y axis) figure {
	return figure{
		name: name, title: title, legend: []key{{"first", f}, {"second dash", df}}, columns: 1, width: 340, height: 220,
		panels: []panel{{"", x, y, []curve{l.function("first"), l.slope("second dash")}}},
	}
}

// family returns a figure that shows several functions in one panel, and their
// derivatives in another below it. Side by side the panels are too small for a phone.
func family(name, title string, x, y, dy axis, legend []key, lines ...line) figure {
	functions, slopes := panel{"the functions", x, y, nil}, panel{"their derivatives", x, dy, nil}
	for i, l := range lines {
		functions.curves = append(functions.curves, l.function(colours[i]))
		slopes.curves = append(slopes.curves, l.slope(colours[i]+" dash"))
	}
	return figure{name: name, title: title, legend: legend, columns: 1, width: 340, height: 180, panels: []panel{functions, slopes}}
}

// maxout returns the figure of a maxout unit. It shows the pieces, their maximum, and its
// derivative.
func maxout() figure {
	near := axis{"u", -3, 3, 1}
	functions := panel{"the function", near, axis{"f(u)", -4, 3, 1}, []curve{hinge.function("wide")}}
	for i, colour := range colours {
		functions.curves = append(functions.curves, hinge.piece(i).function(colour))
	}
	slopes := panel{"its derivative", near, axis{"f′(u)", -1.5, 1.5, 0.5}, []curve{hinge.slope("ink dash")}}
	return figure{
		name: "maxout", title: "Maxout of three pieces",
		legend:  []key{{"first", "−u − 1"}, {"second", "(u + 1)/4"}, {"third", "u − 1/2"}, {"wide", "f(u), their maximum"}, {"ink dash", "f′(u)"}},
		columns: 1, width: 340, height: 180, panels: []panel{functions, slopes},
	}
}

// all returns a figure that shows the classic functions on the same axes.
func all(name string, columns int, width, height, step float64) figure {
	f := figure{
		name: name, title: "The classic functions, on one scale",
		legend: []key{{"first", "f(u)"}, {"second dash", "f′(u)"}}, columns: columns, width: width, height: height,
	}
	for _, p := range []struct {
		title string
		line
	}{
		{"Identity", linear},
		{"Sigmoid", scalar(activation.Sigmoid[float64]{})},
		{"Tanh", scalar(activation.Tanh[float64]{})},
		{"ReLU", bent(activation.ReLU[float64]{})},
		{"LeakyReLU, α = 0.01", bent(activation.LeakyReLU[float64]{})},
		{"PReLU, α = 0.25", bent(activation.NewPReLU[float64](1))},
		{"Maxout, three pieces", hinge},
		{"Softmax of [u, 0, 0]", class(activation.Softmax[float64]{}, 0, 0, 0)},
		{"LogSoftmax of [u, 0, 0]", class(activation.LogSoftmax[float64]{}, 0, 0, 0)},
	} {
		f.panels = append(f.panels, panel{
			p.title, axis{"u", -4, 4, step}, axis{"", -2, 3, 1},
			[]curve{p.function("first"), p.slope("second dash")},
		})
	}
	return f
}
