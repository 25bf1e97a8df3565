package customer

import (
	"context"
	"encoding/json"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/guard"
)

// editor is one kind of change, ready to be made.
type editor interface {
	// plan says which of the customers, all of whom are there and in sight, would change, and how many a rule refuses.
	plan(ctx context.Context, from bun.IDB, ids []int64) (changes []bulkChange, refused int, err error)
	// write makes the changes planned.
	write(ctx context.Context, tx *db.Tx, changes []bulkChange) error
	// restore takes changes back where nobody has changed the same since, and gives whose.
	restore(ctx context.Context, tx *db.Tx, changes []bulkChange) (restored []int64, err error)
}

// bulkChange is what an edit does to one customer. before is what it replaces, for the editor to restore.
type bulkChange struct {
	CustomerID int64  `bun:"customer_id"`
	Before     string `bun:"before"`
	was, is    *Customer
}

// editor gives what makes the change. Faults: invalid, forbidden.
func (s *Store) editor(ctx context.Context, from bun.IDB, e *BulkEdit, what BulkWhat) (editor, error) {
	switch e.Kind {
	case BulkTag, BulkUntag, BulkListAdd, BulkListRemove, BulkListMove:
		return s.labelEditor(ctx, from, e, what)
	}
	return s.fieldEditor(ctx, from, e.Kind, what)
}

// inOneEdit is how many customers are changed in one change to the records: few enough that others need not wait.
const inOneEdit = 250

// runEdit makes an edit, or takes it back, with the rights of who asked.
func (s *Store) runEdit(ctx context.Context, id int64) error {
	e, err := s.bulkEdit(ctx, id)
	if err != nil {
		return err
	}
	ctx = editing(guard.With(ctx, deciderOf(e.Actor)), e.Kind)
	if e.State == BulkUndoing {
		return s.takeEditBack(ctx, e)
	}
	var what BulkWhat
	if err := json.Unmarshal([]byte(e.What), &what); err != nil {
		return err
	}
	targets := roaring64.New()
	if err := targets.UnmarshalBinary(e.Targets); err != nil {
		return err
	}
	for at := e.Reached; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		ids := idsFrom(targets, at, inOneEdit)
		going := false
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if going, err = lockEdit(ctx, tx, id, BulkQueued, BulkRunning); err != nil || !going {
				return err
			}
			if len(ids) == 0 {
				going = false
				return moveOn(ctx, tx, bulkEdits, id, BulkDone, "finished_at")
			}
			return s.editSome(ctx, tx, e, what, ids)
		}); err != nil || !going {
			return err
		}
		at = ids[len(ids)-1]
	}
}

// idsFrom gives the next ids of the bitmap behind after, at most n.
func idsFrom(targets *roaring64.Bitmap, after int64, n int) (ids []int64) {
	it := targets.Iterator()
	it.AdvanceIfNeeded(uint64(after + 1))
	for it.HasNext() && len(ids) < n {
		ids = append(ids, int64(it.Next()))
	}
	return ids
}

// lockEdit takes hold of an edit until the change ends, and says whether it is in one of the states.
func lockEdit(ctx context.Context, tx *db.Tx, id int64, states ...string) (bool, error) {
	result, err := tx.NewRaw("update bulk_edits set reached = reached where id = ? and state in (?)", id, bun.List(states)).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// editSome makes the edit for some of its customers, in order of id.
func (s *Store) editSome(ctx context.Context, tx *db.Tx, e *BulkEdit, what BulkWhat, ids []int64) error {
	if err := s.give(ctx, tx, e, what, ids); err != nil {
		return err
	}
	_, err := tx.NewRaw("update bulk_edits set state = ?, reached = ? where id = ?", BulkRunning, ids[len(ids)-1], e.ID).Exec(ctx)
	return err
}

// give changes some customers and counts them.
func (s *Store) give(ctx context.Context, tx *db.Tx, e *BulkEdit, what BulkWhat, ids []int64) error {
	maker, err := s.editor(ctx, tx, e, what)
	if err != nil {
		return err
	}
	changes, there, refused, err := planned(ctx, tx, maker, ids)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		if err := maker.write(ctx, tx, changes); err != nil {
			return err
		}
		kept := db.NewBulk("bulk_changes", "edit_id, customer_id, before", "")
		changed := make([]int64, len(changes))
		for i, c := range changes {
			kept.Add(e.ID, c.CustomerID, c.Before)
			changed[i] = c.CustomerID
		}
		if err := kept.Insert(ctx, tx); err != nil {
			return err
		}
		tx.Feed("customers", changed...)
	}
	_, err = tx.NewRaw("update bulk_edits set changed = changed + ?, unchanged = unchanged + ?, left_out = left_out + ? where id = ?",
		len(changes), there-refused-len(changes), len(ids)-there+refused, e.ID).Exec(ctx)
	return err
}

// planned gives the changes to those of ids who are there and in sight of the person asking, and how many those are.
func planned(ctx context.Context, from bun.IDB, maker editor, ids []int64) (changes []bulkChange, there, refused int, err error) {
	var seen []int64
	if err := from.NewRaw("select c.id from customers c where c.id in (?) and "+living+" and ? order by c.id", bun.List(ids), scope(ctx, "c")).Scan(ctx, &seen); err != nil || len(seen) == 0 {
		return nil, 0, 0, err
	}
	changes, refused, err = maker.plan(ctx, from, seen)
	return changes, len(seen), refused, err
}

func (s *Store) takeEditBack(ctx context.Context, e *BulkEdit) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if going, err := lockEdit(ctx, tx, e.ID, BulkUndoing); err != nil || !going {
				more = false
				return err
			}
			if more, err = s.takeBackSome(ctx, tx, e, inOneEdit); err != nil || more {
				return err
			}
			return moveOn(ctx, tx, bulkEdits, e.ID, BulkUndone, "undone_at")
		}); err != nil {
			return err
		}
	}
	return nil
}

// takeBackSome restores the next customers of an edit and says whether there are more. What an edit remembers of somebody
// goes as she is restored: where it stopped it goes on.
func (s *Store) takeBackSome(ctx context.Context, tx *db.Tx, e *BulkEdit, n int) (more bool, err error) {
	var changes []bulkChange
	if err := tx.NewRaw("select customer_id, before from bulk_changes where edit_id = ? order by customer_id limit ?", e.ID, n).Scan(ctx, &changes); err != nil || len(changes) == 0 {
		return false, err
	}
	return len(changes) == n, s.restoreChanges(ctx, tx, e, changes)
}

func (s *Store) restoreChanges(ctx context.Context, tx *db.Tx, e *BulkEdit, changes []bulkChange) error {
	var what BulkWhat
	if err := json.Unmarshal([]byte(e.What), &what); err != nil {
		return err
	}
	maker, err := s.restorer(e, what)
	if err != nil {
		return err
	}
	restored, err := maker.restore(ctx, tx, changes)
	if err != nil {
		return err
	}
	tx.Feed("customers", restored...)
	ids := make([]int64, len(changes))
	for i, c := range changes {
		ids[i] = c.CustomerID
	}
	if _, err := tx.NewRaw("delete from bulk_changes where edit_id = ? and customer_id in (?)", e.ID, bun.List(ids)).Exec(ctx); err != nil {
		return err
	}
	_, err = tx.NewRaw("update bulk_edits set undone = undone + ?, kept = kept + ? where id = ?", len(restored), len(changes)-len(restored), e.ID).Exec(ctx)
	return err
}

// restorer gives what takes an edit back: nothing has to be there any more that it was made with.
func (s *Store) restorer(e *BulkEdit, what BulkWhat) (editor, error) {
	switch e.Kind {
	case BulkTag, BulkUntag, BulkListAdd, BulkListRemove, BulkListMove:
		return newLabelEditor(e, what), nil
	}
	return &fieldEditor{}, nil
}

// BulkPreview says what an edit would do. Of more than previewed customers some drawn evenly are looked at: then Estimated.
type BulkPreview struct {
	Total     int64 `json:"total"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged" doc:"so already"`
	LeftOut   int64 `json:"left_out" doc:"gone, out of sight, or refused by a rule"`
	Estimated bool  `json:"estimated"`
}

// previewed bounds the customers looked at for a preview.
const previewed = 20_000

// PreviewEdit says what an edit would do, and does nothing. Faults: as of EditMany.
func (s *Store) PreviewEdit(ctx context.Context, kind string, what BulkWhat, chosen Chosen) (*BulkPreview, error) {
	if err := mayDo(ctx, kind); err != nil {
		return nil, err
	}
	ctx = editing(ctx, kind)
	read := s.records.Read()
	maker, err := s.editor(ctx, read, &BulkEdit{Kind: kind, CreatedAt: clock.Millis(ctx)}, what)
	if err != nil {
		return nil, err
	}
	targets, err := s.choose(ctx, chosen)
	if err != nil {
		return nil, err
	}
	p := &BulkPreview{Total: int64(targets.GetCardinality())}
	ids := make([]int64, 0, min(p.Total, previewed))
	step := max(1, float64(p.Total)/previewed)
	next, n := 0.0, 0
	for it := targets.Iterator(); it.HasNext(); n++ {
		if id := it.Next(); float64(n) >= next {
			ids = append(ids, int64(id))
			next += step
		}
	}
	p.Estimated = int64(len(ids)) < p.Total
	var changed, left int
	if err := inChunks(ids, inOneEdit, func(some []int64) error {
		changes, there, refused, err := planned(ctx, read, maker, some)
		changed, left = changed+len(changes), left+len(some)-there+refused
		return err
	}); err != nil {
		return nil, err
	}
	scale := func(n int) int64 { return int64(float64(n)*float64(p.Total)/float64(max(1, len(ids))) + 0.5) }
	p.Changed, p.LeftOut = scale(changed), scale(left)
	p.Unchanged = p.Total - p.Changed - p.LeftOut
	return p, nil
}
