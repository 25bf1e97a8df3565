package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
	"guanxi/test/served"
)

// canaries are contact points and addresses of customers, as written and as kept. No answer to a GET may hold one.
var canaries = []string{
	"13900009001", "13900009002", "13900009003", "13900009004",
	"canary1@secret.example", "canary2@secret.example", "canary3@secret.example", "canary4@secret.example",
	"Canary Lane 71", "Canary Lane 72", "Canary Lane 73",
}

// bobs are marks of a customer whom only Bob looks after.
var bobs = []string{"Bobsown", "BOB-1", "BOB-2", "bob calls back", "bob pays for it", sensitive}

// sensitive is what a field of the company's own, marked as sensitive, holds of Bob's customer.
const sensitive = "secret level of Bob's"

// guarded is a company with a customer of Ann's, one of Bob's and one of nobody's, and a row that was rejected.
type guarded struct {
	*company
	ann, bob                    caller
	annsOwn, bobsOwn            string // customers
	bobsOrder, segment, product string
	bobsFile                    string // in the field papers of his customer
	roles                       map[string]caller
	permissions                 map[string][]string // by role
}

func openGuarded(t *testing.T, url string) *guarded {
	g := &guarded{company: openWith(t, served.Options{URL: url}), roles: map[string]caller{}, permissions: map[string][]string{}}
	g.ann = g.signIn("Ann", "ann@shop.example", "sales")
	g.bob = g.signIn("Bob", "bob@shop.example", "sales")
	g.bring("customers", "external_id,name,phone,email,address,owner,birthday\n"+
		"a1,Annsown,13900009001,canary1@secret.example,Canary Lane 71,ann@shop.example,1990-01-01\n"+
		"b1,Bobsown,13900009002,canary2@secret.example,Canary Lane 72,bob@shop.example,1990-01-01\n"+
		"n1,Nobodysown,13900009003,canary3@secret.example,Canary Lane 73,,1990-01-01\n"+
		"x1,Rejected,13900009004,canary4@secret.example,,,1990-01-01,a cell too many\n", 3)
	g.bring("order_lines", "order_number,ordered_at,sku,product_name,quantity,unit_price,customer.external_id\n"+
		"ANN-1,2026-10-01,S1,Soap,1,10.00,a1\nBOB-1,2026-10-02,S1,Soap,2,10.00,b1\nBOB-2,2026-10-03,S2,Towel,1,0,b1\n", 3)

	g.bring("products", "sku,name\nS1,Soap\n", 1)

	var found struct{ Items []struct{ ID, Name string } }
	g.get("/customers?sort=name", &found)
	for _, item := range found.Items {
		switch item.Name {
		case "Annsown":
			g.annsOwn = item.ID
		case "Bobsown":
			g.bobsOwn = item.ID
		}
	}
	var orders struct{ Items []struct{ ID string } }
	g.get("/orders?number=BOB-1", &orders)
	g.bobsOrder = orders.Items[0].ID
	g.get("/products", &orders)
	g.product = orders.Items[0].ID
	g.post("/customers/"+g.bobsOwn+"/activities", map[string]any{"kind": "call", "content": "bob calls back", "result": "reached"}, nil)
	g.post("/customer-fields", map[string]any{"key": "level", "type": "text", "label": map[string]string{"zh-CN": "级别", "en-US": "Level"},
		"applies_to": "both", "sensitivity": "sensitive", "purpose": "advice"}, nil)
	for id, level := range map[string]string{g.annsOwn: "secret level of Ann's", g.bobsOwn: sensitive} {
		if a := g.ask(g.admin(), "PATCH", "/customers/"+id, map[string]any{"custom": map[string]any{"level": level}}); a.status != 200 {
			g.t.Fatal(a.status, a.text)
		}
	}
	g.post("/customer-fields", map[string]any{"key": "papers", "type": "file", "label": map[string]string{"zh-CN": "证件", "en-US": "Papers"},
		"applies_to": "both", "sensitivity": "sensitive", "purpose": "advice", "files": map[string]any{"multiple": true}}, nil)
	g.bobsFile = g.file(g.bobsOwn, sensitive)
	// Bob's customer speaks for Ann's
	if a := g.ask(g.admin(), "PATCH", "/customers/"+g.annsOwn, map[string]any{"kind": "organization"}); a.status != 200 {
		g.t.Fatal(a.status, a.text)
	}
	g.post("/customers/"+g.annsOwn+"/contacts", map[string]any{"other": g.bobsOwn, "title": "bob pays for it"}, nil)
	var segment struct{ ID string }
	g.post("/segments", map[string]any{"name": "Everybody who bought", "condition": bought}, &segment)
	g.segment = segment.ID
	g.post("/reports", map[string]any{"name": "Orders", "definition": map[string]any{"measures": []any{map[string]any{"metric": "orders"}}}}, nil)
	g.post("/dashboards", map[string]any{"name": "Ours", "shared": "everybody", "tiles": []any{map[string]any{"key": "a", "kind": "report", "report": "1", "wide": 2, "tall": 1}}}, nil)
	g.post("/mailings", map[string]any{"name": "Daily", "subject": "report:1", "repeat": map[string]any{"every": "day", "at": "08:00"}, "recipients": []string{"1"}}, nil)
	g.post("/lists", map[string]any{"name": "Picked", "description": "by hand"}, nil)
	g.post("/lists/1/members", map[string]any{"chosen": map[string]any{"ids": []string{g.annsOwn, g.bobsOwn}}}, nil)
	g.eventually("buyers, counted by analysis", func() any { return g.count(bought) }, 2)

	// an alert about Bob's customer, for what only who sees sensitive fields may know: a rule that takes long to look at rests
	// before it looks again, so what it looks for is there first
	level := map[string]any{"field": "custom.level", "op": "eq", "value": sensitive}
	g.eventually("Bob's customer's level, counted by analysis", func() any { return g.count(level) }, 1)
	g.post("/alert-rules", map[string]any{"name": "watches Bob's", "watches": map[string]any{"kind": "customers", "condition": level},
		"fires": map[string]any{"when": "enters"}, "severity": "info", "owner_kind": "customer_owner", "due_minutes": 60, "escalate_minutes": 0, "active": true}, nil)
	g.eventually("alerts", func() any {
		var list struct{ Total int }
		g.get("/alerts?total=true", &list)
		return list.Total
	}, 1)

	var roles struct {
		Items []struct {
			Role        string
			Permissions []string
		}
	}
	g.get("/roles", &roles)
	for _, role := range roles.Items {
		g.roles[role.Role] = bearer(g.guanxi("token", "create", "--role", role.Role, "--name", role.Role))
		g.permissions[role.Role] = role.Permissions
	}
	if a := g.ask(g.roles["admin"], "POST", "/exports", map[string]any{"kind": "customers", "reason": "the sweep"}); a.status != 201 {
		g.t.Fatal(a.status, a.text)
	}
	g.eventually("an export with every customer", func() any {
		var e struct{ State string }
		g.get("/exports/1", &e)
		return e.State
	}, "done")
	filter, err := json.Marshal(map[string]any{"field": "name", "op": "contains", "value": "Bobsown"})
	if err != nil {
		g.t.Fatal(err)
	}
	if a := g.ask(g.roles["admin"], "POST", "/schedules", map[string]any{"name": "nightly", "direction": "out", "kind": "customers", "place": map[string]any{"type": "folder"},
		"repeat": map[string]any{"at": "02:00"}, "export": map[string]any{"reason": "the sweep", "filter": string(filter)}}); a.status != 201 {
		g.t.Fatal(a.status, a.text)
	}
	g.expect("roles", slices.Sorted(maps.Keys(g.roles)), []string{"admin", "analyst", "audit_admin", "auditor", "manager", "operator", "sales", "security_admin", "service", "system_admin"})
	return g
}

var bought = map[string]any{"field": "orders.count", "op": "gte", "value": 1}

// bring imports a text as CSV, of which so many rows must come in.
func (g *guarded) bring(kind, text string, created int) {
	g.t.Helper()
	path := filepath.Join(g.folder, kind+".csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	mapping := `{"constants": {"source": "till"}}`
	if kind == "products" {
		mapping = ""
	}
	i, err := g.Import(g.t.Context(), path, map[string]string{"kind": kind, "mapping": mapping})
	if err != nil {
		g.t.Fatal(err)
	}
	g.expect("made by the import of "+kind, i.Created, created)
}

// file puts a file into the field papers of a customer, whose name and content both hold the mark, and gives its id.
func (g *guarded) file(customer, mark string) string {
	g.t.Helper()
	kind, body := upload{name: mark + ".txt", content: []byte("inside: " + mark)}.body(g.t)
	a := g.send("/customers/"+customer+"/fields/papers/files", kind, body, int64(body.Len()))
	var page struct {
		Custom struct{ Papers []struct{ ID string } }
	}
	if err := json.Unmarshal([]byte(a.text), &page); err != nil || a.status != 201 {
		g.t.Fatal(a.status, a.text, err)
	}
	return page.Custom.Papers[len(page.Custom.Papers)-1].ID
}

// operation is one that /openapi.json lists.
type operation struct{ method, path, permission string }

func (g *guarded) operations() (all []operation) {
	g.t.Helper()
	response, err := http.Get(g.URL() + "/openapi.json")
	if err != nil {
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	var document struct {
		Paths map[string]map[string]struct {
			Permission string `json:"x-permission"`
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&document); err != nil {
		g.t.Fatal(err)
	}
	for path, methods := range document.Paths {
		for method, o := range methods {
			all = append(all, operation{strings.ToUpper(method), strings.TrimPrefix(path, "/api/v1"), o.Permission})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	if len(all) < 80 {
		g.t.Fatalf("only %d operations", len(all))
	}
	return all
}

// filled puts ids of records that exist into the path, customers being the one with the given id, and gives operations
// the parameters they cannot do without.
func (g *guarded) filled(path, customer string) string {
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	id := map[string]string{"customers": customer, "orders": g.bobsOrder, "segments": g.segment, "metrics": "gross_sales", "today": "group-findings", "products": g.product}[noun]
	if id == "" {
		id = "1"
	}
	parameters := map[string]string{
		"/search": "?q=own", "/customers/{id}/personal-data": "?reason=asked", "/customers/{id}/personal-data/archive": "?reason=asked", "/segments/{id}/explain": "?customer=" + customer, "/rfm": "?as_of=2026-10-31",
		"/metrics/{name}/behind": "?from=2026-10-01&to=2026-10-31", "/metrics/{name}/behind.csv": "?from=2026-10-01&to=2026-10-31",
		"/metrics/{name}/series.csv": "?from=2026-10-01&to=2026-10-31", "/metrics/{name}": "?from=2026-10-01&to=2026-10-31",
	}[path]
	key := "level"
	if strings.Contains(path, "/{key}/files") {
		key = "papers"
	}
	file := g.bobsFile
	switch noun {
	case "reports":
		key = "sales-shop"
	case "bi":
		file = "orders.parquet"
	}
	return strings.NewReplacer("{id}", id, "{name}", id, "{activity}", "1", "{role}", "sales", "{point}", "1", "{key}", key, "{file}", file, "{code}", "product_sales").Replace(path) + parameters
}

// Every operation is called as nobody and in every role. Nobody gets 401; a role without the permission gets 403
// whatever it sends, and what it may read answers; nothing fails inside; no answer to a GET holds a contact point.
func TestRightsSweep(t *testing.T) {
	g := openGuarded(t, "")
	for _, o := range g.operations() {
		if o.permission == "public" {
			continue
		}
		path := g.filled(o.path, g.bobsOwn)
		var body any
		if o.method != "GET" {
			body = map[string]any{}
		}
		if a := g.ask(nil, o.method, path, body); a.status != 401 {
			t.Errorf("nobody: %s %s answers %d %s", o.method, path, a.status, a.text)
		}
		for role, who := range g.roles {
			may := slices.Contains(g.permissions[role], o.permission)
			if may && o.method != "GET" {
				continue // what is allowed to change things is the subject of other tests
			}
			a := g.ask(who, o.method, path, body)
			switch {
			case o.path == "/today/team": // for who leads; the page is there for everyone who has a Today
			case strings.Contains(o.path, "/fields/{key}/") && a.status == 403: // a sensitive field has a right of its own
			case (strings.HasPrefix(o.path, "/costs") || strings.HasPrefix(o.path, "/budget")) && a.status == 403 && strings.Contains(a.text, "scope_all_needed"): // what the company spends is for who sees all its customers
			case !may && a.status != 403:
				t.Errorf("%s, without %s: %s %s answers %d %s", role, o.permission, o.method, path, a.status, a.text)
			case may && a.status != 200 && a.status != 404:
				t.Errorf("%s: %s %s answers %d %s", role, o.method, path, a.status, a.text)
			case role == "admin" && a.status == 404 && !strings.HasPrefix(o.path, "/today/") && !strings.HasPrefix(o.path, "/duplicates/") && !strings.HasPrefix(o.path, "/quality/"): // none is there
				t.Errorf("admin: %s %s is not found", o.method, path)
			}
			if may && o.permission == "customers.disclose" {
				continue // to hand over what is held about her, in full, is what it is for
			}
			hidden := canaries
			if !slices.Contains(g.permissions[role], "fields.sensitive") {
				hidden = append(slices.Clone(canaries), sensitive)
			}
			for _, canary := range hidden {
				if strings.Contains(a.text, canary) {
					t.Errorf("%s: %s %s tells %s: %s", role, o.method, path, canary, a.text)
				}
			}
		}
	}
	g.expect("orders after the sweep", g.total("/orders"), 3)
	g.expect("customers after the sweep", g.total("/customers"), 3)
}

// Ann's work is with her own customers, Carl's with those of a team that Bob is not in: nothing the program tells them,
// on any path, in a list, a search, a segment, a figure or an export, is about Bob's.
func TestOthersCustomersStayUnseen(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { othersStayUnseen(openGuarded(t, "")) })
	t.Run("postgres", func(t *testing.T) { othersStayUnseen(openGuarded(t, dbtest.PostgresURL(t))) })
}

func othersStayUnseen(g *guarded) {
	carl := g.signIn("Carl", "carl@shop.example", "manager")
	g.play("by Ann, in sales", func() { g.seesNothingOfBobs(g.ann, "sales") })
	g.play("by Carl, a manager", func() { g.seesNothingOfBobs(carl, "manager") })
	g.play("and what is her own Ann sees", g.annSeesHerOwn)
	g.play("nor can Ann change them", g.annChangesNothingOfBobs)
}

func (g *guarded) seesNothingOfBobs(who caller, role string) {
	allowed := g.permissions[role]
	paths := []string{
		"/customers?limit=500&total=true", "/customers?sort=-orders.total", "/customers?sort=owner",
		"/customers?filter=" + url.QueryEscape(`{"field":"name","op":"contains","value":"Bobsown"}`),
		"/search?q=Bobsown", "/search?q=BOB-1", "/search?q=13900009002", "/search?q=canary2@secret.example",
		"/orders?number=BOB-1", "/orders?customer=" + g.bobsOwn, "/segments/" + g.segment + "/members?limit=500&total=true",
		"/today?subject=customer:" + g.bobsOwn, "/activities?due=all",
	}
	for _, o := range g.operations() {
		if o.method == "GET" && o.permission != "public" && slices.Contains(allowed, o.permission) {
			paths = append(paths, g.filled(o.path, g.bobsOwn))
		}
	}
	for _, path := range paths {
		a := g.ask(who, "GET", path, nil)
		for _, mark := range slices.Concat(bobs, canaries) {
			if strings.Contains(a.text, mark) {
				g.t.Errorf("GET %s tells of %s: %s", path, mark, a.text)
			}
		}
		if strings.HasPrefix(path, "/customers/"+g.bobsOwn) && a.status != 404 {
			g.t.Errorf("GET %s answers %d %s", path, a.status, a.text)
		}
	}
}

func (g *guarded) annSeesHerOwn() {
	for path, want := range map[string]string{
		"/customers?total=true": `"total":1`, "/orders?total=true": `"total":1`,
		"/segments/" + g.segment + "/members?total=true":     `"total":1`,
		"/metrics/customers?from=2026-10-01&to=2026-10-31":   `"value":1`,
		"/metrics/gross_sales?from=2026-10-01&to=2026-10-31": `"value":{"amount":1000,`,
	} {
		if a := g.ask(g.ann, "GET", path, nil); !strings.Contains(a.text, want) {
			g.t.Errorf("GET %s answers Ann with %d %s, want %s in it", path, a.status, a.text, want)
		}
	}
	preview := g.ask(g.ann, "POST", "/segments/preview", map[string]any{"condition": bought})
	if !strings.Contains(preview.text, `"count":1,`) || strings.Contains(preview.text, "Bobsown") {
		g.t.Errorf("a preview tells Ann %s", preview.text)
	}
	if a := g.ask(g.bob, "GET", "/customers/"+g.bobsOwn, nil); a.status != 200 || !strings.Contains(a.text, `"name":"Bobsown"`) || !strings.Contains(a.text, "139****9002") {
		g.t.Errorf("Bob reads his own customer: %d %s", a.status, a.text)
	}
}

func (g *guarded) annChangesNothingOfBobs() {
	for _, row := range []struct {
		method, path string
		body         any
	}{
		{"PATCH", "/customers/" + g.bobsOwn, map[string]any{"name": "Taken"}},
		{"POST", "/customers/" + g.bobsOwn + "/activities", map[string]any{"kind": "note", "content": "x"}},
		{"POST", "/customers/" + g.bobsOwn + "/reveal", map[string]any{"field": "phone", "reason": "curious"}},
		{"POST", "/customers/" + g.bobsOwn + "/contact-points", map[string]any{"kind": "phone", "value": "13900009009"}},
		{"POST", "/customers/" + g.annsOwn + "/merge", map[string]any{"other": g.bobsOwn}},
	} {
		if a := g.ask(g.ann, row.method, row.path, row.body); a.status != 404 && a.status != 403 {
			g.t.Errorf("%s %s answers Ann with %d %s", row.method, row.path, a.status, a.text)
		}
	}
}

// A contact point is shown in full to who may see it and says why, and the audit log keeps that; an analyst can neither
// see one nor find out by filtering, sorting or searching.
func TestContactPointsAreRevealedForAReason(t *testing.T) {
	g := openGuarded(t, "")
	reveal := "/customers/" + g.annsOwn + "/reveal"
	for _, row := range []struct {
		name   string
		who    caller
		body   map[string]any
		status int
		value  string
	}{
		{"with a reason", g.ann, map[string]any{"field": "phone", "reason": "calls back as agreed"}, 200, "13900009001"},
		{"an e-mail address", g.ann, map[string]any{"field": "email", "reason": "sends the invoice"}, 200, "canary1@secret.example"},
		{"an address", g.ann, map[string]any{"field": "address", "reason": "sends a parcel"}, 200, "Canary Lane 71"},
		{"without a reason", g.ann, map[string]any{"field": "phone", "reason": " "}, 422, ""},
		{"of a field that is none", g.ann, map[string]any{"field": "name", "reason": "curious"}, 422, ""},
		{"by an analyst", g.roles["analyst"], map[string]any{"field": "phone", "reason": "curious"}, 403, ""},
	} {
		g.play(row.name, func() {
			a := g.ask(row.who, "POST", reveal, row.body)
			g.expect("status", a.status, row.status)
			if row.value != "" && !strings.Contains(a.text, row.value) {
				g.t.Errorf("shows %s, want %s", a.text, row.value)
			}
		})
	}
	audit := g.ask(g.admin(), "GET", "/audit?action=customer.revealed", nil)
	for _, reason := range []string{"calls back as agreed", "sends the invoice", "sends a parcel"} {
		if !strings.Contains(audit.text, reason) {
			t.Errorf("the audit log does not tell of %q: %s", reason, audit.text)
		}
	}
	if strings.Contains(audit.text, "curious") {
		t.Error("the audit log tells of a reveal that was refused as one that happened")
	}

	analyst := g.roles["analyst"]
	for _, path := range []string{
		"/customers?filter=" + url.QueryEscape(`{"field":"phone","op":"starts_with","value":"139"}`), "/customers?sort=phone", "/customers?sort=-email",
		"/customers?filter=" + url.QueryEscape(`{"field":"email","op":"contains","value":"canary"}`),
		"/metrics/orders?from=2026-10-01&to=2026-10-31&split=phone",
	} {
		if a := g.ask(analyst, "GET", path, nil); a.status != 422 && a.status != 403 {
			t.Errorf("an analyst asks GET %s and gets %d %s", path, a.status, a.text)
		}
	}
	if a := g.ask(analyst, "POST", "/segments/preview", map[string]any{"condition": map[string]any{"field": "phone", "op": "is_set"}}); a.status != 422 && a.status != 403 {
		t.Errorf("an analyst counts customers with a phone: %d %s", a.status, a.text)
	}
	for _, q := range []string{"13900009001", "canary1@secret.example", "9001"} {
		if a := g.ask(analyst, "GET", "/search?q="+q, nil); a.status != 200 || strings.Contains(a.text, "Annsown") {
			t.Errorf("an analyst finds out whose %s is: %d %s", q, a.status, a.text)
		}
	}
	if a := g.ask(g.ann, "GET", "/search?q=13900009001", nil); !strings.Contains(a.text, "Annsown") {
		t.Errorf("Ann does not find her customer by phone: %s", fmt.Sprint(a.status, a.text))
	}
}
