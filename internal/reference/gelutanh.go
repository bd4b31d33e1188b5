package reference

import (
	"math"
	"math/big"
)

// GELUTanh is x·σ(v) with
//
//	v = 2√(2/π)·(x + 0.044715·x³) = x·(k₀ + k₁·x²)
//
// geluTanh holds constants for it. k₀ and k₁ come from the exact √(2/π) and 0.044715, not
// from rounded ones.
var geluTanh = func() (c struct {
	k0, k1 Value
	root   root  // x₀, the zero of f′
	v, exp Value // v and eᵛ at x₀
}) {
	k0 := BigPi(rootPrecision)
	k0.Sqrt(k0.Quo(bigNumber(8), k0))
	k1 := bigNumber(44715)
	k1.Mul(k0, k1.Quo(k1, bigNumber(1e6)))
	c.k0, c.k1 = FromBig(k0), FromBig(k1)
	// f′·(1 + eᵛ)²/eᵛ = 1 + eᵛ + x·v′
	c.root = newRoot(-0.7524614220710163, func(x *big.Float) *big.Float {
		s := bigNumber(0).Mul(x, x)
		s.Mul(s, k1)
		v := bigNumber(0).Add(s, k0)
		e := BigExp(v.Mul(v, x))
		s.Add(s.Mul(s, bigNumber(3)), k0)
		return e.Add(e.Add(e, s.Mul(s, x)), bigNumber(1))
	})
	x := c.root.value
	c.v = x.Mul(c.k0.Add(c.k1.Mul(x.Mul(x))))
	c.exp = ExpValue(c.v)
	return c
}()

// GELUTanh returns x·σ(v), which is x·(1 + tanh(v/2))/2. For x below −100 it is less than
// 2^-100000, and GELUTanh returns −0.
func GELUTanh(x float64) Value {
	switch {
	case x != x || x == 0 || x > 100:
		return FromFloat(x)
	case x < -100:
		return Value{Hi: math.Copysign(0, -1)}
	}
	u := FromFloat(x)
	e := geluTanhExp(u)
	if x > 0 {
		return u.Div(one.Add(e))
	}
	return u.Mul(e.Div(one.Add(e)))
}

// geluTanhExp returns e^−|v|.
func geluTanhExp(u Value) Value {
	v := u.Mul(geluTanh.k0.Add(geluTanh.k1.Mul(u.Mul(u))))
	return ExpValue(v.Abs().Neg())
}

// GELUTanhDerivative returns σ(v) + x·v′·σ(v)·σ(−v), the derivative of GELUTanh at x. It
// returns 0 for x below −100 and 1 for x above 100.
//
// For x < 0 the derivative is eᵛ/(1 + eᵛ)² times 1 + eᵛ + x·v′. The second factor is 0 at
// x₀. Subtracting its value there gives
//
//	e^v₀·(e^(v−v₀) − 1) + (x·v′ − x₀·v₀′)
//
// With d = x − x₀ and q = x² + x·x₀ + x₀², the differences are v − v₀ = d·(k₀ + k₁·q) and
// x·v′ − x₀·v₀′ = d·(k₀ + 3k₁·q). Both have the sign of d, so nothing cancels.
func GELUTanhDerivative(x float64) Value {
	switch {
	case x != x:
		return FromFloat(x)
	case x > 100:
		return one
	case x < -100:
		return Value{}
	}
	c := &geluTanh
	u, x0 := FromFloat(-math.Abs(x)), c.root.value
	d := c.root.distance(u)
	q := c.k1.Mul(u.Mul(u).Add(u.Mul(x0)).Add(x0.Mul(x0)))
	f := c.exp.Mul(Expm1Value(d.Mul(c.k0.Add(q))))
	f = f.Add(d.Mul(c.k0.Add(three.Mul(q))))
	e := geluTanhExp(u)
	s := one.Add(e)
	f = f.Mul(e).Div(s.Mul(s))
	if x > 0 {
		f = one.Sub(f) // f′(x) + f′(−x) = 1
	}
	return f
}

// GELUTanh32 returns x·σ(v).
func GELUTanh32(x float32) float64 {
	u := float64(x)
	switch {
	case u != u || u > 100:
		return u
	case u < -100:
		return math.Copysign(0, -1)
	}
	e := geluTanhExp32(math.Abs(u))
	if u > 0 {
		return u / (1 + e)
	}
	return u * (e / (1 + e))
}

// geluTanhExp32 returns e^−v for a z ≥ 0 that is a float32. A relative error of v is
// multiplied by v, so v is a double-double.
func geluTanhExp32(z float64) float64 {
	k0, k1 := geluTanh.k0, geluTanh.k1.Scale(4) // k₁ is 1.1…/16
	v := dd{k1.Hi, k1.Lo}.mul(dd{z * z / 16, 0}).add(dd{k0.Hi, k0.Lo}).mul(dd{z, 0})
	e := math.Exp(-v.hi)
	return e - e*v.lo
}

// GELUTanhDerivative32 returns σ(v) + x·v′·σ(v)·σ(−v).
func GELUTanhDerivative32(x float32) float64 {
	switch {
	case x != x:
		return float64(x)
	case x > 100:
		return 1
	case x < -100:
		return 0
	}
	c := &geluTanh
	k0, k1 := c.k0.Hi, math.Ldexp(c.k1.Hi, c.k1.Exp)
	u, x0 := -math.Abs(float64(x)), c.root.parts[0]
	d := c.root.distance32(u)
	q := k1 * (u*u + u*x0 + x0*x0)
	f := math.Ldexp(c.exp.Hi, c.exp.Exp)*math.Expm1(d*(k0+q)) + d*(k0+3*q)
	e := geluTanhExp32(-u)
	f *= e / ((1 + e) * (1 + e))
	if x > 0 {
		f = 1 - f
	}
	return f
}
