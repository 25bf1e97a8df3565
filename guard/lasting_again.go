package guard

import (
	"context"
	"encoding/json"
	"slices"

	"guanxi/base/backup"
	"guanxi/base/clock"
	"guanxi/base/db"
)

// Reapply implements backup.Lasting. It also ends every session and one-time link: they are of another time; and every
// recovery code, for nobody knows which were used since.
func (Access) Reapply(ctx context.Context, records *db.DB, _ string, kept []byte) (redone []backup.Redone, err error) {
	var list accessList
	if err := json.Unmarshal(kept, &list); err != nil {
		return nil, err
	}
	list.fill()
	ctx = System(ctx)
	err = records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a := again{tx: tx, now: clock.Millis(ctx)}
		a.staff(ctx, list.Staff)
		for hash, at := range list.Tokens {
			a.do(ctx, "tokens_revoked", "update api_tokens set revoked_at = ? where token_hash = ? and revoked_at is null", at, hash)
		}
		a.keys(ctx, list.Keys)
		a.rules(ctx, list)
		a.do(ctx, "", "update sessions set revoked_at = ? where revoked_at is null", a.now)
		a.do(ctx, "", "update sign_in_links set used_at = ? where used_at is null", a.now)
		a.do(ctx, "recovery_codes", "delete from recovery_codes where used_at is null")
		redone = a.redone
		if a.err != nil {
			return a.err
		}
		return Audit(ctx, tx, "backup.restored", "workspace", "", map[string]any{"redone": redone})
	})
	return redone, err
}

// namesTold bounds the names that are told of one sort of things.
const namesTold = 20

// again does what is on the list and notes what that was.
type again struct {
	tx     *db.Tx
	now    int64
	redone []backup.Redone
	err    error
}

// do runs a statement and counts the rows it changes under what; under nothing when that is empty.
func (a *again) do(ctx context.Context, what, query string, args ...any) (changed int64) {
	if a.err != nil {
		return 0
	}
	if changed, a.err = a.tx.Do(ctx, query, args...); a.err == nil && what != "" {
		a.note(what, int(changed), "", slices.Contains([]string{"passkeys", "second_factors", "recovery_codes", "joined_since"}, what))
	}
	return changed
}

func (a *again) note(what string, count int, name string, judge bool) {
	if count == 0 {
		return
	}
	at := slices.IndexFunc(a.redone, func(r backup.Redone) bool { return r.What == what })
	if at < 0 {
		a.redone = append(a.redone, backup.Redone{What: what, Judge: judge})
		at = len(a.redone) - 1
	}
	if a.redone[at].Count += count; name != "" && len(a.redone[at].Names) < namesTold {
		a.redone[at].Names = append(a.redone[at].Names, name)
	}
}

func (a *again) staff(ctx context.Context, staff map[string]accessOf) {
	var there []struct {
		accessOf
		Email string `bun:"email"`
	}
	if a.err = a.tx.NewRaw("select email, role, active, updated_at, password_hash, '' as team from staff").Scan(ctx, &there); a.err != nil {
		return
	}
	known := map[string]accessOf{}
	for _, s := range there {
		known[s.Email] = s.accessOf
	}
	for email, of := range staff {
		was, is := known[email]
		switch {
		case !is && of.Active:
			a.note("joined_since", 1, email, true)
		case is && was.UpdatedAt < of.UpdatedAt:
			a.do(ctx, "", `
update staff set role = ?, active = ?, updated_at = ?, password_hash = ?, team_id = (select id from teams where name = ?), version = version + 1
where email = ?`, of.Role, of.Active, of.UpdatedAt, of.Password, of.Team, email)
			if was.Active && !of.Active {
				a.note("staff_left", 1, email, false)
			}
			if was.Role != of.Role {
				a.note("roles_given", 1, email, false)
			}
			if was.Password != of.Password {
				a.note("passwords", 1, email, false)
			}
		}
	}
}

// keys takes away what lets somebody in and was not there any more when the list was last kept.
func (a *again) keys(ctx context.Context, keys map[string]bool) {
	var marks []string
	if a.err == nil {
		a.err = a.tx.NewRaw(keysSQL).Scan(ctx, &marks)
	}
	for _, mark := range marks {
		if there, known := keys[mark]; there || !known {
			continue
		}
		a.do(ctx, "passkeys", "delete from passkeys where 'passkey ' || credential_id = ?", mark)
		a.do(ctx, "second_factors", "delete from totp where exists (select 1 from staff f where f.id = totp.staff_id and 'totp ' || f.email || ' ' || totp.created_at = ?)", mark)
		a.do(ctx, "outside_identities", "delete from outside_identities where 'outside ' || issuer || ' ' || subject = ?", mark)
	}
}

// rules brings roles, sharing rules and settings of access to what they were last.
func (a *again) rules(ctx context.Context, l accessList) {
	for name, r := range l.Roles {
		if r.Gone {
			a.do(ctx, "roles", "delete from roles where name = ?", name)
			continue
		}
		a.do(ctx, "roles", "insert into roles ("+lastingRoleColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (name) do update set label_zh = excluded.label_zh, label_en = excluded.label_en, base = excluded.base, permissions = excluded.permissions, reach = excluded.reach,
  fields = excluded.fields, unusable = excluded.unusable, updated_at = excluded.updated_at, version = excluded.version
where roles.updated_at < excluded.updated_at`, name, r.LabelZH, r.LabelEN, r.Base, r.Permissions, r.Reach, r.Fields, r.Unusable, r.CreatedAt, r.UpdatedAt, r.Version)
	}
	var shares []lastingShare
	if a.err == nil {
		a.err = a.tx.NewRaw("select id, created_at, condition, target_kind, target, access, active, updated_at from sharing_rules").Scan(ctx, &shares)
	}
	for _, s := range shares {
		last, known := l.Shares[s.key()]
		switch {
		case known && last.Gone:
			a.do(ctx, "sharing", "delete from sharing_rules where id = ?", s.ID)
		case known && s.UpdatedAt < last.UpdatedAt:
			a.do(ctx, "sharing", "update sharing_rules set condition = ?, target_kind = ?, target = ?, access = ?, active = ?, updated_at = ?, version = version + 1 where id = ?",
				last.Condition, last.Kind, last.Target, last.Access, last.Active, last.UpdatedAt, s.ID)
		}
	}
	for key, r := range l.Rules {
		if r.Gone {
			a.do(ctx, "access_settings", "delete from settings where key = ?", key)
			continue
		}
		a.do(ctx, "access_settings", `
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at where settings.updated_at < excluded.updated_at`, key, r.Value, r.UpdatedAt)
	}
}
