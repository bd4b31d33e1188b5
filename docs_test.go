package activation_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/activation"
)

var (
	// A program in a document, and its output, if a block of text follows.
	program = regexp.MustCompile("(?ms)^```go\n(.*?)^```\n(?:\n+```text\n(.*?)^```\n)?")

	// The commands with which another module uses the package.
	imports = regexp.MustCompile("(?ms)^    (go mod init myapp\n.*?)\n\n")

	// The target of a link, a figure or its narrow form.
	link = regexp.MustCompile(`\]\(([^)]+)\)|src(?:set)?="([^"]+)"`)

	heading = regexp.MustCompile("(?m)^#+ (.*)$")

	// What GitHub leaves out of a heading to make an anchor of it.
	notAnchor = regexp.MustCompile(`[^\pL\pN _-]`)
)

// TestLinks checks that every link from a document to a file of the repository, or to a
// heading in one, has its target.
func TestLinks(t *testing.T) {
	anchors := func(text []byte) map[string]bool {
		all := map[string]bool{}
		for _, h := range heading.FindAllSubmatch(text, -1) {
			name := notAnchor.ReplaceAllString(strings.ToLower(string(h[1])), "")
			all[strings.ReplaceAll(name, " ", "-")] = true
		}
		return all
	}
	links := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*/*.md"} {
		documents, err := filepath.Glob(pattern)
		if err != nil || documents == nil {
			t.Fatalf("no documents %s: %v", pattern, err)
		}
		for _, name := range documents {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllSubmatch(text, -1) {
				links++
				target := string(m[1]) + string(m[2])
				if strings.Contains(target, "://") {
					continue
				}
				file, anchor, _ := strings.Cut(target, "#")
				path := name
				if file != "" {
					path = filepath.Join(filepath.Dir(name), filepath.FromSlash(file))
				}
				if _, err := os.Stat(path); err != nil {
					t.Errorf("%s: the link to %s: %v", name, target, err)
				} else if anchor != "" {
					if to, err := os.ReadFile(path); err != nil || !anchors(to)[anchor] {
						t.Errorf("%s: the link to %s: there is no such heading", name, target)
					}
				}
			}
		}
	}
	if links == 0 {
		t.Error("no links in the documents")
	}
}

// TestDocumentsName checks that README.md and docs/functions.md name every activation.
func TestDocumentsName(t *testing.T) {
	for _, name := range []string{"README.md", "docs/functions.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range table[float64]() {
			if typ := typeName(e.a); !regexp.MustCompile(`\b` + typ + `\b`).Match(text) {
				t.Errorf("%s does not name %s", name, typ)
			}
		}
	}
}

// TestInterfaceComments checks which types the comments of OutputDerivative and
// Elementwise name as exceptions.
func TestInterfaceComments(t *testing.T) {
	source, err := os.ReadFile("activation.go")
	if err != nil {
		t.Fatal(err)
	}
	excepted := func(start string) string {
		_, comment, _ := strings.Cut(string(source), start)
		_, comment, _ = strings.Cut(comment, "except ")
		comment, _, _ = strings.Cut(comment, ".")
		return comment
	}
	outputs, elementwise := excepted("// OutputDerivative is"), excepted("// Elementwise is")
	check := func(comment, typ string, implements bool) {
		if strings.Contains(comment, "["+typ+"]") == implements {
			t.Errorf("%s: implements it: %v, but the comment has: except %s", typ, implements, comment)
		}
	}
	for _, e := range table[float64]() {
		_, ok := e.a.(activation.OutputDerivative[float64])
		check(outputs, typeName(e.a), ok)
		_, ok = e.a.(activation.Elementwise[float64])
		check(elementwise, typeName(e.a), ok)
	}
}

// TestDocuments runs every Go program of README.md and docs in another module, which it
// sets up with the commands of README.md. It compares what they print with the output
// in the document.
func TestDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the go command for each program")
	}
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command here: ", err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	if err := os.Symlink(here, filepath.Join(parent, "activation")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	module := filepath.Join(parent, "myapp")
	if err := os.Mkdir(module, 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(arguments ...string) []byte {
		t.Helper()
		c := exec.Command(command, arguments...)
		c.Dir = module
		var problems bytes.Buffer
		c.Stderr = &problems
		out, err := c.Output()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, &problems)
		}
		return out
	}

	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	documents = append([]string{"README.md"}, documents...)
	programs := 0
	for _, name := range documents {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "README.md" {
			commands := imports.FindSubmatch(text)
			if commands == nil {
				t.Fatal("README.md has no commands to import the package by")
			}
			for _, line := range strings.Split(string(commands[1]), "\n") {
				run(strings.Fields(line)[1:]...)
			}
		}
		for _, p := range program.FindAllSubmatch(text, -1) {
			programs++
			if err := os.WriteFile(filepath.Join(module, "main.go"), p[1], 0o644); err != nil {
				t.Fatal(err)
			}
			run("vet", ".")
			if got := run("run", "."); p[2] != nil && !bytes.Equal(got, p[2]) {
				t.Errorf("%s: the program that begins\n%.120s\nprints\n%s\nbut the document says\n%s", name, p[1], got, p[2])
			}
		}
		if n := bytes.Count(text, []byte("```go\n")); n != len(program.FindAllIndex(text, -1)) {
			t.Errorf("%s: %d blocks of Go, but not all are programs", name, n)
		}
	}
	if programs == 0 {
		t.Error("no programs in the documents")
	}
}
