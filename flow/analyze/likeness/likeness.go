package likeness

import (
	"context"
	"strings"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// Likeness tells whom customers are like.
type Likeness struct {
	records  *db.DB
	columns  *columns.Store
	segments *analyze.Segments
}

// New gives a Likeness over records and columns; segments read its conditions.
func New(records *db.DB, store *columns.Store, segments *analyze.Segments) *Likeness {
	return &Likeness{records: records, columns: store, segments: segments}
}

// Register adds the operations.
func (l *Likeness) Register(a *api.API) {
	l.registerPersonas(a)
}

// fill puts the day and the time zone of the workspace into a text.
func fill(ctx context.Context, text string) string {
	w := workspace.Of(ctx)
	return strings.NewReplacer("{today}", "date '"+w.Day(clock.Millis(ctx))+"'", "{zone}", "'"+strings.ReplaceAll(w.TimeZone, "'", "''")+"'").Replace(text)
}

// mayKnow refuses whoever may not know what customers buy. Fault: forbidden.
func mayKnow(ctx context.Context) error {
	if guard.FieldsOf(ctx, "customers").Right(guard.Purchases) == guard.None {
		return fault.Forbidden("field_not_readable", guard.Purchases)
	}
	return nil
}
