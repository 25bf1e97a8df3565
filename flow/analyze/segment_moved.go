package analyze

import (
	"cmp"
	"context"
	"slices"

	"guanxi/base/api"
	"guanxi/guard"
)

// SegmentMoved is who came to a segment and who went over some days.
type SegmentMoved struct {
	ID      api.ID `json:"id"`
	Name    string `json:"name"`
	Entered int64  `json:"entered"`
	Left    int64  `json:"left"`
}

// Moved counts who entered and left the segments the reader may know of, within her scope, over a period; those that moved
// most first, those in which nobody did left out.
func (s *Segments) Moved(ctx context.Context, p Period) ([]SegmentMoved, error) {
	known, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	rows, err := s.columns.Query(ctx, `
select m.segment_id, count(*) filter (where m.entered), count(*) filter (where not m.entered)
from segment_moves m
where m.day between `+literal(p.From)+` and `+literal(p.To)+` and m.customer_id in (select c.id from customers c where `+scope+`)
group by m.segment_id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []SegmentMoved{}
	for rows.Next() {
		var id int64
		var m SegmentMoved
		if err := rows.Scan(&id, &m.Entered, &m.Left); err != nil {
			return nil, err
		}
		if at := slices.IndexFunc(known, func(seg *Segment) bool { return seg.ID == id }); at >= 0 {
			m.ID, m.Name = api.ID(id), known[at].Name
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b SegmentMoved) int {
		return cmp.Or(cmp.Compare(b.Entered+b.Left, a.Entered+a.Left), cmp.Compare(a.ID, b.ID))
	})
	return all, rows.Err()
}
