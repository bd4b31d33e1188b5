package main

import (
	"bytes"
	"fmt"
	"math"
)

//go:generate go run . -svg ../../docs/digits.svg

// The colours of the curves, on white and on black: those that Okabe and Ito
// chose for colour-blind readers, or near them. Dashes tell them apart as well.
const style = `
text { fill: #222; font: 13px sans-serif } .title { font-weight: bold; font-size: 15px } .page { fill: #fff }
.grid { stroke: #ddd } .axis { stroke: #555; fill: none } .curve { stroke: currentColor; stroke-width: 2.2; fill: none } .dot { fill: currentColor }
.c0 { color: #777 } .c1 { color: #d55e00 } .c2 { color: #b0558a } .c3 { color: #0072b2 } .c4 { color: #1f8fd0 } .c5 { color: #009e73 } .c6 { color: #b77f00 }
.c0.curve { stroke-dasharray: 2 4 } .c2.curve { stroke-dasharray: 10 4 } .c4.curve { stroke-dasharray: 5 4 } .c5.curve { stroke-dasharray: 12 4 2 4 } .c6.curve { stroke-dasharray: 2 2 }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .page { fill: #0d1117 } .grid { stroke: #2a3038 } .axis { stroke: #9198a1 }
.c0 { color: #999 } .c1 { color: #f08040 } .c2 { color: #d79ac0 } .c3 { color: #3d9ee0 } .c4 { color: #8fd0f5 } .c5 { color: #2cc597 } .c6 { color: #f0c040 }
}
`

// styles is how many curves style can tell apart.
const styles = 7

// curves draws the loss of each epoch as SVG, on a logarithmic scale.
func curves(results []result) []byte {
	const (
		width, height            = 720, 420
		left, right, top, bottom = 70, 140, 44, 54
		least                    = 1e-9 // a loss of 0 is drawn as this
	)
	epochs := 1
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range results {
		epochs = max(epochs, len(r.losses))
		for _, l := range drawable(r.losses) {
			l = max(l, least)
			low, high = min(low, l), max(high, l)
		}
	}
	if low > high { // no loss at all
		low, high = 0.1, 1
	}
	grid := lossTicks(low, high)
	low, high = grid[0], grid[len(grid)-1]
	x := func(epoch int) float64 {
		return left + float64(epoch-1)/float64(max(epochs-1, 1))*(width-left-right)
	}
	y := func(loss float64) float64 {
		high10, low10 := math.Log10(high), math.Log10(low)
		return top + (high10-math.Log10(max(loss, low)))/(high10-low10)*(height-top-bottom)
	}

	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`, width, height)
	fmt.Fprintf(&b, "\n<title>Learning curves</title>\n<style>%s</style>\n", style)
	b.WriteString(`<rect class="page" width="100%" height="100%"/>` + "\n")
	fmt.Fprintf(&b, `<text class="title" x="%d" y="26">Learning to read digits, by the activation of the hidden layer</text>`+"\n", left)
	for _, loss := range grid {
		fmt.Fprintf(&b, `<path class="grid" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
			left, y(loss), width-right, left-8, y(loss)+4.5, loss)
	}
	for _, epoch := range epochTicks(epochs) {
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f %dV%d"/><text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n",
			x(epoch), top, height-bottom, x(epoch), height-bottom+19, epoch)
	}
	fmt.Fprintf(&b, `<path class="axis" d="M%d %dV%dH%d"/>`+"\n", left, top, height-bottom, width-right)
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">epoch</text>`+"\n", (left+width-right)/2, height-14)
	fmt.Fprintf(&b, `<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">mean loss in training</text>`+"\n", (top+height-bottom)/2)

	for i, r := range results {
		losses, colour := drawable(r.losses), i%styles
		fmt.Fprintf(&b, `<polyline class="c%d curve" points="`, colour)
		for e, l := range losses {
			fmt.Fprintf(&b, "%.1f,%.1f ", x(e+1), y(l))
		}
		b.WriteString("\"/>\n")
		if len(losses) == 1 { // a line of one point does not show
			fmt.Fprintf(&b, `<circle class="c%d dot" cx="%.1f" cy="%.1f" r="4"/>`+"\n", colour, x(1), y(losses[0]))
		}
		at := top + 10 + 22*i
		fmt.Fprintf(&b, `<path class="c%d curve" d="M%d %dh36"/><text x="%d" y="%.1f">%s</text>`+"\n",
			colour, width-right+14, at, width-right+57, float64(at)+4.5, r.name)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// drawable returns the losses before the first that is not finite: training has
// diverged there.
func drawable(losses []float64) []float64 {
	for i, l := range losses {
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return losses[:i]
		}
	}
	return losses
}

// lossTicks returns round losses from one below low to one above high: 1, 2
// and 5 of each power of ten, or only the powers if there are many.
func lossTicks(low, high float64) (ticks []float64) {
	factors := []float64{1, 2, 5}
	if high > 1e4*low {
		factors = factors[:1]
	}
	for e := math.Floor(math.Log10(low)); ; e++ {
		for _, f := range factors {
			tick := f * math.Pow(10, e)
			switch {
			case tick <= low:
				ticks = []float64{tick} // so far the nearest below
			case tick < high:
				ticks = append(ticks, tick)
			default:
				return append(ticks, tick)
			}
		}
	}
}

// epochTicks returns about six round epochs from 1 to n.
func epochTicks(n int) []int {
	step := 1
	for _, s := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		if step = s; n/s <= 6 {
			break
		}
	}
	t := []int{1}
	for e := step; e <= n; e += step {
		if e > 1 {
			t = append(t, e)
		}
	}
	return t
}
