package collect

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
)

type fieldView struct {
	Name     string            `json:"name"`
	Label    map[string]string `json:"label" doc:"by language: zh-CN, en-US"`
	Type     FieldType         `json:"type"`
	Required bool              `json:"required"`
}

type problemView struct {
	Code   string `json:"code" doc:"required_field_unmapped, date_order_unsure, headers_guessed, header_repeated, no_rows, ..."`
	Field  string `json:"field,omitempty"`
	Column string `json:"column,omitempty"`
	Detail string `json:"detail,omitempty"`
}

type inspection struct {
	UploadID string `json:"upload_id"`
	FileName string `json:"file_name"`
	Size     int64  `json:"size"`
	Kind     string `json:"kind"`
	Detected struct {
		Encoding     string `json:"encoding"`
		Delimiter    string `json:"delimiter"`
		DateFormat   string `json:"date_format"`
		Header       bool   `json:"header"`
		Sheet        string `json:"sheet,omitempty"`
		RowsEstimate int64  `json:"rows_estimate"`
	} `json:"detected"`
	Headers    []string              `json:"headers"`
	Mapping    Mapping               `json:"mapping"`
	Confidence map[string]Confidence `json:"confidence"`
	Fields     []fieldView           `json:"fields"`
	Open       string                `json:"open,omitempty" doc:"columns may also become fields of any name that begins so"`
	Sample     [][]string            `json:"sample"`
	Problems   []problemView         `json:"problems"`
	Offers     []offer               `json:"offers" doc:"mappings that were saved, and templates for other programs' exports; the best first"`
}

const shownRows = 10

func (e *Engine) registerInspect(a *api.API) {
	type output struct{ Body inspection }
	api.Register(a, api.Op{Method: "POST", Path: "/imports/inspect", Permission: "imports.write", Tag: "imports", MaxBody: e.maxBytes,
		Summary: "Look at a file: how it is written, what its columns could be, its first rows"},
		func(ctx context.Context, in *uploadInput) (*output, error) {
			u, err := in.read(ctx, e, "kind", "mapping")
			if err != nil {
				return nil, err
			}
			if u.stored == nil {
				return nil, fault.Invalid("file", "required")
			}
			out := &output{}
			if out.Body, err = e.inspect(ctx, *u.stored, u.parts["kind"], u.parts["mapping"]); err != nil {
				return nil, joinDiscard(asFault(err), e.discard(u.stored.StoredAs))
			}
			return out, nil
		})
	describeUpload(a, "/imports/inspect", []string{"file", "kind"}, map[string]string{
		"file": "CSV (also gzipped) or XLSX", "kind": "customers, relations, orders, order_lines, products, consents, events", "mapping": "JSON; only its options are used"})
}

// joinDiscard keeps a fault a fault: the clean-up's own error is only worth having when there is no other.
func joinDiscard(err, clean error) error {
	if err != nil {
		return err
	}
	return clean
}

// inspect looks at a stored file as one of kind. Faults: invalid.
func (e *Engine) inspect(ctx context.Context, f Stored, kind, mapping string) (v inspection, err error) {
	k, err := e.KindNamed(kind)
	if err != nil {
		return v, err
	}
	m, err := ParseMapping(mapping)
	if err != nil {
		return v, err
	}
	h, err := e.inspectHead(ctx, f, k, m.Options)
	if err != nil {
		return v, err
	}
	v.UploadID, v.FileName, v.Size, v.Kind = f.StoredAs, f.Name, f.Size, kind
	v.Headers = h.headers
	v.Mapping.Columns, v.Confidence = Guess(k, h.headers, h.rows)
	v.Mapping.Options = m.Options
	v.Fields = fieldViews(k)
	for _, f := range k.Fields() {
		v.Open = cmp.Or(f.open(), v.Open)
	}
	for _, row := range h.rows[:min(len(h.rows), shownRows)] {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = clip(cell, 200)
		}
		v.Sample = append(v.Sample, cells)
	}
	saved, err := savedMappings(ctx, e.records.Read(), kind)
	if err != nil {
		return v, err
	}
	v.Offers = offers(k, saved, h.headers)
	d := &v.Detected
	d.Encoding, d.Delimiter, d.Header, d.Sheet = h.layout.Encoding, h.layout.Delimiter, h.layout.Header, h.layout.Sheet
	d.RowsEstimate = e.estimateRows(f, h)
	d.DateFormat, v.Problems = headProblems(k, h, v.Mapping)
	return v, nil
}

func fieldViews(k Kind) (views []fieldView) {
	for _, f := range fieldsOf(k) {
		if f.open() != "" {
			continue
		}
		views = append(views, fieldView{Name: f.Name, Label: map[string]string{"zh-CN": f.LabelZH, "en-US": f.LabelEN}, Type: f.Type, Required: f.Required})
	}
	return views
}

// estimateRows takes the rest of the file to be like its beginning.
func (e *Engine) estimateRows(f Stored, h head) int64 {
	var bytes int64
	for _, row := range h.rows {
		for _, cell := range row {
			bytes += int64(len(cell)) + 1
		}
	}
	if len(h.rows) < sampleRows || bytes == 0 {
		return int64(len(h.rows))
	}
	size := f.Size
	if text, err := os.Stat(filepath.Join(e.dir, f.StoredAs+".csv")); err == nil {
		size = text.Size()
	}
	if h.layout.Compressed {
		size *= 5 // what order files usually compress to
	}
	if h.layout.Encoding == "utf-16le" || h.layout.Encoding == "utf-16be" {
		size /= 2
	}
	return size * int64(len(h.rows)) / bytes
}

// headProblems lists what a person should look at before importing, and how dates will be read.
func headProblems(k Kind, h head, m Mapping) (dateFormat string, problems []problemView) {
	problems = []problemView{}
	if len(h.rows) == 0 {
		problems = append(problems, problemView{Code: "no_rows"})
	}
	if !h.layout.Header {
		problems = append(problems, problemView{Code: "headers_guessed"})
	}
	p, err := m.bind(k, h.headers, dateForm{zone: time.UTC})
	if err != nil {
		for _, f := range fault.Wrap(err).Fields {
			problem := problemView{Code: f.Key}
			if len(f.Args) > 0 {
				problem.Field, _ = f.Args[0].(string)
			}
			problems = append(problems, problem)
		}
		return "", problems
	}
	dates := dateEvidence{columns: p.dateColumns()}
	numeric := false
	for _, row := range h.rows {
		dates.look(row)
		for _, column := range dates.columns {
			numeric = numeric || column < len(row) && ambiguousDate(trimCell(row[column]))
		}
	}
	form := dateForm{order: dates.verdict()}
	if order, _ := dateFormatOrder(m.Options.DateFormat); order != orderUnknown {
		form.order = order
	} else if numeric && (form.order == orderUnknown || dates.monthFirst > 0 && dates.dayFirst > 0) {
		problems = append(problems, problemView{Code: "date_order_unsure", Detail: dates.example})
	}
	return dates.name(form, m.Options.DateFormat), problems
}

// ambiguousDate says that a cell is written like 3/4/2024.
func ambiguousDate(cell string) bool {
	_, n, rest := shortNumber(cell, 2)
	if n == 0 || rest == "" || rest[0] != '/' && rest[0] != '-' && rest[0] != '.' {
		return false
	}
	_, n, rest = shortNumber(rest[1:], 2)
	return n > 0 && len(rest) > 2 && (rest[0] == '/' || rest[0] == '-' || rest[0] == '.')
}
