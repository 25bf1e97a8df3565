package likeness

import (
	"context"
	"strings"
	"sync"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/job"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// Likeness tells whom customers are like.
type Likeness struct {
	records  *db.DB
	columns  *columns.Store
	segments *analyze.Segments
	touched  *analyze.Touched
	jobs     *job.Registry
	lists    Lists
	learning sync.Mutex
	counted  censuses
}

// Lists puts customers into lists.
type Lists interface {
	EditMany(ctx context.Context, kind string, what customer.BulkWhat, chosen customer.Chosen) (int64, error)
}

// New gives a Likeness over records and columns; segments read its conditions, and name its clusters; touched is what live
// segments follow.
func New(records *db.DB, store *columns.Store, segments *analyze.Segments, touched *analyze.Touched, lists Lists) *Likeness {
	l := &Likeness{records: records, columns: store, segments: segments, touched: touched, lists: lists}
	segments.NamesOf("cluster", l.Names)
	return l
}

// Register adds the operations.
func (l *Likeness) Register(a *api.API) {
	l.registerPersonas(a)
	l.registerClusters(a)
	l.registerGoods(a)
	l.registerPrices(a)
	l.registerAlike(a)
	l.registerCompare(a)
}

// fill puts the day and the time zone of the workspace into a text.
func fill(ctx context.Context, text string) string {
	w := workspace.Of(ctx)
	return strings.NewReplacer("{today}", "date '"+w.Day(clock.Millis(ctx))+"'", "{zone}", "'"+strings.ReplaceAll(w.TimeZone, "'", "''")+"'").Replace(text)
}

// mayKnow refuses whoever may not know what customers buy. Fault: forbidden.
func mayKnow(ctx context.Context) error { return guard.MayRead(ctx, "customers", guard.Purchases) }
