package demo

import (
	"context"
	"time"
)

// talk is one way a conversation went and what was agreed.
type talk struct{ kind, content, result, next string }

var talks = []talk{
	{"call", "回访上次订单的使用感受，面霜很喜欢，精华觉得有点贵", "waiting", "发一份精华小样的活动说明"},
	{"wechat", "咨询敏感肌能不能用水杨酸棉片，已发成分表", "later", "问过皮肤科医生后回复"},
	{"call", "公司端午福利想要一百份礼盒，需要对公发票", "waiting", "出一版礼盒报价"},
	{"visit", "到访门店试香，喜欢白茶和雪松", "waiting", "到货后通知来取"},
	{"call", "反映上一箱抽纸外箱破损，已补发两提", "reached", "确认补发是否收到"},
	{"wechat", "想知道会员日有没有家清套装", "later", "会员日前一天提醒"},
	{"email", "发了年度采购清单，等对方财务确认", "later", "电话跟进采购清单"},
	{"call", "三个月没有下单，问候近况，换了别家洗发水", "reached", "寄洗护小样并回访"},
	{"wechat", "晒了新口红试色，发了感谢券", "reached", ""},
	{"call", "退款到账时间偏慢，已说明原因并道歉", "reached", ""},
	{"visit", "上门给酒店前台补香薰样品", "waiting", "确认香薰补货数量"},
	{"call", "无人接听", "missed", "换个时间再打"},
}

// makeActivities gives owned customers the conversations of the last months and
// what was agreed in them. What was agreed for days gone by was done, save for a
// few promises of the last days that are late.
func (m *maker) makeActivities(ctx context.Context) error {
	c, aside := newChance(m.options.Seed), newChance(m.options.Seed)
	today := m.season.start[len(m.season.start)-2]
	now := m.season.at(m.season.lastSecond())
	for i := range m.options.Customers {
		customer := m.customerOf(c, i)
		c := aside.of(streamContact, i, 0)
		if customer.Owner == 0 || c.yes(0.6) {
			continue
		}
		for range 1 + c.IntN(3) {
			t := one(c, talks)
			at := workingHour(c, today.AddDate(0, 0, -1-c.IntN(120)))
			if at.Before(customer.CreatedAt) || at.After(now) {
				continue
			}
			m.activities++
			a := Activity{Number: m.activities, Customer: customer.Number, Staff: customer.Owner, Kind: t.kind, Content: t.content, Result: t.result, At: at}
			if t.next != "" {
				a.NextAction, a.NextAt = t.next, workingHour(c, midnight(at).AddDate(0, 0, 1+c.IntN(18)))
				a.NextDoneAt = m.kept(c, today, a.NextAt)
			}
			if err := m.sink.Activity(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// kept is when a promise was kept: on time where that is past, not yet where it
// is for today or later, and not for one in four of the last three days.
func (m *maker) kept(c *chance, today, promised time.Time) time.Time {
	late := !promised.Before(today.AddDate(0, 0, -3)) && c.yes(0.25)
	if late || !promised.Before(today) {
		return time.Time{}
	}
	return promised.Add(-time.Duration(c.IntN(120)) * time.Minute)
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// workingHour is some quarter of an hour between nine and half past six.
func workingHour(c *chance, day time.Time) time.Time {
	return day.Add(9*time.Hour + time.Duration(c.IntN(38))*15*time.Minute)
}

// savedSegments are the conditions the company looks at, in the language of the
// API. The three classes by frequency are scenario T04: regular, occasional and
// first-time customers get different benefits.
var savedSegments = []struct{ name, description, condition string }{
	{"常客", "一年内下单六次及以上，送会员升级礼", `{"event": "order_placed", "measure": "count", "op": "gte", "value": 6, "window": {"last_days": 365}}`},
	{"偶尔购买", "一年内下单两到五次，送满减券", `{"event": "order_placed", "measure": "count", "op": "between", "value": [2, 5], "window": {"last_days": 365}}`},
	{"首次购买", "只下过一单，送新客礼包", `{"event": "order_placed", "measure": "count", "op": "eq", "value": 1, "window": {"all_time": true}}`},
	{"高消费护肤客", "一年内护肤消费满 2,000 元", `{"event": "item_purchased", "where": {"field": "category", "op": "eq", "value": "护肤"}, "measure": "sum:amount", "op": "gte", "value": 200000, "window": {"last_days": 365}}`},
	{"沉睡金卡", "金卡会员，六十天没有下单", `{"all": [{"tag": "金卡"}, {"event": "order_placed", "measure": "last", "op": "not_in_last_days", "value": 60, "window": {"all_time": true}}]}`},
	{"江浙沪女性", "江苏、浙江、上海的女性客户", `{"all": [{"field": "province", "op": "in", "value": ["江苏省", "浙江省", "上海市"]}, {"field": "gender", "op": "eq", "value": "female"}]}`},
	{"只买纸品家清", "买过纸品或家清，没买过护肤彩妆", `{"all": [{"event": "item_purchased", "where": {"field": "category", "op": "in", "value": ["纸品", "家清"]}, "measure": "count", "op": "gte", "value": 1, "window": {"last_days": 365}}, {"not": {"event": "item_purchased", "where": {"field": "category", "op": "in", "value": ["护肤", "彩妆"]}, "measure": "count", "op": "gte", "value": 1, "window": {"last_days": 365}}}]}`},
	{"本周生日", "七天内过生日", `{"field": "birthday", "op": "anniversary_in_days", "value": 7}`},
}

func (m *maker) makeSegments(ctx context.Context) error {
	operators := m.withRole("operator")
	for i, s := range savedSegments {
		err := m.sink.Segment(ctx, Segment{
			Number: i + 1, Name: s.name, Description: s.description, Condition: s.condition,
			Owner: operators[i%len(operators)], CreatedAt: m.season.start[len(m.season.start)-2].AddDate(0, 0, -90+7*i).Add(10 * time.Hour),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// targets are what the company set itself: shares 0 to 1, money in fen, sums for a
// month.
var targets = []Target{
	{"gross_sales", 88_000_000, "at_least", "month"},
	{"new_customers", 160, "at_least", "month"},
	{"repurchase_rate", 0.62, "at_least", ""},
	{"average_order_value", 26_000, "at_least", ""},
	{"cancel_rate", 0.04, "at_most", ""},
}

func (m *maker) makeTargets(ctx context.Context) error {
	for _, t := range targets {
		if err := m.sink.Target(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
