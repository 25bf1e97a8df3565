package track

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
)

// calls are the operations of the Segment HTTP API under /v1, with the short names that browsers use, and the kind of call
// each takes; "" takes several.
var calls = map[string]string{
	"batch": "", "b": "", "import": "",
	"track": Track, "t": Track, "identify": Identify, "i": Identify, "page": Page, "p": Page,
	"screen": Screen, "s": Screen, "group": Group, "g": Group, "alias": Alias, "a": Alias,
}

// Route adds what clients call. It stands beside the API of staff, because it is the Segment API to the letter: other
// addresses, other keys, and pages of any origin may call it.
func (t *Tracking) Route(r chi.Router) {
	r.Route("/v1", func(r chi.Router) {
		r.Use(fromAnywhere)
		for name, kind := range calls {
			r.Post("/"+name, t.receive(kind))
		}
		r.Post("/m", answerTaken) // what the browser library reports of itself
		r.Get("/projects/{key}/settings", t.settings)
		r.Get("/pixel.gif", t.pixel)
		r.Post("/hooks/{key}", t.hook)
		r.Options("/*", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		r.NotFound(func(w http.ResponseWriter, r *http.Request) { api.Fail(w, r, fault.NotFound("operation", r.URL.Path)) })
		r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) { api.Fail(w, r, fault.NotFound("operation", r.URL.Path)) })
	})
}

// fromAnywhere lets pages of every origin call; which of them may send a source's events is the source's to say.
func fromAnywhere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding, X-Retry-Count")
		h.Set("Access-Control-Expose-Headers", "Retry-After")
		h.Set("Access-Control-Max-Age", "86400")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

type taken struct {
	Success  bool      `json:"success"`
	Accepted int       `json:"accepted,omitempty"`
	Refused  []Refusal `json:"refused,omitempty"`
}

func answerTaken(w http.ResponseWriter, _ *http.Request) { answer(w, taken{Success: true}) }

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// receive takes one request. It answers when the events are on disk. Of several, those that cannot be taken are named in the
// answer and the others are kept; where none can, it is the fault of the first. Faults: unauthenticated, forbidden, invalid,
// too large, too many.
func (t *Tracking) receive(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		given, err := t.take(w, r, kind)
		if err != nil {
			api.Fail(w, r, err)
			return
		}
		answer(w, taken{Success: true, Accepted: len(given.messages), Refused: given.refused})
	}
}

func (t *Tracking) take(w http.ResponseWriter, r *http.Request, kind string) (*request, error) {
	ctx := r.Context()
	leave, err := t.intake.enter(MaxBatch)
	if err != nil {
		return nil, err
	}
	defer leave()
	// who shows a key that is none is not read at all
	key := headerKey(r)
	if key != "" {
		if _, err := t.sourceOf(ctx, key); err != nil {
			return nil, err
		}
	}
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	given, err := read(body, kind, clock.Millis(ctx))
	if key == "" && given != nil {
		key = given.writeKey
	}
	s, known := t.sourceOf(ctx, key)
	if known != nil {
		return nil, known
	}
	if err != nil {
		t.noteRefusal(ctx, s, err)
		return nil, err
	}
	return given, t.accept(r, s, kind, body, given)
}

// accept keeps what of a request that was read is as agreed with its source.
func (t *Tracking) accept(r *http.Request, s *Source, kind string, body []byte, given *request) error {
	ctx := r.Context()
	err := s.allows(r.Header.Get("Origin"))
	if err != nil {
		t.noteRefusal(ctx, s, err)
		return err
	}
	if body, err = t.admit(ctx, s, kind, body, given); err != nil {
		return err
	}
	for _, refused := range given.refused {
		t.refuse(ctx, s.ID, refused.Code, refused.Field, 1)
	}
	if len(given.messages) == 0 {
		first := given.refused[0]
		if first.Code == "event_too_large" {
			return fault.TooLarge(first.Code, MaxEvent)
		}
		return fault.Invalid(first.Field, first.Code)
	}
	if s.allowed != nil && !s.allowed.AllowN(clock.Now(ctx), len(given.messages)) {
		t.refuse(ctx, s.ID, "too_many_requests", "", int64(len(given.messages)))
		return fault.TooMany(1)
	}
	agent := ""
	if a := r.UserAgent(); strings.HasPrefix(a, "Mozilla/") { // else it is a program's that hands on what others did
		agent = short(plain(a), 400)
	}
	return t.keep(ctx, s, kind, agent, body, len(given.messages))
}

// headerKey gives the write key of a request as clients show it: user name of Basic, bearer, or in the address.
func headerKey(r *http.Request) string {
	if user, _, ok := r.BasicAuth(); ok && user != "" {
		return user
	}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return strings.TrimSpace(rest)
	case strings.EqualFold(scheme, "Basic"): // some leave out the colon
		if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest)); err == nil {
			return strings.TrimSuffix(string(plain), ":")
		}
	}
	return r.URL.Query().Get("writeKey")
}

// readBody reads what was sent, unpacked, up to the limit. Faults: invalid, too large.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxBatch {
		return nil, fault.TooLarge("body_too_large", MaxBatch)
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(30 * time.Second)) //nolint:forbidigo // of the network
	from := io.LimitReader(r.Body, MaxBatch+1)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unzipped, err := gzip.NewReader(from)
		if err != nil {
			return nil, fault.Invalid("body", "gzip_unreadable")
		}
		from = io.LimitReader(unzipped, MaxBatch+1)
	}
	body, err := io.ReadAll(from)
	switch {
	case len(body) > MaxBatch:
		return nil, fault.TooLarge("body_too_large", MaxBatch)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return nil, fault.Invalid("body", "gzip_unreadable")
	case err != nil:
		return nil, fault.Invalid("body", "body_cut_off")
	}
	return body, nil
}

// settings is what @segment/analytics-next asks for at its start: that its events go back to where it asked.
func (t *Tracking) settings(w http.ResponseWriter, r *http.Request) {
	s, err := t.sourceOf(r.Context(), chi.URLParam(r, "key"))
	if err != nil {
		api.Fail(w, r, err)
		return
	}
	scheme := "http"
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		scheme = "https"
	}
	answer(w, map[string]any{
		"integrations": map[string]any{"Segment.io": map[string]any{"apiKey": s.WriteKey, "apiHost": r.Host + "/v1", "protocol": scheme, "unbundledIntegrations": []string{}, "addBundledMetadata": true,
			"versionSettings": map[string]any{"version": "4.4.7", "componentTypes": []string{"browser"}}}},
		"plan":         map[string]any{"track": map[string]any{"__default": map[string]any{"enabled": true, "integrations": map[string]any{}}}},
		"edgeFunction": map[string]any{}, "analyticsNextEnabled": true, "middlewareSettings": map[string]any{}, "enabledMiddleware": map[string]any{},
		"metrics": map[string]any{"sampleRate": 0}, "legacyVideoPluginsEnabled": false, "remotePlugins": []any{},
	})
}

func (t *Tracking) noteRefusal(ctx context.Context, s *Source, err error) {
	f := fault.Wrap(err)
	if len(f.Fields) > 0 {
		t.refuse(ctx, s.ID, f.Fields[0].Key, f.Fields[0].Field, 1)
		return
	}
	t.refuse(ctx, s.ID, f.Key, "", 1)
}
