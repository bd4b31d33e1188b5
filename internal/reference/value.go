// Package reference computes accurate values, with which tests compare the fast
// functions. It also fits the polynomials that the fast functions use.
//
// It has three layers. Tests check each against the next one:
//
//   - Sigmoid32, Tanh32 and so on compute in plain float64. That is accurate enough to
//     judge float32 results, and fast enough to do so for all 2³² inputs.
//   - Exp, Sigmoid, Softmax and so on return a [Value] of about 104 bits, to judge
//     float64 results.
//   - BigExp, BigTanh and so on compute with [math/big] at any precision. They are slow,
//     and their series are so simple that errors are unlikely.
package reference

import (
	"math"
	"math/big"
)

// A Value is the number (Hi + Lo)·2^Exp. It is a double-double with an additional binary
// exponent. So e^-1000 keeps as many bits as e^-1.
//
// Values from this package are normalised: 1 ≤ |Hi| < 2, and Hi is Hi + Lo rounded to
// nearest, so |Lo| is at most half a unit in the last place of Hi. For zeros, infinities
// and NaN, Lo and Exp are 0.
type Value struct {
	Hi, Lo float64
	Exp    int
}

// FromFloat returns x, exactly.
func FromFloat(x float64) Value { return normalise(dd{x, 0}, 0) }

// FromBig returns x rounded to a Value.
func FromBig(x *big.Float) Value {
	mantissa := new(big.Float)
	exp := x.MantExp(mantissa)
	hi, _ := mantissa.Float64()
	if hi == 0 || math.IsInf(hi, 0) {
		return Value{Hi: hi}
	}
	// The difference is exact, because it has no more bits than the mantissa.
	lo, _ := mantissa.Sub(mantissa, big.NewFloat(hi)).Float64()
	return normalise(dd{hi, lo}, exp)
}

// Big returns v exactly, with as many bits as it needs. It panics if v is NaN, because
// there is no big.Float for that.
func (v Value) Big() *big.Float {
	precision := uint(128)
	if v.Lo != 0 {
		precision += uint(max(0, exponent(v.Hi)-exponent(v.Lo)))
	}
	sum := new(big.Float).SetPrec(precision).SetFloat64(v.Hi)
	if v.Lo != 0 {
		sum.Add(sum, big.NewFloat(v.Lo))
	}
	return sum.SetMantExp(sum, v.Exp)
}

// Float64 returns v correctly rounded to float64, subnormals included.
func (v Value) Float64() float64 {
	if v.special() || v.Exp >= -1022 {
		return math.Ldexp(v.Hi, v.Exp) // Hi is already Hi + Lo rounded
	}
	f, _ := v.Big().Float64() // a subnormal has fewer bits than Hi: round Hi + Lo, once
	return f
}

// Float32 returns v correctly rounded to float32, subnormals included.
func (v Value) Float32() float32 {
	if v.special() {
		return float32(v.Hi)
	}
	f, _ := v.Big().Float32()
	return f
}

// String returns v with 32 significant decimal digits.
func (v Value) String() string {
	if math.IsNaN(v.Hi) {
		return "NaN"
	}
	return v.Big().Text('g', 32)
}

// special reports whether v is zero, infinite or NaN.
func (v Value) special() bool { return v.Hi == 0 || v.Hi-v.Hi != 0 }

// Neg returns −v.
func (v Value) Neg() Value { return Value{-v.Hi, -v.Lo, v.Exp} }

// Abs returns |v|.
func (v Value) Abs() Value {
	if math.Signbit(v.Hi) {
		return v.Neg()
	}
	return v
}

// Scale returns v·2^n.
func (v Value) Scale(n int) Value {
	if !v.special() {
		v.Exp += n
	}
	return v
}

// Add returns v + w.
func (v Value) Add(w Value) Value {
	if v.Exp < w.Exp && v.Hi != 0 {
		v, w = w, v
	}
	switch {
	case !finite(v.Hi) || !finite(w.Hi) || v.Hi == 0 && w.Hi == 0:
		return Value{Hi: v.Hi + w.Hi}
	case v.Hi == 0:
		return w
	case w.Hi == 0:
		return v
	}
	shift := v.Exp - w.Exp
	if shift > 300 {
		return v
	}
	s := powerOfTwo(-shift)
	return normalise(v.dd().add(dd{w.Hi * s, w.Lo * s}), v.Exp)
}

// Sub returns v − w.
func (v Value) Sub(w Value) Value { return v.Add(w.Neg()) }

// Mul returns v·w.
func (v Value) Mul(w Value) Value {
	if v.special() || w.special() {
		return Value{Hi: v.Hi * w.Hi}
	}
	return normalise(v.dd().mul(w.dd()), v.Exp+w.Exp)
}

// Div returns v / w.
func (v Value) Div(w Value) Value {
	if v.special() || w.special() {
		return Value{Hi: v.Hi / w.Hi}
	}
	return normalise(v.dd().div(w.dd()), v.Exp-w.Exp)
}

// dd returns v without its exponent.
func (v Value) dd() dd { return dd{v.Hi, v.Lo} }

// normalise returns x·2^exp as a Value.
func normalise(x dd, exp int) Value {
	if x.hi == 0 && x.lo == 0 || !finite(x.hi) {
		return Value{Hi: x.hi}
	}
	x = fastTwoSum(x.hi, x.lo)
	e := exponent(x.hi)
	if -1000 < e && e < 1000 {
		s := powerOfTwo(-e)
		return Value{x.hi * s, x.lo * s, exp + e}
	}
	return Value{math.Ldexp(x.hi, -e), math.Ldexp(x.lo, -e), exp + e}
}

// finite reports whether x is neither infinite nor NaN.
func finite(x float64) bool { return x-x == 0 }

// exponent returns e with 2^e ≤ |x| < 2^(e+1), for a finite x that is not 0.
func exponent(x float64) int {
	if e := int(math.Float64bits(x) >> 52 & 0x7ff); e != 0 {
		return e - 1023
	}
	_, e := math.Frexp(x) // subnormal
	return e - 1
}

// powerOfTwo returns 2^n for -1022 ≤ n ≤ 1023.
func powerOfTwo(n int) float64 { return math.Float64frombits(uint64(1023+n) << 52) }

// A dd, or double-double, is the sum hi + lo of two floats, which together have 106
// bits. Its operations are the classical algorithms of Dekker and Knuth. They use two
// facts: the rounding error of a sum is a float, and so is that of a product, and both
// can be computed.
//
// Go may fuse a product and a sum. If the product must be rounded first, the code has
// float64(a*b).
type dd struct{ hi, lo float64 }

// twoSum returns a + b exactly.
func twoSum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

// fastTwoSum returns a + b exactly if |a| ≥ |b| or a = 0.
func fastTwoSum(a, b float64) dd {
	s := a + b
	return dd{s, b - (s - a)}
}

// twoProduct returns a·b exactly if nothing underflows.
func twoProduct(a, b float64) dd {
	p := float64(a * b)
	return dd{p, math.FMA(a, b, -p)}
}

// add returns a + b with a relative error below 2^-104, even if a and b cancel.
func (a dd) add(b dd) dd {
	s := twoSum(a.hi, b.hi)
	t := twoSum(a.lo, b.lo)
	s = fastTwoSum(s.hi, s.lo+t.hi)
	return fastTwoSum(s.hi, s.lo+t.lo)
}

// mul returns a·b.
func (a dd) mul(b dd) dd {
	p := twoProduct(a.hi, b.hi)
	return fastTwoSum(p.hi, p.lo+(float64(a.hi*b.lo)+float64(a.lo*b.hi)))
}

// div returns a/b, by long division with three digits of 53 bits.
func (a dd) div(b dd) dd {
	q1 := a.hi / b.hi
	r := a.add(b.mul(dd{-q1, 0}))
	q2 := r.hi / b.hi
	r = r.add(b.mul(dd{-q2, 0}))
	q3 := r.hi / b.hi
	return fastTwoSum(q1, q2).add(dd{q3, 0})
}
