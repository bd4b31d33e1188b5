package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The loops of package vector are written once, in its files *_loops.go. They are for
// float32 and use the types of package simd, which have no fixed width. WebAssembly
// builds these files as they are. For other architectures, this file generates a copy
// for each width and element type, with the types of package simd/archsimd. There are
// two reasons:
//
//   - Each operation of package simd is a call. The compiler inlines it, but leaves a NOP
//     in its place, and almost half of a loop was NOPs. The operations of archsimd leave
//     none. That alone took σ of float32 at 256 bits from 1.45 to 1.05 ns an element
//     (go.dev/issue/80830).
//   - A function for one width can be called at any time. So a slice that is shorter than
//     the widest vector can still use narrower ones.
//
// A copy for a width differs from the source in its names only. A copy for one element also
// loads its constants from arrays. From a function name32 the generator also writes name64,
// with 64 instead of 32 in each identifier. It does not if the source has a name64. So
// constants and functions that differ between the types need a name for each type.
//
// The rest of the package calls the functions that have no vectors in their signature.
// For each of them, the generator writes a function of the same name that chooses the
// width. A line in the comment of the source selects the rule:
//
//	//vector:elementwise   the widest vector that is not longer than dst (all widths give
//	                       the same bits)
//	//vector:fits k        the widest vector that is not longer than k, an argument or an
//	                       expression of arguments
//	//vector:narrowest     the narrowest vector (the function computes one element). It is in
//	                       elements.go, with copies of the functions that it calls
//	(none)                 the widest vector
//
// More lines are for other functions:
//
//	//vector:wide      there is no copy for 128 bits, nor for float64; the widest vector
//	                   that is not longer than dst
//	//vector:part      only other loops call it, so no function chooses the width
//	//vector:by hand   the generator copies it for WebAssembly and for one element only (its
//	                   versions for other widths are in a file that is not generated)
//	//vector:by hand, one element too   the same, except that the version for one element
//	                   is not generated either

const gate = "//go:build goexperiment.simd && go1.27 && !go1.28 && "

// A loop is a function of the source.
type loop struct {
	*ast.FuncDecl
	directive string
	entry     bool // whether the rest of the package calls it
}

// loopFiles returns the files that are generated from the loops in directory, by name.
func loopFiles(directory string) (map[string][]byte, error) {
	loops, order, err := parseLoops(directory)
	if err != nil {
		return nil, err
	}
	twins, all := twinsOf(loops, order)

	names, err := constantNames(directory)
	if err != nil {
		return nil, err
	}
	g := &generator{loops: loops, names: names, constants: map[string][]string{}}
	files := map[string][]byte{}
	add := func(name, constraint, imports string, write func(b *bytes.Buffer)) {
		var b bytes.Buffer
		fmt.Fprintf(&b, "%s%s\n\n%spackage vector\n\n%s\n\n", gate, constraint, loopsHeader, imports)
		write(&b)
		if err == nil {
			files[name], err = format.Source(b.Bytes())
		}
	}
	for _, f := range []struct {
		bits             int
		name, constraint string
	}{
		{128, "loops_128.go", "(amd64 || arm64)"},
		{256, "loops_256_amd64.go", "amd64"},
		{512, "loops_512_amd64.go", "amd64"},
	} {
		add(f.name, f.constraint, `import "simd/archsimd"`, func(b *bytes.Buffer) {
			for _, name := range all {
				l := loops[name]
				if !strings.HasPrefix(l.directive, "by hand") && l.directive != "narrowest" && (f.bits > 128 || l.directive != "wide") {
					b.WriteString(g.function(name, f.bits))
				}
			}
		})
	}
	add("elements.go", "(amd64 || arm64)", `import "simd/archsimd"`, func(b *bytes.Buffer) {
		for _, name := range elementFunctions(loops, all) {
			b.WriteString(g.function(name, oneElement))
		}
		g.writeConstants(b)
	})
	add("loops_64_wasm.go", "wasm", `import "simd"`, func(b *bytes.Buffer) {
		for _, name := range twins {
			b.WriteString(g.function(name, 0))
		}
	})
	add("choice_amd64.go", "amd64", `import "simd"`, func(b *bytes.Buffer) {
		for _, name := range all {
			if l := loops[name]; l.entry && l.directive != "narrowest" {
				b.WriteString(g.choice(name, 512, 256, 128))
			}
		}
	})
	add("choice_arm64.go", "arm64", "", func(b *bytes.Buffer) {
		for _, name := range all {
			if l := loops[name]; l.entry && l.directive != "wide" && l.directive != "narrowest" {
				b.WriteString(g.choice(name, 128))
			}
		}
	})
	return files, err
}

const loopsHeader = `// Code generated by go run ../generate from the files *_loops.go; DO NOT EDIT.
// Read those files: these are the same loops for one width of vectors.

`

// parseLoops returns the functions of the files *_loops.go by name, and their names in
// the order of the source.
func parseLoops(directory string) (loops map[string]*loop, order []string, err error) {
	names, err := filepath.Glob(filepath.Join(directory, "*_loops.go"))
	if err != nil {
		return nil, nil, err
	}
	loops = map[string]*loop{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, err
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				loops[d.Name.Name] = newLoop(d)
				order = append(order, d.Name.Name)
			case *ast.GenDecl:
				if d.Tok != token.IMPORT {
					return nil, nil, fmt.Errorf("%s: %s among the loops: only functions are written for each width", name, d.Tok)
				}
			}
		}
	}
	return loops, order, nil
}

// constantNames returns the names of the constants in the files *constants.go of directory.
func constantNames(directory string) (map[string]bool, error) {
	names, err := filepath.Glob(filepath.Join(directory, "*constants.go"))
	if err != nil {
		return nil, err
	}
	constants := map[string]bool{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, s := range d.Specs {
					for _, n := range s.(*ast.ValueSpec).Names {
						constants[n.Name] = true
					}
				}
			}
		}
	}
	return constants, nil
}

// newLoop returns the loop for d, and removes its comment, which the copies do not need.
func newLoop(d *ast.FuncDecl) *loop {
	l := &loop{FuncDecl: d, entry: true}
	if d.Doc != nil {
		for _, c := range d.Doc.List {
			if s, ok := strings.CutPrefix(c.Text, "//vector:"); ok {
				l.directive = s
			}
		}
	}
	d.Doc = nil
	ast.Inspect(d.Type, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncType:
			l.entry = l.entry && n == d.Type
		case *ast.SelectorExpr:
			l.entry = false
		}
		return true
	})
	l.entry = l.entry && l.directive != "part"
	return l
}

// twinsOf adds to loops the float64 functions that must be generated: those for the
// entries that have none, and for the functions that these call. It returns their names,
// and the names of all functions in order.
func twinsOf(loops map[string]*loop, order []string) (twins, all []string) {
	var add func(name string)
	add = func(name string) {
		twin := twinName(name)
		if twin == name || loops[twin] != nil {
			return
		}
		l := *loops[name]
		loops[twin] = &l
		twins = append(twins, twin)
		ast.Inspect(l.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && loops[id.Name] != nil {
				add(id.Name)
			}
			return true
		})
	}
	for _, name := range order {
		if l := loops[name]; l.entry && l.directive != "wide" && !callsWide(loops, l) {
			add(name)
		}
	}
	slices.Sort(twins)
	return twins, slices.Concat(order, twins)
}

// callsWide reports whether l calls a loop that has no version for float64.
func callsWide(loops map[string]*loop, l *loop) (wide bool) {
	ast.Inspect(l.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && loops[id.Name] != nil {
			wide = wide || loops[id.Name].directive == "wide"
		}
		return !wide
	})
	return wide
}

// elementFunctions returns the names of the functions that compute one element, and of
// those that they call, in the order of all. These are copied apart from the loops, because
// they load their constants. In a loop, the compiler would do that too early, and store
// vectors on the stack.
func elementFunctions(loops map[string]*loop, all []string) (names []string) {
	called := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if called[name] {
			return
		}
		called[name] = true
		l := loops[name]
		ast.Inspect(l.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				callee := id.Name
				if l.Name.Name != name {
					callee = twinName(callee)
				}
				if loops[callee] != nil {
					add(callee)
				}
			}
			return true
		})
	}
	for _, name := range all {
		if loops[name].directive == "narrowest" {
			add(name)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return !called[name] || loops[name].directive == "by hand, one element too"
	})
}

// twinName returns the name for float64 that corresponds to a name for float32.
func twinName(name string) string { return strings.ReplaceAll(name, "32", "64") }

// oneElement is the width of a function of one element, which uses the lowest lane of a
// vector of 128 bits.
const oneElement = 1

// vectorBits returns the width of the vectors.
func vectorBits(bits int) int { return max(bits, 128) }

type generator struct {
	loops     map[string]*loop
	names     map[string]bool     // the constants of the package
	constants map[string][]string // those that functions of one element load, by type
}

var vectorName = regexp.MustCompile(`^(Load|Broadcast)?(Float|Int|Uint|Mask)(8|16|32|64)s(Array)?$`)

// conversion matches the methods whose names end with a vector type.
var conversion = regexp.MustCompile(`^(To(?:Int|Uint)(\d+))s$`)

// function returns the source of the named function for vectors of the given width. A
// width of 0 means the vectors of package simd.
func (g *generator) function(name string, bits int) string {
	l := g.loops[name]
	twin := l.Name.Name != name
	rename := func(s string) string {
		if twin {
			s = twinName(s)
		}
		return s
	}
	text := render(l.FuncDecl)
	// Change a new syntax tree: the old one is needed for the next width.
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "", "package p\n"+text, parser.SkipObjectResolution)
	if err != nil {
		panic(err)
	}
	d := f.Decls[0].(*ast.FuncDecl)
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if bits == oneElement {
				g.loadConstant(n, rename)
				loadArray(n, rename)
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if ok && x.Name == "simd" {
				n.Sel.Name = rename(n.Sel.Name)
				if m := vectorName.FindStringSubmatch(n.Sel.Name); m != nil && bits > 0 {
					x.Name = "archsimd"
					size, _ := strconv.Atoi(m[3])
					n.Sel.Name = fmt.Sprintf("%s%s%sx%d%s", m[1], m[2], m[3], vectorBits(bits)/size, m[4])
				}
				return false
			}
		case *ast.Ident:
			n.Name = rename(n.Name)
			if m := conversion.FindStringSubmatch(n.Name); m != nil && bits > 0 {
				size, _ := strconv.Atoi(m[2])
				n.Name = fmt.Sprintf("%sx%d", m[1], vectorBits(bits)/size)
			}
			if bits > 0 && g.loops[n.Name] != nil {
				n.Name = g.suffixed(n.Name, bits)
			}
		}
		return true
	})
	var b bytes.Buffer
	if err := printer.Fprint(&b, set, d); err != nil {
		panic(err)
	}
	return b.String() + "\n\n"
}

// loadConstant changes a call of simd.Broadcast… for a constant: it then loads the vector
// from an array that holds the constant in each element. A load is one instruction, and a
// broadcast of an integer is three.
func (g *generator) loadConstant(call *ast.CallExpr, rename func(string) string) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 1 {
		return
	}
	m := vectorName.FindStringSubmatch(f.Sel.Name)
	if m == nil || m[1] != "Broadcast" || !g.constant(call.Args[0]) {
		return
	}
	element := rename(strings.ToLower(m[2]) + m[3]) // such as float32
	value := rename(render(call.Args[0]))
	values := g.constants[element]
	i := slices.Index(values, value)
	if i < 0 {
		i = len(values)
		g.constants[element] = append(values, value)
	}
	f.Sel.Name = "Load" + m[2] + m[3] + "s"
	call.Args[0] = ast.NewIdent(fmt.Sprintf("%sConstants[%d][:]", element, i))
}

// loadArray changes a load from a slice to a load from an array. The first one is a
// function of simd/archsimd that calls the second one, and leaves a NOP.
func loadArray(call *ast.CallExpr, rename func(string) string) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	m := vectorName.FindStringSubmatch(f.Sel.Name)
	if m == nil || m[1] != "Load" {
		return
	}
	f.Sel.Name += "Array"
	size, _ := strconv.Atoi(rename(m[3]))
	array := ast.NewIdent(fmt.Sprintf("[%d]%s", 128/size, rename(strings.ToLower(m[2])+m[3])))
	call.Args[0] = &ast.CallExpr{Fun: &ast.ParenExpr{X: &ast.StarExpr{X: array}}, Args: []ast.Expr{call.Args[0]}}
}

// writeConstants writes the arrays of loadConstant.
func (g *generator) writeConstants(b *bytes.Buffer) {
	for _, element := range slices.Sorted(maps.Keys(g.constants)) {
		fmt.Fprintf(b, "var %sConstants = [...][minLanes%s]%s{\n", element, element[len(element)-2:], element)
		for _, value := range g.constants[element] {
			fmt.Fprintf(b, "{%s},\n", strings.Repeat(value+", ", 128/bitsOf(element)))
		}
		b.WriteString("}\n\n")
	}
}

// constant reports whether e consists of numbers and constants of the package.
func (g *generator) constant(e ast.Expr) bool {
	is := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			is = is && g.names[n.Name]
		case *ast.CallExpr:
			is = false
		case *ast.SelectorExpr:
			return false // math.Ln2
		}
		return is
	})
	return is
}

// suffixed returns the name of a function for vectors of the given width, such as
// sigmoid32x8. A function that has only one width keeps its name.
func (g *generator) suffixed(name string, bits int) string {
	switch {
	case g.loops[name].directive == "narrowest":
		return name
	case bits == oneElement:
		return name + "x1"
	}
	return fmt.Sprintf("%sx%d", name, lanes(name, bits))
}

// bitsOf returns 64 if a name of a type or function has that in it, else 32.
func bitsOf(name string) int {
	if strings.Contains(name, "64") {
		return 64
	}
	return 32
}

// lanes returns the number of elements in a vector of the given width, for the element
// type of the named function.
func lanes(name string, bits int) int {
	return bits / bitsOf(name)
}

// choice returns a function of the given name that calls the one for the right width.
func (g *generator) choice(name string, widths ...int) string {
	l := g.loops[name]
	d := *l.FuncDecl
	d.Body = nil
	signature := render(&d)
	if l.Name.Name != name {
		signature = twinName(signature)
	}
	var arguments []string
	for _, field := range d.Type.Params.List {
		for _, n := range field.Names {
			arguments = append(arguments, n.Name)
		}
	}
	call := func(bits int) string {
		s := fmt.Sprintf("%s(%s)\n", g.suffixed(name, bits), strings.Join(arguments, ", "))
		if d.Type.Results != nil {
			s = "return " + s
		}
		return s
	}
	if l.directive == "wide" {
		widths = widths[:len(widths)-1]
	}
	narrowest := widths[len(widths)-1]
	b := signature + " {\n"
	if len(widths) > 1 {
		b += "switch bits := simd.VectorBitSize(); {\n"
		for _, bits := range widths[:len(widths)-1] {
			b += fmt.Sprintf("case bits >= %d", bits)
			if l.directive == "elementwise" || l.directive == "wide" {
				b += fmt.Sprintf(" && len(%s) >= %d", arguments[0], lanes(name, bits))
			} else if k, ok := strings.CutPrefix(l.directive, "fits "); ok {
				b += fmt.Sprintf(" && %s >= %d", k, lanes(name, bits))
			}
			b += ":\n" + call(bits)
		}
		b += "default:\n" + call(narrowest) + "}\n"
	} else {
		b += call(narrowest)
	}
	return b + "}\n\n"
}

// render returns the source of n.
func render(n ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), n); err != nil {
		panic(err)
	}
	return b.String()
}
