package likeness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
)

// Goods is how well it is told what customers buy next, judged on later orders.
type Goods struct {
	LearnedAt int64   `json:"learned_at"`
	Items     int64   `json:"items"` // with neighbours
	Pairs     int64   `json:"pairs"`
	Split     string  `json:"split,omitempty"` // learned from orders until this day, judged by those after it
	To        string  `json:"to,omitempty"`
	Customers int64   `json:"customers"` // judged by
	Hits      float64 `json:"hits"`      // share of them who bought one of ten told that they had not bought before
	Popular   float64 `json:"popular"`   // the same for the ten that most customers have bought
	Due       int64   `json:"due"`       // purchases told to be due within the time judged by
	Came      float64 `json:"came"`      // share of them that came
	Any       float64 `json:"any"`       // share of all things bought before that were bought again then
}

const goodsKey = "likeness.goods"

// Goods gives what was learned last; nil before.
func (l *Likeness) Goods(ctx context.Context) (*Goods, error) {
	var g Goods
	if kept, err := db.Setting(ctx, l.records.Read(), goodsKey, &g); err != nil || !kept {
		return nil, err
	}
	return &g, nil
}

const (
	mostGoods   = 3000 // items told apart: those that most customers bought
	leastBuyers = 3    // of an item, and of a pair
	mostBought  = 200  // who buys more different things than that says little of any two
	shrinkage   = 10
	neighbours  = 50
	toldGoods   = 10
	mostJudged  = 5000
)

// boughtSQL is who bought what, on which days.
const boughtSQL = `
select customer_id, day, coalesce(nullif(sku, ''), product) as item, coalesce(sku, '') <> '' as by_sku, coalesce(nullif(product, ''), sku) as name,
  coalesce(category, '') as category, amount / quantity as price
from order_lines
where customer_id is not null and quantity > 0 and coalesce(status, '') <> 'cancelled' and coalesce(nullif(sku, ''), product, '') <> '' and day <= {today}`

// pairsSQL fills pairs_made from what was bought until {until}. The similarity of two items is the cosine of who bought them,
// shrunk towards nothing where few bought both: n(ab) ÷ (√(n(a) n(b)) + shrinkage), as item-based neighbours for implicit
// feedback are found (Deshpande and Karypis 2004; the shrinkage after Bell and Koren 2007).
const pairsSQL = `
create or replace temp table pairs_made as
with had as (select distinct customer_id, item from goods_bought where day <= {until}),
counted as materialized (
  select item, n, row_number() over (order by n desc, item)::integer as rank
  from (select item, count(*) as n from had group by item having count(*) >= {least} order by n desc, item limit {goods})
),
known as materialized (select h.customer_id, c.rank from had h join counted c using (item)
  where h.customer_id in (select customer_id from had group by customer_id having count(*) between 2 and {most})),
paired as (
  select a.rank * 10000 + b.rank as pair, count(*) as together
  from known a join known b on b.customer_id = a.customer_id and a.rank < b.rank
  group by pair having count(*) >= {least}
),
either as (select pair // 10000 as a, pair % 10000 as b, together from paired union all select pair % 10000, pair // 10000, together from paired)
select x.item, y.item as other, x.n as customers, y.n as others, e.together, e.together / (sqrt(x.n * y.n) + {shrinkage}) as similarity,
  row_number() over (partition by x.item order by similarity desc, y.item)::integer as place
from either e join counted x on x.rank = e.a join counted y on y.rank = e.b
qualify place <= {neighbours}`

// judgeSQL judges the pairs of pairs_made, learned until {until}, by whom bought something she had not bought before afterwards.
const judgeSQL = `
with had as (select distinct customer_id, item from goods_bought where day <= {until}),
came as (select distinct g.customer_id, g.item from goods_bought g anti join had h on h.customer_id = g.customer_id and h.item = g.item where g.day > {until}),
who as (select distinct customer_id from came where customer_id in (select customer_id from had) order by hash(customer_id) limit {judged}),
scored as (
  select h.customer_id, p.other as item, sum(p.similarity) as score
  from had h join who using (customer_id) join pairs_made p on p.item = h.item
  group by all
),
told as (
  select s.customer_id, s.item from scored s anti join had h on h.customer_id = s.customer_id and h.item = s.item
  qualify row_number() over (partition by s.customer_id order by s.score desc, s.item) <= {told}
),
common as (select item, count(*) as n from had group by item order by n desc, item limit 600),
popular as (
  select w.customer_id, c.item from who w cross join common c anti join had h on h.customer_id = w.customer_id and h.item = c.item
  qualify row_number() over (partition by w.customer_id order by c.n desc, c.item) <= {told}
)
select (select count(*) from who),
  (select count(distinct t.customer_id) from told t join came using (customer_id, item)),
  (select count(distinct p.customer_id) from popular p join came using (customer_id, item))`

// dueSQL judges the rhythm of items, learned until {until}: of the things that were due by {to}, how many came.
const dueSQL = `
with days as (select distinct customer_id, item, day from goods_bought where day <= {until}),
gaps as (select *, day - lag(day) over (partition by customer_id, item order by day) as gap from days),
cycles as (select item, median(gap) as cycle from gaps where gap is not null group by item having count(gap) >= {gaps}),
last as (select customer_id, item, max(day) as day, count(gap) as own, avg(gap) as mean from gaps group by all),
told as (
  select l.customer_id, l.item, l.day + round((2 * c.cycle + coalesce(l.own * l.mean, 0)) / (2 + l.own))::integer as due
  from last l join cycles c using (item)
),
came as (select distinct customer_id, item from goods_bought where day > {until} and day <= {to})
select count(*) filter (where due > {until} and due <= {to}), count(*) filter (where due > {until} and due <= {to} and came.item is not null),
  count(*), count(*) filter (where came.item is not null)
from told left join came using (customer_id, item)`

// leastGaps is how many gaps between two purchases of an item its cycle takes.
const leastGaps = 10

const figuresOfGoodsSQL = `
insert into item_figures
with days as (select distinct customer_id, item, day from goods_bought),
gaps as (select item, day - lag(day) over (partition by customer_id, item order by day) as gap from days),
cycles as (select item, count(gap) as gaps, median(gap) as cycle from gaps group by item)
select g.item, bool_or(g.by_sku), arg_max(g.name, g.day), arg_max(g.category, g.day), count(distinct g.customer_id), median(g.price),
  any_value(case when c.gaps >= {gaps} then c.cycle end), any_value(c.gaps)
from goods_bought g join cycles c using (item)
group by g.item`

// LearnGoods learns what goes with what and when things are bought again, and judges both on the orders of the last tenth of
// the time, fourteen to sixty days of it.
func (l *Likeness) LearnGoods(ctx context.Context) error {
	l.learning.Lock()
	defer l.learning.Unlock()
	g := &Goods{LearnedAt: clock.Millis(ctx)}
	if err := l.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Exec(ctx, fill(ctx, "create or replace temp table goods_bought as "+boughtSQL)); err != nil {
			return err
		}
		if err := l.judgeGoods(ctx, tx, g); err != nil {
			return err
		}
		for _, text := range []string{
			goodsText(pairsSQL, "date '9999-12-31'", ""), "delete from item_pairs", "delete from item_figures",
			"insert into item_pairs select item, other, customers, others, together, similarity, place from pairs_made",
			goodsText(figuresOfGoodsSQL, "", ""), "drop table pairs_made", "drop table goods_bought",
		} {
			if err := tx.Exec(ctx, text); err != nil {
				return fmt.Errorf("what goes with what: %w", err)
			}
		}
		return tx.QueryRow(ctx, "select count(distinct item), count(*) from item_pairs").Scan(&g.Items, &g.Pairs)
	}); err != nil {
		return err
	}
	return l.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return db.KeepSetting(ctx, tx, goodsKey, g) })
}

func goodsText(text, until, to string) string {
	return strings.NewReplacer("{until}", until, "{to}", to, "{least}", fmt.Sprint(leastBuyers), "{goods}", fmt.Sprint(mostGoods), "{most}", fmt.Sprint(mostBought),
		"{shrinkage}", fmt.Sprint(shrinkage), "{neighbours}", fmt.Sprint(neighbours), "{judged}", fmt.Sprint(mostJudged), "{told}", fmt.Sprint(toldGoods), "{gaps}", fmt.Sprint(leastGaps)).Replace(text)
}

func (l *Likeness) judgeGoods(ctx context.Context, tx *columns.Tx, g *Goods) error {
	var first, last *time.Time
	if err := tx.QueryRow(ctx, "select min(day), max(day) from goods_bought").Scan(&first, &last); err != nil || first == nil {
		return err
	}
	days := int(last.Sub(*first).Hours() / 24)
	if days < 60 {
		return nil // nothing later to judge by
	}
	split := last.AddDate(0, 0, -min(max(days/10, 14), 60))
	g.Split, g.To = split.Format(time.DateOnly), last.Format(time.DateOnly)
	until, to := "date '"+g.Split+"'", "date '"+g.To+"'"
	if err := tx.Exec(ctx, goodsText(pairsSQL, until, to)); err != nil {
		return fmt.Errorf("pairs: %w", err)
	}
	var hits, popular, came, all, again int64
	if err := tx.QueryRow(ctx, goodsText(judgeSQL, until, to)).Scan(&g.Customers, &hits, &popular); err != nil {
		return fmt.Errorf("judge pairs: %w", err)
	}
	if err := tx.QueryRow(ctx, goodsText(dueSQL, until, to)).Scan(&g.Due, &came, &all, &again); err != nil {
		return fmt.Errorf("judge rhythm: %w", err)
	}
	share := func(n, of int64) float64 { return float64(n) / float64(max(1, of)) }
	g.Hits, g.Popular, g.Came, g.Any = share(hits, g.Customers), share(popular, g.Customers), share(came, g.Due), share(again, all)
	return nil
}
