package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

type consentView struct {
	Purpose     string    `json:"purpose"`
	Channel     string    `json:"channel"`
	Granted     bool      `json:"granted"`
	TextVersion string    `json:"text_version,omitempty" doc:"of the text she agreed to"`
	Proof       string    `json:"proof,omitempty"`
	Source      string    `json:"source,omitempty"`
	HappenedAt  time.Time `json:"happened_at"`
}

func viewConsent(c Consent) consentView {
	return consentView{c.Purpose, c.Channel, c.Granted, c.TextVersion, c.Proof, c.Source, instant(c.HappenedAt)}
}

// NewConsent is one word of a customer to record.
type NewConsent struct {
	Purpose     string     `json:"purpose" enum:"marketing,service"`
	Channel     string     `json:"channel" enum:"phone,sms,wechat,email,post"`
	Granted     bool       `json:"granted"`
	TextVersion string     `json:"text_version,omitempty" maxLength:"100"`
	Proof       string     `json:"proof,omitempty" maxLength:"500" doc:"where it can be seen that she said so"`
	HappenedAt  *time.Time `json:"happened_at,omitempty" doc:"now when absent"`
}

// latestConsents gives the last word for each purpose and channel.
func (s *Store) latestConsents(ctx context.Context, customerID int64) ([]consentView, error) {
	var all []Consent
	err := s.records.Ask(ctx, &all, consentsSQL, customerID)
	views := []consentView{}
	place := map[[2]string]int{}
	for _, c := range all { // oldest first
		key := [2]string{c.Purpose, c.Channel}
		if at, known := place[key]; known {
			views[at] = viewConsent(c)
			continue
		}
		place[key] = len(views)
		views = append(views, viewConsent(c))
	}
	return views, err
}

// RecordConsent records what a customer agreed to or withdrew. Faults: not found, invalid.
func (s *Store) RecordConsent(ctx context.Context, id int64, n NewConsent) error {
	now := clock.Millis(ctx)
	at := now
	if n.HappenedAt != nil {
		at = n.HappenedAt.UnixMilli()
	}
	if at > now || at < earliest {
		return fault.Invalid("happened_at", "date_impossible")
	}
	return s.change(ctx, id, "", "customer.consent_recorded", func(ctx context.Context, tx *db.Tx, _ *Customer) (difference, error) {
		consentID, err := tx.NextID(ctx, "consents")
		if err != nil {
			return nil, err
		}
		rows := db.NewBulk("consents", consentColumns, "")
		rows.Add(consentID, id, n.Purpose, n.Channel, n.Granted, n.TextVersion, n.Proof, "manual", at)
		return difference{"consent." + n.Purpose + "." + n.Channel: {nil, n.Granted}}, rows.Insert(ctx, tx)
	})
}

func (s *Store) registerConsents(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/consents", Permission: "customers.read", Tag: "customers",
		Summary: "Everything a customer agreed to and withdrew, newest first"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct {
			Body struct {
				Items   []consentView `json:"items"`
				Current []consentView `json:"current" doc:"the latest word for each purpose and channel"`
			}
		}, error) {
			if _, err := s.find(ctx, s.records, int64(in.ID)); err != nil {
				return nil, err
			}
			out := &struct {
				Body struct {
					Items   []consentView `json:"items"`
					Current []consentView `json:"current" doc:"the latest word for each purpose and channel"`
				}
			}{}
			all, err := consentsOf(ctx, s.records.Read(), []int64{int64(in.ID)})
			if err != nil {
				return nil, err
			}
			out.Body.Items = []consentView{}
			for i := len(all) - 1; i >= 0; i-- {
				out.Body.Items = append(out.Body.Items, viewConsent(all[i]))
			}
			out.Body.Current, err = s.latestConsents(ctx, int64(in.ID))
			return out, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/consents", Permission: "customers.write", Tag: "customers", Status: 201,
		Summary: "Record what a customer agreed to or withdrew"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body NewConsent
		}) (*customerOutput, error) {
			if err := s.RecordConsent(ctx, int64(in.ID), in.Body); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
}
