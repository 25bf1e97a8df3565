package analyze

// worth says what one unit below (or above) its expected value costs.
type worth int

const (
	worthNothing     worth = iota
	worthItself            // money already
	worthPerOrder          // the metric is per order: times the orders of the period
	worthAnOrder           // each is an order: times the average order value
	worthShareOrders       // a share of the orders placed: times orders times the average order value
)

var (
	ordersCount = part{"{orders}", purchase}
	purchases   = part{"{orders}", purchase + " and f.customer_id is not null"}
	grossSum    = part{"sum(f.gross)", completed + " and f.gross > 0"}
	buyersCount = part{"count(distinct f.customer_id)", purchase}
	placedCount = part{"{orders}", placed}
)

var marketingCosts = Text{"获客成本数据", "acquisition costs"}

var visitEvents = Text{"网站或小程序事件", "events of the site or mini program"}

func per(p part) *part { return &p }

// metrics is the registry, in the order of the board. Metrics that nothing feeds yet stand in metric_missing.go.
var metrics = append([]Metric{
	{Name: "net_sales", Group: "sales", Unit: UnitMoney, Good: 1, source: orderSource, rows: "orders", worth: worthItself,
		num:   part{"sum(f.gross - f.refunded)", completed + " and (f.gross > 0 or f.refunded > 0)"},
		Label: Text{"净销售额", "Net sales"},
		Definition: Text{"销售额减退款，按下单日和退款日计。",
			"Gross sales minus refunds, on the day of the order and of the refund."}},
	{Name: "gross_sales", Group: "sales", Unit: UnitMoney, Good: 1, source: orderSource, rows: "orders", worth: worthItself, num: grossSum,
		Label: Text{"销售额", "Gross sales"},
		Definition: Text{"未取消订单中金额为正的明细之和，不扣退款。",
			"The sum of order lines above zero, without cancelled orders and before refunds."}},
	{Name: "refunds", Group: "sales", Unit: UnitMoney, Good: -1, source: orderSource, rows: "orders", worth: worthItself,
		num:   part{"sum(f.refunded)", completed + " and f.refunded > 0"},
		Label: Text{"退款额", "Refunds"},
		Definition: Text{"退款单与金额为负的明细之和，按退款日计，记为正数。",
			"The sum of refunds and of order lines below zero, on the day of the refund, as a positive number."}},
	{Name: "orders", Group: "sales", Unit: UnitCount, Good: 1, source: orderSource, rows: "orders", worth: worthAnOrder, num: ordersCount,
		Label: Text{"订单数", "Orders"},
		Definition: Text{"下单且未取消的订单数；退款单不是订单。",
			"Orders placed and not cancelled; a refund is not an order."}},
	{Name: "average_order_value", Group: "sales", Unit: UnitMoney, Good: 1, source: orderSource, rows: "orders", worth: worthPerOrder,
		num: grossSum, den: per(ordersCount),
		Label:      Text{"客单价", "Average order value"},
		Definition: Text{"销售额 ÷ 订单数。", "Gross sales ÷ orders."}},
	{Name: "repurchase_rate", Group: "sales", Unit: UnitShare, Good: 1, source: repeatSource, rows: "customers", distinct: true, least: 28,
		num: part{"count(*)", "f.hit"}, den: per(part{"count(*)", "not f.hit"}),
		Label: Text{"复购率", "Repurchase rate"},
		Definition: Text{"期内下单两次及以上的客户 ÷ 期内下过单的客户。短于 28 天的时段，回看到 28 天。",
			"Customers with two or more orders in the period ÷ customers with one or more. A period shorter than 28 days looks back 28 days."}},
	{Name: "purchase_cycle_days", Group: "sales", Unit: UnitDays, Good: -1, source: gapSource, rows: "customers",
		num: part{"sum(f.gap)", "true"}, den: per(part{"count(*)", "true"}),
		Label: Text{"购买周期", "Purchase cycle"},
		Definition: Text{"期内每次回购距上一次购买的平均天数；同一天的多笔订单算一次购买。",
			"The mean number of days between a purchase in the period and the purchase before it; orders of one day are one purchase."}},
	{Name: "purchase_frequency", Group: "sales", Unit: UnitRatio, Good: 1, source: buyerSource, rows: "customers", distinct: true,
		num: purchases, den: per(buyersCount),
		Label: Text{"购买频次", "Purchase frequency"},
		Definition: Text{"期内已识别客户的订单数 ÷ 购买客户数。",
			"Orders of known customers in the period ÷ buyers."}},

	{Name: "customers", Group: "customers", Unit: UnitCount, Good: 1, source: arrivalSource, rows: "customers", num: part{"count(*)", "true"},
		Label: Text{"客户总数", "Customers"},
		Definition: Text{"截至期末的客户档案数；自首单或建档之日（取较早者）计入。",
			"Customer records at the end of the period, each from its first order or its creation, whichever came first."}},
	{Name: "new_customers", Group: "customers", Unit: UnitCount, Good: 1, source: firstOrderSource, rows: "customers", worth: worthAnOrder,
		num: part{"count(*)", "true"}, Label: Text{"新客户", "New customers"},
		Definition: Text{"期内下首单的客户数。", "Customers whose first order falls into the period."}},
	{Name: "buyers", Group: "customers", Unit: UnitCount, Good: 1, source: buyerSource, rows: "customers", distinct: true, worth: worthAnOrder,
		num: buyersCount, Label: Text{"购买客户", "Buyers"},
		Definition: Text{"期内至少有一笔未取消订单的已识别客户数。",
			"Known customers with at least one order in the period that was not cancelled."}},
	{Name: "active_customers", Group: "customers", Unit: UnitCount, Good: 1, source: interactionSource, rows: "customers", distinct: true,
		num: part{"count(distinct f.customer_id)", "true"}, Label: Text{"活跃客户", "Active customers"},
		Definition: Text{"期内至少有一次互动的客户数。互动：下单、跟进记录。",
			"Customers with at least one interaction in the period. Interactions: orders placed, follow-ups."}},
	{Name: "activity", Group: "customers", Unit: UnitRatio, Good: 1, source: interactionSource, rows: "customers", distinct: true,
		num: part{"count(*)", "true"}, den: per(part{"count(distinct f.customer_id)", "true"}),
		Label: Text{"客户活跃度", "Activity"},
		Definition: Text{"期内互动次数 ÷ 活跃客户数。互动：下单、跟进记录。",
			"Interactions in the period ÷ active customers. Interactions: orders placed, follow-ups."}},
	{Name: "retention_rate", Group: "customers", Unit: UnitShare, Good: 1, source: returnSource, rows: "customers", distinct: true, least: 28,
		num: part{"count(*)", "f.hit"}, den: per(part{"count(*)", "not f.hit"}),
		Label: Text{"留存率", "Retention rate"},
		Definition: Text{"上期购买的客户中，本期又购买的占比；上期与本期等长。短于 28 天的时段，回看到 28 天。",
			"Of the buyers of the period before, of equal length, the share that bought again in this one. A period shorter than 28 days looks back 28 days."}},
	{Name: "churn_rate", Group: "customers", Unit: UnitShare, Good: -1, source: stretchSource, rows: "customers", distinct: true, least: 28,
		num: part{"count(*)", "f.hit"}, den: per(part{"count(*)", "not f.hit"}),
		Label: Text{"流失率", "Churn rate"},
		Definition: Text{"期内仍有往来的客户中，期末前陷入沉默的占比。沉默：超过自身平均购买周期的 2 倍（至少 30 天）未再购买，只买过一次的为 180 天。短于 28 天的时段，回看到 28 天。",
			"Of the customers active at some time in the period, the share that fell silent in it: no purchase for twice her own mean cycle (at least 30 days), 180 days after a single purchase. A period shorter than 28 days looks back 28 days."}},
	{Name: "clv_to_date", Group: "customers", Unit: UnitMoney, Good: 1, source: worthSource, rows: "customers",
		num: part{"sum(f.net)", "true"}, den: per(part{"sum(f.begun)", "true"}),
		Label: Text{"客户累计价值", "Value to date"},
		Definition: Text{"截至期末，已识别客户的净销售额 ÷ 下过单的客户数。",
			"Net sales to known customers up to the end of the period ÷ customers who have ordered."}},
	{Name: "clv_predicted", Group: "customers", Unit: UnitMoney, Good: 1, source: scoreSource, rows: "customers",
		num: part{"sum(f.predicted_value)", "true"}, den: per(part{"count(*)", "true"}),
		Label: Text{"客户预测价值", "Predicted value"},
		Definition: Text{"预计每位客户未来 12 个月带来的销售额的平均值，按最近一次计算；没有历史数列。",
			"What a customer is expected to bring in the coming 12 months, on average, as last reckoned; it has no history."}},

	{Name: "cancel_rate", Group: "behaviour", Unit: UnitShare, Good: -1, source: orderSource, rows: "orders", worth: worthShareOrders,
		num: part{"{orders}", placed + " and " + cancelled}, den: per(placedCount),
		Label:      Text{"订单取消率", "Cancel rate"},
		Definition: Text{"已取消的订单 ÷ 下单总数（含取消）。", "Orders cancelled ÷ orders placed, cancelled ones included."}},
	{Name: "abandon_rate", Group: "behaviour", Unit: UnitShare, Good: -1, source: orderSource, rows: "orders",
		num: part{"{orders}", placed + " and " + cancelled}, den: per(placedCount),
		Label: Text{"跑路率", "Abandon rate"},
		Definition: Text{"（取消的订单 + 放弃的购物车）÷（下单 + 放弃的购物车）。尚未采集购物车，目前只含取消的订单。",
			"(Orders cancelled + carts left) ÷ (orders placed + carts left). Carts are not collected yet: for now cancelled orders only."}},
	{Name: "sessions", Group: "behaviour", Unit: UnitCount, Good: 1, source: sessionSource, rows: "customers", num: part{"count(*)", "true"}, Needs: visitEvents,
		Label: Text{"访问次数", "Sessions"},
		Definition: Text{"期内开始的会话数。会话：同一访客的一串事件，停顿不超过 30 分钟（可设置）；换了推广活动或登录了另一人即为新会话；机器人不计。",
			"Sessions that began in the period: a run of one visitor's events without a gap longer than 30 minutes (a setting); another campaign, or another person on the device, begins a new one. Bots are not counted."}},
	{Name: "visit_duration", Group: "behaviour", Unit: UnitSeconds, Good: 1, source: sessionSource, rows: "customers", num: part{"sum(f.duration)", "true"}, den: per(part{"count(*)", "true"}), Needs: visitEvents,
		Label:      Text{"访问时长", "Visit duration"},
		Definition: Text{"每次会话从首个到末个事件的平均时长。", "The mean time from the first to the last event of a session."}},
	{Name: "page_views", Group: "behaviour", Unit: UnitCount, Good: 1, source: sessionSource, rows: "customers", num: part{"sum(f.pages)", "true"}, Needs: visitEvents,
		Label:      Text{"浏览页数", "Page views"},
		Definition: Text{"期内会话看过的页面与屏幕数。", "Pages and screens seen in the sessions of the period."}},
	{Name: "page_depth", Group: "behaviour", Unit: UnitRatio, Good: 1, source: sessionSource, rows: "customers", num: part{"sum(f.pages)", "true"}, den: per(part{"count(*)", "true"}), Needs: visitEvents,
		Label:      Text{"页面深度", "Page depth"},
		Definition: Text{"浏览页数 ÷ 访问次数。", "Page views ÷ sessions."}},
	{Name: "bounce_rate", Group: "behaviour", Unit: UnitShare, Good: -1, source: sessionSource, rows: "customers", num: part{"count(*)", "f.bounced"}, den: per(part{"count(*)", "true"}), Needs: visitEvents,
		Label:      Text{"跳出率", "Bounce rate"},
		Definition: Text{"只看了一页、什么也没做就离开的会话 ÷ 访问次数。", "Sessions of one page on which nothing was done ÷ sessions."}},

	{Name: "cac", Group: "marketing", Unit: UnitMoney, Good: -1, source: costSource, rows: "customers",
		num: part{"sum(f.cost)", "true"}, den: per(part{"sum(f.won)", "true"}), zeroIsNone: true, Needs: marketingCosts,
		Label: Text{"获客成本", "Acquisition cost"},
		Definition: Text{"期内获客花费 ÷ 期内下首单的客户数。花费平均分摊到每一天。看某个客群或按客户特征拆分时，每月各渠道的花费由当月该渠道带来的新客均摊。",
			"What was spent on acquisition in the period ÷ customers with their first order in it. Costs are spread evenly over their days. For a segment, or split by what customers are, each month's spending on a channel is shared by the customers it won that month."}},
	{Name: "clv_cac_ratio", Group: "marketing", Unit: UnitRatio, Good: 1, source: costSource, rows: "customers",
		num: part{"sum(f.worth)", "true"}, den: per(part{"sum(f.cost)", "true"}), Needs: marketingCosts,
		Label: Text{"价值成本比", "Value to cost ratio"},
		Definition: Text{"期内首单客户的价值 ÷ 期内获客花费。价值：至今的净消费加未来 12 个月的预期。",
			"What the customers won in the period are worth ÷ what was spent on acquisition in it. Worth: net sales to date and those expected in the coming 12 months."}},

	{Name: "follow_up_timely_rate", Group: "service", Unit: UnitShare, Good: 1, source: followUpSource, rows: "activities",
		num: part{"count(*)", "f.done_day <= f.day"}, den: per(part{"count(*)", "true"}),
		Label: Text{"跟进及时率", "Timely follow-up rate"},
		Definition: Text{"计划在期内的跟进中，于计划当日或之前完成的占比。",
			"Of the follow-ups planned for the period, the share done on the planned day or before."}},
	{Name: "data_quality", Group: "data", Unit: UnitShare, Good: 1, source: qualitySource, rows: "customers",
		num: part{"sum(f.score)", "true"}, den: per(part{"count(*)", "true"}),
		Label: Text{"数据质量", "Data quality"},
		Definition: Text{"客户档案的平均完整度；有未处理数据问题的客户按 0 计。为当前值，没有历史数列。",
			"The mean completeness of customer records; a customer with an open finding counts as 0. As of now; it has no history."}},
}, unfed...)
