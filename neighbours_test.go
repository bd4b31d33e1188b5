package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/activation"
)

// TestNeighbours checks that the result for x does not depend on the elements beside it. With
// SIMD, a vector in which one element is far from 0 is computed in another way.
func TestNeighbours(t *testing.T) { both(t, neighbours[float32], neighbours[float64]) }

func neighbours[T activation.Float](t *testing.T, e entry[T]) {
	gate, ok := e.a.(activation.Elementwise[T])
	if !ok {
		t.Skip("not element-wise")
	}
	x := []T{T(math.NaN())}
	for _, v := range []float64{0, 1e-30, 0.5, 8, 10.5, 13.5, 15, 20.0000032, 20.006041095547022, 20.0115463, 25, 44, 60, 86, 88, 95, 104, 107, 110, 120, 140, 356, 650, 707, 709, 720, 744, 748, 755, 1e4, 1e30, math.Inf(1)} {
		x = append(x, T(v), -T(v))
	}
	const n = 19 // a vector of 512 bits, and another one that is not whole
	g := slices.Repeat([]T{0.7}, n)
	for _, p := range gatePasses(e, gate) {
		in := x
		if p.name == "DerivativeFromOutput" {
			in = gate.Forward(nil, x)
		}
		var alone []T
		for _, v := range in {
			alone = append(alone, p.run(nil, slices.Repeat([]T{v}, n), g)[0])
		}
		for i, v := range in {
			for j, beside := range in {
				at := (i + j) % n
				mixed, want := slices.Repeat([]T{v}, n), slices.Repeat(alone[i:i+1], n)
				mixed[at], want[at] = beside, alone[j]
				wantBits(t, fmt.Sprintf("%s of %v beside %v", p.name, v, beside), p.run(nil, mixed, g), want)
			}
		}
	}
}

// gatePasses returns the passes of e, and the gated unit with e as the gate.
func gatePasses[T activation.Float](e entry[T], gate activation.Elementwise[T]) []pass[T] {
	return append(e.passes(), pass[T]{"Gated.ForwardPair", func(dst, gates, values []T) []T {
		return activation.Gated[T]{Gate: gate}.ForwardPair(dst, gates, values)
	}, 1, 1, true})
}

// TestOrder checks that the result for x does not depend on the elements before it. After an
// element far from 0 a plain loop goes on in another way, up to the first one that is near.
func TestOrder(t *testing.T) { both(t, order[float32], order[float64]) }

func order[T activation.Float](t *testing.T, e entry[T]) {
	gate, ok := e.a.(activation.Elementwise[T])
	if !ok {
		t.Skip("not element-wise")
	}
	rng := rand.New(rand.NewPCG(40, 41))
	n := 400
	if testing.Short() {
		n = 8
	}
	var x []T
	for v := 0.0; v < 760; v += max(0.25, math.Floor(v/50)) {
		for range n {
			x = append(x, T(v+(rng.Float64()-0.5)/8), -T(v+(rng.Float64()-0.5)/8))
		}
	}
	rng.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
	g := slices.Repeat([]T{0.7}, len(x))
	for _, p := range gatePasses(e, gate) {
		in := x
		if p.name == "DerivativeFromOutput" {
			in = gate.Forward(nil, x)
		}
		var alone []T
		for i := range in {
			alone = append(alone, p.run(nil, in[i:i+1], g[:1])...)
		}
		wantBits(t, p.name, p.run(nil, in, g), alone)
	}
}

// TestNeighbourColumns checks the same for a distribution in a column. With SIMD, each lane of a
// vector holds another distribution.
func TestNeighbourColumns(t *testing.T) {
	t.Run("float32", neighbourColumns[float32])
	t.Run("float64", neighbourColumns[float64])
}

func neighbourColumns[T activation.Float](t *testing.T) {
	const n, classes = 19, 4
	var drops []T
	for _, v := range []float64{0, 0.3, 30, 63.9, 64.1, 86, 90, 97.3, 103.7, 105, 125, 599, 601, 707, 712.6, 733.3, 744.9, 780, 790, math.Inf(1)} {
		drops = append(drops, T(v))
	}
	// column sets a column of x to a distribution with that drop.
	column := func(x []T, at int, drop T) {
		for k, v := range []T{-0.2, -drop, 0, -drop * 0.98} {
			x[k*n+at] = v
		}
	}
	for _, a := range []activation.Activation[T]{
		activation.Softmax[T]{Classes: classes, Stride: n}, activation.LogSoftmax[T]{Classes: classes, Stride: n},
	} {
		for i, drop := range drops {
			x := make([]T, n*classes)
			for c := range n {
				column(x, c, drop)
			}
			alone := a.Forward(nil, x)
			for j, beside := range drops {
				at := (i + j) % n
				column(x, at, beside)
				got := a.Forward(nil, x)
				column(x, at, drop)
				for k := range classes {
					got[k*n+at] = alone[k*n+at]
				}
				wantBits(t, fmt.Sprintf("%v of %v beside %v", a, drop, beside), got, alone)
			}
		}
	}
}
