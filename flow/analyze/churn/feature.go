package churn

import (
	"strings"

	"guanxi/base/field"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/learn"
)

// feature is one thing known of a customer on a day. sql reads it from the parts that rowsSQL joins; a feature with levels is
// text. field is the customer field whose right it takes to be told of it, orders where it is empty.
type feature struct {
	name   string
	label  analyze.Label
	unit   string // days, orders, share, money, times, or none
	field  string
	sql    string
	levels bool
}

var features = []feature{
	{name: "recency", label: analyze.Label{Chinese: "距上次下单", English: "Days since last order"}, unit: "days", sql: "$1::date - b.last_day"},
	{name: "overdue", label: analyze.Label{Chinese: "沉默相当于几个周期", English: "Silence in own cycles"}, unit: "times", sql: "($1::date - b.last_day) / b.cycle"},
	{name: "cycle", label: analyze.Label{Chinese: "购买周期", English: "Purchase cycle"}, unit: "days", sql: "b.gap_mean"},
	{name: "regularity", label: analyze.Label{Chinese: "下单间隔的波动", English: "Variation of the gaps"}, unit: "share", sql: "b.gap_deviation / nullif(b.gap_mean, 0)"},
	{name: "slowing", label: analyze.Label{Chinese: "最近一次间隔相当于平时几倍", English: "Last gap against usual"}, unit: "times", sql: "b.last_gap / nullif(b.gap_mean, 0)"},
	{name: "purchases", label: analyze.Label{Chinese: "下单天数", English: "Days with an order"}, unit: "orders", sql: "b.purchases"},
	{name: "tenure", label: analyze.Label{Chinese: "首单至今", English: "Days since first order"}, unit: "days", sql: "$1::date - b.first_day"},
	{name: "orders_30", label: analyze.Label{Chinese: "近 30 天订单", English: "Orders in 30 days"}, unit: "orders", sql: "b.orders_30"},
	{name: "orders_90", label: analyze.Label{Chinese: "近 90 天订单", English: "Orders in 90 days"}, unit: "orders", sql: "b.orders_90"},
	{name: "orders_365", label: analyze.Label{Chinese: "近 365 天订单", English: "Orders in 365 days"}, unit: "orders", sql: "b.orders_365"},
	{name: "trend", label: analyze.Label{Chinese: "近 90 天订单占近 180 天", English: "Orders of 90 days in those of 180"}, unit: "share", sql: "b.orders_90 / nullif(b.orders_180, 0)"},
	{name: "amount", label: analyze.Label{Chinese: "每单金额", English: "Amount per order"}, unit: "money", sql: "b.amount / b.orders_all"},
	{name: "amount_365", label: analyze.Label{Chinese: "近 365 天消费", English: "Spent in 365 days"}, unit: "money", sql: "b.amount_365"},
	{name: "amount_trend", label: analyze.Label{Chinese: "最近一单相当于平时几倍", English: "Last order against usual"}, unit: "times", sql: "b.last_amount / nullif(b.amount / b.purchases, 0)"},
	{name: "refunded", label: analyze.Label{Chinese: "退款占消费", English: "Share refunded"}, unit: "share", sql: "b.refunded / nullif(b.amount, 0)"},
	{name: "cancelled", label: analyze.Label{Chinese: "取消的订单占比", English: "Share of orders cancelled"}, unit: "share", sql: "b.cancelled / (b.orders_all + b.cancelled)"},
	{name: "shops", label: analyze.Label{Chinese: "下过单的店铺", English: "Shops ordered from"}, sql: "b.shops"},
	{name: "categories", label: analyze.Label{Chinese: "近 365 天买的品类", English: "Categories bought in 365 days"}, sql: "coalesce(i.categories, 0)"},
	{name: "pieces", label: analyze.Label{Chinese: "每单件数", English: "Pieces per order"}, sql: "i.pieces / nullif(i.orders, 0)"},
	{name: "follow_ups_90", label: analyze.Label{Chinese: "近 90 天跟进", English: "Follow-ups in 90 days"}, sql: "coalesce(a.last_90, 0)"},
	{name: "follow_up_gap", label: analyze.Label{Chinese: "距上次跟进", English: "Days since last follow-up"}, unit: "days", sql: "$1::date - a.last_day"},
	{name: "visits_30", label: analyze.Label{Chinese: "近 30 天使用天数", English: "Days of use in 30 days"}, unit: "days", sql: "coalesce(e.days_30, 0)"},
	{name: "visits_drop", label: analyze.Label{Chinese: "近 30 天使用占近 60 天", English: "Use of 30 days in that of 60"}, unit: "share", sql: "e.days_30 / nullif(e.days_60, 0)"},
	{name: "gender", label: analyze.Label{Chinese: "性别", English: "Gender"}, field: "gender", sql: "coalesce(nullif(c.gender, ''), 'unknown')", levels: true},
	{name: "kind", label: analyze.Label{Chinese: "类型", English: "Kind"}, field: "kind", sql: "c.kind", levels: true},
	{name: "province", label: analyze.Label{Chinese: "省份", English: "Province"}, field: "province", sql: "coalesce(nullif(c.province, ''), '')", levels: true},
	{name: "age", label: analyze.Label{Chinese: "年龄", English: "Age"}, field: "birthday", sql: "($1::date - c.birthday) / 365.25"},
	{name: "source", label: analyze.Label{Chinese: "来源", English: "Source"}, field: "source", sql: "coalesce(nullif(c.source, ''), '')", levels: true},
}

// rowsText gives a row for each living customer who had bought by the end of day $1: her id, whether she was gone by then,
// whether she was gone $4 days later, and the features. $2 are the days of the limit and $3 its own cycles, $5 everybody's
// cycle. The cycle is the mean of her gaps, in which everybody's weighs as much as two.
const rowsText = `
with bought as (
  select customer_id, day, ts, gross, shop from orders
  where ` + analyze.IsPurchase + ` and day <= $1::date{of}
),
daily as (select customer_id, day, sum(gross)::double as amount from bought group by all),
gaps as (select *, day - lag(day) over (partition by customer_id order by day) as gap from daily),
rhythm as (
  select customer_id, min(day) as first_day, max(day) as last_day, count(*) as purchases, arg_max(amount, day) as last_amount,
    avg(gap) as gap_mean, stddev_pop(gap) filter (where gap is not null) as gap_deviation, arg_max(gap, day) as last_gap,
    (2 * $5::double + coalesce(sum(gap), 0)) / (2 + count(gap)) as cycle
  from gaps group by customer_id
),
counted as (
  select customer_id, count(*) as orders_all, sum(gross)::double as amount, count(distinct shop) as shops,
    count(*) filter (where day > $1::date - 30) as orders_30, count(*) filter (where day > $1::date - 90) as orders_90,
    count(*) filter (where day > $1::date - 180) as orders_180, count(*) filter (where day > $1::date - 365) as orders_365,
    coalesce(sum(gross) filter (where day > $1::date - 365), 0)::double as amount_365
  from bought group by customer_id
),
lost as (
  select customer_id, sum(refunded)::double as refunded, count(*) filter (where kind = 'order' and status = 'cancelled') as cancelled
  from orders where customer_id is not null and day <= $1::date{of} group by customer_id
),
b as (
  select r.*, n.* exclude (customer_id), l.refunded, l.cancelled
  from rhythm r join counted n using (customer_id) join lost l using (customer_id)
),
i as (
  select customer_id, count(distinct category) filter (where day > $1::date - 365) as categories, sum(quantity) as pieces, count(distinct order_id) as orders
  from order_lines where customer_id is not null and quantity > 0 and day <= $1::date{of} group by customer_id
),
a as (
  select customer_id, count(*) filter (where day > $1::date - 90) as last_90, max(day) as last_day
  from activities where day <= $1::date{of} group by customer_id
),
e as (
  select customer_id, count(distinct day) filter (where day > $1::date - 30) as days_30, count(distinct day) as days_60
  from events where customer_id is not null and not bot and day > $1::date - 60 and day <= $1::date{of} group by customer_id
),
later as (
  select customer_id, max(day) as last_day from orders
  where ` + analyze.IsPurchase + ` and day <= $1::date + $4::integer{of} group by customer_id
),
known as (
  select b.customer_id as id, {gone} as gone, {left} as has_left{features}
  from b join customers c on c.id = b.customer_id join later on later.customer_id = b.customer_id
  left join i on i.customer_id = b.customer_id left join a on a.customer_id = b.customer_id left join e on e.customer_id = b.customer_id
)
select * from known where {which}`

// whichever of a contract's days is known is known as it is now: who has renewed since looks as if the contract had always run
// so long, and who has not as if nobody had ever renewed. Both are true of the days before.
var ways = map[string][2]string{
	Silence:  {"$1::date - b.last_day > $2::integer and $3::double >= 0", "$1::date + $4::integer - later.last_day > $2::integer"},
	Rhythm:   {"$1::date - b.last_day > greatest($3::double * b.cycle, $2::integer)", "$1::date + $4::integer - later.last_day > greatest($3::double * b.cycle, $2::integer)"},
	Contract: {"coalesce({end} + $2::integer < $1::date, $3::double < 0)", "coalesce({end} + $2::integer < $1::date + $4::integer, false)"},
}

// rowsSQL gives the statement for a definition; which chooses among id and gone, of limits what is read to some customers.
func rowsSQL(d ChurnDefinition, which string, some bool) string {
	way, of := ways[d.Kind], ""
	if d.Kind == Contract {
		end := contractEnd(d.Field)
		way = [2]string{strings.ReplaceAll(way[0], "{end}", end), strings.ReplaceAll(way[1], "{end}", end)}
	}
	if some {
		of = " and customer_id in (select unnest($6::bigint[]))"
	}
	var columns strings.Builder
	for _, f := range features {
		columns.WriteString(", ")
		if f.levels {
			columns.WriteString(f.sql)
		} else {
			columns.WriteString("(" + f.sql + ")::double")
		}
		columns.WriteString(" as f_" + f.name)
	}
	return strings.NewReplacer("{of}", of, "{gone}", way[0], "{left}", way[1], "{features}", columns.String(), "{which}", which).Replace(rowsText)
}

// contractEnd reads the day a contract ends. The key stands in the SQL because it was checked when the field was defined, and is
// again here.
func contractEnd(key string) string {
	if !field.GoodKey(key) {
		return "null::date"
	}
	return "try_cast(json_extract_string(c.custom, '/" + key + "') as date)"
}

// mostLevels is how many levels of a text are told apart; the rarer are one.
const mostLevels = 40

// learnable gives the features as the models take them, with the levels found.
func learnable(levels [][]string) []learn.Feature {
	all := make([]learn.Feature, len(features))
	for i, f := range features {
		all[i] = learn.Feature{Name: f.name, Levels: levels[i]}
	}
	return all
}
