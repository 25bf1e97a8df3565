package guard_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/keys"
	"guanxi/guard"
)

// desk is a running guard with a person in front of it.
type desk struct {
	*testing.T
	g      *guard.Guard
	clock  *clock.Fake
	server *httptest.Server
	cookie string
	csrf   string
	// outside ties the way back from a sign-in provider to this browser
	outside string
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	k := &desk{T: t, clock: clock.NewMovable()}
	k.g = guard.New(d, "https://guanxi.test")
	secret, err := keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName))
	if err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	router.Use(api.Recover, api.SecurityHeaders, guard.CrossOrigin, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(keys.With(clock.With(r.Context(), k.clock), secret)))
		})
	}, k.g.Middleware)
	k.g.Register(api.New(router, api.Options{Title: "test", Version: "1", Authorize: guard.Authorize}))
	k.server = httptest.NewServer(router)
	t.Cleanup(k.server.Close)
	return k
}

// call sends a request with the desk's cookie and CSRF token, and takes over a cookie that the answer sets.
func (k *desk) call(method, path string, body any, headers ...string) (int, map[string]any) {
	k.Helper()
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			k.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, k.server.URL+"/api/v1"+path, reader)
	if err != nil {
		k.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if both := strings.Trim(k.cookie+"; "+k.outside, "; "); both != "" {
		r.Header.Set("Cookie", both)
		r.Header.Set("X-CSRF-Token", k.csrf)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		k.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	got := map[string]any{}
	_ = json.Unmarshal(text, &got)
	if set := answer.Header.Get("Set-Cookie"); strings.HasPrefix(set, "__Host-guanxi-outside=") {
		k.outside, _, _ = strings.Cut(set, ";")
	} else if set != "" && answer.StatusCode < 300 {
		if !strings.HasPrefix(set, "__Host-guanxi=") || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "Secure") {
			k.Errorf("cookie %q", set)
		}
		k.cookie, _, _ = strings.Cut(set, ";")
		k.csrf, _ = got["csrf_token"].(string)
	}
	return answer.StatusCode, got
}

func (k *desk) want(status int, method, path string, body any, headers ...string) map[string]any {
	k.Helper()
	got, answer := k.call(method, path, body, headers...)
	if got != status {
		k.Fatalf("%s %s: %d %v, want %d", method, path, got, answer, status)
	}
	return answer
}

func tokenOf(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("token")
}

type fields = map[string]any

func (k *desk) setUp() {
	k.Helper()
	link, err := k.g.CreateLink(guard.System(context.Background()), guard.PurposeSetup, nil)
	if err != nil {
		k.Fatal(err)
	}
	k.want(200, "POST", "/sign-in-links/redeem", fields{"token": tokenOf(k.T, link), "name": "Zhou Min",
		"email": "Zhou@Example.cn", "password": "correct horse battery",
		"workspace": fields{"name": "沐禾生活", "time_zone": "Europe/London", "currency": "GBP", "language": "en-US"}})
}

func TestSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		if got := k.want(200, "GET", "/setup", nil); got["needed"] != true {
			t.Fatalf("setup %v", got)
		}
		k.want(401, "GET", "/session", nil)
		k.want(401, "GET", "/users", nil)
		k.setUp()
		if w := k.g.Workspace(); w.Currency != "GBP" || w.TimeZone != "Europe/London" {
			t.Errorf("workspace %+v", w)
		}
		me := k.want(200, "GET", "/session", nil)
		if me["staff"].(fields)["role"] != "admin" {
			t.Errorf("session %v", me)
		}

		t.Run("a set-up link works once, and never after set-up", func(t *testing.T) {
			link, _ := k.g.CreateLink(guard.System(t.Context()), guard.PurposeSetup, nil)
			k.want(403, "POST", "/sign-in-links/redeem", fields{"token": tokenOf(t, link), "name": "Eve", "email": "eve@x.cn", "password": "correct horse battery"})
			k.want(403, "POST", "/sign-in-links/redeem", fields{"token": "nonsense", "password": "correct horse battery"})
		})

		t.Run("a request without the CSRF token changes nothing", func(t *testing.T) {
			k.want(403, "POST", "/users", fields{"email": "a@x.cn", "name": "A", "role": "sales"}, "X-CSRF-Token", "")
			k.want(403, "POST", "/users", fields{"email": "a@x.cn", "name": "A", "role": "sales"}, "Sec-Fetch-Site", "cross-site")
			if users := k.want(200, "GET", "/users", nil)["items"].([]any); len(users) != 1 {
				t.Errorf("%d users", len(users))
			}
		})

		t.Run("a role that is taken away is gone at once", func(t *testing.T) {
			invited := k.want(200, "POST", "/users", fields{"email": "li@x.cn", "name": "Li", "role": "operator"})
			li := &desk{T: t, g: k.g, clock: k.clock, server: k.server}
			li.want(422, "POST", "/sign-in-links/redeem", fields{"token": tokenOf(t, invited["link"].(string)), "password": "short"})
			li.want(200, "POST", "/sign-in-links/redeem", fields{"token": tokenOf(t, invited["link"].(string)), "password": "long enough for Li"})
			li.want(403, "PATCH", "/users/"+invited["id"].(string), fields{"role": "admin"})
			li.want(403, "GET", "/audit", nil)
			li.want(200, "GET", "/users", nil)
			k.want(200, "PATCH", "/users/"+invited["id"].(string), fields{"active": false})
			li.want(401, "GET", "/users", nil)
			li.want(401, "POST", "/session", fields{"email": "li@x.cn", "password": "long enough for Li"})
		})

		t.Run("the last administrator stays", func(t *testing.T) {
			k.want(409, "PATCH", "/users/"+me["staff"].(fields)["id"].(string), fields{"role": "sales"})
		})

		t.Run("an unknown address and a wrong password are not told apart", func(t *testing.T) {
			nobody := &desk{T: t, g: k.g, clock: k.clock, server: k.server}
			a := nobody.want(401, "POST", "/session", fields{"email": "zhou@example.cn", "password": "wrong"})
			b := nobody.want(401, "POST", "/session", fields{"email": "who@example.cn", "password": "wrong"})
			if a["detail"] != b["detail"] || a["code"] != b["code"] {
				t.Errorf("%v and %v", a, b)
			}
			nobody.want(200, "POST", "/session", fields{"email": " ZHOU@example.cn", "password": "correct horse battery"})
			for status := 0; status != 429; {
				if status, _ = nobody.call("POST", "/session", fields{"email": "zhou@example.cn", "password": "wrong"}); status != 401 && status != 429 {
					t.Fatalf("status %d", status)
				}
			}
		})

		t.Run("a session ends when revoked, and after a week unused", func(t *testing.T) {
			k.clock.Advance(8 * 24 * time.Hour)
			k.want(401, "GET", "/session", nil)
		})
	})
}

func TestTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		made := k.want(200, "POST", "/tokens", fields{"name": "shop", "role": "analyst", "scopes": []string{"customers.read", "staff.read"}})
		robot := &desk{T: t, g: k.g, clock: k.clock, server: k.server}
		bearer := []string{"Authorization", "Bearer " + made["token"].(string)}
		robot.want(200, "GET", "/users", nil, bearer...)
		robot.want(403, "GET", "/workspace", nil, bearer...)
		robot.want(401, "GET", "/users", nil, "Authorization", "Bearer gx_nonsense")
		k.want(422, "POST", "/tokens", fields{"name": "x", "role": "analyst", "scopes": []string{"audit.read"}})
		if items := k.want(200, "GET", "/tokens", nil)["items"].([]any); len(items) != 1 || strings.Contains(items[0].(fields)["name"].(string), "gx_") {
			t.Errorf("tokens %v", items)
		}
		k.want(204, "DELETE", "/tokens/"+made["id"].(string), nil)
		robot.want(401, "GET", "/users", nil, bearer...)
		log := k.want(200, "GET", "/audit?action=token.", nil)["items"].([]any)
		if len(log) != 2 {
			t.Errorf("audit %v", log)
		}
	})
}

func text(value any) []byte {
	text, _ := json.Marshal(value)
	return text
}

func parsed(text string) (value fields) {
	_ = json.Unmarshal([]byte(text), &value)
	return value
}
