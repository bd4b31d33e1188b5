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

// load reads a CSV file, compressed or not, or the digits that come with the
// program if file is "".
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
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		var err error
		if raw, err = decompress(raw); err != nil {
			return dataset{}, fmt.Errorf("%s is a damaged gzip file: %w", name, err)
		}
	}
	return parse(name, string(raw))
}

func decompress(raw []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// parse reads lines of 64 pixels from 0 to 16 and a digit. An error names the
// file and the line.
func parse(name, text string) (d dataset, err error) {
	if text == "" {
		return dataset{}, fmt.Errorf("%s is empty", name)
	}
	for n, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		columns := strings.Split(strings.TrimSpace(line), ",")
		if len(columns) != pixels+1 {
			return dataset{}, fmt.Errorf("%s:%d: %d columns, want %d", name, n+1, len(columns), pixels+1)
		}
		for i, c := range columns {
			most, what := 16, "pixel"
			if i == pixels {
				most, what = classes-1, "digit"
			}
			v, err := strconv.Atoi(strings.TrimSpace(c))
			if err != nil || v < 0 || v > most {
				return dataset{}, fmt.Errorf("%s:%d: column %d: %s %q, want 0 to %d", name, n+1, i+1, what, c, most)
			}
			if i == pixels {
				d.labels = append(d.labels, v)
			} else {
				d.x = append(d.x, float32(v)/16)
			}
		}
	}
	const least = 40 // 10 of them to test on
	if n := len(d.labels); n < least {
		return dataset{}, fmt.Errorf("%s has %d examples, want at least %d: a quarter of them is for testing", name, n, least)
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
