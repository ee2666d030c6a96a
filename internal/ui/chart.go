package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bar is a share drawn in a table cell, e.g. how much of a task is done.
type Bar struct {
	Percent int
	Label   string // 「8/12 · 67%」
	Late    bool
}

// Width gives the bar's length for SVG, within 0 and 100.
func (b Bar) Width() int { return min(max(b.Percent, 0), 100) }

// Bars is a chart of horizontal bars, one line per item, stacked if there is
// more than one series. It starts at zero and writes each value beside its bar.
type Bars struct {
	Title      string
	Definition string // what is counted
	Asof       string // when
	Series     []Series
	Items      []BarItem
	Unit       string
}

// Series names a part of each bar.
type Series struct {
	Label string
	Tone  string // "a" deep, "b" middle, "c" light, "late" red, "rest" grey
}

// BarItem is a line of a bar chart.
type BarItem struct {
	Label, Href string
	Values      []float64 // one per series
	Text        string    // the value in words; the sum if empty
}

// Lines gives each item with its parts measured against the largest sum.
func (b Bars) Lines() []barLine {
	top := 0.0
	for _, it := range b.Items {
		top = max(top, sum(it.Values))
	}
	lines := make([]barLine, len(b.Items))
	for i, it := range b.Items {
		lines[i] = barLine{BarItem: it, Words: or(it.Text, short(sum(it.Values))+b.Unit)}
		x := 0.0
		for j, v := range it.Values {
			w := share(v, top)
			lines[i].Parts = append(lines[i].Parts, barPart{X: percent(x), W: percent(w), Tone: b.tone(j), Title: b.name(j) + short(v) + b.Unit})
			x += w
		}
	}
	return lines
}

// Legend tells whether the series need names above the chart.
func (b Bars) Legend() bool { return len(b.Series) > 1 }

func (b Bars) tone(i int) string {
	if i < len(b.Series) {
		return or(b.Series[i].Tone, "a")
	}
	return "a"
}

func (b Bars) name(i int) string {
	if i < len(b.Series) && b.Series[i].Label != "" {
		return b.Series[i].Label + " "
	}
	return ""
}

type barLine struct {
	BarItem
	Words string
	Parts []barPart
}

type barPart struct{ X, W, Tone, Title string }

// Lines is a chart of values over time, starting at zero, labelled at the ends of its lines. It is drawn twice: on
// phones narrow and with the labels above it.
type Lines struct {
	Title      string
	Definition string
	Asof       string
	Labels     []string // under the points
	Series     []LineSeries
	Unit       string
}

// LineSeries is one line of a chart.
type LineSeries struct {
	Label  string
	Tone   string // as of Series
	Values []float64
}

// frame is the drawing area of a line chart, in its own units, and how many
// labels fit under it.
type frame struct {
	w, h                  float64
	left, right, top, low float64
	labels                int
}

var (
	wide   = frame{w: 680, h: 224, left: 56, right: 124, top: 12, low: 32, labels: 12}
	narrow = frame{w: 328, h: 216, left: 76, right: 28, top: 16, low: 40, labels: 3}
)

type lineDraw struct {
	Class  string
	W, H   string
	Left   string
	Right  string
	Axis   string // right end of the figures at the left
	Foot   string // baseline of the labels
	Ends   bool   // whether lines are labelled at their ends
	Grid   []lineTick
	Labels []lineTick
	Paths  []linePath
}

type lineTick struct{ X, Y, Text string }

type linePath struct {
	Tone, Points, Label string
	EndX, EndY, TextX   string
	Dots                []lineDot
}

type lineDot struct{ X, Y, Title string }

// Draws gives the coordinates of the chart: wide, and narrow for phones.
func (l Lines) Draws() []lineDraw {
	return []lineDraw{l.draw("lines-wide", wide), l.draw("lines-narrow", narrow)}
}

func (l Lines) draw(class string, f frame) lineDraw {
	top := 0.0
	for _, s := range l.Series {
		for _, v := range s.Values {
			top = max(top, v)
		}
	}
	step, top := scale(top)
	y := func(v float64) float64 { return f.top + (f.h-f.top-f.low)*(1-v/top) }
	x := func(i int) float64 {
		return f.left + (f.w-f.left-f.right)*float64(i)/float64(max(len(l.Labels)-1, 1))
	}
	d := lineDraw{Class: class, W: coord(f.w), H: coord(f.h), Left: coord(f.left), Right: coord(f.w - f.right), Axis: coord(f.left - 8), Foot: coord(f.h - 8), Ends: f == wide}
	for v := 0.0; v <= top+step/2; v += step {
		d.Grid = append(d.Grid, lineTick{Y: coord(y(v)), Text: short(v)})
	}
	every := max(1, (len(l.Labels)+f.labels-1)/f.labels)
	for i, label := range l.Labels {
		if (len(l.Labels)-1-i)%every == 0 { // the last is always named
			d.Labels = append(d.Labels, lineTick{X: coord(x(i)), Text: label})
		}
	}
	for _, s := range l.Series {
		d.Paths = append(d.Paths, l.path(s, x, y))
	}
	apart(d.Paths)
	return d
}

func (l Lines) path(s LineSeries, x func(int) float64, y func(float64) float64) linePath {
	p := linePath{Tone: or(s.Tone, "a")}
	points := make([]string, 0, len(s.Values))
	for i, v := range s.Values {
		px, py := coord(x(i)), coord(y(v))
		points = append(points, px+","+py)
		label := ""
		if i < len(l.Labels) {
			label = l.Labels[i]
		}
		p.Dots = append(p.Dots, lineDot{px, py, strings.TrimSpace(label + " " + s.Label + " " + short(v) + l.Unit)})
		p.EndX, p.EndY, p.TextX = px, py, coord(x(i)+8)
		p.Label = strings.TrimSpace(s.Label + " " + short(v) + l.Unit)
	}
	p.Points = strings.Join(points, " ")
	return p
}

// apart moves end labels from each other where lines end close together.
func apart(paths []linePath) {
	const height = 16.0
	for range paths {
		for i := range paths {
			for j := range paths {
				a, _ := strconv.ParseFloat(paths[i].EndY, 64)
				b, _ := strconv.ParseFloat(paths[j].EndY, 64)
				if i != j && a <= b && b-a < height && (a < b || i < j) {
					paths[j].EndY = coord(a + height)
				}
			}
		}
	}
}

// Donut shows the parts of a whole; use it for at most five.
type Donut struct {
	Title      string
	Definition string
	Asof       string
	Total      string // in the middle
	Unit       string // under it
	Parts      []Share
}

// Share is a part of a whole.
type Share struct {
	Label, Href string
	Value       float64
	Tone        string // as of Series
}

type arc struct {
	Share
	Dash, Offset string
	Words        string
}

// Arcs gives the parts measured on a circle of circumference 100.
func (d Donut) Arcs() []arc {
	total := 0.0
	for _, p := range d.Parts {
		total += p.Value
	}
	arcs, at := make([]arc, len(d.Parts)), 0.0
	for i, p := range d.Parts {
		w := share(p.Value, total)
		p.Tone = or(p.Tone, "a")
		arcs[i] = arc{p, percentNumber(w) + " " + percentNumber(100-w), percentNumber(25 - at), short(p.Value) + d.Unit + " · " + strconv.Itoa(int(math.Round(w))) + "%"}
		at += w
	}
	return arcs
}

func sum(vs []float64) (s float64) {
	for _, v := range vs {
		s += v
	}
	return s
}

func share(v, of float64) float64 {
	if of <= 0 {
		return 0
	}
	return v / of * 100
}

func percent(v float64) string       { return percentNumber(v) + "%" }
func percentNumber(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
func coord(v float64) string         { return fmt.Sprintf("%.1f", v) }
func short(v float64) string         { return grouped(strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)) }

// scale gives a round step and the top of an axis from zero that reaches v in at most five steps.
func scale(v float64) (step, top float64) {
	if v <= 0 {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(v)))
	for _, k := range []float64{0.2, 0.5, 1, 2} {
		if v/(step*k) <= 5 {
			step *= k
			break
		}
	}
	step = max(step, 1)
	return step, math.Ceil(v/step) * step
}
