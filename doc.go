// Package activation holds the activation functions that one meets first in
// neural networks, each with its forward pass and its exact derivative, for
// float32 and float64: [Sigmoid], [Tanh], [ReLU], [LeakyReLU], [PReLU],
// [Maxout] and [MaxoutLayer], [Softmax] and [LogSoftmax], the linear output
// [Identity], and [Func] for one of your own. It is plain Go and needs nothing
// but the standard library.
//
// A neuron computes f(u) with u = wᵀx + b: a linear combination of its inputs,
// then an activation function f that is not linear, without which a network of
// any depth would be one linear function. Training needs f′ as well:
//
//	y := activation.Tanh[float32]{}.Forward(nil, u)          // y = f(u)
//	du := activation.Tanh[float32]{}.Derivative(nil, u, dy)  // ∂L/∂u = ∂L/∂y · f′(u)
//
// # Which one should I use?
//
// On the output layer: [Sigmoid] for a binary classifier, [Softmax] for one of
// many classes, with [LogSoftmax] for its loss, [Identity] for regression.
//
// In hidden layers: [ReLU], if the learning rate is set with care and the share
// of dead units, those that are off for every example, is watched, for which
// there is [Monitor]. Otherwise [LeakyReLU], [PReLU], which learns the leak, or
// maxout, which with its weights is a [MaxoutLayer]; or [Tanh], though it may do
// worse than ReLU. Avoid [Sigmoid] there: it saturates, and its output is not
// centred on zero.
//
// # Where the derivatives come from
//
// All follow from a few rules, with c a constant:
//
//	constant          c′ = 0
//	constant factor   (c·f)′ = c·f′
//	power             (uⁿ)′ = n·uⁿ⁻¹
//	sum, difference   (f ± g)′ = f′ ± g′
//	product           (f·g)′ = f′·g + f·g′
//	quotient          (f/g)′ = (f′·g − f·g′) / g²
//	chain             (f(g))′ = f′(g)·g′
//
// and (eᵘ)′ = eᵘ. The comment of each type takes it from there.
//
// # The contract
//
// It stands at [Activation], and is the same for all types: a nil dst allocates
// the result, dst may be the input itself, a nil upstream stands for ones,
// mistakes of shape panic before anything is written, and numbers never do.
// Derivatives are taken from x, and so are accurate in the tails too, where
// those from y, y(1 − y) and 1 − y², have lost all their bits; where x is gone,
// there is [OutputDerivative].
//
// # Around the functions
//
// [CheckDerivative] tests the derivative of an activation of your own. [Monitor]
// watches the units of a layer. [Parallel] computes long slices on all processors.
//
// [Parse] reads an activation from a text such as "leaky_relu(alpha=0.2)", and
// [Names] lists the names. [Marshal] and [Unmarshal] write and read JSON with the
// learned parameters. [Any] is an activation as a field of your own struct, for JSON,
// gob, flags, YAML and TOML. [Register] adds types of your own. [OutputLen] returns the
// length of the output.
//
// # Two tiers
//
// The loops are plain Go on every platform. Built by Go 1.27 with
// GOEXPERIMENT=simd they are vector code on amd64, arm64 and wasm, from one source
// without assembly, several times as fast, and within the same bounds. [VectorBits]
// tells which it is.
//
// # What it is not
//
// No losses, optimisers or automatic differentiation, and no layers except
// [MaxoutLayer]: it is what these are built on. The examples show how.
package activation
