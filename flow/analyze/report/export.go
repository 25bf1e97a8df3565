package report

import (
	"bytes"
	"context"
	"mime"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// file is an answer that is a file.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func newFile(name, format string, content []byte) *file {
	kind := "text/csv; charset=utf-8"
	if format == sheet.XLSX {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	name = strings.Map(func(c rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, c) || c < ' ' {
			return '-'
		}
		return c
	}, strings.TrimSpace(name))
	if name == "" {
		name = "report"
	}
	return &file{kind, mime.FormatMediaType("attachment", map[string]string{"filename": name + "." + format}), content}
}

// export writes the figures of a definition as a file, for who may export and may read them. Faults: as of Run.
func (r *Reports) export(ctx context.Context, name, format, language string, asked Asked) (*file, error) {
	if err := guard.Authorize(ctx, "metrics.read"); err != nil {
		return nil, err
	}
	c, err := r.Run(ctx, asked.Definition, asked.narrowed())
	if err != nil {
		return nil, err
	}
	header, rows := table(c, language)
	content, err := written(ctx, name, format, header, rows)
	if err != nil {
		return nil, err
	}
	if err := r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return guard.Audit(ctx, tx, "report.exported", "report", "", map[string]any{"name": name, "rows": len(rows), "from": c.From, "to": c.To})
	}); err != nil {
		return nil, err
	}
	return newFile(name, format, content), nil
}

// written puts a table into a file.
func written(ctx context.Context, name, format string, header []string, rows [][]sheet.Cell) ([]byte, error) {
	var b bytes.Buffer
	by := guard.ActorOf(ctx).Name
	w, err := sheet.New(&b, format, header, true, sheet.Mark{Title: "Guanxi", By: by, ID: name, At: clock.Now(ctx), Lines: []string{workspace.Of(ctx).Name + " · " + name}}, "")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if err := w.Row(row); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

// words of files in the languages of the product.
var fileWords = map[string][2]string{
	"step": {"时间", "Period"}, "before": {"（对比期）", " (before)"}, "other": {"其他", "Other"}, "unknown": {"未知", "Not known"}, "total": {"合计", "Total"},
	"change": {"变化", "Change"}, "open": {"打开报表", "Open the report"}, "more": {"；前 %d 行，共 %d 行", "; the first %d of %d rows"}, "days": {" 天", " days"}, "seconds": {" 秒", " s"}, "points": {" 个百分点", " points"},
}

func word(name, language string) string {
	if strings.HasPrefix(language, "en") {
		return fileWords[name][1]
	}
	return fileWords[name][0]
}

func in(t analyze.Text, language string) string {
	if strings.HasPrefix(language, "en") {
		return t.EN
	}
	return t.ZH
}

// table flattens an answer: a line for each row and step, the total last. Amounts are in major units.
func table(c *analyze.Cross, language string) (header []string, rows [][]sheet.Cell) {
	for _, d := range c.Dimensions {
		header = append(header, in(d.Label, language))
	}
	if c.By != "" {
		header = append(header, word("step", language))
	}
	compared := c.BeforeFrom != ""
	for _, m := range c.Measures {
		header = append(header, in(m.Label, language))
		if compared {
			header = append(header, in(m.Label, language)+word("before", language))
		}
	}
	line := func(r *analyze.CrossRow, total bool) {
		var parts []sheet.Cell
		for i := range c.Dimensions {
			switch {
			case total && i == 0:
				parts = append(parts, sheet.Of(word("total", language)))
			case total:
				parts = append(parts, sheet.Of(""))
			default:
				parts = append(parts, sheet.Of(partLabel(r.Parts[i], language)))
			}
		}
		figures := func(at int) (cells []sheet.Cell) {
			for i := range c.Measures {
				now, before := r.Values[i], analyze.Number{}
				if compared {
					before = r.Before[i]
				}
				if at >= 0 {
					now = r.Series[i][at]
					if before = (analyze.Number{}); compared && at < len(r.SeriesBefore[i]) {
						before = r.SeriesBefore[i][at]
					}
				}
				cells = append(cells, sheet.Plain(now.Plain()))
				if compared {
					cells = append(cells, sheet.Plain(before.Plain()))
				}
			}
			return cells
		}
		if c.By == "" {
			rows = append(rows, append(parts, figures(-1)...))
			return
		}
		for k, step := range c.Steps {
			rows = append(rows, append(append(append([]sheet.Cell(nil), parts...), sheet.On(step)), figures(k)...))
		}
	}
	for i := range c.Rows {
		line(&c.Rows[i], false)
	}
	line(&c.Total, true)
	return header, rows
}

func partLabel(p analyze.CrossPart, language string) string {
	switch {
	case p.Other:
		return word("other", language)
	case p.Key == nil:
		return word("unknown", language)
	}
	return in(p.Label, language)
}
