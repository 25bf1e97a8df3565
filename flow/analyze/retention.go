package analyze

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"guanxi/base/fault"
)

// RetentionQuery asks how customers come back. First opens a cohort, Return counts as coming back; each is the name of any
// event conditions know. By is the length of a step: week, month or quarter; From and To bound the first days. Who came back in a step is
// who did it then or, with Since, who did it then or later.
type RetentionQuery struct {
	Period
	First   string
	Return  string
	By      string
	Segment int64
	Since   bool

	first, again string // the relations of First and Return
}

// Cohort are the customers who first did it in the same step; that never changes. Counts and Values say how many, and
// which share of Size, did the returning event in the k-th step after; nil for steps that have not begun.
type Cohort struct {
	Start  string     `json:"start" format:"date"`
	Size   int64      `json:"size"`
	Counts []*int64   `json:"counts"`
	Values []*float64 `json:"values"`
	// Members is the condition that lists them.
	Members ConditionJSON `json:"members" doc:"a condition: who is in the cohort; with that of step i+k, who of cohort i returned in its k-th step"`
}

// Repurchase is how many customers of the cohorts came how often, and how long the second time took.
type Repurchase struct {
	Orders       []OrdersCount `json:"orders" doc:"the last one holds this many and more"`
	DaysToSecond *Quartiles    `json:"days_to_second"`
}

// OrdersCount is how many customers came Orders times so far.
type OrdersCount struct {
	Orders    int64   `json:"orders"`
	Customers int64   `json:"customers"`
	Share     float64 `json:"share"`
}

// Quartiles of a number of days, over so many customers.
type Quartiles struct {
	P25       float64 `json:"p25"`
	Median    float64 `json:"median"`
	P75       float64 `json:"p75"`
	Customers int64   `json:"customers"`
}

// Retention is the cohorts of a period, the oldest first.
type Retention struct {
	Period     string     `json:"period" enum:"week,month,quarter"`
	Cohorts    []Cohort   `json:"cohorts"`
	Steps      []Step     `json:"steps" doc:"of the calendar, from the first cohort's to the last day asked for"`
	Average    []*float64 `json:"average" doc:"by step: all who returned ÷ all whose step has begun"`
	Repurchase Repurchase `json:"repurchase"`
	AsOf       time.Time  `json:"as_of"`
}

// retentionEvents are the facts that can open a cohort or count as coming back, as relations of customer_id and day.
var retentionEvents = map[string]string{
	"order_placed":    "select f.customer_id, f.day from orders f where f.customer_id is not null and " + purchase,
	"order_cancelled": "select f.customer_id, f.day from orders f where f.customer_id is not null and " + placed + " and " + cancelled,
	"order_refunded":  "select f.customer_id, f.day from orders f where f.customer_id is not null and f.refunded > 0",
	"follow_up":       "select f.customer_id, f.day from activities f",
}

// retentionEvent gives the relation of an event by its name. Faults: invalid where there is none.
func (m *Metrics) retentionEvent(ctx context.Context, place, name string) (string, error) {
	if relation := retentionEvents[name]; relation != "" {
		return relation, nil
	}
	if ev := knownEvents[name]; ev != nil {
		return "select e.customer_id, e.day from " + ev.relation + " e where e.customer_id is not null and " + ev.kept, nil
	}
	var known bool
	if err := m.columns.QueryRow(ctx, "select exists (select 1 from event_names where event = ?)", name).Scan(&known); err != nil {
		return "", err
	}
	if !known || !goodEventName(name) {
		return "", fault.Invalid(place, "event_unknown", name)
	}
	return "select f.customer_id, f.day from events f where f.customer_id is not null and not f.bot and f.kind in ('track', 'page', 'screen') and f.event = '" +
		strings.ReplaceAll(name, "'", "''") + "'", nil
}

const (
	maxCohorts   = 120
	mostOrders   = 10
	firstDefault = "order_placed"
)

// Retention reads the cohorts. Faults: invalid for an unknown event or step, or too many cohorts.
func (m *Metrics) Retention(ctx context.Context, q RetentionQuery) (*Retention, error) {
	if q.First == "" {
		q.First = firstDefault
	}
	if q.Return == "" {
		q.Return = q.First
	}
	var err error
	if q.first, err = m.retentionEvent(ctx, "first.event", q.First); err != nil {
		return nil, err
	}
	if q.again, err = m.retentionEvent(ctx, "return.event", q.Return); err != nil {
		return nil, err
	}
	if q.By != "week" && q.By != "month" && q.By != "quarter" {
		return nil, fault.Invalid("period", "step_unknown", q.By)
	}
	q.From, q.To = startOf(q.By, q.From), next(q.By, startOf(q.By, q.To)).AddDate(0, 0, -1) // cohorts are whole steps
	now := today(ctx)
	cut, err := q.buckets(q.By)
	if err != nil {
		return nil, err
	}
	if len(cut) > maxCohorts {
		return nil, fault.Invalid("from", "too_many_cohorts", maxCohorts)
	}
	first, args, err := m.firstDays(ctx, q)
	if err != nil {
		return nil, err
	}
	r := &Retention{Period: q.By, Cohorts: []Cohort{}, Steps: []Step{}, AsOf: m.freshness()}
	if err := m.readCohorts(ctx, r, q, cut, first, args, now); err != nil {
		return nil, err
	}
	r.opens(q, cut, now)
	return r, m.readRepurchase(ctx, r, q, first, args)
}

// firstDays gives the query of each customer's first day, within scope and segment, for cohorts of the period.
func (m *Metrics) firstDays(ctx context.Context, q RetentionQuery) (string, []any, error) {
	where, args, err := m.within(ctx, scoreSource, question{segment: q.Segment}) // scope and segment only
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf(`
select customer_id, min(day) as first_day
from (%s) f
%s
where %s
group by customer_id
having min(day) between %s and %s`, q.first, joins(where), where, literal(q.From), literal(q.To)), args, nil
}

// readCohorts counts, in one statement, who returned in which step after the first.
func (m *Metrics) readCohorts(ctx context.Context, r *Retention, q RetentionQuery, cut []bucket, first string, args []any, now time.Time) error {
	rows, err := m.columns.Query(ctx, fmt.Sprintf(`
with first_days as (%s),
came as (
  select d.customer_id, cast(cast(date_trunc('%[2]s', d.first_day) as date) as varchar) as start,
    date_diff('%[2]s', date_trunc('%[2]s', d.first_day), date_trunc('%[2]s', e.day)) as step
  from first_days d
  join (select customer_id, first_day as day from first_days union all (%[3]s)) e on e.customer_id = d.customer_id and e.day >= d.first_day
  where e.day <= %[4]s
)
select start, step, count(distinct customer_id)
from %[5]s
group by all`, first, q.By, q.again, literal(now), map[bool]string{false: "came", true: "(select customer_id, start, max(step) as step from came group by all)"}[q.Since]), args...)
	if err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	defer rows.Close()
	counts := map[string]map[int]int64{}
	for rows.Next() {
		var start string
		var step int
		var n int64
		if err := rows.Scan(&start, &step, &n); err != nil {
			return err
		}
		if counts[start] == nil {
			counts[start] = map[int]int64{}
		}
		counts[start][step] = n
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if q.Since { // counted by the last step so far: who came later has come since
		for _, steps := range counts {
			for k := len(cut) - 2; k >= 0; k-- {
				steps[k] += steps[k+1]
			}
		}
	}
	back, of := make([]int64, len(cut)), make([]int64, len(cut))
	for i, b := range cut {
		if b.From.After(now) {
			break
		}
		c := Cohort{Start: dayText(b.at), Size: counts[dayText(b.at)][0], Counts: make([]*int64, len(cut)-i), Values: make([]*float64, len(cut)-i)}
		for k := range c.Counts {
			if cut[i+k].From.After(now) {
				break
			}
			n := counts[c.Start][k]
			c.Counts[k] = &n
			back[k], of[k] = back[k]+n, of[k]+c.Size
			if c.Size > 0 {
				share := float64(n) / float64(c.Size)
				c.Values[k] = &share
			}
		}
		r.Cohorts = append(r.Cohorts, c)
	}
	r.Average = make([]*float64, len(cut))
	for k := range cut {
		if of[k] > 0 {
			share := float64(back[k]) / float64(of[k])
			r.Average[k] = &share
		}
	}
	return nil
}

// readRepurchase counts the customers of the cohorts by how often they came until now.
func (m *Metrics) readRepurchase(ctx context.Context, r *Retention, q RetentionQuery, first string, args []any) error {
	rows, err := m.columns.Query(ctx, fmt.Sprintf(`
with first_days as (%s),
times as (
  select e.customer_id, count(*) as n, list_sort(list(e.day)) as days
  from (%s) e
  join first_days d on d.customer_id = e.customer_id and e.day >= d.first_day
  where e.day <= %s
  group by e.customer_id
)
select least(n, %d) as orders, count(*), quantile_cont(days[2] - days[1], [0.25, 0.5, 0.75]) filter (where n > 1)::varchar
from times
group by grouping sets ((orders), ())
order by orders nulls last`, first, q.again, literal(today(ctx)), mostOrders), args...)
	if err != nil {
		return fmt.Errorf("repurchase: %w", err)
	}
	defer rows.Close()
	r.Repurchase.Orders = []OrdersCount{}
	for rows.Next() {
		var orders sql.NullInt64
		var n int64
		var quartiles sql.NullString
		if err := rows.Scan(&orders, &n, &quartiles); err != nil {
			return err
		}
		if orders.Valid {
			r.Repurchase.Orders = append(r.Repurchase.Orders, OrdersCount{Orders: orders.Int64, Customers: n})
			continue
		}
		for i := range r.Repurchase.Orders {
			r.Repurchase.Orders[i].Share = float64(r.Repurchase.Orders[i].Customers) / float64(n)
		}
		if quartiles.Valid {
			d := &Quartiles{Customers: n}
			if _, err := fmt.Sscanf(quartiles.String, "[%f, %f, %f]", &d.P25, &d.Median, &d.P75); err != nil {
				return err
			}
			if len(r.Repurchase.Orders) > 0 && r.Repurchase.Orders[0].Orders == 1 {
				d.Customers -= r.Repurchase.Orders[0].Customers
			}
			r.Repurchase.DaysToSecond = d
		}
	}
	return rows.Err()
}
