package decide

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// The acts of people, as the log names them.
const (
	actDone      = "done"
	actSnoozed   = "snoozed"
	actDelegated = "delegated"
	actDismissed = "dismissed"
	actPinned    = "pinned"
	actUnpinned  = "unpinned"
	actTakenOut  = "taken_out"
	actPutBack   = "put_back"
)

// act is what a person does to a line.
type act struct {
	name    string
	minutes *float64 // done: how long it took
	note    string
	until   int64 // snoozed
	to      int64 // delegated: a member of staff
	reason  string
	contact *TodayContact // done: log this contact with it
	except  []int64       // members of a folded line that are left out
	version int64         // of the line as it was read; 0 matches every
}

// TodayContact is a contact to log together with being done.
type TodayContact struct {
	Kind       string `json:"kind" example:"call"`
	Content    string `json:"content" maxLength:"10000"`
	Result     string `json:"result,omitempty" maxLength:"200"`
	NextAction string `json:"next_action,omitempty" maxLength:"500"`
	NextAt     string `json:"next_at,omitempty" doc:"RFC 3339"`
}

// Contacts logs contacts and ends agreed next actions; the customer stage does it, wired by cmd/guanxi.
type Contacts interface {
	// LogContact adds a contact with the customer and gives its id. Faults: invalid, forbidden, not found.
	LogContact(ctx context.Context, tx *db.Tx, customerID int64, c TodayContact) (id int64, err error)
	// TakeBackContact removes one that was logged a moment ago.
	TakeBackContact(ctx context.Context, tx *db.Tx, id int64) error
	// EndNextAction notes when the next action of a contact was done, nil that it was not after all.
	EndNextAction(ctx context.Context, tx *db.Tx, id int64, at *int64) error
}

// actDetail is what the log keeps of an act beside what it changed.
type actDetail struct {
	After      *standing `json:"after,omitempty"` // how the act left the signal: undo asks whether it still stands so
	Until      int64     `json:"until,omitempty"`
	To         int64     `json:"to,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Group      string    `json:"group,omitempty"`       // the id of the folded line it was done on
	Ended      int64     `json:"ended,omitempty"`       // the contact whose next action it ended
	ContactID  int64     `json:"contact_id,omitempty"`  // the contact logged with it
	AlertID    int64     `json:"alert_id,omitempty"`    // the alert it closed
	BatchShare float64   `json:"batch_share,omitempty"` // of the chance, when done in a batch
}

// acted is what an act came to.
type acted struct {
	ActID   int64
	Changed []Row // as they stand now
}

// isGroup says whether id names a folded line, and of which kind.
func isGroup(id string) (kind string, is bool) { return strings.CutPrefix(id, groupPrefix) }

// perform does an act on a line: a signal, or all members of a folded line that are not taken out. Doing what is done
// already changes nothing. Faults: not found, stale, conflict (a signal that is closed), invalid.
func (s *Signals) perform(ctx context.Context, id string, a act) (acted, error) {
	targets, err := s.targets(ctx, id, a)
	if err != nil {
		return acted{}, err
	}
	var result acted
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		result = acted{}
		rows, err := s.reread(ctx, tx, targets)
		if err != nil {
			return err
		}
		if a.name == actDelegated {
			if err := s.mayReceive(ctx, tx, a.to, rows); err != nil {
				return err
			}
		}
		var entries []logRow
		for _, row := range rows {
			if row.Version != targets[row.ID] && len(targets) > 1 {
				continue // somebody else was quicker with this member
			}
			if unchanged(row, a) {
				result.Changed = append(result.Changed, row)
				continue
			}
			if !row.State.live() {
				return fault.Conflict("signal_closed", string(row.State))
			}
			if row.Version != targets[row.ID] {
				return fault.Stale()
			}
			entry, err := s.change(ctx, tx, &row, a, id, len(targets))
			if err != nil {
				return err
			}
			entries = append(entries, entry)
			result.Changed = append(result.Changed, row)
		}
		if len(entries) == 0 {
			return nil
		}
		if result.ActID, err = insertAct(ctx, tx, entries); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "signal."+a.name, "signal", id, map[string]any{
			"signals": len(entries), "kind": entries[0].Kind, "subject": rows[0].SubjectType + ":" + rows[0].SubjectID, "act": result.ActID})
	})
	return result, err
}

// targets gives the ids a line stands for, with the versions they were read at.
func (s *Signals) targets(ctx context.Context, id string, a act) (map[int64]int64, error) {
	kind, group := isGroup(id)
	if !group {
		number, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, fault.NotFound("signal", id)
		}
		rows, err := s.rowsWhere(ctx, s.records.Read(), mayAct(ctx).and("s.id = ?", number), "")
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, fault.NotFound("signal", id)
		}
		if a.version != 0 && a.version != rows[0].Version && !unchanged(rows[0], a) {
			return nil, fault.Stale()
		}
		return map[int64]int64{number: rows[0].Version}, nil
	}
	line, err := s.folded(ctx, kind)
	if err != nil {
		return nil, err
	}
	if !line.Grouped() {
		return nil, fault.NotFound("signal", id)
	}
	if a.version != 0 && a.version != line.Version {
		return nil, fault.Stale()
	}
	targets := map[int64]int64{}
	for _, m := range line.Members {
		targets[m.ID] = m.Version
	}
	for _, out := range a.except {
		delete(targets, out)
	}
	if len(targets) == 0 {
		return nil, fault.Invalid("except", "nobody_left")
	}
	return targets, nil
}

// folded gives the reader's folded line of a kind, without members where too few wait for it to fold. Fault: not found, a kind
// that never folds.
func (s *Signals) folded(ctx context.Context, kind string) (Line, error) {
	if kindByName[kind].Batch == nil {
		return Line{}, fault.NotFound("signal", groupPrefix+kind)
	}
	r, err := s.reading(ctx)
	if err != nil {
		return Line{}, err
	}
	rows, err := s.rowsWhere(ctx, s.records.Read(), onList(ctx).and(openNow).and("s.kind = ?", kind), "")
	if err != nil {
		return Line{}, err
	}
	for _, l := range Arrange(rows, r.set) {
		if l.Grouped() {
			return l, nil
		}
	}
	return Line{}, nil
}

func (s *Signals) reread(ctx context.Context, tx *db.Tx, targets map[int64]int64) ([]Row, error) {
	ids := make([]int64, 0, len(targets))
	for id := range targets {
		ids = append(ids, id)
	}
	return s.rowsWhere(ctx, tx, condition{"s.id in (?)", []any{bun.List(ids)}}, "order by s.id")
}

// unchanged says whether the row already is as the act would make it.
func unchanged(r Row, a act) bool {
	switch a.name {
	case actDone:
		return r.State == Done
	case actDismissed:
		return r.State == Dismissed && r.DismissedReason == a.reason
	case actSnoozed:
		return r.State == Snoozed && *r.SnoozedUntil == a.until
	case actDelegated:
		return r.State == Delegated && *r.DelegatedTo == a.to
	case actPinned, actUnpinned:
		return r.Pinned == (a.name == actPinned) && r.State.live()
	case actTakenOut, actPutBack:
		return r.Alone == (a.name == actTakenOut) && r.State.live()
	}
	return false
}

// change writes the act to one row and gives its line for the log.
func (s *Signals) change(ctx context.Context, tx *db.Tx, r *Row, a act, id string, of int) (logRow, error) {
	now := clock.Millis(ctx)
	actor := guard.ActorOf(ctx)
	entry := r.entry(a.name, now)
	entry.Note = a.note
	if actor.StaffID != 0 {
		entry.StaffID = &actor.StaffID
	}
	detail := actDetail{Until: a.until, To: a.to, Reason: a.reason}
	if of > 1 {
		detail.Group = id
	}
	weight := r.weight()
	was := r.Version
	switch a.name {
	case actDone, actDismissed:
		r.State, r.ClosedAt, r.ClosedBy, r.ClosedWeight = Done, &now, entry.StaffID, &weight
		r.SnoozedUntil, r.Pinned = nil, false
		if a.name == actDismissed {
			r.State, r.DismissedReason = Dismissed, a.reason
		}
	case actSnoozed:
		r.State, r.SnoozedUntil = Snoozed, &a.until
	case actDelegated:
		r.State, r.DelegatedTo, r.SnoozedUntil, r.Pinned = Delegated, &a.to, nil, false
	case actPinned, actUnpinned:
		r.Pinned = a.name == actPinned
	case actTakenOut, actPutBack:
		r.Alone = a.name == actTakenOut
	}
	if alert := int64(r.values().Number("alert_id")); alert != 0 && s.alerts != nil && (a.name == actDone || a.name == actDismissed) {
		if err := s.alerts.DoneToday(ctx, tx, alert, a.note, a.reason); err != nil {
			return entry, err
		}
		detail.AlertID = alert
	}
	if a.name == actDone {
		if err := s.finish(ctx, tx, r, a, of, &entry, &detail); err != nil {
			return entry, err
		}
	}
	after := r.standing()
	detail.After = &after
	text, err := json.Marshal(detail)
	if err != nil {
		return entry, err
	}
	entry.Detail = string(text)
	return entry, writeStanding(ctx, tx, r, was)
}

// finish adds to the log's line what being done protected and took, and tells the customer stage.
func (s *Signals) finish(ctx context.Context, tx *db.Tx, r *Row, a act, of int, entry *logRow, detail *actDetail) error {
	share := r.Chance
	if of > 1 {
		detail.BatchShare = kindByName[r.Kind].Batch.Chance
		share *= detail.BatchShare
	}
	if r.AtStake != nil {
		saved := int64(math.Round(float64(*r.AtStake) * share))
		entry.Protected = &saved
	}
	if a.minutes != nil {
		each := *a.minutes / float64(of)
		entry.Minutes = &each
	}
	if s.contacts == nil {
		return nil
	}
	var err error
	if a.contact != nil && r.SubjectType == "customer" {
		if !guard.ActorOf(ctx).Can("customers.write") {
			return fault.Forbidden("not_permitted", "customers.write")
		}
		customer, _ := strconv.ParseInt(r.SubjectID, 10, 64)
		if detail.ContactID, err = s.contacts.LogContact(ctx, tx, customer, *a.contact); err != nil {
			return err
		}
	}
	if agreed, err := strconv.ParseInt(r.values().Text("activity_id"), 10, 64); err == nil {
		detail.Ended = agreed
		// whoever may act on the line may end what it is about, also one it was delegated to
		return s.contacts.EndNextAction(guard.System(ctx), tx, agreed, r.ClosedAt)
	}
	return nil
}
