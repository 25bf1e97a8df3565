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
	touched   *analyze.Touched
	freshness func() time.Time
}

// New joins behaviour to the stores; touched is what live segments follow. Freshness must be named before it is asked.
func New(records *db.DB, store *columns.Store, segments *analyze.Segments, touched *analyze.Touched) *Behaviour {
	return &Behaviour{records: records, columns: store, segments: segments, touched: touched, freshness: func() time.Time { return time.Time{} }}
}

// Fresh names what tells how far columns have followed records.
func (b *Behaviour) Fresh(freshness func() time.Time) { b.freshness = freshness }

// Register adds the operations on behaviour.
func (b *Behaviour) Register(a *api.API) {
	b.registerBoard(a)
	b.registerFunnel(a)
	b.registerPaths(a)
	b.registerSettings(a)
	b.registerConcerns(a)
	b.registerReading(a)
	b.registerChannels(a)
	b.registerInterests(a)
	b.registerRegions(a)
}
