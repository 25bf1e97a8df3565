package customer

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// joinTwo makes one of two whom the rule of their source says are one, so that taking the import back parts them: both are
// kept as they were before the import, and the merge says whose it is.
func (r *roster) joinTwo(ctx context.Context, tx *db.Tx, b *collect.Batch, kept, other *Customer) error {
	ids := []int64{kept.ID, other.ID}
	stored, err := versionsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	images := map[int64]*image{}
	for id, c := range stored {
		images[id] = &image{Customer: c}
	}
	if err := fillImages(ctx, tx, ids, images); err != nil {
		return err
	}
	merge, err := join(ctx, tx, kept, other, nil, nil)
	if err != nil {
		return err
	}
	if _, err := tx.Do(ctx, "update merges set import_id = ? where id = ?", r.importID, merge); err != nil {
		return err
	}
	after, err := versionsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		before := untouchedSinceMade
		if made := stored[id].CreatedImportID; made == nil || *made != r.importID {
			text, err := json.Marshal(images[id])
			if err != nil {
				return err
			}
			before = string(text) // an earlier image of this import stays instead
		}
		b.AddChange(collect.Change{SubjectType: "customer", SubjectID: id, Before: before, AfterVersion: after[id].Version})
	}
	return nil
}

func versionsOf(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]Customer, error) {
	var rows []Customer
	if err := tx.NewRaw("select "+customerColumns+" from customers where id in (?)", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := map[int64]Customer{}
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, nil
}

// partJoined is the step of taking an import back that parts the customers it has made one, the last ones first. Whoever was
// not changed since may then be put back or removed as if it had not been. Those who cannot be parted, because the one they
// are now was deleted since, are told as findings.
func partJoined(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (handled int, err error) {
	var merges []mergeRow
	if err := tx.NewRaw("select "+mergeColumns+" from merges where import_id = ? and undone_at is null order by id desc limit ?", importID, limit).Scan(ctx, &merges); err != nil {
		return 0, err
	}
	for _, m := range merges {
		rootID, err := rootOf(ctx, tx, m.KeptID)
		if err != nil {
			return 0, err
		}
		ids := []int64{rootID, m.KeptID, m.MergedID}
		before, err := versionsOf(ctx, tx, ids)
		if err != nil {
			return 0, err
		}
		var deleted int
		if err := tx.NewRaw("select count(*) from customers where id = ? and deleted_at is not null", rootID).Scan(ctx, &deleted); err != nil {
			return 0, err
		}
		if deleted > 0 {
			done.Kept = append(done.Kept, collect.Finding{Cause: collect.CauseNotParted, SubjectType: "customer", SubjectID: m.MergedID, SubjectLabel: before[m.MergedID].Source, Value: itemNumber(rootID)})
			if _, err := tx.Do(ctx, "update merges set import_id = null where id = ?", m.ID); err != nil {
				return 0, err
			}
			continue
		}
		if err := part(ctx, tx, m, rootID); err != nil {
			return 0, err
		}
		after, err := versionsOf(ctx, tx, ids)
		if err != nil {
			return 0, err
		}
		for id, was := range before {
			if _, err := tx.Do(ctx, "update import_changes set after_version = ? where import_id = ? and subject_type = 'customer' and subject_id = ? and after_version = ?",
				after[id].Version, importID, id, was.Version); err != nil {
				return 0, err
			}
		}
		// whom the import itself has made must be free to go
		if _, err := tx.Do(ctx, "delete from merges where id = ? and exists (select 1 from customers c where c.id in (kept_id, merged_id) and c.created_import_id = ?)", m.ID, importID); err != nil {
			return 0, err
		}
		done.Parted++
	}
	return len(merges), nil
}
