package analyze

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"

	"guanxi/base/api"
	"guanxi/guard"
)

// file is a CSV answer, with a byte-order mark so that spreadsheets read it as UTF-8. Amounts are in major units.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func writeFile(name string, rows [][]string) (*file, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return nil, err
	}
	return &file{"text/csv; charset=utf-8", `attachment; filename="` + name + `.csv"`, b.Bytes()}, nil
}

// cell makes text safe to open in a spreadsheet, which would take one that starts so for a formula.
func cell(text string) string {
	if text != "" {
		switch text[0] {
		case '=', '+', '-', '@', '\t', '\r':
			return "'" + text
		}
	}
	return text
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// fileRows is the most rows of a file of what stands behind a number.
const fileRows = 200_000

// registerCSV adds the same answers as files, for who may export and may read them on the screen.
func (m *Metrics) registerCSV(a *api.API) {
	op := func(method, path, summary string) api.Op {
		return api.Op{Method: method, Path: path, Permission: "export", Summary: summary, Tag: "metrics"}
	}
	api.Register(a, op(http.MethodGet, "/metrics/board.csv", "The board as CSV"),
		func(ctx context.Context, in *PeriodInput) (*file, error) {
			if err := guard.Authorize(ctx, "metrics.read"); err != nil {
				return nil, err
			}
			p, err := in.period(ctx, m)
			if err != nil {
				return nil, err
			}
			b, err := m.Board(ctx, p, in.group())
			if err != nil {
				return nil, err
			}
			return writeFile("metrics", b.rows())
		})
	api.Register(a, op(http.MethodGet, "/metrics/{name}/series.csv", "One metric as CSV, a line per step and part"),
		func(ctx context.Context, in *metricInput) (*file, error) {
			if err := guard.Authorize(ctx, "metrics.read"); err != nil {
				return nil, err
			}
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			f, err := m.Read(ctx, in.Name, q)
			if err != nil {
				return nil, err
			}
			return writeFile(f.Name, f.rows())
		})
	api.Register(a, op(http.MethodGet, "/metrics/{name}/why.csv", "Contributions as CSV, the last line is their sum"),
		func(ctx context.Context, in *whyInput) (*file, error) {
			if err := guard.Authorize(ctx, "metrics.read"); err != nil {
				return nil, err
			}
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			w, err := m.Why(ctx, in.Name, q)
			if err != nil {
				return nil, err
			}
			return writeFile(w.Name+"-why", w.rows(ctx))
		})
	api.Register(a, op(http.MethodGet, "/metrics/{name}/behind.csv", "The rows behind a number as CSV"),
		func(ctx context.Context, in *behindInput) (*file, error) {
			if err := guard.Authorize(ctx, "metrics.read"); err != nil {
				return nil, err
			}
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			q.Limit, q.Cursor = fileRows, ""
			o, err := m.Open(ctx, in.Name, q)
			if err != nil {
				return nil, err
			}
			return writeFile(in.Name+"-behind", o.rows())
		})
	api.Register(a, op(http.MethodPost, "/behaviour/retention.csv", "Cohorts as CSV"),
		func(ctx context.Context, in *retentionInput) (*file, error) {
			if err := guard.Authorize(ctx, "metrics.read"); err != nil {
				return nil, err
			}
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			r, err := m.Retention(ctx, q)
			if err != nil {
				return nil, err
			}
			return writeFile("retention", r.rows())
		})
}

func (b *Board) rows() [][]string {
	rows := [][]string{{"name", "label_zh", "label_en", "unit", "from", "to", "value", "previous", "anomaly", "state"}}
	for _, i := range b.Items {
		rows = append(rows, []string{i.Name, i.Label.ZH, i.Label.EN, string(i.Unit), b.From, b.To, i.Value.plain(), i.Previous.plain(),
			strconv.FormatBool(i.Anomaly), i.State})
	}
	return rows
}

func (f *Figure) rows() [][]string {
	rows := [][]string{{"at", f.Name}}
	if f.Split == "" {
		for _, p := range f.Series {
			rows = append(rows, []string{p.At, p.Value.plain()})
		}
		return rows
	}
	rows[0] = []string{"at", f.Split, f.Name}
	for _, part := range f.Splits {
		for _, p := range part.Series {
			rows = append(rows, []string{p.At, cell(partName(part.Label, part.Other)), p.Value.plain()})
		}
	}
	return rows
}

func partName(label string, other bool) string {
	if other {
		return "(other)"
	}
	return label
}

func (w *Why) rows(ctx context.Context) [][]string {
	rows := [][]string{{w.Split, "share", "reference", "value", "contribution"}}
	for _, c := range w.Rows {
		rows = append(rows, []string{cell(partName(c.Label, c.Other)), decimal(c.Share), c.Reference.plain(), c.Value.plain(),
			numberOf(w.Unit, c.Amount, currency(ctx)).plain()})
	}
	return append(rows, []string{"(total)", "1", w.Reference.plain(), w.Value.plain(), numberOf(w.Unit, w.Change, currency(ctx)).plain()})
}

func (o *Opened) rows() [][]string {
	rows := [][]string{{"type", "id", "number", "kind", "status", "shop", "day", "customer_id", "customer", "figure"}}
	for _, r := range o.Items {
		row := []string{r.Type, strconv.FormatInt(int64(r.ID), 10), cell(r.Number), r.Kind, r.Status, cell(r.Shop), r.Day, "", "", r.Figure.plain()}
		if r.Customer != nil {
			row[7], row[8] = strconv.FormatInt(int64(r.Customer.ID), 10), cell(r.Customer.Name)
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *Retention) rows() [][]string {
	rows := [][]string{{"cohort", "size"}}
	for k := range r.Average {
		rows[0] = append(rows[0], r.Period+"_"+strconv.Itoa(k))
	}
	for _, c := range r.Cohorts {
		row := []string{c.Start, strconv.FormatInt(c.Size, 10)}
		for _, n := range c.Counts {
			if n == nil {
				row = append(row, "")
			} else {
				row = append(row, strconv.FormatInt(*n, 10))
			}
		}
		rows = append(rows, row)
	}
	return rows
}
