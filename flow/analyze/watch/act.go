package watch

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// What can have been done about an alert. Nothing and other say more in the note.
const (
	TookNothing = "nothing"
	TookOther   = "other"
	TookToday   = "today" // done on Today, where what was done is said in its own words
)

var taking = []string{"called", "visited", "offered", "messaged", "data_fixed", "campaign_changed", "product_changed", "process_changed", TookNothing, TookOther}

func jsonText(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// Take notes that the person asking has taken an alert on. Doing so twice changes nothing. Faults: not found, stale, conflict
// for one that is closed.
func (w *Watch) Take(ctx context.Context, id, version int64) error {
	return w.act(ctx, id, version, func(ctx context.Context, tx *db.Tx, a *Alert, rule *Rule) error {
		if a.State == Acknowledged {
			return nil
		}
		var escalate *int64
		if at := a.DueAt + rule.EscalateMinutes*60_000; rule.EscalateMinutes > 0 {
			escalate = &at
		}
		if err := w.write(ctx, tx, a, "state = 'acknowledged', acknowledged_at = ?, acknowledged_by = ?, escalate_at = ?", clock.Millis(ctx), actor(ctx), escalate); err != nil {
			return err
		}
		return w.told(ctx, tx, a, "acknowledged", nil)
	})
}

// Close ends an alert with what was done about it. Faults: not found, stale, invalid; conflict for one that is closed.
func (w *Watch) Close(ctx context.Context, id, version int64, taken, note string) error {
	note = strings.TrimSpace(note)
	if !slices.Contains(taking, taken) {
		return fault.Invalid("taken", "is_missing")
	}
	if note == "" && (taken == TookNothing || taken == TookOther) {
		return fault.Invalid("note", "is_missing")
	}
	return w.act(ctx, id, version, func(ctx context.Context, tx *db.Tx, a *Alert, _ *Rule) error {
		if err := w.end(ctx, tx, a, taken, note); err != nil || w.closed == nil {
			return err
		}
		return w.closed(ctx, tx, a.ID)
	})
}

func (w *Watch) end(ctx context.Context, tx *db.Tx, a *Alert, taken, note string) error {
	if err := w.write(ctx, tx, a, "state = 'closed', closed_at = ?, closed_by = ?, taken = ?, note = ?, escalate_at = null", clock.Millis(ctx), actor(ctx), taken, note); err != nil {
		return err
	}
	return w.told(ctx, tx, a, "closed", map[string]any{"taken": taken, "note": note})
}

// Reopen takes the closing of an alert back. Faults: not found, stale; conflict for one that is not closed, or when another
// about the same is open.
func (w *Watch) Reopen(ctx context.Context, id, version int64) error {
	a, _, err := w.seen(ctx, w.records.Read(), id)
	if err != nil {
		return err
	}
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, rule, err := w.seen(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if now.State != Closed {
			return fault.Conflict("alert_not_closed")
		}
		if version != 0 && version != now.Version {
			return fault.Stale()
		}
		return w.openAgain(ctx, tx, now, rule)
	})
}

func (w *Watch) openAgain(ctx context.Context, tx *db.Tx, a *Alert, rule *Rule) error {
	var escalate *int64
	if at := clock.Millis(ctx) + rule.EscalateMinutes*60_000; rule.EscalateMinutes > 0 {
		escalate = &at
	}
	state := Open
	if a.AcknowledgedAt != nil {
		state = Acknowledged
	}
	err := w.write(ctx, tx, a, "state = ?, closed_at = null, closed_by = null, taken = '', note = '', escalate_at = ?", state, escalate)
	if db.IsUnique(err) {
		return fault.Conflict("alert_open_already")
	}
	if err != nil {
		return err
	}
	return w.told(ctx, tx, a, "taken_back", nil)
}

// act does something to an open alert the person asking may see.
func (w *Watch) act(ctx context.Context, id, version int64, do func(ctx context.Context, tx *db.Tx, a *Alert, rule *Rule) error) error {
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, rule, err := w.seen(ctx, tx, id)
		if err != nil {
			return err
		}
		if !a.live() {
			return fault.Conflict("alert_closed")
		}
		if version != 0 && version != a.Version {
			return fault.Stale()
		}
		return do(ctx, tx, a, rule)
	})
}

// write writes over the version that was read. Fault: stale.
func (w *Watch) write(ctx context.Context, tx *db.Tx, a *Alert, set string, args ...any) error {
	n, err := tx.Do(ctx, "update alerts set "+set+", updated_at = ?, version = version + 1 where id = ? and version = ?",
		append(args, clock.Millis(ctx), a.ID, a.Version)...)
	if err == nil && n == 0 {
		err = fault.Stale()
	}
	return err
}

// told writes an act into the course of the alert and into the audit log.
func (w *Watch) told(ctx context.Context, tx *db.Tx, a *Alert, act string, detail map[string]any) error {
	if err := history(ctx, tx, a.ID, act, detail); err != nil {
		return err
	}
	return w.audit(ctx, tx, "alert."+act, "alert", a.ID, detail)
}

func actor(ctx context.Context) *int64 {
	if a := guard.ActorOf(ctx); a.StaffID != 0 {
		return &a.StaffID
	}
	return nil
}

// DoneToday closes an alert whose line on Today was done or, with a reason, dismissed. One that is closed already stays as it is.
func (w *Watch) DoneToday(ctx context.Context, tx *db.Tx, id int64, note, dismissed string) error {
	found, err := alertsWhere(ctx, tx, "a.id = ?", id)
	if err != nil || len(found) == 0 || !found[0].live() {
		return err
	}
	taken := TookToday
	if dismissed != "" {
		taken, note = TookNothing, strings.TrimSpace(dismissed+" "+note)
	}
	return w.end(ctx, tx, &found[0], taken, note)
}

// UndoneToday opens an alert again whose line on Today is open again.
func (w *Watch) UndoneToday(ctx context.Context, tx *db.Tx, id int64) error {
	found, err := alertsWhere(ctx, tx, "a.id = ?", id)
	if err != nil || len(found) == 0 || found[0].State != Closed {
		return err
	}
	rule, err := ruleByID(ctx, tx, found[0].RuleID)
	if err != nil {
		return err
	}
	return w.openAgain(ctx, tx, &found[0], rule)
}
