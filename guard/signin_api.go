package guard

import (
	"context"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// MailServerKey is where the settings keep the mail server; package mails reads and writes it.
const MailServerKey = "mail.server"

// Register adds the operations of the guard.
func (g *Guard) Register(a *api.API) {
	g.registerSignIn(a)
	g.registerSessions(a)
	g.registerStaff(a)
	g.registerTeams(a)
	g.registerRoles(a)
	g.registerShares(a)
	g.registerSeparation(a)
	g.registerTokens(a)
	g.registerAudit(a)
	g.registerWorkspace(a)
	g.registerSending(a)
	g.registerNetworks(a)
	g.registerSecondFactor(a)
	g.registerPasskeys(a)
	g.registerOutside(a)
	g.registerPolicy(a)
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
		SeesAll     bool              `json:"sees_all" doc:"all customers, not only those of some people or teams"`
		Awaiting    string            `json:"awaiting,omitempty" enum:"second_factor,enrolment" doc:"what is still to be shown; until then nothing else is permitted"`
		Methods     []string          `json:"methods,omitempty" doc:"what the second factor may be: passkey, totp, recovery"`
		Workspace   WorkspaceSettings `json:"workspace"`
		CSRFToken   string            `json:"csrf_token" doc:"goes into X-CSRF-Token of every request that changes something"`
		TestClock   *time.Time        `json:"test_clock,omitempty" doc:"the moved time, when it can be moved"`
		Held        *workspace.Hold   `json:"sending_held,omitempty" doc:"nothing leaves the building, since and why; absent when sending is free"`
		MailReady   bool              `json:"mail_ready" doc:"a mail server is named, so that results can be sent to staff"`
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
	b.Permissions = []string{}
	if role, known := RoleOf(ctx, s.Role); known {
		b.Permissions, b.SeesAll = role.Permissions, role.Reach == ReachAll
	}
	b.Workspace, b.CSRFToken = g.settings(), csrf
	if g.TestClock {
		now := clock.Now(ctx).UTC()
		b.TestClock = &now
	}
	if b.Held, err = workspace.Held(ctx, g.records.Read()); err != nil {
		return nil, err
	}
	var mail struct {
		Host string `json:"host"`
	}
	_, err = db.Setting(ctx, g.records.Read(), MailServerKey, &mail)
	b.MailReady = mail.Host != ""
	return out, err
}

// waitingOf is what somebody learns who has shown a first factor only: who they are and what is still to come.
func (g *Guard) waitingOf(ctx context.Context, w Waiting, csrf string) (*sessionOut, error) {
	s, err := g.StaffByID(ctx, w.StaffID)
	if err != nil {
		return nil, err
	}
	f, err := g.factorsOf(ctx, w.StaffID)
	if err != nil {
		return nil, err
	}
	out := &sessionOut{}
	b := &out.Body
	b.Staff.ID, b.Staff.Name, b.Staff.Language, b.CSRFToken = api.ID(s.ID), s.Name, s.Language, csrf
	b.Permissions, b.Workspace, b.Awaiting = []string{}, g.settings(), w.For
	if w.For == AwaitsSecondFactor {
		b.Methods = f.methods()
	}
	return out, nil
}

// signIn opens a session for staffID and gives the answer with its cookie. Where a second factor is due the session is
// worth nothing until it has been shown.
func (g *Guard) signIn(ctx context.Context, staffID int64, userAgent, how string) (*sessionOut, error) {
	s, err := g.StaffByID(ctx, staffID)
	if err != nil {
		return nil, err
	}
	e, err := g.entryOf(ctx, s, how)
	if err != nil {
		return nil, err
	}
	var cookie, csrf string
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if cookie, csrf, err = g.openSession(ctx, tx, staffID, userAgent, e); err != nil || e.awaiting != "" {
			return err
		}
		return g.opened(ctx, tx, staffID, how)
	}); err != nil {
		return nil, err
	}
	var out *sessionOut
	if e.awaiting != "" {
		out, err = g.waitingOf(ctx, Waiting{StaffID: staffID, For: e.awaiting}, csrf)
	} else {
		out, err = g.sessionOf(ctx, staffID, csrf)
	}
	if err == nil {
		out.SetCookie = cookie
	}
	return out, err
}

// session gives the present session of who asks. Fault: unauthenticated.
func (g *Guard) session(ctx context.Context) (*sessionOut, error) {
	actor := ActorOf(ctx)
	id := actor.Session
	if actor.Waiting != nil {
		id = actor.Waiting.Session
	}
	if id == 0 {
		return nil, fault.Unauthenticated("sign_in_first")
	}
	var now struct {
		CSRFToken string `bun:"csrf_token"`
		StaffID   int64  `bun:"staff_id"`
		Awaiting  string `bun:"awaiting"`
	}
	if err := g.records.Read().NewRaw("select csrf_token, staff_id, awaiting from sessions where id = ?", id).Scan(ctx, &now); err != nil {
		return nil, err
	}
	if now.Awaiting != "" {
		return g.waitingOf(ctx, Waiting{StaffID: now.StaffID, For: now.Awaiting}, now.CSRFToken)
	}
	return g.sessionOf(ctx, now.StaffID, now.CSRFToken)
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
		func(ctx context.Context, _ *struct{}) (*sessionOut, error) { return g.session(ctx) })

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
			id := ActorOf(ctx).Session
			if w := ActorOf(ctx).Waiting; w != nil {
				id = w.Session
			}
			if id != 0 {
				if err := g.revokeSession(ctx, id); err != nil {
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
	policy, err := g.SignInPolicy(ctx)
	if err != nil {
		return nil, err
	}
	known := []string{in.Body.Name, localPart(in.Body.Email)}
	var invited []Staff
	if err := g.records.Read().NewRaw("select "+staffColumns+" from staff f join sign_in_links l on l.staff_id = f.id where l.token_hash = ?",
		hashSecret(in.Body.Token)).Scan(ctx, &invited); err != nil {
		return nil, err
	}
	for _, s := range invited {
		known = append(known, s.Name, localPart(s.Email))
	}
	if in.Body.Workspace != nil {
		known = append(known, in.Body.Workspace.Name)
	}
	if err := g.checkStrength(in.Body.Password, policy.MinLength, append(known, g.Workspace().Name, "guanxi")...); err != nil {
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
	key := failureKey("password", email)
	if err := g.slowed(ctx, key); err != nil {
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
		return found[0].ID, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return forgetFailures(ctx, tx, key) })
	}
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := countFailure(ctx, tx, key); err != nil {
			return err
		}
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

func localPart(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local
}
