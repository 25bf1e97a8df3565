package collect

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"guanxi/base/sheet"
)

// foldWidth turns full-width letters, digits and signs into their plain forms (１２，３ -> 12,3) and typographic
// minus signs into "-". ASCII comes back untouched.
func foldWidth(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '−', '–', '－', '﹣':
			return '-'
		case '￥':
			return '¥'
		case '\u3000':
			return ' '
		}
		if r >= 0xFF01 && r <= 0xFF5E {
			return r - 0xFEE0
		}
		return r
	}, s)
}

// trimCell takes away blanks of every kind, and the marks spreadsheets put around text: byte-order marks,
// zero-width blanks, and the apostrophe or tab that keeps a long number from becoming 1.2E+15.
func trimCell(s string) string {
	if len(s) == 0 || s[0] > ' ' && s[0] < utf8.RuneSelf && s[0] != '\'' && s[len(s)-1] > ' ' && s[len(s)-1] < utf8.RuneSelf {
		return s
	}
	s = strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' || r == '\u200e' || r == '\u200f' || unicode.IsControl(r)
	})
	if sheet.Quoted(s) {
		return s[1:]
	}
	return s
}

// blankCell says that a trimmed cell is one of the ways programs write "nothing".
func blankCell(s string) bool { return sheet.Nothing(s) }

// saidInFull says that a cell was kept from being misread: what it holds is meant, even if it reads like nothing.
func saidInFull(raw string) bool { return len(raw) > 1 && raw[0] == '\'' }

// cleanIdentifier takes the ".0" (and the exponent) away that spreadsheets and data frames add to whole numbers.
func cleanIdentifier(s string) string {
	at := strings.IndexByte(s, '.')
	if at > 0 && allDigits(s[:at]) && strings.Trim(s[at+1:], "0") == "" && at+1 < len(s) {
		return s[:at]
	}
	if upper := strings.ToUpper(s); at == 1 && strings.Contains(upper, "E+") {
		if value, _, code := readDecimal(s); code == "" && value%micros == 0 {
			return strconv.FormatInt(value/micros, 10)
		}
	}
	return s
}

// foldHeader brings a header to the form headers are compared in: folded case and width, letters and digits only.
func foldHeader(s string) string {
	var b strings.Builder
	for _, r := range width.Narrow.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
