package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A figure has a title, a legend, and panels in rows.
type figure struct {
	name, title   string
	legend        []key
	columns       int
	width, height float64 // of a panel, inside its axes
	panels        []panel
}

// A key explains a style in the legend.
type key struct{ style, text string }

// A panel is a pair of axes with curves.
type panel struct {
	title  string
	x, y   axis
	curves []curve
}

// An axis runs from low to high, both multiples of step, with a tick at every
// multiple.
type axis struct {
	label           string
	low, high, step float64
}

// The space around a panel.
const left, right, top, bottom = 56, 16, 24, 44

// The figure draws its own background, because that of the page may be light or dark.
// The colours are close to those that Okabe and Ito recommend for colour-blind readers.
// They are darker on a white background, and lighter on a dark one.
const style = `
text { fill: #222; font: 13px sans-serif } .title { font-weight: bold; font-size: 15px }
path, circle { fill: none; stroke-width: 2.2; stroke: currentColor }
.page { fill: #fff }
.grid { color: #ddd; stroke-width: 1 } .zero { color: #888; stroke-width: 1 } .frame { color: #555; stroke-width: 1 }
.first { color: #0072b2 } .second { color: #d55e00 } .third { color: #009e73 } .ink { color: #222 } .wide { color: #bbb; stroke-width: 8 }
.dash { stroke-dasharray: 7 7 } .second.dash { stroke-dashoffset: 7 }
.closed, .open { stroke-dasharray: none } .closed { fill: currentColor } .open { fill: #fff }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .page, .open { fill: #0d1117 }
.grid { color: #2a3038 } .zero { color: #6e7681 } .frame { color: #9198a1 }
.first { color: #56b4e9 } .second { color: #e69f00 } .third { color: #2cc597 } .ink { color: #ddd } .wide { color: #484f58 }
}
`

// svg draws the figure.
func (f figure) svg() []byte {
	cellWidth, cellHeight := left+f.width+right, top+f.height+bottom
	width := float64(f.columns) * cellWidth

	var legend bytes.Buffer
	x, head := float64(left), 42.
	for _, k := range f.legend {
		length := 42 + 7.5*float64(utf8.RuneCountInString(k.text)) // enough for a wide font
		if x > left && (f.columns == 1 || x+length > width) {
			x, head = left, head+20
		}
		fmt.Fprintf(&legend, `<path class="%s" d="M%s %sh35"/>`, k.style, number(x), number(head))
		text(&legend, x+42, head+4.5, "", k.text)
		x += length + 20
	}
	head += 10
	height := head + float64((len(f.panels)+f.columns-1)/f.columns)*cellHeight

	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s">`, number(width), number(height))
	fmt.Fprintf(&b, "\n<title>%s</title>\n<style>%s</style>\n", escape(f.title), style)
	fmt.Fprintf(&b, `<clipPath id="panel"><rect width="%s" height="%s"/></clipPath>`, number(f.width), number(f.height))
	b.WriteString("\n" + `<rect class="page" width="100%" height="100%"/>` + "\n")
	text(&b, left, 22, `class="title"`, f.title)
	legend.WriteTo(&b)
	for i, p := range f.panels {
		fmt.Fprintf(&b, `<g transform="translate(%s %s)">`+"\n",
			number(left+float64(i%f.columns)*cellWidth), number(head+top+float64(i/f.columns)*cellHeight))
		p.draw(&b, f.width, f.height)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// draw draws the panel, with its upper left corner at the origin.
func (p panel) draw(b *bytes.Buffer, width, height float64) {
	x := func(u float64) string { return number((u - p.x.low) / (p.x.high - p.x.low) * width) }
	y := func(v float64) string { return number((p.y.high - v) / (p.y.high - p.y.low) * height) }

	const middle, end = `text-anchor="middle"`, `text-anchor="end"`
	for u := range p.x.ticks {
		fmt.Fprintf(b, `<path class="%s" d="M%s 0V%s"/>`, gridline(u), x(u), number(height))
		text(b, 0, 18, middle+` transform="translate(`+x(u)+" "+number(height)+`)"`, label(u))
	}
	for v := range p.y.ticks {
		fmt.Fprintf(b, `<path class="%s" d="M0 %sH%s"/>`, gridline(v), y(v), number(width))
		text(b, -8, 4.5, end+` transform="translate(0 `+y(v)+`)"`, label(v))
	}
	fmt.Fprintf(b, `<path class="frame" d="M0 0V%sH%s"/>`+"\n", number(height), number(width))
	text(b, width/2, -8, middle, p.title)
	text(b, width/2, height+36, middle, p.x.label)
	text(b, 0, 0, middle+` transform="translate(-42 `+number(height/2)+`) rotate(-90)"`, p.y.label)

	var dots bytes.Buffer
	for _, c := range p.curves {
		t := c.trace(p.x.low, p.x.high)
		fmt.Fprintf(b, `<path class="%s" clip-path="url(#panel)" d="`, c.style)
		for _, stroke := range t.strokes {
			for i, at := range stroke {
				b.WriteString([]string{"M", "L"}[min(i, 1)] + x(at.u) + " " + y(at.v))
			}
		}
		b.WriteString("\"/>\n")
		for _, at := range t.open {
			fmt.Fprintf(&dots, `<circle class="%s open" cx="%s" cy="%s" r="4"/>`+"\n", c.style, x(at.u), y(at.v))
		}
		for _, at := range t.closed {
			fmt.Fprintf(&dots, `<circle class="%s closed" cx="%s" cy="%s" r="4"/>`+"\n", c.style, x(at.u), y(at.v))
		}
	}
	dots.WriteTo(b)
}

// ticks yields the positions of the ticks.
func (a axis) ticks(yield func(float64) bool) {
	first, last := math.Round(a.low/a.step), math.Round(a.high/a.step)
	for i := first; i <= last && yield(i*a.step); i++ {
	}
}

// gridline returns the style of the line at a tick.
func gridline(tick float64) string {
	if tick == 0 {
		return "zero"
	}
	return "grid"
}

// label returns the text of a tick.
func label(tick float64) string {
	return strings.Replace(strconv.FormatFloat(tick, 'g', 4, 64), "-", "−", 1)
}

// text writes s at x and y, with the given attributes. It writes nothing if s is empty.
func text(b *bytes.Buffer, x, y float64, attributes, s string) {
	if s == "" {
		return
	}
	if attributes != "" {
		attributes = " " + attributes
	}
	fmt.Fprintf(b, `<text x="%s" y="%s"%s>%s</text>`+"\n", number(x), number(y), attributes, escape(s))
}

// escape returns s as XML text.
func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

// number returns v with two decimals. If the third decimal is a 5, it rounds up even if
// v is slightly below that, because the last bits of v differ from one machine to
// another.
func number(v float64) string {
	return strconv.FormatFloat(math.Floor(100*v+0.5+1e-6)/100, 'f', -1, 64)
}
