package customer

import (
	"context"
	"math"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/page"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// living is the condition that a customer is there: neither deleted nor merged into another.
const living = "c.deleted_at is null and c.merged_into is null"

// List gives one page of the customers the reader may see. A filter, a sort other than by age, or a total is the
// finder's work; the plain list comes straight from the records. Faults: invalid, forbidden.
func (s *Store) List(ctx context.Context, q page.Query) (*page.List[CustomerItem], error) {
	plain := q.Filter == "" && !q.Total && (q.Sort == "" || strings.TrimPrefix(q.Sort, "-") == "id")
	list := &page.List[CustomerItem]{Items: []CustomerItem{}}
	var ids []int64
	var err error
	switch {
	case plain:
		ids, list.NextCursor, err = s.byAge(ctx, q)
	case s.finder == nil:
		return nil, fault.Unavailable("analysis_not_ready", nil)
	default:
		var total int64
		ids, total, list.NextCursor, err = s.finder.Find(ctx, FindQuery{Filter: q.Filter, Sort: q.Sort, Cursor: q.Cursor, Limit: q.Limit, Total: q.Total})
		if q.Total && total >= 0 {
			list.Total = &total
		}
	}
	if err != nil {
		return nil, err
	}
	list.Items, err = s.items(ctx, ids)
	return list, err
}

// byAge pages through the records by id, which is the order they were made in.
func (s *Store) byAge(ctx context.Context, q page.Query) (ids []int64, next string, err error) {
	ascending := q.Sort == "id"
	after := int64(math.MaxInt64)
	text := "select c.id from customers c where " + living + " and ? and c.id < ? order by c.id desc limit ?"
	if ascending {
		after, text = 0, "select c.id from customers c where "+living+" and ? and c.id > ? order by c.id limit ?"
	}
	if err := page.DecodeCursor(q.Cursor, &after); err != nil {
		return nil, "", err
	}
	if err := s.records.Read().NewRaw(text, scope(ctx, "c"), after, q.Limit+1).Scan(ctx, &ids); err != nil {
		return nil, "", err
	}
	if len(ids) > q.Limit {
		ids = ids[:q.Limit]
		next = page.EncodeCursor(ids[q.Limit-1])
	}
	return ids, next, nil
}

// selectStored selects what a storedCustomer holds.
var selectStored = "select " + qualified("c", customerColumns) + `, o.name as owner_name, t.name as team_name
from customers c
left join staff o on o.id = c.owner_id
left join teams t on t.id = c.team_id
`

// stored reads the records with these ids that the reader may see.
func (s *Store) stored(ctx context.Context, from bun.IDB, ids []int64) (rows []storedCustomer, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = from.NewRaw(selectStored+"where c.id in (?) and "+living+" and ?", bun.List(ids), scope(ctx, "c")).Scan(ctx, &rows)
	return rows, err
}

// items shows the customers in the order of ids. One that is gone meanwhile, or was never the reader's to see, is left out.
func (s *Store) items(ctx context.Context, ids []int64) ([]CustomerItem, error) {
	items := make([]CustomerItem, 0, len(ids))
	read := s.records.Read()
	rows, err := s.stored(ctx, read, ids)
	if err != nil || len(rows) == 0 {
		return items, err
	}
	byID := make(map[int64]*CustomerItem, len(rows))
	for i := range rows {
		item := rows[i].item(ctx)
		byID[rows[i].ID] = &item
	}
	points, err := contactsOf(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	rights := guard.FieldsOf(ctx, noun)
	for start := 0; start < len(points); {
		end := start + 1
		for ; end < len(points) && points[end].CustomerID == points[start].CustomerID; end++ {
		}
		if item := byID[points[start].CustomerID]; item != nil {
			item.setContacts(rights, points[start:end])
		}
		start = end
	}
	tags, err := tagsOf(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		if item := byID[t.CustomerID]; item != nil {
			item.Tags = append(item.Tags, t.Tag)
		}
	}
	called, err := s.identities(ctx, read, rights, ids...)
	if err != nil {
		return nil, err
	}
	for id, identities := range called {
		if item := byID[id]; item != nil {
			item.callBy(identities)
		}
	}
	if s.figures != nil {
		figures, err := s.figures.Figures(ctx, ids)
		if err != nil {
			return nil, err
		}
		for id, f := range figures {
			if item := byID[id]; item != nil {
				item.setFigures(f)
			}
		}
		if err := s.addRhythms(ctx, byID); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		if item := byID[id]; item != nil {
			item.veil(rights)
			items = append(items, *item)
		}
	}
	return items, nil
}

// addRhythms adds the orders of the last twelve months, oldest first, for the picture of each customer's rhythm. Only
// for readers of orders.
func (s *Store) addRhythms(ctx context.Context, items map[int64]*CustomerItem) error {
	var ids []int64
	for id, item := range items {
		if item.Rhythm != nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || !guard.ActorOf(ctx).Can("orders.read") {
		return nil
	}
	w := workspace.Of(ctx)
	var rows []struct {
		CustomerID int64  `bun:"customer_id"`
		OrderedAt  int64  `bun:"ordered_at"`
		Gross      int64  `bun:"gross"`
		Currency   string `bun:"currency"`
	}
	if err := s.records.Read().NewRaw(`
select customer_id, ordered_at, gross, currency
from orders
where customer_id in (?)
  and ordered_at >= ?
  and kind = 'order'
  and status <> 'cancelled'
  and deleted_at is null
order by customer_id, ordered_at`, bun.List(ids), clock.Now(ctx).AddDate(-1, 0, 0).UnixMilli()).Scan(ctx, &rows); err != nil {
		return err
	}
	for _, row := range rows {
		rhythm := items[row.CustomerID].Rhythm
		rhythm.Orders = append(rhythm.Orders, rhythmOrder{w.Day(row.OrderedAt), money.Of(row.Gross, row.Currency)})
	}
	return nil
}
