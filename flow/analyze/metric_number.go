package analyze

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/money"
)

// Number is the value of a metric: money for metrics in money, a plain number for others, null where there is none.
type Number struct {
	Value    *float64
	Currency string
}

func numberOf(unit Unit, v float64, currency string) Number {
	if unit != UnitMoney {
		return Number{Value: &v}
	}
	v = math.Round(v)
	return Number{Value: &v, Currency: currency}
}

// MarshalJSON writes null, a number, or an amount in minor units with its currency.
func (n Number) MarshalJSON() ([]byte, error) {
	switch {
	case n.Value == nil:
		return []byte("null"), nil
	case n.Currency != "":
		return json.Marshal(money.Of(int64(*n.Value), n.Currency))
	}
	return json.Marshal(*n.Value)
}

// Schema describes the three forms in the document.
func (Number) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeNumber},
		r.Schema(reflect.TypeFor[money.Money](), true, "Money"),
		{Type: "null"},
	}, Description: "an amount for metrics in money, else a number; null where there is none"}
}

// plain writes the value for a file: money in major units with all digits of its currency, missing as nothing.
func (n Number) plain() string {
	switch {
	case n.Value == nil:
		return ""
	case n.Currency != "":
		digits := money.Exponent(n.Currency)
		return strconv.FormatFloat(*n.Value/math.Pow10(digits), 'f', digits, 64)
	}
	return strconv.FormatFloat(*n.Value, 'f', -1, 64)
}

// Plain writes the value for a file: money in major units, missing as nothing.
func (n Number) Plain() string { return n.plain() }

// NumberOf gives a figure in the given unit, money in minor units of the workspace's currency.
func NumberOf(ctx context.Context, unit Unit, v float64) Number {
	return numberOf(unit, v, currency(ctx))
}

// Percent writes a share, 0..1, in percent to one decimal, as short as it is exact.
func Percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*1000)/10, 'f', -1, 64) + "%"
}
