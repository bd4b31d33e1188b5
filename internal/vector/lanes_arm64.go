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

// ConcatAddPairs does not give the rounding errors of its sums. So twoSumAcross32x4 and
// twoSumAcross64x2 read the lanes one by one.

func twoSumAcross32x4(sum, lost archsimd.Float32x4) (s, l archsimd.Float32x4) {
	var a [4]float32
	sum.Store(a[:])
	s, l = archsimd.BroadcastFloat32x4(a[0]), sumAcross32x4(lost)
	for _, lane := range a[1:] {
		s, l = twoSum32x4(s, l, archsimd.BroadcastFloat32x4(lane))
	}
	return s, l
}

func twoSumAcross64x2(sum, lost archsimd.Float64x2) (s, l archsimd.Float64x2) {
	return twoSum64x2(archsimd.BroadcastFloat64x2(sum.GetElem(0)), sumAcross64x2(lost), archsimd.BroadcastFloat64x2(sum.GetElem(1)))
}

// lookup32x1 returns the entry in all lanes. The functions of one element need it in the
// lowest one only.
func lookup32x1(table *[maxLanes32]float32, i archsimd.Uint32x4) archsimd.Float32x4 {
	return archsimd.BroadcastFloat32x4(table[i.GetElem(0)%8])
}

func without32x4(v archsimd.Float32x4, m archsimd.Mask32x4) archsimd.Float32x4 {
	return v.ToBits().AndNot(m.ToInt32x4().ToBits()).BitsToFloat32()
}

func without64x2(v archsimd.Float64x2, m archsimd.Mask64x2) archsimd.Float64x2 {
	return v.ToBits().AndNot(m.ToInt64x2().ToBits()).BitsToFloat64()
}

func orNaN32x4(y, v archsimd.Float32x4) archsimd.Float32x4 {
	return y.IfElse(v.Equal(v), v)
}

func orNaN64x2(y, v archsimd.Float64x2) archsimd.Float64x2 {
	return y.IfElse(v.Equal(v), v)
}

// The loops need no test of all lanes, because slowSubnormals is false.

func anyLane32x4(m archsimd.Mask32x4) bool { return true }
func anyLane64x2(m archsimd.Mask64x2) bool { return true }
func anyLane32x1(m archsimd.Mask32x4) bool { return true }
func anyLane64x1(m archsimd.Mask64x2) bool { return true }
