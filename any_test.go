package activation_test

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/activation"
)

var (
	_ json.Marshaler           = activation.Any[float32]{}
	_ json.Unmarshaler         = &activation.Any[float32]{}
	_ encoding.TextMarshaler   = activation.Any[float64]{}
	_ encoding.TextUnmarshaler = &activation.Any[float64]{}
	_ gob.GobEncoder           = activation.Any[float64]{}
	_ gob.GobDecoder           = &activation.Any[float64]{}
)

// box returns an Any of a.
func box[T activation.Float](a activation.Activation[T]) activation.Any[T] {
	return activation.Any[T]{Activation: a}
}

// A model has an Any as a field, pointer, element and so on: every kind of place that
// encoding/json supports.
type model[T activation.Float] struct {
	Field   activation.Any[T]
	Pointer *activation.Any[T]
	Slice   []activation.Any[T]
	Array   [2]activation.Any[T]
	Map     map[string]activation.Any[T]
	None    *activation.Any[T] `json:",omitempty"`
}

func newModel[T activation.Float](a activation.Activation[T]) model[T] {
	b, relu := box(a), box[T](activation.ReLU[T]{})
	return model[T]{
		Field: b, Pointer: &b, Slice: []activation.Any[T]{b, relu}, Array: [2]activation.Any[T]{relu, b},
		Map: map[string]activation.Any[T]{"b": b, "relu": relu},
	}
}

// TestAnyRoundTrip writes every activation of the table as JSON and gob, in a field of a
// struct, and reads it back.
func TestAnyRoundTrip(t *testing.T) { both(t, anyRoundTrip[float32], anyRoundTrip[float64]) }

func anyRoundTrip[T activation.Float](t *testing.T, e entry[T]) {
	if _, ok := e.a.(activation.Func[T]); ok {
		t.Skip("code")
	}
	want := newModel(e.a)
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if alone, err := activation.Marshal(e.a); !strings.HasPrefix(string(data), `{"Field":`+string(alone)+`,"Pointer":`+string(alone)+`,`) {
		t.Errorf("json.Marshal of a struct = %s, with an activation %s, %v", data, alone, err)
	}
	var got model[T]
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("json.Unmarshal = %+v, %v, want %+v", got, err, want)
	}

	var buffer bytes.Buffer
	if err := gob.NewEncoder(&buffer).Encode(want); err != nil {
		t.Fatal(err)
	}
	var again model[T]
	if err := gob.NewDecoder(&buffer).Decode(&again); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("from gob: %+v, %v, want %+v", again, err, want)
	}
}

// TestAnyIsInside checks that all functions treat an Any, a pointer, and a pointer to
// an Any like the activation inside.
func TestAnyIsInside(t *testing.T) { both(t, anyIsInside[float32], anyIsInside[float64]) }

func anyIsInside[T activation.Float](t *testing.T, e entry[T]) {
	rng := rand.New(rand.NewPCG(60, 61))
	x := values[T](rng, 4*e.group)
	for _, v := range x {
		if v < 0.02 && v > -0.02 {
			t.Fatal("too near a kink")
		}
	}
	upstream := values[T](rng, 4*e.outputs)
	check := activation.CheckDerivative(e.a, x)
	for what, a := range map[string]activation.Activation[T]{
		"Any":               box(e.a),
		"*Any":              &activation.Any[T]{Activation: e.a},
		"pointer":           pointer(e.a),
		"Any of a pointer":  box(pointer(e.a)),
		"Any of an Any":     box[T](box(e.a)),
		"Any of a parallel": box(activation.Eager(e.a)),
		"parallel":          activation.Eager(e.a),
		"parallel of *Any":  activation.Eager[T](&activation.Any[T]{Activation: pointer(e.a)}),
	} {
		wantBits(t, what+" Forward", a.Forward(nil, x), e.a.Forward(nil, x))
		wantBits(t, what+" Derivative", a.Derivative(nil, x, upstream), e.a.Derivative(nil, x, upstream))
		if got := activation.OutputLen(a, len(x)); got != len(upstream) {
			t.Errorf("OutputLen(%s, %d) = %d, want %d", what, len(x), got, len(upstream))
		}
		if got, want := fmt.Sprintf("%T", activation.Parallel(a)), fmt.Sprintf("%T", activation.Parallel(e.a)); got != want {
			t.Errorf("Parallel(%s) is a %s, want %s", what, got, want)
		}
		inside := e.a
		if strings.Contains(what, "pointer") || strings.Contains(what, "parallel of") {
			inside = pointer(e.a) // its fields may change
		}
		if got := activation.Inside(activation.Parallel(a)); !reflect.DeepEqual(got, inside) && stringOf(e.a) != "func" {
			t.Errorf("in Parallel(%s) there is a %T, want a %T", what, got, inside)
		}
		if got := activation.CheckDerivative(a, x); fmt.Sprint(got) != fmt.Sprint(check) {
			t.Errorf("CheckDerivative(%s) = %v, want %v", what, got, check)
		}
		if got := stringOf(a); got != stringOf(e.a) {
			t.Errorf("String of %s = %s, want %s", what, got, e.a)
		}
	}
}

// TestPointersOfOthers checks that a pointer to a type of another package stays a
// pointer, because its methods may need it.
func TestPointersOfOthers(t *testing.T) {
	a := &even[float32]{1, 2}
	if got := activation.Inside(activation.Eager[float32](box[float32](a))); got != activation.Activation[float32](a) {
		t.Errorf("in an Any of a pointer there is %v", got)
	}
}

// TestCheckAny checks that CheckDerivative finds a wrong method of the activation in an
// Any, even if the Any itself has no such method.
func TestCheckAny(t *testing.T) {
	wrong := foreignParametricOutput[float64]{elementwisePReLU[float64]{activation.NewPReLU[float64](1)}, outputs[float64]{}}
	x := []float64{-2, -1, 1, 2}
	for _, a := range []activation.Activation[float64]{wrong, box[float64](wrong), &activation.Any[float64]{Activation: box[float64](wrong)}} {
		if err := activation.CheckDerivative(a, x); err == nil || !strings.Contains(err.Error(), "DerivativeFromOutput") {
			t.Errorf("CheckDerivative of a %T: %v", a, err)
		}
	}
}

// TestAnyReads reads what people write in a JSON file.
func TestAnyReads(t *testing.T) {
	leaky := activation.LeakyReLU[float64]{Alpha: 0.2}
	for data, want := range map[string]activation.Activation[float64]{
		`"relu"`:                                activation.ReLU[float64]{},
		` "ReLU" `:                              activation.ReLU[float64]{},
		`"leaky_relu(alpha=0.2)"`:               leaky,
		`"Leaky-ReLU( alpha = .2 )"`:            leaky,
		`"leaky\u005frelu(alpha=0.2)"`:          leaky,
		`{"type":"leaky_relu","alpha":0.2}`:     leaky,
		`{"alpha":0.2,"type":"LeakyReLU"}`:      leaky,
		`{"Alpha":0.2,"type":"leaky-relu"}`:     leaky,
		`{"negative_slope":0.2,"type":"leak"}`:  leaky,
		`"prelu(slopes=3)"`:                     activation.NewPReLU[float64](3),
		`{"type":"prelu","alpha":[1,2,"-Inf"]}`: activation.PReLU[float64]{Alpha: []float64{1, 2, math.Inf(-1)}},
		`"snake(beta=3)"`:                       Snake[float64]{Beta: 3},
		`null`:                                  activation.Tanh[float64]{}, // null changes nothing
	} {
		got := struct{ A activation.Any[float64] }{box[float64](activation.Tanh[float64]{})}
		err := json.Unmarshal([]byte(`{"A":`+data+`}`), &got)
		if err != nil || !sameBits(got.A.Activation, want) {
			t.Errorf("%s reads as %v, %v, want %v", data, got.A, err, want)
		}
	}
	for data, want := range map[string]string{
		`"selu7"`:                        `activation: Any.UnmarshalJSON: "selu7" is not known: want one of identity, `,
		`"maxout"`:                       `activation: Any.UnmarshalJSON: maxout: pieces is missing`,
		`""`:                             `activation: Any.UnmarshalJSON: "" is not known`,
		`{"type":"maxout","pieces":0}`:   `activation: Any.UnmarshalJSON: maxout: pieces = 0, want at least 1`,
		`{"alpha":1}`:                    `activation: Any.UnmarshalJSON: "type" is missing`,
		`3`:                              `activation: Any.UnmarshalJSON: 3 is not an object`,
		`["relu"]`:                       `activation: Any.UnmarshalJSON: ["relu"] is not an object`,
		`false`:                          `activation: Any.UnmarshalJSON: false is not an object`,
		`{"type":"relu","type":"tanh"}`:  `activation: Any.UnmarshalJSON: "type" is given twice`,
		`"leaky_relu(alpha=1, Alpha=2)"`: `activation: Any.UnmarshalJSON: leaky_relu: "Alpha" is given twice`,
	} {
		got := box[float64](leaky)
		err := json.Unmarshal([]byte(data), &got)
		if err == nil || !strings.HasPrefix(err.Error(), want) || got != box[float64](leaky) {
			t.Errorf("%s reads as %v, %v, want %q", data, got, err, want)
		}
	}
	for _, data := range []string{"", "{", `"relu`, `"relu" "tanh"`, `{"type":"relu"}{}`} {
		got := box[float64](leaky)
		if err := got.UnmarshalJSON([]byte(data)); err == nil || got != box[float64](leaky) {
			t.Errorf("UnmarshalJSON(%s) gives %v, %v", data, got, err)
		}
		if err := got.GobDecode([]byte(data)); err == nil || got != box[float64](leaky) {
			t.Errorf("GobDecode(%s) gives %v, %v", data, got, err)
		}
	}
	var nothing activation.Any[float64]
	if err := nothing.UnmarshalText([]byte("leaky_relu(alpha=0)")); err == nil || nothing.Activation != nil {
		t.Errorf("UnmarshalText gives %v, %v", nothing, err)
	}
}

// TestAnyText checks that MarshalText writes a text only if it reads back as the same
// function.
func TestAnyText(t *testing.T) {
	t.Run("float32", anyText[float32])
	t.Run("float64", anyText[float64])
}

func anyText[T activation.Float](t *testing.T) {
	negative := T(math.Copysign(0, -1))
	initial := activation.NewPReLU[T](3)
	initial.Stride = 49
	learned := activation.NewPReLU[T](3)
	learned.Alpha[1] = 0.1
	layer, err := activation.Parse[T]("maxout_layer(inputs=3, units=4, pieces=2)")
	if err != nil {
		t.Fatal(err)
	}
	moved := layer.(activation.MaxoutLayer[T])
	moved.Params = slices.Clone(moved.Params)
	moved.Params[len(moved.Params)-1] = negative
	for _, c := range []struct {
		a          activation.Activation[T]
		text, fail string
	}{
		{activation.Tanh[T]{}, "tanh", ""},
		{activation.LeakyReLU[T]{}, "leaky_relu(alpha=0.01)", ""},
		{activation.LeakyReLU[T]{Alpha: 0.1}, "leaky_relu(alpha=0.1)", ""},
		{activation.LeakyReLU[T]{Alpha: T(math.Inf(-1))}, "leaky_relu(alpha=-Inf)", ""},
		{&activation.Softmax[T]{Classes: 10, Stride: 1, Temperature: 1}, "softmax(classes=10)", ""},
		{activation.Parallel[T](activation.Maxout[T]{Pieces: 2, Stride: 3}), "maxout(pieces=2, stride=3)", ""},
		{initial, "prelu(slopes=3, stride=49)", ""},
		{layer, "maxout_layer(inputs=3, units=4, pieces=2)", ""},
		{Snake[T]{}, "snake", ""},
		{Snake[T]{Beta: 0.1}, "snake(beta=0.1)", ""},
		{&even[T]{1, -2.5}, "even_(A=1, B=-2.5)", ""},
		{gate[T]{Gate: box[T](activation.Tanh[T]{})}, "", "gate: a text does not hold all its fields: use JSON"},
		{odd[T]{JSON: `{"a":"b, c"}`}, "", "odd: a text does not hold all its fields: use JSON"},
		{odd[T]{JSON: `{"a":"b(c, d)","e":true,"f":" "}`}, "", "odd: a text does not hold all its fields: use JSON"},
		{odd[T]{JSON: `{"a":"b(c, d)","e":true,"f":"g=h"}`}, "odd(a=b(c, d), e=true, f=g=h)", ""},
		{odd[T]{JSON: `{"a":"1"}`}, "", "odd: a text does not hold all its fields: use JSON"},
		{odd[T]{JSON: `{"a":null}`}, "", "odd: a text does not hold all its fields: use JSON"},
		{odd[T]{JSON: `{"a":[1]}`}, "", "odd: a text does not hold all its fields: use JSON"},
		{odd[T]{JSON: `{"a=b":1}`}, "", "odd: a text does not hold all its fields: use JSON"},
		{odd[T]{JSON: `{"a":1e400}`}, "odd(a=1e400)", ""},
		{learned, "", "prelu: a text does not hold the learned parameters: use JSON"},
		{moved, "", "maxout_layer: a text does not hold the learned parameters: use JSON"},
		{activation.Maxout[T]{}, "", "maxout: pieces = 0, want at least 1"},
		{activation.PReLU[T]{}, "", "prelu: alpha is empty"},
		{activation.MaxoutLayer[T]{Inputs: 3, Units: 4, Pieces: 2}, "", "maxout_layer: params is empty"},
		{activation.PReLU[T]{Alpha: make([]T, 1<<24+1)}, "", "prelu: 16777217 parameters to learn, want at most 16777216 in a text"},
		{activation.Func[T]{F: square[T]}, "", "a Func is code: make it a type, and Register that"},
		{activation.Gated[T]{Gate: activation.Func[T]{F: square[T]}}, "", "gated: gate: a Func is code: make it a type, and Register that"},
		{activation.Gated[T]{Gate: frozen[T]{}}, "", "gated: gate: the type activation_test.frozen"},
		{activation.Gated[T]{Gate: activation.ELU[T]{Alpha: 2}, Stride: 4}, "gated(gate=elu(alpha=2), stride=4)", ""},
		{activation.Gated[T]{Gate: odd[T]{JSON: `{"a":1}`}, Stride: 4, GateLast: true}, "gated(gate=odd(a=1), stride=4, gate_last=true)", ""},
		{activation.Gated[T]{Gate: odd[T]{JSON: `{"a":"b(c"}`}, Stride: 4}, "", "gated: a text does not hold its gate: use JSON"},
		{activation.Gated[T]{Gate: activation.Parallel[T](activation.SiLU[T]{}).(activation.Elementwise[T])}, "gated(gate=silu(beta=1))", ""},
		{foreignOutput[T]{}, "", "the type activation_test.foreignOutput"},
		{nil, "", "there is no activation"},
	} {
		text, err := box(c.a).MarshalText()
		if c.fail != "" {
			if err == nil || text != nil || !strings.HasPrefix(err.Error(), "activation: Any.MarshalText: "+c.fail) {
				t.Errorf("MarshalText of %T = %q, %v, want %q", c.a, text, err, c.fail)
			}
			continue
		}
		if err != nil || string(text) != c.text {
			t.Errorf("MarshalText of %v = %q, %v, want %q", c.a, text, err, c.text)
		}
		var back activation.Any[T]
		if err := back.UnmarshalText(text); err != nil {
			t.Error(err)
		} else if again, err := back.MarshalText(); string(again) != c.text {
			t.Errorf("%q reads back as %q, %v", c.text, again, err)
		}
	}
}

// TestAnyString checks what fmt prints for an Any.
func TestAnyString(t *testing.T) {
	learned := activation.PReLU[float32]{Alpha: []float32{0.1, 0.2}}
	for _, c := range []struct {
		a    activation.Any[float32]
		want string
	}{
		{box[float32](activation.ReLU[float32]{}), "relu"},
		{box[float32](learned), "prelu(slopes=2)"},
		{box[float32](activation.Func[float32]{}), "func"},
		{box[float32](activation.Maxout[float32]{}), "maxout(pieces=0)"},
		{box[float32](embedding{}), "embedding"}, // not "relu", which would read back as another function
		{box[float32](&even[float32]{1, 2}), "even_(A=1, B=2)"},
		{activation.Any[float32]{}, "<nil>"},
		{box[float32](activation.Any[float32]{}), "<nil>"},
	} {
		if got := c.a.String(); got != c.want {
			t.Errorf("String of %T = %q, want %q", c.a.Activation, got, c.want)
		}
		if got := fmt.Sprint(&c.a); got != c.want {
			t.Errorf("%T prints %q, want %q", c.a.Activation, got, c.want)
		}
	}
}

// embedding inherits the String of ReLU.
type embedding struct{ activation.ReLU[float32] }

func init() { activation.Register("embedding", embedding{}) }

// TestEmptyAny checks the methods of an Any that holds no activation.
func TestEmptyAny(t *testing.T) {
	var a activation.Any[float32]
	x := []float32{1}
	for what, f := range map[string]func() error{
		"MarshalJSON":  func() error { _, err := a.MarshalJSON(); return err },
		"MarshalText":  func() error { _, err := a.MarshalText(); return err },
		"GobEncode":    func() error { _, err := a.GobEncode(); return err },
		"json.Marshal": func() error { _, err := json.Marshal(map[string]activation.Any[float32]{"a": a}); return err },
		"gob": func() error {
			return gob.NewEncoder(io.Discard).Encode([]activation.Any[float32]{a})
		},
	} {
		if err := f(); err == nil || !strings.HasSuffix(err.Error(), ": there is no activation") {
			t.Errorf("%s of an empty Any: error %v", what, err)
		}
	}
	for what, want := range map[string]string{
		"Parallel":  "activation: Parallel: a is nil",
		"OutputLen": "activation: OutputLen: a is nil",
		"Register":  "activation: Register: a is nil",
		"Forward":   "runtime error: invalid memory address or nil pointer dereference",
	} {
		got := panicOf(func() {
			switch what {
			case "Parallel":
				activation.Parallel[float32](a)
			case "OutputLen":
				activation.OutputLen[float32](&a, 1)
			case "Register":
				activation.Register[float32]("empty", a)
			case "Forward":
				a.Forward(nil, x)
			}
		})
		if got != want {
			t.Errorf("%s of an empty Any panics with %q, want %q", what, got, want)
		}
	}

	// gob omits an empty field, and JSON writes null for an empty pointer.
	type fields struct {
		A activation.Any[float32]
		N int
	}
	var buffer bytes.Buffer
	if err := gob.NewEncoder(&buffer).Encode(fields{N: 3}); err != nil {
		t.Error(err)
	}
	var got fields
	if err := gob.NewDecoder(&buffer).Decode(&got); err != nil || got != (fields{N: 3}) {
		t.Errorf("an empty field of gob reads as %v, %v", got, err)
	}
	if data, err := json.Marshal(struct{ A *activation.Any[float32] }{}); string(data) != `{"A":null}` {
		t.Errorf("json.Marshal of a nil pointer = %s, %v", data, err)
	}
}

// TestAnyAsKey uses an Any as the key of a map. JSON then writes its text.
func TestAnyAsKey(t *testing.T) {
	want := map[activation.Any[float32]]int{
		box[float32](activation.ReLU[float32]{}):                  1,
		box[float32](activation.LeakyReLU[float32]{Alpha: 0.2}):   2,
		box[float32](activation.Softmax[float32]{Classes: 3}):     3,
		box[float32](Snake[float32]{Beta: 0.5}):                   4,
		box[float32](activation.Maxout[float32]{Pieces: 2}):       5,
		box[float32](activation.Softmax[float32]{Temperature: 2}): 6,
	}
	data, err := json.Marshal(want)
	if err != nil || !strings.HasPrefix(string(data), `{"leaky_relu(alpha=0.2)":2,"maxout(pieces=2)":5,"relu":1,`) {
		t.Errorf("json.Marshal of a map = %s, %v", data, err)
	}
	var got map[activation.Any[float32]]int
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("json.Unmarshal of a map = %v, %v", got, err)
	}
	if _, err := json.Marshal(map[activation.Any[float32]]int{{}: 1}); err == nil {
		t.Error("json.Marshal of a map with an empty key gives no error")
	}
}

// TestAnyElsewhere uses an Any in a flag and in XML. They need the same two methods as
// YAML and TOML packages.
func TestAnyElsewhere(t *testing.T) {
	var a activation.Any[float64]
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	var usage strings.Builder
	flags.SetOutput(&usage)
	flags.TextVar(&a, "act", box[float64](activation.ReLU[float64]{}), "an `activation`")
	flags.PrintDefaults()
	if !strings.Contains(usage.String(), "-act activation\n    \tan activation (default relu)") {
		t.Errorf("the usage is %q", usage.String())
	}
	if a != box[float64](activation.ReLU[float64]{}) {
		t.Errorf("by default, a is %v", a)
	}
	if err := flags.Parse([]string{"-act", "LeakyReLU(alpha=0.2)"}); err != nil || a != box[float64](activation.LeakyReLU[float64]{Alpha: 0.2}) {
		t.Errorf("a is %v, %v", a, err)
	}
	if err := flags.Parse([]string{"-act", "selu7"}); err == nil || !strings.Contains(err.Error(), `"selu7" is not known: want one of identity, `) {
		t.Errorf("a is %v, %v", a, err)
	}

	type element struct {
		Attribute activation.Any[float64] `xml:"act,attr"`
		Inner     activation.Any[float64]
	}
	want := element{a, box[float64](activation.Softmax[float64]{Classes: 10, Temperature: 0.5})}
	data, err := xml.Marshal(want)
	if string(data) != `<element act="leaky_relu(alpha=0.2)"><Inner>softmax(classes=10, temperature=0.5)</Inner></element>` {
		t.Errorf("xml.Marshal = %s, %v", data, err)
	}
	var got element
	if err := xml.Unmarshal(data, &got); err != nil || got != want {
		t.Errorf("xml.Unmarshal = %v, %v", got, err)
	}
}

// TestAnyInRegistered checks that a struct with an Any can be a registered type.
func TestAnyInRegistered(t *testing.T) {
	want := gate[float32]{Gate: box[float32](gate[float32]{Gate: box[float32](activation.PReLU[float32]{Alpha: []float32{0.1}}), N: 2})}
	data, err := activation.Marshal[float32](want)
	if string(data) != `{"type":"gate","gate":{"type":"gate","gate":{"type":"prelu","alpha":[0.1]},"n":2}}` {
		t.Errorf("Marshal = %s, %v", data, err)
	}
	if got, err := activation.Unmarshal[float32](data); err != nil || !reflect.DeepEqual(got, activation.Activation[float32](want)) {
		t.Errorf("Unmarshal = %+v, %v", got, err)
	}
}

// TestAnyAllocations checks that an Any costs no allocation.
func TestAnyAllocations(t *testing.T) {
	a := box[float32](activation.ReLU[float32]{})
	x := make([]float32, 10)
	if n := allocs(func() { a.Forward(x, x); a.Derivative(x, x, x) }); n != 0 {
		t.Errorf("Forward and Derivative of an Any allocate %v times", n)
	}
}

// outputLen is a type of another package that has another output length.
type outputLen struct{ activation.Tanh[float32] }

func (*outputLen) OutputLen(n int) int { return 3 * n }

func TestOutputLen(t *testing.T) {
	layer := activation.MaxoutLayer[float32]{Inputs: 3, Units: 2, Pieces: 2, Params: make([]float32, 16)}
	for _, c := range []struct {
		a       activation.Activation[float32]
		n, want int
	}{
		{activation.ReLU[float32]{}, 7, 7},
		{activation.Softmax[float32]{Classes: 3}, 9, 9},
		{activation.NewPReLU[float32](3), 9, 9},
		{activation.Maxout[float32]{Pieces: 3}, 9, 3},
		{activation.Maxout[float32]{Pieces: 3, Stride: 2}, 12, 4},
		{activation.Maxout[float32]{Pieces: 3}, 0, 0},
		{layer, 9, 6},
		{&layer, 9, 6},
		{box(activation.Eager[float32](&layer)), 9, 6},
		{&outputLen{}, 2, 6},
	} {
		if got := activation.OutputLen(c.a, c.n); got != c.want {
			t.Errorf("OutputLen(%v, %d) = %d, want %d", c.a, c.n, got, c.want)
		}
		if got := len(c.a.Forward(nil, make([]float32, c.n))); got != c.want && c.n != 2 {
			t.Errorf("%v gives %d elements for %d, want %d", c.a, got, c.n, c.want)
		}
	}
	for want, f := range map[string]func(){
		"OutputLen: a is nil":                                                  func() { activation.OutputLen[float32](nil, 1) },
		"OutputLen: n = -1, want at least 0":                                   func() { activation.OutputLen[float32](activation.ReLU[float32]{}, -1) },
		"Maxout.OutputLen: Pieces = 0, want at least 1":                        func() { activation.OutputLen[float32](activation.Maxout[float32]{}, 1) },
		"Maxout.OutputLen: len(x) = 3 is not a multiple of Pieces·Stride = 2":  func() { activation.OutputLen[float32](activation.Maxout[float32]{Pieces: 2}, 3) },
		"MaxoutLayer.OutputLen: len(x) = 4 is not a multiple of Inputs = 3":    func() { activation.OutputLen[float32](&layer, 4) },
		"Maxout.OutputLen: len(x) = 10 is not a multiple of Pieces·Stride = 4": func() { activation.Maxout[float32]{Pieces: 2, Stride: 2}.OutputLen(10) },
	} {
		if got := panicOf(f); got != "activation: "+want {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
}

// TestGatedFields checks that a gate behind a pointer keeps its field: it gives the same
// bits as the value.
func TestGatedFields(t *testing.T) {
	t.Run("float32", gatedFields[float32])
	t.Run("float64", gatedFields[float64])
}

func gatedFields[T activation.Float](t *testing.T) {
	x := values[T](rand.New(rand.NewPCG(38, 39)), 64)
	for _, gate := range []activation.Elementwise[T]{
		activation.SiLU[T]{Beta: 2}, activation.ELU[T]{Alpha: 2}, activation.CELU[T]{Alpha: 2},
		activation.Softplus[T]{Beta: 2}, activation.HardSigmoid[T]{Slope: 0.2},
	} {
		want := activation.Gated[T]{Gate: gate}.Forward(nil, x)
		pointer := pointerTo[T](gate).(activation.Elementwise[T])
		wantBits(t, fmt.Sprintf("Gated with a pointer to %v", gate), activation.Gated[T]{Gate: pointer}.Forward(nil, x), want)
	}
}

// onPointer has its methods on the pointer, and they work for a nil pointer too.
type onPointer[T activation.Float] struct{ _ T }

func (*onPointer[T]) Forward(dst, x []T) []T { return activation.ReLU[T]{}.Forward(dst, x) }
func (*onPointer[T]) Derivative(dst, x, upstream []T) []T {
	return activation.ReLU[T]{}.Derivative(dst, x, upstream)
}
func (*onPointer[T]) At(x T) T           { return activation.ReLU[T]{}.At(x) }
func (*onPointer[T]) DerivativeAt(x T) T { return activation.ReLU[T]{}.DerivativeAt(x) }

// TestNilPointerOfOthers checks that a nil pointer to a type of another package is an
// activation like any other.
func TestNilPointerOfOthers(t *testing.T) {
	var a *onPointer[float64]
	wantBits(t, "Parallel", activation.Parallel[float64](a).Forward(nil, []float64{-1, 2}), []float64{0, 2})
	wantBits(t, "Gated", activation.Gated[float64]{Gate: a}.Forward(nil, []float64{2, 3}), []float64{6})
}
