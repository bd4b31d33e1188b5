package vector

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Three faults make a vector loop slow, and none of them shows in its source: a call that
// was not inlined, a vector that was stored on the stack because there were too few
// registers, and a legacy SSE instruction, which stalls while the upper halves of the
// registers are in use. So these tests read the code that the compiler has generated.

// An instruction is a line of the compiler's listing.
type instruction struct {
	pc           int
	at, op, args string // file and line of the source, operation, arguments
}

var (
	listed    = regexp.MustCompile(`^\t0x[0-9a-f]+ (\d+) \((.*)\)\t([\w.]+)(?:\t(.*))?$`)
	function  = regexp.MustCompile(`^\S*/vector\.(\S+) STEXT`)
	spill     = regexp.MustCompile(`^[XYZK]\d+, .*\(SP\)$`)
	registers = map[string]*regexp.Regexp{
		"128": regexp.MustCompile(`\bX\d+\b`),
		"256": regexp.MustCompile(`\bY\d+\b`),
		"512": regexp.MustCompile(`\bZ\d+\b`),
	}
)

// listing returns the functions in the output of go build -gcflags=-S.
func listing(text string) map[string][]instruction {
	functions := map[string][]instruction{}
	name := ""
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "\t") {
			name = ""
			if m := function.FindStringSubmatch(line); m != nil {
				name = m[1]
			}
		} else if m := listed.FindStringSubmatch(line); m != nil && name != "" {
			pc, _ := strconv.Atoi(m[1])
			functions[name] = append(functions[name], instruction{pc, filepath.Base(m[2]), m[3], m[4]})
		}
	}
	return functions
}

// TestListing checks that listing keeps an operation with a suffix.
func TestListing(t *testing.T) {
	const line = "\t0x0003 00003 (/k/a_simd.go:7)\tVMULPS.Z\tZ1, Z2, K1, Z3\n"
	got := listing("example.com/activation/internal/vector.f STEXT size=9\n" + line)["f"]
	if want := []instruction{{3, "a_simd.go:7", "VMULPS.Z", "Z1, Z2, K1, Z3"}}; !slices.Equal(got, want) {
		t.Errorf("listing = %v, want %v", got, want)
	}
}

// loops returns the innermost loops of code. A loop is the code from the target of a jump
// back to that jump.
func loops(code []instruction) (inner [][]instruction) {
	end := map[int]int{} // pc of the last instruction, by the pc of the first one
	for _, in := range code {
		target, err := strconv.Atoi(in.args)
		// A jump to pc 0 is no loop: it follows the growth of the stack.
		if strings.HasPrefix(in.op, "J") && err == nil && 0 < target && target <= in.pc {
			end[target] = max(end[target], in.pc)
		}
	}
	for first, last := range end {
		holds := false
		for f, l := range end {
			holds = holds || f != first && first <= f && l <= last
		}
		if holds {
			continue
		}
		var loop []instruction
		for _, in := range code {
			if first <= in.pc && in.pc <= last {
				loop = append(loop, in)
			}
		}
		inner = append(inner, loop)
	}
	return inner
}

// called returns the code of the function of this package that in calls, or nil.
func called(in instruction, functions map[string][]instruction) []instruction {
	if in.op != "CALL" {
		return nil
	}
	name := strings.TrimSuffix(in.args, "(SB)")
	return functions[name[strings.LastIndex(name, ".")+1:]]
}

// faults returns the number of innermost loops with vectors of a width in the named
// function, and a message for each fault in them. A loop that calls a function with loops
// is not an innermost one.
func faults(functions map[string][]instruction, name, width string) (count int, wrong []string) {
	for _, loop := range loops(functions[name]) {
		computes := slices.ContainsFunc(loop, func(in instruction) bool {
			scalar := strings.HasSuffix(in.op, "SS") || strings.HasSuffix(in.op, "SD")
			return strings.HasPrefix(in.op, "V") && !scalar && registers[width].MatchString(in.args)
		})
		outer := slices.ContainsFunc(loop, func(in instruction) bool {
			return len(loops(called(in, functions))) > 0
		})
		if !computes || outer {
			continue
		}
		count++
		cleared := false // whether the upper halves are clear, as before a rare copy
		for i, in := range loop {
			what := ""
			switch {
			case in.op == "VZEROUPPER":
				cleared = true
				continue
			case strings.HasPrefix(in.op, "V") && registers[width].MatchString(in.args):
				cleared = false
			}
			switch {
			case cleared && in.op == "CALL" && in.args == "runtime.memmove(SB)":
				continue
			case in.op == "CALL":
				what = "a call"
			case width != "128" && legacySSE(in):
				what = "a legacy SSE instruction"
			case spill.MatchString(in.args) && (width == "512" || loadedSoon(loop[i+1:], in)):
				what = "a vector stored on the stack"
			default:
				continue
			}
			wrong = append(wrong, fmt.Sprintf("%s: %s in an inner loop: %s %s", in.at, what, in.op, in.args))
		}
	}
	return count, wrong
}

// legacySSE reports whether in is an SSE instruction without the VEX prefix of AVX.
func legacySSE(in instruction) bool {
	return !strings.HasPrefix(in.op, "V") && registers["128"].MatchString(in.args)
}

// loadedSoon reports whether one of the next 40 instructions loads the vector that in has
// stored. There are only 16 registers at 256 bits and less. A vector that is loaded later
// may be on the stack, because no instruction then waits for it.
func loadedSoon(code []instruction, in instruction) bool {
	slot := in.args[strings.Index(in.args, ", ")+2:]
	passed := 0
	for _, next := range code {
		if strings.HasPrefix(next.args, slot+", ") {
			return passed < 40
		}
		if next.op != "NOP" && next.args != "AX, AX" { // XCHG AX, AX is a NOP, too
			passed++
		}
	}
	return true
}

// A kernel is a function that computes with vectors of one width.
type kernel struct {
	width string
	loop  bool // whether it has a loop, or calls a driver, which has one
}

// kernels returns the functions of this package that compute with vectors, by their
// name in the listing. Drivers are not among them, because they are always inlined. A
// driver is a function with a function among its parameters.
func kernels(t *testing.T) map[string]kernel {
	found := map[string]kernel{}
	for width := range registers {
		file := "loops_" + width + "_amd64.go"
		if width == "128" {
			file = "loops_128.go"
		}
		for name, loop := range vectorFunctions(t, file) {
			found[name] = kernel{width, loop}
		}
	}
	for name, loop := range vectorFunctions(t, "pairs_amd64.go") {
		found[name] = kernel{"512", loop}
	}
	return found
}

// vectorFunctions returns the functions in the named files that compute with vectors, and
// whether they have a loop.
func vectorFunctions(t *testing.T, names ...string) map[string]bool {
	var functions []*ast.FuncDecl
	drivers := map[string]bool{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Type.TypeParams == nil {
				takes := has(fn.Type.Params, func(n ast.Node) bool { _, ok := n.(*ast.FuncType); return ok })
				if takes {
					drivers[fn.Name.Name] = !strings.HasPrefix(fn.Name.Name, "at") // at32 has no loop
				} else if has(fn.Body, isVector) && !returnsFunction(fn) {
					functions = append(functions, fn)
				}
			}
		}
	}
	found := map[string]bool{}
	for _, fn := range functions {
		found[fn.Name.Name] = has(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				return true
			case *ast.Ident:
				return drivers[n.Name]
			}
			return false
		})
	}
	return found
}

// returnsFunction reports whether fn returns a function. Such a function is always
// inlined.
func returnsFunction(fn *ast.FuncDecl) bool {
	return fn.Type.Results != nil && has(fn.Type.Results, func(n ast.Node) bool { _, ok := n.(*ast.FuncType); return ok })
}

// has reports whether f is true for a node in n.
func has(n ast.Node, f func(ast.Node) bool) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		found = found || n != nil && f(n)
		return !found
	})
	return found
}

// isVector reports whether n is a vector type, or a function that makes one.
func isVector(n ast.Node) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && (x.Name == "archsimd" || x.Name == "simd" && s.Sel.Name != "VectorBitSize" && s.Sel.Name != "Emulated")
}

// compiled returns the listing of this package.
func compiled(t *testing.T) map[string][]instruction {
	if runtime.GOARCH != "amd64" || !On {
		t.Skip("the SIMD loops of amd64 are not in this build: it needs GOEXPERIMENT=simd and Go 1.27")
	}
	out, err := exec.Command("go", "build", "-gcflags=-S", "-o", os.DevNull, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go build -gcflags=-S: %v\n%s", err, out)
	}
	return listing(string(out))
}

// TestVectorLoops checks the innermost loops of every kernel at every width.
func TestVectorLoops(t *testing.T) {
	functions, looped := compiled(t), 0
	for symbol, k := range kernels(t) {
		code := functions[symbol]
		if len(code) == 0 {
			t.Errorf("%s is not in the listing", symbol)
		}
		count, wrong := faults(functions, symbol, k.width)
		if strings.HasPrefix(symbol, "maxPairs") { // has a loop for 256 bits, too
			_, narrow := faults(functions, symbol, "256")
			wrong = append(wrong, narrow...)
		}
		delegates := slices.ContainsFunc(code, func(in instruction) bool {
			return len(called(in, functions)) > 0
		})
		if k.loop && count == 0 && !delegates {
			t.Errorf("%s: no vector loop in %d instructions", symbol, len(code))
		}
		for _, w := range wrong {
			t.Errorf("%s: %s", symbol, w)
		}
		if k.loop {
			looped++
		}
	}
	if looped < 100 {
		t.Errorf("%d kernels with a loop, want at least 100", looped)
	}
}

// TestNoLegacySSE checks that no function of this package has a legacy SSE instruction
// while the upper halves of the registers may be in use. That is the case from the
// first instruction that writes a register of 256 or 512 bits to VZEROUPPER, inside
// loops and outside. Such an instruction can take 100 cycles. With two of them in
// each row, a softmax of rows of 10 took 5.4 times as long.
func TestNoLegacySSE(t *testing.T) {
	functions, searched := compiled(t), 0
	for symbol := range kernels(t) {
		if !slices.ContainsFunc(functions[symbol], writesUpperHalf) {
			continue
		}
		searched++
		for _, w := range legacyWhileDirty(functions, symbol) {
			t.Errorf("%s: %s", symbol, w)
		}
	}
	if searched < 100 {
		t.Errorf("%d functions with wide vectors, want at least 100", searched)
	}
}

// TestElementsClear checks that each function of one element clears the upper halves, and
// computes nothing after that. at32 says why.
func TestElementsClear(t *testing.T) {
	functions, searched := compiled(t), 0
	for symbol := range vectorFunctions(t, "elements.go") {
		if !strings.HasSuffix(symbol, "At32") && !strings.HasSuffix(symbol, "At64") {
			continue
		}
		searched++
		code := functions[symbol]
		clear := slices.IndexFunc(code, func(in instruction) bool { return in.op == "VZEROUPPER" })
		if clear < 0 {
			t.Errorf("%s does not clear the upper halves", symbol)
			continue
		}
		for _, in := range code[clear+1:] {
			if strings.HasPrefix(in.op, "V") {
				t.Errorf("%s: %s: %s %s after the upper halves were cleared", symbol, in.at, in.op, in.args)
			}
		}
	}
	if searched < 20 {
		t.Errorf("%d functions of one element, want at least 20", searched)
	}
}

// writesUpperHalf reports whether in leaves the upper half of a register in use.
func writesUpperHalf(in instruction) bool {
	to := in.args[strings.LastIndex(in.args, " ")+1:]
	return strings.HasPrefix(in.op, "V") && len(to) > 1 && (to[0] == 'Y' || to[0] == 'Z') && to[1] >= '0' && to[1] <= '9'
}

// legacyWhileDirty returns the legacy SSE instructions and the calls of other packages
// that a function may reach while upper halves are in use. It does not search the
// functions of this package that the function calls, because they are searched on their
// own. But it takes into account whether they clear the upper halves.
func legacyWhileDirty(functions map[string][]instruction, symbol string) (wrong []string) {
	code := functions[symbol]
	at := map[int]int{} // the first instruction at a pc
	for i := len(code) - 1; i >= 0; i-- {
		at[code[i].pc] = i
	}
	// seen[i] is 1 if instruction i was reached with clean upper halves, 2 with dirty
	// ones, and 3 with both.
	seen := make([]int, len(code))
	var visit func(i int, dirty bool)
	visit = func(i int, dirty bool) {
		for ; i < len(code); i++ {
			bit := 1
			if dirty {
				bit = 2
			}
			if seen[i]&bit != 0 {
				return
			}
			seen[i] |= bit
			in := code[i]
			target, err := strconv.Atoi(in.args)
			switch {
			case in.op == "RET" || in.op == "UNDEF":
				return
			case in.op == "VZEROUPPER":
				dirty = false
			case in.op == "CALL" && (strings.HasPrefix(in.args, "runtime.panic") || strings.HasPrefix(in.args, "runtime.morestack")):
				return
			case in.op == "CALL" && len(called(in, functions)) > 0:
				inner := called(in, functions)
				wide := slices.ContainsFunc(inner, writesUpperHalf)
				clears := slices.ContainsFunc(inner, func(in instruction) bool { return in.op == "VZEROUPPER" })
				dirty = dirty && !clears || wide && !clears
			case in.op == "CALL" && dirty || dirty && legacySSE(in):
				wrong = append(wrong, fmt.Sprintf("%s: %s %s while upper halves are in use", in.at, in.op, in.args))
			case strings.HasPrefix(in.op, "J") && err == nil:
				if in.op == "JMP" {
					i = at[target] - 1
					continue
				}
				visit(at[target], dirty)
			case writesUpperHalf(in):
				dirty = true
			}
		}
	}
	visit(0, false)
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// TestVectorLoopsFinds checks that TestVectorLoops finds the faults in a sample.
func TestVectorLoopsFinds(t *testing.T) {
	const sample = `# example.com/activation/internal/vector
example.com/activation/internal/vector.plain STEXT nosplit size=9 args=0x18 locals=0x0
	0x0000 00000 (/k/a_simd.go:1)	TEXT	example.com/activation/internal/vector.plain(SB), ABIInternal
example.com/activation/internal/vector.%s STEXT nosplit size=90 args=0x18 locals=0x0
	0x0000 00000 (/k/a_simd.go:9)	TEXT	example.com/activation/internal/vector.f(SB), ABIInternal
	0x0000 00000 (/k/a_simd.go:9)	FUNCDATA	$0, gclocals·g2BeySu+wFnoycgXfElmcg==(SB)
	0x0001 00001 (/k/a_simd.go:10)	VMOVUPS	Z1, example.com/activation/internal/vector.before+64(SP)
	0x0002 00002 (/k/a_simd.go:10)	MOVSS	X1, X2
	0x0003 00003 (/k/a_simd.go:11)	CALL	runtime.memmove(SB)
	0x0004 00004 (/k/a_simd.go:12)	JMP	8
	0x0005 00005 (/k/a_simd.go:13)	VADDPS	%c1, %[2]c2, %[2]c3
	0x0006 00006 (/k/a_simd.go:14)	%[3]s
%[4]s	0x0007 00007 (/k/a_simd.go:14)	VMULPS	example.com/activation/internal/vector.r0(SP), %[2]c4, %[2]c5
	0x0007 00007 (/k/a_simd.go:15)	MOVQ	AX, example.com/activation/internal/vector.n+8(SP)
	0x0008 00008 (/k/a_simd.go:12)	CMPQ	BX, $16
	0x0009 00009 (<unknown line number>)	NOP
	0x000a 00010 (/k/a_simd.go:12)	JGE	5
	0x000b 00011 (/k/a_simd.go:16)	VZEROUPPER
	0x000c 00012 (/k/a_simd.go:17)	MOVSS	(AX), X0
	0x000d 00013 (/k/a_simd.go:18)	CALL	runtime.memmove(SB)
	0x000e 00014 (/k/a_simd.go:19)	JLT	12
	0x000f 00015 (/k/a_simd.go:20)	JLT	4
	0x0010 00016 (/k/a_simd.go:21)	RET
	0x0011 00017 (/k/a_simd.go:9)	CALL	runtime.morestack_noctxt(SB)
	0x0012 00018 (/k/a_simd.go:9)	JMP	0
	0x0000 55 48 89 e5 48 83 ec 08 48 89 44 24 18 90 90 90  UH..H...H.D$....
	rel 3+4 t=R_CALL runtime.memmove+0
`
	const (
		call = "a_simd.go:14: a call in an inner loop: "
		sse  = "a_simd.go:14: a legacy SSE instruction in an inner loop: "
		onto = "a_simd.go:14: a vector stored on the stack in an inner loop: "
		then = "\n\t0x0006 00006 (/k/a_simd.go:14)\t"
		here = "example.com/activation/internal/vector."
	)
	for _, c := range []struct {
		width, line string
		between     int // instructions between the line and the next load
		want        string
	}{
		{"512", "VMULPS\tZ1, Z2, Z3", 0, ""},
		{"512", "VMOVDQU64\tZ1, (AX)", 0, ""},
		{"512", "VMOVDQU64\t" + here + "c+64(SP), Z1", 0, ""},
		{"512", "CALL\t" + here + "f(SB)", 0, call + "CALL " + here + "f(SB)"},
		{"256", "CALL\tDX", 0, call + "CALL DX"},
		{"128", "CALL\tDX", 0, call + "CALL DX"},
		{"512", "CALL\truntime.memmove(SB)", 0, call + "CALL runtime.memmove(SB)"},
		{"512", "VZEROUPPER" + then + "CALL\truntime.memmove(SB)", 0, ""},
		{"512", "VZEROUPPER" + then + "CALL\tDX", 0, call + "CALL DX"},
		{"512", "VZEROUPPER" + then + "VMULPS\tZ1, Z2, Z3" + then + "CALL\truntime.memmove(SB)", 0, call + "CALL runtime.memmove(SB)"},
		{"512", "MOVSS\t(AX), X1", 0, sse + "MOVSS (AX), X1"},
		{"512", "MULSS\tX1, X2", 0, sse + "MULSS X1, X2"},
		{"256", "XORPS\tX0, X0", 0, sse + "XORPS X0, X0"},
		{"256", "MOVUPS\tX15, (DX)", 0, sse + "MOVUPS X15, (DX)"},
		{"256", "VMOVSS\t(AX), X1", 0, ""},
		{"256", "UCOMISS\tX1, X0", 0, sse + "UCOMISS X1, X0"},
		{"128", "MULSS\tX1, X2", 0, ""},
		{"512", "VMOVDQU64\tZ16, " + here + "a+160(SP)", 0, onto + "VMOVDQU64 Z16, " + here + "a+160(SP)"},
		{"256", "VMOVDQU\tY1, " + here + "r0(SP)", 0, onto + "VMOVDQU Y1, " + here + "r0(SP)"},
		{"256", "VMOVDQU\tY1, " + here + "r0(SP)", 39, onto + "VMOVDQU Y1, " + here + "r0(SP)"},
		{"256", "VMOVDQU\tY1, " + here + "r0(SP)", 40, ""},
		{"512", "VMOVDQU64\tZ1, " + here + "r0(SP)", 40, onto + "VMOVDQU64 Z1, " + here + "r0(SP)"},
		{"128", "VMOVDQU\tX1, (SP)", 0, onto + "VMOVDQU X1, (SP)"},
		{"512", "KMOVQ\tK1, " + here + "m(SP)", 0, onto + "KMOVQ K1, " + here + "m(SP)"},
	} {
		const name = "loop"
		register := map[string]rune{"128": 'X', "256": 'Y', "512": 'Z'}[c.width]
		between := strings.Repeat("\t0x0007 00007 (/k/a_simd.go:14)\tADDQ\tAX, BX\n\t0x0007 00007 (/k/a_simd.go:14)\tNOP\n", c.between)
		functions := listing(fmt.Sprintf(sample, name, register, c.line, between))
		if got := slices.Sorted(maps.Keys(functions)); !slices.Equal(got, []string{name, "plain"}) {
			t.Fatalf("functions %v, want %s and plain", got, name)
		}
		count, wrong := faults(functions, name, c.width)
		if got := strings.Join(wrong, "\n"); got != c.want || count != 1 {
			t.Errorf("%q at %s bits: %d loops, %q, want 1, %q", c.line, c.width, count, got, c.want)
		}
	}

	// A loop that calls a function with loops is no innermost loop, and is not searched.
	outer := fmt.Sprintf(sample, "outer", 'Z', "CALL\texample.com/activation/internal/vector.f(SB)", "")
	inner := fmt.Sprintf(sample, "f", 'Z', "VMULPS\tZ1, Z2, Z3", "")
	if count, wrong := faults(listing(outer+inner), "outer", "512"); count != 0 || len(wrong) != 0 {
		t.Errorf("outer loop: %d inner loops, %q, want none", count, wrong)
	}
}

// TestNoLegacySSEFinds checks that TestNoLegacySSE finds the faults in samples, and
// across branches.
func TestNoLegacySSEFinds(t *testing.T) {
	const head = "example.com/activation/internal/vector.f STEXT size=90 args=0x18 locals=0x0\n"
	list := func(lines ...string) string {
		s := head
		for i, line := range lines {
			s += fmt.Sprintf("\t0x%04x %05d (/k/a_simd.go:%d)\t%s\n", i, i, i, line)
		}
		return s
	}
	for _, c := range []struct {
		what  string
		lines []string
		want  string
	}{
		{"before", []string{"MOVSS\t(AX), X0", "VADDPS\tY0, Y1, Y2", "VZEROUPPER", "RET"}, ""},
		{"after", []string{"VADDPS\tY0, Y1, Y2", "VZEROUPPER", "MOVSS\t(AX), X0", "RET"}, ""},
		{"128 bits", []string{"VADDPS\tX0, X1, X2", "MOVSS\t(AX), X0", "RET"}, ""},
		{"a load that writes nothing wide", []string{"VMOVDQU\tY0, (AX)", "MOVSS\t(AX), X0", "RET"}, ""},
		{"comparison", []string{"VADDPS\tY0, Y1, Y2", "UCOMISS\tX1, X0", "VZEROUPPER", "RET"},
			"a_simd.go:1: UCOMISS X1, X0 while upper halves are in use"},
		{"spilled tau", []string{"VADDPS\tZ0, Z1, Z2", "MOVSS\ttau+8(SP), X0", "VZEROUPPER", "RET"},
			"a_simd.go:1: MOVSS tau+8(SP), X0 while upper halves are in use"},
		{"cleared array", []string{"VADDPS\tY0, Y1, Y2", "MOVUPS\tX15, 16(DX)", "VZEROUPPER", "RET"},
			"a_simd.go:1: MOVUPS X15, 16(DX) while upper halves are in use"},
		{"call", []string{"VADDPS\tY0, Y1, Y2", "CALL\truntime.memmove(SB)", "VZEROUPPER", "RET"},
			"a_simd.go:1: CALL runtime.memmove(SB) while upper halves are in use"},
		{"panic", []string{"VADDPS\tY0, Y1, Y2", "CALL\truntime.panicBounds(SB)", "MOVSS\t(AX), X0"}, ""},
		{"jump back", []string{"MOVSS\t(AX), X0", "VADDPS\tY0, Y1, Y2", "JLT\t0", "VZEROUPPER", "RET"},
			"a_simd.go:0: MOVSS (AX), X0 while upper halves are in use"},
		{"jump over", []string{"JLT\t3", "VADDPS\tY0, Y1, Y2", "JMP\t4", "MOVSS\t(AX), X0", "RET"}, ""},
		{"jump around VZEROUPPER", []string{"VADDPS\tY0, Y1, Y2", "JLT\t3", "VZEROUPPER", "MOVSS\t(AX), X0", "RET"},
			"a_simd.go:3: MOVSS (AX), X0 while upper halves are in use"},
	} {
		if got := strings.Join(legacyWhileDirty(listing(list(c.lines...)), "f"), "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}
