package analyze

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// serveMetrics answers over HTTP as the given role.
func serveMetrics(t *testing.T, d *db.DB) func(role, method, path, body string) (int, string) {
	t.Helper()
	ctx, m := smallShop(t, d, 5)
	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(clock.With(guard.With(r.Context(), guard.Actor{StaffID: 7, Role: r.Header.Get("Role"), Name: "n"}), clock.Of(ctx))))
		})
	})
	m.Register(api.New(router, api.Options{Title: "t", Version: "1", Authorize: guard.Authorize}))
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return func(role, method, path, body string) (int, string) {
		r, err := http.NewRequestWithContext(ctx, method, server.URL+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Role", role)
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
}

func TestMetricOperations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		call := serveMetrics(t, d)
		const feb = "from=2026-02-01&to=2026-02-28"
		for _, row := range []struct {
			role, method, path, body string
			status                   int
			holds                    string
		}{
			{"operator", "GET", "/metrics?" + feb, "", 200, `"name":"net_sales"`},
			{"operator", "GET", "/metrics", "", 200, `"to":"2026-03-12"`},
			{"analyst", "GET", "/metrics/gross_sales?" + feb + "&by=week&split=country", "", 200, `"currency":"CNY"`},
			{"analyst", "GET", "/metrics/orders?" + feb + "&by=day", "", 200, `{"at":"2026-02-01","value":`},
			{"analyst", "GET", "/metrics/orders?" + feb + "&segment=4", "", 200, `"name":"orders"`},
			{"analyst", "GET", "/metrics/orders?" + feb + "&split=moon", "", 422, `split`},
			{"analyst", "GET", "/metrics/orders?" + feb + "&by=hour", "", 422, `by`},
			{"analyst", "GET", "/metrics/orders?from=2026-02-30&to=2026-03-01", "", 422, `from`},
			{"analyst", "GET", "/metrics/moon?" + feb, "", 404, ``},
			{"analyst", "GET", "/metrics/nps?" + feb, "", 409, `metric_without_source`},
			{"auditor", "GET", "/metrics?" + feb, "", 403, ``},
			{"analyst", "GET", "/metrics/orders/why?" + feb, "", 200, `"against":"previous"`},
			{"analyst", "GET", "/metrics/orders/why?" + feb + "&against=moon", "", 422, `against`},
			{"analyst", "GET", "/metrics/orders/behind?" + feb + "&limit=3", "", 200, `"next_cursor"`},
			{"analyst", "GET", "/metrics/orders/behind?" + feb + "&limit=501", "", 422, `limit`},
			{"analyst", "GET", "/metrics/orders/behind?" + feb + "&cursor=x", "", 422, `cursor`},
			{"analyst", "POST", "/behaviour/retention", `{"period":"month","from":"2026-01-01","to":"2026-03-31"}`, 200, `"values":[1,`},
			{"analyst", "POST", "/behaviour/retention", `{"period":"month","first":{"event":"born"}}`, 422, `first.event`},
			{"analyst", "POST", "/behaviour/retention", `{"moon":1}`, 422, ``},
			{"analyst", "PUT", "/metrics/orders/target", `{"value":5,"direction":"at_least","period":"day"}`, 403, ``},
			{"manager", "PUT", "/metrics/orders/target", `{"value":5,"direction":"at_least","period":"day"}`, 200, `"value":5`},
			{"manager", "PUT", "/metrics/orders/target", `{"value":5,"direction":"sideways","period":"day"}`, 422, `direction`},
			{"manager", "DELETE", "/metrics/orders/target", "", 204, ``},
			{"operator", "GET", "/metrics/board.csv?" + feb, "", 200, "net_sales,净销售额"},
			{"operator", "GET", "/metrics/gross_sales/series.csv?" + feb + "&by=month", "", 200, "at,gross_sales\n2026-02-01,"},
			{"operator", "GET", "/metrics/orders/why.csv?" + feb + "&split=shop", "", 200, "(total),1,"},
			{"operator", "GET", "/metrics/orders/behind.csv?" + feb, "", 200, "type,id,number"},
			{"operator", "POST", "/behaviour/retention.csv", `{"period":"month","from":"2026-01-01","to":"2026-03-31"}`, 200, "cohort,size,month_0"},
			{"analyst", "GET", "/metrics/orders/series.csv?" + feb, "", 403, ``},
		} {
			status, body := call(row.role, row.method, row.path, row.body)
			if status != row.status || !strings.Contains(body, row.holds) {
				t.Errorf("%s %s %s: %d, want %d with %s: %.400s", row.role, row.method, row.path, status, row.status, row.holds, body)
			}
		}
		var left int
		if err := d.Read().NewRaw("select count(*) from audit_entries where action = 'metric.target_set'").Scan(t.Context(), &left); err != nil || left != 2 {
			t.Errorf("%d audit entries for one target set and taken away, %v", left, err)
		}
		var figure struct {
			Value  struct{ Amount int64 } `json:"value"`
			Splits []struct {
				Value struct{ Amount int64 } `json:"value"`
			} `json:"splits"`
		}
		_, body := call("analyst", "GET", "/metrics/gross_sales?"+feb+"&split=country", "")
		if err := json.Unmarshal([]byte(body), &figure); err != nil {
			t.Fatal(err)
		}
		for _, s := range figure.Splits {
			figure.Value.Amount -= s.Value.Amount
		}
		if figure.Value.Amount != 0 || len(figure.Splits) < 2 {
			t.Errorf("the countries leave %d of the whole", figure.Value.Amount)
		}
	})
}

func TestCell_is_no_formula(t *testing.T) {
	for text, want := range map[string]string{"=1+1": "'=1+1", "+86": "'+86", "-1": "'-1", "@a": "'@a", "\tx": "'\tx", "": "", "上海": "上海"} {
		if got := cell(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}
