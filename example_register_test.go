package activation_test

import (
	"fmt"
	"math"

	"example.com/activation"
)

// Snake is u + sin²(βu)/β, an activation for periodic data (Ziyin et al., "Neural
// networks fail to learn periodic functions and how to fix it", 2020).
type Snake[T activation.Float] struct {
	Beta T `json:"beta,omitempty"` // 0 means 1
}

// beta returns β. Parse("snake") returns the zero value of Snake, so Beta = 0 should
// mean a good default.
func (s Snake[T]) beta() float64 {
	if s.Beta == 0 {
		return 1
	}
	return float64(s.Beta)
}

func (s Snake[T]) At(u T) T {
	sin := math.Sin(s.beta() * float64(u))
	return T(float64(u) + sin*sin/s.beta())
}

func (s Snake[T]) DerivativeAt(u T) T { return T(1 + math.Sin(2*s.beta()*float64(u))) }

func (s Snake[T]) Forward(dst, x []T) []T { return s.loops().Forward(dst, x) }

func (s Snake[T]) Derivative(dst, x, upstream []T) []T { return s.loops().Derivative(dst, x, upstream) }

func (s Snake[T]) loops() activation.Func[T] {
	return activation.Func[T]{F: s.At, DF: s.DerivativeAt}
}

func (s Snake[T]) String() string { return fmt.Sprintf("snake(beta=%v)", T(s.beta())) }

func init() {
	activation.Register("snake", Snake[float32]{})
	activation.Register("snake", Snake[float64]{})
}

// After Register, your own type can be written, read and named like the types of the
// package.
func ExampleRegister() {
	data, err := activation.Marshal(Snake[float64]{Beta: 1.5})
	fmt.Printf("%s %v\n", data, err)

	f, err := activation.Unmarshal[float64](data)
	fmt.Printf("%v %.4f %v\n", f, f.Forward(nil, []float64{-1, 1}), err)

	g, err := activation.Parse[float32]("Snake") // the zero value
	fmt.Printf("%v %.4f %v\n", g, g.Forward(nil, []float32{-1, 1}), err)

	fmt.Println(activation.CheckDerivative(f, []float64{-3, -0.5, 0.5, 3}))
	// Output:
	// {"type":"snake","beta":1.5} <nil>
	// snake(beta=1.5) [-0.3367 1.6633] <nil>
	// snake(beta=1) [-0.2919 1.7081] <nil>
	// <nil>
}
