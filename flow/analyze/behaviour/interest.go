package behaviour

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"time"

	"guanxi/base/api"
	"guanxi/flow/analyze"
)

// Interests is what one customer follows and where she is active, by what is recorded of the last Days.
type Interests struct {
	Days   int           `json:"days"`
	Topics []Interest    `json:"topics" doc:"those she has looked at most first"`
	Goods  []Interest    `json:"goods"`
	Region *ActiveRegion `json:"region" doc:"null where nothing says it, or the reader may not know"`
}

// Interest is one topic or product. The index is 100 × its share of what she looked at ÷ its share of what everybody did.
type Interest struct {
	Key       string                 `json:"key"`
	Label     *string                `json:"label" doc:"name of the product"`
	Times     int64                  `json:"times"`
	Days      int64                  `json:"days" doc:"on how many"`
	LastAt    time.Time              `json:"last_at"`
	Share     float64                `json:"share"`
	BaseShare float64                `json:"base_share"`
	Index     *float64               `json:"index" doc:"null where she has looked at too little to compare"`
	Opens     *analyze.ConditionJSON `json:"opens" doc:"lists who follows the topic; null of a product"`
}

// ActiveRegion is where a customer is active: so many of Signs were in Province. Without any it is that of her address.
type ActiveRegion struct {
	Province string  `json:"province"`
	Times    int64   `json:"times"`
	Signs    int64   `json:"signs"`
	Share    float64 `json:"share"`
}

const (
	interestsTold  = 8
	leastLookedAt  = 5 // to compare her with everybody
	kindsFollowed  = "kind in ('topic', 'product')"
	attentionSince = "day >= (select topics_since from attention_state)"
)

// Interests reads what a customer follows, compared with everybody the reader sees. Fault: not found.
func (b *Behaviour) Interests(ctx context.Context, customer int64) (*Interests, error) {
	if err := analyze.FindCustomer(ctx, b.columns, b.records, customer); err != nil {
		return nil, err
	}
	everybody, err := b.segments.Among(ctx, 0)
	if err != nil {
		return nil, err
	}
	visible := "customer_id is not null"
	if everybody.Text != "" {
		visible = "customer_id in (" + everybody.Text + ")"
	}
	found := &Interests{Days: analyze.TopicDays, Topics: []Interest{}, Goods: []Interest{}}
	text := `
with mine as (
  select kind, key, sum(times)::bigint as times, count(distinct day) as days, max(ts) as last_ts, sum(sum(times)) over (partition by kind)::bigint as looked
  from attention
  where customer_id = ? and ` + kindsFollowed + ` and ` + attentionSince + `
  group by kind, key
),
everybody as (
  select kind, key, sum(times)::bigint as times, sum(sum(times)) over (partition by kind)::bigint as looked
  from attention
  where ` + kindsFollowed + ` and ` + attentionSince + ` and ` + visible + `
  group by kind, key
)
select m.kind, m.key, m.times, m.days, m.last_ts, m.looked, e.times, e.looked
from mine m
join everybody e on e.kind = m.kind and e.key = m.key
order by m.times desc, m.last_ts desc, m.key`
	if err := b.each(ctx, analyze.SQL{Text: text, Args: append([]any{customer}, everybody.Args...)}, func(rows *sql.Rows) error {
		var kind string
		var i Interest
		var last, looked, times, all int64
		if err := rows.Scan(&kind, &i.Key, &i.Times, &i.Days, &last, &looked, &times, &all); err != nil {
			return err
		}
		i.LastAt, i.Share, i.BaseShare = time.UnixMilli(last).UTC(), share(i.Times, looked), share(times, all)
		if looked >= leastLookedAt {
			index := 100 * i.Share / i.BaseShare
			i.Index = &index
		}
		into := &found.Topics
		if kind == "product" {
			into = &found.Goods
		} else {
			asks, err := json.Marshal(map[string]any{"field": "topic", "op": "eq", "value": i.Key})
			if err != nil {
				return err
			}
			opens := analyze.ConditionJSON(asks)
			i.Opens = &opens
		}
		if len(*into) < interestsTold {
			*into = append(*into, i)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	keys := make([]string, len(found.Goods))
	for i, g := range found.Goods {
		keys[i] = g.Key
	}
	names, err := b.segments.Goods(ctx, keys)
	if err != nil {
		return nil, err
	}
	for i := range found.Goods {
		found.Goods[i].Label = goodsNames(names).of(found.Goods[i].Key, nil)
	}
	found.Region, err = b.regionOf(ctx, customer)
	return found, err
}

// regionOf reads where one customer is active; nil where that cannot be told.
func (b *Behaviour) regionOf(ctx context.Context, customer int64) (*ActiveRegion, error) {
	if !analyze.MayUse(ctx, "active_region") {
		return nil, nil
	}
	var found *ActiveRegion
	return found, b.each(ctx, analyze.SQL{Text: "select province, n, signs from active_regions where customer_id = ?", Args: []any{customer}}, func(rows *sql.Rows) error {
		found = &ActiveRegion{}
		if err := rows.Scan(&found.Province, &found.Times, &found.Signs); err != nil {
			return err
		}
		found.Share = share(found.Times, found.Signs)
		return nil
	})
}

func (b *Behaviour) registerInterests(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/customers/{id}/interests", Permission: "metrics.read", Tag: "behaviour", Summary: "Which topics and products a customer follows, and where she is active"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*api.Answered[Interests], error) {
			return api.Answer(b.Interests(ctx, int64(in.ID)))
		})
}
