package activation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/activation"
)

// TestPReLUSlopes checks each element of a PReLU against a PReLU of its slope alone, for
// rows of all kinds, a slope of 0 in each place, and upstreams that are not finite.
func TestPReLUSlopes(t *testing.T) {
	t.Run("float32", preluSlopes[float32])
	t.Run("float64", preluSlopes[float64])
}

func preluSlopes[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(40, 41))
	nan, inf := T(math.NaN()), T(math.Inf(1))
	for _, slopes := range []int{2, 3, 20, 31, 33, 100, 130} {
		for _, stride := range []int{1, 2, 7, 15, 16, 33} {
			size := slopes * stride
			p := activation.PReLU[T]{Alpha: values[T](rng, slopes), Stride: stride}
			x, upstream := values[T](rng, 3*size), values[T](rng, 3*size)
			zero := rng.IntN(min(slopes, 2)) // often the first slope
			p.Alpha[zero] = 0
			for i := range upstream {
				if i/stride%slopes == zero {
					upstream[i] = []T{nan, inf, -inf, 1}[i%4]
				}
			}
			y, dx := p.Forward(nil, x), p.Derivative(nil, x, upstream)
			for i := range x {
				one := activation.PReLU[T]{Alpha: p.Alpha[i/stride%slopes:][:1]}
				what := fmt.Sprintf("%v, element %d", p, i)
				wantBits(t, what+": Forward", y[i:i+1], one.Forward(nil, x[i:i+1]))
				wantBits(t, what+": Derivative", dx[i:i+1], one.Derivative(nil, x[i:i+1], upstream[i:i+1]))
			}
		}
	}
}

// TestPReLUGradient checks the gradient of the slopes for rows of all kinds. The elements
// are small integers, whose sums are exact in any order.
func TestPReLUGradient(t *testing.T) {
	t.Run("float32", preluGradient[float32])
	t.Run("float64", preluGradient[float64])
}

func preluGradient[T activation.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(42, 43))
	for _, slopes := range []int{1, 2, 3, 31, 70} {
		for _, stride := range []int{1, 2, 15, 16, 63, 64, 67, 130} {
			p := activation.PReLU[T]{Alpha: make([]T, slopes), Stride: stride}
			x, upstream := make([]T, 3*slopes*stride), make([]T, 3*slopes*stride)
			want := make([]T, slopes)
			for i := range x {
				x[i], upstream[i] = T(rng.IntN(9)-4), T(rng.IntN(9)-4)
				if x[i] <= 0 {
					want[i/stride%slopes] += upstream[i] * x[i]
				}
			}
			wantBits(t, fmt.Sprintf("%v: ParameterGradient", p), p.ParameterGradient(nil, x, upstream), want)
		}
	}
}

// TestPReLUGradientEnds checks which x the gradient of a slope selects: those up to 0, of either
// sign, and NaN.
func TestPReLUGradientEnds(t *testing.T) {
	preluGradientEnds(t, math.Float32frombits(0x7f800001), math.Float32frombits(0xff800001))
	preluGradientEnds(t, math.Float64frombits(0x7ff0000000000001), math.Float64frombits(0xfff0000000000001))
}

func preluGradientEnds[T activation.Float](t *testing.T, firstNaN, firstNegativeNaN T) {
	inf, nan, zero := T(math.Inf(1)), T(math.NaN()), T(math.Copysign(0, -1))
	for _, c := range []struct{ x, upstream, want T }{
		{inf, 1, 0}, {inf, nan, 0}, {firstNaN, 1, nan}, {firstNegativeNaN, 1, nan}, {0, nan, nan}, {zero, nan, nan}, {0, inf, nan}, {-1, 2, -2},
	} {
		for _, slopes := range []int{1, 2, 5, 40, 200} {
			for _, stride := range []int{1, 2, 40} {
				for _, outer := range []int{1, 100} {
					p := activation.PReLU[T]{Alpha: make([]T, slopes), Stride: stride}
					x, g := make([]T, slopes*stride*outer), make([]T, slopes*stride*outer)
					x[len(x)-1], g[len(x)-1] = c.x, c.upstream
					wantBits(t, fmt.Sprintf("gradient of the last of %d slopes, stride %d, x = %v, upstream %v", slopes, stride, c.x, c.upstream),
						p.ParameterGradient(nil, x, g)[slopes-1:], []T{c.want})
				}
			}
		}
	}
}
