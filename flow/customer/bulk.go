package customer

import (
	"context"
	"encoding/json"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// What can be done to many customers at once.
const (
	BulkTag        = "tag"
	BulkUntag      = "untag"
	BulkListAdd    = "list_add"
	BulkListRemove = "list_remove"
	BulkListMove   = "list_move"
	BulkOwner      = "owner"
	BulkTeam       = "team"
	BulkField      = "field"
)

// The states of an edit.
const (
	BulkQueued    = "queued"
	BulkRunning   = "running"
	BulkDone      = "done"
	BulkCancelled = "cancelled"
	BulkUndoing   = "undoing"
	BulkUndone    = "undone"
)

const bulkEdits = "bulk_edits"

// BulkEdit is one change to many customers. Changed, Unchanged (so already) and LeftOut (gone, out of sight of who asked, or
// refused by a rule) add up to Total once it is done. Undone counts who is as before again, Kept who was changed since and
// stays.
type BulkEdit struct {
	ID         int64  `bun:"id"`
	Kind       string `bun:"kind"`
	What       string `bun:"what"`
	Chosen     string `bun:"chosen"`
	State      string `bun:"state"`
	Targets    []byte `bun:"targets"`
	Reached    int64  `bun:"reached"`
	Total      int64  `bun:"total"`
	Changed    int64  `bun:"changed"`
	Unchanged  int64  `bun:"unchanged"`
	LeftOut    int64  `bun:"left_out"`
	Undone     int64  `bun:"undone"`
	Kept       int64  `bun:"kept"`
	GroupType  string `bun:"group_type"`
	GroupID    int64  `bun:"group_id"`
	Actor      string `bun:"actor"`
	CreatedAt  int64  `bun:"created_at"`
	FinishedAt *int64 `bun:"finished_at"`
	UndoneAt   *int64 `bun:"undone_at"`
}

const bulkColumns = "id, kind, what, chosen, state, targets, reached, total, changed, unchanged, left_out, undone, kept, group_type, group_id, actor, created_at, finished_at, undone_at"

// BulkWhat says in detail what an edit does; which parts are set depends on its kind.
type BulkWhat struct {
	Tag   string          `json:"tag,omitempty"`
	List  int64           `json:"list,omitempty"`
	From  int64           `json:"from,omitempty"` // the list they leave, of list_move
	Owner string          `json:"owner,omitempty"`
	Team  int64           `json:"team,omitempty"`
	Field string          `json:"field,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
}

type bulkJob struct {
	ID    int64  `json:"id"`
	State string `json:"state"` // what it is to do, so that undoing is another job than doing
}

// Kind implements job.Args.
func (bulkJob) Kind() string { return "customers.bulk" }

// atOnce is how many customers an edit changes in the request that asks for it; more become a job.
const atOnce = 500

// permissionFor gives what one must hold to do, undo or cancel a kind of edit: who is in a list is no property of hers.
func permissionFor(kind string) string {
	switch kind {
	case BulkListAdd, BulkListRemove, BulkListMove:
		return "segments.write"
	}
	return "customers.write"
}

func mayDo(ctx context.Context, kind string) error {
	if need := permissionFor(kind); !guard.ActorOf(ctx).Can(need) {
		return fault.Forbidden("not_permitted", need)
	}
	return nil
}

// editing gives a context in which the customers in scope are those that an edit of the kind may be made on: to be changed,
// or, for lists, to be seen.
func editing(ctx context.Context, kind string) context.Context {
	if permissionFor(kind) == "customers.write" {
		return guard.Changing(ctx)
	}
	return guard.Looking(ctx)
}

// EditMany changes all chosen customers the person asking may see. Few are changed at once, many by a job. Faults: invalid
// (what, or whom), forbidden.
func (s *Store) EditMany(ctx context.Context, kind string, what BulkWhat, chosen Chosen) (int64, error) {
	if err := mayDo(ctx, kind); err != nil {
		return 0, err
	}
	ctx = editing(ctx, kind)
	if _, err := s.editor(ctx, s.records.Read(), &BulkEdit{Kind: kind}, what); err != nil {
		return 0, err
	}
	targets, err := s.choose(ctx, chosen)
	if err != nil {
		return 0, err
	}
	if targets.IsEmpty() {
		return 0, fault.Invalid("chosen", "nobody_chosen")
	}
	return s.begin(ctx, &BulkEdit{Kind: kind}, what, chosen, targets)
}

// begin writes the edit down, and does it or lets a job do it.
func (s *Store) begin(ctx context.Context, e *BulkEdit, what BulkWhat, chosen Chosen, targets *roaring64.Bitmap) (int64, error) {
	said, err := json.Marshal(what)
	if err != nil {
		return 0, err
	}
	whom, err := json.Marshal(chosen)
	if err != nil {
		return 0, err
	}
	if e.Actor, err = decidedBy(ctx); err != nil {
		return 0, err
	}
	targets.RunOptimize()
	if e.Targets, err = targets.ToBytes(); err != nil {
		return 0, err
	}
	e.What, e.Chosen, e.State, e.Total, e.CreatedAt = string(said), string(whom), BulkQueued, int64(targets.GetCardinality()), clock.Millis(ctx)
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e.ID, err = tx.NextID(ctx, bulkEdits); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`
insert into bulk_edits (id, kind, what, chosen, state, targets, total, group_type, group_id, actor, actor_key, created_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.Kind, e.What, e.Chosen, e.State, e.Targets, e.Total, e.GroupType, e.GroupID, e.Actor,
			guard.ActorOf(ctx).Key(), e.CreatedAt).Exec(ctx); err != nil {
			return err
		}
		if err := guard.Audit(ctx, tx, "customers.edited", "bulk_edit", itemNumber(e.ID),
			map[string]any{"kind": e.Kind, "what": what, "chosen": chosen, "customers": e.Total}); err != nil {
			return err
		}
		if e.Kind == BulkListAdd || e.Kind == BulkListRemove || e.Kind == BulkListMove {
			if err := s.FollowGroups(ctx, tx); err != nil {
				return err
			}
		}
		if e.Total > atOnce {
			return s.jobs.Insert(ctx, tx, bulkJob{e.ID, BulkRunning})
		}
		if err := s.editSome(ctx, tx, e, what, idsFrom(targets, 0, atOnce)); err != nil {
			return err
		}
		return moveOn(ctx, tx, bulkEdits, e.ID, BulkDone, "finished_at")
	})
	return e.ID, err
}

// bulkEdit gives an edit of the person asking; who sees everything sees those of others too. Fault: not found.
func (s *Store) bulkEdit(ctx context.Context, id int64) (*BulkEdit, error) {
	var rows []BulkEdit
	if err := s.records.Read().NewRaw("select "+bulkColumns+" from bulk_edits where id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 || !mayHandle(ctx, rows[0].Actor) {
		return nil, fault.NotFound("bulk_edit", id)
	}
	return &rows[0], nil
}

// CancelEdit stops an edit where it is; what is done stays done until it is undone. Faults: not found, conflict (it has ended).
func (s *Store) CancelEdit(ctx context.Context, id int64) error {
	return s.steer(ctx, id, "customers.edit_cancelled", "bulk_edit_ended", []string{BulkQueued, BulkRunning}, func(ctx context.Context, tx *db.Tx) error {
		return moveOn(ctx, tx, bulkEdits, id, BulkCancelled, "finished_at")
	})
}

// UndoEdit takes an edit back, for everybody whom nobody has changed in the same respect since. Faults: not found, conflict
// (not done yet, or undone already).
func (s *Store) UndoEdit(ctx context.Context, id int64) error {
	e, err := s.bulkEdit(ctx, id)
	if err != nil {
		return err
	}
	return s.steer(ctx, id, "customers.edit_undone", "bulk_edit_not_done", []string{BulkDone, BulkCancelled}, func(ctx context.Context, tx *db.Tx) error {
		if e.Changed > atOnce {
			if err := moveOn(ctx, tx, bulkEdits, id, BulkUndoing, ""); err != nil {
				return err
			}
			return s.jobs.Insert(ctx, tx, bulkJob{id, BulkUndoing})
		}
		if _, err := s.takeBackSome(ctx, tx, e, atOnce); err != nil {
			return err
		}
		return moveOn(ctx, tx, bulkEdits, id, BulkUndone, "undone_at")
	})
}

// steer lets fn change the course of an edit that is in one of the states.
func (s *Store) steer(ctx context.Context, id int64, action, otherwise string, states []string, fn func(ctx context.Context, tx *db.Tx) error) error {
	e, err := s.bulkEdit(ctx, id)
	if err != nil {
		return err
	}
	if err := mayDo(ctx, e.Kind); err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if is, err := lockEdit(ctx, tx, id, states...); err != nil || !is {
			return orConflict(err, otherwise)
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, action, "bulk_edit", itemNumber(id), map[string]any{"kind": e.Kind, "customers": e.Total})
	})
}

func orConflict(err error, key string) error {
	if err != nil {
		return err
	}
	return fault.Conflict(key)
}
