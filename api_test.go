package activation_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/api.txt anew")

// TestAPI checks that the public API and its documentation are those of
// testdata/api.txt, so that no change of them goes unseen. Where the change is
// meant, write the file anew:
//
//	go test -run TestAPI -update .
func TestAPI(t *testing.T) {
	const file = "testdata/api.txt"
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command here: ", err)
	}
	var problems strings.Builder
	doc := exec.Command(command, "doc", "-all", ".")
	doc.Stderr = &problems
	got, err := doc.Output()
	if err != nil {
		t.Fatalf("go doc -all .: %v\n%s", err, &problems)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(string(want), string(got)); d != "" {
		t.Errorf("go doc -all . differs from %s; if that is meant, go test -run TestAPI -update .\n%s", file, d)
	}
}

// diff returns the lines that are only in a, marked with −, and those only in
// b, marked with +, each with its number, in the order of a longest common
// subsequence.
func diff(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	common := make([][]int, len(x)+1) // how many lines x[i:] and y[j:] have in common
	for i := range common {
		common[i] = make([]int, len(y)+1)
	}
	for i := range slices.Backward(x) {
		for j := range slices.Backward(y) {
			if x[i] == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var d strings.Builder
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			i++
			j++
		case j == len(y) || i < len(x) && common[i+1][j] >= common[i][j+1]:
			fmt.Fprintf(&d, "− %d: %s\n", i+1, x[i])
			i++
		default:
			fmt.Fprintf(&d, "+ %d: %s\n", j+1, y[j])
			j++
		}
	}
	return d.String()
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""},
		{"a\nb\n", "a\nb\n", ""},
		{"a\nb\nc\n", "a\nc\n", "− 2: b\n"},
		{"a\nc\n", "a\nb\nc\n", "+ 2: b\n"},
		{"a\nb\nc\n", "a\nB\nc\nd\n", "− 2: b\n+ 2: B\n+ 4: d\n"},
		{"a", "a\n", "+ 2: \n"},
		{"a\nb\nc\nd", "d\na\nb", "+ 1: d\n− 3: c\n− 4: d\n"},
	} {
		if got := diff(c.a, c.b); got != c.want {
			t.Errorf("diff(%q, %q) = %q, want %q", c.a, c.b, got, c.want)
		}
	}
}
