package watch

import (
	"context"
	"time"

	"guanxi/base/api"
)

// Digest is what became of alerts over some time, in the reader's scope.
type Digest struct {
	Raised  int64         `json:"raised"`
	Closed  int64         `json:"closed" doc:"with what was done"`
	Expired int64         `json:"expired" doc:"over before anybody did anything"`
	Open    int64         `json:"open" doc:"now"`
	Overdue int64         `json:"overdue" doc:"now"`
	Alerts  []DigestAlert `json:"alerts" doc:"of metrics and segments, the newest first"`
}

// DigestAlert is one alert of a digest.
type DigestAlert struct {
	ID       api.ID    `json:"id"`
	Rule     string    `json:"rule"`
	Severity string    `json:"severity" enum:"info,warning,critical"`
	State    string    `json:"state" enum:"open,acknowledged,closed,expired"`
	Taken    string    `json:"taken" doc:"what was done"`
	OpenedAt time.Time `json:"opened_at"`
}

const digestAlerts = 8

// Digest tells of the alerts from one instant to another, both in milliseconds UTC.
func (w *Watch) Digest(ctx context.Context, from, to int64) (*Digest, error) {
	rules, err := w.known(ctx)
	if err != nil {
		return nil, err
	}
	seen, args := visible(ctx, rules)
	d := &Digest{Alerts: []DigestAlert{}}
	if err := w.records.Read().NewRaw(`
select coalesce(sum(case when a.opened_at >= ? and a.opened_at < ? then 1 else 0 end), 0), coalesce(sum(case when a.closed_at >= ? and a.closed_at < ? then 1 else 0 end), 0),
  coalesce(sum(case when a.state = 'expired' and a.back_at >= ? and a.back_at < ? then 1 else 0 end), 0),
  coalesce(sum(case when a.state in ('open', 'acknowledged') then 1 else 0 end), 0),
  coalesce(sum(case when a.state in ('open', 'acknowledged') and a.due_at < ? then 1 else 0 end), 0)
from alerts a
where `+seen, append([]any{from, to, from, to, from, to, nowOf(ctx)}, args...)...).Scan(ctx, &d.Raised, &d.Closed, &d.Expired, &d.Open, &d.Overdue); err != nil {
		return nil, err
	}
	found, err := alertsWhere(ctx, w.records.Read(), seen+" and a.customer_id is null and a.opened_at >= ? and a.opened_at < ? order by a.opened_at desc, a.id desc limit ?", append(args, from, to, digestAlerts)...)
	if err != nil {
		return nil, err
	}
	for _, a := range found {
		one := DigestAlert{ID: api.ID(a.ID), Severity: a.Severity, State: a.State, Taken: a.Taken, OpenedAt: time.UnixMilli(a.OpenedAt).UTC()}
		for i := range rules {
			if rules[i].ID == a.RuleID {
				one.Rule = rules[i].Name
			}
		}
		d.Alerts = append(d.Alerts, one)
	}
	return d, nil
}
