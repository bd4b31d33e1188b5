//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// lanes_amd64.go and lanes_arm64.go have other versions of these functions, with
// instructions of simd/archsimd. The types of package simd have no operation across the
// lanes of a vector. So most of these functions store the vector and read the lanes from
// memory.

// maxAcross32 returns a vector with the maximum of all lanes of v in each lane.
//
//vector:by hand
func maxAcross32(v simd.Float32s) simd.Float32s {
	var lanes [maxLanes32]float32
	v.Store(lanes[:])
	m := lanes[0]
	for _, lane := range lanes[1:v.Len()] {
		m = max(m, lane)
	}
	return simd.BroadcastFloat32s(m)
}

// sumAcross32 returns a vector with the sum of all lanes of v in each lane.
//
//vector:by hand
func sumAcross32(v simd.Float32s) simd.Float32s {
	var lanes [maxLanes32]float32
	v.Store(lanes[:])
	var sum float32
	for _, lane := range lanes[:v.Len()] {
		sum += lane
	}
	return simd.BroadcastFloat32s(sum)
}

// twoSumAcross32 returns two vectors. In each lane, s has the rounded sum of all lanes of
// sum, and l has the sum of all lanes of lost plus the rounding errors of s.
//
//vector:by hand
func twoSumAcross32(sum, lost simd.Float32s) (s, l simd.Float32s) {
	var lanes [maxLanes32]float32
	sum.Store(lanes[:])
	for _, lane := range lanes[:sum.Len()] {
		s, l = twoSum32(s, l, simd.BroadcastFloat32s(lane))
	}
	return s, l.Add(sumAcross32(lost))
}

// lookup32 returns the entry of table for each lane of i, whose lowest three bits are its
// number. The table holds eight entries twice.
//
//vector:by hand, one element too
func lookup32(table *[maxLanes32]float32, i simd.Uint32s) simd.Float32s {
	var numbers [maxLanes32]uint32
	var entries [maxLanes32]float32
	i.Store(numbers[:])
	for lane, n := range numbers[:i.Len()] {
		entries[lane] = table[n%8]
	}
	return simd.LoadFloat32s(entries[:])
}

// anyLane32 reports whether m is set in a lane. If slowSubnormals is false, it returns true:
// then the loops clip each vector, and need no test.
//
//vector:by hand, one element too
func anyLane32(m simd.Mask32s) bool { return true }

// orNaN32 returns y, but NaN in the lanes in which v is NaN.
//
//vector:by hand
func orNaN32(y, v simd.Float32s) simd.Float32s {
	return y.ToBits().Or(v.NotEqual(v).ToInt32s().ToBits()).BitsToFloat32()
}

// without32 returns v, but 0 in the lanes in which m is set.
//
//vector:by hand
func without32(v simd.Float32s, m simd.Mask32s) simd.Float32s {
	return v.ToBits().AndNot(m.ToInt32s().ToBits()).BitsToFloat32()
}
