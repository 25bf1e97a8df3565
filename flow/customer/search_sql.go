package customer

import (
	"context"
	"strings"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// The texts that name customers c walk one index and stop when enough are found. Those for contact points and for parts
// of names give ids from one index alone; whether the customer is there and the reader's to see is checked outside.
const (
	namePrefixSQL     = "select c.id from customers c where c.name >= ? and c.name < ? and " + living + " and ? order by c.name limit ?"
	keyPrefixSQL      = "select c.id from customers c where c.name_key >= ? and c.name_key < ? and " + living + " and ? order by c.name_key limit ?"
	initialsPrefixSQL = "select c.id from customers c where c.name_initials >= ? and c.name_initials < ? and " + living + " and ? order by c.name_initials limit ?"

	phoneSQL      = amongSQL + "(select p.customer_id from contact_points p where p.kind = 'phone' and p.value = ?)" + aliveSQL
	emailSQL      = amongSQL + "(select p.customer_id from contact_points p where p.kind = 'email' and p.value = ?)" + aliveSQL
	externalIDSQL = amongSQL + "(select i.customer_id from identities i where i.external_id = ?)" + aliveSQL
	namePartSQL   = amongSQL + "(select n.id from customers n where n.name like ? escape '!' and ? limit 2000)" + aliveSQL
	keyPartSQL    = amongSQL + "(select n.id from customers n where n.name_key like ? and ? limit 2000)" + aliveSQL

	amongSQL = "select c.id from customers c where c.id in "
	aliveSQL = " and " + living + " and ? order by c.id desc limit ?"
)

// tailSQL finds phone numbers by their last four digits, which have an index of their own.
func tailSQL(engine db.Engine) string {
	if engine == db.Postgres {
		return amongSQL + "(select p.customer_id from contact_points p where p.kind = 'phone' and right(p.value, 4) = ? and p.value like ?)" + aliveSQL
	}
	return amongSQL + "(select p.customer_id from contact_points p where p.kind = 'phone' and substr(p.value, -4) = ? and p.value like ?)" + aliveSQL
}

// collect runs text, whose last two values are the reader's scope and the limit.
func (k *seeker) collect(ctx context.Context, match, text string, args ...any) error {
	var ids []int64
	if err := k.store.records.Read().NewRaw(text, append(args, scope(ctx, "c"), k.limit)...).Scan(ctx, &ids); err != nil {
		return err
	}
	k.add(ids, match)
	return nil
}

// customers shows who was found: the name, and under it place and masked phone.
func (k *seeker) customers(ctx context.Context) ([]found, error) {
	results := []found{}
	rows, err := k.store.stored(ctx, k.store.records.Read(), k.ids)
	if err != nil {
		return nil, err
	}
	points, err := contactsOf(ctx, k.store.records.Read(), k.ids)
	if err != nil {
		return nil, err
	}
	phones := map[int64]string{}
	for _, p := range points {
		if p.Kind == ContactPhone && p.State == ContactOK && phones[p.CustomerID] == "" {
			phones[p.CustomerID] = shown(k.rights, p.Kind, p.Value)
		}
	}
	byID := map[int64]*storedCustomer{}
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
	}
	for _, id := range k.ids {
		c := byID[id]
		if c == nil {
			continue
		}
		seen := func(field, value string) string {
			if k.rights.Right(field) == guard.None {
				return ""
			}
			return value
		}
		place := seen("city", c.City)
		if place == "" {
			place = seen("country", c.Country)
		}
		title := c.Name
		if title == "" {
			title = "#" + itemNumber(c.ID)
		}
		results = append(results, found{Type: "customer", ID: api.ID(id), Title: title, Subtitle: joined(" · ", seen("company", c.Company), place, phones[id]), Match: k.match[id]})
	}
	return results, nil
}

// ordersNumbered finds orders whose number begins with q, the exact number first.
func (s *Store) ordersNumbered(ctx context.Context, q string, limit int) ([]found, error) {
	if len(q) < 3 || strings.ContainsAny(q, " @") {
		return nil, nil
	}
	sees := "?"
	if guard.ScopeOf(ctx, noun).All() {
		sees = "(o.customer_id is null or ?)"
	}
	var rows []storedOrderRow
	if err := s.records.Read().NewRaw("select "+qualified("o", orderColumns)+`, c.name as customer_name
from orders o
left join customers c on c.id = o.customer_id
where o.number >= ?
  and o.number < ?
  and o.deleted_at is null
  and `+sees+`
order by o.number
limit ?`, q, afterPrefix(q), scope(ctx, "c"), limit).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	w := workspace.Of(ctx)
	results := make([]found, len(rows))
	for i, o := range rows {
		results[i] = found{Type: "order", ID: api.ID(o.ID), Title: o.Number, Match: "order_number"}
		name := ""
		if o.CustomerID != nil {
			id := api.ID(*o.CustomerID)
			results[i].CustomerID = &id
			if o.CustomerName != nil {
				name = *o.CustomerName
			}
		}
		results[i].Subtitle = joined(" · ", w.Day(o.OrderedAt), o.Shop, name)
	}
	return results, nil
}

// segmentsNamed finds saved segments by a part of their name. They belong to the next stage; only their names are read.
func (s *Store) segmentsNamed(ctx context.Context, q string, limit int) ([]found, error) {
	var rows []struct {
		ID          int64  `bun:"id"`
		Name        string `bun:"name"`
		Description string `bun:"description"`
	}
	err := s.records.Read().NewRaw(`
select id, name, description
from segments
where lower(name) like ? escape '!'
  and deleted_at is null
order by name
limit ?`, "%"+likeText(strings.ToLower(q))+"%", limit).Scan(ctx, &rows)
	results := make([]found, len(rows))
	for i, row := range rows {
		results[i] = found{Type: "segment", ID: api.ID(row.ID), Title: row.Name, Subtitle: row.Description, Match: "name"}
	}
	return results, err
}

// joined puts the parts that are not empty together.
func joined(separator string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, separator)
}
