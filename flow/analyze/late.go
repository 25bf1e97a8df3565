package analyze

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
)

// LateSource is a source that is silent for longer than a quarter beyond its rhythm (C090).
type LateSource struct {
	ID            int64  `bun:"id"`
	Name          string `bun:"name"`
	Kind          string `bun:"kind"`
	ExpectedHours int64  `bun:"expected_hours"`
	LastFactAt    int64  `bun:"last_fact_at"`
}

const lateBeyond = 1.25

// LateSources gives the sources that are late now.
func LateSources(ctx context.Context, from bun.IDB) ([]LateSource, error) {
	var late []LateSource
	if err := from.NewRaw(`
select id, name, kind, expected_hours, last_fact_at
from sources
where expected_hours > 0 and last_fact_at is not null
order by id`).Scan(ctx, &late); err != nil {
		return nil, err
	}
	now := clock.Now(ctx)
	return slices.DeleteFunc(late, func(s LateSource) bool {
		return now.Sub(time.UnixMilli(s.LastFactAt)).Hours() <= lateBeyond*float64(s.ExpectedHours)
	}), nil
}

// visiting are the kinds of sources that tell of visits and not of orders.
var visiting = []string{"web", "app"}

// Feeds says whether a metric rests on what such a source brings, as far as the kind of the source tells.
func (s LateSource) Feeds(metric string) bool {
	m, err := metricOf(metric)
	return err == nil && m.Fed() && (m.source == sessionSource) == slices.Contains(visiting, s.Kind)
}
