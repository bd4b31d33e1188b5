package scalar

import (
	"math"

	"example.com/activation/internal/element"
)

// The constants of SELU.
const (
	SELUAlpha = 1.6732632423543772848170429916717
	SELUScale = 1.0507009873554804934193349852946
)

// seluFactor is the factor of the left side of SELU.
var seluFactor = productParts(SELUScale, SELUAlpha)

// ELU sets dst to scale·x if x > 0, else to scale·α·(eˣ − 1).
func ELU[T element.Float](dst, x []T, alpha, scale T) {
	var s sides[T]
	s.setELU(alpha, scale)
	s.forward(dst, x)
}

// ELUAt returns what ELU sets an element to.
func ELUAt[T element.Float](x, alpha, scale T) T {
	switch {
	case element.Is32[T]():
		return T(sidesAt32(float32(x), float32(scale), float64(scale)*float64(alpha), 1))
	case alpha == 1 && scale == 1:
		return T(eluAt64(float64(x)))
	}
	factor := productParts(float64(scale), float64(alpha))
	return T(scaledELUAt64(float64(x), float64(scale), &factor))
}

// SELUAt returns ELUAt with SELU's constants, the product of which is known.
func SELUAt[T element.Float](x T) T {
	if element.Is32[T]() {
		const alpha, scale = float32(SELUAlpha), float32(SELUScale)
		return T(sidesAt32(float32(x), scale, float64(scale)*float64(alpha), 1))
	}
	return T(scaledELUAt64(float64(x), SELUScale, &seluFactor))
}

// ELUDerivative sets dst to upstream·scale if x > 0, else to upstream·scale·α·eˣ.
func ELUDerivative[T element.Float](dst, x, upstream []T, alpha, scale T) {
	var s sides[T]
	s.setELU(alpha, scale)
	s.derivative(dst, x, upstream)
}

// ELUDerivativeAt returns what ELUDerivative sets an element to for an upstream of 1.
func ELUDerivativeAt[T element.Float](x, alpha, scale T) T {
	if element.Is32[T]() {
		return T(sidesGradientAt32(float32(x), 1, float32(scale), float64(scale)*float64(alpha), 1))
	}
	if alpha == 1 && scale == 1 {
		return T(eluDerivativeAt64(float64(x)))
	}
	slope := productParts(float64(scale), float64(alpha))
	return T(scaledELUDerivativeAt64(float64(x), float64(scale), &slope))
}

// SELUDerivativeAt returns ELUDerivativeAt with SELU's constants.
func SELUDerivativeAt[T element.Float](x T) T {
	if element.Is32[T]() {
		const alpha, scale = float32(SELUAlpha), float32(SELUScale)
		return T(sidesGradientAt32(float32(x), 1, scale, float64(scale)*float64(alpha), 1))
	}
	return T(scaledELUDerivativeAt64(float64(x), SELUScale, &seluFactor))
}

// ELUDerivativeFromOutput sets dst to upstream·scale if y > 0, else to
// upstream·(y + scale·α).
func ELUDerivativeFromOutput[T element.Float](dst, y, upstream []T, alpha, scale T) {
	depth := float64(float64(scale) * float64(alpha))
	rest := math.FMA(float64(scale), float64(alpha), -depth)
	dst = dst[:len(y)]
	for i, v := range y {
		slope := outputSlope(v, T((float64(v)+depth)+rest), scale)
		dst[i] = element.Upstream(slope, upstream, i)
	}
}

// CELU sets dst to x if x > 0, else to α·(e^(x/α) − 1).
func CELU[T element.Float](dst, x []T, alpha T) {
	if overflows(float64(alpha)) {
		for i, v := range x {
			dst[i] = CELUAt(v, alpha)
		}
		return
	}
	var s sides[T]
	s.setCELU(alpha)
	s.forward(dst, x)
}

// CELUAt returns what CELU sets an element to. For α = 1 that is ELU, which needs no quotient.
func CELUAt[T element.Float](x, alpha T) T {
	switch {
	case element.Is32[T]() && alpha == 1:
		return T(sidesAt32(float32(x), 1, 1, 1))
	case element.Is32[T]():
		return T(sidesAt32(float32(x), 1, float64(alpha), 1/float64(alpha)))
	case alpha == 1:
		return T(eluAt64(float64(x)))
	case overflows(float64(alpha)) && x <= 0:
		return T(float64(alpha) * math.Expm1(float64(x)/float64(alpha)))
	}
	return T(sidesAt64(float64(x), 1, unity, partsOf(float64(alpha), 0), reciprocalParts(float64(alpha))))
}

// CELUDerivative sets dst to upstream if x > 0, else to upstream·e^(x/α).
func CELUDerivative[T element.Float](dst, x, upstream []T, alpha T) {
	if overflows(float64(alpha)) {
		for i, v := range x {
			dst[i] = element.Upstream(CELUDerivativeAt(v, alpha), upstream, i)
		}
		return
	}
	var s sides[T]
	s.setCELU(alpha)
	s.derivative(dst, x, upstream)
}

// CELUDerivativeAt returns what CELUDerivative sets an element to for an upstream of 1.
func CELUDerivativeAt[T element.Float](x, alpha T) T {
	switch {
	case element.Is32[T]() && alpha == 1:
		return T(sidesGradientAt32(float32(x), 1, 1, 1, 1))
	case element.Is32[T]():
		return T(sidesGradientAt32(float32(x), 1, 1, 1, 1/float64(alpha)))
	case alpha == 1:
		return T(eluDerivativeAt64(float64(x)))
	case overflows(float64(alpha)) && x <= 0:
		return T(math.Exp(float64(x) / float64(alpha)))
	}
	return T(sidesGradientAt64(float64(x), 1, 1, unity, reciprocalParts(float64(alpha))))
}

// CELUDerivativeFromOutput sets dst to upstream if y > 0, else to
// upstream·(y + α)/α.
func CELUDerivativeFromOutput[T element.Float](dst, y, upstream []T, alpha T) {
	a := float64(alpha)
	dst = dst[:len(y)]
	for i, v := range y {
		sum := float64(v) + a
		slope := outputSlope(v, T(sum/a+(float64(v)-(sum-a))/a), 1)
		dst[i] = element.Upstream(slope, upstream, i)
	}
}

// outputSlope returns right for y > 0, else left, without a branch. With pick32 and pick64 in
// it, the loops take 2.9 ns an element in place of 2.1.
func outputSlope[T element.Float](y, left, right T) T {
	if element.Is32[T]() {
		l, r := reinterpret[int32](left), reinterpret[int32](right)
		if y > 0 {
			l = r
		}
		return reinterpret[T](l)
	}
	l, r := reinterpret[int64](left), reinterpret[int64](right)
	if y > 0 {
		l = r
	}
	return reinterpret[T](l)
}

// sides is the function scale·x for x > 0, else factor·(e^(inverse·x) − 1). Its slope at −0
// is factor·inverse. For float32 a conversion rounds inverse·x. Without it, the compiler could fuse
// the product with the sums in a loop, but not in the function for one element: with GOAMD64=v3
// that changed bits of CELU for α = 1000.
type sides[T element.Float] struct {
	scale                  T
	factor, inverse, slope parts
}

// setELU sets s to an ELU. If it returned s, the compiler would copy that 16 bytes at a
// time after storing it 8 bytes at a time. A processor waits for such loads, here 10 ns.
func (s *sides[T]) setELU(alpha, scale T) {
	s.scale = scale
	s.factor = productParts(float64(scale), float64(alpha))
	s.inverse = unity
	s.slope = s.factor
}

// setCELU sets s to a CELU.
func (s *sides[T]) setCELU(alpha T) {
	s.scale = 1
	s.factor = partsOf(float64(alpha), 0)
	s.inverse = reciprocalParts(float64(alpha))
	s.slope = unity
}

// The left side of 0 needs an exponential, and the right side does not. A loop over all
// elements would compute both sides for each element, or mispredict a branch for half of the
// elements. So the loops work on blocks: they gather the elements of the left side in a
// buffer, set all of dst to the right side, and then scatter the results for the left side.
// With random signs that takes 0.6 of the time of computing the left side for all elements.

// leftBlock is the number of elements in a block. For slices shorter than leftShort, clearing
// the buffers takes longer than the work.
const leftBlock, leftShort = 128, 12

// A left holds the elements of a block that are on the left side, and their indices.
type left[T element.Float] struct {
	x  [leftBlock]T
	at [leftBlock]uint8
	n  int
}

// gather copies the elements of x that are on the left side: those that are not above 0, with
// NaNs. least is the bits of the smallest number on the right side: 0 puts +0 on the right
// side, and 1 puts it on the left. x has at most one block. gather stores every element, but
// moves on only if it is on the left. So no branch depends on the elements.
func (l *left[T]) gather(x []T, least uint64) {
	n := uint(0)
	if element.Is32[T]() {
		to, least, most := integers[uint32](l.x[:]), uint32(least), inf32-uint32(least)
		for i, b := range integers[uint32](x) {
			to[n%leftBlock], l.at[n%leftBlock] = b, uint8(i)
			if b-least > most {
				n++
			}
		}
	} else {
		to, most := integers[uint64](l.x[:]), inf64-least
		for i, b := range integers[uint64](x) {
			to[n%leftBlock], l.at[n%leftBlock] = b, uint8(i)
			if b-least > most {
				n++
			}
		}
	}
	l.n = int(n)
}

// scatter copies the results to the places in dst that the elements had in x.
func (l *left[T]) scatter(dst []T) {
	for j, i := range l.at[:l.n] {
		dst[i] = l.x[j]
	}
}

func (s *sides[T]) forward(dst, x []T) {
	if len(x) < leftShort {
		s.shortForward(dst, x)
		return
	}
	var l left[T]
	for m := leftBlock; len(x) > 0; x, dst = x[m:], dst[m:] {
		m = min(m, len(x))
		l.gather(x[:m], 0)
		s.leftForward(l.x[:l.n])
		scaled(dst[:m], x[:m], s.scale)
		l.scatter(dst[:m])
	}
}

func (s *sides[T]) derivative(dst, x, upstream []T) {
	if len(x) < leftShort {
		s.shortDerivative(dst, x, upstream)
		return
	}
	var l left[T]
	var buffer [leftBlock]T
	for m, start := leftBlock, 0; start < len(x); start += m {
		m = min(m, len(x)-start)
		l.gather(x[start:][:m], 1)
		g := manyOnes[T](m)
		if upstream != nil {
			g = upstream[start:][:m]
		}
		for j, i := range l.at[:l.n] {
			buffer[j] = g[i]
		}
		s.leftDerivative(l.x[:l.n], buffer[:])
		scaled(dst[start:][:m], g, s.scale)
		l.scatter(dst[start:][:m])
	}
}

// scaled sets dst to scale·x.
func scaled[T element.Float](dst, x []T, scale T) {
	if scale == 1 {
		copy(dst, x)
		return
	}
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = scale * x[i]
	}
}

func (s *sides[T]) shortForward(dst, x []T) {
	if element.Is32[T]() {
		scale, factor, inverse := float32(s.scale), s.factor.whole, s.inverse.whole
		for i, v := range x {
			dst[i] = T(sidesAt32(float32(v), scale, factor, inverse))
		}
		return
	}
	for i, v := range x {
		dst[i] = T(sidesAt64(float64(v), float64(s.scale), s.slope, s.factor, s.inverse))
	}
}

func (s *sides[T]) shortDerivative(dst, x, upstream []T) {
	if element.Is32[T]() {
		scale, slope, inverse := float32(s.scale), s.slope.whole, s.inverse.whole
		for i, v := range x {
			g := float32(element.Upstream(1, upstream, i))
			dst[i] = T(sidesGradientAt32(float32(v), g, scale, slope, inverse))
		}
		return
	}
	for i, v := range x {
		g := float64(element.Upstream(1, upstream, i))
		dst[i] = T(sidesGradientAt64(float64(v), g, float64(s.scale), s.slope, s.inverse))
	}
}

// The functions of one element compute the left side at −|x| for each x, and then pick the
// result for its side. A branch on the side of a random x would be mispredicted every second
// time.

func sidesAt32(x, scale float32, factor, inverse float64) float32 {
	right := onRight32(x, 0)
	q := float64(float64(negative32(x)) * inverse)
	k, b := expm1Point(q)
	if k >= uint64(len(expm1Table)) {
		depth := float32(-factor)
		if q != q {
			depth = x
		}
		return pick32(right, scale*x, depth)
	}
	return pick32(right, scale*x, float32(factor*expm1Table[k].expm1(b)))
}

func sidesAt64(x, scale float64, slope, factor, inverse parts) float64 {
	right := onRight64(x, 0)
	return pick64(right, scale*x, left64(negative64(x), &slope, &factor, &inverse))
}

func sidesGradientAt32(x, upstream, scale float32, slope, inverse float64) float32 {
	right := onRight32(x, 1)
	q := float64(float64(negative32(x)) * inverse)
	k, b := expm1Point(q)
	if k >= uint64(len(expm1Table)) {
		return upstream * pick32(right, scale, float32(slope*expBelow20(q)))
	}
	e := expm1Table[k].value
	return upstream * pick32(right, scale, float32(slope*(e+e*cubic(b))))
}

func sidesGradientAt64(x, upstream, scale float64, slope, inverse parts) float64 {
	right := onRight64(x, 1)
	return pick64(right, scale*upstream, slope64(negative64(x), upstream, &slope, &inverse))
}

// eluAt64 is sidesAt64 for ELU with α = 1, and scaledELUAt64 for any ELU and SELU. At takes 5 to
// 6 ns with them, and 11 with sidesAt64 alone.

func eluAt64(x float64) float64 {
	k, b := expm1Point(negative64(x))
	if k >= uint64(len(expm1Table)) {
		return eluEndAt64(x, 1, &unity)
	}
	high, low := expm1Table[k].drops(b, sextic(b))
	return pick64(onRight64(x, 0), x, -(high + low))
}

func scaledELUAt64(x, scale float64, factor *parts) float64 {
	k, b := expm1Point(negative64(x))
	if k >= uint64(len(expm1Table))-1 { // the last point is 0, and close to it shortened does not work
		return eluEndAt64(x, scale, factor)
	}
	high, low := expm1Table[k].drops(b, sextic(b))
	return pick64(onRight64(x, 0), scale*x, -factor.times(shortened(high, low)))
}

// eluEndAt64 is not inlined, because its variables would take the registers of the others.
//
//go:noinline
func eluEndAt64(x, scale float64, factor *parts) float64 {
	return sidesAt64(x, scale, *factor, *factor, unity)
}

// eluDerivativeAt64 and scaledELUDerivativeAt64 do the same for the derivative, with an upstream
// of 1.

func eluDerivativeAt64(x float64) float64 {
	k, b := expm1Point(negative64(x))
	if k >= uint64(len(expm1Table)) {
		return sidesGradientAt64(x, 1, 1, unity, unity)
	}
	return pick64(onRight64(x, 1), 1, expm1Table[k].exp(b))
}

func scaledELUDerivativeAt64(x, scale float64, slope *parts) float64 {
	k, b := expm1Point(negative64(x))
	if k >= uint64(len(expm1Table)) {
		return sidesGradientAt64(x, 1, scale, *slope, unity)
	}
	e := &expm1Table[k]
	return pick64(onRight64(x, 1), scale, slope.timesSum(e.value, e.beyond(b)))
}

// onRight32 reports whether x is at least the number of which the bits are least. NaN is
// on the left.
func onRight32(x float32, least uint32) bool { return math.Float32bits(x)-least <= inf32-least }

func onRight64(x float64, least uint64) bool { return math.Float64bits(x)-least <= inf64-least }

// negative32 returns −|x|.
func negative32(x float32) float32 {
	return math.Float32frombits(math.Float32bits(x) | sign32)
}

func negative64(x float64) float64 {
	return math.Float64frombits(math.Float64bits(x) | sign64)
}

// pick32 returns a if first is true, else b, without a branch.
func pick32(first bool, a, b float32) float32 {
	u, v := math.Float32bits(a), math.Float32bits(b)
	if first {
		v = u
	}
	return math.Float32frombits(v)
}

func pick64(first bool, a, b float64) float64 {
	u, v := math.Float64bits(a), math.Float64bits(b)
	if first {
		v = u
	}
	return math.Float64frombits(v)
}

// On the left side, expm1Table holds e^a for a grid of points a from −20 to 0, which are 1/64
// apart. For the point nearest to q = inverse·x and b = q − a, |b| ≤ 1/128, a polynomial p
// gives e^q:
//
//	e^q = e^a + e^a·p,   p = e^b − 1 ≈ b + b²·(½ + …)

// An expm1Entry holds e^a and 1 − e^a for one point a.
type expm1Entry struct {
	drop, dropRest float64 // 1 − e^a in two parts
	value, rest    float64 // e^a in two parts
}

// expm1Point returns the index in expm1Table of the point nearest to q ≤ 0, and b. If q is
// below −20 or NaN, the index is beyond the table.
func expm1Point(q float64) (i uint64, b float64) {
	const roundToGrid, limit = 0x1.8p46, 20
	k := q + (roundToGrid + limit)
	return math.Float64bits(k) - math.Float64bits(roundToGrid), q - (k - (roundToGrid + limit))
}

// farExp returns e^q for q below the table, as accurately as 1 − e^q needs it. For the
// conversion see expm1Entry.beyond.
func farExp(q float64) float64 {
	if q < -40 {
		return 0
	}
	k, b := expm1Point(q + 20)
	const power = 0x1.1b48655f37267p-29 // e⁻²⁰
	return float64(power * (expm1Table[k].value * (1 + cubic(b))))
}

// cubic returns p with a relative error of 2⁻²⁷. It returns −0 if b is −0.
func cubic(b float64) float64 { return b * (1 + b*(expm1Cubic[0]+b*expm1Cubic[1])) }

// sextic returns p − b with an error of 2⁻⁵⁹·p.
func sextic(b float64) float64 {
	s, c := b*b, &expm1Sextic
	return s * ((c[0] + b*c[1]) + s*((c[2]+b*c[3])+s*c[4]))
}

// expm1 returns e^(a+b) − 1 with a relative error of 2⁻²⁷. For −0 it returns −0, because
// −0 − 0 is −0.
func (e *expm1Entry) expm1(b float64) float64 { return e.value*cubic(b) - (1 - e.value) }

// drops returns 1 − e^a·(1 + b + beyond) as high + low, where b + beyond is p:
//
//	(1 − e^a) − e^a·p = (1 − e^a) − b + (1 − e^a)·b − e^a·beyond
//
// Only the difference of the first two terms may be as small as the result. low has its
// rounding error, which is exact: either 1 − e^a is larger than |b|, or a is 0 and so is
// 1 − e^a. beyond has the rounding error of b too.
func (e *expm1Entry) drops(b, beyond float64) (high, low float64) {
	high = e.drop - b
	return high, ((e.drop - high) - b) + (e.dropRest + (float64(e.drop*b) - e.value*beyond))
}

// shortened returns the sum high + low as h + l, with an h of 26 bits. high must be from 2⁻¹⁰
// to 1.
func shortened(high, low float64) (h, l float64) {
	const round = 0x1.8p52 * 0x1p-26
	h = (high + round) - round
	return h, (high - h) + low
}

// exp returns e^(a+b) with an error of 0.55 ULP.
func (e *expm1Entry) exp(b float64) float64 { return e.value + e.beyond(b) }

// beyond returns e^(a+b) − value. The conversion keeps the compiler from fusing the product with
// the sum, because with GOAMD64=v3 it does so only if rest is in a register.
func (e *expm1Entry) beyond(b float64) float64 { return e.rest + float64(e.value*(b+sextic(b))) }

// leftForward replaces each x by f(x). All x are on the left side.
func (s *sides[T]) leftForward(x []T) {
	switch x := any(x).(type) {
	case []float32:
		for n := 0; len(x) > 0; x = x[n:] {
			if n = leftRun32(x, s.factor.whole, s.inverse.whole); n < len(x) {
				x[n] = sidesAt32(x[n], 1, s.factor.whole, s.inverse.whole)
				n++
			}
		}
	case []float64:
		for n := 0; len(x) > 0; x = x[n:] {
			if n = leftRun64(x, &s.factor, &s.inverse); n < len(x) {
				x[n] = left64(x[n], &s.slope, &s.factor, &s.inverse)
				n++
			}
		}
	}
}

// leftRun32 and leftRun64 stop at the first x that they have no formula for, such as NaN, and
// return its index. They are functions of their own, because a loop without a call keeps its
// variables in registers, and takes two thirds of the time. slopeRun32 and slopeRun64 do the same
// for the derivative.

func leftRun32(x []float32, factor, inverse float64) int {
	for i, v := range x {
		q := float64(float64(v) * inverse)
		k, b := expm1Point(q)
		if k >= uint64(len(expm1Table)) {
			if q != q {
				return i
			}
			x[i] = float32(-factor)
			continue
		}
		x[i] = float32(factor * expm1Table[k].expm1(b))
	}
	return len(x)
}

func leftRun64(x []float64, factor, inverse *parts) int {
	if factor.high == 1 && factor.low == 0 && inverse.whole == 1 {
		for i, v := range x {
			k, b := expm1Point(v)
			if k >= uint64(len(expm1Table)) {
				if v != v {
					return i
				}
				x[i] = farExp(v) - 1
				continue
			}
			high, low := expm1Table[k].drops(b, sextic(b))
			x[i] = -(high + low)
		}
		return len(x)
	}
	f, inv := *factor, *inverse
	for i, v := range x {
		q, rest := v, 0.0
		if inv.whole != 1 {
			q, rest = inv.product(v)
		}
		k, b := expm1Point(q)
		if k >= uint64(len(expm1Table)) && q < 0 {
			x[i] = -f.times(1, -farExp(q))
			continue
		}
		if k >= uint64(len(expm1Table)) || q > -0x1p-10 {
			return i
		}
		high, low := shortened(expm1Table[k].drops(b, sextic(b)+rest))
		x[i] = -f.times(high, low)
	}
	return len(x)
}

// leftDerivative replaces each x by upstream·f′(x). All x are on the left side.
func (s *sides[T]) leftDerivative(x, upstream []T) {
	switch x := any(x).(type) {
	case []float32:
		g := any(upstream).([]float32)
		for n := 0; len(x) > 0; x, g = x[n:], g[n:] {
			if n = slopeRun32(x, g[:len(x)], s.slope.whole, s.inverse.whole); n < len(x) {
				x[n] = sidesGradientAt32(x[n], g[n], 1, s.slope.whole, s.inverse.whole)
				n++
			}
		}
	case []float64:
		g := any(upstream).([]float64)
		for n := 0; len(x) > 0; x, g = x[n:], g[n:] {
			if n = slopeRun64(x, g[:len(x)], &s.slope, &s.inverse); n < len(x) {
				x[n] = slope64(x[n], g[n], &s.slope, &s.inverse)
				n++
			}
		}
	}
}

func slopeRun32(x, upstream []float32, slope, inverse float64) int {
	upstream = upstream[:len(x)]
	for i, v := range x {
		q := float64(float64(v) * inverse)
		k, b := expm1Point(q)
		if k >= uint64(len(expm1Table)) {
			j, c := tailPoint32(q)
			if j-1 >= 16*far32 { // the table holds 0 for the point −106
				return i
			}
			x[i] = subnormalProduct32(float32(slope*tailExp32(j, c)), upstream[i])
			continue
		}
		e := expm1Table[k].value
		x[i] = upstream[i] * float32(slope*(e+e*cubic(b)))
	}
	return len(x)
}

func slopeRun64(x, upstream []float64, slope, inverse *parts) int {
	upstream = upstream[:len(x)]
	f, inv := *slope, *inverse
	for i, v := range x {
		q, rest := v, 0.0
		if inv.whole != 1 {
			q, rest = inv.product(v)
		}
		k, b := expm1Point(q)
		if k >= uint64(len(expm1Table)) {
			return i
		}
		if e := &expm1Table[k]; f.whole == 1 {
			x[i] = upstream[i] * e.exp(b+rest)
		} else {
			x[i] = upstream[i] * f.timesSum(e.value, e.beyond(b+rest))
		}
	}
	return len(x)
}

// left64 returns factor·(e^(inverse·x) − 1) for x ≤ 0 and for NaN, with the bits of
// leftRun64. slope is the slope of that at −0.
func left64(x float64, slope, factor, inverse *parts) float64 {
	q, rest := x, 0.0
	if inverse.whole != 1 {
		q, rest = inverse.product(x)
	}
	if q > -0x1p-60 { // below, products of such a small q could lose bits among the subnormals
		return fma(slope.whole, x, slope.lost()*x)
	}
	if k, b := expm1Point(q); k < uint64(len(expm1Table)) {
		if factor.high == 1 && factor.low == 0 && inverse.whole == 1 {
			high, low := expm1Table[k].drops(b, sextic(b))
			return -(high + low)
		}
		high, low := expm1Table[k].drops(b, sextic(b)+rest)
		if q > -0x1p-10 { // too small for shortened
			first := cut(high)
			return -factor.times(first, (high-first)+low)
		}
		return -factor.times(shortened(high, low))
	}
	if q != q {
		return q
	}
	return -factor.times(1, -farExp(q))
}

// slope64 returns upstream·slope·e^(inverse·x) for x ≤ 0 and for NaN.
func slope64(x, upstream float64, slope, inverse *parts) float64 {
	q, rest := x, 0.0
	if inverse.whole != 1 {
		q, rest = inverse.product(x)
	}
	if k, b := expm1Point(q); k < uint64(len(expm1Table)) {
		e := &expm1Table[k]
		if slope.whole == 1 {
			return upstream * e.exp(b+rest)
		}
		return upstream * slope.timesSum(e.value, e.beyond(b+rest))
	}
	// Below −355, 2⁵¹²·e^q is below 1, so its product with such a slope cannot make upstream
	// overflow.
	faint := q < expFaint || q < -355 && math.Abs(slope.whole) < 1
	y := slope.timesSum(expPower(q, rest, 0, faint))
	if y == 0 {
		y = slope.whole * 0 // −0 for a negative α
	}
	return down512If(upstream*y, faint)
}

// expBelow20 returns eˣ for x ≤ −20 with a relative error of 2⁻³², from the point of expTable
// nearest to x. NaN gives NaN.
func expBelow20(x float64) float64 {
	i, b := tailPoint32(x)
	if i-1 < 16*far32 { // the table holds 0 for the point −106
		return tailExp32(i, b)
	}
	if x < -2*far32 { // its product with any float32, or with 1/β, rounds to 0 in float32
		return 0
	}
	return math.Exp(x)
}

// oneLessExp returns 1 − e^(−βy). For βy from 0 to 20 it reads the table of ELU, and otherwise
// it calls package math.
func oneLessExp[T element.Float](y, beta T) T {
	if element.Is32[T]() {
		q := -float64(beta) * float64(y)
		if k, b := expm1Point(q); k < uint64(len(expm1Table)) {
			return T(-expm1Table[k].expm1(b))
		}
		return T(-math.Expm1(q))
	}
	steep := partsOf(-float64(beta), 0)
	q, rest := steep.product(float64(y))
	if k, b := expm1Point(q); k < uint64(len(expm1Table)) {
		high, low := expm1Table[k].drops(b, sextic(b)+rest)
		return T(high + low)
	}
	return T(-math.Expm1(q))
}
