package activation_test

import (
	"cmp"
	"encoding/json"
	"math"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

// skippedReports maps the cases of reports.jsonl that do not hold for this package to the
// reason.
var skippedReports = map[string]string{
	"parse/policy/ReLU":                           "Parse reads names in any capitals",
	"parse/policy/LeakyReLU":                      "Parse reads names in any capitals, and without the underscore",
	"parse/policy/ relu":                          "Parse ignores blanks around a name",
	"parse/policy/leaky_relu(alpha=.2)":           "Parse reads numbers as package strconv does",
	"parse/policy/softmax(classes=3,\n stride=2)": "Parse ignores blanks around a field",
}

// A report is a case of reports.jsonl.
type report struct {
	ID, Op, Pass, Dtype string
	Attrs               struct {
		Classes, Stride, Pieces, Units int
		Alpha, Temperature             json.RawMessage
	}
	Input struct {
		X, G, Alpha, U []number
		Keep           []bool
		Text           []string
	}
	Expected struct {
		Y, Dx, Dydx, Dalpha   []number
		Text                  []string `json:"string"`
		Error                 []string
		Dead                  []bool
		Examples, Zeros, Mean []number
	}
	Tolerance struct {
		ULP   float64
		Exact bool
		Eps   float64   `json:"eps_times_cond"`
		Abs   float64   `json:"abs_eps"`
		Cond  []float64 // the condition of each result, which multiplies Eps
		Scale []float64 // the scale of each result, which multiplies Abs
	}
}

// TestReports runs the cases of testdata/conformance/reports.jsonl.
func TestReports(t *testing.T) {
	all := records[report](t, "reports.jsonl")
	skips := 0
	for _, r := range all {
		reason, skip := skippedReports[r.ID]
		if skip {
			skips++
		}
		t.Run(r.ID, func(t *testing.T) {
			switch {
			case skip:
				t.Skip(reason)
			case r.Dtype == "float32":
				checkReport[float32](t, r)
			default:
				checkReport[float64](t, r)
			}
		})
	}
	if len(all) != 540 || skips != len(skippedReports) {
		t.Errorf("%d cases, %d of them skipped; want 540, and the %d that are named skipped", len(all), skips, len(skippedReports))
	}
}

// decimals returns numbers as T.
func decimals[T activation.Float](ns []number) []T { return convert[T](tensor{Data: ns}) }

// optional returns a number that may be missing.
func optional[T activation.Float](raw json.RawMessage) T {
	if raw == nil {
		return 0
	}
	var n number
	if err := n.UnmarshalJSON(raw); err != nil {
		panic(err)
	}
	return T(n.float())
}

func checkReport[T activation.Float](t *testing.T, r report) {
	switch r.Op {
	case "parse", "unmarshal":
		read := activation.Parse[T]
		if r.Op == "unmarshal" {
			read = func(text string) (activation.Activation[T], error) { return activation.Unmarshal[T]([]byte(text)) }
		}
		a, err := read(r.Input.Text[0])
		if r.Expected.Error != nil {
			if err == nil {
				t.Errorf("%s(%q) = %v, want an error", r.Op, r.Input.Text[0], a)
			}
		} else if err != nil || stringOf(a) != r.Expected.Text[0] {
			t.Errorf("%s(%q) = %v, %v, want %s", r.Op, r.Input.Text[0], a, err, r.Expected.Text[0])
		}
		return
	case "monitor":
		u := decimals[T](r.Input.U)
		relu := activation.ReLU[T]{}
		m := activation.Monitor[T]{Units: r.Attrs.Units, Stride: r.Attrs.Stride}
		m.Observe(relu.Forward(nil, u), relu.Derivative(nil, u, nil))
		if got, want := m.Examples(), r.Expected.Examples[0].float(); float64(got) != want {
			t.Errorf("Examples() = %d, want %v", got, want)
		}
		for i, unit := range m.PerUnit() {
			if unit.Dead != r.Expected.Dead[i] || unit.Sparsity != r.Expected.Zeros[i].float() || unit.Mean != r.Expected.Mean[i].float() {
				t.Errorf("unit %d: %+v, want dead %v, sparsity %v, mean %v",
					i, unit, r.Expected.Dead[i], r.Expected.Zeros[i], r.Expected.Mean[i])
			}
		}
		return
	}
	x, g := decimals[T](r.Input.X), decimals[T](r.Input.G)
	s := activation.Softmax[T]{Classes: r.Attrs.Classes, Stride: r.Attrs.Stride, Temperature: optional[T](r.Attrs.Temperature)}
	var a interface {
		activation.Activation[T]
		String() string
	}
	switch r.Op {
	case "softmax":
		a = s
	case "log_softmax":
		a = activation.LogSoftmax[T](s)
	case "masked_softmax":
		y := s.ForwardMasked(nil, x, r.Input.Keep)
		if r.Pass == "forward" {
			r.check(t, "ForwardMasked", widest(y), r.Expected.Y)
		} else {
			r.check(t, "DerivativeFromOutput", widest(s.DerivativeFromOutput(nil, y, g)), r.Expected.Dx)
		}
		return
	case "masked_log_softmax":
		r.check(t, "ForwardMasked", widest(activation.LogSoftmax[T](s).ForwardMasked(nil, x, r.Input.Keep)), r.Expected.Y)
		return
	case "sigmoid":
		a = activation.Sigmoid[T]{}
	case "tanh":
		a = activation.Tanh[T]{}
	case "leaky_relu":
		a = activation.LeakyReLU[T]{Alpha: optional[T](r.Attrs.Alpha)}
	case "prelu":
		a = activation.PReLU[T]{Alpha: decimals[T](r.Input.Alpha), Stride: r.Attrs.Stride}
	case "maxout":
		a = activation.Maxout[T]{Pieces: r.Attrs.Pieces, Stride: r.Attrs.Stride}
	default:
		t.Fatalf("unknown op %q", r.Op)
	}
	switch r.Pass {
	case "forward":
		r.check(t, "Forward", widest(a.Forward(nil, x)), r.Expected.Y)
	case "derivative":
		r.check(t, "Derivative", widest(a.Derivative(nil, x, nil)), r.Expected.Dydx)
	case "backward":
		r.check(t, "Derivative", widest(a.Derivative(nil, x, g)), r.Expected.Dx)
		if o, ok := a.(activation.OutputDerivative[T]); ok {
			r.check(t, "DerivativeFromOutput", widest(o.DerivativeFromOutput(nil, a.Forward(nil, x), g)), r.Expected.Dx)
		}
	case "parameter_gradient":
		r.check(t, "ParameterGradient", widest(a.(activation.Parametric[T]).ParameterGradient(nil, x, g)), r.Expected.Dalpha)
	default:
		t.Fatalf("unknown pass %q", r.Pass)
	}
}

// widest returns x as float64.
func widest[T activation.Float](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// check compares got, what the method returned, with the expected values.
func (r report) check(t *testing.T, method string, got []float64, expected []number) {
	t.Helper()
	if len(got) != len(expected) {
		t.Fatalf("%s: %d results, want %d", method, len(got), len(expected))
	}
	epsilon, least := 0x1p-52, math.SmallestNonzeroFloat64
	if r.Dtype == "float32" {
		epsilon, least = 0x1p-23, math.SmallestNonzeroFloat32
	}
	for i, v := range got {
		want := expected[i].value()
		rounded, ulps := want.Float64(), reference.ULP64(v, want)
		if r.Dtype == "float32" {
			rounded, ulps = float64(want.Float32()), reference.ULP32(float32(v), want)
		}
		off := math.Abs(reference.FromFloat(v).Sub(want).Float64())
		ok := false
		switch tol := r.Tolerance; {
		case math.IsNaN(rounded) || math.IsInf(rounded, 0) || tol.Exact:
			ok = v == rounded || cmp.Compare(v, rounded) == 0
		case tol.ULP > 0:
			ok = ulps <= tol.ULP
		case tol.Eps > 0:
			ok = off <= tol.Eps*epsilon*tol.Cond[i]*math.Abs(want.Float64())+least
		case tol.Abs > 0:
			ok = off <= tol.Abs*epsilon*tol.Scale[i]+2*least
		default:
			t.Fatal("no tolerance")
		}
		if !ok {
			t.Errorf("%s[%d] = %v, want %s (off by %.3g, %.2f ULP)", method, i, v, expected[i], off, ulps)
		}
	}
}
