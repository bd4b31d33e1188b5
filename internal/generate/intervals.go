package main

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"example.com/activation/internal/reference"
)

// intervals writes the tables of the SIMD loops that take the coefficients of a polynomial
// by the interval of each lane. A vector holds an entry for each of eight intervals, twice.
// gelu_loops.go explains them.
func intervals(b *bytes.Buffer) error {
	quarter := reference.BigLog(number(2)) // (ln 2)/4
	quarter.SetMantExp(quarter, -2)
	geluBorders := [9]float64{0, 0.5, 1, 2, 3, 5, 7, 11, 14.625}
	z1 := geluRoot()
	linear, cubic := geluTanhCoefficients()
	z2 := geluTanhRoot(linear, cubic)
	var tanhSlopeBorders [9]float64
	for i, v := range []float64{1.875, 2, 2.5, 3, 3.5, 4, 5, 6, 7} {
		tanhSlopeBorders[i] = (v - 1.875) / 0.465
	}

	for _, t := range []struct {
		name, doc string
		points    [8]float64 // a
		borders   [9]float64
		first     int                           // the interval with number 0
		f         func(z *big.Float) *big.Float // L
	}{
		{"geluPieces", "2·log(Φ(−z)) + z²", [8]float64{0.125, 0.75, 1.5, 2.5, 4, 6, 9, 12.75}, geluBorders, 0, logMills},
		{"geluSlopePieces", "2·log(−f′(−z)/(z − z₁)) + z² for f = x·Φ(x)", [8]float64{0, 0.75, 1.5, 2.5, 4, 6, 9, 12.75}, geluBorders, 0, logSlope(z1)},
		{
			"geluTanhPieces", "−2·log(1 + e⁻ᵛ)", [8]float64{0, 0.75, 1.5, 2.25, 3, 3.75, 4.5, 5.25},
			[9]float64{0, 0.375, 1.125, 1.875, 2.625, 3.375, 4.125, 4.875, 5.625}, 0, logLogistic(linear, cubic),
		},
		{
			"geluTanhSlopePieces", "2·log(−f′(−z)/(z − z₂)) + 2v for f = x·σ(v)", [8]float64{0, 0.6875, 1.875, 2.9375, 4, 5.625, 7.75, 9.9375},
			tanhSlopeBorders, 1, logTanhSlope(linear, cubic, z2),
		},
	} {
		const terms = 8
		columns, largest := make([][]float64, 2+terms), 0.0
		for j := range t.points {
			i := (j + t.first) % 8
			a, low, high := t.points[i], t.borders[i], t.borders[i+1]
			value, _ := t.f(number(a)).Float64()
			n := math.Round(value / (math.Ln2 / 4))
			polynomial, err := reference.Fit{
				F: func(b *big.Float) *big.Float {
					// 64 bits are enough, and take a third of the time of 320.
					y := t.f(new(big.Float).SetPrec(64).Add(number(a), b))
					return y.Sub(y, product(number(n), quarter))
				},
				A: low - a, B: high - a, Exponents: reference.Powers(0, 7),
				Weight: func(*big.Float) *big.Float { return number(0.5) },
			}.SolveRounded(24)
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			for j, v := range append([]float64{a, n}, polynomial.Float64s()...) {
				columns[j] = append(columns[j], v)
			}
			largest = max(largest, polynomial.Error)
		}
		fmt.Fprintf(b, "// %s is L(z) = %s,\n// for eight intervals with the borders %s.\n// The error of L/2 is below 2^%.1f.\n",
			t.name, t.doc, numbers(t.borders[:]), math.Log2(largest))
		fmt.Fprintf(b, "var %s = intervals{\n[maxLanes32]float32%s[maxLanes32]float32%s[...][maxLanes32]float32{\n%s},\n}\n\n",
			t.name, rows(columns[0]), rows(columns[1]), rows(columns[2:]...))
	}

	fmt.Fprintf(b, "// z₁, z₂, and the coefficients of 2v = 4√(2/π)·(z + 0.044715·z³), as sums.\nconst (\n")
	for _, c := range []struct {
		name string
		bits uint
		x    *big.Float
	}{
		{"geluRoot", 24, z1},
		{"geluTanhRoot", 24, z2},
		{"geluTanhLinear", 20, product(linear, number(2))},
		{"geluTanhCubic", 24, product(cubic, number(2))},
	} {
		high, low := splitAt(c.x, c.bits)
		fmt.Fprintf(b, "%s = %s\n%sLow = %s\n", c.name, hex(high), c.name, hex(low))
	}
	b.WriteString(")\n\n")

	var values, rests []float64
	for i := range 8 {
		exact := reference.BigExp(product(number(float64(i)/2), quarter))
		value, _ := exact.Float32()
		rest := new(big.Float).Sub(exact, number(float64(value)))
		f, _ := rest.Quo(rest, exact).Float64()
		bits := math.Float32bits(value) + 32<<23 - uint32(i)<<20
		values, rests = append(values, float64(math.Float32frombits(bits))), append(rests, f)
	}
	fmt.Fprintf(b, "// exp2Eighths is 2^(i/8) for i = 0, …, 7: the bits of the nearest float32 times 2³²,\n// minus i<<20, and the rounding error as a fraction of 2^(i/8).\nvar exp2Eighths = struct{ value, rest [maxLanes32]float32 }{\n[maxLanes32]float32%s[maxLanes32]float32%s}\n\n", rows(values), rows(rests))
	return nil
}

// numbers formats numbers with up to five digits.
func numbers(s []float64) string {
	var text []string
	for _, v := range s {
		text = append(text, strconv.FormatFloat(v, 'g', 5, 64))
	}
	return strings.Join(text, " ")
}

// rows formats each vector of eight entries, twice.
func rows(vectors ...[]float64) string {
	var s strings.Builder
	for _, v := range vectors {
		s.WriteString("{")
		for _, f := range append(v, v...) {
			s.WriteString(hex(float64(float32(f))) + ", ")
		}
		s.WriteString("},\n")
	}
	return s.String()
}

// logMills returns 2·log(Φ(−z)) + z².
func logMills(z *big.Float) *big.Float {
	y := reference.BigLog(reference.BigNormal(new(big.Float).Neg(z)))
	return y.Add(y.Add(y, y), new(big.Float).Mul(z, z))
}

// slope returns −f′(−z) for f = x·Φ(x): z·φ(z) − Φ(−z).
func slope(z *big.Float) *big.Float {
	y := product(reference.BigNormalDensity(z), z)
	return y.Sub(y, reference.BigNormal(new(big.Float).Neg(z)))
}

// geluRoot returns z₁, the zero of slope, by Newton's method: its derivative is (2 − z²)·φ.
func geluRoot() *big.Float {
	z := number(0.75)
	for range 10 {
		d := reference.BigNormalDensity(z)
		d.Mul(d, new(big.Float).Sub(number(2), product(z, z)))
		z.Sub(z, d.Quo(slope(z), d))
	}
	return z
}

// logSlope returns the function 2·log(slope/(z − z₁)) + z².
func logSlope(z1 *big.Float) func(z *big.Float) *big.Float {
	return func(z *big.Float) *big.Float {
		y := slope(z)
		y = reference.BigLog(y.Quo(y, new(big.Float).Sub(z, z1)))
		return y.Add(y.Add(y, y), product(z, z))
	}
}

// logLogistic returns the function −2·log(1 + e⁻ᵛ) for v = linear·z + cubic·z³.
func logLogistic(linear, cubic *big.Float) func(z *big.Float) *big.Float {
	return func(z *big.Float) *big.Float {
		v := product(z, new(big.Float).Add(product(cubic, z, z), linear))
		y := reference.BigLog1p(reference.BigExp(v.Neg(v).SetPrec(z.Prec())))
		return y.Neg(y.Add(y, y))
	}
}

// tanhSlope returns the derivative of x·σ(v) at −z, divided by −e⁻ᵛ/(1 + e⁻ᵛ)², and e⁻ᵛ:
// z·v′ − 1 − e⁻ᵛ for v = linear·z + cubic·z³.
func tanhSlope(linear, cubic, z *big.Float) (y, e *big.Float) {
	cube := product(cubic, z, z)
	v := product(z, new(big.Float).Add(cube, linear))
	e = reference.BigExp(v.Neg(v).SetPrec(z.Prec()))
	y = product(z, cube.Add(product(number(3), cube), linear))
	return y.Sub(y.Sub(y, number(1)), e), e
}

// geluTanhRoot returns z₂, the zero of tanhSlope, by Newton's method: its derivative is
// v′·(1 + e⁻ᵛ) + z·v″.
func geluTanhRoot(linear, cubic *big.Float) *big.Float {
	z := number(0.75)
	for range 10 {
		y, e := tanhSlope(linear, cubic, z)
		d := product(number(3), cubic, z, z)
		d.Add(d, linear)
		d.Mul(d, e.Add(e, number(1)))
		z.Sub(z, y.Quo(y, d.Add(d, product(number(6), cubic, z, z))))
	}
	return z
}

// logTanhSlope returns the function 2·log(slope·eᵛ/(z − z₂)), for the slope −f′(−z).
func logTanhSlope(linear, cubic, z2 *big.Float) func(z *big.Float) *big.Float {
	return func(z *big.Float) *big.Float {
		y, e := tanhSlope(linear, cubic, z)
		e.Add(e, number(1))
		y.Quo(y, new(big.Float).Sub(z, z2))
		y = reference.BigLog(y.Quo(y, e.Mul(e, e)))
		return y.Add(y, y)
	}
}

// halfGrowth returns (e^(r/2) − 1)/r.
func halfGrowth(r *big.Float) *big.Float {
	y := reference.BigExpm1(new(big.Float).SetMantExp(r, -1))
	return y.Quo(y, r)
}

// halfWeight returns the relative error of e^(r/2) for an error of 1 in halfGrowth.
func halfWeight(r *big.Float) *big.Float {
	return new(big.Float).Quo(r, reference.BigExp(new(big.Float).SetMantExp(r, -1)))
}
