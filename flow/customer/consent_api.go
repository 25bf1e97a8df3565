package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/field"
)

// Time is an instant in a request.
type Time = time.Time

// ConsentView is one recorded word.
type ConsentView struct {
	Purpose     string    `json:"purpose"`
	Channel     string    `json:"channel"`
	Granted     bool      `json:"granted"`
	Notice      *int64    `json:"notice,omitempty" doc:"number of the purpose's notice that was shown"`
	AskAgain    bool      `json:"ask_again,omitempty" doc:"a yes that the purpose's present notice has outgrown: nobody is reached by it"`
	TextVersion string    `json:"text_version,omitempty" doc:"of the text she agreed to"`
	ProofKind   string    `json:"proof_kind,omitempty"`
	Proof       string    `json:"proof,omitempty"`
	Address     string    `json:"address,omitempty" doc:"where a word given over the network came from"`
	Source      string    `json:"source,omitempty"`
	Staff       *api.ID   `json:"staff_id,omitempty" doc:"who recorded it"`
	HappenedAt  time.Time `json:"happened_at"`
}

func viewConsent(c Consent) ConsentView {
	return ConsentView{Purpose: c.Purpose, Channel: c.Channel, Granted: c.Granted, Notice: c.Notice, TextVersion: c.TextVersion, ProofKind: c.ProofKind,
		Proof: c.Proof, Address: c.Address, Source: c.Source, Staff: (*api.ID)(c.StaffID), HappenedAt: instant(c.HappenedAt)}
}

func (s *Store) viewConsent(c Consent) ConsentView {
	v := viewConsent(c)
	if p := findPurpose(s.purposes.All(), c.Purpose); p != nil && c.Granted {
		v.AskAgain = !p.Covered(c.Notice, c.HappenedAt)
	}
	return v
}

// PurposeView is a purpose with its present notice.
type PurposeView struct {
	Key      string      `json:"key"`
	Label    field.Label `json:"label"`
	About    AboutText   `json:"about"`
	Basis    string      `json:"basis" enum:"consent,contract,legal_obligation,legitimate_interest"`
	Channels []string    `json:"channels"`
	Position int64       `json:"position"`
	Archived bool        `json:"archived"`
	Notice   *NoticeView `json:"notice" doc:"the present one"`
	AskAgain int64       `json:"ask_again,omitempty" doc:"number of the newest notice that earlier words do not cover"`
	Version  int64       `json:"version"`
}

// NoticeView is one version of a notice.
type NoticeView struct {
	Number   int64      `json:"number"`
	Text     NoticeText `json:"text"`
	AskAgain bool       `json:"ask_again"`
	Staff    *api.ID    `json:"staff_id,omitempty"`
	At       time.Time  `json:"at"`
}

func viewNotice(n Notice) NoticeView {
	return NoticeView{n.Number, NoticeText{n.TextZH, n.TextEN}, n.AskAgain, (*api.ID)(n.StaffID), instant(n.CreatedAt)}
}

func viewPurpose(p *Purpose) PurposeView {
	v := PurposeView{Key: p.Key, Label: p.Label, About: AboutText(p.About), Basis: p.Basis, Channels: p.Channels, Position: p.Position, Archived: p.Archived,
		AskAgain: p.AskAgain, Version: p.Version}
	if p.Notice > 0 {
		n := viewNotice(p.text)
		v.Notice = &n
	}
	return v
}

type purposeOutput struct {
	ETag string `header:"ETag"`
	Body PurposeView
}

func (s *Store) purposeOutput(key string, err error) (*purposeOutput, error) {
	if err != nil {
		return nil, err
	}
	p := findPurpose(s.purposes.All(), key)
	if p == nil {
		return nil, fault.NotFound("purpose", key)
	}
	return &purposeOutput{ETag: api.ETag(p.Version), Body: viewPurpose(p)}, nil
}

func (s *Store) registerConsents(a *api.API) {
	const tag = "consents"
	type consentHistory struct {
		Body struct {
			Items   []ConsentView `json:"items"`
			Current []ConsentView `json:"current" doc:"the latest word for each purpose and channel"`
		}
	}
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/consents", Permission: "customers.read", Tag: "customers",
		Summary: "Everything a customer agreed to and withdrew, newest first"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*consentHistory, error) {
			if _, err := s.find(ctx, s.records, int64(in.ID)); err != nil {
				return nil, err
			}
			out := &consentHistory{}
			out.Body.Items, out.Body.Current = []ConsentView{}, []ConsentView{}
			if !seesConsents(ctx) {
				return out, nil
			}
			all, err := consentsOf(ctx, s.records.Read(), []int64{int64(in.ID)})
			for i := len(all) - 1; i >= 0; i-- {
				out.Body.Items = append(out.Body.Items, s.viewConsent(all[i]))
			}
			for _, c := range standing(all) {
				out.Body.Current = append(out.Body.Current, s.viewConsent(c))
			}
			return out, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/consents", Permission: "customers.write", Tag: "customers", Status: 201,
		Summary: "Record what a customer agreed to or withdrew"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body NewConsent
		}) (*customerOutput, error) {
			if err := s.RecordConsents(ctx, int64(in.ID), []NewConsent{in.Body}); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/consents/batch", Permission: "customers.write", Tag: "customers", Status: 201,
		Summary: "Record several words of a customer at once"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Items []NewConsent `json:"items" minItems:"1" maxItems:"200"`
			}
		}) (*customerOutput, error) {
			if err := s.RecordConsents(ctx, int64(in.ID), in.Body.Items); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/reach", Permission: "customers.read", Tag: "customers",
		Summary: "By which contact point and for which purpose a customer may be reached now, and why or why not"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct {
			Body struct {
				Items []ReachView `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []ReachView `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Reaches(ctx, int64(in.ID))
			return out, err
		})

	api.Register(a, api.Op{Method: "GET", Path: "/consent-purposes", Permission: "customers.read", Tag: tag,
		Summary: "What customers are asked for, with the present notice of each"},
		func(_ context.Context, in *struct {
			Archived bool `query:"archived" doc:"the archived ones too"`
		}) (*struct {
			Body struct {
				Items []PurposeView `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []PurposeView `json:"items"`
				}
			}{}
			out.Body.Items = []PurposeView{}
			for _, p := range s.purposes.All() {
				if in.Archived || !p.Archived {
					out.Body.Items = append(out.Body.Items, viewPurpose(p))
				}
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "POST", Path: "/consent-purposes", Permission: "privacy.write", Tag: tag, Status: 201, Summary: "Define what customers can be asked for"},
		func(ctx context.Context, in *struct {
			Body struct {
				Key string `json:"key" maxLength:"40" doc:"a-z, 0-9 and _; never changes"`
				PurposeDraft
			}
		}) (*purposeOutput, error) {
			return s.purposeOutput(in.Body.Key, s.SavePurpose(ctx, in.Body.Key, "", true, in.Body.PurposeDraft))
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/consent-purposes/{key}", Permission: "privacy.write", Tag: tag, Summary: "Say anew what a purpose is"},
		func(ctx context.Context, in *struct {
			Keyed
			Body PurposeDraft
		}) (*purposeOutput, error) {
			return s.purposeOutput(in.Key, s.SavePurpose(ctx, in.Key, in.IfMatch, false, in.Body))
		})

	api.Register(a, api.Op{Method: "GET", Path: "/consent-purposes/{key}/notices", Permission: "customers.read", Tag: tag, Summary: "Every version of a purpose's notice, newest first"},
		func(ctx context.Context, in *struct {
			Key string `path:"key" maxLength:"40"`
		}) (*struct {
			Body struct {
				Items []NoticeView `json:"items"`
			}
		}, error) {
			all, err := loadNotices(ctx, s.records.Read(), in.Key)
			out := &struct {
				Body struct {
					Items []NoticeView `json:"items"`
				}
			}{}
			out.Body.Items = []NoticeView{}
			for _, n := range all {
				out.Body.Items = append(out.Body.Items, viewNotice(n))
			}
			return out, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/consent-purposes/{key}/notices", Permission: "privacy.write", Tag: tag, Status: 201,
		Summary: "Put up the next version of a purpose's notice; what was agreed to stays as it was"},
		func(ctx context.Context, in *struct {
			Key  string `path:"key" maxLength:"40"`
			Body NoticeDraft
		}) (*purposeOutput, error) {
			_, err := s.PublishNotice(ctx, in.Key, in.Body)
			return s.purposeOutput(in.Key, err)
		})
	s.registerConsentLog(a)
	s.registerStops(a)
}
