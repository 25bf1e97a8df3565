package customer

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

type changesJob struct{}

// Kind implements job.Args.
func (changesJob) Kind() string { return "duplicates.changes" }

const (
	checkedKey  = "duplicates.checked_at"
	mostChecked = 2000 // customers that one run checks; what an import brought by the hundred thousand is for a scan
)

// checkChanges looks for duplicates of the customers that are new or changed since the last time, by the models of the
// last scan. Without one it does nothing.
func (s *Store) checkChanges(ctx context.Context) error {
	read := s.records.Read()
	var since []int64
	if err := read.NewRaw(`
select coalesce((select cast(value as bigint) from settings where key = ?), started_at)
from duplicate_scans
where state = ?
order by id desc
limit 1`, checkedKey, ScanDone).Scan(ctx, &since); err != nil || len(since) == 0 {
		return err
	}
	began := clock.Millis(ctx)
	records, err := readRecords(ctx, read, living+" and c.updated_at >= ? order by c.id limit ?", since[0], mostChecked)
	if err != nil {
		return err
	}
	ids := []int64{0}
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	if err := readContacts(ctx, read, records, "customer_id in (?)", bun.List(ids)); err != nil {
		return err
	}
	different, err := s.differentRoots(ctx)
	if err != nil {
		return err
	}
	rows := db.NewBulk("duplicate_pairs", "a_id, b_id, score, bits, evidence, state, created_at",
		"on conflict (a_id, b_id) do update set "+surerScore+", bits = excluded.bits, evidence = excluded.evidence")
	seen := map[[2]int64]bool{}
	for i := range records {
		alike, err := s.lookalikes(ctx, &records[i])
		if err != nil {
			return err
		}
		for _, l := range alike {
			key := [2]int64{min(l.A, l.B), max(l.A, l.B)}
			if l.Score < leastTold || seen[key] || different[key] {
				continue
			}
			seen[key] = true
			evidence, err := json.Marshal(l.Evidence)
			if err != nil {
				return err
			}
			rows.Add(key[0], key[1], l.Score, l.Bits, string(evidence), PairOpen, began)
		}
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := rows.Insert(ctx, tx); err != nil {
			return err
		}
		_, err := tx.NewRaw("insert into settings (key, value, updated_at) values (?, ?, ?) on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at",
			checkedKey, itemNumber(began), began).Exec(ctx)
		return err
	})
}
