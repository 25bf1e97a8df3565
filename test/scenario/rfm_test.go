package scenario

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
	"time"

	"guanxi/test/testdata"
)

// grades are how a customer of the R package rfm's orders stands, reckoned order by order.
type grades struct {
	last      time.Time
	frequency int64
	monetary  int64
}

// The orders of the R package rfm, imported as orders, give with chosen cuts the counts and amounts that a loop over the
// file gives: in each cell of the grid, in each score of its own, and in the condition that lists them.
func TestRFMWithChosenCuts(t *testing.T) {
	path := testdata.Need(t, "rfm_orders/rfm_data_orders.csv")
	c := open(t)
	i, err := c.Import(t.Context(), path, map[string]string{"kind": "orders", "mapping": `{
		"columns": {"customer_id": "customer.external_id", "order_date": "ordered_at", "revenue": "amount", "first_name": "", "last_name": "", "email": ""},
		"constants": {"currency": "CNY", "shop": "rfm", "source": "rfm"}}`})
	if err != nil {
		t.Fatal(err)
	}
	c.expect("orders made", i.Created, 4906)

	const asOf, window = "2006-12-31", 730
	cuts := map[string][]int64{"r": {115, 181, 297, 482}, "f": {1, 2, 4, 5}, "m": {150_00, 250_00, 400_00, 550_00}}
	if err := c.Call(t.Context(), "PUT", "/rfm/cuts", map[string]any{"window_days": window, "cuts": cuts}, nil); err != nil {
		t.Fatal(err)
	}

	customers := map[string]*grades{}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	end, _ := time.Parse(time.DateOnly, asOf)
	for _, row := range rows[1:] {
		day, err := time.Parse(time.DateOnly, row[1])
		if err != nil {
			t.Fatal(err)
		}
		revenue, err := strconv.ParseInt(row[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		g := customers[row[0]]
		if g == nil {
			g = &grades{}
			customers[row[0]] = g
		}
		if day.After(g.last) {
			g.last = day
		}
		if end.Sub(day) < window*24*time.Hour {
			g.frequency, g.monetary = g.frequency+1, g.monetary+revenue*100
		}
	}
	score := func(x int64, cuts []int64) int { // the first band whose upper end holds x, five bands
		for band, high := range cuts {
			if x <= high {
				return band + 1
			}
		}
		return 5
	}
	type cell struct{ r, f int }
	type count struct{ customers, revenue int64 }
	cells, amounts := map[cell]count{}, map[int]int64{}
	for _, g := range customers {
		r := 6 - score(int64(end.Sub(g.last).Hours()/24), cuts["r"])
		at := cell{r, score(g.frequency, cuts["f"])}
		cells[at] = count{cells[at].customers + 1, cells[at].revenue + g.monetary}
		amounts[score(g.monetary, cuts["m"])]++
	}
	if len(cells) < 20 {
		t.Fatalf("the cuts leave %d cells, too few to say much", len(cells))
	}

	var grid struct {
		Customers int
		Cells     []struct {
			R, F      int
			Customers int64
			Revenue   struct{ Amount int64 }
		}
		Amounts []struct {
			M         int
			Customers int64
		}
	}
	c.eventually("customers in the grid", func() any {
		c.get("/rfm?as_of="+asOf, &grid)
		return grid.Customers
	}, len(customers))
	for _, got := range grid.Cells {
		want := cells[cell{got.R, got.F}]
		c.expect("customers of R"+strconv.Itoa(got.R)+" F"+strconv.Itoa(got.F), got.Customers, want.customers)
		c.expect("revenue of R"+strconv.Itoa(got.R)+" F"+strconv.Itoa(got.F), got.Revenue.Amount, want.revenue)
	}
	for _, got := range grid.Amounts {
		c.expect("customers of M"+strconv.Itoa(got.M), got.Customers, amounts[got.M])
	}
}
