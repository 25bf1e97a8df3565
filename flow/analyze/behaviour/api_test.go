package behaviour

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/api"
)

func TestOperationsReadWhatTheyAreAsked(t *testing.T) {
	s := openSite(t, 5, 40, 20)
	router := chi.NewRouter()
	s.Register(api.New(router, api.Options{Authorize: func(context.Context, string) error { return nil }}))
	ask := func(method, path, body string) (int, map[string]any) {
		r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body)).WithContext(s.ctx)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		router.ServeHTTP(w, r)
		var answer map[string]any
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), w.Body.String())
		return w.Code, answer
	}
	for _, row := range []struct {
		method, path, body string
		status             int
		field              string
	}{
		{"GET", "/behaviour/sessions?from=2026-03-03&to=2026-03-20&by=week&split=device&top=5", "", 200, ""},
		{"GET", "/behaviour/sessions?split=colour", "", 422, "split"},
		{"GET", "/behaviour/sessions?from=2026-03-20&to=2026-03-03", "", 422, "to"},
		{"GET", "/behaviour/paths?from=2026-03-03&to=2026-03-20&start=/a&steps=3&top=2&of=pages", "", 200, ""},
		{"GET", "/behaviour/paths/customers?from=2026-03-03&to=2026-03-20&node=1:/a&next=2:/b", "", 200, ""},
		{"GET", "/behaviour/paths/customers?from=2026-03-03&to=2026-03-20&node=home", "", 422, "node"},
		{"GET", "/customers/999999/paths", "", 404, ""},
		{"GET", "/customers/999999/interests", "", 404, ""},
		{"GET", "/behaviour/regions", "", 200, ""},
		{"GET", "/behaviour/regions?segment=999999", "", 404, ""},
		{"POST", "/behaviour/funnel", `{"steps":[{"event":"page_viewed"},{"event":"search","where":{"field":"properties.price","op":"gte","value":100}}],"window_days":7,"from":"2026-03-03","to":"2026-03-20"}`, 200, ""},
		{"POST", "/behaviour/funnel", `{"steps":[{"event":"page_viewed"},{"event":"dance"}]}`, 422, "steps[1].event"},
		{"POST", "/behaviour/funnel", `{"steps":[{"event":"search","where":{"field":"colour","op":"eq","value":"red"}}]}`, 422, "steps[0].where.field"},
		{"POST", "/behaviour/funnel", `{"steps":[]}`, 422, "steps"},
	} {
		status, answer := ask(row.method, row.path, row.body)
		require.Equal(t, row.status, status, "%s %s: %v", row.method, row.path, answer)
		if row.field != "" {
			assert.Equal(t, row.field, answer["errors"].([]any)[0].(map[string]any)["field"], row.path)
		}
	}
	_, board := ask(http.MethodGet, "/behaviour/sessions?from=2026-03-03&to=2026-03-20&by=week&top=2", "")
	assert.Equal(t, "2026-03-03", board["from"])
	assert.Equal(t, "week", board["by"])
	assert.Len(t, board["landing"], 2)
}
