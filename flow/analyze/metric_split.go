package analyze

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// splitBy is one way to part the rows of a metric. Each text gives the part a row belongs to, as text or null: order
// over rows of orders, line over rows of order lines, session over sessions (all f), customer over the customer c (or her scores s).
// Empty where the split says nothing about such rows.
type splitBy struct {
	Name  string
	Label Text
	// field is the customer field one must be allowed to use
	field                 string
	order, line, customer string
	// session gives the part over rows of sessions (f); where it is empty the customer tells
	session string
	// cost gives the part over rows of costs and the customers they won (f)
	cost string
	// varies: the same customer may be in several parts, so that parts that count customers overlap
	varies bool
	args   []any             // bound in customer
	named  map[string]string // what keys are called, where the split itself knows
}

var splits = []splitBy{
	{Name: "country", Label: Text{"国家", "Country"}, field: "country", order: "f.country", customer: "c.country"},
	{Name: "province", Label: Text{"省份", "Province"}, field: "province", order: "f.province", customer: "c.province"},
	{Name: "city", Label: Text{"城市", "City"}, field: "city", order: "f.city", customer: "c.city"},
	{Name: "shop", Label: Text{"店铺", "Shop"}, order: "f.shop", varies: true},
	{Name: "category", Label: Text{"品类", "Category"}, line: "f.category", varies: true},
	{Name: "brand", Label: Text{"品牌", "Brand"}, line: "f.brand", varies: true},
	{Name: "product", Label: Text{"商品", "Product"}, line: "f.product", varies: true},
	{Name: "sku", Label: Text{"SKU", "SKU"}, line: "f.sku", varies: true},
	{Name: "identified", Label: Text{"是否识别到客户", "Known customer"}, order: identifiedSQL, session: identifiedSQL},
	{Name: "new_or_returning", Label: Text{"新老客", "New or returning"}, varies: true,
		order: "case when f.customer_id is null then null when f.day <= coalesce(c.orders_first_day, f.day) then 'new' else 'returning' end"},
	{Name: "rfm_segment", Label: Text{"RFM 分层", "RFM segment"}, field: "rfm.segment", customer: "s.rfm_segment"},
	{Name: "owner", Label: Text{"负责人", "Owner"}, field: "owner", customer: "cast(c.owner_id as varchar)"},
	{Name: "team", Label: Text{"团队", "Team"}, field: "team", customer: "cast(c.team_id as varchar)"},
	{Name: "gender", Label: Text{"性别", "Gender"}, field: "gender", customer: "c.gender"},
	{Name: "source", Label: Text{"来源", "Source"}, field: "source", customer: "c.source"},
	{Name: "industry", Label: Text{"行业", "Industry"}, field: "industry", customer: "c.industry"},
	{Name: "location", Label: Text{"境内外", "Domestic or foreign"}, field: "location", customer: "c.location"},
	{Name: "first_year", Label: Text{"首单年份", "Year of first order"}, field: "orders.first_at", customer: "strftime(c.orders_first_day, '%Y')"},
	{Name: "first_category", Label: Text{"首购品类", "Category first bought"}, field: "orders.first_at",
		customer: "(select arg_min(l.category, l.ts) from order_lines l where l.customer_id = c.id and l.quantity > 0)"},
	{Name: "channel", Label: Text{"获客渠道", "Acquisition channel"}, field: "source", cost: "nullif(f.channel, '')"},
	{Name: "came_from", Label: Text{"访问来源", "Came from"}, session: "f.came_from", varies: true},
	{Name: "campaign", Label: Text{"推广活动", "Campaign"}, session: "f.utm_campaign", cost: "nullif(f.campaign, '')", varies: true},
	{Name: "entry_page", Label: Text{"落地页", "Landing page"}, session: "f.entry_page", varies: true},
	{Name: "exit_page", Label: Text{"退出页", "Exit page"}, session: "f.exit_page", varies: true},
	{Name: "device", Label: Text{"设备", "Device"}, session: "f.device", varies: true},
}

// everySplit gives the splits of the product and those by a choice that the workspace has defined for its customers.
func everySplit(ctx context.Context) []*splitBy {
	all := make([]*splitBy, len(splits), len(splits)+4)
	for i := range splits {
		all[i] = &splits[i]
	}
	for _, d := range field.Of(ctx).Live() {
		if d.Type != field.Choice || d.Withheld() || d.Sealed() {
			continue
		}
		if f, ok := ownField(ctx, d); ok {
			all = append(all, &splitBy{Name: f.Name, Label: Text{f.Label.Chinese, f.Label.English}, field: f.Name, customer: f.expr})
		}
	}
	return all
}

const identifiedSQL = "case when f.customer_id is null then 'false' else 'true' end"

// FieldOfSplit gives the customer field one must be allowed to use for the split of that name, empty where it is none.
func FieldOfSplit(name string) string {
	for i := range splits {
		if splits[i].Name == name {
			return splits[i].field
		}
	}
	if strings.HasPrefix(name, customPrefix) {
		return name
	}
	return ""
}

// splitOf finds the split name for metric m. Faults: invalid where there is none, or none that fits the metric;
// forbidden where the reader may not use the field.
func splitOf(ctx context.Context, m *Metric, name string) (*splitBy, error) {
	for _, s := range everySplit(ctx) {
		if s.Name != name && !(name == "rfm" && s.Name == "rfm_segment") {
			continue
		}
		if s.over(m) == "" {
			return nil, fault.Invalid("split", "split_not_for_metric", name, m.Name)
		}
		if s.field != "" && !guard.FieldsOf(ctx, "customers").CanUse(s.field) {
			return nil, fault.Forbidden("field_forbidden", s.field)
		}
		return s, nil
	}
	return nil, fault.Invalid("split", "split_unknown", name)
}

// over gives the text that parts the rows of m, empty when the split does not fit.
func (s *splitBy) over(m *Metric) string {
	switch {
	case m.source == costSource:
		return cmp.Or(s.cost, s.customer)
	case m.source == sessionSource:
		return cmp.Or(s.session, s.customer)
	case m.source.customers && m.source != buyerSource:
		return s.customer
	case m.source.customers && s.customer != "":
		return s.customer
	case s.order != "":
		return s.order
	case m.source.lines != "" && s.line != "":
		return s.line
	}
	return s.customer
}

// byLine reports whether the split needs the rows of order lines.
func (s *splitBy) byLine(m *Metric) bool {
	return m.source.lines != "" && s.order == "" && s.line != ""
}

// partitions reports whether the parts add up to the whole for m: every row is in one part only, and no customer or
// order is counted in two.
func (s *splitBy) partitions(m *Metric) bool {
	counted := strings.Contains(m.num.agg, "{orders}") || m.den != nil && strings.Contains(m.den.agg, "{orders}")
	if m.source == costSource {
		return false // what is spent on a channel that won nobody is above the line and nowhere below it
	}
	return !(m.distinct && s.varies) && !(s.byLine(m) && counted)
}

// splitsFor lists the splits of m that part it without overlap and that the reader may use.
func splitsFor(ctx context.Context, m *Metric) []*splitBy {
	var found []*splitBy
	for _, s := range everySplit(ctx) {
		if s.over(m) != "" && s.partitions(m) && (s.field == "" || guard.FieldsOf(ctx, "customers").CanUse(s.field)) {
			found = append(found, s)
		}
	}
	return slices.Clip(found)
}
