package analyze

import (
	"context"
	"errors"
	"slices"

	"guanxi/base/fault"
	"guanxi/guard"
)

// factNumber is a number that facts of one kind have, as a text over a row f. Field is the customer field whose right
// holds for it, empty for none.
type factNumber struct {
	Name  string
	Label Text
	Unit  Unit
	sql   string
	field string
}

// factKind is a kind of facts that figures can be reckoned from. Rows names what stands behind a figure.
type factKind struct {
	Name    string
	Label   Text
	Rows    Text // what one row is
	Numbers []factNumber
	source  *source
	rows    string
	field   string
}

var (
	orderFacts = &source{name: "order records", relation: "orders"}
	lineFacts  = &source{name: "order lines", relation: `(
  select l.order_id as id, l.customer_id, l.day, l.ts, l.kind, l.status, l.quantity, l.amount, l.shop, l.country, o.province, o.city, o.currency,
    l.sku, l.product, l.category, l.brand, l.tier
  from order_lines l
  left join orders o on o.id = l.order_id
)`}
	activityFacts = &source{name: "activities", customers: true, relation: "(select id, customer_id, day, ts, kind, result, staff_id from activities)"}
	eventFacts    = &source{name: "events", relation: `(
  select customer_id, day, ts, event, kind, host, path, referrer_host, utm_source, utm_medium, utm_campaign, device, seconds, amount, properties
  from events
  where not bot and kind in ('track', 'page', 'screen')
)`}
	customerFacts = &source{name: "customers now", kind: snapshot, customers: true, relation: `(
  select b.id as customer_id, b.orders_count, b.orders_gross - b.orders_refunded as net, b.completeness, b.contacts,
    {today} - b.orders_last_day as silent_days, v.predicted_value, v.value_to_date, v.alive_probability, v.churn_risk, v.cycle_days, v.overdue_days,
    q.score as quality
  from customers b
  left join customer_scores v on v.customer_id = b.id
  left join customer_quality q on q.customer_id = b.id
)`}
)

var factKinds = []factKind{
	{Name: "orders", Label: Text{"订单记录", "Order records"}, Rows: Text{"含取消的订单与退款单，每单一行", "one each, cancelled ones and refunds included"}, source: orderFacts, rows: "orders", field: guard.Purchases, Numbers: []factNumber{
		{Name: "gross", Label: Text{"订单金额", "Order amount"}, Unit: UnitMoney, sql: "f.gross"},
		{Name: "refunded", Label: Text{"退款金额", "Refunded amount"}, Unit: UnitMoney, sql: "f.refunded"},
		{Name: "lines", Label: Text{"商品行数", "Lines"}, Unit: UnitCount, sql: "f.lines"}}},
	{Name: "order_lines", Label: Text{"订单明细", "Order lines"}, Rows: Text{"每种商品一行，含取消与退款", "one for each product of an order, cancelled ones and refunds included"}, source: lineFacts, rows: "orders", field: guard.Purchases, Numbers: []factNumber{
		{Name: "quantity", Label: Text{"件数", "Quantity"}, Unit: UnitCount, sql: "f.quantity"},
		{Name: "amount", Label: Text{"明细金额", "Line amount"}, Unit: UnitMoney, sql: "f.amount"}}},
	{Name: "activities", Label: Text{"跟进记录", "Follow-ups logged"}, Rows: Text{"每次跟进一行", "one each"}, source: activityFacts, rows: "customers"},
	{Name: "events", Label: Text{"事件", "Events"}, Rows: Text{"网站、应用等来源发来的事件，机器人不计", "what web, app and other sources sent, without bots"}, source: eventFacts, rows: "customers", Numbers: []factNumber{
		{Name: "seconds", Label: Text{"停留秒数", "Seconds"}, Unit: UnitSeconds, sql: "f.seconds"},
		{Name: "amount", Label: Text{"事件金额", "Event amount"}, Unit: UnitMoney, sql: "f.amount"}}},
	{Name: "sessions", Label: Text{"会话", "Sessions"}, Rows: Text{"每次访问一行", "one for each visit"}, source: sessionSource, rows: "customers", Numbers: []factNumber{
		{Name: "duration", Label: Text{"访问时长", "Duration"}, Unit: UnitSeconds, sql: "f.duration"},
		{Name: "pages", Label: Text{"浏览页数", "Pages"}, Unit: UnitCount, sql: "f.pages"},
		{Name: "events", Label: Text{"事件数", "Events"}, Unit: UnitCount, sql: "f.events"}}},
	{Name: "customers", Label: Text{"客户现状", "Customers as they are now"}, Rows: Text{"每位客户一行，为当前值", "one for each customer, as of now"}, source: customerFacts, rows: "customers", Numbers: []factNumber{
		{Name: "orders_count", Label: Text{"累计订单数", "Orders in total"}, Unit: UnitCount, sql: "f.orders_count", field: "orders.count"},
		{Name: "net", Label: Text{"累计净消费", "Net spend"}, Unit: UnitMoney, sql: "f.net", field: "orders.total"},
		{Name: "silent_days", Label: Text{"距上次下单天数", "Days since the last order"}, Unit: UnitDays, sql: "f.silent_days", field: "orders.last_at"},
		{Name: "predicted_value", Label: Text{"预期价值", "Predicted value"}, Unit: UnitMoney, sql: "f.predicted_value", field: "value.predicted"},
		{Name: "alive_probability", Label: Text{"活跃概率", "Probability of being active"}, Unit: UnitShare, sql: "f.alive_probability", field: "value.alive_probability"},
		{Name: "churn_risk", Label: Text{"流失风险", "Churn risk"}, Unit: UnitShare, sql: "f.churn_risk", field: "churn.risk"},
		{Name: "cycle_days", Label: Text{"购买周期", "Purchase cycle"}, Unit: UnitDays, sql: "f.cycle_days", field: "rhythm.cycle_days"},
		{Name: "overdue_days", Label: Text{"超过周期天数", "Days overdue"}, Unit: UnitDays, sql: "f.overdue_days", field: "rhythm.overdue_days"},
		{Name: "completeness", Label: Text{"资料完整度", "Completeness"}, Unit: UnitShare, sql: "f.completeness", field: "quality.completeness"},
		{Name: "quality", Label: Text{"资料质量分", "Quality score"}, Unit: UnitShare, sql: "f.quality", field: qualityScore},
		{Name: "contacts", Label: Text{"联系人数", "Contacts"}, Unit: UnitCount, sql: "f.contacts", field: "contacts.count"}}},
}

// MayUse reports whether who asks may reckon with a field of customers: read it in full, and ask by it. The empty name is no
// field, and free.
func MayUse(ctx context.Context, name string) bool {
	if name == "" {
		return true
	}
	if f, known := customerField(ctx, name); known {
		return f.mayUse(ctx)
	}
	return guard.FieldsOf(ctx, "customers").CanUse(name)
}

// crossMeasure looks a measure up. Faults: invalid, not found, forbidden; conflict for a metric that nothing feeds yet.
func crossMeasure(ctx context.Context, c CrossMeasure) (*Metric, CrossHead, error) {
	if c.Metric != "" {
		metric, err := fedMetric(c.Metric)
		if err != nil {
			return nil, CrossHead{}, err
		}
		return metric, CrossHead{CrossMeasure: CrossMeasure{Metric: c.Metric}, Label: metric.Label, Definition: metric.Definition, Unit: metric.Unit, Good: metric.Good,
			Additive: metric.Additive(), Steady: metric.source.kind == snapshot}, nil
	}
	at := slices.IndexFunc(factKinds, func(k factKind) bool { return k.Name == c.Fact })
	if at < 0 {
		return nil, CrossHead{}, fault.Invalid("fact", "fact_unknown", c.Fact)
	}
	kind := &factKinds[at]
	if !MayUse(ctx, kind.field) {
		return nil, CrossHead{}, fault.Forbidden("field_forbidden", kind.field)
	}
	metric := &Metric{Name: c.Fact + "." + c.Do, Unit: UnitCount, source: kind.source, rows: kind.rows}
	head := CrossHead{CrossMeasure: CrossMeasure{Fact: c.Fact, Do: c.Do}, Definition: kind.Rows, Steady: kind.source.kind == snapshot}
	switch c.Do {
	case "count":
		metric.num, metric.Label = part{"count(*)", "true"}, kind.Label
		head.Additive = kind.source.kind == flow
	case "customers":
		metric.num, metric.distinct = part{"count(distinct f.customer_id)", "true"}, true
		metric.Label = Text{kind.Label.ZH + "的客户数", "Customers of " + lower(kind.Label.EN)}
	default:
		if err := metric.reckon(ctx, kind, c); err != nil {
			return nil, CrossHead{}, err
		}
		head.Of, head.Additive = c.Of, c.Do == "sum" && kind.source.kind == flow
	}
	head.Label, head.Unit = metric.Label, metric.Unit
	return metric, head, nil
}

// reckon fills in a measure that reckons with a number of its facts.
func (m *Metric) reckon(ctx context.Context, kind *factKind, c CrossMeasure) error {
	at := slices.IndexFunc(kind.Numbers, func(n factNumber) bool { return n.Name == c.Of })
	if at < 0 {
		return fault.Invalid("of", "number_unknown", c.Of)
	}
	n := kind.Numbers[at]
	if !MayUse(ctx, n.field) {
		return fault.Forbidden("field_forbidden", n.field)
	}
	known := part{"count(*)", n.sql + " is not null"}
	m.Unit = n.Unit
	switch c.Do {
	case "sum":
		m.num, m.Label = part{"sum(" + n.sql + ")", "true"}, Text{n.Label.ZH + "合计", n.Label.EN + ", total"}
	case "average":
		m.num, m.den, m.Label = part{"sum(" + n.sql + ")", "true"}, &known, Text{n.Label.ZH + "平均", n.Label.EN + ", average"}
		if n.Unit == UnitCount {
			m.Unit = UnitRatio
		}
	case "minimum":
		m.num, m.Label = part{"min(" + n.sql + ")", "true"}, Text{n.Label.ZH + "最小", n.Label.EN + ", smallest"}
	case "maximum":
		m.num, m.Label = part{"max(" + n.sql + ")", "true"}, Text{n.Label.ZH + "最大", n.Label.EN + ", largest"}
	default:
		return fault.Invalid("do", "reckoning_unknown", c.Do)
	}
	m.distinct = c.Do == "minimum" || c.Do == "maximum" // parts do not add up
	return nil
}

// inPlace says in which place of a larger input a field stands.
func inPlace(err error, place string) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.KindInvalid {
		return err
	}
	moved := *f
	moved.Fields = slices.Clone(f.Fields)
	for i := range moved.Fields {
		if moved.Fields[i].Field == "" {
			moved.Fields[i].Field = place
		} else {
			moved.Fields[i].Field = place + "." + moved.Fields[i].Field
		}
	}
	return &moved
}
