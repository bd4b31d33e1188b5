//go:build goexperiment.simd && go1.27 && !go1.28 && wasm

package vector

import "simd"

// What goes across the lanes of a vector goes through memory here. The types of
// simd/archsimd have instructions for that, see lanes_amd64.go and lanes_arm64.go.

// maxAcross32 returns a vector that has the maximum of the lanes of v in each.
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

// sumAcross32 returns a vector that has the sum of the lanes of v in each.
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

// twoSumAcross32 returns vectors that have, in each lane, the sum of the lanes of sum,
// and that of the lanes of lost with what the roundings of the first have lost.
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
