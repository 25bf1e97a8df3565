package churn

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// Ways in which a customer leaves.
const (
	Silence  = "silence"  // no purchase for Days
	Rhythm   = "rhythm"   // no purchase for Times her own purchase cycle
	Contract = "contract" // the day in Field has passed by more than Days
)

// ChurnDefinition says when a customer counts as gone, and how far ahead that is foretold.
type ChurnDefinition struct {
	Kind    string  `json:"kind" enum:"silence,rhythm,contract"`
	Days    int     `json:"days" minimum:"0" maximum:"1095" doc:"of silence; 0 takes what nine in ten gaps between purchases stay below. Of a contract: grace after its end"`
	Times   float64 `json:"times" minimum:"0" maximum:"20" doc:"own purchase cycles without a purchase; for rhythm"`
	Field   string  `json:"field" maxLength:"64" doc:"key of the own field with the day a contract ends; for contract"`
	Horizon int     `json:"horizon_days" minimum:"0" maximum:"365" doc:"how far ahead is told; 0 takes the days of silence, else 90"`
}

const definitionKey = "churn.definition"

func usual() ChurnDefinition { return ChurnDefinition{Kind: Silence} }

// Definition gives what the company calls leaving.
func (c *Churn) Definition(ctx context.Context) (ChurnDefinition, error) {
	d := usual()
	_, err := db.Setting(ctx, c.records.Read(), definitionKey, &d)
	return d, err
}

// Define says what leaving means from now on, and asks for a model of it. Fault: invalid.
func (c *Churn) Define(ctx context.Context, d ChurnDefinition) error {
	switch d.Kind {
	case Rhythm:
		if d.Times < 1 {
			return fault.Invalid("times", "out_of_range", 1, 20)
		}
		d.Days, d.Field = 0, ""
	case Contract:
		own, known := field.Of(ctx).Find(d.Field)
		if !known || own.Type != field.Day || own.Sealed() {
			return fault.Invalid("field", "not_a_day_field", d.Field)
		}
		d.Times = 0
	default:
		if d.Days != 0 && d.Days < 7 {
			return fault.Invalid("days", "out_of_range", 7, 1095)
		}
		d.Times, d.Field = 0, ""
	}
	if d.Horizon != 0 && d.Horizon < 7 {
		return fault.Invalid("horizon_days", "out_of_range", 7, 365)
	}
	return c.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, definitionKey, d); err != nil {
			return err
		}
		if err := c.jobs.Insert(ctx, tx, trainJob{Asked: clock.Millis(ctx)}); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "churn.defined", "settings", definitionKey, d)
	})
}

// limit is the definition with everything the data decides decided.
type limit struct {
	ChurnDefinition
	Cycle float64 `json:"cycle_days"` // everybody's purchase cycle
}

const gapsSQL = `
with daily as (
  select distinct customer_id, day from orders
  where kind = 'order' and coalesce(status, '') <> 'cancelled' and customer_id is not null and day <= $1::date
),
gaps as (select day - lag(day) over (partition by customer_id order by day) as gap from daily)
select coalesce(quantile_cont(gap, 0.9), 90), coalesce(exp(avg(ln(gap))), 30) from gaps where gap > 0`

// limitAt settles the definition by the purchases until the day.
func (c *Churn) limitAt(ctx context.Context, d ChurnDefinition, day time.Time) (l limit, err error) {
	l.ChurnDefinition = d
	var usually float64
	if err := c.columns.QueryRow(ctx, gapsSQL, day).Scan(&usually, &l.Cycle); err != nil {
		return l, err
	}
	if d.Kind == Silence && d.Days == 0 {
		l.Days = min(max(int((usually+29)/30)*30, 30), 365)
	}
	switch {
	case d.Horizon != 0:
	case d.Kind == Silence:
		l.Horizon = min(l.Days, 180)
	default:
		l.Horizon = 90
	}
	return l, nil
}
