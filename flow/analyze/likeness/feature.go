package likeness

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"guanxi/flow/analyze"
)

// feature is one number known of a customer who has bought. Features of one aspect weigh together as much as those of any
// other. log is set where most have little and a few have very much.
type feature struct {
	name, aspect string
	label        analyze.Label
	unit         string
	field        string // whose right it takes to be told of it
	sql          string
	log          bool
}

// What features tell of.
const (
	aspectTiming = "timing"
	aspectAmount = "amount"
	aspectPrice  = "price"
	aspectTaste  = "taste"
	aspectVisits = "visits"
	aspectPerson = "person" // described by, not found by: gender alone parts any customers in two
)

// features are those every company has, the same for everybody who looks; tastes are added, one for each of the categories bought most.
var features = []feature{
	{name: "recency", aspect: aspectTiming, label: analyze.Label{Chinese: "距上次下单", English: "Days since last order"}, unit: "days", sql: "{today} - b.last_day", log: true},
	{name: "frequency", aspect: aspectTiming, label: analyze.Label{Chinese: "一年下单天数", English: "Days with an order a year"}, unit: "orders", sql: "b.purchases * 365.0 / greatest(90, {today} - b.first_day)", log: true},
	{name: "order_value", aspect: aspectAmount, label: analyze.Label{Chinese: "每单金额", English: "Amount per order"}, unit: "money", sql: "b.amount / b.orders", log: true},
	{name: "pieces", aspect: aspectAmount, label: analyze.Label{Chinese: "每单件数", English: "Pieces per order"}, sql: "i.pieces / b.orders", log: true},
	{name: "price_level", aspect: aspectPrice, label: analyze.Label{Chinese: "比同品类多付", English: "Pays above its category"}, unit: "share", sql: "i.price_level"},
	{name: "discounted", aspect: aspectPrice, label: analyze.Label{Chinese: "打折时买的占比", English: "Bought at a discount"}, unit: "share", sql: "i.discounted"},
	{name: "visits", aspect: aspectVisits, label: analyze.Label{Chinese: "近 90 天访问", English: "Visits in 90 days"}, sql: "coalesce(e.visits, 0)", log: true},
	{name: "age", aspect: aspectPerson, label: analyze.Label{Chinese: "年龄", English: "Age"}, unit: "years", field: "birthday", sql: "({today} - c.birthday) / 365.25"},
	{name: "female", aspect: aspectPerson, label: analyze.Label{Chinese: "女性占比", English: "Women"}, unit: "share", field: "gender", sql: "case c.gender when 'female' then 1 when 'male' then 0 end"},
}

// mostTastes is how many categories are told apart.
const mostTastes = 6

const tastesSQL = `
select category from order_lines
where customer_id is not null and quantity > 0 and coalesce(category, '') <> '' and coalesce(status, '') <> 'cancelled' and day <= {today}
group by category having count(distinct customer_id) >= 10
order by count(distinct customer_id) desc, category limit `

// rowsSQL gives a row for each customer who has bought: her id and the features. What a product usually costs is the median of
// what was paid for it; a line is discounted where less than 95% of that was paid. The price level is the mean, by pieces, of
// log(price ÷ what is usually paid in the category, the median of its lines).
const rowsText = `
with bought as (
  select customer_id, day, gross from orders
  where kind = 'order' and coalesce(status, '') <> 'cancelled' and customer_id is not null and day <= {today}
),
b as (
  select customer_id, min(day) as first_day, max(day) as last_day, count(distinct day) as purchases, count(*) as orders, sum(gross)::double as amount
  from bought group by customer_id
),
lines as (
  select customer_id, coalesce(nullif(sku, ''), product) as item, coalesce(nullif(category, ''), item) as category, quantity, amount, amount / quantity as price
  from order_lines
  where customer_id is not null and quantity > 0 and amount > 0 and coalesce(status, '') <> 'cancelled' and day <= {today}
),
usual as (select item, median(price) as price from lines group by item),
middling as (select category, median(price) as price from lines group by category),
i as (
  select l.customer_id, sum(l.quantity) as pieces, avg(ln(l.price / m.price)) as price_level, avg((l.price < 0.95 * u.price)::integer) as discounted{sums}
  from lines l join usual u using (item) join middling m on m.category = l.category
  group by l.customer_id
),
e as (
  select customer_id, count(*) as visits from sessions
  where customer_id is not null and day > {today} - 90 and day <= {today} group by customer_id
)
select b.customer_id{features}
from b join customers c on c.id = b.customer_id left join i on i.customer_id = b.customer_id left join e on e.customer_id = b.customer_id
where {which}`

// withTastes gives the features with one for each category.
func withTastes(categories []string) []feature {
	all := slices.Clone(features)
	for n, category := range categories {
		all = append(all, feature{name: fmt.Sprint("taste_", n), aspect: aspectTaste, unit: "share",
			label: analyze.Label{Chinese: "花在" + category + "上的占比", English: "Spent on " + category}, sql: fmt.Sprintf("i.taste_%d", n)})
	}
	return all
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func rowsSQL(ctx context.Context, categories []string, which string) string {
	var sums, columns strings.Builder
	for n, category := range categories {
		fmt.Fprintf(&sums, ", coalesce(sum(l.amount) filter (where l.category = %s), 0) / sum(l.amount) as taste_%d", quoted(category), n)
	}
	for _, f := range withTastes(categories) {
		fmt.Fprintf(&columns, ", (%s)::double", f.sql)
	}
	return fill(ctx, strings.NewReplacer("{sums}", sums.String(), "{features}", columns.String(), "{which}", which).Replace(rowsText))
}

// each reads the features of customers; what is not known is NaN. x is used again.
func (l *Likeness) each(ctx context.Context, categories []string, which string, fn func(id int64, x []float64) error, args ...any) error {
	rows, err := l.columns.Query(ctx, rowsSQL(ctx, categories, which), args...)
	if err != nil {
		return fmt.Errorf("features: %w", err)
	}
	defer rows.Close()
	n := len(withTastes(categories))
	cells, x, into := make([]sql.NullFloat64, n), make([]float64, n), make([]any, n+1)
	var id int64
	into[0] = &id
	for i := range cells {
		into[i+1] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, cell := range cells {
			if x[i] = math.NaN(); cell.Valid && !math.IsInf(cell.Float64, 0) {
				x[i] = cell.Float64
			}
		}
		if err := fn(id, x); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Scale puts the features on one scale: each by its distance from the median in robust deviations (the interquartile range ÷
// 1.349, the standard deviation where that is nothing), at most 3 either way, so that a few extremes move no centre; an aspect
// of n features by 1 ÷ √n. What is not known stands at the median.
type Scale struct {
	Middle []float64 `json:"middle"`
	Spread []float64 `json:"spread"` // 0 for a feature that tells nobody apart
	Weight []float64 `json:"weight"`
	Logged []bool    `json:"logged"`
}

func logged(v float64) float64 { return math.Copysign(math.Log1p(math.Abs(v)), v) }

// scaleOf learns the scale of rows.
func scaleOf(all []feature, rows [][]float64) *Scale {
	s := &Scale{Middle: make([]float64, len(all)), Spread: make([]float64, len(all)), Weight: make([]float64, len(all)), Logged: make([]bool, len(all))}
	telling := map[string]int{}
	for j, f := range all {
		s.Logged[j] = f.log
		var values []float64
		for _, row := range rows {
			if v := row[j]; !math.IsNaN(v) {
				if f.log {
					v = logged(v)
				}
				values = append(values, v)
			}
		}
		if len(values)*20 < len(rows) || len(values) == 0 { // known of fewer than one in twenty
			continue
		}
		slices.Sort(values)
		at := func(q float64) float64 { return values[int(q*float64(len(values)-1))] }
		s.Middle[j], s.Spread[j] = at(.5), (at(.75)-at(.25))/1.349
		if mean, deviation := moments(values); s.Spread[j] < deviation/10 {
			s.Middle[j], s.Spread[j] = mean, deviation
		}
		if s.Spread[j] > 1e-9 {
			telling[f.aspect]++
		} else {
			s.Spread[j] = 0
		}
	}
	for j, f := range all {
		if s.Spread[j] > 0 && all[j].aspect != aspectPerson {
			s.Weight[j] = 1 / math.Sqrt(float64(telling[f.aspect]))
		}
	}
	return s
}

func moments(values []float64) (mean, deviation float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, math.Sqrt(deviation)
}

const farthest = 3

// plain puts rows on the scale with every feature weighing the same.
func (s *Scale) plain(rows [][]float64) [][]float64 {
	even := *s
	even.Weight = make([]float64, len(s.Weight))
	for j := range even.Weight {
		even.Weight[j] = 1
	}
	scaled := make([][]float64, len(rows))
	for i, row := range rows {
		scaled[i] = even.of(row)
	}
	return scaled
}

// of puts a row on the scale.
func (s *Scale) of(x []float64) []float64 {
	z := make([]float64, len(x))
	for j, v := range x {
		if s.Spread[j] == 0 || math.IsNaN(v) {
			continue
		}
		if s.Logged[j] {
			v = logged(v)
		}
		z[j] = s.Weight[j] * min(max((v-s.Middle[j])/s.Spread[j], -farthest), farthest)
	}
	return z
}
