//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// The backward pass computes yᵢ·Σⱼ yⱼ(gᵢ − gⱼ)/τ as
//
//	yᵢ·((gᵢ − m) − Σⱼ yⱼ(gⱼ − m))/τ
//
// Because Σ yⱼ = 1, the exact value is the same for every m. But the rounding errors
// depend on m. They are small compared with the terms if m is the mean Σ yⱼgⱼ, because
// then |gᵢ − m| is at most Σⱼ yⱼ|gᵢ − gⱼ|. For a constant g the result is exactly 0.
//
// The first approximation of the mean is the g beside the largest y, except in short rows.
// One pass over the differences from it corrects it. If the largest y is close to 1, its g
// is nearly the mean, and the small contributions of the other entries are not lost.
//
// An upstream beside a y of 0 is ignored, even if it is NaN or infinite.

// difference32 returns g − m, or 0 if y is 0.
func difference32(y, g, m simd.Float32s) simd.Float32s {
	var zero simd.Float32s
	return g.Sub(m).Masked(y.NotEqual(zero))
}

// softmaxBackwardRows32 is SoftmaxDerivativeFromOutput for stride 1 and at least as
// many classes as lanes.
//
//vector:fits classes
func softmaxBackwardRows32(dst, y, upstream []float32, classes int, tau float32, divide bool) {
	divisor := simd.BroadcastFloat32s(tau)
	lowest := simd.BroadcastUint32s(negativeInfBits32).BitsToFloat32()
	var zero simd.Float32s
	n := zero.Len()
	newLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-(n-classes%n)%n:]).ToMask()
	step := n
	for at := 0; at < len(y); at += classes {
		in, out := y[at:][:classes:classes], dst[at:][:classes:classes]
		up, end := ones32[:], ones32[:]
		if upstream != nil {
			up = upstream[at:][:classes:classes]
			end = up[classes-n:]
		} else {
			step = 0
		}
		lastY, lastG := simd.LoadFloat32s(in[classes-n:]), simd.LoadFloat32s(end)

		// m is the g beside the largest y. If several y are the largest, it is the g
		// beside one of them.
		top, beside := lastY, lastG
		p, g := in, up
		for len(p) > 2*n && len(g) >= 2*n {
			a, b := simd.LoadFloat32s(p), simd.LoadFloat32s(p[n:])
			c := simd.LoadFloat32s(g[step:]).IfElse(b.Greater(a), simd.LoadFloat32s(g))
			a = a.Max(b)
			beside = c.IfElse(a.Greater(top), beside)
			top = top.Max(a)
			p, g = p[2*n:], g[2*step:]
		}
		if len(p) > n {
			a := simd.LoadFloat32s(p)
			beside = simd.LoadFloat32s(g).IfElse(a.Greater(top), beside)
			top = top.Max(a)
		}
		m := maxAcross32(beside.IfElse(top.Equal(maxAcross32(top)), lowest))

		// The first pass corrects m to the mean.
		var sum simd.Float32s
		for pass := range 2 {
			s1 := lastY.Masked(newLanes).Mul(difference32(lastY, lastG, m))
			s2, total, lost := zero, zero, zero
			p, g = in, up
			for stop := classes - backwardRowBlock*n; len(p) > 2*n && len(g) >= 2*n; {
				a, b := simd.LoadFloat32s(p), simd.LoadFloat32s(p[n:])
				s1 = a.MulAdd(difference32(a, simd.LoadFloat32s(g), m), s1)
				s2 = b.MulAdd(difference32(b, simd.LoadFloat32s(g[step:]), m), s2)
				p, g = p[2*n:], g[2*step:]
				if len(p) <= stop { // as in the columns below, to keep the errors small
					total, lost = twoSum32(total, lost, s1.Add(s2))
					s1, s2 = zero, zero
					stop -= backwardRowBlock * n
				}
			}
			if len(p) > n {
				a := simd.LoadFloat32s(p)
				s1 = a.MulAdd(difference32(a, simd.LoadFloat32s(g), m), s1)
			}
			sum = sumAcross32(s1.Add(s2).Add(total.Add(lost)))
			if pass == 0 {
				m = m.Add(sum)
			}
		}

		for p, g, to := in, up, out; len(p) > n && len(to) > n && len(g) >= n; p, g, to = p[n:], g[step:], to[n:] {
			a := simd.LoadFloat32s(p)
			d := a.Mul(difference32(a, simd.LoadFloat32s(g).Sub(m), sum))
			if divide {
				d = d.Div(divisor)
			}
			d.Store(to)
		}
		d := lastY.Mul(difference32(lastY, lastG.Sub(m), sum))
		if divide {
			d = d.Div(divisor)
		}
		d.Store(out[classes-n:])
	}
	clearUpper()
}

// softmaxBackwardShortRows32 is softmaxBackwardRows32 for rows that two vectors hold. The second
// vector overlaps the first one. Each step of a row waits for the one before it, so each
// instruction counts. The first approximation is the largest g whose y is not small. It is found
// faster than the g beside the largest y, and is good enough.
//
// The width is less than classes, because a row of 8 is faster in two vectors of four elements than
// in one of eight, twice.
//
//vector:fits classes-1
func softmaxBackwardShortRows32(dst, y, upstream []float32, classes int, tau float32, divide bool) {
	divisor := simd.BroadcastFloat32s(tau)
	var zero simd.Float32s
	n := zero.Len()
	newLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-(2*n-classes):]).ToMask()
	step := classes
	if upstream == nil {
		step, upstream = 0, ones32[:]
	}
	for second := classes - n; len(y) >= classes && len(dst) >= classes && len(upstream) >= classes; {
		a, b := simd.LoadFloat32s(y), simd.LoadFloat32s(y[second:])
		g, h := simd.LoadFloat32s(upstream), simd.LoadFloat32s(upstream[second:])
		g, h = g.Masked(a.NotEqual(zero)), h.Masked(b.NotEqual(zero))
		likely, lowest := simd.LoadFloat32s(shortRow32.likely[:]), simd.LoadFloat32s(shortRow32.lowest[:])
		m := g.IfElse(a.GreaterEqual(likely), lowest).Max(h.IfElse(b.GreaterEqual(likely), lowest))
		m = maxAcross32(m)
		m = m.Masked(m.Greater(lowest)) // 0 if each y is small: all are 0, or y is not a distribution
		c := b.Masked(newLanes)
		m = m.Add(sumAcross32(a.MulAdd(g.Sub(m), c.Mul(h.Sub(m)))))
		g, h = g.Sub(m), h.Sub(m)
		sum := sumAcross32(a.MulAdd(g, c.Mul(h)))
		d, e := a.Mul(g.Sub(sum)).Masked(a.NotEqual(zero)), b.Mul(h.Sub(sum)).Masked(b.NotEqual(zero))
		if divide {
			d, e = d.Div(divisor), e.Div(divisor)
		}
		d.Store(dst)
		e.Store(dst[second:])
		dst, y, upstream = dst[classes:], y[classes:], upstream[step:]
	}
	clearUpper()
}

// softmaxBackwardColumns32 is SoftmaxDerivativeFromOutput for a stride of at least as
// many elements as lanes.
//
//vector:fits stride
func softmaxBackwardColumns32(dst, y, upstream []float32, classes, stride int, tau float32, divide bool) {
	divisor := simd.BroadcastFloat32s(tau)
	var zero simd.Float32s
	n := zero.Len()
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

			top, m := simd.LoadFloat32s(in), simd.LoadFloat32s(up)
			for i, j := stride, step; i < len(in); i, j = i+stride, j+step {
				a := simd.LoadFloat32s(in[i:])
				m = simd.LoadFloat32s(up[j:]).IfElse(a.Greater(top), m)
				top = top.Max(a)
			}
			// Add up blocks of entries, and then the sums of the blocks with their
			// rounding errors. That keeps the errors small if there are many classes:
			// see shortRow in package scalar.
			var sum simd.Float32s
			for pass := range 2 {
				var lost simd.Float32s
				sum = zero
				for i, j := 0, 0; i < len(in); {
					s1, s2 := zero, zero
					end := min(len(in), i+backwardColumnBlock*stride)
					for ; i+stride < end; i, j = i+2*stride, j+2*step {
						a, b := simd.LoadFloat32s(in[i:]), simd.LoadFloat32s(in[i+stride:])
						s1 = a.MulAdd(difference32(a, simd.LoadFloat32s(up[j:]), m), s1)
						s2 = b.MulAdd(difference32(b, simd.LoadFloat32s(up[j+step:]), m), s2)
					}
					if i < end {
						a := simd.LoadFloat32s(in[i:])
						s1 = a.MulAdd(difference32(a, simd.LoadFloat32s(up[j:]), m), s1)
						i, j = i+stride, j+step
					}
					sum, lost = twoSum32(sum, lost, s1.Add(s2))
				}
				sum = sum.Add(lost)
				if pass == 0 {
					m = m.Add(sum)
				}
			}
			for i, j := 0, 0; i < len(in); i, j = i+stride, j+step {
				a := simd.LoadFloat32s(in[i:])
				d := a.Mul(difference32(a, simd.LoadFloat32s(up[j:]).Sub(m), sum))
				if divide {
					d = d.Div(divisor)
				}
				if !whole {
					d = d.IfElse(doneLanes, simd.LoadFloat32s(out[i:]))
				}
				d.Store(out[i:])
			}
		}
	}
	clearUpper()
}
