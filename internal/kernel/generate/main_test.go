package main

import (
	"bytes"
	"os"
	"testing"
)

// TestTables checks that tables.go is what this program generates.
func TestTables(t *testing.T) {
	want, err := source()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../tables.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("tables.go is not what the generator writes: run go generate ./...")
	}
}
