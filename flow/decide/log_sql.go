package decide

import (
	"context"
	"database/sql"
	"encoding/json"

	"guanxi/base/db"
)

// logRow is a line of the log: what happened to one signal. Of several acted on at once each has a line, ids in a run
// beginning with ActID.
type logRow struct {
	ID         int64    `bun:"id"`
	SignalID   int64    `bun:"signal_id"`
	Kind       string   `bun:"kind"`
	Action     string   `bun:"action"`   // done, snoozed, delegated, dismissed, pinned, unpinned, taken_out, put_back; by the program: resolved, returned, escalated
	StaffID    *int64   `bun:"staff_id"` // nil: the program, or a token without staff
	Minutes    *float64 `bun:"minutes"`
	AtStake    *int64   `bun:"at_stake"`
	Protected  *int64   `bun:"protected"` // stake × chance of a done one, minor units
	Note       string   `bun:"note"`
	Before     string   `bun:"before"` // a standing as JSON
	Detail     string   `bun:"detail"` // an actDetail as JSON
	ActID      int64    `bun:"act_id"`
	UndoneAt   *int64   `bun:"undone_at"`
	HappenedAt int64    `bun:"happened_at"`
}

// byProgram are the lines that the program itself writes, for SQL. Acts of a token without staff have no staff either.
const byProgram = "'resolved', 'returned', 'escalated'"

// standing is all that a person's act can change of a signal: what undo restores.
type standing struct {
	State           State    `json:"state"`
	SnoozedUntil    *int64   `json:"snoozed_until,omitempty"`
	DelegatedTo     *int64   `json:"delegated_to,omitempty"`
	ClosedWeight    *float64 `json:"closed_weight,omitempty"`
	DismissedReason string   `json:"dismissed_reason,omitempty"`
	Pinned          bool     `json:"pinned,omitempty"`
	Alone           bool     `json:"alone,omitempty"`
	ClosedAt        *int64   `json:"closed_at,omitempty"`
	ClosedBy        *int64   `json:"closed_by,omitempty"`
}

func (r *Row) standing() standing {
	return standing{r.State, r.SnoozedUntil, r.DelegatedTo, r.ClosedWeight, r.DismissedReason, r.Pinned, r.Alone, r.ClosedAt, r.ClosedBy}
}

// entry is the log's line about the row as it is now.
func (r *Row) entry(action string, now int64) logRow {
	before, _ := json.Marshal(r.standing()) // plain fields: it cannot fail
	return logRow{SignalID: r.ID, Kind: r.Kind, Action: action, AtStake: r.AtStake, Before: string(before), Detail: "{}", HappenedAt: now}
}

const logColumns = "l.id, l.signal_id, l.kind, l.action, l.staff_id, l.minutes, l.at_stake, l.protected, l.note, l.before, l.detail, l.act_id, l.undone_at, l.happened_at"

// insertLog adds entries of the program's own doing: each stands alone.
func insertLog(ctx context.Context, tx *db.Tx, entries []logRow) error {
	if len(entries) == 0 {
		return nil
	}
	first, err := tx.NextIDs(ctx, "signal_log", len(entries))
	if err != nil {
		return err
	}
	for i := range entries {
		entries[i].ID = first + int64(i)
		if entries[i].ActID == 0 {
			entries[i].ActID = entries[i].ID
		}
	}
	return writeLog(ctx, tx, entries)
}

// insertAct adds the entries of one act.
func insertAct(ctx context.Context, tx *db.Tx, entries []logRow) (actID int64, err error) {
	if actID, err = tx.NextIDs(ctx, "signal_log", len(entries)); err != nil {
		return 0, err
	}
	for i := range entries {
		entries[i].ID, entries[i].ActID = actID+int64(i), actID
	}
	return actID, writeLog(ctx, tx, entries)
}

func writeLog(ctx context.Context, tx *db.Tx, entries []logRow) error {
	for _, e := range entries {
		if _, err := tx.NewRaw(`
insert into signal_log (id, signal_id, kind, action, staff_id, minutes, at_stake, protected, note, before, detail, act_id, happened_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, e.SignalID, e.Kind, e.Action, e.StaffID, e.Minutes, e.AtStake, e.Protected, e.Note, e.Before, e.Detail, e.ActID, e.HappenedAt).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// affected gives how many rows a statement changed.
func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
