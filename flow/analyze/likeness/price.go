package likeness

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"guanxi/base/api"
	"guanxi/base/proportion"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// PriceBoard tells what customers do when prices move: which groups pay more than is usual, and by how much less of a product is
// bought where it was dearer.
type PriceBoard struct {
	Steps    []float64    `json:"steps" doc:"above what is usually paid in the category, 0.1 for a tenth"`
	Base     *Acceptance  `json:"base" doc:"everybody who has bought; null without purchases"`
	Clusters []Acceptance `json:"clusters" doc:"who pays the most above what is usual first"`
	Products []Elasticity `json:"products" doc:"of which it can be told, the strongest first"`
	Unclear  int64        `json:"unclear" doc:"products whose price varied and whose sales do not tell"`
	Steady   int64        `json:"steady" doc:"products whose price has hardly varied, or that sold in fewer than twelve weeks"`
}

// Acceptance is what a cluster was ready to pay, by what it bought.
type Acceptance struct {
	ID        *api.ID                `json:"id" doc:"the cluster; null for everybody"`
	Name      analyze.Label          `json:"name"`
	Customers int64                  `json:"customers"`
	Lines     int64                  `json:"lines" doc:"order lines"`
	Share     []float64              `json:"share" doc:"of its order lines, those at so much above what is usually paid in the category or more"`
	Low       []float64              `json:"low" doc:"limits at 95%"`
	High      []float64              `json:"high"`
	Premium   float64                `json:"premium" doc:"what it pays above what is usual, the median"`
	Discount  float64                `json:"discount" doc:"share of its order lines below 95% of what the product usually costs"`
	Chasing   *float64               `json:"chasing" doc:"order lines at a discount ÷ those one would expect of the same products in the same months; above 1 waits for discounts. Null where nothing was to be had at two prices"`
	Condition *analyze.ConditionJSON `json:"condition"`
}

// Elasticity is by how many percent sales change where the price is one percent higher.
type Elasticity struct {
	Item
	Elasticity float64 `json:"elasticity"`
	Low        float64 `json:"low" doc:"limits at 95%"`
	High       float64 `json:"high"`
	Weeks      int64   `json:"weeks" doc:"with sales"`
	Lowest     float64 `json:"lowest" doc:"price of a week ÷ the usual"`
	Highest    float64 `json:"highest"`
	Verdict    string  `json:"verdict" enum:"elastic,inelastic" doc:"elastic: surely below -1, a lower price brings more; inelastic: surely above"`
}

var priceSteps = []float64{0, .1, .2, .3, .4, .5}

const pricedSQL = `
with lines as (
  select customer_id, coalesce(nullif(sku, ''), product) as item, coalesce(nullif(product, ''), sku) as name, coalesce(category, '') as category, quantity, amount, amount / quantity as price, day
  from order_lines
  where customer_id is not null and quantity > 0 and amount > 0 and coalesce(status, '') <> 'cancelled' and coalesce(nullif(sku, ''), product, '') <> '' and day <= {today}
    and customer_id in (select c.id from customers c where {scope})
),
usual as (select item, median(price) as price from lines group by item)`

// acceptedSQL counts, by cluster and of everybody, lines at so much above what is usually paid in their category.
const acceptedSQL = pricedSQL + `,
middling as (select coalesce(nullif(category, ''), item) as category, median(price) as price from lines group by 1),
judged as (
  select l.customer_id, k.cluster, l.item, date_trunc('month', l.day) as month, l.price / m.price - 1 as above, (l.price < 0.95 * u.price)::integer as discounted
  from lines l join usual u using (item) join middling m on m.category = coalesce(nullif(l.category, ''), l.item)
  left join customer_clusters k on k.customer_id = l.customer_id
),
offered as (select item, month, avg(discounted) as rate from judged group by all having rate > 0 and rate < 1)
select coalesce(j.cluster, 0), count(distinct j.customer_id), count(*){steps}, median(j.above), avg(j.discounted),
  sum(j.discounted) filter (where o.rate is not null) / sum(o.rate)
from judged j left join offered o on o.item = j.item and o.month = j.month
group by grouping sets ((j.cluster), ())
having grouping(j.cluster) = 1 or j.cluster is not null
order by grouping(j.cluster) desc`

// elasticSQL regresses the logarithm of what a product sold each week, ÷ what all others did, on that of its price of the week ÷
// the usual one: a season that moves everything is not taken for a price.
const elasticSQL = pricedSQL + `,
weeks as (select date_trunc('week', day) as week, sum(quantity) as all_sold from lines group by 1),
weekly as (
  select l.item, date_trunc('week', l.day) as week, sum(l.quantity) as sold, sum(l.amount) / sum(l.quantity) / any_value(u.price) as level
  from lines l join usual u using (item) group by all
),
told as (
  select w.item, ln(w.level) as x, ln(w.sold / (a.all_sold - w.sold)) as y, w.level from weekly w join weeks a using (week) where a.all_sold > w.sold
),
fitted as (
  select item, count(*) as n, regr_slope(y, x) as slope, regr_sxx(y, x) as sxx, regr_syy(y, x) as syy, regr_sxy(y, x) as sxy, min(level) as lowest, max(level) as highest
  from told group by item
)
select f.item, l.name, l.category, l.by_sku, l.price, f.n, f.slope, f.sxx, f.syy, f.sxy, f.lowest, f.highest
from fitted f join item_figures l using (item)
where l.customers >= 10
order by f.n desc, f.item`

const (
	leastWeeks  = 12
	leastSpread = .04 // standard deviation of the logarithm of the price
	mostElastic = 30
)

func (l *Likeness) registerPrices(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/likeness/prices", Permission: "metrics.read", Tag: "likeness",
		Summary: "What customers do when prices move: what each cluster pays above what is usual, and the elasticity of products where it can be told"},
		func(ctx context.Context, _ *struct{}) (*api.Answered[PriceBoard], error) {
			return api.Answer(l.Prices(ctx))
		})
}

// Prices tells what customers the reader may see do when prices move. Fault: forbidden.
func (l *Likeness) Prices(ctx context.Context) (*PriceBoard, error) {
	if err := mayKnow(ctx); err != nil {
		return nil, err
	}
	b := &PriceBoard{Steps: priceSteps, Clusters: []Acceptance{}, Products: []Elasticity{}}
	if err := l.accepted(ctx, b); err != nil {
		return nil, fmt.Errorf("what is paid: %w", err)
	}
	return b, l.elastic(ctx, b)
}

// ofReader asks of what those customers bought whom the reader may see: what is usually paid would tell of the others.
func (l *Likeness) ofReader(ctx context.Context, text string) (*sql.Rows, error) {
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	return l.columns.Query(ctx, fill(ctx, strings.ReplaceAll(text, "{scope}", scope)), args...)
}

func (l *Likeness) accepted(ctx context.Context, b *PriceBoard) error {
	clusters, err := l.Clusters(ctx)
	if err != nil {
		return err
	}
	var steps strings.Builder
	for _, step := range priceSteps {
		fmt.Fprintf(&steps, ", count(*) filter (where j.above >= %g)", step-.005)
	}
	rows, err := l.ofReader(ctx, strings.ReplaceAll(acceptedSQL, "{steps}", steps.String()))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key int64
		var a Acceptance
		var premium, discount, chasing sql.NullFloat64
		counts := make([]int64, len(priceSteps))
		into := []any{&key, &a.Customers, &a.Lines}
		for i := range counts {
			into = append(into, &counts[i])
		}
		if err := rows.Scan(append(into, &premium, &discount, &chasing)...); err != nil {
			return err
		}
		if a.Lines == 0 {
			continue
		}
		a.Premium, a.Discount = premium.Float64, discount.Float64
		if chasing.Valid && !math.IsNaN(chasing.Float64) {
			a.Chasing = &chasing.Float64
		}
		for _, n := range counts {
			low, high := proportion.Wilson(float64(n), float64(a.Lines))
			a.Share, a.Low, a.High = append(a.Share, float64(n)/float64(a.Lines)), append(a.Low, low), append(a.High, high)
		}
		if key == 0 {
			a.Name = analyze.Label{Chinese: "全体", English: "Everybody"}
			b.Base = &a
			continue
		}
		of := clusters.find(key)
		if of == nil {
			continue
		}
		id, condition := api.ID(key), clusterIs(key)
		a.ID, a.Name, a.Condition = &id, clusters.name(of, mayTell(ctx)), &condition
		b.Clusters = append(b.Clusters, a)
	}
	slices.SortStableFunc(b.Clusters, func(a, b Acceptance) int { return cmp.Or(cmp.Compare(b.Premium, a.Premium), cmp.Compare(*a.ID, *b.ID)) })
	return rows.Err()
}

func (l *Likeness) elastic(ctx context.Context, b *PriceBoard) error {
	rows, err := l.ofReader(ctx, elasticSQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e Elasticity
		var item, name, category string
		var bySKU bool
		var price float64
		var slope, sxx, syy, sxy sql.NullFloat64
		if err := rows.Scan(&item, &name, &category, &bySKU, &price, &e.Weeks, &slope, &sxx, &syy, &sxy, &e.Lowest, &e.Highest); err != nil {
			return err
		}
		n := float64(e.Weeks)
		if e.Weeks < leastWeeks || !slope.Valid || math.Sqrt(sxx.Float64/n) < leastSpread {
			b.Steady++
			continue
		}
		e.Item, e.Elasticity = itemOf(ctx, item, name, category, bySKU, price), slope.Float64
		deviation := math.Sqrt(max(0, syy.Float64-slope.Float64*sxy.Float64) / (n - 2) / sxx.Float64)
		reach := deviation * distuv.StudentsT{Sigma: 1, Nu: n - 2}.Quantile(.975)
		e.Low, e.High = e.Elasticity-reach, e.Elasticity+reach
		switch {
		case e.High < -1:
			e.Verdict = "elastic"
		case e.Low > -1 && e.Low < 0: // sales that surely rise with the price follow something else
			e.Verdict = "inelastic"
		default:
			b.Unclear++
			continue
		}
		b.Products = append(b.Products, e)
	}
	slices.SortStableFunc(b.Products, func(a, b Elasticity) int { return cmp.Compare(a.Elasticity, b.Elasticity) })
	b.Products = b.Products[:min(len(b.Products), mostElastic)]
	return rows.Err()
}
