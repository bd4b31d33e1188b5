package scalar

// A series holds the coefficients of a function about a point a, but for the
// first:
//
//	f(a+b) = f(a) + m,   m = b·(slope + b·(c[0] + b·(c[1] + …)))
//
// The terms are added in pairs, not one after the other: what limits the loops is
// how long an element waits for its own operations, and it takes a tenth less. If a
// compiler may fuse either of two products with their sum, one is rounded explicitly: so
// the result is the same wherever these methods are inlined.
type series struct {
	slope float64 // f′(a)
	c     [6]float64
}

// to4 returns m up to the term of b⁴.
func (f *series) to4(b float64) float64 {
	s, c := b*b, &f.c
	return float64(b*f.slope) + s*((c[0]+b*c[1])+s*c[2])
}

// to5 returns m up to the term of b⁵, with the sign of b where m is 0.
func (f *series) to5(b float64) float64 {
	s, c := b*b, &f.c
	return b * ((f.slope + b*c[0]) + s*((c[1]+b*c[2])+s*c[3]))
}

// to7 returns m up to the term of b⁷. The small terms come together first, so
// that there is one rounding of the size of m.
func (f *series) to7(b float64) float64 {
	s, c := b*b, &f.c
	return float64(b*f.slope) + (float64(s*(c[0]+b*c[1])) + s*s*((c[2]+b*c[3])+s*(c[4]+b*c[5])))
}
