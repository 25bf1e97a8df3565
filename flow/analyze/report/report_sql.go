package report

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const reportColumns = "r.id, r.name, r.description, r.definition, r.roles, r.ready, r.staff_id, s.name as staff_name, r.created_at, r.updated_at, r.version"

func liveReports(ctx context.Context, from bun.IDB) (all []*Report, err error) {
	err = from.NewRaw("select "+reportColumns+" from reports r left join staff s on s.id = r.staff_id where r.deleted_at is null order by r.updated_at desc, r.id desc").Scan(ctx, &all)
	return all, err
}

func reportByID(ctx context.Context, from bun.IDB, id int64, deleted bool) (*Report, error) {
	which := "r.deleted_at is null"
	if deleted {
		which = "r.deleted_at is not null"
	}
	var found []*Report
	if err := from.NewRaw("select "+reportColumns+" from reports r left join staff s on s.id = r.staff_id where r.id = ? and "+which, id).Scan(ctx, &found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("report", id)
	}
	return found[0], nil
}

// mine gives a report that who asks may change. Faults: not found, forbidden.
func mine(ctx context.Context, tx *db.Tx, id int64, deleted bool) (*Report, error) {
	found, err := reportByID(ctx, tx, id, deleted)
	switch {
	case err != nil:
		return nil, err
	case !found.seenBy(ctx):
		return nil, fault.NotFound("report", id)
	case !found.changeable(ctx):
		return nil, fault.Forbidden("report_of_another")
	}
	return found, nil
}

func insertReport(ctx context.Context, tx *db.Tx, r *Report) error {
	_, err := tx.NewRaw("insert into reports (id, name, description, definition, roles, ready, staff_id, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Name, r.Description, r.Definition, r.Roles, r.Ready, r.StaffID, r.CreatedAt, r.UpdatedAt, r.Version).Exec(ctx)
	return err
}

func updateReport(ctx context.Context, tx *db.Tx, r *Report) error {
	_, err := tx.NewRaw("update reports set name = ?, description = ?, definition = ?, roles = ?, updated_at = ?, version = ? where id = ?",
		r.Name, r.Description, r.Definition, r.Roles, r.UpdatedAt, r.Version, r.ID).Exec(ctx)
	return err
}

func markReport(ctx context.Context, tx *db.Tx, id int64, deleted bool) error {
	var at *int64
	if deleted {
		now := clock.Millis(ctx)
		at = &now
	}
	_, err := tx.NewRaw("update reports set deleted_at = ?, version = version + 1 where id = ?", at, id).Exec(ctx)
	return err
}

func auditReport(ctx context.Context, tx *db.Tx, act string, id int64, about map[string]any) error {
	return guard.Audit(ctx, tx, act, "report", strconv.FormatInt(id, 10), about)
}
