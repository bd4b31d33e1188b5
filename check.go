package activation

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
)

// CheckDerivative compares the derivatives of an activation, usually one of
// your own, with differences of its Forward at x:
//
//	f′(u) ≈ (f(u+h) − f(u−h)) / 2h
//
// It returns nil if all of them agree. Otherwise the error names the
// activation, the method, the index, what the method gives and what the
// differences give, all for the worst element. It checks
//
//   - Derivative, for each output of f alone, for a nil upstream, and for
//     random upstreams of about 1e-10, 1 and 1e10, each alone and mixed;
//   - DerivativeFromOutput in the same way, if a has it;
//   - DerivativeAt at each x, if a is [Elementwise];
//   - ParameterGradient in the same way as Derivative, if a is [Parametric],
//     and that it adds to grad;
//   - that Forward and these methods write to dst, return it, and return as
//     many elements as they should.
//
// x must fit the shape of a, and must be finite and not empty. It may be small
// or large, up to the largest number of its type. An error shows only at the
// points that are checked, so spread them over both sides of 0 and into the
// tails. Keep off the kinks, 0 for [ReLU] or equal pieces for [Maxout], by 0.01
// or by 1 % of a large x: at a kink the derivative is a convention.
//
// There are three kinds of disagreement, and the error says which one it is:
//
//   - The derivative is wrong: "want 0.25 (within 2e-11)".
//   - "f may be inaccurate": f does not change smoothly at x, or does not
//     change at all, and a rounding error in f would explain the difference.
//     In float32, 0.5*u*(1+erf(u/√2)) is 0 at −6, and so are its differences.
//   - "cannot tell: the differences do not settle": they have no limit that
//     shows before rounding hides it. So it is at a kink, or if f is too sharp.
//
// The steps h are halved from ¼, or from a share of a large x, until rounding
// is larger than what they still change. So a sharp function, such as a
// [Softmax] of Temperature 1e-5, is no problem, if its changes are large beside
// the rounding of f. A detail much smaller than those steps is not seen if the
// longer ones agree without it.
//
// f is taken to be good to a few units in the last place. If f and f′ are
// about 1, a derivative that is off by a thousandth (float32) or by 1e-8
// (float64) is found. A wrong f′ of 1e-17 beside an f of 1 is not, as in the
// right tail of [Sigmoid].
//
// Forward is called some 25 times (float32) or 45 times (float64) for each
// element of x and each parameter, and up to 150 times if the differences do not
// settle. So take a few dozen points and a small layer. The parameters move
// meanwhile, and are put back bit for bit.
//
// The DerivativeFromOutput of a [LeakyReLU] with Alpha < 0 panics, and is not
// called. To skip that of a type of your own, wrap a in
// struct{ activation.Activation[float64] }{a}.
//
// A panic of this package for a wrong shape or field becomes an error. So does
// any other whose value is a string that begins with "activation: ". All
// others, such as an index out of range in your Forward, are not recovered.
func CheckDerivative[T Float](a Activation[T], x []T) (err error) {
	if a == nil {
		return errors.New("activation: CheckDerivative: a is nil")
	}
	if v := reflect.ValueOf(a); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("activation: CheckDerivative: a is a nil %T", a)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("activation: %s: %w", nameOf(a), err)
		}
	}()
	defer recoverMistake(&err)
	return checkDerivative(a, slices.Clone(x))
}

// recoverMistake makes an error of a panic of this package. No check of shapes
// could do without it: only the methods of a know what they accept.
func recoverMistake(err *error) {
	switch r := recover().(type) {
	case nil: // no panic, or a Goexit
	case string:
		text, ok := strings.CutPrefix(r, "activation: ")
		if !ok {
			panic(r)
		}
		*err = errors.New(text)
	default:
		panic(r)
	}
}

// nameOf returns the text of a, or its type if it has none.
func nameOf(a any) string {
	if s, ok := a.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", a)
}

// outputDerivative returns a with its derivative from the output, if it has
// one. That the method exists is not enough: some types have it only for some
// values of their fields. Such a type has the method hasOutputDerivative, which
// a pointer to it and a struct that embeds it have too.
func outputDerivative[T Float](a Activation[T]) (OutputDerivative[T], bool) {
	inside := a
	if w, ok := a.(wrapper[T]); ok {
		inside = w.inside()
	}
	if c, ok := inside.(interface{ hasOutputDerivative() bool }); ok && !c.hasOutputDerivative() {
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
	if err := checkFinite("x", x); err != nil {
		return err
	}
	y, err := checkForward(a, x)
	if err != nil {
		return err
	}
	d := differentiator[T]{func(dst []T) { a.Forward(dst, x) }, y, make([]float64, len(y))}
	d.estimateRounding(x)
	byX := d.derivatives(x)

	var worst worstError
	methods := []backward[T]{{name: "Derivative", dst: "dst", variable: "x", variables: x, run: func(dst, upstream []T) []T {
		return a.Derivative(dst, x, upstream)
	}}}
	if o, ok := outputDerivative(a); ok {
		methods = append(methods, backward[T]{name: "DerivativeFromOutput", dst: "dst", variable: "x", variables: x, run: func(dst, upstream []T) []T {
			return o.DerivativeFromOutput(dst, y, upstream)
		}})
	}
	for _, m := range methods {
		if err := m.check(&worst, byX); err != nil {
			return err
		}
	}
	if e, ok := a.(Elementwise[T]); ok {
		for i, v := range x {
			worst.compare(float64(e.DerivativeAt(v)), byX[i][i], func() string { return fmt.Sprintf("DerivativeAt(%v)", v) })
		}
	}
	if p, ok := a.(Parametric[T]); ok && worst.verdict != wrong {
		parameters := p.Parameters()
		if err := checkFinite("p", parameters); err != nil {
			return err
		}
		defer copy(parameters, slices.Clone(parameters)) // Forward may panic
		gradient := backward[T]{name: "ParameterGradient", dst: "grad", variable: "p", variables: parameters, adds: true, run: func(grad, upstream []T) []T {
			return p.ParameterGradient(grad, x, upstream)
		}}
		if err := gradient.check(&worst, d.derivatives(parameters)); err != nil {
			return err
		}
	}
	return worst.err
}

// checkFinite looks for an infinity or a NaN. There is no difference to it.
func checkFinite[T Float](name string, v []T) error {
	for i, e := range v {
		if e-e != 0 {
			return fmt.Errorf("%s[%d] = %v, where no difference can be taken", name, i, e)
		}
	}
	return nil
}

// checkForward returns f(x), after checking that Forward gives it in a new slice
// and in dst.
func checkForward[T Float](a Activation[T], x []T) (y []T, err error) {
	before := slices.Clone(x)
	y = slices.Clone(a.Forward(nil, x)) // which may be x itself
	if !slices.Equal(x, before) {
		return nil, errors.New("Forward writes to x")
	}
	if _, ok := a.(Elementwise[T]); ok {
		err = checkLength("Forward", len(y), len(x))
	} else if len(y) == 0 {
		err = fmt.Errorf("Forward returns no elements, for %d of x", len(x))
	}
	if err != nil {
		return nil, err
	}
	if err := checkFinite("f(x)", y); err != nil {
		return nil, err
	}
	dst := slices.Repeat([]T{T(math.NaN())}, len(y))
	if err := checkResult("Forward", "dst", dst, func() []T { return a.Forward(dst, x) }); err != nil {
		return nil, err
	}
	for i := range y {
		if dst[i] != y[i] {
			return nil, fmt.Errorf("Forward gives f(x)[%d] = %v in dst, and %v in a new slice", i, dst[i], y[i])
		}
	}
	return y, nil
}

// checkLength checks the length of a result.
func checkLength(method string, got, want int) error {
	if got != want {
		return fmt.Errorf("%s returns %d elements, want %d", method, got, want)
	}
	return nil
}

// checkResult checks that run, a call of the method with dst, returns dst.
func checkResult[T Float](method, name string, dst []T, run func() []T) error {
	before := slices.Clone(dst)
	result := run()
	if err := checkLength(method, len(result), len(dst)); err != nil {
		return err
	}
	if len(dst) == 0 || &result[0] == &dst[0] {
		return nil
	}
	same := func(a, b T) bool { return a == b || a != a && b != b }
	if slices.EqualFunc(dst, before, same) {
		return fmt.Errorf("%s ignores %s: it returns another slice, and leaves %s as it was", method, name, name)
	}
	return fmt.Errorf("%s returns another slice than %s", method, name)
}

// A differentiator differentiates Forward numerically.
type differentiator[T Float] struct {
	forward  func(dst []T) // computes f at x and the parameters as they are now
	y        []T           // f(x)
	rounding []float64     // how far rounding may take each output; multiples follow where it is used
}

// A quotient is what a step h gives for one output and one variable.
type quotient struct {
	step     float64 // h
	slope    float64 // (f(v+h) − f(v−h)) / 2h
	rounding float64 // the error of slope due to the rounding of f
	bend     float64 // |slope to the right − slope to the left|
}

// An estimate is a derivative as quotients give it.
type estimate struct {
	value    float64 // NaN if the quotients do not settle
	within   float64 // how far the derivative may be from value
	step     float64 // that of the quotient
	careless float64 // the error that a careless formula of f may have; 0 if there is no f

	smooth     bool // f is as smooth as its rounding allows
	unresolved bool // f has finer details, which are no matter of rounding
}

// rounding returns what rounding to T may change of a number of that size. What
// is below the normal numbers may also have become 0.
func rounding[T Float](size float64) float64 {
	if bitSize[T]() == 32 {
		return 0x1p-24*size + 0x1p-126
	}
	return 0x1p-53*size + 0x1p-1022
}

// steps returns the largest and the smallest h to try for a variable at v. The
// errors of truncation, h²f‴/6, and of rounding, ε/h, meet near h = ∛ε if f and
// f‴ are about 1, and near that share of a large v. A sharp f needs less; a step
// needs some bits of v.
func steps[T Float](v T) (largest, smallest float64) {
	epsilon, size := rounding[T](1), math.Abs(float64(v))
	largest = max(0.25, math.Cbrt(epsilon)*size)
	return largest, max(16*epsilon*size, 0x1p-64*largest)
}

// quotients returns the difference quotient of each output by v[j] for the step
// h. If v[j]+h overflows, it takes f(v[j]−h) and f(v[j]−2h) instead.
func (d differentiator[T]) quotients(v []T, j int, h float64) []quotient {
	at := v[j]
	move := func(offset float64) (f []T, moved float64) {
		to := T(float64(at) + offset)
		if math.IsInf(float64(to), 0) {
			to = T(float64(at) - 2*offset)
		}
		v[j] = to
		f = make([]T, len(d.y))
		d.forward(f)
		v[j] = at
		return f, float64(to) - float64(at) // as it is in T, which may differ in the last bits
	}
	f1, h1 := move(h)
	f2, h2 := move(-h)
	// The slope at v of the parabola through the three points. The weight of f1
	// in it is 1/base: 1/2h for h1 = −h2.
	base := math.Abs(h1 * ((h2 - h1) / h2))
	q := make([]quotient, len(d.y))
	for i := range q {
		f, a, b := float64(d.y[i]), float64(f1[i]), float64(f2[i])
		slope1, slope2 := (a-f)/h1, (b-f)/h2
		q[i].step = h
		q[i].slope = (slope1*h2-slope2*h1)/(h2-h1) + 0 // no −0
		q[i].bend = math.Abs(slope1 - slope2)
		q[i].rounding = 16 * (d.rounding[i] + rounding[T](math.Abs(a)) + rounding[T](math.Abs(b))) / base // 8 ULP each
	}
	return q
}

// estimateRounding sets rounding. An output is rounded, and so is what each
// element of x contributes to it.
func (d differentiator[T]) estimateRounding(x []T) {
	for i, v := range d.y {
		d.rounding[i] = rounding[T](math.Abs(float64(v)))
	}
	epsilon := rounding[T](1)
	for j, v := range x {
		if v == 0 {
			continue
		}
		size := math.Abs(float64(v))
		for i, q := range d.quotients(x, j, math.Sqrt(epsilon)*size) {
			if term := epsilon * math.Abs(q.slope) * size; term < math.Inf(1) {
				d.rounding[i] += term
			}
		}
	}
}

// derivatives returns the derivative of each output by each variable, at
// [variable][output].
func (d differentiator[T]) derivatives(v []T) [][]estimate {
	all := make([][]estimate, len(v))
	for j := range v {
		all[j] = d.derivativesBy(v, j)
	}
	return all
}

// derivativesBy returns the derivative of each output by v[j].
func (d differentiator[T]) derivativesBy(v []T, j int) []estimate {
	h, smallest := steps(v[j])
	byStep := make([][]quotient, len(d.y)) // of each output
	estimates := make([]estimate, len(d.y))
	for h *= 4; h >= smallest; h *= math.Sqrt2 - 1 {
		improvable := false
		for i, q := range d.quotients(v, j, h) {
			byStep[i] = append(byStep[i], q)
			// A formula that is right but careless, such as 1+erf(u) for u ≪ 0, may
			// have an error of this size.
			careless := 16 * rounding[T](1) * (1 + math.Abs(float64(v[j]))/2 + math.Abs(float64(d.y[i]))/2)
			estimates[i] = settle(byStep[i], careless)
			// Rounding only grows from here on. Some steps more show the noise of f.
			improvable = improvable || !(q.rounding > 4*estimates[i].within) || h > estimates[i].step/16
		}
		if !improvable {
			break
		}
	}
	return estimates
}

// settle returns what quotients for smaller and smaller steps tell of a
// derivative: of the steps for which they settle, the one with the smallest
// error. What a careless formula may have as an error is no change of f.
//
// Quotients that settle change less from step to step: by a quarter if f is
// smooth, by half at least. So does the bend if v is at no kink and on no peak;
// the slopes alone have a limit there too. Those of a sharp f for long steps h
// are like 1/h, and change more and more. Rounding excuses a change.
func settle(q []quotient, careless float64) estimate {
	// The noise of f is what it changes over the steps that follow, by chance.
	noise := make([]float64, len(q))
	for k := len(q) - 2; k >= 0; k-- {
		noise[k] = max(noise[k+1], q[k+1].step*math.Abs(q[k+1].slope-q[k].slope))
	}
	best := estimate{value: math.NaN(), within: math.Inf(1), careless: careless}
	limit := math.Inf(1) // of the bend: after a kink it must fall, and not only drown in rounding
	shrinks := 0         // how often the error of truncation has shown, and shrunk as it should
	for k := 2; k < len(q); k++ {
		quadruple, double, single := q[k-2], q[k-1], q[k]
		change1, change2 := math.Abs(double.slope-quadruple.slope), math.Abs(single.slope-double.slope)
		settled := func(rounding float64) bool {
			return change2 <= 0.5*change1+2*rounding && single.bend <= 0.75*double.bend+4*rounding
		}
		if !settled(single.rounding) {
			shrinks = 0
			// The rounding of a careless formula is an excuse if it is small beside
			// slopes of 1.
			if !(single.step > 0x1p12*careless && settled(max(single.rounding, careless/single.step))) {
				if single.bend > 0.75*double.bend+4*single.rounding {
					limit = single.bend / 2
				}
				continue
			}
		}
		if single.bend > limit {
			continue
		}
		limit = math.Inf(1)
		if 2*single.rounding < change2 && change2 < change1/2 {
			shrinks++
		}
		noise := noise[k] / single.step
		e := estimate{
			value:      single.slope,
			within:     single.rounding + change1/4 + change2 + 2*noise,
			step:       single.step,
			smooth:     shrinks >= 3 && noise < 2*single.rounding,
			unresolved: noise > careless/single.step && noise > math.Abs(single.slope)/4,
			careless:   careless,
		}
		if single.bend > 0.75*double.bend {
			e.within += single.bend / 2
		}
		better := e.within < best.within
		if off := math.Abs(e.value - best.value); off > e.within+best.within {
			// Short steps may lie between two jumps of a careless f. If they do not,
			// the long steps on a fast wave have agreed by chance.
			better = off*e.step > careless && (better || e.within < math.Abs(e.value)/16)
		}
		if better {
			best = e
		}
	}
	return best
}

// backward is a method that computes Jᵀ·upstream, with J the derivatives of the
// outputs by the variables.
type backward[T Float] struct {
	name      string
	dst       string // what its dst is called
	variable  string // what the variables are called
	variables []T
	adds      bool // to dst, in place of setting it
	run       func(dst, upstream []T) []T
}

// check compares the method with J, row by row. It returns what is certainly
// wrong, and leaves the rest in worst.
func (m backward[T]) check(worst *worstError, want [][]estimate) error {
	if len(m.variables) == 0 {
		return nil
	}
	outputs := len(want[0])
	rows := make([][]T, outputs)
	for i := range rows {
		one := make([]T, outputs)
		one[i] = 1
		var err error
		if rows[i], err = m.call(0, one); err != nil {
			return err
		}
		for j, got := range rows[i] {
			worst.compare(float64(got), want[j][i], func() string {
				v := fmt.Sprintf("%s[%d]", m.variable, j)
				return fmt.Sprintf("%s at %s = %v: ∂f[%d]/∂%s", m.name, v, m.variables[j], i, v)
			})
		}
	}
	if worst.verdict == wrong {
		return worst.err
	}
	return m.checkUpstream(rows)
}

// call runs the method on a dst, which is filled with start if it adds.
func (m backward[T]) call(start T, upstream []T) ([]T, error) {
	if !m.adds {
		start = T(math.NaN()) // shows if it is added to or left alone
	}
	dst := slices.Repeat([]T{start}, len(m.variables))
	return dst, checkResult(m.name, m.dst, dst, func() []T { return m.run(dst, upstream) })
}

// checkUpstream compares what the method gives for no upstream and for random
// ones with the sum of the rows. Unlike differences, the sum is exact except for
// rounding.
func (m backward[T]) checkUpstream(rows [][]T) error {
	ones := slices.Repeat([]T{1}, len(rows))
	none := m.run(nil, nil)
	if err := checkLength(m.name, len(none), len(m.variables)); err != nil {
		return err
	}
	if err := m.checkSum(none, rows, ones, 0, "for a nil upstream"); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 2)) // the same for each, to fail again where it failed
	for _, u := range []struct {
		sizes []T
		start T // of dst, if the method adds
		added string
		what  string
	}{
		{[]T{1}, 1, "added to ones, ", "for a random upstream"},
		{[]T{1e10}, 1e10, "added to numbers of 1e+10, ", "for a random upstream of about 1e+10"},
		{[]T{1e-10}, 1e-10, "added to numbers of 1e-10, ", "for a random upstream of about 1e-10"},
		{[]T{1, 1e10, 1e-10}, 0, "added to zeros, ", "for a random upstream of about 1, 1e+10 and 1e-10"},
	} {
		upstream := make([]T, len(rows))
		for i := range upstream {
			upstream[i] = T(rng.NormFloat64()) * u.sizes[rng.IntN(len(u.sizes))]
		}
		start := T(0)
		if m.adds {
			start, u.what = u.start, u.added+u.what
		}
		got, err := m.call(start, upstream)
		if err == nil {
			err = m.checkSum(got, rows, upstream, start, u.what)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkSum compares got with start + Σᵢ rows[i]·upstream[i].
func (m backward[T]) checkSum(got []T, rows [][]T, upstream []T, start T, what string) error {
	var worst worstError
	for j, v := range got {
		sum, size := float64(start), math.Abs(float64(start))
		mixes := false
		for i, row := range rows {
			term := float64(row[j]) * float64(upstream[i])
			sum += term
			size += math.Abs(term)
			mixes = mixes || i != j && row[j] != 0
		}
		// The backward pass of a function that mixes its elements may subtract
		// numbers of about upstream[j], as y·(g − Σyg) of a softmax does.
		if mixes && j < len(upstream) && !m.adds {
			size += math.Abs(float64(upstream[j]))
		}
		if math.IsInf(float64(T(4*size)), 0) {
			continue // it may overflow
		}
		want := estimate{value: sum, within: float64(64+len(rows)) * rounding[T](size)}
		worst.compare(float64(v), want, func() string { return fmt.Sprintf("%s %s: element %d", m.name, what, j) })
	}
	return worst.err
}

// A verdict says what an error means. The larger ones count more.
type verdict int

const (
	right verdict = iota
	cannotTell
	inaccurate // f may be
	wrong
)

// worstError keeps the error that counts most, and of those the one that is
// furthest beyond what it may be.
type worstError struct {
	verdict verdict
	excess  float64
	err     error
}

// compare keeps the error of got, if there is one and if it is worse than the
// one that is there.
func (w *worstError) compare(got float64, want estimate, what func() string) {
	off := math.Abs(got - want.value)
	if off <= want.within {
		return
	}
	// If f does not change smoothly, an error in it that is as large as what the
	// derivative is off over one step may be the reason.
	v := wrong
	switch {
	case got-got != 0: // NaN or infinite
	case want.value != want.value, want.unresolved:
		v = cannotTell
	case !want.smooth && off*want.step < want.careless:
		v = inaccurate
	}
	excess := off / want.within
	if excess != excess {
		excess = math.Inf(1)
	}
	if v < w.verdict || v == w.verdict && excess <= w.excess {
		return
	}
	w.verdict, w.excess = v, excess
	switch {
	case v == cannotTell:
		w.err = fmt.Errorf("cannot tell: the differences do not settle (a kink, a jump, or a sharp f?): %s = %v", what(), got)
	case v == inaccurate:
		w.err = fmt.Errorf("f may be inaccurate: %s = %v, and differences of f give %.9g (within %.1g), as for an error of %.1g in f", what(), got, want.value, want.within, off*want.step)
	case want.value != want.value:
		w.err = fmt.Errorf("%s = %v, want a finite number", what(), got)
	default:
		w.err = fmt.Errorf("%s = %v, want %.9g (within %.1g)", what(), got, want.value, want.within)
	}
}
