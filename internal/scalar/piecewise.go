package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// GELU, SiLU and Mish are x·g(x) for a g that rises from 0 to 1. Both g and the
// derivative of x·g(x) are piecewise polynomials, as σ is in logisticTable. There is one
// for each point a of a grid, whose points are 1/16 or 1/32 apart:
//
//	f(a+b) = value + rest + b·(slope + slopeRest + b·(c[0] + b·(c[1] + …)))
//
// This needs no exponential, no division, and no branch that depends on the sign of x.
// Outside the grid another function computes f, the tail.

// A piece is the polynomial around one point of the grid.
type piece struct {
	a                float64
	value, rest      float64 // f(a), as a sum
	slope, slopeRest float64 // f′(a), as a sum
	c                [7]float64
}

// In the table of a g, value has 26 bits. In the table of a derivative, slope has 26
// bits. Its product with another factor of 26 bits is therefore exact.
//
// In the pieces next to the zero of a derivative, a is the float64 nearest to the zero,
// and value is 0. The tiny f(a) is in rest. The result is then b·slope plus small terms,
// so its relative error is small.

// to6 returns f(a+b) − value up to the term of b⁶. It is for a g, which has no
// slopeRest.
func (p *piece) to6(b float64) float64 {
	s, c := b*b, &p.c
	return b*p.slope + (p.rest + s*((c[0]+b*c[1])+s*((c[2]+b*c[3])+s*c[4])))
}

// to7 returns f(a+b) − value up to the term of b⁷. It is for a derivative: next to its
// zero, |b| is up to three times as large as elsewhere.
func (p *piece) to7(b float64) float64 {
	s, c := b*b, &p.c
	return b*p.slope + (p.rest + (float64(b*p.slopeRest) + s*((c[0]+b*c[1])+s*((c[2]+b*c[3])+s*(c[4]+b*c[5])))))
}

// to8 returns f(a+b) − value up to the term of b⁸, for a g.
func (p *piece) to8(b float64) float64 {
	s, c := b*b, &p.c
	return b*p.slope + (p.rest + (float64(s*(c[0]+b*c[1])) + s*s*((c[2]+b*c[3])+s*((c[4]+b*c[5])+s*c[6]))))
}

// beside returns f(a+b) − value − b·slope up to the term of b⁸.
//
// Let b = high + low, and let high have 26 bits. Then high·slope is exact, and
// value + (high·slope + (low·slope + beside(b))) has two roundings: one of the size
// of the result and one of the size of b·slope. If the product were rounded too, the
// error next to a zero of f would be up to 2.3 ULP instead of 0.8.
func (p *piece) beside(b float64) float64 {
	s, c := b*b, &p.c
	return p.rest + b*((p.slopeRest+b*c[0])+s*((c[1]+b*c[2])+s*((c[3]+b*c[4])+s*(c[5]+b*c[6]))))
}

// coarse returns b rounded to a multiple of 2⁻²⁹. For the b of a piece, that has 26
// bits or fewer.
func coarse(b float64) float64 {
	const round = 0x1.8p52 * 0x1p-29
	return (b + round) - round
}

// A piecewise function has its pieces in order, from −limit to limit.
type piecewise struct {
	pieces      []piece
	limit       float64
	roundToGrid float64                 // 1.5·2⁵² times the distance of two points
	tail        func(x float64) float64 // for |x| > limit and for NaN
	tail32      func(x float32) float32 // the same for float32
}

// The index of the piece for x is the bits of x + add, minus first: the addition rounds
// x to the grid. logisticPoint explains it. rounder32 and rounder64 return add and first.

func (f *piecewise) rounder32() (add float32, first uint32) {
	round := float32(f.roundToGrid * 0x1p-29) // 1.5·2²³ times the distance
	return round + float32(f.limit), math.Float32bits(round)
}

func (f *piecewise) rounder64() (add float64, first uint64) {
	return f.roundToGrid + f.limit, math.Float64bits(f.roundToGrid)
}

// times sets dst to x·f(x). The tail is then that of x·f(x).
func times[T element.Float](f *piecewise, dst, x []T) {
	switch dst := any(dst).(type) {
	case []float32:
		f.times32(dst, any(x).([]float32))
	case []float64:
		f.times64(dst, any(x).([]float64))
	}
}

// derivative sets dst to upstream·f(x).
func derivative[T element.Float](f *piecewise, dst, x, upstream []T) {
	switch dst := any(dst).(type) {
	case []float32:
		f.derivative32(dst, any(x).([]float32), any(upstream).([]float32))
	case []float64:
		f.derivative64(dst, any(x).([]float64), any(upstream).([]float64))
	}
}

// timesAt returns x·f(x), with the same bits as times.
func timesAt[T element.Float](f *piecewise, x T) T {
	if element.Is32[T]() {
		add, first := f.rounder32()
		k := math.Float32bits(float32(x)+add) - first
		if uint64(k) >= uint64(len(f.pieces)) {
			return T(f.tail32(float32(x)))
		}
		p, u := &f.pieces[k], float64(x)
		return T(float32(u * (p.value + p.to6(u-p.a))))
	}
	u := float64(x)
	add, first := f.rounder64()
	k := math.Float64bits(u+add) - first
	if k >= uint64(len(f.pieces)) || math.Abs(u) < tiny {
		return T(f.tail(u))
	}
	p, high := &f.pieces[k], cut(u)
	return T(high*p.value + (u*p.to8(u-p.a) - float64((high-u)*p.value)))
}

// derivativeAt returns f(x), with the same bits as derivative.
func derivativeAt[T element.Float](f *piecewise, x T) T {
	if element.Is32[T]() {
		add, first := f.rounder32()
		k := math.Float32bits(float32(x)+add) - first
		if uint64(k) >= uint64(len(f.pieces)) {
			return T(f.tail32(float32(x)))
		}
		p := &f.pieces[k]
		return T(float32(p.value + p.to7(float64(x)-p.a)))
	}
	u := float64(x)
	add, first := f.rounder64()
	k := math.Float64bits(u+add) - first
	if k >= uint64(len(f.pieces)) {
		return T(f.tail(u))
	}
	p := &f.pieces[k]
	b := u - p.a
	high := coarse(b)
	return T(p.value + (high*p.slope + ((b-high)*p.slope + p.beside(b))))
}

// times32 computes in float64 and rounds once.
func (f *piecewise) times32(dst, x []float32) {
	dst = dst[:len(x)]
	pieces := f.pieces
	add, first := f.rounder32()
	for i, v := range x {
		k := math.Float32bits(v+add) - first
		if uint64(k) >= uint64(len(pieces)) {
			dst[i] = f.tail32(v)
			continue
		}
		p, u := &pieces[k], float64(v)
		dst[i] = float32(u * (p.value + p.to6(u-p.a)))
	}
}

// inFloat32 returns tail for float32. Below faint, the result rounds to 0. It is a function
// value, because with an inlined one the conversion to float64 would wait in each iteration for
// the tail of the one before, and the loop would take twice as long.
func inFloat32(tail func(x float64) float64, faint float64) func(x float32) float32 {
	end := float32(tail(math.Inf(-1))) // a zero with its sign
	return func(x float32) float32 {
		u := float64(x)
		if u < faint {
			return end
		}
		return float32(tail(u))
	}
}

// times64 splits x into a high part of 26 bits and the rest. value has 26 bits too, so
// its product with the high part is exact. Only the last addition rounds a number of the
// size of the result.
func (f *piecewise) times64(dst, x []float64) {
	dst = dst[:len(x)]
	pieces, tail := f.pieces, f.tail
	add, first := f.rounder64()
	for i, v := range x {
		k := math.Float64bits(v+add) - first
		if k >= uint64(len(pieces)) || math.Abs(v) < tiny {
			dst[i] = tail(v)
			continue
		}
		p, high := &pieces[k], cut(v)
		dst[i] = high*p.value + (v*p.to8(v-p.a) - float64((high-v)*p.value))
	}
}

// tiny is a bound for |x| in times64. Below it the tail computes x·f(x), because the
// small parts of the result would be subnormal and lose bits.
const tiny = 0x1p-960

// timesValue sets dst to value·(x·f(x)). It rounds once, except for float32 in the tail and for
// float64 above limit. value times a rounded x·f(x) could be off by 1.7 ULP, because half an ULP of
// x·f(x) can be almost one of the product.
func timesValue[T element.Float](f *piecewise, left leftTail, dst, x, value []T) {
	switch dst := any(dst).(type) {
	case []float32:
		f.timesValue32(dst, any(x).([]float32), any(value).([]float32))
	case []float64:
		f.timesValue64(left, dst, any(x).([]float64), any(value).([]float64))
	}
}

// timesValue32 computes in float64, too. For the smallest x, x·f(x) rounds to 0, as x/2 does. The
// result is then value·0, as Gated promises.
func (f *piecewise) timesValue32(dst, x, value []float32) {
	dst, value = dst[:len(x)], value[:len(x)]
	pieces := f.pieces
	add, first := f.rounder32()
	for i, v := range x {
		k := math.Float32bits(v+add) - first
		if uint64(k) >= uint64(len(pieces)) {
			dst[i] = value[i] * f.tail32(v)
			continue
		}
		if math.Float32bits(v)<<1 <= 2 {
			dst[i] = value[i] * (v / 2)
			continue
		}
		p, u := &pieces[k], float64(v)
		dst[i] = float32(float64(value[i]) * (u * (p.value + p.to6(u-p.a))))
	}
}

// A leftTail returns 2⁵¹² times a tail of x·f(x) below −limit, in two parts.
type leftTail = func(x float64) (value, rest float64)

// timesValue64 adds the rounding errors of x·f(x) and of the product, unless the product is 0,
// infinite or NaN. For GELU it takes 7.3 ns, and two roundings would take 5.8.
func (f *piecewise) timesValue64(left leftTail, dst, x, value []float64) {
	dst, value = dst[:len(x)], value[:len(x)]
	pieces := f.pieces
	add, first := f.rounder64()
	for i, v := range x {
		w := value[i]
		k := math.Float64bits(v+add) - first
		if k >= uint64(len(pieces)) || math.Abs(v) < tiny {
			dst[i] = f.timesTail(left, v, w)
			continue
		}
		p, high := &pieces[k], cut(v)
		large := float64(high * p.value)
		small := v*p.to8(v-p.a) - float64((high-v)*p.value)
		sum := large + small
		y := w * sum
		if ordinary(y) {
			y += fma(w, sum, -y) + w*((large-sum)+small)
		}
		dst[i] = y
	}
}

// timesTail returns w·tail(x), with the rounding errors of both, unless the product is 0, infinite
// or NaN.
func (f *piecewise) timesTail(left leftTail, x, w float64) float64 {
	t := f.tail(x)
	y := w * t
	if x < -f.limit && ordinary(y) {
		value, rest := left(x)
		y += fma(w, t, -y) + w*(((value-t*0x1p512)+rest)*0x1p-512)
	}
	return y
}

// ordinary reports whether y is neither 0 nor infinite nor NaN.
func ordinary(y float64) bool { return math.Float64bits(y)<<1-1 < 0x7ff<<53-1 }

// derivative32 computes f in float64 and rounds it to float32 before it multiplies.
func (f *piecewise) derivative32(dst, x, upstream []float32) {
	dst = dst[:len(x)]
	pieces := f.pieces
	add, first := f.rounder32()
	for i, v := range x {
		k := math.Float32bits(v+add) - first
		if uint64(k) >= uint64(len(pieces)) {
			dst[i] = subnormalProduct32(f.tail32(v), element.Upstream(1, upstream, i))
			continue
		}
		p := &pieces[k]
		dst[i] = element.Upstream(float32(p.value+p.to7(float64(v)-p.a)), upstream, i)
	}
}

// derivative64 computes f as beside explains.
func (f *piecewise) derivative64(dst, x, upstream []float64) {
	dst = dst[:len(x)]
	pieces, tail := f.pieces, f.tail
	add, first := f.rounder64()
	for i, v := range x {
		k := math.Float64bits(v+add) - first
		if k >= uint64(len(pieces)) {
			dst[i] = subnormalProduct64(tail(v), element.Upstream(1, upstream, i))
			continue
		}
		p := &pieces[k]
		b := v - p.a
		high := coarse(b)
		dst[i] = element.Upstream(p.value+(high*p.slope+((b-high)*p.slope+p.beside(b))), upstream, i)
	}
}
