package analyze

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
)

// visitorProjection moves events when it becomes known whose a visitor is, or turns out that it is somebody else's. It runs
// before the events of the same batch, which then come with who they are of by now.
type visitorProjection struct{ touched *Touched }

func (*visitorProjection) Subject() string { return "visitors" }

// Empty implements feed.Projection; visitors have no rows of their own.
func (*visitorProjection) Empty(context.Context, *columns.Tx) error { return nil }

type eventVisitor struct {
	ID          int64  `bun:"id"`
	CustomerID  *int64 `bun:"customer_id"`
	FirstSeenAt int64  `bun:"first_seen_at"`
}

func visitorsOf(ctx context.Context, from bun.IDB, sorted []int64) (rows []eventVisitor, err error) {
	err = from.NewRaw("select id, customer_id, first_seen_at from visitors where ?", rowsOf("id", sorted)).Scan(ctx, &rows)
	return rows, err
}

// Project implements feed.Projection. What is gone takes its events along.
func (p *visitorProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	var any bool
	if err := to.QueryRow(ctx, "select count(*) > 0 from events").Scan(&any); err != nil || !any {
		return err
	}
	for some := range slices.Chunk(sortedIDs(ids), 5000) {
		visitors, err := visitorsOf(ctx, from, some)
		if err != nil {
			return err
		}
		if err := p.move(ctx, to, some, visitors); err != nil {
			return err
		}
	}
	return nil
}

func (p *visitorProjection) move(ctx context.Context, to *columns.Tx, ids []int64, visitors []eventVisitor) error {
	// nothing of a visitor came in before it was first seen: whole groups of older rows are passed over
	since, left := int64(0), map[int64]bool{}
	var who, owner []int64
	for i, v := range visitors {
		if left[v.ID] = true; i == 0 || v.FirstSeenAt < since {
			since = v.FirstSeenAt
		}
		who, owner = append(who, v.ID), append(owner, 0)
		if v.CustomerID != nil {
			owner[i] = *v.CustomerID
		}
	}
	var gone []int64
	for _, id := range ids {
		if !left[id] {
			gone = append(gone, id)
		}
	}
	const moved = `
from (select unnest(?::bigint[]) as id, nullif(unnest(?::bigint[]), 0) as owner) v
where coalesce(e.key_id, e.visitor_id) = v.id and e.received_at >= ? and e.customer_id is distinct from v.owner`
	if len(who) > 0 {
		before, err := distinctCustomers(ctx, to, "select distinct c from (select unnest([e.customer_id, v.owner]) as c from events e, "+strings.TrimPrefix(moved, "\nfrom ")+") moves where c is not null", who, owner, since)
		if err != nil {
			return err
		}
		if len(before) > 0 {
			p.touched.add(before...)
			if err := to.Exec(ctx, "update events e set customer_id = v.owner"+moved, who, owner, since); err != nil {
				return err
			}
		}
	}
	if len(gone) == 0 {
		return nil
	}
	const theirs = "visitor_id in (select unnest(?::bigint[])) or key_id in (select unnest(?::bigint[]))"
	before, err := distinctCustomers(ctx, to, "select distinct customer_id from events where customer_id is not null and ("+theirs+")", gone, gone)
	if err != nil {
		return err
	}
	p.touched.add(before...)
	return to.Exec(ctx, "delete from events where "+theirs, gone, gone)
}
