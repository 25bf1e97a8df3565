package analyze

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
)

const segmentColumns = "id, name, description, condition, staff_id, parent_id, owner_id, team_id, created_at, updated_at, version"

func liveSegments(ctx context.Context, from bun.IDB) (all []*Segment, err error) {
	err = from.NewRaw("select "+segmentColumns+" from segments where deleted_at is null order by id").Scan(ctx, &all)
	return all, err
}

func segmentByID(ctx context.Context, from bun.IDB, id int64) (*Segment, error) {
	var found []*Segment
	if err := from.NewRaw("select "+segmentColumns+" from segments where id = ? and deleted_at is null", id).Scan(ctx, &found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("segment", id)
	}
	return found[0], nil
}

func insertSegment(ctx context.Context, tx *db.Tx, s *Segment) error {
	_, err := tx.NewRaw("insert into segments ("+segmentColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		s.ID, s.Name, s.Description, s.Condition, s.StaffID, s.ParentID, s.OwnerID, s.TeamID, s.CreatedAt, s.UpdatedAt, s.Version).Exec(ctx)
	return err
}

func updateSegment(ctx context.Context, tx *db.Tx, s *Segment) error {
	_, err := tx.NewRaw("update segments set name = ?, description = ?, condition = ?, updated_at = ?, version = ? where id = ?",
		s.Name, s.Description, s.Condition, s.UpdatedAt, s.Version, s.ID).Exec(ctx)
	return err
}

// namesOf gives the names of staff and teams, for sentences.
func namesOf(ctx context.Context, from bun.IDB, table string) (map[int64]string, error) {
	var rows []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	if err := from.NewRaw("select id, name from ? order by id", bun.Ident(table)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, nil
}
