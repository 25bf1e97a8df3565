package collect

import (
	"context"
	"errors"
	"io"
	"strings"

	"guanxi/base/workspace"
)

// survey is what the first pass over a whole file finds. Nothing is applied before it has ended well.
type survey struct {
	file      textFile
	plan      *plan
	form      dateForm
	rows      int64
	hash      *groupHash
	split     []uint64 // sorted hashes of groups whose rows do not stand together
	deferred  int64    // bytes of such groups' cells
	converted bool     // the file was not UTF-8
}

const maxGroupRows = 20_000

// surveyFile reads the whole file once: structure, quotes, encoding, number of rows, the order of dates, and groups
// that stand scattered. m with no columns is guessed from the headers.
func surveyFile(ctx context.Context, path string, k Kind, m Mapping, sheet Layout) (*survey, error) {
	h, err := readHead(ctx, path, k, m.Options)
	if err != nil {
		return nil, err
	}
	candidates := []string{h.layout.Encoding}
	if encodingName(m.Options.Encoding) == "auto" {
		candidates = encodingsToTry(h.layout.Encoding)
	}
	for _, candidate := range candidates {
		if candidate != h.layout.Encoding {
			h.layout.Encoding = candidate
			if h, err = readHeadAs(ctx, textFile{path, h.layout}, k, m.Options); err != nil {
				return nil, err
			}
		}
		var s *survey
		h.layout.Sheet, h.layout.Date1904 = sheet.Sheet, sheet.Date1904
		if s, err = newSurvey(ctx, path, h, k, m); err != nil {
			return nil, err
		}
		if err = s.read(ctx, m.Options); err == nil {
			s.converted = candidate != "utf-8"
			return s, nil
		}
		if broken := (*FileError)(nil); !errors.As(err, &broken) || broken.Code != "encoding_unreadable" {
			return nil, err
		}
	}
	return nil, err
}

func newSurvey(ctx context.Context, path string, h head, k Kind, m Mapping) (*survey, error) {
	if len(m.Columns) == 0 {
		m.Columns, _ = Guess(k, h.headers, h.rows)
	}
	order, _ := dateFormatOrder(m.Options.DateFormat)
	form := dateForm{order: order, zone: workspace.Of(ctx).Location, date1904: h.layout.Date1904}
	p, err := m.bind(k, h.headers, form)
	if err != nil {
		return nil, err
	}
	return &survey{file: textFile{path, h.layout}, plan: p, form: form}, nil
}

// read is the pass itself.
func (s *survey) read(ctx context.Context, o Options) error {
	reader, closer, err := s.file.open(ctx)
	if err != nil {
		return err
	}
	defer closer.Close()
	if s.file.layout.Header {
		if _, err := reader.next(); err != nil {
			return err
		}
	}
	groups := newGroupFinder(s.plan)
	dates := dateEvidence{columns: s.plan.dateColumns()}
	for {
		record, err := reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if misencoded(reader.scratch, s.file.layout.Encoding) {
			return &FileError{Code: "encoding_unreadable", Line: reader.line - 1, Detail: s.file.layout.Encoding}
		}
		s.rows++
		if s.rows%8192 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		dates.look(record)
		if groups != nil {
			if err := groups.add(record, reader.number); err != nil {
				return err
			}
		}
	}
	if s.rows == 0 {
		return &FileError{Code: "no_rows"}
	}
	if s.form.order == orderUnknown {
		s.form.order = dates.verdict()
	}
	s.file.layout.DateFormat = dates.name(s.form, o.DateFormat)
	if groups != nil {
		s.hash = groups.hash
		s.split, s.deferred = groups.scattered()
	}
	return nil
}

// dateColumns gives the columns mapped to dates.
func (p *plan) dateColumns() []int {
	var columns []int
	for _, t := range p.targets {
		if kind := p.fields[t.field].Type; kind == Instant || kind == Day {
			columns = append(columns, t.column)
		}
	}
	return columns
}

// dateEvidence collects what the cells of date columns prove about the order of day and month.
type dateEvidence struct {
	columns              []int
	monthFirst, dayFirst int
	example              string
}

func (d *dateEvidence) look(record []string) {
	for _, column := range d.columns {
		if column >= len(record) {
			continue
		}
		cell := trimCell(record[column])
		if d.example == "" {
			d.example = cell
		}
		switch orderEvidence(cell) {
		case monthFirst:
			d.monthFirst++
		case dayFirst:
			d.dayFirst++
		}
	}
}

func (d *dateEvidence) verdict() dateOrder {
	switch {
	case d.monthFirst > d.dayFirst:
		return monthFirst
	case d.dayFirst > 0:
		return dayFirst
	}
	return orderUnknown
}

// name says how dates will be read, in the words a mapping may use.
func (d *dateEvidence) name(f dateForm, given string) string {
	if given != "" && given != "auto" {
		return given
	}
	if len(d.columns) == 0 || d.example == "" {
		return ""
	}
	switch f.order {
	case monthFirst:
		return "MM/DD/YYYY"
	case dayFirst:
		return "DD/MM/YYYY"
	}
	if len(d.example) >= 5 && allDigits(d.example[:4]) && !allDigits(d.example[:5]) {
		return "YYYY-MM-DD"
	}
	switch whole, _, _ := strings.Cut(d.example, "."); {
	case !allDigits(whole):
	case len(whole) == 5:
		return "excel"
	case len(whole) == 8:
		return "YYYYMMDD"
	case len(whole) == 10:
		return "unix"
	case len(whole) == 13:
		return "unix_ms"
	}
	return "auto"
}
