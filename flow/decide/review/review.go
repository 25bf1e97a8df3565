// Package review looks back on a week or a month: what changed and why, what was done, and what is to be done by whom until
// when. Nothing of it but the actions is kept: it is reckoned for who reads it, with her rights.
package review

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/watch"
	"guanxi/flow/decide"
)

// Reviews writes reviews and keeps their actions.
type Reviews struct {
	records  *db.DB
	metrics  *analyze.Metrics
	segments *analyze.Segments
	watch    *watch.Watch
	signals  *decide.Signals
}

// New joins reviews to what they tell of.
func New(records *db.DB, metrics *analyze.Metrics, segments *analyze.Segments, w *watch.Watch, signals *decide.Signals) *Reviews {
	return &Reviews{records: records, metrics: metrics, segments: segments, watch: w, signals: signals}
}

// The spans a review looks back on.
const (
	Week  = "week"
	Month = "month"
)

// Review is one.
type Review struct {
	Every    string                 `json:"every" enum:"week,month"`
	From     string                 `json:"from" format:"date"`
	To       string                 `json:"to" format:"date"`
	Before   string                 `json:"before" format:"date" doc:"a day in the review before"`
	After    string                 `json:"after,omitempty" format:"date" doc:"a day in the next one, if that is over"`
	Changed  []Changed              `json:"changed" doc:"what left its expected path first, then what changed most"`
	Steady   int                    `json:"steady" doc:"metrics that changed little"`
	Segments []analyze.SegmentMoved `json:"segments"`
	Alerts   *watch.Digest          `json:"alerts"`
	Done     *decide.DoneOver       `json:"done"`
	Actions  []Action               `json:"actions" doc:"those still to be done, carried over, and those done since"`
	AsOf     time.Time              `json:"as_of"`
}

// Changed is a metric that changed, and what explains it.
type Changed struct {
	Metric analyze.Item `json:"metric"`
	Share  *float64     `json:"share" doc:"of the value before; null where that was 0"`
	Why    []Reason     `json:"why" doc:"the largest contributions, where a split explains the change by more than chance"`
	Split  analyze.Text `json:"split" doc:"by what it is explained"`
}

// Reason is one contribution to a change.
type Reason struct {
	Label  string         `json:"label"`
	Value  analyze.Number `json:"value"`
	Amount float64        `json:"contribution" doc:"in the unit of the metric, money in minor units"`
}

const (
	mostChanged  = 6
	mostReasons  = 3
	mostSegments = 6
	little       = 0.05 // of the value before
)

// period gives the week (from Monday) or month that day lies in, by default the last that is over. Fault: invalid.
func period(ctx context.Context, every, day string) (p analyze.Period, over bool, err error) {
	today, err := time.Parse(time.DateOnly, workspace.Of(ctx).Day(clock.Millis(ctx)))
	if err != nil {
		return p, false, err
	}
	start := func(t time.Time) time.Time {
		if every == Month {
			return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
		}
		return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
	}
	at := start(today).AddDate(0, 0, -1)
	if day != "" {
		if at, err = time.Parse(time.DateOnly, day); err != nil || at.After(today) || at.Year() < 1970 {
			return p, false, fault.Invalid("day", "day_invalid", day)
		}
	}
	p.From = start(at)
	p.To = p.From.AddDate(0, 0, 6)
	if every == Month {
		p.To = p.From.AddDate(0, 1, -1)
	}
	over = p.To.Before(today)
	if !over {
		p.To = today // so far
	}
	return p, over, nil
}

// Of writes the review of the week or month that day lies in, for who reads it. Faults: invalid.
func (r *Reviews) Of(ctx context.Context, every, day string) (*Review, error) {
	p, over, err := period(ctx, every, day)
	if err != nil {
		return nil, err
	}
	v := &Review{Every: every, From: dayText(p.From), To: dayText(p.To), Before: dayText(p.From.AddDate(0, 0, -1))}
	if over {
		v.After = dayText(p.To.AddDate(0, 0, 1))
	}
	board, err := r.metrics.Board(ctx, p, 0)
	if err != nil {
		return nil, err
	}
	v.AsOf = board.AsOf
	v.Changed, v.Steady = changed(board.Items)
	if err := r.explain(ctx, p, v.Changed); err != nil {
		return nil, err
	}
	if v.Segments, err = r.segments.Moved(ctx, p); err != nil {
		return nil, err
	}
	v.Segments = v.Segments[:min(mostSegments, len(v.Segments))]
	w := workspace.Of(ctx)
	from, to := w.DayStart(local(w, p.From)), w.DayStart(local(w, p.To.AddDate(0, 0, 1)))
	if v.Alerts, err = r.watch.Digest(ctx, from, to); err != nil {
		return nil, err
	}
	if v.Done, err = r.signals.DoneBetween(ctx, from, to); err != nil {
		return nil, err
	}
	v.Actions, err = r.actions(ctx, every, p)
	return v, err
}

func dayText(t time.Time) string { return t.Format(time.DateOnly) }

// local gives the same civil day in the workspace's zone.
func local(w workspace.Workspace, day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, w.Location)
}

// changed gives the metrics that changed, what is out of its path first.
func changed(items []analyze.Item) (all []Changed, steady int) {
	all = []Changed{}
	for _, item := range items {
		if item.State != "ok" || item.Value.Value == nil || item.Previous.Value == nil {
			continue
		}
		c := Changed{Metric: item, Why: []Reason{}}
		by, of := *item.Value.Value-*item.Previous.Value, *item.Previous.Value
		if of != 0 {
			share := by / math.Abs(of)
			c.Share = &share
		}
		if by == 0 || !item.Anomaly && c.Share != nil && math.Abs(*c.Share) < little {
			steady++
			continue
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Changed) int {
		if a.Metric.Anomaly != b.Metric.Anomaly {
			if a.Metric.Anomaly {
				return -1
			}
			return 1
		}
		return cmp.Compare(size(b), size(a))
	})
	if len(all) > mostChanged {
		all = all[:mostChanged]
	}
	return all, steady
}

func size(c Changed) float64 {
	if c.Share == nil {
		return 0
	}
	return math.Abs(*c.Share)
}

// explain adds to each change what explains it best.
func (r *Reviews) explain(ctx context.Context, p analyze.Period, all []Changed) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for i := range all {
		group.Go(func() error {
			w, err := r.metrics.Why(ctx, all[i].Metric.Name, analyze.WhyQuery{Period: p, Against: "previous"})
			if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindForbidden) || fault.Is(err, fault.KindInvalid) {
				return nil // nothing explains it to this reader
			}
			if err != nil {
				return err
			}
			if len(w.Splits) == 0 || !w.Splits[0].Clear {
				return nil
			}
			all[i].Split = w.Splits[0].Label
			for _, row := range w.Rows {
				if len(all[i].Why) < mostReasons && !row.Other {
					all[i].Why = append(all[i].Why, Reason{Label: row.Label, Value: row.Value, Amount: row.Amount})
				}
			}
			return nil
		})
	}
	return group.Wait()
}
