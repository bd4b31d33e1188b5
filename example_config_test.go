package activation_test

import (
	"encoding/json"
	"fmt"
	"math"

	"example.com/activation"
)

// A Model computes y = Σ vᵢ·f(wᵢ·x + bᵢ). The hidden units have the activation f. JSON
// holds the whole model.
type Model struct {
	Activation activation.Any[float64] `json:"activation"`
	W, B, V    []float64
}

// Sine is sin(ωu), an activation that the program defines.
type Sine struct {
	Omega float64 `json:"omega"`
}

func (s Sine) loops() activation.Func[float64] {
	return activation.Func[float64]{
		F:  func(u float64) float64 { return math.Sin(s.Omega * u) },
		DF: func(u float64) float64 { return s.Omega * math.Cos(s.Omega*u) },
	}
}

func (s Sine) Forward(dst, x []float64) []float64 { return s.loops().Forward(dst, x) }

func (s Sine) Derivative(dst, x, upstream []float64) []float64 {
	return s.loops().Derivative(dst, x, upstream)
}

func init() { activation.Register("sine", Sine{}) }

// predict returns u = w·x + b, h = f(u) and y = v·h.
func (m *Model) predict(x float64) (u, h []float64, y float64) {
	u = make([]float64, len(m.W))
	for i := range u {
		u[i] = m.W[i]*x + m.B[i]
	}
	h = m.Activation.Forward(nil, u)
	for i := range h {
		y += m.V[i] * h[i]
	}
	return u, h, y
}

// train makes a step of gradient descent for the loss (y − target)²/2.
func (m *Model) train(x, target float64) {
	const rate = 0.05
	u, h, y := m.predict(x)
	dy := y - target
	dh := make([]float64, len(h))
	for i := range h {
		dh[i] = dy * m.V[i]
		m.V[i] -= rate * dy * h[i]
	}
	du := m.Activation.Derivative(nil, u, dh)
	if p, ok := m.Activation.Activation.(activation.Parametric[float64]); ok {
		for i, g := range p.ParameterGradient(nil, u, dh) {
			p.Parameters()[i] -= rate * g
		}
	}
	for i := range du {
		m.W[i] -= rate * du[i] * x
		m.B[i] -= rate * du[i]
	}
}

// A configuration file names the activation, which is one of the package or of the
// program. The trained model is saved, including the learned parameters of the
// activation, and loaded with the same bits.
func Example_configuration() {
	for _, config := range []string{
		`{"activation": "LeakyReLU(alpha=0.2)", "W": [1, -1], "B": [0, 0.5], "V": [1, -1]}`,
		`{"activation": "prelu(slopes=2)", "W": [1, -1], "B": [0, 0.5], "V": [1, -1]}`,
		`{"activation": {"type": "sine", "omega": 2}, "W": [1, -1], "B": [0, 0.5], "V": [1, -1]}`,
		`{"activation": "sine(phase=1)"}`,
	} {
		var m Model
		if err := json.Unmarshal([]byte(config), &m); err != nil {
			fmt.Println(err)
			continue
		}
		for step := range 1000 {
			x := float64(step%9)/4 - 1 // −1, −0.75, … 1
			m.train(x, x*x)
		}
		saved, err := json.Marshal(m)
		if err != nil {
			fmt.Println(err)
			continue
		}
		var loaded Model
		if err := json.Unmarshal(saved, &loaded); err != nil {
			fmt.Println(err)
			continue
		}
		_, _, y := m.predict(0.6)
		_, _, again := loaded.predict(0.6)
		fmt.Printf("%v: 0.6² ≈ %.2f, the same when loaded: %v\n", loaded.Activation, y, y == again)
	}
	// Output:
	// leaky_relu(alpha=0.2): 0.6² ≈ 0.46, the same when loaded: true
	// prelu(slopes=2): 0.6² ≈ 0.49, the same when loaded: true
	// sine(omega=2): 0.6² ≈ 0.41, the same when loaded: true
	// activation: Any.UnmarshalJSON: sine: json: unknown field "phase"
}
