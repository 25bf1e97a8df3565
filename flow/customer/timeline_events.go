package customer

import (
	"context"
	"time"
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
