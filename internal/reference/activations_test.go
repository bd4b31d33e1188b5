package reference

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

// wide returns x with 640 bits. That is enough for simple formulas that cancel close to
// a zero of a derivative.
func wide(x float64) *big.Float { return new(big.Float).SetPrec(640).SetFloat64(x) }

func sum(first *big.Float, more ...*big.Float) *big.Float {
	s := wide(0).Set(first)
	for _, v := range more {
		s.Add(s, v)
	}
	return s
}

func product(first *big.Float, more ...*big.Float) *big.Float {
	p := wide(0).Set(first)
	for _, v := range more {
		p.Mul(p, v)
	}
	return p
}

func quo(a, b *big.Float) *big.Float { return wide(0).Quo(a, b) }

// bigGELUTanhV returns v = 2√(2/π)·(x + 0.044715·x³) and its derivative.
func bigGELUTanhV(x *big.Float) (v, dv *big.Float) {
	k := quo(wide(8), BigPi(640))
	k.Sqrt(k)
	cubic := quo(wide(44715), wide(1e6))
	v = product(k, sum(x, product(cubic, x, x, x)))
	dv = product(k, sum(wide(1), product(wide(3), cubic, x, x)))
	return v, dv
}

// An activationCase is a function with a simple formula for it.
type activationCase struct {
	name string
	got  func(float64) Value
	fast func(float32) float64
	want func(x *big.Float) *big.Float
	max  float64 // the largest |x|
	near float64 // a point to look at closely
}

func activationCases() []activationCase {
	one := wide(1)
	silu := func(beta float32) []activationCase {
		b := wide(float64(beta))
		return []activationCase{
			{"SiLU", func(x float64) Value { return SiLU(x, float64(beta)) },
				func(x float32) float64 { return SiLU32(x, beta) },
				func(x *big.Float) *big.Float { return product(x, BigSigmoid(product(b, x))) }, 1e5, 0},
			{"SiLUDerivative", func(x float64) Value { return SiLUDerivative(x, float64(beta)) },
				func(x float32) float64 { return SiLUDerivative32(x, beta) },
				func(x *big.Float) *big.Float {
					u := product(b, x)
					return product(BigSigmoid(u), sum(one, product(u, BigSigmoid(wide(0).Neg(u)))))
				}, 1e5, -1.2784645427610738 / float64(beta)},
			{"Softplus", func(x float64) Value { return Softplus(x, float64(beta)) },
				func(x float32) float64 { return Softplus32(x, beta) },
				func(x *big.Float) *big.Float { return quo(BigLog1p(BigExp(product(b, x))), b) }, 1e5, 0},
			{"SoftplusDerivative", func(x float64) Value { return SoftplusDerivative(x, float64(beta)) },
				func(x float32) float64 { return SoftplusDerivative32(x, beta) },
				func(x *big.Float) *big.Float { return BigSigmoid(product(b, x)) }, 1e5, 0},
			{"SoftplusDerivativeFromOutput", func(y float64) Value { return SoftplusDerivativeFromOutput(y, float64(beta)) }, nil,
				func(y *big.Float) *big.Float { return wide(0).Neg(BigExpm1(product(wide(-1), b, y))) }, 1e3, 0},
		}
	}
	elu := func(alpha, scale float32) []activationCase {
		a, s := wide(float64(alpha)), wide(float64(scale))
		below := func(f func(*big.Float) *big.Float) func(*big.Float) *big.Float {
			return func(x *big.Float) *big.Float {
				if x.Sign() > 0 {
					return product(s, x)
				}
				return product(s, a, f(x))
			}
		}
		slope := func(f func(*big.Float) *big.Float) func(*big.Float) *big.Float {
			return func(x *big.Float) *big.Float {
				if x.Sign() > 0 {
					return s
				}
				return f(x)
			}
		}
		cases := []activationCase{
			{"SELU", func(x float64) Value { return SELU(x, float64(alpha), float64(scale)) },
				func(x float32) float64 { return SELU32(x, alpha, scale) }, below(BigExpm1), 1e5, 0},
			{"SELUDerivative", func(x float64) Value { return SELUDerivative(x, float64(alpha), float64(scale)) },
				func(x float32) float64 { return SELUDerivative32(x, alpha, scale) },
				slope(func(x *big.Float) *big.Float { return product(s, a, BigExp(x)) }), 1e5, 0},
			{"SELUDerivativeFromOutput", func(y float64) Value { return SELUDerivativeFromOutput(y, float64(alpha), float64(scale)) }, nil,
				slope(func(y *big.Float) *big.Float { return sum(y, product(s, a)) }), 10, -float64(alpha) * float64(scale)},
		}
		if scale != 1 {
			return cases
		}
		return append(cases,
			activationCase{"CELU", func(x float64) Value { return CELU(x, float64(alpha)) },
				func(x float32) float64 { return CELU32(x, alpha) },
				below(func(x *big.Float) *big.Float { return BigExpm1(quo(x, a)) }), 500, 0},
			activationCase{"CELUDerivative", func(x float64) Value { return CELUDerivative(x, float64(alpha)) },
				func(x float32) float64 { return CELUDerivative32(x, alpha) },
				slope(func(x *big.Float) *big.Float { return BigExp(quo(x, a)) }), 500, 0},
			activationCase{"CELUDerivativeFromOutput", func(y float64) Value { return CELUDerivativeFromOutput(y, float64(alpha)) }, nil,
				slope(func(y *big.Float) *big.Float { return sum(one, quo(y, a)) }), 10, -float64(alpha)},
		)
	}
	hard := func(slope float32) []activationCase {
		s := wide(float64(slope))
		if slope == 0 {
			s = quo(one, wide(6))
		}
		line := func(x *big.Float) *big.Float { return sum(product(s, x), wide(0.5)) }
		border := 0.5 / float64(slope)
		if slope == 0 {
			border = 3
		}
		f := func(x float64) Value { return HardSigmoid(x, float64(slope)) }
		fast := func(x float32) float64 { return HardSigmoid32(x, slope) }
		df := func(x float64) Value { return HardSigmoidDerivative(x, float64(slope)) }
		dfast := func(x float32) float64 { return HardSigmoidDerivative32(x, slope) }
		clipped := func(x *big.Float) *big.Float {
			y := line(x)
			if y.Sign() < 0 {
				return wide(0)
			}
			if y.Cmp(one) > 0 {
				return one
			}
			return y
		}
		inside := func(x *big.Float) *big.Float {
			y := line(x)
			// s is a rounded ⅙, so 3·s may differ from ½.
			if slope == 0 && wide(0).Abs(x).Cmp(wide(3)) >= 0 || y.Sign() <= 0 || y.Cmp(one) >= 0 {
				return wide(0)
			}
			return s
		}
		return []activationCase{
			{"HardSigmoid", f, fast, clipped, 10, 0}, {"HardSigmoid", f, fast, clipped, 10, math.Nextafter(-border, 0)},
			{"HardSigmoidDerivative", df, dfast, inside, 10, border}, {"HardSigmoidDerivative", df, dfast, inside, 10, -border},
		}
	}
	softsign := func(x *big.Float) *big.Float { return sum(one, wide(0).Abs(x)) }
	cases := []activationCase{
		{"GELU", GELU, GELU32, func(x *big.Float) *big.Float { return product(x, BigNormal(x)) }, 40, 0},
		{"GELUDerivative", GELUDerivative, GELUDerivative32, func(x *big.Float) *big.Float {
			return sum(BigNormal(x), product(x, BigNormalDensity(x)))
		}, 40, -0.7517915246935645},
		{"GELUTanh", GELUTanh, GELUTanh32, func(x *big.Float) *big.Float {
			v, _ := bigGELUTanhV(x)
			return product(x, BigSigmoid(v))
		}, 100, 0},
		{"GELUTanhDerivative", GELUTanhDerivative, GELUTanhDerivative32, func(x *big.Float) *big.Float {
			v, dv := bigGELUTanhV(x)
			return sum(BigSigmoid(v), product(x, dv, BigSigmoidDerivative(v)))
		}, 100, -0.7524614220710163},
		{"Mish", Mish, Mish32, func(x *big.Float) *big.Float {
			return product(x, BigTanh(BigLog1p(BigExp(x))))
		}, 1e5, 0},
		{"MishDerivative", MishDerivative, MishDerivative32, func(x *big.Float) *big.Float {
			s := BigLog1p(BigExp(x)) // (x·tanh s)′ = tanh s + x·tanh′ s·σ
			return sum(BigTanh(s), product(x, BigTanhDerivative(s), BigSigmoid(x)))
		}, 1e5, -1.1924312145154952},
		{"LogSigmoid", LogSigmoid, LogSigmoid32, func(x *big.Float) *big.Float {
			return wide(0).Neg(BigLog1p(BigExp(wide(0).Neg(x))))
		}, 1e5, 0},
		{"LogSigmoidDerivative", LogSigmoidDerivative, LogSigmoidDerivative32, func(x *big.Float) *big.Float {
			return BigSigmoid(wide(0).Neg(x))
		}, 1e5, 0},
		{"LogSigmoidDerivativeFromOutput", LogSigmoidDerivativeFromOutput, nil, func(y *big.Float) *big.Float {
			return wide(0).Neg(BigExpm1(y))
		}, 1e3, 0},
		{"Softsign", Softsign, Softsign32, func(x *big.Float) *big.Float { return quo(x, softsign(x)) }, math.MaxFloat64, 0},
		{"SoftsignDerivative", SoftsignDerivative, SoftsignDerivative32, func(x *big.Float) *big.Float {
			return quo(one, product(softsign(x), softsign(x)))
		}, math.MaxFloat64, 0},
		{"SoftsignDerivativeFromOutput", SoftsignDerivativeFromOutput, nil, func(y *big.Float) *big.Float {
			d := wide(0).Sub(one, wide(0).Abs(y))
			return product(d, d)
		}, 1, 1},
		{"HardSwish", HardSwish, HardSwish32, func(x *big.Float) *big.Float {
			return product(x, quo(sum(x, wide(3)), wide(6)))
		}, 3, math.Nextafter(-3, 0)},
		{"HardSwishDerivative", HardSwishDerivative, HardSwishDerivative32, func(x *big.Float) *big.Float {
			return quo(sum(x, x, wide(3)), wide(6))
		}, math.Nextafter(3, 0), -1.5},
		{"SquaredReLUDerivativeFromOutput", SquaredReLUDerivativeFromOutput, nil, func(y *big.Float) *big.Float {
			if y.Sign() < 0 {
				return nil
			}
			return product(wide(2), wide(0).Sqrt(y))
		}, math.MaxFloat64, 1},
	}
	for _, beta := range []float32{1, 1.702, 0.1, -3} {
		cases = append(cases, silu(beta)...)
	}
	for _, alpha := range []float32{1, 0.7, 2} {
		cases = append(cases, elu(alpha, 1)...)
	}
	cases = append(cases, elu(SELUAlpha, SELUScale)...)
	return append(cases, append(hard(0), hard(0.2)...)...)
}

// closeTo returns x, the floats next to it, and floats at distances from 2⁻⁶⁰ to ⅛.
func closeTo(x float64) (near []float64) {
	for k := -60; k < -2; k++ {
		near = append(near, x-math.Ldexp(1, k), x+math.Ldexp(1, k))
	}
	return append(near, x, math.Nextafter(x, 10), math.Nextafter(x, -10))
}

// TestActivations compares the functions with simple formulas in math/big.
func TestActivations(t *testing.T) {
	everywhere := points(12)
	for _, c := range activationCases() {
		worst, at := math.Inf(-1), 0.0
		for _, x := range append(closeTo(c.near), everywhere...) {
			if math.Abs(x) > c.max {
				continue
			}
			want := c.want(wide(x))
			if want == nil {
				continue
			}
			got := c.got(x)
			normal(t, c.name, got)
			if d := distance(got, want); d > worst {
				worst, at = d, x
			}
		}
		t.Logf("%s: relative error 2^%.1f at %x", c.name, worst, at)
		bound := -96.
		if strings.HasPrefix(c.name, "GELUTanh") { // the argument of its exponential is rounded, and up to 10⁵
			bound = -88
		}
		if !(worst <= bound) {
			t.Errorf("%s(%x) = %v, want %.32g: relative error 2^%.1f", c.name, at, c.got(at), c.want(wide(at)), worst)
		}
	}
}

// TestActivations32 compares the functions for float32 with those that return a Value.
// The inputs are a few hundred floats for each exponent and sign, and the 500 floats
// closest to the point near.
func TestActivations32(t *testing.T) {
	for _, c := range activationCases() {
		if c.fast == nil {
			continue
		}
		worst, at := 0.0, float32(0)
		check := func(x float32) {
			fast, slow := c.fast(x), c.got(float64(x))
			if slow.special() || slow.Exp < -1000 || slow.Exp > 1000 {
				got, want := float32(fast), slow.Float32()
				if !same(float64(got), float64(want)) && (got != 0 || want != 0) {
					t.Fatalf("%s(%x) = %v, want %v", c.name, x, fast, slow)
				}
				return
			}
			d := FromFloat(fast).Sub(slow).Div(slow).Abs().Float64()
			if !(d <= worst) {
				worst, at = d, x
			}
		}
		for bits := uint64(0); bits < 1<<32; bits += 149999 {
			check(math.Float32frombits(uint32(bits)))
		}
		for i := range uint32(500) {
			check(math.Float32frombits(math.Float32bits(float32(c.near)) - 250 + i))
		}
		t.Logf("%s: relative error 2^%.1f at %x", c.name, math.Log2(worst), at)
		if !(worst <= 0x1p-48) {
			t.Errorf("%s(%x): relative error 2^%.1f", c.name, at, math.Log2(worst))
		}
	}
}

func TestActivationsSpecialValues(t *testing.T) {
	inf, nan, minusZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	with := func(f func(x, parameter float64) Value, parameter float64) func(float64) Value {
		return func(x float64) Value { return f(x, parameter) }
	}
	selu := func(f func(x, alpha, scale float64) Value) func(float64) Value {
		return func(x float64) Value { return f(x, 3, 2) }
	}
	for _, f := range []struct {
		name string
		f    func(float64) Value
		want [5]float64 // at NaN, +Inf, -Inf, +0, -0
	}{
		{"GELU", GELU, [5]float64{nan, inf, minusZero, 0, minusZero}},
		{"GELUDerivative", GELUDerivative, [5]float64{nan, 1, 0, 0.5, 0.5}},
		{"GELUTanh", GELUTanh, [5]float64{nan, inf, minusZero, 0, minusZero}},
		{"GELUTanhDerivative", GELUTanhDerivative, [5]float64{nan, 1, 0, 0.5, 0.5}},
		{"SiLU", with(SiLU, 2), [5]float64{nan, inf, minusZero, 0, minusZero}},
		{"SiLU(−2)", with(SiLU, -2), [5]float64{nan, 0, -inf, 0, minusZero}},
		{"SiLUDerivative", with(SiLUDerivative, 2), [5]float64{nan, 1, 0, 0.5, 0.5}},
		{"SiLUDerivative(−2)", with(SiLUDerivative, -2), [5]float64{nan, 0, 1, 0.5, 0.5}},
		{"Mish", Mish, [5]float64{nan, inf, minusZero, 0, minusZero}},
		{"MishDerivative", MishDerivative, [5]float64{nan, 1, 0, 0.6, 0.6}},
		{"Softplus", with(Softplus, 0.5), [5]float64{nan, inf, 0, 2 * math.Ln2, 2 * math.Ln2}},
		{"SoftplusDerivative", with(SoftplusDerivative, 0.5), [5]float64{nan, 1, 0, 0.5, 0.5}},
		{"LogSigmoid", LogSigmoid, [5]float64{nan, minusZero, -inf, -math.Ln2, -math.Ln2}},
		{"LogSigmoidDerivative", LogSigmoidDerivative, [5]float64{nan, 0, 1, 0.5, 0.5}},
		{"SELU", selu(SELU), [5]float64{nan, inf, -6, 0, minusZero}},
		{"SELUDerivative", selu(SELUDerivative), [5]float64{nan, 2, 0, 6, 6}},
		{"CELU", with(CELU, 3), [5]float64{nan, inf, -3, 0, minusZero}},
		{"CELUDerivative", with(CELUDerivative, 3), [5]float64{nan, 1, 0, 1, 1}},
		{"Softsign", Softsign, [5]float64{nan, 1, -1, 0, minusZero}},
		{"SoftsignDerivative", SoftsignDerivative, [5]float64{nan, 0, 0, 1, 1}},
		{"HardSwish", HardSwish, [5]float64{nan, inf, minusZero, 0, minusZero}},
		{"HardSwishDerivative", HardSwishDerivative, [5]float64{nan, 1, 0, 0.5, 0.5}},
		{"HardSigmoid", with(HardSigmoid, 0), [5]float64{nan, 1, 0, 0.5, 0.5}},
		{"HardSigmoidDerivative", with(HardSigmoidDerivative, 0.25), [5]float64{nan, 0, 0, 0.25, 0.25}},
	} {
		for i, x := range []float64{nan, inf, -inf, 0, minusZero} {
			v := f.f(x)
			normal(t, f.name, v)
			if got := v.Float64(); !same(got, f.want[i]) {
				t.Errorf("%s(%v) = %v, want %v", f.name, x, got, f.want[i])
			}
		}
	}
	for _, c := range activationCases() { // no intermediate result becomes NaN
		for _, x := range []float64{1e300, -1e300, math.MaxFloat64, -math.MaxFloat64} {
			if v := c.got(x); v.Hi != v.Hi && c.name != "SquaredReLUDerivativeFromOutput" {
				t.Errorf("%s(%v) = %v", c.name, x, v)
			}
		}
	}
}

func BenchmarkActivations(b *testing.B) {
	for _, c := range activationCases()[:8] {
		b.Run(c.name, func(b *testing.B) {
			for i := range b.N {
				sink = c.got(float64(i&1023)*0.01 - 5)
			}
		})
		b.Run(c.name+"32", func(b *testing.B) {
			for i := range b.N {
				sink.Hi += c.fast(float32(i&1023)*0.01 - 5)
			}
		})
	}
}
