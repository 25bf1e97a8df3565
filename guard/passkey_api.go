package guard

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
)

type ceremonyOut struct {
	Body struct {
		Step    string `json:"step" doc:"goes back with what the browser made of the options"`
		Options any    `json:"options" doc:"for navigator.credentials, binary parts in base64url"`
	}
}

func jsonOf(value any) []byte {
	text, _ := json.Marshal(value) // what was read from JSON can be written
	return text
}

func (g *Guard) passkeysOf(ctx context.Context, staffID int64) ([]passkeyItem, error) {
	var rows []struct {
		ID         int64  `bun:"id"`
		Name       string `bun:"name"`
		CreatedAt  int64  `bun:"created_at"`
		LastUsedAt *int64 `bun:"last_used_at"`
	}
	if err := g.records.Read().NewRaw("select id, name, created_at, last_used_at from passkeys where staff_id = ? order by id", staffID).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	items := make([]passkeyItem, len(rows))
	for i, r := range rows {
		items[i] = passkeyItem{ID: api.ID(r.ID), Name: r.Name, CreatedAt: time.UnixMilli(r.CreatedAt).UTC()}
		if r.LastUsedAt != nil {
			at := time.UnixMilli(*r.LastUsedAt).UTC()
			items[i].LastUsedAt = &at
		}
	}
	return items, nil
}

func (g *Guard) registerPasskeys(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/session/passkey/begin", Permission: api.Public, Tag: "sign-in", Summary: "What a browser needs to show a passkey"},
		func(ctx context.Context, _ *struct{}) (*ceremonyOut, error) {
			if err := g.ceremoniesByAddress.allow(ActorOf(ctx).Address); err != nil {
				return nil, err
			}
			out := &ceremonyOut{}
			step, options, err := g.askPasskey(ctx)
			if err != nil {
				return nil, err
			}
			out.Body.Step, out.Body.Options = step, options
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/session/passkey", Permission: api.Public, Tag: "sign-in", Summary: "Sign in with a passkey"},
		func(ctx context.Context, in *struct {
			UserAgent string `header:"User-Agent"`
			Body      struct {
				Step       string         `json:"step" maxLength:"100"`
				Credential map[string]any `json:"credential"`
			}
		}) (*sessionOut, error) {
			if err := g.ceremoniesByAddress.allow(ActorOf(ctx).Address); err != nil {
				return nil, err
			}
			s, err := g.showPasskey(ctx, in.Body.Step, jsonOf(in.Body.Credential))
			if err != nil {
				return nil, err
			}
			if w := ActorOf(ctx).Waiting; w != nil {
				if err := g.revokeSession(ctx, w.Session); err != nil {
					return nil, err
				}
			}
			return g.signIn(ctx, s.ID, in.UserAgent, "passkey")
		})

	api.Register(a, api.Op{Method: "POST", Path: "/me/passkeys/begin", Permission: api.Public, Tag: "sign-in", Summary: "What a browser needs to make a passkey"},
		func(ctx context.Context, _ *struct{}) (*ceremonyOut, error) {
			s, err := g.person(ctx, true)
			if err != nil {
				return nil, err
			}
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			out := &ceremonyOut{}
			step, options, err := g.beginPasskey(ctx, s)
			if err != nil {
				return nil, err
			}
			out.Body.Step, out.Body.Options = step, options
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/me/passkeys", Permission: api.Public, Tag: "sign-in", Summary: "Keep a passkey the browser has made"},
		func(ctx context.Context, in *struct {
			Body struct {
				Step       string         `json:"step" maxLength:"100"`
				Name       string         `json:"name,omitempty" maxLength:"100"`
				Credential map[string]any `json:"credential"`
			}
		}) (*struct{}, error) {
			s, err := g.person(ctx, true)
			if err != nil {
				return nil, err
			}
			return nil, g.addPasskey(ctx, s, in.Body.Step, in.Body.Name, jsonOf(in.Body.Credential), func(ctx context.Context, tx *db.Tx) error {
				return g.enrolled(ctx, tx, "passkey")
			})
		})

	api.Register(a, api.Op{Method: "PATCH", Path: "/me/passkeys/{id}", Permission: api.Public, Tag: "sign-in", Summary: "Name a passkey"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Name string `json:"name" minLength:"1" maxLength:"100"`
			}
		}) (*struct{}, error) {
			return nil, g.changePasskey(ctx, int64(in.ID), "update passkeys set name = ? where id = ? and staff_id = ?", strings.TrimSpace(in.Body.Name))
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/me/passkeys/{id}", Permission: api.Public, Tag: "sign-in", Summary: "Remove a passkey"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			s, err := g.person(ctx, false)
			if err != nil {
				return nil, err
			}
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			f, err := g.factorsOf(ctx, s.ID)
			if err != nil {
				return nil, err
			}
			if due, err := g.secondFactorDue(ctx, s); err != nil || due && f.Passkeys == 1 && !f.TOTP {
				return nil, orElse(err, fault.Conflict("second_factor_due"))
			}
			return nil, g.changePasskey(ctx, int64(in.ID), "delete from passkeys where id = ? and staff_id = ?")
		})
}

// changePasskey runs text on one of the person's own passkeys. Fault: not found.
func (g *Guard) changePasskey(ctx context.Context, id int64, text string, args ...any) error {
	s, err := g.person(ctx, false)
	if err != nil {
		return err
	}
	return g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		result, err := tx.NewRaw(text, append(args, id, s.ID)...).Exec(ctx)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed == 0 {
			return orElse(err, fault.NotFound("passkey", id))
		}
		action := "passkey.renamed"
		if len(args) == 0 {
			action = "passkey.removed"
		}
		return Audit(ctx, tx, action, "staff", itoa(s.ID), nil)
	})
}
