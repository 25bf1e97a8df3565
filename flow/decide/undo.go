package decide

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// undo takes back the last act of the person asking: on one signal, on a folded line of a kind, or, with an empty id, of
// all. Every signal of the act stands again exactly as before it; one that somebody acted on since is left. An admin takes back
// anybody's. Faults: not found (nothing to take back), conflict (all of it has moved on since).
func (s *Signals) undo(ctx context.Context, id string) (acted, error) {
	var result acted
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		result = acted{}
		entries, err := s.lastAct(ctx, tx, id)
		if err != nil {
			return err
		}
		result.ActID = entries[0].ActID
		for _, e := range entries {
			row, restored, err := s.takeBack(ctx, tx, e)
			if err != nil {
				return err
			}
			if restored {
				result.Changed = append(result.Changed, row)
			}
		}
		if len(result.Changed) == 0 {
			return fault.Conflict("changed_since_act")
		}
		if _, err := tx.NewRaw("update signal_log set undone_at = ? where act_id = ?", clock.Millis(ctx), result.ActID).Exec(ctx); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "signal.undone", "signal", strconv.FormatInt(entries[0].SignalID, 10), map[string]any{
			"act": result.ActID, "undone": entries[0].Action, "signals": len(result.Changed)})
	})
	return result, err
}

// lastAct gives the lines of the act to take back.
func (s *Signals) lastAct(ctx context.Context, tx *db.Tx, id string) ([]logRow, error) {
	a := guard.ActorOf(ctx)
	where := condition{sql: "l.undone_at is null and l.action not in (" + byProgram + ")"}
	if !leads(ctx) || id == "" {
		where = where.and("coalesce(l.staff_id, 0) = ?", a.StaffID)
	}
	if kind, group := isGroup(id); group {
		where = where.and("l.kind = ? and l.detail like ?", kind, `%"group":"`+groupPrefix+`%`)
	} else if id != "" {
		number, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, fault.NotFound("signal", id)
		}
		where = where.and("l.signal_id = ?", number)
	}
	var last []int64
	if err := tx.NewRaw("select l.act_id from signal_log l where "+where.sql+" order by l.id desc limit 1", where.args...).Scan(ctx, &last); err != nil {
		return nil, err
	}
	if len(last) == 0 {
		return nil, fault.NotFound("act", id)
	}
	var entries []logRow
	err := tx.NewRaw("select "+logColumns+" from signal_log l where l.act_id = ? order by l.id", last[0]).Scan(ctx, &entries)
	return entries, err
}

// takeBack restores one signal, if nobody acted on it since.
func (s *Signals) takeBack(ctx context.Context, tx *db.Tx, e logRow) (row Row, restored bool, err error) {
	var was standing
	var detail actDetail
	if err := json.Unmarshal([]byte(e.Before), &was); err != nil {
		return row, false, err
	}
	if err := json.Unmarshal([]byte(e.Detail), &detail); err != nil {
		return row, false, err
	}
	rows, err := s.rowsWhere(ctx, tx, mayAct(ctx).and("s.id = ?", e.SignalID), "")
	if err != nil || len(rows) == 0 || !detail.stillStands(rows[0]) {
		return row, false, err
	}
	row = rows[0]
	row.State, row.SnoozedUntil, row.DelegatedTo, row.ClosedWeight = was.State, was.SnoozedUntil, was.DelegatedTo, was.ClosedWeight
	row.DismissedReason, row.Pinned, row.Alone = was.DismissedReason, was.Pinned, was.Alone
	row.ClosedAt, row.ClosedBy = was.ClosedAt, was.ClosedBy
	if err := writeStanding(ctx, tx, &row, row.Version); err != nil {
		return row, false, err
	}
	if s.contacts != nil && detail.Ended != 0 {
		if err := s.contacts.EndNextAction(guard.System(ctx), tx, detail.Ended, nil); err != nil {
			return row, false, err
		}
	}
	if s.contacts != nil && detail.ContactID != 0 {
		if err := s.contacts.TakeBackContact(ctx, tx, detail.ContactID); err != nil {
			return row, false, err
		}
	}
	if s.alerts != nil && detail.AlertID != 0 {
		if err := s.alerts.UndoneToday(ctx, tx, detail.AlertID); err != nil {
			return row, false, err
		}
	}
	return row, true, nil
}

// stillStands says whether nobody changed the signal since the act.
func (d actDetail) stillStands(r Row) bool {
	return d.After != nil && reflect.DeepEqual(*d.After, r.standing())
}
