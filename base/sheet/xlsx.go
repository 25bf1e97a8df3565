package sheet

import (
	"errors"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// ErrTooManyRows says that a table has more rows than a workbook's sheet can hold.
var ErrTooManyRows = errors.New("more rows than a sheet can hold")

// dataSheet stands first: an importer reads the first sheet that holds anything.
const dataSheet = "Data"

type book struct {
	to        io.Writer
	file      *excelize.File
	rows      *excelize.StreamWriter
	days      int // style of days
	instants  int // style of instants
	line      int
	cells     []any
	shortened int64
}

func newBook(to io.Writer, header []string, m Mark, scratch string) (_ Writer, err error) {
	b := &book{to: to, file: excelize.NewFile(excelize.Options{TmpDir: scratch})}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.file.Close())
		}
	}()
	if err := b.mark(m); err != nil {
		return nil, err
	}
	for form, style := range map[string]*int{"yyyy-mm-dd": &b.days, "yyyy-mm-dd hh:mm:ss": &b.instants} {
		if *style, err = b.file.NewStyle(&excelize.Style{CustomNumFmt: &form}); err != nil {
			return nil, err
		}
	}
	bold, err := b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if b.rows, err = b.file.NewStreamWriter(dataSheet); err != nil {
		return nil, err
	}
	if err := b.rows.SetColWidth(1, max(1, len(header)), 18); err != nil {
		return nil, err
	}
	if err := b.rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	for _, name := range header {
		b.cells = append(b.cells, excelize.Cell{StyleID: bold, Value: Safe(name)})
	}
	if err := b.write(); err != nil {
		return nil, err
	}
	return b, nil
}

// mark leaves the watermark: a note sheet behind the data, the printed footer, and the properties of the file.
func (b *book) mark(m Mark) error {
	if err := b.file.SetSheetName("Sheet1", dataSheet); err != nil {
		return err
	}
	if _, err := b.file.NewSheet(m.Title); err != nil {
		return err
	}
	for i, line := range m.Lines {
		if err := b.file.SetCellStr(m.Title, "A"+strconv.Itoa(i+1), Safe(line)); err != nil {
			return err
		}
	}
	footer := ""
	if len(m.Lines) > 0 {
		footer = "&L" + escaped(m.Lines[0]) + "&R&P / &N"
	}
	if len(footer) > 255 {
		footer = "&L" + escaped(m.ID) + "&R&P / &N"
	}
	if err := b.file.SetHeaderFooter(dataSheet, &excelize.HeaderFooterOptions{OddFooter: footer}); err != nil {
		return err
	}
	return errors.Join(
		b.file.SetColWidth(m.Title, "A", "A", 100),
		b.file.SetDocProps(&excelize.DocProperties{Creator: m.By, LastModifiedBy: m.By, Title: "Guanxi export " + m.ID, Identifier: m.ID,
			Description: footerText(m.Lines), Created: m.At.UTC().Format(time.RFC3339), Modified: m.At.UTC().Format(time.RFC3339)}))
}

func footerText(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// escaped doubles the sign that means a command in headers and footers.
func escaped(text string) string {
	var out []rune
	for _, r := range text {
		if r == '&' {
			out = append(out, r)
		}
		out = append(out, r)
	}
	return string(out)
}

// Row implements Writer.
func (b *book) Row(cells []Cell) error {
	if b.line >= MaxRows {
		return ErrTooManyRows
	}
	b.cells = b.cells[:0]
	for _, c := range cells {
		b.cells = append(b.cells, b.value(c))
	}
	return b.write()
}

func (b *book) value(c Cell) any {
	switch {
	case c.Sort == Number && c.Text != "":
		if n, err := strconv.ParseFloat(c.Text, 64); err == nil && strconv.FormatFloat(n, 'f', -1, 64) == trimZeros(c.Text) {
			return n
		}
	case c.Sort == Day && c.Time.Year() >= 1901:
		return excelize.Cell{StyleID: b.days, Value: c.Time}
	// milliseconds, and the hour that comes twice, do not survive as a number of days: such an instant stays a text
	case c.Sort == Instant && c.Time.Year() >= 1901 && len(instantText(c.Time)) == len(time.DateTime):
		return excelize.Cell{StyleID: b.instants, Value: c.Time}
	}
	text := c.plain()
	if c.Sort == Text {
		text = Safe(text)
	}
	if utf8.RuneCountInString(text) > MaxCell {
		b.shortened++
		text = string([]rune(text)[:MaxCell])
	}
	if text == "" {
		return nil
	}
	return text
}

// trimZeros takes away what a number does not need: 12.50 is 12.5.
func trimZeros(decimal string) string {
	for i := range len(decimal) {
		if decimal[i] != '.' {
			continue
		}
		end := len(decimal)
		for end > i+1 && decimal[end-1] == '0' {
			end--
		}
		if end == i+1 {
			end = i
		}
		return decimal[:end]
	}
	return decimal
}

func (b *book) write() error {
	b.line++
	return b.rows.SetRow("A"+strconv.Itoa(b.line), b.cells)
}

// Shortened implements Writer.
func (b *book) Shortened() int64 { return b.shortened }

// Close implements Writer.
func (b *book) Close() error {
	err := b.rows.Flush()
	if err == nil {
		err = b.file.Write(b.to)
	}
	return errors.Join(err, b.file.Close())
}
