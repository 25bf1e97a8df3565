package quality

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"unicode"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/field"
	"guanxi/base/workspace"
)

// learned is what the last search has learned from all records together, which single ones are measured by.
type learned struct {
	Bounds   map[string]bounds `json:"bounds"`   // by field: age and numbers of the workspace's own
	Orders   map[string]bounds `json:"orders"`   // by currency: amounts in minor units
	Shapes   map[string]string `json:"shapes"`   // by field: how nearly all values are written
	Defaults map[string]bool   `json:"defaults"` // birthdays that stand for none
}

func newLearned() *learned {
	return &learned{map[string]bounds{}, map[string]bounds{}, map[string]string{}, map[string]bool{}}
}

// bounds are the usual values of a number.
type bounds struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func (b bounds) hold(v float64) bool { return v >= b.Low && v <= b.High }

// ladder are the scales a number may be measured on (Tukey, Exploratory Data Analysis, 1977, chapter 3): money and counts
// are even only on one of those.
var ladder = []struct {
	sql      string // of {x}
	back     func(float64) float64
	positive bool
}{
	{"{x}", func(v float64) float64 { return v }, false},
	{"sqrt({x})", func(v float64) float64 { return max(v, 0) * max(v, 0) }, true},
	{"cbrt({x})", func(v float64) float64 { return max(v, 0) * max(v, 0) * max(v, 0) }, true},
	{"ln({x} + 1)", func(v float64) float64 { return math.Exp(v) - 1 }, true},
}

// leastKnown is how many values it takes to say what is usual.
const leastKnown = 30

// usual gives the bounds beyond which a value of x is an outlier: more than z robust deviations from the median
// (1.4826 times the median absolute deviation, Iglewicz and Hoaglin 1993), and beyond Tukey's outer fences (three times
// the distance of the quartiles). z is chosen so that a column of clean, even values has no outlier at all but with
// probability chance, whatever its length: a fixed 3.5 would blame 465 of a million for nothing. The scale is that of the
// ladder on which the quartiles lie most evenly about the median. ok is false where nothing can be said.
func usual(ctx context.Context, from *columns.Store, x, table string, chance float64, args ...any) (b bounds, ok bool, err error) {
	var n int64
	var least sql.NullFloat64
	var q [3]sql.NullFloat64
	if err := from.QueryRow(ctx, "select count(x), min(x), quantile_cont(x, 0.25), median(x), quantile_cont(x, 0.75) from (select "+x+" as x from "+table+")", args...).
		Scan(&n, &least, &q[0], &q[1], &q[2]); err != nil || n < leastKnown {
		return b, false, err
	}
	best, leastUneven := -1, math.Inf(1)
	for i, step := range ladder {
		if step.positive && least.Float64 < 0 {
			continue
		}
		var t [3]float64
		for j := range q {
			t[j] = climb(i, q[j].Float64)
		}
		if t[2] == t[0] {
			continue
		}
		if uneven := math.Abs(t[2]+t[0]-2*t[1]) / (t[2] - t[0]); uneven < leastUneven-1e-9 {
			best, leastUneven = i, uneven
		}
	}
	if best < 0 {
		return b, false, nil // half of all values are the same: there is no measure of how far one is
	}
	scaled := strings.ReplaceAll(ladder[best].sql, "{x}", "x")
	var middle, deviation, first, third float64
	if err := from.QueryRow(ctx, "select median(y), mad(y), quantile_cont(y, 0.25), quantile_cont(y, 0.75) from (select "+scaled+" as y from (select "+x+" as x from "+table+") where x is not null)", args...).
		Scan(&middle, &deviation, &first, &third); err != nil {
		return b, false, err
	}
	z := math.Sqrt2 * math.Erfinv(1-chance/float64(n))
	reach := z * 1.4826 * deviation
	low, high := min(middle-reach, first-3*(third-first)), max(middle+reach, third+3*(third-first))
	b = bounds{ladder[best].back(low), ladder[best].back(high)}
	if ladder[best].positive && low <= 0 {
		b.Low = 0
	}
	return b, true, nil
}

func climb(step int, v float64) float64 {
	switch step {
	case 1:
		return math.Sqrt(v)
	case 2:
		return math.Cbrt(v)
	case 3:
		return math.Log(v + 1)
	}
	return v
}

// learn measures all records.
func learn(ctx context.Context, from *columns.Store, rules []*Rule) (*learned, error) {
	l := newLearned()
	chance, share, orderChance := thresholdOf(rules, "outlier"), thresholdOf(rules, "format"), thresholdOf(rules, ruleOrderOutlier)
	if err := l.learnBounds(ctx, from, chance); err != nil {
		return nil, err
	}
	currencies, err := from.Query(ctx, "select distinct currency from orders where kind = 'order' and gross > 0")
	if err != nil {
		return nil, err
	}
	names, err := columns.Collect[string](currencies)
	if err != nil {
		return nil, err
	}
	for _, currency := range names {
		b, ok, err := usual(ctx, from, "gross", "orders where kind = 'order' and gross > 0 and currency = ?", orderChance, currency)
		if err != nil {
			return nil, err
		}
		if ok {
			l.Orders[currency] = b
		}
	}
	for _, f := range field.Of(ctx).Live() {
		if f.Type != field.Text || f.Withheld() {
			continue
		}
		if err := l.learnShape(ctx, from, f.Key, share); err != nil {
			return nil, err
		}
	}
	err = l.learnDefaults(ctx, from)
	return l, err
}

func (l *learned) learnBounds(ctx context.Context, from *columns.Store, chance float64) error {
	today := workspace.Of(ctx).Day(clock.Millis(ctx))
	b, ok, err := usual(ctx, from, "date_diff('day', birthday, ?::date) / 365.25", "customers where birthday is not null", chance, today)
	if err != nil {
		return err
	}
	if ok {
		l.Bounds["birthday"] = b
	}
	for _, f := range field.Of(ctx).Live() {
		if f.Type != field.Number && f.Type != field.Money {
			continue
		}
		b, ok, err := usual(ctx, from, "try_cast(json_extract_string(custom, ?) as double)", "customers", chance, "/"+f.Key)
		if err != nil {
			return err
		}
		if ok {
			l.Bounds["custom."+f.Key] = b
		}
	}
	return nil
}

// leastShaped is how many values it takes to say how a field is written.
const leastShaped = 50

func (l *learned) learnShape(ctx context.Context, from *columns.Store, key string, share float64) error {
	var shape string
	var n, all int64
	err := from.QueryRow(ctx, `
select shape, count(*) as n, sum(count(*)) over () as total
from (
  select regexp_replace(regexp_replace(regexp_replace(v, '[0-9]', '9', 'g'), '[A-Za-z]', 'A', 'g'), '\p{Han}', '汉', 'g') as shape
  from (select json_extract_string(custom, ?) as v from customers)
  where v is not null and v <> ''
)
group by shape
order by n desc, shape
limit 1`, "/"+key).Scan(&shape, &n, &all)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil && all >= leastShaped && float64(n) >= share*float64(all) && strings.Contains(shape, "9") {
		l.Shapes["custom."+key] = shape
	}
	return err
}

// shapeOf gives how a value is written: every digit as 9, every letter as A, every Chinese character as 汉.
func shapeOf(value string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '9'
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			return 'A'
		case unicode.Is(unicode.Han, r):
			return '汉'
		}
		return r
	}, value)
}

// learnDefaults finds birthdays that far more customers have than can be: more than ten, and more than twenty times what
// birthdays spread evenly over fifty years would have on a day.
func (l *learned) learnDefaults(ctx context.Context, from *columns.Store) error {
	rows, err := from.Query(ctx, `
select strftime(birthday, '%Y-%m-%d')
from customers
where birthday is not null
group by birthday
having count(*) > 10 and count(*) > 20.0 * (select count(birthday) from customers) / 18262`)
	if err != nil {
		return err
	}
	days, err := columns.Collect[string](rows)
	for _, day := range days {
		l.Defaults[day] = true
	}
	return err
}

func thresholdOf(rules []*Rule, key string) float64 {
	for _, r := range rules {
		if r.Key == key {
			return r.Threshold
		}
	}
	return 0
}
