package activation_test

import (
	"fmt"

	"example.com/activation"
)

// Swish is u·σ(βu), an activation of another package.
type Swish[T activation.Float] struct {
	Beta T `json:"beta"`
}

func (s Swish[T]) At(u T) T { return u * activation.Sigmoid[T]{}.At(s.Beta*u) }

func (s Swish[T]) DerivativeAt(u T) T {
	f := activation.Sigmoid[T]{}
	return f.At(s.Beta*u) + s.Beta*u*f.DerivativeAt(s.Beta*u)
}

func (s Swish[T]) Forward(dst, x []T) []T { return s.loops().Forward(dst, x) }

func (s Swish[T]) Derivative(dst, x, upstream []T) []T { return s.loops().Derivative(dst, x, upstream) }

func (s Swish[T]) loops() activation.Func[T] {
	return activation.Func[T]{F: s.At, DF: s.DerivativeAt}
}

func init() {
	activation.Register("swish", Swish[float32]{})
	activation.Register("swish", Swish[float64]{})
}

// A type of your own, which can then be written, read and named like the others.
func ExampleRegister() {
	data, err := activation.Marshal(Swish[float64]{Beta: 1.5})
	fmt.Printf("%s %v\n", data, err)

	f, err := activation.Unmarshal[float64](data)
	fmt.Printf("%T %.4f %v\n", f, f.Forward(nil, []float64{-1, 1}), err)

	g, err := activation.Parse[float32]("swish(beta=1.5)")
	fmt.Printf("%T %.4f %v\n", g, g.Forward(nil, []float32{-1, 1}), err)
	// Output:
	// {"type":"swish","beta":1.5} <nil>
	// activation_test.Swish[float64] [-0.1824 0.8176] <nil>
	// activation_test.Swish[float32] [-0.1824 0.8176] <nil>
}
