package collect

import (
	"math"
	"strings"
)

const micros = 1_000_000

// Minor gives a money value in minor units of a currency with the given exponent (2 for CNY), rounded half away from zero.
func (v Value) Minor(exponent int) int64 { return MinorFromMicros(v.Int, exponent) }

// Float gives a money or quantity value as a floating number, for columns that are kept so.
func (v Value) Float() float64 { return float64(v.Int) / micros }

// MinorFromMicros turns millionths of the major unit into minor units, rounded half away from zero.
func MinorFromMicros(value int64, exponent int) int64 {
	step := int64(micros)
	for range exponent {
		step /= 10
	}
	if step <= 1 {
		return value
	}
	if value < 0 {
		return -((-value + step/2) / step)
	}
	return (value + step/2) / step
}

// readDecimal reads a decimal number exactly, in millionths. It understands currency signs and codes before or
// behind, thousands separators, decimal commas, a minus in front or behind, parentheses as minus, and exponents.
// Digits beyond the sixth decimal are rounded half away from zero: spreadsheets write 2.55 as 2.5499999999999998.
// plain says that nothing but an optional minus, digits and a point stood there. code is "" when it could be read.
func readDecimal(cell string) (value int64, plain bool, code string) {
	if value, ok := readPlainDecimal(cell); ok {
		return value, true, ""
	}
	text, negative := stripMoneyMarks(foldWidth(cell))
	text, exponent, ok := cutExponent(text)
	if !ok {
		return 0, false, "number_unreadable"
	}
	whole, fraction, ok := splitSeparators(text)
	if !ok {
		return 0, false, "number_unreadable"
	}
	value, ok = scaleDigits(whole, fraction, exponent)
	if !ok {
		return 0, false, "number_out_of_range"
	}
	if negative {
		value = -value
	}
	return value, false, ""
}

// readPlainDecimal is the fast path: -?digits[.up to six digits], short enough never to overflow.
func readPlainDecimal(s string) (int64, bool) {
	i, negative := 0, false
	if len(s) > 0 && s[0] == '-' {
		i, negative = 1, true
	}
	if len(s) == i || len(s) > 18 {
		return 0, false
	}
	var value int64
	start := i
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		value = value*10 + int64(s[i]-'0')
	}
	if i == start || i-start > 12 {
		return 0, false
	}
	decimals := 0
	if i < len(s) && s[i] == '.' {
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			value = value*10 + int64(s[i]-'0')
			decimals++
		}
		if decimals == 0 {
			return 0, false
		}
	}
	if i != len(s) || decimals > 6 {
		return 0, false
	}
	for ; decimals < 6; decimals++ {
		value *= 10
	}
	if negative {
		value = -value
	}
	return value, true
}

var moneyWords = []string{"CNY", "RMB", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "人民币", "US$", "HK$", "NT$", "¥", "$", "€", "£", "元", "圆"}

// stripMoneyMarks takes currency marks, blanks and the sign away; parentheses mean minus.
func stripMoneyMarks(s string) (string, bool) {
	s = strings.TrimSpace(s)
	negative := false
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		s, negative = s[1:len(s)-1], true
	}
	for range 4 { // sign and currency come in any order: "-¥5", "¥-5", "5- CNY"
		s = strings.TrimSpace(s)
		before := s
		if upper := strings.ToUpper(s); len(upper) == len(s) {
			for _, word := range moneyWords {
				if strings.HasPrefix(upper, word) {
					s = s[len(word):]
					break
				}
				if strings.HasSuffix(upper, word) {
					s = s[:len(s)-len(word)]
					break
				}
			}
		}
		s = strings.TrimSpace(s)
		switch {
		case negative:
		case strings.HasPrefix(s, "-"):
			s, negative = s[1:], true
		case strings.HasSuffix(s, "-"):
			s, negative = s[:len(s)-1], true
		}
		if s == before {
			break
		}
	}
	return strings.TrimPrefix(s, "+"), negative
}

// cutExponent parts "1.5E+3" into "1.5" and 3.
func cutExponent(s string) (string, int, bool) {
	at := strings.IndexAny(s, "eE")
	if at < 0 {
		return s, 0, true
	}
	digits, sign := s[at+1:], 1
	if strings.HasPrefix(digits, "-") {
		digits, sign = digits[1:], -1
	}
	digits = strings.TrimPrefix(digits, "+")
	if len(digits) == 0 || len(digits) > 3 || !allDigits(digits) {
		return s, 0, false
	}
	exponent := 0
	for i := range len(digits) {
		exponent = exponent*10 + int(digits[i]-'0')
	}
	return s[:at], sign * exponent, true
}

// splitSeparators finds which of "." "," is the decimal mark and takes thousands separators away.
func splitSeparators(s string) (whole, fraction string, ok bool) {
	for _, blank := range []string{" ", "\u00a0", "\u202f", "'", "’"} {
		s = groupsOf(s, blank)
	}
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	mark := dot
	switch {
	case dot >= 0 && comma >= 0:
		mark = max(dot, comma)
	case comma >= 0 && (strings.Count(s, ",") > 1 || len(s)-comma-1 == 3 && comma >= 1 && comma <= 3 && s[0] != '0'):
		mark = -1
	case comma >= 0:
		mark = comma
	case dot >= 0 && strings.Count(s, ".") > 1:
		mark = -1
	}
	whole = s
	if mark >= 0 {
		whole, fraction = s[:mark], s[mark+1:]
	}
	other := ","
	if mark >= 0 && s[mark] == ',' || mark < 0 && comma < 0 {
		other = "."
	}
	whole = groupsOf(whole, other)
	if whole == "" && fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return "", "", false
	}
	return whole, fraction, true
}

// groupsOf takes the separator away where it parts the digits before the mark into groups of two to four (India and
// China group so too), the first of one to four; otherwise s stays and will not read as a number.
func groupsOf(s, separator string) string {
	if !strings.Contains(s, separator) {
		return s
	}
	whole, rest := s, ""
	if at := strings.IndexAny(s, ".,"); at >= 0 && separator != "." && separator != "," {
		whole, rest = s[:at], s[at:]
	}
	groups := strings.Split(whole, separator)
	for i, group := range groups {
		if !allDigits(group) || len(group) > 4 || len(group) < 1 || i > 0 && len(group) < 2 || i == len(groups)-1 && len(group) < 3 {
			return s
		}
	}
	return strings.Join(groups, "") + rest
}

// scaleDigits gives whole.fraction * 10^exponent in millionths, rounded half away from zero.
func scaleDigits(whole, fraction string, exponent int) (int64, bool) {
	digits := whole + fraction
	point := len(whole) + exponent + 6 // digits before this place are whole millionths
	var value int64
	for i := range max(point, 0) {
		digit := int64(0)
		if i < len(digits) {
			digit = int64(digits[i] - '0')
		}
		if value > (math.MaxInt64-digit)/10 {
			return 0, false
		}
		value = value*10 + digit
	}
	if point >= 0 && point < len(digits) && digits[point] >= '5' {
		if value == math.MaxInt64 {
			return 0, false
		}
		value++
	}
	return value, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
