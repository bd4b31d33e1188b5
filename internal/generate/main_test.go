package main

import (
	"bytes"
	"os"
	"testing"
)

// TestFiles checks that the tables and polynomials are up to date.
func TestFiles(t *testing.T) {
	for name, source := range files {
		want, err := source()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes: run go generate ./...", name)
		}
	}
}

// TestLoops checks that the loops for each width are up to date.
func TestLoops(t *testing.T) {
	loops, err := loopFiles("../vector")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range loops {
		got, err := os.ReadFile("../vector/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes: run go generate ./...", name)
		}
	}
}
