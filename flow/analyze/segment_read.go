package analyze

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/page"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// SegmentView is a segment as its readers see it. Count is of the members in the reader's scope.
type SegmentView struct {
	ID          api.ID        `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Condition   ConditionJSON `json:"condition"`
	Sentence    Label         `json:"sentence"`
	Count       int64         `json:"count"`
	Moves       Moves         `json:"moves"`
	Owner       *Named        `json:"owner"`
	CreatedAt   time.Time     `json:"created_at"`
	UpdatedAt   time.Time     `json:"updated_at"`
	Version     int64         `json:"version"`
}

// Moves counts who entered and left in the last seven days, today included.
type Moves struct {
	Entered7d int64 `json:"entered_7d"`
	Left7d    int64 `json:"left_7d"`
}

// Overlap is another segment, how many members both share, and which share (0..1) of this one's that is.
type Overlap struct {
	ID      api.ID  `json:"id"`
	Name    string  `json:"name"`
	Members int64   `json:"members"`
	Share   float64 `json:"share"`
}

// View gives one segment. Fault: not found.
func (s *Segments) View(ctx context.Context, id int64) (*SegmentView, error) {
	found, err := s.readable(ctx, id)
	if err != nil {
		return nil, err
	}
	views, err := s.views(ctx, []*Segment{found})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

// mayKnow says whether a segment asks for nothing that the reader may not use: who is in it would tell what that is, and so
// such a segment is not there for them.
func (s *Segments) mayKnow(ctx context.Context, seg *Segment, among Lookup) bool {
	_, err := parseConditionOf(ctx, []byte(seg.Condition), among, seg.ID)
	return !notTheirs(err)
}

// known gives the live segments that the reader may know of.
func (s *Segments) known(ctx context.Context) ([]*Segment, error) {
	live, err := liveSegments(ctx, s.records.Read())
	if err != nil || guard.ActorOf(ctx).System {
		return live, err
	}
	nodes, err := listNodes(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	among, all := lookupAmong(live, nodes), live
	return slices.DeleteFunc(slices.Clone(all), func(seg *Segment) bool { return !s.mayKnow(ctx, seg, among) }), nil
}

// Views gives every live segment by name, of those the reader may know of.
func (s *Segments) Views(ctx context.Context) ([]SegmentView, error) {
	live, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(live, func(a, b *Segment) int { return cmp.Compare(a.Name, b.Name) })
	return s.views(ctx, live)
}

func (s *Segments) views(ctx context.Context, segments []*Segment) ([]SegmentView, error) {
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	moves, err := s.moves(ctx)
	if err != nil {
		return nil, err
	}
	visible, err := s.visible(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]SegmentView, len(segments))
	for i, seg := range segments {
		c, err := parseConditionOf(guard.System(ctx), []byte(seg.Condition), s.lookup(), seg.ID)
		if err != nil {
			return nil, err
		}
		members, err := s.membersNow(ctx, seg, c)
		if err != nil {
			return nil, err
		}
		v := SegmentView{ID: api.ID(seg.ID), Name: seg.Name, Description: seg.Description, Condition: ConditionJSON(seg.Condition), Version: seg.Version,
			Sentence: reader.Sentence(c), Count: int64(members.GetCardinality()), Moves: moves[seg.ID],
			CreatedAt: time.UnixMilli(seg.CreatedAt).UTC(), UpdatedAt: time.UnixMilli(seg.UpdatedAt).UTC()}
		if visible != nil {
			v.Count = int64(members.AndCardinality(visible))
		}
		if seg.StaffID != nil {
			v.Owner = &Named{ID: api.ID(*seg.StaffID), Name: reader.name("owner", *seg.StaffID)}
		}
		views[i] = v
	}
	return views, nil
}

// membersNow gives the members as last settled, or asks the condition where the feed has not come to the segment yet.
func (s *Segments) membersNow(ctx context.Context, seg *Segment, c *Condition) (*roaring64.Bitmap, error) {
	all, err := states(ctx, s.columns)
	if err != nil {
		return nil, err
	}
	if st, known := all[seg.ID]; known && st.version == versionOf(seg.Condition, c) {
		return s.bitmap(ctx, s.columns, seg.ID, st)
	}
	return newCompiler(ctx).evaluate(ctx, s.columns, c)
}

// moves counts the week's moves of every segment within the reader's scope.
func (s *Segments) moves(ctx context.Context) (map[int64]Moves, error) {
	query := `
select m.segment_id, count(*) filter (where m.entered), count(*) filter (where not m.entered)
from segment_moves m
where m.day > ?::date`
	args := []any{date(civilDay(workspace.Of(ctx), clock.Millis(ctx)).AddDate(0, 0, -7))}
	if scope := guard.ScopeOf(ctx, "customers"); !scope.All() {
		where, more := scope.Where("c")
		query += " and m.customer_id in (select c.id from customers c where " + where + ")"
		args = append(args, more...)
	}
	rows, err := s.columns.Query(ctx, query+" group by m.segment_id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[int64]Moves{}
	for rows.Next() {
		var id int64
		var m Moves
		if err := rows.Scan(&id, &m.Entered7d, &m.Left7d); err != nil {
			return nil, err
		}
		all[id] = m
	}
	return all, rows.Err()
}

// Members lists who is in a segment, by default those of the highest predicted value first. Faults: not found, invalid.
func (s *Segments) Members(ctx context.Context, id int64, q page.Query) (*page.List[SegmentMember], error) {
	c, err := s.conditionOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.membersOf(ctx, c, q)
}

// Overlaps gives the segments that share members with this one, the largest share first. Fault: not found.
func (s *Segments) Overlaps(ctx context.Context, id int64) ([]Overlap, error) {
	live, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.membership(ctx)
	if err != nil {
		return nil, err
	}
	visible, err := s.visible(ctx)
	if err != nil {
		return nil, err
	}
	seg, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	c, err := parseConditionOf(ctx, []byte(seg.Condition), s.lookup(), id)
	if err != nil {
		return nil, err
	}
	own, err := s.membersNow(ctx, seg, c)
	if err != nil {
		return nil, err
	}
	if visible != nil {
		own = roaring64.And(own, visible)
	}
	overlaps := []Overlap{}
	for _, other := range live {
		if m := members[other.ID]; m != nil && other.ID != id {
			if shared := own.AndCardinality(m); shared > 0 {
				overlaps = append(overlaps, Overlap{api.ID(other.ID), other.Name, int64(shared), float64(shared) / float64(own.GetCardinality())})
			}
		}
	}
	slices.SortStableFunc(overlaps, func(a, b Overlap) int { return cmp.Compare(b.Members, a.Members) })
	return overlaps, nil
}

// ConditionJSON is a condition as it stands in a request or an answer.
type ConditionJSON json.RawMessage

// MarshalJSON writes it as it is.
func (c ConditionJSON) MarshalJSON() ([]byte, error) { return json.RawMessage(c).MarshalJSON() }

// UnmarshalJSON keeps it as it came; ParseCondition checks it and names the place at fault.
func (c *ConditionJSON) UnmarshalJSON(b []byte) error {
	return (*json.RawMessage)(c).UnmarshalJSON(b)
}
