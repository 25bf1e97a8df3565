package analyze

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/workspace"
)

// LateSource is a source with a rhythm: its facts are waited for and, when it is silent for longer than a quarter beyond the
// rhythm, late (C090).
type LateSource struct {
	ID            int64  `bun:"id"` // 0 for columns, where they are behind records
	Name          string `bun:"name"`
	Kind          string `bun:"kind"`
	ExpectedHours int64  `bun:"expected_hours"` // as somebody has said or, where nobody has, as its imports used to come
	LastFactAt    int64  `bun:"last_fact_at"`
	Late          bool   `bun:"-"`

	brings []string // kinds of rows of the imports that have not come; nil where the rhythm is one somebody has said
}

const lateBeyond = 1.25

// LateSources gives the sources that are late now.
func LateSources(ctx context.Context, from bun.IDB) ([]LateSource, error) {
	all, err := rhythmic(ctx, from)
	return slices.DeleteFunc(all, func(s LateSource) bool { return !s.Late }), err
}

// rhythmic gives the sources with a rhythm: those of whom somebody has said one, and those whose imports come regularly.
func rhythmic(ctx context.Context, from bun.IDB) ([]LateSource, error) {
	var all []LateSource
	if err := from.NewRaw(`
select id, name, kind, coalesce(expected_hours, 0) as expected_hours, last_fact_at
from sources
where last_fact_at is not null
order by id`).Scan(ctx, &all); err != nil {
		return nil, err
	}
	learned, err := importRhythms(ctx, from)
	if err != nil {
		return nil, err
	}
	now := clock.Now(ctx)
	known := all[:0]
	for _, s := range all {
		l, regular := learned[s.Name]
		switch {
		case s.ExpectedHours > 0:
			s.Late = beyond(now, s.LastFactAt, s.ExpectedHours)
		case regular:
			s.ExpectedHours, s.LastFactAt, s.Late, s.brings = l.ExpectedHours, l.LastFactAt, l.Late, l.brings
		default:
			continue
		}
		known = append(known, s)
	}
	return known, nil
}

func beyond(now time.Time, last, hours int64) bool {
	return now.Sub(time.UnixMilli(last)).Hours() > lateBeyond*float64(hours)
}

// What a rhythm is learned from: the last arrivals, those on the same half day being one. It is one where the longest pause is
// not many times the usual one; a source silent for many of its pauses has ended, and nobody waits for it.
const (
	leastArrivals = 6
	mostArrivals  = 12
	sameArrival   = 12 * time.Hour
	unevenBy      = 4
	endedAfter    = 10
	arrivalDays   = 120
)

// importRhythms gives, by the name of the source, what imports of orders and events bring regularly.
func importRhythms(ctx context.Context, from bun.IDB) (map[string]LateSource, error) {
	now := clock.Now(ctx)
	var rows []struct {
		Kind    string `bun:"kind"`
		Mapping string `bun:"mapping"`
		At      int64  `bun:"finished_at"`
	}
	if err := from.NewRaw(`
select kind, mapping, finished_at
from imports
where state = 'done' and not dry_run and undone_at is null and kind in ('orders', 'order_lines', 'events') and finished_at >= ?
order by finished_at desc
limit 2000`, now.AddDate(0, 0, -arrivalDays).UnixMilli()).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	type stream struct{ source, kind string }
	arrivals := map[stream][]int64{} // newest first
	for _, r := range rows {
		var m struct {
			Constants struct {
				Source string `json:"source"`
			} `json:"constants"`
		}
		if err := json.Unmarshal([]byte(r.Mapping), &m); err != nil {
			return nil, err
		}
		of := stream{m.Constants.Source, r.Kind}
		if of.source == "" {
			of.source = "import"
		}
		if at := arrivals[of]; len(at) == 0 || at[len(at)-1]-r.At > sameArrival.Milliseconds() {
			arrivals[of] = append(at, r.At)
		}
	}
	rhythms := map[string]LateSource{}
	for of, at := range arrivals {
		hours, regular := rhythmOf(at[:min(len(at), mostArrivals)])
		if !regular || now.Sub(time.UnixMilli(at[0])).Hours() > float64(endedAfter*hours) {
			continue
		}
		l, late := rhythms[of.source], beyond(now, at[0], hours)
		if l.Late && !late {
			continue // what is late is what has to be told of
		}
		if late && !l.Late {
			l = LateSource{Late: true}
		}
		l.ExpectedHours, l.brings = max(l.ExpectedHours, hours), append(l.brings, of.kind)
		if l.LastFactAt == 0 || at[0] < l.LastFactAt {
			l.LastFactAt = at[0]
		}
		rhythms[of.source] = l
	}
	return rhythms, nil
}

// rhythmOf gives the longest pause between arrivals, newest first, in hours, where they come regularly: what comes on working
// days only is not late on a Sunday.
func rhythmOf(at []int64) (hours int64, regular bool) {
	if len(at) < leastArrivals {
		return 0, false
	}
	pauses := make([]int64, len(at)-1)
	for i := range pauses {
		pauses[i] = at[i] - at[i+1]
	}
	slices.Sort(pauses)
	usual, longest := pauses[len(pauses)/2], pauses[len(pauses)-1]
	return (longest + time.Hour.Milliseconds() - 1) / time.Hour.Milliseconds(), longest <= unevenBy*usual
}

// visiting are the kinds of sources that tell of visits and not of orders.
var visiting = []string{"web", "app"}

// Feeds says whether a metric rests on what such a source brings, as far as the kind of the source and of its imports tells.
func (s LateSource) Feeds(metric string) bool {
	m, err := metricOf(metric)
	if err != nil || !m.Fed() {
		return false
	}
	visits := m.source == sessionSource
	switch {
	case s.ID == 0:
		return true
	case s.brings != nil:
		return slices.ContainsFunc(s.brings, func(kind string) bool { return (kind == "events") == visits })
	}
	return visits == slices.Contains(visiting, s.Kind)
}

// Lacks says that what the source brings is missing from a day, given in the civil calendar.
func (s LateSource) Lacks(ctx context.Context, day time.Time) bool {
	return s.LastFactAt < dayStart(workspace.Of(ctx), day.AddDate(0, 0, 1))
}

// columnsLate is how far columns may be behind records until figures lack something.
const columnsLate = 10 * time.Minute

// inBatches is from which rhythm on the facts of a day come after its end, in one piece.
const inBatches = 12

// Waited gives whose facts may still be missing from the last days: sources that are late, those that bring a day in one piece,
// and, while they are far behind records, columns.
func (m *Metrics) Waited(ctx context.Context) ([]LateSource, error) {
	all, err := rhythmic(ctx, m.records.Read())
	all = slices.DeleteFunc(all, func(s LateSource) bool { return !s.Late && s.ExpectedHours < inBatches })
	if fresh := m.freshness(); err == nil && !fresh.IsZero() && clock.Now(ctx).Sub(fresh) > columnsLate {
		all = append(all, LateSource{Kind: "columns", LastFactAt: fresh.UnixMilli(), Late: true})
	}
	return all, err
}

// Lacking gives those waited for whose facts are missing from what a metric, in whole or of one part of a split, says of a day: a
// shop does not wait for another.
func Lacking(ctx context.Context, waited []LateSource, metric, split, part string, day time.Time) (found []LateSource) {
	for _, s := range waited {
		if s.Feeds(metric) && s.Lacks(ctx, day) && (split != "shop" || s.ID == 0 || s.Name == part || s.brings != nil) {
			found = append(found, s)
		}
	}
	return found
}
