package customer

import (
	"context"

	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/base/sheet"
)

// exportedOrder is an order with its customer, as far as a column may show them.
type exportedOrder struct {
	storedOrderRow
	buyer *exportedCustomer // nil for an order of nobody, or of somebody the reader does not see
}

type exportedLine struct {
	exportedOrder
	line Line
}

type orderColumn = exportColumn[exportedOrder]

func orderText(name string, usual bool, of func(x *exporter, o *exportedOrder) string) orderColumn {
	return orderColumn{exportField{name: name, group: "order", usual: usual}, func(x *exporter, o *exportedOrder) sheet.Cell { return sheet.Of(of(x, o)) }}
}

// sharedColumns are those that orders and their lines have in common, before and after what is their own.
func sharedColumns() (before, after []orderColumn) {
	before = []orderColumn{
		orderText("order_number", true, func(_ *exporter, o *exportedOrder) string { return o.Number }),
		orderText("shop", true, func(_ *exporter, o *exportedOrder) string { return o.Shop }),
		{exportField{name: "ordered_at", group: "order", usual: true}, func(x *exporter, o *exportedOrder) sheet.Cell { return sheet.At(x.zone.Time(o.OrderedAt)) }},
		orderText("status", true, func(x *exporter, o *exportedOrder) string { return x.word("status.", o.Status) }),
		orderText("currency", true, func(_ *exporter, o *exportedOrder) string { return o.Currency }),
	}
	after = []orderColumn{
		orderText("customer.country", true, func(_ *exporter, o *exportedOrder) string { return o.Country }),
		orderText("customer.province", true, func(_ *exporter, o *exportedOrder) string { return o.Province }),
		orderText("customer.city", true, func(_ *exporter, o *exportedOrder) string { return o.City }),
		{exportField{name: "customer.record", group: "key", usual: true}, func(x *exporter, o *exportedOrder) sheet.Cell { return x.record(o.CustomerID) }},
		ofBuyer("customer.name", true, func(_ *exporter, c *exportedCustomer) string { return c.Name }),
		ofBuyer("customer.external_id", false, func(_ *exporter, c *exportedCustomer) string {
			if len(c.identities) == 0 {
				return ""
			}
			return c.identities[0].ExternalID
		}),
		ofBuyer("customer.phone", false, func(x *exporter, c *exportedCustomer) string { return first(c.contactsIn(x, ContactPhone)) }),
		ofBuyer("customer.email", false, func(x *exporter, c *exportedCustomer) string { return first(c.contactsIn(x, ContactEmail)) }),
	}
	return before, after
}

func ofBuyer(name string, usual bool, of func(x *exporter, c *exportedCustomer) string) orderColumn {
	c := orderText(name, usual, func(x *exporter, o *exportedOrder) string {
		if o.buyer == nil {
			return ""
		}
		return of(x, o.buyer)
	})
	c.group = "contact"
	return c
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// rightOfBuyerField names the field of a customer whose right decides over a column of her order.
func rightOfBuyerField(name string) string {
	switch name {
	case "customer.name", "customer.external_id", "customer.phone", "customer.email":
		return name[len("customer."):]
	}
	return ""
}

// orderColumns gives the columns of orders that the reader of ctx may take out.
func (s *Store) orderColumns(ctx context.Context) []orderColumn {
	before, after := sharedColumns()
	own := []orderColumn{
		{exportField{name: "amount", group: "order", usual: true}, func(_ *exporter, o *exportedOrder) sheet.Cell {
			if o.givesBack() {
				return o.amount(-o.Refunded)
			}
			return o.amount(o.Gross)
		}},
		{exportField{name: "refunded", group: "order", usual: true}, func(_ *exporter, o *exportedOrder) sheet.Cell {
			if o.givesBack() || o.Refunded == 0 {
				return sheet.Cell{}
			}
			return o.amount(o.Refunded)
		}},
		{exportField{name: "kind", label: field.Label{Chinese: "单据类型", English: "Order or refund"}, group: "order"},
			func(x *exporter, o *exportedOrder) sheet.Cell { return sheet.Of(x.word("order.", o.Kind)) }},
		{exportField{name: "lines", label: field.Label{Chinese: "明细行数", English: "Lines"}, group: "order"},
			func(_ *exporter, o *exportedOrder) sheet.Cell { return whole(o.Lines) }},
	}
	columns := labelled(append(append(before, own...), after...), orderFields)
	return permitted(ctx, columns, rightOfBuyerField)
}

// givesBack says that an order is nothing but a refund, which files of orders write as an amount below zero.
func (o *exportedOrder) givesBack() bool { return o.Gross == 0 && o.Refunded > 0 }

func (o *exportedOrder) amount(minor int64) sheet.Cell {
	return sheet.Plain(decimal(minor, money.Exponent(o.Currency)))
}

type lineColumn = exportColumn[exportedLine]

func lineText(name string, of func(l *Line) string) lineColumn {
	return lineColumn{exportField{name: name, group: "product", usual: true}, func(_ *exporter, l *exportedLine) sheet.Cell { return sheet.Of(of(&l.line)) }}
}

// lineColumns gives the columns of order lines that the reader of ctx may take out.
func (s *Store) lineColumns(ctx context.Context) []lineColumn {
	before, after := sharedColumns()
	ofOrder := func(columns []orderColumn) (list []lineColumn) {
		for _, c := range columns {
			list = append(list, lineColumn{c.exportField, func(x *exporter, l *exportedLine) sheet.Cell { return c.cell(x, &l.exportedOrder) }})
		}
		return list
	}
	columns := append(ofOrder(before),
		lineText("sku", func(l *Line) string { return l.SKU }),
		lineText("product_name", func(l *Line) string { return l.ProductName }),
		lineText("category", func(l *Line) string { return l.Category }),
		lineText("brand", func(l *Line) string { return l.Brand }),
		lineText("tier", func(l *Line) string { return l.Tier }),
		lineColumn{exportField{name: "quantity", group: "product", usual: true}, func(_ *exporter, l *exportedLine) sheet.Cell { return float(l.line.Quantity) }},
		lineColumn{exportField{name: "unit_price", group: "product", usual: true}, func(_ *exporter, l *exportedLine) sheet.Cell {
			return sheet.Plain(decimalText(l.line.UnitPriceMicros))
		}},
		lineColumn{exportField{name: "discount", group: "product", usual: true}, func(_ *exporter, l *exportedLine) sheet.Cell {
			if l.line.Discount == 0 {
				return sheet.Cell{}
			}
			return l.amount(l.line.Discount)
		}},
		lineColumn{exportField{name: "line_amount", label: field.Label{Chinese: "小计", English: "Line total"}, group: "product"},
			func(_ *exporter, l *exportedLine) sheet.Cell { return l.amount(l.line.Amount) }})
	return permitted(ctx, labelled(append(columns, ofOrder(after)...), lineFields), rightOfBuyerField)
}

// productExport are the columns of products.
var productExport = labelled([]exportColumn[Product]{
	productText("sku", func(p *Product) string { return p.SKU }),
	productText("name", func(p *Product) string { return p.Name }),
	productText("category", func(p *Product) string { return p.Category }),
	productText("brand", func(p *Product) string { return p.Brand }),
	productText("tier", func(p *Product) string { return p.Tier }),
	{exportField{name: "price", group: "product", usual: true}, func(_ *exporter, p *Product) sheet.Cell {
		if p.Price == nil {
			return sheet.Cell{}
		}
		return amountCell(money.Of(*p.Price, p.Currency))
	}},
	productText("currency", func(p *Product) string { return p.Currency }),
	{exportField{name: "active", group: "product", usual: true}, func(x *exporter, p *Product) sheet.Cell { return sheet.Of(x.yesNo(p.Active)) }},
}, productFields)

func productText(name string, of func(p *Product) string) exportColumn[Product] {
	return exportColumn[Product]{exportField{name: name, group: "product", usual: true}, func(_ *exporter, p *Product) sheet.Cell { return sheet.Of(of(p)) }}
}

// exportedActivity is a follow-up with its customer and who wrote it.
type exportedActivity struct {
	Activity
	StaffName    *string `bun:"staff_name"`
	CustomerName string  `bun:"customer_name"`
}

func activityColumn(name, chinese, english string, of func(x *exporter, a *exportedActivity) sheet.Cell) exportColumn[exportedActivity] {
	return exportColumn[exportedActivity]{exportField{name: name, label: field.Label{Chinese: chinese, English: english}, group: "activity", usual: true}, of}
}

// activityColumns gives the columns of follow-ups.
func (s *Store) activityColumns(ctx context.Context) []exportColumn[exportedActivity] {
	optional := func(x *exporter, ms *int64) sheet.Cell {
		if ms == nil {
			return sheet.Cell{}
		}
		return x.at(*ms)
	}
	return permitted(ctx, []exportColumn[exportedActivity]{
		activityColumn("happened_at", "时间", "When", func(x *exporter, a *exportedActivity) sheet.Cell { return x.at(a.HappenedAt) }),
		activityColumn("customer.record", "关系记录号", "Guanxi record", func(x *exporter, a *exportedActivity) sheet.Cell { return x.record(&a.CustomerID) }),
		activityColumn("customer.name", "客户", "Customer", func(_ *exporter, a *exportedActivity) sheet.Cell { return sheet.Of(a.CustomerName) }),
		activityColumn("kind", "方式", "Way", func(x *exporter, a *exportedActivity) sheet.Cell { return sheet.Of(x.word("activity.", a.Kind)) }),
		activityColumn("content", "内容", "Content", func(_ *exporter, a *exportedActivity) sheet.Cell { return sheet.Of(a.Content) }),
		activityColumn("result", "结果", "Result", func(_ *exporter, a *exportedActivity) sheet.Cell { return sheet.Of(a.Result) }),
		activityColumn("next_action", "下一步", "Next action", func(_ *exporter, a *exportedActivity) sheet.Cell { return sheet.Of(a.NextAction) }),
		activityColumn("next_at", "下一步时间", "Next action at", func(x *exporter, a *exportedActivity) sheet.Cell { return optional(x, a.NextAt) }),
		activityColumn("next_done_at", "下一步完成时间", "Next action done at", func(x *exporter, a *exportedActivity) sheet.Cell { return optional(x, a.NextDoneAt) }),
		activityColumn("staff", "员工", "Staff", func(_ *exporter, a *exportedActivity) sheet.Cell {
			if a.StaffName == nil {
				return sheet.Cell{}
			}
			return sheet.Of(*a.StaffName)
		}),
	}, rightOfBuyerField)
}
