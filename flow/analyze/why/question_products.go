package why

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"guanxi/flow/analyze"
	"guanxi/guard"
)

// sold is what was sold of a product: pieces and net amounts in minor units, what was sent back among them.
type sold struct {
	product              string
	now, before          float64 // net amount
	pieces, piecesBefore float64
	gross, back          float64 // now
	quantity, price      float64 // effects
}

const soldText = `
select coalesce(l.product, l.sku, ''),
  sum(l.amount) filter (where l.day >= $3::date), sum(l.amount) filter (where l.day < $3::date),
  sum(l.quantity) filter (where l.day >= $3::date and l.amount >= 0), sum(l.quantity) filter (where l.day < $3::date and l.amount >= 0),
  sum(greatest(l.amount, 0)) filter (where l.day >= $3::date), sum(greatest(-l.amount, 0)) filter (where l.day >= $3::date)
from order_lines l %s
where l.day between $1::date and $2::date and (l.kind = 'refund' or coalesce(l.status, '') <> 'cancelled')%s
group by 1`

// sold reads products now and in the time before. Fault: forbidden for who may not know what customers buy.
func (w *Why) sold(ctx context.Context, p analyze.Period, group int64) ([]sold, error) {
	if err := guard.MayRead(ctx, "customers", guard.Purchases); err != nil {
		return nil, err
	}
	args := []any{before(p).From, p.To, p.From}
	among, err := w.segments.Among(ctx, group)
	if err != nil {
		return nil, err
	}
	where := ""
	if among.Text != "" {
		where = " and l.customer_id in (" + analyze.NumberedOn(among.Text, len(args)) + ")"
		args = append(args, among.Args...)
	}
	rows, err := w.columns.Query(ctx, fmt.Sprintf(soldText, "", where), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []sold
	for rows.Next() {
		var s sold
		var figures [6]*float64
		if err := rows.Scan(&s.product, &figures[0], &figures[1], &figures[2], &figures[3], &figures[4], &figures[5]); err != nil {
			return nil, err
		}
		for i, to := range []*float64{&s.now, &s.before, &s.pieces, &s.piecesBefore, &s.gross, &s.back} {
			if figures[i] != nil {
				*to = *figures[i]
			}
		}
		s.quantity, s.price = bennet(s.now, s.before, s.pieces, s.piecesBefore)
		all = append(all, s)
	}
	return all, rows.Err()
}

// bennet parts the change of an amount into pieces and price by the means of both times, so that no interaction is left over:
// Bennet, "The Theory of Measurement of Changes in Cost of Living", JRSS 83 (1920). What is new or gone is pieces.
func bennet(now, before, pieces, piecesBefore float64) (quantity, price float64) {
	if pieces <= 0 || piecesBefore <= 0 {
		return now - before, 0
	}
	quantity = math.Round((pieces - piecesBefore) * (now/pieces + before/piecesBefore) / 2)
	return quantity, now - before - quantity
}

const mostProducts = 15

var noLines = AnswerNeed{label("订单里的商品明细（商品、数量、金额）", "lines of orders: product, quantity, amount"), "imports"}

// productSales parts the change of each product's sales into quantity and price (C249).
func (w *Why) productSales(ctx context.Context, a *Answer, p analyze.Period, group int64) error {
	all, err := w.sold(ctx, p, group)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return a.needs(label("还说不出：订单里没有商品明细。", "Nothing to say yet: orders have no lines."), noLines)
	}
	slices.SortFunc(all, func(x, y sold) int {
		return cmp.Or(cmp.Compare(math.Abs(y.now-y.before), math.Abs(x.now-x.before)), cmp.Compare(x.product, y.product))
	})
	a.Metric, a.Drawn = "net_sales", 2
	a.Heads = []AnswerHead{{label("上期", "Before"), analyze.UnitMoney, false}, {label("现在", "Now"), analyze.UnitMoney, false}, {label("变化", "Change"), analyze.UnitMoney, true},
		{label("数量影响", "By quantity"), analyze.UnitMoney, true}, {label("价格影响", "By price"), analyze.UnitMoney, true}}
	row := func(name analyze.Label, s sold) AnswerRow {
		return AnswerRow{Label: name, Figures: figuresOf(ctx, analyze.UnitMoney, s.before, s.now, s.now-s.before, s.quantity, s.price)}
	}
	var total, rest sold
	for i, s := range all {
		total.add(s)
		if i >= mostProducts {
			rest.add(s)
			continue
		}
		r := row(productName(s.product), s)
		r.Condition = boughtProduct(s.product, p)
		a.Rows = append(a.Rows, r)
	}
	if len(all) > mostProducts {
		a.Rows = append(a.Rows, row(label("其余", "Others"), rest))
	}
	sum := row(label("合计", "Total"), total)
	a.Total = &sum
	money := analyze.Reader{Currency: a.Rows[0].Figures[0].Currency}.Money
	lead := label("数量", "quantity")
	if math.Abs(total.price) > math.Abs(total.quantity) {
		lead = label("价格", "price")
	}
	top := productName(all[0].product)
	a.Sentence = label(fmt.Sprintf("商品净销售额变了 **%s**，主要是**%s**：数量影响 %s，价格影响 %s。变化最大的是 %s。", money(total.now-total.before), lead.Chinese, money(total.quantity), money(total.price), top.Chinese),
		fmt.Sprintf("Net sales of products moved by **%s**, mostly by **%s**: %s by quantity, %s by price. Most of all: %s.", money(total.now-total.before), lead.English, money(total.quantity), money(total.price), top.English))
	return nil
}

func (s *sold) add(o sold) {
	s.now, s.before, s.quantity, s.price = s.now+o.now, s.before+o.before, s.quantity+o.quantity, s.price+o.price
	s.pieces, s.gross, s.back = s.pieces+o.pieces, s.gross+o.gross, s.back+o.back
}

func productName(name string) analyze.Label {
	if name == "" {
		return label("未填商品", "No product given")
	}
	return label(name, name)
}

func boughtProduct(name string, p analyze.Period) *analyze.ConditionJSON {
	if name == "" {
		return nil
	}
	text, err := json.Marshal(map[string]any{"event": "item_purchased", "where": map[string]any{"field": "product", "op": "eq", "value": name}, "measure": "count", "op": "gte", "value": 1,
		"window": map[string]any{"from": p.From.Format("2006-01-02"), "to": p.To.Format("2006-01-02")}})
	if err != nil {
		return nil
	}
	c := analyze.ConditionJSON(text)
	return &c
}

// margins sets what a piece brings and how much comes back side by side (C253). What goods cost is nowhere kept: what they
// earn is told when it is.
func (w *Why) margins(ctx context.Context, a *Answer, p analyze.Period, group int64) error {
	all, err := w.sold(ctx, p, group)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s sold) bool { return s.pieces <= 0 || s.gross <= 0 })
	cost := AnswerNeed{label("每件商品的进货或生产成本：有了它就是真正的毛利", "what a piece costs to buy or make: with it this is the margin"), "imports"}
	if len(all) == 0 {
		return a.needs(label("还说不出：订单里没有商品明细。", "Nothing to say yet: orders have no lines."), noLines, cost)
	}
	slices.SortFunc(all, func(x, y sold) int { return cmp.Or(cmp.Compare(y.gross, x.gross), cmp.Compare(x.product, y.product)) })
	a.Heads = []AnswerHead{{label("净销售额", "Net sales"), analyze.UnitMoney, false}, {label("件数", "Pieces"), analyze.UnitCount, false}, {label("每件净得", "Net a piece"), analyze.UnitMoney, false}, {label("退款占比", "Sent back"), analyze.UnitShare, false}}
	a.Drawn, a.Needs = 3, []AnswerNeed{cost}
	worst := all[0]
	var total sold
	for i, s := range all {
		total.add(s)
		if s.gross >= all[0].gross/20 && s.back/s.gross > worst.back/worst.gross {
			worst = s
		}
		if i < mostProducts {
			a.Rows = append(a.Rows, AnswerRow{Label: productName(s.product), Condition: boughtProduct(s.product, p), Figures: []analyze.Number{analyze.NumberOf(ctx, analyze.UnitMoney, s.now),
				analyze.NumberOf(ctx, analyze.UnitCount, s.pieces), analyze.NumberOf(ctx, analyze.UnitMoney, s.now/s.pieces), analyze.NumberOf(ctx, analyze.UnitShare, s.back/s.gross)}})
		}
	}
	name := productName(worst.product)
	a.Sentence = label(fmt.Sprintf("退款拿走了全部商品销售额的 %s；卖得多的商品里，**%s** 被退得最多：**%s**。成本还没有，毛利说不出。", percent(total.back/total.gross), name.Chinese, percent(worst.back/worst.gross)),
		fmt.Sprintf("Refunds take %s of what goods bring; of those that sell, **%s** comes back most: **%s**. Costs are not known, so margins cannot be told.", percent(total.back/total.gross), name.English, percent(worst.back/worst.gross)))
	return nil
}
