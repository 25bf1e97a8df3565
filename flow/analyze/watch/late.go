package watch

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
)

// AlertLate is a source whose facts have not come, so that a figure only seems to have dropped.
type AlertLate struct {
	Source        *AlertNamed `json:"source" doc:"null where the figures themselves are behind what is recorded"`
	Since         time.Time   `json:"since" doc:"the last fact of it"`
	ExpectedHours int64       `json:"expected_hours" doc:"how often facts of it come"`
}

// ofSource is the subject of alerts about a source that is late.
const ofSource = "late:"

// tellLate raises an alert for each source that is late and without which a rule cannot judge a drop. One source is told of
// once, by the first rule that waits for it.
func (w *Watch) tellLate(ctx context.Context, tx *db.Tx, rule *Rule, lacking []analyze.LateSource, days []analyze.CourseDay) error {
	if rule.muted(ctx) {
		return nil
	}
	d := days[len(days)-1]
	known, err := w.metrics.Watchable(ctx, rule.Watches.Metric, "")
	if err != nil {
		return err
	}
	for _, s := range lacking {
		if !s.Late {
			continue
		}
		subject := ofSource + strconv.FormatInt(s.ID, 10)
		told, err := alertsWhere(ctx, tx, `a.subject = ? and a.back_at is null
  and exists (select 1 from alert_rules r where r.id = a.rule_id and r.deleted_at is null and r.active) order by a.id limit 1`, subject)
		if err != nil {
			return err
		}
		if len(told) > 0 {
			continue
		}
		e := AlertEvidence{Day: d.Day, Since: workspace.Of(ctx).Day(s.LastFactAt), Unit: known.Unit, Label: known.Label, Part: rule.Watches.SplitValue, Value: d.Value,
			Before: d.Before, Rows: d.Rows, Series: days, Late: &AlertLate{Since: time.UnixMilli(s.LastFactAt).UTC(), ExpectedHours: s.ExpectedHours}}
		e.Low, _, _ = rule.Fires.bounds(d)
		if s.ID != 0 {
			e.Late.Source = &AlertNamed{api.ID(s.ID), s.Name}
		}
		r := raised{subject: subject, owner: orNull(rule.OwnerID), evidence: e}
		if rule.OwnerKind == "team" {
			r.owner, r.team = nil, r.owner
		}
		before, err := alertsWhere(ctx, tx, "a.rule_id = ? and a.subject = ? order by a.id desc limit 1", rule.ID, subject)
		if err != nil {
			return err
		}
		if len(before) > 0 && !before[0].live() {
			r.lastClosed = &before[0]
		}
		if err := w.raise(ctx, tx, rule, r); err != nil {
			return err
		}
	}
	return nil
}

// cameIn ends the alerts about sources that are late no longer.
func (w *Watch) cameIn(ctx context.Context, waited []analyze.LateSource) error {
	still := []string{""}
	for _, s := range waited {
		if s.Late {
			still = append(still, ofSource+strconv.FormatInt(s.ID, 10))
		}
	}
	over, err := alertsWhere(ctx, w.records.Read(), "a.subject like 'late:%' and a.back_at is null and a.subject not in (?) order by a.id", bun.List(still))
	if err != nil || len(over) == 0 {
		return err
	}
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i := range over {
			if err := w.over(ctx, tx, &over[i], nil); err != nil {
				return err
			}
			if over[i].State == Acknowledged { // what was to be done is done: the facts are there
				if _, err := tx.Do(ctx, "update alerts set state = 'expired', escalate_at = null, version = version + 1 where id = ? and state = 'acknowledged'", over[i].ID); err != nil {
					return err
				}
				if err := history(ctx, tx, over[i].ID, "expired", nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
