package activation_test

import (
	"math/rand/v2"
	"os"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"

	"example.com/activation"
)

// TestGuardPages runs every method on slices between two pages without access rights.
// The slices have 0 to 20 groups or more. They begin directly behind the first page, or end
// directly before the last one. A vector that reads or writes beyond its slice causes a
// fault, even if its additional elements are not used.
func TestGuardPages(t *testing.T) { bothWide(t, guardPages[float32], guardPages[float64]) }

func guardPages[T activation.Float](t *testing.T, e entry[T]) {
	most := e.groups()
	rng := rand.New(rand.NewPCG(17, 18))
	passes := e.passes()
	if p, ok := e.a.(activation.Parametric[T]); ok {
		parameters := len(p.Parameters())
		passes = append(passes, pass[T]{"ParameterGradient", func(dst, x, upstream []T) []T {
			return p.ParameterGradient(dst[:parameters], x, upstream)
		}, e.group, parameters, true})
	}
	for _, p := range passes {
		dst, in, upstream := newFenced[T](t, most*p.out), newFenced[T](t, most*p.in), newFenced[T](t, most*e.outputs)
		values, g := e.inputFor(p, rng, most), values[T](rng, most*e.outputs)
		for n := 0; n <= most; n++ {
			out := n * p.out
			if p.name == "ParameterGradient" {
				out = p.out
			}
			for _, place := range []func(fenced[T], int) []T{fenced[T].first, fenced[T].last} {
				dst, in, up := place(dst, out), place(in, n*p.in), place(upstream, n*e.outputs)
				copy(in, values)
				copy(up, g)
				untouched(t, p, n, dst, in, nil)
				if p.takes {
					untouched(t, p, n, dst, in, up)
				}
				if p.in == p.out && p.name != "ParameterGradient" {
					untouched(t, p, n, in, in, nil)
				}
			}
		}
	}
}

// untouched runs p, and fails the test if p touches a guard page.
func untouched[T activation.Float](t *testing.T, p pass[T], n int, dst, in, upstream []T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			t.Fatalf("%s, %d groups: %v", p.name, n, fault)
		}
	}()
	p.run(dst, in, upstream)
}

// A fenced is memory between two pages without access rights.
type fenced[T activation.Float] []T

func newFenced[T activation.Float](t *testing.T, n int) fenced[T] {
	var zero T
	size, page := n*int(unsafe.Sizeof(zero)), os.Getpagesize()
	size = (size + page) / page * page
	memory, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	for _, guard := range [][]byte{memory[:page], memory[page+size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&memory[page])), size/int(unsafe.Sizeof(zero)))
}

// first returns n elements directly behind the first page. last returns n elements
// directly before the last one. Their capacity is n, too.

func (f fenced[T]) first(n int) []T { return f[:n:n] }
func (f fenced[T]) last(n int) []T  { return f[len(f)-n:] }
