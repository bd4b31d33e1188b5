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
