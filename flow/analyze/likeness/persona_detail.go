package likeness

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/field"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// Parts of a persona.
const (
	basics    = "basics"
	behaviour = "behaviour"
	spending  = "spending"
)

// How a detail has values.
const (
	choice = iota // each customer has one or none
	set           // each may have several: shops, categories, tags
	number        // told by whether it is among the lowest or the highest fifth
)

// detail is one thing in which a group can differ from everybody. sql reads it from the row c of customers and s of their
// scores; of a set it gives rows (customer_id, value). field is what one must be able to use to be told of it. ask gives the
// condition for one of its values, nil where none can be asked.
type detail struct {
	name, part string
	label      analyze.Label
	unit       string
	kind       int
	field      string
	sql        string
	values     map[string]analyze.Label
	ask        func(value string) any
}

func fieldIs(name string) func(string) any {
	return func(value string) any { return map[string]any{"field": name, "op": "eq", "value": value} }
}

// did asks for an event with a property of that value, ever.
func did(event, property string) func(string) any {
	return func(value string) any {
		return map[string]any{"event": event, "where": map[string]any{"field": property, "op": "eq", "value": value},
			"measure": "count", "op": "gte", "value": 1, "window": map[string]any{"all_time": true}}
	}
}

const boughtLines = "from order_lines l where l.customer_id is not null and l.quantity > 0 and coalesce(l.status, '') <> 'cancelled'"

// ageBands are the first years of the bands of age; below the first and from the last on are bands too.
var ageBands = []int{18, 25, 35, 45, 55, 65}

func ageSQL() string {
	years := "date_diff('year', c.birthday, {today}) - (strftime(c.birthday, '%m%d') > strftime({today}, '%m%d'))::integer"
	text := "case when c.birthday is null then null when " + years + " < 18 then '-17'"
	for i, from := range ageBands[:len(ageBands)-1] {
		text += fmt.Sprintf(" when %s < %d then '%d-%d'", years, ageBands[i+1], from, ageBands[i+1]-1)
	}
	return text + " else '65-' end"
}

func ageIs(band string) any {
	from, to, _ := strings.Cut(band, "-")
	low, lowErr := strconv.Atoi(from)
	high, highErr := strconv.Atoi(to)
	switch {
	case lowErr != nil:
		return map[string]any{"field": "age", "op": "lte", "value": high}
	case highErr != nil:
		return map[string]any{"field": "age", "op": "gte", "value": low}
	}
	return map[string]any{"field": "age", "op": "between", "value": []int{low, high}}
}

func ageLabels() map[string]analyze.Label {
	all := map[string]analyze.Label{"-17": {Chinese: "18 岁以下", English: "under 18"}, "65-": {Chinese: "65 岁及以上", English: "65 and over"}}
	for i, from := range ageBands[:len(ageBands)-1] {
		band := fmt.Sprintf("%d–%d", from, ageBands[i+1]-1)
		all[strings.Replace(band, "–", "-", 1)] = analyze.Label{Chinese: band + " 岁", English: "aged " + band}
	}
	return all
}

var (
	genders = map[string]analyze.Label{"female": {Chinese: "女性", English: "women"}, "male": {Chinese: "男性", English: "men"}}
	kinds   = map[string]analyze.Label{"person": {Chinese: "个人", English: "persons"}, "organization": {Chinese: "单位", English: "organizations"}}
	stages  = map[string]analyze.Label{"prospect": {Chinese: "潜在客户", English: "prospects"}, "customer": {Chinese: "成交客户", English: "customers"}, "former": {Chinese: "流失客户", English: "former customers"}}
)

// details is all that a persona tells, in the order in which it does.
var details = []detail{
	{name: "gender", part: basics, label: analyze.Label{Chinese: "性别", English: "Gender"}, field: "gender", sql: "nullif(c.gender, 'unknown')", values: genders, ask: fieldIs("gender")},
	{name: "age", part: basics, label: analyze.Label{Chinese: "年龄", English: "Age"}, field: "birthday", sql: ageSQL(), values: ageLabels(), ask: ageIs},
	{name: "kind", part: basics, label: analyze.Label{Chinese: "类型", English: "Kind"}, field: "kind", sql: "c.kind", values: kinds, ask: fieldIs("kind")},
	{name: "province", part: basics, label: analyze.Label{Chinese: "省份", English: "Province"}, field: "province", sql: "c.province", ask: fieldIs("province")},
	{name: "city", part: basics, label: analyze.Label{Chinese: "城市", English: "City"}, field: "city", sql: "c.city", ask: fieldIs("city")},
	{name: "industry", part: basics, label: analyze.Label{Chinese: "行业", English: "Industry"}, field: "industry", sql: "c.industry", ask: fieldIs("industry")},
	{name: "source", part: basics, label: analyze.Label{Chinese: "来源", English: "Source"}, field: "source", sql: "c.source", ask: fieldIs("source")},
	{name: "lifecycle_stage", part: basics, label: analyze.Label{Chinese: "生命周期阶段", English: "Lifecycle stage"}, field: "lifecycle_stage", sql: "c.lifecycle_stage", values: stages, ask: fieldIs("lifecycle_stage")},
	{name: "tags", part: basics, label: analyze.Label{Chinese: "标签", English: "Tags"}, kind: set, field: "tags", sql: "select customer_id, tag as value from customer_tags",
		ask: func(tag string) any { return map[string]any{"tag": tag} }},

	{name: "shop", part: behaviour, label: analyze.Label{Chinese: "在哪下单", English: "Orders from"}, kind: set, field: guard.Purchases,
		sql: "select customer_id, shop as value from orders where kind = 'order' and coalesce(status, '') <> 'cancelled' and customer_id is not null", ask: did("order_placed", "shop")},
	{name: "daytime", part: behaviour, label: analyze.Label{Chinese: "下单时段", English: "Time of orders"}, kind: set, field: guard.Purchases, values: daytimes, sql: `
select customer_id, case when hour < 6 then 'night' when hour < 12 then 'morning' when hour < 18 then 'afternoon' else 'evening' end as value
from (select customer_id, timezone({zone}, make_timestamptz(ts * 1000)) as moment, hour(moment) as hour from orders
  where kind = 'order' and coalesce(status, '') <> 'cancelled' and customer_id is not null and moment::time <> time '00:00:00')
group by all having count(*) >= 2`},
	{name: "recency", part: behaviour, label: analyze.Label{Chinese: "距上次下单", English: "Days since last order"}, unit: "days", kind: number, field: "rfm.recency_days",
		sql: "{today} - c.orders_last_day"},
	{name: "cycle", part: behaviour, label: analyze.Label{Chinese: "购买周期", English: "Purchase cycle"}, unit: "days", kind: number, field: "rhythm.cycle_days", sql: "s.cycle_days"},
	{name: "churn", part: behaviour, label: analyze.Label{Chinese: "流失风险", English: "Churn risk"}, unit: "share", kind: number, field: "churn.risk", sql: "s.churn_risk"},
	{name: "came_from", part: behaviour, label: analyze.Label{Chinese: "访问来源", English: "Visits come from"}, kind: set,
		sql: "select customer_id, came_from as value from sessions where customer_id is not null", ask: did("session", "came_from")},
	{name: "device", part: behaviour, label: analyze.Label{Chinese: "访问设备", English: "Visits by"}, kind: set,
		sql: "select customer_id, device as value from sessions where customer_id is not null", ask: did("session", "device")},
	{name: "looked_at", part: behaviour, label: analyze.Label{Chinese: "浏览", English: "Looked at"}, kind: set,
		sql: "select customer_id, title as value from events where customer_id is not null and not bot and kind = 'page' and event = 'page_viewed'", ask: did("page_viewed", "title")},
	{name: "did", part: behaviour, label: analyze.Label{Chinese: "做过", English: "Did"}, kind: set,
		sql: "select customer_id, event as value from events where customer_id is not null and not bot and kind = 'track'",
		ask: func(event string) any {
			return map[string]any{"event": event, "measure": "count", "op": "gte", "value": 1, "window": map[string]any{"all_time": true}}
		}},
	{name: "follow_up", part: behaviour, label: analyze.Label{Chinese: "跟进方式", English: "Followed up by"}, kind: set,
		sql: "select customer_id, kind as value from activities", ask: did("follow_up_logged", "kind"), values: followUps},

	{name: "category", part: spending, label: analyze.Label{Chinese: "买的品类", English: "Buys"}, kind: set, field: guard.Purchases, sql: "select l.customer_id, l.category as value " + boughtLines, ask: did("item_purchased", "category")},
	{name: "brand", part: spending, label: analyze.Label{Chinese: "买的品牌", English: "Buys brand"}, kind: set, field: guard.Purchases, sql: "select l.customer_id, l.brand as value " + boughtLines, ask: did("item_purchased", "brand")},
	{name: "tier", part: spending, label: analyze.Label{Chinese: "买的档次", English: "Buys tier"}, kind: set, field: guard.Purchases, values: tiers, sql: "select l.customer_id, l.tier as value " + boughtLines, ask: did("item_purchased", "tier")},
	{name: "product", part: spending, label: analyze.Label{Chinese: "买的商品", English: "Buys product"}, kind: set, field: guard.Purchases, sql: "select l.customer_id, l.product as value " + boughtLines, ask: did("item_purchased", "product")},
	{name: "spend", part: spending, label: analyze.Label{Chinese: "近一年消费", English: "Spent in a year"}, unit: "money", kind: number, field: "rfm.monetary", sql: "s.rfm_monetary"},
	{name: "frequency", part: spending, label: analyze.Label{Chinese: "近一年订单", English: "Orders in a year"}, unit: "orders", kind: number, field: "rfm.frequency", sql: "s.rfm_frequency"},
	{name: "order_value", part: spending, label: analyze.Label{Chinese: "每单金额", English: "Amount per order"}, unit: "money", kind: number, field: guard.Purchases, sql: "c.orders_gross / nullif(c.orders_count, 0)"},
	{name: "predicted", part: spending, label: analyze.Label{Chinese: "预期价值", English: "Predicted value"}, unit: "money", kind: number, field: "value.predicted", sql: "s.predicted_value"},
	{name: "refunded", part: spending, label: analyze.Label{Chinese: "退款占消费", English: "Share refunded"}, unit: "share", kind: number, field: guard.Purchases, sql: "c.orders_refunded / nullif(c.orders_gross, 0)"},
}

var (
	daytimes = map[string]analyze.Label{"night": {Chinese: "凌晨下单", English: "order at night"}, "morning": {Chinese: "上午下单", English: "order in the morning"},
		"afternoon": {Chinese: "下午下单", English: "order in the afternoon"}, "evening": {Chinese: "晚上下单", English: "order in the evening"}}
	tiers     = map[string]analyze.Label{"high": {Chinese: "高端", English: "high end"}, "mid": {Chinese: "中端", English: "middle"}, "low": {Chinese: "平价", English: "low end"}}
	followUps = map[string]analyze.Label{"call": {Chinese: "电话", English: "call"}, "visit": {Chinese: "拜访", English: "visit"}, "wechat": {Chinese: "微信", English: "WeChat"}, "email": {Chinese: "邮件", English: "mail"}, "note": {Chinese: "备注", English: "note"}}
)

// ownDetails are the choices that the workspace keeps of customers.
func ownDetails(ctx context.Context) (all []detail) {
	for _, own := range field.Of(ctx).Live() {
		if own.Type != field.Choice && own.Type != field.Choices && own.Type != field.Boolean || own.Withheld() || own.Sealed() || !field.GoodKey(own.Key) {
			continue
		}
		name := "custom." + own.Key
		d := detail{name: name, part: basics, label: analyze.Label(own.Label), field: name, values: map[string]analyze.Label{}, ask: fieldIs(name),
			sql: "json_extract_string(c.custom, '/" + own.Key + "')"}
		for _, v := range own.Values {
			d.values[v.Value] = analyze.Label(v.Label)
		}
		switch own.Type {
		case field.Choices:
			d.kind, d.sql = set, "select id as customer_id, unnest(json_transform(json_extract(custom, '/"+own.Key+"'), '[\"VARCHAR\"]')) as value from customers"
			d.ask = func(value string) any { return map[string]any{"field": name, "op": "contains", "value": value} }
		case field.Boolean:
			d.values = map[string]analyze.Label{"true": {Chinese: "是", English: "yes"}, "false": {Chinese: "否", English: "no"}}
			d.ask = func(value string) any { return map[string]any{"field": name, "op": "eq", "value": value == "true"} }
		}
		all = append(all, d)
	}
	return all
}

// told gives the details that the actor of ctx may be told of.
func told(ctx context.Context) []detail {
	rights := guard.FieldsOf(ctx, "customers")
	return slices.DeleteFunc(append(slices.Clone(details), ownDetails(ctx)...), func(d detail) bool {
		return d.field != "" && !rights.CanUse(d.field)
	})
}
