package guard

import (
	"context"
	"slices"
	"strings"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/field"
)

// Scope is whose rows the actor sees: those within the reach of their role, and those that are shared with them. It is
// added to every read of rows that have an owner and a team.
type Scope struct {
	reach  Reach
	staff  int64
	teams  []int64 // the actor's and those below it
	shared []sqlText
	nobody bool
}

// ScopeOf gives the scope of the actor of ctx over rows of noun, for an operation that changes rows over those that may be
// changed. Without an actor it is nothing at all.
func ScopeOf(ctx context.Context, _ string) Scope {
	a := ActorOf(ctx)
	if a.System {
		return Scope{reach: ReachAll}
	}
	rules := rulesOf(ctx)
	role, known := rules.byName[a.Role]
	if !known {
		return Scope{nobody: true}
	}
	s := Scope{reach: role.Reach, staff: a.StaffID}
	if s.reach == ReachAll {
		return s
	}
	if s.reach == ReachTeam && a.TeamID != nil {
		s.teams = rules.below(*a.TeamID)
	}
	for _, share := range rules.shares {
		if share.reaches(rules, a) && (share.Access == Write || !changing(ctx)) {
			s.shared = append(s.shared, share.holds)
		}
	}
	return s
}

type changingKey struct{}

// Changing gives a context in which the scope is that of rows that may be changed. Operations need not say so: it follows
// from the permission they name. Jobs that change rows in somebody's name do.
func Changing(ctx context.Context) context.Context {
	return context.WithValue(ctx, changingKey{}, true)
}

// Looking gives a context in which the scope is that of rows that may be seen, whatever the operation does to them.
func Looking(ctx context.Context) context.Context {
	return context.WithValue(ctx, changingKey{}, false)
}

// changers are the permissions of operations that change customers and what hangs on them.
var changers = []string{"customers.write", "customers.delete", "customers.erase", "imports.write", "findings.write", "today.write"}

func changing(ctx context.Context) bool {
	if said, ok := ctx.Value(changingKey{}).(bool); ok {
		return said
	}
	return slices.Contains(changers, api.PermissionOf(ctx))
}

// All reports whether the scope leaves nothing out.
func (s Scope) All() bool { return !s.nobody && s.reach == ReachAll }

// Shared reports whether the scope holds rows by what they say, not only by whose they are: Sees does not know these.
func (s Scope) Shared() bool { return len(s.shared) > 0 }

// Where gives the scope as a condition on the customer known as alias, for records and columns alike. alias is fixed text
// of the caller.
func (s Scope) Where(alias string) (sql string, args []any) {
	if s.nobody {
		return "(false)", nil
	}
	if s.reach == ReachAll {
		return "(true)", nil
	}
	own, args := s.owned(alias)
	if len(s.shared) == 0 {
		return "(" + own + ")", args
	}
	shared, more := s.fits(alias)
	return "(" + own + " or " + shared + ")", append(args, more...)
}

// WhereAbout gives the scope as a condition on rows known as alias that are about a customer and hold a copy of her owner
// and team; customer is the text that gives her id, null where a row is about something else.
func (s Scope) WhereAbout(alias, customer string) (sql string, args []any) {
	if s.nobody || s.reach == ReachAll || len(s.shared) == 0 {
		return s.Where(alias)
	}
	own, args := s.owned(alias)
	shared, more := s.fits("shared")
	return "(" + own + " or " + customer + " in (select shared.id from customers shared where " + shared + "))", append(args, more...)
}

func (s Scope) owned(alias string) (sql string, args []any) {
	alias = dotted(alias)
	if len(s.teams) == 0 {
		return alias + "owner_id = ?", []any{s.staff}
	}
	for _, team := range s.teams {
		args = append(args, team)
	}
	return alias + "team_id in (?" + strings.Repeat(", ?", len(s.teams)-1) + ") or " + alias + "owner_id = ?", append(args, s.staff)
}

func (s Scope) fits(alias string) (sql string, args []any) {
	parts := make([]string, len(s.shared))
	for i, share := range s.shared {
		parts[i] = "(" + strings.ReplaceAll(share.text, "@", dotted(alias)) + ")"
		args = append(args, share.args...)
	}
	return strings.Join(parts, " or "), args
}

func dotted(alias string) string {
	if alias == "" {
		return ""
	}
	return alias + "."
}

// Sees reports whether a row with this owner and team is inside the scope by whose it is.
func (s Scope) Sees(owner, team *int64) bool {
	switch {
	case s.nobody:
		return false
	case s.reach == ReachAll:
		return true
	case owner != nil && *owner == s.staff && s.staff != 0:
		return true
	}
	return team != nil && slices.Contains(s.teams, *team)
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
	unusable  []string
	write     bool
	closed    bool
	orderless bool       // may not read orders, and so nothing reckoned from them
	sensitive bool       // sees the sensitive ones of the workspace's own fields
	own       *field.Set // nil where none is hidden
}

// FieldsOf gives the rights of the actor of ctx to the fields of noun.
func FieldsOf(ctx context.Context, noun string) Fields {
	a := ActorOf(ctx)
	if a.System {
		return Fields{write: true}
	}
	role, known := RoleOf(ctx, a.Role)
	if !known {
		return Fields{closed: true}
	}
	f := Fields{write: a.Can(noun + ".write")}
	if noun == "customers" {
		f.rights, f.unusable, f.own, f.sensitive = role.Fields, role.Unusable, field.Of(ctx), a.Can("fields.sensitive")
		f.orderless = !a.Can("orders.read")
	}
	return f
}

// Right gives how much of the field one may see. A masked field may still be overwritten, see CanWrite.
func (f Fields) Right(field string) Right {
	if f.closed {
		return None
	}
	whole := governing(field)
	if whole == Purchases && f.orderless {
		return None
	}
	field, key, _ := strings.Cut(whole, ".")
	hidden, isHidden := f.ofOwn(field, key)
	if f.own != nil && field == "custom" {
		if of, part, ok := f.own.Part(key); ok {
			return f.ofPart(of, part)
		}
	}
	if r, special := f.rights[whole]; special {
		if isHidden && hidden.within(r) {
			return hidden
		}
		return f.written(r)
	}
	if isHidden {
		return hidden
	}
	if r, special := f.rights[field]; special {
		return f.written(r)
	}
	if f.write {
		return Write
	}
	return Read
}

// Purchases is the field whose right holds for everything reckoned from a customer's orders.
const Purchases = "orders"

var reckonedFromOrders = []string{"orders", "rfm", "rhythm", "value", "churn", "cluster", "acquisition"}

// governing gives the field whose right holds for another that is reckoned from it.
func governing(field string) string {
	block, _, _ := strings.Cut(field, ".")
	switch {
	case slices.Contains(reckonedFromOrders, block):
		return Purchases
	case field == "location":
		return "country"
	case field == "age":
		return "birthday"
	case field == "team":
		return "owner"
	case strings.HasPrefix(field, "consent."):
		return "consents"
	}
	return field
}

// within says that a right gives no more than another.
func (r Right) within(other Right) bool {
	order := []Right{None, Masked, Read, Write}
	return slices.Index(order, r) <= slices.Index(order, other)
}

// written takes away writing from who may not write customers at all.
func (f Fields) written(r Right) Right {
	if r == Write && !f.write {
		return Read
	}
	return r
}

// ofOwn gives the right to a field of the workspace's own where its sensitivity takes something away. Who works without
// contact points works without everything personal; what is a contact point itself is masked as those are.
func (f Fields) ofOwn(noun, key string) (Right, bool) {
	if noun != "custom" || key == "" || f.own == nil {
		return "", false
	}
	own, known := f.own.Find(key)
	switch {
	case known && own.Type == field.Formula: // it tells what it is reckoned from
		for _, input := range own.Inputs {
			if !f.CanUse(input) {
				return None, true
			}
		}
		return Read, true
	case known && own.Type == field.Address && own.Sensitivity == field.Normal:
		if r, special := f.rights["address"]; special && r.within(Masked) {
			return Masked, true // the town is seen, the street is not
		}
		return "", false
	case !known || own.Sensitivity == field.Normal && own.Type != field.Phone && own.Type != field.Email:
		return "", false
	case f.rights["phone"] == None:
		return None, true
	case own.Type == field.Phone, own.Type == field.Email, own.Sensitivity == field.Sensitive && !f.sensitive:
		return Masked, true
	}
	return "", false
}

// ofPart gives the right to a part of an address: who may not see the street still sees the town, unless the whole address is
// closed or sensitive.
func (f Fields) ofPart(own *field.Field, part string) Right {
	r := f.Right("custom." + own.Key)
	switch {
	case r != Masked || own.Sensitivity != field.Normal || !slices.Contains(field.AddressLevels, part):
		return r
	case f.write:
		return Write
	}
	return Read
}

// MayRead refuses who has no right at all to a field of a noun; figures made of it tell what it says. Fault: forbidden.
func MayRead(ctx context.Context, noun, field string) error {
	if FieldsOf(ctx, noun).Right(field) == None {
		return fault.Forbidden("field_not_readable", field)
	}
	return nil
}

// CanUse reports whether one may filter, sort, group or export by the field: only when one may read it in full.
func (f Fields) CanUse(field string) bool {
	r := f.Right(field)
	return (r == Read || r == Write) && !slices.Contains(f.unusable, governing(field))
}

// CanWrite reports whether one may set the field: one need not see what one overwrites, but one must know it exists.
func (f Fields) CanWrite(field string) bool {
	r := f.Right(field)
	return f.write && (r == Write || r == Masked)
}
