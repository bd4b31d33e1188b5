// Figures draws the SVG figures of the directory docs, which show each function and its
// derivative. All values come from package activation.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

//go:generate go run . -o ../../docs

func main() {
	directory := flag.String("o", ".", "directory to write the figures to")
	flag.Parse()
	for _, f := range figures() {
		if err := os.WriteFile(filepath.Join(*directory, f.name+".svg"), f.svg(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
