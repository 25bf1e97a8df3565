package guard

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/page"
)

type sessionItem struct {
	ID         api.ID    `json:"id"`
	StaffID    api.ID    `json:"staff_id"`
	StaffName  string    `json:"staff_name"`
	UserAgent  string    `json:"user_agent"`
	Address    string    `json:"address"`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	Method     string    `json:"method" doc:"what was shown: password, link, passkey, outside; +totp or +recovery"`
	Current    bool      `json:"current"`
}

func (g *Guard) registerSessions(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/sessions", Permission: api.Public, Tag: "sign-in",
		Summary: "My open sessions; with staff.write everyone's"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[sessionItem] }, error) {
			actor := ActorOf(ctx)
			if actor.Role == "" {
				return nil, fault.Unauthenticated("sign_in_first")
			}
			var rows []struct {
				ID         int64  `bun:"id"`
				StaffID    int64  `bun:"staff_id"`
				Name       string `bun:"name"`
				UserAgent  string `bun:"user_agent"`
				Address    string `bun:"address"`
				Method     string `bun:"method"`
				CreatedAt  int64  `bun:"created_at"`
				LastSeenAt int64  `bun:"last_seen_at"`
			}
			now := clock.Now(ctx)
			if err := g.records.Read().NewRaw(`
select s.id, s.staff_id, f.name, s.user_agent, s.address, s.method, s.created_at, s.last_seen_at
from sessions s
join staff f on f.id = s.staff_id
where s.revoked_at is null and s.awaiting = '' and s.expires_at > ? and s.last_seen_at > ? and (s.staff_id = ? or ?)
order by s.last_seen_at desc
limit 500`, now.UnixMilli(), now.Add(-sessionIdle).UnixMilli(), actor.StaffID, actor.Can("staff.write")).Scan(ctx, &rows); err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[sessionItem] }{}
			out.Body.Items = make([]sessionItem, 0, len(rows))
			for _, r := range rows {
				out.Body.Items = append(out.Body.Items, sessionItem{ID: api.ID(r.ID), StaffID: api.ID(r.StaffID), StaffName: r.Name,
					UserAgent: r.UserAgent, Address: r.Address, Method: r.Method, CreatedAt: time.UnixMilli(r.CreatedAt).UTC(),
					LastSeenAt: time.UnixMilli(r.LastSeenAt).UTC(), Current: r.ID == actor.Session})
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/sessions/end-others", Permission: api.Public, Tag: "sign-in", Summary: "End every session of mine but this one"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			s, err := g.person(ctx, false)
			if err != nil {
				return nil, err
			}
			return nil, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.NewRaw("update sessions set revoked_at = ? where staff_id = ? and revoked_at is null and id <> ?",
					clock.Millis(ctx), s.ID, ActorOf(ctx).Session).Exec(ctx); err != nil {
					return err
				}
				return Audit(ctx, tx, "session.others_ended", "staff", itoa(s.ID), nil)
			})
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/sessions/{id}", Permission: api.Public, Tag: "sign-in", Summary: "End a session"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			actor := ActorOf(ctx)
			if actor.Role == "" {
				return nil, fault.Unauthenticated("sign_in_first")
			}
			var owner []int64
			if err := g.records.Read().NewRaw("select staff_id from sessions where id = ? and revoked_at is null", int64(in.ID)).Scan(ctx, &owner); err != nil {
				return nil, err
			}
			if len(owner) == 0 || owner[0] != actor.StaffID && !actor.Can("staff.write") {
				return nil, fault.NotFound("session", in.ID)
			}
			return nil, g.revokeSession(ctx, int64(in.ID))
		})
}

func (g *Guard) revokeSession(ctx context.Context, id int64) error {
	return g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw("update sessions set revoked_at = ? where id = ?", clock.Millis(ctx), id).Exec(ctx); err != nil {
			return err
		}
		return Audit(ctx, tx, "session.ended", "session", itoa(id), nil)
	})
}
