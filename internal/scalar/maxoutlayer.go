package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// A maxout layer computes maxⱼ(wⱼᵀx + bⱼ) for each unit: weights are
// [units][pieces][inputs], biases [units][pieces], x is [batch][inputs].

// MaxoutLayer sets dst, [batch][units], to the outputs for x.
func MaxoutLayer[T element.Float](dst, x, weights, biases []T, inputs, units, pieces int) {
	for start, r := 0, 0; start < len(x); start, r = start+inputs, r+1 {
		out, row := dst[r*units:][:units], x[start:][:inputs]
		for u := range out {
			out[u], _ = largestPiece(row, weights, biases, u, pieces)
		}
	}
}

// MaxoutLayerDerivative sets dst, [batch][inputs], to the sum over the units
// of upstream times the weights of the largest piece at x.
func MaxoutLayerDerivative[T element.Float](dst, x, upstream, weights, biases []T, inputs, units, pieces int) {
	for start, r := 0, 0; start < len(x); start, r = start+inputs, r+1 {
		out, row := dst[start:][:inputs], x[start:][:inputs]
		clear(out)
		for u := range units {
			m, w := largestPiece(row, weights, biases, u, pieces)
			d := element.Upstream(1, upstream, r*units+u)
			if m != m {
				d = m
			}
			for i, v := range weights[w*inputs:][:inputs] {
				out[i] += d * v
			}
		}
	}
}

// MaxoutLayerParameterGradient adds to gradW and gradB, for each unit and
// example, upstream·x and upstream at the largest piece.
func MaxoutLayerParameterGradient[T element.Float](gradW, gradB, x, upstream, weights, biases []T, inputs, units, pieces int) {
	for start, r := 0, 0; start < len(x); start, r = start+inputs, r+1 {
		row := x[start:][:inputs]
		for u := range units {
			m, w := largestPiece(row, weights, biases, u, pieces)
			d := element.Upstream(1, upstream, r*units+u)
			if m != m {
				d = m
			}
			gradB[w] += d
			g := gradW[w*inputs:][:inputs]
			for i, v := range row {
				g[i] += d * v
			}
		}
	}
}

// largestPiece returns the output of unit u at row, and the index of the piece that has
// this value: the first maximum, or the first NaN.
func largestPiece[T element.Float](row, weights, biases []T, u, pieces int) (m T, w int) {
	n := len(row)
	k, end := u*pieces, (u+1)*pieces
	m, w = T(math.Inf(-1)), k
	if n < 8 { // the calls below would take longer than the sums
		for ; k < end; k++ {
			v, weights := biases[k], weights[k*n:][:n]
			for i, x := range row {
				v += x * weights[i]
			}
			if v > m { // a conditional move
				w = k
			}
			if v != v && m == m {
				w = k
			}
			m = max(m, v)
		}
		return m, w
	}
	for k < end {
		var z [2]T
		count := 1
		if k+2 <= end {
			count = 2
			z[0], z[1] = dot2(row, weights[k*n:])
		} else {
			z[0] = dot(row, weights[k*n:])
		}
		for j, v := range z[:count] {
			v += biases[k+j]
			if v > m || v != v && m == m {
				m, w = v, k+j
			}
		}
		k += count
	}
	return m, w
}

// dot returns the sum of x[i]·w[i] over even i plus the sum over odd i. An addition has
// to wait for the one before it in the same sum. With two sums for each piece, and two
// pieces at a time, other additions fill that time. Equal pieces must give equal sums in dot
// and dot2. So both have the same order of additions, and both round the products: with
// GOAMD64=v3 the compiler fused them in dot2 only, and a quarter of the ties went to the wrong
// piece.
func dot[T element.Float](x, w []T) T {
	w = w[:len(x)]
	var even, odd T
	i := 0
	for ; i+1 < len(x); i += 2 {
		even += T(x[i] * w[i])
		odd += T(x[i+1] * w[i+1])
	}
	if i < len(x) {
		even += T(x[i] * w[i])
	}
	return even + odd
}

// dot2 returns dot for two pieces whose weights lie one after the other.
func dot2[T element.Float](x, w []T) (T, T) {
	n := len(x)
	w0, w1 := w[:n], w[n:][:n]
	var e0, o0, e1, o1 T
	i := 0
	for ; i+1 < n; i += 2 {
		a, b := x[i], x[i+1]
		e0 += T(a * w0[i])
		o0 += T(b * w0[i+1])
		e1 += T(a * w1[i])
		o1 += T(b * w1[i+1])
	}
	if i < n {
		e0 += T(x[i] * w0[i])
		e1 += T(x[i] * w1[i])
	}
	return e0 + o0, e1 + o1
}
