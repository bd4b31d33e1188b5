package activation

var (
	_ Elementwise[float32] = Func[float32]{}
	_ Elementwise[float64] = Func[float64]{}
)

// Func makes an activation of two functions of your own, f and its derivative,
// applied to each element. It is an adapter, as http.HandlerFunc is for handlers:
//
//	softplus := activation.Func[float64]{
//		F:  func(u float64) float64 { return max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))) },
//		DF: activation.Sigmoid[float64]{}.At,
//	}
//
// Special cases and accuracy are those of F and DF. [CheckDerivative] checks that DF
// is the derivative of F. The zero value has neither, so its Forward and Derivative
// panic: set both.
//
// [Parallel] calls F and DF from several goroutines at once. A counter or a
// random source in F or DF must then be safe for concurrent use.
type Func[T Float] struct {
	F  func(T) T // f
	DF func(T) T // f′; may be nil if you take no derivative
}

// Forward computes dst ← F(x).
func (f Func[T]) Forward(dst, x []T) []T {
	const call = "Func.Forward"
	if f.F == nil {
		mistake(call, "F is nil")
	}
	dst = forwardDst(call, dst, x, len(x))
	for i, v := range x {
		dst[i] = f.F(v)
	}
	return dst
}

// Derivative computes dst ← upstream · DF(x).
func (f Func[T]) Derivative(dst, x, upstream []T) []T {
	const call = "Func.Derivative"
	if f.DF == nil {
		mistake(call, "DF is nil")
	}
	dst = derivativeDst(call, dst, x, upstream, len(x))
	if upstream == nil {
		for i, v := range x {
			dst[i] = f.DF(v)
		}
		return dst
	}
	for i, v := range x {
		dst[i] = upstream[i] * f.DF(v)
	}
	return dst
}

// At returns F(x).
func (f Func[T]) At(x T) T {
	if f.F == nil {
		mistake("Func.At", "F is nil")
	}
	return f.F(x)
}

// DerivativeAt returns f′(x), as DF gives it.
func (f Func[T]) DerivativeAt(x T) T {
	if f.DF == nil {
		mistake("Func.DerivativeAt", "DF is nil")
	}
	return f.DF(x)
}

// String returns "func".
func (Func[T]) String() string { return "func" }
