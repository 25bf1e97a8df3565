package watch

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

// A rule that takes long to look at rests for restsFor times as long.
const (
	restsFor    = 20
	costly      = 500 * time.Millisecond
	longestRest = 15 * time.Minute
)

// seriesDays is how much of the past the evidence shows.
const seriesDays = 60

// lookAt looks at one rule if anything may have changed for it.
func (w *Watch) lookAt(ctx context.Context, rule *Rule, waited []analyze.LateSource) error {
	sources := make([]string, len(waited))
	for i, s := range waited {
		sources[i] = fmt.Sprint(s.ID, s.LastFactAt, s.Late)
	}
	state := fmt.Sprint(rule.Version, w.columns.Commits(), analyze.Today(ctx).Format(time.DateOnly), sources, rule.muted(ctx))
	now, last := clock.Now(ctx), w.looked[rule.ID]
	if last.state == state || last.version == rule.Version && last.took > costly && now.Sub(last.at) < min(restsFor*last.took, longestRest) && now.After(last.at) {
		return nil
	}
	began := clock.Now(ctx)
	var err error
	if rule.Watches.Kind == WatchCustomers {
		err = w.lookAtCustomers(ctx, rule)
	} else {
		err = w.lookAtFigures(ctx, rule, waited)
	}
	w.looked[rule.ID] = look{state, rule.Version, now, clock.Now(ctx).Sub(began)}
	var wrong *fault.Error
	if asFault(err, &wrong) { // a segment that is gone, a field that was removed: the rule says so, it is no failure of ours
		return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return w.say(ctx, tx, rule, Said{Failed: cmp.Or(wrong.Key, "not_found")})
		})
	}
	if err != nil {
		delete(w.looked, rule.ID)
		return fmt.Errorf("alert rule %d: %w", rule.ID, err)
	}
	return nil
}

func (r *Rule) muted(ctx context.Context) bool {
	return r.MutedUntil != nil && *r.MutedUntil > clock.Millis(ctx)
}

// last gives the last day a rule looks at.
func (a AlertWatch) last(ctx context.Context) time.Time {
	if a.Today {
		return analyze.Today(ctx)
	}
	return analyze.Today(ctx).AddDate(0, 0, -1)
}

// course gives how what a rule watches went, up to and with the day to.
func (w *Watch) course(ctx context.Context, a AlertWatch, from, to time.Time) ([]analyze.CourseDay, error) {
	if a.Kind == WatchSegment {
		return w.segmentCourse(ctx, a, from, to)
	}
	return w.metrics.Course(ctx, a.Metric, analyze.CourseQuery{Group: a.group(), Split: a.Split, SplitValue: a.SplitValue, Days: a.Days,
		From: from, To: to, Expected: a.Days <= 1})
}

// segmentCourse gives how large a segment was, or how many entered or left it in as many days.
func (w *Watch) segmentCourse(ctx context.Context, a AlertWatch, from, to time.Time) ([]analyze.CourseDay, error) {
	n := max(a.Days, 1)
	days, err := w.segments.Course(ctx, int64(a.Segment), from.AddDate(0, 0, 1-2*n), to)
	if err != nil {
		return nil, err
	}
	moved := func(last, count int) *float64 {
		if last-count+1 < 0 || days[last-count+1].Count == nil {
			return nil
		}
		total := 0.0
		for _, d := range days[last-count+1 : last+1] {
			if a.Measure == "entered" {
				total += d.Entered
			} else {
				total += d.Left
			}
		}
		return &total
	}
	var course []analyze.CourseDay
	for i := 2*n - 1; i < len(days); i++ {
		d := analyze.CourseDay{Day: days[i].Day, Value: days[i].Count, Before: days[i-n].Count}
		if a.Measure != "count" {
			d.Value, d.Before = moved(i, n), moved(i-n, n)
		}
		if d.Value != nil {
			d.Rows = *d.Value
		}
		if days[i].Count != nil {
			d.Rows = *days[i].Count
		}
		course = append(course, d)
	}
	return course, nil
}

// lookAtFigures looks at a metric or a segment.
func (w *Watch) lookAtFigures(ctx context.Context, rule *Rule, waited []analyze.LateSource) error {
	to := rule.Watches.last(ctx)
	days, err := w.course(ctx, rule.Watches, to.AddDate(0, 0, 1-seriesDays), to)
	if err != nil {
		return err
	}
	if len(days) == 0 {
		return nil
	}
	today := days[len(days)-1]
	said := Said{Value: today.Value}
	fires, known, since := rule.Fires.firing(days)
	var lacking []analyze.LateSource
	if a := rule.Watches; a.Kind == WatchMetric && rule.Fires.dropped(today) {
		// facts that have not come look like a drop: the late source is what has to be told of
		lacking = analyze.Lacking(ctx, waited, a.Metric, a.Split, a.SplitValue, to)
		for _, l := range lacking {
			said.Late, known = append(said.Late, l.Name), false
		}
	}
	var r raised
	if fires && known && !rule.muted(ctx) {
		if r, err = w.figuresRaised(ctx, rule, days, since); err != nil {
			return err
		}
	}
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := w.say(ctx, tx, rule, said); err != nil {
			return err
		}
		if !known {
			return w.tellLate(ctx, tx, rule, lacking, days)
		}
		latest, err := alertsWhere(ctx, tx, "a.rule_id = ? and a.subject = ? order by a.id desc limit 1", rule.ID, ofRule)
		if err != nil {
			return err
		}
		switch ongoing := len(latest) > 0 && latest[0].BackAt == nil; {
		case fires && !ongoing && !rule.muted(ctx):
			if len(latest) > 0 {
				if latest[0].live() { // taken on, back, and off again: it goes on
					return w.resume(ctx, tx, &latest[0], r)
				}
				r.lastClosed = &latest[0]
			}
			return w.raise(ctx, tx, rule, r)
		case fires && ongoing && latest[0].live() && !rule.muted(ctx):
			return w.renew(ctx, tx, &latest[0], r)
		case !fires && ongoing:
			return w.over(ctx, tx, &latest[0], map[string]any{"value": today.Value})
		}
		return nil
	})
}

// resume notes that what somebody is at work on is so again.
func (w *Watch) resume(ctx context.Context, tx *db.Tx, a *Alert, r raised) error {
	if n, err := tx.Do(ctx, "update alerts set back_at = null, updated_at = ?, version = version + 1 where id = ? and version = ?", clock.Millis(ctx), a.ID, a.Version); err != nil || n == 0 {
		return err
	}
	return history(ctx, tx, a.ID, "again", map[string]any{"value": r.evidence.Value})
}

// renew brings the figures of an open alert up to date. What a person reads does not become stale by it.
func (w *Watch) renew(ctx context.Context, tx *db.Tx, a *Alert, r raised) error {
	before, err := a.figures()
	if err != nil || before.Day == r.evidence.Day && same(before.Value, r.evidence.Value) {
		return err
	}
	text, err := jsonText(r.evidence)
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, "update alerts set evidence = ?, at_stake = ?, updated_at = ? where id = ? and version = ?", text, r.atStake, clock.Millis(ctx), a.ID, a.Version)
	return err
}

func same(a, b *float64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// figuresRaised gathers the evidence of a metric or a segment.
func (w *Watch) figuresRaised(ctx context.Context, rule *Rule, days []analyze.CourseDay, since string) (raised, error) {
	d := days[len(days)-1]
	e := AlertEvidence{Day: d.Day, Since: since, Value: d.Value, Before: d.Before, Rows: d.Rows, Series: days, Unit: analyze.UnitCount, Part: rule.Watches.SplitValue}
	e.Low, e.High, _ = rule.Fires.bounds(d)
	r := raised{subject: ofRule, owner: orNull(rule.OwnerID)}
	if rule.OwnerKind == "team" {
		r.owner, r.team = nil, r.owner
	}
	if rule.Watches.Kind == WatchSegment {
		e.Label = segmentLabels[rule.Watches.Measure]
		r.evidence = e
		return r, nil
	}
	known, err := w.metrics.Watchable(ctx, rule.Watches.Metric, "")
	if err != nil {
		return r, err
	}
	e.Unit, e.Label = known.Unit, known.Label
	if err := w.explain(ctx, rule, d, &e); err != nil {
		return r, err
	}
	if off, usual := offBy(d); usual {
		to, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			return r, err
		}
		cost, err := w.metrics.Cost(ctx, rule.Watches.Metric, analyze.Period{From: to.AddDate(0, 0, 1-rule.Watches.Days), To: to}, off, d.Rows)
		if err != nil {
			return r, err
		}
		if cost > 0 {
			r.atStake = &cost
		}
	}
	r.evidence = e
	return r, nil
}

var segmentLabels = map[string]analyze.Text{"count": {ZH: "客群人数", EN: "Members"}, "entered": {ZH: "进入人数", EN: "Entered"}, "left": {ZH: "离开人数", EN: "Left"}}

// offBy says how far a day is from what was to be expected of it, or from before.
func offBy(d analyze.CourseDay) (off float64, usual bool) {
	switch {
	case d.Value == nil:
		return 0, false
	case d.Expected != nil:
		return *d.Value - d.Expected.Expected, true
	case d.Before != nil:
		return *d.Value - *d.Before, true
	}
	return 0, false
}

const partsShown = 5

// explain adds the parts that explain a metric being off, where any do.
func (w *Watch) explain(ctx context.Context, rule *Rule, d analyze.CourseDay, e *AlertEvidence) error {
	to, err := time.Parse(time.DateOnly, d.Day)
	if err != nil || rule.Watches.Split != "" {
		return err
	}
	q := analyze.WhyQuery{Period: analyze.Period{From: to.AddDate(0, 0, 1-rule.Watches.Days), To: to}, Against: "previous", Segment: rule.Watches.group()}
	if d.Expected != nil {
		q.Against = "expected"
	}
	why, err := w.metrics.Why(ctx, rule.Watches.Metric, q)
	var wrong *fault.Error
	if asFault(err, &wrong) {
		return nil // nothing to divide by, or no history: nothing to take apart
	}
	if err != nil || why.Change == 0 {
		return err
	}
	e.Split = why.Split
	for _, row := range why.Rows[:min(len(why.Rows), partsShown)] {
		if !row.Other && row.Label != "" {
			e.Parts = append(e.Parts, AlertPart{row.Key, row.Label, row.Amount, row.Amount / why.Change})
		}
	}
	return nil
}

// mostCustomers bounds the open alerts of one rule: nobody works through more, and the rule says how many it has left out.
const mostCustomers = 500

// explained is how many of those who come in at once are told with what the condition stood on.
const explained = 60

// lookAtCustomers looks at who meets a condition: one alert for each who comes in.
func (w *Watch) lookAtCustomers(ctx context.Context, rule *Rule) error {
	recent := clock.Millis(ctx) - flapDays*24*time.Hour.Milliseconds()
	before, err := alertsWhere(ctx, w.records.Read(), `a.rule_id = ? and a.customer_id is not null
  and (a.back_at is null or a.back_at >= ? or a.state in ('open', 'acknowledged')) order by a.id`, rule.ID, recent)
	if err != nil {
		return err
	}
	// the last alert of each customer; where a merge has brought two together, the older open one ends
	latest, doubled, open := map[int64]*Alert{}, []*Alert{}, 0
	var ongoing []int64
	for i := range before {
		a := &before[i]
		if earlier := latest[*a.CustomerID]; earlier != nil && earlier.live() && a.live() {
			doubled = append(doubled, earlier)
			open--
		}
		latest[*a.CustomerID] = a
		if a.live() {
			open++
		}
	}
	for id, a := range latest {
		if a.BackAt == nil {
			ongoing = append(ongoing, id)
		}
	}
	slices.Sort(ongoing)
	condition := string(rule.Watches.Condition)
	var still []int64
	if len(ongoing) > 0 {
		if still, err = w.segments.Holding(ctx, condition, ongoing); err != nil {
			return err
		}
	}
	has := map[int64]bool{}
	for _, id := range still {
		has[id] = true
	}
	room := max(mostCustomers-open, 0)
	if rule.muted(ctx) {
		room = 0
	}
	fresh, more, err := w.segments.HoldingMost(ctx, condition, ongoing, max(room, 1))
	if err != nil {
		return err
	}
	fresh = fresh[:min(len(fresh), room)]
	ids := make([]int64, 0, explained)
	for _, h := range fresh[:min(len(fresh), explained)] {
		ids = append(ids, h.ID)
	}
	standing, err := w.segments.ExplainEach(ctx, []byte(condition), ids)
	if err != nil {
		return err
	}
	day := analyze.Today(ctx).Format(time.DateOnly)
	for some := range slices.Chunk(fresh, 200) {
		if err := w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, h := range some {
				r := raised{subject: ofCustomer(h.ID), customer: &h.ID, owner: h.OwnerID, team: h.TeamID, lastClosed: latest[h.ID],
					evidence: AlertEvidence{Day: day, Since: day, Standing: standing[h.ID], Leaving: h.Leaving}}
				if rule.OwnerKind == "staff" {
					r.owner = orNull(rule.OwnerID)
				}
				if h.Predicted != nil && h.Leaving != nil && *h.Predicted > 0 {
					stake := int64(math.Round(float64(*h.Predicted) * *h.Leaving))
					r.atStake = &stake
				}
				if r.lastClosed != nil && r.lastClosed.live() {
					if err := w.resume(ctx, tx, r.lastClosed, r); err != nil {
						return err
					}
					continue
				}
				if err := w.raise(ctx, tx, rule, r); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ongoing {
			if !has[id] {
				if err := w.over(ctx, tx, latest[id], nil); err != nil {
					return err
				}
			}
		}
		for _, a := range doubled {
			if _, err := tx.Do(ctx, "update alerts set state = 'expired', back_at = ?, escalate_at = null, version = version + 1 where id = ? and version = ?",
				clock.Millis(ctx), a.ID, a.Version); err != nil {
				return err
			}
		}
		said := Said{}
		if room < int(more) {
			said.Customers = more - int64(len(fresh))
		}
		return w.say(ctx, tx, rule, said)
	})
}

// customerNames gives the names of customers by id.
func customerNames(ctx context.Context, from bun.IDB, ids []int64) (map[int64]string, error) {
	names := map[int64]string{}
	if len(ids) == 0 {
		return names, nil
	}
	var rows []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	if err := from.NewRaw("select id, name from customers where id in (?)", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		names[r.ID] = strings.TrimSpace(r.Name)
	}
	return names, nil
}
