package likeness

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/proportion"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// GroupsCompared sets a group that was given something, as a new product, beside one that was not.
type GroupsCompared struct {
	From    string           `json:"from" format:"date"`
	To      string           `json:"to" format:"date"`
	Measure string           `json:"measure" enum:"order_value,conversion,per_customer"`
	Unit    analyze.Unit     `json:"unit" enum:"money,share"`
	Test    ComparedGroup    `json:"test"`
	Control ComparedGroup    `json:"control"`
	Both    int64            `json:"both" doc:"customers in both groups: left out"`
	Now     ComparedFigures  `json:"now"`
	Before  *ComparedFigures `json:"before" doc:"the same in as many days before: groups dealt by chance are alike in it. Null where too few bought then"`
	Verdict string           `json:"verdict" enum:"few,better,worse,alike" doc:"few: under ten buyers in a group. better, worse: the limits of the difference leave nothing out"`
	Unlike  bool             `json:"unlike" doc:"the groups surely differed in it before: what differs now is not the test's alone"`
}

// ComparedGroup is one of the two.
type ComparedGroup struct {
	Name      string                `json:"name"`
	Customers int64                 `json:"customers"`
	Condition analyze.ConditionJSON `json:"condition"`
}

// ComparedFigures are the figures of both groups in some days. Money is in minor units.
type ComparedFigures struct {
	Test       float64  `json:"test"`
	Control    float64  `json:"control"`
	Buyers     [2]int64 `json:"buyers" doc:"of the test and of the control group"`
	Orders     [2]int64 `json:"orders"`
	Difference float64  `json:"difference" doc:"test less control"`
	Low        float64  `json:"low" doc:"limits of it at 95%"`
	High       float64  `json:"high"`
	Lift       *float64 `json:"lift" doc:"test ÷ control - 1"`
}

// What groups are compared by.
const (
	orderValue  = "order_value"  // amount ÷ orders
	conversion  = "conversion"   // customers who bought ÷ customers
	perCustomer = "per_customer" // amount ÷ customers
)

const leastCompared = 10

// comparedSQL sums over the customers of each group, those in both left out: how many, who bought, orders n and amounts x, and
// their products.
const comparedSQL = `
with members as (
  select customer_id, bool_or(test) as test, bool_and(test) as only_test
  from (select id as customer_id, true as test from ({test}) union all select id, false from ({control}))
  group by customer_id
), sums as (
  select m.customer_id, m.test, m.only_test, count(o.id) as n, coalesce(sum(o.gross), 0)::double as x
  from members m
  left join orders o on o.customer_id = m.customer_id and o.kind = 'order' and coalesce(o.status, '') <> 'cancelled' and o.day between {from} and {to}
  group by all
)
select case when test <> only_test then 'both' when test then 'test' else 'control' end, count(*), count(*) filter (where n > 0), sum(n)::double, sum(x), sum(x * x), sum(x * n), sum(n * n)::double
from sums
group by 1`

// groupSums are the sums over one group.
type groupSums struct{ customers, buyers, n, x, xx, xn, nn float64 }

// figure gives the value and its variance. That of a ratio of sums over customers is linearised (Cochran, Sampling Techniques, 1977, 6.4).
func (m groupSums) figure(measure string) (value, variance float64) {
	switch {
	case measure == conversion && m.customers > 0:
		return m.buyers / m.customers, 0
	case measure == orderValue && m.n > 0 && m.customers > 1:
		r := m.x / m.n
		return r, max(0, m.xx-2*r*m.xn+r*r*m.nn) * m.customers / (m.customers - 1) / (m.n * m.n)
	case measure == perCustomer && m.customers > 1:
		mean := m.x / m.customers
		return mean, max(0, m.xx-m.customers*mean*mean) / (m.customers - 1) / m.customers
	}
	return 0, 0
}

// of is how many the variance of a figure rests on.
func (m groupSums) of(measure string) float64 {
	if measure == orderValue {
		return m.buyers
	}
	return m.customers
}

// compared gives the difference with its limits: of shares those of Newcombe, of amounts those of Welch (Biometrika 34, 1947).
func compared(measure string, a, b groupSums) *ComparedFigures {
	x, vx := a.figure(measure)
	y, vy := b.figure(measure)
	f := &ComparedFigures{Test: x, Control: y, Buyers: [2]int64{int64(a.buyers), int64(b.buyers)}, Orders: [2]int64{int64(a.n), int64(b.n)}, Difference: x - y}
	if y > 0 {
		lift := x/y - 1
		f.Lift = &lift
	}
	if measure == conversion {
		f.Low, f.High = proportion.Difference(a.buyers, a.customers, b.buyers, b.customers)
		return f
	}
	reach := 0.
	if vx+vy > 0 {
		freedom := (vx + vy) * (vx + vy) / (vx*vx/max(1, a.of(measure)-1) + vy*vy/max(1, b.of(measure)-1))
		reach = math.Sqrt(vx+vy) * distuv.StudentsT{Sigma: 1, Nu: max(1, freedom)}.Quantile(.975)
	}
	f.Low, f.High = f.Difference-reach, f.Difference+reach
	return f
}

// Compare sets the test group beside the control group: segments, or lists below zero. Faults: forbidden, invalid, not found.
func (l *Likeness) Compare(ctx context.Context, p analyze.Period, measure string, test, control int64) (*GroupsCompared, error) {
	if err := mayKnow(ctx); err != nil {
		return nil, err
	}
	if test == control {
		return nil, fault.Invalid("control", "group_twice")
	}
	c := &GroupsCompared{From: p.From.Format(time.DateOnly), To: p.To.Format(time.DateOnly), Measure: measure, Unit: analyze.UnitMoney}
	if measure == conversion {
		c.Unit = analyze.UnitShare
	}
	now, both, err := l.groupSums(ctx, p, test, control)
	if err != nil {
		return nil, err
	}
	earlier, _, err := l.groupSums(ctx, p.Before(), test, control)
	if err != nil {
		return nil, err
	}
	for i, group := range []*ComparedGroup{&c.Test, &c.Control} {
		id := []int64{test, control}[i]
		if group.Name, err = l.segments.GroupName(ctx, id); err != nil {
			return nil, err
		}
		group.Customers, group.Condition = int64(now[i].customers), groupIs(id)
	}
	c.Both, c.Now = both, *compared(measure, now[0], now[1])
	few := func(of [2]groupSums) bool { return min(of[0].buyers, of[1].buyers) < leastCompared }
	if !few(earlier) {
		c.Before = compared(measure, earlier[0], earlier[1])
		c.Unlike = c.Before.Low > 0 || c.Before.High < 0
	}
	switch {
	case few(now):
		c.Verdict = "few"
	case c.Now.Low > 0:
		c.Verdict = "better"
	case c.Now.High < 0:
		c.Verdict = "worse"
	default:
		c.Verdict = "alike"
	}
	return c, nil
}

func (l *Likeness) groupSums(ctx context.Context, p analyze.Period, test, control int64) (of [2]groupSums, both int64, err error) {
	scope, scopeArgs := guard.ScopeOf(ctx, "customers").Where("c")
	text, args := comparedSQL, []any{}
	for _, group := range []struct {
		place string
		id    int64
	}{{"{test}", test}, {"{control}", control}} {
		members, memberArgs, err := l.segments.MemberQuery(ctx, group.id)
		if err != nil {
			return of, 0, err
		}
		text = strings.Replace(text, group.place, "select c.id from customers c where "+scope+" and c.id in ("+members+")", 1)
		args = append(append(args, scopeArgs...), memberArgs...)
	}
	text = strings.NewReplacer("{from}", "date '"+p.From.Format(time.DateOnly)+"'", "{to}", "date '"+p.To.Format(time.DateOnly)+"'").Replace(text)
	rows, err := l.columns.Query(ctx, text, args...)
	if err != nil {
		return of, 0, fmt.Errorf("groups beside each other: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var side string
		var m groupSums
		if err := rows.Scan(&side, &m.customers, &m.buyers, &m.n, &m.x, &m.xx, &m.xn, &m.nn); err != nil {
			return of, 0, err
		}
		switch side {
		case "both":
			both = int64(m.customers)
		case "test":
			of[0] = m
		default:
			of[1] = m
		}
	}
	return of, both, rows.Err()
}

func groupIs(id int64) analyze.ConditionJSON {
	kind := analyze.GroupSegment
	if id < 0 {
		kind, id = analyze.GroupList, -id
	}
	text, err := json.Marshal(map[string]string{kind: fmt.Sprint(id)})
	if err != nil {
		return nil
	}
	return text
}

func (l *Likeness) registerCompare(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/likeness/compare", Permission: "metrics.read", Tag: "likeness", Timeout: time.Minute,
		Summary: "A group that was given something beside one that was not: the difference in what they buy, with its limits, and whether they were alike before"},
		func(ctx context.Context, in *struct {
			Body struct {
				Segment        api.ID `json:"segment,omitempty" doc:"the test group"`
				List           api.ID `json:"list,omitempty" doc:"the test group, where it is a list"`
				ControlSegment api.ID `json:"control_segment,omitempty"`
				ControlList    api.ID `json:"control_list,omitempty"`
				Measure        string `json:"measure,omitempty" enum:"order_value,conversion,per_customer" default:"order_value"`
				From           string `json:"from,omitempty" format:"date"`
				To             string `json:"to,omitempty" format:"date"`
			}
		}) (*api.Answered[GroupsCompared], error) {
			b := in.Body
			p, err := analyze.PeriodOf(ctx, b.From, b.To, 30)
			if err != nil {
				return nil, err
			}
			test, control := analyze.GroupOf(int64(b.Segment), int64(b.List)), analyze.GroupOf(int64(b.ControlSegment), int64(b.ControlList))
			if test == 0 {
				return nil, fault.Invalid("segment", "required")
			}
			if control == 0 {
				return nil, fault.Invalid("control_segment", "required")
			}
			return api.Answer(l.Compare(ctx, p, b.Measure, test, control))
		})
}
