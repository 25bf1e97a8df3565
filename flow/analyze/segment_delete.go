package analyze

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// retired is the version of the membership of a segment that is deleted or cannot be read: no condition has it, so that
// the membership counts for nothing, and is reckoned anew with its moves when the segment comes back.
const retired = -1

// Delete takes a segment away; its name may be used again, and Restore brings it back as it was. Faults: not found,
// stale, conflict while another segment builds on it.
func (s *Segments) Delete(ctx context.Context, id, version int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := segmentByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return fault.Stale()
		}
		all, among, err := groups(ctx, tx)
		if err != nil {
			return err
		}
		for _, other := range all {
			c, err := ParseCondition(guard.System(ctx), []byte(other.Condition), among)
			if err == nil && other.ID != id && c.builtOn(id) {
				return fault.Conflict("segment_in_use", other.Name)
			}
		}
		life, err := customer.ReadLifecycle(ctx, tx)
		if err != nil {
			return err
		}
		for _, stage := range life.Stages {
			c, err := ParseCondition(guard.System(ctx), stage.Condition, among)
			if !stage.ByHand() && err == nil && c.builtOn(id) {
				return fault.Conflict("segment_in_use", stage.Name.Chinese)
			}
		}
		if err := deleteSegment(ctx, tx, id, clock.Millis(ctx)); err != nil {
			return err
		}
		tx.Feed("segments", id)
		return guard.Audit(ctx, tx, "segment.deleted", "segment", jsonID(id), map[string]any{"name": before.Name})
	})
}

// Restore brings a deleted segment back under its id, with its members and their history. It is called by its name as
// long as no other took it, else by its name and id. Faults: not found, also when it is not deleted; invalid when what
// it builds on is gone.
func (s *Segments) Restore(ctx context.Context, id int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		gone, err := deletedSegment(ctx, tx, id)
		if err != nil {
			return err
		}
		all, among, err := groups(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := parseConditionOf(guard.System(ctx), []byte(gone.Condition), among, id); err != nil {
			return err
		}
		mark := " #" + jsonID(id)
		name := gone.Name
		for strings.HasSuffix(name, mark) { // twice after a return under the long name
			name = strings.TrimSuffix(name, mark)
		}
		for _, other := range all {
			if other.Name == name {
				name += mark
				break
			}
		}
		if err := restoreSegment(ctx, tx, id, name, clock.Millis(ctx)); err != nil {
			return err
		}
		tx.Feed("segments", id)
		return guard.Audit(ctx, tx, "segment.restored", "segment", jsonID(id), map[string]any{"name": name})
	})
}

// forget puts the membership of segments that are no more aside; their moves stay as history.
func (s *Segments) forget(ctx context.Context, to *columns.Tx, live []watched, before map[int64]segmentState) error {
	alive := map[int64]bool{}
	for _, w := range live {
		alive[w.id] = true
	}
	for id, st := range before {
		if alive[id] || st.version == retired {
			continue
		}
		if err := to.Exec(ctx, "update segment_members set version = ? where segment_id = ?", retired, id); err != nil {
			return err
		}
	}
	return nil
}

// deleteSegment marks the row and frees its name.
func deleteSegment(ctx context.Context, tx *db.Tx, id, now int64) error {
	_, err := tx.NewRaw("update segments set deleted_at = ?, name = name || ' #' || cast(id as text), version = version + 1 where id = ?", now, id).Exec(ctx)
	return err
}

func deletedSegment(ctx context.Context, from bun.IDB, id int64) (*Segment, error) {
	var found []*Segment
	if err := from.NewRaw("select "+segmentColumns+" from segments where id = ? and deleted_at is not null", id).Scan(ctx, &found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("segment", id)
	}
	return found[0], nil
}

func restoreSegment(ctx context.Context, tx *db.Tx, id int64, name string, now int64) error {
	_, err := tx.NewRaw("update segments set deleted_at = null, name = ?, updated_at = ?, version = version + 1 where id = ?", name, now, id).Exec(ctx)
	return err
}
