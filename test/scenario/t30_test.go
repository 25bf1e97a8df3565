package scenario

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
)

// T30 (C215): a row of the access matrix for finance. Who has the role sees a phone number in part, all of it for a reason,
// and an e-mail address not at all, whatever the reason; and all three stand in the audit log, which proves itself.
func TestT30(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { financeMasking(openGuarded(t, "")) })
	t.Run("postgres", func(t *testing.T) { financeMasking(openGuarded(t, dbtest.PostgresURL(t))) })
}

func financeMasking(g *guarded) {
	g.play("the administrator adds finance to the matrix", func() {
		g.post("/roles", map[string]any{"role": "finance", "from": "operator", "label": map[string]string{"zh-CN": "财务", "en-US": "Finance"}, "reach": "all",
			"permissions": []string{"customers.read", "orders.read", "reveal.contact", "metrics.read", "settings.read"},
			"fields":      map[string]string{"phone": "masked", "email": "none", "address": "none", "birthday": "none"}, "unusable": []string{"city"}}, nil)
	})
	fay := g.signIn("Fay", "fay@shop.example", "finance")
	page := "/customers/" + g.bobsOwn
	g.play("by default the phone is masked, and nothing else of the person is there", func() {
		a := g.ask(fay, "GET", page, nil)
		if a.status != 200 || !a.has("139****9002") || a.has("13900009002") || a.has("canary2") || a.has("secret.example") || a.has("1990-01-01") || a.has("Canary Lane") {
			g.t.Errorf("%d %s", a.status, a.text)
		}
	})
	g.play("for a reason the phone is shown", func() {
		if a := g.ask(fay, "POST", page+"/reveal", map[string]any{"field": "phone", "reason": "refund of BOB-1 came back"}); a.status != 200 || !a.has("13900009002") {
			g.t.Errorf("%d %s", a.status, a.text)
		}
	})
	g.play("what the row leaves out is refused for any reason", func() {
		if a := g.ask(fay, "POST", page+"/reveal", map[string]any{"field": "email", "reason": "invoice to be sent"}); a.status != 403 || a.has("canary2") {
			g.t.Errorf("%d %s", a.status, a.text)
		}
	})
	g.play("three rows in the log tell of it", func() {
		var found []string
		for _, action := range []string{"role.added", "customer.revealed", "customer.reveal_refused"} {
			var log struct {
				Items []struct {
					ActorName string `json:"actor_name"`
					Action    string
					SubjectID string `json:"subject_id"`
					Summary   map[string]any
				}
			}
			g.get("/audit?action="+action, &log)
			for _, e := range log.Items {
				found = append(found, e.Action+" "+e.SubjectID)
				if action != "role.added" && (e.ActorName != "Fay" || e.SubjectID != g.bobsOwn || e.Summary["reason"] == "") {
					g.t.Errorf("%+v", e)
				}
				if text, _ := json.Marshal(e.Summary); strings.Contains(string(text), "13900009002") || strings.Contains(string(text), "canary2") {
					g.t.Errorf("the log tells what was hidden: %s", text)
				}
			}
		}
		g.expect("rows", found, []string{"role.added finance", "customer.revealed " + g.bobsOwn, "customer.reveal_refused " + g.bobsOwn})
		if a := g.ask(g.admin(), "GET", "/audit?text="+"came+back", nil); !a.has("customer.revealed") || a.has("reveal_refused") {
			g.t.Errorf("found by its reason: %s", a.text)
		}
	})
	g.play("the log proves itself, and tells who took a copy", func() {
		g.eventually("sealed", func() any { return g.ask(g.admin(), "GET", "/audit/verify", nil).has(`"last_seal"`) }, true)
		if a := g.ask(g.admin(), "POST", "/audit/export", map[string]any{"reason": " "}); a.status != 422 {
			g.t.Errorf("%d %s", a.status, a.text)
		}
		if a := g.ask(g.admin(), "POST", "/audit/export", map[string]any{"reason": "yearly review", "action": "customer."}); a.status != 200 || !a.has("reveal_refused") || a.has("role.added") {
			g.t.Errorf("%d %s", a.status, a.text)
		}
		if a := g.ask(g.admin(), "GET", "/audit?action=audit.exported", nil); !a.has("yearly review") {
			g.t.Error("the export is not in the log")
		}
		if a := g.ask(fay, "POST", "/audit/export", map[string]any{"reason": "curious"}); a.status != 403 {
			g.t.Errorf("finance exports the log: %d", a.status)
		}
	})
	g.play("and by no other path does finance learn what it may not", func() { g.learnsNothing(fay, "finance") })
}

// hidden are the values that the role of finance may not see of Bob's customer.
var hidden = []string{"13900009002", "canary2@secret.example", "canary2", "Canary Lane", "1990-01-01", sensitive}

// learnsNothing calls every operation that reads as somebody of the role, and tries to find out by filter, sort, count and
// search: no byte of what is hidden comes back.
func (g *guarded) learnsNothing(who caller, role string) {
	var roles struct {
		Items []struct {
			Role        string
			Permissions []string
		}
	}
	g.get("/roles", &roles)
	var held []string
	for _, r := range roles.Items {
		if r.Role == role {
			held = r.Permissions
		}
	}
	asked := 0
	for _, o := range g.operations() {
		if o.method != "GET" || o.permission == "public" {
			continue
		}
		path := g.filled(o.path, g.bobsOwn)
		a := g.ask(who, "GET", path, nil)
		asked++
		if may := slices.Contains(held, o.permission); !may && a.status != 403 || a.status >= 500 {
			g.t.Errorf("GET %s, permitted %v: %d %s", path, may, a.status, a.text)
		}
		for _, mark := range hidden {
			if a.has(mark) {
				g.t.Errorf("GET %s tells %s: %s", path, mark, a.text)
			}
			for name, values := range a.header {
				if strings.Contains(strings.Join(values, " "), mark) {
					g.t.Errorf("GET %s tells %s in %s", path, mark, name)
				}
			}
		}
	}
	if asked < 60 {
		g.t.Errorf("only %d operations", asked)
	}
	for _, path := range []string{
		"/customers?sort=birthday", "/customers?sort=-age", "/customers?sort=city", "/customers?sort=email", "/metrics/orders?from=2026-10-01&to=2026-10-31&split=city",
		`/customers?filter={"field":"birthday","op":"eq","value":"1990-01-01"}`, `/customers?filter={"field":"age","op":"gt","value":30}`,
		`/customers?filter={"field":"city","op":"is_set"}`, `/customers?total=true&filter={"not":{"field":"birthday","op":"is_set"}}`,
	} {
		path = strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22").Replace(path)
		if a := g.ask(who, "GET", path, nil); a.status != 403 && a.status != 422 {
			g.t.Errorf("GET %s: %d %s", path, a.status, a.text)
		}
	}
	if a := g.ask(who, "POST", "/segments/preview", map[string]any{"condition": map[string]any{"field": "birthday", "op": "is_set"}}); a.status != 403 && a.status != 422 {
		g.t.Errorf("counted by birthday: %d %s", a.status, a.text)
	}
	for _, q := range []string{"canary2@secret.example", "canary2"} {
		if a := g.ask(who, "GET", "/search?q="+q, nil); a.has("Bobsown") {
			g.t.Errorf("found by what is hidden: %s", a.text)
		}
	}
}
