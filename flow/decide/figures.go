package decide

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/base/money"
)

// Said is one text in both languages of the product. Figures that matter stand between ** and **.
type Said struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en-US"`
}

// In gives the text in a language, English for any but Chinese.
func (s Said) In(language string) string {
	if strings.HasPrefix(language, "zh") {
		return s.ZH
	}
	return s.EN
}

// figures writes numbers the way people read them in one language (design/mock/NOTES.md, Numbers).
type figures struct {
	chinese  bool
	currency string
	now      time.Time // in the workspace's zone
}

// plurals are counted things: the Chinese measure word, one in English, many in English.
var plurals = map[string][3]string{
	"days": {"天", "day", "days"}, "minutes": {"分钟", "min", "min"}, "hours": {"小时", "h", "h"},
	"customers": {"位客户", "customer", "customers"}, "records": {"条记录", "record", "records"},
	"imports": {"次导入", "import", "imports"}, "items": {"项", "item", "items"},
}

// write puts the value called name in the given form.
func (f figures) write(v Values, name, form string) string {
	if unit, ok := plurals[form]; ok {
		return f.plural(v.Number(name), unit)
	}
	switch form {
	case "money":
		return f.money(v.Number(name))
	case "share":
		return f.share(v.Number(name))
	case "number":
		return f.number(v.Number(name))
	case "when":
		return f.when(int64(v.Number(name)))
	case "day":
		return f.day(v.Text(name))
	case "ago":
		return f.ago(v.Number(name))
	case "span":
		return f.span(v.Number(name))
	case "metric":
		return f.metric(v.Number(name), v.Text("unit"))
	case "gap":
		if v.Text("unit") != "share" {
			return f.share(v.Number(name))
		}
		points := trimZero(strconv.FormatFloat(v.Number(name)*100, 'f', 1, 64))
		if f.chinese {
			return points + " 个百分点"
		}
		return points + " points"
	case "label":
		if f.chinese {
			return plain(v.Text(name + "_zh"))
		}
		return plain(v.Text(name + "_en"))
	case "cause":
		return causeWords(v.Text(name)).In(f.language())
	}
	return plain(v.Text(name))
}

func (f figures) language() string {
	if f.chinese {
		return "zh-CN"
	}
	return "en-US"
}

func (f figures) plural(n float64, unit [3]string) string {
	text := f.number(n)
	switch {
	case f.chinese:
		return text + " " + unit[0]
	case text == "1":
		return text + " " + unit[1]
	}
	return text + " " + unit[2]
}

// number writes a count in full, with one decimal only below ten.
func (f figures) number(n float64) string {
	if math.Abs(n) < 10 && n != math.Trunc(n) {
		return trimZero(strconv.FormatFloat(n, 'f', 1, 64))
	}
	return thousands(math.Round(n))
}

var symbols = map[string]string{"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "KRW": "₩", "INR": "₹"}

// money writes minor units: no decimals from 100 up, 万 and 亿 or K and M from 100,000 up.
func (f figures) money(minor float64) string {
	exponent := money.Exponent(f.currency)
	amount := math.Abs(minor) / math.Pow10(exponent)
	symbol, ok := symbols[f.currency]
	if !ok {
		symbol = f.currency + " "
	}
	if minor < 0 {
		symbol = "−" + symbol
	}
	switch {
	case amount >= 99_999.5:
		return symbol + f.short(amount)
	case amount >= 99.995 || exponent == 0:
		return symbol + thousands(math.Round(amount))
	case amount == math.Trunc(amount):
		return symbol + strconv.FormatFloat(amount, 'f', 0, 64)
	}
	return symbol + strconv.FormatFloat(amount, 'f', exponent, 64)
}

func (f figures) short(n float64) string {
	if f.chinese {
		switch {
		case n >= 99_995_000:
			return trimZero(strconv.FormatFloat(n/1e8, 'f', 2, 64)) + " 亿"
		case n >= 9_999_500:
			return thousands(math.Round(n/1e4)) + " 万"
		}
		return trimZero(strconv.FormatFloat(n/1e4, 'f', 1, 64)) + " 万"
	}
	switch {
	case n >= 999_500_000:
		return trimZero(strconv.FormatFloat(n/1e9, 'f', 2, 64)) + "B"
	case n >= 999_500:
		return trimZero(strconv.FormatFloat(n/1e6, 'f', 1, 64)) + "M"
	}
	return thousands(math.Round(n/1e3)) + "K"
}

// share writes 0..1 as per cent, with one decimal where the whole would hide it.
func (f figures) share(x float64) string {
	p := x * 100
	if math.Abs(p) >= 10 || math.Abs(p-math.Round(p)) < 0.05 {
		return strconv.FormatFloat(math.Round(p), 'f', 0, 64) + "%"
	}
	return trimZero(strconv.FormatFloat(p, 'f', 1, 64)) + "%"
}

func (f figures) metric(n float64, unit string) string {
	switch unit {
	case "money":
		return f.money(n)
	case "share":
		return trimZero(strconv.FormatFloat(n*100, 'f', 1, 64)) + "%"
	case "days":
		return f.plural(n, plurals["days"])
	}
	return f.number(n)
}

// when writes an instant: the time alone for today, else the day, with the year where it is another.
func (f figures) when(at int64) string {
	t := time.UnixMilli(at).In(f.now.Location())
	if t.Format(time.DateOnly) == f.now.Format(time.DateOnly) {
		if f.chinese {
			return "今天 " + t.Format("15:04")
		}
		return "today " + t.Format("15:04")
	}
	return f.date(t)
}

func (f figures) day(text string) string {
	t, err := time.ParseInLocation(time.DateOnly, text, f.now.Location())
	if err != nil {
		return "—"
	}
	return f.date(t)
}

func (f figures) date(t time.Time) string {
	switch {
	case f.chinese && t.Year() == f.now.Year():
		return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	case f.chinese:
		return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
	case t.Year() == f.now.Year():
		return t.Format("Jan 2")
	}
	return t.Format("Jan 2, 2006")
}

func (f figures) ago(days float64) string {
	switch n := math.Round(days); {
	case n <= 0 && f.chinese:
		return "今天"
	case n <= 0:
		return "today"
	case n == 1 && f.chinese:
		return "昨天"
	case n == 1:
		return "yesterday"
	case f.chinese:
		return thousands(n) + " 天前"
	default:
		return thousands(n) + " days ago"
	}
}

// span writes a length in minutes: 38 分钟, 9 小时 42 分, 58 天.
func (f figures) span(minutes float64) string {
	n := int(math.Round(max(minutes, 0)))
	switch {
	case n < 60:
		return f.plural(float64(n), plurals["minutes"])
	case n < 24*60 && n%60 != 0 && f.chinese:
		return fmt.Sprintf("%d 小时 %d 分", n/60, n%60)
	case n < 24*60 && n%60 != 0:
		return fmt.Sprintf("%d h %d min", n/60, n%60)
	case n < 24*60:
		return f.plural(float64(n/60), plurals["hours"])
	}
	return f.plural(math.Round(minutes/60/24), plurals["days"])
}

// plain keeps a person's words from being read as marks, and a sentence from running over two lines.
func plain(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "*", "")), " ")
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

func thousands(n float64) string {
	digits := strconv.FormatFloat(math.Abs(n), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n < 0 {
		return "−" + digits
	}
	return digits
}

func trimZero(decimal string) string {
	if strings.Contains(decimal, ".") {
		decimal = strings.TrimRight(strings.TrimRight(decimal, "0"), ".")
	}
	return strings.Replace(decimal, "-", "−", 1)
}
