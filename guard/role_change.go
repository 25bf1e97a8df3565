package guard

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
)

// contactFields may be masked: something of them can be shown. The others are seen or not.
var contactFields = []string{"phone", "email", "address", "external_id"}

// profileFields are what else a role's right to may be set, beside the workspace's own fields (custom.KEY). orders is what
// is reckoned from purchases: how many, how much, RFM, rhythm, value.
var profileFields = []string{"gender", "birthday", "company", "industry", "country", "province", "city", "district", "postcode",
	"tags", "lifecycle_stage", "source", "owner", "consents", "orders"}

// GovernedFields gives the fields of a customer that a role has a right to of its own, in the order of the matrix.
func GovernedFields(ctx context.Context) []string {
	all := slices.Concat(contactFields, profileFields)
	for _, f := range field.Of(ctx).Live() {
		all = append(all, "custom."+f.Key)
	}
	return all
}

// RoleChange is a role as it shall be.
type RoleChange struct {
	Label       map[string]string `json:"label"`
	Permissions []string          `json:"permissions"`
	Reach       Reach             `json:"reach" enum:"own,team,all"`
	Fields      map[string]Right  `json:"fields" doc:"only those that differ from plain reading and writing"`
	Unusable    []string          `json:"unusable"`
}

var goodRole = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// check says what is wrong with a role. Faults: invalid, conflict.
func (c *RoleChange) check(ctx context.Context, apart bool) error {
	var wrong []fault.Field
	for _, language := range []string{"zh-CN", "en-US"} {
		if text := strings.TrimSpace(c.Label[language]); text == "" || len([]rune(text)) > 60 {
			wrong = append(wrong, fault.Field{Field: "label." + language, Key: "required"})
		}
	}
	known := Permissions()
	slices.SortFunc(c.Permissions, func(a, b string) int { return slices.Index(known, a) - slices.Index(known, b) })
	c.Permissions = slices.Compact(append([]string{}, c.Permissions...))
	for _, p := range c.Permissions {
		if !slices.Contains(known, p) {
			wrong = append(wrong, fault.Field{Field: "permissions", Key: "permission_unknown", Args: []any{p}})
		}
	}
	if c.Reach != ReachOwn && c.Reach != ReachTeam && c.Reach != ReachAll {
		wrong = append(wrong, fault.Field{Field: "reach", Key: "not_one_of", Args: []any{"own, team, all"}})
	}
	governed := GovernedFields(ctx)
	if c.Fields == nil {
		c.Fields = map[string]Right{}
	}
	for name, right := range c.Fields {
		switch {
		case !slices.Contains(governed, name):
			wrong = append(wrong, fault.Field{Field: "fields", Key: "field_unknown", Args: []any{name}})
		case right != None && right != Read && right != Write && !(right == Masked && maskable(name)):
			wrong = append(wrong, fault.Field{Field: "fields." + name, Key: "right_unknown", Args: []any{string(right)}})
		}
	}
	slices.Sort(c.Unusable)
	c.Unusable = slices.Compact(append([]string{}, c.Unusable...))
	for _, name := range c.Unusable {
		if !slices.Contains(governed, name) {
			wrong = append(wrong, fault.Field{Field: "unusable", Key: "field_unknown", Args: []any{name}})
		}
	}
	if wrong != nil {
		return fault.Invalids(wrong)
	}
	if apart && spans(c.Permissions) {
		return fault.Conflict("administration_is_divided")
	}
	return nil
}

// maskable says whether part of the field's value can be shown: of what one reaches a person by, and of the workspace's own.
func maskable(name string) bool {
	return slices.Contains([]string{"phone", "email", "address"}, name) || strings.HasPrefix(name, "custom.")
}

func (c RoleChange) role(name, base string) Role {
	return Role{Name: name, Label: c.Label, Permissions: c.Permissions, Reach: c.Reach, Fields: c.Fields, Unusable: c.Unusable, Base: base}
}

// with gives the rules as they would be with a role changed or added.
func (r *Rules) with(role Role) *Rules {
	stored := []Role{role}
	for _, each := range r.roles {
		if (each.Changed || !each.BuiltIn) && each.Name != role.Name {
			stored = append(stored, each)
		}
	}
	return newRules(stored, r.parent, r.shares, r.apart)
}

// without gives the rules as they would be with a role as the product has it, or gone where it has none.
func (r *Rules) without(name string) *Rules {
	var stored []Role
	for _, each := range r.roles {
		if (each.Changed || !each.BuiltIn) && each.Name != name {
			stored = append(stored, each)
		}
	}
	return newRules(stored, r.parent, r.shares, r.apart)
}

// CopyRole makes a role of the workspace's own, as another one is. Faults: not found, invalid, conflict.
func (g *Guard) CopyRole(ctx context.Context, name, from string, c RoleChange) error {
	if !goodRole.MatchString(name) {
		return fault.Invalid("role", "role_name")
	}
	copied, known := RoleOf(ctx, from)
	if !known {
		return fault.NotFound("role", from)
	}
	if err := c.check(ctx, g.Rules().apart); err != nil {
		return err
	}
	return g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
		var taken int
		if err := tx.NewRaw("select count(*) from roles where name = ?", name).Scan(ctx, &taken); err != nil {
			return err
		}
		if _, ours := builtIn[name]; ours || taken > 0 {
			return fault.Conflict("name_taken")
		}
		if err := putRole(ctx, tx, c.role(name, copied.Base)); err != nil {
			return err
		}
		return Audit(ctx, tx, "role.added", "role", name, map[string]any{"from": from, "after": c})
	})
}

// ChangeRole changes a role, also one of the product's. Faults: not found, invalid, stale, conflict.
func (g *Guard) ChangeRole(ctx context.Context, name string, version int64, c RoleChange) error {
	before, known := RoleOf(ctx, name)
	if !known {
		return fault.NotFound("role", name)
	}
	if before.BuiltIn {
		c.Label = before.Label
		if slices.Contains([]string{SystemAdmin, SecurityAdmin, AuditAdmin}, name) {
			return fault.Conflict("role_is_fixed")
		}
	}
	if err := c.check(ctx, g.Rules().apart); err != nil {
		return err
	}
	return g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
		var stored []int64
		if err := tx.NewRaw("select version from roles where name = ?", name).Scan(ctx, &stored); err != nil {
			return err
		}
		now := int64(0)
		if len(stored) > 0 {
			now = stored[0]
		}
		if version != now {
			return fault.Stale()
		}
		if err := putRole(ctx, tx, c.role(name, before.Base)); err != nil {
			return err
		}
		if err := g.stillLed(ctx, tx, g.Rules().with(c.role(name, before.Base))); err != nil {
			return err
		}
		return Audit(ctx, tx, "role.changed", "role", name, roleDifference(before, c.role(name, before.Base)))
	})
}

// RemoveRole takes a role of the workspace's own away, or gives a changed one of the product's back its first form.
// Faults: not found; conflict, while somebody or some token has it.
func (g *Guard) RemoveRole(ctx context.Context, name string) error {
	before, known := RoleOf(ctx, name)
	if !known || before.BuiltIn && !before.Changed {
		return fault.NotFound("role", name)
	}
	return g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !before.BuiltIn {
			var holders int
			if err := tx.NewRaw(`
select (select count(*) from staff where role = ?) + (select count(*) from api_tokens where role = ? and revoked_at is null)
  + (select count(*) from sharing_rules where target_kind = 'role' and target = ?)`, name, name, name).Scan(ctx, &holders); err != nil {
				return err
			}
			if holders > 0 {
				return fault.Conflict("role_in_use", holders)
			}
		}
		if _, err := tx.NewRaw("delete from roles where name = ?", name).Exec(ctx); err != nil {
			return err
		}
		if err := g.stillLed(ctx, tx, g.Rules().without(name)); err != nil {
			return err
		}
		return Audit(ctx, tx, "role.removed", "role", name, map[string]any{"before": before})
	})
}

func putRole(ctx context.Context, tx *db.Tx, r Role) error {
	now := clock.Millis(ctx)
	_, err := tx.NewRaw(`
insert into roles (name, label_zh, label_en, base, permissions, reach, fields, unusable, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (name) do update set label_zh = excluded.label_zh, label_en = excluded.label_en, permissions = excluded.permissions, reach = excluded.reach,
  fields = excluded.fields, unusable = excluded.unusable, updated_at = excluded.updated_at, version = roles.version + 1`,
		r.Name, r.Label["zh-CN"], r.Label["en-US"], r.Base, string(jsonOf(r.Permissions)), string(r.Reach), string(jsonOf(r.Fields)), string(jsonOf(r.Unusable)), now, now).Exec(ctx)
	return err
}

// stillLed refuses rules under which nobody could change the rules any more. Fault: conflict.
func (g *Guard) stillLed(ctx context.Context, tx bun.IDB, rules *Rules) error {
	var roles []string
	if err := tx.NewRaw("select distinct role from staff where active").Scan(ctx, &roles); err != nil {
		return err
	}
	if len(roles) == 0 {
		return nil
	}
	for _, name := range roles {
		if r := rules.byName[name]; r.holds("access.write") && r.holds("staff.write") {
			return nil
		}
	}
	return fault.Conflict("last_administrator")
}

// roleDifference is what the audit log says of a change.
func roleDifference(before, after Role) map[string]any {
	said := map[string]any{}
	if gained := missing(after.Permissions, before.Permissions); len(gained) > 0 {
		said["gained"] = gained
	}
	if lost := missing(before.Permissions, after.Permissions); len(lost) > 0 {
		said["lost"] = lost
	}
	if before.Reach != after.Reach {
		said["reach"] = []Reach{before.Reach, after.Reach}
	}
	if !maps.Equal(before.Fields, after.Fields) || !slices.Equal(before.Unusable, after.Unusable) {
		said["before"] = map[string]any{"fields": before.Fields, "unusable": before.Unusable}
		said["after"] = map[string]any{"fields": after.Fields, "unusable": after.Unusable}
	}
	if text, err := json.Marshal(before.Label); err == nil && !bytes.Equal(text, jsonOf(after.Label)) {
		said["name"] = after.Label
	}
	return said
}

// missing gives what of list is not in other.
func missing(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(each string) bool { return slices.Contains(other, each) })
}
