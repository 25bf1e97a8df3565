package analyze

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	longestWindow = 36500   // days
	oldestAge     = 200     // years
	largestNumber = 1 << 53 // above it neighbouring whole numbers are no longer told apart
)

// someDay stands in for today where only the shape of a window matters.
var someDay = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// parseValue reads the value that op wants of a field.
func parseValue(raw json.RawMessage, place string, f *Field, op Op) (Value, error) {
	given := raw != nil && string(raw) != "null"
	switch op {
	case OpIsSet, OpIsNotSet:
		if given {
			return Value{}, wrong(place, "", "takes_no_value")
		}
		return Value{}, nil
	case OpInLastDays, OpNotInLast, OpAnniversary:
		least, most := 1, longestWindow
		if op == OpAnniversary {
			least, most = 0, anniversaryMax
		}
		n, err := wholeNumber(raw, place, least, most)
		return Value{Days: int64(n)}, err
	case OpTop, OpBottom:
		return percentOf(raw, place)
	}
	if !given {
		return Value{}, wrong(place, "", "is_missing")
	}
	if op != OpIn && op != OpNotIn && op != OpBetween {
		return oneValue(raw, place, f, op)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return Value{}, wrong(place, "", "must_be_a_list")
	}
	if op == OpBetween && len(list) != 2 {
		return Value{}, wrong(place, "", "needs_two_values")
	}
	if len(list) == 0 || len(list) > conditionTexts {
		return Value{}, wrong(place, "", "needs_between_1_and", conditionTexts)
	}
	var all Value
	for i, r := range list {
		v, err := oneValue(r, place+"["+strconv.Itoa(i)+"]", f, op)
		if err != nil {
			return Value{}, err
		}
		all.Texts = append(all.Texts, v.Texts...)
		all.held = append(all.held, v.held...)
		all.Numbers = append(all.Numbers, v.Numbers...)
		all.Moments = append(all.Moments, v.Moments...)
	}
	if n := len(all.Texts) + len(all.Numbers) + len(all.Moments); n != len(list) ||
		(all.Texts != nil && all.Numbers != nil) || (all.Moments != nil && n != len(all.Moments)) {
		return Value{}, wrong(place, "", "values_of_different_types")
	}
	if op == OpBetween && all.descends() {
		return Value{}, wrong(place, "", "low_above_high")
	}
	if op != OpBetween {
		all.Texts, all.Numbers = once(all.Texts), once(all.Numbers)
	}
	return all, nil
}

// once keeps the first of equal values.
func once[T comparable](values []T) (kept []T) {
	for _, v := range values {
		if !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func (v Value) descends() bool {
	switch {
	case v.Numbers != nil:
		return asFloat(v.Numbers[0]) > asFloat(v.Numbers[1])
	case v.Moments != nil:
		return v.Moments[0].Day.After(v.Moments[1].Day)
	}
	return v.Texts[0] > v.Texts[1]
}

func oneValue(raw json.RawMessage, place string, f *Field, op Op) (Value, error) {
	if f.blind != nil {
		var given any
		if err := json.Unmarshal(raw, &given); err != nil {
			return Value{}, wrong(place, "", "must_be_text")
		}
		kept, key, held, err := f.blind(given)
		switch {
		case err != nil:
			return Value{}, err
		case key != "" || kept == "":
			return Value{}, wrong(place, "", "value_not_of_field")
		}
		return Value{Texts: []string{kept}, held: held}, nil
	}
	switch f.Type {
	case TypeText, TypeSet, TypeChoice:
		t, err := oneText(raw, place)
		if err == nil && t == "" {
			err = wrong(place, "", "is_empty")
		}
		if err == nil && f.Type == TypeChoice && !slices.ContainsFunc(f.Values, func(c Choice) bool { return c.Value == t }) {
			err = wrong(place, "", "unknown_choice", t)
		}
		return Value{Texts: []string{t}}, err
	case TypeReference:
		id, err := oneID(raw, place)
		return Value{Numbers: []any{id}}, err
	case TypeBoolean:
		var b bool
		if json.Unmarshal(raw, &b) != nil {
			return Value{}, wrong(place, "", "must_be_true_or_false")
		}
		return Value{Flag: &b}, nil
	case TypeMonthDay:
		return oneMonthDay(raw, place)
	case TypeDay, TypeInstant:
		m, err := oneMoment(raw, place, f.Type == TypeInstant)
		return Value{Moments: []Moment{m}}, err
	case TypeElapsed:
		most := longestWindow
		if f.Unit == "years" {
			most = oldestAge
		}
		n, err := wholeNumber(raw, place, 0, most)
		return Value{Numbers: []any{int64(n)}}, err
	case TypeCustom:
		return customValue(raw, place, op)
	}
	n, err := oneNumber(raw, place)
	return Value{Numbers: []any{n}}, err
}

// customValue lets the value say what a custom field is compared as.
func customValue(raw json.RawMessage, place string, op Op) (Value, error) {
	ordered := slices.Contains(opsOfOrder, op)
	switch c := raw[0]; {
	case c == '"' && ordered:
		m, err := oneMoment(raw, place, false)
		return Value{Moments: []Moment{m}}, err
	case c == '"':
		t, err := oneText(raw, place)
		if err == nil && t == "" {
			err = wrong(place, "", "is_empty")
		}
		return Value{Texts: []string{t}}, err
	case (c == 't' || c == 'f') && (op == OpEq || op == OpNe):
		return Value{Texts: []string{string(raw)}}, nil
	case op == OpContains || op == OpStartsWith:
		return Value{}, wrong(place, "", "must_be_text")
	}
	n, err := oneNumber(raw, place)
	return Value{Numbers: []any{n}}, err
}

func oneText(raw json.RawMessage, place string) (string, error) {
	var s *string
	if raw == nil {
		return "", wrong(place, "", "is_missing")
	}
	if json.Unmarshal(raw, &s) != nil || s == nil {
		return "", wrong(place, "", "must_be_text")
	}
	if utf8.RuneCountInString(*s) > textLength {
		return "", wrong(place, "", "too_long", textLength)
	}
	if strings.ContainsRune(*s, 0) || !utf8.ValidString(*s) {
		return "", wrong(place, "", "must_be_text")
	}
	return *s, nil
}

func oneID(raw json.RawMessage, place string) (int64, error) {
	id, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil || id < 0 {
		return 0, wrong(place, "", "must_be_an_id")
	}
	return id, nil
}

// oneNumber gives an int64 where the number is whole, else a float64.
func oneNumber(raw json.RawMessage, place string) (any, error) {
	if len(raw) == 0 || (raw[0] != '-' && (raw[0] < '0' || raw[0] > '9')) {
		return nil, wrong(place, "", "must_be_a_number")
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(n) > largestNumber {
		return nil, wrong(place, "", "number_out_of_range")
	}
	if n == math.Trunc(n) {
		return int64(n), nil
	}
	return n, nil
}

func wholeNumber(raw json.RawMessage, place string, least, most int) (int, error) {
	n, err := oneNumber(raw, place)
	if err != nil {
		return 0, err
	}
	i, whole := n.(int64)
	if !whole {
		return 0, wrong(place, "", "must_be_a_whole_number")
	}
	if i < int64(least) || i > int64(most) {
		return 0, wrong(place, "", "out_of_bounds", least, most)
	}
	return int(i), nil
}

// oneMoment reads a day, or also an instant where exact is allowed.
func oneMoment(raw json.RawMessage, place string, exact bool) (Moment, error) {
	text, err := oneText(raw, place)
	if err != nil {
		return Moment{}, wrong(place, "", "must_be_a_day")
	}
	day, err := time.Parse(time.DateOnly, text)
	if err == nil && day.Year() >= 1 {
		return Moment{Day: day, Text: text}, nil
	}
	if instant, err := time.Parse(time.RFC3339, text); exact && err == nil {
		return Moment{Day: instant.UTC().Truncate(time.Millisecond), Exact: true, Text: instant.UTC().Format("2006-01-02T15:04:05.999Z")}, nil
	}
	return Moment{}, wrong(place, "", "must_be_a_day")
}

func asFloat(n any) float64 {
	if i, ok := n.(int64); ok {
		return float64(i)
	}
	return n.(float64)
}

// measureOf reads a measure; without one it is the count.
func measureOf(raw json.RawMessage, place string, ev *Event) (Measure, error) {
	if raw == nil {
		return Measure{Name: MeasureCount}, nil
	}
	text, err := oneText(raw, place)
	if err != nil {
		return Measure{}, err
	}
	name, of, qualified := strings.Cut(text, ":")
	switch name {
	case MeasureCount, MeasureDays, MeasureFirst, MeasureLast:
		if !qualified {
			return Measure{Name: name}, nil
		}
	case MeasureRatio:
		if !qualified {
			p, _ := ev.property(ev.amount)
			return Measure{Name: name, Property: p}, nil
		}
	case MeasureSum, MeasureAvg, MeasureMin, MeasureMax:
		p, known := ev.property(of)
		if !known {
			return Measure{}, wrong(place, "", "unknown_property", of)
		}
		if p.Type == TypeCustom {
			asNumber := *p
			asNumber.Type = TypeNumber
			p = &asNumber
		}
		if p.Type != TypeNumber && p.Type != TypeMoney {
			return Measure{}, wrong(place, "", "property_is_no_number", of)
		}
		return Measure{Name: name, Property: p}, nil
	}
	return Measure{}, wrong(place, "", "unknown_measure", text)
}

// windowOf reads a window; without one it is all time.
func windowOf(raw json.RawMessage, place string) (Window, error) {
	if raw == nil {
		return Window{}, nil
	}
	keys, err := objectKeys(raw, place)
	if err != nil {
		return Window{}, err
	}
	for _, k := range sortedKeys(keys) {
		if !slices.Contains([]string{"last_days", "from", "to", "all_time"}, k) {
			return Window{}, wrong(place, k, "unknown_key")
		}
	}
	_, last := keys["last_days"]
	_, all := keys["all_time"]
	_, from := keys["from"]
	_, to := keys["to"]
	switch {
	case last && len(keys) == 1:
		n, err := wholeNumber(keys["last_days"], inside(place, "last_days"), 1, longestWindow)
		return Window{LastDays: n}, err
	case all && len(keys) == 1:
		if string(keys["all_time"]) != "true" {
			return Window{}, wrong(place, "all_time", "must_be_true")
		}
		return Window{}, nil
	case from && to && len(keys) == 2:
		first, err := oneMoment(keys["from"], inside(place, "from"), false)
		if err != nil {
			return Window{}, err
		}
		end, err := oneMoment(keys["to"], inside(place, "to"), false)
		if err != nil {
			return Window{}, err
		}
		if first.Day.After(end.Day) {
			return Window{}, wrong(place, "to", "low_above_high")
		}
		return Window{From: first.Day, To: end.Day}, nil
	}
	return Window{}, wrong(place, "", "needs_last_days_or_from_and_to_or_all_time")
}
