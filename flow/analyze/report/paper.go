package report

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"guanxi/base/money"
	"guanxi/base/sheet"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/mailing"
	"guanxi/guard/mails"
)

// rowsOnPaper is how many rows of a report a mail shows; a file holds them all.
const rowsOnPaper = 30

// Paper writes a saved report for who asks, to be sent by mail. Faults: as of Get and Run.
func (r *Reports) Paper(ctx context.Context, key, language string) (*mailing.Paper, error) {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		id = 0
	}
	found, err := r.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	d, err := found.Asks()
	if err != nil {
		return nil, err
	}
	if d.SQL != "" {
		rows, err := r.Rows(ctx, found)
		if err != nil {
			return nil, err
		}
		return rows.paper(found.Name, key, language), nil
	}
	return r.paper(ctx, d, found.Name, key, language)
}

// ReadyPaper writes a ready report for who asks. Faults: not found, and those of Run.
func (r *Reports) ReadyPaper(ctx context.Context, key, language string) (*mailing.Paper, error) {
	ready, err := ReadyOf(key)
	if err != nil {
		return nil, err
	}
	return r.paper(ctx, ready.Definition, in(ready.Name, language), key, language)
}

func (r *Reports) paper(ctx context.Context, d Definition, name, key, language string) (*mailing.Paper, error) {
	c, err := r.Run(ctx, d, Narrowed{})
	if err != nil {
		return nil, err
	}
	p := &mailing.Paper{Report: mails.Report{Title: name, Path: "/reports?report=" + key, Button: word("open", language), Tables: []mails.Table{Small(c, language, rowsOnPaper)}}}
	p.Header, p.Rows = table(c, language)
	return p, nil
}

// Small gives the figures of a report as a small table: the first rows, the total last, changes beside what is compared.
func Small(c *analyze.Cross, language string, most int) mails.Table {
	t := mails.Table{Heads: []string{strings.Join(labels(c, language), " · ")}}
	steps := len(c.Dimensions) == 0 && c.By != ""
	if steps {
		t.Heads[0] = word("step", language)
	}
	compared := c.BeforeFrom != ""
	for _, m := range c.Measures {
		t.Heads = append(t.Heads, in(m.Label, language))
		if compared {
			t.Heads = append(t.Heads, word("change", language))
		}
	}
	line := func(name string, now, before func(i int) analyze.Number) {
		row := []string{name}
		for i, m := range c.Measures {
			row = append(row, Said(m.Unit, now(i), language))
			if compared {
				row = append(row, Change(m.Unit, now(i), before(i), language))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if steps {
		for k := max(0, len(c.Steps)-most); k < len(c.Steps); k++ {
			line(c.Steps[k], func(i int) analyze.Number { return c.Total.Series[i][k] }, func(i int) analyze.Number {
				if k < len(c.Total.SeriesBefore[i]) {
					return c.Total.SeriesBefore[i][k]
				}
				return analyze.Number{}
			})
		}
	} else {
		for i := range c.Rows[:min(most, len(c.Rows))] {
			row, names := &c.Rows[i], []string(nil)
			for _, p := range row.Parts {
				names = append(names, partLabel(p, language))
			}
			line(strings.Join(names, " · "), func(at int) analyze.Number { return row.Values[at] }, func(at int) analyze.Number { return row.Before[at] })
		}
	}
	line(word("total", language), func(i int) analyze.Number { return c.Total.Values[i] }, func(i int) analyze.Number { return c.Total.Before[i] })
	t.Note = c.From + " – " + c.To
	if len(c.Rows) > most {
		t.Note += fmt.Sprintf(word("more", language), most, len(c.Rows))
	}
	return t
}

func labels(c *analyze.Cross, language string) (all []string) {
	for _, d := range c.Dimensions {
		all = append(all, in(d.Label, language))
	}
	return all
}

// paper writes what a statement gave.
func (a *SQLAnswer) paper(name, key, language string) *mailing.Paper {
	p := &mailing.Paper{Report: mails.Report{Title: name, Path: "/reports?report=" + key, Button: word("open", language), Tables: []mails.Table{a.Small(rowsOnPaper, language)}}, Header: []string{}}
	for _, c := range a.Columns {
		p.Header = append(p.Header, c.Name)
	}
	for _, row := range a.Rows {
		cells := make([]sheet.Cell, len(row))
		for i, v := range row {
			cells[i] = cellOf(v)
		}
		p.Rows = append(p.Rows, cells)
	}
	return p
}

// Small gives the first rows of an answer as a small table.
func (a *SQLAnswer) Small(most int, language string) (t mails.Table) {
	for _, c := range a.Columns {
		t.Heads = append(t.Heads, c.Name)
	}
	for _, row := range a.Rows[:min(most, len(a.Rows))] {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = cellOf(v).Text
		}
		t.Rows = append(t.Rows, line)
	}
	if len(a.Rows) > most {
		t.Note = fmt.Sprintf(word("more", language), most, len(a.Rows))
	}
	return t
}

// cellOf writes a value of an answer.
func cellOf(v any) sheet.Cell {
	switch v := v.(type) {
	case nil:
		return sheet.Of("")
	case float64:
		return sheet.Plain(strconv.FormatFloat(v, 'f', -1, 64))
	case int64, int32, int16, int8, uint32, uint16, uint8:
		return sheet.Plain(fmt.Sprint(v))
	}
	return sheet.Of(fmt.Sprint(v))
}

// Said writes a figure as people read it.
func Said(unit analyze.Unit, n analyze.Number, language string) string {
	if n.Value == nil {
		return "—"
	}
	v := *n.Value
	switch unit {
	case analyze.UnitMoney:
		return n.Currency + " " + grouped(v/math.Pow10(money.Exponent(n.Currency)), 0)
	case analyze.UnitShare:
		return grouped(v*100, 1) + "%"
	case analyze.UnitDays:
		return grouped(v, 1) + word("days", language)
	case analyze.UnitSeconds:
		return grouped(v, 0) + word("seconds", language)
	case analyze.UnitRatio:
		return grouped(v, 2)
	}
	return grouped(v, 0)
}

// Change writes how a figure differs from the one before: shares and days in their unit, the others in percent.
func Change(unit analyze.Unit, now, before analyze.Number, language string) string {
	if now.Value == nil || before.Value == nil {
		return "—"
	}
	by, of := *now.Value-*before.Value, *before.Value
	sign := ""
	if by > 0 {
		sign = "+"
	}
	switch {
	case unit == analyze.UnitShare:
		return sign + grouped(by*100, 1) + word("points", language)
	case unit == analyze.UnitDays:
		return sign + grouped(by, 1) + word("days", language)
	case of == 0:
		return "—"
	}
	return sign + grouped(by/math.Abs(of)*100, 1) + "%"
}

// grouped writes a number with so many decimals and its thousands apart.
func grouped(v float64, decimals int) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, part, _ := strings.Cut(text, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if part != "" {
		whole += "." + part
	}
	if v < 0 && strings.Trim(whole, "0.,") != "" {
		whole = "−" + whole
	}
	return whole
}
