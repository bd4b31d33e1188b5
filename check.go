package activation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// CheckDerivative compares the derivatives of an activation, usually one of
// your own, with central differences of its Forward at x:
//
//	f′(u) ≈ (f(u+h) − f(u−h)) / 2h
//
// It checks Derivative for each output of f alone, for a random upstream and
// for none. It does the same for DerivativeFromOutput and ParameterGradient
// where a has them, and checks that ParameterGradient adds to grad; of an
// [Elementwise] a it checks DerivativeAt too. It returns nil where all agree,
// else an error about the worst element: the name of the activation, the
// method, the index, what the method gives and what it should.
//
// x is any input of Forward that is finite and not empty. An error shows only
// at the points that are looked at, so spread them over both sides of 0 and
// into the tails. Keep off the kinks, 0 for [ReLU] or equal pieces for
// [Maxout], by 0.01 or by 1 % of a large x: at a kink the derivative is a
// convention, and a difference means nothing. A NaN in a result is an error.
//
// Differences have their limit. Steps h are tried from ¼ down, and each output
// takes the one whose error is least, as told by how the differences for h, 2h
// and 4h agree and by the rounding of f, which is taken to be good to a few
// units in the last place. So where f and f′ are about 1 a derivative that is
// off by a thousandth (float32) or by 1e-8 (float64) is found; but not a wrong
// f′ of 1e-17 beside an f of 1, as in the right tail of [Sigmoid].
//
// Forward is called some 25 times (float32) or 45 times (float64) for each
// element of x and each parameter, so take a few dozen points and a small
// layer. The parameters move meanwhile, and are put back bit for bit. The
// DerivativeFromOutput of a [LeakyReLU] with Alpha < 0, which panics, is not
// called. To leave that of a type of your own out, hide it:
// struct{ activation.Activation[float64] }{a}.
func CheckDerivative[T Float](a Activation[T], x []T) error {
	a = unbox(a)
	if err := checkDerivative(a, slices.Clone(x)); err != nil {
		return fmt.Errorf("activation: %s: %w", nameOf(a), err)
	}
	return nil
}

// nameOf returns the text of a, or its type if it has none.
func nameOf(a any) string {
	if s, ok := a.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", a)
}

// fromOutput returns a with its derivative from the output, if it has one. The
// method alone does not say so: that of LeakyReLU is of no use for α < 0.
func fromOutput[T Float](a Activation[T]) (OutputDerivative[T], bool) {
	if l, ok := plain(a).(LeakyReLU[T]); ok && l.Alpha < 0 {
		return nil, false
	}
	o, ok := a.(OutputDerivative[T])
	return o, ok
}

// checkDerivative checks all methods of a. It moves x, and puts it back.
func checkDerivative[T Float](a Activation[T], x []T) error {
	if len(x) == 0 {
		return errors.New("x is empty, there is nothing to check")
	}
	y := a.Forward(nil, x)
	if err := cmp.Or(checkFinite("x", x), checkFinite("f(x)", y)); err != nil {
		return err
	}
	d := differentiator[T]{func(dst []T) { a.Forward(dst, x) }, y, make([]float64, len(y))}
	d.estimateRounding(x)
	byX := d.derivatives(x)

	methods := []method[T]{{name: "Derivative", variable: "x", variables: x, run: func(dst, upstream []T) []T {
		return a.Derivative(dst, x, upstream)
	}}}
	if o, ok := fromOutput(a); ok {
		methods = append(methods, method[T]{name: "DerivativeFromOutput", variable: "x", variables: x, run: func(dst, upstream []T) []T {
			return o.DerivativeFromOutput(dst, y, upstream)
		}})
	}
	for _, m := range methods {
		if err := m.check(byX); err != nil {
			return err
		}
	}
	if e, ok := a.(Elementwise[T]); ok {
		var w worst
		for i, v := range x {
			compare(&w, e.DerivativeAt(v), byX[i][i], func() string { return fmt.Sprintf("DerivativeAt(%v)", v) })
		}
		if w.err != nil {
			return w.err
		}
	}
	if p, ok := a.(Parametric[T]); ok {
		parameters := p.Parameters()
		if err := checkFinite("p", parameters); err != nil {
			return err
		}
		defer copy(parameters, slices.Clone(parameters)) // whatever becomes of Forward
		return method[T]{name: "ParameterGradient", variable: "p", variables: parameters, adds: true, run: func(grad, upstream []T) []T {
			return p.ParameterGradient(grad, x, upstream)
		}}.check(d.derivatives(parameters))
	}
	return nil
}

// checkFinite looks for an infinity or a NaN, at which, or from which, there is
// no difference to take.
func checkFinite[T Float](name string, v []T) error {
	for i, e := range v {
		if e-e != 0 {
			return fmt.Errorf("%s[%d] = %v, where no difference can be taken", name, i, e)
		}
	}
	return nil
}

// An estimate is a number, and how far it may be off.
type estimate struct{ value, within float64 }

// A differentiator takes central differences of Forward.
type differentiator[T Float] struct {
	forward func(dst []T) // computes f at x and the parameters as they are now
	y       []T           // f(x)
	size    []float64     // what the rounding error of each output is relative to
}

// rounding returns what rounding to T may change of a number of that size. What
// is below the normal numbers may also have become 0.
func rounding[T Float](size float64) float64 {
	if _, ok := any(T(0)).(float32); ok {
		return 0x1p-24*size + 0x1p-126
	}
	return 0x1p-53*size + 0x1p-1022
}

// steps returns the largest and the smallest h to try for a variable at v. The
// errors of truncation, h²f‴/6, and of rounding, ε/h, meet near h = ∛ε where f
// and f‴ are about 1; a large v has no bits for less than its share of that.
func steps[T Float](v T) (largest, smallest float64) {
	c, v64 := math.Cbrt(rounding[T](1)), math.Abs(float64(v))
	return max(0.25, c*v64), max(1, v64) * c / 8
}

// slopes returns the central difference of each output by v[j] for the step h,
// and the error that the rounding of f may make in it.
func (d differentiator[T]) slopes(v []T, j int, h float64) []estimate {
	at := v[j]
	high, low := T(float64(at)+h), T(float64(at)-h)
	above, below := make([]T, len(d.y)), make([]T, len(d.y))
	v[j] = high
	d.forward(above)
	v[j] = low
	d.forward(below)
	v[j] = at

	// The steps as they are in T, which may differ in the last bits.
	up, down := float64(high)-float64(at), float64(at)-float64(low)
	s := make([]estimate, len(d.y))
	for i := range s {
		f, a, b := float64(d.y[i]), float64(above[i]), float64(below[i])
		s[i].value = ((a-f)*(down/up) + (f-b)*(up/down)) / (up + down)
		s[i].within = 16 * rounding[T](d.size[i]+math.Abs(a)+math.Abs(b)) / (up + down) // 8 ULP each
	}
	return s
}

// estimateRounding sets size: an output is rounded, and so is what each element
// of x brings to it.
func (d differentiator[T]) estimateRounding(x []T) {
	for i, v := range d.y {
		d.size[i] = math.Abs(float64(v))
	}
	for j, v := range x {
		_, h := steps(v)
		for i, s := range d.slopes(x, j, h) {
			if term := math.Abs(s.value * float64(v)); term < math.Inf(1) {
				d.size[i] += term
			}
		}
	}
}

// derivatives returns the derivative of each output by each variable, at
// [variable][output]: NaN where there is none.
func (d differentiator[T]) derivatives(v []T) [][]estimate {
	all := make([][]estimate, len(v))
	for j := range v {
		all[j] = slices.Repeat([]estimate{{math.NaN(), math.Inf(1)}}, len(d.y))
		h, smallest := steps(v[j])
		s4, s2 := d.slopes(v, j, 4*h), d.slopes(v, j, 2*h)
		for ; h >= smallest; h /= 2 {
			s := d.slopes(v, j, h)
			for i, e := range s {
				// One pair may agree by chance, the leading terms of its
				// errors cancelling; not both at the same h.
				e.within += math.Abs(e.value-s2[i].value) + math.Abs(s2[i].value-s4[i].value)
				if e.within < all[j][i].within {
					all[j][i] = e
				}
			}
			s4, s2 = s2, s
		}
	}
	return all
}

// A method is one that computes Jᵀ·upstream, with J the derivatives of the
// outputs by the variables.
type method[T Float] struct {
	name      string
	variable  string // what the variables are called
	variables []T
	adds      bool // to dst, in place of setting it
	run       func(dst, upstream []T) []T
}

// check compares the method with J: first row by row, and then for a random
// upstream and for none with the sum of rows that these stand for, which is
// exact but for rounding, as differences are not.
func (m method[T]) check(want [][]estimate) error {
	if len(m.variables) == 0 {
		return nil
	}
	outputs := len(want[0])
	// A method that only adds to dst, or leaves some of it alone, shows by a
	// NaN; one that should add, by what was there before.
	before, held := T(math.NaN()), T(math.NaN())
	if m.adds {
		before, held = 0, 1
	}
	var w worst
	rows := make([][]T, outputs)
	for i := range rows {
		one := make([]T, outputs)
		one[i] = 1
		rows[i] = slices.Repeat([]T{before}, len(m.variables))
		m.run(rows[i], one)
		for j, got := range rows[i] {
			compare(&w, got, want[j][i], func() string {
				v := fmt.Sprintf("%s[%d]", m.variable, j)
				return fmt.Sprintf("%s at %s = %v: ∂f[%d]/∂%s", m.name, v, m.variables[j], i, v)
			})
		}
	}
	if w.err != nil {
		return w.err
	}

	none := m.run(nil, nil)
	if len(none) != len(m.variables) {
		return fmt.Errorf("%s returns %d elements, want %d", m.name, len(none), len(m.variables))
	}
	rng := rand.New(rand.NewPCG(1, 2)) // the same for each, to fail again where it failed
	random, ones := make([]T, outputs), make([]T, outputs)
	for i := range random {
		random[i], ones[i] = T(rng.NormFloat64()), 1
	}
	some := slices.Repeat([]T{held}, len(m.variables))
	m.run(some, random)
	for j := range m.variables {
		compare(&w, none[j], sum(rows, j, ones, 0), func() string { return fmt.Sprintf("%s for a nil upstream: element %d", m.name, j) })
		start, what := T(0), "for a random upstream"
		if m.adds {
			start, what = held, "added to ones, for a random upstream"
		}
		compare(&w, some[j], sum(rows, j, random, start), func() string { return fmt.Sprintf("%s %s: element %d", m.name, what, j) })
	}
	return w.err
}

// sum returns start + Σᵢ rows[i][j]·g[i], and how far rounding may take it.
func sum[T Float](rows [][]T, j int, g []T, start T) estimate {
	value, size := float64(start), math.Abs(float64(start))
	for i, row := range rows {
		term := float64(row[j]) * float64(g[i])
		value += term
		size += math.Abs(term)
	}
	return estimate{value, float64(64+len(rows)) * rounding[T](size)}
}

// worst keeps the error that is furthest beyond what it may be.
type worst struct {
	excess float64
	err    error
}

// compare puts what is compared down in w if it is worse than what is there.
func compare[T Float](w *worst, got T, want estimate, what func() string) {
	off := math.Abs(float64(got) - want.value)
	if off <= want.within {
		return
	}
	excess := off / want.within
	if excess != excess {
		excess = math.Inf(1)
	}
	if w.err == nil || excess > w.excess {
		w.excess = excess
		w.err = fmt.Errorf("%s = %v, want %.9g (within %.1g)", what(), got, want.value, want.within)
	}
}
