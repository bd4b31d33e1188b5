// Digits trains small networks on handwritten digits, one for each activation
// of the hidden layer, and prints how they did:
//
//	go run ./examples/digits
//	go run ./examples/digits -act relu,tanh -epochs 50 -svg curves.svg
//	go run ./examples/digits -act relu,leaky_relu -rate 0.5
//
// A network has 64 inputs, a hidden layer, and 10 classes under a softmax. A
// quarter of the digits is put aside to test on. The same seed gives the same
// table, but for the seconds.
//
// The table also tells which share of the hidden units is dead, or saturated,
// on the digits that were trained on, when the training is over. The last
// command learns too fast: the large steps throw nearly all ReLUs to where no
// digit turns them on, and they stay there. Leaky ones find back.
package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/activation"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "digits:", err)
		os.Exit(1)
	}
}

// A result is what became of one network.
type result struct {
	name     string
	losses   []float64 // mean of each epoch
	accuracy float64
	seconds  float64
	network  *network
	hidden   *activation.Monitor[float32] // over the training set, at the end
}

// run is main, with its arguments and its output.
func run(args []string, out, status io.Writer) error {
	flags := flag.NewFlagSet("digits", flag.ContinueOnError)
	flags.SetOutput(status)
	names := flags.String("act", strings.Join(activations, ","), "activations to train, separated by commas")
	epochs := flags.Int("epochs", 30, "how often to go over the digits")
	rate := flags.Float64("rate", 0.05, "learning rate; 0.5 kills most units of a relu layer")
	seed := flags.Uint64("seed", 1, "of all random numbers")
	file := flags.String("data", "", "CSV file of digits, compressed or not (default: those that come with the program)")
	svg := flags.String("svg", "", "write the learning curves to this file")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *epochs < 1 {
		return fmt.Errorf("-epochs = %d, want at least 1", *epochs)
	}
	if !(*rate > 0 && *rate <= math.MaxFloat32) {
		return fmt.Errorf("-rate = %v, want above 0 and finite", *rate)
	}
	chosen := strings.Split(*names, ",")
	for _, name := range chosen {
		if !slices.Contains(activations, name) {
			return fmt.Errorf("unknown activation %q, known are %s", name, strings.Join(activations, ", "))
		}
	}
	digits, err := load(*file)
	if err != nil {
		return err
	}

	train, test := digits.split(rand.New(rand.NewPCG(*seed, 0)))
	var results []result
	for _, name := range chosen {
		results = append(results, fit(name, train, test, *epochs, float32(*rate), *seed, progress(status)))
	}
	progress(status)("")

	if err := table(out, results); err != nil {
		return err
	}
	if *svg != "" {
		return os.WriteFile(*svg, curves(results), 0o644)
	}
	return nil
}

// fit trains a network with the activation of that name.
func fit(name string, train, test dataset, epochs int, rate float32, seed uint64, report func(string)) result {
	start := time.Now()
	rng := rand.New(rand.NewPCG(seed, 1)) // the same for each, so that they can be compared
	n := newNetwork(name, rate, rng)
	r := result{name: name, network: n}
	for e := range epochs {
		r.losses = append(r.losses, n.epoch(train, rng))
		report(fmt.Sprintf("%s: epoch %d of %d, loss %.4f", name, e+1, epochs, r.losses[e]))
	}
	r.accuracy = n.accuracy(test)
	r.hidden = n.watch(train)
	r.seconds = time.Since(start).Seconds()
	return r
}

// table prints the results.
func table(out io.Writer, results []result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "activation\ttest accuracy\tfinal loss\tseconds\tdead\tsaturated\tα\t")
	for _, r := range results {
		alpha := ""
		if slope, ok := r.network.slope(); ok {
			alpha = fmt.Sprintf("%.3f", slope)
		}
		loss := r.losses[len(r.losses)-1]
		form := "%.4f"
		if loss >= 1000 { // where training has come apart
			form = "%.1e"
		}
		fmt.Fprintf(w, "%s\t%.1f %%\t"+form+"\t%.2f\t%.0f %%\t%.0f %%\t%s\t\n", r.name, 100*r.accuracy, loss, r.seconds,
			100*r.hidden.DeadFraction(), 100*r.hidden.SaturatedFraction(), alpha)
	}
	return w.Flush()
}

// progress returns a function that shows a line in place of the one before, or
// one that does nothing where status is not a terminal.
func progress(status io.Writer) func(line string) {
	if f, ok := status.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return func(line string) { fmt.Fprintf(f, "\r\x1b[K%s", line) }
		}
	}
	return func(string) {}
}
