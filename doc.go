// Package activation computes the activation functions of neural networks and
// their derivatives, for float32 and float64. It is plain Go and needs only the
// standard library.
//
// A neuron computes f(u) with u = wᵀx + b: a linear combination of its inputs,
// then an activation function f. If f were linear, a network of any depth would be
// one linear function. Training needs the derivative f′ as well:
//
//	tanh := activation.Tanh[float32]{}
//	y := tanh.Forward(nil, u)          // y = f(u)
//	du := tanh.Derivative(nil, u, dy)  // ∂L/∂u = f′(u) · ∂L/∂y
//
// The last argument, dy = ∂L/∂y, is the upstream gradient: the gradient of the
// loss L, as it comes back from the next layer.
//
// # Which function should I use?
//
// On the output layer, use
//
//   - [Sigmoid] for a binary classifier, with [LogSigmoid] for its loss
//   - [Softmax] for a classifier of many classes, with [LogSoftmax] for its loss
//   - [Identity] for a regression
//
// In hidden layers, start with [ReLU]. Choose the learning rate with care, and use
// a [Monitor] to watch for dead units, which are off for every example. If many
// units die, use
//
//   - [LeakyReLU], which has a small slope for negative inputs
//   - [PReLU], which learns that slope
//   - [MaxoutLayer], which learns the whole function
//
// [Tanh] works too, but often worse than ReLU. Avoid Sigmoid in hidden layers: it
// saturates, and its output is not centred on zero.
//
// In a transformer, use the function that the model was trained with: [GELU] for
// Whisper, and for BERT and ViT in PyTorch; [GELUTanh] for GPT-2 and Gemma, and for
// Google's own BERT and ViT; [Gated] with the gate [SiLU], which is called SwiGLU,
// for Llama, Mistral and Qwen. For small networks on phones there are [HardSwish]
// and ReLU6, which need no exponential. ReLU6 is [HardTanh] with Min 0 and Max 6.
//
// [Func] makes an activation of a function of your own.
//
// # Where the derivatives come from
//
// All derivatives follow from a few rules, with a constant c:
//
//	constant          c′ = 0
//	constant factor   (c·f)′ = c·f′
//	power             (uⁿ)′ = n·uⁿ⁻¹
//	sum, difference   (f ± g)′ = f′ ± g′
//	product           (f·g)′ = f′·g + f·g′
//	quotient          (f/g)′ = (f′·g − f·g′) / g²
//	chain             (f(g))′ = f′(g)·g′
//
// and (eᵘ)′ = eᵘ, (log u)′ = 1/u, and, for [GELU], Φ′ = φ with the normal density φ.
// The comment of each type derives its derivative from these rules.
//
// # The contract
//
// The contract is documented at [Activation]. In short: a nil dst allocates the
// result, dst may be the input itself, and a nil upstream means ones. Slices that do
// not fit cause a panic before anything is written. No value of an element causes a
// panic.
//
// If you still have x, use Derivative. It keeps all bits of the derivative in the
// tails. Derivatives from y, such as y(1 − y), do not. If x is gone, use
// [OutputDerivative].
//
// # Accuracy
//
// The comment of each type gives the error bounds of Forward and Derivative. (The
// Derivative of [Softmax] and [LogSoftmax] has its bound at the method, and that of
// [MaxoutLayer] has none.) For an element-wise function that rounds more than once,
// it also gives the worst errors found, with their inputs. docs/accuracy.md has the
// bounds of DerivativeFromOutput. An error is the distance from the exact value of
// the function at the given float, in units in the last place of the result (ULP).
// A correctly rounded result has an error of at most ½ ULP. The bounds of f′ are
// for a nil upstream. With an upstream the product is rounded once more: for a
// bound of b ULP, the error of the product is at most 2b + ½ ULP, unless f′ is
// subnormal or overflows.
//
// # Around the functions
//
// [CheckDerivative] tests the derivative of an activation of your own. [Monitor]
// watches the units of a layer. [Parallel] computes long slices on all processors.
//
// [Parse] reads an activation from a text such as "leaky_relu(alpha=0.2)", and
// [Names] lists the names. [Marshal] and [Unmarshal] write and read JSON with the
// learned parameters. [Any] holds an activation in a field of your own struct, for
// JSON, gob, flags, YAML and TOML. [Register] adds types of your own. [OutputLen]
// returns the length of the output.
//
// # SIMD
//
// The loops are plain Go on every platform. Go 1.27 with GOEXPERIMENT=simd also
// builds SIMD loops for amd64, arm64 and wasm, within the same error bounds and
// without assembly. If the plain Go loop of a function is faster, it still runs.
// A call with a few elements may take some nanoseconds longer than in the default
// build. [VectorBits] returns the width of the vectors.
//
// # What the package is not
//
// The package has no losses, no optimisers, no automatic differentiation, and no
// layers except [MaxoutLayer]. You can build these on top of it. The examples show
// how.
package activation
