package dashboard

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const selected = `select d.id, d.name, d.description, d.tiles, d.days, d.segment_id, d.shared, d.ready, d.staff_id, s.name as staff_name, s.team_id, d.created_at, d.updated_at, d.version
from dashboards d
left join staff s on s.id = d.staff_id
where `

func live(ctx context.Context, from bun.IDB) (all []*Dashboard, err error) {
	err = from.NewRaw(selected+"d.deleted_at is null order by d.updated_at desc, d.id desc").Scan(ctx, &all)
	return all, err
}

func byID(ctx context.Context, from bun.IDB, id int64, deleted bool) (*Dashboard, error) {
	var found []*Dashboard
	if err := from.NewRaw(selected+"d.id = ? and (d.deleted_at is not null) = ?", id, deleted).Scan(ctx, &found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("dashboard", id)
	}
	return found[0], nil
}

// mine gives a dashboard that who asks may change; version 0 is any. Faults: not found, stale, forbidden.
func mine(ctx context.Context, tx *db.Tx, id, version int64, deleted bool) (*Dashboard, error) {
	found, err := byID(ctx, tx, id, deleted)
	switch {
	case err != nil:
		return nil, err
	case !found.seenBy(ctx):
		return nil, fault.NotFound("dashboard", id)
	case !found.changeable(ctx):
		return nil, fault.Forbidden("dashboard_of_another")
	case version != 0 && found.Version != version:
		return nil, fault.Stale()
	}
	return found, nil
}

func insert(ctx context.Context, tx *db.Tx, d *Dashboard) error {
	_, err := tx.Do(ctx, "insert into dashboards (id, name, description, tiles, days, segment_id, shared, ready, staff_id, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		d.ID, d.Name, d.Description, d.Tiles, d.Days, d.SegmentID, d.Shared, d.Ready, d.StaffID, d.CreatedAt, d.UpdatedAt, d.Version)
	return err
}

func update(ctx context.Context, tx *db.Tx, d *Dashboard) error {
	_, err := tx.Do(ctx, "update dashboards set name = ?, description = ?, tiles = ?, days = ?, segment_id = ?, shared = ?, updated_at = ?, version = version + 1 where id = ?",
		d.Name, d.Description, d.Tiles, d.Days, d.SegmentID, d.Shared, d.UpdatedAt, d.ID)
	return err
}

func markDeleted(ctx context.Context, tx *db.Tx, id int64, deleted bool) error {
	var at *int64
	if deleted {
		now := clock.Millis(ctx)
		at = &now
	}
	_, err := tx.Do(ctx, "update dashboards set deleted_at = ?, version = version + 1 where id = ?", at, id)
	return err
}

func audit(ctx context.Context, tx *db.Tx, act string, d *Dashboard) error {
	return guard.Audit(ctx, tx, act, "dashboard", strconv.FormatInt(d.ID, 10), map[string]any{"name": d.Name, "shared": d.Shared})
}
