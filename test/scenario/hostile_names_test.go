package scenario

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
	"guanxi/test/served"
)

// hostile is what somebody may call a field, or ask for one by.
const hostile = `x'; drop table customers--`

// A field that is called like an attack is a field like any other; asked for by such a name there is none, wherever names of
// fields may stand: sort, filter, condition, groups of quality, splits, exports and imports.
func TestHostileFieldNames(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { hostileNames(openWith(t, served.Options{})) })
	t.Run("postgres", func(t *testing.T) { hostileNames(openWith(t, served.Options{URL: dbtest.PostgresURL(t)})) })
}

func hostileNames(c *company) {
	admin := c.admin()
	for _, key := range []string{hostile, `a"b`, "a`b", "a b", "a.b", "drop table customers", "", "é"} {
		a := c.ask(admin, "POST", "/customer-fields", map[string]any{"key": key, "type": "text", "label": map[string]string{"zh-CN": "x", "en-US": "x"}, "applies_to": "both", "purpose": "p"})
		c.expect("a key "+key, a.status, http.StatusUnprocessableEntity)
	}
	c.post("/customer-fields", map[string]any{"key": "level", "type": "text", "label": map[string]string{"zh-CN": hostile, "en-US": hostile}, "applies_to": "both", "purpose": "test"}, nil)
	c.post("/customer-fields", map[string]any{"key": "pick", "type": "choice", "label": map[string]string{"zh-CN": hostile, "en-US": "Pick"}, "applies_to": "both", "purpose": "test",
		"values": []map[string]any{{"value": "one", "label": map[string]string{"zh-CN": hostile, "en-US": hostile}}}}, nil)
	for _, level := range []string{hostile, `=cmd|' /C calc'!A0`, "plain"} {
		c.post("/customers", map[string]any{"name": "Somebody " + level, "custom": map[string]any{"level": level}}, nil)
	}
	whole := func(what string) {
		c.t.Helper()
		c.expect("customers after "+what, c.total("/customers"), 3)
	}
	filter := func(condition string) string { return url.QueryEscape(condition) }
	quoted := strings.NewReplacer(`"`, `\"`).Replace(hostile)
	c.eventually("the value, by a condition", func() any {
		return c.count(map[string]any{"field": "custom.level", "op": "eq", "value": hostile})
	}, 1)
	for path, status := range map[string]int{
		"/customers?sort=custom.level":                                                                        http.StatusOK,
		"/customers?sort=" + url.QueryEscape("-custom."+hostile):                                              http.StatusUnprocessableEntity,
		"/customers?sort=" + url.QueryEscape(hostile):                                                         http.StatusUnprocessableEntity,
		"/customers?sort=" + url.QueryEscape("name;drop table customers"):                                     http.StatusUnprocessableEntity,
		"/customers?filter=" + filter(`{"field": "custom.level", "op": "contains", "value": "'; drop"}`):      http.StatusOK,
		"/customers?filter=" + filter(`{"field": "custom.`+quoted+`", "op": "eq", "value": "x"}`):             http.StatusUnprocessableEntity,
		"/customers?filter=" + filter(`{"field": "`+quoted+`", "op": "eq", "value": "x"}`):                    http.StatusUnprocessableEntity,
		"/customers?filter=" + filter(`{"field": "name", "op": "= '' or 1=1 --", "value": "x"}`):              http.StatusUnprocessableEntity,
		"/customers?filter=" + filter(`{"tag": "`+quoted+`"}`):                                                http.StatusOK,
		"/customers?filter=" + filter(`{"event": "`+quoted+`", "measure": "count", "op": "gte", "value": 1}`): http.StatusUnprocessableEntity,
		"/metrics/orders?split=" + url.QueryEscape(hostile):                                                   http.StatusUnprocessableEntity,
		"/metrics/" + url.PathEscape(hostile):                                                                 http.StatusNotFound,
		"/quality/findings?field=" + url.QueryEscape(hostile):                                                 http.StatusOK,
		"/quality/findings?rule=" + url.QueryEscape(hostile):                                                  http.StatusOK,
		"/search?q=" + url.QueryEscape(hostile):                                                               http.StatusOK,
		"/customers/1/fields/" + url.PathEscape(hostile) + "/history":                                         http.StatusNotFound,
		"/quality": http.StatusOK,
		"/fields":  http.StatusOK,
	} {
		if a := c.ask(admin, "GET", path, nil); a.status != status || a.status >= 500 {
			c.t.Errorf("%s answers %d %s, want %d", path, a.status, a.text, status)
		}
		whole(path)
	}
	segment := map[string]any{"name": hostile, "condition": map[string]any{"field": "custom.level", "op": "eq", "value": hostile}}
	c.post("/segments", segment, nil)
	c.expect("who is in a segment of it", c.count(map[string]any{"segment": "1"}), 1)

	c.post("/exports", map[string]any{"kind": "customers", "reason": "test", "fields": []string{"record", "name", "custom.level", "custom.pick"}}, nil)
	refused := c.ask(admin, "POST", "/exports", map[string]any{"kind": "customers", "reason": "test", "fields": []string{"name", "custom." + hostile}})
	c.expect("an export of no such field", refused.status, http.StatusUnprocessableEntity)
	c.eventually("an export", func() any {
		var e struct{ State string }
		c.get("/exports/1", &e)
		return e.State
	}, "done")
	file := c.ask(admin, "GET", "/exports/1/file", nil)
	c.expect("the file of the export", file.status, http.StatusOK)
	for _, held := range []string{hostile, `'=cmd|' /C calc'!A0`} {
		if !file.has(held) {
			c.t.Errorf("%q is not in the export, or would be run by a spreadsheet: %s", held, file.text)
		}
	}
	whole("an export")

	// the same file again: the label stands for the field, the mark before a formula goes, and nothing differs
	a := c.upload("/imports", upload{"back.csv", []byte(file.text), map[string]string{"kind": "customers"}})
	c.expect("the export brought in again", c.fate(a), "done")
	whole("the export brought in again")
	c.expect("the formula as it was", c.count(map[string]any{"field": "custom.level", "op": "eq", "value": `=cmd|' /C calc'!A0`}), 1)
	mapped := c.upload("/imports", upload{"a.csv", []byte("name,x\nA,b\n"), map[string]string{"kind": "customers", "mapping": `{"columns": {"name": "name", "x": "custom.` + quoted + `"}}`}})
	c.expect("a mapping to such a name", c.fate(mapped), "422 mapping.columns.x field_unknown")
	whole("a mapping")
}
