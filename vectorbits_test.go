package activation_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"example.com/activation"
)

var wantedBits = flag.Int("bits", -1, "fail unless VectorBits returns this number")

// TestVectorBits logs which loops the tests of this run use.
func TestVectorBits(t *testing.T) {
	bits := activation.VectorBits()
	switch bits {
	case 0:
		t.Logf("scalar loops, %s/%s, %s", runtime.GOOS, runtime.GOARCH, runtime.Version())
	case 128, 256, 512:
		t.Logf("SIMD loops of %d bits, %s/%s, %s", bits, runtime.GOOS, runtime.GOARCH, runtime.Version())
	default:
		t.Errorf("VectorBits() = %d", bits)
	}
	if *wantedBits >= 0 && bits != *wantedBits {
		t.Errorf("VectorBits() = %d, want %d: the loops to be tested do not run", bits, *wantedBits)
	}
}

// TestOtherWidths checks that the plain Go loops run if GODEBUG asks for a width that no SIMD loop
// has.
func TestOtherWidths(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other platforms have loops of one width, and emulators start no process")
	}
	for _, width := range []int{64, 192, 384} {
		if width >= activation.VectorBits() {
			break // package simd would panic
		}
		test := exec.Command(os.Args[0], "-test.run=^TestVectorBits$", "-bits=0")
		test.Env = append(os.Environ(), fmt.Sprintf("GODEBUG=simd=%d", width))
		if out, err := test.CombinedOutput(); err != nil {
			t.Errorf("GODEBUG=simd=%d: %v\n%s", width, err, out)
		}
	}
}
