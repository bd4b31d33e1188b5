package activation_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/activation"
)

// TestModern runs all cases of testdata/conformance/modern.jsonl.
func TestModern(t *testing.T) {
	all := records[record](t, "modern.jsonl")
	for _, r := range all {
		t.Run(r.ID, func(t *testing.T) {
			if r.Dtype == "float32" {
				conform[float32](t, r)
			} else {
				conform[float64](t, r)
			}
		})
	}
	if len(all) != 781 {
		t.Errorf("%d cases, want 781", len(all))
	}
}

// buildModern returns the activation of a case of modern.jsonl, or nil if the case is for
// another kind of function.
func buildModern[T activation.Float](r record, in tensor) activation.Activation[T] {
	number := func(attr string) T { return T(r.float(attr)) }
	is := func(attr string, want T) {
		if number(attr) != want {
			panic(fmt.Sprintf("%s = %v, want %v", attr, number(attr), want))
		}
	}
	switch r.Op {
	case "gelu":
		if r.text("approximate") == "tanh" {
			return activation.GELUTanh[T]{}
		}
		return activation.GELU[T]{}
	case "silu":
		return activation.SiLU[T]{Beta: number("beta")}
	case "mish":
		return activation.Mish[T]{}
	case "softplus":
		return activation.Softplus[T]{Beta: number("beta")}
	case "log_sigmoid":
		return activation.LogSigmoid[T]{}
	case "softsign":
		return activation.Softsign[T]{}
	case "elu":
		return activation.ELU[T]{Alpha: number("alpha")}
	case "selu":
		selu := activation.SELU[T]{}
		is("scale", selu.DerivativeAt(1))
		return selu
	case "celu":
		return activation.CELU[T]{Alpha: number("alpha")}
	case "hard_sigmoid":
		is("beta", 0.5)
		if r.text("alpha") == "1/6" {
			return activation.HardSigmoid[T]{}
		}
		return activation.HardSigmoid[T]{Slope: number("alpha")}
	case "hard_swish":
		return activation.HardSwish[T]{}
	case "hard_tanh":
		return activation.HardTanh[T]{Min: number("min"), Max: number("max")}
	case "relu_squared":
		return activation.SquaredReLU[T]{}
	case "glu":
		gate, err := activation.Parse[T](r.text("gate"))
		if err != nil {
			panic(err)
		}
		n, stride := r.axis(in.Shape)
		return activation.Gated[T]{
			Gate:     gate.(activation.Elementwise[T]),
			Stride:   n / 2 * stride,
			GateLast: r.text("gate_half") == "second",
		}
	}
	return nil
}

// skippedONNX maps the records of onnx-modern.jsonl that the API of this package cannot
// express to the reason.
var skippedONNX = map[string]string{
	"node/test_clip_min_greater_than_max": "a HardTanh whose Min is above its Max is a mistake",
	"node/test_hardsigmoid":               "a HardSigmoid has an offset of ½",
	"node/test_hardsigmoid_example":       "a HardSigmoid has an offset of ½",
	"node/test_selu":                      "a SELU has the constants of its paper",
	"node/test_selu_example":              "a SELU has the constants of its paper",
	"node/test_erf":                       "there is no Erf: it is no activation",
	"node/test_shrink_hard":               "there is no Shrink: a Func does it",
	"node/test_shrink_soft":               "there is no Shrink: a Func does it",
	"simple/test_shrink":                  "there is no Shrink: a Func does it",
	"node/test_thresholdedrelu":           "there is no ThresholdedReLU: a Func does it",
	"node/test_thresholdedrelu_default":   "there is no ThresholdedReLU: a Func does it",
	"node/test_thresholdedrelu_example":   "there is no ThresholdedReLU: a Func does it",
}

// TestONNXModern runs the records of testdata/conformance/onnx-modern.jsonl. Their
// published results have errors of up to 4 ULP, and up to 30 for Elu and Selu, which
// compute eˣ − 1 without expm1. Each record gives the error of its own.
func TestONNXModern(t *testing.T) {
	type onnx struct {
		Name, Op        string
		Effective       map[string]json.RawMessage `json:"effective_attrs"`
		Inputs, Outputs []json.RawMessage
		Published       float64 `json:"max_ulp32_vs_exact"`
	}
	ran, skips := 0, 0
	for _, o := range records[onnx](t, "onnx-modern.jsonl") {
		reason, skip := skippedONNX[o.Name]
		if skip {
			skips++
		} else {
			ran++
		}
		t.Run(o.Name, func(t *testing.T) {
			if skip {
				t.Skip(reason)
			}
			r := record{ID: o.Name, Dtype: "float32", Pass: "forward", Check: "approx", Attrs: o.Effective,
				Inputs: map[string]json.RawMessage{"x": o.Inputs[0]}, Expect: map[string]json.RawMessage{"y": o.Outputs[0]},
				Tol: map[string]float64{"ulp": o.Published + 1}} // the error of this package is at most 1
			set := func(attr string, value any) { r.Attrs[attr], _ = json.Marshal(value) }
			if r.Attrs == nil {
				r.Attrs = map[string]json.RawMessage{}
			}
			switch o.Op {
			case "Gelu":
				r.Op = "gelu"
			case "Elu":
				r.Op = "elu"
			case "Selu":
				r.Op = "selu"
				r.Attrs["scale"] = r.Attrs["gamma"]
			case "Celu":
				r.Op = "celu"
			case "Softplus":
				r.Op = "softplus"
			case "Softsign":
				r.Op = "softsign"
			case "HardSigmoid":
				r.Op = "hard_sigmoid"
			case "HardSwish":
				r.Op = "hard_swish"
			case "Mish":
				r.Op = "mish"
			case "Swish":
				r.Op = "silu"
				r.Attrs["beta"] = r.Attrs["alpha"]
			case "Glu": // as in PyTorch, the second half is the gate
				r.Op = "glu"
				set("gate", "sigmoid")
				set("gate_half", "second")
				r.Tol["ulp"] = o.Published + 1.5
			case "Softmin": // the softmax of −x
				in := decode(o.Inputs[0])
				for i, v := range in.Data {
					in.Data[i] = number(fmt.Sprint(-v.float()))
				}
				r.Op = "softmax"
				x, y := convert[float32](in), build[float32](r, in)
				compare(t, r, "Softmax of −x", "y", y.Forward(nil, x))
				return
			case "Clip":
				r.Op, r.Check = "hard_tanh", "exact"
				for attr, end := range map[string]string{"min": "-Inf", "max": "+Inf"} {
					if r.Attrs[attr] == nil {
						set(attr, end)
					}
				}
			default:
				t.Fatalf("unknown op %s", o.Op)
			}
			conform[float32](t, r)
		})
	}
	if ran+skips != 46 || skips != len(skippedONNX) {
		t.Errorf("%d records run and %d skipped, want 46 together and the %d that are named", ran, skips, len(skippedONNX))
	}
}

// TestGatedPair checks that gates and values in two slices give the same bits as in the
// two halves of one slice. dst may be a new slice, or one of the inputs.
func TestGatedPair(t *testing.T) {
	t.Run("float32", gatedPair[float32])
	t.Run("float64", gatedPair[float64])
}

func gatedPair[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(40, 41))
	for _, gate := range []activation.Elementwise[T]{activation.SiLU[T]{}, activation.ReLU[T]{}, activation.Func[T]{F: square[T], DF: double[T]}} {
		for _, n := range []int{0, 1, 7, 64, 255, 256, 257, 700} {
			f := activation.Gated[T]{Gate: gate, Stride: max(n, 1)}
			e := entry[T]{group: 1}
			x := slices.Concat(e.input(rng, n), e.input(rng, n))
			g, v := x[:n], x[n:]
			for _, upstream := range [][]T{nil, e.input(rng, n)} {
				wantY, want := f.Forward(nil, x), f.Derivative(nil, x, upstream)
				what := fmt.Sprintf("%v of %d", f, n)
				wantBits(t, what, f.ForwardPair(nil, g, v), wantY)
				for place := range 4 { // dst is fresh, the gate, the value, the upstream
					a, b := slices.Clone(g), slices.Clone(v)
					dst := [][]T{make([]T, n), a, b, make([]T, n)}[place]
					wantBits(t, what, f.ForwardPair(dst, a, b), wantY)
					for other := range 4 {
						if place == other && place != 0 {
							continue
						}
						a, b, u := slices.Clone(g), slices.Clone(v), slices.Clone(upstream)
						dGate, dValue := [][]T{make([]T, n), a, b, u}[place], [][]T{make([]T, n), a, b, u}[other]
						dGate, dValue = f.DerivativePair(dGate, dValue, a, b, u)
						wantBits(t, what+", gradient of the gate", dGate, want[:n])
						wantBits(t, what+", gradient of the value", dValue, want[n:])
					}
				}
			}
			if n == 700 {
				dst, up := make([]T, n), make([]T, n)
				if n := allocs(func() {
					f.ForwardPair(dst, g, v)
					f.DerivativePair(dst, up, g, v, g)
				}); n != 0 {
					t.Errorf("%v of pairs allocates %v times", f, n)
				}
			}
		}
	}
}

// TestGatedRows compares several rows with the rows one by one.
func TestGatedRows(t *testing.T) {
	t.Run("float32", gatedRows[float32])
	t.Run("float64", gatedRows[float64])
}

func gatedRows[T activation.Float](t *testing.T) {
	const rows = 3
	rng := rand.New(rand.NewPCG(42, 43))
	e := entry[T]{group: 1}
	for _, gate := range []activation.Elementwise[T]{activation.SiLU[T]{}, activation.ReLU[T]{}} {
		for _, stride := range []int{1, 3, 63, 64, 65, 255, 256, 257, 300, 600} {
			for _, last := range []bool{false, true} {
				f := activation.Gated[T]{Gate: gate, Stride: stride, GateLast: last}
				x, upstream := e.input(rng, rows*2*stride), e.input(rng, rows*stride)
				y, dx := f.Forward(nil, x), f.Derivative(nil, x, upstream)
				for r := range rows {
					gate, value := x[r*2*stride:][:stride], x[r*2*stride+stride:][:stride]
					dGate, dValue := dx[r*2*stride:][:stride], dx[r*2*stride+stride:][:stride]
					if last {
						gate, value, dGate, dValue = value, gate, dValue, dGate
					}
					what := fmt.Sprintf("%v, row %d", f, r)
					wantBits(t, what, y[r*stride:][:stride], f.ForwardPair(nil, gate, value))
					wantGate, wantValue := f.DerivativePair(nil, nil, gate, value, upstream[r*stride:][:stride])
					wantBits(t, what+", gradient of the gate", dGate, wantGate)
					wantBits(t, what+", gradient of the value", dValue, wantValue)
				}
			}
		}
	}
}

// TestGatedSpecial checks NaNs and gates whose output is 0.
func TestGatedSpecial(t *testing.T) {
	t.Run("float32", gatedSpecial[float32])
	t.Run("float64", gatedSpecial[float64])
}

func gatedSpecial[T activation.Float](t *testing.T) {
	nan, inf := T(math.NaN()), T(math.Inf(1))
	silu := activation.Gated[T]{Gate: activation.SiLU[T]{}}
	wantBits(t, "SiLU of 0", silu.Derivative(nil, []T{0, 3}, []T{nan}), []T{nan, 0})
	wantBits(t, "SiLU of −Inf", silu.Derivative(nil, []T{-inf, 3}, []T{nan})[1:], []T{T(math.Copysign(0, -1))})

	// A Func without DF is a mistake. Nothing may be written before the panic.
	for _, gate := range []activation.Elementwise[T]{activation.Func[T]{F: square[T]}, activation.Parallel(activation.Func[T]{F: square[T]}).(activation.Elementwise[T])} {
		dst, dGate, dValue := []T{7, 7}, []T{7}, []T{7}
		f := activation.Gated[T]{Gate: gate}
		panicsWith(t, func() { f.Derivative(dst, []T{2, 3}, []T{5}) }, "Func.Derivative: DF is nil")
		panicsWith(t, func() { f.DerivativePair(dGate, dValue, []T{2}, []T{3}, []T{5}) }, "Func.Derivative: DF is nil")
		wantBits(t, "results after a panic", slices.Concat(dst, dGate, dValue), []T{7, 7, 7, 7})
	}

	f := activation.Gated[T]{Gate: activation.ReLU[T]{}}
	for _, c := range []struct{ gate, value, upstream, y, dGate, dValue T }{
		{2, 3, 1, 6, 3, 2},
		{-2, 3, 1, 0, 0, 0},
		{-2, 3, nan, 0, 0, 0}, // the upstream does not matter
		{-2, 3, inf, 0, 0, 0},
		{-2, inf, 1, nan, 0, 0},
		{-2, nan, 1, nan, nan, nan},
		{nan, 3, 1, nan, nan, nan},
		{2, 3, nan, 6, nan, nan},
		{2, inf, 1, inf, inf, 2},
		{0, 3, 1, 0, 0, 0},
	} {
		x := []T{c.gate, c.value}
		wantBits(t, fmt.Sprintf("Forward(%v)", x), f.Forward(nil, x), []T{c.y})
		wantBits(t, fmt.Sprintf("Derivative(%v, %v)", x, c.upstream), f.Derivative(nil, x, []T{c.upstream}), []T{c.dGate, c.dValue})
	}
}
