package guard

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// Register adds the operations of the guard.
func (g *Guard) Register(a *api.API) {
	g.registerSignIn(a)
	g.registerSessions(a)
	g.registerStaff(a)
	g.registerTokens(a)
	g.registerAudit(a)
	g.registerWorkspace(a)
	g.registerSending(a)
}

type sessionOut struct {
	SetCookie string `header:"Set-Cookie"`
	Body      struct {
		Staff struct {
			ID       api.ID  `json:"id"`
			Name     string  `json:"name"`
			Email    string  `json:"email"`
			Role     string  `json:"role"`
			TeamID   *api.ID `json:"team_id,omitempty"`
			Language string  `json:"language"`
		} `json:"staff"`
		Permissions []string          `json:"permissions"`
		Workspace   WorkspaceSettings `json:"workspace"`
		CSRFToken   string            `json:"csrf_token" doc:"goes into X-CSRF-Token of every request that changes something"`
		TestClock   *time.Time        `json:"test_clock,omitempty" doc:"the moved time, when it can be moved"`
		Held        *workspace.Hold   `json:"sending_held,omitempty" doc:"nothing leaves the building, since and why; absent when sending is free"`
	}
}

func (g *Guard) sessionOf(ctx context.Context, staffID int64, csrf string) (*sessionOut, error) {
	s, err := g.StaffByID(ctx, staffID)
	if err != nil {
		return nil, err
	}
	out := &sessionOut{}
	b := &out.Body
	b.Staff.ID, b.Staff.Name, b.Staff.Email, b.Staff.Role, b.Staff.Language = api.ID(s.ID), s.Name, s.Email, s.Role, s.Language
	b.Staff.TeamID = (*api.ID)(s.TeamID)
	if role, known := RoleOf(s.Role); known {
		b.Permissions = role.Permissions
	}
	b.Workspace, b.CSRFToken = g.settings(), csrf
	if g.TestClock {
		now := clock.Now(ctx).UTC()
		b.TestClock = &now
	}
	b.Held, err = workspace.Held(ctx, g.records.Read())
	return out, err
}

// signIn opens a session for staffID and gives the answer with its cookie.
func (g *Guard) signIn(ctx context.Context, staffID int64, userAgent, how string) (*sessionOut, error) {
	var cookie, csrf string
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if cookie, csrf, err = g.openSession(ctx, tx, staffID, userAgent); err != nil {
			return err
		}
		return Audit(ctx, tx, "session.opened", "staff", itoa(staffID), map[string]string{"how": how})
	}); err != nil {
		return nil, err
	}
	out, err := g.sessionOf(ctx, staffID, csrf)
	if err == nil {
		out.SetCookie = cookie
	}
	return out, err
}

func (g *Guard) registerSignIn(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/setup", Permission: api.Public, Tag: "sign-in", Summary: "Whether the first administrator is still to be made"},
		func(ctx context.Context, _ *struct{}) (*struct {
			Body struct {
				Needed bool `json:"needed"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Needed bool `json:"needed"`
				}
			}{}
			var err error
			out.Body.Needed, err = g.NeedsSetup(ctx)
			return out, err
		})

	api.Register(a, api.Op{Method: "GET", Path: "/session", Permission: api.Public, Tag: "sign-in", Summary: "Who I am and what I may"},
		func(ctx context.Context, _ *struct{}) (*sessionOut, error) {
			actor := ActorOf(ctx)
			if actor.Session == 0 {
				return nil, fault.Unauthenticated("sign_in_first")
			}
			var csrf string
			if err := g.records.Read().NewRaw("select csrf_token from sessions where id = ?", actor.Session).Scan(ctx, &csrf); err != nil {
				return nil, err
			}
			return g.sessionOf(ctx, actor.StaffID, csrf)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/session", Permission: api.Public, Tag: "sign-in", Summary: "Sign in"},
		func(ctx context.Context, in *struct {
			UserAgent string `header:"User-Agent"`
			Body      struct {
				Email    string `json:"email" maxLength:"254"`
				Password string `json:"password" maxLength:"1024"`
			}
		}) (*sessionOut, error) {
			id, err := g.checkSignIn(ctx, in.Body.Email, in.Body.Password)
			if err != nil {
				return nil, err
			}
			return g.signIn(ctx, id, in.UserAgent, "password")
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/session", Permission: api.Public, Tag: "sign-in", Summary: "Sign out"},
		func(ctx context.Context, _ *struct{}) (*struct {
			SetCookie string `header:"Set-Cookie"`
		}, error) {
			if actor := ActorOf(ctx); actor.Session != 0 {
				if err := g.revokeSession(ctx, actor.Session); err != nil {
					return nil, err
				}
			}
			return &struct {
				SetCookie string `header:"Set-Cookie"`
			}{closedCookie()}, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/sign-in-links/enter", Permission: api.Public, Tag: "sign-in", Summary: "Sign in with a one-time link"},
		func(ctx context.Context, in *struct {
			UserAgent string `header:"User-Agent"`
			Body      struct {
				Token string `json:"token" maxLength:"200"`
			}
		}) (*sessionOut, error) {
			if err := g.signInByAddress.allow(ActorOf(ctx).Address); err != nil {
				return nil, err
			}
			var staffID *int64
			if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				staffID, _, err = useLink(ctx, tx, in.Body.Token, PurposeSignIn)
				return err
			}); err != nil {
				return nil, err
			}
			if staffID == nil {
				return nil, fault.Forbidden("link_not_valid")
			}
			if s, err := g.StaffByID(ctx, *staffID); err != nil || !s.Active {
				return nil, fault.Forbidden("link_not_valid")
			}
			return g.signIn(ctx, *staffID, in.UserAgent, "link")
		})

	api.Register(a, api.Op{Method: "POST", Path: "/sign-in-links/redeem", Permission: api.Public, Tag: "sign-in", Summary: "Make the first administrator, or choose a password after an invitation"},
		g.redeem)
}

type redeemIn struct {
	UserAgent string `header:"User-Agent"`
	Body      struct {
		Token     string             `json:"token" maxLength:"200"`
		Name      string             `json:"name,omitempty" maxLength:"200"`
		Email     string             `json:"email,omitempty" maxLength:"254"`
		Password  string             `json:"password" maxLength:"1024"`
		Workspace *WorkspaceSettings `json:"workspace,omitempty"`
	}
}

func (g *Guard) redeem(ctx context.Context, in *redeemIn) (*sessionOut, error) {
	if err := g.signInByAddress.allow(ActorOf(ctx).Address); err != nil {
		return nil, err
	}
	hash, err := hashPassword(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	var id int64
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		staffID, purpose, err := useLink(ctx, tx, in.Body.Token, PurposeSetup, PurposeInvite)
		if err != nil {
			return err
		}
		if purpose == PurposeInvite && staffID != nil {
			id = *staffID
			_, err := tx.NewRaw("update staff set password_hash = ?, updated_at = ?, version = version + 1 where id = ? and active",
				hash, clock.Millis(ctx), id).Exec(ctx)
			return err
		}
		var staff int
		if err := tx.NewRaw("select count(*) from staff").Scan(ctx, &staff); err != nil {
			return err
		}
		if staff > 0 {
			return fault.Forbidden("link_not_valid")
		}
		id, err = addStaff(ctx, tx, NewStaff{Email: in.Body.Email, Name: in.Body.Name, Role: "admin", passwordHash: hash})
		if err != nil || in.Body.Workspace == nil {
			return err
		}
		return setWorkspace(ctx, tx, *in.Body.Workspace)
	}); err != nil {
		return nil, err
	}
	if err := g.workspaceChanged(ctx); err != nil {
		return nil, err
	}
	return g.signIn(ctx, id, in.UserAgent, "link")
}

// checkSignIn gives whose password it is. It takes as long for an unknown address, and says the same.
func (g *Guard) checkSignIn(ctx context.Context, email, password string) (int64, error) {
	email = lower(email)
	if err := g.signInByAddress.allow(ActorOf(ctx).Address); err != nil {
		return 0, err
	}
	if err := g.signInByEmail.allow(email); err != nil {
		return 0, err
	}
	var found []struct {
		ID   int64  `bun:"id"`
		Hash string `bun:"password_hash"`
	}
	if err := g.records.Read().NewRaw("select id, password_hash from staff where email = ? and active", email).Scan(ctx, &found); err != nil {
		return 0, err
	}
	hash := ""
	if len(found) == 1 {
		hash = found[0].Hash
	}
	fits, err := checkPassword(ctx, password, hash)
	if err != nil {
		return 0, err
	}
	if fits {
		return found[0].ID, nil
	}
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		subject := ""
		if len(found) == 1 {
			subject = itoa(found[0].ID)
		}
		return Audit(ctx, tx, "session.refused", "staff", subject, map[string]string{"email": MaskEmail(email)})
	}); err != nil {
		return 0, err
	}
	return 0, fault.Unauthenticated("wrong_email_or_password")
}
