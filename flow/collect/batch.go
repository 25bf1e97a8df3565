package collect

import (
	"errors"
	"io"
	"strconv"
)

// batchRows is how many rows one transaction takes; a group is never cut.
const (
	batchRows  = 20_000
	batchBytes = 16 << 20
)

// batchMaker cuts the rows of a source into batches and types their cells. It belongs to one goroutine.
type batchMaker struct {
	source *rowSource
	plan   *plan
	cells  cellReader

	record  []string // read ahead, not in a batch yet
	number  int64
	group   uint64
	after   position
	end     error
	started bool
}

// madeBatch is a batch with the position reached once it is applied, and the memory its rows use.
type madeBatch struct {
	Batch
	after    position
	fields   int
	rejected []Outcome // as the reader left Outcomes and findings, for a transaction that runs again
	found    int
	cleaned  *Corrections // the reader's
	values   []Value
	raw      []string
}

func (m *batchMaker) advance() {
	m.record, m.number, m.group, m.after, m.end = m.source.next()
}

// fill makes the next batch in b, reusing its memory; io.EOF when no row is left.
func (m *batchMaker) fill(b *madeBatch) error {
	if !m.started {
		m.advance()
		m.started = true
	}
	b.reset(len(m.plan.fields))
	m.cells.corrections = b.cleaned
	bytes, last := int64(0), uint64(0)
	for m.end == nil {
		full := len(b.Rows) >= batchRows || bytes >= batchBytes
		if full && (m.group == 0 || m.group != last) {
			break
		}
		m.add(b)
		bytes += recordBytes(m.record)
		last, b.after = m.group, m.after
		m.advance()
	}
	if m.end != nil && !errors.Is(m.end, io.EOF) {
		return m.end
	}
	if len(b.Rows) == 0 {
		return io.EOF
	}
	b.settle()
	return nil
}

func (b *madeBatch) reset(fields int) {
	b.fields = fields
	b.Rows, b.Outcomes = b.Rows[:0], b.Outcomes[:0]
	b.values, b.raw = b.values[:0], b.raw[:0]
	b.findings, b.changes, b.Prepared = nil, nil, nil
	b.cleaned = &Corrections{}
}

// describe fills in what all batches of a run have in common.
func (b *madeBatch) describe(same Batch) {
	same.Rows, same.Outcomes, same.findings, same.Prepared = b.Rows, b.Outcomes, b.findings, nil
	b.Batch = same
}

// settle points the rows at their cells once the memory under them no longer moves.
func (b *madeBatch) settle() {
	rawAt := 0
	for i := range b.Rows {
		size := len(b.Rows[i].Raw)
		b.Rows[i].Raw = b.raw[rawAt : rawAt+size : rawAt+size]
		rawAt += size
		b.Rows[i].Values = b.values[i*b.fields : (i+1)*b.fields : (i+1)*b.fields]
	}
	b.rejected = append(b.rejected[:0], b.Outcomes...)
	b.found = len(b.findings)
}

// rewind takes back what Apply left in the batch, for a transaction that runs again.
func (b *madeBatch) rewind() {
	copy(b.Outcomes, b.rejected)
	b.findings, b.changes, b.corrections, b.made = b.findings[:b.found], nil, &Corrections{}, nil
	b.Alikes = AlikeCount{}
}

// add types the record that was read ahead into a new row of b.
func (m *batchMaker) add(b *madeBatch) {
	b.raw = append(b.raw, m.record...)
	b.Rows = append(b.Rows, Row{Number: m.number, Raw: m.record}) // only Raw's length counts until settle
	b.Outcomes = append(b.Outcomes, Outcome{})
	from := len(b.values)
	b.values = append(b.values, m.plan.constants...)
	values, row := b.values[from:], len(b.Rows)-1
	for _, t := range m.plan.targets {
		if t.column >= len(m.record) {
			continue
		}
		raw := m.record[t.column]
		cell := trimCell(raw)
		if blankCell(cell) && !saidInFull(raw) {
			continue
		}
		f := &m.plan.fields[t.field]
		reader := m.cells
		if f.Secret {
			b.raw[len(b.raw)-len(m.record)+t.column] = secretCell
			reader.corrections = &Corrections{}
		} else if len(cell) != len(raw) {
			m.trimmed(f, raw, cell)
		}
		value, code := reader.read(f, cell)
		if f.Secret {
			cell = secretCell
		}
		switch {
		case code == "":
			values[t.field] = value
		case f.Lenient:
			b.AddFinding(Finding{Cause: code, SubjectType: "row", RowNumber: m.number, Field: f.Name, Value: clip(cell, 200)})
		case b.Outcomes[row].State == Pending:
			b.Reject(row, code, f.Name, cell)
		}
	}
	m.checkShape(b, row, values)
}

// secretCell stands for what a secret column of a row holds.
const secretCell = "****"

// checkShape rejects rows without a required value and rows whose cells do not fit the columns.
func (m *batchMaker) checkShape(b *madeBatch, row int, values []Value) {
	if b.Outcomes[row].State != Pending {
		return
	}
	for _, extra := range m.record[min(len(m.record), len(m.plan.headers)):] {
		if trimCell(extra) != "" {
			b.Reject(row, "too_many_cells", "", extra)
			return
		}
	}
	for i := range m.plan.fields {
		if m.plan.fields[i].Required && !values[i].Set {
			b.Reject(row, "value_missing", m.plan.fields[i].Name, "")
			return
		}
	}
	if len(m.record) < len(m.plan.headers) {
		b.AddFinding(Finding{Cause: "row_short", SubjectType: "row", RowNumber: m.number, Value: strconv.Itoa(len(m.record))})
	}
}

func (m *batchMaker) trimmed(f *Field, from, to string) {
	if f.Personal && m.cells.corrections.isNew("trimmed") {
		from, to = maskMiddle(from), maskMiddle(to)
	}
	m.cells.corrections.Add("trimmed", from, to)
}
