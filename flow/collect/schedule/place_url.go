package schedule

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"time"

	"guanxi/base/dial"
)

// address is one file at an http address.
type address struct {
	at     Place
	secret Secret
	caller *http.Client
}

// The marks of an address: what the server calls the version that was fetched last.
const (
	markTag   = "etag"
	markSince = "last-modified"
)

func openURL(d *dial.Dialer, p Place, secret Secret) place {
	return &address{p, secret, &http.Client{
		Transport: &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: 15 * time.Second, ResponseHeaderTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			switch {
			case len(via) > 5:
				return &PlaceError{Code: "redirected_too_often"}
			case r.URL.Scheme != "https" && (r.URL.Scheme != "http" || via[len(via)-1].URL.Scheme == "https"):
				return &PlaceError{Code: "redirect_unsafe"}
			}
			return nil
		}}}
}

func (a *address) Close() error { a.caller.CloseIdleConnections(); return nil }

// ask makes the request; the answer is nil when the file is still the one that marks tell of.
func (a *address) ask(ctx context.Context, marks Marks) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.at.URL, nil)
	if err != nil {
		return nil, &PlaceError{Code: "url_invalid"}
	}
	r.Header.Set("User-Agent", "Guanxi")
	r.Header.Set("Accept", "text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, */*;q=0.5")
	if a.at.Login != "" || a.secret.Password != "" {
		r.SetBasicAuth(a.at.Login, a.secret.Password)
	}
	for header, mark := range map[string]string{"If-None-Match": markTag, "If-Modified-Since": markSince} {
		if marks[mark] != "" {
			r.Header.Set(header, marks[mark])
		}
	}
	answer, err := a.caller.Do(r)
	if err != nil {
		var asked *url.Error // names the address, which may hold a token
		if errors.As(err, &asked) {
			err = asked.Err
		}
		return nil, unreachable(err)
	}
	status := answer.StatusCode
	if status == http.StatusOK {
		return answer, nil
	}
	_ = answer.Body.Close()
	switch status {
	case http.StatusNotModified:
		return nil, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, &PlaceError{Code: "sign_in_refused", Detail: strconv.Itoa(status)}
	}
	return nil, &PlaceError{Code: "url_status", Detail: strconv.Itoa(status), Temporary: status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout}
}

// nameOf gives the name of what was answered.
func nameOf(answer *http.Response) string {
	if _, params, err := mime.ParseMediaType(answer.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		return params["filename"]
	}
	if name := path.Base(answer.Request.URL.Path); name != "." && name != "/" {
		return name
	}
	return answer.Request.URL.Hostname()
}

func (a *address) look(ctx context.Context) ([]Seen, error) {
	answer, err := a.ask(ctx, nil)
	if err != nil {
		return nil, err
	}
	return []Seen{{Name: nameOf(answer), Size: answer.ContentLength}}, answer.Body.Close()
}

func (a *address) fetch(ctx context.Context, marks Marks, _ int, take func(string, io.Reader) error) (Marks, bool, error) {
	answer, err := a.ask(ctx, marks)
	if err != nil {
		return nil, false, err
	}
	if answer == nil {
		return marks, false, nil
	}
	defer answer.Body.Close()
	if err := take(nameOf(answer), &watched{r: answer.Body, close: answer.Body.Close}); err != nil {
		return nil, false, err
	}
	known := Marks{}
	for mark, header := range map[string]string{markTag: "ETag", markSince: "Last-Modified"} {
		if said := answer.Header.Get(header); said != "" && len(said) < 1000 {
			known[mark] = said
		}
	}
	return known, false, nil
}

func (a *address) put(context.Context, string, io.Reader) error {
	return &PlaceError{Code: "place_only_read"}
}
