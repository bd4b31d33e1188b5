package main

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/activation"
)

// TestLearns trains a few epochs with each activation: the loss must fall, the
// accuracy rise, and the parameters of an activation change.
func TestLearns(t *testing.T) {
	digits, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	train, test := digits.split(rand.New(rand.NewPCG(1, 0)))
	for _, name := range activations {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 1))
			n := newNetwork(name, 0.05, rng)
			before := n.accuracy(test)
			var parameters []float32
			p, parametric := n.activation.(activation.Parametric[float32])
			if parametric {
				parameters = slices.Clone(p.Parameters())
			}
			first := n.epoch(train, rng)
			n.epoch(train, rng)
			if last := n.epoch(train, rng); !(last < first) {
				t.Errorf("loss %v after three epochs, %v after one", last, first)
			}
			if after := n.accuracy(test); !(after > before+0.3) {
				t.Errorf("accuracy %v after three epochs, %v untrained", after, before)
			}
			if parametric && slices.Equal(parameters, p.Parameters()) {
				t.Error("the parameters of the activation have not changed")
			}
		})
	}
}

// TestAccuracy holds what the default settings reach.
func TestAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	var out strings.Builder
	if err := run(nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
	for _, line := range strings.Split(out.String(), "\n") {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns wide, want at most 80: %q", n, line)
		}
	}
	want := map[string]float64{"sigmoid": 90, "tanh": 95, "relu": 95, "leaky_relu": 95, "prelu": 95, "maxout": 95}
	for _, line := range strings.Split(out.String(), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 || want[fields[0]] == 0 {
			continue
		}
		if got := number(t, fields[1]); got < want[fields[0]] {
			t.Errorf("%s reaches %v %%, want %v", fields[0], got, want[fields[0]])
		}
		delete(want, fields[0])
	}
	if len(want) > 0 {
		t.Errorf("not in the table: %v", want)
	}
}

// TestDeadUnits checks what the program shows of dead units: few where a relu
// layer learns at its default rate, most of them where it learns too fast, and
// none of a leaky one, which learns still.
func TestDeadUnits(t *testing.T) {
	digits, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	train, test := digits.split(rand.New(rand.NewPCG(1, 0)))
	for _, c := range []struct {
		name           string
		rate           float32
		least, most    float64 // share of dead units
		accuracy, loss float64 // at least, at most
	}{
		{"relu", 0.05, 0, 0.2, 0.9, 0.2},
		{"leaky_relu", 0.05, 0, 0, 0.9, 0.2},
		{"relu", 0.5, 0.75, 1, 0, 10},
		{"leaky_relu", 0.5, 0, 0, 0.9, 0.5},
	} {
		r := fit(c.name, train, test, 10, c.rate, 1, func(string) {})
		if got := r.hidden.DeadFraction(); got < c.least || got > c.most {
			t.Errorf("%s at rate %v: share of dead units %v, want %v to %v", c.name, c.rate, got, c.least, c.most)
		}
		if got := r.losses[len(r.losses)-1]; !(r.accuracy >= c.accuracy && got <= c.loss) {
			t.Errorf("%s at rate %v: accuracy %v, loss %v, want %v and %v", c.name, c.rate, r.accuracy, got, c.accuracy, c.loss)
		}
		if got := r.hidden.Examples(); got != len(train.labels) {
			t.Errorf("%s: %d examples watched, want %d", c.name, got, len(train.labels))
		}
	}
}

// TestTable checks a row, with what Monitor tells in it.
func TestTable(t *testing.T) {
	m := &activation.Monitor[float32]{}
	m.Observe([]float32{0, 1, 2, 3}, []float32{0, 0.001, 1, 1})
	n := newNetwork("prelu", 0.05, rand.New(rand.NewPCG(1, 1)))
	var out strings.Builder
	err := table(&out, []result{
		{name: "prelu", losses: []float64{1, 0.5}, accuracy: 0.975, seconds: 2, network: n, hidden: m},
		{name: "maxout", losses: []float64{12345678}, network: &network{}, hidden: m},
	})
	if want := `
  activation  test accuracy  final loss  seconds  dead  saturated      α
       prelu         97.5 %      0.5000     2.00  25 %       50 %  0.250
      maxout          0.0 %     1.2e+07     0.00  25 %       50 %       
`; err != nil || "\n"+out.String() != want {
		t.Errorf("error %v, table\n%swant%s", err, out.String(), want)
	}
}

// TestSameSeed checks that a seed says it all.
func TestSameSeed(t *testing.T) {
	seconds := regexp.MustCompile(`\d+\.\d\d `)
	table := func(seed string) string {
		var out strings.Builder
		if err := run([]string{"-epochs", "2", "-seed", seed}, &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		return seconds.ReplaceAllString(out.String(), "")
	}
	one, again, other := table("1"), table("1"), table("2")
	if one != again {
		t.Errorf("the same seed gives\n%sand\n%s", one, again)
	}
	if one == other {
		t.Errorf("two seeds give the same\n%s", one)
	}
}

func TestErrors(t *testing.T) {
	good := strings.Repeat("0,", pixels) + "7\n"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, strings.Repeat(good, 100))
	z.Close()
	for _, c := range []struct{ data, want string }{
		{"", "digits.csv:1: empty file"},
		{good, "digits.csv:1: 1 examples, want at least 8"},
		{good + "1,2,3\n", "digits.csv:2: 3 columns, want 65"},
		{good + strings.Replace(good, "0", "17", 1), `digits.csv:2: column 1: pixel "17", want 0 to 16`},
		{good + strings.Replace(good, "0", "-1", 1), `digits.csv:2: column 1: pixel "-1", want 0 to 16`},
		{strings.Replace(good, "7", "10", 1), `digits.csv:1: column 65: digit "10", want 0 to 9`},
		{good + good + strings.Replace(good, "7", "x", 1), `digits.csv:3: column 65: digit "x", want 0 to 9`},
		{packed.String()[:packed.Len()-8], "digits.csv:101: unexpected EOF"},
		{"\x1f\x8b\x00", "digits.csv:1: unexpected EOF"},
	} {
		file := filepath.Join(t.TempDir(), "digits.csv")
		if err := os.WriteFile(file, []byte(c.data), 0o644); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		err := run([]string{"-data", file}, &out, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q…: error %v, want %q", c.data, err, c.want)
		}
		if out.Len() > 0 {
			t.Errorf("%.20q…: prints %q", c.data, out.String())
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-data", "no such file"}, "no such file"},
		{[]string{"-act", "relu,swish"}, `unknown activation "swish", known are identity, sigmoid, tanh, relu, leaky_relu, prelu, maxout`},
		{[]string{"-epochs", "0"}, "-epochs = 0, want at least 1"},
		{[]string{"-rate", "0"}, "-rate = 0, want above 0"},
		{[]string{"-rate", "-1"}, "-rate = -1, want above 0"},
		{[]string{"-rate", "NaN"}, "-rate = NaN, want above 0"},
		{[]string{"-rate", "1e39"}, "-rate = 1e+39, want above 0 and finite"},
		{[]string{"surplus"}, `unexpected argument "surplus"`},
		{[]string{"-seed", "x"}, "invalid value"},
	} {
		if err := run(c.args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.args, err, c.want)
		}
	}
}

// TestCurves checks that the drawing is XML, with a curve for each activation.
func TestCurves(t *testing.T) {
	file := filepath.Join(t.TempDir(), "curves.svg")
	if err := run([]string{"-epochs", "2", "-act", "relu,tanh", "-svg", file}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	polylines := 0
	for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "polyline" {
			polylines++
		}
	}
	if polylines != 2 {
		t.Errorf("%d curves, want 2", polylines)
	}
}

// number reads a decimal number.
func number(t *testing.T, s string) (v float64) {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
