package activation_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/api.txt anew")

// TestAPI checks that the public API is the one in testdata/api.txt. So no change of it
// goes unnoticed. Comments do not matter. If a change is intended, update the
// file:
//
//	go test -run TestAPI -update .
func TestAPI(t *testing.T) {
	const file = "testdata/api.txt"
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, api(t, source)...)
	}
	slices.Sort(got)
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(raw)), "\n")
	for _, line := range without(want, got) {
		t.Errorf("gone: %s", line)
	}
	for _, line := range without(got, want) {
		t.Errorf("new:  %s", line)
	}
	if t.Failed() {
		t.Error("if that is meant: go test -run TestAPI -update .")
	}
}

// without returns the lines of a that are not in b.
func without(a, b []string) (lines []string) {
	for _, line := range a {
		if !slices.Contains(b, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// api returns a line for each exported function, method, type, constant and variable of a
// source file, for each exported field of a struct, and for each method of an interface.
func api(t *testing.T, source []byte) (lines []string) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, "", source, parser.SkipObjectResolution) // without comments
	if err != nil {
		t.Fatal(err)
	}
	line := func(node any) string {
		var text bytes.Buffer
		if err := format.Node(&text, files, node); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(text.String()), " ")
	}
	for _, declaration := range parsed.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			d.Body = nil
			if d.Recv != nil {
				d.Recv.List[0].Names = nil
			}
			if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(base(d.Recv.List[0].Type))) {
				lines = append(lines, line(d))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.ValueSpec:
					if slices.ContainsFunc(s.Names, (*ast.Ident).IsExported) {
						lines = append(lines, d.Tok.String()+" "+line(s))
					}
				case *ast.TypeSpec:
					if !s.Name.IsExported() {
						continue
					}
					var members ast.FieldList // fields and methods, which get their own lines
					switch of := s.Type.(type) {
					case *ast.StructType:
						members, *of.Fields = *of.Fields, members
					case *ast.InterfaceType:
						members, *of.Methods = *of.Methods, members
					}
					head := "type " + strings.TrimSuffix(line(s), " { }")
					lines = append(lines, head)
					for _, m := range members.List {
						for _, name := range m.Names {
							if name.IsExported() {
								lines = append(lines, head+", "+name.Name+" "+line(m.Type))
							}
						}
						if m.Names == nil { // embedded
							lines = append(lines, head+", "+line(m.Type))
						}
					}
				}
			}
		}
	}
	return lines
}

// base returns the type name of a receiver, such as Any for *Any[T].
func base(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return base(e.X)
	case *ast.IndexExpr:
		return base(e.X)
	}
	return e.(*ast.Ident).Name
}

// TestAPILines checks which parts of a source file are in the API.
func TestAPILines(t *testing.T) {
	got := api(t, []byte(`package p

// A comment, with commas.
type (
	Float interface{ float32 | float64 } // another one
	S[T Float] struct {
		A, B int // two
		c    T
		S2[T]
	}
	hidden struct{ A int }
	F func(x int) (y int)
)

type I[T Float] interface {
	// M is a method.
	M(x T,
		y T) error
	I2[T]
}

const X, y = 1, 2

var z = 3

func New[T Float](n int) *S[T] { return nil } // new

func (s *S[T]) Method(x T) {}
func (S[T]) hidden()       {}
func (hidden) Method()     {}
func unexported()          {}
`))
	want := []string{
		"type Float interface", "type Float interface, float32 | float64",
		"type S[T Float] struct", "type S[T Float] struct, A int", "type S[T Float] struct, B int", "type S[T Float] struct, S2[T]",
		"type F func(x int) (y int)",
		"type I[T Float] interface", "type I[T Float] interface, M func(x T, y T) error", "type I[T Float] interface, I2[T]",
		"const X, y = 1, 2", "func New[T Float](n int) *S[T]", "func (*S[T]) Method(x T)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := without([]string{"a", "b", "c"}, []string{"d", "c", "a"}); !slices.Equal(got, []string{"b"}) {
		t.Errorf("without: %q", got)
	}
}
