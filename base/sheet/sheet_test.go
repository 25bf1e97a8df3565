package sheet

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSafeCells(t *testing.T) {
	for _, row := range []struct{ text, safe string }{
		{"=1+1", "'=1+1"}, {"@SUM(A1)", "'@SUM(A1)"}, {"+cmd|'/c calc'!A1", "'+cmd|'/c calc'!A1"}, {"-2+3", "'-2+3"}, {"\t=1", "'\t=1"}, {"\r=1", "'\r=1"},
		{"-12.5", "-12.5"}, {"+8613900001000", "+8613900001000"}, {"林婉清", "林婉清"}, {"O'Neil", "O'Neil"}, {"'tis", "'tis"}, {"'=1", "''=1"}, {"null", "'null"}, {"N/A", "'N/A"}, {"", ""},
	} {
		if got := Safe(row.text); got != row.safe {
			t.Errorf("%q: %q, want %q", row.text, got, row.safe)
		}
	}
}

// Whatever a text is, what is written does not begin like a formula, and taking the apostrophe away gives the text back.
func TestSafeComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("'=+-@\t\rnulNA/0159.a林 "))).Draw(t, "text")
		safe := Safe(text)
		if safe != "" && strings.IndexByte("=@\t\r+-", safe[0]) >= 0 && !PlainNumber(safe) {
			t.Fatalf("%q is written as %q", text, safe)
		}
		back := safe
		if Quoted(back) {
			back = back[1:]
		}
		if back != text && (text == "" || text[0] != '\'') {
			t.Fatalf("%q is written as %q and read as %q", text, safe, back)
		}
	})
}

// The hour that comes twice is told apart by its offset.
func TestInstantText(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-07-01T12:00:00.123Z"} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		text := instantText(instant.In(newYork))
		form := time.DateTime
		switch {
		case strings.Contains(text, "."):
			form += ".000"
		case len(text) > len(form):
			form += "-07:00"
		}
		if read, err := time.ParseInLocation(form, text, newYork); err != nil || !read.Equal(instant) {
			t.Errorf("%s is written as %s and read as %s %v", at, text, read, err)
		}
	}
}

func TestTooManyRowsForASheet(t *testing.T) {
	b := &book{line: MaxRows}
	if err := b.Row([]Cell{Of("x")}); !errors.Is(err, ErrTooManyRows) {
		t.Error(err)
	}
}

// A million rows pass through a few megabytes.
func TestCSVStreams(t *testing.T) {
	var size countingWriter
	w, err := New(&size, CSV, []string{"a", "b"}, true, Mark{}, "")
	if err != nil {
		t.Fatal(err)
	}
	cells := []Cell{Of(strings.Repeat("x", 50)), Plain("1.50")}
	if allocated := testing.AllocsPerRun(100_000, func() {
		if err := w.Row(cells); err != nil {
			t.Fatal(err)
		}
	}); allocated > 1 {
		t.Errorf("%f allocations a row", allocated)
	}
	if err := w.Close(); err != nil || size < 100_000*55 {
		t.Errorf("%d bytes %v", size, err)
	}
	var small bytes.Buffer
	if w, err = New(&small, CSV, []string{"a"}, true, Mark{}, ""); err != nil || w.Close() != nil || small.String() != "\ufeffa\n" {
		t.Errorf("%q %v", small.String(), err)
	}
}

type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}
