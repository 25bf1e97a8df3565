package customer

import (
	"context"
	"hash/maphash"
	"strings"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// arrivals gives the rows that would make somebody, by row and in order.
func (k *customerKind) arrivals(b *collect.Batch, r *roster, run *customerRun, rows []customerRow) (byRow map[int]*arrival, all []*arrival) {
	byRow = map[int]*arrival{}
	for i := range rows {
		row := &rows[i]
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		if found, _ := r.find(row.keys); found != nil || run.seenBefore(row.keys, b.Rows[i].Number) {
			continue
		}
		if n := r.arrival(b, b.Rows[i].Number, "", row.NameKey, row.keys, row.record); n != nil {
			byRow[i], all = n, append(all, n)
		}
	}
	return byRow, all
}

// runOf gives what the run remembers, made at its first batch.
func (k *customerKind) runOf(ctx context.Context, tx *db.Tx, b *collect.Batch) (*customerRun, error) {
	if run, ok := b.Run.State.(*customerRun); ok {
		return run, nil
	}
	staff, err := loadStaff(ctx, tx)
	if err != nil {
		return nil, err
	}
	run := &customerRun{staff: staff, written: roaring64.New(), latest: roaring64.New(), resumed: len(b.Rows) > 0 && b.Rows[0].Number > 2}
	if b.DryRun {
		run.seen, run.seed = map[uint64]int64{}, maphash.MakeSeed()
	}
	b.Run.State = run
	return run, nil
}

// begin starts a batch. What the batch before noted now counts, unless it is the same one again, because its
// transaction had to be repeated.
func (run *customerRun) begin(b *collect.Batch) {
	first := b.Rows[0].Number
	if run.latestRow != first {
		run.written.Or(run.latest)
	}
	run.latest.Clear()
	run.latestRow = first
}

// markWritten notes which of the customers found were written by earlier rows of this file: made by this import, or
// changed by it when a restart has lost the memory of the run.
func (run *customerRun) markWritten(ctx context.Context, tx *db.Tx, b *collect.Batch, r *roster) error {
	var unsure []int64
	for id, e := range r.byID {
		switch {
		case e.CreatedImportID != nil && *e.CreatedImportID == b.ImportID:
			run.written.Add(uint64(id))
		case run.resumed && !run.written.Contains(uint64(id)):
			unsure = append(unsure, id)
		}
	}
	return inChunks(unsure, lookUpChunk, func(chunk []int64) error {
		var changed []int64
		err := tx.NewRaw("select subject_id from import_changes where import_id = ? and subject_type = 'customer' and subject_id in (?)",
			b.ImportID, bun.List(chunk)).Scan(ctx, &changed)
		for _, id := range changed {
			run.written.Add(uint64(id))
		}
		return err
	})
}

// remember notes that a row of this file has named e. A dry run takes its records back, so it notes the keys instead.
func (run *customerRun) remember(b *collect.Batch, e *entry, k keys, row int64) {
	if !b.DryRun || !e.isNew {
		run.latest.Add(uint64(e.ID))
		return
	}
	for _, hash := range run.hashes(k) {
		if _, seen := run.seen[hash]; !seen {
			run.seen[hash] = row
		}
	}
}

// seenBefore says that an earlier row of a dry run would have made the customer that k names.
func (run *customerRun) seenBefore(k keys, row int64) bool {
	if run.seen == nil {
		return false
	}
	for _, hash := range run.hashes(k) {
		if first, seen := run.seen[hash]; seen && first < row {
			return true
		}
	}
	return false
}

func (run *customerRun) hashes(k keys) (hashes []uint64) {
	names := []string{"r" + k.record, "i" + k.source + identitySeparator + k.externalID, "p" + k.phone, "e" + k.email}
	if k.record != "" {
		names = names[:2]
	}
	if k.externalID == "" {
		names[1] = ""
	}
	for _, key := range names {
		if len(key) > 1 {
			hashes = append(hashes, maphash.String(run.seed, key))
		}
	}
	return hashes
}

// staffDirectory finds staff by e-mail or name, in lower case.
type staffDirectory map[string]staffRow

type staffRow struct {
	ID     int64  `bun:"id"`
	Email  string `bun:"email"`
	Name   string `bun:"name"`
	TeamID *int64 `bun:"team_id"`
}

func loadStaff(ctx context.Context, from bun.IDB) (staffDirectory, error) {
	var rows []staffRow
	if err := from.NewRaw("select id, email, name, team_id from staff where active order by id desc").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	d := staffDirectory{}
	for _, row := range rows {
		d[strings.ToLower(row.Name)] = row
	}
	for _, row := range rows {
		d[strings.ToLower(row.Email)] = row
	}
	return d, nil
}

func (d staffDirectory) find(text string) (staffRow, bool) {
	row, known := d[strings.ToLower(text)]
	return row, known
}

// sameRecord says that two versions of a record hold the same attributes.
func sameRecord(a, b *Customer) bool {
	for _, f := range textFields {
		if *f.of(a) != *f.of(b) {
			return false
		}
	}
	return equal(a.Birthday, b.Birthday) && equal(a.OwnerID, b.OwnerID) && equal(a.TeamID, b.TeamID) &&
		(a.Custom == b.Custom || customText(customFields(a.Custom)) == customText(customFields(b.Custom)))
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
