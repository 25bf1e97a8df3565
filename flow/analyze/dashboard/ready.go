package dashboard

import (
	"context"
	"slices"

	"guanxi/flow/analyze"
	"guanxi/guard"
)

// Ready is a dashboard that the product brings, for one part in the business. It cannot be changed: who wants it otherwise
// copies it.
type Ready struct {
	Key         string       `json:"key"`
	Name        analyze.Text `json:"name"`
	Description analyze.Text `json:"description"`
	Tiles       []Tile       `json:"tiles"`
	Mine        bool         `json:"mine" doc:"it is made for the part that who asks plays"`
	roles       []string
}

func metrics(names ...string) (tiles []Tile) {
	for _, name := range names {
		tiles = append(tiles, Tile{Kind: OfMetric, Metric: name, Wide: 1, Tall: 1})
	}
	return tiles
}

func ready(key string, wide, tall int) Tile {
	return Tile{Kind: OfReady, Ready: key, Wide: wide, Tall: tall}
}

func arranged(parts ...[]Tile) []Tile {
	all := slices.Concat(parts...)
	for i := range all {
		all[i].Key = string(rune('a'+i/10)) + string(rune('0'+i%10))
	}
	return all
}

type text = analyze.Text

var readyDashboards = []Ready{
	{Key: "management", Name: text{ZH: "经营总览", EN: "The business at a glance"}, roles: []string{"admin", "manager"},
		Description: text{ZH: "给负责人：销售、新客、留存与资料质量，一屏看完。", EN: "For who leads: sales, new customers, retention and data quality on one screen."},
		Tiles: arranged(metrics("net_sales", "orders", "new_customers", "retention_rate"), []Tile{ready("sales-summary", 3, 2), ready("value-summary", 1, 2),
			ready("sales-new-returning", 2, 2), ready("review-months", 2, 2), ready("team-owners", 4, 1)})},
	{Key: "marketing", Name: text{ZH: "获客与营销", EN: "Acquisition and marketing"}, roles: []string{"operator"},
		Description: text{ZH: "给运营：新客从哪来、访问质量、能联系到谁。", EN: "For operations: where new customers come from, how good visits are, who can be reached."},
		Tiles: arranged(metrics("new_customers", "sessions", "bounce_rate", "repurchase_rate"), []Tile{ready("acquisition-summary", 2, 2), ready("acquisition-source", 2, 2),
			ready("behaviour-source", 2, 2), ready("consent-marketing", 2, 2)})},
	{Key: "sales", Name: text{ZH: "我的客户与销售", EN: "My customers and sales"}, roles: []string{"sales"},
		Description: text{ZH: "给销售：自己客户的成交、价值与跟进。", EN: "For sales: what one's own customers bought, what they are worth, and following up."},
		Tiles: arranged(metrics("net_sales", "orders", "average_order_value", "follow_up_timely_rate"), []Tile{ready("sales-summary", 2, 2), ready("sales-product", 2, 2),
			ready("value-times", 2, 1), ready("service-results", 2, 1)})},
	{Key: "service", Name: text{ZH: "服务与退货", EN: "Service and returns"}, roles: []string{"service"},
		Description: text{ZH: "跟进是否及时、结果如何、退款集中在哪里。", EN: "Whether follow-ups are on time, what they led to, and where refunds gather."},
		Tiles: arranged(metrics("follow_up_timely_rate", "refunds", "cancel_rate", "churn_rate"), []Tile{ready("service-summary", 2, 2), ready("service-results", 2, 2),
			ready("service-refunds", 2, 2), ready("team-activity", 2, 2)})},
	{Key: "retention", Name: text{ZH: "留存与客户价值", EN: "Retention and value"}, roles: []string{"analyst"},
		Description: text{ZH: "给分析：谁留下、谁流失、每一层值多少。", EN: "For analysis: who stays, who leaves, and what each tier is worth."},
		Tiles: arranged(metrics("retention_rate", "repurchase_rate", "churn_rate", "clv_to_date"), []Tile{ready("retention-summary", 2, 2), ready("value-summary", 2, 2),
			ready("retention-cohorts", 4, 2), ready("retention-source", 4, 1)})},
	{Key: "quality", Name: text{ZH: "资料质量", EN: "Data quality"}, roles: []string{},
		Description: text{ZH: "资料有多完整、问题出在哪个来源与负责人。", EN: "How complete the records are, and which sources and owners need work."},
		Tiles:       arranged(metrics("data_quality", "customers"), []Tile{ready("consent-summary", 2, 1), ready("quality-summary", 2, 2), ready("quality-owner", 2, 2)})},
}

// Ready gives the pack, the one made for who asks first.
func (b *Dashboards) Ready(ctx context.Context) []Ready {
	all, base := slices.Clone(readyDashboards), guard.ActorOf(ctx).Base()
	for i := range all {
		all[i].Mine = slices.Contains(all[i].roles, base)
	}
	return all
}
