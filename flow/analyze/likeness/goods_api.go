package likeness

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/page"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// Item is something that is sold, by its SKU or else its name.
type Item struct {
	Item     string       `json:"item" doc:"the SKU, or the name of what has none"`
	BySKU    bool         `json:"by_sku"`
	Name     string       `json:"name"`
	Category string       `json:"category,omitempty"`
	Price    *money.Money `json:"price" doc:"what was usually paid for one"`
}

// Recommended is something a customer may buy next.
type Recommended struct {
	Item
	Kind    string        `json:"kind" enum:"again,with,popular"`
	Reason  analyze.Label `json:"reason"`
	Because *Item         `json:"because,omitempty" doc:"of what goes with something she bought, that"`
	DueDay  string        `json:"due_day,omitempty" format:"date" doc:"when she would usually buy it again"`
	Score   float64       `json:"score" doc:"orders those of a kind"`
}

// Affinity is how two items go together, by the customers who bought them.
type Affinity struct {
	Item
	Together   int64   `json:"together" doc:"customers who bought both"`
	Customers  int64   `json:"customers" doc:"who bought the other"`
	Support    float64 `json:"support" doc:"share of all buyers who bought both"`
	Confidence float64 `json:"confidence" doc:"of those who bought this, the share who bought the other"`
	Lift       float64 `json:"lift" doc:"confidence ÷ share of all buyers who bought the other"`
	Similarity float64 `json:"similarity" doc:"cosine, shrunk where few bought both"`
}

// Opening is something that customers lack who bought what usually goes with it.
type Opening struct {
	Item
	Have      int64                 `json:"have" doc:"customers who bought it"`
	Lack      int64                 `json:"lack" doc:"who bought one of the three that go with it most, and not it"`
	With      []Item                `json:"with"`
	Condition analyze.ConditionJSON `json:"condition" doc:"asks for those who lack it"`
}

// GoodsBoard tells how well next purchases are told, and what customers lack.
type GoodsBoard struct {
	State     string     `json:"state" enum:"ok,none"`
	LearnedAt *time.Time `json:"learned_at"`
	Items     int64      `json:"items" doc:"told apart, with something that goes with them"`
	Split     string     `json:"split,omitempty" format:"date" doc:"judged by orders after this day, learned from those until it"`
	To        string     `json:"to,omitempty" format:"date"`
	Customers int64      `json:"customers" doc:"judged by"`
	Hits      float64    `json:"hits" doc:"share of them who bought one of the ten told, none of which they had bought before"`
	Popular   float64    `json:"popular" doc:"the same for the ten most bought"`
	Due       int64      `json:"due" doc:"things told to be due in that time"`
	Came      float64    `json:"came" doc:"share of them that were bought"`
	Any       float64    `json:"any" doc:"share of all things bought before that were bought then"`
	Openings  []Opening  `json:"openings" doc:"what the most customers lack first"`
}

func (l *Likeness) registerGoods(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/likeness/goods", Permission: "metrics.read", Tag: "likeness",
		Summary: "How well next purchases are told, judged on later orders, and what customers lack who bought what goes with it"},
		func(ctx context.Context, in *struct {
			Segment api.ID `query:"segment" doc:"only customers in this segment"`
		}) (*api.Answered[GoodsBoard], error) {
			return api.Answer(l.GoodsBoard(ctx, int64(in.Segment)))
		})
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/customers/{id}/recommendations", Permission: "customers.read", Tag: "likeness",
		Summary: "What a customer may buy next, and why"},
		func(ctx context.Context, in *struct {
			ID    api.ID `path:"id"`
			Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
		}) (*struct{ Body page.List[Recommended] }, error) {
			items, err := l.Recommend(ctx, int64(in.ID), in.Limit)
			return &struct{ Body page.List[Recommended] }{page.List[Recommended]{Items: items}}, err
		})
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/products/{id}/affinities", Permission: "products.read", Tag: "likeness",
		Summary: "What customers who bought a product bought too: support, confidence and lift"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{ Body page.List[Affinity] }, error) {
			items, err := l.Affinities(ctx, int64(in.ID))
			return &struct{ Body page.List[Affinity] }{page.List[Affinity]{Items: items}}, err
		})
}

func itemOf(ctx context.Context, item, name, category string, bySKU bool, price float64) Item {
	i := Item{Item: item, BySKU: bySKU, Name: name, Category: category}
	if !math.IsNaN(price) {
		usual := money.Of(int64(math.Round(price)), workspace.Of(ctx).Currency)
		i.Price = &usual
	}
	return i
}

// recommendSQL gives what a customer may buy next: things due again within thirty days or overdue by less than a cycle, then
// what goes with what she has, then what most have.
const recommendSQL = `
with had as (
  select coalesce(nullif(sku, ''), product) as item, max(day) as last_day, count(distinct day) as days, min(day) as first_day
  from order_lines where customer_id = ? and quantity > 0 and coalesce(status, '') <> 'cancelled' and day <= {today} group by 1
),
again as (
  select item, null as because, 1 as kind, -abs(due - {today})::double as score, due, cycle_days
  from (
    select h.item, h.last_day + round((2 * f.cycle_days + (h.last_day - h.first_day)) / (2 + h.days - 1))::integer as due, f.cycle_days
    from had h join item_figures f using (item) where f.cycle_days is not null
  )
),
alike as (
  select p.other as item, arg_max(h.item, p.similarity) as because, 2 as kind, sum(p.similarity) as score, null::date as due, null::double as cycle_days
  from had h join item_pairs p using (item)
  where p.other not in (select item from had)
  group by p.other
),
common as (
  select item, null as because, 3 as kind, customers::double as score, null::date as due, null::double as cycle_days
  from item_figures where item not in (select item from had) and item not in (select item from alike)
  order by customers desc, item limit 10
),
listed as (
  select * from again where due <= {today} + 30 and {today} - due < cycle_days
  union all (select * from alike order by score desc, item limit 50) union all select * from common
)
select l.kind, l.score, l.due, l.cycle_days, f.item, f.name, f.category, f.by_sku, f.price, coalesce(b.item, ''), coalesce(b.name, ''), coalesce(b.by_sku, false)
from listed l join item_figures f using (item) left join item_figures b on b.item = l.because
order by l.kind, l.score desc, f.item`

// Recommend says what a customer may buy next. A third of the list at most is what is due again, where there is more to say.
// Faults: not found, forbidden.
func (l *Likeness) Recommend(ctx context.Context, id int64, limit int) ([]Recommended, error) {
	if err := mayKnow(ctx); err != nil {
		return nil, err
	}
	if err := analyze.FindCustomer(ctx, l.columns, l.records, id); err != nil {
		return nil, err
	}
	rows, err := l.columns.Query(ctx, fill(ctx, recommendSQL), id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var again, others []Recommended
	for rows.Next() {
		var r Recommended
		var kind int
		var due sql.NullTime
		var cycle sql.NullFloat64
		var item, name, category, because, becauseName string
		var bySKU, becauseSKU bool
		var price float64
		if err := rows.Scan(&kind, &r.Score, &due, &cycle, &item, &name, &category, &bySKU, &price, &because, &becauseName, &becauseSKU); err != nil {
			return nil, err
		}
		r.Item = itemOf(ctx, item, name, category, bySKU, price)
		switch kind {
		case 1:
			days := int(math.Round(cycle.Float64))
			r.Kind, r.DueDay = "again", due.Time.Format(time.DateOnly)
			r.Reason = analyze.Label{Chinese: fmt.Sprintf("一般 %d 天后再买", days), English: fmt.Sprintf("usually bought again after %d days", days)}
			again = append(again, r)
			continue
		case 2:
			with := itemOf(ctx, because, becauseName, "", becauseSKU, math.NaN())
			r.Kind = "with"
			r.Because = &with
			r.Reason = analyze.Label{Chinese: "买了“" + becauseName + "”的客户也买", English: "bought by those who bought “" + becauseName + "”"}
		default:
			r.Kind, r.Reason = "popular", analyze.Label{Chinese: "买的客户多", English: "many customers buy it"}
		}
		others = append(others, r)
	}
	first := min(len(again), max((limit+2)/3, limit-len(others)))
	list := append([]Recommended{}, again[:first]...)
	return append(list, others[:min(len(others), limit-first)]...), rows.Err()
}

// Affinities says what customers who bought a product bought too. Faults: not found, forbidden.
func (l *Likeness) Affinities(ctx context.Context, product int64) ([]Affinity, error) {
	if err := mayKnow(ctx); err != nil {
		return nil, err
	}
	var skus []string
	if err := l.records.Read().NewRaw("select sku from products where id = ?", product).Scan(ctx, &skus); err != nil {
		return nil, err
	}
	if len(skus) == 0 {
		return nil, fault.NotFound("product", product)
	}
	rows, err := l.columns.Query(ctx, `
with buyers as (select count(distinct customer_id) as n from order_lines where customer_id is not null and quantity > 0 and coalesce(status, '') <> 'cancelled')
select f.item, f.name, f.category, f.by_sku, f.price, p.customers, p.others, p.together, p.similarity, buyers.n
from item_pairs p join item_figures f on f.item = p.other, buyers
where p.item = ? order by p.place`, skus[0])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Affinity{}
	for rows.Next() {
		var a Affinity
		var item, name, category string
		var bySKU bool
		var price float64
		var customers, buyers int64
		if err := rows.Scan(&item, &name, &category, &bySKU, &price, &customers, &a.Customers, &a.Together, &a.Similarity, &buyers); err != nil {
			return nil, err
		}
		a.Item = itemOf(ctx, item, name, category, bySKU, price)
		a.Support, a.Confidence = float64(a.Together)/float64(buyers), float64(a.Together)/float64(customers)
		a.Lift = a.Confidence / (float64(a.Customers) / float64(buyers))
		list = append(list, a)
	}
	return list, rows.Err()
}

// openingsSQL gives what customers in {who} lack who bought one of the three that go with it most.
const openingsSQL = `
with had as (
  select distinct customer_id, coalesce(nullif(sku, ''), product) as item from order_lines
  where customer_id in ({who}) and quantity > 0 and coalesce(status, '') <> 'cancelled'
),
near as (select p.item, p.other, p.place from item_pairs p where p.place <= 3),
lacking as (select distinct n.item, h.customer_id from near n join had h on h.item = n.other),
counted as (
  select l.item, count(*) as lack from lacking l anti join had h on h.item = l.item and h.customer_id = l.customer_id group by l.item
),
have as (select item, count(*) as have from had group by item)
select f.item, f.name, f.category, f.by_sku, f.price, coalesce(h.have, 0), c.lack,
  (select to_json(list({'item': o.item, 'name': o.name, 'by_sku': o.by_sku} order by n.place)) from near n join item_figures o on o.item = n.other where n.item = f.item)::varchar
from counted c join item_figures f using (item) left join have h using (item)
order by c.lack * f.price desc, f.item
limit 40`

// GoodsBoard tells how well next purchases are told and what customers lack, of those the reader may see. Faults: forbidden,
// not found.
func (l *Likeness) GoodsBoard(ctx context.Context, segment int64) (*GoodsBoard, error) {
	if err := mayKnow(ctx); err != nil {
		return nil, err
	}
	b := &GoodsBoard{State: "none", Openings: []Opening{}}
	g, err := l.Goods(ctx)
	if err != nil || g == nil || g.Pairs == 0 {
		return b, err
	}
	learned := time.UnixMilli(g.LearnedAt).UTC()
	b.State, b.LearnedAt, b.Items, b.Split, b.To, b.Customers = "ok", &learned, g.Items, g.Split, g.To, g.Customers
	b.Hits, b.Popular, b.Due, b.Came, b.Any = g.Hits, g.Popular, g.Due, g.Came, g.Any
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	who := "select c.id from customers c where " + scope
	if segment != 0 {
		members, bound, err := l.segments.MemberQuery(ctx, segment)
		if err != nil {
			return nil, err
		}
		who, args = who+" and c.id in ("+members+")", append(append([]any{}, args...), bound...)
	}
	rows, err := l.columns.Query(ctx, strings.Replace(openingsSQL, "{who}", who, 1), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o Opening
		var item, name, category, with string
		var bySKU bool
		var price float64
		if err := rows.Scan(&item, &name, &category, &bySKU, &price, &o.Have, &o.Lack, &with); err != nil {
			return nil, err
		}
		o.Item = itemOf(ctx, item, name, category, bySKU, price)
		if err := json.Unmarshal([]byte(with), &o.With); err != nil {
			return nil, err
		}
		o.Condition = lacks(o.Item, o.With, segment)
		b.Openings = append(b.Openings, o)
	}
	return b, rows.Err()
}

// bought asks for who bought an item, ever.
func bought(i Item) any {
	property := "sku"
	if !i.BySKU {
		property = "product"
	}
	return did("item_purchased", property)(i.Item)
}

// lacks asks for who bought one of what goes with an item and not it, of a segment where one is given.
func lacks(i Item, with []Item, segment int64) analyze.ConditionJSON {
	var others []any
	for _, o := range with {
		others = append(others, bought(o))
	}
	all := []any{map[string]any{"any": others}, map[string]any{"not": bought(i)}}
	if segment != 0 {
		all = append([]any{map[string]string{"segment": strconv.FormatInt(segment, 10)}}, all...)
	}
	text, _ := json.Marshal(map[string]any{"all": all})
	return text
}
