package activation

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// CheckDerivative compares the derivatives of an activation, usually one of your
// own, with differences of its Forward at x:
//
//	f′(u) ≈ (f(u+h) − f(u−h)) / 2h
//
// It returns nil if they agree. If they do not, the error is about the worst element:
// it names the activation, the method and the index, and says what the method returns
// and what the differences give. CheckDerivative checks
//
//   - Derivative, with an upstream of 1 for one output and 0 for the others, with a
//     nil upstream, and with random upstreams of about 1, about 1e10, about 1e-10,
//     and all three sizes mixed
//   - DerivativeFromOutput in the same way, if a has it
//   - DerivativeAt for each x, if a is [Elementwise]
//   - ParameterGradient in the same way as Derivative, and that it adds to grad, if
//     a is [Parametric]
//   - that Forward and these methods write their result to dst (or grad), leave
//     their inputs as they were, return dst, and return as many elements if dst is
//     nil
//   - that Forward and the derivatives give the same if dst is x, y or upstream
//     itself, for each of these that has the length of the result
//
// x must not be empty and must have a length that fits a. Its elements, f(x) and the
// parameters must be finite. The elements may be as large as T allows, if f(x) does not
// overflow. An error shows only at the points that are checked, so choose points on both
// sides of 0 and in the tails. Keep a distance of 0.01, or 1 % of a large x, from the
// kinks: 0 for [ReLU], equal pieces for [Maxout]. At a kink the derivative is a
// convention.
//
// If a derivative disagrees with the differences, the error says which of three
// things that means:
//
//   - "want 0.25 (within 2e-10)": the derivative is wrong. A NaN is wrong too.
//   - "f may be inaccurate": f does not change smoothly at x, or not at all, and a
//     rounding error of f would explain the disagreement. In float32,
//     0.5*u*(1+erf(u/√2)) is 0 at u = −6, and so are its differences.
//   - "cannot tell: the differences do not settle": they still change at the
//     smallest step that the rounding errors of f allow. This happens at a kink, at
//     a jump, and for a function that is too sharp.
//
// The steps h begin at 1, or at a share of a large x. CheckDerivative makes h smaller
// until the rounding errors are larger than the change from the last step. So it can
// check a sharp function too, such as a [Softmax] of Temperature 1e-5 in float64. It
// can miss a detail of f that is much narrower than h.
//
// CheckDerivative assumes that f is accurate to a few units in the last place. If f
// and f′ are about 1, it finds an f′ that is off by a thousandth (float32) or by
// 1e-8 (float64). It does not find a wrong f′ of 1e-17 beside an f of 1, as in the
// right tail of [Sigmoid]. The tolerance for DerivativeFromOutput is larger, by four
// times the rounding error of 1, because y itself is rounded.
//
// CheckDerivative calls Forward about 25 times (float32) or 40 times (float64) for
// each element of x and for each parameter, and about 100 times if the differences
// do not settle. So use a few dozen points and a small layer. It changes the
// parameters during the call, and restores them bit for bit.
//
// CheckDerivative does not call the DerivativeFromOutput of a [LeakyReLU] or [ELU]
// with Alpha < 0, which panics. To skip DerivativeFromOutput for another type, wrap
// a in struct{ activation.Activation[float64] }{a}. That skips DerivativeAt and
// ParameterGradient too.
//
// Slices that do not fit, an invalid field and a nil a are errors, not panics:
// CheckDerivative recovers a panic whose value is a string that begins with
// "activation: ". Other panics of your own methods pass through. An index out of range
// often means that a method does not handle a nil dst or a nil upstream.
func CheckDerivative[T Float](a Activation[T], x []T) error {
	a = unbox(a)
	if isNil(a) {
		return errors.New("activation: CheckDerivative: a is nil")
	}
	if err := mistakeAsError(func() error { return checkDerivative(a, slices.Clone(x)) }); err != nil {
		return fmt.Errorf("activation: %s: %w", nameOf(a), err)
	}
	return nil
}

// mistakeAsError runs check, and returns its error, or a panic of this package as
// one. Only the methods of an activation know which shapes they accept, so no check
// before the call replaces it.
func mistakeAsError(check func() error) (err error) {
	defer func() {
		r := recover()
		if r == nil { // no panic, or a Goexit
			return
		}
		text, _ := r.(string)
		text, ok := strings.CutPrefix(text, "activation: ")
		if !ok {
			panic(r)
		}
		err = errors.New(text)
	}()
	return check()
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
	if c, ok := plain(a).(interface{ hasOutputDerivative() bool }); ok && !c.hasOutputDerivative() {
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
	methods := []backward[T]{{name: "Derivative", dst: "dst", variable: "x", variables: x, inputName: "x", input: x, run: func(dst, upstream []T) []T {
		return a.Derivative(dst, x, upstream)
	}}}
	if o, ok := outputDerivative(a); ok {
		methods = append(methods, backward[T]{name: "DerivativeFromOutput", dst: "dst", variable: "x", variables: x, inputName: "y", input: y, slack: 4 * rounding[T](1), run: func(dst, upstream []T) []T {
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
		gradient := backward[T]{name: "ParameterGradient", dst: "grad", variable: "p", variables: parameters, inputName: "x", input: x, adds: true, run: func(grad, upstream []T) []T {
			return p.ParameterGradient(grad, x, upstream)
		}}
		if err := gradient.check(&worst, d.derivatives(parameters)); err != nil {
			return err
		}
	}
	return worst.err
}

// checkFinite returns an error if v has an infinity or a NaN, because no difference can be
// taken there.
func checkFinite[T Float](name string, v []T) error {
	for i, e := range v {
		if e-e != 0 {
			return fmt.Errorf("%s[%d] = %v, want a finite number to take differences", name, i, e)
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
	same := func(got []T, where string) error {
		for i := range y {
			if got[i] != y[i] {
				return fmt.Errorf("Forward gives f(x)[%d] = %v %s, and %v in a new slice", i, got[i], where, y[i])
			}
		}
		return nil
	}
	if err := same(dst, "in dst"); err != nil || len(x) != len(y) {
		return y, err
	}
	if err := checkResult("Forward with dst = x", "dst", before, func() []T { return a.Forward(before, before) }); err != nil {
		return nil, err
	}
	return y, same(before, "with dst = x")
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
	if slices.Compare(dst, before) == 0 { // for Compare, NaN equals NaN
		return fmt.Errorf("%s ignores %s: it returns another slice, and leaves %s as it was", method, name, name)
	}
	return fmt.Errorf("%s returns a slice other than %s", method, name)
}

// A differentiator takes differences of Forward.
type differentiator[T Float] struct {
	forward  func(dst []T) // computes f at x and the parameters as they are now
	y        []T           // f(x)
	rounding []float64     // of each output: half a unit in the last place, and what x contributes
}

// A quotient is the difference quotient of one output by one variable v.
type quotient struct {
	step     float64 // h
	slope    float64 // (f(v+h) − f(v−h)) / 2h
	bend     float64 // |slope to the right of v − slope to the left|
	rounding float64 // how much the rounding of f may change slope
}

// An estimate is a derivative that was computed from the quotients.
type estimate struct {
	value    float64 // NaN if the quotients do not settle
	within   float64 // how far the derivative may be from value
	step     float64 // of the quotient
	careless float64 // the error that a careless formula for f may have

	smooth     bool // f is as smooth as its rounding lets it be
	unresolved bool // f has details that are narrower than step, and are no rounding
}

// rounding returns how much rounding to T may change a number of that size. A
// number below the normal ones may also become 0.
func rounding[T Float](size float64) float64 {
	if bitSize[T]() == 32 {
		return 0x1p-24*size + 0x1p-126
	}
	return 0x1p-53*size + 0x1p-1022
}

// steps returns the largest and the smallest h to try for a variable at v. The
// errors of truncation, h²f‴/6, and of rounding, ε/h, meet near h = ∛ε if f and
// f‴ are about 1, and near that share of a large v. A sharp f needs smaller ones,
// of which v must still have some bits.
func steps[T Float](v T) (largest, smallest float64) {
	epsilon, size := rounding[T](1), math.Abs(float64(v))
	largest = 4 * max(0.25, math.Cbrt(epsilon)*size)
	return largest, max(16*epsilon*size, 0x1p-64*largest)
}

// quotients returns the quotient of each output by v[j] for the step h. If v[j]+h
// overflows, it takes f(v[j]−2h) in place of f(v[j]+h).
func (d differentiator[T]) quotients(v []T, j int, h float64) []quotient {
	at := v[j]
	// move returns f for v[j]+offset, and the offset as it is in T, which may
	// differ in the last bits.
	move := func(offset float64) ([]T, float64) {
		v[j] = T(float64(at) + offset)
		if math.IsInf(float64(v[j]), 0) {
			v[j] = T(float64(at) - 2*offset)
		}
		moved := float64(v[j]) - float64(at)
		f := make([]T, len(d.y))
		d.forward(f)
		v[j] = at
		return f, moved
	}
	f1, h1 := move(h)
	f2, h2 := move(-h)
	// slope is that of the parabola through the three points. For h1 = h and
	// h2 = −h it is (f1 − f2) / 2h, and base is 2h.
	base := math.Abs(h1 * ((h2 - h1) / h2))
	q := make([]quotient, len(d.y))
	for i := range q {
		f, a, b := float64(d.y[i]), float64(f1[i]), float64(f2[i])
		slope1, slope2 := (a-f)/h1, (b-f)/h2
		q[i] = quotient{
			step:     h,
			slope:    (slope1*h2-slope2*h1)/(h2-h1) + 0, // no −0
			bend:     math.Abs(slope1 - slope2),
			rounding: 16 * (d.rounding[i] + rounding[T](math.Abs(a)) + rounding[T](math.Abs(b))) / base, // 8 ULP each
		}
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
		size := math.Abs(float64(v))
		if v == 0 {
			continue
		}
		for i, q := range d.quotients(x, j, math.Sqrt(epsilon)*size) {
			if contribution := epsilon * math.Abs(q.slope) * size; contribution < math.Inf(1) {
				d.rounding[i] += contribution
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
	byOutput := make([][]quotient, len(d.y))
	estimates := make([]estimate, len(d.y))
	// The steps shrink by a factor that is no simple fraction. If they halve, the
	// changes of an f that is a coarse staircase may halve too, and look smooth:
	// that called 1 in 900 right derivatives of textbook formulas for GELU, Mish,
	// softplus and ELU wrong, and this calls 1 in 50 000.
	for h, smallest := steps(v[j]); h >= smallest; h *= math.Sqrt2 - 1 {
		better := false // may some estimate get better still?
		for i, q := range d.quotients(v, j, h) {
			byOutput[i] = append(byOutput[i], q)
			// Such as that of 1+erf(u) for u ≪ 0.
			careless := 16 * rounding[T](1) * (1 + math.Abs(float64(v[j]))/2 + math.Abs(float64(d.y[i]))/2)
			estimates[i] = settle(byOutput[i], careless)
			// Rounding only grows from here on. Some steps more show the noise of
			// f.
			better = better || !(q.rounding > 4*estimates[i].within) || h > estimates[i].step/16
		}
		if !better {
			break
		}
	}
	subnormals := 0x1p-1073 // two of the smallest, because a derivative may be off by 1.5 ULP
	if bitSize[T]() == 32 {
		subnormals = 0x1p-148
	}
	for i := range estimates {
		estimates[i].within += subnormals
	}
	return estimates
}

// settle returns the derivative that quotients for shrinking steps settle on: the
// one with the smallest error.
//
// The slopes settle if they change less from step to step: by a sixth for a
// smooth f, and by less than half for any. Far from there, if f is sharp, they are
// like 1/h and change more and more. The bend must shrink too. It does not at a
// kink or on a narrow peak, though the slopes may settle on their mean. Changes
// that rounding explains do not matter.
func settle(q []quotient, careless float64) estimate {
	// noise[k] is how much f differs by chance over the steps after k.
	noise := make([]float64, len(q))
	for k := len(q) - 2; k >= 0; k-- {
		noise[k] = max(noise[k+1], q[k+1].step*math.Abs(q[k+1].slope-q[k].slope))
	}
	best := estimate{value: math.NaN(), within: math.Inf(1), careless: careless}
	limit := math.Inf(1) // of the bend; after a kink it must fall, and not only drown in rounding
	shrunk := 0          // how many times in a row a change was no rounding, and shrank
	for k := 2; k < len(q); k++ {
		now, last := q[k], q[k-1]
		change, lastChange := math.Abs(now.slope-last.slope), math.Abs(last.slope-q[k-2].slope)
		slopesSettle := func(rounding float64) bool { return change <= 0.5*lastChange+2*rounding }
		bendsSettle := func(rounding float64) bool { return now.bend <= 0.75*last.bend+4*rounding }
		if !slopesSettle(now.rounding) || !bendsSettle(now.rounding) {
			shrunk = 0
			// A careless formula may explain this, as long as its error changes the
			// slopes only a little.
			coarse := max(now.rounding, careless/now.step)
			if now.step < 0x1p12*careless || !slopesSettle(coarse) || !bendsSettle(coarse) {
				if !bendsSettle(now.rounding) {
					limit = now.bend / 2
				}
				continue
			}
		}
		if now.bend > limit {
			continue
		}
		limit = math.Inf(1)
		if change > 2*now.rounding && change < lastChange/2 {
			shrunk++
		}
		noise := noise[k] / now.step
		e := estimate{
			value:      now.slope,
			within:     now.rounding + change + lastChange/4 + 2*noise, // one change may be small by chance
			step:       now.step,
			careless:   careless,
			smooth:     shrunk >= 3 && noise < 2*now.rounding,
			unresolved: noise > careless/now.step && noise > math.Abs(now.slope)/4,
		}
		if now.bend > 0.75*last.bend {
			e.within += now.bend / 2
		}
		better := e.within < best.within
		if off := math.Abs(e.value - best.value); off > e.within+best.within {
			// Either f is careless, and these short steps lie between two of its
			// jumps. With such steps, 40 % more careless formulas would stay in doubt.
			// Or f is a wave, and the long steps agreed by chance.
			better = off*e.step > careless && (better || e.within < math.Abs(e.value)/16)
		}
		if better {
			best = e
		}
	}
	return best
}

// A backward is a method that computes Jᵀ·upstream, with J the derivatives of the
// outputs by the variables.
type backward[T Float] struct {
	name      string
	dst       string // what its dst is called
	variable  string // what the variables are called
	variables []T
	inputName string  // what the input is called
	input     []T     // besides upstream
	adds      bool    // adds to dst instead of setting it
	slack     float64 // what the rounding of a y of about 1 may change
	run       func(dst, upstream []T) []T
}

// check compares the method with J, row by row, and then with sums of these rows.
// It returns an error that is certain, and keeps any other in worst.
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
			e := want[j][i]
			e.within += m.slack
			worst.compare(float64(got), e, func() string {
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

// call runs the method on a new dst, which holds start everywhere if it adds.
func (m backward[T]) call(start T, upstream []T) ([]T, error) {
	if !m.adds {
		start = T(math.NaN()) // still there if it is added to or left alone
	}
	dst := slices.Repeat([]T{start}, len(m.variables))
	return dst, m.callWith(m.name, dst, upstream)
}

// callWith runs the method on dst, and checks that it returns dst and writes to nothing else.
func (m backward[T]) callWith(name string, dst, upstream []T) error {
	input, gradient := slices.Clone(m.input), slices.Clone(upstream)
	if err := checkResult(name, m.dst, dst, func() []T { return m.run(dst, upstream) }); err != nil {
		return err
	}
	switch {
	case !overlap(dst, m.input) && !slices.Equal(m.input, input):
		return fmt.Errorf("%s writes to %s", name, m.inputName)
	case !overlap(dst, upstream) && !slices.Equal(upstream, gradient):
		return fmt.Errorf("%s writes to upstream", name)
	}
	return nil
}

// checkUpstream compares what the method gives for a nil upstream and for random
// ones with sums of the rows. Unlike differences, a sum is exact except for its
// rounding, so errors of the method that are small beside a large upstream show.
func (m backward[T]) checkUpstream(rows [][]T) error {
	ones := slices.Repeat([]T{1}, len(rows))
	none := m.run(nil, nil)
	if err := checkLength(m.name, len(none), len(m.variables)); err != nil {
		return err
	}
	if err := m.checkSum(none, rows, ones, 0, "for a nil upstream"); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 2)) // always the same: an error can be repeated
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
		if err == nil && !m.adds {
			err = m.checkInPlace(rows, upstream, u.what)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkInPlace is checkSum for a dst that is the input, and for one that is upstream.
func (m backward[T]) checkInPlace(rows [][]T, upstream []T, what string) error {
	if len(m.input) == len(m.variables) {
		input, where := slices.Clone(m.input), " with dst = "+m.inputName
		err := m.callWith(m.name+where, m.input, upstream)
		got := slices.Clone(m.input)
		copy(m.input, input)
		if err == nil {
			err = m.checkSum(got, rows, upstream, 0, what+","+where)
		}
		if err != nil {
			return err
		}
	}
	if len(upstream) == len(m.variables) {
		got, where := slices.Clone(upstream), " with dst = upstream"
		if err := m.callWith(m.name+where, got, got); err != nil {
			return err
		}
		return m.checkSum(got, rows, upstream, 0, what+","+where)
	}
	return nil
}

// checkSum compares got with start + Σᵢ rows[i]·upstream[i].
func (m backward[T]) checkSum(got []T, rows [][]T, upstream []T, start T, what string) error {
	var worst worstError
	for j, v := range got {
		sum, size := float64(start), math.Abs(float64(start))
		underflow := 0.0 // what the rows may have lost to it, times upstream
		mixes := false   // whether other outputs depend on this variable too
		for i, row := range rows {
			term := float64(row[j]) * float64(upstream[i])
			sum += term
			size += math.Abs(term)
			underflow += math.Abs(float64(upstream[i])) * rounding[T](0)
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
		want := estimate{value: sum, within: float64(64+len(rows))*rounding[T](size) + underflow}
		worst.compare(float64(v), want, func() string { return fmt.Sprintf("%s %s: element %d", m.name, what, j) })
	}
	return worst.err
}

// A verdict says what a disagreement means. A larger one counts more.
type verdict int

const (
	agrees verdict = iota
	cannotTell
	inaccurate // f may be
	wrong
)

// A worstError keeps the error that counts most, and among equal verdicts the one
// that exceeds its tolerance most.
type worstError struct {
	verdict verdict
	excess  float64
	err     error
}

// compare compares got with want. If they disagree, and the error is worse than the one that w
// holds, w keeps it. what describes got.
func (w *worstError) compare(got float64, want estimate, what func() string) {
	off := math.Abs(got - want.value)
	if off <= want.within {
		return
	}
	v := wrong
	switch {
	case got-got != 0: // NaN or infinite
	case want.value != want.value, want.unresolved:
		v = cannotTell
	case !want.smooth && off*want.step < want.careless: // f is off by less over one step
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
		w.err = fmt.Errorf("f may be inaccurate: %s = %v, but differences give %.9g (within %.1g); an error of %.1g in f explains that", what(), got, want.value, want.within, off*want.step)
	case want.value != want.value:
		w.err = fmt.Errorf("%s = %v, want a finite number", what(), got)
	default:
		w.err = fmt.Errorf("%s = %v, want %.9g (within %.1g)", what(), got, want.value, want.within)
	}
}
