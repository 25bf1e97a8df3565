package guard

import (
	"context"
	"strings"

	"guanxi/base/field"
)

// Scope is whose rows the actor sees. It is added to every read of rows that have an owner and a team.
type Scope struct {
	reach  Reach
	staff  int64
	team   *int64
	nobody bool
}

// ScopeOf gives the scope of the actor of ctx over rows of noun. Without an actor it is nothing at all.
func ScopeOf(ctx context.Context, _ string) Scope {
	a := ActorOf(ctx)
	if a.System {
		return Scope{reach: ReachAll}
	}
	role, known := RoleOf(a.Role)
	if !known {
		return Scope{nobody: true}
	}
	return Scope{reach: role.Reach, staff: a.StaffID, team: a.TeamID}
}

// All reports whether the scope leaves nothing out.
func (s Scope) All() bool { return !s.nobody && s.reach == ReachAll }

// Where gives the scope as a condition on the columns owner_id and team_id of the table known as alias, for records
// and columns alike. alias is fixed text of the caller.
func (s Scope) Where(alias string) (sql string, args []any) {
	if alias != "" {
		alias += "."
	}
	switch {
	case s.nobody:
		return "(false)", nil
	case s.reach == ReachAll:
		return "(true)", nil
	case s.reach == ReachTeam && s.team != nil:
		return "(" + alias + "team_id = ? or " + alias + "owner_id = ?)", []any{*s.team, s.staff}
	}
	return "(" + alias + "owner_id = ?)", []any{s.staff}
}

// Sees reports whether a row with this owner and team is inside the scope.
func (s Scope) Sees(owner, team *int64) bool {
	switch {
	case s.nobody:
		return false
	case s.reach == ReachAll:
		return true
	case owner != nil && *owner == s.staff && s.staff != 0:
		return true
	}
	return s.reach == ReachTeam && s.team != nil && team != nil && *team == *s.team
}

// Right says how much of a field one may see. Rights are ordered: each includes those before it.
type Right string

// The rights.
const (
	None   Right = "none"
	Masked Right = "masked"
	Read   Right = "read"
	Write  Right = "write"
)

// Fields holds the actor's rights to the fields of one noun.
type Fields struct {
	rights    map[string]Right
	write     bool
	closed    bool
	sensitive bool       // sees the sensitive ones of the workspace's own fields
	own       *field.Set // nil where none is hidden
}

// FieldsOf gives the rights of the actor of ctx to the fields of noun.
func FieldsOf(ctx context.Context, noun string) Fields {
	a := ActorOf(ctx)
	if a.System {
		return Fields{write: true}
	}
	role, known := RoleOf(a.Role)
	if !known {
		return Fields{closed: true}
	}
	f := Fields{write: a.Can(noun + ".write")}
	if noun == "customers" {
		f.rights, f.own, f.sensitive = role.Fields, field.Of(ctx), a.Can("fields.sensitive")
	}
	return f
}

// Right gives how much of the field one may see. A masked field may still be overwritten, see CanWrite.
func (f Fields) Right(field string) Right {
	if f.closed {
		return None
	}
	field, key, _ := strings.Cut(field, ".")
	if r, hidden := f.ofOwn(field, key); hidden {
		return r
	}
	if r, special := f.rights[field]; special {
		return r
	}
	if f.write {
		return Write
	}
	return Read
}

// ofOwn gives the right to a field of the workspace's own where its sensitivity takes something away. Who works without
// contact points works without everything personal; what is a contact point itself is masked as those are.
func (f Fields) ofOwn(noun, key string) (Right, bool) {
	if noun != "custom" || key == "" || f.own == nil {
		return "", false
	}
	own, known := f.own.Find(key)
	switch {
	case !known || own.Sensitivity == field.Normal && own.Type != field.Phone && own.Type != field.Email:
		return "", false
	case f.rights["phone"] == None:
		return None, true
	case own.Type == field.Phone, own.Type == field.Email, own.Sensitivity == field.Sensitive && !f.sensitive:
		return Masked, true
	}
	return "", false
}

// CanUse reports whether one may filter, sort, group or export by the field: only when one may read it in full.
func (f Fields) CanUse(field string) bool {
	r := f.Right(field)
	return r == Read || r == Write
}

// CanWrite reports whether one may set the field: one need not see what one overwrites, but one must know it exists.
func (f Fields) CanWrite(field string) bool { return f.write && f.Right(field) != None }
