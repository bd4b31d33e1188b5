//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// A dot product is summed in the lanes of one vector: lane l adds up the
// products at l, l + lanes, l + 2·lanes and so on; then the lanes are added in
// pairs, and the pairs in pairs. So the order depends on the number of inputs
// alone, not on what else is computed.
//
// To add up the lanes of a vector costs as much as many products. Those of as
// many vectors as there are lanes, one for each of so many units, go together:
// the result is a vector with a unit in each lane, and so the pieces of units
// are compared as vectors too.

// Wide reports whether the SIMD loops take a layer. With two lanes, or with
// rows of less than two vectors, it would take longer to bring units together in
// the lanes than the products save. The number of examples has no say: their
// results must not depend on it.
func Wide[T element.Float](inputs int) bool {
	n := lanes[T]()
	return On && n > 2 && inputs >= 2*n
}

// lanes returns the number of elements in a vector.
func lanes[T element.Float]() int {
	if _, ok := any(T(0)).(float32); ok {
		return simd.VectorBitSize() / 32
	}
	return simd.VectorBitSize() / 64
}

// A maxoutBlock is what is known of a few examples and as many units as there
// are lanes, in rows of one element for each unit.
type maxoutBlock[T element.Float, I int32 | int64] struct {
	best  [maxExamples * maxLanes32]T // the outputs for each example,
	piece [maxExamples * maxLanes32]I // and the pieces that they come from

	bias [maxLanes32]T // of one piece of each unit
	gate [maxLanes32]T // the derivative by each unit's output
	sums [(maxExamples*maxLanes32 + 1) * maxLanes32]T
}

// maxExamples is the number of examples of a block. They share the way to the
// weights, and between them no load has to wait for what was just stored.
const maxExamples = 8

// each calls f for each example r and each block of count units, of which unit is
// the first, with their outputs and pieces from best[k] and piece[k] on.
func (b *maxoutBlock[T, I]) each(x, weights, biases []T, inputs, units, pieces int, f func(r, unit, k, count int)) {
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
				b.take(rows, weights[k*inputs:], inputs, pieces, count, j)
			}
			for i := 0; i < len(rows)/inputs; i, r = i+1, r+1 {
				f(r, unit, i*n, count)
			}
		}
	}
}

// take computes piece j of the units at the examples of x, and keeps it where
// it is larger than the pieces before. The weights begin with those of the first
// unit's piece.
func (b *maxoutBlock[T, I]) take(x, weights []T, inputs, pieces, units, j int) {
	switch b := any(b).(type) {
	case *maxoutBlock[float32, int32]:
		piece32(b, as32(x), as32(weights), inputs, pieces, units, j)
	case *maxoutBlock[float64, int64]:
		piece64(b, as64(x), as64(weights), inputs, pieces, units, j)
	}
}

// open sets gate to the derivatives by the count outputs from best[k] on: the
// upstream gradients from i on, or NaN.
func (b *maxoutBlock[T, I]) open(k, count int, upstream []T, i int) {
	for u, m := range b.best[k:][:count] {
		b.gate[u] = element.Upstream(1, upstream, i+u)
		if m != m {
			b.gate[u] = m
		}
	}
}

// add adds to dst, for the count units with pieces from piece[k] on, gate times
// a row of x. The row for piece j of unit u begins at (u·pieces + j)·dstStep and
// at as many xStep.
func (b *maxoutBlock[T, I]) add(dst, x []T, k, count, inputs, pieces, dstStep, xStep int) {
	switch b := any(b).(type) {
	case *maxoutBlock[float32, int32]:
		addScaled32(as32(dst), as32(x), b.gate[:count], b.piece[k:][:count], inputs, pieces, dstStep, xStep)
	case *maxoutBlock[float64, int64]:
		addScaled64(as64(dst), as64(x), b.gate[:count], b.piece[k:][:count], inputs, pieces, dstStep, xStep)
	}
}

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
	b.each(x, weights, biases, inputs, units, pieces, func(r, unit, k, count int) {
		copy(dst[r*units+unit:], b.best[k:][:count])
	})
}

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
	b.each(x, weights, biases, inputs, units, pieces, func(r, unit, k, count int) {
		b.open(k, count, upstream, r*units+unit)
		b.add(dst[r*inputs:], weights[unit*pieces*inputs:], k, count, inputs, pieces, 0, inputs)
	})
}

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
	b.each(x, weights, biases, inputs, units, pieces, func(r, unit, k, count int) {
		b.open(k, count, upstream, r*units+unit)
		for u, p := range b.piece[k:][:count] {
			gradB[(unit+u)*pieces+int(p)] += b.gate[u]
		}
		b.add(gradW[unit*pieces*inputs:], x[r*inputs:], k, count, inputs, pieces, inputs, 0)
	})
}

var (
	laneNumbers32 = [maxLanes32]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	laneNumbers64 = [maxLanes64]int64{0, 1, 2, 3, 4, 5, 6, 7}
)
