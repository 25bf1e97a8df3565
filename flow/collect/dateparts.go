package collect

import (
	"strings"
	"time"
)

// readDigits reads dates written as one number; how many digits it has says which: 45486 or 45486.35 (spreadsheet
// serial day), 20240713, 202407132105, 20240713210500, 1720875900 (Unix seconds), 1720875900000 (Unix milliseconds).
func (f dateForm) readDigits(s string) (civil, bool) {
	whole, fraction, hasFraction := strings.Cut(s, ".")
	if whole == "" || len(whole) > 14 || !allDigits(whole) || !allDigits(fraction) {
		return civil{}, false
	}
	if hasFraction && strings.Trim(fraction, "0") == "" {
		fraction = ""
	}
	if len(whole) == 5 {
		return f.readSerial(whole, fraction)
	}
	if fraction != "" && len(whole) != 10 {
		return civil{}, false
	}
	var c civil
	var n int64
	for i := range len(whole) {
		n = n*10 + int64(whole[i]-'0')
	}
	switch len(whole) {
	case 10:
		return instantParts(time.Unix(n, 0).UTC()), true
	case 13:
		return instantParts(time.UnixMilli(n).UTC()), true
	case 14:
		c.second, n = int(n%100), n/100
		fallthrough
	case 12:
		c.minute, n = int(n%100), n/100
		c.hour, n = int(n%100), n/100
		c.hasTime = true
		fallthrough
	case 8:
		c.day, c.month, c.year = int(n%100), int(n/100%100), int(n/10000)
		return c, c.year >= 1800 && c.year < 2200
	}
	return c, false
}

// readSerial reads a spreadsheet's day count. Day 1 is 1900-01-01; for all days after February 1900, the only ones
// five digits can mean, day 0 is effectively 1899-12-30 because of the leap day 1900 never had.
func (f dateForm) readSerial(whole, fraction string) (civil, bool) {
	days, _, _ := shortNumber(whole, 5)
	if days < 10000 {
		return civil{}, false
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if f.date1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	billionths, _, _ := shortNumber((fraction + "000000000")[:9], 9)
	seconds := (int64(billionths)*86400 + 500_000_000) / 1_000_000_000
	at := epoch.AddDate(0, 0, days).Add(time.Duration(seconds) * time.Second)
	c := instantParts(at)
	c.zone = nil
	c.hasTime = fraction != ""
	return c, true
}

func instantParts(t time.Time) civil {
	return civil{year: t.Year(), month: int(t.Month()), day: t.Day(), hour: t.Hour(), minute: t.Minute(), second: t.Second(),
		milli: t.Nanosecond() / 1e6, hasTime: true, zone: time.UTC}
}

var monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// readParts reads everything else: 12/1/2010 8:26, 13.07.2024, 13-Jul-24, Jul 13, 2024 9:05 PM, 2024年7月13日 21时05分.
func (f dateForm) readParts(s string) (civil, bool) {
	var c civil
	var numbers, widths [3]int
	count, named := 0, -1
	rest := s
	for count < 3 && rest != "" {
		if value, digits, after := shortNumber(rest, 4); digits > 0 {
			numbers[count], widths[count], rest = value, digits, after
			for _, mark := range []string{"年", "月", "日", "号", "th", "st", "nd", "rd"} {
				rest = strings.TrimPrefix(rest, mark)
			}
		} else if month, after := monthName(rest); month > 0 && named < 0 {
			numbers[count], named, rest = month, count, after
		} else {
			return c, false
		}
		count++
		if count < 3 {
			trimmed := strings.TrimLeft(rest, "/-., ")
			if len(rest)-len(trimmed) > 2 {
				return c, false
			}
			rest = trimmed
		}
	}
	if count < 3 || rest != "" && rest[0] != ' ' && rest[0] != 'T' && rest[0] != ',' && !strings.Contains(s, "年") {
		return c, false
	}
	order := f.order
	switch {
	case named == 0:
		order = monthFirst
	case named == 1 && widths[0] <= 2:
		order = dayFirst
	case widths[0] == 4:
		order = yearFirst
	case named == 2:
		return c, false
	}
	y, m, d := 2, 0, 1
	switch order {
	case dayFirst:
		m, d = 1, 0
	case yearFirst:
		y, m, d = 0, 1, 2
	case orderUnknown: // nothing in the file says otherwise
		if strings.ContainsAny(s[:min(len(s), 3)], ".-") {
			m, d = 1, 0
		}
	}
	if widths[y] != 4 && widths[y] != 2 || widths[m] > 2 || widths[d] > 2 {
		return c, false
	}
	c.year, c.month, c.day = numbers[y], numbers[m], numbers[d]
	if widths[y] == 2 {
		c.year += 1900
		if c.year < 1970 {
			c.year += 100
		}
	}
	ok := c.readTime(strings.TrimLeft(rest, "T, "))
	return c, ok
}

func monthName(s string) (month int, rest string) {
	end := 0
	for end < len(s) && (s[end] >= 'a' && s[end] <= 'z' || s[end] >= 'A' && s[end] <= 'Z') {
		end++
	}
	if end < 3 {
		return 0, s
	}
	word := strings.ToLower(s[:end])
	full := []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	for i, name := range full {
		if word == name || word == monthNames[i] || word == "sept" && i == 8 {
			return i + 1, s[end:]
		}
	}
	return 0, s
}

// orderEvidence says which order a cell like 12/25/2010 proves; most cells prove nothing.
func orderEvidence(cell string) dateOrder {
	first, n, rest := shortNumber(foldWidth(cell), 2)
	if n == 0 || rest == "" || rest[0] != '/' && rest[0] != '-' && rest[0] != '.' {
		return orderUnknown
	}
	mark := rest[0]
	second, n, rest := shortNumber(rest[1:], 2)
	if n == 0 || rest == "" || rest[0] != mark || len(rest) < 3 || !isDigit(rest[1]) {
		return orderUnknown
	}
	switch {
	case first > 12 && first <= 31 && second <= 12:
		return dayFirst
	case second > 12 && second <= 31 && first <= 12:
		return monthFirst
	}
	return orderUnknown
}
