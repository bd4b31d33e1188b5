package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/activation"
)

// TestFigures checks that the files in docs are up to date, and that they are XML.
func TestFigures(t *testing.T) {
	for _, f := range figures() {
		want := f.svg()
		got, err := os.ReadFile(filepath.Join("../../docs", f.name+".svg"))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("docs/%s.svg is not what the generator draws: run go generate ./...", f.name)
		}
		for d := xml.NewDecoder(bytes.NewReader(want)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
		}
	}
}

// TestInside checks that the curves of a figure stay inside its axes. The figure of all
// functions is an exception: it has the same axes for each, which cut some curves off.
func TestInside(t *testing.T) {
	for _, f := range figures() {
		if strings.HasPrefix(f.name, "functions") {
			continue
		}
		for _, p := range f.panels {
			for _, c := range p.curves {
				for _, stroke := range c.trace(p.x.low, p.x.high).strokes {
					for _, at := range stroke {
						if at.v < p.y.low || at.v > p.y.high {
							t.Errorf("%s: f(%v) = %v is not in %v…%v", f.name, at.u, at.v, p.y.low, p.y.high)
						}
					}
				}
			}
		}
	}
}

// TestTexts checks that titles and legends are not cut off at the right, for a font
// as wide as 8.5 and 7.5 pixels a character.
func TestTexts(t *testing.T) {
	for _, f := range figures() {
		width := float64(f.columns) * (left + f.width + right)
		if end := left + 8.5*float64(utf8.RuneCountInString(f.title)); end > width {
			t.Errorf("%s: the title ends at %v of %v pixels", f.name, end, width)
		}
		for _, k := range f.legend {
			if end := left + 42 + 7.5*float64(utf8.RuneCountInString(k.text)); end > width {
				t.Errorf("%s: %q ends at %v of %v pixels", f.name, k.text, end, width)
			}
		}
	}
}

// TestTrace checks that a curve has a gap only if it jumps, and that the dots show its
// value at a jump.
func TestTrace(t *testing.T) {
	for _, c := range []struct {
		name  string
		curve curve
		want  trace
	}{
		{"relu", bent(activation.ReLU[float64]{}).function(""), trace{
			strokes: [][]point{{{-3, 0}, {0, 0}, {3, 3}}},
		}},
		{"relu′", bent(activation.ReLU[float64]{}).slope(""), trace{
			strokes: [][]point{{{-3, 0}, {0, 0}}, {{0, 1}, {3, 1}}},
			closed:  []point{{0, 0}}, open: []point{{0, 1}},
		}},
		{"prelu′", bent(activation.NewPReLU[float64](1)).slope(""), trace{
			strokes: [][]point{{{-3, 0.25}, {0, 0.25}}, {{0, 1}, {3, 1}}},
			closed:  []point{{0, 0.25}}, open: []point{{0, 1}},
		}},
		{"maxout", hinge.function(""), trace{
			strokes: [][]point{{{-3, 2}, {-1, 0}, {1, 0.5}, {3, 2.5}}},
		}},
		{"maxout′", hinge.slope(""), trace{ // the first of equal pieces gets the gradient
			strokes: [][]point{{{-3, -1}, {-1, -1}}, {{-1, 0.25}, {1, 0.25}}, {{1, 1}, {3, 1}}},
			closed:  []point{{-1, -1}, {1, 0.25}}, open: []point{{-1, 0.25}, {1, 1}},
		}},
	} {
		if got := c.curve.trace(-3, 3); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s is drawn as\n%v, want\n%v", c.name, got, c.want)
		}
	}
	if points := scalar(activation.Tanh[float64]{}).function("").trace(-4, 4).strokes[0]; len(points) < 100 {
		t.Errorf("tanh is drawn with %d points, want at least 100", len(points))
	}
}

// TestNumber checks that rounding errors in a number do not change its text.
func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0.125, "0.13"}, {0.125 - 1e-12, "0.13"}, {0.125 + 1e-12, "0.13"}, {1.005, "1.01"}, {-1e-12, "0"}, {340, "340"}, {-0.126, "-0.13"},
	} {
		if got := number(c.v); got != c.want {
			t.Errorf("number(%v) = %q, want %q", c.v, got, c.want)
		}
	}
}
