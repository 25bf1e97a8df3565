package customer

import (
	"cmp"
	"context"
	"slices"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// The states of many merges made as one.
const (
	BatchQueued  = "queued"
	BatchMerging = "merging"
	BatchDone    = "done"
	BatchUndoing = "undoing"
	BatchUndone  = "undone"
)

// mergeBatch is many merges decided by a score. LeftOut counts pairs that were not safe after all: others in between
// are known to be different, or too many would become one.
type mergeBatch struct {
	ID         int64   `bun:"id"`
	State      string  `bun:"state"`
	Least      float64 `bun:"least_score"`
	Total      int64   `bun:"total"`
	Merged     int64   `bun:"merged"`
	LeftOut    int64   `bun:"left_out"`
	Undone     int64   `bun:"undone"`
	Actor      string  `bun:"actor"`
	CreatedAt  int64   `bun:"created_at"`
	FinishedAt *int64  `bun:"finished_at"`
	UndoneAt   *int64  `bun:"undone_at"`
}

const mergeBatches = "merge_batches"

const batchColumns = "id, state, least_score, total, merged, left_out, undone, actor, created_at, finished_at, undone_at"

type batchJob struct {
	ID    int64  `json:"id"`
	State string `json:"state"` // what it is to do, so that undoing is another job than merging
}

// Kind implements job.Args.
func (batchJob) Kind() string { return "duplicates.merge" }

const (
	leastLabelled = 20 // pairs at or above a score that must be labelled before all above it may be merged
	mostInOne     = 10 // customers that a batch lets become one
)

// MergeAll merges all pairs at or above a score that the person asking may see. The score must have been tried: a
// conflict tells that too few pairs above it are labelled.
func (s *Store) MergeAll(ctx context.Context, least float64) (id int64, err error) {
	p, err := s.precision(ctx, least)
	if err != nil {
		return 0, err
	}
	if p.Labelled < min(leastLabelled, p.Pairs) {
		return 0, fault.Conflict("duplicates_label_first", leastLabelled)
	}
	actor, err := decidedBy(ctx)
	if err != nil {
		return 0, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if id, err = tx.NextID(ctx, "merge_batches"); err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into merge_batches (id, state, least_score, total, actor, staff_id, created_at) values (?, ?, ?, ?, ?, ?, ?)",
			id, BatchQueued, least, p.Pairs, actor, actingStaff(ctx), clock.Millis(ctx)).Exec(ctx); err != nil {
			return err
		}
		if err := s.jobs.Insert(ctx, tx, batchJob{id, BatchMerging}); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "duplicates.merged", "merge_batch", itemNumber(id), map[string]any{"least_score": least, "pairs": p.Pairs, "precision": p.Share, "labelled": p.Labelled})
	})
	return id, err
}

// UndoAll takes all merges of a batch back. Faults: not found, conflict (not done yet, or undone already).
func (s *Store) UndoAll(ctx context.Context, id int64) error {
	b, err := s.batch(ctx, id)
	if err != nil {
		return err
	}
	if b.State != BatchDone {
		return fault.Conflict("merge_batch_not_done")
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := moveOn(ctx, tx, mergeBatches, id, BatchUndoing, ""); err != nil {
			return err
		}
		if err := s.jobs.Insert(ctx, tx, batchJob{id, BatchUndoing}); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "duplicates.unmerged", "merge_batch", itemNumber(id), map[string]any{"merged": b.Merged})
	})
}

// batch gives a batch of the person asking; who sees everything sees those of others too. Fault: not found.
func (s *Store) batch(ctx context.Context, id int64) (*mergeBatch, error) {
	var rows []mergeBatch
	if err := s.records.Read().NewRaw("select "+batchColumns+" from merge_batches where id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 || !mayHandle(ctx, rows[0].Actor) {
		return nil, fault.NotFound("merge_batch", id)
	}
	return &rows[0], nil
}

// runBatch merges, or takes back, with the rights of who asked. Interrupted it goes on where it stopped.
func (s *Store) runBatch(ctx context.Context, id int64) error {
	b, err := s.batch(ctx, id)
	if err != nil {
		return err
	}
	acting := guard.Changing(guard.With(ctx, deciderOf(b.Actor)))
	if b.State == BatchUndoing {
		return s.takeBack(acting, b)
	}
	if b.State == BatchQueued || b.State == BatchMerging {
		return s.mergeBatch(acting, b)
	}
	return nil
}

func (s *Store) mergeBatch(ctx context.Context, b *mergeBatch) error {
	if err := s.comeBack(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		var rows []pairRow
		if err := s.records.Read().NewRaw("select p.a_id, p.b_id, p.score, p.bits, p.evidence, p.state"+pairsInSight+" and "+inQueue+` and p.score >= ?
order by p.score desc, p.a_id desc, p.b_id desc
limit 1000`, scope(ctx, "a"), scope(ctx, "b"), b.Least).Scan(ctx, &rows); err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		if err := inChunks(rows, inOneChange, func(some []pairRow) error { return s.mergePairs(ctx, b, some) }); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return moveOn(ctx, tx, mergeBatches, b.ID, BatchDone, "finished_at")
	})
}

// inOneChange is how many pairs are merged in one change to the records: few enough that others need not wait.
const inOneChange = 10

func (s *Store) mergePairs(ctx context.Context, b *mergeBatch, pairs []pairRow) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		merged, leftOut := 0, 0
		for _, p := range pairs {
			done, err := s.mergePair(ctx, tx, b, p)
			switch {
			case fault.Is(err, fault.KindNotFound): // one of them was merged a moment ago: the pair has followed, or is gone
			case err != nil:
				return err
			case done:
				merged++
			default:
				leftOut++
			}
		}
		_, err := tx.NewRaw("update merge_batches set state = ?, merged = merged + ?, left_out = left_out + ? where id = ?", BatchMerging, merged, leftOut, b.ID).Exec(ctx)
		return err
	})
}

// mergePair merges one pair of a batch, or leaves it for a person: to decide later, because it is not as safe as its
// score says.
func (s *Store) mergePair(ctx context.Context, tx *db.Tx, b *mergeBatch, p pairRow) (merged bool, err error) {
	safe, err := s.safe(ctx, tx, p.A, p.B)
	if err != nil {
		return false, err
	}
	if !safe {
		return false, notePair(ctx, tx, p.A, p.B, PairLater)
	}
	kept, other, err := s.order(ctx, tx, p.A, p.B)
	if err != nil {
		return false, err
	}
	_, err = s.merge(ctx, tx, kept, other, nil, &b.ID)
	return err == nil, err
}

// safe says that nobody among those who would become one is known to be different, and that they are not too many.
func (s *Store) safe(ctx context.Context, tx *db.Tx, a, b int64) (bool, error) {
	left, err := treeBelow(ctx, tx, a)
	if err != nil {
		return false, err
	}
	right, err := treeBelow(ctx, tx, b)
	if err != nil || len(left)+len(right) > mostInOne {
		return false, err
	}
	var apart int
	for _, x := range left {
		for _, y := range right {
			if err := tx.NewRaw("select count(*) from duplicate_pairs where a_id = ? and b_id = ? and state = ?", min(x, y), max(x, y), PairDifferent).Scan(ctx, &apart); err != nil || apart > 0 {
				return false, err
			}
		}
	}
	return true, nil
}

// order says which of two customers is kept: the one with more orders, else the one known longer.
func (s *Store) order(ctx context.Context, tx *db.Tx, a, b int64) (kept, other int64, err error) {
	var rows []struct {
		ID        int64 `bun:"id"`
		CreatedAt int64 `bun:"created_at"`
		Orders    int64 `bun:"orders"`
	}
	if err := tx.NewRaw(`
select c.id, c.created_at, (select count(*) from orders o where o.customer_id = c.id and o.deleted_at is null) as orders
from customers c
where c.id in (?, ?)`, a, b).Scan(ctx, &rows); err != nil || len(rows) < 2 {
		return a, b, err
	}
	better := func(i, j int) int {
		return cmp.Or(cmp.Compare(rows[j].Orders, rows[i].Orders), cmp.Compare(rows[i].CreatedAt, rows[j].CreatedAt), cmp.Compare(rows[i].ID, rows[j].ID))
	}
	if better(0, 1) <= 0 {
		return rows[0].ID, rows[1].ID, nil
	}
	return rows[1].ID, rows[0].ID, nil
}

// followPairs lets open pairs of a merged customer follow to the one that keeps her, so that a third one is still found.
func followPairs(ctx context.Context, tx *db.Tx, kept, other int64) error {
	var rows []pairRow
	if err := tx.NewRaw(`
select a_id, b_id, score, bits, evidence, state, contradiction, import_id from duplicate_pairs where a_id = ?
union all
select a_id, b_id, score, bits, evidence, state, contradiction, import_id from duplicate_pairs where b_id = ?`, other, other).Scan(ctx, &rows); err != nil {
		return err
	}
	follow := db.NewBulk("duplicate_pairs", "a_id, b_id, score, bits, evidence, state, contradiction, import_id, created_at", "on conflict (a_id, b_id) do nothing")
	for _, p := range rows {
		third := p.A + p.B - other
		if third != kept && p.State == PairOpen {
			follow.Add(min(third, kept), max(third, kept), p.Score, p.Bits, p.Evidence, PairOpen, p.Contradiction, p.ImportID, clock.Millis(ctx))
		}
	}
	return follow.Insert(ctx, tx)
}

func (s *Store) takeBack(ctx context.Context, b *mergeBatch) error {
	var merges []int64
	if err := s.records.Read().NewRaw("select id from merges where batch_id = ? and undone_at is null order by id", b.ID).Scan(ctx, &merges); err != nil {
		return err
	}
	for _, id := range slices.Backward(merges) {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := s.unmerge(ctx, tx, id); err != nil {
				return err
			}
			_, err := tx.NewRaw("update merge_batches set undone = undone + 1 where id = ?", b.ID).Exec(ctx)
			return err
		})
		if err != nil && !fault.Is(err, fault.KindNotFound) { // one deleted since stays merged
			return err
		}
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return moveOn(ctx, tx, mergeBatches, b.ID, BatchUndone, "undone_at")
	})
}
