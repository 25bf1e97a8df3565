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
	c.expect("regular guests", c.count(placed("gte", 6)), 8)
	c.expect("occasional guests", c.count(placed("between", []int{2, 5})), 10)
	c.expect("first-time guests", c.count(placed("eq", 1)), 12)
}
