package analyze

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// GroupPlan is one version of what those who work with a group have agreed on: for whom, with what, how often. Version 0 is
// a plan nobody has written yet.
type GroupPlan struct {
	Version int64      `json:"version"`
	Content string     `json:"content"`
	By      string     `json:"by"`
	At      *time.Time `json:"at"`
}

const longestPlan = 20_000

type planRow struct {
	Version   int64  `bun:"version"`
	Content   string `bun:"content"`
	Author    string `bun:"author"`
	CreatedAt int64  `bun:"created_at"`
}

// Plans gives the versions of a group's plan, newest first; none when there is no plan. Fault: not found.
func (s *Segments) Plans(ctx context.Context, kind string, id int64) ([]GroupPlan, error) {
	if err := s.groupThere(ctx, kind, id); err != nil {
		return nil, err
	}
	var rows []planRow
	if err := s.records.Read().NewRaw("select version, content, author, created_at from group_plans where group_type = ? and group_id = ? order by version desc limit 100",
		kind, id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	plans := make([]GroupPlan, len(rows))
	for i, r := range rows {
		at := time.UnixMilli(r.CreatedAt).UTC()
		plans[i] = GroupPlan{r.Version, r.Content, r.Author, &at}
	}
	return plans, nil
}

// WritePlan saves a new version of a group's plan over the one the writer has seen. Faults: not found, invalid, stale.
func (s *Segments) WritePlan(ctx context.Context, kind string, id, seen int64, content string) error {
	if content = strings.TrimSpace(content); utf8.RuneCountInString(content) > longestPlan {
		return fault.Invalid("content", "too_long", longestPlan)
	}
	if err := s.groupThere(ctx, kind, id); err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var last []planRow
		if err := tx.NewRaw("select version, content, author, created_at from group_plans where group_type = ? and group_id = ? order by version desc limit 1", kind, id).Scan(ctx, &last); err != nil {
			return err
		}
		version := int64(0)
		if len(last) > 0 {
			version = last[0].Version
			if last[0].Content == content {
				return nil
			}
		}
		if version != seen {
			return fault.Stale()
		}
		a := guard.ActorOf(ctx)
		var staff *int64
		if a.StaffID != 0 {
			staff = &a.StaffID
		}
		if _, err := tx.NewRaw("insert into group_plans (group_type, group_id, version, content, staff_id, author, created_at) values (?, ?, ?, ?, ?, ?, ?)",
			kind, id, version+1, content, staff, a.Name, clock.Millis(ctx)).Exec(ctx); err != nil {
			if db.IsUnique(err) {
				return fault.Stale()
			}
			return err
		}
		return guard.Audit(ctx, tx, "group.planned", kind, jsonID(id), map[string]any{"version": version + 1})
	})
}

func (s *Segments) groupThere(ctx context.Context, kind string, id int64) (err error) {
	if kind == GroupList {
		_, err = listByID(ctx, s.records.Read(), id, false)
	} else {
		_, err = segmentByID(ctx, s.records.Read(), id)
	}
	return err
}
