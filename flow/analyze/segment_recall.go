package analyze

import (
	"context"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/columns"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// recalledMoves is how many days before columns were made the moves of segments are reckoned afterwards.
const recalledMoves = 90

// recalling is a segment whose past is reckoned afterwards, day by day.
type recalling struct {
	segment *Segment
	state   segmentState
	first   time.Time
	was     *roaring64.Bitmap // nil before the first day
	moves   [][]any
}

// Recall reckons afterwards who came into segments and left them in the days before columns were made, which begin without any moves:
// of the segments that were there by then and speak of nothing but dated events, as far as those can be asked of a day.
func (s *Segments) Recall(ctx context.Context) error {
	ctx = guard.System(ctx)
	all, err := s.withoutPast(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	for day := today(ctx).AddDate(0, 0, -recalledMoves); day.Before(today(ctx)); day = day.AddDate(0, 0, 1) {
		if err := s.recallDay(ctx, all, day); err != nil {
			return err
		}
	}
	asked, conditions, err := s.askAsOf(ctx, newCompiler(ctx), all, today(ctx))
	if err != nil {
		return err
	}
	return s.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error { return s.writePast(ctx, to, all, asked, conditions) })
}

// withoutPast gives the segments of which no move is known yet and whose past can be reckoned.
func (s *Segments) withoutPast(ctx context.Context) (all []*recalling, err error) {
	live, among, err := groups(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	settled, err := states(ctx, s.columns)
	if err != nil {
		return nil, err
	}
	moved, err := idsWhere(ctx, s.columns, sqlPiece("select distinct segment_id from segment_moves"))
	if err != nil {
		return nil, err
	}
	for _, seg := range live {
		st, known := settled[seg.ID]
		if !known || !civilDay(workspace.Of(ctx), st.knownFrom).Equal(today(ctx)) {
			continue
		}
		c, err := parseConditionOf(ctx, []byte(seg.Condition), among, seg.ID)
		if err != nil || st.version != versionOf(seg.Condition, c) || moved.Contains(uint64(seg.ID)) || !c.recallable() {
			continue
		}
		first := civilDay(workspace.Of(ctx), seg.CreatedAt)
		if earliest := today(ctx).AddDate(0, 0, -recalledMoves); first.Before(earliest) {
			first = earliest
		}
		if first.Before(today(ctx)) {
			all = append(all, &recalling{segment: seg, state: st, first: first})
		}
	}
	return all, nil
}

// recallDay notes who came and went on a day, by who would have been in at its end, of those who were known by then.
func (s *Segments) recallDay(ctx context.Context, all []*recalling, day time.Time) error {
	k := newCompiler(ctx)
	k.today = day
	known, err := idsWhere(ctx, s.columns, sqlPiece("select id from customers where created_at < ? or orders_first_day <= ?::date",
		dayStart(k.workspace, day.AddDate(0, 0, 1)), date(day)))
	if err != nil {
		return err
	}
	asked, conditions, err := s.askAsOf(ctx, k, all, day)
	if err != nil {
		return err
	}
	end := dayStart(k.workspace, day.AddDate(0, 0, 1)) - 1
	for i, r := range all {
		if day.Before(r.first) {
			continue
		}
		now := roaring64.And(asked.members(conditions[i]), known)
		if r.was != nil {
			r.note(asked, conditions[i], now, end, day)
		}
		r.was = now
	}
	return nil
}

// askAsOf asks the single conditions of segments of everybody, as of a day. They are told by what they are without it.
func (s *Segments) askAsOf(ctx context.Context, k *compiler, all []*recalling, day time.Time) (*leafSet, []*Condition, error) {
	conditions := make([]*Condition, len(all))
	for i, r := range all {
		c, err := s.conditionOf(ctx, r.segment.ID)
		if err != nil {
			return nil, nil, err
		}
		c.walk(func(n *Condition) {
			if n.single() {
				n.key()
			}
		})
		c.asOf(day)
		conditions[i] = c
	}
	own, err := s.columns.Aside(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer own.Close()
	asked, err := askLeaves(ctx, own, k, conditions, nil)
	return asked, conditions, err
}

// note keeps who differs as having come or gone.
func (r *recalling) note(asked *leafSet, c *Condition, now *roaring64.Bitmap, at int64, day time.Time) {
	differ := roaring64.Xor(r.was, now)
	told := differ.GetCardinality() <= causesAtall
	for it := differ.Iterator(); it.HasNext(); {
		id := it.Next()
		parts := any(nil)
		if told {
			_, parts = asked.because(c, id, whyPast)
		}
		r.moves = append(r.moves, []any{r.segment.ID, int64(id), now.Contains(id), at, day, whyPast, parts})
	}
}

// writePast writes what was reckoned, up to who is in now, for the segments that nothing has changed meanwhile.
func (s *Segments) writePast(ctx context.Context, to *columns.Tx, all []*recalling, asked *leafSet, conditions []*Condition) error {
	now, err := states(ctx, to)
	if err != nil {
		return err
	}
	for i, r := range all {
		if now[r.segment.ID] != r.state {
			continue
		}
		members, err := s.bitmap(ctx, to, r.segment.ID, r.state)
		if err != nil {
			return err
		}
		r.note(asked, conditions[i], members, r.state.knownFrom, today(ctx))
		if err := to.Append(ctx, "segment_moves", r.moves); err != nil {
			return err
		}
		if err := to.Exec(ctx, "update segment_members set known_from = ? where segment_id = ?", dayStart(workspace.Of(ctx), r.first), r.segment.ID); err != nil {
			return err
		}
	}
	return nil
}
