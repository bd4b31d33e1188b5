package scalar

// A series holds the coefficients of a function around a point a, except the first
// one, f(a):
//
//	f(a+b) = f(a) + m,   m = b·(slope + b·(c[0] + b·(c[1] + …)))
//
// The methods add the terms in pairs, not one after the other. That makes the chain of
// operations for an element shorter, and the loops take a tenth less time. One product
// of some sums is rounded explicitly. Otherwise the compiler could fuse either product,
// and the result could differ from one inlined copy to the next.
type series struct {
	slope float64 // f′(a)
	c     [6]float64
}

// to4 returns m up to the term of b⁴.
func (f *series) to4(b float64) float64 {
	s, c := b*b, &f.c
	return float64(b*f.slope) + s*((c[0]+b*c[1])+s*c[2])
}

// to5 returns m up to the term of b⁵. If m is 0, it has the sign of b.
func (f *series) to5(b float64) float64 {
	s, c := b*b, &f.c
	return b * ((f.slope + b*c[0]) + s*((c[1]+b*c[2])+s*c[3]))
}

// to7 returns m up to the term of b⁷. It adds the small terms first. Then only one
// rounding is of the size of m.
func (f *series) to7(b float64) float64 {
	s, c := b*b, &f.c
	return float64(b*f.slope) + (float64(s*(c[0]+b*c[1])) + s*s*((c[2]+b*c[3])+s*(c[4]+b*c[5])))
}
