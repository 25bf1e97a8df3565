// Package sheet writes tables that people open in spreadsheets: CSV and XLSX, row by row in bounded memory. What it writes
// cannot be run as a formula, and the importer reads back exactly what was given.
package sheet

import (
	"io"
	"strings"
	"time"
)

// The formats.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// MaxRows is how many rows, the header among them, a sheet of a workbook can hold. CSV has no bound.
const MaxRows = 1 << 20

// MaxCell is how many characters a cell of a workbook can hold. CSV has no bound.
const MaxCell = 32767

// Sort says what a cell is, so that a workbook can sort and add it up.
type Sort uint8

// The sorts of cells. A day is a time at midnight UTC, an instant one in the zone it is to be shown in.
const (
	Text Sort = iota
	Number
	Day
	Instant
)

// Cell is one value. Text is what stands in it: for a number a plain decimal, exact; unused for days and instants.
type Cell struct {
	Sort Sort
	Text string
	Time time.Time
}

// Of gives a text.
func Of(text string) Cell { return Cell{Text: text} }

// Plain gives a number, written as a plain decimal.
func Plain(decimal string) Cell { return Cell{Sort: Number, Text: decimal} }

// On gives a civil day YYYY-MM-DD; what is none stays a text.
func On(day string) Cell {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return Of(day)
	}
	return Cell{Sort: Day, Time: at}
}

// At gives an instant, shown in its zone.
func At(at time.Time) Cell { return Cell{Sort: Instant, Time: at} }

// plain gives what stands in the cell as text, before anything is made harmless.
func (c Cell) plain() string {
	switch c.Sort {
	case Day:
		return c.Time.Format(time.DateOnly)
	case Instant:
		return instantText(c.Time)
	}
	return c.Text
}

// instantText writes an instant as people read it, to the second or, where it has them, the millisecond. Where the clocks go
// back an hour comes twice: then, and only then, the offset follows.
func instantText(at time.Time) string {
	form := time.DateTime
	if at.Nanosecond()/int(time.Millisecond) != 0 {
		form += ".000"
	}
	text := at.Format(form)
	if read, err := time.ParseInLocation(form, text, at.Location()); err != nil || !read.Equal(at.Truncate(time.Millisecond)) {
		return at.Format(form + "-07:00")
	}
	return text
}

// Mark is the watermark: who took the table out, when, why and under which number.
type Mark struct {
	Title string    // of the note sheet, in the reader's language
	Lines []string  // of the note sheet, the footer holds the first
	By    string    // who
	ID    string    // number of the export
	At    time.Time // when
}

// Writer writes one table. Close ends it; a table that is not closed is no whole file.
type Writer interface {
	Row(cells []Cell) error
	Close() error
	// Shortened says how many cells held more than the format can; they were cut.
	Shortened() int64
}

// Safe keeps spreadsheets from running a text as a formula: one that begins like a formula gets an apostrophe in front. So
// does one that an importer would take for nothing ("null", "-") or for an apostrophe of ours; collect takes it away
// again. Plain numbers stay.
func Safe(text string) string {
	if text == "" {
		return text
	}
	switch text[0] {
	case '=', '@', '\t', '\r', '\n':
		return "'" + text
	case '+', '-':
		if !PlainNumber(text) {
			return "'" + text
		}
	case '\'':
		if Quoted(text) {
			return "'" + text
		}
	default:
		if Nothing(text) {
			return "'" + text
		}
	}
	return text
}

// Quoted says whether the apostrophe in front of a text only keeps what follows from being misread: a formula, a number, a
// word for nothing, or again such an apostrophe.
func Quoted(text string) bool {
	if len(text) < 2 || text[0] != '\'' {
		return false
	}
	rest := text[1:]
	return strings.IndexByte("=+-@\t\r\n0123456789", rest[0]) >= 0 || Nothing(rest) || Quoted(rest)
}

// Nothing says that a text is one of the ways in which programs write that there is nothing.
func Nothing(text string) bool {
	switch len(text) {
	case 0:
		return true
	case 1:
		return text == "-"
	case 2:
		return text == `\N` || text == "--"
	case 3:
		return strings.EqualFold(text, "nan") || strings.EqualFold(text, "n/a") || text == "—"
	case 4:
		return strings.EqualFold(text, "null") || strings.EqualFold(text, "none") || text == "#N/A"
	}
	return false
}

// PlainNumber says that a text is a decimal number and nothing more: -12.5, +8613800000000.
func PlainNumber(text string) bool {
	digits, point := 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !point:
			point = true
		case (c == '+' || c == '-') && i == 0:
		default:
			return false
		}
	}
	return digits > 0
}

// New begins a table in the format, with its header. bom puts the byte-order mark in front of CSV by which older
// spreadsheets know UTF-8. scratch is a folder for what does not fit into memory.
func New(to io.Writer, format string, header []string, bom bool, m Mark, scratch string) (Writer, error) {
	if format == XLSX {
		return newBook(to, header, m, scratch)
	}
	return newText(to, header, bom)
}
