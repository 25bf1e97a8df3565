package scenario

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/test/served"
)

// T19 (C197): a gift shop. Planted: 120 young working women buy the box in green packaging at 40% above what is usually paid for a
// gift box, 140 men buy tools often, 140 older customers wait for the sale. The clusters that are found are those; price
// acceptance says of the first that they pay 40% more and of the others that they do not. Half of the first, dealt by chance,
// are offered the green gift box for a month: their order value lies 18% above that of the other half, more than chance would
// have it, and before the two were alike.
func TestT19EcoPremium(t *testing.T) {
	for engine, url := range engines(t) {
		t.Run(engine, func(t *testing.T) { ecoPremium(openWith(t, served.Options{URL: url})) })
	}
}

const gifted = 120 // young women, who come first

// giftShop writes the people and what they bought, and how much those of each half spent in how many orders of the test.
func giftShop(today time.Time) (people, lines string, spent, orders [2]float64) {
	var who, what strings.Builder
	who.WriteString("客户编号,姓名,性别,生日,标签\n")
	what.WriteString("订单号,下单时间,商品名,SKU,类目,数量,单价,客户外部编号\n")
	order := 0
	buys := func(i, before int, name, category string, pieces int, price float64) {
		order++
		fmt.Fprintf(&what, "G%d,%s,%s,%s,%s,%d,%.2f,g%d\n", order, today.AddDate(0, 0, -before).Format("2006-01-02 15:04"), name, name, category, pieces, price, i)
	}
	for i := range 400 {
		gender, age, tag := "女", 23+i%7, []string{"试验组", "对照组"}[i%2]
		switch {
		case i < gifted:
			for before := 50 + i%20; before < 400; before += 55 + i%17 {
				buys(i, before, "环保礼盒", "礼盒", 1, 140)
			}
			price := 140 + float64(i/2%9-4) // the halves are alike, one by one
			if i%2 == 0 {
				price *= 1.18
			}
			buys(i, 3+i%20, []string{"环保大礼盒", "环保礼盒"}[i%2], "礼盒", 1, math.Round(100*price)/100)
			spent[i%2] += math.Round(100 * price)
			orders[i%2]++
		case i < 260:
			gender, age, tag = "男", 36+i%9, ""
			for before := 1 + i%9; before < 400; before += 13 + i%7 {
				buys(i, before, "扳手", "五金", 1+(i+before)%3, 30)
			}
		default:
			gender, age, tag = []string{"男", "女"}[i%2], 58+i%11, ""
			for n, before := 0, 20+i%50; before < 400; n, before = n+1, before+50+i%23 {
				buys(i, before, "礼盒", "礼盒", 1, []float64{80, 100, 100, 80, 100}[(n+i)%5])
			}
		}
		fmt.Fprintf(&who, "g%d,客人%d,%s,%s,%s\n", i, i, gender, today.AddDate(-age, 0, -50).Format(time.DateOnly), tag)
	}
	return who.String(), what.String(), spent, orders
}

func ecoPremium(c *company) {
	today := time.Now().UTC()
	people, lines, spent, orders := giftShop(today)
	for _, file := range [][3]string{{"customers", people, `{"constants": {"identity_source": "till"}}`}, {"order_lines", lines, `{"constants": {"source": "till"}}`}} {
		path := filepath.Join(c.folder, "gifts-"+file[0]+".csv")
		if err := os.WriteFile(path, []byte(file[1]), 0o600); err != nil {
			c.t.Fatal(err)
		}
		if _, err := c.Import(c.t.Context(), path, map[string]string{"kind": file[0], "mapping": file[2]}); err != nil {
			c.t.Fatal(err)
		}
	}
	halves := [2]string{c.saved("试验组", map[string]any{"tag": "试验组"}), c.saved("对照组", map[string]any{"tag": "对照组"})}
	c.eventually("everybody's orders", func() any {
		return c.count(map[string]any{"field": "orders.count", "op": "gte", "value": 2})
	}, 400)

	var board struct {
		State    string
		Clusters []struct {
			ID        string
			Customers int
			Condition map[string]any
		}
	}
	c.post("/likeness/clusters", map[string]any{"groups": 0}, nil)
	c.eventually("the clusters", func() any { c.get("/likeness/clusters", &board); return len(board.Clusters) }, 3)
	eco := ""
	for _, each := range board.Clusters {
		women := c.count(map[string]any{"all": []any{each.Condition, map[string]any{"any": []any{map[string]any{"tag": "试验组"}, map[string]any{"tag": "对照组"}}}}})
		if women == gifted {
			eco = each.ID
			c.expect("the cluster of young women", each.Customers, gifted)
		}
	}
	if eco == "" {
		c.t.Fatalf("no cluster is that of the young women: %+v", board)
	}
	var prices struct {
		Steps    []float64
		Clusters []struct {
			ID      string
			Premium float64
			Share   []float64
		}
	}
	c.get("/likeness/prices", &prices)
	for _, each := range prices.Clusters {
		at := func(step float64) float64 {
			for i, s := range prices.Steps {
				if math.Abs(s-step) < 1e-9 {
					return each.Share[i]
				}
			}
			return -1
		}
		switch premium := each.Premium; {
		case each.ID == eco && (math.Abs(premium-.4) > .005 || at(.4) < .9):
			c.t.Errorf("the young women pay %v above, %v of what they buy at 40%% or more", premium, at(.4))
		case each.ID != eco && at(.4) > 0:
			c.t.Errorf("others accept 40%% for %v of what they buy", at(.4))
		}
	}

	var test struct {
		Now     struct{ Test, Control, Difference, Low, High, Lift float64 }
		Before  struct{ Test, Control, Low, High float64 }
		Verdict string
		Unlike  bool
		Test    struct{ Customers int }
		Control struct{ Customers int }
	}
	c.post("/likeness/compare", map[string]any{"segment": halves[0], "control_segment": halves[1], "measure": "order_value", "from": today.AddDate(0, 0, -30).Format(time.DateOnly), "to": today.Format(time.DateOnly)}, &test)
	want := [2]float64{spent[0] / orders[0], spent[1] / orders[1]}
	c.expect("who was offered it and who was not", fmt.Sprint(test.Test.Customers, test.Control.Customers), fmt.Sprint(gifted/2, gifted/2))
	c.expect("order values", fmt.Sprint(math.Round(test.Now.Test), math.Round(test.Now.Control)), fmt.Sprint(math.Round(want[0]), math.Round(want[1])))
	c.expect("the lift in percent", math.Round(100*test.Now.Lift), 18)
	c.expect("how it is judged", fmt.Sprint(test.Verdict, test.Unlike), "betterfalse")
	if test.Now.Low <= 0 || test.Now.Low >= test.Now.Difference || test.Now.High <= test.Now.Difference {
		c.t.Errorf("limits %+v", test.Now)
	}
	c.expect("what both spent before", fmt.Sprint(math.Round(test.Before.Test), math.Round(test.Before.Control)), "14000 14000")
}
