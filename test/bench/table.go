package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// figure is one measurement: ours beside the floor, 0 where there is none.
type figure struct{ ours, floor float64 }

// row is one line of the table over all scales.
type row struct {
	work  string
	unit  string
	rate  bool   // more is better; else less is
	floor string // what the floor is
	aim   string // what design asks for at a million customers
	at    map[int]figure
}

// table collects rows in the order they are first measured.
type table struct {
	only string
	rows []*row
}

// wants says whether the row is asked for.
func (t *table) wants(work string) bool {
	return slices.ContainsFunc(strings.Split(t.only, "|"), func(part string) bool { return strings.Contains(work, part) })
}

// add notes a figure of a row, which is declared by its first figure.
func (t *table) add(customers int, r row, f figure) {
	for _, known := range t.rows {
		if known.work == r.work {
			known.at[customers] = f
			return
		}
	}
	r.at = map[int]figure{customers: f}
	t.rows = append(t.rows, &r)
	fmt.Printf("%9d  %-52s %s %s\n", customers, r.work, number(f.ours), r.unit)
}

// ratio is how many times the floor's cost ours is: 1 is as good as the engine alone, for rates too.
func (r *row) ratio(f figure) string {
	switch {
	case f.floor == 0 || f.ours == 0:
		return "–"
	case r.rate:
		return number(f.ours/f.floor) + " of it"
	}
	return number(f.ours/f.floor) + " times"
}

// slope is the exponent with which cost grows with customers: 0 constant, 1 linear.
func (r *row) slope(scales []string) string {
	first, last := 0, 0
	for _, name := range scales {
		n := scaleOf(name)
		if r.at[n].ours == 0 {
			continue
		}
		if first == 0 || n < first {
			first = n
		}
		last = max(last, n)
	}
	if first == last {
		return "–"
	}
	growth := r.at[last].ours / r.at[first].ours
	if r.rate {
		growth = 1 / growth
		if r.unit == "rows/s" { // cost of all rows, not of one
			growth *= float64(last) / float64(first)
		}
	}
	return fmt.Sprintf("%.2f", math.Log(growth)/math.Log(float64(last)/float64(first)))
}

func scaleOf(name string) int { return scales[name] }

func (t *table) markdown(names []string) string {
	var s strings.Builder
	s.WriteString("| work | unit |")
	for _, name := range names {
		fmt.Fprintf(&s, " %s: ours | floor | ratio |", name)
	}
	s.WriteString(" grows with customers to the | floor is | aim at 1m |\n|---|---|")
	for range names {
		s.WriteString("---:|---:|---:|")
	}
	s.WriteString("---:|---|---|\n")
	for _, r := range t.rows {
		fmt.Fprintf(&s, "| %s | %s |", r.work, r.unit)
		for _, name := range names {
			f, measured := r.at[scaleOf(name)]
			if !measured {
				s.WriteString(" | | |")
				continue
			}
			floor := "–"
			if f.floor > 0 {
				floor = number(f.floor)
			}
			fmt.Fprintf(&s, " %s | %s | %s |", number(f.ours), floor, r.ratio(f))
		}
		fmt.Fprintf(&s, " %s | %s | %s |\n", r.slope(names), r.floor, r.aim)
	}
	return s.String()
}

// number writes three significant digits, thousands with commas.
func number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case math.Abs(v) >= 1000:
		text := fmt.Sprintf("%.0f", v)
		for i := len(text) - 3; i > 0; i -= 3 {
			text = text[:i] + "," + text[i:]
		}
		return text
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return fmt.Sprintf("%.*f", digits, v)
}
