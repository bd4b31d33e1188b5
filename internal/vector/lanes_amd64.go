//go:build goexperiment.simd && go1.27 && !go1.28

package vector

import "simd/archsimd"

// The first step combines the halves of a vector, the next one its quarters, and so on.
// At the end all lanes have the same value.

func maxAcross32x4(v archsimd.Float32x4) archsimd.Float32x4 {
	v = v.Max(v.ConcatPermuteScalars(2, 3, 0, 1, v))
	return v.Max(v.ConcatPermuteScalars(1, 0, 3, 2, v))
}

func sumAcross32x4(v archsimd.Float32x4) archsimd.Float32x4 {
	v = v.Add(v.ConcatPermuteScalars(2, 3, 0, 1, v))
	return v.Add(v.ConcatPermuteScalars(1, 0, 3, 2, v))
}

func twoSumAcross32x4(sum, lost archsimd.Float32x4) (s, l archsimd.Float32x4) {
	sum, lost = twoSum32x4(sum, lost.Add(lost.ConcatPermuteScalars(2, 3, 0, 1, lost)), sum.ConcatPermuteScalars(2, 3, 0, 1, sum))
	sum, lost = twoSum32x4(sum, lost.Add(lost.ConcatPermuteScalars(1, 0, 3, 2, lost)), sum.ConcatPermuteScalars(1, 0, 3, 2, sum))
	return sum, lost
}

func maxAcross64x2(v archsimd.Float64x2) archsimd.Float64x2 {
	return v.Max(v.ConcatPermuteScalars(1, 0, v))
}

func sumAcross64x2(v archsimd.Float64x2) archsimd.Float64x2 {
	return v.Add(v.ConcatPermuteScalars(1, 0, v))
}

func twoSumAcross64x2(sum, lost archsimd.Float64x2) (s, l archsimd.Float64x2) {
	sum, lost = twoSum64x2(sum, lost.Add(lost.ConcatPermuteScalars(1, 0, lost)), sum.ConcatPermuteScalars(1, 0, sum))
	return sum, lost
}

func maxAcross32x8(v archsimd.Float32x8) archsimd.Float32x8 {
	v = v.Max(v.ConcatPermute128Scalars(1, 0, v))
	v = v.Max(v.ConcatPermuteScalarsGrouped(2, 3, 0, 1, v))
	return v.Max(v.ConcatPermuteScalarsGrouped(1, 0, 3, 2, v))
}

func sumAcross32x8(v archsimd.Float32x8) archsimd.Float32x8 {
	v = v.Add(v.ConcatPermute128Scalars(1, 0, v))
	v = v.Add(v.ConcatPermuteScalarsGrouped(2, 3, 0, 1, v))
	return v.Add(v.ConcatPermuteScalarsGrouped(1, 0, 3, 2, v))
}

func twoSumAcross32x8(sum, lost archsimd.Float32x8) (s, l archsimd.Float32x8) {
	sum, lost = twoSum32x8(sum, lost.Add(lost.ConcatPermute128Scalars(1, 0, lost)), sum.ConcatPermute128Scalars(1, 0, sum))
	sum, lost = twoSum32x8(sum, lost.Add(lost.ConcatPermuteScalarsGrouped(2, 3, 0, 1, lost)), sum.ConcatPermuteScalarsGrouped(2, 3, 0, 1, sum))
	sum, lost = twoSum32x8(sum, lost.Add(lost.ConcatPermuteScalarsGrouped(1, 0, 3, 2, lost)), sum.ConcatPermuteScalarsGrouped(1, 0, 3, 2, sum))
	return sum, lost
}

func maxAcross64x4(v archsimd.Float64x4) archsimd.Float64x4 {
	v = v.Max(v.ConcatPermute128Scalars(1, 0, v))
	return v.Max(v.ConcatPermuteScalarsGrouped(1, 0, v))
}

func sumAcross64x4(v archsimd.Float64x4) archsimd.Float64x4 {
	v = v.Add(v.ConcatPermute128Scalars(1, 0, v))
	return v.Add(v.ConcatPermuteScalarsGrouped(1, 0, v))
}

func twoSumAcross64x4(sum, lost archsimd.Float64x4) (s, l archsimd.Float64x4) {
	sum, lost = twoSum64x4(sum, lost.Add(lost.ConcatPermute128Scalars(1, 0, lost)), sum.ConcatPermute128Scalars(1, 0, sum))
	sum, lost = twoSum64x4(sum, lost.Add(lost.ConcatPermuteScalarsGrouped(1, 0, lost)), sum.ConcatPermuteScalarsGrouped(1, 0, sum))
	return sum, lost
}

func maxAcross32x16(v archsimd.Float32x16) archsimd.Float32x16 {
	v = v.Max(v.Permute(archsimd.LoadUint32x16(otherHalf32[:])))
	v = v.Max(v.Permute(archsimd.LoadUint32x16(otherQuarter32[:])))
	v = v.Max(v.ConcatPermuteScalarsGrouped(2, 3, 0, 1, v))
	return v.Max(v.ConcatPermuteScalarsGrouped(1, 0, 3, 2, v))
}

func sumAcross32x16(v archsimd.Float32x16) archsimd.Float32x16 {
	v = v.Add(v.Permute(archsimd.LoadUint32x16(otherHalf32[:])))
	v = v.Add(v.Permute(archsimd.LoadUint32x16(otherQuarter32[:])))
	v = v.Add(v.ConcatPermuteScalarsGrouped(2, 3, 0, 1, v))
	return v.Add(v.ConcatPermuteScalarsGrouped(1, 0, 3, 2, v))
}

func twoSumAcross32x16(sum, lost archsimd.Float32x16) (s, l archsimd.Float32x16) {
	sum, lost = twoSum32x16(sum, lost.Add(lost.Permute(archsimd.LoadUint32x16(otherHalf32[:]))), sum.Permute(archsimd.LoadUint32x16(otherHalf32[:])))
	sum, lost = twoSum32x16(sum, lost.Add(lost.Permute(archsimd.LoadUint32x16(otherQuarter32[:]))), sum.Permute(archsimd.LoadUint32x16(otherQuarter32[:])))
	sum, lost = twoSum32x16(sum, lost.Add(lost.ConcatPermuteScalarsGrouped(2, 3, 0, 1, lost)), sum.ConcatPermuteScalarsGrouped(2, 3, 0, 1, sum))
	sum, lost = twoSum32x16(sum, lost.Add(lost.ConcatPermuteScalarsGrouped(1, 0, 3, 2, lost)), sum.ConcatPermuteScalarsGrouped(1, 0, 3, 2, sum))
	return sum, lost
}

func maxAcross64x8(v archsimd.Float64x8) archsimd.Float64x8 {
	v = v.Max(v.Permute(archsimd.LoadUint64x8(otherHalf64[:])))
	v = v.Max(v.Permute(archsimd.LoadUint64x8(otherQuarter64[:])))
	return v.Max(v.ConcatPermuteScalarsGrouped(1, 0, v))
}

func sumAcross64x8(v archsimd.Float64x8) archsimd.Float64x8 {
	v = v.Add(v.Permute(archsimd.LoadUint64x8(otherHalf64[:])))
	v = v.Add(v.Permute(archsimd.LoadUint64x8(otherQuarter64[:])))
	return v.Add(v.ConcatPermuteScalarsGrouped(1, 0, v))
}

func twoSumAcross64x8(sum, lost archsimd.Float64x8) (s, l archsimd.Float64x8) {
	sum, lost = twoSum64x8(sum, lost.Add(lost.Permute(archsimd.LoadUint64x8(otherHalf64[:]))), sum.Permute(archsimd.LoadUint64x8(otherHalf64[:])))
	sum, lost = twoSum64x8(sum, lost.Add(lost.Permute(archsimd.LoadUint64x8(otherQuarter64[:]))), sum.Permute(archsimd.LoadUint64x8(otherQuarter64[:])))
	sum, lost = twoSum64x8(sum, lost.Add(lost.ConcatPermuteScalarsGrouped(1, 0, lost)), sum.ConcatPermuteScalarsGrouped(1, 0, sum))
	return sum, lost
}

// Lane numbers for Permute: otherHalf exchanges the halves of a vector of 512 bits, and
// otherQuarter the quarters of each half.
var (
	otherHalf32    = [16]uint32{8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7}
	otherQuarter32 = [16]uint32{4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11}
	otherHalf64    = [8]uint64{4, 5, 6, 7, 0, 1, 2, 3}
	otherQuarter64 = [8]uint64{2, 3, 0, 1, 6, 7, 4, 5}
)

func lookup32x8(table *[maxLanes32]float32, i archsimd.Uint32x8) archsimd.Float32x8 {
	return archsimd.LoadFloat32x8(table[:]).Permute(i)
}

func lookup32x16(table *[maxLanes32]float32, i archsimd.Uint32x16) archsimd.Float32x16 {
	return archsimd.LoadFloat32x16(table[:]).Permute(i)
}

// lookup32x1 returns the entry in all lanes. The functions of one element need it in the
// lowest one only.
func lookup32x1(table *[maxLanes32]float32, i archsimd.Uint32x4) archsimd.Float32x4 {
	return archsimd.BroadcastFloat32x4(table[i.GetElem(0)%8])
}

// The functions without32x4, … return v, but 0 in the lanes in which m is set. At 128 and 256
// bits AndNot is one instruction, and IfElse would be three. At 512 bits a mask is in a mask
// register, which IfElse reads directly: with AndNot, HardSwish of float32 takes 0.26 ns an
// element, and with IfElse 0.10.

func without32x4(v archsimd.Float32x4, m archsimd.Mask32x4) archsimd.Float32x4 {
	return v.ToBits().AndNot(m.ToInt32x4().ToBits()).BitsToFloat32()
}

func without64x2(v archsimd.Float64x2, m archsimd.Mask64x2) archsimd.Float64x2 {
	return v.ToBits().AndNot(m.ToInt64x2().ToBits()).BitsToFloat64()
}

func without32x8(v archsimd.Float32x8, m archsimd.Mask32x8) archsimd.Float32x8 {
	return v.ToBits().AndNot(m.ToInt32x8().ToBits()).BitsToFloat32()
}

func without64x4(v archsimd.Float64x4, m archsimd.Mask64x4) archsimd.Float64x4 {
	return v.ToBits().AndNot(m.ToInt64x4().ToBits()).BitsToFloat64()
}

func without32x16(v archsimd.Float32x16, m archsimd.Mask32x16) archsimd.Float32x16 {
	var zero archsimd.Float32x16
	return zero.IfElse(m, v)
}

func without64x8(v archsimd.Float64x8, m archsimd.Mask64x8) archsimd.Float64x8 {
	var zero archsimd.Float64x8
	return zero.IfElse(m, v)
}

// The functions orNaN32x4, … return y, but NaN in the lanes in which v is NaN.

func orNaN32x4(y, v archsimd.Float32x4) archsimd.Float32x4 {
	return y.ToBits().Or(v.NotEqual(v).ToInt32x4().ToBits()).BitsToFloat32()
}

func orNaN64x2(y, v archsimd.Float64x2) archsimd.Float64x2 {
	return y.ToBits().Or(v.NotEqual(v).ToInt64x2().ToBits()).BitsToFloat64()
}

func orNaN32x8(y, v archsimd.Float32x8) archsimd.Float32x8 {
	return y.ToBits().Or(v.NotEqual(v).ToInt32x8().ToBits()).BitsToFloat32()
}

func orNaN64x4(y, v archsimd.Float64x4) archsimd.Float64x4 {
	return y.ToBits().Or(v.NotEqual(v).ToInt64x4().ToBits()).BitsToFloat64()
}

func orNaN32x16(y, v archsimd.Float32x16) archsimd.Float32x16 {
	return v.IfElse(v.NotEqual(v), y)
}

func orNaN64x8(y, v archsimd.Float64x8) archsimd.Float64x8 {
	return v.IfElse(v.NotEqual(v), y)
}

// The functions anyLane32x4, … report whether m is set in a lane.

func anyLane32x4(m archsimd.Mask32x4) bool   { return m.ToBits() != 0 }
func anyLane64x2(m archsimd.Mask64x2) bool   { return m.ToBits() != 0 }
func anyLane32x8(m archsimd.Mask32x8) bool   { return m.ToBits() != 0 }
func anyLane64x4(m archsimd.Mask64x4) bool   { return m.ToBits() != 0 }
func anyLane32x16(m archsimd.Mask32x16) bool { return m.ToBits() != 0 }
func anyLane64x8(m archsimd.Mask64x8) bool   { return m.ToBits() != 0 }
func anyLane32x1(m archsimd.Mask32x4) bool   { return m.ToBits() != 0 }
func anyLane64x1(m archsimd.Mask64x2) bool   { return m.ToBits() != 0 }
