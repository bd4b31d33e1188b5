package activation

import (
	"fmt"
	"math"
	"slices"
)

// Monitor watches the units of a layer over a whole data set, for what goes
// wrong in hidden layers. Watch your dead ReLUs:
//
//	m := activation.Monitor[float32]{Units: 64}
//	for _, u := range batches { // [batch][64]
//		h := relu.Forward(nil, u)
//		m.Observe(h, relu.Derivative(nil, u, nil))
//	}
//	fmt.Println(&m) // 1347 examples: 3 of 64 units dead, 5 saturated; 62.1 % of outputs 0, mean 0.41
//
// A unit is dead if its derivative f′(u) is 0 on every example: no gradient
// reaches its weights, so that nothing brings it back. It is saturated if
// |f′(u)| is below Threshold on at least 95 % of the examples: it learns slowly,
// if at all. So a dead unit is saturated as well, and a ReLU that is on for
// hardly any example. A NaN derivative is neither 0 nor below Threshold.
// Sparsity is the share of outputs that are exactly 0, of either sign.
//
// A few dead units do little harm. Where many die, the learning rate is likely
// too large for [ReLU]; lower it, or take [LeakyReLU]. Where many saturate,
// the weights are too large for [Sigmoid] or [Tanh], or these are the wrong
// functions. Watch trained units over all of the data: on a single batch many
// are off by chance.
//
// The zero value is ready to use, and takes each slice for one example. Memory
// does not grow with the number of examples. A Monitor is not safe for
// concurrent use: give each goroutine its own, and Merge them. Once it has
// observed something, do not copy it, nor change its fields before a Reset.
type Monitor[T Float] struct {
	// Units is the number of units of the layer; 0 means that a slice is
	// one example, whatever Stride says.
	Units int

	// Stride is the distance from one unit to the next; 0 means 1. For the
	// channels of an NCHW image it is H·W, and each of these positions
	// counts as an example.
	Stride int

	// Threshold is the |f′(u)| below which a unit is saturated on an
	// example; 0 means 0.01, which sigmoid passes at |u| = 4.6, tanh at 3,
	// and the leak of 0.01 never.
	Threshold T

	units    []watched
	examples int64
}

// A watched unit has counts of examples.
type watched struct {
	alive bool  // some derivative was not 0
	low   int64 // derivatives below the threshold
	zeros int64 // outputs of 0
	sum   total // of the outputs
}

// A total is a compensated sum (Neumaier's): it stays accurate over millions
// of terms.
type total struct{ sum, lost float64 }

func (t *total) add(v float64) {
	s := t.sum + v
	if math.Abs(t.sum) >= math.Abs(v) {
		t.lost += (t.sum - s) + v
	} else {
		t.lost += (v - s) + t.sum
	}
	t.sum = s
}

// merge adds all that o has added.
func (t *total) merge(o total) {
	t.add(o.sum)
	t.lost += o.lost
}

func (t total) value() float64 {
	if t.sum-t.sum != 0 { // infinite or NaN, and lost is NaN
		return t.sum
	}
	return t.sum + t.lost
}

// Unit is what a [Monitor] has seen of one unit.
type Unit struct {
	Dead      bool    // its derivative was 0 on every example
	Saturated bool    // its |derivative| was below Threshold on at least 95 % of them
	Sparsity  float64 // share of the examples on which its output was 0
	Mean      float64 // of its output
}

// Observe counts a batch of outputs y = f(u), [batch][Units][Stride], with the
// derivative f′(u) of each.
//
// For an element-wise function and [PReLU] that is f.Derivative(nil, u, nil),
// or f.DerivativeFromOutput(nil, y, nil) where u is gone. The ∂L/∂u of a
// backward pass does as well: then dead means that no gradient came through,
// and Threshold is in its units. [Softmax] is not for this: for a nil upstream
// its derivative is 0, since its outputs always sum to 1.
//
// A nil derivative stands for ones, for a function that always passes its
// gradient on: [Identity]; and [Maxout] and [MaxoutLayer], whose output has
// fewer elements than their input. A unit of these hands its whole gradient to
// the piece that is the maximum, and so is never dead.
func (m *Monitor[T]) Observe(y, derivative []T) {
	const call = "Monitor.Observe"
	atLeast(call, "Units", m.Units, 0)
	step := stride(call, m.Stride)
	if !(m.Threshold >= 0) {
		mistake(call, "Threshold = %v, want at least 0", m.Threshold)
	}
	units := m.Units
	if units == 0 {
		units, step = len(y), 1
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

	threshold := float64(m.Threshold)
	if threshold == 0 {
		threshold = float64(T(0.01)) // as the leak of that slope is in T
	}
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

// Merge counts all that other has observed, as if m had observed it too. The
// fields of both must be the same.
func (m *Monitor[T]) Merge(other *Monitor[T]) {
	const call = "Monitor.Merge"
	if m.Units != other.Units || m.Stride != other.Stride || m.Threshold != other.Threshold {
		mistake(call, "Units, Stride, Threshold = %d, %d, %v, want %d, %d, %v",
			other.Units, other.Stride, other.Threshold, m.Units, m.Stride, m.Threshold)
	}
	if other.examples == 0 {
		return
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

// Examples returns the number of examples observed.
func (m *Monitor[T]) Examples() int { return int(m.examples) }

// PerUnit returns what was seen of each unit; nothing before any example.
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
		Mean:      w.sum.value() / n,
	}
}

// DeadFraction returns the share of the units that are dead. It is 0 before any
// example, as the other shares and the mean are.
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
	return m.all().sum.value() / float64(m.width()) / float64(m.examples)
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
