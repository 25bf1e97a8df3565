package watch

import (
	"context"
	"encoding/json"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

// AlertPreset is a rule ready to be taken: its draft lacks only who answers for it.
type AlertPreset struct {
	Key      string         `json:"key"`
	Label    analyze.Text   `json:"label"`
	About    analyze.Text   `json:"about"`
	Needs    *analyze.Text  `json:"needs" doc:"what would have to be there first; null when it can be taken"`
	Watches  AlertWatch     `json:"watches"`
	Fires    AlertFires     `json:"fires"`
	Severity string         `json:"severity"`
	Proposal analyze.Text   `json:"proposal"`
	Sentence *analyze.Label `json:"sentence" doc:"of a condition"`
}

// Presets gives the rules that are ready to be taken, with the event and shop this company has most of. What the reader may not
// use is left out.
func (w *Watch) Presets(ctx context.Context) ([]AlertPreset, error) {
	event, shop, err := w.commonest(ctx)
	if err != nil {
		return nil, err
	}
	list := []AlertPreset{}
	for _, p := range presets(event, shop) {
		if p.Watches.Kind == WatchCustomers {
			_, said, _, err := w.segments.CheckCondition(ctx, p.Watches.Condition)
			var wrong *fault.Error
			if asFault(err, &wrong) && p.Needs == nil {
				continue
			}
			if err != nil && wrong == nil {
				return nil, err
			}
			p.Sentence = &said
		} else if _, err := w.metrics.Watchable(ctx, p.Watches.Metric, p.Watches.Split); fault.Is(err, fault.KindConflict) {
			p.Needs = &analyze.Text{ZH: "这个指标还没有数据", EN: "Nothing feeds this metric yet"}
		} else if fault.Is(err, fault.KindForbidden) {
			continue
		} else if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// commonest gives what most customers did on their own in the last 90 days, and the shop with most orders; empty without any.
func (w *Watch) commonest(ctx context.Context) (event, shop string, err error) {
	since := analyze.Today(ctx).AddDate(0, 0, -90)
	if err := w.columns.QueryRow(ctx, `
select coalesce((select event from events where kind = 'track' and not bot and customer_id is not null and day >= ?
  group by event order by count(distinct customer_id) desc, event limit 1), ''),
  coalesce((select shop from orders where shop is not null and day >= ? group by shop order by count(*) desc, shop limit 1), '')`, since, since).Scan(&event, &shop); err != nil {
		return "", "", err
	}
	return event, shop, nil
}

func presets(event, shop string) []AlertPreset {
	condition := func(tree map[string]any) analyze.ConditionJSON {
		text, _ := json.Marshal(tree) //nolint:errchkjson // a map of texts and numbers
		return text
	}
	metric := func(name string) AlertWatch { return AlertWatch{Kind: WatchMetric, Metric: name, Days: 1} }
	over := func(name string, days int) AlertWatch {
		return AlertWatch{Kind: WatchMetric, Metric: name, Days: days}
	}
	list := []AlertPreset{
		{Key: "use_fell", Label: analyze.Text{ZH: "功能使用骤降", EN: "Use of a feature fell"}, Severity: "warning",
			About:    analyze.Text{ZH: "30 天内的使用次数比之前 30 天少了六成以上的客户", EN: "Customers who used it at least 60% less in the last 30 days than in the 30 days before"},
			Watches:  AlertWatch{Kind: WatchCustomers, Condition: condition(map[string]any{"event": event, "measure": "ratio", "op": "lte", "value": 0.4, "window": map[string]any{"last_days": 30}})},
			Fires:    AlertFires{When: "enters"},
			Proposal: analyze.Text{ZH: "一周内回访，了解是否遇到困难；重要客户安排上门服务", EN: "Call within a week and ask what got in the way; visit the important ones"}},
		{Key: "risk_high", Label: analyze.Text{ZH: "高价值客户流失风险高", EN: "Valuable customers about to leave"}, Severity: "critical",
			About: analyze.Text{ZH: "消费金额居前且流失风险不低于七成的客户", EN: "Customers among the highest spenders whose risk of leaving is 70% or more"},
			Watches: AlertWatch{Kind: WatchCustomers, Condition: condition(map[string]any{"all": []any{
				map[string]any{"field": "churn.risk", "op": "gte", "value": 0.7}, map[string]any{"field": "rfm.m", "op": "gte", "value": 4}}})},
			Fires:    AlertFires{When: "enters"},
			Proposal: analyze.Text{ZH: "专人电话回访，提出补偿或专属服务方案", EN: "A call by the person in charge, with an offer or a service of their own"}},
		{Key: "sales_below", Label: analyze.Text{ZH: "净销售额低于预期", EN: "Net sales below what was expected"}, Severity: "critical",
			About:   analyze.Text{ZH: "按周内规律和节假日推算，低于预期范围", EN: "Below the range expected from weekdays and holidays"},
			Watches: metric("net_sales"), Fires: AlertFires{When: "below_expected", Least: 5},
			Proposal: analyze.Text{ZH: "先看来自哪里，再调整活动或通知店铺", EN: "See where it comes from, then adjust the campaign or tell the shop"}},
		{Key: "refunds_rose", Label: analyze.Text{ZH: "退款额上升", EN: "Refunds rose"}, Severity: "warning",
			About:   analyze.Text{ZH: "近 7 天退款比之前 7 天多一半以上", EN: "Refunds of the last 7 days at least half as much again as in the 7 days before"},
			Watches: over("refunds", 7), Fires: AlertFires{When: "rose", Value: 0.5, Least: 5},
			Proposal: analyze.Text{ZH: "找出集中的商品和原因，联系供应方", EN: "Find the products and causes behind it, and speak to who supplies them"}},
		{Key: "cancel_rose", Label: analyze.Text{ZH: "订单取消率上升", EN: "Cancel rate rose"}, Severity: "warning",
			About:   analyze.Text{ZH: "近 7 天取消率比之前 7 天高一半以上", EN: "The cancel rate of the last 7 days at least half as high again as in the 7 days before"},
			Watches: over("cancel_rate", 7), Fires: AlertFires{When: "rose", Value: 0.5, Least: 30},
			Proposal: analyze.Text{ZH: "看取消集中在哪个店铺、哪一步", EN: "See in which shop and at which step orders are cancelled"}},
		{Key: "visits_fell", Label: analyze.Text{ZH: "访问次数下降", EN: "Visits fell"}, Severity: "warning",
			About:   analyze.Text{ZH: "近 7 天的访问比之前 7 天少三成以上", EN: "Visits of the last 7 days at least 30% fewer than in the 7 days before"},
			Watches: over("sessions", 7), Fires: AlertFires{When: "fell", Value: 0.3, Least: 20},
			Proposal: analyze.Text{ZH: "检查埋点与投放渠道", EN: "Check tracking and the channels that bring visitors"}},
		{Key: "source_down", Label: analyze.Text{ZH: "主要来源的订单变少", EN: "Orders of the main source fell"}, Severity: "critical",
			About:   analyze.Text{ZH: "最大的店铺近 3 天的订单比之前 3 天少一半以上", EN: "The largest shop had less than half the orders in the last 3 days that it had in the 3 days before"},
			Watches: AlertWatch{Kind: WatchMetric, Metric: "orders", Split: "shop", SplitValue: shop, Days: 3}, Fires: AlertFires{When: "fell", Value: 0.5},
			Proposal: analyze.Text{ZH: "先确认数据是否到齐，再联系店铺", EN: "Make sure the data has come, then ask the shop"}},
		{Key: "clv_cac", Label: analyze.Text{ZH: "客户价值与获客成本之比过低", EN: "Customer value too low for what it costs"}, Severity: "warning",
			About:   analyze.Text{ZH: "CLV/CAC 低于 3", EN: "CLV/CAC below 3"},
			Watches: over("clv_cac_ratio", 30), Fires: AlertFires{When: "below", Value: 3},
			Proposal: analyze.Text{ZH: "减少高成本渠道的投放，提升老客复购", EN: "Spend less on the channels that cost most, and bring customers back"}},
		{Key: "cac_rose", Label: analyze.Text{ZH: "获客成本上升", EN: "Cost of a new customer rose"}, Severity: "warning",
			About:   analyze.Text{ZH: "近 30 天每位新客户的成本比之前 30 天高两成以上", EN: "A new customer cost at least 20% more in the last 30 days than in the 30 days before"},
			Watches: over("cac", 30), Fires: AlertFires{When: "rose", Value: 0.2, Least: 20},
			Proposal: analyze.Text{ZH: "按渠道看成本与新客数，停掉最贵的投放", EN: "Compare cost and new customers by channel, and stop what costs most"}},
		{Key: "clicks_low", Label: analyze.Text{ZH: "点击率过低", EN: "Click rate too low"}, Severity: "info",
			About:   analyze.Text{ZH: "近 30 天的点击率低于 1%", EN: "A click rate of the last 30 days below 1%"},
			Watches: over("click_rate_delivered", 30), Fires: AlertFires{When: "below", Value: 0.01, Least: 100},
			Proposal: analyze.Text{ZH: "换标题和内容做 A/B 测试", EN: "Try other subjects and content side by side"}},
	}
	for i := range list {
		if list[i].Key == "use_fell" && event == "" {
			list[i].Needs = &analyze.Text{ZH: "还没有采集到客户的行为事件", EN: "No events of customers have been collected yet"}
		}
		if list[i].Key == "source_down" && shop == "" {
			list[i].Needs = &analyze.Text{ZH: "订单还没有店铺", EN: "Orders name no shop yet"}
		}
	}
	return list
}
