package activation_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/activation"
)

// TestAtGivesForward checks that At and DerivativeAt give the same bits as Forward and
// Derivative in the middle of a long slice, because with SIMD they run different code. It
// does so for every 9973rd float32, or for all with -exhaustive, and for up to 2²⁰ random
// float64s.
func TestAtGivesForward(t *testing.T) {
	step := uint64(9973)
	if *exhaustive {
		step = 1
	}
	each(t, func(t *testing.T, e entry[float32]) {
		const block = 4096 * 9973
		for start := uint64(0); start < 1<<32; start += block {
			x := make([]float32, 0, 4096)
			for b := start; b < min(start+block, 1<<32); b += step {
				if x = append(x, math.Float32frombits(uint32(b))); len(x) == cap(x) {
					sameAt(t, e, x)
					x = x[:0]
				}
			}
			sameAt(t, e, x)
		}
	})
	each(t, func(t *testing.T, e entry[float64]) {
		rng := rand.New(rand.NewPCG(31, 32))
		x := make([]float64, min(1<<20, 1<<32/step))
		for i := range x {
			x[i] = 4 * rng.NormFloat64()
			if i%2 == 0 {
				x[i] = math.Float64frombits(rng.Uint64())
			}
		}
		sameAt(t, e, x)
	})
}

// TestAtOfProducts checks At for a CELU whose x/α was fused with a sum in the loop, but not in
// DerivativeAt, with GOAMD64=v3.
func TestAtOfProducts(t *testing.T) {
	for _, c := range []struct {
		alpha float32
		x     uint32
	}{{1000, 0xc7095440}, {227.75, 0xc5fa36b0}} {
		e := entry[float32]{a: activation.CELU[float32]{Alpha: c.alpha}}
		sameAt(t, e, slices.Repeat([]float32{math.Float32frombits(c.x)}, 20))
	}
}

func sameAt[T activation.Float](t *testing.T, e entry[T], x []T) {
	t.Helper()
	f, ok := e.a.(activation.Elementwise[T])
	if !ok {
		t.Skip("no function of one element")
	}
	y, d := f.Forward(nil, x), f.Derivative(nil, x, nil)
	for i, v := range x {
		if got := f.At(v); bits(got) != bits(y[i]) {
			t.Fatalf("At(%x) = %x, Forward gives %x", float64(v), float64(got), float64(y[i]))
		}
		if got := f.DerivativeAt(v); bits(got) != bits(d[i]) {
			t.Fatalf("DerivativeAt(%x) = %x, Derivative gives %x", float64(v), float64(got), float64(d[i]))
		}
	}
}
