package analyze

import "guanxi/base/fault"

// Text is one text in both languages of the product.
type Text struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en-US"`
}

// Unit says what the number of a metric is.
type Unit string

// The units. Money is in minor units of the workspace's currency, a share lies between 0 and 1.
const (
	UnitMoney   Unit = "money"
	UnitCount   Unit = "count"
	UnitShare   Unit = "share"
	UnitDays    Unit = "days"
	UnitSeconds Unit = "seconds"
	UnitRatio   Unit = "ratio"
)

// part is one aggregate over the rows f of a source: agg over those for which in holds. {orders} in agg counts orders.
type part struct{ agg, in string }

// Metric is one named formula, unit and window: the one definition that every screen uses. Its value is num, or num
// divided by den where it has one; there is none where den is zero.
type Metric struct {
	Name       string
	Group      string // sales, customers, behaviour, marketing, service, data
	Unit       Unit
	Label      Text
	Definition Text
	Good       int  // 1 when more is better, -1 when less is better
	Needs      Text // what would feed it; only for a metric without a source

	source *source
	num    part
	den    *part
	// zeroIsNone: nothing above the line says that nobody has told, not that it was nothing
	zeroIsNone bool
	// distinct: counts customers, so that the days of a period do not add up to the period
	distinct bool
	// least is the shortest window in days that says anything: a shorter period looks back that far from its last day
	least int
	// rows names what stands behind the number: orders, customers or activities; worth is what one unit too few
	// (or too many) costs
	rows  string
	worth worth
}

// Fed reports whether the facts that the metric needs are collected.
func (m *Metric) Fed() bool { return m.source != nil }

// Additive reports whether the days of a period, and the parts of a split that parts the rows, add up to the whole.
func (m *Metric) Additive() bool {
	return m.Fed() && m.den == nil && !m.distinct && m.source.kind == flow
}

// value divides what has to be divided; ok is false where there is nothing to divide by.
func (m *Metric) value(s sum) (v float64, ok bool) {
	if m.den == nil {
		return s.num, s.known
	}
	if s.den == 0 || m.zeroIsNone && s.num == 0 {
		return 0, false
	}
	return s.num / s.den, true
}

// sum is the two aggregates of a metric over some rows. known is false where no row was asked for.
type sum struct {
	num, den float64
	known    bool
}

func (s sum) plus(o sum) sum { return sum{s.num + o.num, s.den + o.den, s.known || o.known} }

func (s sum) minus(o sum) sum { return sum{s.num - o.num, s.den - o.den, s.known} }

// metricOf finds a metric by its name. Faults: not found; for one without a source, unavailable is not said: it is
// found, and has no figures.
func metricOf(name string) (*Metric, error) {
	for i := range metrics {
		if metrics[i].Name == name {
			return &metrics[i], nil
		}
	}
	return nil, fault.NotFound("metric", name)
}

// fedMetric finds a metric that has figures. Faults: not found, conflict when nothing feeds it yet.
func fedMetric(name string) (*Metric, error) {
	m, err := metricOf(name)
	if err == nil && !m.Fed() {
		err = fault.Conflict("metric_without_source", name)
	}
	return m, err
}
