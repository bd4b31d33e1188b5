//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/activation/internal/element"
	"example.com/activation/internal/vector"
)

// TestTiers compares the SIMD loops with the scalar loops, bit for bit, for the
// operations that select, multiply once, or add in a fixed order.
func TestTiers(t *testing.T) {
	if !vector.On {
		t.Skip("no SIMD on this machine")
	}
	t.Run("float32", tiers[float32])
	t.Run("float64", tiers[float64])
}

// compared is an operation to compare. A group is the smallest number of elements of x
// that it accepts.
type compared[T element.Float] struct {
	name     string
	group    int // elements of x
	outputs  int // elements of dst for a group, or 0 if dst is a gradient to add to
	upstream int // elements of upstream for a group, or 0 if there is no upstream
	run      func(dst, x, upstream []T)
	inPlace  bool
}

func compare[T element.Float]() (ks []compared[T]) {
	add := func(k compared[T]) { ks = append(ks, k) }
	elementwise := func(name string, f func(dst, x []T)) {
		add(compared[T]{name: name, group: 1, outputs: 1, run: func(dst, x, _ []T) { f(dst, x) }, inPlace: true})
	}
	derivative := func(name string, f func(dst, x, upstream []T)) {
		add(compared[T]{name: name, group: 1, outputs: 1, upstream: 1, run: f, inPlace: true})
	}
	derivative("IdentityDerivative", IdentityDerivative[T])
	derivative("SigmoidDerivativeFromOutput", SigmoidDerivativeFromOutput[T])
	elementwise("ReLU", ReLU[T])
	derivative("ReLUDerivative", ReLUDerivative[T])
	negative := T(math.Copysign(0, -1))
	for _, a := range []T{0.01, 1, 3, -2, 0, negative, T(math.Inf(-1)), T(math.NaN())} {
		elementwise(fmt.Sprintf("LeakyReLU %v", a), func(dst, x []T) { LeakyReLU(dst, x, a) })
		derivative(fmt.Sprintf("LeakyReLUDerivative %v", a), func(dst, x, upstream []T) { LeakyReLUDerivative(dst, x, upstream, a) })
	}
	inf := T(math.Inf(1))
	for _, cut := range [][2]T{{-1, 1}, {0, 6}, {negative, 1}, {-2, inf}, {-inf, 0}, {-1, negative}} {
		elementwise(fmt.Sprintf("HardTanh %v", cut), func(dst, x []T) { HardTanh(dst, x, cut[0], cut[1]) })
		derivative(fmt.Sprintf("HardTanhDerivative %v", cut), func(dst, x, upstream []T) { HardTanhDerivative(dst, x, upstream, cut[0], cut[1]) })
	}
	for _, slope := range []T{0, 0.2, 1, 3e-39, 3e38} {
		derivative(fmt.Sprintf("HardSigmoidDerivative %v", slope), func(dst, x, upstream []T) { HardSigmoidDerivative(dst, x, upstream, slope) })
		derivative(fmt.Sprintf("HardSigmoidDerivativeFromOutput %v", slope), func(dst, y, upstream []T) {
			HardSigmoidDerivativeFromOutput(dst, y, upstream, slope)
		})
	}
	elementwise("SquaredReLU", SquaredReLU[T])
	derivative("SquaredReLUDerivative", SquaredReLUDerivative[T])
	derivative("SquaredReLUDerivativeFromOutput", SquaredReLUDerivativeFromOutput[T])
	for _, n := range []int{2, 3, 7, 16, 20, 31, 32, 64, 100, 255, 257, 320, 600} {
		alpha := numbers[T](rand.New(rand.NewPCG(uint64(n), 1)), n)
		for _, stride := range []int{1, 2, 17, 49} {
			if n*stride > 5000 {
				continue
			}
			name, group := fmt.Sprintf("%d slopes, stride %d", n, stride), n*stride
			add(compared[T]{name: "PReLU " + name, group: group, outputs: group, inPlace: true,
				run: func(dst, x, _ []T) { PReLU(dst, x, alpha, stride) }})
			add(compared[T]{name: "PReLUDerivative " + name, group: group, outputs: group, upstream: group, inPlace: true,
				run: func(dst, x, upstream []T) { PReLUDerivative(dst, x, upstream, alpha, stride) }})
			if stride == 1 {
				add(compared[T]{name: "PReLUParameterGradient " + name, group: group, upstream: group,
					run: func(dst, x, upstream []T) { PReLUParameterGradient(dst[:n], x, upstream, 1) }})
			}
		}
	}
	for _, pieces := range []int{1, 2, 3, 5} {
		for _, stride := range []int{1, 2, 15, 16, 49, 128, 129, 143, 144, 257, 300} {
			name, group := fmt.Sprintf("%d pieces, stride %d", pieces, stride), pieces*stride
			add(compared[T]{name: "Maxout " + name, group: group, outputs: stride,
				run: func(dst, x, _ []T) { Maxout(dst, x, pieces, stride) }})
			add(compared[T]{name: "MaxoutDerivative " + name, group: group, outputs: group, upstream: stride, inPlace: true,
				run: func(dst, x, upstream []T) { MaxoutDerivative(dst, x, upstream, pieces, stride) }})
		}
	}
	return ks
}

// tiers runs the comparison for one element type.
func tiers[T element.Float](t *testing.T) {
	defer func() { vector.On = true }()
	vector.On = false
	if bits := VectorBits(); bits != 0 {
		t.Errorf("VectorBits() = %d where the scalar loops run", bits)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, k := range compare[T]() {
		for n := 0; n <= 150; n++ {
			if n*k.group > 3000 && n > 3 {
				break
			}
			x, dst := numbers[T](rng, n*k.group), numbers[T](rng, max(n*k.outputs, k.group))
			inputs := [][]T{nil}
			if k.upstream > 0 {
				inputs = append(inputs, numbers[T](rng, n*k.upstream))
			}
			for _, upstream := range inputs {
				for _, inPlace := range []bool{false, true} {
					if inPlace && !k.inPlace {
						continue
					}
					run := func(tier bool) []T {
						vector.On = tier
						in, out := append([]T(nil), x...), append([]T(nil), dst...)
						if inPlace {
							out = in
						}
						if k.outputs > 0 {
							k.run(out[:n*k.outputs], in, upstream)
						} else {
							k.run(out, in, upstream)
						}
						return out
					}
					got, want := run(true), run(false)
					for i := range want {
						if g, w := patterns(got[i:]), patterns(want[i:]); g != w {
							t.Fatalf("%s of %d groups, upstream %v, in place %v: [%d] = %x, want %x as the scalar loop gives",
								k.name, n, upstream != nil, inPlace, i, float64(got[i]), float64(want[i]))
						}
					}
				}
			}
		}
	}
}

// TestLeakSum compares the two tiers on the gradient of a single slope. The elements are
// integers, whose sums are exact, with one special number at several indices in turn.
func TestLeakSum(t *testing.T) {
	if !vector.On {
		t.Skip("no SIMD on this machine")
	}
	t.Run("float32", leakSums[float32])
	t.Run("float64", leakSums[float64])
}

func leakSums[T element.Float](t *testing.T) {
	defer func() { vector.On = true }()
	rng := rand.New(rand.NewPCG(3, 4))
	inf, nan := T(math.Inf(1)), T(math.NaN())
	check := func(what string, x, upstream []T) {
		t.Helper()
		sum := func(tier bool) []T {
			vector.On = tier
			grad := []T{0}
			PReLUParameterGradient(grad, x, upstream, 1)
			return grad
		}
		got, want := sum(true), sum(false)
		if patterns(got) != patterns(want) {
			t.Fatalf("%d elements, upstream %v, %s: %v, want %v as the scalar loop gives", len(x), upstream != nil, what, got[0], want[0])
		}
	}
	for n := 60; n <= 200; n++ {
		x, upstream := make([]T, n), make([]T, n)
		for i := range x {
			x[i], upstream[i] = T(rng.IntN(19)-9), T(rng.IntN(19)-9)
		}
		check("integers", x, upstream)
		check("integers", x, nil)
		tiny := make([]T, n) // subnormal float32 among them
		for i := range x {
			tiny[i] = x[i] * 0x1p-145
		}
		check("tiny", tiny, upstream)
		at := n % 97 % n
		for _, i := range []int{0, at, n - at - 1, n - 1} {
			v, u := x[i], upstream[i]
			for _, odd := range [][2]T{
				{0, inf}, {0, nan}, {1, inf}, {1, nan}, {-1, inf}, {-1, nan}, {nan, 1}, {nan, 0}, {inf, 1}, {inf, -inf}, {-inf, 1}, {-inf, 0}, {-inf, inf}, {-0x1p-126, 0x1p-5},
			} {
				x[i], upstream[i] = odd[0], odd[1]
				check(fmt.Sprint(odd, " at ", i), x, upstream)
			}
			x[i], upstream[i] = v, u
		}
	}
}

// numbers returns n numbers, a third of them out of the ordinary.
func numbers[T element.Float](rng *rand.Rand, n int) []T {
	odd := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), -math.NaN(), 1, 1, -1, 1e-42, -1e-42, 1e-310, 3e38, -3e38}
	s := make([]T, n)
	for i := range s {
		s[i] = T(2 * rng.NormFloat64())
		if rng.IntN(3) == 0 {
			s[i] = T(odd[rng.IntN(len(odd))])
		}
		if s[i] != s[i] && rng.IntN(2) == 0 {
			s[i] = -s[i]
		}
	}
	return s
}

// patterns returns the bits of s[0]. All NaNs have the same pattern.
func patterns[T element.Float](s []T) uint64 {
	switch s := any(s).(type) {
	case []float32:
		if s[0] == s[0] {
			return uint64(math.Float32bits(s[0]))
		}
	case []float64:
		if s[0] == s[0] {
			return math.Float64bits(s[0])
		}
	}
	return math.MaxUint64
}
