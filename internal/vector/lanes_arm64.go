//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "simd/archsimd"

func maxAcross32x4(v archsimd.Float32x4) archsimd.Float32x4 {
	return archsimd.BroadcastFloat32x4(v.ReduceMax())
}

func sumAcross32x4(v archsimd.Float32x4) archsimd.Float32x4 {
	v = v.ConcatAddPairs(v)
	return v.ConcatAddPairs(v)
}

func maxAcross64x2(v archsimd.Float64x2) archsimd.Float64x2 {
	return archsimd.BroadcastFloat64x2(max(v.GetElem(0), v.GetElem(1)))
}

func sumAcross64x2(v archsimd.Float64x2) archsimd.Float64x2 { return v.ConcatAddPairs(v) }
