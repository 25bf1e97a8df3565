package customer

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

const (
	preferencePath = "/p/"
	confirmPath    = preferencePath + "confirm/"
	oneClick       = "List-Unsubscribe=One-Click"
	roleOfCustomer = "customer"
)

//go:embed page
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "page/preferences.html"))

// pagePolicy allows the page its own style sheet and its own forms, and nothing else: no script, no other host.
const pagePolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// preferencePages serves customers' own links.
type preferencePages struct {
	store *Store
	read  *guard.Limiter // by address
	write *guard.Limiter // by link
}

// Preferences serves customers' own pages, below /p/, to people who have not signed in. Reading changes nothing, so that
// scanners of mail may follow links; every change is a form, which works without scripts.
func (s *Store) Preferences() http.Handler {
	p := &preferencePages{store: s, read: guard.NewLimiter(time.Second, 60), write: guard.NewLimiter(3*time.Second, 20)}
	r := chi.NewRouter()
	r.Use(p.surround)
	r.Get(preferencePath+"style.css", p.style)
	r.Get(confirmPath+"{token}", p.confirming)
	r.Head(confirmPath+"{token}", p.confirming)
	r.Post(confirmPath+"{token}", p.confirm)
	r.Get(preferencePath+"{token}", p.show)
	r.Head(preferencePath+"{token}", p.show)
	r.Get(preferencePath+"{token}/unsubscribe", p.show)
	r.Head(preferencePath+"{token}/unsubscribe", p.show)
	r.Post(preferencePath+"{token}", p.save)
	r.Post(preferencePath+"{token}/unsubscribe", p.unsubscribe)
	r.Post(preferencePath+"{token}/requests", p.request)
	r.Post(preferencePath+"{token}/details", p.correct)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { p.fail(w, r, fault.NotFound("link", "")) })
	return r
}

// surround lets the customer act: as nobody on the staff, from where she is.
func (p *preferencePages) surround(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		actor := guard.Actor{Name: roleOfCustomer, Role: roleOfCustomer, Address: api.Address(r)}
		next.ServeHTTP(w, r.WithContext(guard.With(r.Context(), actor)))
	})
}

func (p *preferencePages) style(w http.ResponseWriter, _ *http.Request) {
	text, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(text)
}

// opened reads the link of a request. Providers of mail withdraw for many people from few addresses: what comes by POST is
// bounded by link alone.
func (p *preferencePages) opened(r *http.Request) (l preferenceLink, c *Customer, err error) {
	token := chi.URLParam(r, "token")
	if r.Method == http.MethodPost {
		err = p.write.Allow(token)
	} else {
		err = p.read.Allow(api.Address(r))
	}
	if err != nil {
		return l, nil, err
	}
	if l, err = readLink(r.Context(), token); err != nil {
		return l, nil, err
	}
	c, err = l.holder(r.Context(), p.store.records.Read())
	return l, c, err
}

func (p *preferencePages) show(w http.ResponseWriter, r *http.Request) {
	l, c, err := p.opened(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	view, err := p.view(r, l, c)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	view.Said = r.URL.Query().Get("done")
	view.Asked = strings.HasSuffix(r.URL.Path, "/unsubscribe")
	p.answer(w, http.StatusOK, view)
}

// posted is opened, with the form she sent read.
func (p *preferencePages) posted(r *http.Request) (l preferenceLink, c *Customer, err error) {
	if l, c, err = p.opened(r); err == nil {
		err = r.ParseForm()
	}
	return l, c, err
}

// save records every answer of the form that differs from what stands.
func (p *preferencePages) save(w http.ResponseWriter, r *http.Request) {
	l, c, err := p.posted(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	none := r.PostForm.Has("none")
	err = p.store.say(r.Context(), c.ID, saidOnPage, func(purpose *Purpose, channel string, stands *bool) *bool {
		name := purpose.Key + "." + channel
		if !none && !r.PostForm.Has("asked."+name) { // the page did not show it
			return nil
		}
		yes := !none && r.PostForm.Get(name) == "yes"
		if stands == nil && !yes && !none || stands != nil && *stands == yes || none && purpose.Basis != BasisConsent {
			return nil
		}
		return &yes
	}, "")
	p.done(w, r, l, "saved", err)
}

// unsubscribe is one-click withdrawal (RFC 8058): what the message was sent for, or everything that rests on consent.
func (p *preferencePages) unsubscribe(w http.ResponseWriter, r *http.Request) {
	l, c, err := p.opened(r)
	if err == nil {
		err = r.ParseMultipartForm(32 << 10)
		if errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	if err == nil && r.PostForm.Get("List-Unsubscribe") != "One-Click" {
		err = fault.Invalid("List-Unsubscribe", "one_click_only")
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	err = p.store.say(r.Context(), c.ID, saidOneClick, func(purpose *Purpose, channel string, stands *bool) *bool {
		meant := purpose.Key == l.purpose && (channel == l.channel || l.channel == "")
		if l.purpose == "" {
			meant = purpose.Basis == BasisConsent
		}
		if !meant || stands != nil && !*stands {
			return nil
		}
		no := false
		return &no
	}, oneClick)
	if err == nil && r.PostForm.Get("page") == "" {
		w.WriteHeader(http.StatusOK)
		return
	}
	p.done(w, r, l, "withdrawn", err)
}

// request asks for a copy of her data, or for its erasure; the code stands on the answer and nowhere else.
func (p *preferencePages) request(w http.ResponseWriter, r *http.Request) {
	l, c, err := p.opened(r)
	if err == nil {
		err = r.ParseForm()
	}
	kind := ""
	if err == nil {
		if kind = r.PostForm.Get("kind"); kind != RequestCopy && kind != RequestErasure && kind != RequestCorrection {
			err = fault.Invalid("kind", "not_one_of", "copy, erasure, correction")
		}
	}
	code, said := "", "asked"
	if err == nil {
		ctx := r.Context()
		err = p.store.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			_, code, err = addRequest(ctx, tx, c.ID, kind, saidOnPage, "")
			return err
		})
		if fault.Is(err, fault.KindConflict) {
			err, said = nil, "waits"
		}
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	view, err := p.view(r, l, c)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	view.Said, view.Code = said, code
	p.answer(w, http.StatusOK, view)
}

// correct takes what she says of herself; what cannot be is shown again beside its field, and nothing is taken.
func (p *preferencePages) correct(w http.ResponseWriter, r *http.Request) {
	l, c, err := p.posted(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	said := map[string]string{}
	for _, name := range HerOwn() {
		said[name] = r.PostForm.Get(name)
	}
	wrong, err := p.store.Correct(r.Context(), c.ID, said, languageOf(r))
	if err != nil || len(wrong) == 0 {
		p.done(w, r, l, "corrected", err)
		return
	}
	view, err := p.view(r, l, c)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	view.refill(said, wrong)
	p.answer(w, http.StatusUnprocessableEntity, view)
}

// confirming asks whoever has opened the link in a mail to press a button: scanners of mail follow links.
func (p *preferencePages) confirming(w http.ResponseWriter, r *http.Request) {
	err := p.read.Allow(api.Address(r))
	if err == nil {
		_, err = p.store.confirmable(r.Context(), p.store.records.Read(), chi.URLParam(r, "token"))
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.answer(w, http.StatusOK, p.confirmView(r, "confirm"))
}

func (p *preferencePages) confirm(w http.ResponseWriter, r *http.Request) {
	err := p.write.Allow("confirm " + api.Address(r))
	if err == nil {
		err = p.store.Confirm(r.Context(), chi.URLParam(r, "token"))
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.answer(w, http.StatusOK, p.confirmView(r, "confirmed"))
}

// confirmView says nothing of whose address it is: whoever opens the mail may be anybody.
func (p *preferencePages) confirmView(r *http.Request, said string) *preferenceView {
	language := languageOf(r)
	return &preferenceView{Language: string(language), Words: pageWords[language], Company: workspace.Of(r.Context()).Name, Path: confirmPath + chi.URLParam(r, "token"), Confirm: said}
}

// done leads back to the page, so that loading it again sends nothing again.
func (p *preferencePages) done(w http.ResponseWriter, r *http.Request, _ preferenceLink, what string, err error) {
	if err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, preferencePath+chi.URLParam(r, "token")+"?done="+what+"&lang="+string(languageOf(r)), http.StatusSeeOther)
}

func (p *preferencePages) answer(w http.ResponseWriter, status int, view *preferenceView) {
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, view); err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes())
}

// fail says that a link does not work, and not why: who tries links learns nothing.
func (p *preferencePages) fail(w http.ResponseWriter, r *http.Request, err error) {
	language := languageOf(r)
	view := &preferenceView{Language: string(language), Words: pageWords[language], Company: workspace.Of(r.Context()).Name}
	status := http.StatusInternalServerError
	view.Failure = view.Words["failed"]
	switch {
	case fault.Is(err, fault.KindNotFound):
		status, view.Failure = http.StatusNotFound, view.Words["gone"]
	case fault.Is(err, fault.KindInvalid):
		status = http.StatusUnprocessableEntity
	case fault.Is(err, fault.KindTooMany):
		status, view.Failure = http.StatusTooManyRequests, view.Words["slow"]
		w.Header().Set("Retry-After", "10")
	default:
		api.Log(r.Context()).Error("a customer's own page", "error", err)
	}
	p.answer(w, status, view)
}

// say records what a customer says herself about each purpose and channel: answer is given what stands (nil: nothing) and
// gives what she says (nil: nothing new).
func (s *Store) say(ctx context.Context, id int64, source string, answer func(p *Purpose, channel string, stands *bool) *bool, proof string) error {
	now := clock.Millis(ctx)
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		purposes, err := loadPurposes(ctx, tx)
		if err != nil {
			return err
		}
		all, err := consentsOf(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		stands := map[[2]string]bool{}
		for _, c := range standing(all) {
			p := findPurpose(purposes, c.Purpose)
			if p != nil && c.Granted && !p.Covered(c.Notice, c.HappenedAt) {
				continue // she is asked anew
			}
			stands[[2]string{c.Purpose, c.Channel}] = c.Granted
		}
		var said []Consent
		changed := difference{}
		for _, p := range purposes {
			if p.Archived {
				continue
			}
			for _, channel := range p.Channels {
				var was *bool
				if granted, known := stands[[2]string{p.Key, channel}]; known {
					was = &granted
				}
				yes := answer(p, channel, was)
				if yes == nil {
					continue
				}
				c := Consent{CustomerID: id, Purpose: p.Key, Channel: channel, Granted: *yes, Source: source, Proof: proof, ProofKind: ProofLink,
					Address: guard.ActorOf(ctx).Address, HappenedAt: now}
				if p.Notice > 0 {
					number := p.Notice
					c.Notice = &number
				}
				said = append(said, c)
				changed["consent."+p.Key+"."+channel] = [2]any{value(was), *yes}
			}
		}
		if len(said) == 0 {
			return nil
		}
		if err := insertConsents(ctx, tx, said); err != nil {
			return err
		}
		tx.Feed("customers", id)
		return guard.Audit(ctx, tx, "customer.consent_recorded", "customer", itemNumber(id), map[string]any{"changed": changed})
	})
}
