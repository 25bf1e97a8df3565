package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/page"
)

type input struct {
	ID api.ID `path:"id"`
	page.Query
	Body struct {
		Name  string   `json:"name" minLength:"2"`
		Other []api.ID `json:"other,omitempty"`
	}
}

type output struct {
	ETag string `header:"ETag"`
	Body struct {
		ID   api.ID `json:"id"`
		Name string `json:"name"`
	}
}

func serve(t *testing.T, fn func(ctx context.Context, in *input) (*output, error), middlewares ...func(http.Handler) http.Handler) *httptest.Server {
	t.Helper()
	router := chi.NewRouter()
	router.Use(api.Recover, api.SecurityHeaders)
	router.Use(middlewares...)
	a := api.New(router, api.Options{Title: "test", Version: "1", Authorize: func(_ context.Context, permission string) error {
		if permission == "never" {
			return fault.Forbidden("not_allowed")
		}
		return nil
	}})
	api.Register(a, api.Op{Method: "POST", Path: "/things/{id}", Permission: "things.write"}, fn)
	api.Register(a, api.Op{Method: "POST", Path: "/closed/{id}", Permission: "never"}, fn)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server
}

func TestErrors(t *testing.T) {
	server := serve(t, func(_ context.Context, in *input) (*output, error) {
		switch in.Body.Name {
		case "missing":
			return nil, fault.NotFound("thing", 1)
		case "secret":
			return nil, errors.New("password=hunter2")
		case "panic":
			panic("boom")
		case "place":
			return nil, fault.Invalid("all[1].value", "not_a_number", "abc")
		}
		out := &output{ETag: "3"}
		out.Body.ID, out.Body.Name = in.ID, in.Body.Name
		return out, nil
	})
	for _, c := range []struct {
		name, path, body string
		status           int
		code, field      string
	}{
		{"a good request", "/things/12", `{"name":"ok","other":["7"]}`, 200, "", ""},
		{"an unknown field is refused, not dropped", "/things/12", `{"name":"ok","role":"admin"}`, 422, "invalid_input", "role"},
		{"an unknown parameter is refused", "/things/12?colour=red", `{"name":"ok"}`, 422, "invalid_input", "colour"},
		{"a limit outside is refused", "/things/12?limit=501", `{"name":"ok"}`, 422, "invalid_input", "limit"},
		{"an id that is no number", "/things/x", `{"name":"ok"}`, 422, "invalid_input", "id"},
		{"an id in the body that is a number", "/things/1", `{"name":"ok","other":[7]}`, 422, "invalid_input", "other[0]"},
		{"no JSON", "/things/1", `{"name":`, 422, "invalid_input", ""},
		{"not found", "/things/1", `{"name":"missing"}`, 404, "not_found", ""},
		{"the place in the input is named", "/things/1", `{"name":"place"}`, 422, "invalid_input", "all[1].value"},
		{"the cause of an internal error is not sent", "/things/1", `{"name":"secret"}`, 500, "internal_error", ""},
		{"a panic is an internal error", "/things/1", `{"name":"panic"}`, 500, "internal_error", ""},
		{"without the permission", "/closed/1", `{"name":"ok"}`, 403, "not_allowed", ""},
		{"without the permission nothing is said of the input", "/closed/x?colour=red", `{"role":`, 403, "not_allowed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, err := http.Post(server.URL+api.Prefix+c.path, "application/json", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			body, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != c.status {
				t.Fatalf("status %d, want %d: %s", answer.StatusCode, c.status, body)
			}
			if strings.Contains(string(body), "hunter2") {
				t.Errorf("the cause was sent: %s", body)
			}
			if c.status == 200 {
				if string(body) != `{"id":"12","name":"ok"}`+"\n" {
					t.Errorf("body %s", body)
				}
				return
			}
			if kind := answer.Header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("content type %s", kind)
			}
			var p api.Problem
			if err := json.Unmarshal(body, &p); err != nil {
				t.Fatal(err)
			}
			if p.Code != c.code || p.Status != c.status || p.Detail == "" {
				t.Errorf("problem %+v, want code %s", p, c.code)
			}
			if c.field != "" && (len(p.Errors) == 0 || p.Errors[0].Field != c.field) {
				t.Errorf("fields %+v, want %s", p.Errors, c.field)
			}
		})
	}
}

func TestRegisterRefusesAnOperationWithoutPermission(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("registered")
		}
	}()
	a := api.New(chi.NewRouter(), api.Options{})
	api.Register(a, api.Op{Method: "GET", Path: "/open"}, func(context.Context, *struct{}) (*output, error) { return nil, nil })
}

func TestIdempotencyKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		calls := 0
		server := serve(t, func(_ context.Context, in *input) (*output, error) {
			calls++
			out := &output{}
			out.Body.ID, out.Body.Name = api.ID(calls), in.Body.Name
			if in.Body.Name == "unavailable" {
				return nil, fault.Unavailable("disk_full", nil)
			}
			return out, nil
		}, api.Idempotent(d, func(context.Context) string { return "staff:1" }))
		post := func(key, name string) (int, string) {
			r, _ := http.NewRequest("POST", server.URL+api.Prefix+"/things/1", strings.NewReader(`{"name":"`+name+`"}`))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", key)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			body, _ := io.ReadAll(answer.Body)
			return answer.StatusCode, string(body)
		}
		status, first := post("k1", "ok")
		for range 2 {
			if s, again := post("k1", "ok"); s != status || again != first {
				t.Errorf("answered %d %s, then %d %s", status, first, s, again)
			}
		}
		if calls != 1 {
			t.Errorf("carried out %d times", calls)
		}
		if s, _ := post("k1", "other"); s != 422 {
			t.Errorf("another body under the same key gave %d, want 422", s)
		}
		post("k2", "unavailable")
		post("k2", "unavailable")
		if calls != 3 {
			t.Errorf("a request that failed for want of disk was not tried again: %d calls", calls)
		}
	})
}
