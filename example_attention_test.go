package activation_test

import (
	"fmt"
	"math"

	"example.com/activation"
)

// Causal attention with two heads, which share one mask: position t attends to the
// positions up to t. The temperature is √d. The backward pass uses the weights, because
// the mask is in them. The last line compares it with difference quotients.
func ExampleSoftmax_ForwardMasked_attention() {
	const heads, n, d = 2, 3, 4
	causal := make([]bool, n*n) // the same mask for each head
	for t := range n {
		for i := range t + 1 {
			causal[t*n+i] = true
		}
	}
	softmax := activation.Softmax[float64]{Classes: n, Temperature: math.Sqrt(d)}

	// The scores qₜ·kᵢ, [heads][n][n], and the gradient of the loss by the weights.
	scores, upstream := make([]float64, heads*n*n), make([]float64, heads*n*n)
	for i := range scores {
		scores[i], upstream[i] = math.Sin(float64(3*i)), math.Cos(float64(i))
	}
	weights := softmax.ForwardMasked(nil, scores, causal)
	fmt.Printf("%.3f\n", weights[:n*n])
	gradient := softmax.DerivativeFromOutput(nil, weights, upstream)

	loss := func() (sum float64) {
		for i, w := range softmax.ForwardMasked(nil, scores, causal) {
			sum += w * upstream[i]
		}
		return sum
	}
	const h = 1e-5
	worst := 0.0
	for i := range scores {
		at := scores[i]
		scores[i] = at + h
		above := loss()
		scores[i] = at - h
		below := loss()
		scores[i] = at
		worst = max(worst, math.Abs((above-below)/(2*h)-gradient[i]))
	}
	fmt.Println("gradient right:", worst < 1e-9)
	// Output:
	// [1.000 0.000 0.000 0.616 0.384 0.000 0.242 0.535 0.224]
	// gradient right: true
}
