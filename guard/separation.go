package guard

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const separationKey = "access.separation"

// The three works of an administrator that nobody holds two of once they are divided (GB/T 22239-2019, 8.1.4.1 to 8.1.4.3
// and 8.1.5: system, security and audit management), by the permissions that make them.
var works = [][]string{
	{"settings.write", "fields.write", "backups.read", "backups.write"},
	{"staff.write", "access.write", "tokens.read", "tokens.write"},
	{"audit.read"},
}

// spans says whether permissions reach into more than one of the three works.
func spans(permissions []string) bool {
	touched := 0
	for _, work := range works {
		if slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(work, p) }) {
			touched++
		}
	}
	return touched > 1
}

// separated reports whether the administrators' work is divided.
func separated(ctx context.Context, from bun.IDB) (on bool, err error) {
	_, err = db.Setting(ctx, from, separationKey, &on)
	return on, err
}

// assignable refuses a role that nobody may be given as things stand. Faults: invalid, conflict.
func assignable(ctx context.Context, name string) error {
	rules := rulesOf(ctx)
	role, known := rules.byName[name]
	if !known {
		return fault.Invalid("role", "role_unknown", name)
	}
	if rules.apart && spans(role.Permissions) {
		return fault.Conflict("administration_is_divided")
	}
	return nil
}

// Appointment gives somebody a role when the administrators' work is divided.
type Appointment struct {
	StaffID api.ID `json:"staff_id"`
	Role    string `json:"role"`
}

// Separate divides the administrators' work: everybody whose role reaches into two works, and whoever shall be one of the
// three, gets the role named here, and tokens that reach into two are revoked. Faults: invalid, conflict.
func (g *Guard) Separate(ctx context.Context, appointments []Appointment) error {
	roles := map[int64]string{}
	for _, a := range appointments {
		if role, known := RoleOf(ctx, a.Role); !known || spans(role.Permissions) {
			return fault.Invalid("appointments", "role_unknown", a.Role)
		}
		if _, twice := roles[int64(a.StaffID)]; twice {
			return fault.Invalid("appointments", "appointed_twice", int64(a.StaffID))
		}
		roles[int64(a.StaffID)] = a.Role
	}
	return g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
		if on, err := separated(ctx, tx); err != nil || on {
			return orElse(err, fault.Conflict("administration_is_divided"))
		}
		var staff []Staff
		if err := tx.NewRaw("select "+staffColumns+" from staff f order by f.id").Scan(ctx, &staff); err != nil {
			return err
		}
		now, held := clock.Millis(ctx), map[string]int{}
		for _, s := range staff {
			after, appointed := roles[s.ID]
			if !appointed {
				after = s.Role
			}
			if role, _ := RoleOf(ctx, after); spans(role.Permissions) {
				return fault.Invalid("appointments", "appointment_missing", s.Name)
			}
			delete(roles, s.ID)
			if s.Active {
				held[after]++
			}
			if after == s.Role {
				continue
			}
			if _, err := tx.NewRaw("update staff set role = ?, updated_at = ?, version = version + 1 where id = ?", after, now, s.ID).Exec(ctx); err != nil {
				return err
			}
			if _, err := tx.NewRaw("update sessions set revoked_at = ? where staff_id = ? and revoked_at is null", now, s.ID).Exec(ctx); err != nil {
				return err
			}
			if err := Audit(ctx, tx, "staff.changed", "staff", itoa(s.ID), map[string]any{"before": map[string]any{"role": s.Role}, "after": map[string]any{"role": after}}); err != nil {
				return err
			}
		}
		if len(roles) > 0 {
			return fault.Invalid("appointments", "staff_unknown")
		}
		for _, name := range []string{SystemAdmin, SecurityAdmin, AuditAdmin} {
			if held[name] == 0 {
				return fault.Invalid("appointments", "appointment_missing", name)
			}
		}
		revoked, err := revokeSpanning(ctx, tx, now)
		if err != nil {
			return err
		}
		if err := db.KeepSetting(ctx, tx, separationKey, true); err != nil {
			return err
		}
		return Audit(ctx, tx, "administration.divided", "workspace", "", map[string]any{"tokens": revoked})
	})
}

// revokeSpanning revokes tokens whose role reaches into two works.
func revokeSpanning(ctx context.Context, tx *db.Tx, now int64) (revoked int, err error) {
	for _, role := range rulesOf(ctx).roles {
		if !spans(role.Permissions) {
			continue
		}
		result, err := tx.NewRaw("update api_tokens set revoked_at = ? where role = ? and revoked_at is null", now, role.Name).Exec(ctx)
		if err != nil {
			return revoked, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return revoked, err
		}
		revoked += int(n)
	}
	return revoked, nil
}

// Unite ends the division and makes somebody the administrator again. It is for who has the machine in hand, not for any
// of the three. Faults: not found, conflict.
func (g *Guard) Unite(ctx context.Context, email string) error {
	return g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
		if on, err := separated(ctx, tx); err != nil || !on {
			return orElse(err, fault.Conflict("administration_is_one"))
		}
		var ids []int64
		if err := tx.NewRaw("update staff set role = ?, updated_at = ?, version = version + 1 where email = ? and active returning id",
			Admin, clock.Millis(ctx), lower(email)).Scan(ctx, &ids); err != nil {
			return err
		}
		if len(ids) == 0 {
			return fault.NotFound("staff", email)
		}
		if err := db.KeepSetting(ctx, tx, separationKey, false); err != nil {
			return err
		}
		return Audit(ctx, tx, "administration.united", "staff", itoa(ids[0]), nil)
	})
}
