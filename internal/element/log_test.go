package element

import (
	"math"
	"math/rand"
	"testing"

	"example.com/activation/internal/reference"
)

// TestLog1p compares Log1p with package reference: for each entry of the table at the ends of its
// interval, around 1/256, for small s, and for random s.
func TestLog1p(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	inputs := []float64{0, 0x1p-1074, 0x1p-1022, 0x1p-54, 0x1p-53, 0x1p-52, 0x1p53, 0x1p53 + 2, 0x1p62, 1e300}
	for i := range 2 * 3 * 128 {
		edge := 1 + float64(i)/256
		for _, k := range []int{0, 1, 5, 30} {
			s := math.Ldexp(edge, k) - 1
			inputs = append(inputs, s, math.Nextafter(s, 0), math.Nextafter(s, math.Inf(1)))
		}
	}
	for i := range 2000 {
		inputs = append(inputs, math.Float64frombits(math.Float64bits(1./256)+uint64(i)-1000))
	}
	for range 40_000 {
		inputs = append(inputs, math.Exp(rng.Float64()*50-45), rng.Float64()/64, rng.Float64()*8)
	}
	worst, at := 0.0, 0.0
	for _, s := range inputs {
		want := reference.Log1p(reference.FromFloat(s))
		e := reference.ULP64(Log1p(s), want)
		if s > 1./256 && s < 1.0001/256 && e <= 1.01 {
			continue // see Log1p
		}
		if e > worst {
			worst, at = e, s
		}
	}
	t.Logf("worst error %.4f ULP at %v", worst, at)
	if worst > 0.8 {
		t.Errorf("error of %.4f ULP at %v, want at most 0.8", worst, at)
	}
	if y := Log1p(math.NaN()); y == y {
		t.Errorf("Log1p(NaN) = %v, want NaN", y)
	}
}

func BenchmarkLog1p(b *testing.B) {
	x := make([]float64, 4096)
	for i := range x {
		x[i] = rand.Float64() * 2
	}
	sum := 0.0
	for _, c := range []struct {
		name string
		log  func(float64) float64
	}{{"table", Log1p}, {"math", math.Log1p}} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				for _, v := range x {
					sum += c.log(v)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/log")
		})
	}
}
