package activation_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

// FuzzElementwise compares the functions that are not exact with package reference, for
// any bits as float64 and float32.
func FuzzElementwise(f *testing.F) {
	for _, x := range []float64{0, 1, -40, 709, -745.2, math.Inf(1), math.NaN(), math.SmallestNonzeroFloat64} {
		f.Add(math.Float64bits(x), math.Float32bits(float32(x)))
	}
	f.Fuzz(func(t *testing.T, b64 uint64, b32 uint32) {
		x64, x32 := math.Float64frombits(b64), math.Float32frombits(b32)
		for _, e := range table[float64]() {
			if a := e.accuracy; a != nil {
				check(t, "Forward", x64, e.a.Forward(nil, []float64{x64})[0], a.f, a.forward)
				check(t, "Derivative", x64, e.a.Derivative(nil, []float64{x64}, nil)[0], a.df, a.derivative)
			}
		}
		for _, e := range table[float32]() {
			if a := e.accuracy; a != nil {
				check(t, "Forward", x32, e.a.Forward(nil, []float32{x32})[0], a.f, a.forward)
				check(t, "Derivative", x32, e.a.Derivative(nil, []float32{x32}, nil)[0], a.df, a.derivative)
			}
		}
	})
}

func check[T activation.Float](t *testing.T, what string, x, got T, truth func(float64) reference.Value, bound float64) {
	t.Helper()
	want := truth(float64(x))
	if u := ulp(got, want); !(u <= bound) {
		t.Errorf("%s(%x) = %x, want %v (%.2f ULP)", what, x, got, want, u)
	}
}

// FuzzTable runs every pass of every activation on numbers with any bits. It must not
// panic, and it must give the same in place.
func FuzzTable(f *testing.F) {
	f.Add(make([]byte, 12*8))
	f.Add([]byte("activation functions and their derivatives, of whatever bits these letters are"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, e := range table[float32]() {
			fuzzPasses(t, e, floats(raw, 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }))
		}
		for _, e := range table[float64]() {
			fuzzPasses(t, e, floats(raw, 8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }))
		}
	})
}

func fuzzPasses[T activation.Float](t *testing.T, e entry[T], x []T) {
	for _, p := range e.passes() {
		n := len(x) / max(p.in, e.outputs)
		in, upstream := x[:n*p.in], x[:n*e.outputs]
		want := p.run(nil, in, upstream)
		if p.in == p.out {
			dst := append([]T(nil), in...)
			wantBits(t, stringOf(e.a)+"."+p.name+" in place", p.run(dst, dst, upstream), want)
		}
	}
}

// floats splits raw into numbers of size bytes.
func floats[T activation.Float](raw []byte, size int, decode func([]byte) T) (x []T) {
	for ; len(raw) >= size; raw = raw[size:] {
		x = append(x, decode(raw))
	}
	return x
}

// FuzzSoftmax compares Softmax and LogSoftmax with package reference for rows of any
// bits.
func FuzzSoftmax(f *testing.F) {
	f.Add(1000., 1000.5, -1e308, 1.)
	f.Add(math.Inf(-1), 0., 40., 0.5)
	f.Fuzz(func(t *testing.T, a, b, c, tau float64) {
		if !(tau > 0x1p-500 && tau < 0x1p500) {
			return
		}
		x := []float64{a, b, c}
		want := reference.Softmax(x, tau)
		top := max(a, b, c)
		for i, got := range (activation.Softmax[float64]{Temperature: tau}).Forward(nil, x) {
			w := want[i].Float64()
			if w != w || got != got {
				if w == w || got == got {
					t.Errorf("softmax(%v)[%d] = %v, want %v", x, i, got, w)
				}
				continue
			}
			distance := (top - x[i]) / tau
			if w == 0 {
				distance = 0
			}
			if bound := 4*0x1p-52*(1+distance)*w + math.SmallestNonzeroFloat64; math.Abs(got-w) > bound {
				t.Errorf("softmax(%v, τ=%v)[%d] = %v, want %v", x, tau, i, got, w)
			}
		}
	})
}

// FuzzParse parses any text for both types. Parse must return an error, or a function
// that can be written and read back, as JSON and, if it has a text, as text.
func FuzzParse(f *testing.F) {
	for _, e := range table[float64]() {
		f.Add(stringOf(e.a))
	}
	for _, text := range []string{
		"snake(beta=2)", "leaky_relu(alpha=-Inf)", "softmax(temperature=1e-45, classes=9223372036854775807)",
		" Leaky-ReLU (\n alpha = +.2e0 ) ", "LINEAR", "prelu", "LeakyReLU(negative_slope=0x1p-3)", "maxout_layer(inputs=1,units=2,pieces=3)",
		"gate(gate=gate(gate=leaky_relu(alpha=.5), n=3), last=true, mode=m)", "odd(a=b(c, d), e=1)", "even_(A=1, B=-2)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fuzzAccepted[float32](t, text, func() (activation.Activation[float32], error) { return activation.Parse[float32](text) })
		fuzzAccepted[float64](t, text, func() (activation.Activation[float64], error) { return activation.Parse[float64](text) })
	})
}

// FuzzUnmarshal checks Unmarshal in the same way, for any JSON.
func FuzzUnmarshal(f *testing.F) {
	for _, e := range table[float64]() {
		if data, err := activation.Marshal(e.a); err == nil {
			f.Add(data)
		}
	}
	f.Add([]byte(`{"alpha":[1,"NaN","+Inf",-0, 1e-45],"type":"prelu","stride":3}`))
	f.Add([]byte(`{"type":"snake","beta":-1}`))
	f.Add([]byte(`{"type":"odd"}`))
	f.Add([]byte(`{"type":"odd", "x": [1,  "y"]}`))
	f.Add([]byte(`{"type":"gate","gate":"leaky_relu(alpha=0.2)","n":3,"last":true}`))
	f.Add([]byte(`{"type":"gate","gate":{"type":"prelu","alpha":[1]},"N":3}`))
	f.Add([]byte(`{"type":"even_"}`))
	f.Add([]byte(`{"type":"even_","A":1,"B":-2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzAccepted[float32](t, string(data), func() (activation.Activation[float32], error) { return activation.Unmarshal[float32](data) })
		fuzzAccepted[float64](t, string(data), func() (activation.Activation[float64], error) { return activation.Unmarshal[float64](data) })
	})
}

func fuzzAccepted[T activation.Float](t *testing.T, text string, read func() (activation.Activation[T], error)) {
	a, err := read()
	if err != nil {
		if a != nil || !strings.HasPrefix(err.Error(), "activation: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q gives %v and %v", text, a, err)
		}
		return
	}
	inner := a
	for g, ok := inner.(gate[T]); ok; g, ok = inner.(gate[T]) {
		inner = g.Gate.Activation
	}
	if p, ok := inner.(activation.Parametric[T]); ok {
		if len(p.Parameters()) > 1e4 {
			t.Skip("takes long")
		}
		p.ParameterGradient(nil, nil, nil)
	}
	data, err := activation.Marshal(a)
	if _, ok := a.(gate[T]); ok && err != nil && strings.HasSuffix(err.Error(), "there is no activation") {
		return // a gate that holds no activation
	}
	if err != nil {
		t.Fatalf("Marshal(%q): %v", text, err)
	}
	a.Forward(nil, nil)
	a.Derivative(nil, nil, nil)
	again, err := activation.Unmarshal[T](data)
	_, kept := a.(odd[T]) // an odd keeps the JSON as it is, with all white space
	if kept && err == nil {
		back, err := activation.Marshal(again)
		if err != nil || string(back) != string(data) {
			t.Errorf("%q: Marshal of what Unmarshal(%s) gives = %s, %v", text, data, back, err)
		}
	} else if err != nil || !sameBits(again, a) {
		t.Errorf("%q: Unmarshal(%s) = %+v, %v, want %+v", text, data, again, err, a)
	}

	// An Any in a field has JSON that reads back, too. It may also have a text.
	boxed := box(a)
	var back struct{ A activation.Any[T] }
	data, err = json.Marshal(struct{ A activation.Any[T] }{boxed})
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	if err != nil || !kept && !sameBits(back.A.Activation, a) {
		t.Errorf("%q: %s in an Any reads as %+v, %v", text, data, back, err)
	}
	printed, err := boxed.MarshalText()
	if err != nil {
		return
	}
	if err := back.A.UnmarshalText(printed); err != nil {
		t.Fatalf("%q has the text %q, which is refused: %v", text, printed, err)
	}
	if printedAgain, err := back.A.MarshalText(); err != nil || string(printedAgain) != string(printed) {
		t.Errorf("%q has the text %q, and when that is read, %q, %v", text, printed, printedAgain, err)
	}
	x := []T{-2, -0.5, 0, 1, 3, T(math.Inf(1)), T(math.NaN()), 0.1, 7, -7, 40, -40}
	if panicOf(func() { a.Forward(nil, x) }) == "<nil>" { // otherwise x has a wrong length
		wantBits(t, string(printed), back.A.Forward(nil, x), a.Forward(nil, x))
	}
}
