//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"math"
	"simd"

	"example.com/activation/internal/element"
)

// LogSoftmax is LogSoftmax. It reports whether there is a vector form.
func LogSoftmax[T element.Float](dst, x []T, classes, stride int, tau T) bool {
	switch any(dst).(type) {
	case []float32:
		return distributions32(float32s(dst), float32s(x), nil, classes, stride, float32(tau), logSoftmaxRows32, logSoftmaxColumns32)
	default:
		return distributions64(float64s(dst), float64s(x), nil, classes, stride, float64(tau), logSoftmaxRows64, logSoftmaxColumns64)
	}
}

// LogSoftmaxDerivativeFromOutput does the backward pass from y. It reports whether
// there is a vector form.
func LogSoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	switch any(dst).(type) {
	case []float32:
		return distributions32(float32s(dst), float32s(y), float32s(upstream), classes, stride, float32(tau), logBackwardRows32, logBackwardColumns32)
	default:
		return distributions64(float64s(dst), float64s(y), float64s(upstream), classes, stride, float64(tau), logBackwardRows64, logBackwardColumns64)
	}
}

func logSoftmaxColumns32(dst, x, b []float32, s strip, tau float32) {
	m := maxima32(x, s)
	rest, ties := rest32(x, s, m, tau, tau != 1)
	var each logs32
	each.set(rest, ties, m)
	high, low := each.log()
	subtract32(dst, x, s, m, simd.LoadFloat32s(high[:]), simd.LoadFloat32s(low[:]), tau, tau != 1)
	clearUpper()
}

func logSoftmaxRows32(dst, x, b []float32, classes int, tau float32) {
	var zero simd.Float32s
	n := zero.Len()
	s := row32(classes)
	var square, ties [maxLanes * maxLanes]float32
	var each logs32
	for ; len(x) > 0; x, dst = x[min(n*classes, len(x)):], dst[min(n*classes, len(x)):] {
		rows := min(n, len(x)/classes)
		for r := range rows {
			maxima32(x[r*classes:], s).Store(square[r*n:])
		}
		transpose(bits32(square[:]), n, rows)
		m := maxima32(square[:], down32(n))
		m.Store(each.max[:])
		for r := range rows {
			a, b := rest32(x[r*classes:], s, simd.BroadcastFloat32s(each.max[r]), tau, tau != 1)
			a.Store(square[r*n:])
			b.Store(ties[r*n:])
		}
		transpose(bits32(square[:]), n, rows)
		transpose(bits32(ties[:]), n, rows)
		a, rest := total32(square[:], down32(n))
		b, _ := total32(ties[:], down32(n))
		each.set(a.Add(rest), b, simd.LoadFloat32s(each.max[:]))
		high, low := each.log()
		for r := range rows {
			h, l := simd.BroadcastFloat32s(high[r]), simd.BroadcastFloat32s(low[r])
			subtract32(dst[r*classes:], x[r*classes:], s, simd.BroadcastFloat32s(each.max[r]), h, l, tau, tau != 1)
		}
	}
	clearUpper()
}

// rest32 returns the sum of e^((x − m)/τ) over the entries of a strip below m,
// and how many are m itself, in each lane. It takes the rounding error of x − m
// along: for a difference of 100 that would cost the exponential six bits.
func rest32(x []float32, s strip, m simd.Float32s, tau float32, divide bool) (rest, ties simd.Float32s) {
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	limit := simd.LoadFloat32s(exp32Constants.limit[:])
	sum, low, ties := zero, zero, zero
	factor, divisor := element.Quotient(tau)
	if divide {
		m = m.Mul(simd.BroadcastFloat32s(factor))
	}
	in := x[s.last:]
	for k := s.count; k > 0; k-- {
		v := simd.LoadFloat32s(in)
		if divide {
			v = v.Mul(simd.BroadcastFloat32s(factor))
		}
		z := v.Sub(m)
		t := z.Sub(v)
		e := v.Sub(z.Sub(t)).Sub(m.Add(t))
		if divide {
			d := simd.BroadcastFloat32s(divisor)
			q := z.Div(d)
			e = residual32(zero.Sub(q), d, z).Add(e).Div(d)
			z = q
		}
		e = zero.IfElse(z.Less(limit), e) // of −Inf it is NaN
		n, r := split32(z)
		y := scale32(one, series32(one, r), n)
		y = e.MulAdd(y, y)
		top := v.Equal(m)
		y = zero.IfElse(top, y)
		tie := one.Masked(top)
		if k == s.count {
			fresh := fresh32(s.overlap)
			y, tie, in = y.Masked(fresh), tie.Masked(fresh), x
		} else if k > 1 {
			in = in[s.step:]
		}
		sum, low = twoSum32(sum, low, y)
		ties = ties.Add(tie)
	}
	return sum.Add(low), ties
}

// logs32 takes what is in vectors to package math, for log(1 + rest) in each lane.
type logs32 struct{ rest, ties, max [maxLanes]float32 }

func (l *logs32) set(rest, ties, max simd.Float32s) {
	rest.Store(l.rest[:])
	ties.Store(l.ties[:])
	max.Store(l.max[:])
	clearUpper()
}

// log returns log(rest + ties) in two parts: the first of the ties is the 1. It
// is NaN for a maximum that is infinite.
func (l *logs32) log() (high, low [maxLanes]float32) {
	for i, m := range l.max {
		log := math.Log1p(float64(l.rest[i])+float64(l.ties[i]-1)) + float64(m-m)
		high[i] = float32(log)
		low[i] = float32(log - float64(high[i]))
	}
	return high, low
}

// subtract32 sets a strip of dst to (x − m)/τ − (high + low).
func subtract32(dst, x []float32, s strip, m, high, low simd.Float32s, tau float32, divide bool) {
	factor, divisor := element.Quotient(tau)
	difference := func(x []float32) simd.Float32s {
		v := simd.LoadFloat32s(x)
		z := v.Sub(m)
		if divide {
			f := simd.BroadcastFloat32s(factor)
			z = v.Mul(f).Sub(m.Mul(f)).Div(simd.BroadcastFloat32s(divisor))
		}
		return z.Sub(high).Sub(low)
	}
	held := difference(x[s.last:])
	for k, out := s.count, dst; k > 1 && len(x) >= s.step && len(out) >= s.step; k, out = k-1, out[s.step:] {
		difference(x).Store(out)
		x = x[s.step:]
	}
	held.Store(dst[s.last:])
}

func logBackwardColumns32(dst, y, g []float32, s strip, tau float32) {
	sum, rest := total32(g, s)
	logBackward32(dst, y, g, s, sum, rest, tau, tau != 1)
	clearUpper()
}

func logBackwardRows32(dst, y, g []float32, classes int, tau float32) {
	var zero simd.Float32s
	n := zero.Len()
	s := row32(classes)
	var square, rests [maxLanes * maxLanes]float32
	var total, low [maxLanes]float32
	for start := 0; start < len(y); start += n * classes {
		rows := min(n, (len(y)-start)/classes)
		for r := range rows {
			a, b := total32(from(g, start+r*classes), s)
			a.Store(square[r*n:])
			b.Store(rests[r*n:])
		}
		sum, rest := across32(&square, &rests, n, rows)
		sum.Store(total[:])
		rest.Store(low[:])
		for r := range rows {
			at := start + r*classes
			a, b := simd.BroadcastFloat32s(total[r]), simd.BroadcastFloat32s(low[r])
			logBackward32(dst[at:], y[at:], from(g, at), s, a, b, tau, tau != 1)
		}
	}
	clearUpper()
}

// logBackward32 sets a strip of dst to (1 − p)·g − p·(Σg − g), over τ, as
// logBackward does, where p = e^y = 2ⁿ·(1 + q) and so
//
//	1 − p = (1 − 2ⁿ) − 2ⁿ·q
//
// keeps its bits where p is close to 1.
func logBackward32(dst, y, g []float32, s strip, sum, rest simd.Float32s, tau float32, divide bool) {
	one := simd.BroadcastFloat32s(1)
	var held simd.Float32s
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones32[:], 0, 0
	}
	in, up, out := y[s.last:], g[last:], dst
	for k := s.count; k > 0; k-- {
		u := simd.LoadFloat32s(up)
		n, r := split32(simd.LoadFloat32s(in))
		q := r.Mul(r).Mul(polynomial32(&expSextic, r)).Add(r)
		p := scale32(one, one.Add(q), n)
		t := scale32(one, one, n)
		d := one.Sub(t).Sub(q.Mul(t)).Mul(u).Sub(p.Mul(sum.Sub(u).Add(rest)))
		if divide {
			d = d.Div(simd.BroadcastFloat32s(tau))
		}
		if k == s.count {
			held, in, up = d, y, g
		} else if d.Store(out); k > 1 {
			in, up, out = in[s.step:], up[step:], out[s.step:]
		}
	}
	held.Store(dst[s.last:])
}

func logSoftmaxColumns64(dst, x, b []float64, s strip, tau float64) {
	m := maxima64(x, s)
	rest, ties := rest64(x, s, m, tau, tau != 1)
	var each logs64
	each.set(rest, ties, m)
	high, low := each.log()
	subtract64(dst, x, s, m, simd.LoadFloat64s(high[:]), simd.LoadFloat64s(low[:]), tau, tau != 1)
	clearUpper()
}

func logSoftmaxRows64(dst, x, b []float64, classes int, tau float64) {
	var zero simd.Float64s
	n := zero.Len()
	s := row64(classes)
	var square, ties [maxLanes64 * maxLanes64]float64
	var each logs64
	for ; len(x) > 0; x, dst = x[min(n*classes, len(x)):], dst[min(n*classes, len(x)):] {
		rows := min(n, len(x)/classes)
		for r := range rows {
			maxima64(x[r*classes:], s).Store(square[r*n:])
		}
		transpose(bits64(square[:]), n, rows)
		m := maxima64(square[:], down64(n))
		m.Store(each.max[:])
		for r := range rows {
			a, b := rest64(x[r*classes:], s, simd.BroadcastFloat64s(each.max[r]), tau, tau != 1)
			a.Store(square[r*n:])
			b.Store(ties[r*n:])
		}
		transpose(bits64(square[:]), n, rows)
		transpose(bits64(ties[:]), n, rows)
		a, rest := total64(square[:], down64(n))
		b, _ := total64(ties[:], down64(n))
		each.set(a.Add(rest), b, simd.LoadFloat64s(each.max[:]))
		high, low := each.log()
		for r := range rows {
			h, l := simd.BroadcastFloat64s(high[r]), simd.BroadcastFloat64s(low[r])
			subtract64(dst[r*classes:], x[r*classes:], s, simd.BroadcastFloat64s(each.max[r]), h, l, tau, tau != 1)
		}
	}
	clearUpper()
}

// rest64 is rest32 for float64.
func rest64(x []float64, s strip, m simd.Float64s, tau float64, divide bool) (rest, ties simd.Float64s) {
	var zero simd.Float64s
	one := simd.BroadcastFloat64s(1)
	limit := simd.LoadFloat64s(exp64Constants.limit[:])
	sum, low, ties := zero, zero, zero
	factor, divisor := element.Quotient(tau)
	if divide {
		m = m.Mul(simd.BroadcastFloat64s(factor))
	}
	in := x[s.last:]
	for k := s.count; k > 0; k-- {
		v := simd.LoadFloat64s(in)
		if divide {
			v = v.Mul(simd.BroadcastFloat64s(factor))
		}
		z := v.Sub(m)
		t := z.Sub(v)
		e := v.Sub(z.Sub(t)).Sub(m.Add(t))
		if divide {
			d := simd.BroadcastFloat64s(divisor)
			q := z.Div(d)
			e = residual64(zero.Sub(q), d, z).Add(e).Div(d)
			z = q
		}
		e = zero.IfElse(z.Less(limit), e) // of −Inf it is NaN
		n, r := split64(z)
		w := r.Mul(r)
		y := scale64(one, series64(one, r, w, polynomial64(&expEven, w), polynomial64(&expOdd, w)), n)
		y = e.MulAdd(y, y)
		top := v.Equal(m)
		y = zero.IfElse(top, y)
		tie := one.Masked(top)
		if k == s.count {
			fresh := fresh64(s.overlap)
			y, tie, in = y.Masked(fresh), tie.Masked(fresh), x
		} else if k > 1 {
			in = in[s.step:]
		}
		sum, low = twoSum64(sum, low, y)
		ties = ties.Add(tie)
	}
	return sum.Add(low), ties
}

// logs64 is logs32 for float64.
type logs64 struct{ rest, ties, max [maxLanes64]float64 }

func (l *logs64) set(rest, ties, max simd.Float64s) {
	rest.Store(l.rest[:])
	ties.Store(l.ties[:])
	max.Store(l.max[:])
	clearUpper()
}

// log returns log(rest + ties) in two parts: the first of the ties is the 1. It
// is NaN for a maximum that is infinite.
func (l *logs64) log() (high, low [maxLanes64]float64) {
	for i, m := range l.max {
		log := math.Log1p(float64(l.rest[i])+float64(l.ties[i]-1)) + float64(m-m)
		high[i] = float64(log)
		low[i] = float64(log - float64(high[i]))
	}
	return high, low
}

// subtract64 is subtract32 for float64.
func subtract64(dst, x []float64, s strip, m, high, low simd.Float64s, tau float64, divide bool) {
	factor, divisor := element.Quotient(tau)
	difference := func(x []float64) simd.Float64s {
		v := simd.LoadFloat64s(x)
		z := v.Sub(m)
		if divide {
			f := simd.BroadcastFloat64s(factor)
			z = v.Mul(f).Sub(m.Mul(f)).Div(simd.BroadcastFloat64s(divisor))
		}
		return z.Sub(high).Sub(low)
	}
	held := difference(x[s.last:])
	for k, out := s.count, dst; k > 1 && len(x) >= s.step && len(out) >= s.step; k, out = k-1, out[s.step:] {
		difference(x).Store(out)
		x = x[s.step:]
	}
	held.Store(dst[s.last:])
}

func logBackwardColumns64(dst, y, g []float64, s strip, tau float64) {
	sum, rest := total64(g, s)
	logBackward64(dst, y, g, s, sum, rest, tau, tau != 1)
	clearUpper()
}

func logBackwardRows64(dst, y, g []float64, classes int, tau float64) {
	var zero simd.Float64s
	n := zero.Len()
	s := row64(classes)
	var square, rests [maxLanes64 * maxLanes64]float64
	var total, low [maxLanes64]float64
	for start := 0; start < len(y); start += n * classes {
		rows := min(n, (len(y)-start)/classes)
		for r := range rows {
			a, b := total64(from(g, start+r*classes), s)
			a.Store(square[r*n:])
			b.Store(rests[r*n:])
		}
		sum, rest := across64(&square, &rests, n, rows)
		sum.Store(total[:])
		rest.Store(low[:])
		for r := range rows {
			at := start + r*classes
			a, b := simd.BroadcastFloat64s(total[r]), simd.BroadcastFloat64s(low[r])
			logBackward64(dst[at:], y[at:], from(g, at), s, a, b, tau, tau != 1)
		}
	}
	clearUpper()
}

// logBackward64 is logBackward32 for float64.
func logBackward64(dst, y, g []float64, s strip, sum, rest simd.Float64s, tau float64, divide bool) {
	one := simd.BroadcastFloat64s(1)
	var held simd.Float64s
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones64[:], 0, 0
	}
	in, up, out := y[s.last:], g[last:], dst
	for k := s.count; k > 0; k-- {
		u := simd.LoadFloat64s(up)
		n, r := split64(simd.LoadFloat64s(in))
		v := r.Mul(r)
		q := v.Mul(polynomial64(&expOdd, v).MulAdd(r, polynomial64(&expEven, v))).Add(r)
		p := scale64(one, one.Add(q), n)
		t := scale64(one, one, n)
		d := one.Sub(t).Sub(q.Mul(t)).Mul(u).Sub(p.Mul(sum.Sub(u).Add(rest)))
		if divide {
			d = d.Div(simd.BroadcastFloat64s(tau))
		}
		if k == s.count {
			held, in, up = d, y, g
		} else if d.Store(out); k > 1 {
			in, up, out = in[s.step:], up[step:], out[s.step:]
		}
	}
	held.Store(dst[s.last:])
}
