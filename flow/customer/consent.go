package customer

import (
	"context"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

// How it can be shown that somebody said so.
const (
	ProofSpoken   = "spoken"   // on the phone or at the counter, to the staff named
	ProofForm     = "form"     // a form she filled in
	ProofDocument = "document" // signed paper
	ProofLink     = "link"     // her own page, by a link sent to her
	ProofImport   = "import"   // a list that came in
)

// Where a word came from, beside the names of sources.
const (
	saidManually = "manual"
	saidOnPage   = "preference_page"
	saidOneClick = "one_click"
)

// Consent is a customer's recorded yes or no for one purpose and channel. The latest word holds; silence is a no.
// HappenedAt is milliseconds UTC. Notice is the number of the purpose's notice she was shown, nil where it is unknown.
type Consent struct {
	ID          int64  `bun:"id"`
	CustomerID  int64  `bun:"customer_id"`
	Purpose     string `bun:"purpose"`
	Channel     string `bun:"channel"`
	Granted     bool   `bun:"granted"`
	TextVersion string `bun:"text_version"`
	Proof       string `bun:"proof"`
	Source      string `bun:"source"`
	HappenedAt  int64  `bun:"happened_at"`
	Notice      *int64 `bun:"notice"`
	ProofKind   string `bun:"proof_kind"`
	Address     string `bun:"address"`
	StaffID     *int64 `bun:"staff_id"`
	ImportID    *int64 `bun:"import_id"`
}

const consentColumns = "id, customer_id, purpose, channel, granted, text_version, proof, source, happened_at, notice, proof_kind, address, staff_id, import_id"

// values are what stands in consentColumns.
func (c *Consent) values() []any {
	return []any{c.ID, c.CustomerID, c.Purpose, c.Channel, c.Granted, c.TextVersion, c.Proof, c.Source, c.HappenedAt, c.Notice, c.ProofKind, c.Address, c.StaffID, c.ImportID}
}

// insertConsents writes words and gives each its id.
func insertConsents(ctx context.Context, tx *db.Tx, said []Consent) error {
	if len(said) == 0 {
		return nil
	}
	id, err := tx.NextIDs(ctx, "consents", len(said))
	if err != nil {
		return err
	}
	rows := db.NewBulk("consents", consentColumns, "")
	for i := range said {
		said[i].ID = id + int64(i)
		rows.Add(said[i].values()...)
	}
	return rows.Insert(ctx, tx)
}

// NewConsent is one word of a customer to record.
type NewConsent struct {
	Purpose     string `json:"purpose" maxLength:"40" doc:"the key of a purpose in use"`
	Channel     string `json:"channel" enum:"phone,sms,wechat,email,post"`
	Granted     bool   `json:"granted"`
	Notice      *int64 `json:"notice,omitempty" minimum:"1" doc:"number of the purpose's notice that was shown"`
	TextVersion string `json:"text_version,omitempty" maxLength:"100" doc:"of a text that is kept elsewhere"`
	ProofKind   string `json:"proof_kind,omitempty" enum:"spoken,form,document,link,import" doc:"how it can be shown that it was said"`
	Proof       string `json:"proof,omitempty" maxLength:"500" doc:"where it can be seen, or what was said"`
	HappenedAt  *Time  `json:"happened_at,omitempty" doc:"now when absent"`
}

// RecordConsents records what a customer agreed to or withdrew. Faults: not found, invalid.
func (s *Store) RecordConsents(ctx context.Context, id int64, words []NewConsent) error {
	now := clock.Millis(ctx)
	said := make([]Consent, len(words))
	var wrong []fault.Field
	for i, n := range words {
		place := ""
		if len(words) > 1 {
			place = "items[" + strconv.Itoa(i) + "]."
		}
		c := Consent{CustomerID: id, Purpose: n.Purpose, Channel: n.Channel, Granted: n.Granted, TextVersion: trimmed(n.TextVersion), Proof: trimmed(n.Proof),
			Source: saidManually, HappenedAt: now, Notice: n.Notice, ProofKind: n.ProofKind, StaffID: actingStaff(ctx)}
		if n.HappenedAt != nil {
			c.HappenedAt = n.HappenedAt.UnixMilli()
		}
		if c.HappenedAt > now || c.HappenedAt < earliest {
			wrong = append(wrong, fault.Field{Field: place + "happened_at", Key: "date_impossible"})
		}
		p := findPurpose(s.purposes.All(), n.Purpose)
		switch {
		case p == nil || p.Archived:
			wrong = append(wrong, fault.Field{Field: place + "purpose", Key: "purpose_unknown", Args: []any{n.Purpose}})
		case n.Granted && !p.Asks(n.Channel):
			wrong = append(wrong, fault.Field{Field: place + "channel", Key: "channel_not_of_purpose", Args: []any{n.Channel}})
		case n.Notice != nil && (*n.Notice < 1 || *n.Notice > p.Notice):
			wrong = append(wrong, fault.Field{Field: place + "notice", Key: "notice_unknown", Args: []any{*n.Notice}})
		case n.Notice == nil && p.Notice > 0: // a version of ours is one of our notices
			if number, err := strconv.ParseInt(c.TextVersion, 10, 64); err == nil && number >= 1 && number <= p.Notice {
				c.Notice = &number
			}
		}
		said[i] = c
	}
	if len(wrong) > 0 {
		return fault.Invalids(wrong)
	}
	return s.change(ctx, id, "", "customer.consent_recorded", func(ctx context.Context, tx *db.Tx, _ *Customer) (difference, error) {
		changed := difference{}
		for _, c := range said {
			changed["consent."+c.Purpose+"."+c.Channel] = [2]any{nil, c.Granted}
		}
		return changed, insertConsents(ctx, tx, said)
	})
}

// standing gives the last word for each purpose and channel of those given, oldest first.
func standing(all []Consent) []Consent {
	last := []Consent{}
	place := map[[2]string]int{}
	for _, c := range all {
		key := [2]string{c.Purpose, c.Channel}
		if at, known := place[key]; known {
			last[at] = c
			continue
		}
		place[key] = len(last)
		last = append(last, c)
	}
	return last
}

// latestConsents gives the last word for each purpose and channel.
func (s *Store) latestConsents(ctx context.Context, customerID int64) ([]ConsentView, error) {
	var all []Consent
	err := s.records.Ask(ctx, &all, consentsSQL, customerID)
	views := []ConsentView{}
	for _, c := range standing(all) {
		views = append(views, s.viewConsent(c))
	}
	return views, err
}
