package collect

import (
	"strings"
	"time"
)

// dateOrder is the order of three numbers like 12/1/2010. Dates that begin with a four-digit year need none.
type dateOrder byte

const (
	orderUnknown dateOrder = iota
	monthFirst
	dayFirst
	yearFirst // also for two-digit years: 24/07/13
)

// dateForm is how the date columns of one file are read: fixed for the whole run before it starts.
type dateForm struct {
	order    dateOrder
	date1904 bool // serial days count from 1904, as old spreadsheets of Macs do
	zone     *time.Location
}

// civil is a date and time of day as written; zone is nil when none was written.
type civil struct {
	year, month, day     int
	hour, minute, second int
	milli                int
	hasTime              bool
	zone                 *time.Location
}

func (c civil) valid() bool {
	if c.month < 1 || c.month > 12 || c.day < 1 || c.hour > 23 || c.minute > 59 || c.second > 59 {
		return false
	}
	return c.day <= daysIn(c.year, c.month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// read reads one cell. canonical says that it already was YYYY-MM-DD with or without a time. code is "" when it
// could be read, date_unreadable when it looks like no date, date_impossible for dates like 2024-02-30.
func (f dateForm) read(cell string) (c civil, canonical bool, code string) {
	c, ok, canonical := f.readISO(cell)
	if !ok {
		folded := foldWidth(cell)
		if c, ok, _ = f.readISO(folded); !ok {
			if c, ok = f.readDigits(folded); !ok {
				if c, ok = f.readParts(folded); !ok {
					return c, false, "date_unreadable"
				}
			}
		}
	}
	if !c.valid() {
		return c, false, "date_impossible"
	}
	return c, canonical, ""
}

// millis gives the instant; a civil time without a zone is one of f's zone.
func (f dateForm) millis(c civil) int64 {
	zone := c.zone
	if zone == nil {
		zone = f.zone
	}
	return time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, 0, zone).UnixMilli() + int64(c.milli)
}

// readISO is the fast path for what most exports write: YYYY-MM-DD, also with / or . and one-digit parts, and then
// a time. Only the two-digit form with "-" is canonical.
func (f dateForm) readISO(s string) (c civil, ok, canonical bool) {
	if len(s) < 8 || !isDigit(s[0]) || !isDigit(s[1]) || !isDigit(s[2]) || !isDigit(s[3]) || (s[4] != '-' && s[4] != '/' && s[4] != '.') {
		return c, false, false
	}
	c.year = int(s[0]-'0')*1000 + int(s[1]-'0')*100 + int(s[2]-'0')*10 + int(s[3]-'0')
	var rest string
	var month, day int
	if c.month, month, rest = shortNumber(s[5:], 2); month == 0 || len(rest) == 0 || rest[0] != s[4] {
		return c, false, false
	}
	if c.day, day, rest = shortNumber(rest[1:], 2); day == 0 {
		return c, false, false
	}
	canonical = s[4] == '-' && month == 2 && day == 2
	if rest == "" {
		return c, true, canonical
	}
	if rest[0] != ' ' && rest[0] != 'T' {
		return c, false, false
	}
	ok = c.readTime(rest[1:])
	return c, ok, canonical
}

// readTime reads 8:26, 08:26:00, 08:26:00.123Z, 8:26 PM, 08:26:00 +08:00 into c.
func (c *civil) readTime(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		return true
	}
	c.hasTime = true
	afternoon, morning := false, false
	for _, mark := range []string{"上午", "早上", "凌晨", "下午", "晚上", "中午"} {
		if strings.HasPrefix(s, mark) {
			s = strings.TrimSpace(s[len(mark):])
			afternoon, morning = mark == "下午" || mark == "晚上" || mark == "中午", mark == "上午" || mark == "早上" || mark == "凌晨"
		}
	}
	var n int
	if c.hour, n, s = shortNumber(s, 2); n == 0 {
		return false
	}
	separator := func() bool {
		for _, mark := range []string{":", "时", "点", "分"} {
			if strings.HasPrefix(s, mark) {
				s = s[len(mark):]
				return true
			}
		}
		return false
	}
	if !separator() {
		return false
	}
	if c.minute, n, s = shortNumber(s, 2); n == 0 && s != "" {
		return false
	}
	if separator() && s != "" {
		if c.second, n, s = shortNumber(s, 2); n == 0 {
			return false
		}
		s = strings.TrimPrefix(s, "秒")
	}
	if s != "" && (s[0] == '.' || s[0] == ',') {
		fraction := 0
		for fraction+1 < len(s) && isDigit(s[fraction+1]) {
			if fraction < 3 {
				c.milli = c.milli*10 + int(s[fraction+1]-'0')
			}
			fraction++
		}
		for i := fraction; i < 3; i++ {
			c.milli *= 10
		}
		s = s[fraction+1:]
	}
	s = strings.TrimSpace(s)
	switch upper := strings.ToUpper(s); {
	case upper == "":
	case strings.HasPrefix(upper, "AM") || strings.HasPrefix(upper, "A.M."):
		morning, s = true, strings.TrimSpace(strings.TrimLeft(s, "AaMm."))
	case strings.HasPrefix(upper, "PM") || strings.HasPrefix(upper, "P.M."):
		afternoon, s = true, strings.TrimSpace(strings.TrimLeft(s, "PpMm."))
	}
	if afternoon && c.hour < 12 {
		c.hour += 12
	}
	if morning && c.hour == 12 {
		c.hour = 0
	}
	return c.readZone(s)
}

// readZone reads Z, UTC, +08:00, +0800, +08.
func (c *civil) readZone(s string) bool {
	switch {
	case s == "":
		return true
	case s == "Z" || s == "z" || strings.EqualFold(s, "UTC") || strings.EqualFold(s, "GMT"):
		c.zone = time.UTC
		return true
	case s[0] != '+' && s[0] != '-':
		return false
	}
	hours, n, rest := shortNumber(s[1:], 2)
	minutes := 0
	if n != 2 || hours > 15 {
		return false
	}
	if rest = strings.TrimPrefix(rest, ":"); rest != "" {
		if minutes, n, rest = shortNumber(rest, 2); n != 2 || rest != "" || minutes > 59 {
			return false
		}
	}
	offset := (hours*60 + minutes) * 60
	if s[0] == '-' {
		offset = -offset
	}
	if offset == 8*3600 {
		c.zone = beijing
		return true
	}
	c.zone = time.FixedZone("", offset)
	return true
}

var beijing = time.FixedZone("", 8*3600)

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// shortNumber reads up to most digits in front of s.
func shortNumber(s string, most int) (value, digits int, rest string) {
	for digits < len(s) && digits < most && isDigit(s[digits]) {
		value = value*10 + int(s[digits]-'0')
		digits++
	}
	return value, digits, s[digits:]
}
