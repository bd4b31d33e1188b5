// Digits trains small networks on handwritten digits, one network for each activation
// of the hidden layer. It prints a table of how well each network does:
//
//	go run ./examples/digits
//	go run ./examples/digits -act "relu, leaky_relu(alpha=0.2)" -epochs 50 -svg curves.svg
//	go run ./examples/digits -act relu,leaky_relu -rate 0.5
//
// A network has 64 inputs, a hidden layer, and a softmax over 10 classes. A quarter
// of the digits is for testing only. In one build, the same seed gives the same
// table, except for the seconds.
//
// The table also shows the share of hidden units that are dead or saturated on the
// training digits after the last epoch. The learning rate of the last command is
// too large: its large steps kill most ReLUs, and no digit turns them on
// again. LeakyReLUs recover.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/activation"
)

// A usageError is a mistake in the arguments.
type usageError struct{ error }

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "digits:", err)
	if errors.As(err, new(usageError)) {
		fmt.Fprintln(os.Stderr, "-h lists all flags")
		os.Exit(2)
	}
	os.Exit(1)
}

// A config is what the arguments choose.
type config struct {
	choices   []choice
	epochs    int
	rate      float64
	seed      uint64
	data, svg string // files, or ""
}

// parseArguments reads the arguments. Its errors are usageErrors, or flag.ErrHelp
// after printing the help.
func parseArguments(args []string, status io.Writer) (c config, err error) {
	flags := flag.NewFlagSet("digits", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints errors
	act := flags.String("act", strings.Join(activations, ","), "`activations` to train, separated by commas, as activation.Parse reads them:\n"+strings.Join(activation.Names[float32](), ", ")+"\n(softmax and log_softmax do not fit a hidden layer)\n")
	flags.IntVar(&c.epochs, "epochs", 30, "number of passes over the training digits")
	flags.Float64Var(&c.rate, "rate", 0.05, "learning rate; at 0.5 most units of a relu layer die")
	flags.Uint64Var(&c.seed, "seed", 1, "seed of all random numbers")
	flags.StringVar(&c.data, "data", "", "CSV `file` of digits, plain or gzip (default: the digits of the program)")
	flags.StringVar(&c.svg, "svg", "", "write the learning curves and the share of dead units as SVG to this `file`")
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		flags.SetOutput(status)
		flags.Usage()
		return c, err
	case err != nil:
		return c, usageError{err}
	case flags.NArg() > 0:
		return c, usageError{fmt.Errorf("unexpected argument %q", flags.Arg(0))}
	case c.epochs < 1:
		return c, usageError{fmt.Errorf("-epochs = %d, want at least 1", c.epochs)}
	case !(float32(c.rate) > 0 && c.rate <= math.MaxFloat32):
		return c, usageError{fmt.Errorf("-rate = %v, want above 0 and finite as a float32", c.rate)}
	}
	if c.choices, err = choose(*act); err != nil {
		return c, usageError{fmt.Errorf("-act: %w", err)}
	}
	return c, nil
}

// A result is the outcome of training one network.
type result struct {
	name     string
	losses   []float64 // mean of each epoch; the last one is not finite if training diverged
	dead     []float64 // share of dead hidden units after each epoch
	accuracy float64
	seconds  float64
	network  *network
	hidden   *activation.Monitor[float32] // over the training set, at the end
}

// diverged reports whether the last loss is NaN or infinite.
func (r result) diverged() bool {
	loss := r.losses[len(r.losses)-1]
	return math.IsNaN(loss) || math.IsInf(loss, 0)
}

// run is main, with its arguments and its output.
func run(args []string, out, status io.Writer) error {
	c, err := parseArguments(args, status)
	if err == flag.ErrHelp {
		return nil
	}
	if err != nil {
		return err
	}
	digits, err := load(c.data)
	if err != nil {
		return err
	}
	if c.svg != "" { // before training, in case it cannot be written
		f, err := os.OpenFile(c.svg, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		f.Close()
	}

	train, test := digits.split(rand.New(rand.NewPCG(c.seed, 0)))
	var results []result
	var diverged []string
	for _, choice := range c.choices {
		r := fit(choice, train, test, c.epochs, float32(c.rate), c.seed, progress(status))
		results = append(results, r)
		if r.diverged() {
			diverged = append(diverged, r.name)
		}
	}
	progress(status)("")

	if err := table(out, results); err != nil {
		return err
	}
	if c.svg != "" {
		if err := os.WriteFile(c.svg, curves(results), 0o644); err != nil {
			return err
		}
	}
	if diverged != nil {
		return fmt.Errorf("training diverged: %s; is a learning rate of %v too large?", strings.Join(diverged, ", "), c.rate)
	}
	return nil
}

// fit trains a network with an activation. It stops if training diverges.
func fit(c choice, train, test dataset, epochs int, rate float32, seed uint64, report func(string)) result {
	start := time.Now()
	rng := rand.New(rand.NewPCG(seed, 1)) // the same for each, to compare them
	n := newNetwork(c.activation(), rate, rng)
	r := result{name: c.name, network: n}
	for e := 0; e < epochs && (e == 0 || !r.diverged()); e++ {
		r.losses = append(r.losses, n.epoch(train, rng))
		r.hidden = n.watch(train)
		r.dead = append(r.dead, r.hidden.DeadFraction())
		report(fmt.Sprintf("%s: epoch %d of %d, loss %.4f", c.name, e+1, epochs, r.losses[e]))
	}
	r.accuracy = n.accuracy(test)
	r.seconds = time.Since(start).Seconds()
	return r
}

// table prints the results. It has a column for learned slopes if there is a PReLU.
func table(out io.Writer, results []result) error {
	learned := false
	for _, r := range results {
		_, prelu := r.network.slope()
		learned = learned || prelu
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "activation\ttest accuracy\tfinal loss\tseconds\tdead\tsaturated\t")
	if learned {
		fmt.Fprint(w, "α\t")
	}
	fmt.Fprintln(w)
	for _, r := range results {
		loss := r.losses[len(r.losses)-1]
		form := "%.4f"
		if loss >= 1000 {
			form = "%.1e"
		}
		fmt.Fprintf(w, "%s\t%.1f %%\t"+form+"\t%.2f\t%.0f %%\t%.0f %%\t", r.name, 100*r.accuracy, loss, r.seconds,
			100*r.hidden.DeadFraction(), 100*r.hidden.SaturatedFraction())
		if slope, ok := r.network.slope(); ok {
			fmt.Fprintf(w, "%.3f\t", slope)
		} else if learned {
			fmt.Fprint(w, "\t")
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// progress returns a function that replaces the last line of the terminal. If
// status is not a terminal, the function does nothing. The line must not wrap in a
// narrow terminal, because only its last row would be replaced. So wrapping
// (DECAWM) is off meanwhile.
func progress(status io.Writer) func(line string) {
	if f, ok := status.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return func(line string) { fmt.Fprintf(f, "\r\x1b[K\x1b[?7l%s\x1b[?7h", line) }
		}
	}
	return func(string) {}
}
