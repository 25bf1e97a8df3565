package guard

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/page"
)

type tokenItem struct {
	ID         api.ID     `json:"id"`
	Name       string     `json:"name"`
	Role       string     `json:"role"`
	Scopes     []string   `json:"scopes"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
}

func (g *Guard) registerTokens(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/tokens", Permission: "tokens.read", Tag: "tokens", Summary: "API tokens in force"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[tokenItem] }, error) {
			var rows []struct {
				apiToken
				CreatedAt int64 `bun:"created_at"`
			}
			if err := g.records.Read().NewRaw(`
select id, name, role, scopes, last_used_at, created_at from api_tokens where revoked_at is null order by id desc limit 500`).Scan(ctx, &rows); err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[tokenItem] }{}
			out.Body.Items = make([]tokenItem, 0, len(rows))
			for _, r := range rows {
				item := tokenItem{ID: api.ID(r.ID), Name: r.Name, Role: r.Role, CreatedAt: time.UnixMilli(r.CreatedAt).UTC()}
				if err := json.Unmarshal([]byte(r.Scopes), &item.Scopes); err != nil {
					return nil, err
				}
				if r.LastUsedAt != nil {
					used := time.UnixMilli(*r.LastUsedAt).UTC()
					item.LastUsedAt = &used
				}
				out.Body.Items = append(out.Body.Items, item)
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/tokens", Permission: "tokens.write", Tag: "tokens", Summary: "Make a token; it is shown this once"},
		func(ctx context.Context, in *struct {
			Body struct {
				Name   string   `json:"name" minLength:"1" maxLength:"200"`
				Role   string   `json:"role"`
				Scopes []string `json:"scopes,omitempty"`
			}
		}) (*struct {
			Body struct {
				ID    api.ID `json:"id"`
				Token string `json:"token"`
			}
		}, error) {
			out := &struct {
				Body struct {
					ID    api.ID `json:"id"`
					Token string `json:"token"`
				}
			}{}
			var staff *int64
			if id := ActorOf(ctx).StaffID; id != 0 {
				staff = &id
			}
			id, token, err := g.CreateToken(ctx, NewToken{Name: in.Body.Name, Role: in.Body.Role, Scopes: in.Body.Scopes, StaffID: staff})
			out.Body.ID, out.Body.Token = api.ID(id), token
			return out, err
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/tokens/{id}", Permission: "tokens.write", Tag: "tokens", Summary: "Revoke a token"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			return nil, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				result, err := tx.NewRaw("update api_tokens set revoked_at = ? where id = ? and revoked_at is null",
					clock.Millis(ctx), int64(in.ID)).Exec(ctx)
				if err != nil {
					return err
				}
				if n, err := result.RowsAffected(); err != nil || n == 0 {
					return fault.NotFound("token", in.ID)
				}
				return Audit(ctx, tx, "token.revoked", "token", itoa(int64(in.ID)), nil)
			})
		})
}
