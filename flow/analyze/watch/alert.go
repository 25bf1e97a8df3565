package watch

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// The states of an alert: nobody has it yet; somebody has taken it on; closed with what was done; ended by itself before
// anybody did anything.
const (
	Open         = "open"
	Acknowledged = "acknowledged"
	Closed       = "closed"
	Expired      = "expired"
)

// AlertEvidence are the figures of the time an alert was raised, and what they were compared with. Values are in the unit of what
// is watched, money in minor units.
type AlertEvidence struct {
	Day      string              `json:"day" format:"date" doc:"the last day looked at"`
	Since    string              `json:"since" format:"date" doc:"the first day on which it was so"`
	Unit     analyze.Unit        `json:"unit,omitempty"`
	Label    analyze.Text        `json:"label"`
	Part     string              `json:"part,omitempty" doc:"of the split that is watched"`
	Value    *float64            `json:"value,omitempty"`
	Before   *float64            `json:"before,omitempty"`
	Low      *float64            `json:"low,omitempty" doc:"what the value should not be below"`
	High     *float64            `json:"high,omitempty"`
	Rows     float64             `json:"rows,omitempty"`
	Series   []analyze.CourseDay `json:"series,omitempty"`
	Split    string              `json:"split,omitempty" doc:"the split that explains it best"`
	Parts    []AlertPart         `json:"parts,omitempty" doc:"the largest first"`
	Standing []analyze.Standing  `json:"standing,omitempty" doc:"of a customer: on what the condition stood"`
	Leaving  *float64            `json:"leaving,omitempty" doc:"of a customer: how likely to leave, 0..1"`
	Late     *AlertLate          `json:"late,omitempty" doc:"facts have not come: whether the figure dropped is told when they have"`
}

// AlertPart is a part of the business and what it contributed to a metric being off.
type AlertPart struct {
	Key    *string `json:"key"`
	Label  string  `json:"label"`
	Amount float64 `json:"contribution" doc:"in the unit of the metric"`
	Share  float64 `json:"share" doc:"of the whole deviation"`
}

// Alert is one time a rule fired for one subject. Instants are milliseconds UTC.
type Alert struct {
	ID             int64  `bun:"id"`
	RuleID         int64  `bun:"rule_id"`
	Subject        string `bun:"subject"`
	CustomerID     *int64 `bun:"customer_id"`
	Severity       string `bun:"severity"`
	State          string `bun:"state"`
	OwnerID        *int64 `bun:"owner_id"`
	TeamID         *int64 `bun:"team_id"`
	Evidence       string `bun:"evidence"`
	AtStake        *int64 `bun:"at_stake"`
	OpenedAt       int64  `bun:"opened_at"`
	FirstAt        int64  `bun:"first_at"`
	UpdatedAt      int64  `bun:"updated_at"`
	DueAt          int64  `bun:"due_at"`
	EscalateAt     *int64 `bun:"escalate_at"`
	EscalatedTo    *int64 `bun:"escalated_to"`
	Escalations    int64  `bun:"escalations"`
	AcknowledgedAt *int64 `bun:"acknowledged_at"`
	AcknowledgedBy *int64 `bun:"acknowledged_by"`
	BackAt         *int64 `bun:"back_at"`
	ClosedAt       *int64 `bun:"closed_at"`
	ClosedBy       *int64 `bun:"closed_by"`
	Taken          string `bun:"taken"`
	Note           string `bun:"note"`
	Reopened       int64  `bun:"reopened"`
	Version        int64  `bun:"version"`
}

const alertColumns = `a.id, a.rule_id, a.subject, a.customer_id, a.severity, a.state, a.owner_id, a.team_id, a.evidence, a.at_stake, a.opened_at, a.first_at,
  a.updated_at, a.due_at, a.escalate_at, a.escalated_to, a.escalations, a.acknowledged_at, a.acknowledged_by, a.back_at, a.closed_at, a.closed_by,
  a.taken, a.note, a.reopened, a.version`

// live says that somebody still has to do something about it.
func (a *Alert) live() bool { return a.State == Open || a.State == Acknowledged }

// ended says when it was closed or, without, no longer so.
func (a *Alert) ended() int64 {
	for _, at := range []*int64{a.ClosedAt, a.BackAt} {
		if at != nil {
			return *at
		}
	}
	return a.UpdatedAt
}

// figures gives the evidence.
func (a *Alert) figures() (e AlertEvidence, err error) {
	err = json.Unmarshal([]byte(a.Evidence), &e)
	return e, err
}

func alertsWhere(ctx context.Context, from bun.IDB, where string, args ...any) ([]Alert, error) {
	var rows []Alert
	err := from.NewRaw("select "+alertColumns+" from alerts a where "+where, args...).Scan(ctx, &rows)
	return rows, err
}

// ofRule is the subject of alerts about what a rule watches as a whole.
const ofRule = "rule"

func ofCustomer(id int64) string { return "customer:" + strconv.FormatInt(id, 10) }

// raised is what a look wants told about one subject.
type raised struct {
	subject    string
	customer   *int64
	owner      *int64
	team       *int64
	evidence   AlertEvidence
	atStake    *int64
	lastClosed *Alert // the last alert of the same rule and subject, nil without one
}

// raise opens an alert, or reopens the last one when it ended not long ago.
func (w *Watch) raise(ctx context.Context, tx *db.Tx, rule *Rule, r raised) error {
	now := clock.Millis(ctx)
	text, err := json.Marshal(r.evidence)
	if err != nil {
		return err
	}
	due := now + rule.DueMinutes*time.Minute.Milliseconds()
	var escalate *int64
	if rule.EscalateMinutes > 0 {
		at := now + rule.EscalateMinutes*time.Minute.Milliseconds()
		escalate = &at
	}
	if last := r.lastClosed; last != nil && last.BackAt != nil && now-*last.BackAt <= flapDays*24*time.Hour.Milliseconds() {
		n, err := tx.Do(ctx, `
update alerts
set state = 'open', severity = ?, owner_id = ?, team_id = ?, evidence = ?, at_stake = ?, opened_at = ?, updated_at = ?, due_at = ?, escalate_at = ?,
  escalated_to = null, acknowledged_at = null, acknowledged_by = null, back_at = null, closed_at = null, closed_by = null, reopened = reopened + 1,
  version = version + 1
where id = ? and version = ?`, rule.Severity, r.owner, r.team, string(text), r.atStake, now, now, due, escalate, last.ID, last.Version)
		if err != nil || n == 0 { // somebody was quicker: the next look sees what to do
			return err
		}
		return history(ctx, tx, last.ID, "reopened", map[string]any{"value": r.evidence.Value, "was": last.State, "taken": last.Taken})
	}
	id, err := tx.NextID(ctx, "alerts")
	if err != nil {
		return err
	}
	n, err := tx.Do(ctx, `
insert into alerts (id, rule_id, subject, customer_id, severity, state, owner_id, team_id, evidence, at_stake, opened_at, first_at, updated_at, due_at, escalate_at)
values (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do nothing`, id, rule.ID, r.subject, r.customer, rule.Severity, r.owner, r.team, string(text), r.atStake, now, now, now, due, escalate)
	if err != nil || n == 0 { // another look was quicker
		return err
	}
	return history(ctx, tx, id, "opened", map[string]any{"value": r.evidence.Value})
}

// over notes that what an alert tells of is no longer so. One that nobody has taken on ends with it.
func (w *Watch) over(ctx context.Context, tx *db.Tx, a *Alert, detail map[string]any) error {
	now := clock.Millis(ctx)
	n, err := tx.Do(ctx, `
update alerts
set back_at = ?, updated_at = ?, state = case state when 'open' then 'expired' else state end,
  escalate_at = case state when 'open' then null else escalate_at end, version = version + 1
where id = ? and version = ?`, now, now, a.ID, a.Version)
	if err != nil || n == 0 {
		return err
	}
	if err := history(ctx, tx, a.ID, "back", detail); err != nil || a.State != Open {
		return err
	}
	return history(ctx, tx, a.ID, "expired", nil)
}

// history adds a line to the course of an alert.
func history(ctx context.Context, tx *db.Tx, alert int64, act string, detail map[string]any) error {
	id, err := tx.NextID(ctx, "alert_history")
	if err != nil {
		return err
	}
	if detail == nil {
		detail = map[string]any{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	var by *int64
	if a := guard.ActorOf(ctx); a.StaffID != 0 && !a.System {
		by = &a.StaffID
	}
	_, err = tx.Do(ctx, "insert into alert_history (id, alert_id, act, staff_id, happened_at, detail) values (?, ?, ?, ?, ?, ?)",
		id, alert, act, by, clock.Millis(ctx), string(text))
	return err
}

func (w *Watch) audit(ctx context.Context, tx *db.Tx, act, noun string, id int64, said any) error {
	return guard.Audit(ctx, tx, act, noun, strconv.FormatInt(id, 10), said)
}

// mostEscalations is how often an alert is handed up before it is left to those it was handed to.
const mostEscalations = 3

// escalate hands up what nobody has taken on, or closed, in time (C018).
func (w *Watch) escalate(ctx context.Context) error {
	now := clock.Millis(ctx)
	var due []struct {
		Alert   `bun:",extend"`
		To      *int64 `bun:"escalate_to"`
		Minutes int64  `bun:"escalate_minutes"`
	}
	if err := w.records.Read().NewRaw(`
select `+alertColumns+`, r.escalate_to, r.escalate_minutes
from alerts a
join alert_rules r on r.id = a.rule_id
where a.escalate_at <= ? and a.state in ('open', 'acknowledged') and r.deleted_at is null and r.active and coalesce(r.muted_until, 0) <= ?
order by a.id
limit 500`, now, now).Scan(ctx, &due); err != nil || len(due) == 0 {
		return err
	}
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, a := range due {
			var again *int64
			if at := now + a.Minutes*time.Minute.Milliseconds(); a.Minutes > 0 && a.Escalations+1 < mostEscalations {
				again = &at
			}
			n, err := tx.Do(ctx, `
update alerts
set escalated_to = ?, escalations = escalations + 1, escalate_at = ?, updated_at = ?, version = version + 1
where id = ? and version = ?`, a.To, again, now, a.ID, a.Version)
			if err != nil {
				return err
			}
			if n == 1 {
				if err := history(ctx, tx, a.ID, "escalated", map[string]any{"to": a.To, "times": a.Escalations + 1}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
