package customer

import (
	"context"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/page"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// OrderItem is an order as lists show it. Total is gross minus refunded and may be below zero.
type OrderItem struct {
	ID        api.ID      `json:"id"`
	Shop      string      `json:"shop"`
	Number    string      `json:"number"`
	Kind      string      `json:"kind" enum:"order,refund"`
	Status    string      `json:"status"`
	Customer  *Named      `json:"customer" doc:"null for an order of nobody"`
	OrderedAt time.Time   `json:"ordered_at"`
	Gross     money.Money `json:"gross" doc:"sum of the lines above zero"`
	Refunded  money.Money `json:"refunded" doc:"minus the sum of the lines below zero"`
	Total     money.Money `json:"total"`
	Country   *string     `json:"country"`
	Province  *string     `json:"province"`
	City      *string     `json:"city"`
	Lines     int64       `json:"lines"`
	Version   int64       `json:"version"`
}

// orderPage is an order with its lines.
type orderPage struct {
	OrderItem
	Items []lineView `json:"items"`
}

type lineView struct {
	Position    int64       `json:"position"`
	SKU         string      `json:"sku"`
	ProductName string      `json:"product_name"`
	Category    string      `json:"category"`
	Brand       string      `json:"brand"`
	Tier        string      `json:"tier"`
	Quantity    float64     `json:"quantity"`
	UnitPrice   string      `json:"unit_price" doc:"decimal number in the major unit; it may have more digits than the currency"`
	Discount    money.Money `json:"discount"`
	Amount      money.Money `json:"amount"`
}

type storedOrderRow struct {
	Order
	CustomerName *string `bun:"customer_name"`
}

func (o *storedOrderRow) view() OrderItem {
	return OrderItem{ID: api.ID(o.ID), Shop: o.Shop, Number: o.Number, Kind: o.Kind, Status: o.Status, Customer: named(o.CustomerID, o.CustomerName),
		OrderedAt: instant(o.OrderedAt), Gross: money.Of(o.Gross, o.Currency), Refunded: money.Of(o.Refunded, o.Currency),
		Total: money.Of(o.Gross-o.Refunded, o.Currency), Country: orNull(o.Country), Province: orNull(o.Province), City: orNull(o.City),
		Lines: o.Lines, Version: o.Version}
}

// OrderQuery asks for orders. From and To are days of the workspace, both included.
type OrderQuery struct {
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor   string `query:"cursor"`
	Sort     string `query:"sort" enum:"ordered_at,-ordered_at" default:"-ordered_at"`
	Total    bool   `query:"total"`
	Shop     string `query:"shop"`
	Status   string `query:"status"`
	Kind     string `query:"kind" enum:"order,refund"`
	From     string `query:"from" format:"date"`
	To       string `query:"to" format:"date"`
	Customer api.ID `query:"customer"`
	Nobody   bool   `query:"nobody" doc:"only orders of nobody"`
	Number   string `query:"number" doc:"the beginning of the order number"`
}

// where gives the conditions of q as fixed texts with their values.
func (q *OrderQuery) where(ctx context.Context) (conditions []string, args []any, err error) {
	add := func(text string, values ...any) {
		conditions = append(conditions, text)
		args = append(args, values...)
	}
	add("o.deleted_at is null")
	if !guard.ScopeOf(ctx, noun).All() {
		add("?", scope(ctx, "c"))
	}
	for _, part := range [...]struct{ text, value string }{{"o.shop = ?", q.Shop}, {"o.status = ?", q.Status}, {"o.kind = ?", q.Kind}} {
		if part.value != "" {
			add(part.text, part.value)
		}
	}
	if q.Customer != 0 {
		add("o.customer_id = ?", int64(q.Customer))
	}
	if q.Nobody {
		add("o.customer_id is null")
	}
	if q.Number != "" {
		add("o.number >= ? and o.number < ?", q.Number, afterPrefix(q.Number))
	}
	w := workspace.Of(ctx)
	for _, bound := range [...]struct {
		field, day, text string
		days             int
	}{{"from", q.From, "o.ordered_at >= ?", 0}, {"to", q.To, "o.ordered_at < ?", 1}} {
		if bound.day == "" {
			continue
		}
		day, err := w.ParseDay(bound.day)
		if err != nil {
			return nil, nil, fault.Invalid(bound.field, "day_invalid")
		}
		add(bound.text, day.AddDate(0, 0, bound.days).UnixMilli())
	}
	return conditions, args, nil
}

// Orders gives one page of the orders the reader may see. An order of nobody is seen by those who see everything.
// Fault: invalid.
func (s *Store) Orders(ctx context.Context, q OrderQuery) (*page.List[OrderItem], error) {
	conditions, args, err := q.where(ctx)
	if err != nil {
		return nil, err
	}
	list := &page.List[OrderItem]{Items: []OrderItem{}}
	from := " from orders o left join customers c on c.id = o.customer_id where " + strings.Join(conditions, " and ")
	if q.Total {
		list.Total = new(int64)
		if err := s.records.Read().NewRaw("select count(*)"+from, args...).Scan(ctx, list.Total); err != nil {
			return nil, err
		}
	}
	position := activityPosition{At: 1 << 62, ID: 1 << 62}
	order := " and (o.ordered_at, o.id) < (?, ?) order by o.ordered_at desc, o.id desc limit ?"
	if q.Sort == "ordered_at" {
		position = activityPosition{At: -1 << 62}
		order = " and (o.ordered_at, o.id) > (?, ?) order by o.ordered_at, o.id limit ?"
	}
	if err := page.DecodeCursor(q.Cursor, &position); err != nil {
		return nil, err
	}
	var rows []storedOrderRow
	if err := s.records.Read().NewRaw("select "+qualified("o", orderColumns)+", c.name as customer_name"+from+order,
		append(args, position.At, position.ID, q.Limit+1)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		last := rows[q.Limit-1]
		list.NextCursor = page.EncodeCursor(activityPosition{last.OrderedAt, last.ID})
	}
	for i := range rows {
		list.Items = append(list.Items, rows[i].view())
	}
	return list, nil
}

// Order gives one order with its lines. Fault: not found.
func (s *Store) Order(ctx context.Context, id int64) (*orderPage, error) {
	q := OrderQuery{}
	conditions, args, err := q.where(ctx)
	if err != nil {
		return nil, err
	}
	var rows []storedOrderRow
	if err := s.records.Read().NewRaw("select "+qualified("o", orderColumns)+`, c.name as customer_name
from orders o
left join customers c on c.id = o.customer_id
where `+strings.Join(conditions, " and ")+" and o.id = ?", append(args, id)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("order", id)
	}
	p := &orderPage{OrderItem: rows[0].view(), Items: []lineView{}}
	lines, err := linesOf(ctx, s.records.Read(), []int64{id})
	for _, l := range lines {
		p.Items = append(p.Items, lineView{l.Position, l.SKU, l.ProductName, l.Category, l.Brand, l.Tier, l.Quantity, decimalText(l.UnitPriceMicros),
			money.Of(l.Discount, rows[0].Currency), money.Of(l.Amount, rows[0].Currency)})
	}
	return p, err
}

func (s *Store) registerOrders(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/orders", Permission: "orders.read", Tag: "orders", Summary: "Orders and refunds, newest first"},
		func(ctx context.Context, in *OrderQuery) (*struct{ Body *page.List[OrderItem] }, error) {
			list, err := s.Orders(ctx, *in)
			return &struct{ Body *page.List[OrderItem] }{list}, err
		})

	api.Register(a, api.Op{Method: "GET", Path: "/orders/{id}", Permission: "orders.read", Tag: "orders", Summary: "One order with its lines"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct {
			ETag string `header:"ETag"`
			Body *orderPage
		}, error) {
			p, err := s.Order(ctx, int64(in.ID))
			if err != nil {
				return nil, err
			}
			return &struct {
				ETag string `header:"ETag"`
				Body *orderPage
			}{api.ETag(p.Version), p}, nil
		})

	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/orders", Permission: "orders.read", Tag: "customers", Summary: "A customer's orders and refunds, newest first"},
		func(ctx context.Context, in *struct {
			ID     api.ID `path:"id"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
			Total  bool   `query:"total"`
			Kind   string `query:"kind" enum:"order,refund"`
		}) (*struct{ Body *page.List[OrderItem] }, error) {
			if _, err := s.find(ctx, s.records, int64(in.ID)); err != nil {
				return nil, err
			}
			list, err := s.Orders(ctx, OrderQuery{Limit: in.Limit, Cursor: in.Cursor, Total: in.Total, Kind: in.Kind, Customer: in.ID})
			return &struct{ Body *page.List[OrderItem] }{list}, err
		})
}
