package collect

import (
	"encoding/json"
	"fmt"
	"strings"
)

// cellReader reads trimmed cells into values and counts what it cleaned. It belongs to one goroutine.
type cellReader struct {
	form        dateForm
	corrections *Corrections
}

// read reads one trimmed, non-blank cell as f. code is "" when it could be read.
func (r *cellReader) read(f *Field, cell string) (Value, string) {
	switch f.Type {
	case Instant, Day:
		return r.date(f, cell)
	case Money, Quantity, Integer:
		return r.number(f, cell)
	case Gender:
		text, ok := genders[strings.ToLower(cell)]
		if !ok {
			return Value{}, "gender_unreadable"
		}
		return Value{Set: true, Text: text}, ""
	case Bool:
		n, ok := booleans[strings.ToLower(cell)]
		if !ok {
			return Value{}, "bool_unreadable"
		}
		return Value{Set: true, Int: n}, ""
	case Tags:
		return Value{Set: true, Text: splitTags(cell)}, ""
	}
	text := cell
	if f.Identifier {
		if text = cleanIdentifier(foldWidth(cell)); text != cell {
			r.corrections.Add("identifier_cleaned", cell, text)
		}
	}
	if f.Type == Phone || f.Type == Email {
		text = foldWidth(text)
	}
	if f.Clean == nil {
		return Value{Set: text != "", Text: text}, ""
	}
	clean, code := f.Clean(text)
	if code != "" {
		return Value{}, code
	}
	if clean != cell {
		r.cleaned(f, cell, clean)
	}
	return Value{Set: clean != "", Text: clean}, ""
}

// cleaned counts what a field's own Clean did.
func (r *cellReader) cleaned(f *Field, from, to string) {
	code := "text_normalized"
	switch f.Type {
	case Phone:
		code = "phone_normalized"
	case Email:
		code = "email_normalized"
	}
	if f.Personal && r.corrections.isNew(code) {
		from, to = maskMiddle(from), maskMiddle(to)
	}
	r.corrections.Add(code, from, to)
}

func (r *cellReader) date(f *Field, cell string) (Value, string) {
	c, canonical, code := r.form.read(cell)
	if code != "" {
		return Value{}, code
	}
	v := Value{Set: true}
	if f.Type == Instant {
		v.Int = r.form.millis(c)
		if !c.hasTime {
			v.Text = "day"
		}
		if !canonical && r.corrections != nil {
			to := ""
			if r.corrections.isNew("date_unified") {
				to = c.day10() + fmt.Sprintf(" %02d:%02d:%02d", c.hour, c.minute, c.second)
			}
			r.corrections.Add("date_unified", cell, to)
		}
		return v, ""
	}
	if canonical && len(cell) >= 10 {
		v.Text = cell[:10]
		return v, ""
	}
	v.Text = c.day10()
	r.corrections.Add("date_unified", cell, v.Text)
	return v, ""
}

// day10 writes the date as YYYY-MM-DD.
func (c civil) day10() string { return fmt.Sprintf("%04d-%02d-%02d", c.year, c.month, c.day) }

func (r *cellReader) number(f *Field, cell string) (Value, string) {
	value, plain, code := readDecimal(cell)
	if code != "" {
		return Value{}, code
	}
	if f.Type == Integer {
		if value%micros != 0 {
			return Value{}, "number_not_whole"
		}
		return Value{Set: true, Int: value / micros}, ""
	}
	if !plain && r.corrections != nil {
		to := ""
		if r.corrections.isNew("number_unified") {
			to = writeMicros(value)
		}
		r.corrections.Add("number_unified", cell, to)
	}
	return Value{Set: true, Int: value}, ""
}

// writeMicros writes millionths as a plain decimal number.
func writeMicros(value int64) string {
	sign := ""
	if value < 0 {
		sign, value = "-", -value
	}
	text := fmt.Sprintf("%s%d.%06d", sign, value/micros, value%micros)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

var genders = map[string]string{
	"f": "female", "female": "female", "woman": "female", "女": "female", "女性": "female", "女士": "female", "小姐": "female", "ms": "female", "mrs": "female", "2": "female",
	"m": "male", "male": "male", "man": "male", "男": "male", "男性": "male", "先生": "male", "mr": "male", "1": "male",
	"u": "unknown", "unknown": "unknown", "other": "unknown", "未知": "unknown", "保密": "unknown", "不详": "unknown", "其他": "unknown", "0": "unknown",
}

var booleans = map[string]int64{
	"1": 1, "true": 1, "t": 1, "yes": 1, "y": 1, "on": 1, "是": 1, "有": 1, "已": 1, "√": 1,
	"0": 0, "false": 0, "f": 0, "no": 0, "n": 0, "off": 0, "否": 0, "无": 0, "未": 0, "×": 0,
}

// splitTags parts tags at commas, semicolons, bars and line breaks, or reads them as a JSON list; doubles and blanks go.
func splitTags(cell string) string {
	var tags, parts []string
	seen := map[string]bool{}
	if !strings.HasPrefix(cell, `["`) || json.Unmarshal([]byte(cell), &parts) != nil {
		parts = strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|，；、\n", r) })
	}
	for _, tag := range parts {
		if tag = trimCell(tag); tag != "" && !seen[tag] {
			seen[tag] = true
			tags = append(tags, tag)
		}
	}
	return strings.Join(tags, "\n")
}

// maskMiddle hides the middle half of the letters and digits of a personal value.
func maskMiddle(s string) string {
	runes := []rune(s)
	for i := len(runes) / 4; i < len(runes)-len(runes)/4; i++ {
		switch runes[i] {
		case ' ', '-', '+', '@', '.', '(', ')':
		default:
			runes[i] = '*'
		}
	}
	return string(runes)
}
