package sheet

import (
	"bufio"
	"encoding/csv"
	"io"
)

type text struct {
	buffer *bufio.Writer
	csv    *csv.Writer
	cells  []string
}

func newText(to io.Writer, header []string, bom bool) (Writer, error) {
	t := &text{buffer: bufio.NewWriterSize(to, 256<<10)}
	t.csv = csv.NewWriter(t.buffer)
	if bom {
		_, _ = t.buffer.WriteString("\ufeff") // the writer keeps its first error
	}
	for _, name := range header {
		t.cells = append(t.cells, Safe(name))
	}
	return t, t.csv.Write(t.cells)
}

// Row implements Writer.
func (t *text) Row(cells []Cell) error {
	t.cells = t.cells[:0]
	for _, c := range cells {
		switch c.Sort {
		case Text:
			t.cells = append(t.cells, Safe(c.Text))
		default:
			t.cells = append(t.cells, c.plain())
		}
	}
	return t.csv.Write(t.cells)
}

// Shortened implements Writer.
func (t *text) Shortened() int64 { return 0 }

// Close implements Writer.
func (t *text) Close() error {
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return err
	}
	return t.buffer.Flush()
}
