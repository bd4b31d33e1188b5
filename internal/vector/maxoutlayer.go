//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// A dot product is summed in the lanes of one vector: lane l adds up the products at l,
// l + lanes, l + 2·lanes and so on. Then the lanes are added in pairs, and the sums of
// pairs in pairs, until one sum is left. So the order of the additions depends only on
// the number of inputs, and a unit has the same bits in every batch and every layer.
//
// Adding up the lanes of one vector takes as long as many products. So the loops add up
// the lanes of n vectors together, for n units and n lanes. The result is one vector
// with a unit in each lane. The pieces of the units are then compared as vectors, too.

// SupportsMaxoutLayer reports whether the SIMD loops should run for a layer. With two lanes,
// or with rows shorter than two vectors, bringing the units together in one vector would
// take longer than the products save. The number of examples does not matter, because
// results must not depend on it.
func SupportsMaxoutLayer[T element.Float](inputs int) bool {
	n := lanes[T]()
	return On && n > 2 && inputs >= 2*n
}

// lanes returns the number of elements in a vector.
func lanes[T element.Float]() int {
	if element.Is32[T]() {
		return simd.VectorBitSize() / 32
	}
	return simd.VectorBitSize() / 64
}

// A maxoutBlock holds the results of at most maxExamples examples for as many units as a
// vector has lanes. Each row has one element for each unit.
type maxoutBlock[T element.Float, I int32 | int64] struct {
	best  [maxExamples * maxLanes32]T // a row of outputs for each example
	piece [maxExamples * maxLanes32]I // the index of the largest piece for each output

	bias     [maxLanes32]T // the biases of one piece of each unit
	gradient [maxLanes32]T // the derivative of the loss by each output
	sums     [(maxExamples*maxLanes32 + 1) * maxLanes32]T
}

// maxExamples is the largest number of examples in a block. They share the loads of the
// weights. And with several examples, a load does not have to wait for a store directly
// before it.
const maxExamples = 8

// forEachBlock calls f for each example r and each block of count units, beginning with
// unit. Their outputs are in best and their pieces in piece, from index k on.
func (b *maxoutBlock[T, I]) forEachBlock(x, weights, biases []T, inputs, units, pieces int, f func(r, unit, k, count int)) {
	n := lanes[T]()
	for unit := 0; unit < units; unit += n {
		count := min(n, units-unit)
		for start, r := 0, 0; start < len(x); start += maxExamples * inputs {
			rows := x[start:min(start+maxExamples*inputs, len(x))]
			for j := range pieces {
				k := unit*pieces + j
				for u := range count {
					b.bias[u] = biases[k+u*pieces]
				}
				b.addPiece(rows, weights[k*inputs:], inputs, pieces, count, j)
			}
			for i := 0; i < len(rows)/inputs; i, r = i+1, r+1 {
				f(r, unit, i*n, count)
			}
		}
	}
}

// addPiece computes piece j of the units for the examples in x. If it is larger than the
// pieces before it, it goes into best and piece. weights begins with piece j of the first
// unit.
func (b *maxoutBlock[T, I]) addPiece(x, weights []T, inputs, pieces, units, j int) {
	switch b := any(b).(type) {
	case *maxoutBlock[float32, int32]:
		addPiece32(b, as32(x), as32(weights), inputs, pieces, units, j)
	case *maxoutBlock[float64, int64]:
		addPiece64(b, as64(x), as64(weights), inputs, pieces, units, j)
	}
}

// setGradient sets gradient for the count outputs from best[k] on: to upstream from
// index i on, or to NaN if the output is NaN.
func (b *maxoutBlock[T, I]) setGradient(k, count int, upstream []T, i int) {
	for u, m := range b.best[k:][:count] {
		b.gradient[u] = element.Upstream(1, upstream, i+u)
		if m != m {
			b.gradient[u] = m
		}
	}
}

// addScaled adds gradient times a row of x to a row of dst, for each of the count units
// with pieces from piece[k] on. For piece j of unit u, the row of dst begins at
// (u·pieces + j)·dstStep, and the row of x at (u·pieces + j)·xStep.
func (b *maxoutBlock[T, I]) addScaled(dst, x []T, k, count, inputs, pieces, dstStep, xStep int) {
	switch b := any(b).(type) {
	case *maxoutBlock[float32, int32]:
		addScaled32(as32(dst), as32(x), b.gradient[:count], b.piece[k:][:count], inputs, pieces, dstStep, xStep)
	case *maxoutBlock[float64, int64]:
		addScaled64(as64(dst), as64(x), b.gradient[:count], b.piece[k:][:count], inputs, pieces, dstStep, xStep)
	}
}

// A maxout layer computes maxⱼ(wⱼᵀx + bⱼ) for each unit: weights are
// [units][pieces][inputs], biases [units][pieces], x is [batch][inputs].

// MaxoutLayer sets dst, [batch][units], to the outputs for x.
func MaxoutLayer[T element.Float](dst, x, weights, biases []T, inputs, units, pieces int) {
	switch any(dst).(type) {
	case []float32:
		maxoutForward[float32, int32](as32(dst), as32(x), as32(weights), as32(biases), inputs, units, pieces)
	case []float64:
		maxoutForward[float64, int64](as64(dst), as64(x), as64(weights), as64(biases), inputs, units, pieces)
	}
}

func maxoutForward[T element.Float, I int32 | int64](dst, x, weights, biases []T, inputs, units, pieces int) {
	var b maxoutBlock[T, I]
	b.forEachBlock(x, weights, biases, inputs, units, pieces, func(r, unit, k, count int) {
		copy(dst[r*units+unit:], b.best[k:][:count])
	})
}

// MaxoutLayerDerivative sets dst, [batch][inputs], to the sum over the units of upstream
// times the weights of the largest piece at x.
func MaxoutLayerDerivative[T element.Float](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
	switch any(dst).(type) {
	case []float32:
		maxoutDerivative[float32, int32](as32(dst), as32(x), as32(upstream), as32(weights), as32(biases), inputs, units, pieces)
	case []float64:
		maxoutDerivative[float64, int64](as64(dst), as64(x), as64(upstream), as64(weights), as64(biases), inputs, units, pieces)
	}
}

func maxoutDerivative[T element.Float, I int32 | int64](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
	var b maxoutBlock[T, I]
	clear(dst)
	b.forEachBlock(x, weights, biases, inputs, units, pieces, func(r, unit, k, count int) {
		b.setGradient(k, count, upstream, r*units+unit)
		b.addScaled(dst[r*inputs:], weights[unit*pieces*inputs:], k, count, inputs, pieces, 0, inputs)
	})
}

// MaxoutLayerParameterGradient adds to gradW and gradB, for each unit and example,
// upstream·x and upstream at the largest piece.
func MaxoutLayerParameterGradient[T element.Float](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
	switch any(gradW).(type) {
	case []float32:
		maxoutGradient[float32, int32](as32(gradW), as32(gradB), as32(x), as32(upstream), as32(weights), as32(biases), inputs, units, pieces)
	case []float64:
		maxoutGradient[float64, int64](as64(gradW), as64(gradB), as64(x), as64(upstream), as64(weights), as64(biases), inputs, units, pieces)
	}
}

func maxoutGradient[T element.Float, I int32 | int64](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
	var b maxoutBlock[T, I]
	b.forEachBlock(x, weights, biases, inputs, units, pieces, func(r, unit, k, count int) {
		b.setGradient(k, count, upstream, r*units+unit)
		for u, p := range b.piece[k:][:count] {
			gradB[(unit+u)*pieces+int(p)] += b.gradient[u]
		}
		b.addScaled(gradW[unit*pieces*inputs:], x[r*inputs:], k, count, inputs, pieces, inputs, 0)
	})
}

var (
	laneNumbers32 = [maxLanes32]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	laneNumbers64 = [maxLanes64]int64{0, 1, 2, 3, 4, 5, 6, 7}
)
