package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

const (
	pixels  = 8 * 8
	classes = 10
)

// E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits. UCI Machine
// Learning Repository, 1998. CC BY 4.0. See README.md.
//
//go:embed digits.csv.gz
var embedded []byte

// A dataset holds examples: pixels of 0 to 1, and the digits they show.
type dataset struct {
	x      []float32 // [examples][pixels]
	labels []int
}

// load reads a CSV file, compressed or not; the digits that come with the
// program if no file is named.
func load(file string) (dataset, error) {
	name, raw := file, embedded
	if file == "" {
		name = "digits.csv.gz"
	} else {
		var err error
		if raw, err = os.ReadFile(file); err != nil {
			return dataset{}, err
		}
	}
	var r io.Reader = bytes.NewReader(raw)
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			return dataset{}, fmt.Errorf("%s:1: %w", name, err)
		}
		r = z
	}
	return parse(name, r)
}

// parse reads lines of 64 pixels from 0 to 16 and a digit. An error names the
// file and the line.
func parse(name string, r io.Reader) (d dataset, err error) {
	raw, err := io.ReadAll(r)
	if err != nil { // a file that is cut off may end within a line: take none of it
		return dataset{}, fmt.Errorf("%s:%d: %w", name, bytes.Count(raw, []byte("\n"))+1, err)
	}
	if len(raw) == 0 {
		return dataset{}, fmt.Errorf("%s:1: empty file", name)
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	for i, text := range lines {
		line := i + 1
		columns := strings.Split(strings.TrimSpace(text), ",")
		if len(columns) != pixels+1 {
			return dataset{}, fmt.Errorf("%s:%d: %d columns, want %d", name, line, len(columns), pixels+1)
		}
		for i, c := range columns {
			most, what := 16, "pixel"
			if i == pixels {
				most, what = classes-1, "digit"
			}
			v, err := strconv.Atoi(strings.TrimSpace(c))
			if err != nil || v < 0 || v > most {
				return dataset{}, fmt.Errorf("%s:%d: column %d: %s %q, want 0 to %d", name, line, i+1, what, c, most)
			}
			if i == pixels {
				d.labels = append(d.labels, v)
			} else {
				d.x = append(d.x, float32(v)/16)
			}
		}
	}
	if len(d.labels) < 8 {
		return dataset{}, fmt.Errorf("%s:%d: %d examples, want at least 8 to train and test on", name, len(lines), len(d.labels))
	}
	return d, nil
}

// example returns the pixels of example i.
func (d dataset) example(i int) []float32 { return d.x[i*pixels:][:pixels] }

// split shuffles the examples and puts a quarter of them aside for testing.
func (d dataset) split(rng *rand.Rand) (train, test dataset) {
	for n, i := range rng.Perm(len(d.labels)) {
		part := &train
		if n < len(d.labels)/4 {
			part = &test
		}
		part.x = append(part.x, d.example(i)...)
		part.labels = append(part.labels, d.labels[i])
	}
	return train, test
}
