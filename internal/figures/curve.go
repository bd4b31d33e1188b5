package main

import "math"

// A curve is the graph of f. At a kink it may bend or jump; where it is
// straight, it is linear between its kinks.
type curve struct {
	style    string
	f        func(u float64) float64
	kinks    []float64
	straight bool
}

// A point is a point of a graph.
type point struct{ u, v float64 }

// A trace is what there is to draw of a curve: strokes that do not cross a
// jump, and at each jump the value there as a closed dot, and the ends that do
// not belong to the curve as open ones.
type trace struct {
	strokes      [][]point
	closed, open []point
}

// beside is how far from a kink its limits are taken.
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

// same reports whether two points are the same, except for the rounding of beside.
func same(a, b point) bool { return math.Abs(a.v-b.v) < 1e-6 }
