package quality

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
)

// evidence is what a finding that is not about one customer rests on.
type evidence struct {
	Value    string `json:"value"`
	Other    string `json:"other,omitempty"`
	Expected string `json:"expected,omitempty"`
	Amount   int64  `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"`
}

// finding is one that is not about one customer.
type finding struct {
	subjectType, subjectName string
	subjectID, customerID    any
	field                    string
	evidence                 evidence
}

// replace puts findings of a rule in the place of those it had; what is found again keeps the instant it was found first.
func (q *Quality) replace(ctx context.Context, rule string, found []finding, now int64) error {
	return q.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		since, err := foundBefore(ctx, to, rule)
		if err != nil {
			return err
		}
		if err := to.Exec(ctx, "delete from quality_findings where rule = ?", rule); err != nil {
			return err
		}
		return to.AppendFrom(ctx, func(_ context.Context, add func(table string, row []driver.Value) error) error {
			for _, f := range found {
				text, err := json.Marshal(f.evidence)
				if err != nil {
					return err
				}
				id, _ := f.subjectID.(int64)
				at, known := since[f.key(id)]
				if !known {
					at = now
				}
				if err := add("quality_findings", []driver.Value{f.subjectType, f.subjectID, f.subjectName, f.customerID, rule, f.field, 0.0, at, string(text)}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func (f finding) key(id int64) string { return fmt.Sprint(id, "\x00", f.subjectName, "\x00", f.field) }

// foundBefore gives when the findings of a rule were found first.
func foundBefore(ctx context.Context, to *columns.Tx, rule string) (map[string]int64, error) {
	rows, err := to.Query(ctx, "select coalesce(subject_id, 0), subject_name, field, found_at from quality_findings where rule = ?", rule)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	since := map[string]int64{}
	for rows.Next() {
		var f finding
		var id, at int64
		if err := rows.Scan(&id, &f.subjectName, &f.field, &at); err != nil {
			return nil, err
		}
		since[f.key(id)] = at
	}
	return since, rows.Err()
}

// searchSources looks at what came from each source: how much yesterday, and how much of it with a field empty lately.
func (q *Quality) searchSources(ctx context.Context, rules []*Rule, now int64) error {
	var volumes, nulls []finding
	var err error
	if r := ruleNamed(rules, ruleVolume); r.Active {
		if volumes, err = q.volumes(ctx, r.Threshold); err != nil {
			return err
		}
	}
	if r := ruleNamed(rules, ruleNulls); r.Active {
		if nulls, err = q.nullJumps(ctx, r.Threshold); err != nil {
			return err
		}
	}
	return errors.Join(q.replace(ctx, ruleVolume, volumes, now), q.replace(ctx, ruleNulls, nulls, now))
}

// weeksBefore is how many earlier days of the same weekday yesterday is compared with.
const weeksBefore = 8

// leastDaily is how many a source must usually bring in a day to say anything of one day.
const leastDaily = 5

// volumes compares what each source brought yesterday, orders of a shop and customers of a source, with the same weekday
// of the eight weeks before: beyond so many deviations of the median it is a finding. A deviation is 1.4826 times the
// median absolute deviation, but never less than counts of that size vary by themselves (the square root, Poisson).
// Sources younger than four such weekdays are left alone, and those that bring nothing on most days, as files do.
func (q *Quality) volumes(ctx context.Context, deviations float64) ([]finding, error) {
	w := workspace.Of(ctx)
	today := w.Day(clock.Millis(ctx))
	_, seconds := w.Time(clock.Millis(ctx)).Zone()
	offset := int64(seconds) * 1000
	rows, err := q.columns.Query(ctx, `
with facts as (
  select 'orders' as field, shop as source, day from orders where kind = 'order' and day < ?::date
  union all
  select 'customers', source, date '1970-01-01' + cast(floor((created_at + ?) / 86400000.0) as integer) from customers where source is not null and created_at < ?
),
days as (select field, source, day, count(*) as n from facts group by all),
began as (select field, source, min(day) as first from days group by all),
wanted as (
  select b.field, b.source, ?::date - (1 + 7 * k)::integer as day, k
  from began b, range(0, ?) t(k)
  where ?::date - (1 + 7 * k)::integer >= b.first
)
select w.field, w.source, w.k, coalesce(d.n, 0)
from wanted w
left join days d on d.field = w.field and d.source = w.source and d.day = w.day
order by w.field, w.source, w.k`, today, offset, clock.Millis(ctx), today, weeksBefore+1, today)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type source struct{ field, name string }
	counts, order := map[source][]float64{}, []source(nil)
	yesterday := map[source]float64{}
	for rows.Next() {
		var s source
		var k int64
		var n float64
		if err := rows.Scan(&s.field, &s.name, &k, &n); err != nil {
			return nil, err
		}
		if k == 0 {
			yesterday[s] = n
			order = append(order, s)
			continue
		}
		counts[s] = append(counts[s], n)
	}
	var found []finding
	for _, s := range order {
		usual := counts[s]
		if len(usual) < 4 {
			continue
		}
		middle, deviation := medianAndDeviation(usual)
		deviation = max(deviation, math.Sqrt(max(middle, 1)))
		if middle < leastDaily || math.Abs(yesterday[s]-middle) <= deviations*deviation {
			continue
		}
		found = append(found, finding{subjectType: "source", subjectName: s.name, field: s.field,
			evidence: evidence{Value: strconv.FormatFloat(yesterday[s], 'f', 0, 64), Expected: strconv.FormatFloat(middle, 'f', -1, 64)}})
	}
	return found, rows.Err()
}

// medianAndDeviation gives the median and 1.4826 times the median absolute deviation from it.
func medianAndDeviation(values []float64) (middle, deviation float64) {
	middle = median(values)
	apart := make([]float64, len(values))
	for i, v := range values {
		apart[i] = math.Abs(v - middle)
	}
	return middle, 1.4826 * median(apart)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if n := len(sorted); n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[len(sorted)/2-1] + sorted[len(sorted)/2]) / 2
}

// leastNulls is how many customers a source must have brought in each span to compare them.
const leastNulls = 20

// nullJumps compares the share of customers with an empty field among those a source brought in the last seven days with
// that of the ninety days before. It is a finding when the share rose by more than the threshold and by more than chance
// explains (three standard errors of the difference of two proportions).
func (q *Quality) nullJumps(ctx context.Context, threshold float64) ([]finding, error) {
	now := clock.Millis(ctx)
	const day = 24 * 60 * 60 * 1000
	fields := []string{"phone", "email", "gender", "birthday", "province", "city", "company", "industry"}
	empty := []string{"not has_phone", "not has_email", "gender = 'unknown'", "birthday is null", "province is null", "city is null", "company is null", "industry is null"}
	text := "select source, created_at >= ? as late, count(*)"
	for _, e := range empty {
		text += ", count(*) filter (" + e + ")"
	}
	rows, err := q.columns.Query(ctx, text+" from customers where source is not null and created_at >= ? and created_at <= ? group by all order by source, late", now-7*day, now-97*day, now)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type span struct {
		n     float64
		empty []float64
	}
	before := map[string]span{}
	var found []finding
	for rows.Next() {
		var source string
		var late bool
		s := span{empty: make([]float64, len(fields))}
		dest := []any{&source, &late, &s.n}
		for i := range s.empty {
			dest = append(dest, &s.empty[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		if !late {
			before[source] = s
			continue
		}
		was, known := before[source]
		if !known || was.n < leastNulls || s.n < leastNulls {
			continue
		}
		for i, field := range fields {
			p0, p1 := was.empty[i]/was.n, s.empty[i]/s.n
			pooled := (was.empty[i] + s.empty[i]) / (was.n + s.n)
			if p1-p0 > threshold && p1-p0 > 3*math.Sqrt(pooled*(1-pooled)*(1/was.n+1/s.n)) {
				found = append(found, finding{subjectType: "source", subjectName: source, field: field,
					evidence: evidence{Value: analyze.Percent(p1), Expected: analyze.Percent(p0)}})
			}
		}
	}
	return found, rows.Err()
}

func ruleNamed(rules []*Rule, key string) *Rule {
	for _, r := range rules {
		if r.Key == key {
			return r
		}
	}
	return &Rule{Key: key}
}
