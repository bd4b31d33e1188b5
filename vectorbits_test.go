package activation_test

import (
	"flag"
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
