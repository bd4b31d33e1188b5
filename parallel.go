package activation

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Parallel returns an activation that computes the same function as a, with the
// same bits and the same contract, but computes long slices on all processors, as
// many as [runtime.GOMAXPROCS] says:
//
//	f := activation.Parallel(activation.Sigmoid[float32]{})
//	y := f.Forward(nil, x)
//
// The result implements exactly those of [OutputDerivative], [Elementwise] and
// [Parametric] that a implements. Its String is the String of a. Forward, Derivative
// and DerivativeFromOutput run in parallel. ParameterGradient does not, because another
// order of its sums would round differently. For any other method, such as
// [Softmax.ForwardMasked], call a itself.
//
// Parallel cuts a slice only between rows that are independent of each other:
//
//   - for an [Elementwise] function, of this package or of yours, and for a [PReLU]
//     with one slope, after any element
//   - for any other PReLU, after every len(Alpha)·Stride elements
//   - for [Maxout], after every Pieces·Stride elements
//   - for [Gated], after every 2·Stride elements
//   - for [MaxoutLayer], after every Inputs elements, which is one example
//   - for [Softmax] and [LogSoftmax], after every Classes·Stride elements; with
//     Classes 0 the slice is one row, and stays on one goroutine
//
// The same holds for a pointer to one of these types. Each call reads its fields
// anew. Parallel returns any other type unchanged, because it does not know the rows.
//
// The methods of a are called from several goroutines at once. All activations of
// this package allow that. The F and DF of a [Func] are your code: they must be safe for
// concurrent use. A function is often unsafe if it counts its calls or draws random
// numbers.
//
// Parallel measures before it starts a goroutine. If a slice has 2¹⁶ elements or
// more (fewer for Func and MaxoutLayer), the calling goroutine computes a first
// part. If the rest would take 200 µs or more, Parallel shares it out. With a non-nil
// dst, Parallel itself allocates only for a slice of that length, and only a little.
// All goroutines end before the call returns. If several goroutines panic, the call
// panics with the value of the panic that is first in the order of x, as a call
// without Parallel would.
func Parallel[T Float](a Activation[T]) Activation[T] {
	// Sharing work out costs the caller up to 30 µs, mostly to wake a processor
	// that sleeps. Sigmoid on two processors (Xeon Emerald Rapids, virtual machine)
	// breaks even at 100 µs, is 1.3 times as fast at 200 µs, and 1.7 times at 1 ms.
	// Timing a first chunk costs 0.15 µs, half of it for the clock. The fastest
	// loop, Maxout with SIMD, takes 3.7 µs for 2¹⁶ elements.
	return inParallel(a, effort{work: 1 << 16, rest: 200 * time.Microsecond})
}

func inParallel[T Float](a Activation[T], e effort) Activation[T] {
	a = unbox(a)
	if isNil(a) {
		mistake("Parallel", "a is nil")
	}
	l, known := layoutOf(a)
	if _, already := a.(wrapper); already || !known {
		return a
	}
	p := &parallel[T]{a, l, e}
	output, isOutput := a.(OutputDerivative[T])
	scalar, isElementwise := a.(scalarMethods[T])
	parameters, isParametric := a.(parameterMethods[T])
	o := parallelOutput[T]{p, output}
	// A type assertion asks for methods, so each set of methods is a type.
	switch {
	case isOutput && isElementwise && isParametric:
		return struct {
			parallelOutput[T]
			scalarMethods[T]
			parameterMethods[T]
		}{o, scalar, parameters}
	case isOutput && isElementwise:
		return struct {
			parallelOutput[T]
			scalarMethods[T]
		}{o, scalar}
	case isOutput: // and not parametric: no such type has known rows
		return o
	case isElementwise && isParametric:
		return struct {
			*parallel[T]
			scalarMethods[T]
			parameterMethods[T]
		}{p, scalar, parameters}
	case isElementwise:
		return struct {
			*parallel[T]
			scalarMethods[T]
		}{p, scalar}
	case isParametric:
		return struct {
			*parallel[T]
			parameterMethods[T]
		}{p, parameters}
	}
	return p
}

type (
	// parallel has the methods that every activation has.
	parallel[T Float] struct {
		a      Activation[T]
		layout layout
		effort effort
	}

	// parallelOutput has the derivative from the output too.
	parallelOutput[T Float] struct {
		*parallel[T]
		a OutputDerivative[T]
	}

	// The methods of an Elementwise and of a Parametric that Parallel passes on to the
	// activation inside.
	scalarMethods[T Float] interface {
		At(x T) T
		DerivativeAt(x T) T
	}
	parameterMethods[T Float] interface {
		Parameters() []T
		ParameterGradient(grad, x, upstream []T) []T
	}

	// A wrapper is what Parallel returns. It is not generic, because asking for a generic
	// interface takes 12 ns.
	wrapper interface{ inside() any }
)

// An effort holds the thresholds of Parallel.
type effort struct {
	work int           // elements of x times the work of one: from here on, a first chunk is timed
	rest time.Duration // time for the other chunks: from here on, they are shared out
}

// A layout knows where an activation may be cut. It is asked at each call, since
// the fields behind a pointer may change.
type layout interface{ rows() rows }

// rows describes the rows of x, which are independent of each other. A row of x has in
// elements, and its result has out elements. work is the time for an element of x, in units of
// the fastest loop. It is a lower bound for every build, because it only decides whether to
// look at the clock. The clock decides the rest.
type rows struct{ in, out, work int }

func (r rows) rows() rows { return r }

// layoutOf returns the layout of a, and whether it is known. The layout of a type
// that embeds one of these is not: its methods may be its own.
func layoutOf[T Float](a Activation[T]) (l layout, known bool) {
	switch a.(type) {
	case Func[T], *Func[T]:
		return rows{1, 1, 16}, true // a call of F
	case Elementwise[T]:
		return rows{1, 1, 1}, true
	case PReLU[T], Maxout[T], MaxoutLayer[T], Softmax[T], LogSoftmax[T], Gated[T],
		*PReLU[T], *Maxout[T], *MaxoutLayer[T], *Softmax[T], *LogSoftmax[T], *Gated[T]:
		l, known = a.(layout)
	}
	return l, known
}

// If a field is invalid, the rows do not matter, because the activation panics for a slice of
// any length.

func (p PReLU[T]) rows() rows {
	if len(p.Alpha) == 1 {
		return rows{1, 1, 1}
	}
	return rowsAlong(len(p.Alpha), p.Stride)
}

func (m Maxout[T]) rows() rows {
	r := rowsAlong(m.Pieces, m.Stride)
	r.out = max(m.Stride, 1)
	return r
}

func (m MaxoutLayer[T]) rows() rows {
	return rows{m.Inputs, m.Units, saturatingProduct(max(m.Units, 1), max(m.Pieces, 1))}
}

func (g Gated[T]) rows() rows {
	r := rowsAlong(2, g.Stride)
	r.out = max(g.Stride, 1)
	return r
}

func (s Softmax[T]) rows() rows    { return rowsAlong(s.Classes, s.Stride) }
func (l LogSoftmax[T]) rows() rows { return rowsAlong(l.Classes, l.Stride) }

// rowsAlong returns the rows of [n][stride] elements.
func rowsAlong(n, stride int) rows {
	size := saturatingProduct(max(n, 0), max(stride, 1))
	return rows{size, size, 1}
}

func (p *parallel[T]) inside() any { return p.a }

// String returns the String of the activation inside.
func (p *parallel[T]) String() string { return fmt.Sprint(p.a) }

// If slices are not cut, the methods below call a with all of them. They do the same if the
// lengths do not fit, and then a panics.

// Forward computes dst ← f(x).
func (p *parallel[T]) Forward(dst, x []T) []T {
	r := p.layout.rows()
	if j := p.cut(r, dst, r.out, x, r.in, nil, 0); j.chunks > 1 {
		return p.do(j, func(dst, x, _ []T) { p.a.Forward(dst, x) })
	}
	return p.a.Forward(dst, x)
}

// Derivative computes dst ← Jᵀ·upstream at x.
func (p *parallel[T]) Derivative(dst, x, upstream []T) []T {
	r := p.layout.rows()
	if j := p.cut(r, dst, r.in, x, r.in, upstream, r.out); j.chunks > 1 {
		return p.do(j, func(dst, x, upstream []T) { p.a.Derivative(dst, x, upstream) })
	}
	return p.a.Derivative(dst, x, upstream)
}

// DerivativeFromOutput computes dst ← Jᵀ·upstream from y = f(x).
func (o parallelOutput[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	r := o.layout.rows()
	if j := o.cut(r, dst, r.in, y, r.out, upstream, r.out); j.chunks > 1 {
		return o.do(j, func(dst, y, upstream []T) { o.a.DerivativeFromOutput(dst, y, upstream) })
	}
	return o.a.DerivativeFromOutput(dst, y, upstream)
}

// A job is the slices of a pass, and how they are cut.
type job[T Float] struct {
	dst, in, upstream          []T
	dstRow, inRow, upstreamRow int // elements of a row in each
	rows, chunks               int
}

// cut returns the job of slices with so many elements for a row. It has fewer
// than two chunks if the slices are too short to be cut, or are a mistake.
func (p *parallel[T]) cut(r rows, dst []T, dstRow int, in []T, inRow int, upstream []T, upstreamRow int) job[T] {
	j := job[T]{dst, in, upstream, dstRow, inRow, upstreamRow, 0, 0}
	least := max(p.effort.work/r.work, 1)
	procs := runtime.GOMAXPROCS(0)
	if len(in) < least || procs < 2 || inRow < 1 || len(in)%inRow != 0 {
		return j
	}
	j.rows = len(in) / inRow
	if saturatingProduct(j.rows, max(dstRow, upstreamRow)) == math.MaxInt {
		return j // a method of a panics: no int counts its outputs
	}
	if dst != nil && len(dst) != j.rows*dstRow || upstream != nil && len(upstream) != j.rows*upstreamRow ||
		overlapInPart(dst, in) || overlapInPart(dst, upstream) {
		return j
	}
	if a, ok := p.a.(parameterMethods[T]); ok && overlap(dst, a.Parameters()) {
		return j
	}
	// With several chunks for each processor, a goroutine that has to wait for a
	// processor delays its own chunk only. The shortest slice has fewest chunks. So even on
	// many processors the first one is long enough to be timed.
	const perProcessor, fewest = 16, 32
	j.chunks = min(j.rows, perProcessor*procs, len(in)/max(least/fewest, 1))
	return j
}

// do runs pass on all chunks of j, at the same time if that is worth it, and
// returns dst.
func (p *parallel[T]) do(j job[T], pass func(dst, in, upstream []T)) []T {
	if j.dst == nil {
		pass([]T{}, nil, nil) // panics if a field is wrong, before it gives a length
		j.dst = make([]T, j.rows*j.dstRow)
	}
	begin := time.Now()
	j.run(pass, 0, 1)
	if rest := time.Since(begin) * time.Duration(j.chunks-1); rest < p.effort.rest {
		j.run(pass, 1, j.chunks)
	} else {
		share(1, j.chunks, func(i int) { j.run(pass, i, i+1) })
	}
	return j.dst
}

// run runs pass on the chunks from one to before another.
func (j job[T]) run(pass func(dst, in, upstream []T), from, to int) {
	from, to = j.start(from), j.start(to)
	upstream := j.upstream
	if upstream != nil {
		upstream = upstream[from*j.upstreamRow : to*j.upstreamRow]
	}
	pass(j.dst[from*j.dstRow:to*j.dstRow], j.in[from*j.inRow:to*j.inRow], upstream)
}

// start returns the first row of chunk i. If the rows are not a multiple of the
// chunks, the first chunks are a row longer than the others.
func (j job[T]) start(i int) int {
	return i*(j.rows/j.chunks) + min(i, j.rows%j.chunks)
}

// share calls run for each i with first ≤ i < end, on several goroutines. The goroutine of the
// caller is one of them. A goroutine that has finished one i continues with the next. If run
// panics, share panics with the value of the smallest such i, as if all had run in order. All
// smaller i have run then, and no new i begins after a panic. A [runtime.Goexit] in run is
// handled in the same way.
func share(first, end int, run func(i int)) {
	var (
		next   atomic.Int64
		group  sync.WaitGroup
		mutex  sync.Mutex
		failed = end
		reason any
	)
	next.Store(int64(first))
	work := func() {
		i, done := 0, false
		defer func() {
			if done {
				return
			}
			r := recover() // nil for a Goexit
			next.Store(int64(end))
			mutex.Lock()
			defer mutex.Unlock()
			if i < failed {
				failed, reason = i, r
			}
		}()
		for i = int(next.Add(1)) - 1; i < end; i = int(next.Add(1)) - 1 {
			run(i)
		}
		done = true
	}
	defer group.Wait() // for a Goexit of the caller's own
	// This starts one goroutine more than there are other processors. The scheduler keeps the
	// last one for the processor of the caller, in case the caller waits, and lets another
	// processor have it only after about 60 µs. So the last one is the one too many.
	for range min(runtime.GOMAXPROCS(0), end-first) {
		group.Add(1)
		go func() {
			defer group.Done()
			work()
		}()
	}
	work()
	group.Wait()
	if failed < end {
		if reason == nil {
			runtime.Goexit()
		}
		panic(reason)
	}
}
