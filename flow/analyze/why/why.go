// Package why answers questions that begin with why: what a group that does badly has in common, what customers do before they
// do something, which group takes which product, and the ready questions of a business. Why a figure changed is told where
// figures are (analyze.Metrics.Why).
package why

import (
	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/flow/analyze"
)

// Why looks for reasons in columns.
type Why struct {
	records  *db.DB
	columns  *columns.Store
	segments *analyze.Segments
	metrics  *analyze.Metrics
}

// New gives a Why; segments read its conditions, metrics its figures.
func New(records *db.DB, store *columns.Store, segments *analyze.Segments, metrics *analyze.Metrics) *Why {
	return &Why{records: records, columns: store, segments: segments, metrics: metrics}
}

// Register adds the operations.
func (w *Why) Register(a *api.API) {
	w.registerCommon(a)
	w.registerQuestions(a)
}
