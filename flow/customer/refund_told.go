package customer

import (
	"context"
	"math/bits"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/money"
	"guanxi/flow/collect"
)

// ToldRefund is money given back on an order, and which of its goods it was for. Amount is millionths of the major unit.
type ToldRefund struct {
	ID     string
	Amount int64
	Lines  []RefundLine
}

// RefundLine is a line of an order that was refunded, wholly or in part; quantity and amount are millionths, Line is what the
// shop knows the line of the order by, and Restocked says whether the goods come back.
type RefundLine struct {
	Line      string `json:"line,omitempty"`
	SKU       string `json:"sku,omitempty"`
	Name      string `json:"name,omitempty"`
	Quantity  int64  `json:"quantity"`
	Amount    int64  `json:"amount"`
	Restocked bool   `json:"restocked"`
}

// refundLines are refunds as lines of their order below zero, and the rest that was given back for none of its goods: postage,
// tax, goodwill, or for what nobody can name. Lines come to no more than was given back, each by its part. Goods that do not
// come back stay sold: their line takes money only.
func refundLines(told []ToldRefund, exponent int) (lines []Line, rest int64) {
	for _, r := range told {
		given, whole := collect.MinorFromMicros(r.Amount, exponent), int64(0)
		for _, l := range r.Lines {
			if l.SKU != "" || l.Name != "" {
				whole += collect.MinorFromMicros(l.Amount, exponent)
			}
		}
		shared := min(given, whole)
		rest += given - shared
		told, taken := int64(0), int64(0)
		for _, l := range r.Lines {
			if l.SKU == "" && l.Name == "" {
				continue
			}
			told += collect.MinorFromMicros(l.Amount, exponent)
			amount := portion(shared, told, whole) - taken
			taken += amount
			line := Line{SKU: l.SKU, ProductName: l.Name, Amount: -amount}
			if l.Restocked && l.Quantity > 0 {
				line.Quantity = -float64(l.Quantity) / 1e6
				line.UnitPriceMicros = int64(float64(amount)*float64(powerOfTen(6-exponent))/-line.Quantity + .5)
			}
			lines = append(lines, line)
		}
	}
	return lines, rest
}

// portion is part/whole of n, rounded down; part is whole at most, and none is negative.
func portion(n, part, whole int64) int64 {
	if whole == 0 {
		return 0
	}
	high, low := bits.Mul64(magnitude(n), magnitude(part))
	share, _ := bits.Div64(high, low, magnitude(whole))
	return int64(share) //nolint:gosec // n at most
}

// follow puts lines behind those of an order.
func follow(lines, further []Line) []Line {
	all := append([]Line(nil), lines...)
	for _, l := range further {
		l.Position = nextPosition(all)
		all = append(all, l)
	}
	return all
}

// without takes lines out of those of an order, each once.
func without(lines, gone []Line) (left []Line) {
	count := map[lineMark]map[int64]int{}
	for i := range gone {
		mark := markOf(&gone[i])
		if count[mark] == nil {
			count[mark] = map[int64]int{}
		}
		count[mark][gone[i].Amount]++
	}
	for i := range lines {
		if of := count[markOf(&lines[i])]; of[lines[i].Amount] > 0 {
			of[lines[i].Amount]--
			continue
		}
		left = append(left, lines[i])
	}
	return left
}

// RefundOrder sets what of an order was given back so far, where before is what was known of it; it says whether the order is
// there. An order that came without lines gets none.
func (s *Store) RefundOrder(ctx context.Context, tx *db.Tx, shop, number string, before, now []ToldRefund) (known bool, err error) {
	var rows []Order
	if err := tx.NewRaw("select "+orderColumns+" from orders where shop = ? and number = ?", shop, number).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return false, err
	}
	o, was := rows[0], rows[0]
	stored, err := linesOf(ctx, tx, []int64{o.ID})
	if err != nil {
		return false, err
	}
	exponent := money.Exponent(o.Currency)
	gone, _ := refundLines(before, exponent)
	back, rest := refundLines(now, exponent)
	lines := stored
	if len(stored) > 0 {
		if _, err := fillLines(ctx, tx, back); err != nil {
			return false, err
		}
		lines = follow(without(stored, gone), back)
		o.addUp(lines, "")
		o.Kind = was.Kind
		o.Refunded += rest
	} else {
		o.Refunded = rest
		for _, l := range back {
			o.Refunded -= l.Amount
		}
	}
	if o.Refunded >= o.Gross && o.Gross > 0 {
		o.Status = StatusRefunded
	}
	same := sameLines(stored, lines)
	if same && o.Refunded == was.Refunded && o.Status == was.Status {
		return true, nil
	}
	if !same {
		if err := rewriteLines(ctx, tx, o.ID, lines); err != nil {
			return false, err
		}
	}
	o.UpdatedAt, o.Version = clock.Millis(ctx), was.Version+1
	tx.Feed("orders", o.ID)
	return true, updateOrder(ctx, tx, &o)
}

func rewriteLines(ctx context.Context, tx *db.Tx, order int64, lines []Line) error {
	if _, err := tx.Do(ctx, "delete from order_lines where order_id = ?", order); err != nil {
		return err
	}
	rows := db.NewBulk("order_lines", lineColumns, "")
	for i := range lines {
		lines[i].OrderID = order
		rows.Add(lines[i].values()...)
	}
	return rows.Insert(ctx, tx)
}

// NoteDelivery keeps what is odd about what a shop has said of an order that is there.
func (s *Store) NoteDelivery(ctx context.Context, tx *db.Tx, shop, number, cause, value string) error {
	var ids []int64
	if err := tx.Ask(ctx, &ids, "select id from orders where shop = ? and number = ?", shop, number); err != nil || len(ids) == 0 {
		return err
	}
	return collect.NoteFinding(ctx, tx, collect.Finding{Cause: cause, SubjectType: "order", SubjectID: ids[0], SubjectLabel: number, Value: value}, 1)
}
