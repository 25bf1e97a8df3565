// Package behaviour tells what people do between two orders: the sessions that their events make up, the way through
// pages and steps, and where they leave. Everything is asked of columns, in SQL the engine executes.
package behaviour

import (
	"time"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/flow/analyze"
)

// Behaviour makes sessions of events and answers questions about both.
type Behaviour struct {
	records   *db.DB
	columns   *columns.Store
	segments  *analyze.Segments
	freshness func() time.Time
}

// New joins behaviour to the stores. Freshness is that of the feed.
func New(records *db.DB, store *columns.Store, segments *analyze.Segments, freshness func() time.Time) *Behaviour {
	return &Behaviour{records: records, columns: store, segments: segments, freshness: freshness}
}

// Register adds the operations on behaviour.
func (b *Behaviour) Register(a *api.API) {
	b.registerSettings(a)
}
