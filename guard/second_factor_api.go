package guard

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

type passkeyItem struct {
	ID         api.ID     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
}

type myFactors struct {
	Body struct {
		Password        bool          `json:"password" doc:"has one"`
		TOTP            bool          `json:"totp" doc:"one-time codes are on"`
		Recovery        int           `json:"recovery" doc:"recovery codes left"`
		Passkeys        []passkeyItem `json:"passkeys"`
		PasskeysUsable  bool          `json:"passkeys_usable" doc:"false where the program is reached by a bare address, for which no browser makes passkeys"`
		SecondFactorDue bool          `json:"second_factor_due" doc:"the policy asks for one of this role"`
		MinLength       int           `json:"min_length" doc:"of a password"`
	}
}

type recoveryOut struct {
	Body struct {
		Codes []string `json:"codes" doc:"shown only this once; each is good once"`
	}
}

// The operations of a person's own sign-in are open to whoever is signed in, whatever their role, and to nobody else: so
// they name no permission, and ask for the person themselves.
func (g *Guard) registerSecondFactor(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/me/sign-in", Permission: api.Public, Tag: "sign-in", Summary: "How I can sign in"}, g.mySignIn)

	api.Register(a, api.Op{Method: "POST", Path: "/session/second-factor", Permission: api.Public, Tag: "sign-in", Summary: "Show the second factor: a one-time code or a recovery code"},
		func(ctx context.Context, in *codeIn) (*sessionOut, error) {
			w := ActorOf(ctx).Waiting
			if w == nil || w.For != AwaitsSecondFactor {
				return nil, fault.Unauthenticated("sign_in_first")
			}
			if err := g.showCode(ctx, w.StaffID, in.Body.Code, func(ctx context.Context, tx *db.Tx, how string) error {
				return g.complete(ctx, tx, w, how)
			}); err != nil {
				return nil, err
			}
			return g.session(ctx)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/session/proof", Permission: api.Public, Tag: "sign-in", Summary: "Show again who I am, for acts that ask for it"}, g.proveAgain)

	api.Register(a, api.Op{Method: "POST", Path: "/me/totp", Permission: api.Public, Tag: "sign-in", Summary: "Begin to enrol an authenticator"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body *Enrolment }, error) {
			s, err := g.person(ctx, true)
			if err != nil {
				return nil, err
			}
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			e, err := g.beginTOTP(ctx, s)
			return &struct{ Body *Enrolment }{e}, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/me/totp/confirm", Permission: api.Public, Tag: "sign-in", Summary: "Show the authenticator's first code; answers the recovery codes"}, g.confirmTOTP)

	api.Register(a, api.Op{Method: "DELETE", Path: "/me/totp", Permission: api.Public, Tag: "sign-in", Summary: "Turn one-time codes off"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
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
			if due, err := g.secondFactorDue(ctx, s); err != nil || due && f.Passkeys == 0 {
				return nil, orElse(err, fault.Conflict("second_factor_due"))
			}
			return nil, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.NewRaw("delete from totp where staff_id = ?", s.ID).Exec(ctx); err != nil {
					return err
				}
				return Audit(ctx, tx, "totp.off", "staff", itoa(s.ID), nil)
			})
		})

	api.Register(a, api.Op{Method: "POST", Path: "/me/recovery-codes", Permission: api.Public, Tag: "sign-in", Summary: "New recovery codes; the old ones are worth nothing from now on"},
		func(ctx context.Context, _ *struct{}) (*recoveryOut, error) {
			s, err := g.person(ctx, false)
			if err != nil {
				return nil, err
			}
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			out := &recoveryOut{}
			return out, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if out.Body.Codes, err = newRecoveryCodes(ctx, tx, s.ID); err != nil {
					return err
				}
				return Audit(ctx, tx, "recovery_codes.made", "staff", itoa(s.ID), nil)
			})
		})

	api.Register(a, api.Op{Method: "PUT", Path: "/me/password", Permission: api.Public, Tag: "sign-in", Summary: "Choose another password; ends my other sessions"}, g.changePassword)

	api.Register(a, api.Op{Method: "DELETE", Path: "/users/{id}/second-factors", Permission: "staff.write", Tag: "users", Summary: "Take away somebody's second factors, so that they can enrol anew; signs them out"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			if _, err := g.StaffByID(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			return nil, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				for _, table := range []string{"totp", "recovery_codes", "passkeys"} {
					if _, err := tx.NewRaw("delete from "+table+" where staff_id = ?", int64(in.ID)).Exec(ctx); err != nil {
						return err
					}
				}
				if _, err := tx.NewRaw("update sessions set revoked_at = ? where staff_id = ? and revoked_at is null", clock.Millis(ctx), int64(in.ID)).Exec(ctx); err != nil {
					return err
				}
				return Audit(ctx, tx, "second_factors.removed", "staff", itoa(int64(in.ID)), nil)
			})
		})
}

type codeIn struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40"`
	}
}

func (g *Guard) secondFactorDue(ctx context.Context, s Staff) (bool, error) {
	policy, err := g.SignInPolicy(ctx)
	for _, role := range policy.SecondFactorRoles {
		if role == s.Role {
			return true, err
		}
	}
	return false, err
}

func (g *Guard) mySignIn(ctx context.Context, _ *struct{}) (*myFactors, error) {
	s, err := g.person(ctx, true)
	if err != nil {
		return nil, err
	}
	out := &myFactors{}
	f, err := g.factorsOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	out.Body.Password, out.Body.TOTP, out.Body.Recovery = f.Password, f.TOTP, f.Recovery
	if out.Body.Passkeys, err = g.passkeysOf(ctx, s.ID); err != nil {
		return nil, err
	}
	policy, err := g.SignInPolicy(ctx)
	if err != nil {
		return nil, err
	}
	_, unusable := g.ceremonies()
	out.Body.PasskeysUsable, out.Body.MinLength = unusable == nil, policy.MinLength
	out.Body.SecondFactorDue, err = g.secondFactorDue(ctx, s)
	return out, err
}

func (g *Guard) confirmTOTP(ctx context.Context, in *codeIn) (*recoveryOut, error) {
	s, err := g.person(ctx, true)
	if err != nil {
		return nil, err
	}
	if err := g.Proven(ctx); err != nil {
		return nil, err
	}
	key := failureKey("code", itoa(s.ID))
	if err := g.slowed(ctx, key); err != nil {
		return nil, err
	}
	out, wrong := &recoveryOut{}, false
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		good, err := takeCode(ctx, tx, s.ID, in.Body.Code, false)
		if err != nil {
			return err
		}
		if wrong = !good; wrong {
			return countFailure(ctx, tx, key)
		}
		if _, err := tx.NewRaw("update totp set confirmed_at = ? where staff_id = ?", clock.Millis(ctx), s.ID).Exec(ctx); err != nil {
			return err
		}
		if out.Body.Codes, err = newRecoveryCodes(ctx, tx, s.ID); err != nil {
			return err
		}
		if err := Audit(ctx, tx, "totp.on", "staff", itoa(s.ID), nil); err != nil {
			return err
		}
		return g.enrolled(ctx, tx, "totp")
	}); err != nil {
		return nil, err
	}
	if wrong {
		return nil, fault.Invalid("code", "one_time_code_wrong")
	}
	return out, nil
}

// enrolled completes the session of who had to enrol to come in, and is a fresh proof for everybody else.
func (g *Guard) enrolled(ctx context.Context, tx *db.Tx, how string) error {
	a := ActorOf(ctx)
	if a.Waiting != nil {
		return g.complete(ctx, tx, a.Waiting, how)
	}
	return prove(ctx, tx, a.Session)
}

type proofIn struct {
	Body struct {
		Password   string         `json:"password,omitempty" maxLength:"1024" doc:"of who has no second factor"`
		Code       string         `json:"code,omitempty" maxLength:"40" doc:"one-time or recovery code"`
		Step       string         `json:"step,omitempty" maxLength:"100" doc:"with a passkey: of /session/passkey/begin"`
		Credential map[string]any `json:"credential,omitempty"`
	}
}

func (g *Guard) proveAgain(ctx context.Context, in *proofIn) (*struct{}, error) {
	s, err := g.person(ctx, false)
	if err != nil {
		return nil, err
	}
	session := ActorOf(ctx).Session
	f, err := g.factorsOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Body.Credential != nil:
		holder, err := g.showPasskey(ctx, in.Body.Step, jsonOf(in.Body.Credential))
		if err != nil || holder.ID != s.ID {
			return nil, fault.Invalid("credential", "passkey_refused")
		}
	case in.Body.Code != "":
		return nil, g.showCode(ctx, s.ID, in.Body.Code, func(ctx context.Context, tx *db.Tx, _ string) error { return prove(ctx, tx, session) })
	case f.second():
		return nil, fault.Invalid("code", "required")
	default:
		if _, err := g.checkSignIn(ctx, s.Email, in.Body.Password); err != nil {
			if fault.Is(err, fault.KindUnauthenticated) {
				return nil, fault.Invalid("password", "password_wrong")
			}
			return nil, err
		}
	}
	return nil, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return prove(ctx, tx, session) })
}

func (g *Guard) changePassword(ctx context.Context, in *struct {
	Body struct {
		Password string `json:"password" maxLength:"1024"`
	}
}) (*struct{}, error) {
	s, err := g.person(ctx, false)
	if err != nil {
		return nil, err
	}
	if err := g.Proven(ctx); err != nil {
		return nil, err
	}
	policy, err := g.SignInPolicy(ctx)
	if err != nil {
		return nil, err
	}
	if err := g.checkStrength(in.Body.Password, policy.MinLength, s.Name, localPart(s.Email), g.Workspace().Name, "guanxi"); err != nil {
		return nil, err
	}
	hash, err := hashPassword(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return nil, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		if _, err := tx.NewRaw("update staff set password_hash = ?, updated_at = ?, version = version + 1 where id = ?", hash, now, s.ID).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update sessions set revoked_at = ? where staff_id = ? and revoked_at is null and id <> ?", now, s.ID, ActorOf(ctx).Session).Exec(ctx); err != nil {
			return err
		}
		return Audit(ctx, tx, "password.changed", "staff", itoa(s.ID), nil)
	})
}

// orElse gives err, or other where there is none.
func orElse(err error, other *fault.Error) error {
	if err != nil {
		return err
	}
	return other
}
