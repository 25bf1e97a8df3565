package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"

	"guanxi/base/fault"
)

// Recover turns a panic into a logged internal error, and gives each request a logger with its id.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		random := make([]byte, 8)
		_, _ = rand.Read(random)
		id := hex.EncodeToString(random)
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), logKey{},
			slog.With("request", id, "method", r.Method, "path", r.URL.Path)))
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				Log(r.Context()).Error("panic", "panic", p, "stack", string(debug.Stack()))
				Fail(w, r, fault.Wrap(http.ErrAbortHandler))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// SecurityHeaders are the same for every answer; the page's Content-Security-Policy is set where pages are served.
func SecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if h.Get("Cache-Control") == "" && len(r.URL.Path) > 4 && r.URL.Path[:5] == "/api/" {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// Address gives the address a request came from. Forwarding headers are not believed: anybody can write them.
func Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
