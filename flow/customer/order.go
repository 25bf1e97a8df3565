package customer

import (
	"math/big"
	"math/bits"
	"strings"
)

// The kinds of order number.
const (
	OrderSale   = "order"  // has a line above zero
	OrderRefund = "refund" // gives money back, or holds nothing above zero
)

// The states of an order. A shop's own words are mapped to them; what cannot be mapped stays as it came.
const (
	StatusPlaced    = "placed"
	StatusPaid      = "paid"
	StatusShipped   = "shipped"
	StatusCompleted = "completed"
	StatusCancelled = "cancelled"
	StatusRefunded  = "refunded"
)

// Order is one order number of a shop as a fact of the customer's history. Gross is the sum of the lines above zero,
// Refunded minus the sum of those below; minor units, never negative. OrderedAt is milliseconds UTC.
type Order struct {
	ID              int64  `bun:"id"`
	Shop            string `bun:"shop"`
	Number          string `bun:"number"`
	Kind            string `bun:"kind"`
	Status          string `bun:"status"`
	CustomerID      *int64 `bun:"customer_id"`
	OrderedAt       int64  `bun:"ordered_at"`
	Gross           int64  `bun:"gross"`
	Refunded        int64  `bun:"refunded"`
	Currency        string `bun:"currency"`
	Country         string `bun:"country"`
	Province        string `bun:"province"`
	City            string `bun:"city"`
	Lines           int64  `bun:"lines"`
	CreatedImportID *int64 `bun:"created_import_id"`
	CreatedAt       int64  `bun:"created_at"`
	UpdatedAt       int64  `bun:"updated_at"`
	Version         int64  `bun:"version"`
}

// orderColumns are the columns of Order, in its order.
const orderColumns = "id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, country, province, city, " +
	"lines, created_import_id, created_at, updated_at, version"

func (o *Order) values() []any {
	return []any{
		o.ID, o.Shop, o.Number, o.Kind, o.Status, o.CustomerID, o.OrderedAt, o.Gross, o.Refunded, o.Currency, o.Country, o.Province, o.City,
		o.Lines, o.CreatedImportID, o.CreatedAt, o.UpdatedAt, o.Version,
	}
}

// Line is one line of an order. UnitPriceMicros is millionths of the major unit, Discount and Amount minor units;
// Amount keeps its sign, below zero it is a refund.
type Line struct {
	OrderID         int64   `bun:"order_id" json:"order_id"`
	Position        int64   `bun:"position" json:"position"`
	SKU             string  `bun:"sku" json:"sku"`
	ProductName     string  `bun:"product_name" json:"product_name"`
	Category        string  `bun:"category" json:"category"`
	Brand           string  `bun:"brand" json:"brand"`
	Tier            string  `bun:"tier" json:"tier"`
	Quantity        float64 `bun:"quantity" json:"quantity"`
	UnitPriceMicros int64   `bun:"unit_price_micros" json:"unit_price_micros"`
	Discount        int64   `bun:"discount" json:"discount"`
	Amount          int64   `bun:"amount" json:"amount"`
	ImportID        *int64  `bun:"import_id" json:"import_id"`
}

// lineColumns are the columns of Line, in its order.
const lineColumns = "order_id, position, sku, product_name, category, brand, tier, quantity, unit_price_micros, discount, amount, import_id"

func (l *Line) values() []any {
	return []any{
		l.OrderID, l.Position, l.SKU, l.ProductName, l.Category, l.Brand, l.Tier, l.Quantity, l.UnitPriceMicros, l.Discount, l.Amount, l.ImportID,
	}
}

// addUp sets the totals and the kind of an order from its lines. An order number that begins with refundPrefix is a
// refund whatever it holds; "" leaves it to the signs.
func (o *Order) addUp(lines []Line, refundPrefix string) {
	o.Gross, o.Refunded, o.Lines = 0, 0, int64(len(lines))
	for _, l := range lines {
		if l.Amount > 0 {
			o.Gross += l.Amount
		} else {
			o.Refunded -= l.Amount
		}
	}
	o.Kind = OrderSale
	if o.Gross == 0 || o.namedRefund(refundPrefix) {
		o.Kind = OrderRefund
	}
}

func (o *Order) namedRefund(prefix string) bool {
	return prefix != "" && strings.HasPrefix(o.Number, prefix)
}

// LineAmount gives quantity × unit price − discount in minor units of a currency with exponent decimal digits, exact
// and rounded half away from zero. All three are millionths. ok is false when it is too large to hold.
func LineAmount(quantity, unitPrice, discount int64, exponent int) (amount int64, ok bool) {
	unit := powerOfTen(12 - exponent) // what is reckoned below is in 10^-12 of the major unit
	if high, product := bits.Mul64(magnitude(quantity), magnitude(unitPrice)); high == 0 && product < 1<<62 && discount == 0 {
		amount = int64((product + unit/2) / unit)
		if (quantity < 0) != (unitPrice < 0) {
			amount = -amount
		}
		return amount, true
	}
	total := new(big.Int).Mul(big.NewInt(quantity), big.NewInt(unitPrice))
	total.Sub(total, new(big.Int).Mul(big.NewInt(discount), big.NewInt(1_000_000)))
	half := new(big.Int).SetUint64(unit / 2)
	if total.Sign() < 0 {
		half.Neg(half)
	}
	total.Quo(total.Add(total, half), new(big.Int).SetUint64(unit))
	return total.Int64(), total.IsInt64()
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func powerOfTen(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// NormalStatus maps a shop's word for the state of an order to ours; a word it does not know comes back in lower case.
func NormalStatus(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	if known, ok := orderStatuses[s]; ok {
		return known
	}
	return s
}

var orderStatuses = map[string]string{
	"placed": StatusPlaced, "pending": StatusPlaced, "created": StatusPlaced, "unpaid": StatusPlaced, "new": StatusPlaced,
	"待付款": StatusPlaced, "等待买家付款": StatusPlaced, "未付款": StatusPlaced, "已下单": StatusPlaced,
	"paid": StatusPaid, "processing": StatusPaid, "待发货": StatusPaid, "买家已付款": StatusPaid, "已付款": StatusPaid, "等待卖家发货": StatusPaid,
	"shipped": StatusShipped, "delivered": StatusShipped, "已发货": StatusShipped, "卖家已发货": StatusShipped, "待收货": StatusShipped, "已签收": StatusShipped,
	"completed": StatusCompleted, "complete": StatusCompleted, "done": StatusCompleted, "closed": StatusCompleted, "success": StatusCompleted, "finished": StatusCompleted,
	"已完成": StatusCompleted, "完成": StatusCompleted, "交易成功": StatusCompleted, "已收货": StatusCompleted,
	"cancelled": StatusCancelled, "canceled": StatusCancelled, "cancel": StatusCancelled, "已取消": StatusCancelled, "取消": StatusCancelled, "交易关闭": StatusCancelled, "已关闭": StatusCancelled,
	"refunded": StatusRefunded, "returned": StatusRefunded, "return_pending": StatusRefunded, "已退款": StatusRefunded, "退款成功": StatusRefunded, "已退货": StatusRefunded,
}
