package customer

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/base/field"
	"guanxi/base/money"
)

// largestValue bounds numbers and amounts: above it neighbouring whole numbers are no longer told apart.
const largestValue = 1 << 53

// readValue brings what a person or a program gave for a field to the form the record keeps. nil and an empty text clear
// the field. A key says why the value cannot be taken. Region is that of phone numbers without country code.
func readValue(f *field.Field, given any, region string) (value any, key string) {
	text, isText := given.(string)
	if text = trimmed(text); given == nil || isText && text == "" {
		return nil, ""
	}
	if list, made := given.(fileList); isFile(f) {
		if !made {
			return nil, "files_are_uploaded"
		}
		return list.value(), ""
	}
	if isText {
		return readText(f, text, region)
	}
	switch v := given.(type) {
	case bool:
		if f.Type == field.Boolean {
			return v, ""
		}
	case float64:
		return readNumber(f, v)
	case map[string]any:
		switch f.Type {
		case field.Money:
			return readMoney(f, v)
		case field.Address:
			return readAddress(v)
		}
	case []any:
		if f.Type == field.Choices {
			return readChoices(f, v)
		}
	}
	return nil, "type_invalid"
}

func readText(f *field.Field, text, region string) (any, string) {
	switch f.Type {
	case field.Text:
		if utf8.RuneCountInString(text) > longestCustom {
			return nil, "too_long"
		}
		if onlyStars(text) {
			return nil, "value_is_masked"
		}
		if _, forged := sealedText(text); forged {
			return nil, "type_invalid"
		}
		return text, ""
	case field.Number:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, "type_invalid"
		}
		return readNumber(f, n)
	case field.Day:
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, "day_invalid"
		}
		if day.Year() < 1850 || day.Year() > 2200 {
			return nil, "date_impossible"
		}
		return text, ""
	case field.MonthDay:
		if day, ok := normalMonthDay(text); ok {
			return day, ""
		}
		return nil, "month_day_invalid"
	case field.Choice:
		if v := meant(f, text); v != nil {
			return v.Value, ""
		}
		return nil, "not_one_of"
	case field.Choices:
		return readChoices(f, parted(text))
	case field.Boolean:
		if yes, known := yesOrNo[strings.ToLower(text)]; known {
			return yes, ""
		}
	case field.Phone:
		if number, ok := NormalPhone(text, region); ok {
			return number, ""
		}
		return nil, "phone_invalid"
	case field.Email:
		if address, ok := NormalEmail(text); ok {
			return address, ""
		}
		return nil, "email_invalid"
	case field.Address:
		return readAddress(text)
	case field.Customer:
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 {
			return text, ""
		}
		return nil, "id_invalid"
	}
	return nil, "type_invalid"
}

func readNumber(f *field.Field, n float64) (any, string) {
	if math.IsNaN(n) || math.Abs(n) > largestValue {
		return nil, "number_out_of_range"
	}
	switch {
	case f.Type == field.Number:
		return n, ""
	case f.Type == field.Money && n == math.Trunc(n):
		return n, ""
	}
	return nil, "type_invalid"
}

// readMoney reads {"amount": minor units, "currency": that of the field}.
func readMoney(f *field.Field, v map[string]any) (any, string) {
	amount, isNumber := v["amount"].(float64)
	currency, named := v["currency"].(string)
	switch {
	case !isNumber || !named || len(v) != 2:
		return nil, "type_invalid"
	case currency != f.Unit:
		return nil, "currency_differs"
	}
	return readNumber(f, amount)
}

// readChoices gives the values in the order of the field, each once.
func readChoices(f *field.Field, given []any) (any, string) {
	var chosen []*field.Value
	for _, each := range given {
		word, isText := each.(string)
		if !isText {
			return nil, "type_invalid"
		}
		if word = trimmed(word); word == "" {
			continue
		}
		v := meant(f, word)
		if v == nil {
			return nil, "not_one_of"
		}
		chosen = append(chosen, v)
	}
	var values []any
	for i := range f.Values {
		if slices.Contains(chosen, &f.Values[i]) {
			values = append(values, f.Values[i].Value)
		}
	}
	if values == nil {
		return nil, ""
	}
	return values, ""
}

// meant gives the value that a word stands for: itself, one of its labels, or one of the words that come in for it.
func meant(f *field.Field, word string) *field.Value {
	word = folded(word)
	for i := range f.Values {
		v := &f.Values[i]
		same := func(other string) bool { return folded(other) == word }
		if same(v.Value) || same(v.Label.Chinese) || same(v.Label.English) || slices.ContainsFunc(v.Aliases, same) {
			return v
		}
	}
	return nil
}

// parted parts a text that holds several values.
func parted(text string) (parts []any) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|，；、\n", r) }) {
		parts = append(parts, part)
	}
	return parts
}

var yesOrNo = map[string]bool{"true": true, "yes": true, "y": true, "1": true, "是": true, "有": true,
	"false": false, "no": false, "n": false, "0": false, "否": false, "无": false}

// normalMonthDay reads 03-08, 3/8, --03-08 and 3月8日 as 03-08. The 29th of February is a day.
func normalMonthDay(text string) (string, bool) {
	text = strings.TrimPrefix(narrow(text), "--")
	text = strings.NewReplacer("月", "-", "日", "", "号", "", "/", "-", ".", "-").Replace(text)
	month, day, found := strings.Cut(text, "-")
	m, errM := strconv.Atoi(strings.TrimSpace(month))
	d, errD := strconv.Atoi(strings.TrimSpace(day))
	if !found || errM != nil || errD != nil || m < 1 || m > 12 || d < 1 {
		return "", false
	}
	at := time.Date(2000, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return at.Format("01-02"), at.Day() == d
}

// shownValue gives a kept value as the API shows it: amounts with their currency, the rest as it is.
func shownValue(f *field.Field, kept any) any {
	if f.Type == field.Address {
		if address, ok := AddressOf(kept); ok {
			return address
		}
	}
	if n, ok := kept.(float64); ok && f.Type == field.Money {
		return money.Of(int64(n), f.Unit)
	}
	return kept
}

// maskedValue stands for a value one may not see: the ends of a contact point, the town of an address, how many files there are,
// nothing of anything else.
func maskedValue(f *field.Field, kept any) any {
	if isFile(f) {
		return maskedFiles(kept)
	}
	if text, ok := kept.(string); ok && (f.Type == field.Phone || f.Type == field.Email) {
		return mask(string(f.Type), text)
	}
	if f.Type == field.Address && f.Sensitivity == field.Normal {
		if address, ok := AddressOf(kept); ok {
			return withoutStreet(address, true)
		}
	}
	return "****"
}

func sameValue(a, b any) bool {
	if x, sealed := sealedText(a); sealed {
		if y, too := sealedText(b); too {
			return haveCommon(sealedIndexes(x), sealedIndexes(y))
		}
	}
	return valueText(a) == valueText(b)
}
