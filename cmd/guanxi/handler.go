package main

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/guard"
	"guanxi/web"
)

// handler joins the API, the web application and the machine's own addresses.
func (p *program) handler() http.Handler {
	router := chi.NewRouter()
	router.Use(api.Recover, api.SecurityHeaders)
	router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("alive\n")) })
	router.Get("/readyz", p.ready)
	if p.moved != nil {
		router.With(guard.CrossOrigin).Post("/test/clock", p.moveClock)
	}
	router.Group(func(r chi.Router) {
		r.Use(guard.CrossOrigin, p.guard.Middleware, api.Idempotent(p.records, actorKey))
		document := p.register(r).OpenAPI()
		r.Get("/docs", docs(document))
	})
	p.stages.tracking.Route(router)
	router.Handle("/p/*", p.stages.customers.Preferences())
	router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.Path) >= 4 && r.URL.Path[:4] == "/api" {
			api.Fail(w, r, fault.NotFound("operation", r.URL.Path))
			return
		}
		p.pages.ServeHTTP(w, r)
	})
	return router
}

func (p *program) ready(w http.ResponseWriter, r *http.Request) {
	var one int
	if err := p.records.Read().NewRaw("select 1").Scan(r.Context(), &one); err != nil {
		api.Fail(w, r, fault.Unavailable("database_gone", err))
		return
	}
	if err := p.columns.QueryRow(r.Context(), "select 1").Scan(&one); err != nil {
		api.Fail(w, r, fault.Unavailable("columns_gone", err))
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// moveClock sets the time: {"now": "2026-01-02T15:04:05Z"} or {"advance": "36h"}.
func (p *program) moveClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Now     *time.Time `json:"now"`
		Advance string     `json:"advance"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in); err != nil {
		api.Fail(w, r, fault.Invalid("", "body_unreadable"))
		return
	}
	switch d, err := time.ParseDuration(in.Advance); {
	case in.Now != nil:
		p.moved.Set(*in.Now)
	case in.Advance != "" && err == nil:
		p.moved.Advance(d)
	default:
		api.Fail(w, r, fault.Invalid("advance", "duration_unreadable", in.Advance))
		return
	}
	// what only time changes is due at once, not when the job that looks for it next comes round
	if err := p.stages.signals.Refresh(r.Context()); err != nil {
		api.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]time.Time{"now": p.moved.Now().UTC()})
}

var pages = web.Handler
