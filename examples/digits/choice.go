package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/activation"
)

// activations are the activations that the program trains by default, in the order of
// the table.
var activations = []string{"identity", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "maxout"}

// shorthands give parameters to names without parameters: a slope for each hidden
// unit, and two pieces.
var shorthands = map[string]string{
	"prelu":  fmt.Sprintf("prelu(slopes=%d)", hiddenUnits),
	"maxout": "maxout(pieces=2)",
}

// A choice is an activation for the hidden layer, by its name on the command line.
type choice struct{ name, text string }

// fold removes what Parse ignores in names.
var fold = strings.NewReplacer("-", "", "_", "")

// choose reads the value of -act.
func choose(list string) (choices []choice, err error) {
	for _, name := range splitList(list) {
		c := choice{name, name}
		if text, ok := shorthands[fold.Replace(strings.ToLower(name))]; ok {
			c.text = text
		}
		a, err := activation.Parse[float32](c.text)
		if err == nil {
			err = fits(a)
		}
		if err != nil {
			return nil, err
		}
		choices = append(choices, c)
	}
	return choices, nil
}

// activation returns a new activation, with slopes of its own if it is a PReLU.
func (c choice) activation() activation.Activation[float32] {
	a, err := activation.Parse[float32](c.text)
	if err != nil {
		panic(err) // choose has read it
	}
	return a
}

// splitList splits a list at its commas, except for those in parentheses, and
// trims the parts.
func splitList(list string) (parts []string) {
	depth, start := 0, 0
	for i, c := range list + "," {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && (depth == 0 || i == len(list)):
			parts = append(parts, strings.TrimSpace(list[start:i]))
			start = i + 1
		}
	}
	return parts
}

// width returns the length of the input of the activation for one example.
func width(a activation.Activation[float32]) int {
	if m, ok := a.(activation.Maxout[float32]); ok {
		return hiddenUnits * m.Pieces
	}
	return hiddenUnits
}

// fits returns an error if the activation cannot be that of the hidden layer.
func fits(a activation.Activation[float32]) (err error) {
	switch a.(type) {
	case activation.Softmax[float32], activation.LogSoftmax[float32]:
		return errors.New("softmax and log_softmax are for the output layer; this program uses log_softmax there")
	}
	const most = 64
	if m, ok := a.(activation.Maxout[float32]); ok && m.Pieces > most {
		return fmt.Errorf("%v: want at most %d pieces", a, most)
	}
	defer func() {
		if mistake := recover(); mistake != nil { // its panic says which numbers do not fit
			err = fmt.Errorf("%v does not fit the hidden layer: %v", a, mistake)
		}
	}()
	a.Forward(nil, make([]float32, width(a)))
	return nil
}

// gain returns the variance of the weights before the activation, times the number
// of inputs. It is chosen to keep the size of the signal: 2 if the activation cuts
// off the negative half of the signal, as ReLU does, and 1 for others.
func gain(a activation.Activation[float32]) float64 {
	if activation.OutputLen(a, width(a)) != width(a) {
		return 1
	}
	at := func(u float32) float32 { return a.Forward(nil, slices.Repeat([]float32{u}, width(a)))[0] }
	if at(3) > 2 && at(-3) > -1 && at(-3) < 1 {
		return 2
	}
	return 1
}
