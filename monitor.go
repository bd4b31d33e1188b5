package activation

import (
	"fmt"
	"math"
	"slices"
)

// Monitor watches the units of a hidden layer over a whole data set. It finds dead
// and saturated units:
//
//	m := activation.Monitor[float32]{Units: 64}
//	for _, u := range batches { // [batch][64]
//		h := relu.Forward(nil, u)
//		m.Observe(h, relu.Derivative(nil, u, nil))
//	}
//	fmt.Println(&m) // 1347 examples: 3 of 64 units dead, 5 saturated; 62.1 % of outputs 0, mean 0.41
//
// A unit is dead if its derivative f′(u) is 0 on every example. No gradient reaches
// its weights, so it seldom comes back (Lu et al., Dying ReLU and Initialization,
// 2019). A unit is saturated if |f′(u)| is below Threshold on at least 95 % of the
// examples: it learns slowly, if at all. So a dead unit counts as saturated, and so
// does a [ReLU] unit that is on for at most 5 % of the examples. A NaN derivative
// is neither 0 nor below Threshold. Sparsity is the share of outputs that are
// exactly 0, of either sign.
//
// A few dead units do little harm. If many die, the learning rate is probably too
// large for ReLU: lower it, or use [LeakyReLU]. If many saturate, the weights are
// too large for [Sigmoid] or [Tanh], or another function would do better. Look at
// trained units and at all of the data: on a single batch many units are off by
// chance.
//
// The zero value is ready to use, and takes each slice as one example. Memory does
// not grow with the number of examples. A Monitor is not safe for concurrent use:
// give each goroutine its own, and Merge them. Do not copy a Monitor, because both
// copies would count in the same memory; go vet reports such a copy. Do not change
// its fields between the first Observe and a Reset. Its String method is on the
// pointer, so print &m.
type Monitor[T Float] struct {
	_ noCopy

	// Units is the number of units of the layer; 0 means that a slice is
	// one example, and then Stride has no meaning.
	Units int

	// Stride is the distance from one unit to the next; 0 means 1. For the
	// channels of an NCHW image it is H·W, and each of these positions
	// counts as an example.
	Stride int

	// Threshold is the |f′(u)| below which a unit is saturated on an
	// example; 0 means 0.01. Sigmoid falls below 0.01 at |u| = 4.6 and Tanh
	// at |u| = 3. A LeakyReLU with a slope of 0.01 never does.
	Threshold T

	units    []watched
	examples int64
}

// noCopy makes go vet report copies of a struct that holds it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// A watched unit has counts of examples.
type watched struct {
	alive bool  // some derivative was not 0
	low   int64 // derivatives below the threshold
	zeros int64 // outputs of 0
	sum   total // of the outputs
}

// A total is the sum of numbers that may be as large as any float64: it does not
// overflow, for up to 2⁶³ of them.
type total struct {
	ordinary compensated // of those below 2⁹⁰⁰
	huge     compensated // of the others, times 2⁻¹⁰⁰, which is exact
}

func (t *total) add(v float64) {
	if math.Abs(v) < 0x1p900 {
		t.ordinary.add(v)
	} else {
		t.huge.add(v * 0x1p-100)
	}
}

// merge adds all that o has added.
func (t *total) merge(o total) {
	t.ordinary.merge(o.ordinary)
	t.huge.merge(o.huge)
}

// mean returns the total of n numbers divided by n.
func (t total) mean(n float64) float64 {
	return t.huge.value()/n*0x1p100 + t.ordinary.value()/n
}

// compensated is a sum with a second term for what rounding loses (Neumaier's
// method): it stays accurate over millions of terms.
type compensated struct{ sum, lost float64 }

func (c *compensated) add(v float64) {
	s := c.sum + v
	if math.Abs(c.sum) >= math.Abs(v) {
		c.lost += (c.sum - s) + v
	} else {
		c.lost += (v - s) + c.sum
	}
	c.sum = s
}

func (c *compensated) merge(o compensated) {
	c.add(o.sum)
	c.lost += o.lost
}

func (c compensated) value() float64 {
	if c.sum-c.sum != 0 { // infinite or NaN, and lost is NaN
		return c.sum
	}
	return c.sum + c.lost
}

// Unit is what a [Monitor] has seen of one unit.
type Unit struct {
	Dead      bool    // f′ was 0 on every example
	Saturated bool    // |f′| was below Threshold on at least 95 % of the examples
	Sparsity  float64 // share of the examples for which the output was 0
	Mean      float64 // mean of the outputs
}

// Observe counts a batch of outputs y = f(u), [batch][Units][Stride], with the
// derivative f′(u) of each.
//
// For an element-wise function and for [PReLU], pass f.Derivative(nil, u, nil), or
// f.DerivativeFromOutput(nil, y, nil) if u is gone. You may also pass the ∂L/∂u of
// a backward pass. Then a unit is dead if no gradient came through, and Threshold
// has the scale of the gradient. Do not use Observe with [Softmax]: for a nil
// upstream its derivative is 0, because its outputs always sum to 1.
//
// A nil derivative means ones. That is right for [Identity], and for [Maxout] and
// [MaxoutLayer], whose output has fewer elements than their input. A maxout unit
// passes its whole gradient to the largest piece, so it is never dead. For [Gated],
// observe the gate: pass f(g) and f′(g).
//
// Observe takes 5 to 8 ns per output (Xeon Emerald Rapids, Go 1.26, BenchmarkObserve).
// Most functions take less than that in Forward. One pass over the data after an epoch
// is cheap. A call in every training step may not be.
func (m *Monitor[T]) Observe(y, derivative []T) {
	const call = "Monitor.Observe"
	step, threshold := m.checkFields(call)
	units := m.Units
	if units == 0 {
		units = len(y)
	} else {
		checkMultiple(call, "y", len(y), "Units·Stride", saturatingProduct(units, step))
	}
	if derivative != nil && len(derivative) != len(y) {
		mistake(call, "len(derivative) = %d, want %d", len(derivative), len(y))
	}
	if len(y) == 0 {
		return
	}
	m.expect(call, units)

	d := 1.0
	for i := 0; i < len(y); {
		for u := range m.units {
			for range step {
				if derivative != nil {
					d = float64(derivative[i])
				}
				m.units[u].count(float64(y[i]), d, threshold)
				i++
			}
		}
	}
	m.examples += int64(len(y) / units)
}

// checkFields checks the fields, and returns what they mean.
func (m *Monitor[T]) checkFields(call string) (step int, threshold float64) {
	atLeast(call, "Units", m.Units, 0)
	step = stride(call, m.Stride)
	if m.Units == 0 {
		step = 1
	}
	if !(m.Threshold >= 0) {
		mistake(call, "Threshold = %v, want at least 0", m.Threshold)
	}
	if m.Threshold == 0 {
		return step, float64(T(0.01)) // a slope of 0.01 is this number in T
	}
	return step, float64(m.Threshold)
}

// count adds an example with output y and derivative d.
func (w *watched) count(y, d, threshold float64) {
	if d != 0 {
		w.alive = true
	}
	if math.Abs(d) < threshold {
		w.low++
	}
	if y == 0 {
		w.zeros++
	}
	w.sum.add(y)
}

// expect makes sure that m watches n units.
func (m *Monitor[T]) expect(call string, n int) {
	if len(m.units) == 0 {
		m.units = slices.Grow(m.units, n)[:n]
		clear(m.units)
	}
	if len(m.units) != n {
		mistake(call, "%d units, want %d as before", n, len(m.units))
	}
}

// Merge counts all that other has observed, as if m had observed it too. The fields
// of both must mean the same: Stride 0 is Stride 1, and Threshold 0 is Threshold
// 0.01. Units 0 fits any number of units, as long as both have observed the same
// number. If you merge a Monitor with itself, all that it has observed counts
// twice.
func (m *Monitor[T]) Merge(other *Monitor[T]) {
	const call = "Monitor.Merge"
	if other == nil {
		mistake(call, "other is nil")
	}
	step, threshold := m.checkFields(call)
	otherStep, otherThreshold := other.checkFields(call)
	if otherStep != step || otherThreshold != threshold || m.Units != 0 && other.Units != 0 && m.Units != other.Units {
		mistake(call, "Units, Stride, Threshold = %d, %d, %v, want %d, %d, %v",
			other.Units, other.Stride, other.Threshold, m.Units, m.Stride, m.Threshold)
	}
	if other.examples == 0 {
		return
	}
	if m.Units != 0 && m.Units != len(other.units) {
		mistake(call, "%d units, want Units = %d", len(other.units), m.Units)
	}
	m.expect(call, len(other.units))
	for i, o := range other.units {
		w := &m.units[i]
		w.alive = w.alive || o.alive
		w.low += o.low
		w.zeros += o.zeros
		w.sum.merge(o.sum)
	}
	m.examples += other.examples
}

// Reset forgets all that m has observed. It keeps the fields, and the memory.
func (m *Monitor[T]) Reset() {
	m.units, m.examples = m.units[:0], 0
}

// Examples returns the number of examples observed, or the largest int if there
// were more.
func (m *Monitor[T]) Examples() int { return int(min(m.examples, math.MaxInt)) }

// PerUnit returns what m has seen of each unit. Before any example it returns an
// empty slice.
func (m *Monitor[T]) PerUnit() []Unit {
	all := make([]Unit, len(m.units))
	for i := range all {
		all[i] = m.unit(i)
	}
	return all
}

// width returns the number of units.
func (m *Monitor[T]) width() int64 { return int64(len(m.units)) }

// unit returns what was seen of unit i.
func (m *Monitor[T]) unit(i int) Unit {
	w, n := m.units[i], float64(m.examples)
	return Unit{
		Dead:      !w.alive,
		Saturated: 20*w.low >= 19*m.examples, // 95 %
		Sparsity:  float64(w.zeros) / n,
		Mean:      w.sum.mean(n),
	}
}

// DeadFraction returns the share of the units that are dead. Before any example it
// is 0, and so are the other shares and the mean.
func (m *Monitor[T]) DeadFraction() float64 {
	return fraction(m.all().dead, m.width())
}

// SaturatedFraction returns the share of the units that are saturated.
func (m *Monitor[T]) SaturatedFraction() float64 {
	return fraction(m.all().saturated, m.width())
}

// Sparsity returns the share of all outputs that were exactly 0.
func (m *Monitor[T]) Sparsity() float64 {
	return fraction(m.all().zeros, m.width()*m.examples)
}

// Mean returns the mean of all outputs.
func (m *Monitor[T]) Mean() float64 {
	if m.examples == 0 {
		return 0
	}
	return m.all().sum.mean(float64(m.width()) * float64(m.examples))
}

// layer is what was seen of all units together.
type layer struct {
	dead, saturated, zeros int64
	sum                    total
}

// all returns what was seen of the layer.
func (m *Monitor[T]) all() (l layer) {
	for i, w := range m.units {
		u := m.unit(i)
		if u.Dead {
			l.dead++
		}
		if u.Saturated {
			l.saturated++
		}
		l.zeros += w.zeros
		l.sum.merge(w.sum)
	}
	return l
}

// fraction returns part/whole, and 0 of nothing.
func fraction(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// String returns a line for a log: "1347 examples: 3 of 64 units dead, 5
// saturated; 62.1 % of outputs 0, mean 0.41".
func (m *Monitor[T]) String() string {
	l := m.all()
	return fmt.Sprintf("%d examples: %d of %d units dead, %d saturated; %.1f %% of outputs 0, mean %.3g",
		m.examples, l.dead, m.width(), l.saturated, 100*m.Sparsity(), m.Mean())
}
