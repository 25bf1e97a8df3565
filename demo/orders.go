package demo

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"time"

	"guanxi/flow/customer"
)

// States of an order, in the life of a parcel.
const (
	statusPaid      = customer.StatusPaid
	statusShipped   = customer.StatusShipped
	statusCompleted = customer.StatusCompleted
	statusCancelled = customer.StatusCancelled
	statusRefunded  = customer.StatusRefunded
)

// breakDays is how long, up to today, payments in the 抖音 shop have been failing
// without anybody noticing; breakShare of its orders are cancelled for it.
const (
	breakDays  = 4
	breakShare = 0.65
)

// orderBook numbers orders as they come and keeps the refunds that are still to
// come in order of time.
type orderBook struct {
	*maker
	c, aside *chance
	number   int
	day      int
	daily    [4]int
	refunds  refundQueue
}

func (m *maker) makeOrders(ctx context.Context) error {
	all, err := m.purchases(ctx)
	if err != nil {
		return err
	}
	b := &orderBook{maker: m, c: newChance(m.options.Seed), aside: newChance(m.options.Seed)}
	for _, p := range all {
		if err := b.refundUntil(ctx, m.season.at(p.seconds())); err != nil {
			return err
		}
		if err := b.put(ctx, b.orderOf(p)); err != nil {
			return err
		}
	}
	return b.refundUntil(ctx, m.season.at(m.season.lastSecond()))
}

// put numbers an order, hands it over and may plan its refund.
func (b *orderBook) put(ctx context.Context, o Order) error {
	b.number++
	o.Number = b.number
	if o.Kind == "order" && o.Status == statusCompleted && b.c.yes(0.055) {
		heap.Push(&b.refunds, b.refundOf(o))
	}
	if err := b.sink.Order(ctx, o); err != nil {
		return err
	}
	return b.oddities(ctx, o)
}

// orderOf makes the order of a purchase.
func (b *orderBook) orderOf(p purchase) Order {
	i := p.customer() - 1
	at := b.season.at(p.seconds())
	h := habit{shop: store, spend: 1, taste: [6]float64{1, 0.5, 0.5, 2, 2, 3}}
	o := Order{Kind: "order", Customer: i + 1, OrderedAt: at}
	if i >= 0 {
		h = b.habitOf(b.c, i)
		b.c.of(streamIdentity, i, 0)
		place := b.places[b.placeWeight.pick(b.c)]
		o.Province, o.City = place.province, place.city
	} else {
		o.Province, o.City = "浙江省", "杭州市" // where the store is
	}
	c := b.c.of(streamOrder, i+1, int(p.seconds()))
	shop := h.shop
	if i >= 0 && c.yes(0.2) {
		shop = b.shops.pick(c)
	} else if i < 0 && c.yes(0.25) {
		shop = miniProgram
	}
	days := b.season.day(b.season.end()) - b.dayOf(p)
	o.Shop, o.Code = Shops[shop], b.code(shop, p)
	o.Status = statusOf(c, days)
	if shop == douyin && h.cast == ordinary && days < breakDays && c.yes(breakShare) {
		o.Status = statusCancelled
	}
	b.fill(c, &o, h, isOrganization(i, h))
	return o
}

func (b *orderBook) dayOf(p purchase) int {
	at := b.season.at(p.seconds())
	return int(at.Sub(b.season.start[0]).Hours() / 24)
}

var orderPrefix = [4]string{"TM", "DY", "WX", "POS"}

// code gives order numbers as shops print them: where, which day, how many that day.
func (b *orderBook) code(shop int, p purchase) string {
	if day := b.dayOf(p); day != b.day {
		b.day, b.daily = day, [4]int{}
	}
	b.daily[shop]++
	return orderPrefix[shop] + b.season.at(p.seconds()).Format("20060102") + fmt.Sprintf("%05d", b.daily[shop])
}

// statusOf follows the parcel: paid within a day, under way for four, else done;
// one in twenty was cancelled.
func statusOf(c *chance, days int) string {
	switch {
	case c.yes(0.05):
		return statusCancelled
	case days < 1:
		return statusPaid
	case days < 4 && c.yes(0.8):
		return statusShipped
	}
	return statusCompleted
}

// fill puts lines into the order: what the customer likes, at the prices she
// pays, cheaper and more of it while the festivals last.
func (b *orderBook) fill(c *chance, o *Order, h habit, organization bool) {
	lines := 1
	for lines < 8 && c.yes(b.options.ExtraLines/(1+b.options.ExtraLines)) {
		lines++
	}
	if h.cast == newcomer {
		lines = 3 + c.IntN(3)
	}
	discount := 0
	if b.season.demand[b.dayOfTime(o.OrderedAt)] > 1.8 {
		discount = 8 + c.IntN(3)*4
	} else if c.yes(0.15) {
		discount = 5
	}
	var taste weights
	for _, weight := range h.taste {
		taste.add(weight)
	}
	for range lines {
		product := b.choose(c, taste.pick(c), h.spend)
		if slices.ContainsFunc(o.Lines, func(line Line) bool { return line.Product == product }) {
			continue
		}
		quantity := 1
		switch {
		case organization:
			quantity = 6 + c.IntN(30)
		case product.Price < 6000 && c.yes(0.4), c.yes(0.1):
			quantity = 2 + c.IntN(2)
		}
		full := product.Price * int64(quantity)
		off := full * int64(discount) / 100
		o.Lines = append(o.Lines, Line{Product: product, Quantity: quantity, Price: product.Price, Discount: off, Amount: full - off})
	}
	if c.yes(0.004) { // a gift, rung up at nothing
		gift := &b.products[b.byCategory[0][c.IntN(4)]]
		o.Lines = append(o.Lines, Line{Product: gift, Quantity: 1})
	}
	if c.yes(0.003) { // the scanner beeped twice
		o.Lines = append(o.Lines, o.Lines[0])
	}
	for _, line := range o.Lines {
		o.Gross += line.Amount
	}
}

func (b *orderBook) dayOfTime(at time.Time) int {
	return int(at.Sub(b.season.start[0]).Hours() / 24)
}

// choose picks a product of a category; the dearer tiers go to those who spend.
func (m *maker) choose(c *chance, category int, spend float64) *Product {
	list := m.byCategory[category]
	for {
		product := &m.products[list[c.IntN(len(list))]]
		accept := 0.75
		switch product.Tier {
		case "low":
			accept = 1 / (1 + spend)
		case "high":
			accept = min(1, spend*spend/8)
		}
		if c.yes(accept) {
			return product
		}
	}
}

// refundOf takes back one line of an order, or all of it.
func (b *orderBook) refundOf(o Order) Order {
	c := b.aside.of(streamDirt, o.Number, 2)
	r := Order{
		Shop: o.Shop, Code: "R" + o.Code, Kind: "refund", Status: statusRefunded, Customer: o.Customer,
		Province: o.Province, City: o.City,
		OrderedAt: o.OrderedAt.Add(time.Duration((1 + 11*c.Float64()) * 24 * float64(time.Hour))).Truncate(time.Second),
	}
	lines := o.Lines
	if c.yes(0.6) {
		lines = lines[:1]
	}
	for _, line := range lines {
		line.Quantity, line.Discount, line.Amount = -line.Quantity, -line.Discount, -line.Amount
		r.Refunded -= line.Amount
		r.Lines = append(r.Lines, line)
	}
	return r
}

func (b *orderBook) refundUntil(ctx context.Context, until time.Time) error {
	for len(b.refunds) > 0 && !b.refunds[0].OrderedAt.After(until) {
		if err := b.put(ctx, heap.Pop(&b.refunds).(Order)); err != nil {
			return err
		}
	}
	return nil
}

// refundQueue is a heap of refunds by time, then by code.
type refundQueue []Order

func (q refundQueue) Len() int { return len(q) }
func (q refundQueue) Less(i, j int) bool {
	if !q[i].OrderedAt.Equal(q[j].OrderedAt) {
		return q[i].OrderedAt.Before(q[j].OrderedAt)
	}
	return q[i].Code < q[j].Code
}
func (q refundQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *refundQueue) Push(o any)   { *q = append(*q, o.(Order)) }
func (q *refundQueue) Pop() any {
	last := len(*q) - 1
	o := (*q)[last]
	*q = (*q)[:last]
	return o
}
