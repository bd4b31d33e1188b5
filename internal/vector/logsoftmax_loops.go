//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// LogSoftmax is (x − m)/τ − log(ties + below). Here m is the maximum, ties is the
// number of entries equal to m, and below is the sum of e^((x − m)/τ) over the other
// entries. The function logarithms computes the logarithms in scalar code, with
// element.Log1p.

// below32 returns a function of a vector of entries v and of the scaled maximum m. For
// an entry below m, below is 2ˢ·e^((v − m)/τ) with the s of power32, and tie is 0. For
// an entry equal to m, below is 0 and tie is 1. The function corrects the exponential
// for the rounding error of v − m: for a difference of 100 that error would cost six
// bits.
func below32(zero simd.Float32s, divide bool, factor, divisor simd.Float32s) func(v, m simd.Float32s) (below, tie simd.Float32s) {
	one := simd.BroadcastFloat32s(1)
	limit := simd.BroadcastFloat32s(-powerLimit32)
	power := power32()
	return func(v, m simd.Float32s) (below, tie simd.Float32s) {
		if divide {
			v = v.Mul(factor)
		}
		z := v.Sub(m)
		t := z.Sub(v)
		e := v.Sub(z.Sub(t)).Sub(m.Add(t))
		if divide {
			q := z.Div(divisor)
			e = residual32(zero.Sub(q), divisor, z).Add(e).Div(divisor)
			z = q
		}
		e = without32(e, z.Less(limit))      // if v is −Inf, e is NaN
		scale, growth := power(z.Max(limit)) // Max may lose a NaN, but then e is NaN
		y := growth.MulAdd(scale, scale)
		return e.MulAdd(y, y).Masked(v.NotEqual(m)), one.Masked(v.Equal(m))
	}
}

// twoSum32 returns sum + v, and lost plus the rounding error of that addition.
func twoSum32(sum, lost, v simd.Float32s) (s, l simd.Float32s) {
	s = sum.Add(v)
	t := s.Sub(sum)
	return s, lost.Add(sum.Sub(s.Sub(t)).Add(v.Sub(t)))
}

// carried32 adds lost to sum, and returns the rounding error of that. The loops do this after each
// carryEvery vectors. In a longer sum of equal terms, the rounding errors of lost would add up: for
// 2²⁰ terms to 400 ULP.
//
//vector:part
func carried32(sum, lost simd.Float32s) (s, l simd.Float32s) {
	s = sum.Add(lost)
	return s, lost.Sub(s.Sub(sum))
}

// Switching between vectors and scalar code takes time, so the loop switches once for a
// few rows. The vector code is in functions of its own, in which no scalar float is live
// beside a vector. The compiler would spill such a float with a legacy SSE instruction,
// which stalls after wide vectors.

// logSoftmaxRows32 is LogSoftmax for stride 1 and at least as many classes as lanes.
//
//vector:fits classes
func logSoftmaxRows32(dst, x []float32, classes int, f, d float32, divide bool) {
	var largest, high, low [logRows + maxLanes32]float32
	for len(x) >= classes && classes > 0 {
		rows := min(logRows, len(x)/classes)
		belowRows32(largest[:], high[:], low[:], x[:rows*classes], classes, f, d, divide)
		logarithms(high[:rows], low[:rows], largest[:])
		logDifferences32(dst, x, largest[:], high[:rows], low[:], classes, f, d, divide)
		x, dst = x[rows*classes:], dst[rows*classes:]
	}
}

// belowRows32 sets one element of largest, below and ties for each row. It stores whole
// vectors with the result in every lane, and each next store begins one element later.
//
//vector:part
func belowRows32(largest, below, ties, x []float32, classes int, f, d float32, divide bool) {
	factor, divisor := simd.BroadcastFloat32s(f), simd.BroadcastFloat32s(d)
	var zero simd.Float32s
	n := zero.Len()
	newLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-(n-classes%n)%n:]).ToMask()
	split := below32(zero, divide, factor, divisor)
	for len(x) >= classes {
		in := x[:classes:classes]
		last := simd.LoadFloat32s(in[classes-n:])
		m := last
		for rest := in; len(rest) > n; rest = rest[n:] {
			m = m.Max(simd.LoadFloat32s(rest))
		}
		m = maxAcross32(m)
		m.Store(largest)
		if divide {
			m = m.Mul(factor)
		}
		var y, tie, sum, lost, count simd.Float32s
		for rest := in; ; rest = rest[n:] {
			v := last
			if len(rest) > n {
				v = simd.LoadFloat32s(rest)
			}
			y, tie = split(v, m)
			if len(rest) <= n {
				break
			}
			sum, lost = twoSum32(sum, lost, y)
			count = count.Add(tie)
			if len(rest)%(carryEvery*n) < n {
				sum, lost = carried32(sum, lost)
			}
		}
		sum, lost = twoSum32(sum, lost, y.Masked(newLanes))
		sum, lost = twoSumAcross32(sum, lost) // sumAcross32 would cost up to 5 ULP
		sum.Add(lost).Store(below)
		sumAcross32(count.Add(tie.Masked(newLanes))).Store(ties)
		x, largest, below, ties = x[classes:], largest[1:], below[1:], ties[1:]
	}
	clearUpper()
}

// logDifferences32 sets rows of dst to (x − largest)/τ − (high + low). largest, high and
// low have one element for each row.
//
//vector:part
func logDifferences32(dst, x, largest, high, low []float32, classes int, f, d float32, divide bool) {
	factor, divisor := simd.BroadcastFloat32s(f), simd.BroadcastFloat32s(d)
	var zero simd.Float32s
	n := zero.Len()
	for r := range high {
		in, out := x[r*classes:][:classes:classes], dst[r*classes:][:classes:classes]
		m, h, l := simd.BroadcastFloat32s(largest[r]), simd.BroadcastFloat32s(high[r]), simd.BroadcastFloat32s(low[r])
		last, end := simd.LoadFloat32s(in[classes-n:]), out[classes-n:]
		if divide {
			m = m.Mul(factor)
			last = last.Mul(factor).Sub(m).Div(divisor)
			for len(in) > n && len(out) > n {
				simd.LoadFloat32s(in).Mul(factor).Sub(m).Div(divisor).Sub(h).Sub(l).Store(out)
				in, out = in[n:], out[n:]
			}
		} else {
			last = last.Sub(m)
			for len(in) > n && len(out) > n {
				simd.LoadFloat32s(in).Sub(m).Sub(h).Sub(l).Store(out)
				in, out = in[n:], out[n:]
			}
		}
		last.Sub(h).Sub(l).Store(end)
	}
	clearUpper()
}

// logSoftmaxColumns32 is LogSoftmax for a stride of at least as many elements as
// lanes.
//
//vector:fits stride
func logSoftmaxColumns32(dst, x []float32, classes, stride int, f, d float32, divide bool) {
	var zero simd.Float32s
	n := zero.Len()
	size := classes * stride
	var largest, high, low [maxLanes32]float32
	for at := 0; at < len(x); at += size {
		for column := 0; column < stride; column += n {
			overlap := max(0, column-(stride-n))
			in, out := x[at+column-overlap:at+size], dst[at+column-overlap:at+size]
			belowColumns32(largest[:], high[:], low[:], in, stride, f, d, divide)
			logarithms(high[overlap:n], low[overlap:], largest[overlap:])
			logColumnDifferences32(out, in, largest[:], high[:], low[:], stride, overlap, f, d, divide)
		}
	}
}

// belowColumns32 sets largest, below and ties for a vector of columns.
//
//vector:part
func belowColumns32(largest, below, ties, x []float32, stride int, f, d float32, divide bool) {
	factor, divisor := simd.BroadcastFloat32s(f), simd.BroadcastFloat32s(d)
	var zero simd.Float32s
	split := below32(zero, divide, factor, divisor)
	m := simd.LoadFloat32s(x)
	for i := stride; i < len(x); i += stride {
		m = m.Max(simd.LoadFloat32s(x[i:]))
	}
	m.Store(largest)
	if divide {
		m = m.Mul(factor)
	}
	sum, lost, count := zero, zero, zero
	for i, k := 0, 1; i < len(x); i, k = i+stride, k+1 {
		y, tie := split(simd.LoadFloat32s(x[i:]), m)
		sum, lost = twoSum32(sum, lost, y)
		count = count.Add(tie)
		if k%carryEvery == 0 {
			sum, lost = carried32(sum, lost)
		}
	}
	sum.Add(lost).Store(below)
	count.Store(ties)
	clearUpper()
}

// logColumnDifferences32 sets a vector of columns of dst to
// (x − largest)/τ − (high + low). It leaves the first overlap columns as they are.
//
//vector:part
func logColumnDifferences32(dst, x, largest, high, low []float32, stride, overlap int, f, d float32, divide bool) {
	factor, divisor := simd.BroadcastFloat32s(f), simd.BroadcastFloat32s(d)
	doneLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-overlap:]).ToMask()
	whole := overlap == 0
	m, h, l := simd.LoadFloat32s(largest), simd.LoadFloat32s(high), simd.LoadFloat32s(low)
	if divide {
		m = m.Mul(factor)
	}
	for i := 0; i < len(x); i += stride {
		z := simd.LoadFloat32s(x[i:])
		if divide {
			z = z.Mul(factor).Sub(m).Div(divisor)
		} else {
			z = z.Sub(m)
		}
		z = z.Sub(h).Sub(l)
		if !whole {
			z = z.IfElse(doneLanes, simd.LoadFloat32s(dst[i:]))
		}
		z.Store(dst[i:])
	}
	clearUpper()
}

// The backward pass computes ((1 − p)·g − p·(Σg − g))/τ with p = e^y. The shorter form
// g − p·Σg would lose its bits if p is close to 1 and g is most of the sum. 1 − p keeps
// its bits with the two results of power32 and t = scale/2ˢ = 2ⁿ:
//
//	1 − p = (1 − t) − t·growth
//
// In a distribution of more than 64 entries, a g whose p is above 0.6 is kept apart from the sum: see
// LogSoftmaxDerivativeFromOutput in package scalar. Here that is so for float32 too, because its
// sums are float32.

// logBackward32 returns a function of y, g and Σg = top + sum + lost, which computes the
// backward pass.
func logBackward32(zero simd.Float32s, divide bool, divisor simd.Float32s) func(y, g, top, sum, lost simd.Float32s) simd.Float32s {
	one := simd.BroadcastFloat32s(1)
	down := simd.BroadcastFloat32s(1.0 / (1 << powerShift32))
	limit := simd.BroadcastFloat32s(-powerLimit32)
	power := power32()
	return func(y, g, top, sum, lost simd.Float32s) simd.Float32s {
		scale, growth := power(limit.IfElse(y.Less(limit), y))
		p := growth.MulAdd(scale, scale).Mul(down)
		t := scale.Mul(down)
		d := one.Sub(t).Sub(growth.Mul(t)).Mul(g).Sub(p.Mul(top.Sub(g).Add(sum).Add(lost)))
		if divide {
			d = d.Div(divisor)
		}
		return d
	}
}

// sumOfGradients32 returns a function that adds g to top if p = e^y is above 0.6, and otherwise to
// sum, with the rounding error in lost. Up to 64 classes it adds each g to sum.
func sumOfGradients32(classes int) func(y, g, top, sum, lost simd.Float32s) (t, s, l simd.Float32s) {
	dominant := simd.BroadcastFloat32s(-0.5)
	return func(y, g, top, sum, lost simd.Float32s) (t, s, l simd.Float32s) {
		if classes <= 64 {
			s, l = twoSum32(sum, lost, g)
			return top, s, l
		}
		dominates := y.Greater(dominant)
		s, l = twoSum32(sum, lost, without32(g, dominates))
		return top.Add(g.Masked(dominates)), s, l
	}
}

// logBackwardRows32 is LogSoftmaxDerivativeFromOutput for stride 1 and at least as
// many classes as lanes.
//
//vector:fits classes
func logBackwardRows32(dst, y, upstream []float32, classes int, tau float32, divide bool) {
	divisor := simd.BroadcastFloat32s(tau)
	var zero simd.Float32s
	n := zero.Len()
	newLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-(n-classes%n)%n:]).ToMask()
	backward, gradients := logBackward32(zero, divide, divisor), sumOfGradients32(classes)
	step := n
	if upstream == nil {
		step = 0
	}
	for at := 0; at < len(y); at += classes {
		in, out := y[at:][:classes:classes], dst[at:][:classes:classes]
		up, end := ones32[:], ones32[:]
		if upstream != nil {
			up = upstream[at:][:classes:classes]
			end = up[classes-n:]
		}
		lastY, lastG := simd.LoadFloat32s(in[classes-n:]), simd.LoadFloat32s(end)
		top, sum, lost := gradients(lastY, lastG.Masked(newLanes), zero, zero, zero)
		for p, g := in, up; len(p) > n; p, g = p[n:], g[step:] {
			top, sum, lost = gradients(simd.LoadFloat32s(p), simd.LoadFloat32s(g), top, sum, lost)
		}
		top = sumAcross32(top)
		sum, lost = twoSumAcross32(sum, lost)
		for p, g, to := in, up, out; ; p, g, to = p[n:], g[step:], to[n:] {
			a, b := lastY, lastG
			if len(p) > n {
				a, b = simd.LoadFloat32s(p), simd.LoadFloat32s(g)
			}
			d := backward(a, b, top, sum, lost)
			if len(p) <= n || len(to) <= n {
				d.Store(out[classes-n:])
				break
			}
			d.Store(to)
		}
	}
	clearUpper()
}

// logBackwardColumns32 is LogSoftmaxDerivativeFromOutput for a stride of at least as
// many elements as lanes.
//
//vector:fits stride
func logBackwardColumns32(dst, y, upstream []float32, classes, stride int, tau float32, divide bool) {
	divisor := simd.BroadcastFloat32s(tau)
	var zero simd.Float32s
	n := zero.Len()
	backward, gradients := logBackward32(zero, divide, divisor), sumOfGradients32(classes)
	size, step := classes*stride, stride
	if upstream == nil {
		step = 0
	}
	for at := 0; at < len(y); at += size {
		for column := 0; column < stride; column += n {
			overlap := max(0, column-(stride-n))
			whole := overlap == 0
			doneLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-overlap:]).ToMask()
			in, out := y[at+column-overlap:at+size], dst[at+column-overlap:at+size]
			up := ones32[:]
			if upstream != nil {
				up = upstream[at+column-overlap : at+size]
			}
			top, sum, lost := zero, zero, zero
			for i, j := 0, 0; i < len(in); i, j = i+stride, j+step {
				top, sum, lost = gradients(simd.LoadFloat32s(in[i:]), simd.LoadFloat32s(up[j:]), top, sum, lost)
			}
			for i, j := 0, 0; i < len(in); i, j = i+stride, j+step {
				d := backward(simd.LoadFloat32s(in[i:]), simd.LoadFloat32s(up[j:]), top, sum, lost)
				if !whole {
					d = d.IfElse(doneLanes, simd.LoadFloat32s(out[i:]))
				}
				d.Store(out[i:])
			}
		}
	}
	clearUpper()
}
