package collect

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// encodings by the name a mapping may give; the first name of each is what detection reports.
var encodings = map[string]encoding.Encoding{
	"utf-8":        nil,
	"gb18030":      simplifiedchinese.GB18030,
	"utf-16le":     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	"utf-16be":     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	"windows-1252": charmap.Windows1252,
}

// encodingName brings the ways people write an encoding to ours; "" when we do not know it.
func encodingName(s string) string {
	switch folded := strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(s)); folded {
	case "", "auto":
		return "auto"
	case "utf8", "utf-8", "utf-8-sig", "utf-8-bom":
		return "utf-8"
	case "gbk", "gb2312", "gb18030", "cp936", "gb-18030":
		return "gb18030"
	case "utf-16", "utf16", "utf-16le", "utf-16-le", "unicode":
		return "utf-16le"
	case "utf-16be", "utf-16-be":
		return "utf-16be"
	case "latin1", "latin-1", "iso-8859-1", "cp1252", "windows-1252", "ascii":
		return "windows-1252"
	}
	return ""
}

var byteOrderMarks = []struct {
	encoding string
	mark     []byte
}{
	{"utf-8", []byte{0xEF, 0xBB, 0xBF}},
	{"utf-16le", []byte{0xFF, 0xFE}},
	{"utf-16be", []byte{0xFE, 0xFF}},
}

// guessEncoding looks at the first bytes of a file. certain says that a byte-order mark settled it.
func guessEncoding(sample []byte) (name string, certain bool) {
	for _, b := range byteOrderMarks {
		if bytes.HasPrefix(sample, b.mark) {
			return b.encoding, true
		}
	}
	even, odd := 0, 0
	for i, b := range sample {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	switch {
	case odd > len(sample)/8 && even < odd/16+1:
		return "utf-16le", false
	case even > len(sample)/8 && odd < even/16+1:
		return "utf-16be", false
	}
	cut := sample
	for i := 0; i < 4 && len(cut) > 0 && !utf8.Valid(cut); i++ { // the sample may end inside a character
		cut = cut[:len(cut)-1]
	}
	if utf8.Valid(cut) {
		return "utf-8", false
	}
	decoded, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(sample)
	if wrong := bytes.IndexRune(decoded, utf8.RuneError); wrong < 0 || len(sample) == sampleBytes && wrong >= len(decoded)-4 {
		return "gb18030", false
	}
	return "windows-1252", false
}

// encodingsToTry after the guess, when the whole file turned out not to be what its beginning promised.
func encodingsToTry(guess string) []string {
	switch guess {
	case "utf-8":
		return []string{"utf-8", "gb18030", "windows-1252"}
	case "gb18030":
		return []string{"gb18030", "windows-1252"}
	}
	return []string{guess}
}

// decodeReader gives r as UTF-8 without a byte-order mark. Bytes that are not of the encoding become U+FFFD, or, for
// UTF-8, stay as they are; the first pass over the file looks for both.
func decodeReader(r io.Reader, name string) io.Reader {
	r = skipMark(r)
	if e := encodings[name]; e != nil {
		return e.NewDecoder().Reader(r)
	}
	return r
}

// skipMark leaves out a byte-order mark.
func skipMark(r io.Reader) io.Reader {
	head := make([]byte, 3)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	for _, b := range byteOrderMarks {
		if bytes.HasPrefix(head, b.mark) {
			head = head[len(b.mark):]
			break
		}
	}
	if err != nil {
		return bytes.NewReader(head)
	}
	return io.MultiReader(bytes.NewReader(head), r)
}

// misencoded says that a cell holds bytes its encoding cannot have written.
func misencoded(record []byte, encoding string) bool {
	if encoding == "utf-8" {
		return !utf8.Valid(record)
	}
	return bytes.ContainsRune(record, utf8.RuneError)
}
