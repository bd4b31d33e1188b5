package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// exponentials sets dst, unless it is nil, to e^((x − m)/τ) for one row, and
// adds them to s. No x is above m.
func exponentials[T element.Float](dst, x []T, stride int, m, tau T, s *sum) {
	switch x := any(x).(type) {
	case []float32:
		exponentials32(any(dst).([]float32), x, stride, float64(m), float64(tau), s)
	case []float64:
		exponentials64(any(dst).([]float64), x, stride, float64(m), float64(tau), s)
	}
}

// exponentials32 adds up in float64: a sum of float32 terms needs no more bits.
func exponentials32(dst, x []float32, stride int, m, tau float64, s *sum) {
	total := s.high
	factor, divisor := element.Quotient(tau)
	if stride == 1 && tau == 1 && dst != nil {
		dst = dst[:len(x)]
		for i, v := range x {
			e := exp32(float64(v) - m)
			total += e
			dst[i] = float32(e)
		}
	} else {
		for i := 0; i < len(x); i += stride {
			e := exp32((float64(x[i])*factor - m*factor) / divisor)
			total += e
			if dst != nil {
				dst[i] = float32(e)
			}
		}
	}
	s.high = total
}

// exponentials64 takes the rounding error of (x − m)/τ along: for a difference
// of 100 that error would cost the exponential six bits, and LogSoftmax all of
// these where one entry is far above the others.
//
// It adds up eight terms before it takes the errors of a sum along, too: they
// can lose no more than 3 bits.
func exponentials64(dst, x []float64, stride int, m, tau float64, s *sum) {
	if tau != 1 || !(math.Abs(m) <= 1024) {
		exponentialsAnywhere(dst, x, stride, m, tau, s)
		return
	}
	// With m in two parts, the first a multiple of 2⁻⁴¹ as stepHigh is,
	//
	//	r = x − m − n·ln2/256 = (x − (high + n·stepHigh)) − (low + n·stepLow)
	//
	// has no rounding error worth the name: the first bracket is exact, and x
	// next to it. That is half the work of taking the error of x − m along.
	const round = 0x1.8p52 * 0x1p-41
	high := (m + round) - round
	low := m - high
	total := *s
	if stride == 1 && dst != nil {
		for len(x) > 0 {
			n, block := min(8, len(x)), 0.0
			in, out := x[:n], dst[:n]
			for i, v := range in {
				d := v - m
				n, k := expPoint(d)
				value, rest := expStep(n, (v-(high+k*stepHigh))-(low+k*stepLow))
				e := value + rest
				if int64(n) < expLimit {
					e = expTail(d, 1, 0)
				}
				out[i] = e
				block += e
			}
			total = total.plus(block)
			x, dst = x[n:], dst[n:]
		}
		*s = total
		return
	}
	block, terms := 0.0, 0
	for i := 0; i < len(x); i += stride {
		d := x[i] - m
		n, k := expPoint(d)
		value, rest := expStep(n, (x[i]-(high+k*stepHigh))-(low+k*stepLow))
		e := value + rest
		if int64(n) < expLimit {
			e = expTail(d, 1, 0)
		}
		if dst != nil {
			dst[i] = e
		}
		block += e
		if terms++; terms%8 == 0 {
			total = total.plus(block)
			block = 0
		}
	}
	total = total.plus(block)
	*s = total
}

// exponentialsAnywhere is exponentials64 for every m and τ.
func exponentialsAnywhere(dst, x []float64, stride int, m, tau float64, s *sum) {
	total, block, terms := *s, 0.0, 0
	factor, divisor := element.Quotient(tau)
	m *= factor
	for i := 0; i < len(x); i += stride {
		v := x[i] * factor
		d := v - m
		t := d - v
		low := (v - (d - t)) - (m + t)
		if tau != 1 {
			q := d / divisor
			low = (math.FMA(-q, divisor, d) + low) / divisor
			d = q
		}
		n, k := expPoint(d)
		value, rest := expStep(n, d-k*stepHigh-k*stepLow)
		e := value + (rest + value*low)
		if d < -707 { // or −Inf, for which low is NaN
			e = expTail(d, 1, 0)
		}
		if dst != nil {
			dst[i] = e
		}
		block += e
		if terms++; terms%8 == 0 {
			total = total.plus(block)
			block = 0
		}
	}
	total = total.plus(block)
	*s = total
}
