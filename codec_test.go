package activation_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"

	"example.com/activation"
)

// sameBits reports whether a and b are of one type with the same fields, bit
// for bit.
func sameBits(a, b any) bool { return same(reflect.ValueOf(a), reflect.ValueOf(b)) }

func same(a, b reflect.Value) bool {
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Float32:
		return bits(float32(a.Float())) == bits(float32(b.Float()))
	case reflect.Float64:
		return bits(a.Float()) == bits(b.Float())
	case reflect.String:
		return a.String() == b.String()
	case reflect.Pointer:
		return same(a.Elem(), b.Elem())
	}
	return a.Int() == b.Int()
}

// TestMarshal checks that JSON reads back as the same bits: the activations of
// the table, with all their methods, and parameters of any bits.
func TestMarshal(t *testing.T) { both(t, roundTrip[float32], roundTrip[float64]) }

func roundTrip[T activation.Float](t *testing.T, e entry[T]) {
	if _, ok := e.a.(activation.Func[T]); ok {
		t.Skip("code")
	}
	data, err := activation.Marshal(e.a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := activation.Unmarshal[T](data)
	if err != nil || !sameBits(got, e.a) {
		t.Fatalf("Unmarshal(%s) = %+v, %v, want %+v", data, got, err, e.a)
	}
	rng := rand.New(rand.NewPCG(40, 41))
	back := e
	back.a = got
	for i, p := range e.passes() {
		in, upstream := e.inputFor(p, rng, 20), values[T](rng, 20*e.outputs)
		wantBits(t, p.name, back.passes()[i].run(nil, in, upstream), p.run(nil, in, upstream))
	}
	for what, other := range map[string]activation.Activation[T]{
		"in parallel": activation.Eager(e.a),
		"a pointer":   pointer(e.a),
	} {
		if again, err := activation.Marshal(other); err != nil || string(again) != string(data) {
			t.Errorf("Marshal, %s = %s, %v, want %s", what, again, err, data)
		}
	}
	for n := range data {
		if got, err := activation.Unmarshal[T](data[:n]); err == nil {
			t.Errorf("Unmarshal(%s) = %v, want an error", data[:n], got)
		}
	}
}

// pointer returns a pointer to a copy of a.
func pointer[T activation.Float](a activation.Activation[T]) activation.Activation[T] {
	p := reflect.New(reflect.TypeOf(a))
	p.Elem().Set(reflect.ValueOf(a))
	return p.Interface().(activation.Activation[T])
}

func TestMarshalBits(t *testing.T) {
	t.Run("float32", func(t *testing.T) {
		marshalBits(t, func(rng *rand.Rand) float32 { return math.Float32frombits(rng.Uint32()) })
	})
	t.Run("float64", func(t *testing.T) {
		marshalBits(t, func(rng *rand.Rand) float64 { return math.Float64frombits(rng.Uint64()) })
	})
}

func marshalBits[T activation.Float](t *testing.T, random func(*rand.Rand) T) {
	rng := rand.New(rand.NewPCG(42, 43))
	negative, inf, nan := T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.NaN())
	alpha := []T{0, negative, inf, -inf, nan, smallest[T](), -smallest[T](), 0.1, 1e21, 1e-7}
	for range 2000 {
		alpha = append(alpha, random(rng))
	}
	as := []activation.Activation[T]{
		activation.PReLU[T]{Alpha: alpha, Stride: 3},
		activation.MaxoutLayer[T]{Inputs: 4, Units: 67, Pieces: 6, Params: alpha},
		activation.Maxout[T]{Pieces: math.MaxInt, Stride: math.MaxInt},
		activation.Maxout[T]{Pieces: 2, Stride: 1},
		activation.Softmax[T]{Classes: 10, Stride: 49, Temperature: inf},
		activation.LogSoftmax[T]{Classes: 1, Stride: 1, Temperature: 1},
		activation.Softmax[T]{},
	}
	for _, v := range alpha {
		if v != 0 {
			as = append(as, activation.LeakyReLU[T]{Alpha: v})
		}
		if v > 0 {
			as = append(as, activation.Softmax[T]{Temperature: v})
		}
	}
	for _, a := range as {
		data, err := activation.Marshal(a)
		if err != nil {
			t.Errorf("Marshal(%+v): %v", a, err)
			continue
		}
		if got, err := activation.Unmarshal[T](data); err != nil || !sameBits(got, a) {
			t.Errorf("Unmarshal(%s) = %+v, %v", data, got, err)
		}
		if !json.Valid(data) {
			t.Errorf("Marshal(%+v) = %s, which is no JSON", a, data)
		}
		switch a.(type) {
		case activation.LeakyReLU[T], activation.Softmax[T]:
			text := stringOf(a)
			got, err := activation.Parse[T](text)
			if err != nil || stringOf(got) != text {
				t.Errorf("Parse(%q) = %v, %v", text, got, err)
			} else if !sameBits(got, a) && a != (activation.Softmax[T]{Temperature: 1}) {
				t.Errorf("Parse(%q) = %+v, want %+v", text, got, a)
			}
		}
	}
	zero := activation.LeakyReLU[T]{Alpha: negative} // a zero of either sign means 0.01
	if data, err := activation.Marshal(zero); err != nil || string(data) != `{"type":"leaky_relu"}` {
		t.Errorf("Marshal(%+v) = %s, %v", zero, data, err)
	}
}

// TestMarshalText checks the JSON itself, which is what programs in other
// languages read.
func TestMarshalText(t *testing.T) {
	t.Run("float32", marshalText[float32])
	t.Run("float64", marshalText[float64])
}

func marshalText[T activation.Float](t *testing.T) {
	nan, inf := T(math.NaN()), T(math.Inf(1))
	for _, m := range []struct {
		a    activation.Activation[T]
		want string
	}{
		{activation.Identity[T]{}, `{"type":"identity"}`},
		{activation.Sigmoid[T]{}, `{"type":"sigmoid"}`},
		{activation.Tanh[T]{}, `{"type":"tanh"}`},
		{activation.ReLU[T]{}, `{"type":"relu"}`},
		{activation.LeakyReLU[T]{}, `{"type":"leaky_relu"}`},
		{activation.LeakyReLU[T]{Alpha: 0.2}, `{"type":"leaky_relu","alpha":0.2}`},
		{activation.PReLU[T]{Alpha: []T{0.1, nan, inf, -inf, T(math.Copysign(0, -1))}, Stride: 49}, `{"type":"prelu","alpha":[0.1,"NaN","+Inf","-Inf",-0],"stride":49}`},
		{activation.Maxout[T]{Pieces: 2}, `{"type":"maxout","pieces":2}`},
		{activation.MaxoutLayer[T]{Inputs: 1, Units: 1, Pieces: 2, Params: []T{1, -1, 0, 1e30}}, `{"type":"maxout_layer","inputs":1,"units":1,"pieces":2,"params":[1,-1,0,1e+30]}`},
		{activation.Softmax[T]{Classes: 10, Stride: 49, Temperature: 0.5}, `{"type":"softmax","classes":10,"stride":49,"temperature":0.5}`},
		{activation.LogSoftmax[T]{Classes: 10}, `{"type":"log_softmax","classes":10}`},
		{Swish[T]{Beta: 0.1}, `{"type":"swish","beta":0.1}`},
		{&Swish[T]{}, `{"type":"swish","beta":0}`},
		{activation.Parallel[T](Swish[T]{Beta: 2}), `{"type":"swish","beta":2}`},
	} {
		got, err := activation.Marshal(m.a)
		if err != nil || string(got) != m.want {
			t.Errorf("Marshal(%+v) = %s, %v, want %s", m.a, got, err, m.want)
		}
	}
}

// TestParse checks that the text of each activation of the table reads back,
// but for those with slices and Func.
func TestParse(t *testing.T) { both(t, parseText[float32], parseText[float64]) }

func parseText[T activation.Float](t *testing.T, e entry[T]) {
	text := stringOf(e.a)
	got, err := activation.Parse[T](text)
	switch e.a.(type) {
	case activation.Func[T], activation.PReLU[T], activation.MaxoutLayer[T]:
		if err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, got)
		}
		return
	}
	if err != nil || stringOf(got) != text {
		t.Fatalf("Parse(%q) = %v, %v", text, got, err)
	}
	rng := rand.New(rand.NewPCG(44, 45))
	back := e
	back.a = got
	for i, p := range e.passes() {
		in := e.inputFor(p, rng, 20)
		wantBits(t, p.name, back.passes()[i].run(nil, in, nil), p.run(nil, in, nil))
	}
}

func TestParseSpaces(t *testing.T) {
	want := activation.Softmax[float32]{Classes: 10, Temperature: 0.5}
	for _, text := range []string{"softmax(classes=10, temperature=0.5)", "softmax(temperature=5e-1,classes=10)", "softmax( classes = 10 , temperature = 0.5 )"} {
		if got, err := activation.Parse[float32](text); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	if got, err := activation.Parse[float32]("softmax()"); err != nil || got != (activation.Softmax[float32]{}) {
		t.Errorf(`Parse("softmax()") = %v, %v`, got, err)
	}
}

const known = "identity, sigmoid, tanh, relu, leaky_relu, prelu, maxout, maxout_layer, softmax, log_softmax"

func TestParseErrors(t *testing.T) {
	t.Run("float32", parseErrors[float32])
	t.Run("float64", parseErrors[float64])
}

func parseErrors[T activation.Float](t *testing.T) {
	for _, m := range []struct{ text, want string }{
		{"", `"" is not known: there are ` + known},
		{"Relu", `"Relu" is not known: there are ` + known},
		{" relu", `" relu" is not known: there are ` + known},
		{"relu ", `"relu " is not known: there are ` + known},
		{"func", `"func" is not known: there are ` + known},
		{"relu)", `"relu)" is not known: there are ` + known},
		{"relu(", `"relu(" does not end with a parenthesis`},
		{"maxout(pieces=2) ", `"maxout(pieces=2) " does not end with a parenthesis`},
		{"maxout(pieces=2)(stride=2)", `pieces = 2)(stride=2, want a number`},
		{"maxout", `maxout: pieces is missing`},
		{"maxout(stride=2)", `maxout: pieces is missing`},
		{"maxout(pieces=2, pieces=2)", `"pieces" is there twice`},
		{"maxout(Pieces=2)", `maxout: "Pieces" is not known: its parameters are pieces, stride`},
		{"maxout(pieces)", `"pieces" is not a parameter: want name=number`},
		{"maxout(pieces=2,)", `"" is not a parameter: want name=number`},
		{"maxout(pieces=)", `pieces = , want a number`},
		{"maxout(pieces=0)", `maxout: pieces = 0, want at least 1`},
		{"maxout(pieces=2, stride=-1)", `maxout: stride = -1, want at least 1`},
		{"maxout(pieces=2, stride=0)", `maxout: stride = 0, want at least 1`},
		{"maxout(pieces=2.0)", `maxout: pieces: 2.0 is not a whole number`},
		{"maxout(pieces=1e3)", `maxout: pieces: 1e3 is not a whole number`},
		{"maxout(pieces=NaN)", `maxout: pieces: "NaN" is not a whole number`},
		{"maxout(pieces=+2)", `pieces = +2, want a number`},
		{"maxout(pieces=0x2)", `pieces = 0x2, want a number`},
		{"maxout(pieces=99999999999999999999)", `maxout: pieces: 99999999999999999999 does not fit an int`},
		{"maxout(pieces=true)", `pieces = true, want a number`},
		{`maxout(pieces="2")`, `pieces = "2", want a number`},
		{"relu(alpha=1)", `relu: "alpha" is not known: it has no parameters`},
		{"leaky_relu(alpha=0)", `leaky_relu: alpha = 0, which would stand for the default: leave it out, or give another`},
		{"leaky_relu(alpha=nan)", `alpha = nan, want a number`},
		{"leaky_relu(alpha=1_0)", `alpha = 1_0, want a number`},
		{"softmax(temperature=-1)", `softmax: temperature = -1, want above 0`},
		{"softmax(temperature=NaN)", `softmax: temperature = NaN, want above 0`},
		{"log_softmax(temperature=0)", `log_softmax: temperature = 0, want above 0`},
		{"log_softmax(classes=-3)", `log_softmax: classes = -3, want at least 1`},
		{"prelu(slopes=3)", `prelu has parameters that a text does not hold: use Unmarshal`},
		{"maxout_layer", `maxout_layer has parameters that a text does not hold: use Unmarshal`},
		{"swish(gamma=1)", `swish: json: unknown field "gamma"`},
		{"softmax(" + strings.Repeat("x", 1000) + ")", `"` + strings.Repeat("x", 59) + `… is not a parameter: want name=number`},
	} {
		got, err := activation.Parse[T](m.text)
		if err == nil || got != nil || !strings.HasPrefix(err.Error(), "activation: Parse: "+m.want) {
			t.Errorf("Parse(%q) = %v, %v, want %q", m.text, got, err, m.want)
		}
	}
	large := 1e39
	got, err := activation.Parse[T]("leaky_relu(alpha=1e39)")
	if is32[T]() {
		if want := "activation: Parse: leaky_relu: alpha: 1e39 does not fit a float32"; err == nil || err.Error() != want {
			t.Errorf("Parse(alpha=1e39) = %v, %v, want %q", got, err, want)
		}
	} else if got != any(activation.LeakyReLU[T]{Alpha: T(large)}) {
		t.Errorf("Parse(alpha=1e39) = %v, %v", got, err)
	}
}

func TestUnmarshalErrors(t *testing.T) {
	t.Run("float32", unmarshalErrors[float32])
	t.Run("float64", unmarshalErrors[float64])
}

func unmarshalErrors[T activation.Float](t *testing.T) {
	for _, m := range []struct{ data, want string }{
		{``, `unexpected EOF`},
		{`null`, `null is not an object`},
		{`"relu"`, `"relu" is not an object`},
		{`["relu"]`, `["relu"] is not an object`},
		{`{}`, `"type" is missing`},
		{`{"Type":"relu"}`, `"type" is missing`},
		{`{"type":1}`, `"type" = 1, want a string`},
		{`{"type":null}`, `"type" = null, want a string`},
		{`{"type":["relu"]}`, `"type" = ["relu"], want a string`},
		{`{"type":"ReLU"}`, `"ReLU" is not known: there are ` + known},
		{`{"type":"func"}`, `"func" is not known: there are ` + known},
		{`{"type":"relu"}{`, `there is more after the object`},
		{`{"type":"relu"}{}`, `there is more after the object`},
		{`{"type":"relu"} x`, `there is more after the object`},
		{`{"type":"relu",}`, `invalid character`},
		{`{"type":"relu"]`, `invalid character`},
		{`{type:"relu"}`, `invalid character`},
		{`{"type":"relu","type":"relu"}`, `"type" is there twice`},
		{`{"type":"relu","t\u0079pe":"tanh"}`, `"type" is there twice`},
		{`{"type":"relu","alpha":1}`, `relu: "alpha" is not known: it has no parameters`},
		{`{"type":"leaky_relu","Alpha":1}`, `leaky_relu: "Alpha" is not known: its parameters are alpha`},
		{`{"type":"leaky_relu","alpha":1,"alpha":1}`, `"alpha" is there twice`},
		{`{"type":"leaky_relu","alpha":0}`, `leaky_relu: alpha = 0, which would stand for the default`},
		{`{"type":"leaky_relu","alpha":-0.0}`, `leaky_relu: alpha = 0, which would stand for the default`},
		{`{"type":"leaky_relu","alpha":null}`, `leaky_relu: alpha: null is not a number, nor "NaN", "+Inf" or "-Inf"`},
		{`{"type":"leaky_relu","alpha":true}`, `leaky_relu: alpha: true is not a number`},
		{`{"type":"leaky_relu","alpha":[1]}`, `leaky_relu: alpha: [1] is not a number`},
		{"{\"type\":\"leaky_relu\",\"alpha\":[\n1,\t2]}", `leaky_relu: alpha: [ 1, 2] is not a number`},
		{`{"type":"leaky_relu","alpha":{}}`, `leaky_relu: alpha: {} is not a number`},
		{`{"type":"leaky_relu","alpha":"1"}`, `leaky_relu: alpha: "1" is not a number`},
		{`{"type":"leaky_relu","alpha":"Inf"}`, `leaky_relu: alpha: "Inf" is not a number`},
		{`{"type":"leaky_relu","alpha":01}`, `invalid character`},
		{`{"type":"leaky_relu","alpha":NaN}`, `invalid character`},
		{`{"type":"leaky_relu","alpha":1e999}`, `leaky_relu: alpha: 1e999 does not fit a float`},
		{`{"type":"prelu"}`, `prelu: alpha is missing`},
		{`{"type":"prelu","alpha":[]}`, `prelu: alpha is empty`},
		{`{"type":"prelu","alpha":[ ]}`, `prelu: alpha is empty`},
		{`{"type":"prelu","alpha":0.25}`, `prelu: alpha: 0.25 is not an array of numbers`},
		{`{"type":"prelu","alpha":null}`, `prelu: alpha: null is not an array of numbers`},
		{`{"type":"prelu","alpha":"NaN"}`, `prelu: alpha: "NaN" is not an array of numbers`},
		{`{"type":"prelu","alpha":[0.25,null]}`, `prelu: alpha: entry 1: null is not a number`},
		{`{"type":"prelu","alpha":[[1,2],3]}`, `prelu: alpha: entry 0: [1 is not a number`},
		{`{"type":"prelu","alpha":[0,"1,2,3"]}`, `prelu: alpha: entry 1: "1 is not a number`},
		{`{"type":"prelu","alpha":[1,"-Inf",{"a":1,"b":2}]}`, `prelu: alpha: entry 2: {"a":1 is not a number`},
		{`{"type":"prelu","alpha":[0.25],"stride":-1}`, `prelu: stride = -1, want at least 1`},
		{`{"type":"maxout"}`, `maxout: pieces is missing`},
		{`{"type":"maxout","pieces":0}`, `maxout: pieces = 0, want at least 1`},
		{`{"type":"maxout","pieces":"2"}`, `maxout: pieces: "2" is not a whole number`},
		{`{"type":"maxout","pieces":null}`, `maxout: pieces: null is not a whole number`},
		{`{"type":"maxout","pieces":2.5}`, `maxout: pieces: 2.5 is not a whole number`},
		{`{"type":"maxout","pieces":-99999999999999999999}`, `maxout: pieces: -99999999999999999999 does not fit an int`},
		{`{"type":"maxout_layer","inputs":1,"units":1,"pieces":2}`, `maxout_layer: params is missing`},
		{`{"type":"maxout_layer","units":1,"pieces":2,"params":[1,2,3,4]}`, `maxout_layer: inputs is missing`},
		{`{"type":"maxout_layer","inputs":0,"units":1,"pieces":2,"params":[1,2]}`, `maxout_layer: inputs = 0, want at least 1`},
		{`{"type":"maxout_layer","params":[1,2,3],"inputs":1,"units":1,"pieces":2}`, `maxout_layer: len(params) = 3, want units·pieces·(inputs+1) = 4`},
		{`{"type":"maxout_layer","inputs":1000000000,"units":1000000000,"pieces":1000000000,"params":[1]}`, `maxout_layer: len(params) = 1, want units·pieces·(inputs+1) = ` + fmt.Sprint(math.MaxInt)},
		{`{"type":"softmax","classes":-1}`, `softmax: classes = -1, want at least 1`},
		{`{"type":"softmax","temperature":"NaN"}`, `softmax: temperature = NaN, want above 0`},
		{`{"type":"softmax","temperature":0}`, `softmax: temperature = 0, want above 0`},
		{`{"type":"swish","beta":"NaN"}`, `swish: json: cannot unmarshal string`},
		{`{"type":"swish","beta":1,"beta":2}`, `"beta" is there twice`},
		{`{"type":"swish","gamma":1}`, `swish: json: unknown field "gamma"`},
		{"{\"type\":\"relu\",\"\xff\":1}", `not valid UTF-8`},
		{`{"type":"relu","\ud800":1}`, `relu: "�" is not known: it has no parameters`},
		{`{"type":"relu","x":` + strings.Repeat(`[`, 100000) + strings.Repeat(`]`, 100000) + `}`, ``},
		{`{"type":"` + strings.Repeat("x", 1000) + `"}`, `"` + strings.Repeat("x", 59) + `… is not known: there are`},
	} {
		got, err := activation.Unmarshal[T]([]byte(m.data))
		if err == nil || got != nil || !strings.HasPrefix(err.Error(), "activation: Unmarshal: "+m.want) {
			t.Errorf("Unmarshal(%.80s) = %v, %v, want %q", m.data, got, err, m.want)
		}
	}
}

func TestMarshalErrors(t *testing.T) {
	t.Run("float32", marshalErrors[float32])
	t.Run("float64", marshalErrors[float64])
}

func marshalErrors[T activation.Float](t *testing.T) {
	nan := T(math.NaN())
	for _, m := range []struct {
		a    activation.Activation[T]
		want string
	}{
		{nil, `a is nil`},
		{(*activation.Softmax[T])(nil), `the *activation.Softmax`},
		{activation.Func[T]{F: square[T]}, `a Func is code: make it a type of its own, and Register that`},
		{&activation.Func[T]{F: square[T]}, `a Func is code`},
		{foreignOutput[T]{}, `the type activation_test.foreignOutput`},
		{activation.PReLU[T]{}, `prelu: alpha is empty`},
		{activation.PReLU[T]{Alpha: []T{1}, Stride: -1}, `prelu: stride = -1, want at least 1`},
		{activation.Maxout[T]{}, `maxout: pieces = 0, want at least 1`},
		{activation.MaxoutLayer[T]{Inputs: 1, Units: 1, Pieces: 1, Params: make([]T, 3)}, `maxout_layer: len(params) = 3, want units·pieces·(inputs+1) = 2`},
		{activation.Softmax[T]{Classes: -1}, `softmax: classes = -1, want at least 1`},
		{activation.Softmax[T]{Temperature: nan}, `softmax: temperature = NaN, want above 0`},
		{activation.LogSoftmax[T]{Temperature: -1}, `log_softmax: temperature = -1, want above 0`},
		{Swish[T]{Beta: nan}, `swish: json: unsupported value: NaN`},
		{odd[T]{JSON: `{"type":1}`}, `odd: its JSON has a key "type", which is taken`},
		{odd[T]{JSON: `[1]`}, `odd: its JSON: [1] is not an object`},
		{odd[T]{JSON: `{"a":1,"a":2}`}, `odd: its JSON: "a" is there twice`},
	} {
		got, err := activation.Marshal(m.a)
		if err == nil || got != nil || !strings.HasPrefix(err.Error(), "activation: Marshal: "+m.want) {
			t.Errorf("Marshal(%T %+v) = %s, %v, want %q", m.a, m.a, got, err, m.want)
		}
	}
}

// odd writes whatever it is told to, and reads anything. It is registered as a
// pointer.
type odd[T activation.Float] struct {
	activation.Tanh[T]
	JSON string
}

func (o odd[T]) MarshalJSON() ([]byte, error) { return []byte(o.JSON), nil }

func (o *odd[T]) UnmarshalJSON(data []byte) error {
	o.JSON = string(data)
	return nil
}

// even is registered by a pointer, and has methods on pointers.
type even[T activation.Float] struct{ A, B T }

func (e *even[T]) Forward(dst, x []T) []T { return activation.Tanh[T]{}.Forward(dst, x) }
func (e *even[T]) Derivative(dst, x, upstream []T) []T {
	return activation.Tanh[T]{}.Derivative(dst, x, upstream)
}

func init() {
	activation.Register("odd", odd[float32]{})
	activation.Register("odd", odd[float64]{})
	activation.Register("even_", &even[float32]{})
	activation.Register("even_", &even[float64]{})
}

func TestRegister(t *testing.T) {
	t.Run("float32", register[float32])
	t.Run("float64", register[float64])
}

func register[T activation.Float](t *testing.T) {
	for _, m := range []struct {
		name string
		a    activation.Activation[T]
		want string
	}{
		{"swish", activation.Eager[T](Swish[T]{}), "the name swish is taken"},
		{"swish", Swish[T]{}, "the name swish is taken"},
		{"relu", rowwise[T]{}, "the name relu is taken"},
		{"swish2", Swish[T]{}, "has a name"},
		{"relu2", activation.ReLU[T]{}, "has a name"},
		{"relu2", &activation.ReLU[T]{}, "has a name"},
		{"softplus", activation.Func[T]{}, "has a name"},
		{"parallel", activation.Eager[T](Swish[T]{}), "has a name"},
		{"none", nil, "a is nil"},
		{"", rowwise[T]{}, `"" is not a name of letters, digits and underscores`},
		{"a b", rowwise[T]{}, `"a b" is not a name of letters, digits and underscores`},
		{"é", rowwise[T]{}, `"é" is not a name of letters, digits and underscores`},
		{"a(", rowwise[T]{}, `"a(" is not a name of letters, digits and underscores`},
	} {
		got := panicOf(func() { activation.Register(m.name, m.a) })
		if !strings.HasPrefix(got, "activation: Register: ") || !strings.HasSuffix(got, m.want) {
			t.Errorf("Register(%q, %T) panics with %q, want %q", m.name, m.a, got, m.want)
		}
	}

	want := &even[T]{0.1, -2}
	data, err := activation.Marshal[T](want)
	if err != nil || string(data) != `{"type":"even_","A":0.1,"B":-2}` {
		t.Errorf("Marshal(%+v) = %s, %v", want, data, err)
	}
	if got, err := activation.Unmarshal[T](data); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Unmarshal(%s) = %+v, %v", data, got, err)
	}
	got, err := activation.Unmarshal[T]([]byte(` { "a" : [1, {"b":2}], "type" : "odd" , "c":"d" } `))
	if o, ok := got.(odd[T]); err != nil || !ok || o.JSON != `{"a":[1, {"b":2}],"c":"d"}` {
		t.Errorf("Unmarshal of an odd = %+v, %v", got, err)
	}
	if data, err := activation.Marshal[T](odd[T]{JSON: " { } "}); err != nil || string(data) != `{"type":"odd"}` {
		t.Errorf("Marshal of an odd = %s, %v", data, err)
	}
}

// Each N makes another type.
type numbered[T activation.Float, N any] struct{ activation.Tanh[T] }

// What is registered stays so, and a test may run several times.
var registerConcurrent sync.Once

// TestRegisterConcurrent registers, writes and reads at the same time.
func TestRegisterConcurrent(t *testing.T) {
	registerConcurrent.Do(func() {
		var group sync.WaitGroup
		for _, register := range []func(){
			func() { activation.Register("concurrent1", numbered[float64, int8]{}) },
			func() { activation.Register("concurrent2", numbered[float64, int16]{}) },
			func() { activation.Register("concurrent1", numbered[float32, int8]{}) },
		} {
			group.Add(1)
			go func() {
				defer group.Done()
				register()
			}()
		}
		for range 4 {
			group.Add(1)
			go func() {
				defer group.Done()
				for range 100 {
					if _, err := activation.Marshal(Swish[float64]{}); err != nil {
						t.Error(err)
					}
					if _, err := activation.Parse[float64]("swish(beta=1)"); err != nil {
						t.Error(err)
					}
					if _, err := activation.Parse[float64]("none"); err == nil {
						t.Error(`Parse("none") finds one`)
					}
				}
			}()
		}
		group.Wait()
		for _, name := range []string{"concurrent1", "concurrent2"} {
			if _, err := activation.Parse[float64](name); err != nil {
				t.Error(err)
			}
		}
		if a, err := activation.Parse[float32]("concurrent2"); err == nil {
			t.Errorf("registered for float64, and read for float32 as %T", a)
		}
	})
}
