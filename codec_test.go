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

// sameBits reports whether a and b have the same type and fields with the same bits.
func sameBits(a, b any) bool { return same(reflect.ValueOf(a), reflect.ValueOf(b)) }

func same(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
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
	case reflect.Pointer, reflect.Interface:
		return same(a.Elem(), b.Elem())
	case reflect.Bool:
		return a.Bool() == b.Bool()
	case reflect.Invalid: // both are nil
		return true
	}
	return a.Int() == b.Int()
}

// TestMarshal writes the activations of the table as JSON and reads them back. All fields
// must have the same bits, and all methods must give the same results.
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
		"in parallel":          activation.Eager(e.a),
		"a pointer":            pointer(e.a),
		"in an Any":            activation.Any[T]{Activation: e.a},
		"pointers to pointers": &activation.Any[T]{Activation: activation.Any[T]{Activation: pointer(e.a)}},
		"all of them":          &activation.Any[T]{Activation: activation.Parallel[T](&activation.Any[T]{Activation: pointer(e.a)})},
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

// TestMarshalText checks the JSON text, because programs in other languages read it.
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
		{Snake[T]{Beta: 0.1}, `{"type":"snake","beta":0.1}`},
		{&Snake[T]{}, `{"type":"snake"}`},
		{activation.Parallel[T](Snake[T]{Beta: 2}), `{"type":"snake","beta":2}`},
	} {
		got, err := activation.Marshal(m.a)
		if err != nil || string(got) != m.want {
			t.Errorf("Marshal(%+v) = %s, %v, want %s", m.a, got, err, m.want)
		}
	}
}

// TestParse checks that the text of each activation of the table reads back as the same
// function. Learned parameters are not in the text, and have their initial values again.
func TestParse(t *testing.T) { both(t, parseText[float32], parseText[float64]) }

func parseText[T activation.Float](t *testing.T, e entry[T]) {
	if _, ok := e.a.(activation.Func[T]); ok {
		t.Skip("code")
	}
	text := stringOf(e.a)
	got, err := activation.Parse[T](text)
	if err != nil || stringOf(got) != text {
		t.Fatalf("Parse(%q) = %v, %v", text, got, err)
	}
	want := e
	switch a := e.a.(type) {
	case activation.PReLU[T]:
		p := activation.NewPReLU[T](len(a.Alpha))
		p.Stride = a.Stride
		want.a = p
	case activation.MaxoutLayer[T]:
		want.a = activation.NewMaxoutLayer[T](a.Inputs, a.Units, a.Pieces, rand.New(rand.NewPCG(1, 2)))
	}
	rng := rand.New(rand.NewPCG(44, 45))
	back := e
	back.a = got
	for i, p := range want.passes() {
		in := want.inputFor(p, rng, 20)
		wantBits(t, p.name, back.passes()[i].run(nil, in, nil), p.run(nil, in, nil))
	}
}

// TestParseSpellings checks other spellings of a text, such as upper case and spaces.
func TestParseSpellings(t *testing.T) {
	t.Run("float32", parseSpellings[float32])
	t.Run("float64", parseSpellings[float64])
}

func parseSpellings[T activation.Float](t *testing.T) {
	inf := T(math.Inf(1))
	leaky := func(alpha T) activation.Activation[T] { return activation.LeakyReLU[T]{Alpha: alpha} }
	softmax := activation.Softmax[T]{Classes: 10, Temperature: 0.5}
	prelu := activation.NewPReLU[T](64)
	prelu.Stride = 49
	layer := activation.NewMaxoutLayer[T](3, 4, 2, rand.New(rand.NewPCG(1, 2)))
	for _, m := range []struct {
		texts []string
		want  activation.Activation[T]
	}{
		{[]string{"relu", "ReLU", "RELU", "Relu", "re-lu", "re_lu", " relu", "relu\n", "\t relu \r\n", "relu()", "relu ( )", "ReLU(\n)"}, activation.ReLU[T]{}},
		{[]string{"identity", "linear", "Linear", "LINEAR()"}, activation.Identity[T]{}},
		{[]string{"gelu_tanh", "GELUTanh", "gelu_new", "gelu_pytorch_tanh"}, activation.GELUTanh[T]{}},
		{[]string{"silu", "SiLU", "swish", "Swish"}, activation.SiLU[T]{}},
		{[]string{"hard_swish", "HardSwish", "hard_silu", "HardSiLU"}, activation.HardSwish[T]{}},
		{[]string{"hard_tanh(min=0, max=6)", "relu6", "ReLU6()"}, activation.HardTanh[T]{Max: 6}},
		{[]string{"squared_relu", "relu2", "ReLU2"}, activation.SquaredReLU[T]{}},
		{[]string{"leaky_relu", "LeakyReLU", "leakyrelu", "leaky-relu", "Leaky_ReLU", "LEAKY-RELU", "l-e_akyrelu"}, leaky(0)},
		{[]string{
			"leaky_relu(alpha=0.2)", "LeakyReLU(Alpha=.2)", "leakyrelu(alpha=+0.2)", "leaky_relu(alpha=+.2)", "leaky_relu(ALPHA=2e-1)",
			"leaky-relu(negative_slope=0.2)", "LeakyReLU(negativeSlope=0.2)", " leaky_relu \n(\n\talpha = 0.2\n)\n", "leaky_relu(alpha=00.20)",
		}, leaky(0.2)},
		{[]string{"leaky_relu(alpha=Inf)", "leaky_relu(alpha=+Inf)", "leaky_relu(alpha=inf)", "leaky_relu(alpha=infinity)"}, leaky(inf)},
		{[]string{"leaky_relu(alpha=-Inf)"}, leaky(-inf)},
		{[]string{"leaky_relu(alpha=NaN)", "leaky_relu(alpha=nan)"}, leaky(inf - inf)},
		{[]string{"leaky_relu(alpha=0x1p-2)", "leaky_relu(alpha=0X.4P0)", "leaky_relu(alpha=0x0_1p-2)", "leaky_relu(alpha=.25)"}, leaky(0.25)},
		{[]string{"leaky_relu(alpha=-5.)", "leaky_relu(alpha=-5)", "leaky_relu(alpha=-05e0)"}, leaky(-5)},
		{[]string{
			"softmax(classes=10, temperature=0.5)", "softmax(temperature=5e-1,classes=10)", "softmax( classes = 10 , temperature = 0.5 )",
			"Soft-Max(Classes=10,\nTemperature=.5)", "softmax(classes=+10, temperature=0x1p-1)", "softmax(classes=00010, temperature=000.5)",
		}, softmax},
		{[]string{"log_softmax(classes=10)", "LogSoftmax(classes=10)", "logsoftmax(classes=10)"}, activation.LogSoftmax[T]{Classes: 10}},
		{[]string{"prelu", "PReLU", "prelu()", "prelu(slopes=1)"}, activation.NewPReLU[T](1)},
		{[]string{"prelu(slopes=64, stride=49)", "PReLU(stride=49, Slopes=64)"}, prelu},
		{[]string{"maxout_layer(inputs=3, units=4, pieces=2)", "MaxoutLayer(pieces=2,units=4,inputs=3)"}, layer},
		{[]string{"maxout(pieces=1_000_000)"}, nil},
		{[]string{"maxout(pieces=+1000000)", "maxout(pieces=1000000)"}, activation.Maxout[T]{Pieces: 1000000}},
		{[]string{"snake", "Snake", "s-n-a-k-e"}, Snake[T]{}},
		{[]string{"snake(beta=0.1)", "snake(Beta=.1)", "SNAKE(BETA=+1e-1)"}, Snake[T]{Beta: 0.1}},
	} {
		for _, text := range m.texts {
			got, err := activation.Parse[T](text)
			if m.want == nil {
				if err == nil {
					t.Errorf("Parse(%q) = %v, want an error", text, got)
				}
			} else if err != nil || !sameBits(got, m.want) {
				t.Errorf("Parse(%q) = %v, %v, want %v", text, got, err, m.want)
			}
		}
	}
}

// TestParseRoundsOnce reads a decimal just above the middle of two float32s. If Parse
// rounded it to float64 first, it would become the middle, and then round down.
func TestParseRoundsOnce(t *testing.T) {
	above := math.Nextafter32(0.5, 1)
	for _, text := range []string{"0.50000002980232238769531250000001", ".50000002980232238769531250000001", "+0.50000002980232238769531250000001"} {
		got, err := activation.Parse[float32]("leaky_relu(alpha=" + text + ")")
		if err != nil || got != (activation.LeakyReLU[float32]{Alpha: above}) {
			t.Errorf("alpha=%s reads as %v, %v, want %v", text, got, err, above)
		}
	}
}

// TestParseSizes checks that Parse limits the memory that a text can ask for.
func TestParseSizes(t *testing.T) {
	const want = " parameters to learn, want at most 16777216 in a text"
	for text, n := range map[string]int{
		"prelu(slopes=16777217)":                                               16777217,
		fmt.Sprintf("prelu(slopes=%d)", math.MaxInt):                           math.MaxInt,
		"maxout_layer(inputs=1, units=8388608, pieces=2)":                      1 << 25,
		"maxout_layer(inputs=1000000000, units=1000000000, pieces=999999)":     math.MaxInt,
		fmt.Sprintf("maxout_layer(inputs=%d, units=1, pieces=1)", math.MaxInt): math.MaxInt,
		fmt.Sprintf("maxout_layer(inputs=1, units=1, pieces=%d)", math.MaxInt): math.MaxInt,
	} {
		a, err := activation.Parse[float64](text)
		if err == nil || !strings.HasSuffix(err.Error(), fmt.Sprint(": ", n, want)) {
			t.Errorf("Parse(%q) = %v, %v", text, a, err)
		}
	}
	a, err := activation.Parse[float32]("prelu(slopes=16777216)")
	if p, ok := a.(activation.PReLU[float32]); err != nil || !ok || len(p.Alpha) != 1<<24 {
		t.Errorf("the largest PReLU: %v, %v", a, err)
	}
}

// TestPresets checks aliases that set parameters.
func TestPresets(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"leaky20", "leaky_relu(alpha=0.2)"},
		{"Leaky-20()", "leaky_relu(alpha=0.2)"},
		{"leaky20(alpha=0.3)", `leaky20 has no parameters: use leaky_relu`},
		{"leaky_relu", "leaky_relu(alpha=0.01)"},
	} {
		a, err := activation.ParseWithAlias[float64](c.text, "leaky_relu", "leaky_20(alpha=0.2)")
		got := fmt.Sprint(a)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("Parse(%q) = %s, want %s", c.text, got, c.want)
		}
	}
}

// TestStringStride checks that String shows a Stride that is not the default, and one that is
// invalid too, which Parse then refuses.
func TestStringStride(t *testing.T) {
	for stride, text := range map[int]string{-1: "stride=-1", 0: "", 1: "", 2: "stride=2"} {
		for _, a := range []activation.Activation[float64]{
			activation.PReLU[float64]{Alpha: []float64{0.25}, Stride: stride},
			activation.Maxout[float64]{Pieces: 2, Stride: stride},
			activation.Gated[float64]{Gate: activation.SiLU[float64]{}, Stride: stride},
			activation.Softmax[float64]{Classes: 3, Stride: stride},
			activation.LogSoftmax[float64]{Stride: stride},
		} {
			got := fmt.Sprint(a)
			if strings.Contains(got, "stride") != (text != "") || !strings.Contains(got, text) {
				t.Errorf("String with a Stride of %d = %s", stride, got)
			}
			if _, err := activation.Parse[float64](got); (err != nil) != (stride < 0) {
				t.Errorf("Parse(%s): %v", got, err)
			}
		}
	}
}

// gate is an activation with a parameter that is another activation.
type gate[T activation.Float] struct {
	Gate activation.Any[T] `json:"gate"`
	N    int               `json:"n,omitempty"`
	Last bool              `json:"last,omitempty"`
	Mode string            `json:"mode,omitempty"`
}

func (g gate[T]) Forward(dst, x []T) []T              { return g.Gate.Forward(dst, x) }
func (g gate[T]) Derivative(dst, x, upstream []T) []T { return g.Gate.Derivative(dst, x, upstream) }

// TestParseNested checks parameters that are activations, bools and strings.
func TestParseNested(t *testing.T) {
	leaky := activation.Any[float32]{Activation: activation.LeakyReLU[float32]{Alpha: 0.2}}
	for text, want := range map[string]gate[float32]{
		"gate(gate=leaky_relu(alpha=0.2))":                                         {Gate: leaky},
		"gate(gate=Leaky-ReLU( alpha=.2 ), n=3)":                                   {Gate: leaky, N: 3},
		"gate(n=3, last=true, mode=half open, gate = leaky_relu ( alpha = 0.2 ) )": {leaky, 3, true, "half open"},
		"gate(gate=gate(n=2,gate=leaky_relu(alpha=0.2),last=true),last=false)": {
			Gate: activation.Any[float32]{Activation: gate[float32]{Gate: leaky, N: 2, Last: true}},
		},
		"gate(mode=)": {},
	} {
		got, err := activation.Parse[float32](text)
		if err != nil || !sameBits(got, want) {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	deep := strings.Repeat("gate(gate=", 99) + "relu" + strings.Repeat(")", 99)
	if _, err := activation.Parse[float32](deep); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]string{
		strings.Repeat("gate(gate=", 1e5):     "has 100000 parentheses, want at most 100",
		"gate(gate=selu7(alpha=0.2))":         `gate: activation: Any.UnmarshalJSON: "selu7" is not known: want one of `,
		"gate(gate=relu(, n=3)":               `gate: activation: Any.UnmarshalJSON: "relu(, n=3" does not end with a parenthesis`,
		"gate(gate=leaky_relu(alpha=0.2), 3)": `gate: " 3" is not a parameter: want name=value`,
		"gate(gate=true)":                     `gate: activation: Any.UnmarshalJSON: true is not an object`,
		"gate(gate=3)":                        `gate: activation: Any.UnmarshalJSON: 3 is not an object`,
		"gate(n=3, N=4)":                      `gate: "N" is given twice`,
		"gate(mode=3)":                        `gate: json: cannot unmarshal number`,
	} {
		got, err := activation.Parse[float32](text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.50q) = %v, %v, want %q", text, got, err, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Run("float32", names[float32])
	t.Run("float64", names[float64])
}

func names[T activation.Float](t *testing.T) {
	got := activation.Names[T]()
	list := strings.Join(got, ", ")
	if own, ok := strings.CutPrefix(list, known+", "); !ok || !strings.Contains(own, "even_, gate, odd") || !strings.Contains(own, "snake") {
		t.Errorf("Names() = %s", list)
	}
	for i, name := range got {
		// Parse knows each name, although it may need parameters. No name is twice in
		// the list.
		_, err := activation.Parse[T](name)
		if err != nil && !strings.HasPrefix(err.Error(), "activation: Parse: "+name+": ") {
			t.Errorf("Parse(%q): %v", name, err)
		}
		for _, other := range got[:i] {
			if other == name {
				t.Errorf("%s is given twice", name)
			}
		}
	}
}

const known = "identity, sigmoid, tanh, relu, leaky_relu, prelu, maxout, maxout_layer, gelu, gelu_tanh, silu, mish, softplus, log_sigmoid, elu, selu, celu, hard_sigmoid, hard_swish, hard_tanh, squared_relu, softsign, gated, softmax, log_softmax"

func TestParseErrors(t *testing.T) {
	t.Run("float32", parseErrors[float32])
	t.Run("float64", parseErrors[float64])
}

func parseErrors[T activation.Float](t *testing.T) {
	for _, m := range []struct{ text, want string }{
		{"", `"" is not known: want one of ` + known},
		{"\n", `"" is not known: want one of ` + known},
		{"_", `"_" is not known: want one of ` + known},
		{"re lu", `"re lu" is not known: want one of ` + known},
		{"rel\u212a", `"relK" is not known: want one of ` + known},
		{"(alpha=1)", `"" is not known: want one of ` + known},
		{"relu\xff", `not valid UTF-8`},
		{"leaky_relu(\xffalpha=1)", `not valid UTF-8`},
		{"func", `a func is code, which cannot be read: make it a type, and Register that`},
		{"Func()", `a func is code`},
		{"relu)", `"relu)" is not known: want one of ` + known},
		{"relu(", `"relu(" does not end with a parenthesis`},
		{"maxout(pieces=2) x", `"maxout(pieces=2) x" does not end with a parenthesis`},
		{"maxout(pieces=2)(stride=2)", `maxout: pieces: "2)(stride=2" is not a whole number`},
		{"maxout", `maxout: pieces is missing`},
		{"maxout(stride=2)", `maxout: pieces is missing`},
		{"maxout(pieces=2, pieces=2)", `maxout: "pieces" is given twice`},
		{"maxout(pieces=2, Pieces=2)", `maxout: "Pieces" is given twice`},
		{"maxout(pieces=2, pie-ces=2)", `maxout: "pie-ces" is given twice`},
		{"maxout(parts=2)", `maxout: "parts" is not known: its parameters are pieces, stride`},
		{"leaky_relu(alpha=0.1, negative_slope=0.1)", `leaky_relu: "negative_slope" is given twice`},
		{"maxout(pieces)", `maxout: "pieces" is not a parameter: want name=value`},
		{"maxout(pieces=2,)", `maxout: "" is not a parameter: want name=value`},
		{"maxout(pieces=)", `maxout: pieces: "" is not a whole number`},
		{"maxout(pieces=0)", `maxout: pieces = 0, want at least 1`},
		{"maxout(pieces=2, stride=-1)", `maxout: stride = -1, want at least 1`},
		{"maxout(pieces=2, stride=0)", `maxout: stride = 0, want at least 1`},
		{"softmax(classes=01000000.5)", `softmax: classes: 1000000.5 is not a whole number`},
		{"maxout(pieces=2.0)", `maxout: pieces: 2.0 is not a whole number`},
		{"maxout(pieces=1e3)", `maxout: pieces: 1e3 is not a whole number`},
		{"maxout(pieces=NaN)", `maxout: pieces: "NaN" is not a whole number`},
		{"maxout(pieces=+2.5)", `maxout: pieces: 2.5 is not a whole number`},
		{"maxout(pieces=+-2)", `maxout: pieces: "+-2" is not a whole number`},
		{"maxout(pieces=--2)", `maxout: pieces: "--2" is not a whole number`},
		{"maxout(pieces=.29999999999999999e1)", `maxout: pieces: 3e0 is not a whole number`}, // 3 as a float64 too
		{"maxout(pieces=.2e1)", `maxout: pieces: 2e0 is not a whole number`},
		{"softmax(classes=00)", `softmax: classes = 0, want at least 1`},
		{"maxout(pieces=2.)", `maxout: pieces: 2e0 is not a whole number`},
		{"maxout(pieces=0x2)", `maxout: pieces: "0x2" is not a whole number`},
		{"maxout(pieces=99999999999999999999)", `maxout: pieces: 99999999999999999999 does not fit an int`},
		{"maxout(pieces=true)", `maxout: pieces: true is not a whole number`},
		{`maxout(pieces="2")`, `maxout: pieces: "\"2\"" is not a whole number`},
		{"relu(alpha=1)", `relu: "alpha" is not known: it has no parameters`},
		{"leaky_relu(alpha=0)", `leaky_relu: alpha = 0, which would mean the default: leave it out, or choose another value`},
		{"leaky_relu(alpha=-.0)", `leaky_relu: alpha = 0, which would mean the default: leave it out, or choose another value`},
		{"leaky_relu(alpha=none)", `leaky_relu: alpha: "none" is not a number`},
		{"leaky_relu(alpha=1__0)", `leaky_relu: alpha: "1__0" is not a number`},
		{"leaky_relu(alpha=1e999)", `leaky_relu: alpha: 1e999 does not fit a float`},
		{"leaky_relu(alpha=0x1p9999)", `leaky_relu: alpha: "0x1p9999" is not a number`},
		{"leaky_relu(0.2)", `leaky_relu: "0.2" is not a parameter: want name=value`},
		{"Leaky-ReLU(0.2)", `leaky_relu: "0.2" is not a parameter: want name=value`},
		{"leaky(0.2)", `"leaky" is not known: want one of ` + known},
		{"(0.2)", `"0.2" is not a parameter: want name=value`},
		{"relu6(max=7)", `relu6 has no parameters: use hard_tanh`},
		{"snake(0.2)", `snake: "0.2" is not a parameter: want name=value`},
		{"snake(beta=1, Beta=2)", `snake: "Beta" is given twice`},
		{"gated(gate=silu(2))", `gated: gate: silu: "2" is not a parameter: want name=value`},
		{"softmax(temperature=-1)", `softmax: temperature = -1, want above 0`},
		{"softmax(temperature=NaN)", `softmax: temperature = NaN, want above 0`},
		{"log_softmax(temperature=0)", `log_softmax: temperature = 0, want above 0`},
		{"log_softmax(classes=-3)", `log_softmax: classes = -3, want at least 1`},
		{"softplus(beta=+Inf)", `softplus: beta = +Inf, want a finite number`},
		{"elu(alpha=NaN)", `elu: alpha = NaN, want a finite number`},
		{"silu(beta=-Inf)", `silu: beta = -Inf, want a finite number`},
		{"gated(gate=silu(beta=Inf))", `gated: gate: silu: beta = +Inf, want a finite number`},
		{"hard_tanh(min=2, max=1)", `hard_tanh: min = 2, want at most max = 1`},
		{"hard_tanh(min=0, max=0)", `hard_tanh: min = 0, which would mean the default: leave it out, or choose another value`},
		{"hard_tanh(min=1)", `hard_tanh: min = 1, want at most max = 0`},
		{"hard_tanh(max=-1)", `hard_tanh: max = -1, want at least min = 0`},
		{"hard_tanh(max=NaN)", `hard_tanh: max = NaN, want at least min = 0`},
		{"gated(gate=relu, gate_last=1)", `gated: gate_last: 1 is neither true nor false`},
		{"gated(gate=relu, gate_last=maybe)", `gated: gate_last: "maybe" is neither true nor false`},
		{"gated(gate=softmax)", `gated: gate: softmax is not Elementwise: a gate needs At and DerivativeAt`},
		{"gated(gate=rely)", `gated: gate: "rely" is not known: want one of ` + known},
		{"gated(gate=softplus(beta=-1))", `gated: gate: softplus: beta = -1, want above 0`},
		{"prelu(slopes=0)", `prelu: slopes = 0, want at least 1`},
		{"prelu(slopes=-3)", `prelu: slopes = -3, want at least 1`},
		{"prelu(alpha=0.25)", `prelu: "alpha" is not known: its parameters are slopes, stride`},
		{"maxout_layer", `maxout_layer: inputs is missing`},
		{"maxout_layer(inputs=3, units=2)", `maxout_layer: pieces is missing`},
		{"maxout_layer(inputs=3, units=2, pieces=2, params=1)", `maxout_layer: "params" is not known: its parameters are inputs, units, pieces`},
		{"snake(gamma=1)", `snake: json: unknown field "gamma"`},
		{"softmax(" + strings.Repeat("x", 1000) + ")", `softmax: "` + strings.Repeat("x", 59) + `… is not a parameter: want name=value`},
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
		{strings.Repeat(`{"type":"gated","gate":`, 101) + `"relu"` + strings.Repeat("}", 101), `{"type":"gated","gate":{"type":"gated","gate":{"type":"gated… has objects nested 101 deep, want at most 100`},
		{strings.Repeat(`{"type":"gated","gate":`, 100) + `"relu"` + strings.Repeat("}", 100), strings.Repeat("gated: gate: ", 99) + `gated(gate=relu) is not Elementwise: a gate needs At and DerivativeAt`},
		{strings.Repeat(`{"type":"gated","gate":`, 1e5), `{"type":"gated","gate":{"type":"gated","gate":{"type":"gated… has objects nested 100000 deep, want at most 100`},
		{`{"type":"gated","gate":null}`, `gated: gate: null is not an object`},
		{`{"type":"gated","gate":3}`, `gated: gate: 3 is not an object`},
		{`{"type":"{{\"{","gate":3}`, `"{{\"{" is not known: want one of ` + known},
		{`null`, `null is not an object`},
		{`"relu"`, `"relu" is not an object`},
		{`["relu"]`, `["relu"] is not an object`},
		{`{}`, `"type" is missing`},
		{`{"Type":"relu"}`, `"type" is missing`},
		{`{"type":1}`, `"type" = 1, want a string`},
		{`{"type":null}`, `"type" = null, want a string`},
		{`{"type":["relu"]}`, `"type" = ["relu"], want a string`},
		{`{"type":"ReLU7"}`, `"ReLU7" is not known: want one of ` + known},
		{`{"type":" relu"}`, `" relu" is not known: want one of ` + known},
		{`{"type":"relu()"}`, `"relu()" is not known: want one of ` + known},
		{`{"type":"func"}`, `a func is code, which cannot be read: make it a type, and Register that`},
		{`{"type":"relu"}{`, `there is more after the object`},
		{`{"type":"relu"}{}`, `there is more after the object`},
		{`{"type":"relu"} x`, `there is more after the object`},
		{`{"type":"relu",}`, `invalid character`},
		{`{"type":"relu"]`, `invalid character`},
		{`{type:"relu"}`, `invalid character`},
		{`{"type":"relu","type":"relu"}`, `"type" is given twice`},
		{`{"type":"relu","t\u0079pe":"tanh"}`, `"type" is given twice`},
		{`{"type":"relu","alpha":1}`, `relu: "alpha" is not known: it has no parameters`},
		{`{"type":"relu","Type":"relu"}`, `"Type" is given twice`},
		{`{"type":"leaky_relu","slope":1}`, `leaky_relu: "slope" is not known: its parameters are alpha`},
		{`{"type":"relu","x":"\"` + strings.Repeat("{", 101) + `"}`, `relu: "x" is not known: it has no parameters`},
		{`{"type":"softmax","classes":2,"claſſes":3}`, `"claſſes" is given twice`},
		{`{"type":"leaky_relu","alpha":1,"Alpha":1}`, `"Alpha" is given twice`},
		{`{"type":"leaky_relu","alpha":1,"al-pha":1}`, `leaky_relu: "al-pha" is given twice`},
		{`{"type":"leaky_relu","alpha":1,"negative_slope":1}`, `leaky_relu: "negative_slope" is given twice`},
		{`{"type":"prelu","slopes":3}`, `prelu: "slopes" is not known: its parameters are alpha, stride`},
		{`{"type":"leaky_relu","alpha":1,"alpha":1}`, `"alpha" is given twice`},
		{`{"type":"leaky_relu","alpha":0}`, `leaky_relu: alpha = 0, which would mean the default`},
		{`{"type":"leaky_relu","alpha":-0.0}`, `leaky_relu: alpha = 0, which would mean the default`},
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
		{`{"type":"silu","beta":"NaN"}`, `silu: beta = NaN, want a finite number`},
		{`{"type":"softmax","temperature":"NaN"}`, `softmax: temperature = NaN, want above 0`},
		{`{"type":"softmax","temperature":0}`, `softmax: temperature = 0, want above 0`},
		{`{"type":"snake","beta":"NaN"}`, `snake: json: cannot unmarshal string`},
		{`{"type":"snake","beta":1,"beta":2}`, `"beta" is given twice`},
		{`{"type":"snake","Beta":1,"beta":2}`, `"beta" is given twice`},
		{`{"type":"snake","beta":1,"\u0062eta":2}`, `"beta" is given twice`},
		{`{"type":"gate","gate":{"type":"relu","type":"tanh"}}`, `gate: gate: "type" is given twice`},
		{`{"type":"gate","gate":{"type":"snake","beta":1,"BETA":2}}`, `gate: gate: "BETA" is given twice`},
		{`{"type":"odd","a":[1,[{"b":{"c":1,"d":2,"c":3}}]]}`, `odd: a: "c" is given twice`},
		{`{"type":"odd","a":[{"b":1,"B":2}]}`, `odd: a: "B" is given twice`},
		{`{"type":"gate","gate":"leaky_relu(alpha=1,alpha=2)"}`, `gate: activation: Any.UnmarshalJSON: leaky_relu: "alpha" is given twice`},
		{`{"type":"snake","gamma":1}`, `snake: json: unknown field "gamma"`},
		{"{\"type\":\"relu\",\"\xff\":1}", `not valid UTF-8`},
		{`{"type":"relu","\ud800":1}`, `relu: "�" is not known: it has no parameters`},
		{`{"type":"relu","x":` + strings.Repeat(`[`, 100000) + strings.Repeat(`]`, 100000) + `}`, ``},
		{`{"type":"` + strings.Repeat("x", 1000) + `"}`, `"` + strings.Repeat("x", 59) + `… is not known: want one of`},
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
	nan, inf := T(math.NaN()), T(math.Inf(1))
	for _, m := range []struct {
		a    activation.Activation[T]
		want string
	}{
		{nil, `there is no activation`},
		{activation.Any[T]{}, `there is no activation`},
		{&activation.Any[T]{Activation: activation.Any[T]{}}, `there is no activation`},
		{(*activation.Any[T])(nil), `the *activation.Any`},
		{activation.Any[T]{Activation: activation.Func[T]{F: square[T]}}, `a Func is code`},
		{(*activation.Softmax[T])(nil), `the *activation.Softmax`},
		{activation.Func[T]{F: square[T]}, `a Func is code: make it a type, and Register that`},
		{&activation.Func[T]{F: square[T]}, `a Func is code`},
		{foreignOutput[T]{}, `the type activation_test.foreignOutput`},
		{activation.PReLU[T]{}, `prelu: alpha is empty`},
		{activation.PReLU[T]{Alpha: []T{1}, Stride: -1}, `prelu: stride = -1, want at least 1`},
		{activation.Maxout[T]{}, `maxout: pieces = 0, want at least 1`},
		{activation.MaxoutLayer[T]{Inputs: 1, Units: 1, Pieces: 1, Params: make([]T, 3)}, `maxout_layer: len(params) = 3, want units·pieces·(inputs+1) = 2`},
		{activation.Softmax[T]{Classes: -1}, `softmax: classes = -1, want at least 1`},
		{activation.Softmax[T]{Temperature: nan}, `softmax: temperature = NaN, want above 0`},
		{activation.LogSoftmax[T]{Temperature: -1}, `log_softmax: temperature = -1, want above 0`},
		{activation.Softplus[T]{Beta: inf}, `softplus: beta = +Inf, want a finite number`},
		{activation.HardTanh[T]{Min: 2, Max: 1}, `hard_tanh: min = 2, want at most max = 1`},
		{activation.HardTanh[T]{Max: -1}, `hard_tanh: max = -1, want at least min = 0`},
		{activation.Gated[T]{}, `gated: gate: there is no activation`},
		{activation.Gated[T]{Gate: frozen[T]{}}, `gated: gate: the type activation_test.frozen`},
		{activation.Gated[T]{Gate: activation.Softplus[T]{Beta: -1}}, `gated: gate: softplus: beta = -1, want above 0`},
		{activation.Gated[T]{Gate: activation.Func[T]{F: square[T]}}, `gated: gate: a Func is code: make it a type, and Register that`},
		{Snake[T]{Beta: nan}, `snake: json: unsupported value: NaN`},
		{odd[T]{JSON: `{"type":1}`}, `odd: its JSON has a key "type", which is taken`},
		{odd[T]{JSON: `[1]`}, `odd: its JSON: [1] is not an object`},
		{odd[T]{JSON: `{"a":1,"a":2}`}, `odd: its JSON: "a" is given twice`},
		{odd[T]{JSON: strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101)}, `{"type":"odd","a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"… has objects nested 101 deep, want at most 100`},
		{odd[T]{JSON: `{"Type":1}`}, `odd: its JSON has a key "Type", which is taken`},
		{odd[T]{JSON: `{"a":[{"b":1,"B":2}]}`}, `odd: its JSON: a: "B" is given twice`},
	} {
		got, err := activation.Marshal(m.a)
		if err == nil || got != nil || !strings.HasPrefix(err.Error(), "activation: Marshal: "+m.want) {
			t.Errorf("Marshal(%T %+v) = %s, %v, want %q", m.a, m.a, got, err, m.want)
		}
	}
	deep := activation.Any[T]{Activation: odd[T]{JSON: strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101)}}
	if data, err := deep.GobEncode(); data != nil || !strings.Contains(fmt.Sprint(err), "want at most 100") {
		t.Errorf("GobEncode() = %.40s, %v", data, err)
	}
}

// odd writes the JSON in its field, and reads any JSON. Its methods are on the value,
// except UnmarshalJSON.
type odd[T activation.Float] struct {
	activation.Tanh[T]
	JSON string
}

func (o odd[T]) MarshalJSON() ([]byte, error) { return []byte(o.JSON), nil }

func (o *odd[T]) UnmarshalJSON(data []byte) error {
	o.JSON = string(data)
	return nil
}

// even has its methods on the pointer, and is registered as a pointer.
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
	activation.Register("gate", gate[float32]{})
	activation.Register("gate", gate[float64]{})
	activation.Register("Rectifier", activation.ReLU[float32]{})
	activation.Register("Rectifier", &activation.ReLU[float64]{})
	activation.Register("leak", activation.Any[float32]{Activation: activation.LeakyReLU[float32]{}})
	activation.Register("leak", activation.Parallel[float64](activation.LeakyReLU[float64]{}))
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
		{"snake", activation.Eager[T](Snake[T]{}), "the name snake is taken"},
		{"snake", Snake[T]{}, "the name snake is taken"},
		{"relu", rowwise[T]{}, "the name relu is taken"},
		{"snake2", Snake[T]{}, "has a name already"},
		{"s_nake", rowwise[T]{}, "the name s_nake is taken"},
		{"Snake", Snake[T]{}, "the name Snake is taken"},
		{"ReLU", rowwise[T]{}, "the name ReLU is taken"},
		{"leakyrelu", activation.LeakyReLU[T]{}, "the name leakyrelu is taken"},
		{"linear", activation.Identity[T]{}, "the name linear is taken"},
		{"Linear", rowwise[T]{}, "the name Linear is taken"},
		{"rectifier", activation.ReLU[T]{}, "the name rectifier is taken"},
		{"even", rowwise[T]{}, "the name even is taken"},
		{"func", rowwise[T]{}, "the name func is taken"},
		{"leaky02", activation.LeakyReLU[T]{Alpha: 0.2}, "needs its zero value: a name does not hold fields"},
		{"parabola", activation.Func[T]{}, "a Func is code: make it a type"},
		{"parabola", &activation.Func[T]{}, "a Func is code: make it a type"},
		{"any", activation.Any[T]{}, "a is nil"},
		{"nilrelu", (*activation.ReLU[T])(nil), "a is nil"},
		{"nilfunc", (*activation.Func[T])(nil), "a is nil"},
		{"any", activation.Any[T]{Activation: Snake[T]{}}, "has a name already"},
		{"__", rowwise[T]{}, `"__" is not a name of letters, digits and underscores`},
		{"parallel", activation.Eager[T](Snake[T]{}), "has a name already"},
		{"none", nil, "a is nil"},
		{"", rowwise[T]{}, `"" is not a name of letters, digits and underscores`},
		{"a b", rowwise[T]{}, `"a b" is not a name of letters, digits and underscores`},
		{"é", rowwise[T]{}, `"é" is not a name of letters, digits and underscores`},
		{"a(", rowwise[T]{}, `"a(" is not a name of letters, digits and underscores`},
		{"Inf", rowwise[T]{}, `"Inf" reads as a number or a bool`},
		{"n_an", rowwise[T]{}, `"n_an" reads as a number or a bool`},
		{"1e5", rowwise[T]{}, `"1e5" reads as a number or a bool`},
		{"True", rowwise[T]{}, `"True" reads as a number or a bool`},
	} {
		got := panicOf(func() { activation.Register(m.name, m.a) })
		if !strings.HasPrefix(got, "activation: Register: ") || !strings.HasSuffix(got, m.want) {
			t.Errorf("Register(%q, %T) panics with %q, want %q", m.name, m.a, got, m.want)
		}
	}

	// Another name of a built-in type can be read, but it is neither written nor listed.
	for _, text := range []string{"rectifier", "Rectifier", "RECTI-FIER()"} {
		if got, err := activation.Parse[T](text); err != nil || got != (activation.ReLU[T]{}) {
			t.Errorf("Parse(%q) = %v, %v", text, got, err)
		}
	}
	alias, err := activation.Unmarshal[T]([]byte(`{"type":"leak","alpha":0.5}`))
	if err != nil || alias != (activation.LeakyReLU[T]{Alpha: 0.5}) {
		t.Errorf("Unmarshal of an alias = %v, %v", alias, err)
	}
	if data, err := activation.Marshal(alias); string(data) != `{"type":"leaky_relu","alpha":0.5}` {
		t.Errorf("Marshal of what an alias gives = %s, %v", data, err)
	}
	if _, err := activation.Parse[T]("leak(beta=1)"); err == nil || err.Error() != `activation: Parse: leaky_relu: "beta" is not known: its parameters are alpha` {
		t.Errorf("Parse of an alias with a wrong parameter: %v", err)
	}
	if list := strings.Join(activation.Names[T](), " "); strings.Contains(strings.ToLower(list), "rectifier") {
		t.Errorf("Names lists an alias: %s", list)
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

// numbered is a different type for each N.
type numbered[T activation.Float, N any] struct{ activation.Tanh[T] }

// A name cannot be registered twice, but a test may run several times.
var registerConcurrent sync.Once

// TestRegisterConcurrent calls Register, Marshal and Parse at the same time.
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
					if _, err := activation.Marshal(Snake[float64]{}); err != nil {
						t.Error(err)
					}
					if _, err := activation.Parse[float64]("snake(beta=1)"); err != nil {
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

// TestNegativeZeros checks that a text and JSON keep the sign of an end of a range that is 0.
func TestNegativeZeros(t *testing.T) {
	t.Run("float32", negativeZeros[float32])
	t.Run("float64", negativeZeros[float64])
}

func negativeZeros[T activation.Float](t *testing.T) {
	negativeZero := T(math.Copysign(0, -1))
	for _, a := range []activation.HardTanh[T]{
		{Min: negativeZero, Max: 1}, {Min: 0, Max: 1}, {Min: -1, Max: negativeZero}, {Min: -1, Max: 0},
	} {
		parsed, err := activation.Parse[T](a.String())
		if err != nil || !sameBits(parsed, activation.Activation[T](a)) {
			t.Errorf("Parse(%s) = %+v, %v", a, parsed, err)
		}
		data, err := activation.Marshal[T](a)
		if err != nil {
			t.Errorf("Marshal(%s): %v", a, err)
			continue
		}
		if again, err := activation.Unmarshal[T](data); err != nil || !sameBits(again, activation.Activation[T](a)) {
			t.Errorf("%s: Unmarshal(%s) = %+v, %v", a, data, again, err)
		}
	}
}

type act09 struct{ activation.ReLU[float64] }

type zigzag struct {
	activation.ReLU[float64]
	Inner struct{ N json.Number }
}

func init() {
	activation.Register("act_09", act09{})
	activation.Register("Zigzag", zigzag{})
}

// TestNamesAtTheEnds checks the last digits and letters in names and numbers, and a key with a
// letter that has another capital.
func TestNamesAtTheEnds(t *testing.T) {
	for text, want := range map[string]activation.Activation[float64]{
		"act_09": act09{}, "ACT09": act09{}, "zigzag": zigzag{}, "ZIGZAG": zigzag{},
		"softmax(classes=09)": activation.Softmax[float64]{Classes: 9},
	} {
		if got, err := activation.Parse[float64](text); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	if got := (activation.Gated[float64]{Stride: 2}).String(); got != "gated(gate=none, stride=2)" {
		t.Errorf("String() = %q", got)
	}
	a, err := activation.Unmarshal[float64]([]byte(`{"type":"zigzag","Inner":{"N":1e999}}`))
	if z, ok := a.(zigzag); err != nil || !ok || z.Inner.N != "1e999" {
		t.Errorf("Unmarshal = %v, %v", a, err)
	}
	key := strings.Repeat("k", 100)
	for data, want := range map[string]string{
		"{\"type\":\"relu\",\"k\":1,\"\u212a\":2}":      "\"\u212a\" is given twice", // K, the Kelvin sign
		`{"type":"zigzag","` + key + `":{"a":1,"a":2}}`: `zigzag: ` + key[:60] + `…: "a" is given twice`,
	} {
		if _, err := activation.Unmarshal[float64]([]byte(data)); fmt.Sprint(err) != "activation: Unmarshal: "+want {
			t.Errorf("Unmarshal(%.70s): %v, want %s", data, err, want)
		}
	}
	for text, want := range map[string]string{
		strings.Repeat("x", 58): `"` + strings.Repeat("x", 58) + `" is not known`, // 60 bytes are not cut
		strings.Repeat("é", 40): `"` + strings.Repeat("é", 29) + `… is not known`, // no half of a letter
		"celu(alpha=-1)":        `celu: alpha = -1, want above 0`,
	} {
		if _, err := activation.Parse[float64](text); !strings.HasPrefix(fmt.Sprint(err), "activation: Parse: "+want) {
			t.Errorf("Parse(%.70s): %v, want %s", text, err, want)
		}
	}
	for _, n := range []int{100, 101} {
		_, err := activation.Parse[float64]("relu(" + strings.Repeat("(", n-1) + ")")
		if got, want := strings.Contains(fmt.Sprint(err), "want at most 100"), n > 100; got != want {
			t.Errorf("%d parentheses: %v", n, err)
		}
	}
}
