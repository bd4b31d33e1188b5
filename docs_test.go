package activation_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// A program in a document, and its output, if a block of text follows.
	program = regexp.MustCompile("(?ms)^```go\n(.*?)^```\n(?:\n+```text\n(.*?)^```\n)?")

	// The commands with which another module uses the package.
	imports = regexp.MustCompile("(?ms)^    (go mod init myapp\n.*?)\n\n")
)

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
