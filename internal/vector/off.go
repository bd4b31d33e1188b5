//go:build !(goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm))

// Package vector is empty in this build, which has no package simd.
package vector

import "example.com/activation/internal/element"

// On is false. It is a constant, so the compiler removes all code that depends on it,
// with every call of the functions below.
const On = false

// Fused and KeepsBuffers have no meaning without SIMD loops.
const Fused, KeepsBuffers = false, false

// Bits returns 0, because only the scalar loops run.
func Bits() int { return 0 }

func Tanh[T element.Float](dst, x []T)                                                   {}
func Sigmoid[T element.Float](dst, x []T)                                                {}
func TanhAt32(x float32) float32                                                         { return x }
func TanhAt64(x float64) float64                                                         { return x }
func SigmoidAt32(x float32) float32                                                      { return x }
func SigmoidAt64(x float64) float64                                                      { return x }
func LogisticDerivativeAt32(x, minusOutScale float32) float32                            { return x }
func LogisticDerivativeAt64(x, minusOutScale float64) float64                            { return x }
func LogisticDerivative[T element.Float](dst, x, upstream []T, inScale, minusOutScale T) {}

func Softmax[T element.Float](dst, x []T, classes, stride int, tau T) bool { return false }
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	return false
}
func SoftmaxDerivativeOfShortRows32(dst, y, upstream []float32, classes int, tau float32) {}
func SoftmaxDerivativeOfShortRows64(dst, y, upstream []float64, classes int, tau float64) {}
func LogSoftmax[T element.Float](dst, x []T, classes, stride int, tau T) bool             { return false }
func LogSoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	return false
}

func SigmoidDerivativeFromOutput[T element.Float](dst, y, upstream []T)                   {}
func TanhDerivativeFromOutput[T element.Float](dst, y, upstream []T)                      {}
func ReLU[T element.Float](dst, x []T)                                                    {}
func ReLUDerivative[T element.Float](dst, x, upstream []T)                                {}
func LeakyReLU[T element.Float](dst, x []T, alpha T)                                      {}
func LeakyReLUDerivative[T element.Float](dst, x, upstream []T, alpha T)                  {}
func PReLU[T element.Float](derivative bool, dst, x, upstream, alpha []T)                 {}
func PReLUParameterGradient[T element.Float](grad, x, upstream []T)                       {}
func SlopeGradient[T element.Float](x, upstream []T) (sum float64, finite bool)           { return }
func Maxout[T element.Float](dst, x []T, pieces, stride int)                              {}
func MaxoutDerivative[T element.Float](dst, x, upstream []T, pieces, stride int)          {}
func MaxPairs[T element.Float](dst, x []T) (done int)                                     { return }
func MaxPairsDerivative[T element.Float](dst, x, upstream []T) (done int)                 { return }
func SupportsMaxoutLayer[T element.Float](inputs int) bool                                { return false }
func MaxoutLayer[T element.Float](dst, x, weights, biases []T, inputs, units, pieces int) {}
func MaxoutLayerDerivative[T element.Float](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
}
func MaxoutLayerParameterGradient[T element.Float](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
}

func HardTanh[T element.Float](dst, x []T, low, high T)                     {}
func Window[T element.Float](dst, x, upstream []T, low, high, slope T)      {}
func HardSigmoid[T element.Float](dst, x []T, slope T)                      {}
func HardSigmoidAt[T element.Float](x, slope T) T                           { return x }
func HardSwish[T element.Float](dst, x []T)                                 {}
func HardSwishAt[T element.Float](x T) T                                    { return x }
func HardSwishDerivative[T element.Float](dst, x, upstream []T)             {}
func HardSwishDerivativeAt[T element.Float](x T) T                          { return x }
func SquaredReLU[T element.Float](dst, x []T)                               {}
func SquaredReLUDerivative[T element.Float](dst, x, upstream []T)           {}
func SquaredReLUDerivativeFromOutput[T element.Float](dst, y, upstream []T) {}
func SiLU[T element.Float](dst, x []T)                                      {}
func SiLUAt[T element.Float](x T) T                                         { return x }
func SiLUTimes[T element.Float](dst, x, value []T)                          {}
func Product[T element.Float](dst, x, y []T)                                {}
func GateProducts[T element.Float](dst1, dst2, value, y, upstream []T)      {}
func KeepNaN[T element.Float](dst1, dst2, value []T)                        {}
func SiLUDerivative[T element.Float](dst, x, upstream []T)                  {}
func SiLUDerivativeAt[T element.Float](x T) T                               { return x }
func Mish[T element.Float](dst, x []T)                                      {}
func MishAt[T element.Float](x T) T                                         { return x }
func ELU[T element.Float](dst, x []T, alpha, scale T)                       {}
func ELUAt[T element.Float](x, alpha, scale T) T                            { return x }
func ELUDerivative[T element.Float](dst, x, upstream []T, alpha, scale T)   {}
func ELUDerivativeAt[T element.Float](x, alpha, scale T) T                  { return x }
func Softplus[T element.Float](dst, x []T, beta T)                          {}
func SoftplusAt[T element.Float](x, beta T) T                               { return x }
func SoftplusDerivative[T element.Float](dst, x, upstream []T, beta T)      {}
func SoftplusDerivativeAt[T element.Float](x, beta T) T                     { return x }
func Softsign[T element.Float](dst, x []T)                                  {}
func SoftsignAt[T element.Float](x T) T                                     { return x }
func SoftsignDerivative[T element.Float](dst, x, upstream []T)              {}
func SoftsignDerivativeAt[T element.Float](x T) T                           { return x }
