package analyze

import (
	"cmp"
	"context"
	"slices"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// GroupView is a list or a segment as its readers see it in the tree of groups. Count is of the members in the reader's
// scope, those of what stands below it among them; Picked of those who are in the list itself.
type GroupView struct {
	Type        string    `json:"type" enum:"list,segment"`
	ID          api.ID    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Parent      *api.ID   `json:"parent_id"`
	Count       int64     `json:"count"`
	Picked      int64     `json:"picked" doc:"of a list: in itself, without what stands below it"`
	Sentence    *Label    `json:"sentence,omitempty" doc:"of a segment"`
	Owner       *Named    `json:"owner" doc:"answerable for the members"`
	Team        *Named    `json:"team" doc:"the team the members belong to"`
	MadeBy      *Named    `json:"made_by"`
	UsedBy      []string  `json:"used_by" doc:"segments that ask for it"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	Version     int64     `json:"version"`
}

// Groups gives every list and segment by name, lists first.
func (s *Segments) Groups(ctx context.Context) ([]GroupView, error) {
	s.await(ctx)
	read := s.records.Read()
	live, among, err := groups(ctx, read)
	if err != nil {
		return nil, err
	}
	lists, err := liveLists(ctx, read)
	if err != nil {
		return nil, err
	}
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	named := func(kind string, id *int64) *Named {
		if id == nil {
			return nil
		}
		return &Named{ID: api.ID(*id), Name: reader.name(kind, *id)}
	}
	known := slices.DeleteFunc(slices.Clone(live), func(seg *Segment) bool { return !s.mayKnow(ctx, seg, among) })
	within := map[int64]*Condition{}
	for _, seg := range live {
		if c, err := parseConditionOf(guard.System(ctx), []byte(seg.Condition), among, seg.ID); err == nil {
			within[seg.ID] = c
		}
	}
	views := make([]GroupView, 0, len(lists)+len(live))
	for _, l := range lists {
		c, err := ParseCondition(guard.System(ctx), []byte(`{"list":"`+jsonID(l.ID)+`"}`), among)
		if err != nil {
			return nil, err
		}
		v := GroupView{Type: GroupList, ID: api.ID(l.ID), Name: l.Name, Description: l.Description, Parent: (*api.ID)(l.ParentID), Owner: named("owner", l.OwnerID),
			Team: named("team", l.TeamID), MadeBy: named("owner", l.StaffID), UsedBy: []string{}, Version: l.Version,
			CreatedAt: time.UnixMilli(l.CreatedAt).UTC(), UpdatedAt: time.UnixMilli(l.UpdatedAt).UTC()}
		if v.Count, err = s.count(ctx, c); err != nil {
			return nil, err
		}
		if v.Picked, err = s.count(ctx, (&ListReference{ID: l.ID, Lists: []int64{l.ID}}).members()); err != nil {
			return nil, err
		}
		for _, seg := range known {
			asks := false
			if c := within[seg.ID]; c != nil {
				c.walk(func(n *Condition) { asks = asks || n.List != nil && n.List.ID == l.ID })
			}
			if asks {
				v.UsedBy = append(v.UsedBy, seg.Name)
			}
		}
		views = append(views, v)
	}
	segments, err := s.views(ctx, known)
	if err != nil {
		return nil, err
	}
	for i, seg := range known {
		v := segments[i]
		g := GroupView{Type: GroupSegment, ID: v.ID, Name: v.Name, Description: v.Description, Parent: (*api.ID)(seg.ParentID), Count: v.Count, Sentence: &v.Sentence,
			Owner: named("owner", seg.OwnerID), Team: named("team", seg.TeamID), MadeBy: v.Owner, UsedBy: []string{}, Version: v.Version, CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt}
		for _, other := range known {
			if c := within[other.ID]; c != nil && other.ID != seg.ID && c.builtOn(seg.ID) {
				g.UsedBy = append(g.UsedBy, other.Name)
			}
		}
		views = append(views, g)
	}
	slices.SortStableFunc(views, func(a, b GroupView) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	return views, nil
}

// group gives one of Groups. Fault: not found.
func (s *Segments) list(ctx context.Context, id int64) (*GroupView, error) {
	if _, err := listByID(ctx, s.records.Read(), id, false); err != nil {
		return nil, err
	}
	all, err := s.Groups(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(v GroupView) bool { return v.Type == GroupList && v.ID == api.ID(id) })
	return &all[max(at, 0)], nil
}

// ListMembers lists who is in a list or in anything below it, as Members does for a segment. Faults: not found, invalid.
func (s *Segments) ListMembers(ctx context.Context, id int64, q page.Query) (*page.List[SegmentMember], error) {
	if _, err := listByID(ctx, s.records.Read(), id, false); err != nil {
		return nil, err
	}
	s.await(ctx)
	c, err := ParseCondition(ctx, []byte(`{"list":"`+jsonID(id)+`"}`), s.lookup())
	if err != nil {
		return nil, err
	}
	return s.membersOf(ctx, c, q)
}

// membersOf lists whom a condition holds for, by default those of the highest predicted value first.
func (s *Segments) membersOf(ctx context.Context, c *Condition, q page.Query) (*page.List[SegmentMember], error) {
	if q.Filter != "" {
		also, err := ParseCondition(ctx, []byte(q.Filter), s.lookup())
		if err != nil {
			return nil, err
		}
		c = &Condition{All: []*Condition{c, also}}
	}
	if q.Sort == "" && customerFields["value.predicted"].mayUse(ctx) {
		q.Sort = "-value.predicted"
	}
	ids, total, next, err := s.find(ctx, c, customer.FindQuery{Sort: q.Sort, Cursor: q.Cursor, Limit: q.Limit, Total: q.Total})
	if err != nil {
		return nil, err
	}
	list := &page.List[SegmentMember]{NextCursor: next}
	if q.Total {
		list.Total = &total
	}
	list.Items, err = s.memberRows(ctx, ids)
	return list, err
}
