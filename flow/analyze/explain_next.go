package analyze

import (
	"database/sql"
	"slices"
	"strings"
	"time"
)

const (
	nextHorizon    = 731 // days looked ahead
	nextCandidates = 60  // days tried
)

// next finds the first later day on which the answer is another one with the same facts. Only days on which some
// single condition can turn are tried.
func (e *explainer) next(c *Condition, member bool) (*NextChange, error) {
	if !c.movesWithTime() || c.relative() { // where others decide, time alone tells nothing
		return nil, nil
	}
	days, err := e.turningDays(c)
	if err != nil {
		return nil, err
	}
	for _, day := range days {
		later := *e.k
		later.today = day
		p := later.holds(c, false)
		var holds bool
		if err := e.from.QueryRow(e.ctx, "select coalesce("+p.sql+", false) from "+later.table("customers")+" c", p.args...).Scan(&holds); err != nil {
			return nil, err
		}
		if holds != member {
			return &NextChange{date(day), holds}, nil
		}
	}
	return nil, nil
}

// turningDays gives the coming days on which a condition may turn, in order: when a fact falls out of a window or
// comes into one, an age or a silence is reached, an anniversary draws near or is past.
func (e *explainer) turningDays(c *Condition) ([]time.Time, error) {
	seen := map[time.Time]bool{}
	note := func(day time.Time, offsets ...int) {
		for _, o := range offsets {
			if d := day.AddDate(0, 0, o); d.After(e.k.today) && daysBetween(e.k.today, d) <= nextHorizon {
				seen[d] = true
			}
		}
	}
	var failed error
	c.walk(func(n *Condition) {
		if failed != nil || n.Event == nil && n.Field == nil && n.Sequence == nil {
			return
		}
		if n.Sequence != nil { // its steps tell their days themselves; this is when the first one falls out of the window
			facts, err := e.factDays(n.Sequence[0])
			failed = err
			for _, fact := range facts {
				note(fact, 0, n.Window.LastDays)
			}
			return
		}
		facts, err := e.factDays(n)
		if err != nil {
			failed = err
			return
		}
		for _, fact := range facts {
			note(fact, 0)
			if n.Window.LastDays > 0 {
				note(fact, n.Window.LastDays, 2*n.Window.LastDays)
			}
			note(fact, int(n.Value.Days))
			switch {
			case n.Field != nil && n.Field.Type == TypeElapsed && n.Field.Unit == "years":
				for _, v := range n.Value.Numbers {
					note(fact.AddDate(int(v.(int64)), 0, 0), -1, 0, 1)
					note(fact.AddDate(int(v.(int64))+1, 0, 0), -1, 0, 1)
				}
			case n.Field != nil && n.Field.Type == TypeElapsed:
				for _, v := range n.Value.Numbers {
					note(fact, int(v.(int64)), int(v.(int64))+1)
				}
			case n.Op == OpAnniversary && n.Value.Lunar:
				for _, again := range lunarReturns(fact, e.k.today) {
					note(again, -int(n.Value.Days)-1, -int(n.Value.Days), 0, 1)
				}
			case n.Op == OpAnniversary:
				for year := e.k.today.Year(); year <= e.k.today.Year()+2; year++ {
					again := fact.AddDate(year-fact.Year(), 0, 0)
					note(again, -int(n.Value.Days)-1, -int(n.Value.Days), 0, 1)
				}
			}
		}
	})
	days := make([]time.Time, 0, len(seen))
	for d := range seen {
		days = append(days, d)
	}
	slices.SortFunc(days, time.Time.Compare)
	return days[:min(len(days), nextCandidates)], failed
}

// factDays gives the civil days of the facts a single condition looks at.
func (e *explainer) factDays(n *Condition) (days []time.Time, err error) {
	var query piece
	switch {
	case n.Event != nil:
		query = piece{n.Event.kept, n.Event.keptArgs}.put("select distinct e.day from "+e.k.table(n.Event.relation)+" e where ", " order by e.day desc limit 400")
	case n.Field.scores && n.Field.Type == TypeDay:
		query = sqlPiece("select " + n.Field.expr + " from " + e.k.table("customer_scores") + " s where " + n.Field.expr + " is not null")
	case n.Field.Type == TypeMonthDay:
		query = sqlPiece("select try_strptime('2000-' || " + n.Field.expr + ", '%Y-%m-%d')::date as day from " + e.k.table("customers") + " c where day is not null")
	case strings.HasPrefix(n.Field.expr, "e."), n.Field.json != "": // of an event, whose own days tell
		return nil, nil
	case n.Field.expr != "" && (n.Field.Type == TypeDay || n.Field.Type == TypeElapsed) && (n.Field.own || n.Field.expr[0] == 'c'):
		query = sqlPiece("select " + n.Field.expr + " from " + e.k.table("customers") + " c where " + n.Field.expr + " is not null")
	case n.Field.Type == TypeInstant && n.Field.expr[0] == 'c':
		var ms sql.NullInt64
		err := e.from.QueryRow(e.ctx, "select "+n.Field.expr+" from "+e.k.table("customers")+" c").Scan(&ms)
		if err != nil || !ms.Valid {
			return nil, err
		}
		return []time.Time{civilDay(e.k.workspace, ms.Int64)}, nil
	default:
		return nil, nil
	}
	rows, err := e.from.Query(e.ctx, query.sql, query.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var day time.Time
		if err := rows.Scan(&day); err != nil {
			return nil, err
		}
		days = append(days, day)
	}
	return days, rows.Err()
}
