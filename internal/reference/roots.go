package reference

import "math/big"

// A root is a zero x₀ of a derivative. Close to x₀, a formula is accurate only if it
// has x − x₀ as a factor. For an accurate difference, x₀ needs more bits than a Value
// has. So it is the sum of three floats, which together have 159 bits.
type root struct {
	parts [3]float64
	value Value
}

// rootPrecision is the precision, in bits, in which roots are computed.
const rootPrecision = 320

// newRoot returns the zero of f closest to start.
func newRoot(start float64, f func(x *big.Float) *big.Float) root {
	x := bigNumber(start)
	h := bigNumber(0x1p-160)
	for range 6 { // Newton's method, with a difference quotient for f′
		y := f(x)
		slope := bigNumber(0).Add(x, h)
		slope.Quo(slope.Sub(f(slope), y), h)
		x.Sub(x, y.Quo(y, slope))
	}
	return root{bigParts(x), FromBig(x)}
}

// distance returns u − x₀.
func (r *root) distance(u Value) Value {
	for _, part := range r.parts {
		u = u.Sub(FromFloat(part))
	}
	return u
}

// distance32 returns u − x₀ for a u that is a float32 or a product of two.
func (r *root) distance32(u float64) float64 { return (u - r.parts[0]) - r.parts[1] }

// bigNumber returns x with the precision of roots.
func bigNumber(x float64) *big.Float { return new(big.Float).SetPrec(rootPrecision).SetFloat64(x) }

// bigParts returns x as the sum of three floats.
func bigParts(x *big.Float) (parts [3]float64) {
	rest := new(big.Float).Set(x)
	for i := range parts {
		parts[i], _ = rest.Float64()
		rest.Sub(rest, big.NewFloat(parts[i]))
	}
	return parts
}

// bigSplit returns x as the sum of two floats.
func bigSplit(x *big.Float) dd {
	hi, _ := x.Float64()
	lo, _ := new(big.Float).Sub(x, big.NewFloat(hi)).Float64()
	return dd{hi, lo}
}
