package reference

import (
	"math"
	"math/big"
	"sync"
)

// GELU returns x·Φ(x) for the normal distribution Φ. For x below −40 it is less than
// 2^-1150, and GELU returns −0.
func GELU(x float64) Value {
	z := math.Abs(x)
	switch {
	case x != x || x == 0 || x > normalLimit:
		return FromFloat(x) // for x > 40 the error is below x·2^-1150
	case x < -normalLimit:
		return Value{Hi: math.Copysign(0, -1)}
	}
	tail := normalDecay(z).Mul(tables().at(z).mills(z))
	if x > 0 {
		tail = one.Sub(tail)
	}
	return FromFloat(x).Mul(tail)
}

// GELUDerivative returns Φ(x) + x·φ(x), the derivative of GELU at x. It returns 0 for x
// below −40 and 1 for x above 40.
//
// For x = −z the derivative is e^(−z²/2)·(M(z) − z/√(2π)). normalTable explains M.
// Close to the zero of the bracket, the bracket is a series around that zero.
func GELUDerivative(x float64) Value {
	z := math.Abs(x)
	switch {
	case x != x:
		return FromFloat(x)
	case x > normalLimit:
		return one
	case x < -normalLimit:
		return Value{}
	}
	d := normalDecay(z).Mul(tables().bracket(z))
	if x > 0 {
		d = one.Sub(d) // f′(x) + f′(−x) = 1
	}
	return d
}

// GELU32 returns x·Φ(x).
func GELU32(x float32) float64 {
	u, z := float64(x), math.Abs(float64(x))
	switch {
	case u != u || u > normalLimit:
		return u
	case u < -normalLimit:
		return math.Copysign(0, -1)
	}
	tail := math.Exp(-z*z/2) * tables().at(z).mills32(z) // z·z is exact
	if u > 0 {
		tail = 1 - tail
	}
	return u * tail
}

// GELUDerivative32 returns Φ(x) + x·φ(x).
func GELUDerivative32(x float32) float64 {
	u, z := float64(x), math.Abs(float64(x))
	switch {
	case u != u:
		return u
	case u > normalLimit:
		return 1
	case u < -normalLimit:
		return 0
	}
	d := math.Exp(-z*z/2) * tables().bracket32(z)
	if u > 0 {
		return 1 - d
	}
	return d
}

// normalDecay returns e^(−z²/2).
func normalDecay(z float64) Value {
	v := FromFloat(z)
	return ExpValue(v.Mul(v).Scale(-1).Neg()) // z² has 106 bits, so it is exact
}

// The function M(z) = Φ(−z)·e^(z²/2) is the Mills ratio divided by √(2π). It falls
// slowly, from ½ at z = 0 to 0.01 at z = 40. normalTable holds its Taylor series around
// the points a of a grid, M(a + b) = Σ cₙ·bⁿ. Because M′ = z·M − 1/√(2π),
//
//	c₁ = a·c₀ − 1/√(2π),   cₙ₊₁ = (a·cₙ + cₙ₋₁)/(n + 1)
//
// For |b| ≤ 1/16, the relative error of 22 terms is below 2^-110, and that of 12 terms is
// below 2^-53.
const (
	normalLimit = 40
	normalSteps = 8 // points of the grid for each unit of z
	normalTerms = 22
)

// A normalEntry is the series of M around a point a.
type normalEntry struct {
	a [3]float64 // the sum of three floats
	c [normalTerms]dd
	// The first two coefficients of M(a + b) − (a + b)/√(2π).
	bracket [2]dd
}

// A normalTable holds the entries of the grid, and one more around the zero of GELU′.
type normalTable struct {
	grid [normalLimit*normalSteps + 1]normalEntry
	root normalEntry // a is the zero of M(z) − z/√(2π)
}

// tables returns the table of M. The first call computes it.
var tables = sync.OnceValue(func() *normalTable {
	// Cancellation in the recurrence loses up to 370 bits for a = 40.
	const precision, terms = 1000, 60
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }
	density := BigNormalDensity(number(0))
	series := func(a, m *big.Float) []*big.Float {
		c := []*big.Float{m, number(0)}
		c[1].Sub(c[1].Mul(a, m), density)
		for n := 1; n < terms; n++ {
			next := number(0)
			next.Add(next.Mul(a, c[n]), c[n-1])
			c = append(c, next.Quo(next, number(float64(n+1))))
		}
		return c
	}
	sum := func(c []*big.Float, b *big.Float) *big.Float {
		s := number(0)
		for i := len(c) - 1; i >= 0; i-- {
			s.Add(s.Mul(s, b), c[i])
		}
		return s
	}
	entry := func(a *big.Float, c []*big.Float) (e normalEntry) {
		e.a = bigParts(a)
		for i := range e.c {
			e.c[i] = bigSplit(c[i])
		}
		b := number(0).Sub(c[0], number(0).Mul(a, density))
		e.bracket[0] = bigSplit(b)
		e.bracket[1] = bigSplit(b.Sub(c[1], density))
		return e
	}

	// From 40 down, each point comes from the one before, and the error of M shrinks.
	t := new(normalTable)
	m := BigNormal(number(-normalLimit))
	m.Mul(m, BigExp(number(normalLimit*normalLimit/2)))
	var rootSeries []*big.Float
	for i := len(t.grid) - 1; i >= 0; i-- {
		a := number(float64(i) / normalSteps)
		c := series(a, m)
		t.grid[i] = entry(a, c)
		if i == 6 { // a = 0.75, next to the root
			rootSeries = c
		}
		m = sum(c, number(-1./normalSteps))
	}

	// Newton's method for M(z) = z/√(2π), with M′ − 1/√(2π) = z·M − 2/√(2π).
	start, z := number(0.75), number(0.75)
	for range 12 {
		m = sum(rootSeries, number(0).Sub(z, start))
		f := number(0).Sub(m, number(0).Mul(z, density))
		slope := number(0).Mul(z, m)
		slope.Sub(slope.Sub(slope, density), density)
		z.Sub(z, f.Quo(f, slope))
	}
	t.root = entry(z, series(z, number(0).Mul(z, density)))
	t.root.bracket[0] = dd{}
	return t
})

// at returns the entry next to z ≥ 0.
func (t *normalTable) at(z float64) *normalEntry {
	return &t.grid[int(math.RoundToEven(z*normalSteps))]
}

// near returns the entry for the bracket M(z) − z/√(2π): that of its zero if z is close
// to it.
func (t *normalTable) near(z float64) *normalEntry {
	if math.Abs(z-t.root.a[0]) < 1./16 {
		return &t.root
	}
	return t.at(z)
}

// distance returns z − a. The first difference, z − a[0], is exact.
func (e *normalEntry) distance(z float64) dd {
	return twoSum(z-e.a[0], -e.a[1]).add(dd{-e.a[2], 0})
}

// distance32 returns z − a for a float32.
func (e *normalEntry) distance32(z float64) float64 { return (z - e.a[0]) - e.a[1] }

// mills returns M(z).
func (e *normalEntry) mills(z float64) Value {
	b := e.distance(z)
	return normalise(e.c[0].add(e.tail(b, e.c[1])), 0)
}

// bracket returns M(z) − z/√(2π).
func (t *normalTable) bracket(z float64) Value {
	e := t.near(z)
	b := e.distance(z)
	return normalise(e.bracket[0].add(e.tail(b, e.bracket[1])), 0)
}

// tail returns slope·b + c₂·b² + …
func (e *normalEntry) tail(b, slope dd) dd {
	s := e.c[normalTerms-1]
	for i := normalTerms - 2; i >= 2; i-- {
		s = s.mul(b).add(e.c[i])
	}
	return s.mul(b).add(slope).mul(b)
}

// mills32, bracket32 and tail32 do the same in float64, for a z that is a float32.

func (e *normalEntry) mills32(z float64) float64 {
	b := e.distance32(z)
	return e.c[0].hi + (e.c[0].lo + e.tail32(b, e.c[1].hi))
}

func (t *normalTable) bracket32(z float64) float64 {
	e := t.near(z)
	b := e.distance32(z)
	return e.bracket[0].hi + (e.bracket[0].lo + e.tail32(b, e.bracket[1].hi))
}

func (e *normalEntry) tail32(b, slope float64) float64 {
	s := e.c[11].hi
	for i := 10; i >= 2; i-- {
		s = s*b + e.c[i].hi
	}
	return b * (slope + b*s)
}
