package main

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
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
	choices, err := choose(strings.Join(activations, ",") + ",maxout(pieces=3, stride=4),maxout_layer(inputs=64, units=32, pieces=2),prelu(slopes=2, stride=32)")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range choices {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 1))
			n := newNetwork(c.activation(), 0.05, rng)
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

// TestAccuracy checks the accuracy that the default settings reach.
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

// TestDeadUnits checks the share of dead units that the program shows: few in a
// relu layer at the default rate, most of them if it learns too fast, and none in a
// leaky layer, which goes on learning. It trains as long as the program does by
// default: at that rate the accuracy goes up and down for some time.
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
		r := fit(choice{c.name, c.name}, train, test, 30, c.rate, 1, func(string) {})
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

// TestTable checks the rows, and that the column of slopes is there if it has
// something to show.
func TestTable(t *testing.T) {
	m := &activation.Monitor[float32]{}
	m.Observe([]float32{0, 1, 2, 3}, []float32{0, 0.001, 1, 1})
	n := newNetwork(activation.NewPReLU[float32](64), 0.05, rand.New(rand.NewPCG(1, 1)))
	prelu := result{name: "prelu", losses: []float64{1, 0.5}, accuracy: 0.975, seconds: 2, network: n, hidden: m}
	maxout := result{name: "maxout", losses: []float64{12345678}, network: &network{}, hidden: m}
	for _, c := range []struct {
		results []result
		want    string
	}{
		{[]result{prelu, maxout}, `
  activation  test accuracy  final loss  seconds  dead  saturated      α
       prelu         97.5 %      0.5000     2.00  25 %       50 %  0.250
      maxout          0.0 %     1.2e+07     0.00  25 %       50 %       
`},
		{[]result{maxout}, `
  activation  test accuracy  final loss  seconds  dead  saturated
      maxout          0.0 %     1.2e+07     0.00  25 %       50 %
`},
	} {
		var out strings.Builder
		if err := table(&out, c.results); err != nil || "\n"+out.String() != c.want {
			t.Errorf("error %v, table\n%swant%s", err, out.String(), c.want)
		}
	}
}

// TestSameSeed checks that the same seed gives the same table.
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
		{"", "digits.csv is empty"},
		{good, "digits.csv has 1 examples, want at least 40: a quarter of them is for testing"},
		{strings.Repeat(good, 39), "digits.csv has 39 examples, want at least 40"},
		{good + "\n", "digits.csv:2: 1 columns, want 65"},
		{good + "1,2,3\n", "digits.csv:2: 3 columns, want 65"},
		{good + strings.Replace(good, "0", "17", 1), `digits.csv:2: column 1: pixel "17", want 0 to 16`},
		{good + strings.Replace(good, "0", "-1", 1), `digits.csv:2: column 1: pixel "-1", want 0 to 16`},
		{strings.Replace(good, "7", "10", 1), `digits.csv:1: column 65: digit "10", want 0 to 9`},
		{good + good + strings.Replace(good, "7", "x", 1), `digits.csv:3: column 65: digit "x", want 0 to 9`},
		{packed.String()[:packed.Len()-8], "digits.csv is a damaged gzip file: unexpected EOF"},
		{packed.String()[:packed.Len()-8] + "12345678", "digits.csv is a damaged gzip file: gzip: invalid checksum"},
		{"\x1f\x8b\x00", "digits.csv is a damaged gzip file: unexpected EOF"},
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
	err := run([]string{"-data", "no such file"}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "no such file") || errors.As(err, new(usageError)) {
		t.Errorf("error %v", err)
	}
}

// TestFewExamples trains on the least that is allowed.
func TestFewExamples(t *testing.T) {
	file := filepath.Join(t.TempDir(), "digits.csv")
	line := strings.Repeat("0,", pixels) + "7\n"
	if err := os.WriteFile(file, []byte(strings.Repeat(line, 40)), 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run([]string{"-data", file, "-act", "relu", "-epochs", "20"}, &out, io.Discard); err != nil || !strings.Contains(out.String(), "100.0 %") {
		t.Errorf("error %v, table\n%s", err, out.String())
	}
}

// TestUsageErrors checks the mistakes in the arguments: main prints them, and
// nothing else may.
func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-act", "relu,selu7"}, `-act: activation: Parse: "selu7" is not known: want one of identity, sigmoid, tanh, relu, leaky_relu, prelu, maxout`},
		{[]string{"-act", "relu,,tanh"}, `-act: activation: Parse: "" is not known`},
		{[]string{"-act", ""}, `-act: activation: Parse: "" is not known`},
		{[]string{"-act", "maxout(pieces=0)"}, `-act: activation: Parse: maxout: pieces = 0, want at least 1`},
		{[]string{"-act", "leaky_relu(alpha=0.2"}, `-act: activation: Parse: "leaky_relu(alpha=0.2" does not end with a parenthesis`},
		{[]string{"-act", "softmax"}, "-act: softmax and log_softmax are for the output layer; this program uses log_softmax there"},
		{[]string{"-act", "log_softmax(classes=64)"}, "-act: softmax and log_softmax are for the output layer"},
		{[]string{"-act", "prelu(slopes=3)"}, "-act: prelu(slopes=3) does not fit the hidden layer: activation: PReLU.Forward: len(x) = 64 is not a multiple of len(Alpha)·Stride = 3"},
		{[]string{"-act", "prelu(slopes=2, stride=64)"}, "-act: prelu(slopes=2, stride=64) does not fit the hidden layer"},
		{[]string{"-act", "maxout(pieces=2, stride=3)"}, "-act: maxout(pieces=2, stride=3) does not fit the hidden layer"},
		{[]string{"-act", "maxout(pieces=1000000000)"}, "-act: maxout(pieces=1000000000): want at most 64 pieces"},
		{[]string{"-act", "maxout_layer(inputs=3, units=2, pieces=2)"}, "-act: maxout_layer(inputs=3, units=2, pieces=2) does not fit the hidden layer"},
		{[]string{"-epochs", "0"}, "-epochs = 0, want at least 1"},
		{[]string{"-rate", "0"}, "-rate = 0, want above 0"},
		{[]string{"-rate", "-1"}, "-rate = -1, want above 0"},
		{[]string{"-rate", "NaN"}, "-rate = NaN, want above 0"},
		{[]string{"-act", "maxout(pieces=4611686018427387904)"}, "-act: maxout(pieces=4611686018427387904): want at most 64 pieces"},
		{[]string{"-rate", "1e-50"}, "-rate = 1e-50, want above 0 and finite as a float32"},
		{[]string{"-rate", "1e39"}, "-rate = 1e+39, want above 0 and finite"},
		{[]string{"surplus"}, `unexpected argument "surplus"`},
		{[]string{"-seed", "x"}, "invalid value"},
		{[]string{"-hidden", "3"}, "flag provided but not defined: -hidden"},
	} {
		var out, status strings.Builder
		err := run(c.args, &out, &status)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || !errors.As(err, new(usageError)) {
			t.Errorf("%q: error %v, want %q", c.args, err, c.want)
		}
		if out.Len()+status.Len() > 0 {
			t.Errorf("%q: prints %q and %q", c.args, out.String(), status.String())
		}
	}
	var status strings.Builder
	if err := run([]string{"-h"}, io.Discard, &status); err != nil || !strings.Contains(status.String(), "log_softmax") || !strings.Contains(status.String(), "-rate float") {
		t.Errorf("-h: error %v, prints\n%s", err, status.String())
	}
}

// TestExitCodes runs the program itself.
func TestExitCodes(t *testing.T) {
	if os.Getenv("DIGITS_ARGUMENTS") != "" {
		os.Args = append([]string{"digits"}, strings.Fields(os.Getenv("DIGITS_ARGUMENTS"))...)
		main()
		os.Exit(0)
	}
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		arguments string
		code      int
		lines     int // on standard error
	}{
		{"-act relu -epochs 1", 0, 0},
		{"-act", 2, 2},
		{"-act nonsense", 2, 2},
		{"-nonsense", 2, 2},
		{"-data nonsense", 1, 1},
		{"-act relu -rate 1e30", 1, 1},
	} {
		command := exec.Command(self, "-test.run=^TestExitCodes$")
		command.Env = append(os.Environ(), "DIGITS_ARGUMENTS="+c.arguments)
		var status strings.Builder
		command.Stderr = &status
		err := command.Run()
		if command.ProcessState == nil {
			t.Skip("no program can be started here: ", err)
		}
		if got := command.ProcessState.ExitCode(); got != c.code || strings.Count(status.String(), "\n") != c.lines {
			t.Errorf("%s: exit %d, want %d, with %d lines: %s", c.arguments, got, c.code, c.lines, status.String())
		}
	}
}

// TestDiverged trains with a rate that is far too large.
func TestDiverged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "curves.svg")
	var out strings.Builder
	err := run([]string{"-act", "relu,tanh,identity", "-rate", "1e38", "-svg", file, "-epochs", "1000000"}, &out, io.Discard)
	if want := "training diverged: relu, tanh, identity; is a learning rate of 1e+38 too large?"; err == nil || err.Error() != want || errors.As(err, new(usageError)) {
		t.Errorf("error %v, want %q", err, want)
	}
	if !strings.Contains(out.String(), "NaN") {
		t.Errorf("the table has no NaN:\n%s", out.String())
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// TestUnwritable checks that a drawing that cannot be written is an error before
// any training, and that one that is there is kept until then.
func TestUnwritable(t *testing.T) {
	var out strings.Builder
	missing := filepath.Join(t.TempDir(), "no such directory", "curves.svg")
	if err := run([]string{"-svg", missing, "-epochs", "1000000"}, &out, io.Discard); err == nil || out.Len() > 0 {
		t.Errorf("error %v, table\n%s", err, out.String())
	}
	before := filepath.Join(t.TempDir(), "curves.svg")
	if err := os.WriteFile(before, bytes.Repeat([]byte("x"), 1e6), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"-svg", before, "-epochs", "1", "-act", "relu"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(before); err != nil || !bytes.HasSuffix(after, []byte("</svg>\n")) || bytes.Contains(after, []byte("xxx")) {
		t.Errorf("error %v, the file has %d bytes", err, len(after))
	}
}

// TestChoose checks the lists of -act.
func TestChoose(t *testing.T) {
	for list, want := range map[string][]choice{
		"relu":                               {{"relu", "relu"}},
		"maxout(pieces=64)":                  {{"maxout(pieces=64)", "maxout(pieces=64)"}}, // the most
		" relu ,\ttanh":                      {{"relu", "relu"}, {"tanh", "tanh"}},
		"PReLU,maxout":                       {{"PReLU", "prelu(slopes=64)"}, {"maxout", "maxout(pieces=2)"}},
		"p-relu,MAX_OUT":                     {{"p-relu", "prelu(slopes=64)"}, {"MAX_OUT", "maxout(pieces=2)"}},
		"prelu(slopes=64, stride=1), Linear": {{"prelu(slopes=64, stride=1)", "prelu(slopes=64, stride=1)"}, {"Linear", "Linear"}},
		"relu,leaky-relu( alpha = .2 )":      {{"relu", "relu"}, {"leaky-relu( alpha = .2 )", "leaky-relu( alpha = .2 )"}},
	} {
		if got, err := choose(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", list, got, err, want)
		}
	}
	for list, want := range map[string][]string{
		"":                {""},
		"a, b":            {"a", "b"},
		"a(b, c(d, e)),f": {"a(b, c(d, e))", "f"},
		"a(b, c":          {"a(b, c"},
		"a), b":           {"a), b"},
		"é,,":             {"é", "", ""},
	} {
		if got := splitList(list); !slices.Equal(got, want) {
			t.Errorf("splitList(%q) = %q, want %q", list, got, want)
		}
	}
}

// TestGain checks which activations count as cutting off half of the signal.
func TestGain(t *testing.T) {
	for text, want := range map[string]float64{
		"identity": 1, "sigmoid": 1, "tanh": 1, "relu": 2, "leaky_relu": 2, "leaky_relu(alpha=0.25)": 2, "leaky_relu(alpha=-1)": 1, "leaky_relu(alpha=-2)": 1,
		"prelu": 2, "prelu(slopes=64)": 2, "maxout(pieces=2)": 1, "maxout_layer(inputs=64, units=32, pieces=2)": 1,
	} {
		if got := gain(choice{text, text}.activation()); got != want {
			t.Errorf("gain of %s = %v, want %v", text, got, want)
		}
	}
}

// TestSlopes checks that a network learns slopes of its own.
func TestSlopes(t *testing.T) {
	c := choice{"prelu", "prelu"}
	a := c.activation().(activation.PReLU[float32])
	a.Alpha[0] = 3
	if b := c.activation().(activation.PReLU[float32]); b.Alpha[0] != 0.25 {
		t.Errorf("another PReLU has the slope %v", b.Alpha[0])
	}
}

// TestProgress checks that nothing is shown unless there is a terminal.
func TestProgress(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "status"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	progress(file)("a line")
	if info, err := file.Stat(); err != nil || info.Size() != 0 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
}

// TestCurves checks that the drawing is XML, with a curve for each
// activation in each of the two panels.
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
	if polylines != 4 {
		t.Errorf("%d curves, want 4", polylines)
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

// TestSplit checks that a quarter of the digits is for testing, and that no digit is lost.
func TestSplit(t *testing.T) {
	for _, c := range [][2]int{{40, 10}, {43, 10}, {1797, 449}} {
		d := dataset{make([]float32, c[0]*pixels), make([]int, c[0])}
		train, test := d.split(rand.New(rand.NewPCG(1, 0)))
		if len(test.labels) != c[1] || len(train.labels) != c[0]-c[1] {
			t.Errorf("%d digits: %d to train on and %d to test on, want %d to test on", c[0], len(train.labels), len(test.labels), c[1])
		}
	}
}

// TestGradient compares the gradients of a small batch with differences of its mean loss.
func TestGradient(t *testing.T) {
	digits, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	const examples = 5
	x, labels := digits.x[:examples*pixels], digits.labels[:examples]
	rng := rand.New(rand.NewPCG(1, 1))
	n := newNetwork(activation.Tanh[float32]{}, 0, rng) // a rate of 0 changes no parameter
	n.train(x, labels)
	loss := func() (mean float64) {
		_, _, logp := n.forward(x)
		for i, label := range labels {
			mean -= float64(logp[i*classes+label]) / examples
		}
		return mean
	}
	for name, l := range map[string]*dense{"hidden": n.hidden, "output": n.output} {
		for range 50 {
			i, h := rng.IntN(len(l.parameters)), float32(1./64)
			p := l.parameters[i]
			l.parameters[i] = p + h
			above := loss()
			l.parameters[i] = p - h
			below := loss()
			l.parameters[i] = p
			want, got := (above-below)/float64(2*h), float64(l.gradient[i])
			if d := got - want; !(d > -1e-4 && d < 1e-4) {
				t.Errorf("%s layer: gradient %d = %v, want %v", name, i, got, want)
			}
		}
	}
}

// TestWatch checks that the program watches the derivative of a PReLU: with slopes of 0 it
// has the dead units of a ReLU.
func TestWatch(t *testing.T) {
	digits, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	watch := func(a activation.Activation[float32]) string {
		n := newNetwork(a, 0.05, rand.New(rand.NewPCG(1, 1)))
		for i := range hiddenUnits / 2 {
			n.hidden.parameters[pixels*hiddenUnits+i] = -100 // half of the units are off
		}
		return n.watch(digits).String()
	}
	got, want := watch(activation.PReLU[float32]{Alpha: make([]float32, hiddenUnits)}), watch(activation.ReLU[float32]{})
	if got != want {
		t.Errorf("a prelu with slopes of 0: %s, want as for relu: %s", got, want)
	}
}
