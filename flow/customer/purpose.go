package customer

import (
	"context"
	"encoding/json"
	"slices"
	"sync/atomic"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// The purposes every workspace begins with; it may add others.
const (
	PurposeMarketing = "marketing"
	PurposeService   = "service"
)

// The grounds on which a customer may be reached or a value be kept (PIPL article 13, GDPR article 6).
const (
	BasisConsent    = "consent"
	BasisContract   = "contract"
	BasisLegal      = "legal_obligation"
	BasisLegitimate = "legitimate_interest"
)

// Channels are the means that carry messages, in the order of tables.
func Channels() []string { return []string{"email", "sms", "wechat", "phone", "post"} }

// Purpose is what a customer is asked for. Where its ground is consent silence is a no; on another ground silence is not,
// but a no is one all the same.
type Purpose struct {
	Key      string
	Label    field.Label
	About    field.Label // in a sentence, for the customer
	Basis    string
	Channels []string // it is asked for
	Position int64
	Archived bool
	Version  int64

	Notice   int64  // number of the present notice, 0 for none
	AskAgain int64  // the newest notice that what was agreed to before does not cover, 0 for none
	AskSince int64  // when it was put up, milliseconds UTC
	text     Notice // the present notice
}

// Asks says whether the purpose is asked for on a channel.
func (p *Purpose) Asks(channel string) bool { return slices.Contains(p.Channels, channel) }

// Covered says whether a yes given at an instant to a notice (nil: unknown which) holds for what the purpose is today.
func (p *Purpose) Covered(notice *int64, at int64) bool {
	switch {
	case p.AskAgain == 0:
		return true
	case notice != nil:
		return *notice >= p.AskAgain
	}
	return at >= p.AskSince
}

// Purposes knows what customers are asked for, as it is now.
type Purposes struct {
	records *db.DB
	all     atomic.Pointer[[]*Purpose]
}

// All gives every purpose, archived ones too, in the order of tables.
func (p *Purposes) All() []*Purpose {
	if all := p.all.Load(); all != nil {
		return *all
	}
	return nil
}

// Load reads the purposes.
func (p *Purposes) Load(ctx context.Context) error {
	all, err := loadPurposes(ctx, p.records.Read())
	if err == nil {
		p.all.Store(&all)
	}
	return err
}

// purposeSubject is what the feed calls changes of purposes and notices.
const purposeSubject = "consent_purposes"

// Changed implements feed.Watcher: a change made by another process is known here within the feed's beat.
func (p *Purposes) Changed(ctx context.Context, _ *columns.Tx, changed map[string][]int64) error {
	if changed != nil && len(changed[purposeSubject]) == 0 {
		return nil
	}
	return p.Load(ctx)
}

type purposesKey struct{}

// WithPurposes gives a context in which conditions know the purposes.
func WithPurposes(ctx context.Context, all func() []*Purpose) context.Context {
	return context.WithValue(ctx, purposesKey{}, all)
}

// PurposesOf gives the purposes of ctx that are in use; marketing and service when nobody has said.
func PurposesOf(ctx context.Context) []*Purpose {
	if all, ok := ctx.Value(purposesKey{}).(func() []*Purpose); ok {
		if known := all(); known != nil {
			return slices.DeleteFunc(slices.Clone(known), func(p *Purpose) bool { return p.Archived })
		}
	}
	return []*Purpose{
		{Key: PurposeService, Label: field.Label{Chinese: "服务通知", English: "Service messages"}, Basis: BasisContract, Channels: Channels()},
		{Key: PurposeMarketing, Label: field.Label{Chinese: "营销信息", English: "Marketing"}, Basis: BasisConsent, Channels: Channels()},
	}
}

func findPurpose(all []*Purpose, key string) *Purpose {
	for _, p := range all {
		if p.Key == key {
			return p
		}
	}
	return nil
}

type purposeRow struct {
	Key        string `bun:"key"`
	LabelZH    string `bun:"label_zh"`
	LabelEN    string `bun:"label_en"`
	AboutZH    string `bun:"about_zh"`
	AboutEN    string `bun:"about_en"`
	Basis      string `bun:"basis"`
	Channels   string `bun:"channels"`
	Position   int64  `bun:"position"`
	ArchivedAt *int64 `bun:"archived_at"`
	Version    int64  `bun:"version"`
}

func loadPurposes(ctx context.Context, from bun.IDB) ([]*Purpose, error) {
	var rows []purposeRow
	if err := from.NewRaw(`
select key, label_zh, label_en, about_zh, about_en, basis, channels, position, archived_at, version
from consent_purposes
order by position, created_at, key`).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	notices, err := loadNotices(ctx, from, "")
	if err != nil {
		return nil, err
	}
	all := make([]*Purpose, len(rows))
	for i, r := range rows {
		p := &Purpose{Key: r.Key, Label: field.Label{Chinese: r.LabelZH, English: r.LabelEN}, About: field.Label{Chinese: r.AboutZH, English: r.AboutEN},
			Basis: r.Basis, Position: r.Position, Archived: r.ArchivedAt != nil, Version: r.Version}
		if err := json.Unmarshal([]byte(r.Channels), &p.Channels); err != nil {
			return nil, err
		}
		for _, n := range notices { // newest first
			if n.Purpose != p.Key {
				continue
			}
			if p.Notice == 0 {
				p.Notice, p.text = n.Number, n
			}
			if n.AskAgain && p.AskAgain == 0 {
				p.AskAgain, p.AskSince = n.Number, n.CreatedAt
			}
		}
		all[i] = p
	}
	return all, nil
}

// PurposeDraft is what people say about a purpose.
type PurposeDraft struct {
	Label    field.Label `json:"label"`
	About    AboutText   `json:"about,omitempty"`
	Basis    string      `json:"basis" enum:"consent,contract,legal_obligation,legitimate_interest" doc:"where it is consent silence is a no; else only a no is"`
	Channels []string    `json:"channels" enum:"email,sms,wechat,phone,post" minItems:"1" maxItems:"5"`
	Position int64       `json:"position,omitempty" minimum:"0" maximum:"100000"`
	Archived bool        `json:"archived,omitempty" doc:"no longer asked for; what was said is kept"`
}

// AboutText is a sentence in both languages of the product.
type AboutText struct {
	Chinese string `json:"zh-CN,omitempty" maxLength:"500"`
	English string `json:"en-US,omitempty" maxLength:"500"`
}

const mostPurposes = 30

// SavePurpose defines a purpose (ifMatch "" and no such key) or says anew what it is. Faults: invalid, conflict, stale.
func (s *Store) SavePurpose(ctx context.Context, key, ifMatch string, create bool, d PurposeDraft) error {
	d.Label.Chinese, d.Label.English = trimmed(d.Label.Chinese), trimmed(d.Label.English)
	var wrong []fault.Field
	if !field.GoodKey(key) {
		wrong = append(wrong, fault.Field{Field: "key", Key: "field_key_invalid"})
	}
	if d.Label.Chinese == "" {
		wrong = append(wrong, fault.Field{Field: "label.zh-CN", Key: "required"})
	}
	if d.Label.English == "" {
		wrong = append(wrong, fault.Field{Field: "label.en-US", Key: "required"})
	}
	if len(wrong) > 0 {
		return fault.Invalids(wrong)
	}
	var channels []string // in the order of tables
	for _, c := range Channels() {
		if slices.Contains(d.Channels, c) {
			channels = append(channels, c)
		}
	}
	now := clock.Millis(ctx)
	var archived *int64
	if d.Archived {
		archived = &now
	}
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := loadPurposes(ctx, tx)
		if err != nil {
			return err
		}
		known := findPurpose(all, key)
		switch {
		case create && known != nil:
			return fault.Conflict("purpose_key_taken", key)
		case create && len(all) >= mostPurposes:
			return fault.Conflict("too_many_purposes", mostPurposes)
		case !create && known == nil:
			return fault.NotFound("purpose", key)
		}
		tx.Feed(purposeSubject, 1)
		if create {
			_, err = tx.Do(ctx, `
insert into consent_purposes (key, label_zh, label_en, about_zh, about_en, basis, channels, position, archived_at, created_at, updated_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, key, d.Label.Chinese, d.Label.English, trimmed(d.About.Chinese), trimmed(d.About.English), d.Basis, jsonText(channels), d.Position, archived, now, now)
		} else {
			if err := matches(ifMatch, known.Version); err != nil {
				return err
			}
			_, err = tx.Do(ctx, `
update consent_purposes
set label_zh = ?, label_en = ?, about_zh = ?, about_en = ?, basis = ?, channels = ?, position = ?, archived_at = ?, updated_at = ?, version = version + 1
where key = ?`, d.Label.Chinese, d.Label.English, trimmed(d.About.Chinese), trimmed(d.About.English), d.Basis, jsonText(channels), d.Position, archived, now, key)
		}
		if err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "purpose.saved", "purpose", key, map[string]any{"name": d.Label, "basis": d.Basis, "channels": channels, "archived": d.Archived})
	})
	if err != nil {
		return err
	}
	return s.purposes.Load(ctx)
}
