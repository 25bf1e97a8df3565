package scenario

import (
	"net/url"
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
)

// Customers that fit a condition are shared: from the moment the rule is there until it is gone or the customer no longer
// fits, on every path, and for reading only where it says so.
func TestSharingByCondition(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { sharing(openGuarded(t, "")) })
	t.Run("postgres", func(t *testing.T) { sharing(openGuarded(t, dbtest.PostgresURL(t))) })
}

// tea is the rule these tests share by.
func tea(to, target, access string) map[string]any {
	return map[string]any{"name": "Tea houses", "to": to, "target": target, "access": access, "active": true,
		"condition": map[string]any{"and": []any{map[string]any{"field": "industry", "op": "in", "value": []string{"tea", "coffee"}},
			map[string]any{"not": map[string]any{"tag": "secret"}}}}}
}

func sharing(g *guarded) {
	g.changed(g.bobsOwn, map[string]any{"industry": "tea"})
	unseen := func() {
		g.t.Helper()
		g.seesNothingOfBobs(g.ann, "sales")
		g.annSeesHerOwn()
	}
	g.play("before the rule", unseen)

	g.play("the effect is told before it is", func() {
		var effect struct {
			Matches int
			Effects []struct {
				Staff struct{ Name string }
				Seen  []int
				Kept  []int
			}
		}
		g.post("/sharing-rules/effect", tea("role", "sales", "read"), &effect)
		g.expect("customers that fit", effect.Matches, 1)
		g.expect("who gains", effect.Effects, "[{{Ann} [1 2] []}]")
	})
	var rule struct {
		ID      string
		Version int
	}
	g.post("/sharing-rules", tea("role", "sales", "read"), &rule)
	g.play("the customer is there on every path", func() { g.annSeesBobs(2) })
	g.play("and is not changed", func() {
		for _, row := range []struct {
			method, path string
			body         any
		}{
			{"PATCH", "", map[string]any{"name": "Taken"}},
			{"POST", "/activities", map[string]any{"kind": "note", "content": "x"}},
			{"POST", "/contact-points", map[string]any{"kind": "phone", "value": "13900009009"}},
		} {
			if a := g.ask(g.ann, row.method, "/customers/"+g.bobsOwn+row.path, row.body); a.status != 403 || !strings.Contains(a.text, "shared_for_reading") {
				g.t.Errorf("%s %s answers Ann with %d %s", row.method, row.path, a.status, a.text)
			}
		}
		page := g.ask(g.ann, "GET", "/customers/"+g.bobsOwn, nil)
		if strings.Contains(page.text, `:"write"`) {
			g.t.Errorf("the page says she may write: %s", page.text)
		}
		if a := g.ask(g.ann, "POST", "/customers/"+g.annsOwn+"/merge", map[string]any{"other": g.bobsOwn}); a.status < 400 {
			g.t.Errorf("merged away: %d %s", a.status, a.text)
		}
	})
	g.play("a tag takes her out again, at once", func() {
		g.changed(g.bobsOwn, map[string]any{"tags": []string{"secret"}})
		g.eventually("in columns", func() any { return g.ask(g.ann, "GET", "/customers?total=true&sort=name", nil).has(`"total":1`) }, true)
		unseen()
		g.changed(g.bobsOwn, map[string]any{"tags": []string{}})
	})
	g.play("shared for writing she may write", func() {
		if a := g.ask(g.admin(), "PUT", "/sharing-rules/"+rule.ID, tea("role", "sales", "write")); a.status != 200 {
			g.t.Fatal(a.status, a.text)
		}
		if a := g.ask(g.ann, "PATCH", "/customers/"+g.bobsOwn, map[string]any{"industry": "coffee"}); a.status != 200 {
			g.t.Errorf("%d %s", a.status, a.text)
		}
		if a := g.ask(g.ann, "POST", "/customers/"+g.bobsOwn+"/activities", map[string]any{"kind": "note", "content": "x"}); a.status >= 300 {
			g.t.Errorf("%d %s", a.status, a.text)
		}
	})
	g.play("a customer who no longer fits is gone, at once", func() {
		g.changed(g.bobsOwn, map[string]any{"industry": "steel"})
		g.eventually("in columns", func() any { return g.ask(g.ann, "GET", "/customers?total=true&sort=name", nil).has(`"total":1`) }, true)
		unseen()
		g.changed(g.bobsOwn, map[string]any{"industry": "tea"})
	})
	g.play("a rule switched off, for another team, or removed shares nothing", func() {
		var team struct{ ID string }
		g.post("/teams", map[string]any{"name": "North"}, &team)
		off := tea("role", "sales", "read")
		off["active"] = false
		for _, change := range []map[string]any{off, tea("team", team.ID, "write"), tea("role", "service", "read")} {
			if a := g.ask(g.admin(), "PUT", "/sharing-rules/"+rule.ID, change); a.status != 200 {
				g.t.Fatal(a.status, a.text)
			}
			unseen()
		}
		if a := g.ask(g.admin(), "DELETE", "/sharing-rules/"+rule.ID, nil); a.status != 204 {
			g.t.Fatal(a.status, a.text)
		}
		unseen()
	})
	g.play("every change is in the log", func() {
		audit := g.ask(g.admin(), "GET", "/audit?action=sharing.&limit=50", nil)
		for _, action := range []string{"sharing.added", "sharing.changed", "sharing.removed"} {
			if !audit.has(action) {
				g.t.Errorf("no %s", action)
			}
		}
	})
	g.play("what cannot be asked is refused", func() {
		for _, condition := range []any{
			map[string]any{}, map[string]any{"and": []any{}}, map[string]any{"field": "phone", "op": "eq", "value": "13900009001"},
			map[string]any{"field": "industry) or (1=1", "op": "eq", "value": "x"}, map[string]any{"field": "industry", "op": "like", "value": "%"},
			map[string]any{"field": "industry", "op": "in", "value": []any{}}, map[string]any{"field": "industry", "op": "eq", "value": 1},
			map[string]any{"field": "industry", "op": "eq", "value": "x", "tag": "y"},
		} {
			rule := tea("role", "sales", "read")
			rule["condition"] = condition
			if a := g.ask(g.admin(), "POST", "/sharing-rules", rule); a.status != 422 {
				g.t.Errorf("%v: %d %s", condition, a.status, a.text)
			}
		}
		for _, rule := range []map[string]any{tea("role", "nobody", "read"), tea("team", "99", "read"), tea("staff", "x", "read"), tea("role", "sales", "all")} {
			if a := g.ask(g.admin(), "POST", "/sharing-rules", rule); a.status != 422 {
				g.t.Errorf("%v: %d %s", rule, a.status, a.text)
			}
		}
	})
}

// annSeesBobs asks every path that lists, counts or reckons customers: Bob's is among Ann's.
func (g *guarded) annSeesBobs(customers int) {
	g.eventually("in columns", func() any { return g.ask(g.ann, "GET", "/customers?total=true&sort=name", nil).has(`"total":2`) }, true)
	for path, want := range map[string]string{
		"/customers?total=true": `"total":2`, "/customers?sort=-orders.total": "Bobsown", "/orders?total=true": `"total":3`, "/search?q=Bobsown": "Bobsown",
		"/search?q=BOB-1": "BOB-1", "/search?q=13900009002": "Bobsown",
		"/customers?filter=" + url.QueryEscape(`{"field":"name","op":"contains","value":"Bobsown"}`): "Bobsown",
		"/segments/" + g.segment + "/members?total=true":                                             `"total":2`,
		"/metrics/customers?from=2026-10-01&to=2026-10-31":                                           `"value":2`,
		"/metrics/gross_sales?from=2026-10-01&to=2026-10-31":                                         `"value":{"amount":3000,`,
		"/customers/" + g.bobsOwn:                                                                    `"name":"Bobsown"`,
		"/customers/" + g.bobsOwn + "/timeline":                                                      "BOB-1", "/orders/" + g.bobsOrder: "BOB-1",
	} {
		if a := g.ask(g.ann, "GET", path, nil); !a.has(want) {
			g.t.Errorf("GET %s answers Ann with %d %s, want %s in it", path, a.status, a.text, want)
		}
		if a := g.ask(g.ann, "GET", path, nil); a.has("13900009002") || a.has(sensitive) {
			g.t.Errorf("GET %s shows in full what is masked: %s", path, a.text)
		}
	}
	preview := g.ask(g.ann, "POST", "/segments/preview", map[string]any{"condition": bought})
	if !preview.has(`"count":2,`) {
		g.t.Errorf("a preview tells Ann %s", preview.text)
	}
}

// changed changes a customer as the administrator.
func (g *guarded) changed(id string, fields map[string]any) {
	g.t.Helper()
	if a := g.ask(g.admin(), "PATCH", "/customers/"+id, fields); a.status != 200 {
		g.t.Fatal(a.status, a.text)
	}
}
