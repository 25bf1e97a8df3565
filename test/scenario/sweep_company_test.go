package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// canary stands in every field of Bob's customer that a role can be kept from; whatever holds it in an answer has leaked.
// It is long enough not to stand in what is sealed by chance.
const canary = "zqxwvj"

// asked is what segments ask for in fields of Bob's customer: to be known only by who may use the field.
const asked = "qx"

// withheld is what nobody may read who is kept from the fields of Bob's customer, however it is written.
var withheld = []string{canary, "5550702", "5550703", "5550704", "5550705", "5550706", "1987-03-21", "1988-04-22", "3133707", "5133707", canaries[1]}

// gone is what nobody reads any more.
var gone = []string{"zname gone", canary + "gone", "5550704"}

// inPart is what somebody may not read with whom Bob's customer is shared, and who sees contact points in part.
var inPart = slices.Concat([]string{"5550702", "5550703", canary + "lane", canary + "box", canary + "secret", canary + "paper", "3133707", canary + "merged", canary + "twin", sensitive, canaries[1]}, gone)

// spent is what Bob's customer spent, as amounts are written.
var spent = []string{"4133719", "41,337", "41337.19"}

// others is what nobody may read who may not see Bob's customer.
var others = slices.Concat([]string{"zname", "BOB-", "BIG-", "bob calls"}, withheld, spent)

// swept is a company with one record of every noun about customers of Bob's, and people and programs who may not see them.
type swept struct {
	*guarded
	doc                          document
	deleted, merged              string            // customers of Bob's
	ids                          map[string]string // of other nouns, by the first word of the path
	lead, blind, seer, orderless caller
	calls                        int
}

// fields of the company's own, one of each type.
var ownFields = []map[string]any{
	{"key": "remark", "type": "text", "sensitivity": "normal"}, {"key": "secret", "type": "text", "sensitivity": "sensitive", "purpose": "advice"},
	{"key": "hobby", "type": "text", "sensitivity": "personal", "purpose": "advice"}, {"key": "line", "type": "phone", "sensitivity": "normal"},
	{"key": "box", "type": "email", "sensitivity": "normal"}, {"key": "income", "type": "money", "sensitivity": "sensitive", "purpose": "advice", "unit": "CNY"},
	{"key": "points", "type": "number", "sensitivity": "normal"}, {"key": "wedding", "type": "day", "sensitivity": "normal"},
}

// profile is what stands in the fields of Bob's customer; n tells one state of it from another.
func profile(n int) map[string]any {
	text := func(field string) string { return fmt.Sprintf("%s%s%d", canary, field, n) }
	return map[string]any{
		"gender": []string{"female", "male"}[n%2], "birthday": fmt.Sprintf("1987-03-%d", 21+n), "company": text("company"), "industry": "tea", "province": text("province"), "city": text("city"),
		"district": text("district"), "postcode": fmt.Sprintf("zq%04d", 900+n), "address": text("lane"), "source": text("source"), "tags": []string{text("tag")},
		"custom": map[string]any{"remark": text("remark"), "secret": text("secret"), "hobby": text("hobby"), "line": fmt.Sprintf("1395555070%d", 3+n),
			"box": text("box") + "@secret.example", "income": 3133707 + n, "points": 5133707 + n, "wedding": fmt.Sprintf("1988-04-%d", 22+n)},
	}
}

func openSwept(t *testing.T, url string) *swept {
	w := &swept{guarded: openGuarded(t, url), ids: map[string]string{}}
	w.doc = w.document()
	for _, f := range ownFields {
		f = maps.Clone(f)
		f["label"], f["applies_to"] = map[string]string{"zh-CN": f["key"].(string), "en-US": f["key"].(string)}, "both"
		w.post("/customer-fields", f, nil)
	}
	as := func(who caller, method, path string, body any) (out struct{ ID, State string }) {
		t.Helper()
		a := w.ask(who, method, path, body)
		if a.status >= 300 {
			t.Fatal(method, path, a.status, a.text)
		}
		_ = json.Unmarshal([]byte(a.text), &out)
		return out
	}
	admin := w.admin()
	named := profile(0)
	named["name"] = "Zname Bobsown"
	as(admin, "PATCH", "/customers/"+w.bobsOwn, named)
	as(w.bob, "POST", "/customers/"+w.bobsOwn+"/contact-points", map[string]any{"kind": "phone", "value": "13955550702"})
	as(w.bob, "POST", "/customers/"+w.bobsOwn+"/consents", map[string]any{"channel": "email", "granted": true, "purpose": "marketing", "proof": canary + "proof", "proof_kind": "spoken"})
	as(w.bob, "POST", "/customers/"+w.bobsOwn+"/activities", map[string]any{"kind": "call", "content": "bob calls zname", "result": "reached", "next_action": "bob calls zname again", "next_at": "2026-10-01T08:00:00Z"})
	as(admin, "POST", "/customers/"+w.bobsOwn+"/requests", map[string]any{"kind": "copy", "note": "bob calls zname"})
	w.bring("customers", "external_id,name,phone,email,owner,company\n"+
		"b2,Zname Gone,13955550704,"+canary+"gone@secret.example,bob@shop.example,"+canary+"gone\n"+
		"b3,Zname Merged,13955550705,"+canary+"merged@secret.example,bob@shop.example,"+canary+"merged\n"+
		"b4,Zname Bobsown,13955550706,"+canary+"twin@secret.example,bob@shop.example,"+canary+"twin\n", 3)
	w.bring("order_lines", "order_number,ordered_at,sku,product_name,quantity,unit_price,customer.external_id\nBIG-1,2026-10-20,S1,Soap,1,41337.19,b1\n", 1)
	var found struct{ Items []struct{ ID, Name string } }
	w.get("/customers?sort=name&limit=50", &found)
	for _, item := range found.Items {
		switch item.Name {
		case "Zname Gone":
			w.deleted = item.ID
		case "Zname Merged":
			w.merged = item.ID
		}
	}
	as(admin, "POST", "/customers/"+w.bobsOwn+"/merge", map[string]any{"other": w.merged})
	as(admin, "DELETE", "/customers/"+w.deleted, nil)
	w.file(w.bobsOwn, canary+"paper0")
	w.ids["bulk-edits"] = as(admin, "POST", "/bulk-edits", map[string]any{"kind": "tag", "tag": canary + "bulk", "chosen": map[string]any{"ids": []string{w.bobsOwn}}}).ID
	w.ids["lists"] = "1"
	for name, condition := range map[string]any{"By city": map[string]any{"field": "city", "op": "contains", "value": asked + "city0"}, "By remark": map[string]any{"field": "custom.remark", "op": "contains", "value": asked + "remark0"}} {
		w.ids["segments "+name] = as(admin, "POST", "/segments", map[string]any{"name": name, "condition": condition}).ID
	}
	w.ids["exports"] = as(admin, "POST", "/exports", map[string]any{"kind": "customers", "reason": "the sweep of " + canary}).ID
	as(admin, "POST", "/imports/mappings", map[string]any{"name": "shop", "kind": "customers", "headers": []string{"a"}, "mapping": map[string]any{"columns": map[string]string{"a": "name"}}})
	w.ids["scan"] = as(admin, "POST", "/duplicates/scan", nil).ID
	w.ids["runs"] = as(admin, "POST", "/quality/runs", nil).ID
	w.eventually("pairs", func() any { var s struct{ State string }; w.get("/duplicates/scan/"+w.ids["scan"], &s); return s.State }, "done")
	w.eventually("findings", func() any { var s struct{ State string }; w.get("/quality/runs/"+w.ids["runs"], &s); return s.State }, "done")
	w.eventually("an export", func() any { var s struct{ State string }; w.get("/exports/"+w.ids["exports"], &s); return s.State }, "done")

	role := func(name, reach string, fields map[string]string, permissions ...string) {
		t.Helper()
		w.post("/roles", map[string]any{"role": name, "from": "manager", "label": map[string]string{"zh-CN": name, "en-US": name}, "reach": reach, "permissions": permissions, "fields": fields, "unusable": []string{}}, nil)
	}
	var all []string
	for _, p := range w.permissions["admin"] {
		if !slices.Contains([]string{"staff.write", "access.write", "tokens.write", "settings.write", "backups.write", "fields.write", "privacy.write"}, p) {
			all = append(all, p)
		}
	}
	none, shown := map[string]string{}, map[string]string{"phone": "masked", "email": "masked", "address": "masked"}
	for _, f := range []string{"phone", "email", "address", "external_id", "gender", "birthday", "company", "industry", "country", "province", "city", "district", "postcode",
		"tags", "lifecycle_stage", "source", "owner", "consents"} {
		none[f] = "none"
	}
	for _, f := range append([]map[string]any{{"key": "level"}, {"key": "papers"}}, ownFields...) {
		none["custom."+f["key"].(string)] = "none"
	}
	without := func(taken ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(p string) bool { return slices.Contains(taken, p) })
	}
	// of the company's whole log one who may read it may read all
	role("lead", "own", shown, without("audit.read", "privacy.read", "backups.read")...)
	role("blind", "all", none, without("customers.disclose", "audit.read")...)
	role("seer", "own", shown, without("audit.read", "privacy.read", "customers.disclose", "customers.erase", "customers.delete", "reveal.contact", "backups.read", "fields.sensitive")...)
	role("orderless", "all", shown, "today.read", "today.write", "customers.read", "customers.write", "export", "findings.read", "imports.read")
	rule := tea("role", "seer", "read")
	w.post("/sharing-rules", rule, nil)
	for name, who := range map[string]*caller{"lead": &w.lead, "blind": &w.blind, "seer": &w.seer, "orderless": &w.orderless} {
		*who = w.signIn(strings.ToUpper(name), name+"@shop.example", name)
		var roles struct {
			Items []struct {
				Role        string
				Permissions []string
			}
		}
		w.get("/roles", &roles)
		for _, r := range roles.Items {
			w.permissions[r.Role] = r.Permissions
		}
	}
	return w
}

// path fills in an operation's path: a customer where it asks for one, else a record that is about Bob's.
func (w *swept) path(template, customer string) string {
	words := strings.Split(strings.TrimPrefix(template, "/"), "/")
	if id := w.ids[words[0]]; id != "" {
		return strings.ReplaceAll(template, "{id}", id)
	}
	if len(words) > 1 && w.ids[words[1]] != "" {
		return strings.ReplaceAll(template, "{id}", w.ids[words[1]])
	}
	return w.filled(template, customer)
}

// bodies are what operations need that are about other customers than their path says, or would refuse what is made up.
func (w *swept) body(o operation, customer string) any {
	chosen := map[string]any{"ids": []string{customer}}
	made := map[string]any{
		"POST /bulk-edits": map[string]any{"kind": "tag", "tag": "taken", "chosen": chosen}, "POST /bulk-edits/preview": map[string]any{"kind": "owner", "owner_id": "", "chosen": chosen},
		"POST /customers/{id}/merge": map[string]any{"other": w.annsOwn}, "POST /lists/{id}/members": map[string]any{"chosen": chosen}, "POST /lists/{id}/members/remove": map[string]any{"chosen": chosen},
		"POST /duplicates/decide": map[string]any{"a": w.annsOwn, "b": customer, "state": "different"}, "POST /duplicates/labels": map[string]any{"a": customer, "b": w.annsOwn, "same": true},
		"POST /duplicates/merges": map[string]any{"min_score": 0.5}, "POST /duplicates/sample": map[string]any{"min_score": 0.1, "size": 10},
		"POST /duplicates/check":              map[string]any{"name": "Zname Bobsown", "phone": "13955550702", "email": canary + "twin@secret.example"},
		"POST /customers":                     map[string]any{"name": "Somebody", "phone": "13955550702"},
		"POST /customers/{id}/activities":     map[string]any{"kind": "note", "content": "made up"},
		"POST /customers/{id}/reveal":         map[string]any{"field": "phone", "reason": "curious"},
		"POST /customers/{id}/hold":           map[string]any{"reason": "curious"},
		"POST /customers/{id}/erase":          map[string]any{"reason": "request"},
		"POST /customers/{id}/requests":       map[string]any{"kind": "erasure"},
		"POST /customers/{id}/contact-points": map[string]any{"kind": "phone", "value": "13955551111"},
		"POST /customers/{id}/consents":       map[string]any{"channel": "email", "granted": false, "purpose": "marketing", "proof_kind": "spoken"},
		"PATCH /customers/{id}":               map[string]any{"name": "Taken", "city": "Taken"},
		"POST /identify":                      map[string]any{"source": "till", "event": "seen", "identifiers": []any{map[string]any{"kind": "phone", "value": "13955550702"}}},
		"POST /identify/test":                 map[string]any{"source": "till", "identifiers": []any{map[string]any{"kind": "phone", "value": "13955550702"}, map[string]any{"kind": "external_id", "value": "b1"}}},
		"POST /visitors/{id}/tie":             map[string]any{"customer_id": customer},
		"POST /quality/fixes":                 map[string]any{"rule": "missing", "field": "birthday", "method": "clear", "customers": []string{customer}, "apply": true},
		"POST /findings/close":                map[string]any{"ids": []string{"1"}, "state": "closed"},
		"POST /segments/explain":              map[string]any{"condition": bought, "customer": customer},
		"POST /exports":                       map[string]any{"kind": "customers", "reason": "curious"},
		"POST /behaviour/retention":           map[string]any{"period": "month", "from": "2026-09-01", "to": "2026-10-31"},
		"POST /behaviour/retention.csv":       map[string]any{"period": "month", "from": "2026-09-01", "to": "2026-10-31"},
		"POST /why/common":                    map[string]any{"group": bought, "from": "2026-01-01", "to": "2026-10-31"},
		"POST /segments/preview":              map[string]any{"condition": map[string]any{"field": "name", "op": "contains", "value": "bobsown"}},
	}[o.method+" "+o.path]
	if made != nil {
		return made
	}
	form, has := w.doc.Paths["/api/v1"+o.path][strings.ToLower(o.method)].RequestBody.Content["application/json"]
	if !has {
		return map[string]any{}
	}
	return w.doc.madeUp(form.Schema, customer, 0)
}
