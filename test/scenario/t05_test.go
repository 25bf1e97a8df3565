package scenario

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guanxi/test/served"
)

// T05 (C138, C139): customers of the same industry who buy about as often are one group with a plan that all who work with it
// share; the group belongs to a team, and with it its members, wherever one looks.
func TestT05IndustryByFrequency(t *testing.T) {
	for engine, url := range engines(t) {
		t.Run(engine, func(t *testing.T) { industryByFrequency(openWith(t, served.Options{URL: url})) })
	}
}

// companies are those of the scenario: of each industry three who order monthly, two who order each quarter and one who has
// ordered once.
func (c *company) companies() {
	customers, orders := "客户编号,类型,名称,行业\n", "订单号,日期,金额,门店,客户编号\n"
	n := 0
	for _, industry := range []string{"餐饮", "酒店"} {
		for i, times := range []int{12, 12, 12, 4, 4, 1} {
			id := fmt.Sprintf("%s-%d", industry, i)
			customers += fmt.Sprintf("%s,单位,%s%d号店,%s\n", id, industry, i, industry)
			for k := range times {
				n++
				orders += fmt.Sprintf("N%04d,%s,100.00,总部,%s\n", n, time.Now().AddDate(0, 0, -k*360/12-1).Format(time.DateOnly), id)
			}
		}
	}
	for _, file := range [][2]string{{"customers", customers}, {"orders", orders}} {
		path := filepath.Join(c.folder, file[0]+".csv")
		if err := os.WriteFile(path, []byte(file[1]), 0o600); err != nil {
			c.t.Fatal(err)
		}
		if _, err := c.Import(c.t.Context(), path, map[string]string{"kind": file[0], "mapping": ""}); err != nil {
			c.t.Fatal(err)
		}
	}
}

func industryByFrequency(c *company) {
	c.companies()
	and := func(conditions ...any) map[string]any { return map[string]any{"all": conditions} }
	industry := func(name string) map[string]any {
		return map[string]any{"field": "industry", "op": "eq", "value": name}
	}
	ordered := func(from, to int) map[string]any {
		return map[string]any{"event": "order_placed", "measure": "count", "op": "between", "value": []int{from, to}, "window": map[string]any{"last_days": 365}}
	}
	often := c.saved("餐饮 · 每月下单", and(industry("餐饮"), ordered(10, 14)))
	seldom := c.saved("餐饮 · 每季下单", and(industry("餐饮"), ordered(3, 5)))
	c.eventually("the group of one industry and one frequency", func() any { return c.members(often) }, 3)
	c.eventually("the next one", func() any { return c.members(seldom) }, 2)

	var dining struct{ ID string }
	c.post("/lists", map[string]any{"name": "餐饮行业", "description": "同业同频的客户"}, &dining)
	patch := func(path string, body any, status int) {
		c.t.Helper()
		if a := c.ask(c.admin(), "PATCH", path, body); a.status != status {
			c.t.Fatal(path, a.status, a.text)
		}
	}
	patch("/segments/"+often, map[string]any{"parent_id": dining.ID}, http.StatusOK)
	patch("/segments/"+seldom, map[string]any{"parent_id": dining.ID}, http.StatusOK)
	c.expect("the whole industry", c.count(map[string]any{"list": dining.ID}), 5)
	patch("/segments/"+often, map[string]any{"condition": map[string]any{"list": dining.ID}}, http.StatusUnprocessableEntity)

	c.play("the plan is shared, and keeps what was agreed before", func() {
		var plan struct {
			Items []struct {
				Version int
				Content string
			}
		}
		for i, content := range []string{"每月回访一次，推介套餐", "每月回访一次，推介年度方案"} {
			if err := c.Call(c.t.Context(), "PUT", "/segments/"+often+"/plan", map[string]any{"content": content, "over": i}, &plan); err != nil {
				c.t.Fatal(err)
			}
		}
		c.expect("the plan", plan.Items[0].Content, "每月回访一次，推介年度方案")
		c.expect("versions", len(plan.Items), 2)
	})

	var team struct{ ID string }
	c.post("/teams", map[string]any{"name": "餐饮组"}, &team)
	c.signIn("Mei", "mei@shop.example", "manager")
	var staff struct{ Items []struct{ ID, Name string } }
	c.get("/users", &staff)
	for _, person := range staff.Items {
		if person.Name == "Mei" {
			patch("/users/"+person.ID, map[string]any{"team_id": team.ID}, http.StatusOK)
		}
	}
	mei := c.signIn("Mei", "mei@shop.example", "manager") // again: what one may see has changed
	seen := func(path string) any { return c.ask(mei, "GET", path, nil).text }
	total := func(path string) func() any {
		return func() any {
			var list struct{ Total int }
			if err := c.asked(mei, path, &list); err != nil {
				c.t.Fatal(err)
			}
			return list.Total
		}
	}
	c.expect("whom the team sees before the group is its", total("/customers?total=true")(), 0)

	c.play("the team of a group sees its members in lists, in the group and in figures", func() {
		if a := c.ask(mei, "PATCH", "/segments/"+often, map[string]any{"team_id": team.ID}); a.status != http.StatusForbidden {
			c.t.Error("a manager who does not see all customers took a group:", a.status, seen("/segments/"+often))
		}
		patch("/segments/"+often, map[string]any{"team_id": team.ID}, http.StatusOK)
		c.eventually("whom the team sees", total("/customers?total=true"), 3)
		c.eventually("whom it sees in the group", total("/segments/"+often+"/members?total=true"), 3)
		c.expect("whom it sees in the group beside it", total("/segments/"+seldom+"/members?total=true")(), 0)
		var sales struct{ Value float64 }
		if err := c.asked(mei, "/metrics/buyers?segment="+often, &sales); err != nil {
			c.t.Fatal(err)
		}
		c.expect("buyers of the group in the last days", sales.Value, 3)
		if err := c.asked(mei, "/metrics/buyers?list="+dining.ID, &sales); err != nil {
			c.t.Fatal(err)
		}
		c.expect("buyers of the industry that the team may see", sales.Value, 3)
	})

	c.play("who leaves the group leaves the team", func() {
		patch("/segments/"+often, map[string]any{"condition": and(industry("餐饮"), ordered(10, 14), map[string]any{"not": map[string]any{"field": "name", "op": "eq", "value": "餐饮0号店"}})}, http.StatusOK)
		c.eventually("whom the team sees", total("/customers?total=true"), 2)
		patch("/segments/"+often, map[string]any{"team_id": "0"}, http.StatusOK)
		c.eventually("whom the team sees when the group is nobody's", total("/customers?total=true"), 0)
	})
}
