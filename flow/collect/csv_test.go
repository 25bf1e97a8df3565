package collect

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// What encoding/csv writes, with any delimiter, our reader reads the same, however few bytes come at a time.
func TestCSVAgreesWithEncodingCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab\"',;|\t\n 中é")))
		records := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 5), 1, 8).Draw(t, "records")
		delimiter := rapid.SampledFrom([]byte{',', ';', '|', '\t'}).Draw(t, "delimiter")
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.Comma, w.UseCRLF = rune(delimiter), rapid.Bool().Draw(t, "CRLF")
		if err := w.WriteAll(records); err != nil {
			t.Fatal(err)
		}
		written := strings.ReplaceAll(text.String(), "\r\n", "\n")
		if w.UseCRLF {
			written = text.String()
		}
		var src io.Reader = strings.NewReader(written)
		if rapid.Bool().Draw(t, "byte by byte") {
			src = iotest.OneByteReader(src)
		}
		reference := csv.NewReader(strings.NewReader(written))
		reference.Comma, reference.FieldsPerRecord = rune(delimiter), -1
		want, err := reference.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		r := newCSVReader(src, delimiter, '\n')
		var got [][]string
		for {
			record, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", written, err)
			}
			got = append(got, slices.Clone(record))
		}
		if !slices.EqualFunc(got, want, func(a, b []string) bool {
			return slices.EqualFunc(a, b, func(x, y string) bool { return x == strings.ReplaceAll(y, "\n", lineBreak(w.UseCRLF)) })
		}) {
			t.Fatalf("%q\nreads as %q\nwant     %q", written, got, want)
		}
	})
}

// lineBreak inside quotes: encoding/csv folds CRLF into LF there, we keep what stands in the file.
func lineBreak(crlf bool) string {
	if crlf {
		return "\r\n"
	}
	return "\n"
}

// No input makes the reader panic, hang or hold more than its bound.
func TestCSVNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("a\",; \r\n\x00é"))).Draw(t, "text")
		r := newCSVReader(strings.NewReader(text), rapid.SampledFrom([]byte{',', ';', whitespaceRuns}).Draw(t, "delimiter"), rapid.SampledFrom([]byte{'\n', '\r'}).Draw(t, "newline"))
		for {
			if _, err := r.next(); err != nil {
				return
			}
		}
	})
}
