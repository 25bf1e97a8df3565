package analyze

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
)

const listColumns = "id, name, description, staff_id, parent_id, owner_id, team_id, created_at, updated_at, version"

func liveLists(ctx context.Context, from bun.IDB) (all []*List, err error) {
	err = from.NewRaw("select "+listColumns+" from lists where deleted_at is null order by id").Scan(ctx, &all)
	return all, err
}

func listByID(ctx context.Context, from bun.IDB, id int64, deleted bool) (*List, error) {
	which := "deleted_at is null"
	if deleted {
		which = "deleted_at is not null"
	}
	var found []*List
	if err := from.NewRaw("select "+listColumns+" from lists where id = ? and "+which, id).Scan(ctx, &found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("list", id)
	}
	return found[0], nil
}

func insertList(ctx context.Context, tx *db.Tx, l *List) error {
	_, err := tx.NewRaw("insert into lists ("+listColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		l.ID, l.Name, l.Description, l.StaffID, l.ParentID, l.OwnerID, l.TeamID, l.CreatedAt, l.UpdatedAt, l.Version).Exec(ctx)
	return err
}

func updateList(ctx context.Context, tx *db.Tx, l *List) error {
	_, err := tx.NewRaw("update lists set name = ?, description = ?, parent_id = ?, owner_id = ?, team_id = ?, updated_at = ?, version = ? where id = ?",
		l.Name, l.Description, l.ParentID, l.OwnerID, l.TeamID, l.UpdatedAt, l.Version, l.ID).Exec(ctx)
	return err
}
