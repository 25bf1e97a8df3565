package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text to the form it is compared in: full width narrowed, accents off, lower case, one blank between
// words, nothing but letters and digits.
func fold(s string) string {
	if !ascii(s) {
		s = norm.NFKD.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		default:
			blank = true
		}
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

func hasHan(s string) bool { return !ascii(s) && strings.ContainsFunc(s, han) }

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// jaroWinkler is the similarity of two short texts, 0 to 1, by Winkler (1990): Jaro's share of common characters in
// about the same place, raised by up to four equal first characters, a tenth of the rest each.
func jaroWinkler(a, b string) float64 {
	x, y := []rune(a), []rune(b)
	if len(x) == 0 || len(y) == 0 || len(x) > 64 || len(y) > 64 {
		return 0
	}
	reach := max(max(len(x), len(y))/2-1, 0)
	var usedX, usedY [64]bool
	common := 0
	for i, r := range x {
		for j := max(0, i-reach); j < min(len(y), i+reach+1); j++ {
			if !usedY[j] && y[j] == r {
				usedX[i], usedY[j] = true, true
				common++
				break
			}
		}
	}
	if common == 0 {
		return 0
	}
	swaps, j := 0, 0
	for i := range x {
		if !usedX[i] {
			continue
		}
		for !usedY[j] {
			j++
		}
		if x[i] != y[j] {
			swaps++
		}
		j++
	}
	c := float64(common)
	jaro := (c/float64(len(x)) + c/float64(len(y)) + (c-float64(swaps/2))/c) / 3
	prefix := 0
	for prefix < min(4, len(x), len(y)) && x[prefix] == y[prefix] {
		prefix++
	}
	return jaro + float64(prefix)*0.1*(1-jaro)
}

// oneSlip says that one text becomes the other by one character changed, added, left out, or two neighbours swapped
// (distance 1 of Damerau 1964).
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > utf8.UTFMax {
		return false
	}
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	start, end := 0, 0
	for start < len(x) && x[start] == y[start] {
		start++
	}
	for end < len(x)-start && x[len(x)-1-end] == y[len(y)-1-end] {
		end++
	}
	x, y = x[start:len(x)-end], y[start:len(y)-end]
	switch {
	case len(x) == 0:
		return len(y) == 1
	case len(x) == 1:
		return len(y) == 1
	case len(x) == 2:
		return len(y) == 2 && x[0] == y[1] && x[1] == y[0]
	}
	return false
}
