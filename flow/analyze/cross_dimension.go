package analyze

import (
	"context"
	"slices"
	"strings"

	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// dimension parts the rows of figures. The texts give the part a row f belongs to, as text or null.
type dimension struct {
	name   string
	label  Text
	values []Choice
	split  *splitBy           // one of those that metrics know
	facts  map[*source]string // over rows of these sources
	// customer is a text over the customer c, and her scores s, that holds for rows of every source
	customer string
	field    string
	names    string // whose ids the parts are: staff
}

// over gives the text that parts the rows of m, empty when the dimension does not fit, and whether it needs order lines.
func (d *dimension) over(m *Metric) (text string, byLine bool) {
	if text, own := d.facts[m.source]; own {
		return text, false
	}
	if d.split == nil {
		return d.customer, false
	}
	switch m.source {
	case orderFacts:
		return first(d.split.order, d.split.customer), false
	case lineFacts:
		return first(d.split.line, d.split.order, d.split.customer), false
	case eventFacts, customerFacts, activityFacts:
		return d.split.customer, false
	}
	return d.split.over(m), d.split.byLine(m)
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

var yesOrNo = []Choice{{"true", Label{"是", "yes"}}, {"false", Label{"否", "no"}}}

func everyFlow(text string) map[*source]string {
	all := map[*source]string{}
	for _, s := range []*source{orderSource, orderFacts, lineFacts, sessionSource, eventFacts, activityFacts} {
		all[s] = text
	}
	return all
}

const hourSQL = "lpad(cast(extract(hour from timezone({zone}, make_timestamptz(f.ts * 1000))) as varchar), 2, '0')"

// dimensions are those that neither metrics nor the fields of customers have.
var dimensions = []dimension{
	{name: "status", label: Text{"订单状态", "Order status"}, values: statusProperty.Values, facts: map[*source]string{orderFacts: "f.status", lineFacts: "f.status"}},
	{name: "order_kind", label: Text{"订单或退款", "Order or refund"}, values: []Choice{{"order", Label{"订单", "order"}}, {"refund", Label{"退款", "refund"}}},
		facts: map[*source]string{orderFacts: "f.kind", lineFacts: "f.kind"}},
	{name: "currency", label: Text{"币种", "Currency"}, facts: map[*source]string{orderFacts: "f.currency", lineFacts: "f.currency"}},
	{name: "tier", label: Text{"商品档次", "Product tier"}, facts: map[*source]string{lineFacts: "f.tier"}},
	{name: "weekday", label: Text{"星期", "Day of the week"}, facts: everyFlow("cast(isodow(f.day) as varchar)"), values: []Choice{{"1", Label{"周一", "Monday"}}, {"2", Label{"周二", "Tuesday"}},
		{"3", Label{"周三", "Wednesday"}}, {"4", Label{"周四", "Thursday"}}, {"5", Label{"周五", "Friday"}}, {"6", Label{"周六", "Saturday"}}, {"7", Label{"周日", "Sunday"}}}},
	{name: "hour", label: Text{"时点", "Hour of the day"}, facts: map[*source]string{orderSource: hourSQL, orderFacts: hourSQL, lineFacts: hourSQL, sessionSource: hourSQL, eventFacts: hourSQL, activityFacts: hourSQL}},
	{name: "event", label: Text{"事件", "Event"}, facts: map[*source]string{eventFacts: "f.event"}},
	{name: "host", label: Text{"网站", "Host"}, facts: map[*source]string{eventFacts: "f.host", sessionSource: "f.host"}},
	{name: "path", label: Text{"页面", "Page"}, facts: map[*source]string{eventFacts: "f.path"}},
	{name: "utm_source", label: Text{"推广来源", "Campaign source"}, facts: map[*source]string{eventFacts: "f.utm_source", sessionSource: "f.utm_source"}},
	{name: "utm_medium", label: Text{"推广媒介", "Campaign medium"}, facts: map[*source]string{eventFacts: "f.utm_medium", sessionSource: "f.utm_medium"}},
	{name: "activity_kind", label: Text{"跟进方式", "Way of following up"}, facts: map[*source]string{activityFacts: "f.kind"}, values: []Choice{{"call", Label{"电话", "call"}}, {"wechat", Label{"微信", "WeChat"}}, {"visit", Label{"拜访", "visit"}},
		{"note", Label{"备注", "note"}}, {"email", Label{"邮件", "e-mail"}}, {"sms", Label{"短信", "SMS"}}}},
	{name: "result", label: Text{"跟进结果", "Result"}, facts: map[*source]string{activityFacts: "f.result"}},
	{name: "staff", label: Text{"跟进人", "Followed up by"}, facts: map[*source]string{activityFacts: "cast(f.staff_id as varchar)"}, names: "staff"},
	{name: "age_band", label: Text{"年龄段", "Age band"}, field: "birthday",
		customer: `(
    select case when age < 18 then '0-17' when age < 25 then '18-24' when age < 35 then '25-34' when age < 45 then '35-44' when age < 55 then '45-54' when age < 65 then '55-64' else '65+' end
    from (select date_diff('year', c.birthday, {today}) - case when strftime(c.birthday, '%m%d') > strftime({today}, '%m%d') then 1 else 0 end as age)
    where age between 0 and 120
  )`},
	{name: "cohort_month", label: Text{"首单月份", "Month of the first order"}, field: "orders.first_at", customer: "strftime(c.orders_first_day, '%Y-%m')"},
	{name: "cohort_year", label: Text{"首单年份", "Year of the first order"}, field: "orders.first_at", customer: "strftime(c.orders_first_day, '%Y')"},
	{name: "orders_band", label: Text{"购买次数", "Times bought"}, field: "orders.count", customer: "case when coalesce(c.orders_count, 0) = 0 then '0' when c.orders_count < 3 then cast(c.orders_count as varchar) when c.orders_count < 6 then '3-5' when c.orders_count < 11 then '6-10' else '11+' end"},
}

// eventPrefix begins the dimensions that are properties sent along with events.
const eventPrefix = "property."

// dimensionOf finds a dimension: a split of metrics, one of the above, a property of events, or a field of customers.
// Faults: invalid, forbidden.
func (m *Metrics) dimensionOf(ctx context.Context, name string) (*dimension, error) {
	var d *dimension
	if at := slices.IndexFunc(splits, func(s splitBy) bool { return s.Name == name }); at >= 0 {
		s := &splits[at]
		d = &dimension{name: name, label: s.Label, split: s, field: s.field}
		switch name {
		case "identified":
			d.values = yesOrNo
		case "new_or_returning":
			d.values = []Choice{{"new", Label{"新客", "new"}}, {"returning", Label{"老客", "returning"}}}
		case "gender":
			d.values = customerFields["gender"].Values
		case "rfm_segment":
			for _, part := range rfmSegments {
				d.values = append(d.values, Choice{part.Name, Label{part.Label.ZH, part.Label.EN}})
			}
		}
	} else if at := slices.IndexFunc(dimensions, func(of dimension) bool { return of.name == name }); at >= 0 {
		found := dimensions[at]
		d = &found
	} else if property, ok := strings.CutPrefix(name, eventPrefix); ok && sentPath.MatchString(property) {
		d = &dimension{name: name, label: Text{property, property}, facts: map[*source]string{eventFacts: "json_extract_string(f.properties, '/" + strings.ReplaceAll(property, ".", "/") + "')"}}
	} else if f, ok := customerField(ctx, name); ok {
		d = fieldDimension(f)
	}
	if d == nil {
		return nil, fault.Invalid("", "dimension_unknown", name)
	}
	if d.field != "" {
		if f, known := customerField(ctx, d.field); known && !f.mayUse(ctx) || !known && !guard.FieldsOf(ctx, "customers").CanUse(d.field) {
			return nil, fault.Forbidden("field_forbidden", d.field)
		}
	}
	return d, nil
}

// fieldDimension gives a field of customers as a dimension; nil for those whose values are no parts.
func fieldDimension(f *Field) *dimension {
	d := &dimension{name: f.Name, label: Text{f.Label.Chinese, f.Label.English}, values: f.Values, field: f.Name}
	switch f.Type {
	case TypeText, TypeChoice, TypeReference:
	case TypeBoolean:
		d.values = yesOrNo
	default:
		return nil
	}
	if f.expr == "" || f.cold || f.blind != nil || f.ops != nil {
		return nil
	}
	d.customer = "cast(" + f.expr + " as varchar)"
	return d
}

// allDimensions gives every dimension the reader may use, those of the workspace's own fields and of events among them.
func (m *Metrics) allDimensions(ctx context.Context, properties []string) (all []*dimension) {
	var names []string
	for i := range splits {
		names = append(names, splits[i].Name)
	}
	for i := range dimensions {
		names = append(names, dimensions[i].name)
	}
	for _, f := range customerFieldList {
		if f.Type != TypeReference && !slices.Contains([]string{"country", "province", "city", "gender", "source", "rfm.segment", "name"}, f.Name) {
			names = append(names, f.Name)
		}
	}
	for _, own := range field.Of(ctx).Live() {
		names = append(names, customPrefix+own.Key)
	}
	for _, p := range properties {
		names = append(names, eventPrefix+p)
	}
	for _, name := range names {
		if d, err := m.dimensionOf(ctx, name); err == nil {
			all = append(all, d)
		}
	}
	return all
}

// labelsOf gives the words for the parts of a dimension, by key.
func (m *Metrics) labelsOf(ctx context.Context, d *dimension) (map[string]Text, error) {
	labels := map[string]Text{}
	for _, v := range d.values {
		labels[v.Value] = Text{v.Label.Chinese, v.Label.English}
	}
	by := d.split
	if d.names == "staff" {
		by = &splitBy{Name: "owner"}
	}
	if by == nil {
		return labels, nil
	}
	names, err := m.names(ctx, by)
	for key, name := range names {
		labels[key] = Text{name, name}
	}
	return labels, err
}

// zoneSQL is the workspace's time zone as a text of SQL.
func zoneSQL(ctx context.Context) string {
	return "'" + strings.ReplaceAll(workspace.Of(ctx).TimeZone, "'", "''") + "'"
}

// todaySQL is the present day as a text of SQL.
func todaySQL(ctx context.Context) string { return literal(today(ctx)) }
