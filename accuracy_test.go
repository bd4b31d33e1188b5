package activation_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

var exhaustive = flag.Bool("exhaustive", false, "run the accuracy tests over all 2³² float32 inputs, and 100 times the float64 ones")

// A worst is the largest error found, with its input, result and expected result.
type worst struct{ ulp, x, got, want float64 }

// take replaces w by v if the error of v is larger or NaN.
func (w *worst) take(v worst) {
	if v.ulp > w.ulp || v.ulp != v.ulp {
		*w = v
	}
}

// check fails the test if the worst error is above the bound.
func (w worst) check(t *testing.T, what string, bound float64) {
	t.Helper()
	report := t.Logf
	if !(w.ulp <= bound) {
		report = t.Errorf
	}
	report("%s(%x) = %x, want %x (%.4f ULP, bound %v)", what, w.x, w.got, w.want, w.ulp, bound)
}

// sweep calls f for each of n parts, on all processors, and returns the worst result.
func sweep(n int, f func(part int) worst) (w worst) {
	var (
		wait  sync.WaitGroup
		lock  sync.Mutex
		parts = make(chan int)
	)
	for range runtime.GOMAXPROCS(0) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for part := range parts {
				v := f(part)
				lock.Lock()
				w.take(v)
				lock.Unlock()
			}
		}()
	}
	for part := range n {
		parts <- part
	}
	close(parts)
	wait.Wait()
	return w
}

// TestAccuracy32 compares Forward and Derivative with package reference for every 997th
// float32, and for the 2000 around each point near of the entry. With -exhaustive it does so
// for all of them.
func TestAccuracy32(t *testing.T) {
	step := uint64(997)
	if *exhaustive {
		step = 1
	}
	each(t, func(t *testing.T, e entry[float32]) {
		if e.accuracy == nil {
			t.Skip("exact")
		}
		run := func(f func(dst, x []float32) []float32, truth func(float32) float64) worst {
			return sweep(256+len(e.accuracy.near), func(part int) (w worst) {
				x, y := make([]float32, 0, 4096), make([]float32, 4096)
				flush := func() {
					for i, got := range f(y[:len(x)], x) {
						want := truth(x[i])
						w.take(worst{reference.ULP32Fast(got, want), float64(x[i]), float64(got), want})
					}
					x = x[:0]
				}
				if part >= 256 {
					for b, i := math.Float32bits(float32(e.accuracy.near[part-256])), -1000; i < 1000; i++ {
						x = append(x, math.Float32frombits(b+uint32(i)))
					}
					flush()
					return w
				}
				for b := uint64(part)<<24 + uint64(part)%step; b < uint64(part+1)<<24; b += step {
					if x = append(x, math.Float32frombits(uint32(b))); len(x) == cap(x) {
						flush()
					}
				}
				flush()
				return w
			})
		}
		run(e.a.Forward, e.accuracy.f32).check(t, "Forward", found(t, e.a, "f", e.accuracy.forward))
		run(func(dst, x []float32) []float32 { return e.a.Derivative(dst, x, nil) }, e.accuracy.df32).check(t, "Derivative", found(t, e.a, "f′", e.accuracy.derivative))
	})
}

// TestAccuracy64 compares Forward and Derivative with package reference for random float64s. A
// quarter of them is uniform in [−40, 40], a quarter in [−2, 2], and a quarter has random bits,
// with exponents up to 2¹⁰. The last quarter lies around the points near of the entry, at any
// distance down to the next float.
func TestAccuracy64(t *testing.T) {
	n := 20_000
	if *exhaustive {
		n *= 100
	}
	each(t, func(t *testing.T, e entry[float64]) {
		if e.accuracy == nil {
			t.Skip("exact")
		}
		run := func(f func(dst, x []float64) []float64, truth func(float64) reference.Value) worst {
			return sweep(16, func(part int) (w worst) {
				rng := rand.New(rand.NewPCG(uint64(part), 15))
				x := make([]float64, n)
				for i := range x {
					switch i % 4 {
					case 0:
						x[i] = 80*rng.Float64() - 40
					case 1:
						x[i] = 4*rng.Float64() - 2
					case 2:
						near := append(e.accuracy.near, 0)
						v := near[rng.IntN(len(near))]
						if i < 1000 {
							x[i] = math.Float64frombits(math.Float64bits(v) + uint64(i/4) - 125)
						} else {
							x[i] = v + math.Ldexp(4*rng.Float64()-2, -rng.IntN(54))
						}
					default: // exponents from the smallest subnormal to 2¹⁰
						x[i] = math.Float64frombits(rng.Uint64()&(1<<63) | rng.Uint64N(0x409<<52))
					}
				}
				for i, got := range f(make([]float64, n), x) {
					want := truth(x[i])
					w.take(worst{reference.ULP64(got, want), x[i], got, want.Float64()})
				}
				return w
			})
		}
		run(e.a.Forward, e.accuracy.f).check(t, "Forward", found(t, e.a, "f", e.accuracy.forward))
		run(func(dst, x []float64) []float64 { return e.a.Derivative(dst, x, nil) }, e.accuracy.df).check(t, "Derivative", found(t, e.a, "f′", e.accuracy.derivative))
	})
}

// TestWorstInputs checks the worst errors that the doc comments give. It reads their
// lines, as "float32   f  0.504 ULP at -0x1.36fd6ap+03": with that input the error must be
// no larger than the line says, and in the default build for amd64 as large. (A fused
// multiply-add has other errors.)
func TestWorstInputs(t *testing.T) {
	claims := 0
	for name, errors := range allDocumented(t) {
		both := append(worstInputs[float32](t, name, errors["float32"]), worstInputs[float64](t, name, errors["float64"])...)
		claims += len(both)
		for _, c := range both {
			exact := activation.VectorBits() == 0 && runtime.GOARCH == "amd64" && !fuses(1+0x1p-30, -1-0x1p-29)
			if c.ulp > c.claim+0.0011 || exact && c.ulp < c.claim-0.0011 {
				t.Errorf("%s: %.4f ULP, documented are %v", c.what, c.ulp, c.claim)
			}
		}
	}
	if claims < 50 {
		t.Errorf("the doc comments give %d errors, want at least 50", claims)
	}
}

// fuses reports whether the compiler fuses multiplications with additions, as it does with
// GOAMD64=v3. Then some errors are smaller. −minusSquare is x·x, rounded.
//
//go:noinline
func fuses(x, minusSquare float64) bool { return x*x+minusSquare != 0 }

// A claim is the error with an input, and the one that a doc comment gives.
type claim struct {
	what       string
	ulp, claim float64
}

var errorLine = regexp.MustCompile(`(?:α = (\S+) +)?(f′?) +([0-9.]+) ULP at (-?0x[^\s,]+)`)

// A documentedError is an error that a line of a doc comment gives: that of "f" or "f′" at x, for
// an α if the type has one.
type documentedError struct {
	line, what    string
	alpha, ulp, x float64
}

// documentedErrors returns the errors that hold for this build, by the name of the type and of
// its element type. It reads the files once.
var documentedErrors = sync.OnceValues(func() (map[string]map[string][]documentedError, error) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		return nil, err
	}
	all := map[string]map[string][]documentedError{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range tree.Decls {
			types, ok := d.(*ast.GenDecl)
			if !ok || types.Tok != token.TYPE || types.Doc == nil {
				continue
			}
			name, element, alpha := types.Specs[0].(*ast.TypeSpec).Name.Name, "", 1.0
			tables := map[bool]map[string][]documentedError{}
			vectors := false
			for _, line := range strings.Split(types.Doc.Text(), "\n") {
				if line != "" && line[0] != '\t' {
					vectors = vectors || strings.HasPrefix(line, "With SIMD")
					continue
				}
				if e := strings.Fields(line); len(e) > 0 && strings.HasPrefix(e[0], "float") {
					element, alpha = e[0], 1
				}
				for _, m := range errorLine.FindAllStringSubmatch(line, -1) {
					if tables[vectors] == nil {
						tables[vectors] = map[string][]documentedError{}
					}
					if m[1] == "" {
						m[1] = fmt.Sprint(alpha)
					}
					var numbers [3]float64
					for i, text := range []string{m[1], m[3], m[4]} {
						if numbers[i], err = strconv.ParseFloat(text, 64); err != nil {
							return nil, err
						}
					}
					alpha = numbers[0]
					tables[vectors][element] = append(tables[vectors][element], documentedError{strings.TrimSpace(line), m[2], alpha, numbers[1], numbers[2]})
				}
			}
			// Without a table for SIMD, its lines hold for all builds.
			all[name] = tables[activation.VectorBits() > 0 && tables[true] != nil]
		}
	}
	return all, nil
})

func allDocumented(t *testing.T) map[string]map[string][]documentedError {
	t.Helper()
	all, err := documentedErrors()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// found returns the worst error of "f" or "f′" that the doc comment of a gives for its fields, or
// the bound if it gives none. On WebAssembly it returns the 1.2 ULP that the comments of Sigmoid
// and Tanh give for f′. It returns the bound on all architectures other than amd64, if the
// compiler fuses there, and with -exhaustive, because most comments are about fewer inputs.
func found[T activation.Float](t *testing.T, a activation.Activation[T], what string, bound float64) float64 {
	t.Helper()
	element := fmt.Sprintf("%T", T(0))
	name, _, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", a), "activation."), "[")
	if runtime.GOARCH == "wasm" && what == "f′" && (name == "Sigmoid" || name == "Tanh") {
		return 1.2
	}
	if runtime.GOARCH != "amd64" || *exhaustive {
		return bound
	}
	for _, e := range allDocumented(t)[name][element] {
		if d, _ := documented[T](t, name, e.alpha); e.what == what && d == a {
			return min(bound, e.ulp+0.0011)
		}
	}
	return bound
}

// worstInputs returns the claims of the documented errors of a type.
func worstInputs[T activation.Float](t *testing.T, name string, errors []documentedError) (claims []claim) {
	t.Helper()
	for _, e := range errors {
		a, truth := documented[T](t, name, e.alpha)
		c := claim{what: fmt.Sprintf("%s %s", name, e.line), claim: e.ulp}
		if x := float64(T(e.x)); e.what == "f" {
			c.ulp = ulp(a.At(T(x)), truth.f(x))
		} else {
			c.ulp = ulp(a.DerivativeAt(T(x)), truth.df(x))
		}
		claims = append(claims, c)
	}
	return claims
}

// documented returns the activation that a doc comment is about, and its truth: with an α
// for ELU and CELU, else the one with the default fields.
func documented[T activation.Float](t *testing.T, name string, alpha float64) (activation.Elementwise[T], *accuracy) {
	t.Helper()
	switch name {
	case "ELU":
		return activation.ELU[T]{Alpha: T(alpha)}, eluAccuracy(float64(T(alpha)), 1)
	case "CELU":
		return activation.CELU[T]{Alpha: T(alpha)}, celuAccuracy(float64(T(alpha)))
	}
	for _, e := range table[T]() {
		if a, ok := e.a.(activation.Elementwise[T]); ok && e.accuracy != nil && strings.HasPrefix(fmt.Sprintf("%T", a), "activation."+name+"[") {
			return a, e.accuracy
		}
	}
	t.Fatalf("the table has no %s", name)
	return nil, nil
}

// TestAccuracyOfGradients checks Derivative with an upstream gradient. The product is rounded once
// more than f′. So half an ULP is added to the error of f′, which can become twice as many ULP of
// the product.
func TestAccuracyOfGradients(t *testing.T) {
	both(t, accuracyOfGradients[float32], accuracyOfGradients[float64])
}

func accuracyOfGradients[T activation.Float](t *testing.T, e entry[T]) {
	if e.accuracy == nil {
		t.Skip("exact")
	}
	normal := 0x1p-1022
	if is32[T]() {
		normal = 0x1p-126
	}
	n := 100_000
	if testing.Short() {
		n = 20_000
	}
	rng := rand.New(rand.NewPCG(18, 19))
	x, upstream := make([]T, n), make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64() * math.Ldexp(1, rng.IntN(8)-3))
		upstream[i] = T(rng.NormFloat64() * math.Ldexp(1, rng.IntN(61)-30))
		if near := e.accuracy.near; i%4 == 0 && len(near) > 0 {
			x[i] = T(near[rng.IntN(len(near))] + math.Ldexp(4*rng.Float64()-2, -rng.IntN(24)))
		}
	}
	var w worst
	for i, got := range e.a.Derivative(nil, x, upstream) {
		df := e.accuracy.df(float64(x[i]))
		want := df.Mul(reference.FromFloat(float64(upstream[i])))
		if math.Abs(df.Float64()) >= normal { // so f′ is not subnormal
			w.take(worst{ulp(got, want), float64(x[i]), float64(got), want.Float64()})
		}
	}
	w.check(t, "Derivative with an upstream", 2*found(t, e.a, "f′", e.accuracy.derivative)+0.5)
}

// TestAccuracyFromOutput compares DerivativeFromOutput with the exact value of its
// formula.
func TestAccuracyFromOutput(t *testing.T) {
	both(t, accuracyFromOutput[float32], accuracyFromOutput[float64])
}

func accuracyFromOutput[T activation.Float](t *testing.T, e entry[T]) {
	if e.accuracy == nil {
		t.Skip("exact")
	}
	f, ok := e.a.(activation.OutputDerivative[T])
	if !ok || e.negative() {
		t.Skip("has no derivative from its output")
	}
	rng := rand.New(rand.NewPCG(16, 17))
	y := make([]T, 100_000)
	for i := range y {
		y[i] = T(math.Ldexp(rng.Float64(), -rng.IntN(40)))
		if _, signed := e.a.(activation.Tanh[T]); signed && i%2 == 0 {
			y[i] = -y[i]
		}
		if i%4 == 0 {
			y[i] = 1 - y[i]
		}
		if e.accuracy.output != nil {
			y[i] = T(e.accuracy.output(float64(y[i])))
		}
	}
	var w worst
	for i, got := range f.DerivativeFromOutput(nil, y, nil) {
		want := e.accuracy.fromY(float64(y[i]))
		w.take(worst{ulp(got, want), float64(y[i]), float64(got), want.Float64()})
	}
	w.check(t, "DerivativeFromOutput", e.accuracy.fromOutput)
	w = worst{}
	upstream := values[T](rng, len(y))
	for i, got := range f.DerivativeFromOutput(nil, y, upstream) {
		want := e.accuracy.fromY(float64(y[i])).Mul(reference.FromFloat(float64(upstream[i])))
		w.take(worst{ulp(got, want), float64(y[i]), float64(got), want.Float64()})
	}
	w.check(t, "DerivativeFromOutput with an upstream", 2*e.accuracy.fromOutput+0.5)
}

// ulp returns the error of got in ULP of its type.
func ulp[T activation.Float](got T, want reference.Value) float64 {
	if is32[T]() {
		return reference.ULP32(float32(got), want)
	}
	return reference.ULP64(float64(got), want)
}

// TestAccuracyOfExtremeFields checks the error bounds for very small and very large fields, in
// the range that the doc comments give. A result is then the product of two factors of any size,
// of which one is an exponential.
func TestAccuracyOfExtremeFields(t *testing.T) {
	rng := rand.New(rand.NewPCG(70, 71))
	for _, c := range []struct {
		most  int // the largest exponent of the field
		a     func(field float64) activation.Elementwise[float64]
		x     func(u, field float64) float64
		f, df func(x, field float64) reference.Value
	}{
		{1022, func(beta float64) activation.Elementwise[float64] { return activation.SiLU[float64]{Beta: beta} },
			func(u, beta float64) float64 { return u / beta }, reference.SiLU, reference.SiLUDerivative},
		{400, func(beta float64) activation.Elementwise[float64] {
			return activation.Softplus[float64]{Beta: math.Abs(beta)}
		},
			func(u, beta float64) float64 { return u / math.Abs(beta) },
			func(x, beta float64) reference.Value { return reference.Softplus(x, math.Abs(beta)) },
			func(x, beta float64) reference.Value { return reference.SoftplusDerivative(x, math.Abs(beta)) }},
		{400, func(alpha float64) activation.Elementwise[float64] { return activation.ELU[float64]{Alpha: alpha} },
			func(u, _ float64) float64 { return u },
			func(x, alpha float64) reference.Value { return reference.SELU(x, alpha, 1) },
			func(x, alpha float64) reference.Value { return reference.SELUDerivative(x, alpha, 1) }},
		{400, func(alpha float64) activation.Elementwise[float64] {
			return activation.CELU[float64]{Alpha: math.Abs(alpha)}
		},
			func(u, alpha float64) float64 { return u * math.Abs(alpha) },
			func(x, alpha float64) reference.Value { return reference.CELU(x, math.Abs(alpha)) },
			func(x, alpha float64) reference.Value { return reference.CELUDerivative(x, math.Abs(alpha)) }},
	} {
		for i := range 8000 {
			field := math.Ldexp(1+rng.Float64(), rng.IntN(2*c.most)-c.most)
			if i%2 == 1 {
				field = math.Ldexp(1+rng.Float64(), rng.IntN(40)-20)
			}
			if i%4 > 1 {
				field = -field
			}
			a, x := c.a(field), c.x([]float64{60, 800, 60}[i%3]-[]float64{840, 1600}[i%2]*rng.Float64(), field)
			if x-x != 0 {
				continue
			}
			if got, want := a.At(x), c.f(x, field); !(reference.ULP64(got, want) <= 1) {
				t.Errorf("%v.At(%v) = %v, want %v", a, x, got, want.Float64())
			}
			if got, want := a.DerivativeAt(x), c.df(x, field); !(reference.ULP64(got, want) <= 1.5) {
				t.Errorf("%v.DerivativeAt(%v) = %v, want %v", a, x, got, want.Float64())
			}
			wantBits(t, fmt.Sprint(a, ".Forward"), a.Forward(nil, []float64{x}), []float64{a.At(x)})
		}
	}
}

// TestAccuracyOfProducts checks products that a loop could round more than once: the derivative
// of ELU if the bits of eˣ are just above a power of two and those of α just below one, because
// then half an ULP of eˣ is almost one of their product, SiLU with a subnormal x, and HardSigmoid
// next to its zero, whose result is little more than the rounding error of the product.
func TestAccuracyOfProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(72, 73))
	for range 20_000 {
		alpha := 2 - rng.Float64()/64
		x := math.Log1p(rng.Float64()/64) - float64(1+rng.IntN(1000))*math.Ln2
		got, want := activation.ELU[float64]{Alpha: alpha}.DerivativeAt(x), reference.SELUDerivative(x, alpha, 1)
		if u := reference.ULP64(got, want); !(u <= 1) {
			t.Fatalf("ELU{%x}.DerivativeAt(%x) = %x, want %x: %.3f ULP", alpha, x, got, want.Float64(), u)
		}
		k := 100 + rng.IntN(300)
		beta := math.Ldexp(1+rng.Float64(), k)
		x = (float64(k) - 1022 - 50*rng.Float64()) * math.Ln2 / beta // a subnormal result, but a normal exponential
		got, want = activation.Softplus[float64]{Beta: beta}.At(x), reference.Softplus(x, beta)
		if u := reference.ULP64(got, want); !(u <= 1) {
			t.Fatalf("Softplus{%x}.At(%x) = %x, want %x: %.3f ULP", beta, x, got, want.Float64(), u)
		}
		alpha, x = math.Ldexp(1+rng.Float64(), -200-rng.IntN(200)), -450-300*rng.Float64() // mostly subnormal
		got, want = activation.ELU[float64]{Alpha: alpha}.DerivativeAt(x), reference.SELUDerivative(x, alpha, 1)
		if u := reference.ULP64(got, want); !(u <= 1) {
			t.Fatalf("ELU{%x}.DerivativeAt(%x) = %x, want %x: %.3f ULP", alpha, x, got, want.Float64(), u)
		}
		if got := (activation.ELU[float64]{Alpha: -alpha}).DerivativeAt(2 * x); !math.Signbit(got) {
			t.Fatalf("ELU{%x}.DerivativeAt(%x) = %x, want a sign", -alpha, 2*x, got)
		}
		alpha, x = math.Ldexp(1+rng.Float64(), rng.IntN(40)-20), -math.Ldexp(1+rng.Float64(), -1010-rng.IntN(60))
		got, want = activation.ELU[float64]{Alpha: alpha}.At(x), reference.SELU(x, alpha, 1)
		if u := reference.ULP64(got, want); !(u <= 1) {
			t.Fatalf("ELU{%x}.At(%x) = %x, want %x: %.3f ULP", alpha, x, got, want.Float64(), u)
		}
		got, want = activation.SELU[float64]{}.At(x), reference.SELU(x, reference.SELUAlpha, reference.SELUScale)
		if u := reference.ULP64(got, want); !(u <= 1) {
			t.Fatalf("SELU.At(%x) = %x, want %x: %.3f ULP", x, got, want.Float64(), u)
		}
		beta = math.Ldexp(1+rng.Float64(), 1000+rng.IntN(24))
		x = (25*rng.Float64() - 20) / beta
		got, want = activation.SiLU[float64]{Beta: beta}.At(x), reference.SiLU(x, beta)
		if u := reference.ULP64(got, want); !(u <= 1) {
			t.Fatalf("SiLU{%x}.At(%x) = %x, want %x: %.3f ULP", beta, x, got, want.Float64(), u)
		}
		slope := math.Ldexp(1+rng.Float64(), rng.IntN(9)-4)
		x = math.Float64frombits(math.Float64bits(-0.5/slope) + rng.Uint64N(5) - 2)
		got, want = activation.HardSigmoid[float64]{Slope: slope}.At(x), reference.HardSigmoid(x, slope)
		if u := reference.ULP64(got, want); !(u <= 0.5001) {
			t.Fatalf("HardSigmoid{%x}.At(%x) = %x, want %x: %.4f ULP", slope, x, got, want.Float64(), u)
		}
	}
}

// TestAccuracyNearRoot checks the derivative of a SiLU around its zero, for any β. β·x is then
// no float, and its rounding error may be large beside the result.
func TestAccuracyNearRoot(t *testing.T) {
	const root = -1.2784645427610738
	rng := rand.New(rand.NewPCG(74, 75))
	for i := range 60_000 {
		beta := math.Ldexp(1+rng.Float64(), rng.IntN(8)-4)
		x := root / beta // the float next to the zero
		if i%2 == 1 {
			x = (root + math.Copysign(math.Ldexp(1+rng.Float64(), -rng.IntN(54)), rng.Float64()-0.5)) / beta
		}
		got, want := activation.SiLU[float64]{Beta: beta}.DerivativeAt(x), reference.SiLUDerivative(x, beta)
		if u := reference.ULP64(got, want); !(u <= 1) {
			t.Fatalf("SiLU{%x}.DerivativeAt(%x) = %x, want %x: %.3f ULP", beta, x, got, want.Float64(), u)
		}
	}
}

// TestTinyFields checks CELU and Softplus for fields whose reciprocal overflows.
func TestTinyFields(t *testing.T) {
	const tiny = 0x1p-1060
	inf, negative := math.Inf(1), math.Copysign(0, -1)
	x := []float64{-inf, -1, -tiny, negative, 0, tiny, 1, inf, math.NaN()}
	celu, softplus := activation.CELU[float64]{Alpha: tiny}, activation.Softplus[float64]{Beta: tiny}
	for _, c := range []struct {
		a     activation.Elementwise[float64]
		f, df []float64
	}{
		{celu, []float64{-tiny, -tiny, tiny * math.Expm1(-1), negative, 0, tiny, 1, inf, math.NaN()}, []float64{0, 0, math.Exp(-1), 1, 1, 1, 1, 1, math.NaN()}},
		{softplus, []float64{0, inf, inf, inf, inf, inf, inf, inf, math.NaN()}, []float64{0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, math.NaN()}},
	} {
		wantBits(t, fmt.Sprint(c.a, ".Forward"), c.a.Forward(nil, x), c.f)
		wantBits(t, fmt.Sprint(c.a, ".Derivative"), c.a.Derivative(nil, x, nil), c.df)
		for i, v := range x {
			wantBits(t, fmt.Sprint(c.a, ".At"), []float64{c.a.At(v), c.a.DerivativeAt(v)}, []float64{c.f[i], c.df[i]})
		}
	}
}

// TestReciprocalOverflows checks the largest field of which the reciprocal overflows.
func TestReciprocalOverflows(t *testing.T) {
	const field = 0x1p-1024
	celu, softplus := activation.CELU[float64]{Alpha: field}, activation.Softplus[float64]{Beta: field}
	wantBits(t, "At", []float64{celu.At(-field), celu.DerivativeAt(-field), softplus.At(1)}, []float64{field * math.Expm1(-1), math.Exp(-1), math.Ln2 * 0x1p1023 * 2})
}

// TestAccuracySoftmax checks the error bounds of Softmax for rows of 1 to 2²⁰ entries, and of
// LogSoftmax for rows of up to 2¹⁷. TestSoftmaxLongSum has longer ones.
func TestAccuracySoftmax(t *testing.T) {
	t.Run("float32", accuracySoftmax[float32])
	t.Run("float64", accuracySoftmax[float64])
}

func accuracySoftmax[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 19))
	for _, n := range []int{1, 2, 3, 10, 100, 1000, 1 << 17, 1 << 20} {
		if n > 1000 && testing.Short() {
			continue
		}
		for _, spread := range []float64{0, 0.1, 3, 100} {
			x, exact := make([]T, n), make([]float64, n)
			top := math.Inf(-1)
			for i := range x {
				x[i] = T(rng.NormFloat64() * spread)
				exact[i] = float64(x[i])
				top = max(top, exact[i])
			}
			what := fmt.Sprintf("n=%d, spread %v", n, spread)
			sum, largest := 0.0, 0.0
			want := reference.Softmax(exact, 1)
			for i, got := range (activation.Softmax[T]{}).Forward(nil, x) {
				sum += float64(got)
				w := want[i].Float64()
				bound := 4*epsilon[T]()*(1+top-exact[i])*w + float64(smallest[T]())
				largest = max(largest, math.Abs(reference.FromFloat(float64(got)).Sub(want[i]).Float64())/bound)
			}
			if !(largest <= 1) {
				t.Errorf("%s: softmax is off by %.2f times its bound", what, largest)
			}
			if off := math.Abs(sum - 1); !(off <= 2*epsilon[T]()*math.Sqrt(float64(n))) {
				t.Errorf("%s: the sum of softmax is off by %.3g", what, off)
			}
			if n > 1<<17 {
				continue // the reference logarithm is slow
			}
			var w worst
			want = reference.LogSoftmax(exact, 1)
			for i, got := range (activation.LogSoftmax[T]{}).Forward(nil, x) {
				w.take(worst{ulp(got, want[i]), exact[i], float64(got), want[i].Float64()})
			}
			w.check(t, "LogSoftmax, "+what, 4)
		}
	}
	// Close to one-hot: one log-softmax is nearly 0.
	for d := T(1); d < 100; d += 0.75 {
		x := []T{d, 0, -1}
		want := reference.LogSoftmax([]float64{float64(d), 0, -1}, 1)
		for i, got := range (activation.LogSoftmax[T]{}).Forward(nil, x) {
			if u := ulp(got, want[i]); !(u <= 4) {
				t.Errorf("LogSoftmax(%v)[%d] = %v, want %v (%.2f ULP)", x, i, got, want[i], u)
			}
		}
	}
}

// TestGradientOfLongRuns checks the gradient of one slope over a million elements of
// float32. Each product may be rounded once, and their float64 sum once more.
func TestGradientOfLongRuns(t *testing.T) {
	const n = 1 << 20
	rng := rand.New(rand.NewPCG(24, 25))
	x, upstream := values[float32](rng, n), values[float32](rng, n)
	p := activation.NewPReLU[float32](1)
	for _, shift := range []float32{0, 1} { // the sum cancels for 0, and not for 1
		var want, rounded float64
		for i, v := range x {
			upstream[i] += shift
			if v <= 0 {
				want += float64(v) * float64(upstream[i])
				rounded += float64(v * upstream[i])
			}
		}
		got := p.ParameterGradient(nil, x, upstream)[0]
		if err := math.Abs(float64(got)-rounded) / math.Abs(rounded); !(err <= 0x1.0001p-24) {
			t.Errorf("PReLU[float32].ParameterGradient = %v, want the sum of the products %v (relative error %.3g)", got, rounded, err)
		}
		if err := math.Abs(float64(got)-want) / math.Abs(want); !(err <= 0x1p-23) {
			t.Errorf("PReLU[float32].ParameterGradient = %v, want %v (relative error %.3g)", got, want, err)
		}
	}
	x[n/2], upstream[n/2] = -3e38, 3 // the product overflows float32, and so does the result
	if got := p.ParameterGradient(nil, x, upstream)[0]; !math.IsInf(float64(got), -1) {
		t.Errorf("PReLU[float32].ParameterGradient with a product of −9e38 = %v, want −Inf", got)
	}
	x[n/2], x[n/3] = -3e38, -3e38
	upstream[n/2], upstream[n/3] = 1, 1
	x[n/4], x[n/5] = -3e38, -3e38
	upstream[n/4], upstream[n/5] = -1, -1
	if got := p.ParameterGradient(nil, x, upstream)[0]; math.IsInf(float64(got), 0) || got != got {
		t.Errorf("PReLU[float32].ParameterGradient of products that cancel = %v, want a number", got)
	}
}

// TestAccuracyGated checks the error bounds of Gated for each gate of the table: 3 ULP for both
// derivatives, and for the product 1.5 ULP for random numbers. For numbers that were chosen to
// give a large error, it is the 1.6 ULP that the comment of Gated gives.
func TestAccuracyGated(t *testing.T) { both(t, accuracyGated[float32], accuracyGated[float64]) }

func accuracyGated[T activation.Float](t *testing.T, e entry[T]) {
	gate, ok := e.a.(activation.Elementwise[T])
	if !ok || e.accuracy == nil {
		t.Skip("no gate, or its truth is not known")
	}
	const n = 28_000
	rng := rand.New(rand.NewPCG(26, 27))
	x, upstream := make([]T, 2*n), values[T](rng, n)
	for i := range n {
		x[i], x[n+i] = T(6*rng.NormFloat64()), T(rng.NormFloat64())
		if i%4 == 0 { // up to where all f are constant or linear
			x[i] = T(math.Copysign(math.Ldexp(1+rng.Float64(), 3+rng.IntN(53)), rng.NormFloat64()))
		}
	}
	f := activation.Gated[T]{Gate: gate, Stride: n}
	y, dx := f.Forward(nil, x), f.Derivative(nil, x, upstream)
	var forward, byGate, byValue worst
	for i, g := range x[:n] {
		f, df := e.accuracy.f(float64(g)), e.accuracy.df(float64(g))
		v, u := reference.FromFloat(float64(x[n+i])), reference.FromFloat(float64(upstream[i]))
		for _, c := range []struct {
			w    *worst
			got  T
			want reference.Value
			by   float64
		}{{&forward, y[i], v.Mul(f), f.Float64()}, {&byGate, dx[i], u.Mul(v).Mul(df), df.Float64()}, {&byValue, dx[n+i], u.Mul(f), f.Float64()}} {
			if size := math.Abs(c.by); i%4 == 0 && size != 0 && size < 1e-30 {
				continue // far from 0, it may be subnormal
			}
			c.w.take(worst{ulp(c.got, c.want), float64(g), float64(c.got), c.want.Float64()})
		}
	}
	forward.check(t, "Forward", 1.5)

	// If f(g) is just above a power of two, and the product just below one, half an ULP of f(g) is
	// almost one of the product.
	x = x[:0]
	for len(x) < n {
		g := T(6 * rng.NormFloat64())
		if f := e.accuracy.f(float64(g)).Float64(); f != 0 && math.Abs(f) > 1e-35 {
			if fraction, _ := math.Frexp(math.Abs(f)); fraction < 0.55 {
				x = append(x, g, T((1-rng.Float64()/1000)/fraction))
			}
		}
		if len(x) == 0 && rng.IntN(n) == 0 {
			break // f has no such values
		}
	}
	var chosen worst
	for i, got := range (activation.Gated[T]{Gate: gate}).Forward(nil, x) {
		want := reference.FromFloat(float64(x[2*i+1])).Mul(e.accuracy.f(float64(x[2*i])))
		chosen.take(worst{ulp(got, want), float64(x[2*i]), float64(got), want.Float64()})
	}
	chosen.check(t, "Forward of chosen numbers", 1.6)
	byGate.check(t, "Derivative by the gate", 3)
	byValue.check(t, "Derivative by the value", 3)
}

// TestAccuracyGatedGELU checks products whose errors were 1.63 to 1.71 ULP when f(g) was rounded
// before the multiplication.
func TestAccuracyGatedGELU(t *testing.T) {
	for _, c := range []struct {
		gate     activation.Elementwise[float64]
		f        func(float64) reference.Value
		g, value float64
	}{
		{activation.GELU[float64]{}, reference.GELU, -0x1.44f9fb36aa7b2p+02, 0x1.f77163420c42ep+00},
		{activation.GELUTanh[float64]{}, reference.GELUTanh, -0x1.38e13582e59f8p+02, 0x1.fd9c50637cf5ap+00},
		{activation.GELU[float64]{}, reference.GELU, -0x1.9a3b741bcd6ecp+02, 0x1.fec8d787a2f45p+00},
		{activation.GELU[float64]{}, reference.GELU, -0x1.9a3c192060775p+02, 0x1.fee3e513a57a2p+00},
	} {
		// A value near the largest or the smallest number, or an infinite one, must do no harm.
		for _, scale := range []int{0, 1023, -1000, 1024} {
			value := math.Ldexp(c.value, scale)
			got := activation.Gated[float64]{Gate: c.gate}.Forward(nil, []float64{c.g, value})[0]
			if math.IsInf(value, 1) {
				if !math.IsInf(got, -1) {
					t.Errorf("%v(%x) times Inf = %v, want -Inf", c.gate, c.g, got)
				}
				continue
			}
			want := reference.FromFloat(value).Mul(c.f(c.g))
			if u := reference.ULP64(got, want); !(u <= 0.75) {
				t.Errorf("%v(%x) times %x = %x, want %x: %.3f ULP", c.gate, c.g, value, got, want.Float64(), u)
			}
		}
	}
}

// TestAccuracyGatedBeta checks products with a SiLU or Softplus that has a Beta
// other than 1.
func TestAccuracyGatedBeta(t *testing.T) {
	for _, c := range []struct {
		gate     activation.Elementwise[float64]
		f        func(x, beta float64) reference.Value
		beta     float64
		g, value float64
	}{
		{activation.Softplus[float64]{Beta: 0.7}, reference.Softplus, 0.7, -0x1.44fdb1481772fp+04, 0x1.ff54a8ed1a848p+00},
		{activation.SiLU[float64]{Beta: 0.001}, reference.SiLU, 0.001, -0x1.aac05fcee8a4bp+13, 0x1.f3573f39ac339p+00},
	} {
		got := activation.Gated[float64]{Gate: c.gate}.Forward(nil, []float64{c.g, c.value})[0]
		want := reference.FromFloat(c.value).Mul(c.f(c.g, c.beta))
		if u := reference.ULP64(got, want); !(u <= 1.65) {
			t.Errorf("%v(%x) times %x = %x, want %x: %.3f ULP", c.gate, c.g, c.value, got, want.Float64(), u)
		}
	}
}

// TestAccuracyGatedSoftsign checks gates around 2⁵³, from which on Softsign is 1. There 1 − f has
// one bit or none.
func TestAccuracyGatedSoftsign(t *testing.T) {
	rng := rand.New(rand.NewPCG(60, 61))
	gates := []float64{0x1.40071d0b7de0bp+53, 0x1.45ad5124707fdp+53}
	for range 20_000 {
		gates = append(gates, math.Ldexp(1+rng.Float64(), 51+rng.IntN(4)))
	}
	ones := slices.Repeat([]float64{1}, len(gates))
	for i, y := range (activation.Gated[float64]{Gate: activation.Softsign[float64]{}}).ForwardPair(nil, gates, ones) {
		if u := reference.ULP64(y, reference.Softsign(gates[i])); !(u <= 1) || y > 1 {
			t.Fatalf("Softsign(%x) times 1 = %x: %.3f ULP", gates[i], y, u)
		}
	}
}

// TestTwoClasses checks Softmax and LogSoftmax of two classes, which are σ and −softplus
// of a difference. It takes exact differences, from 0 up to one for which the smaller
// result is 0, and differences that are no float.
func TestTwoClasses(t *testing.T) {
	t.Run("float32", twoClasses[float32])
	t.Run("float64", twoClasses[float64])
}

func twoClasses[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(28, 29))
	far := 780.0
	if is32[T]() {
		far = 110
	}
	for _, tau := range []T{1, 0.5, 3} {
		var x []T
		for range 4000 {
			d := float64(tau) * math.Exp(rng.Float64()*math.Log(far*0x1p20)) * 0x1p-20
			at := rng.NormFloat64() * float64(1+rng.IntN(2)*40)
			pair := []T{T(at), T(at - d)}
			if rng.IntN(2) == 0 {
				pair[0], pair[1] = pair[1], pair[0]
			}
			x = append(x, pair...)
		}
		s := activation.Softmax[T]{Classes: 2, Temperature: tau}
		y, logs := s.Forward(nil, x), activation.LogSoftmax[T](s).Forward(nil, x)
		var w worst
		largest := 0.0
		for i := 0; i < len(x); i += 2 {
			pair := []float64{float64(x[i]), float64(x[i+1])}
			want, wantLog := reference.Softmax(pair, float64(tau)), reference.LogSoftmax(pair, float64(tau))
			for k := range 2 {
				d := (pair[k] - pair[1-k]) / float64(tau)
				bound := 4*epsilon[T]()*(1+max(0, -d))*want[k].Float64() + float64(smallest[T]())
				largest = max(largest, math.Abs(reference.FromFloat(float64(y[i+k])).Sub(want[k]).Float64())/bound)
				w.take(worst{ulp(logs[i+k], wantLog[k]), d, float64(logs[i+k]), wantLog[k].Float64()})
			}
		}
		if !(largest <= 1) {
			t.Errorf("Softmax of two, τ=%v: off by %.2f times its bound", tau, largest)
		}
		w.check(t, fmt.Sprintf("LogSoftmax of two, τ=%v", tau), 4)
	}
}
