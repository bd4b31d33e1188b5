package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFigure checks that the figures in docs are what the program draws. Sums
// that round differently on another processor, or in another order, may move
// a point by a little: less than two pixels, which are 4 % of a loss.
func TestFigure(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	for name, args := range map[string][]string{
		"digits.svg":     nil,
		"dead_units.svg": {"-act", "relu,leaky_relu", "-rate", "0.5"},
	} {
		checkFigure(t, "../../docs/"+name, args)
	}
}

// checkFigure checks that the program draws the figure of a file with the given
// arguments.
func checkFigure(t *testing.T, name string, args []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "figure.svg")
	if err := run(append(args, "-svg", file), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	drawn, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	points := regexp.MustCompile(`points="[^"]*"`)
	if points.ReplaceAllString(string(drawn), "") != points.ReplaceAllString(string(kept), "") {
		t.Fatalf("%s differs beside its points from what is drawn: run go generate ./...", name)
	}
	coordinate := regexp.MustCompile(`[0-9.]+`)
	curves := points.FindAllString(string(drawn), -1)
	for i, curve := range points.FindAllString(string(kept), -1) {
		got, want := coordinate.FindAllString(curve, -1), coordinate.FindAllString(curves[i], -1)
		if len(got) != len(want) {
			t.Fatalf("curve %d of %s has %d coordinates, want %d: run go generate ./...", i+1, name, len(got), len(want))
		}
		for j := range got {
			if math.Abs(number(t, got[j])-number(t, want[j])) > 2 {
				t.Fatalf("curve %d of %s has a coordinate %s, want %s: run go generate ./...", i+1, name, got[j], want[j])
			}
		}
	}
}

// TestCurvesOfAnything draws losses of all kinds: the picture must be XML, and
// every coordinate on the page.
func TestCurvesOfAnything(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, losses := range [][]float64{
		nil, {1}, {0}, {nan}, {inf}, {0, 0}, {2, 1e30, inf, nan}, {3, 2, nan, 1}, {1e-300, 1e300}, {1, 1, 1}, {0.5, 0.2, 0.1},
	} {
		checkDrawing(t, curves([]result{{name: "one", losses: []float64{2, 1}, dead: []float64{0, 0.5}}, {name: "two", losses: losses, dead: make([]float64, len(losses))}}))
		checkDrawing(t, curves([]result{{name: "alone", losses: losses, dead: make([]float64, len(losses))}}))
	}
}

// checkDrawing checks that a drawing is XML with numbers from 0 to 632, its height, in all
// attributes that hold coordinates.
func checkDrawing(t *testing.T, drawing []byte) {
	t.Helper()
	separators := regexp.MustCompile(`[^0-9.e+-]+`)
	for d := xml.NewDecoder(bytes.NewReader(drawing)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			if !slices.Contains([]string{"points", "d", "x", "y", "cx", "cy"}, a.Name.Local) {
				continue
			}
			if strings.Contains(a.Value, "N") || strings.Contains(a.Value, "I") {
				t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
				continue
			}
			for _, v := range separators.Split(strings.Trim(a.Value, "M "), -1) {
				if v != "" && (number(t, v) < 0 || number(t, v) > 632) {
					t.Errorf("<%s %s=%q> has a coordinate %s", e.Name.Local, a.Name.Local, a.Value, v)
				}
			}
		}
	}
}

func TestLossTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []float64
	}{
		{0.03, 2.2, []float64{0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5}},
		{0.1, 1, []float64{0.1, 0.2, 0.5, 1}},
		{0.5, 0.5, []float64{0.5, 1}},
		{2.3, 2.3, []float64{2, 5}},
		{1e-5, 3, []float64{1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10}},
	} {
		if got := lossTicks(c.low, c.high); !slices.Equal(got, c.want) {
			t.Errorf("lossTicks(%v, %v) = %v, want %v", c.low, c.high, got, c.want)
		}
	}
}
