package reference

import (
	"math"
	"math/big"
	"testing"
)

// absolute is the weight for absolute errors.
func absolute(*big.Float) *big.Float { return number(1) }

// TestFitKnown checks fits whose smallest error is known. Most are examples of Chebyshev.
func TestFitKnown(t *testing.T) {
	for n := 1; n <= 10; n++ {
		// Of all polynomials xⁿ − … on [-1, 1], the Chebyshev polynomial divided by
		// 2^(n−1) has the smallest maximum.
		f := Fit{F: func(x *big.Float) *big.Float { return power(x, n) }, A: -1, B: 1, Exponents: Powers(0, n-1), Weight: absolute}
		checkFit(t, "x^n", f, math.Ldexp(1, 1-n), 1.0015)
		// For e^x on a small interval [-h, h], the error comes from the first missing
		// term.
		const h = 1.0 / 64
		f = Fit{F: BigExp, A: -h, B: h, Exponents: Powers(0, n), Weight: absolute}
		want := 2 * math.Pow(h/2, float64(n+1)) / math.Gamma(float64(n+2))
		checkFit(t, "exp", f, want, 1.002)
	}
	// The best line for e^x on [-1, 1] has the slope sinh 1.
	f := Fit{F: BigExp, A: -1, B: 1, Exponents: []int{0, 1}, Weight: absolute}
	p := checkFit(t, "line", f, 0.27880157, 1.0015)
	if slope := p.Float64s()[1]; math.Abs(slope-math.Sinh(1)) > 1e-3 {
		t.Errorf("slope %v, want %v", slope, math.Sinh(1))
	}
}

// checkFit solves f. It checks that the error is want, except for a factor, and that
// the signs of the error curve alternate. A want of 0 means that the error is not
// known.
func checkFit(t *testing.T, name string, f Fit, want, factor float64) *Polynomial {
	t.Helper()
	p, err := f.Solve()
	if err != nil {
		t.Fatalf("%s %v: %v", name, f.Exponents, err)
	}
	if want != 0 && (p.Error > want*factor || p.Error < want/factor) {
		t.Errorf("%s %v: error %g, want %g", name, f.Exponents, p.Error, want)
	}
	if p.Error > p.Leveled*1.0015 {
		t.Errorf("%s %v: error %g, leveled %g", name, f.Exponents, p.Error, p.Leveled)
	}
	if len(p.Points) != len(f.Exponents)+1 {
		t.Fatalf("%s %v: %d points", name, f.Exponents, len(p.Points))
	}
	before := 0.0
	for _, x := range p.Points {
		e := p.ErrorAt(x)
		if math.Abs(math.Abs(e)/p.Leveled-1) > 1e-6 || e*before > 0 {
			t.Errorf("%s %v: error %g at %g, %g at the point before; leveled %g", name, f.Exponents, e, x, before, p.Leveled)
		}
		before = math.Copysign(1, e)
	}
	return p
}

// TestFitKernels checks fits like those that the loops need.
func TestFitKernels(t *testing.T) {
	expRest := func(r *big.Float) *big.Float { // (e^r − 1 − r)/r²
		y := BigExpm1(r)
		y.Sub(y, r)
		return y.Quo(y.Quo(y, r), r)
	}
	tanhRatio := func(s *big.Float) *big.Float { // tanh(x)/x with x = √s
		x := number(0).Sqrt(s)
		return x.Quo(BigTanh(x), x)
	}
	logRatio := func(x *big.Float) *big.Float { return number(0).Quo(BigLog1p(x), x) }
	for _, c := range []struct {
		name    string
		f       func(*big.Float) *big.Float
		a, b    float64
		degrees []int
	}{
		{"(exp(r)-1-r)/r^2", expRest, -math.Ln2 / 256, math.Ln2 / 256, []int{1, 2, 10}},
		{"exp", BigExp, -math.Ln2 / 2, math.Ln2 / 2, []int{1, 5, 10}},
		{"tanh(x)/x", tanhRatio, 0, 0.4, []int{1, 4, 10}},
		{"log1p(x)/x", logRatio, -0.3, 0.42, []int{1, 7, 10}},
	} {
		for _, n := range c.degrees {
			if testing.Short() && n > 5 {
				continue
			}
			f := Fit{F: c.f, A: c.a, B: c.b, Exponents: Powers(0, n)}
			p := checkFit(t, c.name, f, 0, 0)
			for _, bits := range []uint{24, 53} {
				r, err := f.SolveRounded(bits)
				if err != nil {
					t.Fatalf("%s, degree %d, %d bits: %v", c.name, n, bits, err)
				}
				// Rounding the constant term adds an error of up to half a unit.
				if limit := p.Error*1.2 + math.Ldexp(1, -int(bits)); r.Error > limit {
					t.Errorf("%s, degree %d: error %g for coefficients of %d bits, %g unrounded", c.name, n, r.Error, bits, p.Error)
				}
				for _, k := range r.Coefficients {
					if k.MinPrec() > bits {
						t.Errorf("%s, degree %d: coefficient %v has more than %d bits", c.name, n, k, bits)
					}
				}
				t.Logf("%s, degree %2d: error 2^%.2f, with %3d bits 2^%.2f", c.name, n, math.Log2(p.Error), bits, math.Log2(r.Error))
			}
		}
	}
}

// TestFitFixed checks fits with a fixed coefficient, x + c₂x² + c₃x³ + c₄x⁴ for expm1,
// and with missing exponents, odd powers for tanh on one side of 0.
func TestFitFixed(t *testing.T) {
	f := Fit{F: BigExpm1, A: -math.Ln2 / 64, B: math.Ln2 / 64, Exponents: []int{1, 2, 3, 4}, Fixed: map[int]*big.Float{1: number(1)}}
	p, err := f.SolveRounded(53)
	if err != nil {
		t.Fatal(err)
	}
	if p.Coefficients[0].Cmp(number(1)) != 0 || p.Error > p.Leveled*1.01 || p.Error > 1e-10 {
		t.Errorf("expm1: error %g, leveled %g\n%v", p.Error, p.Leveled, p)
	}
	f = Fit{F: BigTanh, A: 0, B: 0.5, Exponents: []int{1, 3, 5, 7}}
	checkFit(t, "tanh", f, 0, 0)
	// A polynomial is its own best fit.
	cubic := func(x *big.Float) *big.Float { return number(0).Add(power(x, 3), number(2)) }
	p, err = Fit{F: cubic, A: -0.5, B: 1, Exponents: Powers(0, 4)}.Solve()
	if err != nil || p.Error > 1e-60 {
		t.Errorf("cubic: %v, %v", p, err)
	}
}
