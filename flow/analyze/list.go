package analyze

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// List is a named set of customers picked by hand. Who is in it is kept by the customers themselves; what stands below it
// counts as in it too.
type List struct {
	ID          int64  `bun:"id"`
	Name        string `bun:"name"`
	Description string `bun:"description"`
	StaffID     *int64 `bun:"staff_id"`
	Place
	CreatedAt int64 `bun:"created_at"`
	UpdatedAt int64 `bun:"updated_at"`
	Version   int64 `bun:"version"`
}

// Place is where a group stands and to whom it belongs: the list above it, the member of staff and the team answerable for
// its members.
type Place struct {
	ParentID *int64 `bun:"parent_id"`
	OwnerID  *int64 `bun:"owner_id"`
	TeamID   *int64 `bun:"team_id"`
}

// ListDraft is what a person says of a list.
type ListDraft struct {
	Name        string
	Description string
	Place
}

func (d *ListDraft) check() error {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "":
		return fault.Invalid("name", "is_missing")
	case utf8.RuneCountInString(d.Name) > segmentNameLength:
		return fault.Invalid("name", "too_long", segmentNameLength)
	case utf8.RuneCountInString(d.Description) > segmentDescriptionLength:
		return fault.Invalid("description", "too_long", segmentDescriptionLength)
	}
	return nil
}

// CreateList makes an empty list. Faults: invalid, conflict when the name is taken, forbidden to give it to a team.
func (s *Segments) CreateList(ctx context.Context, d ListDraft) (int64, error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	now := clock.Millis(ctx)
	made := &List{Name: d.Name, Description: d.Description, Place: d.Place, CreatedAt: now, UpdatedAt: now, Version: 1}
	if a := guard.ActorOf(ctx); a.StaffID != 0 {
		made.StaffID = &a.StaffID
	}
	return made.ID, listNameTaken(s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if made.ID, err = tx.NextID(ctx, "lists"); err != nil {
			return err
		}
		if err := s.checkPlace(ctx, tx, Place{}, d.Place); err != nil {
			return err
		}
		if err := insertList(ctx, tx, made); err != nil {
			return err
		}
		if err := s.checkCircle(ctx, tx, GroupList, made.ID, Place{}, d.Place); err != nil {
			return err
		}
		tx.Feed("lists", made.ID)
		return guard.Audit(ctx, tx, "list.created", "list", jsonID(made.ID), map[string]any{"name": made.Name, "place": made.Place.told()})
	}))
}

// ChangeList saves an edit over the given version (0 for whichever is there). Faults: not found, invalid, stale, conflict,
// forbidden.
func (s *Segments) ChangeList(ctx context.Context, id, version int64, edit func(d *ListDraft)) error {
	return listNameTaken(s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := listByID(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return fault.Stale()
		}
		d := ListDraft{before.Name, before.Description, before.Place}
		edit(&d)
		if err := d.check(); err != nil {
			return err
		}
		after := *before
		after.Name, after.Description, after.Place = d.Name, d.Description, d.Place
		after.UpdatedAt, after.Version = clock.Millis(ctx), before.Version+1
		if err := s.checkPlace(ctx, tx, before.Place, d.Place); err != nil {
			return err
		}
		if err := updateList(ctx, tx, &after); err != nil {
			return err
		}
		if err := s.checkCircle(ctx, tx, GroupList, id, before.Place, d.Place); err != nil {
			return err
		}
		tx.Feed("lists", id)
		return guard.Audit(ctx, tx, "list.changed", "list", jsonID(id), map[string]any{"name": after.Name, "before": before.Place.told(), "after": after.Place.told()})
	}))
}

// PlaceSegment moves a segment under a list, or gives it to a team. Faults: as of ChangeList.
func (s *Segments) PlaceSegment(ctx context.Context, id, version int64, edit func(p *Place)) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		seg, err := segmentByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if version != 0 && version != seg.Version {
			return fault.Stale()
		}
		before := seg.Place
		edit(&seg.Place)
		if err := s.checkPlace(ctx, tx, before, seg.Place); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update segments set parent_id = ?, owner_id = ?, team_id = ?, updated_at = ?, version = version + 1 where id = ?",
			seg.ParentID, seg.OwnerID, seg.TeamID, clock.Millis(ctx), id).Exec(ctx); err != nil {
			return err
		}
		if err := s.checkCircle(ctx, tx, GroupSegment, id, before, seg.Place); err != nil {
			return err
		}
		tx.Feed("segments", id)
		return guard.Audit(ctx, tx, "segment.placed", "segment", jsonID(id), map[string]any{"name": seg.Name, "before": before.told(), "after": seg.Place.told()})
	})
}

// told is the place as the audit log keeps it.
func (p Place) told() map[string]any {
	return map[string]any{"parent": p.ParentID, "owner": p.OwnerID, "team": p.TeamID}
}

func (p Place) belongsTo(q Place) bool { return same(p.OwnerID, q.OwnerID) && same(p.TeamID, q.TeamID) }

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// checkPlace looks at a place before a group is put there: what it names must be there, and to say to whom customers belong
// one must be allowed to write that, of all of them.
func (s *Segments) checkPlace(ctx context.Context, tx *db.Tx, before, after Place) error {
	if !after.belongsTo(before) {
		if a := guard.ActorOf(ctx); !a.Can("customers.write") || !guard.FieldsOf(ctx, "customers").CanWrite("owner") || !guard.ScopeOf(ctx, "customers").All() {
			return fault.Forbidden("group_owner_not_writable")
		}
		if s.belongs != nil {
			if err := s.belongs(ctx, tx); err != nil {
				return err
			}
		}
	}
	for _, named := range []struct {
		field, text string
		id          *int64
	}{
		{"parent_id", "select id from lists where id = ? and deleted_at is null", after.ParentID},
		{"owner_id", "select id from staff where id = ? and active", after.OwnerID},
		{"team_id", "select id from teams where id = ?", after.TeamID},
	} {
		var found []int64
		if named.id == nil {
			continue
		}
		if err := tx.NewRaw(named.text, *named.id).Scan(ctx, &found); err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.Invalid(named.field, map[string]string{"parent_id": "unknown_list", "owner_id": "staff_unknown", "team_id": "team_unknown"}[named.field], *named.id)
		}
	}
	return nil
}

// checkCircle looks at a group where it has just been put: nothing may lead back to itself, neither by lists alone nor by a
// segment whose condition asks for a list it stands in.
func (s *Segments) checkCircle(ctx context.Context, tx *db.Tx, kind string, id int64, before, after Place) error {
	if same(before.ParentID, after.ParentID) {
		return nil
	}
	live, among, err := groups(ctx, tx)
	if err != nil {
		return err
	}
	nodes, err := listNodes(ctx, tx)
	if err != nil {
		return err
	}
	if kind == GroupList && slices.Contains(listsAbove(nodes, id), id) {
		return fault.Invalid("parent_id", "list_leads_back_to_itself")
	}
	if len(listsAbove(nodes, id)) >= mostListLevels && kind == GroupList {
		return fault.Invalid("parent_id", "nested_too_deep", mostListLevels)
	}
	for _, seg := range live {
		if _, err := parseConditionOf(guard.System(ctx), []byte(seg.Condition), among, seg.ID); err != nil {
			return fault.Invalid("parent_id", "group_in_circle", seg.Name)
		}
	}
	return nil
}

// mostListLevels bounds how deep lists stand below one another.
const mostListLevels = 8

// DeleteList takes a list away, with who is in it; RestoreList brings both back. Faults: not found, stale, conflict while
// something stands below it or a segment asks for it.
func (s *Segments) DeleteList(ctx context.Context, id, version int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := listByID(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return fault.Stale()
		}
		live, among, err := groups(ctx, tx)
		if err != nil {
			return err
		}
		nodes, err := listNodes(ctx, tx)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			if same(n.Parent, &id) {
				return fault.Conflict("list_holds_groups", n.Name)
			}
		}
		for _, seg := range live {
			if c, err := parseConditionOf(guard.System(ctx), []byte(seg.Condition), among, seg.ID); err == nil && c.asksForList(id) {
				return fault.Conflict("list_in_use", seg.Name)
			}
		}
		if _, err := tx.NewRaw("update lists set deleted_at = ?, name = name || ' #' || cast(id as text), version = version + 1 where id = ?", clock.Millis(ctx), id).Exec(ctx); err != nil {
			return err
		}
		tx.Feed("lists", id)
		return guard.Audit(ctx, tx, "list.deleted", "list", jsonID(id), map[string]any{"name": before.Name})
	})
}

// RestoreList brings a deleted list back with who was in it: at the top where the list above it is gone, and under its name
// with its id where another took the name. Fault: not found, also when it is not deleted.
func (s *Segments) RestoreList(ctx context.Context, id int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		gone, err := listByID(ctx, tx, id, true)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(gone.Name, " #"+jsonID(id))
		nodes, err := listNodes(ctx, tx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(nodes, func(n groupNode) bool { return n.Kind == GroupList && n.Name == name }) {
			name = gone.Name
		}
		if gone.ParentID != nil && !slices.ContainsFunc(nodes, func(n groupNode) bool { return n.Kind == GroupList && n.ID == *gone.ParentID }) {
			gone.ParentID = nil
		}
		if _, err := tx.NewRaw("update lists set deleted_at = null, name = ?, parent_id = ?, updated_at = ?, version = version + 1 where id = ?",
			name, gone.ParentID, clock.Millis(ctx), id).Exec(ctx); err != nil {
			return err
		}
		tx.Feed("lists", id)
		return guard.Audit(ctx, tx, "list.restored", "list", jsonID(id), map[string]any{"name": name})
	})
}

func (c *Condition) asksForList(id int64) (found bool) {
	c.walk(func(n *Condition) { found = found || n.List != nil && slices.Contains(n.List.Lists, id) })
	return found
}

func listNameTaken(err error) error {
	if db.IsUnique(err) {
		return fault.Conflict("list_name_taken")
	}
	return err
}
