package analyze

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
	"guanxi/base/keys"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// house is the served API of collecting, customers and analysis together, as the program joins them.
type house struct {
	*testing.T
	*company
	engine    *collect.Engine
	customers *customer.Store
	keyFile   string
	actor     guard.Actor
	router    chi.Router
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	c, segments := withSegments(t, d)
	store := customer.New(d)
	require.NoError(t, store.KeepFilesIn(t.TempDir()))
	require.NoError(t, store.Fields().Load(c.ctx))
	store.Use(segments, nil, nil)
	store.Reckoning(segments)
	engine, err := collect.New(d, nil, collect.Settings{Dir: t.TempDir(), Node: "test"})
	require.NoError(t, err)
	for _, kind := range customer.Kinds(nil, store.Fields().Set) {
		engine.Register(kind)
	}
	require.NoError(t, store.Purposes().Load(c.ctx))
	keyFile := filepath.Join(t.TempDir(), keys.FileName)
	k, err := keys.OpenOrCreate(keyFile)
	require.NoError(t, err)
	c.ctx = customer.WithPurposes(keys.With(field.With(c.ctx, store.Fields().Set), k), store.Purposes().All)
	h := &house{T: t, company: c, customers: store, keyFile: keyFile, engine: engine, actor: guard.Actor{StaffID: 1, Name: "周敏", Role: "admin"}, router: chi.NewRouter()}
	h.router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := customer.WithPurposes(keys.With(r.Context(), k), store.Purposes().All)
			ctx = field.With(workspace.With(clock.With(ctx, c.clock), workspace.Default()), store.Fields().Set)
			next.ServeHTTP(w, r.WithContext(guard.With(ctx, h.actor)))
		})
	})
	a := api.New(h.router, api.Options{Title: "t", Version: "1", Authorize: guard.Authorize})
	store.Register(a)
	segments.Register(a)
	engine.RegisterAPI(a)
	return h
}

// call asks as the present actor and gives the answer's body.
func (h *house) call(status int, method, path, body string) string {
	h.Helper()
	h.drain()
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return h.serve(status, r)
}

func (h *house) serve(status int, r *http.Request) string {
	h.Helper()
	w := httptest.NewRecorder()
	h.router.ServeHTTP(w, r)
	require.Equal(h.T, status, w.Code, "%s %s: %s", r.Method, r.URL, w.Body.String())
	return w.Body.String()
}

// inspect uploads a file as the import wizard does first.
func (h *house) inspect(csv string) string {
	h.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(h.T, form.WriteField("kind", "customers"))
	part, err := form.CreateFormFile("file", "a.csv")
	require.NoError(h.T, err)
	_, err = part.Write([]byte(csv))
	require.NoError(h.T, err)
	require.NoError(h.T, form.Close())
	r := httptest.NewRequest("POST", "/api/v1/imports/inspect", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return h.serve(200, r)
}

func (h *house) bring(csv string) {
	h.Helper()
	path := filepath.Join(h.TempDir(), "a.csv")
	require.NoError(h.T, os.WriteFile(path, []byte(csv), 0o600))
	imp, err := h.engine.ImportFile(guard.System(h.ctx), path, collect.NewImport{Kind: "customers", Mode: collect.ModeUpsert}, nil)
	require.NoError(h.T, err)
	require.Equal(h.T, collect.StateDone, imp.State)
}

// names lists whom a filter finds, in the order of a sort.
func (h *house) names(filter, sort string) string {
	h.Helper()
	answer := h.call(200, "GET", "/customers?limit=50&filter="+url.QueryEscape(filter)+"&sort="+url.QueryEscape(sort), "")
	var names []string
	for _, name := range gjson.Get(answer, "items.#.name").Array() {
		names = append(names, name.String())
	}
	return strings.Join(names, " ")
}

// A field that a manager has just defined is there for forms, imports, lists, conditions and segments, with nothing
// started again.
func TestNewFieldIsUsableEverywhereAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.call(201, "POST", "/customers", `{"name":"before"}`)
		h.call(200, "GET", "/fields", "")

		for _, body := range []string{
			`{"key":"skin","type":"choice","label":{"zh-CN":"肤质","en-US":"Skin type"},"applies_to":"person","values":[{"value":"dry","label":{"zh-CN":"干性","en-US":"dry"},"aliases":["偏干"]},{"value":"oily","label":{"zh-CN":"油性","en-US":"oily"}}]}`,
			`{"key":"likes","type":"choices","label":{"zh-CN":"爱好","en-US":"Likes"},"applies_to":"both","values":[{"value":"tea","label":{"zh-CN":"茶","en-US":"tea"}},{"value":"art","label":{"zh-CN":"画","en-US":"art"}}]}`,
			`{"key":"budget","type":"money","label":{"zh-CN":"预算","en-US":"Budget"},"applies_to":"both"}`,
			`{"key":"height","type":"number","label":{"zh-CN":"身高","en-US":"Height"},"applies_to":"person"}`,
			`{"key":"wedding","type":"day","label":{"zh-CN":"婚期","en-US":"Wedding day"},"applies_to":"both"}`,
			`{"key":"name_day","type":"month_day","label":{"zh-CN":"命名日","en-US":"Name day"},"applies_to":"both"}`,
			`{"key":"vegan","type":"boolean","label":{"zh-CN":"素食","en-US":"Vegan"},"applies_to":"both"}`,
			`{"key":"secret","type":"text","label":{"zh-CN":"证件号","en-US":"Document"},"applies_to":"both","sensitivity":"sensitive"}`,
			`{"key":"home","type":"address","label":{"zh-CN":"住址","en-US":"Home"},"applies_to":"both"}`,
			`{"key":"salary","type":"number","label":{"zh-CN":"月薪","en-US":"Salary"},"applies_to":"both","sensitivity":"sensitive"}`,
		} {
			h.call(201, "POST", "/customer-fields", body)
		}
		// forms
		h.call(201, "POST", "/customers", `{"name":"fang","custom":{"skin":"偏干","likes":["茶"],"budget":{"amount":999900,"currency":"CNY"},"height":99.5,"wedding":"2020-03-12","name_day":"3月10日","vegan":true,"home":"广东省深圳市南山区科技园1号","secret":"CANARY-42","salary":31000}}`)
		// imports
		seen := h.inspect("客户编号,姓名,肤质,预算,height\nC1,li,油性,12000.5,180\n")
		for header, at := range map[string]string{"肤质": "custom.skin", "预算": "custom.budget", "height": "custom.height"} {
			require.Equal(t, at, gjson.Get(seen, "mapping.columns."+header).String())
		}
		require.Equal(t, "Skin type", gjson.Get(seen, `fields.#(name=="custom.skin").label.en-US`).String())
		h.bring("客户编号,姓名,肤质,爱好,预算,height,婚期,命名日,素食,住址\nC1,li,油性,茶;画,12000.5,180,2015/6/1,12-31,否,浙江杭州西湖区文三路90号\n")

		t.Run("conditions offer it with the operators of its type and its values in both languages", func(t *testing.T) {
			h.T = t
			fields := h.call(200, "GET", "/fields", "")
			for _, row := range [][2]string{
				{`fields.#(name=="custom.skin").type`, "choice"}, {`fields.#(name=="custom.skin").values.1.label.zh-CN`, "油性"}, {`fields.#(name=="custom.skin").label.en-US`, "Skin type"},
				{`fields.#(name=="custom.budget").type`, "money"}, {`fields.#(name=="custom.home.city").label.en-US`, "Home · City"}, {`fields.#(name=="custom.home.province").values.0.value`, "北京"}, {`fields.#(name=="custom.height").ops.4`, "gt"}, {`fields.#(name=="custom.wedding").type`, "day"},
				{`fields.#(name=="custom.secret").ops`, `["eq","ne","in","not_in","is_set","is_not_set"]`},
			} {
				require.Equal(t, row[1], gjson.Get(fields, row[0]).String(), row[0])
			}
			require.EqualValues(t, 1, len(gjson.Get(fields, `fields.#(name=="custom.skin")#`).Array()))
		})
		t.Run("conditions compare it as what it is", func(t *testing.T) {
			h.T = t
			for _, row := range []struct{ condition, want string }{
				{`{"field":"custom.skin","op":"eq","value":"dry"}`, "fang"},
				{`{"field":"custom.skin","op":"ne","value":"dry"}`, "before li"},
				{`{"field":"custom.likes","op":"eq","value":"tea"}`, "fang li"},
				{`{"field":"custom.likes","op":"not_in","value":["art"]}`, "before fang"},
				{`{"field":"custom.likes","op":"is_not_set"}`, "before"},
				{`{"field":"custom.height","op":"gt","value":100}`, "li"},
				{`{"field":"custom.height","op":"lt","value":100}`, "fang"},
				{`{"field":"custom.budget","op":"between","value":[999900,1000000]}`, "fang"},
				{`{"field":"custom.wedding","op":"lt","value":"2016-01-01"}`, "li"},
				{`{"field":"custom.wedding","op":"anniversary_in_days","value":7}`, "fang"},
				{`{"field":"custom.name_day","op":"anniversary_in_days","value":7}`, "fang"},
				{`{"field":"custom.name_day","op":"eq","value":"12-31"}`, "li"},
				{`{"field":"custom.vegan","op":"eq","value":false}`, "li"},
				{`{"field":"custom.vegan","op":"ne","value":false}`, "before fang"},
				{`{"field":"custom.home.province","op":"eq","value":"广东"}`, "fang"},
				{`{"field":"custom.home.city","op":"in","value":["杭州","北京"]}`, "li"},
				{`{"field":"custom.home.district","op":"is_not_set"}`, "before"},
				{`{"field":"custom.secret","op":"is_set"}`, "fang"},
			} {
				require.Equal(t, row.want, h.names(row.condition, "name"), row.condition)
			}
		})
		t.Run("lists are sorted by it", func(t *testing.T) {
			h.T = t
			require.Equal(t, "li fang before", h.names(`{"all":[]}`, "-custom.height"))
			require.Equal(t, "li fang before", h.names(`{"all":[]}`, "-custom.budget"))
			require.Equal(t, "li fang before", h.names(`{"all":[]}`, "custom.wedding"))
		})
		t.Run("sentences say it with its labels", func(t *testing.T) {
			h.T = t
			for _, row := range []struct{ condition, zh, en string }{
				{`{"field":"custom.skin","op":"eq","value":"dry"}`, "肤质是**干性**。", "Skin type is **dry**."},
				{`{"field":"custom.budget","op":"gte","value":999900}`, "预算至少 **¥9,999**。", "Budget is at least **¥9,999**."},
				{`{"field":"custom.likes","op":"in","value":["tea","art"]}`, "爱好含有**茶或画**。", "Likes contains **tea** or **art**."},
				{`{"field":"custom.vegan","op":"eq","value":true}`, "素食为**是**。", "Vegan is **yes**."},
			} {
				answer := h.call(200, "POST", "/segments/preview", `{"condition":`+row.condition+`}`)
				require.Equal(t, row.zh, gjson.Get(answer, "sentence.zh-CN").String())
				require.Equal(t, row.en, gjson.Get(answer, "sentence.en-US").String())
			}
		})
		t.Run("a segment of it follows every change, and explains itself", func(t *testing.T) {
			h.T = t
			made := gjson.Get(h.call(201, "POST", "/segments", `{"name":"dry","condition":{"field":"custom.skin","op":"eq","value":"dry"}}`), "id").String()
			id := gjson.Get(h.call(200, "GET", "/customers?filter="+url.QueryEscape(`{"field":"name","op":"eq","value":"li"}`), ""), "items.0.id").String()
			h.call(200, "PATCH", "/customers/"+id, `{"custom":{"skin":"dry"}}`)
			require.EqualValues(t, 2, gjson.Get(h.call(200, "GET", "/segments/"+made, ""), "count").Int())
			require.Equal(t, "干性", gjson.Get(h.call(200, "GET", "/segments/"+made+"/explain?customer="+id, ""), "tree.value.zh-CN").String())
			require.Equal(t, "a.csv", gjson.Get(h.call(200, "GET", "/customers/"+id+"/fields/skin/history", ""), "items.1.import.file_name").String())
		})
		t.Run("days that come round say when they are past", func(t *testing.T) {
			h.T = t
			id := gjson.Get(h.call(200, "GET", "/customers?filter="+url.QueryEscape(`{"field":"name","op":"eq","value":"fang"}`), ""), "items.0.id").String()
			for name, day := range map[string]string{"name_day": "2026-03-11", "wedding": "2026-03-13"} {
				answer := h.call(200, "POST", "/segments/explain", `{"customer":"`+id+`","condition":{"field":"custom.`+name+`","op":"anniversary_in_days","value":7}}`)
				require.Equal(t, "true "+day+" false", gjson.Get(answer, "member").String()+" "+gjson.Get(answer, "next.day").String()+" "+gjson.Get(answer, "next.member").String(), answer)
			}
		})
		t.Run("a condition that does not fit it is refused with its place", func(t *testing.T) {
			h.T = t
			for _, row := range []struct{ condition, at, code string }{
				{`{"field":"custom.skin","op":"eq","value":"scaly"}`, "value", "unknown_choice"},
				{`{"field":"custom.height","op":"contains","value":"1"}`, "op", "operator_not_for_this_type"},
				{`{"field":"custom.name_day","op":"eq","value":"13-01"}`, "value", "must_be_a_month_and_day"},
				{`{"field":"custom.secret","op":"contains","value":"CANARY-42"}`, "op", "operator_not_for_this_type"},
				{`{"field":"custom.x'; drop table customers--","op":"is_set"}`, "field", "unknown_field"},
			} {
				answer := h.call(422, "POST", "/segments/preview", `{"condition":`+row.condition+`}`)
				require.Equal(t, row.at+" "+row.code, gjson.Get(answer, "errors.0.field").String()+" "+gjson.Get(answer, "errors.0.code").String())
			}
			h.call(422, "GET", "/customers?sort=custom.secret", "")
			h.call(422, "GET", "/customers?sort="+url.QueryEscape("custom.x'; drop table customers--"), "")
		})
		t.Run("who may not see it can neither filter, sort nor count by it, nor is it offered", func(t *testing.T) {
			h.T = t
			for _, role := range []string{"operator", "analyst"} {
				h.actor.Role = role
				require.False(t, gjson.Get(h.call(200, "GET", "/fields", ""), `fields.#(name=="custom.salary")`).Exists())
				filter := url.QueryEscape(`{"field":"custom.salary","op":"gt","value":30000}`)
				h.call(422, "GET", "/customers?total=true&filter="+filter, "")
				h.call(422, "GET", "/customers?sort=-custom.salary", "")
			}
			h.call(422, "POST", "/segments/preview", `{"condition":{"field":"custom.salary","op":"is_set"}}`)
			h.actor.Role = "admin"
			require.Equal(t, "fang", h.names(`{"field":"custom.salary","op":"eq","value":31000}`, "name"))
			h.call(422, "POST", "/segments/preview", `{"condition":{"field":"custom.salary","op":"gt","value":30000}}`)
		})
		t.Run("what an import could not read of it is kept nowhere", func(t *testing.T) {
			h.T = t
			h.bring("客户编号,姓名,月薪\nC5,wu,1\nC6,liu,2\nC7,qi,CANARY-77\n")
			for role, want := range map[string]bool{"admin": false, "operator": false, "analyst": false} {
				h.actor.Role = role
				require.Equal(t, want, strings.Contains(h.call(200, "GET", "/findings", ""), "CANARY-77"), role)
				id := gjson.Get(h.call(200, "GET", "/imports", ""), "items.0.id").String()
				require.NotContains(t, h.call(200, "GET", "/imports/"+id, ""), "CANARY-77", role)
			}
			h.actor.Role = "admin"
		})
		t.Run("another process of the same company knows the fields by the feed", func(t *testing.T) {
			h.T = t
			other := customer.NewFields(d)
			require.NoError(t, other.Changed(h.ctx, nil, map[string][]int64{"customers": {1}}))
			require.Nil(t, other.Set(), "a change of customers is none of the fields")
			require.NoError(t, other.Changed(h.ctx, nil, map[string][]int64{"customer_fields": {1}}))
			_, known := other.Set().Find("salary")
			require.True(t, known)
		})
		t.Run("columns never hold a sensitive text, nor what becomes one", func(t *testing.T) {
			h.T = t
			require.Equal(t, "0", h.one("select count(*) from customers where custom::varchar like '%CANARY%'"))
			h.call(201, "POST", "/customer-fields", `{"key":"note","type":"text","label":{"zh-CN":"备注","en-US":"Note"},"applies_to":"both"}`)
			h.call(201, "POST", "/customers", `{"name":"ming","custom":{"note":"CANARY-43"}}`)
			h.drain()
			require.Equal(t, "1", h.one("select count(*) from customers where custom::varchar like '%CANARY%'"))
			h.call(200, "PUT", "/customer-fields/note", `{"label":{"zh-CN":"备注","en-US":"Note"},"applies_to":"both","sensitivity":"sensitive"}`)
			h.drain()
			require.Equal(t, "0", h.one("select count(*) from customers where custom::varchar like '%CANARY%'"))
		})
	})
}
