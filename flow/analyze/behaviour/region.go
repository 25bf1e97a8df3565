package behaviour

import (
	"context"
	"database/sql"
	"net/http"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/likeness"
)

// Regions is where the customers of a group are active: by where their orders went and their visits came from in the last
// Days, and by their addresses where nothing says more.
type Regions struct {
	Days      int       `json:"days"`
	Customers int64     `json:"customers" doc:"whose region is known; of a segment or list its members"`
	Nowhere   int64     `json:"nowhere" doc:"of whom nothing says where they are"`
	Base      int64     `json:"base" doc:"whom they are compared with: every customer whose region is known"`
	Compared  bool      `json:"compared" doc:"there is a segment or list, and so an index"`
	Regions   []Region  `json:"regions" doc:"with the most customers first"`
	AsOf      time.Time `json:"as_of"`
}

// Region is one province. The index is 100 × its share of the group ÷ its share of everybody, with the limits it lies within at
// 99% confidence.
type Region struct {
	Province  string                 `json:"province"`
	Customers int64                  `json:"customers" doc:"who are active there more than elsewhere"`
	Active    int64                  `json:"active" doc:"those of them of whom more than an address says so"`
	Times     int64                  `json:"times" doc:"orders and visits of theirs in the province"`
	Signs     int64                  `json:"signs" doc:"all orders and visits of theirs whose place is known"`
	Base      int64                  `json:"base"`
	Share     float64                `json:"share" doc:"of customers"`
	BaseShare float64                `json:"base_share"`
	Index     *float64               `json:"index" doc:"null without a segment or list"`
	Low       *float64               `json:"low"`
	High      *float64               `json:"high"`
	Sure      bool                   `json:"sure"`
	Opens     *analyze.ConditionJSON `json:"opens"`
}

// Regions reads where the customers of a group are active. Faults: not found, forbidden.
func (b *Behaviour) Regions(ctx context.Context, group int64) (*Regions, error) {
	if !analyze.MayUse(ctx, "active_region") {
		return nil, fault.Forbidden("field_forbidden", "active_region")
	}
	everybody, err := b.segments.Among(ctx, 0)
	if err != nil {
		return nil, err
	}
	among, err := b.segments.Among(ctx, group)
	if err != nil {
		return nil, err
	}
	within := func(q analyze.SQL) string {
		if q.Text == "" {
			return "true"
		}
		return "c.id in (" + q.Text + ")"
	}
	text := `
with seen as (
  select r.province, r.n, r.signs, ` + within(among) + ` as member
  from customers c
  left join active_regions r on r.customer_id = c.id
  where ` + within(everybody) + `
)
select province, count(*) filter (where member), count(*) filter (where member and signs > 0), coalesce(sum(n) filter (where member), 0)::bigint,
  coalesce(sum(signs) filter (where member), 0)::bigint, count(*)
from seen
group by province
order by 2 desc, province`
	found := &Regions{Days: analyze.RegionDays, Compared: group != 0, Regions: []Region{}, AsOf: b.freshness()}
	if err := b.each(ctx, analyze.SQL{Text: text, Args: append(among.Args[:len(among.Args):len(among.Args)], everybody.Args...)}, func(rows *sql.Rows) error {
		var province sql.NullString
		var r Region
		if err := rows.Scan(&province, &r.Customers, &r.Active, &r.Times, &r.Signs, &r.Base); err != nil {
			return err
		}
		if !province.Valid {
			found.Nowhere = r.Customers
			return nil
		}
		r.Province = province.String
		found.Customers, found.Base = found.Customers+r.Customers, found.Base+r.Base
		if r.Customers > 0 {
			found.Regions = append(found.Regions, r)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for i := range found.Regions {
		r := &found.Regions[i]
		r.Share, r.BaseShare = share(r.Customers, found.Customers), share(r.Base, found.Base)
		if found.Compared {
			told := likeness.Compare(r.Customers, found.Customers, r.Base, found.Base)
			r.Index, r.Low, r.High, r.Sure = &told.Index, &told.Low, &told.High, told.Sure
		}
		asks, err := b.segments.InGroup(group, map[string]any{"field": "active_region", "op": "eq", "value": r.Province})
		if err != nil {
			return nil, err
		}
		opens := analyze.ConditionJSON(asks)
		r.Opens = &opens
	}
	return found, nil
}

type regionsInput struct {
	Segment api.ID `query:"segment" doc:"only customers in this segment"`
	List    api.ID `query:"list" doc:"only customers in this list"`
}

func (b *Behaviour) registerRegions(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/behaviour/regions", Permission: "metrics.read", Tag: "behaviour", Summary: "In which provinces customers are active, with the index against everybody"},
		func(ctx context.Context, in *regionsInput) (*api.Answered[Regions], error) {
			return api.Answer(b.Regions(ctx, analyze.GroupOf(int64(in.Segment), int64(in.List))))
		})
}
