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
	Count         *float64 // nil for days of which it is not known, such as those before the segment was there
	Entered, Left float64
}

// Course tells how large a segment was on each day from from to to, whoever asks. Fault: not found.
func (s *Segments) Course(ctx context.Context, id int64, from, to time.Time) ([]SegmentDay, error) {
	ctx = guard.System(ctx)
	found, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	days, _, err := s.course(ctx, found, from, to)
	return days, err
}

// course tells the same of the customers in the reader's scope, and the first day of which the members are known: nil while there
// is none. It begins with who is in now and goes back, without who came and with who went. Who is gone since counts for those alone
// who see every customer.
func (s *Segments) course(ctx context.Context, found *Segment, from, to time.Time) (days []SegmentDay, known *time.Time, err error) {
	own, err := s.columns.Aside(ctx) // members and moves as of one instant
	if err != nil {
		return nil, nil, err
	}
	defer own.Close()
	all, err := states(ctx, own)
	if err != nil {
		return nil, nil, err
	}
	st, settled := all[found.ID]
	count := float64(st.members)
	if visible, err := visibleIn(ctx, own); err != nil {
		return nil, nil, err
	} else if visible != nil && settled {
		members, err := s.bitmap(ctx, own, found.ID, st)
		if err != nil {
			return nil, nil, err
		}
		count = float64(members.AndCardinality(visible))
	}
	moves, err := dailyMoves(ctx, own, found.ID, from)
	if err != nil {
		return nil, nil, err
	}
	if settled {
		began := found.CreatedAt
		if st.knownFrom != 0 {
			began = st.knownFrom
		}
		day := civilDay(workspace.Of(ctx), began)
		known = &day
	}
	for at := today(ctx); !at.Before(from); at = at.AddDate(0, 0, -1) {
		d := SegmentDay{Day: dayText(at), Entered: moves[dayText(at)][0], Left: moves[dayText(at)][1]}
		if known != nil && !at.Before(*known) {
			c := count
			d.Count = &c
		}
		count -= d.Entered - d.Left
		if !at.After(to) {
			days = append(days, d)
		}
	}
	slices.Reverse(days)
	return days, known, nil
}

// dailyMoves counts who entered and who left a segment on each day since one, of the customers in the reader's scope.
func dailyMoves(ctx context.Context, from columnReader, id int64, since time.Time) (map[string][2]float64, error) {
	query := ofSegment(ctx, id, since, time.Time{}).put(`
select cast(m.day as varchar), count(*) filter (where m.entered)::double, count(*) filter (where not m.entered)::double
from segment_moves m
where `, " group by m.day")
	rows, err := from.Query(ctx, query.sql, query.args...)
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
	return moves, rows.Err()
}

// ofSegment bounds the moves m to those of a segment from a day on, to another where that is given, of the customers in the
// reader's scope.
func ofSegment(ctx context.Context, id int64, first, last time.Time) piece {
	p := sqlPiece("m.segment_id = ? and m.day >= ?::date", id, date(first))
	if !last.IsZero() {
		p = glue(" and ", p, sqlPiece("m.day <= ?::date", date(last)))
	}
	if scope := guard.ScopeOf(ctx, "customers"); !scope.All() {
		where, args := scope.Where("c")
		p = glue(" and ", p, sqlPiece("m.customer_id in (select c.id from customers c where "+where+")", args...))
	}
	return p
}
