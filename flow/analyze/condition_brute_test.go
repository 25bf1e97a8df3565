package analyze

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanxi/base/workspace"
)

// The brute force below decides membership one customer at a time, from the words of the contract and nothing else: it
// reads the JSON of a condition, knows no SQL and shares no code with the compiler.

type shopper struct {
	id                                int64
	kind, name, city, province, stage string
	gender                            string
	birthday                          time.Time // zero when unknown
	tags                              []string
	owner                             int64 // 0 for none
	hasPhone, emailConsent            bool
	custom                            map[string]any
	completeness                      float64
	createdAt                         int64
	orders                            []shopperOrder
	lines                             []shopperLine
	calls                             []shopperCall
	moves                             []shopperMove
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

type brute struct {
	today    time.Time // civil midnight UTC
	zone     *time.Location
	segments map[string]any
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
		case "event":
			return b.did(s, c)
		case "field":
			return b.compares(b.fieldOf(s, v.(string)), c["op"].(string), c["value"])
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
	case "city":
		return text(s.city)
	case "province":
		return text(s.province)
	case "lifecycle_stage":
		return text(s.stage)
	case "tags":
		return s.tags
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
	order := 0
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

type occurrence struct {
	at    int64
	props map[string]any
}

func (b brute) occurrences(s *shopper, event string) (all []occurrence, amount string) {
	add := func(at int64, props map[string]any) {
		props["day"] = b.day(at)
		all = append(all, occurrence{at, props})
	}
	for _, o := range s.orders {
		props := map[string]any{"amount": float64(o.gross), "refunded": float64(o.refunded), "shop": text(o.shop), "country": text(o.country), "status": o.status}
		switch {
		case event == "order_placed" && o.kind == "order",
			event == "order_cancelled" && o.kind == "order" && o.status == "cancelled",
			event == "order_paid" && o.kind == "order" && (o.status == "paid" || o.status == "completed"):
			amount = "amount"
			add(o.at, props)
		case event == "order_refunded" && o.refunded > 0:
			amount = "refunded"
			add(o.at, props)
		}
	}
	for _, l := range s.lines {
		if event == "item_purchased" && l.quantity > 0 && l.status != "cancelled" {
			amount = "amount"
			add(l.at, map[string]any{"category": text(l.category), "brand": text(l.brand), "quantity": l.quantity, "amount": float64(l.amount)})
		}
	}
	for _, c := range s.calls {
		if event == "follow_up_logged" || event == "call_logged" && c.kind == "call" {
			add(c.at, map[string]any{"kind": c.kind, "result": text(c.result)})
		}
	}
	for _, m := range s.moves {
		if event == "segment_entered" && m.entered || event == "segment_left" && !m.entered {
			add(m.at, map[string]any{"segment": float64(m.segment)})
		}
	}
	return all, amount
}

func (b brute) passes(props map[string]any, where any) bool {
	if where == nil {
		return true
	}
	c := where.(map[string]any)
	if all, ok := c["all"]; ok {
		return !slices.ContainsFunc(all.([]any), func(x any) bool { return !b.passes(props, x) })
	}
	if some, ok := c["any"]; ok {
		return slices.ContainsFunc(some.([]any), func(x any) bool { return b.passes(props, x) })
	}
	if not, ok := c["not"]; ok {
		return !b.passes(props, not)
	}
	return b.compares(props[c["field"].(string)], c["op"].(string), c["value"])
}

func (b brute) did(s *shopper, c map[string]any) bool {
	all, amount := b.occurrences(s, c["event"].(string))
	from, to, length := time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), 0
	if w, ok := c["window"].(map[string]any); ok {
		if n, ok := w["last_days"]; ok {
			length = int(number(n))
			from, to = b.today.AddDate(0, 0, 1-length), b.today
		}
		if f, ok := w["from"]; ok {
			from, to = day(f.(string)), day(w["to"].(string))
			length = int(to.Sub(from).Hours()/24) + 1
		}
	}
	in := func(from, to time.Time) (kept []occurrence) {
		for _, o := range all {
			if d := b.day(o.at); !d.Before(from) && !d.After(to) && b.passes(o.props, c["where"]) {
				kept = append(kept, o)
			}
		}
		return kept
	}
	kept := in(from, to)
	measure, _ := c["measure"].(string)
	name, of, _ := strings.Cut(measure, ":")
	sum := func(list []occurrence, of string) (total float64) {
		for _, o := range list {
			if of == "" {
				total++
			} else {
				total += o.props[of].(float64)
			}
		}
		return total
	}
	var v any
	switch name {
	case "", "count":
		v = float64(len(kept))
	case "days":
		days := map[time.Time]bool{}
		for _, o := range kept {
			days[b.day(o.at)] = true
		}
		v = float64(len(days))
	case "sum":
		v = sum(kept, of)
	case "ratio":
		if before := sum(in(from.AddDate(0, 0, -length), from.AddDate(0, 0, -1)), amount); before > 0 {
			v = sum(kept, amount) / before
		}
	default:
		if len(kept) == 0 {
			break
		}
		switch name {
		case "avg":
			v = sum(kept, of) / float64(len(kept))
		case "min", "max":
			best := kept[0].props[of].(float64)
			for _, o := range kept {
				if x := o.props[of].(float64); name == "min" && x < best || name == "max" && x > best {
					best = x
				}
			}
			v = best
		case "first", "last":
			best := kept[0].at
			for _, o := range kept {
				if name == "first" && o.at < best || name == "last" && o.at > best {
					best = o.at
				}
			}
			v = instant(best)
		}
	}
	if c["op"] == nil {
		return v.(float64) >= 1
	}
	return b.compares(v, c["op"].(string), c["value"])
}

func number(v any) float64 {
	switch n := v.(type) {
	case int:
		return float64(n)
	case int64:
		return float64(n)
	case float64:
		return n
	case string:
		f, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return math.NaN()
		}
		return f
	}
	return math.NaN()
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	}
	return 99
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

var shanghai = workspace.Default().Location
