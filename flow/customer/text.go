package customer

import (
	"strconv"
	"strings"
	"time"
)

// qualified puts a table's alias before every column of a list.
func qualified(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

// instantText writes milliseconds UTC as RFC 3339.
func instantText(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }

// decimalText writes millionths as a plain decimal number.
func decimalText(micros int64) string {
	return strconv.FormatFloat(float64(micros)/1e6, 'f', -1, 64)
}

// trimmed takes blanks off both ends and control characters out.
func trimmed(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}

func onlyStars(s string) bool { return strings.Trim(s, "*") == "" }

// itemNumber writes an id as JSON carries it.
func itemNumber(id int64) string { return strconv.FormatInt(id, 10) }

// afterPrefix gives the least text above every text that begins with prefix, for a range that an index can walk.
func afterPrefix(prefix string) string {
	runes := []rune(prefix)
	for i := len(runes) - 1; i >= 0; i-- {
		if runes[i] < 0x10FFFF {
			next := runes[i] + 1
			if next >= 0xD800 && next <= 0xDFFF {
				next = 0xE000
			}
			return string(runes[:i]) + string(next)
		}
	}
	return "\U0010FFFF"
}

// likeText escapes what has a meaning in a like pattern; the pattern must name ! as its escape.
func likeText(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}
