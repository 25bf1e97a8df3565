package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guanxi/base/db/dbtest"
	"guanxi/test/served"
)

// T04 (C137): a hotel tells regular, occasional and first-time guests apart by how often they stayed in a year. Each
// class is a segment; a guest moves from one to the next by herself the moment her next stay is known.
func TestT04ClassesOfGuests(t *testing.T) {
	for engine, url := range engines(t) {
		t.Run(engine, func(t *testing.T) { classesOfGuests(openWith(t, served.Options{URL: url})) })
	}
}

// engines are the two that keep records, with the address of a database each.
func engines(t *testing.T) map[string]string {
	return map[string]string{"sqlite": "", "postgres": dbtest.PostgresURL(t)}
}

func classesOfGuests(c *company) {
	t := c.t
	stays := c.load("t04-stays.csv", "orders")
	c.expect("stays", stays.Created, 8*9+10*3+12)

	placed := func(op string, value any) map[string]any {
		return map[string]any{"event": "order_placed", "measure": "count", "op": op, "value": value, "window": map[string]any{"last_days": 365}}
	}
	c.eventually("regular guests", func() any { return c.count(placed("gte", 6)) }, 8)
	c.eventually("occasional guests", func() any { return c.count(placed("between", []int{2, 5})) }, 10)
	c.eventually("first-time guests", func() any { return c.count(placed("eq", 1)) }, 12)

	regular := c.saved("Regular guests", map[string]any{"field": "orders.count", "op": "gte", "value": 6})
	occasional := c.saved("Occasional guests", map[string]any{"field": "orders.count", "op": "between", "value": []int{2, 5}})
	first := c.saved("First-time guests", map[string]any{"field": "orders.count", "op": "eq", "value": 1})
	classes := func() any { return []int{c.members(regular), c.members(occasional), c.members(first)} }
	c.expect("regular, occasional and first-time guests", classes(), []int{8, 10, 12})

	var guest struct{ Items []struct{ ID, Name string } }
	c.get("/segments/"+first+"/members?limit=1", &guest)
	id := guest.Items[0].ID
	var page struct {
		Identities []struct {
			ExternalID string `json:"external_id"`
		}
	}
	c.get("/customers/"+id, &page)
	c.expect("why she is no occasional guest", c.explain(occasional, id), "false 1 order")

	stay := fmt.Sprintf("订单号,日期,金额,门店,客户编号\nH99999,%s,520.00,沐禾酒店,%s\n", time.Now().Format(time.DateOnly), page.Identities[0].ExternalID)
	path := filepath.Join(c.folder, "stay.csv")
	if err := os.WriteFile(path, []byte(stay), 0o600); err != nil {
		t.Fatal(err)
	}
	another, err := c.Import(t.Context(), path, map[string]string{"kind": "orders"})
	if err != nil {
		t.Fatal(err)
	}
	known := time.Now()
	c.expect("stays that came in", another.Created, 1)
	c.eventually("the classes, once she has come again", classes, []int{8, 11, 11})
	if took := time.Since(known); took > time.Second {
		t.Errorf("she changed her class %s after her stay was known", took)
	}
	c.expect("why she is an occasional guest", c.explain(occasional, id), "true 2 orders")
	c.expect("why she is no first-time guest", c.explain(first, id), "false 2 orders")
}

// saved keeps a segment and gives its id.
func (c *company) saved(name string, condition map[string]any) string {
	c.t.Helper()
	var segment struct{ ID string }
	c.post("/segments", map[string]any{"name": name, "condition": condition}, &segment)
	return segment.ID
}

// members counts those in a segment, by its list and by what it says of itself, which must agree.
func (c *company) members(segment string) int {
	c.t.Helper()
	var view struct{ Count int }
	c.get("/segments/"+segment, &view)
	if listed := c.total("/segments/" + segment + "/members"); listed != view.Count {
		return -1
	}
	return view.Count
}

// explain gives whether the customer is a member and the figure that decides it.
func (c *company) explain(segment, customer string) string {
	c.t.Helper()
	var e struct {
		Member bool
		Tree   struct {
			Holds bool
			Value map[string]string
		}
	}
	c.get("/segments/"+segment+"/explain?customer="+customer, &e)
	return fmt.Sprint(e.Member, " ", e.Tree.Value["en-US"])
}
