package main

import (
	"bytes"
	"fmt"
	"go/format"
	"math"
	"math/big"

	"example.com/activation/internal/reference"
)

// pieces returns the tables of the functions g and of the derivatives of x·g(x). Each
// piece is for an interval of length 1/steps around a multiple of 1/steps from −limit
// to limit.
func pieces() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(header + "package scalar\n\n")
	for _, t := range []struct {
		name         string
		doc          string
		steps, limit int
		series       func(a *big.Float) []*big.Float // of g
		root         float64                         // zero of (x·g)′, or 0 if the table is for g
	}{
		{"geluPieces", "Φ", 32, 6, normalSeries, 0},
		{"geluSlopePieces", "(x·Φ)′", 32, 6, normalSeries, -float64Of(geluRoot())},
		{"geluTanhPieces", "σ(v), v = 2√(2/π)·(x + 0.044715·x³),", 32, 5, geluTanhSeries, 0},
		{"geluTanhSlopePieces", "(x·σ(v))′", 32, 5, geluTanhSeries, -float64Of(geluTanhRoot(geluTanhCoefficients()))},
		{"siluSlopePieces", "(x·σ)′", 16, 20, logisticSeries, float64Of(siluRoot())},
		{"mishPieces", "tanh(log(1 + eˣ))", 16, 20, mishSeries, 0},
		{"mishSlopePieces", "(x·tanh(log(1 + eˣ)))′", 16, 20, mishSeries, -1.1924312145154952},
	} {
		n := 2*t.limit*t.steps + 1
		fmt.Fprintf(&b, "// %s[i] is %s for x within 1/%d of i/%d − %d.\n", t.name, t.doc, 2*t.steps, t.steps, t.limit)
		fmt.Fprintf(&b, "var %s = [%d]piece{\n", t.name, n)
		for i := range n {
			center, width := float64(i)/float64(t.steps)-float64(t.limit), 0.5/float64(t.steps)
			a := center
			if math.Abs(center-t.root) < 2*width && t.root != 0 {
				a = t.root
			}
			c := t.series(number(a))
			if t.root != 0 {
				c = slopeSeries(a, c)
			}
			// The first coefficient must not change: next to the root it is nearly
			// the whole result.
			c = append(c[:1], economized(c[1:], center-width-a, center+width-a)...)
			valueBits, slopeBits := uint(26), uint(53)
			if t.root != 0 {
				valueBits, slopeBits = 53, 26
			}
			value, rest := splitAt(c[0], valueBits)
			if a == t.root && t.root != 0 {
				value, rest = 0, value
			}
			slope, slopeRest := splitAt(c[1], slopeBits)
			fmt.Fprintf(&b, "\t{%s, %s, %s, %s, %s, [7]float64{", hex(a), hex(value), hex(rest), hex(slope), hex(slopeRest))
			for _, v := range c[2:] {
				f, _ := v.Float64()
				b.WriteString(hex(f) + ", ")
			}
			b.WriteString("}},\n")
		}
		b.WriteString("}\n\n")
	}
	return format.Source(b.Bytes())
}

// float64Of returns the float64 nearest to x.
func float64Of(x *big.Float) float64 {
	nearest, _ := x.Float64()
	return nearest
}

// splitAt returns x rounded to the given number of bits, and the rounding error.
func splitAt(x *big.Float, bits uint) (value, rest float64) {
	value, _ = new(big.Float).SetPrec(bits).Set(x).Float64()
	rest, _ = new(big.Float).Sub(x, big.NewFloat(value)).Float64()
	return value, rest
}

// normalSeries returns the coefficients of bⁿ in Φ(a + b), from Φ′ = φ and
// φ′(x) = −x·φ(x).
func normalSeries(a *big.Float) []*big.Float {
	c := []*big.Float{reference.BigNormal(a), reference.BigNormalDensity(a)}
	for n := 1; n < terms-1; n++ {
		// The coefficients of φ: (n + 1)·dₙ₊₁ = −(a·dₙ + dₙ₋₁), dₙ = (n + 1)·cₙ₊₁.
		next := number(float64(n))
		next.Mul(next.Mul(next, c[n]), a)
		if n > 1 {
			before := number(float64(n - 1))
			next.Add(next, before.Mul(before, c[n-1]))
		}
		c = append(c, next.Quo(next.Neg(next), number(float64(n*(n+1)))))
	}
	return c
}

// geluTanhSeries returns the coefficients of bⁿ in S(a + b), S = σ(v(x)), from
// S′ = v′·(S − S²).
func geluTanhSeries(a *big.Float) []*big.Float {
	k, cubic := geluTanhCoefficients()
	aa := product(a, a)
	v := product(a, new(big.Float).Add(product(cubic, aa), k))
	slope := []*big.Float{ // v′
		new(big.Float).Add(product(number(3), cubic, aa), k),
		product(number(6), cubic, a),
		product(number(3), cubic),
	}
	return differential(reference.BigSigmoid(v), func(s []*big.Float, n int) *big.Float {
		sum := number(0)
		for i, w := range slope[:min(n+1, 3)] {
			sum.Add(sum, product(w, new(big.Float).Sub(s[n-i], square(s, n-i))))
		}
		return sum
	})
}

// geluTanhCoefficients returns 2√(2/π) and 0.044715 times that.
func geluTanhCoefficients() (linear, cubic *big.Float) {
	linear = reference.BigPi(precision)
	linear.Sqrt(linear.Quo(number(8), linear))
	cubic = number(44715)
	return linear, cubic.Mul(linear, cubic.Quo(cubic, number(1e6)))
}

// mishSeries returns the coefficients of bⁿ in t(a + b), t = tanh(log(1 + eˣ)),
// from t′ = σ·(1 − t²).
func mishSeries(a *big.Float) []*big.Float {
	s := logisticSeries(a)
	return differential(reference.BigTanh(reference.BigLog1p(reference.BigExp(a))), func(t []*big.Float, n int) *big.Float {
		sum := new(big.Float).Set(s[n])
		for i := range n + 1 {
			sum.Sub(sum, product(s[i], square(t, n-i)))
		}
		return sum
	})
}

// slopeSeries returns the series of (x·g)′ about a for the series of g.
func slopeSeries(a float64, g []*big.Float) []*big.Float {
	var c []*big.Float
	for n := range len(g) - 1 { // (n + 1) times the coefficient of bⁿ⁺¹ in (a + b)·g
		next := product(number(a), g[n+1])
		next.Add(next, g[n])
		c = append(c, next.Mul(next, number(float64(n+1))))
	}
	return c
}

// product returns the product of its arguments.
func product(a *big.Float, more ...*big.Float) *big.Float {
	p := number(0).Set(a)
	for _, v := range more {
		p.Mul(p, v)
	}
	return p
}

// millsRest returns (R − 1)/s for s = 1/z² and the R in Φ(−z) = φ(z)/z·R, which is a
// continued fraction: R = 1/(1 + s/(1 + 2s/(1 + 3s/(1 + …)))).
func millsRest(s *big.Float) *big.Float {
	r := number(1)
	for n := 400.; n >= 1; n-- { // with 400 terms, the error for s = 1/36 is 2⁻³⁰⁰
		r.Quo(product(number(n), s), r)
		r.Add(r, number(1))
	}
	r.Quo(number(1), r)
	return r.Quo(r.Sub(r, number(1)), s)
}
