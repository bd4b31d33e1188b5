package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
)

//go:generate go run . -svg ../../docs/digits.svg
//go:generate go run . -act relu,leaky_relu -rate 0.5 -svg ../../docs/dead_units.svg

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

// The layout of a figure, in pixels: a legend in columns, then panels one below the
// other. The page is narrow, because a phone shrinks a wide page until its text is
// illegible.
const (
	pageWidth, left, right = 440, 66, 14
	legendTop, legendRow   = 46, 22
	legendColumns          = 3
	panelHeight, gap       = 220, 66
)

// A panel shows one number of each epoch for each result.
type panel struct {
	label  string
	values func(r result) []float64
	ticks  []float64
	text   func(tick float64) string
	scale  func(v float64) float64 // increasing; ticks[0] is at the bottom, the last tick at the top
}

// curves draws as SVG how the networks learn: the loss of each epoch on a
// logarithmic scale, and below it the share of dead hidden units.
func curves(results []result) []byte {
	const least = 1e-9 // a loss of 0 is drawn as this
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
	panels := []panel{
		{
			label:  "mean loss in training",
			values: func(r result) []float64 { return drawable(r.losses) },
			ticks:  lossTicks(low, high),
			text:   func(loss float64) string { return fmt.Sprintf("%g", loss) },
			scale:  func(loss float64) float64 { return math.Log10(max(loss, least)) },
		},
		{
			label:  "dead hidden units",
			values: func(r result) []float64 { return r.dead[:len(drawable(r.losses))] },
			ticks:  []float64{0, 0.25, 0.5, 0.75, 1},
			text:   func(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) },
			scale:  func(share float64) float64 { return share },
		},
	}

	var b bytes.Buffer
	firstTop := legendTop + legendRow*((len(results)+legendColumns-1)/legendColumns) + 4
	height := firstTop + len(panels)*(panelHeight+gap) - gap + 54
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`, pageWidth, height)
	fmt.Fprintf(&b, "\n<title>Learning curves</title>\n<style>%s</style>\n", style)
	b.WriteString(`<rect class="page" width="100%" height="100%"/>` + "\n")
	fmt.Fprintf(&b, `<text class="title" x="%d" y="26">Learning to read digits</text>`+"\n", left)
	for i, r := range results {
		x := left + i%legendColumns*(pageWidth-left-right)/legendColumns
		y := legendTop + i/legendColumns*legendRow
		fmt.Fprintf(&b, `<path class="c%d curve" d="M%d %dh30"/><text x="%d" y="%.1f">%s</text>`+"\n",
			i%styles, x, y, x+36, float64(y)+4.5, html.EscapeString(r.name))
	}
	for i, p := range panels {
		p.draw(&b, firstTop+i*(panelHeight+gap), epochs, results)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// draw draws a panel whose upper edge is at top.
func (p panel) draw(b *bytes.Buffer, top, epochs int, results []result) {
	bottom := top + panelHeight
	low, high := p.scale(p.ticks[0]), p.scale(p.ticks[len(p.ticks)-1])
	x := func(epoch int) float64 {
		return left + float64(epoch-1)/float64(max(epochs-1, 1))*(pageWidth-left-right)
	}
	y := func(v float64) float64 {
		return float64(bottom) - (max(p.scale(v), low)-low)/(high-low)*panelHeight
	}
	for _, tick := range p.ticks {
		fmt.Fprintf(b, `<path class="grid" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
			left, y(tick), pageWidth-right, left-8, y(tick)+4.5, p.text(tick))
	}
	for _, epoch := range epochTicks(epochs) {
		fmt.Fprintf(b, `<path class="grid" d="M%.1f %dV%d"/><text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n",
			x(epoch), top, bottom, x(epoch), bottom+19, epoch)
	}
	fmt.Fprintf(b, `<path class="axis" d="M%d %dV%dH%d"/>`+"\n", left, top, bottom, pageWidth-right)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">epoch</text>`+"\n", (left+pageWidth-right)/2, bottom+38)
	fmt.Fprintf(b, `<text transform="translate(16 %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", (top+bottom)/2, p.label)
	for i, r := range results {
		values, colour := p.values(r), i%styles
		fmt.Fprintf(b, `<polyline class="c%d curve" points="`, colour)
		for e, v := range values {
			fmt.Fprintf(b, "%.1f,%.1f ", x(e+1), y(v))
		}
		b.WriteString("\"/>\n")
		if len(values) == 1 { // a line of one point does not show
			fmt.Fprintf(b, `<circle class="c%d dot" cx="%.1f" cy="%.1f" r="4"/>`+"\n", colour, x(1), y(values[0]))
		}
	}
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
