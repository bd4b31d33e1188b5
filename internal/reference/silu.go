package reference

import (
	"math"
	"math/big"
)

// siluRoot is u₀ = −1 − W(1/e), the zero of the derivative of u·σ(u).
var siluRoot = newRoot(-1.2784645427610738, func(u *big.Float) *big.Float {
	one := bigNumber(1)
	return one.Add(one, u).Add(one, BigExp(u))
})

// SiLU returns x·σ(β·x), also called swish.
func SiLU(x, beta float64) Value {
	if x == 0 || math.IsInf(x, 0) {
		if x*beta < 0 { // σ is 0, and 0 times infinity counts as 0
			return Value{Hi: math.Copysign(0, x)}
		}
		return FromFloat(x)
	}
	u := FromFloat(beta).Mul(FromFloat(x)) // exact
	e := ExpValue(u.Abs().Neg())
	if u.Hi < 0 {
		return FromFloat(x).Mul(e.Div(one.Add(e)))
	}
	return FromFloat(x).Div(one.Add(e))
}

// SiLUDerivative returns σ(u)·(1 + u·(1 − σ(u))) for u = β·x, the derivative of
// SiLU at x.
//
// For u < 0 it is eᵘ/(1 + eᵘ)²·(1 + u + eᵘ). The last factor is 0 at u₀. So with
// d = u − u₀ it is d + e^u₀·(eᵈ − 1). Both terms have the sign of d, so nothing cancels.
func SiLUDerivative(x, beta float64) Value {
	if math.IsInf(x, 0) {
		if x*beta > 0 {
			return one
		}
		return Value{}
	}
	u := FromFloat(beta).Mul(FromFloat(x))
	if u.Hi != u.Hi {
		return u
	}
	negative := u.Abs().Neg()
	e := ExpValue(negative)
	if e.Hi == 0 { // the formula below would multiply 0 by a huge or infinite u
		if u.Hi < 0 {
			return Value{}
		}
		return one
	}
	d := siluRoot.distance(negative)
	w := one.Add(siluRoot.value).Neg() // e^u₀
	f := d.Add(w.Mul(Expm1Value(d)))
	s := one.Add(e)
	f = f.Mul(e).Div(s.Mul(s))
	if u.Hi > 0 {
		f = one.Sub(f) // f′(u) + f′(−u) = 1
	}
	return f
}

// SiLU32 returns x·σ(β·x).
func SiLU32(x, beta float32) float64 {
	if x == 0 || math.IsInf(float64(x), 0) {
		if x*beta < 0 {
			return math.Copysign(0, float64(x))
		}
		return float64(x)
	}
	u := float64(beta) * float64(x) // exact
	e := math.Exp(-math.Abs(u))
	if u < 0 {
		return float64(x) * (e / (1 + e))
	}
	return float64(x) / (1 + e)
}

// SiLUDerivative32 returns σ(u)·(1 + u·(1 − σ(u))) for u = β·x.
func SiLUDerivative32(x, beta float32) float64 {
	u := float64(beta) * float64(x)
	switch {
	case u > 1000:
		return 1
	case u < -1000:
		return 0
	}
	d := siluRoot.distance32(-math.Abs(u))
	e := math.Exp(-math.Abs(u))
	f := (d - (1+siluRoot.parts[0])*math.Expm1(d)) * (e / ((1 + e) * (1 + e)))
	if u > 0 {
		f = 1 - f
	}
	return f
}
