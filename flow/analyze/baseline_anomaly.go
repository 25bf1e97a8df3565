package analyze

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"guanxi/base/fault"
)

// Anomaly is a metric that broke its path on the last complete day.
type Anomaly struct {
	Metric   string
	Group    string // of the metric
	Label    Text
	Unit     Unit
	Day      string
	Since    string // the first day of this run of anomalies, Day itself when yesterday was as expected
	Value    float64
	Expected Range
	Z        float64 // robust z: how many of the metric's usual errors it is off
	// Harmful says that it is off to the bad side. Shortfall is what that cost, in minor units of Currency: 0 where it is
	// not harmful or has no price.
	Harmful   bool
	Shortfall int64
	Currency  string
	// Split is the split that explains it best and Causes its parts with the largest contribution; empty when no split
	// explains it better than chance.
	Split  string
	Causes []Contribution
}

// causesShown is how many parts an anomaly names.
const causesShown = 3

// Anomalies gives the metrics that were off their expected range on the last complete day, in the order of the board.
// Metrics without six weeks of history are left out, and those that only seem to have dropped because the facts of a source
// have not come: it is the source that has to be told of. The reader's scope applies: ask as the program for the company's.
func (m *Metrics) Anomalies(ctx context.Context) ([]Anomaly, error) {
	yesterday := today(ctx).AddDate(0, 0, -1)
	p := Period{yesterday, yesterday}
	var found []Anomaly
	waited, err := m.Waited(ctx)
	if err != nil {
		return nil, err
	}
	judged := map[*source][]*Metric{}
	for i := range metrics {
		if metrics[i].judged() {
			judged[metrics[i].source] = append(judged[metrics[i].source], &metrics[i])
		}
	}
	for _, ms := range judged {
		first := yesterday.AddDate(0, 0, -judgedDays)
		daily, err := m.daily(ctx, ms, Period{first, yesterday}, 0)
		if err != nil {
			return nil, err
		}
		for i, metric := range ms {
			b := newBaseline(metric, first, daily.at[i])
			at := len(daily.at[i]) - 1
			j, ok := b.judge(at, at)
			if !ok || !j.anomaly() {
				continue
			}
			a := Anomaly{Metric: metric.Name, Group: metric.Group, Label: metric.Label, Unit: metric.Unit, Day: dayText(yesterday), Expected: j.Range, Z: j.Z,
				Since: dayText(b.since(at, first)), Currency: currency(ctx)}
			if began := b.since(at, first); j.Z < 0 && len(Lacking(ctx, waited, metric.Name, "", "", began)) > 0 {
				continue
			}
			a.Value, _ = metric.value(daily.at[i][at])
			if off := (a.Value - j.Expected) * float64(metric.Good); off < 0 {
				a.Harmful = true
				if a.Shortfall, err = m.shortfall(ctx, metric, p, -off, daily.at[i][at].den); err != nil {
					return nil, err
				}
			}
			why, err := m.Why(ctx, metric.Name, WhyQuery{Period: p, Against: againstExpected})
			switch {
			case fault.Is(err, fault.KindConflict): // nothing to divide by: nothing to take apart
			case err != nil:
				return nil, err
			case why.Split != "" && why.Splits[0].Clear:
				a.Split, a.Causes = why.Split, why.Rows[:min(causesShown, len(why.Rows))]
			}
			found = append(found, a)
		}
	}
	sortByBoard(found)
	return found, nil
}

// since gives the first day of the run of anomalies to the same side that ends at index at.
func (b *baseline) since(at int, first time.Time) time.Time {
	last, ok := b.judge(at, at)
	for ok && at > 0 {
		before, known := b.judge(at-1, at-1)
		if !known || !before.anomaly() || math.Signbit(before.Z) != math.Signbit(last.Z) {
			break
		}
		at--
	}
	return first.AddDate(0, 0, at)
}

// shortfall prices being off by so many units: an order at the average value of the four weeks before p, a quotient
// times what it was divided by, which is orders.
func (m *Metrics) shortfall(ctx context.Context, metric *Metric, p Period, off, orders float64) (int64, error) {
	switch metric.worth {
	case worthNothing:
		return 0, nil
	case worthItself:
		return int64(math.Round(off)), nil
	case worthPerOrder:
		return int64(math.Round(off * orders)), nil
	case worthShareOrders:
		off *= orders
	}
	value, err := metricOf("average_order_value")
	if err != nil {
		return 0, err
	}
	const weeks = 28
	usual := Period{p.From.AddDate(0, 0, -weeks), p.From.AddDate(0, 0, -1)}
	a, err := m.ask(ctx, []*Metric{value}, question{period: usual, buckets: []bucket{{usual.From, usual}}})
	if err != nil {
		return 0, err
	}
	s := a.parts[0].whole[0]
	each, ok := value.value(s)
	if !ok {
		return 0, nil
	}
	return int64(math.Round(off * each)), nil
}

func sortByBoard(found []Anomaly) {
	place := map[string]int{}
	for i := range metrics {
		place[metrics[i].Name] = i
	}
	slices.SortFunc(found, func(a, b Anomaly) int { return cmp.Compare(place[a.Metric], place[b.Metric]) })
}
