package main

import "math"

// A curve is the graph of f.
type curve struct {
	style    string
	f        func(u float64) float64
	kinks    []float64 // values of u at which f may bend or jump
	straight bool      // whether f is linear between the kinks
}

// A point is a point of a graph.
type point struct{ u, v float64 }

// A trace holds what is drawn for a curve. A stroke ends at a jump, and the next one
// begins there.
type trace struct {
	strokes [][]point
	closed  []point // the values at the jumps
	open    []point // ends of strokes at a jump that are not the value there
}

// beside is the distance from a kink at which f is evaluated for its limits.
const beside = 1e-9

// trace follows the curve from low to high.
func (c curve) trace(low, high float64) (t trace) {
	const steps = 160
	stroke := []point{{low, c.f(low)}}
	extend := func(from, to float64) {
		if c.straight {
			return
		}
		for i := 1; i < steps; i++ {
			u := low + float64((high-low)*float64(i)/steps)
			if from < u && u < to {
				stroke = append(stroke, point{u, c.f(u)})
			}
		}
	}
	from := low
	for _, k := range c.kinks {
		extend(from, k)
		before, here, after := point{k, c.f(k - beside)}, point{k, c.f(k)}, point{k, c.f(k + beside)}
		if same(before, here) && same(here, after) {
			stroke = append(stroke, here)
		} else {
			t.strokes = append(t.strokes, append(stroke, before))
			stroke = []point{after}
			t.closed = append(t.closed, here)
			for _, end := range []point{before, after} {
				if !same(end, here) {
					t.open = append(t.open, end)
				}
			}
		}
		from = k
	}
	extend(from, high)
	t.strokes = append(t.strokes, append(stroke, point{high, c.f(high)}))
	return t
}

// same reports whether two points at a kink are the same. It allows for the distance
// beside.
func same(a, b point) bool { return math.Abs(a.v-b.v) < 1e-6 }
