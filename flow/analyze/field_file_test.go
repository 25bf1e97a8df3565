package analyze

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// form sends a file, with further parts, as a browser does.
func (h *house) form(status int, path, name, content string, parts ...string) string {
	h.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(parts); i += 2 {
		require.NoError(h.T, form.WriteField(parts[i], parts[i+1]))
	}
	part, err := form.CreateFormFile("file", name)
	require.NoError(h.T, err)
	_, err = part.Write([]byte(content))
	require.NoError(h.T, err)
	require.NoError(h.T, form.Close())
	r := httptest.NewRequest("POST", "/api/v1"+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return h.serve(status, r)
}

// Conditions, lists, formulas and columns know how many files there are, of sensitive fields too; tables bring none.
func TestFilesAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.call(201, "POST", "/customer-fields", `{"key":"papers","type":"file","label":{"zh-CN":"证件","en-US":"Papers"},"applies_to":"both","files":{"multiple":true}}`)
		h.call(201, "POST", "/customer-fields", `{"key":"records","type":"file","label":{"zh-CN":"病历","en-US":"Records"},"applies_to":"both","sensitivity":"sensitive","files":{"multiple":true}}`)
		h.call(201, "POST", "/customer-fields", `{"key":"short_of","type":"formula","label":{"zh-CN":"还差","en-US":"Short of"},"applies_to":"both","formula":"3 - (custom.papers ?? 0)"}`)
		for n, name := range []string{"none", "one", "two"} {
			id := gjson.Get(h.call(201, "POST", "/customers", `{"name":"`+name+`"}`), "id").String()
			for range n {
				h.form(201, "/customers/"+id+"/fields/papers/files", "canary-name.txt", "canary inside")
				h.form(201, "/customers/"+id+"/fields/records/files", "canary-name.txt", "canary inside")
			}
		}
		for _, row := range []struct{ condition, want string }{
			{`{"field":"custom.papers","op":"is_set"}`, "one two"},
			{`{"field":"custom.papers","op":"is_not_set"}`, "none"},
			{`{"field":"custom.papers","op":"eq","value":2}`, "two"},
			{`{"field":"custom.papers","op":"ne","value":2}`, "none one"},
			{`{"field":"custom.papers","op":"lt","value":2}`, "one"},
			{`{"field":"custom.papers","op":"between","value":[1,5]}`, "one two"},
			{`{"field":"custom.records","op":"gte","value":2}`, "two"},
			{`{"field":"custom.records","op":"is_not_set"}`, "none"},
			{`{"field":"custom.short_of","op":"gte","value":2}`, "none one"},
		} {
			require.Equal(t, row.want, h.names(row.condition, "name"), row.condition)
		}
		require.Equal(t, "two one none", h.names(`{"all":[]}`, "-custom.papers"))
		require.Equal(t, "0", h.one("select count(*) from customers where custom::varchar like '%canary%'"))

		h.actor.Role = "operator" // sees sensitive fields masked: one can neither filter nor sort by them
		h.call(422, "GET", "/customers?sort=-custom.records", "")
		h.call(422, "POST", "/segments/preview", `{"condition":{"field":"custom.records","op":"is_set"}}`)
		h.actor.Role = "admin"

		h.call(422, "POST", "/bulk-edits/preview", `{"kind":"field","field":"custom.papers","value":"a.pdf","chosen":{"filter":{"field":"custom.papers","op":"is_set"}}}`)
		seen := h.inspect("客户编号,姓名,证件\nC1,li,a.pdf\n")
		require.NotEqual(t, "custom.papers", gjson.Get(seen, "mapping.columns.证件").String())
		require.False(t, gjson.Get(seen, `fields.#(name=="custom.papers")`).Exists())
		for _, mapping := range []string{`{"columns":{"姓名":"name","证件":"custom.papers"}}`, `{"columns":{"姓名":"name"},"constants":{"custom.papers":"a.pdf"}}`} {
			answer := h.form(422, "/imports", "a.csv", "姓名,证件\nli,a.pdf\n", "kind", "customers", "mapping", mapping)
			require.Equal(t, "field_takes_files", gjson.Get(answer, "errors.0.code").String(), answer)
		}
	})
}
