package analyze

import (
	"context"
	"slices"
	"time"

	"guanxi/base/workspace"
	"guanxi/guard"
)

// SegmentDay is how large a segment was at the end of a day, and who came and went on it.
type SegmentDay struct {
	Day           string
	Count         *float64 // nil for days before the segment was there
	Entered, Left float64
}

// Course tells how large a segment was on each day from from to to, whoever asks. Fault: not found.
func (s *Segments) Course(ctx context.Context, id int64, from, to time.Time) ([]SegmentDay, error) {
	found, err := s.Get(guard.System(ctx), id)
	if err != nil {
		return nil, err
	}
	all, err := states(ctx, s.columns)
	if err != nil {
		return nil, err
	}
	st, known := all[id]
	rows, err := s.columns.Query(ctx, `
select cast(day as varchar), count(*) filter (where entered)::double, count(*) filter (where not entered)::double
from segment_moves
where segment_id = ? and day >= ?
group by day`, id, from)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	moves := map[string][2]float64{}
	for rows.Next() {
		var day string
		var in, out float64
		if err := rows.Scan(&day, &in, &out); err != nil {
			return nil, err
		}
		moves[day] = [2]float64{in, out}
	}
	var days []SegmentDay
	count, began := float64(st.members), civilDay(workspace.Of(ctx), found.CreatedAt)
	for at := today(ctx); !at.Before(from); at = at.AddDate(0, 0, -1) {
		d := SegmentDay{Day: dayText(at), Entered: moves[dayText(at)][0], Left: moves[dayText(at)][1]}
		if known && !at.Before(began) {
			c := count
			d.Count = &c
		}
		count -= d.Entered - d.Left
		if !at.After(to) {
			days = append(days, d)
		}
	}
	slices.Reverse(days)
	return days, rows.Err()
}
