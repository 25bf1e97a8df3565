package analyze

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/columns"
	"guanxi/base/workspace"
)

const (
	recalledDays = 364 // before the day on which stages were defined
	recalledStep = 7   // days from one look to the next
)

// recallable says that the condition speaks of nothing but dated events, so that it can be asked as of an earlier day.
func (c *Condition) recallable() bool {
	switch {
	case c.Event != nil:
		return c.Event.relation != "segment_moves" && c.Op != OpTop && c.Op != OpBottom
	case c.Not != nil:
		return c.Not.recallable()
	case c.Segment != nil:
		return c.Segment.Condition.recallable()
	case c.All != nil || c.Any != nil || c.everyone:
		return !slices.ContainsFunc(slices.Concat(c.All, c.Any), func(n *Condition) bool { return !n.recallable() })
	}
	return false
}

// asOf bounds a condition by a day: what happened later is not known on it.
func (c *Condition) asOf(day time.Time) {
	c.walk(func(n *Condition) {
		switch {
		case n.Event == nil || n.Window.LastDays > 0:
		case n.Window.From.IsZero():
			n.Window = Window{From: time.Unix(0, 0).UTC(), To: day}
		case n.Window.To.After(day):
			n.Window.To = day
		}
	})
}

// recallStages reckons afterwards who would have been in which stage in the year before stages were defined, as far as their
// rules can be asked of the past, so that flow and durations are there on the first day.
func (s *Segments) recallStages(ctx context.Context, r *stageRules, st stageState) error {
	if r.version == 0 || st.knownFrom.Valid {
		return nil
	}
	began := civilDay(workspace.Of(ctx), st.beganAt)
	known := began
	var told []datedMove
	before := map[string]*roaring64.Bitmap{}
	if !r.any(func(w watched) bool { return w.condition != nil && !w.condition.recallable() }) {
		known = began.AddDate(0, 0, -recalledDays)
		for day := known; day.Before(began); day = day.AddDate(0, 0, recalledStep) {
			now, err := s.standingOn(ctx, day)
			if err != nil {
				return err
			}
			cause := whyPast
			if day.Equal(known) {
				cause = whyStart
			}
			told = append(told, movesOn(ctx, day, before, r.keys, now, cause)...)
			before = byKey(r.keys, now)
		}
	}
	return s.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		now, err := readStageState(ctx, to)
		if err != nil || now.version != st.version || now.beganAt != st.beganAt || now.knownFrom.Valid {
			return err
		}
		if len(told) > 0 {
			if err := writeRecalled(ctx, to, r, st, told, before); err != nil {
				return err
			}
		}
		now.knownFrom = sql.NullTime{Time: known, Valid: true}
		return keepStageState(ctx, to, r, now)
	})
}

// datedMove is a move that was reckoned afterwards.
type datedMove struct {
	stageMove
	at  int64
	day time.Time
}

func movesOn(ctx context.Context, day time.Time, before map[string]*roaring64.Bitmap, keys []string, now []*roaring64.Bitmap, cause string) (moves []datedMove) {
	everyone := roaring64.New()
	for _, m := range before {
		everyone.Or(m)
	}
	end := dayStart(workspace.Of(ctx), day.AddDate(0, 0, 1)) - 1
	for _, m := range movesBetween(before, keys, now, everyone, cause, func(string) bool { return false }) {
		moves = append(moves, datedMove{m, end, day})
	}
	return moves
}

func byKey(keys []string, standing []*roaring64.Bitmap) map[string]*roaring64.Bitmap {
	m := make(map[string]*roaring64.Bitmap, len(keys))
	for i, key := range keys {
		m[key] = standing[i]
	}
	return m
}

// standingOn gives who would have been in each stage at the end of a day, of those who were known by then.
func (s *Segments) standingOn(ctx context.Context, day time.Time) ([]*roaring64.Bitmap, error) {
	_, among, err := groups(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	r := readStageRules(ctx, among)
	k := newCompiler(ctx)
	k.today = day
	known, err := idsWhere(ctx, s.columns, sqlPiece("select id from customers where created_at < ? or orders_first_day <= ?::date",
		dayStart(k.workspace, day.AddDate(0, 0, 1)), date(day)))
	if err != nil {
		return nil, err
	}
	standing := make([]*roaring64.Bitmap, len(r.stages))
	for i := len(r.stages) - 1; i >= 0; i-- {
		standing[i] = roaring64.New()
		c := r.stages[i].condition
		if c == nil { // set by hand, and nobody knows when
			continue
		}
		c.asOf(day)
		holds, err := k.evaluate(ctx, s.columns, c)
		if err != nil {
			return nil, err
		}
		standing[i] = roaring64.And(holds, known)
		known = roaring64.AndNot(known, standing[i])
	}
	return standing, nil
}

// writeRecalled puts the recalled moves in the place of those that say where everybody began.
func writeRecalled(ctx context.Context, to *columns.Tx, r *stageRules, st stageState, told []datedMove, before map[string]*roaring64.Bitmap) error {
	began := make([]*roaring64.Bitmap, len(r.keys))
	everyone := roaring64.New()
	for i, key := range r.keys {
		var err error
		if began[i], err = idsWhere(ctx, to, sqlPiece("select customer_id from stage_moves where cause = ? and to_stage = ?", whyStart, key)); err != nil {
			return err
		}
	}
	for _, m := range before {
		everyone.Or(m)
	}
	day := civilDay(workspace.Of(ctx), st.beganAt)
	for _, m := range movesBetween(before, r.keys, began, everyone, whyPast, func(string) bool { return false }) {
		told = append(told, datedMove{m, st.beganAt, day})
	}
	if err := to.Exec(ctx, "delete from stage_moves where cause = ?", whyStart); err != nil {
		return err
	}
	if err := to.AppendFrom(ctx, func(_ context.Context, add addRow) error {
		for _, m := range told {
			for it := m.who.Iterator(); it.HasNext(); {
				if err := add("stage_moves", []driver.Value{int64(it.Next()), nullText(m.from), nullText(m.to), m.cause, m.at, m.day}); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return to.Exec(ctx, `
update customer_stages set since = m.ts, cause = m.cause
from (select customer_id, max(ts) as ts, arg_max(cause, ts) as cause from stage_moves group by customer_id) m
where m.customer_id = customer_stages.customer_id and customer_stages.cause = 'start'`)
}
