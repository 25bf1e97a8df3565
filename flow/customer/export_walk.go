package customer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/workspace"
)

// exportChunk is how many records are in memory at once.
const exportChunk = 1000

// everyCustomer goes through the customers that the export's condition holds for, or all the asker may see.
func (x *exporter) everyCustomer(ctx context.Context, each func(ids []int64) error) error {
	cursor, after := "", int64(0)
	for {
		var ids []int64
		var err error
		if x.e.Condition != "" {
			ids, _, cursor, err = x.s.finder.Find(ctx, FindQuery{Filter: x.e.Condition, Sort: "created_at", Cursor: cursor, Limit: exportChunk})
		} else {
			err = x.s.records.Read().NewRaw("select c.id from customers c where "+living+" and ? and c.id > ? order by c.id limit ?",
				scope(ctx, "c"), after, exportChunk).Scan(ctx, &ids)
		}
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		if err := each(ids); err != nil {
			return err
		}
		if x.e.Condition != "" && cursor == "" {
			return nil
		}
	}
}

func (x *exporter) customers(ctx context.Context) error {
	columns := chosen(x.s.customerColumns(ctx), x.e.names())
	if err := x.begin(fieldsIn(columns)); err != nil {
		return err
	}
	if x.e.Condition == "" {
		if err := x.s.records.Read().NewRaw("select count(*) from customers c where "+living+" and ?", scope(ctx, "c")).Scan(ctx, &x.e.Total); err != nil {
			return err
		}
	}
	figures := slices.ContainsFunc(columns, func(c customerColumn) bool { return c.group == "figures" })
	return x.everyCustomer(ctx, func(ids []int64) error {
		byID, err := x.load(ctx, ids, figures)
		if err != nil {
			return err
		}
		for _, id := range ids {
			row := byID[id]
			if row == nil {
				continue // gone meanwhile
			}
			for i := range columns {
				x.cells = append(x.cells, columns[i].cell(x, row))
			}
			if err := x.row(); err != nil {
				return err
			}
		}
		return x.passed(ctx, len(ids))
	})
}

// load reads customers with their parts.
func (x *exporter) load(ctx context.Context, ids []int64, figures bool) (map[int64]*exportedCustomer, error) {
	read := x.s.records.Read()
	var rows []exportedCustomer
	if err := read.NewRaw("select "+qualified("c", customerColumns)+`, o.name as owner_name, o.email as owner_email, t.name as team_name
from customers c
left join staff o on o.id = c.owner_id
left join teams t on t.id = c.team_id
where c.id in (?) and `+living+" and ?", bun.List(ids), scope(ctx, "c")).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	byID := make(map[int64]*exportedCustomer, len(rows))
	for i := range rows {
		rows[i].custom, rows[i].consents = openedFields(ctx, rows[i].Custom), map[string]bool{}
		byID[rows[i].ID] = &rows[i]
	}
	if list := formulas(ctx, x.rights, ""); x.s.reckoner != nil && len(list) > 0 {
		values, err := x.s.reckoner.Reckon(ctx, list, ids)
		if err != nil {
			return nil, err
		}
		for id, of := range values {
			for key, value := range of {
				if c := byID[id]; c != nil {
					c.custom[key] = value
				}
			}
		}
	}
	points, err := contactsOf(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range points {
		if c := byID[p.CustomerID]; c != nil {
			c.points = append(c.points, p)
		}
	}
	identities, err := identitiesOf(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	for _, i := range identities {
		if c := byID[i.CustomerID]; c != nil && !strings.HasPrefix(i.ExternalID, digestMark) {
			c.identities = append(c.identities, i)
		}
	}
	tags, err := tagsOf(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		if c := byID[t.CustomerID]; c != nil {
			c.tags = append(c.tags, t.Tag)
		}
	}
	consents, err := consentsOf(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	for _, said := range consents { // oldest first: the latest word stays
		if c := byID[said.CustomerID]; c != nil && said.Purpose == PurposeMarketing {
			c.consents[said.Channel] = said.Granted
		}
	}
	if figures && x.s.figures != nil {
		all, err := x.s.figures.Figures(ctx, ids)
		if err != nil {
			return nil, err
		}
		for id, c := range byID {
			c.figures = all[id]
		}
	}
	return byID, nil
}

// everyOrder goes through the orders the asker may see: all, or those of the customers the condition holds for. An order
// of nobody is seen by those who see everything.
func (x *exporter) everyOrder(ctx context.Context, each func(orders []storedOrderRow) error) error {
	query := x.e.narrowed().query()
	conditions, args, err := query.where(ctx)
	if err != nil {
		return err
	}
	from := " from orders o left join customers c on c.id = o.customer_id where " + strings.Join(conditions, " and ")
	pass := func(more string, moreArgs ...any) error {
		after := int64(0)
		for {
			var rows []storedOrderRow
			if err := x.s.records.Read().NewRaw("select "+qualified("o", orderColumns)+", c.name as customer_name"+from+more+" and o.id > ? order by o.id limit ?",
				slices.Concat(args, moreArgs, []any{after, exportChunk})...).Scan(ctx, &rows); err != nil || len(rows) == 0 {
				return err
			}
			after = rows[len(rows)-1].ID
			if err := each(rows); err != nil {
				return err
			}
		}
	}
	if x.e.Condition == "" {
		if err := x.s.records.Read().NewRaw("select count(*)"+from, args...).Scan(ctx, &x.e.Total); err != nil {
			return err
		}
		return pass("")
	}
	return x.everyCustomer(ctx, func(ids []int64) error {
		if err := pass(" and o.customer_id in (?)", bun.List(ids)); err != nil {
			return err
		}
		return x.passed(ctx, len(ids))
	})
}

// buyers gives the customers of orders, as far as any column needs them.
func (x *exporter) buyers(ctx context.Context, orders []storedOrderRow, fields []exportField) (map[int64]*exportedCustomer, error) {
	if !slices.ContainsFunc(fields, func(f exportField) bool { return f.group == "contact" }) {
		return nil, nil
	}
	ids := map[int64]bool{}
	for _, o := range orders {
		if o.CustomerID != nil {
			ids[*o.CustomerID] = true
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return x.load(ctx, slices.Collect(maps.Keys(ids)), false)
}

func withBuyer(o storedOrderRow, buyers map[int64]*exportedCustomer) exportedOrder {
	row := exportedOrder{storedOrderRow: o}
	if o.CustomerID != nil {
		row.buyer = buyers[*o.CustomerID]
	}
	return row
}

// went counts orders gone through where no condition on customers counts those.
func (x *exporter) went(ctx context.Context, n int) error {
	if x.e.Condition != "" {
		return ctx.Err()
	}
	return x.passed(ctx, n)
}

func (x *exporter) orders(ctx context.Context) error {
	columns := chosen(x.s.orderColumns(ctx), x.e.names())
	fields := fieldsIn(columns)
	if err := x.begin(fields); err != nil {
		return err
	}
	return x.everyOrder(ctx, func(orders []storedOrderRow) error {
		buyers, err := x.buyers(ctx, orders, fields)
		if err != nil {
			return err
		}
		for _, o := range orders {
			row := withBuyer(o, buyers)
			for i := range columns {
				x.cells = append(x.cells, columns[i].cell(x, &row))
			}
			if err := x.row(); err != nil {
				return err
			}
		}
		return x.went(ctx, len(orders))
	})
}

func (x *exporter) lines(ctx context.Context) error {
	columns := chosen(x.s.lineColumns(ctx), x.e.names())
	fields := fieldsIn(columns)
	if err := x.begin(fields); err != nil {
		return err
	}
	return x.everyOrder(ctx, func(orders []storedOrderRow) error {
		buyers, err := x.buyers(ctx, orders, fields)
		if err != nil {
			return err
		}
		ids, byID := make([]int64, len(orders)), make(map[int64]exportedOrder, len(orders))
		for i, o := range orders {
			ids[i], byID[o.ID] = o.ID, withBuyer(o, buyers)
		}
		var lines []Line
		if err := x.s.records.Read().NewRaw("select "+lineColumns+" from order_lines where order_id in (?) order by order_id, position", bun.List(ids)).Scan(ctx, &lines); err != nil {
			return err
		}
		for _, line := range lines {
			row := exportedLine{byID[line.OrderID], line}
			for i := range columns {
				x.cells = append(x.cells, columns[i].cell(x, &row))
			}
			if err := x.row(); err != nil {
				return err
			}
		}
		return x.went(ctx, len(orders))
	})
}

func (x *exporter) products(ctx context.Context) error {
	columns := chosen(productExport, x.e.names())
	if err := x.begin(fieldsIn(columns)); err != nil {
		return err
	}
	if err := x.s.records.Read().NewRaw("select count(*) from products").Scan(ctx, &x.e.Total); err != nil {
		return err
	}
	after := int64(0)
	for {
		var rows []Product
		if err := x.s.records.Read().NewRaw("select "+productColumns+" from products where id > ? order by id limit ?", after, exportChunk).Scan(ctx, &rows); err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		for r := range rows {
			for i := range columns {
				x.cells = append(x.cells, columns[i].cell(x, &rows[r]))
			}
			if err := x.row(); err != nil {
				return err
			}
		}
		if err := x.passed(ctx, len(rows)); err != nil {
			return err
		}
	}
}

func (x *exporter) activities(ctx context.Context) error {
	columns := chosen(x.s.activityColumns(ctx), x.e.names())
	if err := x.begin(fieldsIn(columns)); err != nil {
		return err
	}
	from, to, err := span(ctx, x.e.narrowed())
	if err != nil {
		return err
	}
	return x.everyCustomer(ctx, func(ids []int64) error {
		var rows []exportedActivity
		if err := x.s.records.Read().NewRaw("select "+qualified("a", activityColumns)+`, s.name as staff_name, c.name as customer_name
from activities a
join customers c on c.id = a.customer_id
left join staff s on s.id = a.staff_id
where a.customer_id in (?)
  and a.happened_at >= ?
  and a.happened_at < ?
  and `+living+` and ?
order by a.customer_id, a.happened_at, a.id`, bun.List(ids), from, to, scope(ctx, "c")).Scan(ctx, &rows); err != nil {
			return err
		}
		for r := range rows {
			for i := range columns {
				x.cells = append(x.cells, columns[i].cell(x, &rows[r]))
			}
			if err := x.row(); err != nil {
				return err
			}
		}
		return x.passed(ctx, len(ids))
	})
}

// span gives the instants that the days of f bound.
func span(ctx context.Context, f OrderFilter) (from, to int64, err error) {
	w := workspace.Of(ctx)
	from, to = -1<<62, 1<<62
	if f.From != "" {
		day, err := w.ParseDay(f.From)
		if err != nil {
			return 0, 0, err
		}
		from = day.UnixMilli()
	}
	if f.To != "" {
		day, err := w.ParseDay(f.To)
		if err != nil {
			return 0, 0, err
		}
		to = day.AddDate(0, 0, 1).UnixMilli()
	}
	return from, to, nil
}
