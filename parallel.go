package activation

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Parallel returns a with its passes over long slices spread over as many
// goroutines as [runtime.GOMAXPROCS] allows. It gives the same bits as a, keeps
// the same contract, and is as safe for concurrent use:
//
//	f := activation.Parallel(activation.Sigmoid[float32]{})
//	y := f.Forward(nil, x)
//
// The result is an [OutputDerivative], [Elementwise] or [Parametric] where a is
// one, and only there; its String is that of a. Forward, Derivative and
// DerivativeFromOutput are spread. ParameterGradient is not: another order of
// its sums would round them otherwise. Other methods, such as
// [Softmax.ForwardMasked], are to be called on a itself.
//
// A slice is cut between rows that do not mix: after any element of an
// element-wise function or of a [PReLU] with one slope, else after every
// len(Alpha)·Stride, Pieces·Stride, Inputs or Classes·Stride elements. One row
// is never cut, so that a [Softmax] of Classes 0 stays on one goroutine. A type
// that is not of this package is cut as element-wise if it is Elementwise;
// if not, its rows are not known, and it is returned as it is.
//
// No goroutine is started where the time is too short to gain from it: small
// slices go to a at once, and for those of medium size a first part is timed
// before the rest is shared out. Only such calls allocate, a little. No goroutine
// outlives its call, and a panic in one, from the F of a [Func], say, is the
// panic of the call.
func Parallel[T Float](a Activation[T]) Activation[T] {
	return inParallel(a, effort{
		probe:   1 << 17,
		certain: 1 << 22,
		chunk:   1 << 13,
		worth:   200 * time.Microsecond,
	})
}

// An effort says what is worth a goroutine. Work is counted in elements of the
// input, times the weight of one.
type effort struct {
	probe   int           // the work from which a first chunk is timed
	certain int           // the work from which there is no need to time it
	chunk   int           // the least work of a chunk
	worth   time.Duration // the time from which the rest is shared out: ten times what it costs if nobody comes to help
}

// rows says where an activation may be cut: in elements of x give out elements
// of f(x), and have no part in others.
type rows struct {
	in, out int
	weight  int // of an element of x; that of a selection is 1
}

// rowsOf returns the rows of a, and whether they are known. What it makes of
// fields that are wrong does not matter: a panics for them, whatever the slice.
func rowsOf[T Float](a Activation[T]) (r rows, known bool) {
	const selection, loop, exponential, calls = 1, 4, 4, 16
	axis := func(n, stride, weight int) (rows, bool) {
		size := saturatingProduct(max(n, 0), max(stride, 1))
		return rows{size, size, weight}, true
	}
	switch a := a.(type) {
	case Identity[T], ReLU[T], LeakyReLU[T]:
		return rows{1, 1, selection}, true
	case Sigmoid[T], Tanh[T]:
		return rows{1, 1, exponential}, true
	case PReLU[T]:
		if len(a.Alpha) == 1 {
			return rows{1, 1, selection}, true
		}
		return axis(len(a.Alpha), a.Stride, selection)
	case Maxout[T]:
		r, known = axis(a.Pieces, a.Stride, selection)
		r.out = max(a.Stride, 1)
		return r, known
	case MaxoutLayer[T]:
		return rows{a.Inputs, a.Units, max(saturatingProduct(max(a.Units, 0), max(a.Pieces, 0)), 1)}, true
	case Softmax[T]:
		return axis(a.Classes, a.Stride, exponential)
	case LogSoftmax[T]:
		return axis(a.Classes, a.Stride, exponential)
	case Func[T]:
		return rows{1, 1, calls}, true
	case Elementwise[T]:
		return rows{1, 1, loop}, true
	}
	return rows{}, false
}

// The parts of the result of Parallel. Which of them it is made of depends on
// a, so that a type assertion tells the truth.
type (
	parallel[T Float] struct {
		a      Activation[T]
		rows   rows
		effort effort
		least  int // the length from which effort.probe is reached
	}
	parallelFromOutput[T Float] struct {
		p *parallel[T]
		a OutputDerivative[T]
	}
	pointwise[T Float] interface {
		At(x T) T
		DerivativeAt(x T) T
	}
	learned[T Float] interface {
		Parameters() []T
		ParameterGradient(grad, x, upstream []T) []T
	}
)

func inParallel[T Float](a Activation[T], e effort) Activation[T] {
	if a == nil {
		mistake("Parallel", "a is nil")
	}
	r, known := rowsOf(a)
	if _, already := a.(wrapper[T]); already || !known {
		return a
	}
	p := &parallel[T]{a, r, e, e.probe / r.weight}
	at, elementwise := a.(pointwise[T])
	learns, parametric := a.(learned[T])
	output, ok := a.(OutputDerivative[T])
	fromOutput := parallelFromOutput[T]{p, output}
	switch {
	case ok && elementwise && parametric:
		return struct {
			*parallel[T]
			parallelFromOutput[T]
			pointwise[T]
			learned[T]
		}{p, fromOutput, at, learns}
	case ok && elementwise:
		return struct {
			*parallel[T]
			parallelFromOutput[T]
			pointwise[T]
		}{p, fromOutput, at}
	case elementwise && parametric:
		return struct {
			*parallel[T]
			pointwise[T]
			learned[T]
		}{p, at, learns}
	case ok: // and not parametric: no such type has known rows
		return struct {
			*parallel[T]
			parallelFromOutput[T]
		}{p, fromOutput}
	case elementwise:
		return struct {
			*parallel[T]
			pointwise[T]
		}{p, at}
	case parametric:
		return struct {
			*parallel[T]
			learned[T]
		}{p, learns}
	}
	return p
}

// A wrapper is what Parallel returns.
type wrapper[T Float] interface{ inside() Activation[T] }

func (p *parallel[T]) inside() Activation[T] { return p.a }

// String returns that of the activation inside.
func (p *parallel[T]) String() string { return fmt.Sprint(p.a) }

// Where a pass is not to be spread, or the lengths do not fit, it goes to a as
// it is, which panics for the lengths.

// Forward computes dst ← f(x).
func (p *parallel[T]) Forward(dst, x []T) []T {
	if len(x) >= p.least {
		if j := p.plan(dst, p.rows.out, x, p.rows.in, nil, 0); j.chunks > 1 {
			return p.spread(j, func(dst, x, _ []T) { p.a.Forward(dst, x) })
		}
	}
	return p.a.Forward(dst, x)
}

// Derivative computes dst ← Jᵀ·upstream at x.
func (p *parallel[T]) Derivative(dst, x, upstream []T) []T {
	if len(x) >= p.least {
		if j := p.plan(dst, p.rows.in, x, p.rows.in, upstream, p.rows.out); j.chunks > 1 {
			return p.spread(j, func(dst, x, upstream []T) { p.a.Derivative(dst, x, upstream) })
		}
	}
	return p.a.Derivative(dst, x, upstream)
}

// DerivativeFromOutput computes dst ← Jᵀ·upstream from y = f(x).
func (o parallelFromOutput[T]) DerivativeFromOutput(dst, y, upstream []T) []T {
	if p := o.p; len(y) >= p.least {
		if j := p.plan(dst, p.rows.in, y, p.rows.out, upstream, p.rows.out); j.chunks > 1 {
			return p.spread(j, func(dst, y, upstream []T) { o.a.DerivativeFromOutput(dst, y, upstream) })
		}
	}
	return o.a.DerivativeFromOutput(dst, y, upstream)
}

// A job is the slices of a pass, and how they are cut.
type job[T Float] struct {
	dst, in, upstream          []T
	dstRow, inRow, upstreamRow int // elements of a row in each
	rows, chunks               int
}

// plan returns the job of slices with so many elements for a row. It has less
// than two chunks where they are not to be cut, or the lengths do not fit. Else
// there are several chunks for each goroutine, so that one which has to wait for
// a processor delays its own chunk only.
func (p *parallel[T]) plan(dst []T, dstRow int, in []T, inRow int, upstream []T, upstreamRow int) job[T] {
	const each = 16
	j := job[T]{dst, in, upstream, dstRow, inRow, upstreamRow, 0, 0}
	if inRow < 1 || len(in)%inRow != 0 {
		return j
	}
	j.rows = len(in) / inRow
	if dst != nil && len(dst) != j.rows*dstRow || upstream != nil && len(upstream) != j.rows*upstreamRow {
		return j
	}
	if overlapInPart(dst, in) || overlapInPart(dst, upstream) {
		return j
	}
	if l, ok := p.a.(learned[T]); ok && overlap(dst, l.Parameters()) {
		return j
	}
	if procs := runtime.GOMAXPROCS(0); procs > 1 {
		j.chunks = min(j.rows, each*procs, p.work(j)/p.effort.chunk)
	}
	return j
}

// work returns the work of all of j.
func (p *parallel[T]) work(j job[T]) int { return saturatingProduct(len(j.in), p.rows.weight) }

// start returns the first row of chunk i. The chunks before the last ones are a
// row longer where the rows are not a multiple of the chunks.
func (j job[T]) start(i int) int {
	return i*(j.rows/j.chunks) + min(i, j.rows%j.chunks)
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

// share runs pass on the chunks from one on, all at the same time.
func (j job[T]) share(pass func(dst, in, upstream []T), from int) {
	share(from, j.chunks, func(i int) { j.run(pass, i, i+1) })
}

// spread runs pass on all chunks of j, at the same time where that is worth it,
// and returns dst.
func (p *parallel[T]) spread(j job[T], pass func(dst, in, upstream []T)) []T {
	pass([]T{}, nil, nil) // fits any shape, and so panics only for fields that are wrong
	if j.dst == nil {
		j.dst = make([]T, j.rows*j.dstRow)
	}
	if p.work(j) >= p.effort.certain {
		j.share(pass, 0)
		return j.dst
	}
	begin := time.Now()
	j.run(pass, 0, 1)
	if rest := time.Since(begin) * time.Duration(j.chunks-1); rest < p.effort.worth {
		j.run(pass, 1, j.chunks)
	} else {
		j.share(pass, 1)
	}
	return j.dst
}

// share calls run for each i from first to before end, each in one of several
// goroutines, of which the caller's is one. They take the next i when they are
// done with one. A panic of run is that of share, as it would be if all of them
// ran in order: with the least i, after all below it, none begun after it. So is
// a [runtime.Goexit].
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
	// One more than there are processors left. The scheduler lets others have the
	// goroutine that was started last only after some 60 µs, since its own turn
	// comes if the caller waits; so let that be one too many.
	for range min(runtime.GOMAXPROCS(0), end-first) {
		group.Go(work)
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
