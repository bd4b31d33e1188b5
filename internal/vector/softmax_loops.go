//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// The entries of a distribution lie stride apart. The loops have two forms, drawn here
// for vectors of 4 elements.
//
// The form for rows has stride 1. A vector holds entries of one distribution. If the last
// vector would go beyond the row, it begins earlier and overlaps the one before it:
//
//	classes = 7    0 1 2 3 4 5 6
//	               └─────┘             the first vector
//	                     └─────┘       the last one, without its entry 3
//
// Because dst may be x, the last vector is loaded first and stored last.
//
// The form for columns has a stride of at least one vector. Each lane holds another
// distribution. Here too the last vector overlaps the one before it. Only its new lanes
// are stored:
//
//	stride = 7     0 1 2 3 4 5 6       entry 0 of each distribution
//	               7 8 9 …             entry 1 of each
//	               └─────┘└────┘
//	                  4       3        distributions at a time
//
// In the loops, newLanes is the mask of the lanes of the last vector that do not overlap,
// and doneLanes is the mask of those that do.
//
// The form and the width of the vectors depend only on classes and stride. So equal
// distributions of the same shape have equal results.

// power32 returns a function of z, which must be at most 0 or NaN. It computes
// scale = 2ˢ⁺ⁿ and growth = eʳ − 1 with
//
//	2ˢ·eᶻ = scale + scale·growth,   n = round(z/ln 2),   r = z − n·ln 2,   |r| ≤ ln2/2
//
// Here s is powerShift32: without the factor 2ˢ, eᶻ could be subnormal. z must be at least
// −powerLimit32, for which the bits of scale are those of 0.
func power32() func(z simd.Float32s) (scale, growth simd.Float32s) {
	reduce := reducePower32(simd.BroadcastFloat32s(roundToSoftmax32))
	return func(z simd.Float32s) (scale, growth simd.Float32s) {
		scale, r := reduce(z)
		return scale, growth32(r)
	}
}

// softmaxRows32 is Softmax for stride 1 and at least as many classes as lanes.
//
// It adds the rounding errors of the sum separately, in lost. The formula for the error
// of an addition is exact only if the sum is at least as large as the term. Otherwise
// that error is missing from lost, but then the addition at least doubles the sum. So
// all missing errors together are at most twice the last one.
//
// If an entry may be subnormal, faint is true, and loweredProduct32 computes all entries of the
// row.
//
//vector:fits classes
func softmaxRows32(dst, x []float32, classes int, f, d float32, divide bool) {
	factor, divisor := simd.BroadcastFloat32s(f), simd.BroadcastFloat32s(d)
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	near := simd.BroadcastFloat32s(-softmaxNear32)
	power := power32()
	n := zero.Len()
	newLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-(n-classes%n)%n:]).ToMask()
	for len(x) >= classes && len(dst) >= classes {
		in, out := x[:classes:classes], dst[:classes:classes]
		x, dst = x[classes:], dst[classes:]
		last, end := in[classes-n:], out[classes-n:]

		m := simd.LoadFloat32s(last)
		m2 := m
		rest := in
		for len(rest) > 4*n {
			a := simd.LoadFloat32s(rest).Max(simd.LoadFloat32s(rest[n:]))
			b := simd.LoadFloat32s(rest[2*n:]).Max(simd.LoadFloat32s(rest[3*n:]))
			m, m2 = m.Max(a), m2.Max(b)
			rest = rest[4*n:]
		}
		for len(rest) > n {
			m = m.Max(simd.LoadFloat32s(rest))
			rest = rest[n:]
		}
		m = maxAcross32(m.Max(m2))

		if divide {
			m = m.Mul(factor)
			z := simd.LoadFloat32s(last).Mul(factor).Sub(m).Div(divisor)
			for from, to := in, out; len(from) > n && len(to) > n; from, to = from[n:], to[n:] {
				simd.LoadFloat32s(from).Mul(factor).Sub(m).Div(divisor).Store(to)
			}
			z.Store(end)
			in, last, m = out, end, zero
		}

		overlapping := simd.LoadFloat32s(last)
		var y, sum, lost simd.Float32s
		faint := false
		for from, to := in, out; ; from, to = from[n:], to[n:] {
			v := overlapping
			if len(from) > n {
				v = simd.LoadFloat32s(from)
			}
			z := v.Sub(m)
			if below := z.Less(near); anyLane32(below) {
				limit := simd.BroadcastFloat32s(-powerLimit32)
				z = limit.IfElse(z.Less(limit), z) // NaN stays NaN
				faint = faint || slowSubnormals && anyLane32(below.And(z.Greater(limit)))
			}
			scale, growth := power(z)
			y = growth.MulAdd(scale, scale)
			if len(from) <= n || len(to) <= n {
				break
			}
			y.Store(to)
			s := sum.Add(y)
			lost = lost.Add(y.Sub(s.Sub(sum)))
			sum = s
			if len(from)%(carryEvery*n) < n {
				sum, lost = carried32(sum, lost)
			}
		}
		sum = sum.Add(y.Masked(newLanes).Add(lost))
		inverse := one.Div(sumAcross32(sum))
		if faint {
			inverse = inverse.Mul(simd.BroadcastFloat32s(1 / lowering32))
			for to := out; len(to) > n; to = to[n:] {
				loweredProduct32(simd.LoadFloat32s(to), inverse).Store(to)
			}
			loweredProduct32(y, inverse).Store(end)
			continue
		}
		for to := out; len(to) > n; to = to[n:] {
			simd.LoadFloat32s(to).Mul(inverse).Store(to)
		}
		y.Mul(inverse).Store(end)
	}
	clearUpper()
}

// softmaxColumns32 is Softmax for a stride of at least as many elements as lanes.
//
//vector:fits stride
func softmaxColumns32(dst, x []float32, classes, stride int, f, d float32, divide bool) {
	factor, divisor := simd.BroadcastFloat32s(f), simd.BroadcastFloat32s(d)
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	near := simd.BroadcastFloat32s(-softmaxNear32)
	power := power32()
	n := zero.Len()
	size := classes * stride
	for len(x) >= size && len(dst) >= size {
		for column := 0; column < stride; column += n {
			overlap := max(0, column-(stride-n))
			whole := overlap == 0
			doneLanes := simd.LoadInt32s(lanesFrom32[maxLanes32-overlap:]).ToMask()
			store := func(v simd.Float32s, to []float32) {
				if !whole {
					v = v.IfElse(doneLanes, simd.LoadFloat32s(to))
				}
				v.Store(to)
			}
			in, out := x[column-overlap:size], dst[column-overlap:size]

			m := simd.LoadFloat32s(in)
			for i := stride; i < len(in); i += stride {
				m = m.Max(simd.LoadFloat32s(in[i:]))
			}
			if divide {
				m = m.Mul(factor)
				for i := 0; i < len(in); i += stride {
					store(simd.LoadFloat32s(in[i:]).Mul(factor).Sub(m).Div(divisor), out[i:])
				}
				in, m = out, zero
			}
			sum, lost := zero, zero
			faint := false
			for i, k := 0, 1; i < len(in); i, k = i+stride, k+1 {
				z := simd.LoadFloat32s(in[i:]).Sub(m)
				if below := z.Less(near); anyLane32(below) {
					limit := simd.BroadcastFloat32s(-powerLimit32)
					z = limit.IfElse(z.Less(limit), z)
					faint = faint || slowSubnormals && anyLane32(below.And(z.Greater(limit)))
				}
				scale, growth := power(z)
				v := growth.MulAdd(scale, scale)
				store(v, out[i:])
				s := sum.Add(v)
				lost = lost.Add(v.Sub(s.Sub(sum)))
				sum = s
				if k%carryEvery == 0 {
					sum, lost = carried32(sum, lost)
				}
			}
			inverse := one.Div(sum.Add(lost))
			if faint {
				inverse = inverse.Mul(simd.BroadcastFloat32s(1 / lowering32))
				for i := 0; i < len(out); i += stride {
					store(loweredProduct32(simd.LoadFloat32s(out[i:]), inverse), out[i:])
				}
				continue
			}
			for i := 0; i < len(out); i += stride {
				store(simd.LoadFloat32s(out[i:]).Mul(inverse), out[i:])
			}
		}
		x, dst = x[size:], dst[size:]
	}
	clearUpper()
}
