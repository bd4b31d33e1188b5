//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package kernel

import (
	"math"
	"simd"
)

// Softmax by vectors has two forms. A row of consecutive entries that fills a
// vector goes along the row, and ends in a maximum and a sum over the lanes.
// Everything else goes down the lanes: each lane has a distribution of its own,
// and there is nothing to do across them. Where the distributions do not lie
// side by side, as with 4096 rows of 10, they are turned into that order first,
// in a buffer.
//
// Which form it is depends on classes and stride alone, and so do the bits of
// the result.

// maxTurned is the largest number of classes that is turned.
const maxTurned = 64

// vectorSoftmax sets dst to softmax x as Softmax does, and reports whether there
// is a vector form for that.
func vectorSoftmax[T Float](dst, x []T, classes, stride int, tau T) bool {
	if len(x) == 0 {
		return true
	}
	switch any(dst).(type) {
	case []float32:
		return vectorSoftmax32(float32s(dst), float32s(x), classes, stride, float32(tau))
	default:
		return vectorSoftmax64(float64s(dst), float64s(x), classes, stride, float64(tau))
	}
}

func vectorSoftmax32(dst, x []float32, classes, stride int, tau float32) bool {
	var zero simd.Float32s
	n := zero.Len()
	switch {
	case stride == 1 && classes >= n:
		softmaxRows32(dst, x, classes, tau)
	case stride >= n:
		for start := 0; start < len(x); start += classes * stride {
			if rest := stride % n; rest != 0 {
				last := start + stride - n
				softmaxColumns32(dst[last:], x[last:], classes, stride, n-rest, tau)
			}
			for column := start; column <= start+stride-n; column += n {
				softmaxColumns32(dst[column:], x[column:], classes, stride, 0, tau)
			}
		}
	case classes <= maxTurned:
		var turned [maxTurned * maxLanes]float32
		for first := 0; first < len(x)/classes; first += n {
			lanes := min(n, len(x)/classes-first)
			turn(bits32(turned[:]), bits32(x), classes, stride, first, lanes, n)
			softmaxColumns32(turned[:], turned[:], classes, n, 0, tau)
			turnBack(bits32(dst), bits32(turned[:]), classes, stride, first, lanes, n)
		}
	default:
		return false
	}
	return true
}

// The exponential for z ≤ 0, in two halves that are each short enough to be
// inlined. Its constants come from memory: the loops below have no registers
// left for them.

// split32 returns n and r for e^z = 2ⁿ·eʳ, n in the place of the exponent bits.
// What is below the limit gives 0. A NaN gives NaN.
func split32(z simd.Float32s) (n simd.Int32s, r simd.Float32s) {
	c := &exp32Constants
	limit := simd.LoadFloat32s(c.limit[:])
	z = limit.IfElse(z.Less(limit), z)
	k := simd.LoadFloat32s(c.log2e[:]).MulAdd(z, simd.LoadFloat32s(c.magic[:]))
	n = k.ToBits().ShiftAllLeft(23).BitsToInt32()
	k = k.Sub(simd.LoadFloat32s(c.magic[:]))
	z = simd.LoadFloat32s(c.high[:]).MulAdd(k, z)
	return n, simd.LoadFloat32s(c.low[:]).MulAdd(k, z)
}

// series32 returns eʳ.
func series32(one, r simd.Float32s) simd.Float32s {
	return one.Add(r.Mul(r).Mul(polynomial32(&expSextic, r)).Add(r))
}

// scale32 returns 2ⁿ·p, by two factors of which only the second takes a result
// into the subnormals.
func scale32(one, p simd.Float32s, n simd.Int32s) simd.Float32s {
	bias := one.ToBits().BitsToInt32()
	m := n.Max(simd.LoadInt32s(exp32Constants.least[:]))
	return p.Mul(m.Add(bias).ToBits().BitsToFloat32()).Mul(n.Sub(m).Add(bias).ToBits().BitsToFloat32())
}

var exp32Constants = struct {
	limit, log2e, magic, high, low [maxLanes]float32
	least                          [maxLanes]int32
}{
	limit: spread32[float32](-106),
	log2e: spread32[float32](math.Log2E),
	magic: spread32[float32](0x1.8p23),
	high:  spread32[float32](-ln2High32),
	low:   spread32[float32](-ln2Low32),
	least: spread32[int32](-64 << 23),
}

// spread32 returns a vector of one value.
func spread32[E float32 | int32](v E) (a [maxLanes]E) {
	for i := range a {
		a[i] = v
	}
	return a
}

// turn copies the entries of lanes distributions, beginning with that of number
// first, from x to turned, where entry k of a distribution stands in its lane
// at k·n. It moves bits, through integer registers: float registers may hold
// vectors at that time.
func turn[T uint32 | uint64](turned, x []T, classes, stride, first, lanes, n int) {
	for lane := range lanes {
		d := first + lane
		start := d/stride*classes*stride + d%stride
		for k := range classes {
			turned[k*n+lane] = x[start+k*stride]
		}
	}
}

// transpose turns rows of n elements into as many columns, in place: a is n×n,
// and what it holds in other rows ends up in other columns.
func transpose[T uint32 | uint64](a []T, n, rows int) {
	for r := range rows {
		for k := r + 1; k < n; k++ {
			a[r*n+k], a[k*n+r] = a[k*n+r], a[r*n+k]
		}
	}
}

// turnBack is the reverse of turn.
func turnBack[T uint32 | uint64](x, turned []T, classes, stride, first, lanes, n int) {
	for lane := range lanes {
		d := first + lane
		start := d/stride*classes*stride + d%stride
		for k := range classes {
			x[start+k*stride] = turned[k*n+lane]
		}
	}
}

// softmaxColumns32 computes as many distributions as there are lanes, entry k of
// which begin at k·stride. The first lanes to skip are left as they are in dst:
// where stride is no multiple of the lanes, the last columns come first, in a
// vector that reaches back into the ones before, which still have to be read.
func softmaxColumns32(dst, x []float32, classes, stride, skip int, tau float32) {
	var zero simd.Float32s
	one := simd.BroadcastFloat32s(1)
	var divisor [maxLanes]float32
	divide := tau != 1
	if divide {
		divisor = spread32(tau)
	}
	fresh := simd.LoadInt32s(lastLanes32[maxLanes-skip:]).ToMask()

	m := simd.LoadFloat32s(x)
	for k := 1; k < classes; k++ {
		m = m.Max(simd.LoadFloat32s(x[k*stride:])) // a NaN may get lost here: the sum finds it
	}
	sum, rest := zero, zero
	for k := range classes {
		z := simd.LoadFloat32s(x[k*stride:]).Sub(m)
		if divide {
			z = z.Div(simd.LoadFloat32s(divisor[:]))
		}
		n, r := split32(z)
		y := scale32(one, series32(one, r), n)
		sum, rest = twoSum32(sum, rest, y)
		if skip > 0 {
			y = y.IfElse(fresh, simd.LoadFloat32s(dst[k*stride:]))
		}
		y.Store(dst[k*stride:])
	}
	inverse := one.Div(sum.Add(rest))
	for k := range classes {
		y := simd.LoadFloat32s(dst[k*stride:])
		p := y.Mul(inverse)
		if skip > 0 {
			p = p.IfElse(fresh, y)
		}
		p.Store(dst[k*stride:])
	}
	clearUpper()
}

// twoSum32 adds y to a sum, of which rest is what the roundings have lost so
// far: a plain sum of 2²⁰ terms loses twenty bits.
func twoSum32(sum, rest, y simd.Float32s) (s, r simd.Float32s) {
	s = sum.Add(y)
	t := s.Sub(sum)
	return s, rest.Add(sum.Sub(s.Sub(t)).Add(y.Sub(t)))
}

// softmaxRows32 computes rows of classes entries, as many at a time as there
// are lanes: so their maxima, and their sums, can be found down the lanes.
func softmaxRows32(dst, x []float32, classes int, tau float32) {
	var zero simd.Float32s
	lanes := zero.Len()
	one := simd.BroadcastFloat32s(1)
	var divisor [maxLanes]float32
	divide := tau != 1
	if divide {
		divisor = spread32(tau)
	}

	var parts [maxLanes * maxLanes]float32
	var each [maxLanes]float32 // of each row, first the maximum, then 1/sum
	for len(x) > 0 {
		rows := min(lanes, len(x)/classes)
		for r := range rows {
			row := x[r*classes:][:classes]
			a := simd.LoadFloat32s(row)
			b := simd.LoadFloat32s(row[classes-lanes:])
			for ; len(row) >= 2*lanes; row = row[2*lanes:] {
				a = a.Max(simd.LoadFloat32s(row))
				b = b.Max(simd.LoadFloat32s(row[lanes:]))
			}
			if len(row) >= lanes {
				a = a.Max(simd.LoadFloat32s(row))
			}
			a.Max(b).Store(parts[r*lanes:])
		}
		transpose(bits32(parts[:]), lanes, rows)
		m := simd.LoadFloat32s(parts[:])
		for k := 1; k < lanes; k++ {
			m = m.Max(simd.LoadFloat32s(parts[k*lanes:]))
		}
		m.Store(each[:])

		for r := range rows {
			in, out := x[r*classes:][:classes], dst[r*classes:][:classes]
			m := simd.BroadcastFloat32s(each[r])
			var sum, rest simd.Float32s
			for i := 0; i < classes; i += lanes {
				j := min(i, classes-lanes) // the last vector may begin within the one before
				z := simd.LoadFloat32s(in[j:]).Sub(m)
				if divide {
					z = z.Div(simd.LoadFloat32s(divisor[:]))
				}
				n, r := split32(z)
				y := scale32(one, series32(one, r), n)
				if j < i {
					fresh := simd.LoadInt32s(lastLanes32[maxLanes-(i-j):]).ToMask()
					y.IfElse(fresh, simd.LoadFloat32s(out[j:])).Store(out[j:])
					y = y.Masked(fresh)
				} else {
					y.Store(out[j:])
				}
				sum, rest = twoSum32(sum, rest, y)
			}
			sum.Add(rest).Store(parts[r*lanes:])
		}
		transpose(bits32(parts[:]), lanes, rows)
		var sum, rest simd.Float32s
		for k := range lanes {
			sum, rest = twoSum32(sum, rest, simd.LoadFloat32s(parts[k*lanes:]))
		}
		one.Div(sum.Add(rest)).Store(each[:])

		for r := range rows {
			out := dst[r*classes:][:classes]
			inverse := simd.BroadcastFloat32s(each[r])
			last := simd.LoadFloat32s(out[classes-lanes:])
			for i := 0; i <= classes-lanes; i += lanes {
				simd.LoadFloat32s(out[i:]).Mul(inverse).Store(out[i:])
			}
			last.Mul(inverse).Store(out[classes-lanes:])
		}
		x, dst = x[rows*classes:], dst[rows*classes:]
	}
	clearUpper()
}

// lastLanes32[maxLanes−k:] is a mask of all lanes but the first k.
var lastLanes32 = [2 * maxLanes]int32{
	maxLanes: -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
}

func vectorSoftmax64(dst, x []float64, classes, stride int, tau float64) bool {
	var zero simd.Float64s
	n := zero.Len()
	switch {
	case stride == 1 && classes >= n:
		softmaxRows64(dst, x, classes, tau)
	case stride >= n:
		for start := 0; start < len(x); start += classes * stride {
			if rest := stride % n; rest != 0 {
				last := start + stride - n
				softmaxColumns64(dst[last:], x[last:], classes, stride, n-rest, tau)
			}
			for column := start; column <= start+stride-n; column += n {
				softmaxColumns64(dst[column:], x[column:], classes, stride, 0, tau)
			}
		}
	case classes <= maxTurned:
		var turned [maxTurned * maxLanes64]float64
		for first := 0; first < len(x)/classes; first += n {
			lanes := min(n, len(x)/classes-first)
			turn(bits64(turned[:]), bits64(x), classes, stride, first, lanes, n)
			softmaxColumns64(turned[:], turned[:], classes, n, 0, tau)
			turnBack(bits64(dst), bits64(turned[:]), classes, stride, first, lanes, n)
		}
	default:
		return false
	}
	return true
}

// split64 is split32 for float64.
func split64(z simd.Float64s) (n simd.Int64s, r simd.Float64s) {
	c := &exp64Constants
	limit := simd.LoadFloat64s(c.limit[:])
	z = limit.IfElse(z.Less(limit), z)
	k := simd.LoadFloat64s(c.log2e[:]).MulAdd(z, simd.LoadFloat64s(c.magic[:]))
	n = k.ToBits().ShiftAllLeft(52).BitsToInt64()
	k = k.Sub(simd.LoadFloat64s(c.magic[:]))
	z = simd.LoadFloat64s(c.high[:]).MulAdd(k, z)
	return n, simd.LoadFloat64s(c.low[:]).MulAdd(k, z)
}

// series64 returns eʳ from s = r² and the polynomials in it.
func series64(one, r, s, even, odd simd.Float64s) simd.Float64s {
	return one.Add(s.Mul(odd.MulAdd(r, even)).Add(r))
}

// scale64 is scale32 for float64.
func scale64(one, p simd.Float64s, n simd.Int64s) simd.Float64s {
	bias := one.ToBits().BitsToInt64()
	least := simd.LoadInt64s(exp64Constants.least[:])
	m := least.IfElse(n.Less(least), n)
	return p.Mul(m.Add(bias).ToBits().BitsToFloat64()).Mul(n.Sub(m).Add(bias).ToBits().BitsToFloat64())
}

var exp64Constants = struct {
	limit, log2e, magic, high, low [maxLanes64]float64
	least                          [maxLanes64]int64
}{
	limit: spread64[float64](-746),
	log2e: spread64[float64](math.Log2E),
	magic: spread64[float64](roundToInt),
	high:  spread64[float64](-ln2High64),
	low:   spread64[float64](-ln2Low64),
	least: spread64[int64](-512 << 52),
}

// spread64 is spread32 for float64.
func spread64[E float64 | int64](v E) (a [maxLanes64]E) {
	for i := range a {
		a[i] = v
	}
	return a
}

// softmaxColumns64 is softmaxColumns32 for float64.
func softmaxColumns64(dst, x []float64, classes, stride, skip int, tau float64) {
	var zero simd.Float64s
	one := simd.BroadcastFloat64s(1)
	var divisor [maxLanes64]float64
	divide := tau != 1
	if divide {
		divisor = spread64(tau)
	}
	fresh := simd.LoadInt64s(lastLanes64[maxLanes64-skip:]).ToMask()

	m := simd.LoadFloat64s(x)
	for k := 1; k < classes; k++ {
		m = m.Max(simd.LoadFloat64s(x[k*stride:])) // a NaN may get lost here: the sum finds it
	}
	sum, rest := zero, zero
	for k := range classes {
		z := simd.LoadFloat64s(x[k*stride:]).Sub(m)
		if divide {
			z = z.Div(simd.LoadFloat64s(divisor[:]))
		}
		n, r := split64(z)
		s := r.Mul(r)
		y := scale64(one, series64(one, r, s, polynomial64(&expEven, s), polynomial64(&expOdd, s)), n)
		sum, rest = twoSum64(sum, rest, y)
		if skip > 0 {
			y = y.IfElse(fresh, simd.LoadFloat64s(dst[k*stride:]))
		}
		y.Store(dst[k*stride:])
	}
	inverse := one.Div(sum.Add(rest))
	for k := range classes {
		y := simd.LoadFloat64s(dst[k*stride:])
		p := y.Mul(inverse)
		if skip > 0 {
			p = p.IfElse(fresh, y)
		}
		p.Store(dst[k*stride:])
	}
	clearUpper()
}

// twoSum64 is twoSum32 for float64.
func twoSum64(sum, rest, y simd.Float64s) (s, r simd.Float64s) {
	s = sum.Add(y)
	t := s.Sub(sum)
	return s, rest.Add(sum.Sub(s.Sub(t)).Add(y.Sub(t)))
}

// softmaxRows64 is softmaxRows32 for float64.
func softmaxRows64(dst, x []float64, classes int, tau float64) {
	var zero simd.Float64s
	lanes := zero.Len()
	one := simd.BroadcastFloat64s(1)
	var divisor [maxLanes64]float64
	divide := tau != 1
	if divide {
		divisor = spread64(tau)
	}

	var parts [maxLanes64 * maxLanes64]float64
	var each [maxLanes64]float64 // of each row, first the maximum, then 1/sum
	for len(x) > 0 {
		rows := min(lanes, len(x)/classes)
		for r := range rows {
			row := x[r*classes:][:classes]
			a := simd.LoadFloat64s(row)
			b := simd.LoadFloat64s(row[classes-lanes:])
			for ; len(row) >= 2*lanes; row = row[2*lanes:] {
				a = a.Max(simd.LoadFloat64s(row))
				b = b.Max(simd.LoadFloat64s(row[lanes:]))
			}
			if len(row) >= lanes {
				a = a.Max(simd.LoadFloat64s(row))
			}
			a.Max(b).Store(parts[r*lanes:])
		}
		transpose(bits64(parts[:]), lanes, rows)
		m := simd.LoadFloat64s(parts[:])
		for k := 1; k < lanes; k++ {
			m = m.Max(simd.LoadFloat64s(parts[k*lanes:]))
		}
		m.Store(each[:])

		for r := range rows {
			in, out := x[r*classes:][:classes], dst[r*classes:][:classes]
			m := simd.BroadcastFloat64s(each[r])
			var sum, rest simd.Float64s
			for i := 0; i < classes; i += lanes {
				j := min(i, classes-lanes) // the last vector may begin within the one before
				z := simd.LoadFloat64s(in[j:]).Sub(m)
				if divide {
					z = z.Div(simd.LoadFloat64s(divisor[:]))
				}
				n, r := split64(z)
				s := r.Mul(r)
				y := scale64(one, series64(one, r, s, polynomial64(&expEven, s), polynomial64(&expOdd, s)), n)
				if j < i {
					fresh := simd.LoadInt64s(lastLanes64[maxLanes64-(i-j):]).ToMask()
					y.IfElse(fresh, simd.LoadFloat64s(out[j:])).Store(out[j:])
					y = y.Masked(fresh)
				} else {
					y.Store(out[j:])
				}
				sum, rest = twoSum64(sum, rest, y)
			}
			sum.Add(rest).Store(parts[r*lanes:])
		}
		transpose(bits64(parts[:]), lanes, rows)
		var sum, rest simd.Float64s
		for k := range lanes {
			sum, rest = twoSum64(sum, rest, simd.LoadFloat64s(parts[k*lanes:]))
		}
		one.Div(sum.Add(rest)).Store(each[:])

		for r := range rows {
			out := dst[r*classes:][:classes]
			inverse := simd.BroadcastFloat64s(each[r])
			last := simd.LoadFloat64s(out[classes-lanes:])
			for i := 0; i <= classes-lanes; i += lanes {
				simd.LoadFloat64s(out[i:]).Mul(inverse).Store(out[i:])
			}
			last.Mul(inverse).Store(out[classes-lanes:])
		}
		x, dst = x[rows*classes:], dst[rows*classes:]
	}
	clearUpper()
}

// lastLanes64 is lastLanes32 for float64.
var lastLanes64 = [2 * maxLanes64]int64{
	maxLanes64: -1, -1, -1, -1, -1, -1, -1, -1,
}
