package analyze

// unfed are the metrics of the product whose facts are not collected yet. They are listed with what would feed them,
// and have no figures: a zero would be a lie.
var unfed = []Metric{
	missing("cart_abandon_rate", "behaviour", UnitShare, -1, "加购放弃率", "Cart abandon rate", "购物车事件", "cart events"),
	missing("action_conversion_rate", "behaviour", UnitShare, 1, "行动转化率", "Action conversion rate", "网站或小程序事件", "events of the site or mini program"),
	missing("campaign_conversion_rate", "marketing", UnitShare, 1, "活动转化率", "Campaign conversion rate", "营销活动的点击与购买", "clicks and purchases of campaigns"),
	missing("open_rate", "marketing", UnitShare, 1, "打开率", "Open rate", "消息发送记录", "messages sent"),
	missing("click_rate_sent", "marketing", UnitShare, 1, "发送点击率", "Click rate of sent", "消息发送记录", "messages sent"),
	missing("click_rate_delivered", "marketing", UnitShare, 1, "送达点击率", "Click rate of delivered", "消息送达记录", "messages delivered"),
	missing("lead_conversion_rate", "sales", UnitShare, 1, "线索转化率", "Lead conversion rate", "线索", "leads"),
	missing("win_rate", "sales", UnitShare, 1, "赢单率", "Win rate", "商机", "opportunities"),
	missing("cycle_days", "sales", UnitDays, -1, "成交周期", "Sales cycle", "商机", "opportunities"),
	missing("forecast", "sales", UnitMoney, 1, "销售预测", "Forecast", "商机", "opportunities"),
	missing("first_follow_up_time", "service", UnitRatio, -1, "首次跟进时长", "First follow-up time", "线索的分配记录", "leads and their assignment"),
	missing("first_response_time", "service", UnitRatio, -1, "首次响应时长", "First response time", "工单", "tickets"),
	missing("resolution_time", "service", UnitRatio, -1, "解决时长", "Resolution time", "工单", "tickets"),
	missing("csat", "service", UnitShare, 1, "满意度评分", "CSAT", "问卷答卷", "survey responses"),
	missing("nps", "service", UnitRatio, 1, "净推荐值", "NPS", "问卷答卷", "survey responses"),
	missing("ces", "service", UnitRatio, -1, "费力度", "CES", "问卷答卷", "survey responses"),
	missing("satisfaction", "service", UnitShare, 1, "客户满意度", "Satisfaction", "问卷、评价与工单评分", "surveys, reviews and ticket ratings"),
	missing("crm_roi", "marketing", UnitRatio, 1, "CRM 回报率", "Return of the CRM", "CRM 成本", "costs of the CRM"),
}

func missing(name, group string, unit Unit, good int, zh, en, needsZH, needsEN string) Metric {
	return Metric{Name: name, Group: group, Unit: unit, Good: good, Label: Text{zh, en}, Needs: Text{needsZH, needsEN},
		Definition: Text{"尚无数据来源，需要：" + needsZH + "。", "Nothing feeds it yet; it needs " + needsEN + "."}}
}
