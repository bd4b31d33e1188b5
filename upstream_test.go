package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/activation"
	"example.com/activation/internal/reference"
)

// TestExtremeUpstream checks the derivatives of functions of one element for infinite
// upstream gradients, and for the largest finite ones: upstream·f′(x) must have the sign of
// the product, and may be infinite only if the product is infinite or too large for T.
func TestExtremeUpstream(t *testing.T) { both(t, extremeUpstream[float32], extremeUpstream[float64]) }

func extremeUpstream[T activation.Float](t *testing.T, e entry[T]) {
	if !e.single() {
		t.Skip("not a function of one element")
	}
	x := e.extremes()
	for _, p := range e.passes()[1:] {
		in := x
		if p.name == "DerivativeFromOutput" {
			in = e.a.Forward(nil, x)
		}
		slope := p.run(nil, in, nil)
		for shift := range 4 {
			g := extremeGradients[T](len(x), shift)
			got := p.run(nil, in, g)
			for i, v := range got {
				e.checkGradient(t, p, in[i], slope[i], g[i], v)
			}
			over := slices.Clone(in)
			wantBits(t, p.name+" over its input", p.run(over, over, g), got)
			over = slices.Clone(g)
			wantBits(t, p.name+" over its upstream", p.run(over, in, over), got)
		}
	}
}

// TestExtremeUpstreamOfGate does the same for the derivative of a gated unit by its gate, if
// upstream·value overflows.
func TestExtremeUpstreamOfGate(t *testing.T) {
	both(t, extremeUpstreamOfGate[float32], extremeUpstreamOfGate[float64])
}

func extremeUpstreamOfGate[T activation.Float](t *testing.T, e entry[T]) {
	gate, ok := e.a.(activation.Elementwise[T])
	if !ok {
		t.Skip("not element-wise")
	}
	x := e.extremes()
	slope := gate.Derivative(nil, x, nil)
	f := activation.Gated[T]{Gate: gate}
	value := slices.Repeat([]T{-2}, len(x))
	for shift := range 4 {
		g := extremeGradients[T](len(x), shift)
		dGate, _ := f.DerivativePair(nil, nil, x, value, g)
		for i, v := range dGate {
			e.checkGradient(t, e.passes()[1], x[i], slope[i], g[i]*value[i], v)
		}
	}
}

// TestGateNextToZero checks Gated for gates that f takes to 0 or to a subnormal number, beside
// values of any size: value·f(gate) must be what Forward of the gate says, within two units in
// the last place of f(gate), and exactly value·0 if f(gate) is 0.
func TestGateNextToZero(t *testing.T) { both(t, gateNextToZero[float32], gateNextToZero[float64]) }

func gateNextToZero[T activation.Float](t *testing.T, e entry[T]) {
	f, ok := e.a.(activation.Elementwise[T])
	if !ok {
		t.Skip("not element-wise")
	}
	inf, nan, largest, smallest := T(math.Inf(1)), T(math.NaN()), largest[T](), smallest[T]()
	gate := append(e.extremes(), -inf, inf, -largest, largest, -1e30, -5000)
	for x := T(5); x < 800; x *= 1.004 { // most functions reach 0 there, GELU before 40
		gate = append(gate, -x, x)
	}
	if _, ok := e.a.(activation.HardSwish[T]); !ok { // with SIMD it gives +0 for −smallest, and Gated computes −0
		gate = append(gate, smallest, -smallest, 3*smallest, -3*smallest)
	}
	y := f.Forward(nil, gate)
	for _, v := range []T{1, -3, largest, -largest, smallest, 0, inf, -inf, nan} {
		value := slices.Repeat([]T{v}, len(gate))
		got := activation.Gated[T]{Gate: f}.ForwardPair(nil, gate, value)
		shared := activation.Gated[T]{Gate: activation.Parallel[T](f).(activation.Elementwise[T])}
		wantBits(t, "ForwardPair with Parallel in the gate", shared.ForwardPair(nil, gate, value), got)
		for i, y := range y {
			want := v * y
			switch d := got[i] - want; {
			case y == 0 || v == 0 || y-y != 0 || v-v != 0:
				if bits(got[i]) != bits(want) && (got[i] == got[i] || want == want) {
					t.Errorf("%v(%v) = %v, times %v: got %v, want %v", f, gate[i], y, v, got[i], want)
				}
			case !(max(d, -d) <= 2*(spacing(want)+max(v, -v)*spacing(y))) && got[i] != want:
				t.Errorf("%v(%v) = %v, times %v: got %v, want about %v", f, gate[i], y, v, got[i], want)
			}
		}
	}
}

// spacing returns the distance from |v| to the next float, at most the largest float.
func spacing[T activation.Float](v T) T {
	if is32[T]() {
		next := math.Nextafter32(float32(max(v, -v)), float32(math.Inf(1)))
		return min(T(next)-max(v, -v), largest[T]())
	}
	next := math.Nextafter(float64(max(v, -v)), math.Inf(1))
	return min(T(next)-max(v, -v), largest[T]())
}

// single reports whether each result depends on one element of x only.
func (e entry[T]) single() bool {
	if _, ok := e.a.(activation.PReLU[T]); ok {
		return true
	}
	_, ok := e.a.(activation.Elementwise[T])
	return ok
}

// extremes returns special and random inputs, enough for several vectors.
func (e entry[T]) extremes() []T {
	x := slices.Clone(e.kinks)
	for _, s := range e.special {
		x = append(x, s.x)
	}
	if e.accuracy != nil {
		for _, v := range e.accuracy.near {
			x = append(x, T(v))
		}
	}
	rng := rand.New(rand.NewPCG(60, 61))
	groups := len(x)/e.group + 37
	return append(x, e.input(rng, groups)...)[:groups*e.group]
}

// extremeGradients returns n upstream gradients: the infinities and the largest finite
// numbers in turns, beginning with the one of that index.
func extremeGradients[T activation.Float](n, first int) []T {
	inf, largest := T(math.Inf(1)), largest[T]()
	g := make([]T, n)
	for i := range g {
		g[i] = []T{inf, -inf, largest, -largest}[(first+i)%4]
	}
	return g
}

// exactSlope returns f′ for the input in of p. slope is the result of p for it without an
// upstream.
func (e entry[T]) exactSlope(p pass[T], in, slope T) reference.Value {
	switch {
	case e.accuracy == nil || in-in != 0:
		return reference.FromFloat(float64(slope))
	case p.name == "DerivativeFromOutput":
		return e.accuracy.fromY(float64(in))
	}
	return e.accuracy.df(float64(in))
}

// checkGradient checks that got is g·f′ within the error bound of the derivative. in is the
// input of p, and slope is its result for a nil upstream.
func (e entry[T]) checkGradient(t *testing.T, p pass[T], in, slope, g, got T) {
	t.Helper()
	exact := e.exactSlope(p, in, slope)
	fail := func(want any) {
		t.Helper()
		t.Errorf("%s at %x for upstream %v = %v, want %v", p.name, in, g, got, want)
	}
	infinite := math.IsInf(float64(g), 0)
	switch {
	case slope != slope:
		if got == got {
			fail("NaN")
		}
	case slope == 0 && e.selects(p, in):
		if got != 0 {
			fail(0)
		}
	case slope == 0 && infinite: // f′ is 0, or rounds to 0 before or after the product
		if got == got && !(got == g*T(exact.Hi)) {
			fail("NaN")
		}
	case infinite || slope-slope != 0:
		if got != g*slope {
			fail(g * slope)
		}
	default:
		a := math.Abs(float64(slope))
		unit := float64(spacing(slope))
		bound := 1.0 // for rounding the product
		if e.accuracy != nil {
			bound += max(e.accuracy.derivative, e.accuracy.fromOutput)
		}
		if math.IsInf(float64(got), 0) {
			if !(a > 1-bound*unit) || got != g*slope*2 {
				fail(fmt.Sprintf("%v·%v", g, slope))
			}
			return
		}
		off := reference.FromFloat(float64(got)).Div(reference.FromFloat(float64(g))).Sub(exact)
		if ulps := math.Abs(off.Div(reference.FromFloat(unit)).Float64()); !(ulps <= bound) {
			fail(fmt.Sprintf("%v·%v (%.2f ULP)", g, slope, ulps))
		}
	}
}

// selects reports whether the derivative for the input in of p is 0 because the function is
// constant there by its definition. Then it is 0 for any upstream. Elsewhere it multiplies by
// upstream, even by an infinite one.
func (e entry[T]) selects(p pass[T], in T) bool {
	switch e.a.(type) {
	case activation.ReLU[T], activation.SquaredReLU[T]:
		return in <= 0
	case activation.HardSwish[T]:
		return in <= -3
	case activation.HardTanh[T]:
		return in <= e.kinks[0] || in >= e.kinks[len(e.kinks)-1]
	case activation.HardSigmoid[T]:
		if p.name == "DerivativeFromOutput" {
			return in <= 0 || in >= 1
		}
		return in <= e.kinks[0] || in >= e.kinks[1]
	}
	return false
}
