package customer

import (
	"context"
	"strconv"
	"time"

	"guanxi/base/field"
)

// Visit is what a customer did in one go in a browser, an app or a shop, as the events of sources tell it. Acts are the
// first of Count.
type Visit struct {
	ID      int64
	Visitor int64
	Source  string
	Kind    string // of the visitor's key
	Began   time.Time
	Ended   time.Time
	Count   int64
	Known   bool // it was known then who it is
	Acts    []Sighting
}

// Visits are the visits that events tell of; a later stage has them.
type Visits interface {
	// VisitsOf gives those that began before an instant, or at it with a lesser id, the newest first.
	VisitsOf(ctx context.Context, customerID, before, beforeID int64, limit int) ([]Visit, error)
	CountVisits(ctx context.Context, customerID int64) (int64, error)
}

// VisitsFrom says who knows of visits. It must be called before the store serves anybody.
func (s *Store) VisitsFrom(v Visits) { s.visits = v }

// timelineEvents gives one item for each visit that events tell of.
func (s *Store) timelineEvents(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	if s.visits == nil {
		return nil, nil
	}
	visits, err := s.visits.VisitsOf(ctx, customerID, after.at, after.id, limit)
	items := make([]timelineItem, len(visits))
	for i, v := range visits {
		items[i] = timelineItem{ID: itemID("visited", v.ID), Kind: "visitor", At: v.Began, Code: "visit", Details: []timelineDetail{}, position: timelinePosition{At: v.Began.UnixMilli(), ID: v.ID},
			Values: map[string]any{"visitor_id": itemNumber(v.Visitor), "source": v.Source, "kind": v.Kind, "count": v.Count, "known": v.Known}}
		for _, a := range v.Acts {
			items[i].Details = append(items[i].Details, timelineDetail{a.Event, map[string]any{"properties": a.Properties, "at": instantText(a.At.UnixMilli())}})
		}
	}
	return items, err
}

// StageMove is one change of stage; From and To are nil for no stage. Cause: rule, facts, day, scores, hand, gone, past.
type StageMove struct {
	From, To *field.Label
	Cause    string
	At       int64 // milliseconds UTC, no two of a customer alike
}

// StageHistory is the changes of stage of customers; a later stage has them.
type StageHistory interface {
	// StageMovesOf gives those before an instant, the newest first.
	StageMovesOf(ctx context.Context, customerID, before int64, limit int) ([]StageMove, error)
	CountStageMoves(ctx context.Context, customerID int64) (int64, error)
}

// StagesFrom says who knows of changes of stage. It must be called before the store serves anybody.
func (s *Store) StagesFrom(h StageHistory) { s.stageMoves = h }

// timelineStages gives one item for each change of stage.
func (s *Store) timelineStages(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	if s.stageMoves == nil {
		return nil, nil
	}
	before := after.at
	if after.id > 0 {
		before++
	}
	moves, err := s.stageMoves.StageMovesOf(ctx, customerID, before, limit)
	items := make([]timelineItem, len(moves))
	for i, m := range moves {
		items[i] = timelineItem{ID: itemID("stage", m.At), Kind: "stage", At: instant(m.At), Code: "stage_changed", Details: []timelineDetail{},
			Values: map[string]any{"from": m.From, "to": m.To, "cause": m.Cause}, position: timelinePosition{At: m.At}}
	}
	return items, err
}

// SegmentMove is a customer coming into a segment or leaving it. Why are the single conditions that decided, in words; Hidden says
// that one of them is not the reader's to see. Cause: facts, day, scores, rule, stage, gone, past, or empty.
type SegmentMove struct {
	SegmentID int64
	Segment   string
	Entered   bool
	Cause     string
	Why       []field.Label
	Hidden    bool
	At        int64 // milliseconds UTC
}

// SegmentHistory is when customers came into segments and left them; a later stage has it.
type SegmentHistory interface {
	// SegmentMovesOf gives those before an instant, or at it in a segment of a lesser id, the newest first, of the segments the
	// reader may know of.
	SegmentMovesOf(ctx context.Context, customerID, before, beforeSegment int64, limit int) ([]SegmentMove, error)
	CountSegmentMoves(ctx context.Context, customerID int64) (int64, error)
}

// SegmentsFrom says who knows of entering and leaving segments. It must be called before the store serves anybody.
func (s *Store) SegmentsFrom(h SegmentHistory) { s.segmentMoves = h }

// timelineSegments gives one item for each time she came into a segment or left it.
func (s *Store) timelineSegments(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	if s.segmentMoves == nil {
		return nil, nil
	}
	moves, err := s.segmentMoves.SegmentMovesOf(ctx, customerID, after.at, after.id, limit)
	items := make([]timelineItem, len(moves))
	for i, m := range moves {
		code := "segment_left"
		if m.Entered {
			code = "segment_entered"
		}
		why := m.Why
		if why == nil {
			why = []field.Label{}
		}
		items[i] = timelineItem{ID: itemID("segment", m.SegmentID) + "-" + strconv.FormatInt(m.At, 10), Kind: "segment", At: instant(m.At), Code: code, Details: []timelineDetail{},
			Values:   map[string]any{"segment_id": itemNumber(m.SegmentID), "segment": m.Segment, "cause": m.Cause, "why": why, "hidden": m.Hidden},
			position: timelinePosition{At: m.At, ID: m.SegmentID}}
	}
	return items, err
}
