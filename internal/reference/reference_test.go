package reference

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

const precision = 320

func bigOf(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// distance returns log₂ of the relative error of got, or −Inf if the error is 0.
func distance(got Value, want *big.Float) float64 {
	if want.Sign() == 0 {
		if got.Hi == 0 {
			return math.Inf(-1)
		}
		return math.Inf(1)
	}
	if !finite(got.Hi) {
		return math.Inf(1)
	}
	d := new(big.Float).SetPrec(2*precision).Sub(got.Big(), want)
	d.Quo(d, want)
	if d.Sign() == 0 {
		return math.Inf(-1)
	}
	m := new(big.Float)
	e := d.MantExp(m)
	f, _ := m.Float64()
	return float64(e) + math.Log2(math.Abs(f))
}

// normal fails the test if v is not normalised.
func normal(t *testing.T, name string, v Value) {
	t.Helper()
	if v.special() {
		if v.Lo != 0 || v.Exp != 0 {
			t.Errorf("%s: %#v is not normalised", name, v)
		}
		return
	}
	if a := math.Abs(v.Hi); a < 1 || a >= 2 || v.Hi+v.Lo != v.Hi {
		t.Errorf("%s: %#v is not normalised", name, v)
	}
}

// points returns special arguments, arguments of all magnitudes, and n random ones of
// each kind in the range in which the functions are not constant.
func points(n int) []float64 {
	x := []float64{5e-324, 0x1p-1022, 1e-300, 0x1p-61, 0x1p-60, 0x1.8p-60, 0x1p-59, 1e-9, 0.1, 0.25,
		math.Ln2 / 2, math.Nextafter(math.Ln2/2, 0), math.Ln2, 0.5, 1, 2, 9.010913, 17.32868, 19.0615,
		36.7, 37.42995, 88.7, 103.97, 104, 400, 708.4, 709.8, 744.44, 745.13, 745.14, 1000, 1e5, 524287}
	r := rand.New(rand.NewPCG(1, 2))
	for e := -130; e < 10; e++ { // for the borders between two formulas
		x = append(x, math.Ldexp(1, e), math.Ldexp(1+r.Float64(), e))
	}
	for range n {
		x = append(x, math.Ldexp(1+r.Float64(), r.IntN(1090)-1074), // any magnitude up to 2^16
			math.Ldexp(1+r.Float64(), r.IntN(16)-10), r.Float64()*50,
			float64(r.IntN(1000))*math.Ln2) // close to multiples of ln 2, for small remainders
	}
	for _, v := range x {
		x = append(x, -v)
	}
	return x
}

func TestFunctions(t *testing.T) {
	fromOutput := func(a, b float64) func(*big.Float) *big.Float { // (a + b·y)(1 − y)
		return func(y *big.Float) *big.Float {
			exact := func(v float64) *big.Float { return new(big.Float).SetPrec(2400).SetFloat64(v) }
			p := exact(b)
			p.Add(p.Mul(p, y), exact(a))
			q := exact(1)
			return p.Mul(p, q.Sub(q, y))
		}
	}
	for _, f := range []struct {
		name     string
		got      func(float64) Value
		want     func(*big.Float) *big.Float
		min, max float64
	}{
		{"Exp", Exp, BigExp, -1e6, 1e6},
		{"Expm1", Expm1, BigExpm1, -1e6, 1e6},
		{"Log", func(x float64) Value { return Log(FromFloat(x)) }, BigLog, 5e-324, 1e6},
		{"Log1p", func(x float64) Value { return Log1p(FromFloat(x)) }, BigLog1p, -0.999999, 1e6},
		{"Log near 1", func(x float64) Value { return Log(one.Add(FromFloat(x))) }, BigLog1p, 0x1p-40, 0.5},
		{"Sigmoid", Sigmoid, BigSigmoid, -1e6, 1e6},
		{"SigmoidDerivative", SigmoidDerivative, BigSigmoidDerivative, -1e6, 1e6},
		{"Tanh", Tanh, BigTanh, -1e6, 1e6},
		{"TanhDerivative", TanhDerivative, BigTanhDerivative, -5e5, 5e5},
		{"SigmoidDerivativeFromOutput", SigmoidDerivativeFromOutput, fromOutput(0, 1), -2, 2},
		{"TanhDerivativeFromOutput", TanhDerivativeFromOutput, fromOutput(1, 1), -2, 2},
	} {
		worst, at := math.Inf(-1), 0.0
		for _, x := range points(300) {
			if x < f.min || x > f.max {
				continue
			}
			got := f.got(x)
			normal(t, f.name, got)
			if d := distance(got, f.want(bigOf(x))); d > worst {
				worst, at = d, x
			}
		}
		t.Logf("%s: relative error 2^%.1f at %x", f.name, worst, at)
		if worst > -96 {
			t.Errorf("%s(%x) = %v, want %.32g: relative error 2^%.1f", f.name, at, f.got(at), f.want(bigOf(at)), worst)
		}
	}
}

func TestSpecialValues(t *testing.T) {
	inf, nan, minusZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, f := range []struct {
		name string
		f    func(float64) Value
		want [5]float64 // at NaN, +Inf, -Inf, +0, -0
	}{
		{"Exp", Exp, [5]float64{nan, inf, 0, 1, 1}},
		{"Expm1", Expm1, [5]float64{nan, inf, -1, 0, minusZero}},
		{"Log", func(x float64) Value { return Log(FromFloat(x)) }, [5]float64{nan, inf, nan, -inf, -inf}},
		{"Log1p", func(x float64) Value { return Log1p(FromFloat(x)) }, [5]float64{nan, inf, nan, 0, minusZero}},
		{"Sigmoid", Sigmoid, [5]float64{nan, 1, 0, 0.5, 0.5}},
		{"SigmoidDerivative", SigmoidDerivative, [5]float64{nan, 0, 0, 0.25, 0.25}},
		{"Tanh", Tanh, [5]float64{nan, 1, -1, 0, minusZero}},
		{"TanhDerivative", TanhDerivative, [5]float64{nan, 0, 0, 1, 1}},
	} {
		for i, x := range []float64{nan, inf, -inf, 0, minusZero} {
			v := f.f(x)
			normal(t, f.name, v)
			if got := v.Float64(); !same(got, f.want[i]) {
				t.Errorf("%s(%v) = %v, want %v", f.name, x, got, f.want[i])
			}
		}
	}
	for _, x := range []float64{5e-324, -5e-324, 0x1p-1022, 1e-30} {
		if got := Tanh(x).Float64(); got != x {
			t.Errorf("Tanh(%v) = %v", x, got)
		}
	}
	for _, x := range []float64{1e300, math.MaxFloat64} {
		for i, v := range []Value{Exp(-x), Sigmoid(-x), SigmoidDerivative(x), TanhDerivative(-x), Tanh(x).Sub(one), one.Div(Exp(x))} {
			if v.Float64() != 0 {
				t.Errorf("%d: tail at %v is %v, want 0", i, x, v)
			}
		}
	}
}

// same reports whether a and b have the same bits. All NaNs count as the same.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

func TestArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	random := func(spread int) Value {
		v := normalise(dd{r.Float64() - 0.5, math.Ldexp(r.Float64()-0.5, -54-r.IntN(20))}, 0)
		return v.Scale(r.IntN(spread+1) - spread/2)
	}
	for i := range 20000 {
		v, w := random(3000), random(3000)
		if i%2 == 0 {
			v, w = random(4), random(4)
		}
		if i%8 == 0 { // cancellation
			w = v.Neg().Add(random(4).Scale(-60 - r.IntN(40)))
		}
		x := new(big.Float).SetPrec(7000).Set(v.Big())
		y := w.Big()
		for _, op := range []struct {
			name string
			got  Value
			want *big.Float
		}{
			{"Add", v.Add(w), new(big.Float).SetPrec(7000).Add(x, y)},
			{"Sub", v.Sub(w), new(big.Float).SetPrec(7000).Sub(x, y)},
			{"Mul", v.Mul(w), new(big.Float).SetPrec(7000).Mul(x, y)},
			{"Div", v.Div(w), new(big.Float).SetPrec(precision).Quo(x, y)},
		} {
			normal(t, op.name, op.got)
			if d := distance(op.got, op.want); d > -101 {
				t.Fatalf("%s(%v, %v) = %v: relative error 2^%.1f", op.name, v, w, op.got, d)
			}
		}
		if back := FromBig(v.Big()); back != v {
			t.Fatalf("FromBig(Big(%#v)) = %#v", v, back)
		}
	}
}

func TestRounding(t *testing.T) {
	tiny := math.Ldexp(1, -100)
	for _, c := range []struct {
		v   Value
		f64 float64
		f32 float32
	}{
		{FromFloat(0.1), 0.1, 0.1},
		{FromFloat(math.MaxFloat64), math.MaxFloat64, float32(math.Inf(1))},
		{FromFloat(5e-324), 5e-324, 0},
		{one.Scale(-1075), 0, 0}, // half of the smallest subnormal: ties to even
		{Value{1, tiny, -1075}, 5e-324, 0},
		{Value{1.5, 0, -1074}, 1e-323, 0}, // a tie
		{Value{1.5, -tiny, -1074}, 5e-324, 0},
		{one.Scale(-150), 0x1p-150, 0},
		{Value{1, tiny, -150}, 0x1p-150, 0x1p-149},
		{Value{1 + 0x1p-24, 0, 0}, 1 + 0x1p-24, 1},
		{Value{1 + 0x1p-24, tiny, 0}, 1 + 0x1p-24, 1 + 0x1p-23}, // rounding twice would give 1
		{one.Scale(1024), math.Inf(1), float32(math.Inf(1))},
		{one.Neg().Scale(-5000), math.Copysign(0, -1), float32(math.Copysign(0, -1))},
		{Value{Hi: math.Inf(-1)}, math.Inf(-1), float32(math.Inf(-1))},
	} {
		if got := c.v.Float64(); !same(got, c.f64) {
			t.Errorf("%v.Float64() = %x, want %x", c.v, got, c.f64)
		}
		if got := c.v.Float32(); !same(float64(got), float64(c.f32)) {
			t.Errorf("%v.Float32() = %x, want %x", c.v, got, c.f32)
		}
	}
}

func TestULP(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	below := Value{1, -0x1p-60, 0} // just below 1, and its unit is half of that of 1
	for _, c := range []struct {
		got  float64
		want Value
		ulp  float64
	}{
		{1, one, 0},
		{1 + 0x1p-52, one, 1},
		{1 - 0x1p-53, one, 0.5},
		{1, below, 0x1p-7},
		{1 - 0x1p-53, below, 1 - 0x1p-7},
		{0, FromFloat(5e-324), 1},
		{5e-324, one.Scale(-1075), 0.5},
		{0, Value{}, 0},
		{5e-324, Value{}, 1},
		{math.Copysign(0, -1), Value{}, 0},
		{0, one.Scale(-2000), 0x1p-926},
		{-1, one, 0x1p53},
		{nan, Value{Hi: nan}, 0}, {inf, Value{Hi: inf}, 0}, {inf, one.Scale(1024), 0},
		{inf, Value{Hi: -inf}, inf}, {inf, one, inf}, {nan, one, inf}, {1, Value{Hi: nan}, inf}, {nan, Value{Hi: inf}, inf},
	} {
		if got := ULP64(c.got, c.want); got != c.ulp {
			t.Errorf("ULP64(%x, %v) = %v, want %v", c.got, c.want, got, c.ulp)
		}
	}
	for _, c := range []struct {
		got       float32
		want, ulp float64
	}{
		{1, 1, 0}, {1 + 0x1p-23, 1, 1}, {1 - 0x1p-24, 1, 0.5}, {1, 1 - 0x1p-30, 0x1p-6},
		{0x1p-149, 0, 1}, {0, 0x1p-150, 0.5}, {0, 1e-310, 0}, {0x1p-126, 0x1p-126 + 0x1p-150, 0.5},
		{float32(nan), nan, 0}, {float32(inf), inf, 0}, {float32(-inf), inf, inf}, {float32(inf), 1, inf},
		{1, inf, inf}, {1, nan, inf}, {float32(nan), 1, inf}, {float32(nan), inf, inf}, {float32(inf), nan, inf},
	} {
		got, fast := ULP32(c.got, FromFloat(c.want)), ULP32Fast(c.got, c.want)
		if math.Abs(got-c.ulp) > 1e-30 || fast != got && math.Abs(fast-got) > 1e-30 {
			t.Errorf("ULP32(%x, %x) = %v, ULP32Fast = %v, want %v", c.got, c.want, got, fast, c.ulp)
		}
	}
}

// TestFast32 checks a few hundred float32s for each exponent and sign.
func TestFast32(t *testing.T) {
	for _, f := range []struct {
		name string
		fast func(float32) float64
		slow func(float64) Value
	}{
		{"Sigmoid32", Sigmoid32, Sigmoid},
		{"SigmoidDerivative32", SigmoidDerivative32, SigmoidDerivative},
		{"Tanh32", Tanh32, Tanh},
		{"TanhDerivative32", TanhDerivative32, TanhDerivative},
	} {
		worst, at := 0.0, float32(0)
		for bits := uint64(0); bits < 1<<32; bits += 49999 {
			x := math.Float32frombits(uint32(bits))
			fast, slow := f.fast(x), f.slow(float64(x))
			if slow.special() || slow.Exp < -1000 {
				if got, want := float32(fast), slow.Float32(); got != want && !(got != got && want != want) {
					t.Fatalf("%s(%x) = %v, want %v", f.name, x, fast, slow)
				}
				continue
			}
			d := FromFloat(fast).Sub(slow).Div(slow).Abs().Float64()
			if d > worst {
				worst, at = d, x
			}
			if floor := slow.Abs(); exponent(fast) != floor.Exp || floor.Hi == 1 && floor.Lo < 0 {
				continue // the two units differ close to a power of two, see ULP32Fast
			}
			got := float32(fast) * (1 + 0x1p-22)
			if a, b := ULP32(got, slow), ULP32Fast(got, fast); math.Abs(a-b) > 1e-6*a+1e-6 {
				t.Fatalf("%s: ULP32(%x, %v) = %v, ULP32Fast gives %v", f.name, got, slow, a, b)
			}
		}
		t.Logf("%s: relative error 2^%.1f at %x", f.name, math.Log2(worst), at)
		if worst > 0x1p-48 {
			t.Errorf("%s(%x): relative error 2^%.1f", f.name, at, math.Log2(worst))
		}
	}
}

var sink Value

func BenchmarkValue(b *testing.B) {
	for _, f := range []struct {
		name string
		f    func(float64) Value
	}{
		{"Exp", Exp}, {"Sigmoid", Sigmoid}, {"SigmoidDerivative", SigmoidDerivative}, {"Tanh", Tanh},
		{"TanhDerivative", TanhDerivative}, {"Log1p", func(x float64) Value { return Log1p(FromFloat(x)) }},
		{"TanhDerivativeFromOutput", TanhDerivativeFromOutput},
	} {
		b.Run(f.name, func(b *testing.B) {
			for i := range b.N {
				sink = f.f(float64(i&1023) * 0.01)
			}
		})
	}
	b.Run("ULP64", func(b *testing.B) {
		v := Exp(1.5)
		for range b.N {
			sink.Hi += ULP64(4.5, v)
		}
	})
}

func BenchmarkFast32(b *testing.B) {
	for _, f := range []struct {
		name string
		f    func(float32) float64
	}{
		{"Sigmoid32", Sigmoid32}, {"SigmoidDerivative32", SigmoidDerivative32}, {"Tanh32", Tanh32}, {"TanhDerivative32", TanhDerivative32},
		{"ULP32Fast", func(x float32) float64 { return ULP32Fast(x, 1.5) }},
	} {
		b.Run(f.name, func(b *testing.B) {
			for i := range b.N {
				sink.Hi += f.f(float32(i&1023) * 0.01)
			}
		})
	}
}

func BenchmarkSoftmax(b *testing.B) {
	x := make([]float64, 1<<20)
	for i := range x {
		x[i] = math.Sin(float64(i)) * 20
	}
	for range b.N {
		sink = Softmax(x, 1)[0]
	}
}
