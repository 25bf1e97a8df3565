package scenario

import "encoding/json"

// The figures of online_retail_all.csv.gz, in pennies. They were reckoned apart from this program, by a Python script
// that reads the file with csv and decimal: an amount is Quantity * UnitPrice * 100 of a line, rounded half away from
// zero; above zero it is sold, below zero refunded; month, country and customer are those of the line. An order number
// with a line above zero is an order, every other one a refund (3,836 begin with C, 2,104 others hold only lines of zero
// or less). Causes: rows equal in all columns to one before (in the same order number), Quantity below zero, UnitPrice of
// zero or below, order numbers without CustomerID, rows without Description.
const (
	retailNumbers            = 25900
	retailOrders             = 19960
	retailNobody             = 3710
	retailCustomers          = 4372
	retailBuyers             = 4338
	retailGross     quantity = 1066668454
	retailRefunds   quantity = 91893661
)

var retailCauses = map[string]int{
	"exact_repeat": 5268, "negative_quantity": 10624, "zero_price": 2515, "negative_price": 2,
	"missing_customer": 3710, "missing_product_name": 1454,
}

// quantity is a count, or an amount in minor units.
type quantity int64

// UnmarshalJSON reads a number or {"amount": n, "currency": ...}; null is nothing.
func (q *quantity) UnmarshalJSON(text []byte) error {
	if len(text) == 0 || text[0] != '{' {
		return json.Unmarshal(text, (*int64)(q))
	}
	var m struct{ Amount int64 }
	err := json.Unmarshal(text, &m)
	*q = quantity(m.Amount)
	return err
}

type retailPart struct {
	key            string
	gross, refunds quantity
}

var retailMonths = []retailPart{
	{"2010-12", 82374614, 7478912},
	{"2011-01", 69136456, 13136430},
	{"2011-02", 52363189, 2556924},
	{"2011-03", 71763936, 3437228},
	{"2011-04", 53780862, 4460150},
	{"2011-05", 77053602, 4720251},
	{"2011-06", 76173990, 7061678},
	{"2011-07", 71922119, 3792108},
	{"2011-08", 75913838, 7645787},
	{"2011-09", 105859017, 3890255},
	{"2011-10", 115497930, 8427463},
	{"2011-11", 150949633, 4774008},
	{"2011-12", 63879268, 20512467},
}

var retailCountries = []retailPart{
	{"Australia", 13852131, 144404},
	{"Austria", 1019868, 4436},
	{"Bahrain", 75414, 20574},
	{"Belgium", 4119634, 28538},
	{"Brazil", 114360, 0},
	{"Canada", 366638, 0},
	{"Channel Islands", 2045044, 36415},
	{"Cyprus", 1359038, 64409},
	{"Czech Republic", 82674, 11902},
	{"Denmark", 1895534, 18720},
	{"EIRE", 28345396, 2017714},
	{"European Community", 130025, 850},
	{"Finland", 2254608, 21934},
	{"France", 20971511, 1231121},
	{"Germany", 22886714, 716893},
	{"Greece", 476052, 5000},
	{"Hong Kong", 1569180, 557476},
	{"Iceland", 431000, 0},
	{"Israel", 813526, 22744},
	{"Italy", 1748324, 59273},
	{"Japan", 3741637, 207575},
	{"Lebanon", 169388, 0},
	{"Lithuania", 166106, 0},
	{"Malta", 272559, 22012},
	{"Netherlands", 28544634, 78480},
	{"Norway", 3616544, 100198},
	{"Poland", 733465, 12151},
	{"Portugal", 3374710, 438008},
	{"RSA", 100231, 0},
	{"Saudi Arabia", 14592, 1475},
	{"Singapore", 2127929, 1215890},
	{"Spain", 6157711, 680253},
	{"Sweden", 3837833, 178242},
	{"Switzerland", 5708990, 70455},
	{"USA", 358039, 184947},
	{"United Arab Emirates", 190228, 0},
	{"United Kingdom", 902522208, 83741572},
	{"Unspecified", 474979, 0},
}

var retailIdentified = []retailPart{
	{"false", 175527664, 30759452},
	{"true", 891140790, 61134209},
}
