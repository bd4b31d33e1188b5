//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// Softmax sets dst to e^(x/τ) / Σ e^(x/τ). It reports whether there is a form for
// such distributions, and does nothing if not.
func Softmax[T element.Float](dst, x []T, classes, stride int, tau T) bool {
	rows, columns := forms[T](classes, stride)
	switch any(dst).(type) {
	case []float32:
		if rows {
			softmaxRows32(float32s(dst), float32s(x), classes, float32(tau))
		} else if columns {
			softmaxColumns32(float32s(dst), float32s(x), classes, stride, float32(tau))
		}
	case []float64:
		if rows {
			softmaxRows64(float64s(dst), float64s(x), classes, float64(tau))
		} else if columns {
			softmaxColumns64(float64s(dst), float64s(x), classes, stride, float64(tau))
		}
	}
	return rows || columns
}

// forms reports which form distributions take, see softmax_loops.go, or none: those
// for which the narrowest vector is too wide.
func forms[T element.Float](classes, stride int) (rows, columns bool) {
	n := narrowest[T]()
	return stride == 1 && classes >= n, stride >= n
}

// SoftmaxDerivativeFromOutput does the backward pass from y. It reports whether there
// is a vector form.
func SoftmaxDerivativeFromOutput[T element.Float](dst, y, upstream []T, classes, stride int, tau T) bool {
	switch any(dst).(type) {
	case []float32:
		return distributions32(float32s(dst), float32s(y), float32s(upstream), classes, stride, float32(tau), softmaxBackwardRows32, softmaxBackwardColumns32)
	default:
		return distributions64(float64s(dst), float64s(y), float64s(upstream), classes, stride, float64(tau), softmaxBackwardRows64, softmaxBackwardColumns64)
	}
}

// The backward pass computes yᵢ·Σⱼ yⱼ(gᵢ − gⱼ)/τ as
//
//	yᵢ·((gᵢ − m) − Σⱼ yⱼ(gⱼ − m))/τ
//
// That is the same for every m, as Σ yⱼ = 1, but its roundings are not. They stay
// small beside the terms if m is the mean Σ yⱼgⱼ, since |gᵢ − m| is then at most
// Σⱼ yⱼ|gᵢ − gⱼ|. The mean is found from the g beside the largest y: if that y is
// close to 1, the mean is all but its g, and what the others contribute is not
// lost. For a constant g the result is exactly 0.
//
// An upstream beside a y of 0 does not count, even if it is NaN or infinite.

func softmaxBackwardColumns32(dst, y, g []float32, s strip, tau float32) {
	_, c := top32(y, g, s)
	off, rest := differences32(y, g, s, c)
	mean := c.Add(off.Add(rest))
	off, rest = differences32(y, g, s, mean)
	backward32(dst, y, g, s, mean, off, rest)
	if tau != 1 {
		divide32(dst, s, simd.BroadcastFloat32s(tau))
	}
	clearUpper()
}

func softmaxBackwardRows32(dst, y, g []float32, classes int, tau float32) {
	var zero simd.Float32s
	n := zero.Len()
	s := row32(classes)
	var square, rests [maxLanes * maxLanes]float32
	var mean, off, low [maxLanes]float32
	for start := 0; start < len(y); start += n * classes {
		rows := min(n, (len(y)-start)/classes)
		for r := range rows {
			at := start + r*classes
			m, c := top32(y[at:], from(g, at), s)
			m.Store(square[r*n:])
			c.Store(rests[r*n:])
		}
		transpose(bits32(square[:]), n, rows)
		transpose(bits32(rests[:]), n, rows)
		_, m := top32(square[:], rests[:], down32(n))
		m.Store(mean[:])
		for pass := range 2 {
			for r := range rows {
				at := start + r*classes
				a, b := differences32(y[at:], from(g, at), s, simd.BroadcastFloat32s(mean[r]))
				a.Store(square[r*n:])
				b.Store(rests[r*n:])
			}
			sum, rest := across32(&square, &rests, n, rows)
			if pass == 0 {
				m.Add(sum.Add(rest)).Store(mean[:])
			}
			sum.Store(off[:])
			rest.Store(low[:])
		}
		for r := range rows {
			at := start + r*classes
			c, sum, rest := simd.BroadcastFloat32s(mean[r]), simd.BroadcastFloat32s(off[r]), simd.BroadcastFloat32s(low[r])
			backward32(dst[at:], y[at:], from(g, at), s, c, sum, rest)
			if tau != 1 {
				divide32(dst[at:], s, simd.BroadcastFloat32s(tau))
			}
		}
	}
	clearUpper()
}

// top32 returns the largest y of a strip in each lane, and the g beside it.
func top32(y, g []float32, s strip) (m, c simd.Float32s) {
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones32[:], 0, 0
	}
	m, c = simd.LoadFloat32s(y[s.last:]), simd.LoadFloat32s(g[last:])
	for k := s.count; k > 1 && len(y) >= s.step && len(g) >= step; k, y, g = k-1, y[s.step:], g[step:] {
		v := simd.LoadFloat32s(y)
		above := v.Greater(m)
		m, c = v.IfElse(above, m), simd.LoadFloat32s(g).IfElse(above, c)
	}
	return m, c
}

// differences32 returns Σ y·(g − c) over a strip in each lane, and what its
// roundings have lost.
func differences32(y, g []float32, s strip, c simd.Float32s) (sum, rest simd.Float32s) {
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones32[:], 0, 0
	}
	var zero simd.Float32s
	p := simd.LoadFloat32s(y[s.last:]).Masked(fresh32(s.overlap))
	sum = zero.IfElse(p.Equal(zero), simd.LoadFloat32s(g[last:]).Sub(c).Mul(p))
	for k := s.count; k > 1; k, y, g = k-1, y[s.step:], g[step:] {
		p = simd.LoadFloat32s(y)
		sum, rest = twoSum32(sum, rest, zero.IfElse(p.Equal(zero), simd.LoadFloat32s(g).Sub(c).Mul(p)))
	}
	return sum, rest
}

// backward32 sets a strip of dst to y·((g − c) − sum − rest), and to 0 where y is 0.
func backward32(dst, y, g []float32, s strip, c, sum, rest simd.Float32s) {
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones32[:], 0, 0
	}
	var zero simd.Float32s
	p := simd.LoadFloat32s(y[s.last:])
	held := zero.IfElse(p.Equal(zero), simd.LoadFloat32s(g[last:]).Sub(c).Sub(sum).Sub(rest).Mul(p))
	for k, out := s.count, dst; k > 1 && len(y) >= s.step && len(out) >= s.step; k, out = k-1, out[s.step:] {
		p = simd.LoadFloat32s(y)
		zero.IfElse(p.Equal(zero), simd.LoadFloat32s(g).Sub(c).Sub(sum).Sub(rest).Mul(p)).Store(out)
		y, g = y[s.step:], g[step:]
	}
	held.Store(dst[s.last:])
}

// divide32 divides a strip of dst.
func divide32(dst []float32, s strip, divisor simd.Float32s) {
	held := simd.LoadFloat32s(dst[s.last:])
	for k, out := s.count, dst; k > 1 && len(out) >= s.step; k, out = k-1, out[s.step:] {
		simd.LoadFloat32s(out).Div(divisor).Store(out)
	}
	held.Div(divisor).Store(dst[s.last:])
}

func softmaxBackwardColumns64(dst, y, g []float64, s strip, tau float64) {
	_, c := top64(y, g, s)
	off, rest := differences64(y, g, s, c)
	mean := c.Add(off.Add(rest))
	off, rest = differences64(y, g, s, mean)
	backward64(dst, y, g, s, mean, off, rest)
	if tau != 1 {
		divide64(dst, s, simd.BroadcastFloat64s(tau))
	}
	clearUpper()
}

func softmaxBackwardRows64(dst, y, g []float64, classes int, tau float64) {
	var zero simd.Float64s
	n := zero.Len()
	s := row64(classes)
	var square, rests [maxLanes64 * maxLanes64]float64
	var mean, off, low [maxLanes64]float64
	for start := 0; start < len(y); start += n * classes {
		rows := min(n, (len(y)-start)/classes)
		for r := range rows {
			at := start + r*classes
			m, c := top64(y[at:], from(g, at), s)
			m.Store(square[r*n:])
			c.Store(rests[r*n:])
		}
		transpose(bits64(square[:]), n, rows)
		transpose(bits64(rests[:]), n, rows)
		_, m := top64(square[:], rests[:], down64(n))
		m.Store(mean[:])
		for pass := range 2 {
			for r := range rows {
				at := start + r*classes
				a, b := differences64(y[at:], from(g, at), s, simd.BroadcastFloat64s(mean[r]))
				a.Store(square[r*n:])
				b.Store(rests[r*n:])
			}
			sum, rest := across64(&square, &rests, n, rows)
			if pass == 0 {
				m.Add(sum.Add(rest)).Store(mean[:])
			}
			sum.Store(off[:])
			rest.Store(low[:])
		}
		for r := range rows {
			at := start + r*classes
			c, sum, rest := simd.BroadcastFloat64s(mean[r]), simd.BroadcastFloat64s(off[r]), simd.BroadcastFloat64s(low[r])
			backward64(dst[at:], y[at:], from(g, at), s, c, sum, rest)
			if tau != 1 {
				divide64(dst[at:], s, simd.BroadcastFloat64s(tau))
			}
		}
	}
	clearUpper()
}

// top64 is top32 for float64.
func top64(y, g []float64, s strip) (m, c simd.Float64s) {
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones64[:], 0, 0
	}
	m, c = simd.LoadFloat64s(y[s.last:]), simd.LoadFloat64s(g[last:])
	for k := s.count; k > 1 && len(y) >= s.step && len(g) >= step; k, y, g = k-1, y[s.step:], g[step:] {
		v := simd.LoadFloat64s(y)
		above := v.Greater(m)
		m, c = v.IfElse(above, m), simd.LoadFloat64s(g).IfElse(above, c)
	}
	return m, c
}

// differences64 is differences32 for float64.
func differences64(y, g []float64, s strip, c simd.Float64s) (sum, rest simd.Float64s) {
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones64[:], 0, 0
	}
	var zero simd.Float64s
	p := simd.LoadFloat64s(y[s.last:]).Masked(fresh64(s.overlap))
	sum = zero.IfElse(p.Equal(zero), simd.LoadFloat64s(g[last:]).Sub(c).Mul(p))
	for k := s.count; k > 1; k, y, g = k-1, y[s.step:], g[step:] {
		p = simd.LoadFloat64s(y)
		sum, rest = twoSum64(sum, rest, zero.IfElse(p.Equal(zero), simd.LoadFloat64s(g).Sub(c).Mul(p)))
	}
	return sum, rest
}

// backward64 is backward32 for float64.
func backward64(dst, y, g []float64, s strip, c, sum, rest simd.Float64s) {
	step, last := s.step, s.last
	if g == nil {
		g, step, last = ones64[:], 0, 0
	}
	var zero simd.Float64s
	p := simd.LoadFloat64s(y[s.last:])
	held := zero.IfElse(p.Equal(zero), simd.LoadFloat64s(g[last:]).Sub(c).Sub(sum).Sub(rest).Mul(p))
	for k, out := s.count, dst; k > 1 && len(y) >= s.step && len(out) >= s.step; k, out = k-1, out[s.step:] {
		p = simd.LoadFloat64s(y)
		zero.IfElse(p.Equal(zero), simd.LoadFloat64s(g).Sub(c).Sub(sum).Sub(rest).Mul(p)).Store(out)
		y, g = y[s.step:], g[step:]
	}
	held.Store(dst[s.last:])
}

// divide64 is divide32 for float64.
func divide64(dst []float64, s strip, divisor simd.Float64s) {
	held := simd.LoadFloat64s(dst[s.last:])
	for k, out := s.count, dst; k > 1 && len(out) >= s.step; k, out = k-1, out[s.step:] {
		simd.LoadFloat64s(out).Div(divisor).Store(out)
	}
	held.Div(divisor).Store(dst[s.last:])
}

// maxima32 returns the maximum of a strip in each lane. It may miss a NaN: the
// sum of the exponentials does not.
func maxima32(x []float32, s strip) simd.Float32s {
	a := simd.LoadFloat32s(x[s.last:])
	b := a
	k := s.count
	for ; k > 2 && len(x) >= 2*s.step; k, x = k-2, x[2*s.step:] {
		a = a.Max(simd.LoadFloat32s(x))
		b = b.Max(simd.LoadFloat32s(x[s.step:]))
	}
	if k > 1 {
		a = a.Max(simd.LoadFloat32s(x))
	}
	return a.Max(b)
}

// maxima64 returns the maximum of a strip in each lane. It may miss a NaN: the
// sum of the exponentials does not.
func maxima64(x []float64, s strip) simd.Float64s {
	a := simd.LoadFloat64s(x[s.last:])
	b := a
	k := s.count
	for ; k > 2 && len(x) >= 2*s.step; k, x = k-2, x[2*s.step:] {
		a = a.Max(simd.LoadFloat64s(x))
		b = b.Max(simd.LoadFloat64s(x[s.step:]))
	}
	if k > 1 {
		a = a.Max(simd.LoadFloat64s(x))
	}
	return a.Max(b)
}
