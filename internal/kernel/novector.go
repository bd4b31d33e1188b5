//go:build !(goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm))

package kernel

// There is no vector tier in this build: vector is false, and what it guards is
// left out by the compiler.

const vector = false

// VectorBits returns 0.
func VectorBits() int { return 0 }

func vectorTanh[T Float](dst, x []T)                                            {}
func vectorSigmoid[T Float](dst, x []T)                                         {}
func vectorLogisticDerivative[T Float](dst, x, upstream []T, steepness, gain T) {}

func vectorSoftmax[T Float](dst, x []T, classes, stride int, tau T) bool { return false }
func vectorSoftmaxBackward[T Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	return false
}
func vectorLogSoftmax[T Float](dst, x []T, classes, stride int, tau T) bool { return false }
func vectorLogSoftmaxBackward[T Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	return false
}

func vectorSigmoidFromOutput[T Float](dst, y, upstream []T)                             {}
func vectorTanhFromOutput[T Float](dst, y, upstream []T)                                {}
func vectorReLU[T Float](dst, x []T)                                                    {}
func vectorReLUDerivative[T Float](dst, x, upstream []T)                                {}
func vectorLeakyReLU[T Float](dst, x []T, alpha T)                                      {}
func vectorLeakyReLUDerivative[T Float](dst, x, upstream []T, alpha T)                  {}
func vectorPReLU[T Float](derivative bool, dst, x, upstream, alpha []T)                 {}
func vectorPReLUParameterGradient[T Float](grad, x, upstream []T)                       {}
func vectorLeak[T Float](x, upstream []T) (sum float64, finite bool)                    { return }
func vectorMaxout[T Float](dst, x []T, pieces, stride int)                              {}
func vectorMaxoutDerivative[T Float](dst, x, upstream []T, pieces, stride int)          {}
func vectorMaxPairs[T Float](dst, x []T) (done int)                                     { return }
func vectorGatePairs[T Float](dst, x, upstream []T) (done int)                          { return }
func wide[T Float](inputs int) bool                                                     { return false }
func vectorMaxoutLayer[T Float](dst, x, weights, biases []T, inputs, units, pieces int) {}
func vectorMaxoutLayerDerivative[T Float](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
}
func vectorMaxoutLayerParameterGradient[T Float](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
}
