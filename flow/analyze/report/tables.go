package report

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/field"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// column is one column of a table as people ask it: its meaning, and the field of customers whose right holds for it.
type column struct{ name, field, zh, en string }

// offered is a table of columns that people may ask in SQL and read with BI tools. Customer is the column that says whose a
// row is, empty where rows are nobody's; permission and field are what a reader needs for the table as a whole.
type offered struct {
	name, permission, field, customer string
	zh, en                            string
	columns                           []column
}

const dayText = "in the workspace's time zone"

var orderKind = "order | refund"

// tables are all that is offered, column by column: what a migration adds is not told until it stands here with its right.
var tables = []offered{
	{"customers", "customers.read", "", "id", "客户，每位一行，为当前值", "Customers, one row each, as they are now", []column{
		{"id", "", "客户编号", "Customer id"}, {"kind", "kind", "person 或 organization", "person | organization"}, {"name", "name", "姓名", "Name"},
		{"gender", "gender", "性别", "female | male | unknown"}, {"birthday", "birthday", "生日", "Birthday"}, {"country", "country", "国家或地区", "Country"}, {"province", "province", "省份", "Province"}, {"city", "city", "城市", "City"}, {"district", "district", "区县", "District"}, {"location", "location", "境内外", "domestic | foreign"},
		{"company", "company", "公司", "Company"}, {"industry", "industry", "行业", "Industry"}, {"lifecycle_stage", "lifecycle_stage", "生命周期阶段", "Lifecycle stage"}, {"source", "source", "来源", "Source"},
		{"owner_id", "owner", "负责人编号", "Owner's staff id"}, {"team_id", "owner", "团队编号", "Team id"}, {"tags", "tags", "标签", "Tags"}, {"custom", "", "自定义字段，只含可用的", "Fields of one's own, those one may use, as JSON"},
		{"has_phone", "has_phone", "有可用手机号", "Has a usable phone"}, {"has_email", "has_email", "有可用邮箱", "Has a usable e-mail address"}, {"consents", "consents", "有效授权 用途:渠道", "Consents in force, purpose:channel"}, {"refused", "consents", "最近一次为拒绝的授权", "Refused last, purpose:channel"},
		{"completeness", "quality.completeness", "资料完整度 0..1", "Completeness, 0..1"}, {"created_at", "created_at", "建档时间，毫秒", "When the record was made, milliseconds UTC"}, {"updated_at", "updated_at", "更新时间，毫秒", "When it was changed last, milliseconds UTC"},
		{"orders_count", "orders.count", "订单数", "Orders, cancelled ones left out"}, {"orders_first_day", "orders.first_at", "首单日", "Day of the first order"}, {"orders_last_day", "orders.last_at", "最近下单日", "Day of the last order"}, {"orders_gross", "orders.total", "累计销售额，分", "Gross sales, minor units"}, {"orders_refunded", "orders.refunded", "累计退款，分", "Refunds, minor units"},
		{"lists", "lists", "所在名单编号", "Ids of the lists that hold the customer"}, {"contacts", "contacts.count", "联系人数", "Contacts of an organization"}, {"speaks_for", "contact.organizations", "代表的单位数", "Organizations a person speaks for"}}},
	{"orders", "orders.read", guard.Purchases, "customer_id", "订单与退款单", "Orders and refunds", []column{
		{"id", "", "订单编号", "Order id"}, {"number", "", "订单号", "Number"}, {"shop", "", "店铺", "Shop"}, {"kind", "", orderKind, orderKind}, {"status", "", "状态", "State"}, {"customer_id", "", "客户编号，未识别为空", "Customer, null while not known"},
		{"ts", "", "下单时间，毫秒", "When, milliseconds UTC"}, {"day", "", "下单日（工作区时区）", "Day " + dayText}, {"gross", "", "正数明细之和，分", "Lines above zero, minor units"}, {"refunded", "", "退款，分", "Refunded, minor units"}, {"currency", "", "币种", "Currency"},
		{"country", "country", "国家", "Country"}, {"province", "province", "省份", "Province"}, {"city", "city", "城市", "City"}, {"lines", "", "明细行数", "Lines"}}},
	{"order_lines", "orders.read", guard.Purchases, "customer_id", "订单明细，每种商品一行", "Lines of orders", []column{
		{"order_id", "", "订单编号", "Order id"}, {"position", "", "行号", "Position"}, {"customer_id", "", "客户编号", "Customer"}, {"ts", "", "时间，毫秒", "When, milliseconds UTC"}, {"day", "", "日期", "Day " + dayText}, {"kind", "", orderKind, orderKind}, {"status", "", "订单状态", "State of the order"},
		{"sku", "", "SKU", "SKU"}, {"product", "", "商品", "Product"}, {"category", "", "品类", "Category"}, {"brand", "", "品牌", "Brand"}, {"tier", "", "档次", "Tier"}, {"quantity", "", "件数", "Quantity"}, {"unit_price_micros", "", "单价，百万分之一", "Unit price, millionths"}, {"amount", "", "金额，分，退款为负", "Amount, minor units, refunds below zero"}, {"shop", "", "店铺", "Shop"}, {"country", "country", "国家", "Country"}}},
	{"activities", "customers.read", "", "customer_id", "跟进记录（不含内容）", "Follow-ups, without what was said", []column{
		{"id", "", "编号", "Id"}, {"customer_id", "", "客户编号", "Customer"}, {"kind", "", "方式", "call | wechat | visit | note | email | sms"}, {"result", "", "结果", "Result"}, {"staff_id", "", "员工编号", "Staff id"}, {"ts", "", "时间，毫秒", "When, milliseconds UTC"}, {"day", "", "日期", "Day " + dayText}, {"next_at", "", "下次跟进，毫秒", "Next planned, milliseconds UTC"}, {"next_done_at", "", "下次跟进完成于", "When that was done"}}},
	{"customer_scores", "customers.read", guard.Purchases, "customer_id", "下过单的客户的评分", "Scores of customers who have ordered", []column{
		{"customer_id", "", "客户编号", "Customer"}, {"as_of", "", "截至", "As of"}, {"rfm_frequency", "", "RFM 购买次数", "Orders in the window"}, {"rfm_monetary", "", "RFM 金额，分", "Amount in the window, minor units"}, {"r", "", "R 分", "R score"}, {"f", "", "F 分", "F score"}, {"m", "", "M 分", "M score"}, {"rfm_segment", "", "RFM 分层", "RFM segment"},
		{"cycle_days", "", "购买周期", "Purchase cycle in days"}, {"next_due_day", "", "预计下次下单", "Next order due"}, {"overdue_days", "", "超期天数", "Days overdue"}, {"expected_orders", "", "预期订单数", "Orders expected"}, {"alive_probability", "", "活跃概率", "Probability of being active"}, {"predicted_value", "", "预期价值，分", "Predicted value, minor units"}, {"value_to_date", "", "至今价值，分", "Value to date, minor units"}, {"churn_risk", "", "流失风险 0..1", "Churn risk, 0..1"}}},
	{"customer_quality", "customers.read", "quality.score", "customer_id", "客户资料质量", "Quality of customer records", []column{
		{"customer_id", "", "客户编号", "Customer"}, {"score", "", "质量分 0..1", "Score, 0..1"}, {"completeness", "", "完整", "Completeness"}, {"validity", "", "有效", "Validity"}, {"uniqueness", "", "唯一", "Uniqueness"}, {"timeliness", "", "及时", "Timeliness"}, {"consistency", "", "一致", "Consistency"}}},
	{"events", "metrics.read", "", "customer_id", "网站、应用等来源发来的事件", "Events sent by web, app and other sources", []column{
		{"source_id", "", "来源编号", "Source"}, {"ts", "", "时间，毫秒", "When, milliseconds UTC"}, {"day", "", "日期", "Day " + dayText}, {"received_at", "", "收到时间", "When it came in"}, {"kind", "", "track、page、screen 等", "track | page | screen | identify | group | alias"}, {"event", "", "事件名", "Name"}, {"visitor_id", "", "访客编号", "Visitor"}, {"customer_id", "", "客户编号", "Customer, null while not known"}, {"bot", "", "是否机器人", "Sent by a bot"},
		{"host", "", "网站", "Host"}, {"path", "", "路径", "Path"}, {"title", "", "标题", "Title"}, {"referrer_host", "", "引荐网站", "Referring host"}, {"utm_source", "", "推广来源", "Campaign source"}, {"utm_medium", "", "推广媒介", "Campaign medium"}, {"utm_campaign", "", "推广活动", "Campaign"}, {"device", "", "设备", "Device"}, {"seconds", "", "停留秒数", "Seconds"}, {"amount", "", "金额，分", "Amount, minor units"}, {"currency", "", "币种", "Currency"}, {"properties", "", "属性 JSON", "Properties, JSON"}}},
	{"sessions", "metrics.read", "", "customer_id", "会话", "Sessions", []column{
		{"visitor_id", "", "访客编号", "Visitor"}, {"customer_id", "", "客户编号", "Customer, null while not known"}, {"ts", "", "开始，毫秒", "Begin, milliseconds UTC"}, {"ended_at", "", "结束，毫秒", "End, milliseconds UTC"}, {"day", "", "日期", "Day " + dayText}, {"duration", "", "时长秒数", "Seconds"}, {"pages", "", "页数", "Pages"}, {"events", "", "事件数", "Events"}, {"bounced", "", "跳出", "Bounced"}, {"entry_page", "", "落地页", "Landing page"}, {"exit_page", "", "退出页", "Exit page"}, {"came_from", "", "访问来源", "Came from"}, {"utm_campaign", "", "推广活动", "Campaign"}, {"device", "", "设备", "Device"}}},
	{"segment_moves", "segments.read", "", "customer_id", "客户进出客群", "Customers entering and leaving segments", []column{
		{"segment_id", "", "客群编号", "Segment"}, {"customer_id", "", "客户编号", "Customer"}, {"entered", "", "进入或离开", "Entered, else left"}, {"ts", "", "时间，毫秒", "When, milliseconds UTC"}, {"day", "", "日期", "Day " + dayText}}},
}

// readable gives the tables, with the columns of each, that who asks may read.
func readable(ctx context.Context) (all []offered) {
	a := guard.ActorOf(ctx)
	for _, t := range tables {
		if !a.Can(t.permission) || !analyze.MayUse(ctx, t.field) {
			continue
		}
		t.columns = slices.Clone(t.columns)
		t.columns = slices.DeleteFunc(t.columns, func(c column) bool { return !analyze.MayUse(ctx, c.field) })
		all = append(all, t)
	}
	return all
}

// seenCustomers holds the ids of the customers who asks may see, where that is not everybody. No statement can name it.
const seenCustomers = "seen_customers"

// see makes seenCustomers. It comes before the views: what a scope reads is the tables, and not what is called like them.
func see(ctx context.Context, conn *sql.Conn) error {
	scope := guard.ScopeOf(ctx, "customers")
	if scope.All() {
		return nil
	}
	condition, args := scope.Where("c")
	_, err := conn.ExecContext(ctx, "create temp table "+seenCustomers+" as select c.id from customers c where "+condition, args...)
	return err
}

// view writes what a table is to who asks: the columns they may read, of the rows they may see.
func (r *Reports) view(ctx context.Context, catalogue string, t offered) (string, error) {
	from := func(table string) string { return quoted(catalogue) + ".main." + quoted(table) }
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = "t." + quoted(c.name)
		if c.name == "custom" {
			names[i] = customSQL(ctx) + " as custom"
		}
	}
	text := "select " + strings.Join(names, ", ") + " from " + from(t.name) + " t"
	var where []string
	if !guard.ScopeOf(ctx, "customers").All() {
		where = append(where, "t."+quoted(t.customer)+" in (select id from "+seenCustomers+")")
	}
	if t.name == "segment_moves" {
		known, err := r.segments.Views(ctx)
		if err != nil {
			return "", err
		}
		ids := []string{"-1"}
		for _, s := range known {
			ids = append(ids, strconv.FormatInt(int64(s.ID), 10))
		}
		where = append(where, "t.segment_id in ("+strings.Join(ids, ", ")+")")
	}
	if len(where) > 0 {
		text += " where " + strings.Join(where, " and ")
	}
	return text, nil
}

// customSQL takes the fields of one's own that the reader may not use, or whose values are sealed, out of the JSON.
func customSQL(ctx context.Context) string {
	hidden := ""
	for _, own := range field.Of(ctx).All() {
		if own.Sealed() || !analyze.MayUse(ctx, "custom."+own.Key) {
			if hidden != "" {
				hidden += ","
			}
			hidden += strconv.Quote(own.Key) + ":null"
		}
	}
	if hidden == "" {
		return "t.custom"
	}
	return "json_merge_patch(t.custom, " + literal("{"+hidden+"}") + ")"
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
