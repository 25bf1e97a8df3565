package customer

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"
	"github.com/uptrace/bun"
	"golang.org/x/text/language"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// pageLanguage is a language of the page.
type pageLanguage string

const (
	pageChinese pageLanguage = "zh-CN"
	pageEnglish pageLanguage = "en-US"
)

var pageMatcher = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// languageOf gives the language asked for, else that of the browser.
func languageOf(r *http.Request) pageLanguage {
	switch asked := pageLanguage(r.FormValue("lang")); asked {
	case pageChinese, pageEnglish:
		return asked
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return pageChinese
	}
	if _, at, _ := pageMatcher.Match(tags...); at == 1 {
		return pageEnglish
	}
	return pageChinese
}

// preferenceView is everything the page says.
type preferenceView struct {
	Language string
	Words    map[string]string
	Company  string
	Contact  string
	Path     string
	Reached  []string // masked
	Channels []pageChannel
	Purposes []pagePurpose
	Requests []pageRequest
	Details  []pageDetail
	Meant    string // what the message was sent for, in words
	Asked    bool   // she came by the link to withdraw
	Said     string // what has just been done
	Code     string
	Failure  string
	Confirm  string // confirm: the page of a link in a mail, confirmed: after its button
}

type pageChannel struct{ Key, Label string }

type pagePurpose struct {
	Key, Label, About, Notice string
	Needed                    bool // does not rest on consent
	Cells                     []pageCell
}

type pageCell struct {
	Name, Label  string
	Offered, Yes bool
}

type pageRequest struct{ Kind, State, Due string }

func (p *preferencePages) view(r *http.Request, l preferenceLink, c *Customer) (*preferenceView, error) {
	ctx := r.Context()
	lang := languageOf(r)
	words := pageWords[lang]
	w := workspace.Of(ctx)
	v := &preferenceView{Language: string(lang), Words: words, Company: w.Name, Path: preferencePath + chi.URLParam(r, "token")}
	from := p.store.records.Read()
	settings, err := privacyOf(ctx, from)
	if err != nil {
		return nil, err
	}
	v.Contact = settings.Contact
	points, err := contactsOf(ctx, from, []int64{c.ID})
	if err != nil {
		return nil, err
	}
	has := map[string]bool{"post": c.Address != ""}
	for _, point := range points {
		if point.State != ContactOK {
			continue
		}
		masked := mask(point.Kind, point.Value)
		if masked != "****" {
			v.Reached = append(v.Reached, masked)
		}
		for _, channel := range channelsOf[point.Kind] {
			has[channel] = true
		}
	}
	for _, channel := range Channels() {
		if has[channel] {
			v.Channels = append(v.Channels, pageChannel{channel, words["channel."+channel]})
		}
	}
	purposes, err := loadPurposes(ctx, from)
	if err != nil {
		return nil, err
	}
	said, err := consentsOf(ctx, from, []int64{c.ID})
	if err != nil {
		return nil, err
	}
	last := standing(said)
	for _, purpose := range purposes {
		if purpose.Archived {
			continue
		}
		view := pagePurpose{Key: purpose.Key, Label: purpose.Label.Chinese, About: purpose.About.Chinese, Notice: purpose.text.TextZH, Needed: purpose.Basis != BasisConsent}
		if lang == pageEnglish {
			view.Label, view.About, view.Notice = purpose.Label.English, purpose.About.English, purpose.text.TextEN
		}
		if purpose.Key == l.purpose {
			v.Meant = view.Label
			if l.channel != "" {
				v.Meant += words["by"] + words["channel."+l.channel]
			}
		}
		offered := false
		for _, channel := range v.Channels {
			at := slices.IndexFunc(last, func(c Consent) bool { return c.Purpose == purpose.Key && c.Channel == channel.Key })
			word := []Consent{}
			if at >= 0 {
				word = last[at : at+1]
			}
			cell := pageCell{Name: purpose.Key + "." + channel.Key, Label: channel.Label, Offered: purpose.Asks(channel.Key)}
			cell.Yes = cell.Offered && purpose.reached(channel.Key, word).OK
			offered = offered || cell.Offered
			view.Cells = append(view.Cells, cell)
		}
		if offered {
			v.Purposes = append(v.Purposes, view)
		}
	}
	if err := p.addDetails(r, v, c, points); err != nil {
		return nil, err
	}
	return v, p.addRequests(r, v, c, words, w)
}

func (p *preferencePages) addRequests(r *http.Request, v *preferenceView, c *Customer, words map[string]string, w workspace.Workspace) error {
	var rows []requestRow
	if err := p.store.records.Read().NewRaw("select "+requestColumns+" from person_requests where customer_id = ? and (closed_at is null or closed_at > ?) order by id desc limit 10",
		c.ID, clock.Now(r.Context()).AddDate(0, -3, 0).UnixMilli()).Scan(r.Context(), &rows); err != nil {
		return err
	}
	for _, row := range rows {
		v.Requests = append(v.Requests, pageRequest{words["request."+row.Kind], words["state."+row.State], w.Day(row.DueAt)})
	}
	return nil
}

// pageDetail is a detail of hers that she can put right. What we hold is never shown in full: links are forwarded.
type pageDetail struct {
	Name, Label, Type, Complete string
	Held, Value, Fault          string
	Asked, Waits                bool
}

// How browsers are to fill in and check each detail.
var detailForms = map[string][2]string{
	"name": {"text", "name"}, "phone": {"tel", "tel"}, "email": {"email", "email"}, "birthday": {"date", "bday"}, "province": {"text", "address-level1"}, "city": {"text", "address-level2"},
	"district": {"text", "address-level3"}, "address": {"text", "street-address"}, "postcode": {"text", "postal-code"},
}

// addDetails puts those we ask her for first.
func (p *preferencePages) addDetails(r *http.Request, v *preferenceView, c *Customer, points []ContactPoint) error {
	ctx, from := r.Context(), p.store.records.Read()
	asked, err := p.store.askedOf(ctx, from, c.ID)
	if err != nil {
		return err
	}
	var waits []string
	if err := from.NewRaw("select field from corrections where customer_id = ? and (state = ? or state = ? and field in (?) and created_at > ?)", c.ID, CorrectionProposed,
		CorrectionApplied, bun.List([]string{ContactPhone, ContactEmail}), clock.Now(ctx).AddDate(0, 0, -7).UnixMilli()).Scan(ctx, &waits); err != nil {
		return err
	}
	for _, name := range HerOwn() {
		if name == "birthday" && c.Kind == KindOrganization {
			continue
		}
		d := pageDetail{Name: name, Label: v.Words["detail."+name], Type: detailForms[name][0], Complete: detailForms[name][1], Asked: slices.Contains(asked, name), Waits: slices.Contains(waits, name)}
		switch held := c.heldOf(name, points); {
		case held == "":
			d.Held = v.Words["detail_none"]
		case name == ContactPhone || name == ContactEmail:
			d.Held = v.Words["detail_held"] + " " + mask(name, held)
		default:
			d.Held = v.Words["detail_held"]
		}
		v.Details = append(v.Details, d)
	}
	slices.SortStableFunc(v.Details, func(a, b pageDetail) int { return rank(b.Asked) - rank(a.Asked) })
	return nil
}

func rank(first bool) int {
	if first {
		return 1
	}
	return 0
}

// refill puts back what she has written, with what is wrong about it.
func (v *preferenceView) refill(said map[string]string, wrong []fault.Field) {
	for i := range v.Details {
		d := &v.Details[i]
		d.Value = said[d.Name]
		if slices.ContainsFunc(wrong, func(f fault.Field) bool { return f.Field == d.Name }) {
			d.Fault = v.Words["detail_wrong"]
		}
	}
	v.Said = "wrong"
}
