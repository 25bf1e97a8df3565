package analyze

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The brute force below decides membership one customer at a time, from the words of the contract and nothing else: it
// reads the JSON of a condition, knows no SQL and shares no code with the compiler.

type shopper struct {
	id                                int64
	kind, name, city, province, stage string
	location                          string
	gender                            string
	birthday                          time.Time // zero when unknown
	tags                              []string
	lists                             []string
	speaksAs                          []string
	owner                             int64 // 0 for none
	hasPhone, emailConsent            bool
	custom                            map[string]any
	completeness                      float64
	createdAt                         int64
	orders                            []shopperOrder
	lines                             []shopperLine
	calls                             []shopperCall
	moves                             []shopperMove
	sent                              []shopperSent
	visits                            []shopperVisit
	scored                            bool
	r                                 int64
	predicted                         int64
	alive                             float64
	rfmSegment                        string
	due                               time.Time
}

type shopperOrder struct {
	kind, status, shop, country string
	at                          int64
	gross, refunded             int64
}

type shopperLine struct {
	category, brand, status string
	at                      int64
	quantity                float64
	amount                  int64
}

type shopperCall struct {
	kind, result string
	at           int64
}

type shopperMove struct {
	segment int64
	entered bool
	at      int64
}

type shopperSent struct {
	name, kind, path, device string
	at                       int64
	seconds                  any // float64 or nil
	bot                      bool
	properties               map[string]any
}

type shopperVisit struct {
	entry, from string
	pages       int64
	duration    float64
	bounced     bool
	at          int64
}

type brute struct {
	today    time.Time // civil midnight UTC
	zone     *time.Location
	segments map[string]any
	all      []*shopper // everybody, for ranks
}

func (b brute) day(ms int64) time.Time {
	y, m, d := time.UnixMilli(ms).In(b.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (b brute) member(s *shopper, condition any) bool {
	c := condition.(map[string]any)
	for key, v := range c {
		switch key {
		case "all":
			return !slices.ContainsFunc(v.([]any), func(x any) bool { return !b.member(s, x) })
		case "any":
			return slices.ContainsFunc(v.([]any), func(x any) bool { return b.member(s, x) })
		case "not":
			return !b.member(s, v)
		case "tag":
			return slices.Contains(s.tags, v.(string))
		case "segment":
			return b.member(s, b.segments[v.(string)])
		case "list": // 8 stands below 7, segment 1 in 8
			switch v.(string) {
			case "7":
				return slices.Contains(s.lists, "7") || b.member(s, map[string]any{"list": "8"})
			case "8":
				return slices.Contains(s.lists, "8") || b.member(s, b.segments["1"])
			}
			return slices.Contains(s.lists, v.(string))
		case "sequence":
			return b.inOrder(s, c)
		case "event":
			return b.did(s, c)
		case "field":
			op, of := c["op"].(string), func(s *shopper) any { return b.fieldOf(s, v.(string)) }
			if op == "top_percent" || op == "bottom_percent" {
				return b.isPlaced(s, op, c["value"], func(s *shopper) any {
					if strings.HasPrefix(v.(string), "orders.") && of(s) != nil && b.fieldOf(s, "orders.count").(float64) == 0 {
						return nil
					}
					if v == "age" && of(s) != nil { // by the day of birth: the eldest first
						return -float64(s.birthday.Unix())
					}
					return of(s)
				})
			}
			if c["calendar"] == "lunar" {
				return b.keepsLunar(of(s), int(number(c["value"])))
			}
			return b.compares(of(s), op, c["value"])
		}
	}
	panic("no kind of condition")
}

// fieldOf gives a value as string, float64, bool, time.Time (a civil day), instant, []string; nil when unset.
type instant int64

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (b brute) fieldOf(s *shopper, name string) any {
	var count, gross, refunded int64
	var first, last int64
	for _, o := range s.orders {
		if o.kind == "refund" || o.status != "cancelled" {
			gross, refunded = gross+o.gross, refunded+o.refunded
		}
		if o.kind == "order" && o.status != "cancelled" {
			count++
			if first == 0 || o.at < first {
				first = o.at
			}
			last = max(last, o.at)
		}
	}
	if key, ok := strings.CutPrefix(name, "custom."); ok {
		return s.custom[key]
	}
	scored := func(v any) any {
		if !s.scored {
			return nil
		}
		return v
	}
	switch name {
	case "kind":
		return text(s.kind)
	case "name":
		return s.name
	case "gender":
		return s.gender
	case "location":
		return text(s.location)
	case "city":
		return text(s.city)
	case "province":
		return text(s.province)
	case "lifecycle_stage":
		return text(s.stage)
	case "tags":
		return s.tags
	case "contact.roles":
		return s.speaksAs
	case "contact.organizations":
		return float64(len(s.speaksAs))
	case "owner":
		if s.owner == 0 {
			return nil
		}
		return float64(s.owner)
	case "has_phone":
		return s.hasPhone
	case "consent.email":
		return s.emailConsent
	case "quality.completeness":
		return s.completeness
	case "created_at":
		return instant(s.createdAt)
	case "birthday":
		if s.birthday.IsZero() {
			return nil
		}
		return s.birthday
	case "age":
		if s.birthday.IsZero() {
			return nil
		}
		age := b.today.Year() - s.birthday.Year()
		if b.birthdayIn(s.birthday, b.today.Year()).After(b.today) {
			age--
		}
		return float64(age)
	case "orders.count":
		return float64(count)
	case "orders.total":
		return float64(gross - refunded)
	case "orders.first_at":
		if count == 0 {
			return nil
		}
		return instant(first)
	case "orders.last_at":
		if count == 0 {
			return nil
		}
		return instant(last)
	case "rfm.recency_days":
		if count == 0 {
			return nil
		}
		return math.Round(b.today.Sub(b.day(last)).Hours() / 24)
	case "rfm.r":
		return scored(float64(s.r))
	case "rfm.segment":
		return scored(s.rfmSegment)
	case "value.predicted":
		return scored(float64(s.predicted))
	case "value.alive_probability":
		return scored(s.alive)
	case "rhythm.due_day":
		return scored(s.due)
	}
	panic("brute force does not know " + name)
}

// birthdayIn is the day somebody's birthday is kept in a year: who was born on 29 February keeps the 28th.
func (b brute) birthdayIn(born time.Time, year int) time.Time {
	if born.Month() == time.February && born.Day() == 29 && time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay() == 365 {
		return time.Date(year, time.February, 28, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(year, born.Month(), born.Day(), 0, 0, 0, 0, time.UTC)
}

func (b brute) compares(v any, op string, value any) bool {
	switch op {
	case "ne":
		return !b.compares(v, "eq", value)
	case "not_in":
		return !b.compares(v, "in", value)
	case "not_in_last_days":
		return !b.compares(v, "in_last_days", value)
	case "is_not_set":
		return !b.compares(v, "is_set", value)
	}
	if set, ok := v.([]string); ok {
		switch op {
		case "is_set":
			return len(set) > 0
		case "in":
			return slices.ContainsFunc(value.([]any), func(x any) bool { return slices.Contains(set, x.(string)) })
		}
		return slices.Contains(set, value.(string))
	}
	if v == nil {
		return false
	}
	switch op {
	case "is_set":
		return true
	case "in":
		return slices.ContainsFunc(value.([]any), func(x any) bool { return b.compares(v, "eq", x) })
	case "between":
		return b.compares(v, "gte", value.([]any)[0]) && b.compares(v, "lte", value.([]any)[1])
	case "contains":
		return strings.Contains(strings.ToLower(fmt.Sprint(v)), strings.ToLower(value.(string)))
	case "starts_with":
		return strings.HasPrefix(strings.ToLower(fmt.Sprint(v)), strings.ToLower(value.(string)))
	case "in_last_days", "anniversary_in_days":
		return b.recently(v, op, int(number(value)))
	}
	var order int
	switch x := v.(type) {
	case string:
		if wanted, ok := value.(string); ok {
			order = strings.Compare(x, wanted)
		} else {
			have, err := strconv.ParseFloat(x, 64) // a custom text compared with a number
			if err != nil {
				return false
			}
			order = compareFloats(have, number(value))
		}
	case bool:
		wanted, isBool := value.(bool)
		return isBool && x == wanted && op == "eq"
	case time.Time:
		order = x.Compare(day(value.(string)))
	case instant:
		order = b.orderInstant(int64(x), value.(string))
	default:
		wanted := number(value)
		order = compareFloats(number(v), wanted)
	}
	switch op {
	case "eq":
		return order == 0
	case "gt":
		return order > 0
	case "gte":
		return order >= 0
	case "lt":
		return order < 0
	}
	return order <= 0
}

// orderInstant compares by civil day unless an instant was given.
func (b brute) orderInstant(ms int64, value string) int {
	if exact, err := time.Parse(time.RFC3339, value); err == nil {
		return compareFloats(float64(ms), float64(exact.UnixMilli()))
	}
	return b.day(ms).Compare(day(value))
}

func (b brute) recently(v any, op string, n int) bool {
	var on time.Time
	switch x := v.(type) {
	case time.Time:
		on = x
	case instant:
		on = b.day(int64(x))
	default:
		return false
	}
	if op == "in_last_days" {
		for i := range n { // today is the first of the n days, going back
			if b.today.AddDate(0, 0, -i).Equal(on) {
				return true
			}
		}
		return false
	}
	for i := 0; i <= n; i++ {
		d := b.today.AddDate(0, 0, i)
		if on.Before(b.today) && b.birthdayIn(on, d.Year()).Equal(d) {
			return true
		}
	}
	return false
}
