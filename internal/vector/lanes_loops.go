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
