package churn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// ChurnPatterns is what those who left did less of in the days before, against those who stayed.
type ChurnPatterns struct {
	Days     int            `json:"days"`
	Leavers  int64          `json:"leavers" doc:"who left and had done the commonest of these before"`
	Stayers  int64          `json:"stayers" doc:"who did not, each looked at on a day on which somebody else left"`
	Patterns []ChurnPattern `json:"patterns" doc:"what tells the two apart best first"`
}

// ChurnPattern is one kind of behaviour.
type ChurnPattern struct {
	Event     string        `json:"event"`
	Label     analyze.Label `json:"label"`
	Leavers   int64         `json:"leavers" doc:"who left and had done it at least three times in the days before"`
	Stayers   int64         `json:"stayers"`
	Before    float64       `json:"before" doc:"times a leaver did it in the days before those, on average"`
	During    float64       `json:"during" doc:"times in the last days"`
	Drop      float64       `json:"drop" doc:"by which leavers did it less, 0..1; below 0 they did it more"`
	Stayed    float64       `json:"stayers_drop" doc:"the same of those who stayed"`
	Threshold float64       `json:"threshold" doc:"the drop that parts the two best"`
	Found     float64       `json:"found" doc:"share of leavers whose drop reached it"`
	Alarms    float64       `json:"false_alarms" doc:"share of stayers whose drop reached it"`
	Condition any           `json:"condition" doc:"the condition that finds who drops so far now"`
}

// thresholds are the drops tried as a rule.
var thresholds = []float64{.3, .4, .5, .6, .7, .8, .9}

const (
	fewestUses   = 3  // in the days before, for a drop to mean something
	fewestWho    = 20 // leavers and stayers behind a pattern
	mostPatterns = 20
)

// patternSQL counts for each kind of behaviour, apart for leavers and stayers, how often it was done in the $7 days before the
// day of leaving and in the $7 days before those, and how many dropped by each threshold. The day somebody left is the one on
// which she was due: the last purchase and a cycle, or the end of the contract. Who stayed is given the day of a leaver, by
// chance that does not change.
const patternSQL = `
with everybody as ({rows}),
named as (
  select e.id, e.gone, {day} as day, c.owner_id
  from everybody e join customers c on c.id = e.id
  where {scope}
),
leavers as (select id, true as has_left, day from named where gone and day is not null and day <= $1::date),
days as (select list(day order by id) as all_days from leavers),
who as (
  select * from leavers
  union all
  select n.id, false, d.all_days[(1 + hash(n.id) % len(d.all_days))::bigint] from named n, days d where not n.gone and len(d.all_days) > 0
),
first as (select min(day) as day from events),
told as (select w.* from who w, first f where w.day - 2 * $7::integer >= f.day),
used as (
  select t.id, t.has_left, e.event, count(*) filter (where e.day < t.day - $7::integer) as before, count(*) filter (where e.day >= t.day - $7::integer) as during
  from told t join events e on e.customer_id = t.id and e.day >= t.day - 2 * $7::integer and e.day < t.day
  where not e.bot and e.kind in ('track', 'page', 'screen')
  group by all having before >= $8::integer
)
select event, has_left, count(*), avg(before), avg(during),
  [{drops}]
from used group by event, has_left`

func (c *Churn) registerPatterns(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/churn/patterns", Permission: "metrics.read", Tag: "value", Timeout: time.Minute,
		Summary: "What customers did less of in the days before they left, against those who stayed"},
		func(ctx context.Context, in *struct {
			Days int `query:"days" minimum:"7" maximum:"180" default:"30"`
		}) (*struct{ Body *ChurnPatterns }, error) {
			p, err := c.Patterns(ctx, in.Days)
			return &struct{ Body *ChurnPatterns }{p}, err
		})
}

// Patterns finds what dropped in the days before customers left, among those the reader may see. Fault: forbidden.
func (c *Churn) Patterns(ctx context.Context, days int) (*ChurnPatterns, error) {
	if err := guard.MayRead(ctx, "customers", guard.Purchases); err != nil {
		return nil, err
	}
	found := &ChurnPatterns{Days: days, Patterns: []ChurnPattern{}}
	d, err := c.Definition(ctx)
	if err != nil {
		return nil, err
	}
	today, _, err := c.today(ctx)
	if err != nil {
		return nil, err
	}
	l, err := c.limitAt(ctx, d, today)
	if err != nil {
		return nil, err
	}
	return found, c.findPatterns(ctx, found, l, today)
}

// dropsAs is what is known of one kind of behaviour of those who left, or of those who stayed.
type dropsAs struct {
	who            int64
	before, during float64
	dropped        []any // how many, by threshold
}

func (c *Churn) findPatterns(ctx context.Context, found *ChurnPatterns, l limit, today time.Time) error {
	left := "$1::date - (e.f_recency - e.f_recency / nullif(e.f_overdue, 0))::integer"
	if l.Kind == Contract {
		left = contractEnd(l.Field)
	}
	drops := make([]string, len(thresholds))
	for i := range thresholds {
		drops[i] = fmt.Sprintf("count(*) filter (where during <= (1 - ($6::double[])[%d]) * before + 1e-9)", i+1)
	}
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	text := strings.NewReplacer("{rows}", rowsSQL(l.ChurnDefinition, "true", false), "{day}", left,
		"{scope}", analyze.NumberedOn(scope, 8), "{drops}", strings.Join(drops, ", ")).Replace(patternSQL)
	rows, err := c.columns.Query(ctx, text, append([]any{today, l.Days, l.Times, l.Horizon, l.Cycle, thresholds, found.Days, fewestUses}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	kinds := map[string]*[2]dropsAs{}
	for rows.Next() {
		var event string
		var hasLeft bool
		var d dropsAs
		if err := rows.Scan(&event, &hasLeft, &d.who, &d.before, &d.during, &d.dropped); err != nil {
			return err
		}
		if kinds[event] == nil {
			kinds[event] = &[2]dropsAs{}
		}
		if hasLeft {
			kinds[event][0] = d
			found.Leavers = max(found.Leavers, d.who)
		} else {
			kinds[event][1] = d
			found.Stayers = max(found.Stayers, d.who)
		}
	}
	for event, k := range kinds {
		if k[0].who >= fewestWho && k[1].who >= fewestWho {
			if p := pattern(event, k[0], k[1], found.Days); p.Found > p.Alarms {
				found.Patterns = append(found.Patterns, p)
			}
		}
	}
	slices.SortFunc(found.Patterns, func(a, b ChurnPattern) int {
		return cmp.Or(cmp.Compare(b.Found-b.Alarms, a.Found-a.Alarms), cmp.Compare(a.Event, b.Event))
	})
	found.Patterns = found.Patterns[:min(len(found.Patterns), mostPatterns)]
	return rows.Err()
}

// pattern chooses the drop that parts leavers and stayers best.
func pattern(event string, leavers, stayers dropsAs, days int) ChurnPattern {
	p := ChurnPattern{Event: event, Label: analyze.EventLabel(event), Leavers: leavers.who, Stayers: stayers.who, Before: leavers.before, During: leavers.during,
		Drop: 1 - leavers.during/leavers.before, Stayed: 1 - stayers.during/stayers.before}
	for i, t := range thresholds {
		of := func(d dropsAs) float64 { n, _ := d.dropped[i].(int64); return float64(n) / float64(d.who) }
		if found, alarms := of(leavers), of(stayers); found-alarms >= p.Found-p.Alarms {
			p.Threshold, p.Found, p.Alarms = t, found, alarms
		}
	}
	p.Condition = map[string]any{"event": event, "measure": "ratio", "op": "lte", "value": math.Round((1-p.Threshold)*100) / 100, "window": map[string]any{"last_days": days}}
	return p
}
