package cost

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
	"guanxi/base/feed"
	"guanxi/base/workspace"
)

// Projections gives what the feed carries to columns: costs by the day, and what products cost.
func (s *Costs) Projections() []feed.Projection {
	return []feed.Projection{&costProjection{s}, &productProjection{s}}
}

type costProjection struct{ of *Costs }

func (*costProjection) Subject() string { return "costs" }

func (p *costProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.of.ask()
	return to.Exec(ctx, "delete from cost_days")
}

// Project implements feed.Projection. The days of a cost add up to it exactly.
func (p *costProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	if err := to.Exec(ctx, "delete from cost_days where cost_id in (select unnest(?::bigint[]))", ids); err != nil {
		return err
	}
	var costs []*Cost
	if err := from.NewRaw("select "+costColumns+" from costs where id in (?) and currency = ? order by id", bun.List(ids), workspace.Of(ctx).Currency).Scan(ctx, &costs); err != nil {
		return err
	}
	var rows [][]any
	for _, c := range costs {
		first, err := time.Parse(time.DateOnly, c.From)
		if err != nil {
			return err
		}
		last, err := time.Parse(time.DateOnly, c.To)
		if err != nil {
			return err
		}
		days := int64(last.Sub(first)/(24*time.Hour)) + 1
		channel, campaign := strings.ToLower(c.Channel), strings.ToLower(c.Campaign)
		for i := range days {
			// whole part and rest apart: the product of the two may not fit
			share := func(i int64) int64 { return c.Amount/days*i + c.Amount%days*i/days }
			rows = append(rows, []any{c.ID, first.AddDate(0, 0, int(i)), c.Kind, channel, campaign, share(i+1) - share(i)})
		}
	}
	p.of.ask()
	return to.Append(ctx, "cost_days", rows)
}

type productProjection struct{ of *Costs }

func (*productProjection) Subject() string { return "products" }

func (p *productProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.of.ask()
	return to.Exec(ctx, "delete from product_costs")
}

// Project implements feed.Projection.
func (p *productProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	if err := to.Exec(ctx, "delete from product_costs where product_id in (select unnest(?::bigint[]))", ids); err != nil {
		return err
	}
	var products []struct {
		ID   int64  `bun:"id"`
		SKU  string `bun:"sku"`
		Cost int64  `bun:"unit_cost"`
	}
	if err := from.NewRaw("select id, sku, unit_cost from products where id in (?) and unit_cost is not null and currency = ? order by id", bun.List(ids), workspace.Of(ctx).Currency).Scan(ctx, &products); err != nil {
		return err
	}
	rows := make([][]any, len(products))
	for i, r := range products {
		rows[i] = []any{r.ID, r.SKU, r.Cost}
	}
	if len(rows) > 0 {
		p.of.ask()
	}
	return to.Append(ctx, "product_costs", rows)
}

// ask has profits reckoned anew soon.
func (s *Costs) ask() {
	select {
	case s.due <- struct{}{}:
	default:
	}
}
