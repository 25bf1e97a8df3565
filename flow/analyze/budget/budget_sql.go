package budget

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"guanxi/base/columns"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/flow/analyze"
)

// boughtSQL is what was bought: goods are named as their SKU is named last. {axis} is category, product or brand.
const boughtSQL = `
with goods as (
  select sku, arg_max({axis}, ts) as part from order_lines where coalesce(sku, '') <> '' and coalesce({axis}, '') <> '' group by sku
), bought as (
  select l.customer_id, coalesce(g.part, nullif(l.{axis}, '')) as part, l.order_id, l.kind, l.day, l.quantity, l.amount, u.unit_cost
  from order_lines l
  left join goods g on g.sku = l.sku
  left join product_costs u on u.sku = l.sku
  where l.customer_id is not null and (l.kind = 'refund' or coalesce(l.status, '') <> 'cancelled') and l.day <= {to}
)`

// askedSQL is who was shown which goods first on which day, and her share of what was spent: of the month's spending on no channel,
// on the channel by which she came and on its campaign, each shared evenly among all who were shown something then.
const askedSQL = `, looks as (
  select e.customer_id, e.ts, e.day, coalesce(g.part, {sent}) as part
  from events e
  left join goods g on g.sku = coalesce(json_extract_string(e.properties, '$.sku'), json_extract_string(e.properties, '$.product_id'))
  where not e.bot and e.customer_id is not null and e.day between {from} and {to} and e.event in ({events})
), seen as (
  select customer_id, part, min(ts) as ts, min(day) as day from looks where part is not null group by all
), runs as (
  select customer_id, ts, lower(came_from) as channel, lower(coalesce(utm_campaign, '')) as campaign
  from session_runs
  where customer_id is not null and came_from is not null
), came as (
  select s.*, r.channel, r.campaign
  from seen s
  asof left join runs r on r.customer_id = s.customer_id and s.ts >= r.ts
), placed as (
  select s.customer_id, s.part, s.day, date_trunc('month', s.day) as month, coalesce(s.channel, lower(c.source), '') as channel, coalesce(s.campaign, '') as campaign
  from came s
  join customers c on c.id = s.customer_id
), weighed as (
  select *, count(*) over (partition by month) as all_asked, count(*) over (partition by month, channel) as channel_asked,
    count(*) over (partition by month, channel, campaign) as campaign_asked
  from placed
), spent as (
  select date_trunc('month', day) as month, channel, campaign, sum(amount)::double as amount
  from cost_days
  where kind = 'acquisition' and day between {from} and {to}
  group by all
), asked as (
  select w.customer_id, w.part, w.day,
    coalesce(a.amount / w.all_asked, 0) + coalesce(b.amount / w.channel_asked, 0) + coalesce(d.amount / w.campaign_asked, 0) as cost
  from weighed w
  left join spent a on a.month = w.month and a.channel = '' and a.campaign = ''
  left join spent b on b.month = w.month and b.channel = w.channel and b.channel <> '' and b.campaign = ''
  left join spent d on d.month = w.month and d.channel = w.channel and d.campaign = w.campaign and d.campaign <> ''
)`

// boughtOnlySQL stands in where no event tells who was shown goods: who bought them, with what winning her cost shared among
// the goods of her first order.
const boughtOnlySQL = `, pairs as (
  select customer_id, part, min(day) as day
  from bought
  where kind = 'order' and quantity > 0 and part is not null and day between {from} and {to}
  group by all
), firsts as (
  select p.customer_id, p.part, count(*) over (partition by p.customer_id) as parts
  from pairs p
  join customers c on c.id = p.customer_id
  where p.day = c.orders_first_day
), asked as (
  select p.customer_id, p.part, p.day, coalesce(a.cost / f.parts, 0) as cost
  from pairs p
  left join firsts f on f.customer_id = p.customer_id and f.part = p.part
  left join acquisition_shares a on a.customer_id = f.customer_id
)`

// judgedSQL is what became of each, and the figures by group and goods, by group, by goods, and of all.
const judgedSQL = `, judged as (
  select a.customer_id, a.part, any_value(a.cost) as cost, coalesce(bool_or(b.kind = 'order' and coalesce(b.quantity, 1) > 0), false) as bought,
    coalesce(bool_or(b.kind = 'order' and b.day = c.orders_first_day), false) as won, count(distinct b.order_id) filter (where b.kind = 'order') as orders,
    coalesce(sum(b.amount), 0)::double as net, coalesce(sum(b.amount) filter (where b.unit_cost is not null), 0)::double as known,
    coalesce(sum(sign(b.amount) * abs(b.quantity) * b.unit_cost), 0)::double as known_cost
  from asked a
  join customers c on c.id = a.customer_id
  left join bought b on b.customer_id = a.customer_id and b.part = a.part and b.day >= a.day
  group by a.customer_id, a.part
), groups as (
  {groups}
), kept_goods as (
  select part from judged group by part order by count(*) filter (where bought) desc, count(*) desc, part limit {most_goods}
), kept_groups as (
  select g.part from judged j join groups g on g.customer_id = j.customer_id where g.part is not null group by g.part order by count(*) desc, g.part limit {most_groups}
), named as (
  select j.*, case when j.part in (select part from kept_goods) then j.part else '{other}' end as goods from judged j
), grouped as (
  select n.*, case when g.part is null or g.part in (select part from kept_groups) then g.part else '{other}' end as grp
  from named n
  left join groups g on g.customer_id = n.customer_id
)
select false, grouping(goods) = 1, grp, goods, {sums} from grouped group by grouping sets ((grp, goods), (grp))
union all
select true, grouping(goods) = 1, null, goods, {sums} from named group by grouping sets ((goods), ())`

const sumsSQL = `count(distinct customer_id), count(distinct customer_id) filter (where bought), count(distinct customer_id) filter (where won),
  count(*), count(*) filter (where bought), sum(cost)::double, sum(orders)::bigint, sum(net), sum(known), sum(known_cost)`

// membersSQL counts who is of each group where all of them count as asked.
const membersSQL = `with groups as (
  {groups}
)
select false, part, count(*) from groups group by part
union all
select true, null, count(*) from customers`

const otherKey = "\x01other"

// named are the properties by which events name goods.
var named = map[string][]string{"category": {"category"}, "product": {"product", "product_name", "name"}, "brand": {"brand"}}

// seenSQL finds the events that look as if somebody were shown goods, and say which.
const seenSQL = `
select distinct n.event
from event_names n
join event_properties p on p.event = n.event
where p.name in ('sku', 'product_id', {names}) and regexp_matches(lower(n.event), 'view|click|seen|shown|sent|offer|impression|expos|brows|asked')
order by n.event`

type reader struct {
	*Budget
	q      Query
	parts  *analyze.CustomerParts // nil for segments
	groups string                 // customer_id and part
	args   []any
	labels map[string]analyze.Text
	seen   []string
}

func (b *Budget) reader(ctx context.Context, q Query) (*reader, error) {
	r := &reader{Budget: b, q: q, labels: map[string]analyze.Text{}}
	if named[q.Of] == nil {
		return nil, fault.Invalid("of", "not_one_of", "category, product, brand")
	}
	if q.By == BySegments {
		texts := make([]string, len(q.Segments))
		for i, id := range q.Segments {
			segment, err := b.segments.Get(ctx, id)
			if err != nil {
				return nil, err
			}
			text, args, err := b.segments.MemberQuery(ctx, id)
			if err != nil {
				return nil, err
			}
			texts[i] = fmt.Sprintf("select id as customer_id, '%d' as part from (%s)", id, text)
			r.args = append(r.args, args...)
			r.labels[idText(id)] = analyze.Text{ZH: segment.Name, EN: segment.Name}
		}
		r.groups = strings.Join(texts, "\n  union all\n  ")
	} else {
		parts, err := b.metrics.PartsOfCustomers(ctx, b.segments, q.By)
		if err != nil {
			return nil, err
		}
		r.parts, r.labels = parts, parts.Labels
		r.groups = "select c.id as customer_id, " + parts.Text + " as part from customers c left join customer_scores s on s.customer_id = c.id"
	}
	err := r.findSeen(ctx)
	return r, err
}

func (r *reader) findSeen(ctx context.Context) error {
	if r.q.Seen != "" {
		r.seen = []string{r.q.Seen}
		return nil
	}
	rows, err := r.columns.Query(ctx, strings.ReplaceAll(seenSQL, "{names}", quotedList(named[r.q.Of])))
	if err != nil {
		return err
	}
	r.seen, err = columns.Collect[string](rows)
	return err
}

func (r *reader) fill(text string) string {
	sent := make([]string, len(named[r.q.Of]))
	for i, name := range named[r.q.Of] {
		sent[i] = "nullif(json_extract_string(e.properties, '$." + name + "'), '')"
	}
	return strings.NewReplacer("{axis}", r.q.Of, "{from}", "date '"+r.q.From.Format(time.DateOnly)+"'", "{to}", "date '"+r.q.To.Format(time.DateOnly)+"'", "{sent}", "coalesce("+strings.Join(sent, ", ")+")",
		"{events}", quotedList(r.seen), "{groups}", r.groups, "{sums}", sumsSQL, "{other}", otherKey, "{most_goods}", fmt.Sprint(mostGoods), "{most_groups}", fmt.Sprint(mostGroups)).Replace(text)
}

// read gives the cells of the period. Where no event tells who was shown goods, all of a group count as asked.
func (r *reader) read(ctx context.Context, seen bool) (cells []Cell, err error) {
	text := boughtSQL + askedSQL + judgedSQL
	if !seen {
		text = boughtSQL + boughtOnlySQL + judgedSQL
	}
	rows, err := r.columns.Query(ctx, r.fill(text), r.args...)
	if err != nil {
		return nil, fmt.Errorf("budget: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c Cell
		var everybody, everything bool
		var group, goods sql.NullString
		var cost, net, known, knownCost sql.NullFloat64
		var orders sql.NullInt64
		if err := rows.Scan(&everybody, &everything, &group, &goods, &c.Asked, &c.Bought, &c.Won, &c.pairs, &c.pairsBought, &cost, &orders, &net, &known, &knownCost); err != nil {
			return nil, err
		}
		c.cost, c.orders, c.net, c.known, c.knownCost = cost.Float64, orders.Int64, net.Float64, known.Float64, knownCost.Float64
		if !everybody {
			c.Group = r.key(group, r.labels)
			c.Members = r.members(c.Group)
		}
		if !everything {
			c.Goods = r.key(goods, nil)
			c.Buyers = r.q.buyers(c.Members, c.Goods)
		}
		cells = append(cells, c)
	}
	if err := rows.Err(); err != nil || seen {
		return cells, err
	}
	return cells, r.askAll(ctx, cells)
}

func (r *reader) key(of sql.NullString, labels map[string]analyze.Text) *Key {
	switch {
	case !of.Valid:
		return &Key{}
	case of.String == otherKey:
		return &Key{Other: true}
	}
	k := &Key{Key: &of.String, Label: analyze.Text{ZH: of.String, EN: of.String}}
	if label, known := labels[of.String]; known {
		k.Label = label
	}
	return k
}

// askAll counts all of a group as asked.
func (r *reader) askAll(ctx context.Context, cells []Cell) error {
	rows, err := r.columns.Query(ctx, r.fill(membersSQL), r.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	all, told, unknown, of := int64(0), int64(0), int64(0), map[string]int64{}
	for rows.Next() {
		var whole bool
		var part sql.NullString
		var n int64
		if err := rows.Scan(&whole, &part, &n); err != nil {
			return err
		}
		switch {
		case whole:
			all = n
		case part.Valid:
			of[part.String], told = n, told+n
		default:
			unknown += n
		}
	}
	kept := map[string]bool{}
	for _, c := range cells {
		if c.Group != nil && c.Group.Key != nil && !kept[*c.Group.Key] {
			kept[*c.Group.Key] = true
			told -= of[*c.Group.Key]
		}
	}
	for i := range cells {
		switch c := &cells[i]; {
		case c.Group == nil:
			c.Asked = all
		case c.Group.Other:
			c.Asked = told
		case c.Group.Key != nil:
			c.Asked = of[*c.Group.Key]
		case r.parts != nil:
			c.Asked = unknown
		default: // of none of the segments; who is in several cannot be taken off twice
			c.Asked = max(c.Bought, all-told)
		}
		cells[i].pairs = cells[i].Asked
	}
	return rows.Err()
}

// members says in a condition who is of a group, nil where none can.
func (r *reader) members(of *Key) analyze.ConditionJSON {
	switch {
	case of == nil || of.Key == nil || of.Other:
		return nil
	case r.parts == nil:
		return condition(map[string]any{"segment": *of.Key})
	case r.parts.Field == "":
		return nil
	}
	return condition(map[string]any{"field": r.parts.Field, "op": "eq", "value": *of.Key})
}

func (r *reader) board(ctx context.Context) (*Board, error) {
	q := r.q
	out := &Board{From: q.From.Format(time.DateOnly), To: q.To.Format(time.DateOnly), Of: q.Of, Basis: "seen", Seen: r.seen, Groups: []Cell{}, Goods: []Cell{}, Cells: []Cell{},
		By: analyze.CrossDimension{Name: BySegments, Label: analyze.Text{ZH: "客群", EN: "Segment"}}, Overlap: r.parts == nil && len(q.Segments) > 1}
	if r.parts != nil {
		out.By = r.parts.CrossDimension
	}
	var cells []Cell
	var err error
	if len(r.seen) > 0 {
		if cells, err = r.read(ctx, true); err != nil {
			return nil, err
		}
	}
	if !hasAny(cells) {
		out.Basis, out.Seen = "members", []string{}
		if cells, err = r.read(ctx, false); err != nil {
			return nil, err
		}
	}
	var spent, unknown sql.NullInt64
	if err := r.columns.QueryRow(ctx, r.fill("select sum(amount)::bigint from cost_days where kind = 'acquisition' and day between {from} and {to}")).Scan(&spent); err != nil {
		return nil, err
	}
	if out.Basis == "seen" {
		if err := r.columns.QueryRow(ctx, r.fill("select count(distinct visitor_id) from events where not bot and customer_id is null and day between {from} and {to} and event in ({events})")).Scan(&unknown); err != nil {
			return nil, err
		}
	}
	in := currency(ctx)
	out.Spent, out.Unknown = money.Of(spent.Int64, in), unknown.Int64
	var margin *float64
	pairs, bought := int64(0), int64(0)
	for i := range cells {
		if c := &cells[i]; c.Group == nil && c.Goods == nil {
			c.settle(in, nil)
			margin, out.Whole = c.Margin, *c
		} else if c.Group == nil {
			pairs, bought = pairs+c.pairs, bought+c.pairsBought
		}
	}
	out.Placed = out.Whole.Cost
	usual := 0.0
	if pairs > 0 {
		usual = float64(bought) / float64(pairs)
		out.Usual = &usual
	}
	for _, c := range cells {
		c.settle(in, margin)
		switch {
		case c.Group != nil && c.Goods != nil:
			c.judge(usual)
			out.Cells = append(out.Cells, c)
		case c.Group != nil:
			out.Groups = append(out.Groups, c)
		case c.Goods != nil:
			out.Goods = append(out.Goods, c)
		}
	}
	sorted(out.Cells, out.Placed.Amount > 0)
	sorted(out.Groups, out.Placed.Amount > 0)
	sorted(out.Goods, out.Placed.Amount > 0)
	return out, nil
}

// before adds what winning a customer cost in the period before.
func (r *reader) before(ctx context.Context, out *Board) error {
	cells, err := r.read(ctx, out.Basis == "seen")
	if err != nil {
		return err
	}
	in := currency(ctx)
	for i := range cells {
		c := &cells[i]
		c.settle(in, nil)
		list := []*[]Cell{&out.Goods, &out.Groups, &out.Cells}
		switch {
		case c.Group == nil && c.Goods == nil:
			out.Whole.CACBefore = c.CAC
		default:
			for _, cells := range list {
				for k := range *cells {
					if now := &(*cells)[k]; same(now.Group, c.Group) && same(now.Goods, c.Goods) {
						now.CACBefore = c.CAC
					}
				}
			}
		}
	}
	return nil
}

func same(a, b *Key) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Key == nil || b.Key == nil {
		return a.Key == b.Key && a.Other == b.Other
	}
	return *a.Key == *b.Key
}

func hasAny(cells []Cell) bool {
	for _, c := range cells {
		if c.Goods != nil {
			return true
		}
	}
	return false
}

func quotedList(names []string) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = "'" + strings.ReplaceAll(name, "'", "''") + "'"
	}
	return strings.Join(texts, ", ")
}
