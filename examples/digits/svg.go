package main

import (
	"bytes"
	"fmt"
	"math"
)

// Colours that can be told apart, on white and on black.
var colours = []string{"#888888", "#d62728", "#9467bd", "#1f77b4", "#17a2b8", "#2ca02c", "#e08214"}

// curves draws the loss of each epoch as SVG, on a logarithmic scale.
func curves(results []result) []byte {
	const (
		width, height            = 640, 400
		left, right, top, bottom = 70, 150, 30, 50
	)
	epochs := 0
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range results {
		epochs = max(epochs, len(r.losses))
		for _, l := range r.losses {
			l = math.Log10(max(l, 1e-9))
			low, high = min(low, math.Floor(l)), max(high, math.Ceil(l))
		}
	}
	if high == low {
		high++
	}
	x := func(epoch int) float64 {
		return left + float64(epoch-1)/float64(max(epochs-1, 1))*(width-left-right)
	}
	y := func(log float64) float64 { return top + (high-log)/(high-low)*(height-top-bottom) }

	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
<style>
text { fill: #333 } .axis { stroke: #333 } .grid { stroke: #ccc }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .axis { stroke: #ddd } .grid { stroke: #444 } .page { fill: #0d1117 } }
</style>
<rect class="page" width="100%%" height="100%%" fill="#fff"/>
`, width, height)
	for log := low; log <= high; log++ {
		fmt.Fprintf(&b, `<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
			left, y(log), width-right, y(log), left-8, y(log)+4, math.Pow(10, log))
	}
	for _, epoch := range ticks(epochs) {
		fmt.Fprintf(&b, `<line class="axis" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n",
			x(epoch), height-bottom, x(epoch), height-bottom+5, x(epoch), height-bottom+20, epoch)
	}
	fmt.Fprintf(&b, `<path class="axis" fill="none" d="M%d %d V%d H%d"/>`+"\n", left, top, height-bottom, width-right)
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">epoch</text>`+"\n", (left+width-right)/2, height-10)
	fmt.Fprintf(&b, `<text transform="translate(18 %d) rotate(-90)" text-anchor="middle">mean loss in training</text>`+"\n", (top+height-bottom)/2)
	for i, r := range results {
		colour := colours[i%len(colours)]
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, colour)
		for e, l := range r.losses {
			fmt.Fprintf(&b, "%.1f,%.1f ", x(e+1), y(math.Log10(max(l, 1e-9))))
		}
		b.WriteString("\"/>\n")
		if len(r.losses) == 1 { // a line of one point does not show
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>`+"\n", x(1), y(math.Log10(max(r.losses[0], 1e-9))), colour)
		}
		at := top + 10 + 20*i
		fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-width="2"/><text x="%d" y="%d">%s</text>`+"\n",
			width-right+15, at, width-right+40, at, colour, width-right+46, at+4, r.name)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// ticks returns about six round epochs from 1 to n.
func ticks(n int) []int {
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
