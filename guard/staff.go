package guard

import (
	"context"
	"net/mail"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

// Staff is somebody who uses the product.
type Staff struct {
	ID              int64  `bun:"id"`
	Email           string `bun:"email"`
	Name            string `bun:"name"`
	Role            string `bun:"role"`
	TeamID          *int64 `bun:"team_id"`
	Language        string `bun:"language"`
	CapacityMinutes int    `bun:"capacity_minutes"` // minutes for the day's list
	Active          bool   `bun:"active"`
	HasPassword     bool   `bun:"has_password"`
	LastSeenAt      *int64 `bun:"last_seen_at"`
	CreatedAt       int64  `bun:"created_at"`
	Version         int64  `bun:"version"`
}

const staffColumns = `f.id, f.email, f.name, f.role, f.team_id, f.language, f.capacity_minutes, f.active, f.created_at, f.version,
f.password_hash <> '' as has_password, (select max(s.last_seen_at) from sessions s where s.staff_id = f.id) as last_seen_at`

// StaffByID gives one member of staff. Fault: not found.
func (g *Guard) StaffByID(ctx context.Context, id int64) (Staff, error) {
	var found []Staff
	err := g.records.Read().NewRaw("select "+staffColumns+" from staff f where f.id = ?", id).Scan(ctx, &found)
	if err != nil {
		return Staff{}, err
	}
	if len(found) == 0 {
		return Staff{}, fault.NotFound("staff", id)
	}
	return found[0], nil
}

func staffIn(ctx context.Context, tx *db.Tx, id int64) (Staff, error) {
	var found []Staff
	if err := tx.NewRaw("select "+staffColumns+" from staff f where f.id = ?", id).Scan(ctx, &found); err != nil {
		return Staff{}, err
	}
	if len(found) == 0 {
		return Staff{}, fault.NotFound("staff", id)
	}
	return found[0], nil
}

// ListStaff gives everyone, the active first.
func (g *Guard) ListStaff(ctx context.Context) ([]Staff, error) {
	found := []Staff{}
	err := g.records.Read().NewRaw("select "+staffColumns+" from staff f order by f.active desc, f.id").Scan(ctx, &found)
	return found, err
}

// NewStaff describes a member of staff to add.
type NewStaff struct {
	Email, Name, Role, Language string
	TeamID                      *int64
	passwordHash                string
}

func (n *NewStaff) check(ctx context.Context) error {
	n.Email = strings.ToLower(strings.TrimSpace(n.Email))
	n.Name = strings.TrimSpace(n.Name)
	var wrong []fault.Field
	if address, err := mail.ParseAddress(n.Email); err != nil || address.Address != n.Email || len(n.Email) > 254 {
		wrong = append(wrong, fault.Field{Field: "email", Key: "email_invalid"})
	}
	if n.Name == "" || len(n.Name) > 200 {
		wrong = append(wrong, fault.Field{Field: "name", Key: "required"})
	}
	if _, known := RoleOf(ctx, n.Role); !known {
		wrong = append(wrong, fault.Field{Field: "role", Key: "role_unknown", Args: []any{n.Role}})
	}
	if wrong != nil {
		return fault.Invalids(wrong)
	}
	return nil
}

// AddStaff adds a member of staff. Faults: invalid; conflict, when the address is taken.
func (g *Guard) AddStaff(ctx context.Context, n NewStaff) (id int64, err error) {
	err = g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err = addStaff(ctx, tx, n)
		return err
	})
	return id, err
}

// FindOrAddStaff gives the member of staff with that address as they are, or adds them. Faults: invalid, of what was
// asked for even where somebody is found.
func (g *Guard) FindOrAddStaff(ctx context.Context, n NewStaff) (s Staff, found bool, err error) {
	err = g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := n.check(ctx); err != nil {
			return err
		}
		var same []Staff
		if err := tx.NewRaw("select "+staffColumns+" from staff f where f.email = ?", n.Email).Scan(ctx, &same); err != nil {
			return err
		}
		if found = len(same) > 0; found {
			s = same[0]
			return nil
		}
		s = Staff{Email: n.Email, Name: n.Name, Role: n.Role, Active: true}
		s.ID, err = addStaff(ctx, tx, n)
		return err
	})
	return s, found, err
}

func addStaff(ctx context.Context, tx *db.Tx, n NewStaff) (int64, error) {
	if err := n.check(ctx); err != nil {
		return 0, err
	}
	if err := assignable(ctx, n.Role); err != nil {
		return 0, err
	}
	var taken int
	if err := tx.NewRaw("select count(*) from staff where email = ?", n.Email).Scan(ctx, &taken); err != nil {
		return 0, err
	}
	if taken > 0 {
		return 0, fault.Conflict("email_taken")
	}
	id, err := tx.NextID(ctx, "staff")
	if err != nil {
		return 0, err
	}
	now := clock.Millis(ctx)
	if _, err := tx.NewRaw(`
insert into staff (id, email, name, role, team_id, language, password_hash, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, n.Email, n.Name, n.Role, n.TeamID, n.Language, n.passwordHash, now, now).Exec(ctx); err != nil {
		return 0, err
	}
	return id, Audit(ctx, tx, "staff.added", "staff", itoa(id), map[string]any{"name": n.Name, "role": n.Role})
}

// StaffChange holds what is to change; nil leaves as it is.
type StaffChange struct {
	Name, Role, Language *string
	TeamID               *int64
	CapacityMinutes      *int
	Active               *bool
}

// ChangeStaff changes a member of staff. A change of role, team or activity ends their sessions, so that no right
// outlives it. Faults: not found, invalid, stale, conflict when the last administrator would go.
func (g *Guard) ChangeStaff(ctx context.Context, id, version int64, c StaffChange) error {
	return g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := staffIn(ctx, tx, id)
		if err != nil {
			return err
		}
		after := before
		if version != 0 && before.Version != version {
			return fault.Stale()
		}
		set(&after.Name, c.Name)
		set(&after.Role, c.Role)
		set(&after.Language, c.Language)
		set(&after.CapacityMinutes, c.CapacityMinutes)
		set(&after.Active, c.Active)
		if c.TeamID != nil {
			after.TeamID = c.TeamID
		}
		if err := (&NewStaff{Email: after.Email, Name: after.Name, Role: after.Role}).check(ctx); err != nil {
			return err
		}
		if after.CapacityMinutes < 0 || after.CapacityMinutes > 24*60 {
			return fault.Invalid("capacity_minutes", "out_of_range", 0, 24*60)
		}
		if before.Role != after.Role {
			if err := assignable(ctx, after.Role); err != nil {
				return err
			}
			if a := ActorOf(ctx); a.StaffID == id && g.Rules().apart {
				return fault.Conflict("own_role")
			}
		}
		now := clock.Millis(ctx)
		if _, err := tx.NewRaw(`
update staff set name = ?, role = ?, language = ?, team_id = ?, capacity_minutes = ?, active = ?, updated_at = ?, version = version + 1
where id = ?`, after.Name, after.Role, after.Language, after.TeamID, after.CapacityMinutes, after.Active, now, id).Exec(ctx); err != nil {
			return err
		}
		if before.Role != after.Role || before.Active != after.Active {
			if err := g.stillLed(ctx, tx, g.Rules()); err != nil {
				return err
			}
		}
		if before.Role != after.Role || before.Active != after.Active || c.TeamID != nil {
			if _, err := tx.NewRaw("update sessions set revoked_at = ? where staff_id = ? and revoked_at is null and id <> ?",
				now, id, ActorOf(ctx).Session).Exec(ctx); err != nil {
				return err
			}
		}
		return Audit(ctx, tx, "staff.changed", "staff", itoa(id), map[string]any{
			"before": map[string]any{"name": before.Name, "role": before.Role, "team": before.TeamID, "active": before.Active},
			"after":  map[string]any{"name": after.Name, "role": after.Role, "team": after.TeamID, "active": after.Active}})
	})
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
