package analyze

import "guanxi/flow/customer"

// contactRoles are what a contact's word can weigh, as flow/customer keeps it.
var contactRoles = []Choice{
	{"decides", Label{"拍板", "decides"}}, {"pays", Label{"付款", "pays"}}, {"uses", Label{"使用", "uses"}},
	{"influences", Label{"影响", "influences"}}, {"gatekeeps", Label{"把关", "gatekeeps"}}, {"champions", Label{"支持我们", "champions us"}},
}

// customerFieldList is every plain and derived field of a customer, in the order a person is offered them.
var customerFieldList = []*Field{
	{Name: "id", Type: TypeReference, Label: Label{"客户", "Customer"}, expr: "c.id", never: true},
	{Name: "kind", Type: TypeChoice, Label: Label{"客户类型", "Kind"}, expr: "c.kind", Values: []Choice{
		{"person", Label{"个人", "person"}}, {"organization", Label{"单位", "organization"}}}},
	{Name: "name", Type: TypeText, Label: Label{"姓名", "Name"}, expr: "c.name"},
	{Name: "gender", Type: TypeChoice, Label: Label{"性别", "Gender"}, expr: "c.gender", never: true, Values: []Choice{
		{"female", Label{"女", "female"}}, {"male", Label{"男", "male"}}, {"unknown", Label{"未知", "unknown"}}}},
	{Name: "age", Type: TypeElapsed, Unit: "years", Label: Label{"年龄", "Age"}, expr: "c.birthday"},
	{Name: "birthday", Type: TypeDay, Label: Label{"生日", "Birthday"}, expr: "c.birthday"},
	{Name: "country", Type: TypeText, Label: Label{"国家或地区", "Country"}, expr: "c.country"},
	{Name: "location", Type: TypeChoice, Label: Label{"境内外", "Domestic or foreign"}, expr: "c.location", Values: []Choice{
		{customer.LocationDomestic, Label{"境内", "domestic"}}, {customer.LocationForeign, Label{"境外", "foreign"}}}},
	{Name: "province", Type: TypeText, Label: Label{"省份", "Province"}, expr: "c.province"},
	{Name: "city", Type: TypeText, Label: Label{"城市", "City"}, expr: "c.city"},
	{Name: "district", Type: TypeText, Label: Label{"区县", "District"}, expr: "c.district"},
	{Name: "company", Type: TypeText, Label: Label{"公司", "Company"}, expr: "c.company"},
	{Name: "industry", Type: TypeText, Label: Label{"行业", "Industry"}, expr: "c.industry"},
	{Name: "lifecycle_stage", Type: TypeChoice, Label: Label{"生命周期阶段", "Lifecycle stage"}, expr: "c.lifecycle_stage", Values: []Choice{
		{"prospect", Label{"潜在客户", "prospect"}}, {"customer", Label{"成交客户", "customer"}}, {"former", Label{"流失客户", "former"}}}},
	{Name: "source", Type: TypeText, Label: Label{"来源", "Source"}, expr: "c.source"},
	{Name: "tags", Type: TypeSet, Label: Label{"标签", "Tags"}, expr: "c.tags", never: true},
	{Name: "owner", Type: TypeReference, Label: Label{"负责人", "Owner"}, expr: "c.owner_id"},
	{Name: "team", Type: TypeReference, Label: Label{"团队", "Team"}, expr: "c.team_id"},
	{Name: "created_at", Type: TypeInstant, Label: Label{"建档时间", "Date created"}, expr: "c.created_at"},
	{Name: "updated_at", Type: TypeInstant, Label: Label{"更新时间", "Date updated"}, expr: "c.updated_at"},

	{Name: "contact.roles", Type: TypeSet, Label: Label{"在单位的角色", "Role at an organization"}, expr: "c.speaks_as", never: true, Values: contactRoles},
	{Name: "contact.organizations", Type: TypeNumber, Label: Label{"代表的单位数", "Organizations spoken for"}, expr: "c.speaks_for", never: true},
	{Name: "contacts.roles", Type: TypeSet, Label: Label{"联系人的角色", "Roles of contacts"}, expr: "c.contact_roles", never: true, Values: contactRoles},
	{Name: "contacts.count", Type: TypeNumber, Label: Label{"联系人数", "Contacts"}, expr: "c.contacts", never: true},

	{Name: "has_phone", Type: TypeBoolean, Label: Label{"有可用手机号", "Has a usable phone"}, expr: "c.has_phone", never: true},
	{Name: "has_email", Type: TypeBoolean, Label: Label{"有可用邮箱", "Has a usable e-mail address"}, expr: "c.has_email", never: true},
	{Name: "consent.email", Type: TypeBoolean, Label: Label{"同意营销邮件", "Consents to marketing e-mail"}, expr: "list_contains(c.consents, 'marketing:email')", never: true},
	{Name: "consent.sms", Type: TypeBoolean, Label: Label{"同意营销短信", "Consents to marketing SMS"}, expr: "list_contains(c.consents, 'marketing:sms')", never: true},
	{Name: "consent.phone", Type: TypeBoolean, Label: Label{"同意营销电话", "Consents to marketing calls"}, expr: "list_contains(c.consents, 'marketing:phone')", never: true},
	{Name: "consent.wechat", Type: TypeBoolean, Label: Label{"同意微信营销", "Consents to marketing by WeChat"}, expr: "list_contains(c.consents, 'marketing:wechat')", never: true},
	{Name: "quality.completeness", Type: TypeShare, Unit: "share", Label: Label{"资料完整度", "Completeness"}, expr: "c.completeness", never: true},

	{Name: qualityScore, Type: TypeShare, Unit: "share", Label: Label{"资料质量分", "Quality score"}, cold: true,
		expr: "(select j.score from customer_quality j where j.customer_id = c.id)"},

	{Name: clusterField, Type: TypeReference, Label: Label{"群像", "Cluster"}, cold: true, expr: "(select k.cluster from customer_clusters k where k.customer_id = c.id)"},

	{Name: "orders.count", Type: TypeNumber, Unit: "orders", Label: Label{"累计订单数", "Orders in total"}, expr: "c.orders_count", never: true, ranked: buyers},
	{Name: "orders.total", Type: TypeMoney, Label: Label{"累计净消费", "Net spend"}, expr: "(c.orders_gross - c.orders_refunded)", never: true, ranked: buyers},
	{Name: "orders.refunded", Type: TypeMoney, Label: Label{"累计退款", "Total refunded"}, expr: "c.orders_refunded", never: true, ranked: buyers},
	{Name: "orders.first_at", Type: TypeInstant, Label: Label{"首次下单", "First order"}, expr: "c.orders_first_at", day: "c.orders_first_day"},
	{Name: "orders.last_at", Type: TypeInstant, Label: Label{"最近下单", "Last order"}, expr: "c.orders_last_at", day: "c.orders_last_day"},

	{Name: "rfm.recency_days", Type: TypeElapsed, Unit: "days", Label: Label{"距上次下单", "Days since last order"}, expr: "c.orders_last_day"},
	{Name: "rfm.frequency", Type: TypeNumber, Unit: "orders", Label: Label{"RFM 购买次数", "RFM orders"}, expr: "s.rfm_frequency", scores: true},
	{Name: "rfm.monetary", Type: TypeMoney, Label: Label{"RFM 消费金额", "RFM amount"}, expr: "s.rfm_monetary", scores: true},
	{Name: "rfm.r", Type: TypeNumber, Label: Label{"R 分", "R score"}, expr: "s.r", scores: true},
	{Name: "rfm.f", Type: TypeNumber, Label: Label{"F 分", "F score"}, expr: "s.f", scores: true},
	{Name: "rfm.m", Type: TypeNumber, Label: Label{"M 分", "M score"}, expr: "s.m", scores: true},
	{Name: "rfm.segment", Type: TypeText, Label: Label{"RFM 分层", "RFM segment"}, expr: "s.rfm_segment", scores: true},
	{Name: "rhythm.cycle_days", Type: TypeNumber, Unit: "days", Label: Label{"购买周期", "Purchase cycle"}, expr: "s.cycle_days", scores: true},
	{Name: "rhythm.due_day", Type: TypeDay, Label: Label{"预计下次下单", "Next order due"}, expr: "s.next_due_day", scores: true},
	{Name: "rhythm.overdue_days", Type: TypeNumber, Unit: "days", Label: Label{"超过购买周期", "Overdue"}, expr: "s.overdue_days", scores: true},
	{Name: "value.predicted", Type: TypeMoney, Label: Label{"预期价值", "Predicted value"}, expr: "s.predicted_value", scores: true},
	{Name: "value.to_date", Type: TypeMoney, Label: Label{"至今价值", "Value to date"}, expr: "s.value_to_date", scores: true},
	{Name: "value.profit", Type: TypeMoney, Label: Label{"客户利润", "Profit"}, cold: true,
		expr: "(select j.profit from customer_profits j where j.customer_id = c.id)"},
	{Name: "value.acquisition_cost", Type: TypeMoney, Label: Label{"获客花费", "Cost of winning"}, cold: true,
		expr: "(select j.acquisition_cost from customer_profits j where j.customer_id = c.id)"},
	{Name: "acquisition.channel", Type: TypeText, Label: Label{"获客渠道", "Acquisition channel"}, cold: true,
		expr: "(select nullif(j.channel, '') from acquisitions j where j.customer_id = c.id)"},
	{Name: "acquisition.campaign", Type: TypeText, Label: Label{"获客活动", "Acquisition campaign"}, cold: true,
		expr: "(select nullif(j.campaign, '') from acquisitions j where j.customer_id = c.id)"},
	{Name: topicField, Type: TypeSet, Label: Label{"关注的话题", "Followed topics"}, cold: true, timed: true, heard: true, never: true,
		has: Label{"近半年看过话题", "has read in half a year about "}, hasNot: Label{"近半年没看过话题", "has not read in half a year about "},
		expr: "coalesce((select list(j.topic order by j.topic) from customer_topics j where j.customer_id = c.id), []::varchar[])"},
	{Name: activeRegion, Type: TypeText, Label: Label{"活跃地区", "Active region"}, cold: true, timed: true, heard: true, expr: "(select j.province from active_regions j where j.customer_id = c.id)"},
	{Name: "preferred_channel", Type: TypeChoice, Label: Label{"偏好渠道", "Preferred channel"}, cold: true, heard: true, expr: "(select j.channel from preferred_channels j where j.customer_id = c.id)", Values: []Choice{
		{"phone", Label{"电话", "phone"}}, {"wechat", Label{"微信", "WeChat"}}, {"visit", Label{"面谈", "in person"}}, {"email", Label{"邮件", "e-mail"}}, {"sms", Label{"短信", "SMS"}}}},
	{Name: "value.alive_probability", Type: TypeShare, Unit: "share", Label: Label{"活跃概率", "Probability alive"}, expr: "s.alive_probability", scores: true},
	{Name: "churn.risk", Type: TypeShare, Unit: "share", Label: Label{"流失风险", "Churn risk"}, expr: "s.churn_risk", scores: true},
}

var customerFields = byFieldName(customerFieldList)

func byFieldName(list []*Field) map[string]*Field {
	m := make(map[string]*Field, len(list))
	for _, f := range list {
		m[f.Name] = f
	}
	return m
}
