package customer

import (
	"cmp"
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Privacy is how the workspace deals with people's own data.
type Privacy struct {
	Responsible  *api.ID `json:"responsible" nullable:"true" doc:"staff whose Today shows people's requests; null: every administrator's"`
	DueDays      int     `json:"due_days" minimum:"1" maximum:"30" doc:"days within which a request is to be answered (PIPL asks for promptly; GB/T 35273 and GDPR for 30 at most)"`
	LinkDays     int     `json:"link_days" minimum:"30" maximum:"1500" doc:"for how long a customer's own link works"`
	Corrections  string  `json:"corrections" enum:"staff,at_once" doc:"what customers correct on their own page: staff accept it, or it stands at once; name, phone and email always wait for staff"`
	UploadDays   int     `json:"upload_days,omitempty" minimum:"1" maximum:"90" default:"1" doc:"days that a file which came in is kept after its import has ended"`
	ExportDays   int     `json:"export_days,omitempty" minimum:"1" maximum:"30" default:"3" doc:"days that a file which was taken out can be fetched"`
	ConfirmEmail *bool   `json:"confirm_email,omitempty" doc:"write to an e-mail address that a customer gives on her page, and let it count once somebody there has confirmed it; where no mail server is named it waits for staff alone. Absent: yes"`
	Contact      string  `json:"contact" maxLength:"200" doc:"whom people can write to, as their page says"`
}

const privacyKey = "privacy"

func privacyOf(ctx context.Context, from bun.IDB) (Privacy, error) {
	p := Privacy{DueDays: 15, LinkDays: 400, Corrections: CorrectByStaff}
	if _, err := db.Setting(ctx, from, privacyKey, &p); err != nil {
		return p, err
	}
	kept, err := workspace.KeptFilesOf(ctx, from)
	p.UploadDays, p.ExportDays = kept.UploadDays, kept.ExportDays
	return p, err
}

// SetPrivacy changes how the workspace deals with people's own data. Fault: invalid.
func (s *Store) SetPrivacy(ctx context.Context, p Privacy) error {
	p.Contact = trimmed(p.Contact)
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p.Responsible != nil {
			var there []int64
			if err := tx.NewRaw("select id from staff where id = ? and active", int64(*p.Responsible)).Scan(ctx, &there); err != nil {
				return err
			}
			if len(there) == 0 {
				return fault.Invalid("responsible", "staff_unknown")
			}
		}
		if err := db.KeepSetting(ctx, tx, privacyKey, p); err != nil {
			return err
		}
		kept, err := workspace.KeptFilesOf(ctx, tx)
		if err != nil {
			return err
		}
		kept.UploadDays, kept.ExportDays = cmp.Or(p.UploadDays, kept.UploadDays), cmp.Or(p.ExportDays, kept.ExportDays)
		if err := workspace.KeepFiles(ctx, tx, kept, clock.Millis(ctx)); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "privacy.changed", "settings", privacyKey, p)
	})
}

func (s *Store) registerPrivacy(a *api.API) {
	type output struct{ Body Privacy }
	api.Register(a, api.Op{Method: "GET", Path: "/privacy", Permission: "privacy.read", Tag: "privacy", Summary: "How the workspace deals with people's own data"},
		func(ctx context.Context, _ *struct{}) (*output, error) {
			p, err := privacyOf(ctx, s.records.Read())
			return &output{p}, err
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/privacy", Permission: "privacy.write", Tag: "privacy", Summary: "Change how the workspace deals with people's own data"},
		func(ctx context.Context, in *output) (*output, error) {
			if err := s.SetPrivacy(ctx, in.Body); err != nil {
				return nil, err
			}
			p, err := privacyOf(ctx, s.records.Read())
			return &output{p}, err
		})
}
