package collect

import (
	"bytes"
	"cmp"
	"io"
	"strings"
)

// Layout is how a file is written, found out or given. It is fixed before the first row is applied.
type Layout struct {
	Encoding   string `json:"encoding"`
	Delimiter  string `json:"delimiter"`   // "," ";" "|" "tab" "blanks"
	DateFormat string `json:"date_format"` // "YYYY-MM-DD", "MM/DD/YYYY", "DD/MM/YYYY", ..., "" when the file holds no dates
	Header     bool   `json:"header"`
	Newline    string `json:"newline"` // "lf" or "cr"
	Compressed bool   `json:"compressed"`
	Sheet      string `json:"sheet,omitempty"` // of a workbook
	Date1904   bool   `json:"date1904,omitempty"`
	SepLine    bool   `json:"sep_line,omitempty"` // the first line is Excel's "sep=;"

	Headers []string `json:"headers,omitempty"` // names of the columns, in order
}

const sampleBytes = 256 << 10

var delimiterNames = map[byte]string{',': ",", ';': ";", '|': "|", '\t': "tab", whitespaceRuns: "blanks"}

// delimiterByte reads the delimiter a mapping names; ok is false for one we do not know, 0 means auto.
func delimiterByte(s string) (byte, bool) {
	switch strings.ToLower(s) {
	case "", "auto":
		return 0, true
	case ",", "comma":
		return ',', true
	case ";", "semicolon":
		return ';', true
	case "|", "pipe":
		return '|', true
	case "\t", `\t`, "tab":
		return '\t', true
	case " ", "blanks", "whitespace", "space", "spaces":
		return whitespaceRuns, true
	}
	return 0, false
}

func (l Layout) delimiter() byte {
	b, _ := delimiterByte(l.Delimiter)
	return b
}

func (l Layout) newline() byte {
	if l.Newline == "cr" {
		return '\r'
	}
	return '\n'
}

// guessLayout finds encoding, delimiter and line breaks from the beginning of a file; options that are given win.
func guessLayout(sample []byte, o Options) (Layout, error) {
	l := Layout{Encoding: encodingName(o.Encoding), Header: true, Newline: "lf"}
	if len(bytes.TrimSpace(sample)) == 0 {
		return l, &FileError{Code: "empty_file"}
	}
	if name := foreignFormat(sample); name != "" {
		return l, &FileError{Code: "not_text", Detail: name}
	}
	guess, _ := guessEncoding(sample)
	if l.Encoding == "auto" {
		l.Encoding = guess
	}
	text, err := io.ReadAll(decodeReader(bytes.NewReader(sample), l.Encoding))
	if err != nil {
		return l, &FileError{Code: "encoding_unreadable", Detail: l.Encoding}
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return l, &FileError{Code: "not_text", Line: 1 + int64(bytes.Count(text[:bytes.IndexByte(text, 0)], []byte{'\n'}))}
	}
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 {
		l.Newline = "cr"
	}
	delimiter, _ := delimiterByte(o.Delimiter)
	if line, _, _ := bytes.Cut(text, []byte{l.newline()}); len(bytes.TrimRight(line, "\r")) == 5 && bytes.HasPrefix(line, []byte("sep=")) {
		if named, ok := delimiterByte(string(line[4:5])); ok {
			l.SepLine = true
			delimiter = cmp.Or(delimiter, named)
		}
	}
	if delimiter == 0 {
		delimiter = guessDelimiter(text, l.newline())
	}
	l.Delimiter = delimiterNames[delimiter]
	return l, nil
}

// foreignFormat names files that are often taken for CSV and are not.
func foreignFormat(sample []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"PK\x03\x04", "zip"}, {"%PDF", "pdf"}, {"\xD0\xCF\x11\xE0", "xls"}, {"\x89PNG", "png"}, {"\xFF\xD8\xFF", "jpeg"},
		{"\x7FELF", "program"}, {"SQLite format 3", "sqlite"}, {"Rar!", "rar"}, {"7z\xBC\xAF", "7z"}, {"PAR1", "parquet"},
	} {
		if bytes.HasPrefix(sample, []byte(f.magic)) {
			return f.name
		}
	}
	return ""
}

// guessDelimiter takes the delimiter that cuts the most records of the sample into the same number of cells, at
// least two; blanks only where no other does.
func guessDelimiter(text []byte, newline byte) byte {
	best, bestScore := byte(','), 0.0
	for _, candidate := range []byte{',', '\t', ';', '|'} {
		if share, cells := evenness(text, candidate, newline); cells >= 2 && share*float64(min(cells, 50)) > bestScore {
			best, bestScore = candidate, share*float64(min(cells, 50))
		}
	}
	if bestScore > 0 {
		return best
	}
	if share, cells := evenness(text, whitespaceRuns, newline); cells >= 2 && share > 0.95 {
		return whitespaceRuns
	}
	return ','
}

// evenness gives how many cells most of the sample's records have, and the share of records that have so many.
func evenness(text []byte, delimiter, newline byte) (share float64, cells int) {
	const most = 200
	r := newCSVReader(bytes.NewReader(text), delimiter, newline)
	counts := map[int]int{}
	records := 0
	for records < most {
		record, err := r.next()
		if err != nil {
			break
		}
		counts[len(record)]++
		records++
	}
	for n, times := range counts {
		if times > counts[cells] || times == counts[cells] && n > cells {
			cells = n
		}
	}
	if records == 0 {
		return 0, 0
	}
	return float64(counts[cells]) / float64(records), cells
}

// looksLikeHeader says whether the first record names columns: nothing in it is a number or a date, or the next
// record differs from it in that.
func looksLikeHeader(first []string, known func(string) bool) bool {
	form := dateForm{}
	data := 0
	for _, cell := range first {
		cell = trimCell(cell)
		if known(cell) {
			return true
		}
		if cell == "" {
			continue
		}
		if _, _, code := readDecimal(cell); code == "" {
			data++
		} else if _, _, code := form.read(cell); code == "" {
			data++
		}
	}
	return data == 0
}
