package scalar

import "example.com/activation/internal/element"

// SoftmaxJacobian sets dst to the n×n derivatives of n outputs by n inputs,
// ∂yᵢ/∂xⱼ = yᵢ(δᵢⱼ − yⱼ)/τ. The last row of dst must hold y = softmax x.
func SoftmaxJacobian[T element.Float](dst []T, n int, tau T) {
	jacobian(dst, n, tau, func(y T) T { return y })
}

// LogSoftmaxJacobian sets dst to the n×n derivatives of n outputs by n inputs,
// ∂yᵢ/∂xⱼ = (δᵢⱼ − pⱼ)/τ. The last row of dst must hold p = softmax x.
func LogSoftmaxJacobian[T element.Float](dst []T, n int, tau T) {
	jacobian(dst, n, tau, func(p T) T { return 1 + 0*p }) // NaN for NaN
}

// jacobian sets dst to factor(yᵢ)·(δᵢⱼ − yⱼ)/τ. The last row of dst holds y, and is
// written last.
func jacobian[T element.Float](dst []T, n int, tau T, factor func(T) T) {
	y := dst[n*(n-1):]
	for i, yi := range y {
		// 1 − yᵢ is the sum of the other outputs. If yᵢ is close to 1, the
		// difference would lose its bits.
		var others sum
		for j, v := range y {
			if j != i {
				others.add(float64(v))
			}
		}
		out := dst[n*i:][:n]
		for j, v := range y {
			d := -float64(v)
			if j == i {
				d = others.value()
			}
			out[j] = T(float64(factor(yi)) * d / float64(tau))
		}
	}
}
