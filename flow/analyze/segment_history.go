package analyze

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"time"

	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// SegmentHistory is how large a segment was day by day, who came and went, and what decided it.
type SegmentHistory struct {
	From      string       `json:"from" format:"date"`
	To        string       `json:"to" format:"date"`
	KnownFrom *string      `json:"known_from" format:"date" doc:"the first day of which the members are known; null while there is none"`
	Scoped    bool         `json:"scoped" doc:"you do not see every customer: members and moves are counted of those alone whom you see now. For who sees all, customers who are gone since are counted too"`
	Days      []HistoryDay `json:"days"`
	Entered   int64        `json:"entered"`
	Left      int64        `json:"left"`
	Reasons   []MoveReason `json:"reasons" doc:"what decided the moves of the period, the most frequent first. A move may be decided by several conditions together"`
}

// HistoryDay is a day of the workspace.
type HistoryDay struct {
	Day     string        `json:"day" format:"date"`
	Members *int64        `json:"members" doc:"at its end; null of days of which it is not known"`
	Entered int64         `json:"entered"`
	Left    int64         `json:"left"`
	Changes []RuleChanged `json:"changes,omitempty"`
}

// RuleChanged is an instant at which the segment itself was changed: its condition, or that it was there.
type RuleChanged struct {
	At     time.Time `json:"at"`
	What   string    `json:"what" enum:"condition,deleted,restored"`
	Before *Label    `json:"before,omitempty" doc:"what the condition was, in words; absent where it asks for something that can no longer be read or is not yours to see"`
	Hidden bool      `json:"hidden,omitempty" doc:"it asked for something that is not yours to see"`
}

// longestHistory bounds the days told at once.
const longestHistory = 1100

// readable gives a live segment that the reader may know of. Fault: not found.
func (s *Segments) readable(ctx context.Context, id int64) (*Segment, error) {
	found, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.mayKnow(ctx, found, s.lookup()) {
		return nil, fault.NotFound("segment", id)
	}
	return found, nil
}

// History tells how a segment grew and shrank in the days from first to last. Faults: not found, invalid.
func (s *Segments) History(ctx context.Context, id int64, first, last time.Time) (*SegmentHistory, error) {
	if daysBetween(first, last) > longestHistory {
		return nil, fault.Invalid("from", "period_too_long")
	}
	found, err := s.readable(ctx, id)
	if err != nil {
		return nil, err
	}
	s.await(ctx)
	h := &SegmentHistory{From: date(first), To: date(last), Days: []HistoryDay{}, Scoped: !guard.ScopeOf(ctx, "customers").All()}
	days, known, err := s.course(ctx, found, first, last)
	if err != nil {
		return nil, err
	}
	if known != nil {
		day := date(*known)
		h.KnownFrom = &day
	}
	for _, d := range days {
		day := HistoryDay{Day: d.Day, Entered: int64(d.Entered), Left: int64(d.Left)}
		if d.Count != nil {
			n := int64(*d.Count)
			day.Members = &n
		}
		h.Entered, h.Left = h.Entered+day.Entered, h.Left+day.Left
		h.Days = append(h.Days, day)
	}
	teller, err := s.partsTeller(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.markChanges(ctx, teller, found, h); err != nil {
		return nil, err
	}
	h.Reasons, err = s.moveReasons(ctx, teller, id, first, last)
	return h, err
}

// markChanges notes on the days of h when the segment itself was changed, as the audit log has it.
func (s *Segments) markChanges(ctx context.Context, teller *partsTeller, found *Segment, h *SegmentHistory) error {
	entries, err := guard.AuditAbout(ctx, s.records.Read(), "segment", []int64{found.ID})
	if err != nil {
		return err
	}
	w := workspace.Of(ctx)
	for _, e := range entries {
		at := slices.IndexFunc(h.Days, func(d HistoryDay) bool { return d.Day == w.Day(e.HappenedAt) })
		if at < 0 {
			continue
		}
		change := RuleChanged{At: time.UnixMilli(e.HappenedAt).UTC()}
		switch e.Action {
		case "segment.changed":
			var told struct{ Before, After json.RawMessage }
			if json.Unmarshal([]byte(e.Summary), &told) != nil || len(told.Before) == 0 || sameJSON(told.Before, told.After) {
				continue
			}
			change.What = "condition"
			change.Before, change.Hidden = teller.said(told.Before, found.ID)
		case "segment.deleted":
			change.What = "deleted"
		case "segment.restored":
			change.What = "restored"
		default:
			continue
		}
		h.Days[at].Changes = append(h.Days[at].Changes, change)
	}
	return nil
}

// sameJSON compares what two texts say, whatever the order of their keys.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// MoveReason is what decided moves: why they were reckoned, and by which single condition, where that was told. Alone counts those
// that it decided by itself.
type MoveReason struct {
	Entered bool      `json:"entered" doc:"of who came, else of who left"`
	Cause   string    `json:"cause" doc:"facts: what was recorded; day: time passed; scores; rule: the condition was changed; stage: the lifecycle; gone: the customer was deleted, merged or erased; past: reckoned afterwards; empty where it was not kept"`
	Part    *MovePart `json:"part,omitempty"`
	Moves   int64     `json:"moves"`
	Alone   int64     `json:"alone"`
}

// moveGroup is moves that the same conditions decided.
type moveGroup struct {
	entered bool
	cause   string
	parts   string
	moves   int64
}

// moveGroups counts the moves of a period, in the reader's scope, by what decided them.
func (s *Segments) moveGroups(ctx context.Context, id int64, first, last time.Time) (groups []moveGroup, err error) {
	query := ofSegment(ctx, id, first, last).put(`
select m.entered, coalesce(m.cause, ''), coalesce(m.parts, ''), count(*)
from segment_moves m
where `, " group by all")
	rows, err := s.columns.Query(ctx, query.sql, query.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g moveGroup
		if err := rows.Scan(&g.entered, &g.cause, &g.parts, &g.moves); err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	return groups, rows.Err()
}

// mostReasons bounds the reasons told of one direction.
const mostReasons = 20

// moveReasons ranks what decided the moves of a period.
func (s *Segments) moveReasons(ctx context.Context, teller *partsTeller, id int64, first, last time.Time) ([]MoveReason, error) {
	groups, err := s.moveGroups(ctx, id, first, last)
	if err != nil {
		return nil, err
	}
	type reason struct {
		entered    bool
		cause, key string
	}
	counted := map[reason]*MoveReason{}
	count := func(g moveGroup, part *MovePart, alone bool) {
		r := reason{g.entered, g.cause, ""}
		if part != nil {
			r.key = part.Key
		}
		if counted[r] == nil {
			counted[r] = &MoveReason{Entered: g.entered, Cause: g.cause, Part: part}
		}
		counted[r].Moves += g.moves
		if alone {
			counted[r].Alone += g.moves
		}
	}
	for _, g := range groups {
		parts := teller.parts(g.parts)
		if len(parts) == 0 {
			count(g, nil, true)
		}
		for i := range parts {
			count(g, &parts[i], len(parts) == 1)
		}
	}
	reasons := make([]MoveReason, 0, len(counted))
	for _, r := range counted {
		if r.Part != nil {
			r.Part.settle(r.Moves == r.Alone)
		}
		reasons = append(reasons, *r)
	}
	slices.SortFunc(reasons, rankReasons)
	kept := map[bool]int{}
	return slices.DeleteFunc(reasons, func(r MoveReason) bool { kept[r.Entered]++; return kept[r.Entered] > mostReasons }), nil
}

func partKey(condition string, holds bool) string {
	return strconv.FormatUint(hashOf(condition, strconv.FormatBool(holds)), 36)
}
