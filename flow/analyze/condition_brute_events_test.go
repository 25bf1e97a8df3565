package analyze

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanxi/base/workspace"
)

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
	for _, e := range s.sent {
		if e.name == event && !e.bot && e.kind != "identify" {
			props := map[string]any{"path": text(e.path), "device": text(e.device), "seconds": e.seconds}
			for name, v := range e.properties {
				props["properties."+name] = v
			}
			add(e.at, props)
		}
	}
	for _, v := range s.visits {
		if event == "session" {
			add(v.at, map[string]any{"entry_page": text(v.entry), "came_from": text(v.from), "pages": float64(v.pages), "duration": v.duration, "bounced": v.bounced})
		}
	}
	return all, amount
}

// inOrder looks for the steps by trying every occurrence of each.
func (b brute) inOrder(s *shopper, c map[string]any) bool {
	steps := c["sequence"].([]any)
	within := int64(number(c["within_days"])) * 86_400_000
	from, to := time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	if n, ok := c["window"].(map[string]any)["last_days"]; ok {
		from, to = b.today.AddDate(0, 0, 1-int(number(n))), b.today
	}
	times := func(step any) (at []int64) {
		all, _ := b.occurrences(s, step.(map[string]any)["event"].(string))
		for _, o := range all {
			if b.passes(o.props, step.(map[string]any)["where"]) {
				at = append(at, o.at)
			}
		}
		return at
	}
	var broken []int64
	if without, ok := c["without"].([]any); ok {
		for _, step := range without {
			broken = append(broken, times(step)...)
		}
	}
	var reaches func(k int, first, before int64) bool
	reaches = func(k int, first, before int64) bool {
		if k == len(steps) {
			return true
		}
		again := slices.ContainsFunc(steps[:k], func(x any) bool { return x.(map[string]any)["event"] == steps[k].(map[string]any)["event"] })
		return slices.ContainsFunc(times(steps[k]), func(at int64) bool {
			if at < before || at == before && again || at-first > within {
				return false
			}
			return !slices.ContainsFunc(broken, func(x int64) bool { return x > first && x < at }) && reaches(k+1, first, at)
		})
	}
	return slices.ContainsFunc(times(steps[0]), func(at int64) bool {
		d := b.day(at)
		return !d.Before(from) && !d.After(to) && reaches(1, at, at)
	})
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
	op, _ := c["op"].(string)
	if op == "top_percent" || op == "bottom_percent" {
		return b.isPlaced(s, op, c["value"], func(s *shopper) any {
			if often := b.measured(s, c, "count"); often.(float64) == 0 && c["measure"] != "ratio" {
				return nil
			}
			return b.measured(s, c, c["measure"].(string))
		})
	}
	if op == "" {
		return b.measured(s, c, "count").(float64) >= 1
	}
	measure, _ := c["measure"].(string)
	return b.compares(b.measured(s, c, measure), op, c["value"])
}

// measured gives the measure of the occurrences that count, nil for none.
func (b brute) measured(s *shopper, c map[string]any, measure string) any {
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
	name, of, _ := strings.Cut(measure, ":")
	if name == "avg" || name == "min" || name == "max" { // of those that hold a number
		kept = slices.DeleteFunc(kept, func(o occurrence) bool { _, ok := o.props[of].(float64); return !ok })
	}
	sum := func(list []occurrence, of string) (total float64) {
		for _, o := range list {
			if of == "" {
				total++
			} else if n, ok := o.props[of].(float64); ok {
				total += n
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
	return v
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
