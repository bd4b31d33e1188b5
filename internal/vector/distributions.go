//go:build goexperiment.simd && go1.27 && !go1.28 && (amd64 || arm64 || wasm)

package vector

import (
	"simd"

	"example.com/activation/internal/element"
)

// Softmax and LogSoftmax work on distributions, and have two forms in vectors.
// In columns each lane has a distribution of its own, and there is nothing to do
// across lanes. Where the distributions do not lie side by side, as with 4096
// rows of 10, they are turned into that order first, in a buffer. In rows one
// distribution goes through all lanes, and its maximum and its sum must be found
// across them.
//
// Which form it is depends on classes and stride alone, and so do the bits of
// the result.
//
// Both go over strips. A strip is count vectors, each step behind the one before,
// but the last at last: in a row it may begin within the one before it, and
// overlap it by some lanes. Where dst is x, what it needs would be gone by then,
// so the loops take it first, and store what comes of it last: the lanes that
// overlap come out the same both times, and count once in sums.
type strip struct{ count, step, last, overlap int }

// from returns b from an index on, or nil for a nil b.
func from[T element.Float](b []T, at int) []T {
	if b == nil {
		return nil
	}
	return b[at:]
}

// maxTurned is the largest number of classes that is turned.
const maxTurned = 64

// turn copies the entries of lanes distributions, beginning with that of number
// first, from x to turned, where entry k of a distribution stands in its lane
// at k·n. It moves bits, through integer registers: float registers may hold
// vectors at that time.
func turn[T uint32 | uint64](turned, x []T, classes, stride, first, lanes, n int) {
	lane := 0
	for ; stride == 1 && lane+4 <= lanes; lane += 4 { // four rows at a time take half as long
		row := x[(first+lane)*classes:]
		a, b, c, d := row[:classes], row[classes:][:classes], row[2*classes:][:classes], row[3*classes:][:classes]
		for k := range a {
			to := turned[k*n+lane:][:4]
			to[0], to[1], to[2], to[3] = a[k], b[k], c[k], d[k]
		}
	}
	for ; lane < lanes; lane++ {
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
	lane := 0
	for ; stride == 1 && lane+4 <= lanes; lane += 4 {
		row := x[(first+lane)*classes:]
		a, b, c, d := row[:classes], row[classes:][:classes], row[2*classes:][:classes], row[3*classes:][:classes]
		for k := range a {
			from := turned[k*n+lane:][:4]
			a[k], b[k], c[k], d[k] = from[0], from[1], from[2], from[3]
		}
	}
	for ; lane < lanes; lane++ {
		d := first + lane
		start := d/stride*classes*stride + d%stride
		for k := range classes {
			x[start+k*stride] = turned[k*n+lane]
		}
	}
}

// distributions32 calls rows for distributions that are rows of consecutive
// entries, at least as many as there are lanes, and columns for all others, as
// many at a time as there are lanes. It reports false, and has done nothing, for
// those that would have to be turned but are too long. b may be nil.
func distributions32(dst, a, b []float32, classes, stride int, tau float32,
	rows func(dst, a, b []float32, classes int, tau float32), columns func(dst, a, b []float32, s strip, tau float32)) bool {
	var zero simd.Float32s
	n := zero.Len()
	switch {
	case len(a) == 0:
	case stride == 1 && classes >= n:
		rows(dst, a, b, classes, tau)
	case stride%n != 0 && classes <= maxLanes:
		var buffer [2 * maxLanes * maxLanes]float32
		turned32(dst, a, b, float32s(buffer[:]), classes, stride, tau, columns)
	case stride%n != 0 && classes <= maxTurned:
		var buffer [2 * maxTurned * maxLanes]float32
		turned32(dst, a, b, float32s(buffer[:]), classes, stride, tau, columns)
	case stride%n != 0:
		return false
	default:
		s := strip{count: classes, step: stride, last: (classes - 1) * stride}
		for start := 0; start < len(a); start += classes * stride {
			for at := start; at < start+stride; at += n {
				columns(dst[at:], a[at:], from(b, at), s, tau)
			}
		}
	}
	return true
}

// turned32 calls columns for distributions that do not lie side by side.
func turned32(dst, a, b, buffer []float32, classes, stride int, tau float32, columns func(dst, a, b []float32, s strip, tau float32)) {
	var zero simd.Float32s
	n := zero.Len()
	turnedA, turnedB := buffer[:classes*n], buffer[classes*n:][:classes*n]
	if b == nil {
		turnedB = nil
	}
	s := strip{count: classes, step: n, last: (classes - 1) * n}
	for first := 0; first < len(a)/classes; first += n {
		lanes := min(n, len(a)/classes-first)
		turn(bits32(turnedA), bits32(a), classes, stride, first, lanes, n)
		if b != nil {
			turn(bits32(turnedB), bits32(b), classes, stride, first, lanes, n)
		}
		columns(turnedA, turnedA, turnedB, s, tau)
		turnBack(bits32(dst), bits32(turnedA), classes, stride, first, lanes, n)
	}
}

// row32 returns the strip of a row.
func row32(classes int) strip {
	var zero simd.Float32s
	n := zero.Len()
	return strip{count: (classes + n - 1) / n, step: n, last: classes - n, overlap: (n - classes%n) % n}
}

// fresh32 returns a mask of all lanes but the first overlap.
func fresh32(overlap int) simd.Mask32s {
	return simd.LoadInt32s(lastLanes32[maxLanes-overlap:]).ToMask()
}

// lastLanes32[maxLanes−k:] has all bits set in all lanes but the first k.
var lastLanes32 = [2 * maxLanes]int32{
	maxLanes: -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
}

// twoSum32 adds v to a sum, of which rest is what the roundings have lost so
// far: a plain sum of 2²⁰ terms loses twenty bits.
func twoSum32(sum, rest, v simd.Float32s) (s, r simd.Float32s) {
	s = sum.Add(v)
	t := s.Sub(sum)
	return s, rest.Add(sum.Sub(s.Sub(t)).Add(v.Sub(t)))
}

// total32 returns the sum of a strip of x, and what its roundings have lost. A
// nil x stands for ones.
func total32(x []float32, s strip) (sum, rest simd.Float32s) {
	var zero simd.Float32s
	step := s.step
	if x == nil {
		x, s.last, step = ones32[:], 0, 0
	}
	sum, rest = simd.LoadFloat32s(x[s.last:]).Masked(fresh32(s.overlap)), zero
	for k := s.count; k > 1 && len(x) >= step; k, x = k-1, x[step:] {
		sum, rest = twoSum32(sum, rest, simd.LoadFloat32s(x))
	}
	return sum, rest
}

// down32 is the strip of a square of as many vectors as there are lanes: down it
// lies, after transpose, what stood across the lanes.
func down32(lanes int) strip {
	return strip{count: lanes, step: lanes, last: (lanes - 1) * lanes}
}

// across32 returns the sums across the lanes of rows vectors in two parts, each
// sum in the lane of its row.
func across32(sums, rests *[maxLanes * maxLanes]float32, lanes, rows int) (sum, rest simd.Float32s) {
	transpose(bits32(sums[:]), lanes, rows)
	transpose(bits32(rests[:]), lanes, rows)
	sum, rest = total32(sums[:], down32(lanes))
	a, b := total32(rests[:], down32(lanes))
	return sum, rest.Add(a).Add(b)
}

// distributions64 is distributions32 for float64.
func distributions64(dst, a, b []float64, classes, stride int, tau float64,
	rows func(dst, a, b []float64, classes int, tau float64), columns func(dst, a, b []float64, s strip, tau float64)) bool {
	var zero simd.Float64s
	n := zero.Len()
	switch {
	case len(a) == 0:
	case stride == 1 && classes >= n:
		rows(dst, a, b, classes, tau)
	case stride%n != 0 && classes <= maxLanes64:
		var buffer [2 * maxLanes64 * maxLanes64]float64
		turned64(dst, a, b, float64s(buffer[:]), classes, stride, tau, columns)
	case stride%n != 0 && classes <= maxTurned:
		var buffer [2 * maxTurned * maxLanes64]float64
		turned64(dst, a, b, float64s(buffer[:]), classes, stride, tau, columns)
	case stride%n != 0:
		return false
	default:
		s := strip{count: classes, step: stride, last: (classes - 1) * stride}
		for start := 0; start < len(a); start += classes * stride {
			for at := start; at < start+stride; at += n {
				columns(dst[at:], a[at:], from(b, at), s, tau)
			}
		}
	}
	return true
}

// turned64 is turned32 for float64.
func turned64(dst, a, b, buffer []float64, classes, stride int, tau float64, columns func(dst, a, b []float64, s strip, tau float64)) {
	var zero simd.Float64s
	n := zero.Len()
	turnedA, turnedB := buffer[:classes*n], buffer[classes*n:][:classes*n]
	if b == nil {
		turnedB = nil
	}
	s := strip{count: classes, step: n, last: (classes - 1) * n}
	for first := 0; first < len(a)/classes; first += n {
		lanes := min(n, len(a)/classes-first)
		turn(bits64(turnedA), bits64(a), classes, stride, first, lanes, n)
		if b != nil {
			turn(bits64(turnedB), bits64(b), classes, stride, first, lanes, n)
		}
		columns(turnedA, turnedA, turnedB, s, tau)
		turnBack(bits64(dst), bits64(turnedA), classes, stride, first, lanes, n)
	}
}

// row64 is row32 for float64.
func row64(classes int) strip {
	var zero simd.Float64s
	n := zero.Len()
	return strip{count: (classes + n - 1) / n, step: n, last: classes - n, overlap: (n - classes%n) % n}
}

// fresh64 is fresh32 for float64.
func fresh64(overlap int) simd.Mask64s {
	return simd.LoadInt64s(lastLanes64[maxLanes64-overlap:]).ToMask()
}

// lastLanes64 is lastLanes32 for float64.
var lastLanes64 = [2 * maxLanes64]int64{
	maxLanes64: -1, -1, -1, -1, -1, -1, -1, -1,
}

// twoSum64 is twoSum32 for float64.
func twoSum64(sum, rest, v simd.Float64s) (s, r simd.Float64s) {
	s = sum.Add(v)
	t := s.Sub(sum)
	return s, rest.Add(sum.Sub(s.Sub(t)).Add(v.Sub(t)))
}

// total64 is total32 for float64.
func total64(x []float64, s strip) (sum, rest simd.Float64s) {
	var zero simd.Float64s
	step := s.step
	if x == nil {
		x, s.last, step = ones64[:], 0, 0
	}
	sum, rest = simd.LoadFloat64s(x[s.last:]).Masked(fresh64(s.overlap)), zero
	for k := s.count; k > 1 && len(x) >= step; k, x = k-1, x[step:] {
		sum, rest = twoSum64(sum, rest, simd.LoadFloat64s(x))
	}
	return sum, rest
}

// down64 is down32 for float64.
func down64(lanes int) strip {
	return strip{count: lanes, step: lanes, last: (lanes - 1) * lanes}
}

// across64 is across32 for float64.
func across64(sums, rests *[maxLanes64 * maxLanes64]float64, lanes, rows int) (sum, rest simd.Float64s) {
	transpose(bits64(sums[:]), lanes, rows)
	transpose(bits64(rests[:]), lanes, rows)
	sum, rest = total64(sums[:], down64(lanes))
	a, b := total64(rests[:], down64(lanes))
	return sum, rest.Add(a).Add(b)
}
