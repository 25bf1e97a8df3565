package decide

import (
	"context"
	"errors"
	"testing"

	"guanxi/flow/analyze"
)

// lin is the mock's first row: expected 11,400 in 12 months, 36% likely lost, usually 31 days, silent for 58.
var lin = buyer{id: 1, owner: ann, team: 1, phone: true, orders: 10, amount: 234000, lastDay: "2026-01-13", cycle: 31, sd: 6, alive: .64, aliveBefore: .91, predicted: 1140000}

func TestSources(t *testing.T) {
	rows := []struct {
		name  string
		given func(c *company)
		kind  string
		stake *int64 // nil: no such signal; a pointer to -1: one without a value
		zh    string
	}{
		// she stays by 2^(−(27 − 6) / 31) = 0.62528, the model says 0.64: 1140000 / 0.64 × 0.62528 × 0.37472 = 417354
		{"a valuable customer silent longer than her rhythm", func(c *company) { c.add(lin) }, OverdueRhythm, ptr[int64](417354),
			"近 12 个月消费 **¥23,400**，通常 **31 天**下单一次，已 **58 天**未购"},
		{"one who is not valuable is left alone", func(c *company) {
			b := lin
			b.predicted, b.amount, b.alive = 20000, 10000, .95
			c.add(b)
		}, OverdueRhythm, nil, ""},
		{"late by less than she varies is not late", func(c *company) {
			b := lin
			b.sd = 30
			c.add(b)
		}, OverdueRhythm, nil, ""},
		{"two orders are no rhythm", func(c *company) {
			b := lin
			b.orders = 2
			c.add(b)
		}, OverdueRhythm, nil, ""},
		// 1140000 / 0.64 × (0.91 − 0.64) = 480937.5
		{"without a rhythm of her own the fall of the probability speaks", func(c *company) {
			b := lin
			b.orders = 2
			c.add(b)
		}, AliveFell, ptr[int64](480938), "再来的可能从 **91%** 降到 **64%**，近 12 个月消费 **¥4,680**，已 **58 天**未购"},
		{"who is overdue is not told twice", func(c *company) { c.add(lin) }, AliveFell, nil, ""},
		{"a fall of less than a fifth is none", func(c *company) {
			b := lin
			b.orders, b.aliveBefore = 2, .83
			c.add(b)
		}, AliveFell, nil, ""},
		{"due within three days", func(c *company) {
			b := lin
			b.lastDay, b.alive = "2026-02-11", .95
			c.add(b)
		}, NextPurchaseDue, ptr[int64](234000), "通常 **31 天**下单一次，预计 **3月14日**再来，平均每单 **¥2,340**"},
		{"due in four days is not yet", func(c *company) {
			b := lin
			b.lastDay, b.alive = "2026-02-13", .95
			c.add(b)
		}, NextPurchaseDue, nil, ""},
		{"a first order larger than nearly all", func(c *company) {
			c.add(buyer{id: 1, orders: 1, amount: 168000, lastDay: "2026-03-10", cycle: 30, sd: 5, alive: 1, aliveBefore: 1, predicted: 230000})
		}, ThankFirstOrder, ptr[int64](230000), "2 天前首次下单 **¥1,680**，高于 **100%** 的首单，未来 12 个月预计再消费 **¥2,300**"},
		{"a first order like all others", func(c *company) {
			c.add(buyer{id: 1, orders: 1, amount: 9000, lastDay: "2026-03-10", cycle: 30, sd: 5, alive: 1, aliveBefore: 1, predicted: 230000})
		}, ThankFirstOrder, nil, ""},
		{"a large first order of ten days ago is too late to thank for", func(c *company) {
			c.add(buyer{id: 1, orders: 1, amount: 168000, lastDay: "2026-03-02", cycle: 30, sd: 5, alive: 1, aliveBefore: 1, predicted: 230000})
		}, ThankFirstOrder, nil, ""},
		// 1140000 / 12 × 0.1 = 9500; the others have a phone
		{"a valuable customer nobody can reach", func(c *company) {
			b := lin
			b.phone = false
			c.add(b)
		}, CustomersUnreachable, ptr[int64](9500), ""},
		{"a source silent longer than its rhythm", func(c *company) {
			c.write("insert into sources (id, name, kind, expected_hours, last_fact_at, created_at) values (1, '门店 POS', 'pos', 24, ?, 0)", at("2026-03-11 00:22").UnixMilli())
		}, SourceLate, ptr[int64](-1), "通常每 **24 小时**来一次数据，已 **33 小时**没有，此后的数字会偏低"},
		{"a source within a quarter of its rhythm", func(c *company) {
			c.write("insert into sources (id, name, kind, expected_hours, last_fact_at, created_at) values (1, '门店 POS', 'pos', 24, ?, 0)", at("2026-03-11 04:22").UnixMilli())
		}, SourceLate, nil, ""},
		{"a source of which nothing is expected", func(c *company) {
			c.write("insert into sources (id, name, kind, last_fact_at, created_at) values (1, '旧表', 'file', 0, 0)")
		}, SourceLate, nil, ""},
		// three findings of two orders of 100.00: 20000 × 0.002 = 40
		{"findings of orders are worth what rests on the orders", func(c *company) {
			for _, order := range []int64{100000, 100001} {
				c.write("insert into orders (id, shop, number, kind, status, ordered_at, gross, refunded, currency, created_at, updated_at) values (?, 's', ?, 'order', 'completed', 0, 10000, 0, 'CNY', 0, 0)", order, order)
			}
			for i, subject := range []int64{100000, 100000, 100001} {
				c.write("insert into findings (id, cause, subject_type, subject_id, created_at) values (?, 'price_zero', 'order', ?, ?)", i+1, subject, at("2026-03-11 08:00").UnixMilli())
			}
		}, DataFindings, ptr[int64](40), "**3 条**记录单价为零，涉及金额 **¥200**，最早发现于 **3月11日**"},
		{"findings of other records cannot be valued", func(c *company) {
			c.write("insert into findings (id, cause, subject_type, created_at) values (1, 'exact_repeat', 'row', ?)", at("2026-03-12 08:00").UnixMilli())
		}, DataFindings, ptr[int64](-1), "**1 条**记录与另一行完全相同，最早发现于 **今天 08:00**"},
		{"a closed finding is none", func(c *company) {
			c.write("insert into findings (id, cause, subject_type, state, created_at) values (1, 'exact_repeat', 'row', 'fixed', 0)")
		}, DataFindings, nil, ""},
		// 1140000 × 0.1 = 114000
		{"a call agreed for eleven today", func(c *company) {
			b := lin
			b.lastDay = "2026-03-01"
			c.add(b)
			c.followUp(1, ann, "2026-03-12 11:00", "回电")
		}, FollowUpDue, ptr[int64](114000), "3月9日约好 **今天 11:00** 回电"},
		// she is worth less than one ordinary order of the 25 others and hers: (75 × 10000 + 3 × 10000) / 78 × 0.1 = 1000
		{"a call agreed with somebody of little worth", func(c *company) {
			c.add(buyer{id: 1, orders: 3, amount: 10000, lastDay: "2026-03-08", cycle: 30, sd: 5, alive: .95, aliveBefore: .95, predicted: 500})
			c.followUp(1, ann, "2026-03-12 11:00", "回电")
		}, FollowUpDue, ptr[int64](1000), ""},
		{"a call agreed for tomorrow is not today's", func(c *company) {
			c.add(lin)
			c.followUp(1, ann, "2026-03-13 09:00", "回电")
		}, FollowUpDue, nil, ""},
	}
	inTurn(t, len(rows), func(i int) string { return rows[i].name }, func(c *company, i int) {
		row := rows[i]
		c.crowd(25)
		row.given(c)
		c.refresh()
		found := c.rows(row.kind)
		if row.stake == nil {
			if len(found) != 0 {
				c.Fatalf("%d signals, want none: %s", len(found), found[0].ReasonValues)
			}
			return
		}
		r := c.row(row.kind)
		switch {
		case *row.stake == -1 && r.AtStake != nil:
			c.Errorf("at stake %d, want none", *r.AtStake)
		case *row.stake != -1 && (r.AtStake == nil || *r.AtStake != *row.stake):
			c.Errorf("at stake %d, want %d", deref(r.AtStake), *row.stake)
		}
		if row.zh != "" {
			if got := speak(Reason{r.ReasonCode, r.values()}, r.Currency, at("2026-03-12 09:22")).ZH; got != row.zh {
				c.Errorf("%s, want %s", got, row.zh)
			}
		}
	})
}

// followUp logs a contact on 2026-03-09 with a next action.
func (c *company) followUp(customer, staff int64, next, action string) {
	c.Helper()
	id := c.count("select count(*) from activities") + 1001
	c.write(`insert into activities (id, customer_id, kind, content, next_action, next_at, staff_id, happened_at, created_at) values (?, ?, 'call', '聊了试用装', ?, ?, ?, ?, 0)`,
		id, customer, action, at(next).UnixMilli(), staff, at("2026-03-09 10:00").UnixMilli())
}

type anomalies struct {
	list []analyze.Anomaly
	err  error
}

func (a *anomalies) Anomalies(context.Context) ([]analyze.Anomaly, error) { return a.list, a.err }

func TestMetricSource(t *testing.T) {
	eachCompany(t, func(c *company) {
		sales := analyze.Anomaly{Metric: "net_sales", Label: analyze.Text{ZH: "净销售额", EN: "Net sales"}, Unit: "money", Day: "2026-03-11", Since: "2026-03-11",
			Value: 800000, Expected: analyze.Range{Expected: 1155000, Low: 1000000, High: 1300000}, Z: -5, Harmful: true, Shortfall: 355000,
			Causes: []analyze.Contribution{{Label: "天猫", Amount: -291100}, {Label: "京东", Amount: -30000}}}
		orders, good := sales, sales
		orders.Metric, orders.Unit, orders.Shortfall = "orders", "count", 100000
		good.Metric, good.Harmful = "average_order_value", false
		visits := sales
		visits.Metric, visits.Group, visits.Unit, visits.Shortfall = "sessions", "behaviour", "count", 0
		from := &anomalies{list: []analyze.Anomaly{orders, sales, good, visits}}
		c.signals.sources = []Source{MetricSource(from)}
		c.refresh()
		r := c.row(MetricBroke) // neither what did no harm, nor the smaller of two that fall together
		if *r.AtStake != 355000 || r.SubjectName != "净销售额" || r.Audience != ",admin,manager,operator,analyst," {
			c.Errorf("%+v", r)
		}
		if r := c.row(VisitsBroke); r.SubjectID != "sessions" || r.Area != "behaviour" {
			c.Errorf("%+v", r)
		}
		said := speak(Reason{r.ReasonCode, r.values()}, "CNY", at("2026-03-12 09:22"))
		if want := "3月11日 **¥8,000**，低于预期 **31%**（预期 ¥10,000–¥13,000），其中 **82%** 来自天猫"; said.ZH != want {
			c.Errorf("%s, want %s", said.ZH, want)
		}
		if want := "**¥8,000** on Mar 11, **31%** below what was expected (¥10,000–¥13,000); **82%** of it from 天猫"; said.EN != want {
			c.Errorf("%s, want %s", said.EN, want)
		}

		from.err = errors.New("columns are away")
		if err := c.signals.Refresh(c.ctx); err == nil {
			c.Error("a source that fails is not told")
		}
		if r := c.row(MetricBroke); r.State != Open {
			c.Errorf("the signal of a source that failed is %s, want open", r.State)
		}
		from.err, from.list = nil, nil
		c.refresh()
		if r := c.row(MetricBroke); r.State != Resolved {
			c.Errorf("what is no longer true is %s, want resolved", r.State)
		}
	})
}

func deref(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}
