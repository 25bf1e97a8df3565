package analyze

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

func TestSegmentOperations(t *testing.T) {
	c, s := withSegments(t, dbtest.SQLite(t))
	c.write("customers", []int64{1, 2}, addCustomer(1, "CN"), addCustomer(2, "GB"), `update customers set custom = '{"skin":"dry"}', city = 'York' where id = 2`)
	c.drain()
	role := "admin"
	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := workspace.With(clock.With(r.Context(), c.clock), workspace.Default())
			next.ServeHTTP(w, r.WithContext(guard.With(ctx, guard.Actor{StaffID: 1, Name: "x", Role: role})))
		})
	})
	c.write("settings", nil, "insert into staff (id, email, name, role, created_at, updated_at) values (1, 'e', '周敏', 'admin', 1, 1)")
	s.Register(api.New(router, api.Options{Title: "t", Version: "1", Authorize: guard.Authorize}))
	const any = ""
	for _, row := range []struct {
		name, role, method, path, ifMatch, body string
		status                                  int
		at, want                                string // a place in the answer and what stands there
	}{
		{"a preview", "admin", "POST", "/segments/preview", any, `{"condition":{"field":"country","op":"eq","value":"GB"}}`, 200, "count", "1"},
		{"a preview reads back in English", "admin", "POST", "/segments/preview", any, `{"condition":{"field":"country","op":"eq","value":"GB"}}`, 200, "sentence.en-US", "Country is **GB**."},
		{"a fault names its place", "admin", "POST", "/segments/preview", any, `{"condition":{"all":[{"tag":"x"},{"field":"age","op":"gte","value":"x"}]}}`, 422, "errors.0.field", "all[1].value"},
		{"a condition that is none", "admin", "POST", "/segments/preview", any, `{"condition":7}`, 422, "errors.0.field", "condition"},
		{"an unknown key beside it", "admin", "POST", "/segments/preview", any, `{"condition":{"all":[]},"x":1}`, 422, "status", "422"},
		{"creation", "admin", "POST", "/segments", any, `{"name":"英国","condition":{"field":"country","op":"eq","value":"GB"}}`, 201, "count", "1"},
		{"ids are strings", "admin", "GET", "/segments/1", any, "", 200, "id", "1"},
		{"with its owner", "admin", "GET", "/segments/1", any, "", 200, "owner.name", "周敏"},
		{"a name taken", "admin", "POST", "/segments", any, `{"name":"英国","condition":{"all":[]}}`, 409, "code", "segment_name_taken"},
		{"an edit of what has changed", "admin", "PATCH", "/segments/1", `"9"`, `{"name":"UK"}`, 412, "code", "changed_since_read"},
		{"an edit", "admin", "PATCH", "/segments/1", `"1"`, `{"name":"UK"}`, 200, "version", "2"},
		{"keeps what was not sent", "admin", "GET", "/segments/1", any, "", 200, "condition.value", "GB"},
		{"the list", "analyst", "GET", "/segments", any, "", 200, "items.0.name", "UK"},
		{"a list is made", "admin", "POST", "/lists", any, `{"name":"展会"}`, 201, "type", "list"},
		{"of a name that is taken", "admin", "POST", "/lists", any, `{"name":"展会"}`, 409, "code", "list_name_taken"},
		{"and one below it", "admin", "POST", "/lists", any, `{"name":"春季","parent_id":"1"}`, 201, "parent_id", "1"},
		{"a list is renamed", "admin", "PATCH", "/lists/2", `"1"`, `{"name":"春季展会"}`, 200, "name", "春季展会"},
		{"over an old version", "admin", "PATCH", "/lists/2", `"1"`, `{"name":"x"}`, 412, "code", "changed_since_read"},
		{"not below itself", "admin", "PATCH", "/lists/1", any, `{"parent_id":"2"}`, 422, "errors.0.code", "list_leads_back_to_itself"},
		{"nor below what is not there", "admin", "PATCH", "/lists/1", any, `{"parent_id":"77"}`, 422, "errors.0.code", "unknown_list"},
		{"an analyst does not say whose its members are", "analyst", "PATCH", "/lists/2", any, `{"owner_id":"1"}`, 403, "code", "group_owner_not_writable"},
		{"an administrator does", "admin", "PATCH", "/lists/2", any, `{"owner_id":"1"}`, 200, "owner.name", "周敏"},
		{"a segment stands below a list", "admin", "PATCH", "/segments/1", any, `{"parent_id":"2"}`, 200, "name", "UK"},
		{"as the tree of groups shows", "analyst", "GET", "/groups", any, "", 200, `items.#(type=="segment").parent_id`, "2"},
		{"and its count", "analyst", "GET", "/lists/1", any, "", 200, "count", "1"},
		{"and its members", "analyst", "GET", "/lists/1/members?total=true", any, "", 200, "total", "1"},
		{"a plan", "admin", "PUT", "/lists/1/plan", any, `{"content":"每月","over":0}`, 200, "items.0.content", "每月"},
		{"of a segment too", "admin", "PUT", "/segments/1/plan", any, `{"content":"每周","over":0}`, 200, "items.0.version", "1"},
		{"over one nobody has seen", "admin", "PUT", "/segments/1/plan", any, `{"content":"从不","over":0}`, 412, "code", "changed_since_read"},
		{"a list that holds groups stays", "admin", "DELETE", "/lists/1", any, "", 409, "code", "list_holds_groups"},
		{"a segment comes to the top again", "admin", "PATCH", "/segments/1", any, `{"parent_id":"0"}`, 200, "name", "UK"},
		{"then the list goes", "admin", "DELETE", "/lists/2", any, "", 204, "", ""},
		{"and comes back", "admin", "POST", "/lists/2/restore", any, "", 200, "parent_id", "1"},
		{"members", "analyst", "GET", "/segments/1/members?total=true&sort=name", any, "", 200, "total", "1"},
		{"members by an unknown field", "analyst", "GET", "/segments/1/members?sort=shoe", any, "", 422, "errors.0.field", "sort"},
		{"overlaps", "analyst", "GET", "/segments/1/overlaps", any, "", 200, "items.#", "0"},
		{"why not", "analyst", "GET", "/segments/1/explain?customer=1", any, "", 200, "tree.value.en-US", "CN"},
		{"why nobody", "analyst", "GET", "/segments/1/explain?customer=77", any, "", 404, "code", "not_found"},
		{"why, before saving", "analyst", "POST", "/segments/explain", any, `{"customer":"2","condition":{"field":"country","op":"ne","value":"GB"}}`, 200, "member", "false"},
		{"custom fields are listed", "analyst", "GET", "/fields", any, "", 200, `fields.#(name=="custom.skin").type`, "custom"},
		{"values to choose from", "analyst", "GET", "/fields", any, "", 200, `fields.#(name=="city").values.0.value`, "York"},
		{"events with measures", "analyst", "GET", "/fields", any, "", 200, `events.#(name=="item_purchased").measures.#(=="sum:amount")`, "sum:amount"},
		{"sales may not save", "sales", "POST", "/segments", any, `{"name":"n","condition":{"all":[]}}`, 403, "code", "not_permitted"},
		{"sales sees her own only", "sales", "GET", "/segments/1", any, "", 200, "count", "0"},
		{"and nobody else's values", "sales", "GET", "/fields", any, "", 200, `fields.#(name=="city").values.#`, ""},
		{"deletion", "admin", "DELETE", "/segments/1", `"4"`, "", 204, "", ""},
		{"gone", "admin", "GET", "/segments/1", any, "", 404, "code", "not_found"},
		{"sales may not bring it back", "sales", "POST", "/segments/1/restore", any, "", 403, "code", "not_permitted"},
		{"restored under its id", "admin", "POST", "/segments/1/restore", any, "", 200, "id", "1"},
		{"with its name", "admin", "GET", "/segments/1", any, "", 200, "name", "UK"},
		{"restored twice", "admin", "POST", "/segments/1/restore", any, "", 404, "code", "not_found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			role = row.role
			r := httptest.NewRequest(row.method, api.Prefix+row.path, strings.NewReader(row.body))
			r.Header.Set("Content-Type", "application/json")
			if row.ifMatch != "" {
				r.Header.Set("If-Match", row.ifMatch)
			}
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			require.Equal(t, row.status, w.Code, w.Body)
			if row.at != "" {
				require.Equal(t, row.want, gjson.Get(w.Body.String(), row.at).String(), w.Body)
			}
		})
	}
}
