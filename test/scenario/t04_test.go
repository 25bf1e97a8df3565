package scenario

import "testing"

// T04 (C137): a hotel tells regular, occasional and first-time guests apart by how often they stayed in a year.
func TestT04ClassesOfGuests(t *testing.T) {
	c := open(t)
	stays := c.load("t04-stays.csv", "orders")
	c.expect("stays", stays.Created, 8*9+10*3+12)

	placed := func(op string, value any) map[string]any {
		return map[string]any{"event": "order_placed", "measure": "count", "op": op, "value": value, "window": map[string]any{"last_days": 365}}
	}
	c.eventually("regular guests", func() any { return c.count(placed("gte", 6)) }, 8)
	c.eventually("occasional guests", func() any { return c.count(placed("between", []int{2, 5})) }, 10)
	c.eventually("first-time guests", func() any { return c.count(placed("eq", 1)) }, 12)
}
