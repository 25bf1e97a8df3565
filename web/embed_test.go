package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServe(t *testing.T) {
	page := strings.Repeat("<p>page</p>", 100)
	script := &file{plain: []byte(page), kind: kindOf("assets/a-1.js")}
	html := &file{plain: []byte(page), kind: kindOf("index.html")}
	var err error
	if html.packed, err = pack(html.plain); err != nil {
		t.Fatal(err)
	}

	t.Run("a page carries a policy that allows no inline script and no outside host", func(t *testing.T) {
		w := httptest.NewRecorder()
		html.serve(w, httptest.NewRequest(http.MethodGet, "/", nil))
		got := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(got, "script-src 'self';") || strings.Contains(got, "http") {
			t.Errorf("policy is %q", got)
		}
		if w.Body.String() != page {
			t.Error("the page came back changed")
		}
	})
	t.Run("a reader that takes gzip gets the same page packed", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		html.serve(w, r)
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(z); string(got) != page {
			t.Error("unpacked, the page is another")
		}
	})
	t.Run("HEAD sends the length and no body", func(t *testing.T) {
		w := httptest.NewRecorder()
		script.serve(w, httptest.NewRequest(http.MethodHead, "/assets/a-1.js", nil))
		if w.Body.Len() != 0 || w.Header().Get("Content-Length") != "1100" {
			t.Errorf("%d bytes, length %q", w.Body.Len(), w.Header().Get("Content-Length"))
		}
	})
}

func TestHandlerNeverAnswersForTheInterface(t *testing.T) {
	for _, row := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/api/v1/customers", http.StatusNotFound},
		{http.MethodGet, "/v1/track", http.StatusNotFound},
		{http.MethodGet, "/customers/../api/v1/session", http.StatusNotFound},
		{http.MethodPost, "/customers", http.StatusMethodNotAllowed},
		{http.MethodGet, "/assets/missing-0.js", http.StatusNotFound},
		{http.MethodGet, "/.gitkeep", http.StatusNotFound},
	} {
		t.Run(row.method+" "+row.path, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(row.method, "/", nil)
			r.URL.Path = row.path
			Handler().ServeHTTP(w, r)
			if w.Code != row.status || strings.Contains(w.Body.String(), "<html") {
				t.Errorf("%d: %s", w.Code, w.Body)
			}
		})
	}
}
