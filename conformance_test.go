package activation_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

// skipped maps the cases of testdata/conformance that do not hold for this package, or
// that its API cannot express, to the reason.
var skipped = map[string]string{
	"prelu/error/burn-1d-multi": "x of n elements for n slopes is one example of n channels, the layout that PReLU documents",
	"softmax/error/axis-10":     "there is no axis to be out of range: Classes and Stride say where it is",
	"softmax/error/axis2":       "there is no axis to be out of range: Classes and Stride say where it is",
	"softmax/error/axis-3":      "there is no axis to be out of range: Classes and Stride say where it is",
	"temperature-error/0.0":     "Temperature 0 is the zero value, and means 1",

	"row-partly-masked/float32/softmax-backward-infg": "policy: an upstream beside a probability of exactly 0 does not count",
	"row-partly-masked/float64/softmax-backward-infg": "policy: an upstream beside a probability of exactly 0 does not count",
}

// A record is a case of cases.jsonl.
type record struct {
	ID, Op, Pass, Dtype, Check string
	Attrs                      map[string]json.RawMessage
	Inputs, Expect             map[string]json.RawMessage
	Tol                        map[string]float64
	Cond                       []float64
	SignedZero                 bool `json:"signed_zero"`
}

// A tensor is a dense array. Its numbers are decimals of any length.
type tensor struct {
	Shape []int
	Data  []number
}

type number string

func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(strings.Trim(string(b), `"`))
	return nil
}

// value returns n, rounded to 200 bits.
func (n number) value() reference.Value {
	switch n {
	case "NaN", "+Inf", "-Inf", "Inf", "-0", "-0.0":
		return reference.Value{Hi: n.float()}
	}
	b, _, err := big.ParseFloat(string(n), 10, 200, big.ToNearestEven)
	if err != nil && strings.Contains(string(n), "e-") {
		return reference.Value{} // an exponent too small for big.Float
	}
	if err != nil {
		panic(err)
	}
	return reference.FromBig(b)
}

func (n number) float() (v float64) {
	if _, err := fmt.Sscan(string(n), &v); err != nil {
		panic(fmt.Sprintf("%q: %v", n, err))
	}
	return v
}

func decode(raw json.RawMessage) (v tensor) {
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(err)
	}
	return v
}

// convert returns the data as T, which holds the inputs exactly.
func convert[T activation.Float](v tensor) []T {
	x := make([]T, len(v.Data))
	for i, n := range v.Data {
		if x[i] = T(n.float()); n != "NaN" && float64(x[i]) != n.float() {
			panic(fmt.Sprintf("%s is no %T", n, x[i]))
		}
	}
	return x
}

func (r record) text(attr string) string { return strings.Trim(string(r.Attrs[attr]), `"`) }

func (r record) float(attr string) float64 {
	if r.text(attr) == "" {
		return 0
	}
	return number(r.text(attr)).float()
}

// argument returns element i of the input as text, for a message about result i of n. It
// returns "" if the input does not have n elements.
func (r record) argument(i, n int) string {
	for _, raw := range []json.RawMessage{r.Inputs["x"], r.Inputs["y"], r.Inputs["logits"]} {
		if raw != nil && len(decode(raw).Data) == n {
			return fmt.Sprintf("(%x)", decode(raw).Data[i].float())
		}
	}
	return ""
}

// axis returns the number of entries along the axis of a shape, and their stride.
func (r record) axis(shape []int) (n, stride int) {
	axis := int(r.float("axis"))
	if axis < 0 {
		axis += len(shape)
	}
	if len(shape) == 0 {
		return 1, 1
	}
	return shape[axis], size(shape[axis+1:])
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// records reads the records of a file.
func records[R any](t *testing.T, file string) (rs []R) {
	raw, err := os.ReadFile("testdata/conformance/" + file)
	for _, line := range bytes.Split(bytes.TrimSpace(raw), []byte("\n")) {
		rs = append(rs, *new(R))
		err = cmp.Or(err, json.Unmarshal(line, &rs[len(rs)-1]))
	}
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// TestConformance runs the cases of testdata/conformance/cases.jsonl.
func TestConformance(t *testing.T) {
	ran, skips := 0, 0
	for _, r := range records[record](t, "cases.jsonl") {
		reason, skip := skipped[r.ID]
		if skip {
			skips++
		} else {
			ran++
		}
		t.Run(r.ID, func(t *testing.T) {
			if skip {
				t.Skip(reason)
			}
			if r.Dtype == "float32" {
				conform[float32](t, r)
			} else {
				conform[float64](t, r)
			}
		})
	}
	if ran+skips != 445 || skips != len(skipped) {
		t.Errorf("%d cases run and %d skipped, want 445 together and the %d that are named", ran, skips, len(skipped))
	}
}

// TestONNX runs the records of testdata/conformance/onnx.jsonl. Their published results
// have errors of up to 4.1 ULP. Each record gives the error of its own.
func TestONNX(t *testing.T) {
	type onnx struct {
		Name, Op        string
		Effective       map[string]json.RawMessage `json:"effective_attrs"`
		Inputs, Outputs []json.RawMessage
		Published       float64 `json:"max_ulp32_vs_exact"`
	}
	all := records[onnx](t, "onnx.jsonl")
	for _, o := range all {
		t.Run(o.Name, func(t *testing.T) {
			r := record{ID: o.Name, Dtype: "float32", Pass: "forward", Check: "approx", Attrs: o.Effective,
				Expect: map[string]json.RawMessage{"y": o.Outputs[0]}}
			r.Op = map[string]string{"LeakyRelu": "leaky_relu", "LogSoftmax": "log_softmax", "PRelu": "prelu",
				"Relu": "relu", "Sigmoid": "sigmoid", "Softmax": "softmax", "Tanh": "tanh"}[o.Op]
			if alpha, ok := r.Attrs["alpha"]; ok {
				r.Attrs["slope"] = alpha
			}
			r.Inputs = map[string]json.RawMessage{"x": o.Inputs[0]}
			if len(o.Inputs) > 1 {
				r.Inputs["slope"] = o.Inputs[1]
			}
			switch o.Op {
			case "Relu", "PRelu", "LeakyRelu": // both round once
				r.Check = "exact"
			case "Sigmoid", "Tanh":
				r.Tol = map[string]float64{"ulp": o.Published + 1} // the error of this package is at most 1
			default:
				r.Tol = map[string]float64{"ulp": 5.1} // 4.1 for the record, and 1 for Softmax
			}
			conform[float32](t, r)
		})
	}
	if len(all) != 25 {
		t.Errorf("%d records, want 25", len(all))
	}
}

// conform runs one case, and checks all its expectations.
func conform[T activation.Float](t *testing.T, r record) {
	defer func() {
		for name := range r.Expect { // compare deletes what it has compared
			t.Errorf("the expected %s was not compared", name)
		}
	}()
	switch r.Op {
	case "identity": // a property: tanh u = 2σ(2u) − 1, or σ(u) = softmax([u, 0])₀
		x := convert[T](decode(r.Inputs["x"]))
		for name := range r.Expect {
			f := map[string]func(T) T{
				"tanh":              activation.Tanh[T]{}.At,
				"2*sigmoid(2x)-1":   func(u T) T { return 2*activation.Sigmoid[T]{}.At(2*u) - 1 },
				"sigmoid":           activation.Sigmoid[T]{}.At,
				"softmax([x,0])[0]": func(u T) T { return activation.Softmax[T]{}.Forward(nil, []T{u, 0})[0] },
			}[name]
			compare(t, r, r.Pass, name, activation.Func[T]{F: f}.Forward(nil, x))
		}
		return
	case "softmax_cross_entropy":
		x := convert[T](decode(r.Inputs["logits"]))
		label := int(decode(r.Inputs["target"]).Data[0].float())
		upstream := make([]T, len(x))
		upstream[label] = -1
		f := activation.LogSoftmax[T]{}
		compare(t, r, call(f, "Forward"), "loss", []T{-f.Forward(nil, x)[label]})
		compare(t, r, call(f, "Derivative"), "dlogits", f.Derivative(nil, x, upstream))
		return
	case "masked_softmax", "masked_log_softmax":
		in := decode(r.Inputs["x"])
		n, stride := r.axis(in.Shape)
		var keep []bool
		for _, v := range decode(r.Inputs["mask"]).Data {
			keep = append(keep, v == "true")
		}
		var a interface {
			ForwardMasked(dst, x []T, keep []bool) []T
		}
		a = activation.Softmax[T]{Classes: n, Stride: stride}
		if r.Op == "masked_log_softmax" {
			a = activation.LogSoftmax[T]{Classes: n, Stride: stride}
		}
		x := convert[T](in)
		y := a.ForwardMasked(nil, x, keep)
		compare(t, r, call(a, "ForwardMasked"), "y", y)
		a.ForwardMasked(x, x, keep)
		wantBits(t, call(a, "ForwardMasked")+" in place", x, y)
		return
	}
	if r.Pass == "monitor" {
		conformMonitor[T](t, r)
		return
	}
	var in tensor
	switch r.Pass {
	default:
		in = decode(r.Inputs["x"])
	case "backward_from_argmax": // make an x whose maxima are at argmax
		pieces := int(r.float("pieces"))
		at := decode(r.Inputs["argmax"])
		in.Shape = append(slices.Clone(at.Shape), pieces)
		for _, a := range at.Data {
			for k := range pieces {
				in.Data = append(in.Data, number(fmt.Sprint(-math.Abs(float64(k)-a.float()))))
			}
		}
		r.Attrs["axis"] = json.RawMessage("-1")
	case "derivative_from_output":
		in = decode(r.Inputs["y"])
	}
	x := convert[T](in)
	a := build[T](r, in)
	if r.Check == "error" {
		delete(r.Expect, "error") // the text is that of another library
		refused(t, a, x)
		return
	}
	var g []T
	if raw, ok := r.Inputs["g"]; ok {
		g = convert[T](decode(raw))
	} else if string(r.Inputs["g_is"]) == `"y"` {
		g = a.Forward(nil, x)
	}
	switch r.Pass {
	case "forward":
		y := a.Forward(nil, x)
		compare(t, r, call(a, "Forward"), "y", y)
		if raw, ok := r.Expect["argmax"]; ok {
			checkArgmax(t, r, a.(activation.Maxout[T]), x, decode(raw))
		}
		if _, ok := r.Expect["sparsity"]; ok { // the fraction of exact zeros
			zeros := len(slices.DeleteFunc(slices.Clone(y), func(v T) bool { return v != 0 }))
			compare(t, r, call(a, "Forward"), "sparsity", []T{T(zeros) / T(len(y))})
		}
		if len(y) == len(x) {
			a.Forward(x, x)
			wantBits(t, call(a, "Forward")+" in place", x, y)
		}
	case "derivative":
		compare(t, r, call(a, "Derivative"), "dydx", a.Derivative(nil, x, nil))
	case "derivative_from_output":
		dydx := a.(activation.OutputDerivative[T]).DerivativeFromOutput(nil, x, nil)
		compare(t, r, call(a, "DerivativeFromOutput"), "dydx", dydx)
	case "backward", "backward_from_argmax":
		compare(t, r, call(a, "Derivative"), "dx", a.Derivative(nil, x, g))
		if p, ok := a.(activation.Parametric[T]); ok && r.Op == "prelu" {
			compare(t, r, call(a, "ParameterGradient"), "dslope", p.ParameterGradient(nil, x, g))
		}
	default:
		t.Fatalf("unknown pass %q", r.Pass)
	}
}

// conformMonitor observes batches of outputs of a ReLU. It checks a monitor for each
// batch, if there are several, and one for all batches.
func conformMonitor[T activation.Float](t *testing.T, r record) {
	batches := []json.RawMessage{r.Inputs["activations"]}
	if raw, ok := r.Inputs["batches"]; ok {
		if err := json.Unmarshal(raw, &batches); err != nil {
			t.Fatal(err)
		}
	}
	var all activation.Monitor[T]
	for i, raw := range batches {
		in := decode(raw)
		y := convert[T](in)
		derivative := activation.ReLU[T]{}.DerivativeFromOutput(nil, y, nil)
		one := activation.Monitor[T]{Units: in.Shape[1]}
		one.Observe(y, derivative)
		if len(batches) > 1 {
			compare(t, r, "Monitor", fmt.Sprintf("dead_fraction_batch%d", i+1), []T{T(one.DeadFraction())})
		}
		all.Units = in.Shape[1]
		all.Observe(y, derivative)
	}
	compare(t, r, "Monitor", "dead_fraction", []T{T(all.DeadFraction())})
	if _, ok := r.Expect["sparsity"]; ok {
		compare(t, r, "Monitor", "sparsity", []T{T(all.Sparsity())})
	}
	if raw, ok := r.Expect["dead_units"]; ok {
		delete(r.Expect, "dead_units")
		for i, want := range decode(raw).Data {
			if got := all.PerUnit()[i].Dead; fmt.Sprint(got) != string(want) {
				t.Errorf("%s: unit %d is dead: %v, want %v", r.ID, i, got, want)
			}
		}
	}
}

// call returns the text of a call: "Sigmoid[float32].Forward".
func call(a any, method string) string {
	return strings.TrimPrefix(fmt.Sprintf("%T.%s", a, method), "activation.")
}

// refused checks that Forward panics and writes nothing.
func refused[T activation.Float](t *testing.T, a activation.Activation[T], x []T) {
	for _, dst := range [][]T{nil, slices.Repeat([]T{7}, len(x))} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "activation: ") {
					t.Errorf("%s, len(dst) = %d: panic %q, want a mistake", call(a, "Forward"), len(dst), got)
				}
			}()
			a.Forward(dst, x)
		}()
		wantBits(t, "dst", dst, slices.Repeat([]T{7}, len(dst)))
	}
}

// build returns the activation of a case for an input.
func build[T activation.Float](r record, in tensor) (a activation.Activation[T]) {
	switch r.Op {
	case "relu":
		a = activation.ReLU[T]{}
	case "sigmoid":
		a = activation.Sigmoid[T]{}
	case "tanh":
		a = activation.Tanh[T]{}
	case "leaky_relu":
		a = activation.LeakyReLU[T]{Alpha: T(r.float("slope"))}
		if r.float("slope") == 0 { // a LeakyReLU with a slope of 0 would use 0.01
			a = activation.PReLU[T]{Alpha: []T{0}}
		}
	case "prelu":
		p := activation.PReLU[T]{Alpha: convert[T](decode(r.Inputs["slope"]))}
		switch layout := r.text("slope_layout"); layout {
		case "axis1", "per_channel_axis1":
			p.Stride = size(in.Shape[min(2, len(in.Shape)):])
		case "scalar", "axis-1", "elementwise", "unidirectional_broadcast_trailing":
		default:
			panic("unknown slope_layout " + layout)
		}
		a = p
	case "maxout":
		pieces := int(r.float("pieces"))
		n, stride := r.axis(in.Shape)
		m := activation.Maxout[T]{Pieces: pieces, Stride: stride}
		if r.text("layout") == "strided" { // piece k of unit u at k·units + u
			m.Stride = n / pieces * stride
		}
		a = m
	case "softmax", "log_softmax":
		n, stride := r.axis(in.Shape)
		s := activation.Softmax[T]{Classes: n, Stride: stride, Temperature: T(r.float("temperature"))}
		a = s
		if r.Op == "log_softmax" {
			a = activation.LogSoftmax[T](s)
		}
	default:
		if a = buildModern[T](r, in); a == nil {
			panic("unknown op " + r.Op)
		}
	}
	return a
}

// checkArgmax checks which piece gets the gradient.
func checkArgmax[T activation.Float](t *testing.T, r record, m activation.Maxout[T], x []T, want tensor) {
	t.Helper()
	delete(r.Expect, "argmax")
	dx := m.Derivative(nil, x, nil)
	for i, d := range dx {
		group, rest := i/(m.Pieces*m.Stride), i%(m.Pieces*m.Stride)
		unit, piece := group*m.Stride+rest%m.Stride, rest/m.Stride
		if (d == 1) != (want.Data[unit].float() == float64(piece)) {
			t.Errorf("%s: derivative %v at piece %d of unit %d, argmax %v", r.ID, d, piece, unit, want.Data[unit])
		}
	}
}

// compare compares got, the result of a call, with the expectation of the given name, and
// deletes the expectation.
func compare[T activation.Float](t *testing.T, r record, call, name string, got []T) {
	t.Helper()
	raw, ok := r.Expect[name]
	if !ok {
		t.Fatalf("no %s is expected, only %v", name, r.Expect)
	}
	delete(r.Expect, name)
	want := decode(raw)
	if len(want.Data) != len(got) {
		t.Fatalf("%s has %d elements, want %d", name, len(got), len(want.Data))
	}
	round := func(w reference.Value) T { return T(w.Float64()) }
	if is32[T]() {
		round = func(w reference.Value) T { return T(w.Float32()) }
	}
	for i, v := range got {
		w := want.Data[i].value()
		if r.Check == "exact" || math.IsNaN(w.Hi) || math.IsInf(w.Hi, 0) {
			exact := round(w)
			if bits(v) != bits(exact) && (r.SignedZero || v != 0 || exact != 0) {
				t.Errorf("%s%s: %s[%d] = %x, want %x", call, r.argument(i, len(got)), name, i, v, exact)
			}
			continue
		}
		u := ulp(v, w)
		off := math.Abs(reference.FromFloat(float64(v)).Sub(w).Float64())
		pass := false
		for kind, tol := range r.Tol {
			switch kind {
			case "ulp":
				pass = pass || u <= tol
			case "abs", "or_abs":
				pass = pass || off <= tol
			case "rel":
				pass = pass || off <= tol*math.Abs(w.Float64())
			case "eps_times_cond":
				pass = pass || off <= tol*epsilon[T]()*r.Cond[i]+float64(smallest[T]())
			default:
				t.Fatalf("unknown tolerance %q", kind)
			}
		}
		if !pass {
			t.Errorf("%s%s: %s[%d] = %x, want %v (%.2f ULP, off by %.3g, tolerance %v)",
				call, r.argument(i, len(got)), name, i, v, want.Data[i], u, off, r.Tol)
		}
	}
}
