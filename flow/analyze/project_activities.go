package analyze

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
	"guanxi/base/workspace"
)

// activityProjection copies follow-ups, without what was said.
type activityProjection struct{ touched *Touched }

func (*activityProjection) Subject() string { return "activities" }

func (p *activityProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.touched.all()
	return to.Empty(ctx, "activities")
}

func (p *activityProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	ids = sortedIDs(ids)
	before, err := distinctCustomers(ctx, to,
		"select distinct customer_id from activities where id in (select unnest(?::bigint[]))", ids)
	if err != nil {
		return err
	}
	p.touched.add(before...)
	if len(before) > 0 {
		if err := to.Exec(ctx, "delete from activities where id in (select unnest(?::bigint[]))", ids); err != nil {
			return err
		}
	}
	var rows []struct {
		ID         int64  `bun:"id"`
		CustomerID int64  `bun:"customer_id"`
		Kind       string `bun:"kind"`
		Result     string `bun:"result"`
		StaffID    int64  `bun:"staff_id"`
		HappenedAt int64  `bun:"happened_at"`
		NextAt     *int64 `bun:"next_at"`
		NextDoneAt *int64 `bun:"next_done_at"`
	}
	if err := from.NewRaw(`
select id, customer_id, kind, result, staff_id, happened_at, next_at, next_done_at
from activities
where ?
order by id`, rowsOf("id", ids)).Scan(ctx, &rows); err != nil {
		return err
	}
	w := workspace.Of(ctx)
	out := make([][]any, len(rows))
	for i, a := range rows {
		p.touched.add(a.CustomerID)
		out[i] = []any{
			a.ID, a.CustomerID, a.Kind, nullText(a.Result), a.StaffID, a.HappenedAt, civilDay(w, a.HappenedAt),
			nullable(a.NextAt), nullable(a.NextDoneAt),
		}
	}
	return to.Append(ctx, "activities", out)
}
