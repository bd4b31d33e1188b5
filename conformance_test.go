package activation_test

import (
	"bufio"
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

// skipped names the cases of testdata/conformance that do not hold here, or
// cannot be said, with the reason.
var skipped = map[string]string{
	"prelu/error/burn-1d-multi":     "x of n elements for n slopes is one example of n channels, the layout that PReLU documents",
	"softmax/error/axis-10":         "there is no axis to be out of range: Classes and Stride say where it is",
	"softmax/error/axis2":           "there is no axis to be out of range: Classes and Stride say where it is",
	"softmax/error/axis-3":          "there is no axis to be out of range: Classes and Stride say where it is",
	"temperature-error/0.0":         "Temperature 0 is the zero value, and means 1",
	"article/dead-relu-fraction":    "the package does not watch units over a data set",
	"article/dead-relu-two-batches": "the package does not watch units over a data set",
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

// A tensor is a dense array; its numbers are decimals of any length.
type tensor struct {
	Shape []int
	Data  []number
}

type number string

func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(strings.Trim(string(b), `"`))
	return nil
}

// value returns n to 200 bits; NaN and infinities as they are.
func (n number) value() reference.Value {
	switch n {
	case "NaN", "+Inf", "-Inf", "Inf", "-0", "-0.0":
		return reference.Value{Hi: n.float()}
	}
	b, _, err := big.ParseFloat(string(n), 10, 200, big.ToNearestEven)
	if err != nil && strings.Contains(string(n), "e-") {
		return reference.Value{} // an exponent beyond even big.Float
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
		x[i] = T(n.float())
	}
	return x
}

func (r record) text(attr string) (s string) {
	json.Unmarshal(r.Attrs[attr], &s)
	return s
}

func (r record) float(attr string) float64 {
	n := number(strings.Trim(string(r.Attrs[attr]), `"`))
	if n == "" {
		return 0
	}
	return n.float()
}

// axis returns the number of entries along the axis of a shape, and how far
// they lie apart.
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

// lines reads the records of a file.
func lines(t *testing.T, file string, each func(raw []byte)) {
	f, err := os.Open("testdata/conformance/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		each(s.Bytes())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestConformance runs the cases of testdata/conformance/cases.jsonl.
func TestConformance(t *testing.T) {
	total, skips := 0, 0
	lines(t, "cases.jsonl", func(raw []byte) {
		var r record
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		total++
		t.Run(r.ID, func(t *testing.T) {
			if reason, ok := skipped[r.ID]; ok {
				skips++
				t.Skip(reason)
			}
			if r.Dtype == "float32" {
				conform[float32](t, r)
			} else {
				conform[float64](t, r)
			}
		})
	})
	if total != 445 || skips != len(skipped) {
		t.Errorf("%d cases, %d of them skipped, want 445 and the %d that are named", total, skips, len(skipped))
	}
}

// TestONNX runs the records of testdata/conformance/onnx.jsonl. What they
// publish is itself up to 4.1 ULP from exact.
func TestONNX(t *testing.T) {
	total := 0
	lines(t, "onnx.jsonl", func(raw []byte) {
		var o struct {
			Name, Op  string
			Effective map[string]json.RawMessage `json:"effective_attrs"`
			Inputs    []json.RawMessage
			Outputs   []json.RawMessage
		}
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		total++
		t.Run(o.Name, func(t *testing.T) {
			r := record{ID: o.Name, Dtype: "float32", Pass: "forward", Check: "approx"}
			r.Op = map[string]string{"LeakyRelu": "leaky_relu", "LogSoftmax": "log_softmax", "PRelu": "prelu",
				"Relu": "relu", "Sigmoid": "sigmoid", "Softmax": "softmax", "Tanh": "tanh"}[o.Op]
			r.Attrs = o.Effective
			if r.Attrs == nil {
				r.Attrs = map[string]json.RawMessage{}
			}
			if alpha, ok := r.Attrs["alpha"]; ok {
				r.Attrs["slope"] = alpha
			}
			if r.text("slope_layout") == "per_channel_axis1" {
				r.Attrs["slope_layout"] = json.RawMessage(`"axis1"`)
			}
			r.Inputs = map[string]json.RawMessage{"x": o.Inputs[0]}
			if len(o.Inputs) > 1 {
				r.Inputs["slope"] = o.Inputs[1]
			}
			r.Expect = map[string]json.RawMessage{"y": o.Outputs[0]}
			r.Tol = map[string]float64{"ulp": 5.1} // 4.1 of theirs and 1 of ours
			if o.Op == "Relu" || o.Op == "PRelu" || o.Op == "LeakyRelu" {
				r.Tol = map[string]float64{"ulp": 1}
			}
			conform[float32](t, r)
		})
	})
	if total != 25 {
		t.Errorf("%d records, want 25", total)
	}
}

// conform runs one case.
func conform[T activation.Float](t *testing.T, r record) {
	switch r.Op {
	case "identity": // a property: tanh u = 2σ(2u) − 1, or σ(u) = softmax([u, 0])₀
		x := convert[T](decode(r.Inputs["x"]))
		for name := range r.Expect {
			y := make([]T, len(x))
			for i, u := range x {
				switch name {
				case "tanh":
					y[i] = activation.Tanh[T]{}.At(u)
				case "2*sigmoid(2x)-1":
					y[i] = 2*activation.Sigmoid[T]{}.At(2*u) - 1
				case "sigmoid":
					y[i] = activation.Sigmoid[T]{}.At(u)
				case "softmax([x,0])[0]":
					y[i] = activation.Softmax[T]{}.Forward(nil, []T{u, 0})[0]
				}
			}
			compare(t, r, name, y)
		}
		return
	case "softmax_cross_entropy":
		x := convert[T](decode(r.Inputs["logits"]))
		var label int
		if err := json.Unmarshal(r.Inputs["target"], &label); err != nil {
			label = int(decode(r.Inputs["target"]).Data[0].float())
		}
		upstream := make([]T, len(x))
		upstream[label] = -1
		f := activation.LogSoftmax[T]{}
		compare(t, r, "loss", []T{-f.Forward(nil, x)[label]})
		compare(t, r, "dlogits", f.Derivative(nil, x, upstream))
		return
	case "masked_softmax", "masked_log_softmax":
		in := decode(r.Inputs["x"])
		n, stride := r.axis(in.Shape)
		var keep []bool
		for _, v := range decode(r.Inputs["mask"]).Data {
			keep = append(keep, v == "true")
		}
		if r.Op == "masked_softmax" {
			compare(t, r, "y", activation.Softmax[T]{Classes: n, Stride: stride}.ForwardMasked(nil, convert[T](in), keep))
		} else {
			compare(t, r, "y", activation.LogSoftmax[T]{Classes: n, Stride: stride}.ForwardMasked(nil, convert[T](in), keep))
		}
		return
	}

	var in tensor
	switch r.Pass {
	default:
		in = decode(r.Inputs["x"])
	case "backward_from_argmax": // an x whose maxima lie where argmax says
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
	dst := slices.Repeat([]T{7}, len(x))
	if r.Check == "error" {
		defer func() {
			if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "activation: ") {
				t.Errorf("panic %q, want a mistake", got)
			}
			wantBits(t, "dst", dst, slices.Repeat([]T{7}, len(x)))
		}()
	}
	a := build[T](r, in)
	var g []T
	if raw, ok := r.Inputs["g"]; ok {
		g = convert[T](decode(raw))
	} else if string(r.Inputs["g_is"]) == `"y"` {
		g = a.Forward(nil, x)
	}
	switch r.Pass {
	case "forward":
		if _, pooled := a.(activation.Maxout[T]); r.Check == "error" && !pooled {
			a.Forward(dst, x)
			return
		}
		y := a.Forward(nil, x)
		compare(t, r, "y", y)
		if raw, ok := r.Expect["argmax"]; ok {
			checkArgmax(t, r, a.(activation.Maxout[T]), x, decode(raw))
		}
		if len(y) == len(x) {
			wantBits(t, "in place", a.Forward(x, x), y)
		}
	case "derivative":
		compare(t, r, "dydx", a.Derivative(nil, x, nil))
	case "derivative_from_output":
		compare(t, r, "dydx", a.(activation.OutputDerivative[T]).DerivativeFromOutput(nil, x, nil))
	case "backward", "backward_from_argmax":
		dx := a.Derivative(nil, x, g)
		compare(t, r, "dx", dx)
		if p, ok := a.(activation.Parametric[T]); ok && r.Op == "prelu" {
			compare(t, r, "dslope", p.ParameterGradient(nil, x, g))
		}
	default:
		t.Fatalf("unknown pass %q", r.Pass)
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
		if r.float("slope") == 0 { // which means 0.01 to LeakyReLU
			a = activation.PReLU[T]{Alpha: []T{0}}
		}
	case "prelu":
		slope := convert[T](decode(r.Inputs["slope"]))
		p := activation.PReLU[T]{Alpha: slope}
		if len(slope) > 1 && r.text("slope_layout") == "axis1" {
			p.Stride = size(in.Shape) // nothing fits, unless there are such channels
			if len(in.Shape) > 1 && in.Shape[1] == len(slope) {
				p.Stride = size(in.Shape[2:])
			}
		}
		a = p
	case "maxout":
		pieces := int(r.float("pieces"))
		n, stride := r.axis(in.Shape)
		m := activation.Maxout[T]{Pieces: pieces, Stride: stride}
		if pieces > 0 && n%pieces != 0 {
			m.Stride = size(in.Shape) // nothing fits
		}
		if r.text("layout") == "strided" { // piece k of unit u at k·units + u
			m.Stride = n / pieces * stride
		}
		a = m
	case "softmax":
		n, stride := r.axis(in.Shape)
		a = activation.Softmax[T]{Classes: n, Stride: stride, Temperature: T(r.float("temperature"))}
	case "log_softmax":
		n, stride := r.axis(in.Shape)
		a = activation.LogSoftmax[T]{Classes: n, Stride: stride}
	default:
		panic("unknown op " + r.Op)
	}
	return a
}

// checkArgmax checks which piece takes the gradient.
func checkArgmax[T activation.Float](t *testing.T, r record, m activation.Maxout[T], x []T, want tensor) {
	t.Helper()
	dx := m.Derivative(nil, x, nil)
	for i, d := range dx {
		group, rest := i/(m.Pieces*m.Stride), i%(m.Pieces*m.Stride)
		unit, piece := group*m.Stride+rest%m.Stride, rest/m.Stride
		if (d == 1) != (want.Data[unit].float() == float64(piece)) {
			t.Errorf("%s: derivative %v at piece %d of unit %d, argmax %v", r.ID, d, piece, unit, want.Data[unit])
		}
	}
}

// compare holds got against the expectation of that name.
func compare[T activation.Float](t *testing.T, r record, name string, got []T) {
	t.Helper()
	raw, ok := r.Expect[name]
	if !ok {
		if r.Check == "error" {
			return
		}
		t.Fatalf("no %s is expected, only %v", name, r.Expect)
	}
	want := decode(raw)
	if len(want.Data) != len(got) {
		t.Fatalf("%s has %d elements, want %d", name, len(got), len(want.Data))
	}
	epsilon := 0x1p-52
	if is32[T]() {
		epsilon = 0x1p-23
	}
	for i, v := range got {
		w := want.Data[i].value()
		if r.Check == "exact" || math.IsNaN(w.Hi) || math.IsInf(w.Hi, 0) {
			exact := T(w.Float64())
			if is32[T]() {
				exact = T(w.Float32())
			}
			if bits(v) != bits(exact) && (r.SignedZero || v != 0 || exact != 0) {
				t.Errorf("%s[%d] = %v, want %v", name, i, v, exact)
			}
			continue
		}
		u := ulp(v, w)
		off := math.Abs(reference.FromFloat(float64(v)).Sub(w).Float64())
		if off != off { // NaN or infinite
			off = math.Inf(1)
		}
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
				pass = pass || off <= tol*epsilon*r.Cond[i]+float64(smallest[T]())
			default:
				t.Fatalf("unknown tolerance %q", kind)
			}
		}
		if !pass {
			t.Errorf("%s[%d] = %v, want %v (%.2f ULP, off by %.3g, tolerance %v)", name, i, v, want.Data[i], u, off, r.Tol)
		}
	}
}
