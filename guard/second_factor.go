package guard

import (
	"context"
	"slices"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

// What a session may still wait for.
const (
	AwaitsSecondFactor = "second_factor"
	AwaitsEnrolment    = "enrolment" // the policy asks for a second factor and the person has none
)

// provenFor is how long a proof of who one is stands for acts that ask for one.
const provenFor = 10 * time.Minute

// entry is a sign-in: how it was done and what it still awaits.
type entry struct{ how, awaiting string }

func (e entry) life() time.Duration {
	if e.awaiting != "" {
		return awaitingLife
	}
	return sessionLength
}

// factors are the ways a person has to show who they are.
type factors struct {
	Password bool `bun:"password"`
	TOTP     bool `bun:"totp"`
	Passkeys int  `bun:"passkeys"`
	Recovery int  `bun:"recovery"` // codes left
}

func (f factors) second() bool { return f.TOTP || f.Passkeys > 0 }

// methods gives what may be shown now as a proof, the second factor where there is one.
func (f factors) methods() (list []string) {
	if f.Passkeys > 0 {
		list = append(list, "passkey")
	}
	if f.TOTP {
		list = append(list, "totp")
	}
	if f.second() && f.Recovery > 0 {
		list = append(list, "recovery")
	}
	if !f.second() && f.Password {
		list = append(list, "password")
	}
	return list
}

func (g *Guard) factorsOf(ctx context.Context, staffID int64) (f factors, err error) {
	err = g.records.Read().NewRaw(`
select f.password_hash <> '' as password,
  exists (select 1 from totp t where t.staff_id = f.id and t.confirmed_at is not null) as totp,
  (select count(*) from passkeys p where p.staff_id = f.id) as passkeys,
  (select count(*) from recovery_codes c where c.staff_id = f.id and c.used_at is null) as recovery
from staff f
where f.id = ?`, staffID).Scan(ctx, &f)
	return f, err
}

// entryOf says what somebody who has come in this way still has to show.
func (g *Guard) entryOf(ctx context.Context, s Staff, how string) (entry, error) {
	e := entry{how: how}
	policy, err := g.SignInPolicy(ctx)
	if err != nil || how == "passkey" || how == "outside" && policy.OutsideCounts {
		return e, err // a passkey is two factors: the device, and the finger or the PIN it asks for
	}
	f, err := g.factorsOf(ctx, s.ID)
	switch {
	case err != nil:
	case f.second():
		e.awaiting = AwaitsSecondFactor
	case slices.Contains(policy.SecondFactorRoles, s.Role):
		e.awaiting = AwaitsEnrolment
	}
	return e, err
}

// person gives who is signed in themselves, or, where enrolling allows it, who is on the way in and has to enrol. A token
// is nobody in person. Fault: unauthenticated.
func (g *Guard) person(ctx context.Context, enrolling bool) (Staff, error) {
	a := ActorOf(ctx)
	switch {
	case a.Session != 0:
		return g.StaffByID(ctx, a.StaffID)
	case enrolling && a.Waiting != nil && a.Waiting.For == AwaitsEnrolment:
		return g.StaffByID(ctx, a.Waiting.StaffID)
	}
	return Staff{}, fault.Unauthenticated("sign_in_first")
}

// Proven says that the person asking has lately shown who they are; the session left open on a desk has not. A token is
// its own proof. Fault: forbidden, with the ways to prove it.
func (g *Guard) Proven(ctx context.Context) error {
	a := ActorOf(ctx)
	if a.System || a.TokenID != 0 || a.Waiting != nil || clock.Millis(ctx)-a.ProvenAt < provenFor.Milliseconds() {
		return nil
	}
	f, err := g.factorsOf(ctx, a.StaffID)
	if err != nil {
		return err
	}
	methods := make([]any, 0, 3)
	for _, m := range f.methods() {
		methods = append(methods, m)
	}
	return fault.Forbidden("prove_yourself", methods...)
}

// complete makes a waiting session a full one.
func (g *Guard) complete(ctx context.Context, tx *db.Tx, w *Waiting, how string) error {
	now := clock.Now(ctx)
	if _, err := tx.NewRaw("update sessions set awaiting = '', method = method || ?, proven_at = ?, expires_at = ? where id = ? and revoked_at is null",
		"+"+how, now.UnixMilli(), now.Add(sessionLength).UnixMilli(), w.Session).Exec(ctx); err != nil {
		return err
	}
	return g.opened(ctx, tx, w.StaffID, "password+"+how)
}

// opened writes down that somebody is in.
func (g *Guard) opened(ctx context.Context, tx *db.Tx, staffID int64, how string) error {
	s, err := staffIn(ctx, tx, staffID)
	if err != nil {
		return err
	}
	a := ActorOf(ctx)
	return Audit(With(ctx, Actor{StaffID: s.ID, Name: s.Name, Role: s.Role, Address: a.Address}), tx, "session.opened", "staff", itoa(s.ID), map[string]string{"how": how})
}

// showCode takes a one-time code or a recovery code of the person and says which it was. Wrong ones are counted, and
// waited for. Faults: invalid, too many.
func (g *Guard) showCode(ctx context.Context, staffID int64, code string, then func(ctx context.Context, tx *db.Tx, how string) error) error {
	key := failureKey("code", itoa(staffID))
	if err := g.slowed(ctx, key); err != nil {
		return err
	}
	wrong := false
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		how := "totp"
		good, err := takeCode(ctx, tx, staffID, code, true)
		if err == nil && !good {
			how = "recovery"
			good, err = takeRecoveryCode(ctx, tx, staffID, code)
		}
		if err != nil {
			return err
		}
		if wrong = !good; wrong {
			if err := countFailure(ctx, tx, key); err != nil {
				return err
			}
			return Audit(ctx, tx, "session.refused", "staff", itoa(staffID), map[string]string{"how": "code"})
		}
		if how == "recovery" {
			if err := Audit(ctx, tx, "recovery_code.used", "staff", itoa(staffID), nil); err != nil {
				return err
			}
		}
		if err := forgetFailures(ctx, tx, key); err != nil {
			return err
		}
		return then(ctx, tx, how)
	}); err != nil {
		return err
	}
	if wrong {
		return fault.Invalid("code", "one_time_code_wrong")
	}
	return nil
}

// prove notes that the person of this session has shown who they are.
func prove(ctx context.Context, tx *db.Tx, session int64) error {
	_, err := tx.NewRaw("update sessions set proven_at = ? where id = ?", clock.Millis(ctx), session).Exec(ctx)
	return err
}
