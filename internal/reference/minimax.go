package reference

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
)

// fitPrecision is the precision, in bits, in which polynomials are fitted and F
// is called.
const fitPrecision = 320

// A Fit describes the minimax polynomial of F on [A, B]. That is the polynomial
// p(x) = Σ cₖ·x^k, for a given set of exponents k, with the smallest maximum of
// |Weight(x)·(p(x) − F(x))|.
//
// The error curve of this polynomial oscillates between +E and −E. If there are n
// coefficients to choose, it reaches them at n + 1 points. Remez's exchange algorithm
// finds these points: it takes any n + 1 points, and solves for the polynomial whose
// errors have the same size at all of them. Then it exchanges one of them for the point
// with the largest error. It stops if no error is larger than those at the points.
//
// If F is even or odd, fit it on one side of 0 only, or fit F(√s) or F(√s)/√s with
// s = x². On both sides of 0, half of the points would add nothing.
type Fit struct {
	F         func(x *big.Float) *big.Float // called with 320 bits, never at 0
	A, B      float64
	Exponents []int
	Weight    func(x *big.Float) *big.Float // nil for 1/F(x): relative error
	Fixed     map[int]*big.Float            // coefficients given beforehand, by exponent
}

// Powers returns the exponents first … last.
func Powers(first, last int) (exponents []int) {
	for k := first; k <= last; k++ {
		exponents = append(exponents, k)
	}
	return exponents
}

// A Polynomial is the result of a Fit.
type Polynomial struct {
	Exponents    []int
	Coefficients []*big.Float // in the order of Exponents

	// Error is the largest weighted error, measured on a grid that is four times as
	// fine as the grid of the fit.
	Error float64

	// Leveled is the weighted error at the points of the exchange. The error of every
	// polynomial with these exponents, rounded or not, is at least as large. So the fit
	// is good if Error/Leveled is close to 1.
	Leveled float64

	// Points holds the points of the exchange in ascending order. It is empty if all
	// coefficients were fixed.
	Points []float64

	f Fit
}

// Solve returns the polynomial with the smallest error. Its coefficients are not rounded.
func (f Fit) Solve() (*Polynomial, error) {
	p, err := f.exchange(f.sample(gridPoints * (len(f.Exponents) + 1)))
	if err != nil {
		return nil, err
	}
	p.Error = f.sample(4 * gridPoints * (len(f.Exponents) + 1)).worst(p)
	return p, nil
}

// SolveRounded returns a polynomial whose coefficients have the given number of bits: 53 for
// float64, 24 for float32.
//
// It rounds the first coefficient, fits the others again, rounds the second one, and so
// on. So each fit compensates for the coefficients that are already rounded.
func (f Fit) SolveRounded(bits uint) (*Polynomial, error) {
	grid := f.sample(gridPoints * (len(f.Exponents) + 1))
	p, err := f.exchange(grid)
	if err != nil {
		return nil, err
	}
	best := p.Leveled
	fixed := map[int]*big.Float{}
	maps.Copy(fixed, f.Fixed)
	f.Fixed = fixed
	for i, k := range f.Exponents {
		if _, given := f.Fixed[k]; !given {
			c := new(big.Float).SetPrec(bits).Set(p.Coefficients[i])
			fixed[k] = c
			if p, err = f.exchange(grid); err != nil {
				return nil, err
			}
		}
	}
	p.Leveled = best
	p.Error = f.sample(4 * gridPoints * (len(f.Exponents) + 1)).worst(p)
	return p, nil
}

// At returns p(x).
func (p *Polynomial) At(x float64) *big.Float {
	sum, at := number(0), number(x)
	for i, k := range p.Exponents {
		sum.Add(sum, number(0).Mul(p.Coefficients[i], power(at, k)))
	}
	return sum
}

// ErrorAt returns Weight(x)·(p(x) − F(x)), the signed weighted error at x.
func (p *Polynomial) ErrorAt(x float64) float64 {
	w, v := p.f.at(number(x))
	e, _ := w.Mul(w, v.Sub(p.At(x), v)).Float64()
	return e
}

// Float64s returns the coefficients rounded to float64. After SolveRounded(53) that
// does not change them.
func (p *Polynomial) Float64s() []float64 {
	c := make([]float64, len(p.Coefficients))
	for i := range c {
		c[i], _ = p.Coefficients[i].Float64()
	}
	return c
}

// String returns one line for each coefficient, and one for the error, in Go syntax.
func (p *Polynomial) String() string {
	var s strings.Builder
	for i, c := range p.Float64s() {
		fmt.Fprintf(&s, "%x // x^%d\n", c, p.Exponents[i])
	}
	fmt.Fprintf(&s, "// error below 2^%.2f on [%g, %g]\n", math.Log2(p.Error), p.f.A, p.f.B)
	return s.String()
}

// gridPoints is the number of grid points for each extremum of the error curve. Close
// to an extremum the curve looks like cos nθ, and cos(π/2·1/32) is 1 − 0.0012. So
// between the points of the grid the error is at most 0.12 % larger.
const gridPoints = 32

// A grid holds the points at which the error is computed, and what the fit needs there.
type grid struct {
	x    []*big.Float
	f, w []*big.Float   // F and Weight
	t    [][]*big.Float // t[i][k] = (x[i]/unit)^Exponents[k]
	unit *big.Float     // max |x|: the equations for powers of x/unit are better conditioned
	free []int          // indices of the coefficients that are not fixed
}

// sample returns a grid of n points. They are closer together at the ends, as the zeros
// of a Chebyshev polynomial are.
func (f Fit) sample(n int) *grid {
	g := &grid{unit: number(max(math.Abs(f.A), math.Abs(f.B)))}
	for i := range n {
		u := math.Sin(math.Pi / 2 * float64(2*i-n+1) / float64(n-1)) // -1 … 1
		x := f.A + (f.B-f.A)/2*(1+u)
		if i == n-1 {
			x = f.B
		}
		if least := (f.B - f.A) * 0x1p-30; math.Abs(x) < least {
			x = least // F may be 0/0 at 0
			if f.B <= 0 {
				x = -least
			}
		}
		b := number(x)
		w, v := f.at(b)
		scaled, row := number(0).Quo(b, g.unit), []*big.Float(nil)
		for _, k := range f.Exponents {
			row = append(row, power(scaled, k))
		}
		g.x, g.f, g.w, g.t = append(g.x, b), append(g.f, v), append(g.w, w), append(g.t, row)
	}
	return g
}

// at returns |Weight(x)| and F(x).
func (f Fit) at(x *big.Float) (w, v *big.Float) {
	v = number(0).Set(f.F(number(0).Set(x)))
	if f.Weight == nil {
		w = number(1)
		return w.Abs(w.Quo(w, v)), v
	}
	w = number(0).Set(f.Weight(number(0).Set(x)))
	return w.Abs(w), v
}

// residual returns Weight·(F − p) at point i, for scaled coefficients c.
func (g *grid) residual(i int, c []*big.Float) *big.Float {
	r := number(0).Set(g.f[i])
	for k, t := range g.t[i] {
		r.Sub(r, number(0).Mul(t, c[k]))
	}
	return r.Mul(r, g.w[i])
}

// scaled returns the coefficients of p for powers of x/unit.
func (g *grid) scaled(p *Polynomial) []*big.Float {
	c := make([]*big.Float, len(p.Coefficients))
	for i, k := range p.Exponents {
		c[i] = number(0).Mul(p.Coefficients[i], power(g.unit, k))
	}
	return c
}

// worst returns the largest weighted error of p on the grid, in absolute value.
func (g *grid) worst(p *Polynomial) float64 {
	c, worst := g.scaled(p), 0.0
	for i := range g.x {
		e, _ := g.residual(i, c).Float64()
		worst = max(worst, math.Abs(e))
	}
	return worst
}

// exchange finds the best polynomial on the grid.
//
// Take n + 1 points for n free coefficients. Except for a common factor, there is one
// set of multipliers λ with Σ λᵢ·xᵢ^k = 0 for all exponents k. So no choice of
// coefficients changes the sum Σ λᵢ·eᵢ of the errors eᵢ, and they cannot all be small.
// Their maximum is smallest if all have the same size E and the signs of λ. With λ
// scaled to Σ |λᵢ|/wᵢ = 1, E is |Σ λᵢ·F(xᵢ)|.
//
// If another point has a larger error, it becomes one of the n + 1 points. The
// multiplier of the new point then grows from 0, and the others change with it. The
// point whose multiplier reaches 0 first is removed. The signs of the others stay the
// same, and E grows.
//
// This is the dual simplex method for a linear program. It needs no assumption about
// the shape of the error curve. If some coefficients are fixed, that curve may have any
// shape.
func (f Fit) exchange(g *grid) (*Polynomial, error) {
	// Take the fixed coefficients out of F.
	c := make([]*big.Float, len(f.Exponents))
	g.free = g.free[:0]
	for i, k := range f.Exponents {
		if fixed, ok := f.Fixed[k]; ok {
			c[i] = number(0).Mul(fixed, power(g.unit, k))
		} else {
			c[i] = number(0)
			g.free = append(g.free, i)
		}
	}
	n := len(g.free)
	if n == 0 {
		return f.polynomial(g, c), nil
	}
	target := make([]*big.Float, len(g.x)) // F without the fixed part
	for i := range target {
		r := g.residual(i, c)
		target[i] = r.Quo(r, g.w[i])
	}

	// column returns the coefficients of point i with sign s in the n + 1
	// equations for the multipliers' sizes.
	column := func(i, s int) []*big.Float {
		col := make([]*big.Float, n+1)
		for row, k := range g.free {
			col[row] = number(float64(s))
			col[row].Mul(col[row], g.t[i][k])
		}
		col[n] = number(1)
		col[n].Quo(col[n], g.w[i])
		return col
	}

	points, signs := make([]int, n+1), make([]int, n+1)
	matrix := newMatrix(n) // for the first multipliers, of which the last one is −1
	for j := range points {
		points[j] = (2*j + 1) * len(g.x) / (2 * (n + 1))
		signs[j] = 1
		col := column(points[j], 1)
		for row := range n {
			matrix[row] = append(matrix[row], col[row])
		}
	}
	if !solve(matrix) {
		return nil, errors.New("reference: these exponents are not independent on the interval")
	}
	signs[n] = -1
	for j := range n {
		signs[j] = matrix[j][n].Sign() | 1
	}

	for range 100 * (n + 1) {
		// Solve for the coefficients and the leveled error E. At each point,
		// signs·Σ c·t + E/w = signs·target.
		matrix := newMatrix(n + 1)
		for j, i := range points {
			matrix[j] = append(column(i, signs[j]), number(float64(signs[j])))
			matrix[j][n+1].Mul(matrix[j][n+1], target[i])
		}
		if !solve(matrix) {
			return nil, errors.New("reference: the fit is singular")
		}
		leveled := matrix[n][n+1]
		if leveled.Sign() < 0 { // only in the first iteration
			for j := range signs {
				signs[j] = -signs[j]
			}
			leveled.Neg(leveled)
		}
		for row, k := range g.free {
			c[k] = matrix[row][n+1]
		}

		enter, sign, largest := 0, 0, number(0)
		for i := range g.x {
			r := g.residual(i, c)
			if s := r.Sign(); r.Abs(r).Cmp(largest) > 0 {
				enter, sign, largest = i, s, r
			}
		}
		limit := number(1 + 0x1p-20)
		if limit.Mul(limit, leveled); largest.Cmp(limit) <= 0 || largest.MantExp(nil) < -fitPrecision*3/4 {
			p := f.polynomial(g, c)
			p.Leveled, _ = leveled.Float64()
			for _, i := range slices.Sorted(slices.Values(points)) {
				x, _ := g.x[i].Float64()
				p.Points = append(p.Points, x)
			}
			return p, nil
		}

		// Solve for the sizes of the multipliers, and for how fast each of them falls
		// while the multiplier of the new point grows.
		matrix = newMatrix(n + 1)
		for j, i := range points {
			for row, v := range column(i, signs[j]) {
				matrix[row] = append(matrix[row], v)
			}
		}
		for row, v := range column(enter, sign) {
			matrix[row] = append(matrix[row], number(0), v)
		}
		matrix[n][n+1] = number(1)
		if !solve(matrix) {
			return nil, errors.New("reference: the fit is singular")
		}
		leave, least := -1, number(0)
		for j, row := range matrix {
			if row[n+2].Sign() > 0 {
				if ratio := number(0).Quo(row[n+1], row[n+2]); leave < 0 || ratio.Cmp(least) < 0 {
					leave, least = j, ratio
				}
			}
		}
		if leave < 0 {
			return nil, errors.New("reference: the fit is singular")
		}
		points[leave], signs[leave] = enter, sign
	}
	return nil, errors.New("reference: the fit does not converge")
}

// polynomial returns the polynomial with the scaled coefficients c.
func (f Fit) polynomial(g *grid, c []*big.Float) *Polynomial {
	p := &Polynomial{Exponents: f.Exponents, f: f}
	for i, k := range f.Exponents {
		if fixed, ok := f.Fixed[k]; ok {
			p.Coefficients = append(p.Coefficients, fixed)
		} else {
			p.Coefficients = append(p.Coefficients, number(0).Quo(c[i], power(g.unit, k)))
		}
	}
	return p
}

// newMatrix returns a matrix with empty rows.
func newMatrix(rows int) [][]*big.Float { return make([][]*big.Float, rows) }

// solve solves n linear equations by elimination. The first n columns of the matrix are
// the left side. Each further column is a right side, and is replaced by its solution.
// solve reports whether there is a solution.
func solve(m [][]*big.Float) bool {
	for k := range m {
		pivot := k
		for i := k + 1; i < len(m); i++ {
			if number(0).Abs(m[i][k]).Cmp(number(0).Abs(m[pivot][k])) > 0 {
				pivot = i
			}
		}
		if m[pivot][k].Sign() == 0 {
			return false
		}
		m[k], m[pivot] = m[pivot], m[k]
		for j := len(m[k]) - 1; j >= k; j-- {
			m[k][j] = number(0).Quo(m[k][j], m[k][k])
		}
		for i := range m {
			if i == k || m[i][k].Sign() == 0 {
				continue
			}
			for j := len(m[i]) - 1; j >= k; j-- {
				m[i][j] = number(0).Sub(m[i][j], number(0).Mul(m[i][k], m[k][j]))
			}
		}
	}
	return true
}

// number returns x with the precision of fits.
func number(x float64) *big.Float { return new(big.Float).SetPrec(fitPrecision).SetFloat64(x) }

// power returns x^k for k ≥ 0.
func power(x *big.Float, k int) *big.Float {
	y := number(1)
	for range k {
		y.Mul(y, x)
	}
	return y
}
