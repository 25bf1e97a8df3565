package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/job"
	"guanxi/guard"
)

// A group that belongs to a team, or to somebody, gives its members to them: who comes in is given as she comes, who leaves
// goes back to whom she belonged to before, unless somebody has decided otherwise meanwhile. A standing edit remembers whom the
// group has given. Of several groups the one that had her first keeps her.

// BulkStanding is the state of an edit that a group keeps up.
const BulkStanding = "standing"

type groupsJob struct{}

// Kind implements job.Args.
func (groupsJob) Kind() string { return "customers.groups" }

func (s *Store) registerGroups(r *job.Registry) {
	job.Register(r, job.Kind[groupsJob]{Run: func(ctx context.Context, _ groupsJob) error { return s.followGroups(ctx) }, Timeout: 10 * time.Minute, Every: 20 * time.Second})
}

// FollowGroups lets a job bring who belongs to whom in line with the groups, once the change has committed.
func (s *Store) FollowGroups(ctx context.Context, tx *db.Tx) error {
	return s.jobs.Insert(ctx, tx, groupsJob{})
}

// ownedGroup is a list or segment with to whom its members belong.
type ownedGroup struct {
	Type  string `bun:"type"`
	ID    int64  `bun:"id"`
	Owner *int64 `bun:"owner_id"`
	Team  *int64 `bun:"team_id"`
}

// order gives what the group stands for: its owner with their team, or else the team alone.
func (g *ownedGroup) order() (kind string, what BulkWhat) {
	if g.Owner != nil {
		return BulkOwner, BulkWhat{Owner: itemNumber(*g.Owner)}
	}
	return BulkTeam, BulkWhat{Team: *g.Team}
}

// followGroups brings who belongs to whom in line with the groups.
func (s *Store) followGroups(ctx context.Context) error {
	ctx = guard.System(ctx)
	var owned []ownedGroup
	if err := s.records.Read().NewRaw(`
select 'list' as type, id, owner_id, team_id from lists where deleted_at is null and (owner_id is not null or team_id is not null)
union all
select 'segment' as type, id, owner_id, team_id from segments where deleted_at is null and (owner_id is not null or team_id is not null)
order by 1, 2`).Scan(ctx, &owned); err != nil {
		return err
	}
	var standing []BulkEdit
	if err := s.records.Read().NewRaw("select "+bulkColumns+" from bulk_edits where group_id <> 0 and state = ? order by id", BulkStanding).Scan(ctx, &standing); err != nil {
		return err
	}
	for i := range standing {
		e := &standing[i]
		at := slices.IndexFunc(owned, func(g ownedGroup) bool { return g.Type == e.GroupType && g.ID == e.GroupID })
		if at >= 0 && owned[at].keeps(e) {
			continue
		}
		if err := s.endOrder(ctx, e); err != nil {
			return err
		}
		e.State = BulkUndone
	}
	for i := range owned {
		g := &owned[i]
		at := slices.IndexFunc(standing, func(e BulkEdit) bool {
			return e.State == BulkStanding && e.GroupType == g.Type && e.GroupID == g.ID
		})
		var e *BulkEdit
		if at >= 0 {
			e = &standing[at]
		} else {
			var err error
			if e, err = s.beginOrder(ctx, g); err != nil {
				return err
			}
		}
		if err := s.followGroup(ctx, g, e); err != nil {
			slog.Warn("the members of a group could not be given to whom it belongs", "group", g.Type, "id", g.ID, "error", err)
		}
	}
	return nil
}

func (g *ownedGroup) keeps(e *BulkEdit) bool {
	kind, what := g.order()
	text, err := json.Marshal(what)
	return err == nil && kind == e.Kind && string(text) == e.What
}

func (s *Store) beginOrder(ctx context.Context, g *ownedGroup) (*BulkEdit, error) {
	kind, what := g.order()
	text, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	nobody, err := roaring64.New().ToBytes()
	if err != nil {
		return nil, err
	}
	actor, err := decidedBy(ctx)
	if err != nil {
		return nil, err
	}
	e := &BulkEdit{Kind: kind, What: string(text), State: BulkStanding, Targets: nobody, GroupType: g.Type, GroupID: g.ID, Actor: actor, CreatedAt: clock.Millis(ctx)}
	return e, s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e.ID, err = tx.NextID(ctx, bulkEdits); err != nil {
			return err
		}
		_, err := tx.NewRaw(`
insert into bulk_edits (id, kind, what, chosen, state, targets, total, group_type, group_id, actor, actor_key, created_at)
values (?, ?, ?, '{}', ?, ?, 0, ?, ?, ?, 'system', ?)`, e.ID, e.Kind, e.What, e.State, e.Targets, e.GroupType, e.GroupID, e.Actor, e.CreatedAt).Exec(ctx)
		return err
	})
}

// endOrder gives everybody back.
func (s *Store) endOrder(ctx context.Context, e *BulkEdit) error {
	for more := true; more; {
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if more, err = s.takeBackSome(ctx, tx, e, inOneEdit); err != nil || more {
				return err
			}
			return moveOn(ctx, tx, bulkEdits, e.ID, BulkUndone, "undone_at")
		}); err != nil {
			return err
		}
	}
	return nil
}

// followGroup gives who has come into the group since it was last looked at, and takes back who has left.
func (s *Store) followGroup(ctx context.Context, g *ownedGroup, e *BulkEdit) error {
	members, err := s.finder.Choose(ctx, fmt.Sprintf(`{%q:"%d"}`, g.Type, g.ID))
	if err != nil {
		return err
	}
	given := roaring64.New()
	if err := given.UnmarshalBinary(e.Targets); err != nil {
		return err
	}
	came, left := roaring64.AndNot(members, given), roaring64.AndNot(given, members)
	_, what := g.order()
	if err := inChunks(idsFrom(left, 0, int(left.GetCardinality())), inOneEdit, func(ids []int64) error {
		for _, id := range ids {
			given.Remove(uint64(id))
		}
		return s.noteOrder(ctx, e, given, func(ctx context.Context, tx *db.Tx) error {
			var changes []bulkChange
			if err := tx.NewRaw("select customer_id, before from bulk_changes where edit_id = ? and customer_id in (?)", e.ID, bun.List(ids)).Scan(ctx, &changes); err != nil || len(changes) == 0 {
				return err
			}
			return s.restoreChanges(ctx, tx, e, changes)
		})
	}); err != nil {
		return err
	}
	return inChunks(idsFrom(came, 0, int(came.GetCardinality())), inOneEdit, func(ids []int64) error {
		for _, id := range ids {
			given.Add(uint64(id))
		}
		return s.noteOrder(ctx, e, given, func(ctx context.Context, tx *db.Tx) error {
			var taken []int64
			if err := tx.NewRaw("select c.customer_id from bulk_changes c join bulk_edits e on e.id = c.edit_id where c.customer_id in (?) and e.state = ?",
				bun.List(ids), BulkStanding).Scan(ctx, &taken); err != nil {
				return err
			}
			free := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return slices.Contains(taken, id) })
			if len(free) == 0 {
				return nil
			}
			return s.give(ctx, tx, e, what, free)
		})
	})
}

// noteOrder makes one change and notes with it whom the group has come to.
func (s *Store) noteOrder(ctx context.Context, e *BulkEdit, given *roaring64.Bitmap, fn func(ctx context.Context, tx *db.Tx) error) error {
	text, err := given.ToBytes()
	if err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		_, err := tx.NewRaw("update bulk_edits set targets = ?, total = ? where id = ?", text, given.GetCardinality(), e.ID).Exec(ctx)
		return err
	})
}
