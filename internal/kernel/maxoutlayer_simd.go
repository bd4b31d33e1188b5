//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package kernel

import (
	"simd"
	"unsafe"
)

// A dot product is summed in the lanes of one vector: lane l adds up the
// products at l, l + lanes, l + 2·lanes and so on; then the lanes are added in
// pairs, the pairs in pairs. So the order depends on the number of inputs
// alone, not on what else is computed. Rows shorter than a vector are left to
// the scalar tier.
//
// To add up the lanes of a vector costs as much as many products. Those of as
// many vectors as there are lanes, one for each of so many units, go together:
// the result is a vector with a unit in each lane, and so the pieces of units
// are compared as vectors too.

// A maxoutBlock is what is known of a few examples and as many units as there
// are lanes, in rows of one element for each unit.
type maxoutBlock[T Float, I int32 | int64] struct {
	best  [maxExamples * maxLanes]T // the outputs of each example,
	piece [maxExamples * maxLanes]I // and the pieces that they come from

	bias [maxLanes]T                                 // of one piece of each unit
	sums [maxExamples*maxLanes*maxLanes + maxLanes]T // see fold32
	gate [maxLanes]T                                 // the derivative of each unit's piece
}

// maxExamples is the number of examples of a block. They share the way to the
// weights, and the wait for what was just stored.
const maxExamples = 8

// lanes returns the number of elements in a vector.
func lanes[T Float]() int {
	var v T
	return simd.VectorBitSize() / 8 / int(unsafe.Sizeof(v))
}

// wide reports whether the vector tier takes a layer. Two lanes would not make
// good for what it takes to bring units together in them.
func wide[T Float](inputs int) bool {
	n := lanes[T]()
	return vector && n > 2 && inputs >= n
}

// find sets best and piece for the examples of x, at most maxExamples, and the
// first units whose weights and biases follow. It returns the number of units.
func (b *maxoutBlock[T, I]) find(x, weights, biases []T, inputs, pieces int) int {
	units := min(lanes[T](), len(biases)/pieces)
	for j := range pieces {
		for u := range units {
			b.bias[u] = biases[u*pieces+j]
		}
		w := weights[j*inputs:]
		switch b := any(b).(type) {
		case *maxoutBlock[float32, int32]:
			vectorPiece32(b, float32s(x), float32s(w), inputs, pieces, units, j)
		case *maxoutBlock[float64, int64]:
			vectorPiece64(b, float64s(x), float64s(w), inputs, pieces, units, j)
		}
	}
	return units
}

func vectorMaxoutLayer[T Float](dst, x, weights, biases []T, inputs, units, pieces int) {
	switch any(dst).(type) {
	case []float32:
		maxoutForward[float32, int32](float32s(dst), float32s(x), float32s(weights), float32s(biases), inputs, units, pieces)
	case []float64:
		maxoutForward[float64, int64](float64s(dst), float64s(x), float64s(weights), float64s(biases), inputs, units, pieces)
	}
}

func maxoutForward[T Float, I int32 | int64](dst, x, weights, biases []T, inputs, units, pieces int) {
	var b maxoutBlock[T, I]
	n := lanes[T]()
	for u := 0; u < units; u += n {
		w, c := weights[u*pieces*inputs:], biases[u*pieces:]
		for r := 0; r*inputs < len(x); r += maxExamples {
			rows := x[r*inputs : min((r+maxExamples)*inputs, len(x))]
			count := b.find(rows, w, c, inputs, pieces)
			for i := range len(rows) / inputs {
				copy(dst[(r+i)*units+u:][:count], b.best[i*n:])
			}
		}
	}
}

func vectorMaxoutLayerDerivative[T Float](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
	switch any(dst).(type) {
	case []float32:
		maxoutBackward[float32, int32](float32s(dst), float32s(x), float32s(upstream), float32s(weights), float32s(biases), inputs, units, pieces)
	case []float64:
		maxoutBackward[float64, int64](float64s(dst), float64s(x), float64s(upstream), float64s(weights), float64s(biases), inputs, units, pieces)
	}
}

func maxoutBackward[T Float, I int32 | int64](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
	var b maxoutBlock[T, I]
	clear(dst)
	n := lanes[T]()
	for u := 0; u < units; u += n {
		w, c := weights[u*pieces*inputs:], biases[u*pieces:]
		for r := 0; r*inputs < len(x); r += maxExamples {
			rows := x[r*inputs : min((r+maxExamples)*inputs, len(x))]
			count := b.find(rows, w, c, inputs, pieces)
			for i := range len(rows) / inputs {
				b.open(i*n, count, upstream, (r+i)*units+u)
				out := dst[(r+i)*inputs:][:inputs]
				switch b := any(&b).(type) {
				case *maxoutBlock[float32, int32]:
					vectorGather32(float32s(out), float32s(w), b.gate[:count], b.piece[i*n:], pieces)
				case *maxoutBlock[float64, int64]:
					vectorGather64(float64s(out), float64s(w), b.gate[:count], b.piece[i*n:], pieces)
				}
			}
		}
	}
}

// open sets gate to the derivatives by the outputs in best from k on.
func (b *maxoutBlock[T, I]) open(k, count int, upstream []T, i int) {
	for u, m := range b.best[k:][:count] {
		b.gate[u] = scale(1, upstream, i+u)
		if m != m {
			b.gate[u] = m
		}
	}
}

func vectorMaxoutLayerParameterGradient[T Float](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
	switch any(gradW).(type) {
	case []float32:
		maxoutGradient[float32, int32](float32s(gradW), float32s(gradB), float32s(x), float32s(upstream), float32s(weights), float32s(biases), inputs, units, pieces)
	case []float64:
		maxoutGradient[float64, int64](float64s(gradW), float64s(gradB), float64s(x), float64s(upstream), float64s(weights), float64s(biases), inputs, units, pieces)
	}
}

func maxoutGradient[T Float, I int32 | int64](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
	var b maxoutBlock[T, I]
	n := lanes[T]()
	for u := 0; u < units; u += n {
		w, c := weights[u*pieces*inputs:], biases[u*pieces:]
		g := gradW[u*pieces*inputs:]
		for r := 0; r*inputs < len(x); r += maxExamples {
			rows := x[r*inputs : min((r+maxExamples)*inputs, len(x))]
			count := b.find(rows, w, c, inputs, pieces)
			for i := range len(rows) / inputs {
				b.open(i*n, count, upstream, (r+i)*units+u)
				for k, d := range b.gate[:count] {
					gradB[(u+k)*pieces+int(b.piece[i*n+k])] += d
				}
				row := rows[i*inputs:][:inputs]
				switch b := any(&b).(type) {
				case *maxoutBlock[float32, int32]:
					vectorScatter32(float32s(g), float32s(row), b.gate[:count], b.piece[i*n:], pieces)
				case *maxoutBlock[float64, int64]:
					vectorScatter64(float64s(g), float64s(row), b.gate[:count], b.piece[i*n:], pieces)
				}
			}
		}
	}
}

var laneNumbers32 = [maxLanes]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

var laneNumbers64 = [maxLanes]int64{0, 1, 2, 3, 4, 5, 6, 7}

// vectorPiece32 computes piece j of the units at the examples of x, and keeps
// it where it is larger than the pieces before. The weights begin with those of
// the first unit's piece.
func vectorPiece32(b *maxoutBlock[float32, int32], x, weights []float32, inputs, pieces, units, j int) {
	var zero simd.Float32s
	n := zero.Len()
	// The last vector overlaps with the one before it: what was counted there
	// is masked out.
	whole := inputs / n * n
	lane := simd.LoadInt32s(laneNumbers32[:])
	fresh := lane.GreaterEqual(simd.BroadcastInt32s(int32(n - inputs%n)))
	size := len(x) / inputs * n
	for u := 0; u < units; u += 4 {
		stride := pieces * inputs
		w0 := weights[u*stride:][:inputs]
		w1 := weights[min(u+1, units-1)*stride:][:inputs]
		w2 := weights[min(u+2, units-1)*stride:][:inputs]
		w3 := weights[min(u+3, units-1)*stride:][:inputs]
		t0 := simd.LoadFloat32s(w0[inputs-n:]).Masked(fresh)
		t1 := simd.LoadFloat32s(w1[inputs-n:]).Masked(fresh)
		t2 := simd.LoadFloat32s(w2[inputs-n:]).Masked(fresh)
		t3 := simd.LoadFloat32s(w3[inputs-n:]).Masked(fresh)
		w0, w1, w2, w3 = w0[:whole], w1[:whole], w2[:whole], w3[:whole]
		sums := b.sums[u*size:][:4*size]
		d0, d1, d2, d3 := sums[:size], sums[size:][:size], sums[2*size:][:size], sums[3*size:][:size]
		rest := x
		for k := 0; k <= size-n; k += n {
			row := rest[:inputs]
			v := simd.LoadFloat32s(row[inputs-n:]).Masked(fresh)
			s0, s1, s2, s3 := t0.Mul(v), t1.Mul(v), t2.Mul(v), t3.Mul(v)
			row = row[:whole]
			for i := 0; i <= len(row)-n; i += n {
				v := simd.LoadFloat32s(row[i:])
				s0 = simd.LoadFloat32s(w0[i:]).MulAdd(v, s0)
				s1 = simd.LoadFloat32s(w1[i:]).MulAdd(v, s1)
				s2 = simd.LoadFloat32s(w2[i:]).MulAdd(v, s2)
				s3 = simd.LoadFloat32s(w3[i:]).MulAdd(v, s3)
			}
			s0.Store(d0[k:])
			s1.Store(d1[k:])
			s2.Store(d2[k:])
			s3.Store(d3[k:])
			rest = rest[inputs:]
		}
	}

	// sums holds a vector for each unit and example. Each turn adds, for units
	// u and u + h, lanes that are h apart: where bit h of the lane is not set the
	// sum is that of u, and otherwise that of u + h. At the end lane u has unit u.
	for h := n / 2; h > 0; h /= 2 {
		bit := simd.BroadcastInt32s(int32(h))
		set := lane.And(bit).Equal(bit)
		half := h * size
		lo, loUp := b.sums[:half], b.sums[h:][:half]
		hi, hiDown := b.sums[half:][:half], b.sums[half-h:][:half]
		for k := 0; k <= half-n; k += n {
			own := simd.LoadFloat32s(hi[k:]).IfElse(set, simd.LoadFloat32s(lo[k:]))
			other := simd.LoadFloat32s(hiDown[k:]).IfElse(set, simd.LoadFloat32s(loUp[k:]))
			own.Add(other).Store(lo[k:])
		}
	}

	bias := simd.LoadFloat32s(b.bias[:])
	piece := simd.BroadcastInt32s(int32(j))
	sums, best, from := b.sums[:size], b.best[:size], b.piece[:size]
	for k := 0; k <= size-n; k += n {
		v, p := simd.LoadFloat32s(sums[k:]).Add(bias), piece
		if j > 0 {
			// The first maximum wins, and the first NaN.
			m := simd.LoadFloat32s(best[k:])
			stays := v.LessEqual(m).Or(m.NotEqual(m))
			v = m.IfElse(stays, v)
			p = simd.LoadInt32s(from[k:]).IfElse(stays, p)
		}
		v.Store(best[k:])
		p.Store(from[k:])
	}
	clearUpper()
}

// vectorGather32 adds to out, for each unit, gate times the weights of its
// piece.
func vectorGather32(out, weights, gate []float32, piece []int32, pieces int) {
	var zero simd.Float32s
	n := zero.Len()
	inputs := len(out)
	whole := inputs / n * n
	fresh := simd.LoadInt32s(laneNumbers32[:]).GreaterEqual(simd.BroadcastInt32s(int32(n - inputs%n)))
	for u, d := range gate {
		w := weights[(u*pieces+int(piece[u]))*inputs:][:inputs]
		g := simd.BroadcastFloat32s(d)
		o := out[:whole]
		ww := w[:whole]
		for i := 0; i <= len(o)-n; i += n {
			simd.LoadFloat32s(ww[i:]).MulAdd(g, simd.LoadFloat32s(o[i:])).Store(o[i:])
		}
		t := simd.LoadFloat32s(out[inputs-n:])
		simd.LoadFloat32s(w[inputs-n:]).MulAdd(g, t).IfElse(fresh, t).Store(out[inputs-n:])
	}
	clearUpper()
}

// vectorScatter32 adds to the gradient of the weights of each unit's piece
// gate times x.
func vectorScatter32(gradient, x, gate []float32, piece []int32, pieces int) {
	var zero simd.Float32s
	n := zero.Len()
	inputs := len(x)
	whole := inputs / n * n
	fresh := simd.LoadInt32s(laneNumbers32[:]).GreaterEqual(simd.BroadcastInt32s(int32(n - inputs%n)))
	for u, d := range gate {
		out := gradient[(u*pieces+int(piece[u]))*inputs:][:inputs]
		g := simd.BroadcastFloat32s(d)
		o := out[:whole]
		ww := x[:whole]
		for i := 0; i <= len(o)-n; i += n {
			simd.LoadFloat32s(ww[i:]).MulAdd(g, simd.LoadFloat32s(o[i:])).Store(o[i:])
		}
		t := simd.LoadFloat32s(out[inputs-n:])
		simd.LoadFloat32s(x[inputs-n:]).MulAdd(g, t).IfElse(fresh, t).Store(out[inputs-n:])
	}
	clearUpper()
}

// vectorPiece64 computes piece j of the units at the examples of x, and keeps
// it where it is larger than the pieces before. The weights begin with those of
// the first unit's piece.
func vectorPiece64(b *maxoutBlock[float64, int64], x, weights []float64, inputs, pieces, units, j int) {
	var zero simd.Float64s
	n := zero.Len()
	// The last vector overlaps with the one before it: what was counted there
	// is masked out.
	whole := inputs / n * n
	lane := simd.LoadInt64s(laneNumbers64[:])
	fresh := lane.GreaterEqual(simd.BroadcastInt64s(int64(n - inputs%n)))
	size := len(x) / inputs * n
	for u := 0; u < units; u += 4 {
		stride := pieces * inputs
		w0 := weights[u*stride:][:inputs]
		w1 := weights[min(u+1, units-1)*stride:][:inputs]
		w2 := weights[min(u+2, units-1)*stride:][:inputs]
		w3 := weights[min(u+3, units-1)*stride:][:inputs]
		t0 := simd.LoadFloat64s(w0[inputs-n:]).Masked(fresh)
		t1 := simd.LoadFloat64s(w1[inputs-n:]).Masked(fresh)
		t2 := simd.LoadFloat64s(w2[inputs-n:]).Masked(fresh)
		t3 := simd.LoadFloat64s(w3[inputs-n:]).Masked(fresh)
		w0, w1, w2, w3 = w0[:whole], w1[:whole], w2[:whole], w3[:whole]
		sums := b.sums[u*size:][:4*size]
		d0, d1, d2, d3 := sums[:size], sums[size:][:size], sums[2*size:][:size], sums[3*size:][:size]
		rest := x
		for k := 0; k <= size-n; k += n {
			row := rest[:inputs]
			v := simd.LoadFloat64s(row[inputs-n:]).Masked(fresh)
			s0, s1, s2, s3 := t0.Mul(v), t1.Mul(v), t2.Mul(v), t3.Mul(v)
			row = row[:whole]
			for i := 0; i <= len(row)-n; i += n {
				v := simd.LoadFloat64s(row[i:])
				s0 = simd.LoadFloat64s(w0[i:]).MulAdd(v, s0)
				s1 = simd.LoadFloat64s(w1[i:]).MulAdd(v, s1)
				s2 = simd.LoadFloat64s(w2[i:]).MulAdd(v, s2)
				s3 = simd.LoadFloat64s(w3[i:]).MulAdd(v, s3)
			}
			s0.Store(d0[k:])
			s1.Store(d1[k:])
			s2.Store(d2[k:])
			s3.Store(d3[k:])
			rest = rest[inputs:]
		}
	}

	// sums holds a vector for each unit and example. Each turn adds, for units
	// u and u + h, lanes that are h apart: where bit h of the lane is not set the
	// sum is that of u, and otherwise that of u + h. At the end lane u has unit u.
	for h := n / 2; h > 0; h /= 2 {
		bit := simd.BroadcastInt64s(int64(h))
		set := lane.And(bit).Equal(bit)
		half := h * size
		lo, loUp := b.sums[:half], b.sums[h:][:half]
		hi, hiDown := b.sums[half:][:half], b.sums[half-h:][:half]
		for k := 0; k <= half-n; k += n {
			own := simd.LoadFloat64s(hi[k:]).IfElse(set, simd.LoadFloat64s(lo[k:]))
			other := simd.LoadFloat64s(hiDown[k:]).IfElse(set, simd.LoadFloat64s(loUp[k:]))
			own.Add(other).Store(lo[k:])
		}
	}

	bias := simd.LoadFloat64s(b.bias[:])
	piece := simd.BroadcastInt64s(int64(j))
	sums, best, from := b.sums[:size], b.best[:size], b.piece[:size]
	for k := 0; k <= size-n; k += n {
		v, p := simd.LoadFloat64s(sums[k:]).Add(bias), piece
		if j > 0 {
			// The first maximum wins, and the first NaN.
			m := simd.LoadFloat64s(best[k:])
			stays := v.LessEqual(m).Or(m.NotEqual(m))
			v = m.IfElse(stays, v)
			p = simd.LoadInt64s(from[k:]).IfElse(stays, p)
		}
		v.Store(best[k:])
		p.Store(from[k:])
	}
	clearUpper()
}

// vectorGather64 adds to out, for each unit, gate times the weights of its
// piece.
func vectorGather64(out, weights, gate []float64, piece []int64, pieces int) {
	var zero simd.Float64s
	n := zero.Len()
	inputs := len(out)
	whole := inputs / n * n
	fresh := simd.LoadInt64s(laneNumbers64[:]).GreaterEqual(simd.BroadcastInt64s(int64(n - inputs%n)))
	for u, d := range gate {
		w := weights[(u*pieces+int(piece[u]))*inputs:][:inputs]
		g := simd.BroadcastFloat64s(d)
		o := out[:whole]
		ww := w[:whole]
		for i := 0; i <= len(o)-n; i += n {
			simd.LoadFloat64s(ww[i:]).MulAdd(g, simd.LoadFloat64s(o[i:])).Store(o[i:])
		}
		t := simd.LoadFloat64s(out[inputs-n:])
		simd.LoadFloat64s(w[inputs-n:]).MulAdd(g, t).IfElse(fresh, t).Store(out[inputs-n:])
	}
	clearUpper()
}

// vectorScatter64 adds to the gradient of the weights of each unit's piece
// gate times x.
func vectorScatter64(gradient, x, gate []float64, piece []int64, pieces int) {
	var zero simd.Float64s
	n := zero.Len()
	inputs := len(x)
	whole := inputs / n * n
	fresh := simd.LoadInt64s(laneNumbers64[:]).GreaterEqual(simd.BroadcastInt64s(int64(n - inputs%n)))
	for u, d := range gate {
		out := gradient[(u*pieces+int(piece[u]))*inputs:][:inputs]
		g := simd.BroadcastFloat64s(d)
		o := out[:whole]
		ww := x[:whole]
		for i := 0; i <= len(o)-n; i += n {
			simd.LoadFloat64s(ww[i:]).MulAdd(g, simd.LoadFloat64s(o[i:])).Store(o[i:])
		}
		t := simd.LoadFloat64s(out[inputs-n:])
		simd.LoadFloat64s(x[inputs-n:]).MulAdd(g, t).IfElse(fresh, t).Store(out[inputs-n:])
	}
	clearUpper()
}
