package reference

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// bigRow holds the results for one row from the plain formulas in math/big. With 1800
// bits, they need no care against cancellation.
type bigRow struct{ softmax, log, dSoftmax, dLog []*big.Float }

func bigSoftmax(x, g []float64, temperature float64) (row bigRow) {
	wide := func(v float64) *big.Float { return new(big.Float).SetPrec(1800).SetFloat64(v) }
	sum, sumG, sumGY := wide(0), wide(0), wide(0)
	largest := x[0]
	for _, v := range x {
		largest = max(largest, v)
	}
	var z []*big.Float
	for i, v := range x {
		d := wide(v)
		z = append(z, d.Quo(d.Sub(d, wide(largest)), wide(temperature)))
		row.softmax = append(row.softmax, BigExp(z[i]))
		sum.Add(sum, row.softmax[i])
	}
	for i, y := range row.softmax {
		y.Quo(y, sum)
		sumG.Add(sumG, wide(g[i]))
		sumGY.Add(sumGY, wide(0).Mul(wide(g[i]), y))
	}
	for i, y := range row.softmax {
		row.log = append(row.log, wide(0).Sub(z[i], BigLog(sum)))
		d := wide(g[i])
		d.Mul(d.Sub(d, sumGY), y)
		row.dSoftmax = append(row.dSoftmax, d.Quo(d, wide(temperature)))
		d = wide(g[i])
		d.Sub(d, wide(0).Mul(sumG, y))
		row.dLog = append(row.dLog, d.Quo(d, wide(temperature)))
	}
	return row
}

func TestSoftmax(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	type row struct {
		x, g        []float64
		temperature float64
	}
	rows := []row{
		{[]float64{0}, []float64{3}, 1},
		{[]float64{40, 0}, []float64{1, 0}, 1},
		{[]float64{37.43, 0}, []float64{1, 0}, 1},
		{[]float64{-700, 0}, []float64{0.1, 0.3}, 1},
		{[]float64{0, -1000, -2000}, []float64{1, 2, 4}, 1},
		{[]float64{5, 5, 5}, []float64{1, 0, 0}, 1},
		{[]float64{0.1, 0.1 + 0x1p-56, -1e-300, 1e-300}, []float64{1, 2, 3, 4}, 0.7},
		{[]float64{1e16, 1e16 - 2, -0.3}, []float64{1, 1e-10, 1}, 3e13},
		{[]float64{1.7e308, -1.7e308}, []float64{1, -1}, 1e306},
	}
	for range 60 {
		n := 1 + r.IntN(8)
		next := row{temperature: math.Exp(r.NormFloat64())}
		spread := math.Exp(4 * r.NormFloat64())
		for range n {
			next.x = append(next.x, math.Max(-500, math.Min(500, spread*r.NormFloat64())))
			next.g = append(next.g, r.NormFloat64())
		}
		rows = append(rows, next)
	}
	for _, row := range rows {
		want := bigSoftmax(row.x, row.g, row.temperature)
		check := func(name string, got []Value, want, scale []*big.Float, limit float64) {
			t.Helper()
			for i := range got {
				normal(t, name, got[i])
				d := new(big.Float).SetPrec(1800).Sub(got[i].Big(), want[i])
				if d.Abs(d).Cmp(number(limit).Mul(number(limit), scale[i])) > 0 {
					t.Errorf("%s(%v, g = %v, τ = %v)[%d] = %v, want %.32g", name, row.x, row.g, row.temperature, i, got[i], want[i])
				}
			}
		}
		abs := func(v []*big.Float) (a []*big.Float) {
			for _, v := range v {
				a = append(a, new(big.Float).Abs(v))
			}
			return a
		}
		check("Softmax", Softmax(row.x, row.temperature), want.softmax, abs(want.softmax), 0x1p-92)
		check("LogSoftmax", LogSoftmax(row.x, row.temperature), want.log, abs(want.log), 0x1p-96)

		// The derivatives are sums. Their errors are relative to the sum of the absolute
		// values of the terms.
		var sizes, logSizes []*big.Float
		for i, yi := range want.softmax {
			size, logSize := number(0), number(0)
			for j, yj := range want.softmax {
				d := number(row.g[i] - row.g[j])
				d.Mul(d.Abs(d), number(0).Mul(yi, yj))
				size.Add(size, d)
				if j != i {
					u, v := number(math.Abs(row.g[i])), number(math.Abs(row.g[j]))
					logSize.Add(logSize, u.Mul(u, yj))
					logSize.Add(logSize, v.Mul(v, yi))
				}
			}
			tau := number(row.temperature)
			sizes, logSizes = append(sizes, size.Quo(size, tau)), append(logSizes, logSize.Quo(logSize, tau))
		}
		check("SoftmaxDerivative", SoftmaxDerivative(row.x, row.g, row.temperature), want.dSoftmax, sizes, 0x1p-90)
		check("LogSoftmaxDerivative", LogSoftmaxDerivative(row.x, row.g, row.temperature), want.dLog, logSizes, 0x1p-90)
	}
}

func TestSoftmaxSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ x, want, log []float64 }{
		{nil, nil, nil},
		{[]float64{7}, []float64{1}, []float64{0}},
		{[]float64{-inf, 2}, []float64{0, 1}, []float64{-inf, 0}},
		{[]float64{2, -inf, 2}, []float64{0.5, 0, 0.5}, []float64{-math.Ln2, -inf, -math.Ln2}},
		{[]float64{1e300, -1e300}, []float64{1, 0}, []float64{0, -2e300}},
		{[]float64{40, 0}, []float64{1, 4.248354255291589e-18}, []float64{-4.248354255291589e-18, -40}},
		{[]float64{1, nan, 2}, []float64{nan, nan, nan}, []float64{nan, nan, nan}},
		{[]float64{inf, nan}, []float64{nan, nan}, []float64{nan, nan}},
		{[]float64{1, inf, -inf}, []float64{nan, nan, nan}, []float64{nan, nan, nan}},
		{[]float64{-inf, -inf}, []float64{nan, nan}, []float64{nan, nan}},
		{[]float64{-inf}, []float64{nan}, []float64{nan}},
	} {
		y, l := Softmax(c.x, 0), LogSoftmax(c.x, 1)
		d, dl := SoftmaxDerivative(c.x, nil, 1), LogSoftmaxDerivative(c.x, nil, 1)
		for i := range c.x {
			if got := y[i].Float64(); ULP64(got, FromFloat(c.want[i])) > 0 {
				t.Errorf("Softmax(%v)[%d] = %v, want %v", c.x, i, got, c.want[i])
			}
			if got := l[i].Float64(); ULP64(got, FromFloat(c.log[i])) > 0 {
				t.Errorf("LogSoftmax(%v)[%d] = %v, want %v", c.x, i, got, c.log[i])
			}
			if got := d[i].Float64(); math.IsNaN(got) != math.IsNaN(c.want[i]) || got != 0 && got == got {
				t.Errorf("SoftmaxDerivative(%v, nil)[%d] = %v, want 0 or NaN", c.x, i, got)
			}
			if got := dl[i].Float64(); math.IsNaN(got) != math.IsNaN(c.want[i]) {
				t.Errorf("LogSoftmaxDerivative(%v, nil)[%d] = %v", c.x, i, got)
			}
		}
		if len(y) != len(c.x) || len(l) != len(c.x) {
			t.Errorf("Softmax(%v) has %d entries, LogSoftmax %d", c.x, len(y), len(l))
		}
	}
	// Both derivatives are ± a tiny probability.
	d := SoftmaxDerivative([]float64{37.43, 0}, []float64{1, 0}, 1)
	if p := SigmoidDerivative(37.43).Float64(); d[0].Float64() != p || d[1].Float64() != -p {
		t.Errorf("SoftmaxDerivative([37.43, 0], [1, 0]) = %v, want ±%v", d, p)
	}
}

// TestTemperatureZero checks that a temperature of 0 means 1.
func TestTemperatureZero(t *testing.T) {
	x, g := []float64{1, 2, -3}, []float64{1, -1, 0.5}
	for name, f := range map[string]func(temperature float64) []Value{
		"Softmax":              func(temperature float64) []Value { return Softmax(x, temperature) },
		"LogSoftmax":           func(temperature float64) []Value { return LogSoftmax(x, temperature) },
		"SoftmaxDerivative":    func(temperature float64) []Value { return SoftmaxDerivative(x, g, temperature) },
		"LogSoftmaxDerivative": func(temperature float64) []Value { return LogSoftmaxDerivative(x, g, temperature) },
	} {
		if got, want := f(0), f(1); !slices.Equal(got, want) {
			t.Errorf("%s with temperature 0 = %v, want %v", name, got, want)
		}
	}
}
