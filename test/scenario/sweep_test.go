package scenario

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
)

// leaks says which of the marks an answer holds, in its body or its header.
func (a answer) leaks(marks []string) string {
	text := strings.ToLower(a.text)
	for name, values := range a.header {
		text += "\n" + strings.ToLower(name+": "+strings.Join(values, " "))
	}
	for _, mark := range marks {
		if at := strings.Index(text, strings.ToLower(mark)); at >= 0 {
			return mark + " in …" + text[max(0, at-60):min(len(text), at+60)] + "…"
		}
	}
	return ""
}

// sweepers are those the sweep is made as, with what none of them may read.
func (w *swept) sweepers() map[string]sweeper {
	return map[string]sweeper{"Ann": {w.ann, others}, "lead": {w.lead, others}, "seer": {w.seer, inPart}, "admin": {w.admin(), gone[:1]},
		"blind": {w.blind, slices.Concat([]string{asked + "city0", asked + "remark0"}, withheld, gone)}, "orderless": {w.orderless, slices.Concat([]string{"BOB-", "BIG-"}, spent, gone)}}
}

type sweeper struct {
	caller
	marks []string
}

// looks gives every path that reads: each operation of the document, with the customer where it asks for one.
func (w *swept) looks(customer string) (paths []string) {
	for _, o := range w.operations() {
		switch {
		case o.method != http.MethodGet:
		case strings.Contains(o.path, "/customers/{id}"), customer == w.bobsOwn:
			paths = append(paths, w.path(o.path, customer))
		}
	}
	if customer != w.bobsOwn {
		return paths
	}
	for name, id := range w.ids {
		if strings.HasPrefix(name, "segments ") {
			paths = append(paths, "/segments/"+id, "/segments/"+id+"/members?total=true", "/segments/"+id+"/explain?customer="+customer, "/segments/"+id+"/overlaps", "/segments/"+id+"/history", "/segments/"+id+"/moves")
		}
	}
	for _, q := range []string{"5550702", "13955550702", canary, canary + "box0@secret.example", canary + "secret0", canary + "paper0", "BIG-1", "41337"} {
		paths = append(paths, "/search?q="+url.QueryEscape(q)+"#")
	}
	return append(paths, "/customers?limit=500&total=true", "/orders?limit=500&total=true", "/quality/findings?limit=500&customer="+customer, "/findings?limit=500",
		"/duplicates?min_score=0", "/duplicates?min_score=0&state=different", "/customers/"+customer+"/timeline?limit=500", "/today?limit=500", "/today/log?who=all", "/exports?limit=500", "/bulk-edits")
}

// Everybody asks for everything: own records, other people's, deleted, merged away and random ones. No answer holds what
// its reader may not know, and records that are not there for a reader cannot be told from such as do not exist.
func TestSweep(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { sweep(openSwept(t, "")) })
	t.Run("postgres", func(t *testing.T) { sweep(openSwept(t, dbtest.PostgresURL(t))) })
}

// nothingLiesInClear reads the files that came in and those that were taken out, as they lie on disk.
func (w *swept) nothingLiesInClear() {
	files := 0
	for _, folder := range []string{filepath.Join(w.data, "files"), filepath.Join(w.data, "exports")} {
		if err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, ".json") {
				return err
			}
			text, err := os.ReadFile(path)
			if leak := (answer{text: string(text)}).leaks(others); leak != "" || !strings.HasPrefix(string(text), "guanxi sealed file") {
				w.t.Errorf("%s lies there in clear: %s", path, leak)
			}
			files++
			return err
		}); err != nil {
			w.t.Error(err)
		}
	}
	if files < 5 {
		w.t.Errorf("only %d files", files)
	}
}

const random = "987654"

func sweep(w *swept) {
	w.play("files lie sealed", w.nothingLiesInClear)
	for name, who := range w.sweepers() {
		w.play(name+" reads", func() { w.readsNothingHidden(who) })
		w.play(name+" sorts, filters, counts and groups", func() { w.infersNothing(name, who) })
	}
	for name, who := range map[string]caller{"Ann": w.ann, "lead": w.lead} {
		w.play("to "+name+" what is not theirs is not there", func() { w.cannotTellApart(who) })
	}
	w.play("nothing changes by what is hidden", w.interferesNot)
	writers := w.sweepers()
	delete(writers, "admin")
	for _, role := range []string{"analyst", "auditor"} {
		writers[role] = sweeper{w.roles[role], append([]string{sensitive, "5550702", canary + "lane", canary + "secret"}, canaries...)}
	}
	for name, who := range writers {
		w.play(name+" writes", func() { w.writesNothingHidden(name, who) })
	}
	if w.calls < 3500 || !strings.Contains(w.record(), "Zname Bobsown") {
		w.t.Errorf("%d calls about %s", w.calls, w.record())
	}
}

// whole are the paths whose purpose it is to tell all: what is held about a person, what was done, what was deleted and is
// brought back.
var whole = []string{"/personal-data", "/audit", "/restore"}

func (w *swept) try(who sweeper, method, path string, body any) answer {
	w.t.Helper()
	sent, echoes := strings.CutSuffix(path, "#") // a search says what was looked for
	a := w.ask(who.caller, method, sent, body)
	w.calls++
	if echoes {
		q, _ := url.Parse(sent)
		a.text = strings.ReplaceAll(a.text, q.Query().Get("q"), "")
	}
	if leak := a.leaks(who.marks); leak != "" && !slices.ContainsFunc(whole, func(p string) bool { return strings.Contains(sent, p) }) {
		w.t.Errorf("%s %s (%d) tells %s", method, path, a.status, leak)
	}
	if a.status >= 500 {
		w.t.Errorf("%s %s fails inside: %d %s", method, path, a.status, a.text)
	}
	return a
}

func (w *swept) readsNothingHidden(who sweeper) {
	for _, customer := range []string{w.annsOwn, w.bobsOwn, w.deleted, w.merged, random} {
		for _, path := range w.looks(customer) {
			w.try(who, "GET", path, nil)
		}
	}
}

// infersNothing asks for order, filter, count, group and export by every field that is hidden.
func (w *swept) infersNothing(name string, who sweeper) {
	fields := []string{"phone", "email", "address"}
	switch name {
	case "blind":
		fields = append(fields, "external_id", "gender", "birthday", "age", "company", "industry", "country", "location", "province", "city", "district", "tags",
			"lifecycle_stage", "source", "owner", "team", "consent.email", "custom.remark", "custom.secret", "custom.hobby", "custom.line", "custom.box", "custom.income", "custom.points", "custom.wedding", "custom.papers")
	case "orderless":
		fields = append(fields, "orders.count", "orders.total", "orders.last_at", "rfm.monetary", "rfm.segment", "rhythm.due_day", "value.predicted", "value.to_date", "churn.risk", "custom.secret", "custom.income", "custom.papers")
	case "seer":
		fields = append(fields, "custom.secret", "custom.income", "custom.line", "custom.box", "custom.papers")
	}
	for _, field := range fields {
		set := map[string]any{"field": field, "op": "is_set"}
		filter, _ := json.Marshal(set)
		for _, ask := range []struct {
			method, path string
			body         any
		}{
			{"GET", "/customers?sort=" + field, nil}, {"GET", "/customers?sort=-" + field, nil}, {"GET", "/customers?total=true&filter=" + url.QueryEscape(string(filter)), nil},
			{"GET", "/lists/1/members?sort=" + field, nil}, {"GET", "/metrics/orders?from=2026-10-01&to=2026-10-31&split=" + field, nil},
			{"POST", "/segments/preview", map[string]any{"condition": set}}, {"POST", "/segments", map[string]any{"name": "by " + field, "condition": set}},
			{"POST", "/segments/explain", map[string]any{"condition": set, "customer": w.bobsOwn}},
			{"POST", "/bulk-edits/preview", map[string]any{"kind": "tag", "tag": "x", "chosen": map[string]any{"filter": set}}},
			{"POST", "/exports", map[string]any{"kind": "customers", "reason": "curious", "filter": string(filter)}},
			{"POST", "/quality/rules", map[string]any{"label": map[string]string{"zh-CN": "x", "en-US": "x"}, "field": field, "dimension": "validity", "condition": set}},
		} {
			if a := w.try(who, ask.method, ask.path, ask.body); a.status < 400 {
				w.t.Errorf("by %s: %s %s answers %d %s", field, ask.method, ask.path, a.status, a.text)
			}
		}
	}
	if name != "orderless" {
		return
	}
	for _, condition := range []map[string]any{{"event": "order_placed"}, {"not": map[string]any{"event": "item_purchased"}}} {
		if a := w.try(who, "POST", "/segments/preview", map[string]any{"condition": condition}); a.status < 400 {
			w.t.Errorf("by what happened: %d %s", a.status, a.text)
		}
	}
}

// cannotTellApart compares what is told of records of others, deleted ones and such as never were.
func (w *swept) cannotTellApart(who caller) {
	strip := func(a answer, id string) string {
		return fmt.Sprint(a.status, a.header.Get("ETag"), strings.NewReplacer("customer "+id, "customer ID", `"`+id+`"`, `"ID"`).Replace(a.text))
	}
	for _, o := range w.operations() {
		if !strings.Contains(o.path, "/customers/{id}") || o.permission == "public" {
			continue
		}
		var body any
		if o.method != http.MethodGet {
			body = w.body(o, random)
		}
		never := w.ask(who, o.method, w.path(o.path, random), body)
		if never.status < 400 {
			w.t.Errorf("%s %s of nobody answers %d %s", o.method, o.path, never.status, never.text)
		}
		for _, id := range []string{w.bobsOwn, w.deleted, w.merged} {
			a := w.ask(who, o.method, w.path(o.path, id), body)
			w.calls++
			if got, want := strip(a, id), strip(never, random); got != want {
				w.t.Errorf("%s %s tells it from nobody's: %s, not %s", o.method, w.path(o.path, id), got, want)
			}
		}
	}
}

// writesNothingHidden calls every operation that changes something, with Bob's customer wherever one is named: the answers
// tell nothing, and she stays as she is.
func (w *swept) writesNothingHidden(name string, who sweeper) {
	before := w.record()
	for _, o := range w.operations() {
		if o.method == http.MethodGet || o.permission == "public" {
			continue
		}
		if name == "blind" || name == "orderless" {
			if changes := strings.HasPrefix(o.path, "/customers/{id}") || strings.HasPrefix(o.path, "/imports/{id}/undo"); changes && o.method != "POST" || strings.HasSuffix(o.path, "/erase") {
				continue // they may change what they see
			}
		}
		for _, customer := range []string{w.bobsOwn, w.deleted} {
			if strings.HasSuffix(o.path, "/restore") && customer == w.deleted && name == "blind" {
				continue
			}
			a := w.try(who, o.method, w.path(o.path, customer), w.body(o, customer))
			if after := w.record(); after != before && name != "blind" && name != "orderless" {
				w.t.Errorf("%s %s (%d %s) has changed Bob's customer: %s, was %s", o.method, w.path(o.path, customer), a.status, a.text, after, before)
				before = after
			}
		}
	}
	var mine struct{ Items []struct{ ID, State string } }
	if err := w.asked(who.caller, "/exports", &mine); err == nil {
		for _, e := range mine.Items {
			w.eventually("an export", func() any {
				a := w.ask(who.caller, "GET", "/exports/"+e.ID, nil)
				return a.has(`"queued"`) || a.has(`"running"`)
			}, false)
			w.try(who, "GET", "/exports/"+e.ID+"/file", nil)
		}
	}
}

// record is what stands of Bob's customer, told by the administrator.
func (w *swept) record() string {
	var page map[string]any
	if err := json.Unmarshal([]byte(w.ask(w.admin(), "GET", "/customers/"+w.bobsOwn, nil).text), &page); err != nil {
		w.t.Fatal(err)
	}
	for _, reckoned := range []string{"orders", "rfm", "value", "rhythm", "segments", "last12m", "age", "completeness", "lists"} {
		delete(page, reckoned)
	}
	text, _ := json.Marshal(page)
	return string(text)
}

// interferesNot changes everything that is hidden, and compares every answer with the one from before: sort order, counts,
// figures and times of change included. What moves by itself is known from asking twice before.
func (w *swept) interferesNot() {
	told := func(who caller) map[string]any {
		all := map[string]any{}
		for _, customer := range []string{w.annsOwn, w.bobsOwn} {
			for _, path := range w.looks(customer) {
				a := w.ask(who, "GET", strings.TrimSuffix(path, "#"), nil)
				w.calls++
				var body any
				if json.Unmarshal([]byte(a.text), &body) != nil {
					body = a.text
				}
				flatten(all, path+" status", a.status)
				flatten(all, path, body)
			}
		}
		return all
	}
	readers := map[string]caller{"Ann": w.ann, "lead": w.lead}
	first, before := map[string]map[string]any{}, map[string]map[string]any{}
	for name, who := range readers {
		first[name] = told(who)
	}
	for name, who := range readers {
		before[name] = told(who)
	}
	if a := w.ask(w.admin(), "PATCH", "/customers/"+w.bobsOwn, profile(1)); a.status != 200 {
		w.t.Fatal(a.status, a.text)
	}
	w.file(w.bobsOwn, canary+"paper1")
	w.bring("order_lines", "order_number,ordered_at,sku,product_name,quantity,unit_price,customer.external_id\nBIG-2,2026-10-20,S1,Soap,3,41337.19,b1\n", 1)
	w.eventually("in columns", func() any { return w.ask(w.admin(), "GET", "/customers/"+w.bobsOwn, nil).has(`"amount":16536876`) }, true)
	for name, who := range readers {
		after := told(who)
		for at, was := range before[name] {
			if is := after[at]; fmt.Sprint(is) != fmt.Sprint(was) && fmt.Sprint(first[name][at]) == fmt.Sprint(was) && !moves.MatchString(at) {
				w.t.Errorf("%s sees that something has changed: %s is %v, was %v", name, at, is, was)
			}
		}
	}
	if a := w.ask(w.admin(), "PATCH", "/customers/"+w.bobsOwn, profile(0)); a.status != 200 {
		w.t.Fatal(a.status, a.text)
	}
}

// moves are answers that are about the company or time, not about customers: when what was last reckoned, what files came in,
// and what an ordinary order of the company is, by which Today weighs what has no amount of its own.
var moves = regexp.MustCompile(`as_of|fresh|_at$|took_ms|^/imports|^/sources|^/products|^/audit|^/value/model|^/backups|^/users|^/sessions|^/openapi|^/today.* (why|score|waiting_cost)\b`)

func flatten(into map[string]any, at string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, each := range v {
			flatten(into, at+" "+name, each)
		}
	case []any:
		into[at+" length"] = len(v)
		for i, each := range v {
			flatten(into, fmt.Sprint(at, " ", i), each)
		}
	default:
		into[at] = v
	}
}
