package collect

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"guanxi/base/clock"
	"guanxi/base/db"
)

var errDryRun = errors.New("dry run: taken back")

// apply brings one batch in: rows, rejects, findings, before-images, counts and checkpoint in one transaction.
func (r *run) apply(ctx context.Context, k Kind, b *madeBatch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	before, check, made := r.imp, r.check, r.made.clone()
	reset := func() { r.imp, r.check, r.made = before, check, made.clone() }
	err := r.e.records.WriteMany(ctx, func(ctx context.Context, tx *db.Tx) error {
		reset() // on PostgreSQL a transaction may run again
		b.rewind()
		if r.check.Alike != nil {
			b.Compared = r.check.Alike.Checked
		}
		if !b.DryRun { // a dry run must not keep others waiting behind its own row
			if err := r.hold(ctx, tx); err != nil {
				return err
			}
		}
		if err := k.Apply(ctx, tx, &b.Batch); err != nil {
			return err
		}
		if b.DryRun {
			return errDryRun
		}
		return r.record(ctx, tx, b)
	})
	if errors.Is(err, errDryRun) {
		err = r.e.records.WriteMany(ctx, func(ctx context.Context, tx *db.Tx) error {
			reset()
			return r.record(ctx, tx, b)
		})
	}
	if err != nil {
		reset()
	}
	return err
}

// record stores a batch's outcomes and moves the checkpoint.
func (r *run) record(ctx context.Context, tx *db.Tx, b *madeBatch) error {
	if err := r.count(b); err != nil {
		return err
	}
	if err := storeRejects(ctx, tx, b); err != nil {
		return err
	}
	if b.DryRun {
		r.check.Found = addCauses(r.check.Found, b.findings)
	} else {
		if err := storeFindings(ctx, tx, r.imp.ID, b.findings); err != nil {
			return err
		}
		if err := storeChanges(ctx, tx, r.imp.ID, b.changes); err != nil {
			return err
		}
	}
	r.check.Alike = r.check.Alike.with(&b.Alikes)
	r.check.Made = addMade(r.check.Made, b.made)
	r.made.merge(b.cleaned)
	r.made.merge(b.corrections)
	r.check.position, r.check.Attempts = b.after, 0
	r.measure(ctx, len(b.Rows))
	return r.write(ctx, tx)
}

func (r *run) count(b *madeBatch) error {
	for i, outcome := range b.Outcomes {
		switch outcome.State {
		case Created:
			r.imp.Created++
		case Updated:
			r.imp.Updated++
		case Unchanged:
			r.imp.Unchanged++
		case Duplicate:
			r.imp.Duplicates++
		case Rejected:
			r.imp.Rejected++
		default:
			return fmt.Errorf("kind %s left row %d without an outcome", r.imp.Kind, b.Rows[i].Number)
		}
	}
	r.imp.Processed += int64(len(b.Rows))
	r.imp.Findings += int64(len(b.findings))
	return nil
}

// addMade adds counts without changing either, for a transaction may run again.
func addMade(counts, more map[string]NounCount) map[string]NounCount {
	sum := maps.Clone(counts)
	if sum == nil && len(more) > 0 {
		sum = map[string]NounCount{}
	}
	for noun, n := range more {
		sum[noun] = NounCount{sum[noun].Created + n.Created, sum[noun].Updated + n.Updated}
	}
	return sum
}

func addCauses(counts map[string]int64, findings []Finding) map[string]int64 {
	sum := map[string]int64{}
	for cause, n := range counts {
		sum[cause] = n
	}
	for _, f := range findings {
		sum[f.Cause]++
	}
	return sum
}

// measure keeps a smoothed rate of rows a second.
func (r *run) measure(ctx context.Context, rows int) {
	now := clock.Now(ctx)
	seconds := now.Sub(r.began).Seconds()
	r.began = now
	if seconds <= 0 {
		return
	}
	if r.check.Rate == 0 {
		r.check.Rate = float64(rows) / seconds
	}
	r.check.Rate += 0.3 * (float64(rows)/seconds - r.check.Rate)
}
