//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// addPiece32 computes piece j of the units for all examples in x, as maxoutBlock.addPiece
// explains.
func addPiece32(b *maxoutBlock[float32, int32], x, weights []float32, inputs, pieces, units, j int) {
	var zero simd.Float32s
	n := zero.Len()
	// The last vector of a row overlaps the one before it. newLanes is the mask
	// of its other elements.
	whole := inputs / n * n
	lane := simd.LoadInt32s(laneNumbers32[:])
	newLanes := lane.GreaterEqual(simd.BroadcastInt32s(int32(n - inputs%n)))
	size := len(x) / inputs * n
	for u := 0; u < units; u += 4 {
		stride := pieces * inputs
		w0 := weights[u*stride:][:inputs]
		w1 := weights[min(u+1, units-1)*stride:][:inputs]
		w2 := weights[min(u+2, units-1)*stride:][:inputs]
		w3 := weights[min(u+3, units-1)*stride:][:inputs]
		t0 := simd.LoadFloat32s(w0[inputs-n:]).Masked(newLanes)
		t1 := simd.LoadFloat32s(w1[inputs-n:]).Masked(newLanes)
		t2 := simd.LoadFloat32s(w2[inputs-n:]).Masked(newLanes)
		t3 := simd.LoadFloat32s(w3[inputs-n:]).Masked(newLanes)
		w0, w1, w2, w3 = w0[:whole], w1[:whole], w2[:whole], w3[:whole]
		sums := b.sums[u*size:][:4*size]
		d0, d1, d2, d3 := sums[:size], sums[size:][:size], sums[2*size:][:size], sums[3*size:][:size]
		rest := x
		for k := 0; k <= size-n; k += n {
			row := rest[:inputs]
			v := simd.LoadFloat32s(row[inputs-n:]).Masked(newLanes)
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

	// sums holds a vector for each unit and example. Each iteration joins the vectors
	// of units u and u + h to one: it adds the lanes of u that are h apart, and puts
	// the sums into the lanes in which bit h is 0. The sums of unit u + h go into the
	// lanes in which bit h is 1. At the end one vector is left, and its lane u holds
	// the sum of unit u.
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
			// Of equal pieces, and of several NaNs, keep the first.
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

// addScaled32 adds gradient times rows of x to rows of dst, as maxoutBlock.addScaled
// explains.
func addScaled32(dst, x, gradient []float32, piece []int32, inputs, pieces, dstStep, xStep int) {
	var zero simd.Float32s
	n := zero.Len()
	whole := inputs / n * n
	// The last vector of a row overlaps the one before it. doneLanes is the mask of the
	// elements that are set already.
	doneLanes := simd.LoadInt32s(laneNumbers32[:]).Less(simd.BroadcastInt32s(int32(n - inputs%n)))
	for u, p := range piece {
		k := u*pieces + int(p)
		out, row := dst[k*dstStep:][:inputs], x[k*xStep:][:inputs]
		end, last := out[inputs-n:], row[inputs-n:]
		d := simd.BroadcastFloat32s(gradient[u])
		out, row = out[:whole], row[:whole]
		for i := 0; i <= len(out)-n; i += n {
			simd.LoadFloat32s(row[i:]).MulAdd(d, simd.LoadFloat32s(out[i:])).Store(out[i:])
		}
		if whole < inputs {
			v := simd.LoadFloat32s(end)
			v.IfElse(doneLanes, simd.LoadFloat32s(last).MulAdd(d, v)).Store(end)
		}
	}
	clearUpper()
}
