package report

import (
	"context"
	"net/http"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// Ready is a report that the product brings. It cannot be changed: who wants it otherwise copies it, and so it is always
// there to go back to.
type Ready struct {
	Key         string       `json:"key"`
	Group       string       `json:"group" enum:"review,acquisition,sales,retention,value,behaviour,service,team,quality,consent"`
	GroupLabel  analyze.Text `json:"group_label"`
	Name        analyze.Text `json:"name"`
	Description analyze.Text `json:"description"`
	Definition  Definition   `json:"definition"`
	Allowed     bool         `json:"allowed" doc:"who asks may read its figures"`
}

type text = analyze.Text

var groupLabels = map[string]text{
	"review": {ZH: "经营复盘", EN: "Review"}, "acquisition": {ZH: "获客", EN: "Acquisition"}, "sales": {ZH: "销售", EN: "Sales"}, "retention": {ZH: "留存", EN: "Retention"},
	"value": {ZH: "客户价值", EN: "Customer value"}, "behaviour": {ZH: "行为", EN: "Behaviour"}, "service": {ZH: "服务与跟进", EN: "Service and follow-up"},
	"team": {ZH: "团队", EN: "Team"}, "quality": {ZH: "数据质量", EN: "Data quality"}, "consent": {ZH: "授权与触达", EN: "Consent and reach"},
}

func metric(names ...string) (all []analyze.CrossMeasure) {
	for _, n := range names {
		all = append(all, analyze.CrossMeasure{Metric: n})
	}
	return all
}

func fact(name, do, of string) analyze.CrossMeasure {
	return analyze.CrossMeasure{Fact: name, Do: do, Of: of}
}

func span(name string) Days { return Days{Span: name} }

// readyReports is the pack, by business process. In each group the summary stands first and the detail after it.
var readyReports = []Ready{
	{Key: "review-summary", Group: "review", Name: text{ZH: "经营摘要", EN: "The business in one table"},
		Description: text{ZH: "营销、销售、服务、退货与数据各部门的事实放在一张表里，与上期对比。", EN: "Facts of marketing, sales, service, returns and data in one table, against the period before."},
		Definition:  Definition{Measures: metric("new_customers", "sessions", "net_sales", "orders", "refunds", "cancel_rate", "follow_up_timely_rate", "retention_rate"), Period: span("last_30_days"), Against: "previous", Chart: "number"}},
	{Key: "review-months", Group: "review", Name: text{ZH: "逐月经营走势", EN: "The business month by month"},
		Description: text{ZH: "近 12 个月的新客、访问、净销售额、退款与活跃客户，逐月并列。", EN: "New customers, visits, net sales, refunds and active customers side by side over twelve months."},
		Definition:  Definition{Measures: metric("net_sales", "refunds", "orders", "new_customers", "active_customers", "sessions"), By: "month", Period: span("last_12_months"), Against: "year", Chart: "table"}},
	{Key: "acquisition-summary", Group: "acquisition", Name: text{ZH: "新客走势", EN: "New customers over time"},
		Description: text{ZH: "每周首次下单的客户，与上期对比。", EN: "Customers who ordered for the first time, by week, against the period before."},
		Definition:  Definition{Measures: metric("new_customers"), By: "week", Period: span("last_90_days"), Against: "previous", Chart: "line"}},
	{Key: "acquisition-source", Group: "acquisition", Name: text{ZH: "新客来自哪里", EN: "Where new customers come from"},
		Description: text{ZH: "按来源看新客数，以及这些来源的客户至今的价值。", EN: "New customers by source, beside what customers of each source are worth so far."},
		Definition:  Definition{Measures: metric("new_customers", "customers", "clv_to_date"), Dimensions: []string{"source"}, Period: span("last_90_days"), Against: "previous", Chart: "bar"}},
	{Key: "acquisition-region", Group: "acquisition", Name: text{ZH: "新客在哪些省份", EN: "New customers by province"},
		Description: text{ZH: "新客最多的 15 个省份及其变化。", EN: "The fifteen provinces with the most new customers, and how they changed."},
		Definition:  Definition{Measures: metric("new_customers", "net_sales"), Dimensions: []string{"province"}, Period: span("last_90_days"), Against: "previous", Top: []int{15}, Chart: "bar"}},
	{Key: "sales-summary", Group: "sales", Name: text{ZH: "销售走势", EN: "Sales over time"},
		Description: text{ZH: "净销售额、订单数与客单价，逐周，与去年同期对比。", EN: "Net sales, orders and average order value by week, against last year."},
		Definition:  Definition{Measures: metric("net_sales", "orders", "average_order_value"), By: "week", Period: span("last_90_days"), Against: "year", Chart: "line"}},
	{Key: "sales-shop", Group: "sales", Name: text{ZH: "各店铺销售", EN: "Sales by shop"},
		Description: text{ZH: "每家店铺的净销售额、订单、客单价与取消率，与上期对比。", EN: "Net sales, orders, average order value and cancel rate of each shop, against the period before."},
		Definition:  Definition{Measures: metric("net_sales", "orders", "average_order_value", "cancel_rate"), Dimensions: []string{"shop"}, Period: span("last_30_days"), Against: "previous", Chart: "bar"}},
	{Key: "sales-product", Group: "sales", Name: text{ZH: "商品销售排行", EN: "Products by sales"},
		Description: text{ZH: "卖得最好的 20 个商品：销售额、退款与净销售额。", EN: "The twenty products that sell best: gross, refunds and net."},
		Definition:  Definition{Measures: metric("gross_sales", "refunds", "net_sales"), Dimensions: []string{"product"}, Period: span("last_30_days"), Top: []int{20}, Chart: "bar"}},
	{Key: "sales-category-shop", Group: "sales", Name: text{ZH: "品类 × 店铺", EN: "Categories by shop"},
		Description: text{ZH: "哪家店铺卖哪些品类。", EN: "Which shop sells which categories."},
		Definition:  Definition{Measures: metric("net_sales"), Dimensions: []string{"category", "shop"}, Period: span("last_30_days"), Top: []int{15, 8}, Chart: "heat"}},
	{Key: "sales-region", Group: "sales", Name: text{ZH: "各省销售", EN: "Sales by province"},
		Description: text{ZH: "净销售额最高的省份及其变化。", EN: "The provinces with the highest net sales, and how they changed."},
		Definition:  Definition{Measures: metric("net_sales", "buyers", "average_order_value"), Dimensions: []string{"province"}, Period: span("last_30_days"), Against: "previous", Top: []int{20}, Chart: "bar"}},
	{Key: "sales-hours", Group: "sales", Name: text{ZH: "下单时点", EN: "When orders come"},
		Description: text{ZH: "一周七天 × 24 小时的订单数。", EN: "Orders by day of the week and hour."},
		Definition:  Definition{Measures: metric("orders"), Dimensions: []string{"hour", "weekday"}, Period: span("last_90_days"), Sort: analyze.CrossSort{Name: true}, Chart: "heat"}},
	{Key: "sales-new-returning", Group: "sales", Name: text{ZH: "新客与老客的销售", EN: "Sales to new and returning customers"},
		Description: text{ZH: "逐月净销售额里新客、老客各占多少。", EN: "How much of each month's net sales comes from new and from returning customers."},
		Definition:  Definition{Measures: metric("net_sales"), Dimensions: []string{"new_or_returning"}, By: "month", Period: span("last_12_months"), Chart: "stacked"}},
	{Key: "retention-summary", Group: "retention", Name: text{ZH: "留存与复购走势", EN: "Retention and repurchase over time"},
		Description: text{ZH: "近 12 个月的留存率、复购率与流失率。", EN: "Retention, repurchase and churn rates over twelve months."},
		Definition:  Definition{Measures: metric("retention_rate", "repurchase_rate", "churn_rate"), By: "month", Period: span("last_12_months"), Chart: "line"}},
	{Key: "retention-cohorts", Group: "retention", Name: text{ZH: "各月新客后来的购买", EN: "What each month's new customers bought later"},
		Description: text{ZH: "按首单月份分组，看每组客户逐月还有多少人购买。", EN: "Buyers of each month by the month of their first order."},
		Definition:  Definition{Measures: metric("buyers"), Dimensions: []string{"cohort_month"}, By: "month", Period: span("last_12_months"), Sort: analyze.CrossSort{Name: true}, Top: []int{60}, Chart: "heat"}},
	{Key: "retention-source", Group: "retention", Name: text{ZH: "哪些来源的客户留得住", EN: "Which sources keep their customers"},
		Description: text{ZH: "按来源看留存率、复购率、流失率与购买频次。", EN: "Retention, repurchase, churn and frequency by source."},
		Definition:  Definition{Measures: metric("buyers", "retention_rate", "repurchase_rate", "churn_rate", "purchase_frequency"), Dimensions: []string{"source"}, Period: span("last_90_days"), Chart: "table"}},
	{Key: "value-summary", Group: "value", Name: text{ZH: "RFM 分层现状", EN: "RFM segments now"},
		Description: text{ZH: "各分层的人数、累计净消费、预期价值与流失风险。", EN: "Customers, net spend, predicted value and churn risk of each segment."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("customers", "count", ""), fact("customers", "sum", "net"), fact("customers", "average", "predicted_value"), fact("customers", "average", "churn_risk")}, Dimensions: []string{"rfm_segment"}, Chart: "bar"}},
	{Key: "value-times", Group: "value", Name: text{ZH: "买过几次的客户值多少", EN: "Value by times bought"},
		Description: text{ZH: "按购买次数看人数、人均净消费、距上次下单天数与预期价值。", EN: "Customers by how often they bought: mean spend, days since the last order, predicted value."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("customers", "count", ""), fact("customers", "average", "net"), fact("customers", "average", "silent_days"), fact("customers", "average", "predicted_value")}, Dimensions: []string{"orders_band"}, Sort: analyze.CrossSort{Name: true}, Chart: "table"}},
	{Key: "value-age-gender", Group: "value", Name: text{ZH: "年龄 × 性别的价值", EN: "Value by age and gender"},
		Description: text{ZH: "各年龄段、性别的人均净消费。", EN: "Mean net spend by age band and gender."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("customers", "average", "net"), fact("customers", "count", "")}, Dimensions: []string{"age_band", "gender"}, Sort: analyze.CrossSort{Name: true}, Chart: "heat"}},
	{Key: "behaviour-summary", Group: "behaviour", Name: text{ZH: "访问走势", EN: "Visits over time"},
		Description: text{ZH: "访问次数、页面深度、时长与跳出率，逐周。", EN: "Sessions, depth, duration and bounce rate by week."},
		Definition:  Definition{Measures: metric("sessions", "page_depth", "visit_duration", "bounce_rate"), By: "week", Period: span("last_90_days"), Against: "previous", Chart: "line"}},
	{Key: "behaviour-source", Group: "behaviour", Name: text{ZH: "访问来源的质量", EN: "Quality of where visits come from"},
		Description: text{ZH: "每个来源带来多少访问、看多深、多少人转身就走。", EN: "How many visits each source brings, how deep they go and how many leave at once."},
		Definition:  Definition{Measures: metric("sessions", "page_depth", "visit_duration", "bounce_rate"), Dimensions: []string{"came_from"}, Period: span("last_30_days"), Against: "previous", Top: []int{15}, Chart: "table"}},
	{Key: "behaviour-device", Group: "behaviour", Name: text{ZH: "落地页 × 设备的跳出率", EN: "Bounce rate by landing page and device"},
		Description: text{ZH: "哪个落地页在哪种设备上留不住人。", EN: "Which landing page loses people on which device."},
		Definition:  Definition{Measures: metric("bounce_rate", "sessions"), Dimensions: []string{"entry_page", "device"}, Period: span("last_30_days"), Sort: analyze.CrossSort{Measure: 1}, Top: []int{12, 5}, Chart: "heat"}},
	{Key: "behaviour-events", Group: "behaviour", Name: text{ZH: "客户都做了什么", EN: "What customers did"},
		Description: text{ZH: "各种事件的次数与人数，与上期对比。", EN: "Events and the customers who did them, against the period before."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("events", "count", ""), fact("events", "customers", "")}, Dimensions: []string{"event"}, Period: span("last_30_days"), Against: "previous", Top: []int{20}, Chart: "bar"}},
	{Key: "service-summary", Group: "service", Name: text{ZH: "跟进及时率走势", EN: "Timely follow-up over time"},
		Description: text{ZH: "计划的跟进按时做了多少，逐周。", EN: "How many planned follow-ups were done on time, by week."},
		Definition:  Definition{Measures: append(metric("follow_up_timely_rate"), fact("activities", "count", ""), fact("activities", "customers", "")), By: "week", Period: span("last_90_days"), Chart: "line"}},
	{Key: "service-results", Group: "service", Name: text{ZH: "跟进方式 × 结果", EN: "Ways of following up and results"},
		Description: text{ZH: "电话、微信、拜访各得到什么结果。", EN: "What calls, WeChat and visits led to."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("activities", "count", "")}, Dimensions: []string{"activity_kind", "result"}, Period: span("last_90_days"), Chart: "stacked"}},
	{Key: "service-refunds", Group: "service", Name: text{ZH: "退款集中在哪里", EN: "Where refunds gather"},
		Description: text{ZH: "各品类的退款额、销售额与净销售额。", EN: "Refunds beside gross and net sales of each category."},
		Definition:  Definition{Measures: metric("refunds", "gross_sales", "net_sales"), Dimensions: []string{"category"}, Period: span("last_90_days"), Against: "previous", Top: []int{15}, Chart: "table"}},
	{Key: "team-owners", Group: "team", Name: text{ZH: "各负责人的客户与业绩", EN: "Customers and sales by owner"},
		Description: text{ZH: "每位负责人的客户数、净销售额、留存率与跟进及时率。", EN: "Customers, net sales, retention and timely follow-up of each owner."},
		Definition:  Definition{Measures: metric("customers", "retention_rate", "follow_up_timely_rate"), Dimensions: []string{"owner"}, Period: span("last_90_days"), Against: "previous", Chart: "table"}},
	{Key: "team-activity", Group: "team", Name: text{ZH: "每人每周跟进次数", EN: "Follow-ups by person and week"},
		Description: text{ZH: "谁在跟进，跟进了多少客户。", EN: "Who follows up, and how many customers."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("activities", "count", ""), fact("activities", "customers", "")}, Dimensions: []string{"staff"}, By: "week", Period: span("last_90_days"), Chart: "stacked"}},
	{Key: "quality-summary", Group: "quality", Name: text{ZH: "各来源的资料质量", EN: "Data quality by source"},
		Description: text{ZH: "每个来源带来的客户资料有多完整、质量分多高。", EN: "How complete and how good the records of each source are."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("customers", "count", ""), fact("customers", "average", "completeness"), fact("customers", "average", "quality")}, Dimensions: []string{"source"}, Chart: "table"}},
	{Key: "quality-owner", Group: "quality", Name: text{ZH: "各负责人的资料完整度", EN: "Completeness by owner"},
		Description: text{ZH: "谁名下的客户资料最需要补全。", EN: "Whose customers' records most need completing."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("customers", "average", "completeness"), fact("customers", "count", "")}, Dimensions: []string{"owner"}, Sort: analyze.CrossSort{Ascending: true}, Chart: "bar"}},
	{Key: "consent-summary", Group: "consent", Name: text{ZH: "能联系到多少客户", EN: "How many customers can be reached"},
		Description: text{ZH: "有可用手机号与邮箱的客户数。", EN: "Customers with a usable phone and a usable e-mail address."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("customers", "count", ""), fact("customers", "sum", "net")}, Dimensions: []string{"has_phone", "has_email"}, Chart: "pivot"}},
	{Key: "consent-marketing", Group: "consent", Name: text{ZH: "营销授权 × 客户阶段", EN: "Marketing consent by lifecycle stage"},
		Description: text{ZH: "各阶段的客户里有多少同意接收营销短信。", EN: "How many customers of each stage agree to marketing SMS."},
		Definition:  Definition{Measures: []analyze.CrossMeasure{fact("customers", "count", "")}, Dimensions: []string{"lifecycle_stage", "consent.sms"}, Chart: "stacked"}},
}

// ReadyOf finds a ready report by its key. Fault: not found.
func ReadyOf(key string) (*Ready, error) {
	for i := range readyReports {
		if readyReports[i].Key == key {
			return &readyReports[i], nil
		}
	}
	return nil, fault.NotFound("report", key)
}

// Ready gives the pack, each with whether who asks may read its figures.
func (r *Reports) Ready(ctx context.Context) []Ready {
	all := make([]Ready, len(readyReports))
	for i, each := range readyReports {
		each.GroupLabel, each.Allowed = groupLabels[each.Group], r.checkDefinition(ctx, each.Definition) == nil
		all[i] = each
	}
	return all
}

func (r *Reports) registerReady(a *api.API) {
	api.Register(a, op(http.MethodGet, "/reports/ready", "metrics.read", "The reports the product brings, by business process", 200),
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[Ready] }, error) {
			return &struct{ Body page.List[Ready] }{page.List[Ready]{Items: r.Ready(ctx)}}, guard.Authorize(ctx, "metrics.read")
		})
	api.Register(a, op(http.MethodGet, "/reports/ready/{key}/run", "metrics.read", "The figures of a ready report, with the rights of who asks", 200),
		func(ctx context.Context, in *struct {
			Key string `path:"key" maxLength:"60"`
			NarrowInput
		}) (*crossOut, error) {
			ready, err := ReadyOf(in.Key)
			if err != nil {
				return nil, err
			}
			return crossed(r.Run(ctx, ready.Definition, in.narrowed()))
		})
}
