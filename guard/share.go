package guard

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/fault"
)

// Share gives customers that fit a condition to a role, a team or a person, beyond what these reach by themselves.
type Share struct {
	ID        int64
	Name      string
	Condition ShareCondition
	Kind      string // what Target is: role, team or staff
	Target    string // name of a role, or id
	Access    Right  // Read or Write
	Active    bool
	Version   int64
	holds     sqlText // the condition, over alias @
}

// ShareCondition is a condition over what a customer's own record says, in the form of all conditions: every and, or one
// field, or one tag. Only what both stores hold in one form may be asked.
type ShareCondition struct {
	And   []ShareCondition `json:"and,omitempty"`
	Or    []ShareCondition `json:"or,omitempty"`
	Not   *ShareCondition  `json:"not,omitempty"`
	Field string           `json:"field,omitempty"`
	Op    string           `json:"op,omitempty" doc:"eq, ne, in, not_in"`
	Value any              `json:"value,omitempty"`
	Tag   string           `json:"tag,omitempty"`
}

type sqlText struct {
	text string
	args []any
}

// shareFields are the fields a sharing condition may ask, with their columns in both stores.
var shareFields = map[string]string{"kind": "kind", "gender": "gender", "country": "country", "province": "province", "city": "city", "district": "district",
	"company": "company", "industry": "industry", "lifecycle_stage": "lifecycle_stage", "source": "source"}

// ShareFields gives the fields a sharing condition may ask.
func ShareFields() []string {
	names := make([]string, 0, len(shareFields))
	for name := range shareFields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

const (
	shareDepth  = 5
	shareValues = 500
)

// compile gives the condition over alias @. Faults: invalid.
func (c ShareCondition) compile(depth int) (sqlText, error) {
	if depth > shareDepth {
		return sqlText{}, fault.Invalid("condition", "condition_too_deep", shareDepth)
	}
	parts := 0
	for _, there := range []bool{c.And != nil, c.Or != nil, c.Not != nil, c.Field != "", c.Tag != ""} {
		if there {
			parts++
		}
	}
	if parts != 1 {
		return sqlText{}, fault.Invalid("condition", "condition_unclear")
	}
	switch {
	case c.Tag != "":
		return sqlText{"@id in (select t.customer_id from customer_tags t where t.tag = ?)", []any{c.Tag}}, nil
	case c.Not != nil:
		inner, err := c.Not.compile(depth + 1)
		return sqlText{"not (" + inner.text + ")", inner.args}, err
	case c.Field != "":
		return c.compileField()
	}
	list, word := c.And, " and "
	if c.Or != nil {
		list, word = c.Or, " or "
	}
	if len(list) == 0 {
		return sqlText{}, fault.Invalid("condition", "condition_empty")
	}
	var joined sqlText
	for i, each := range list {
		inner, err := each.compile(depth + 1)
		if err != nil {
			return sqlText{}, err
		}
		if i > 0 {
			joined.text += word
		}
		joined.text += "(" + inner.text + ")"
		joined.args = append(joined.args, inner.args...)
	}
	return joined, nil
}

func (c ShareCondition) compileField() (sqlText, error) {
	column, known := shareFields[c.Field]
	if !known {
		return sqlText{}, fault.Invalid("condition", "share_field_unknown", c.Field)
	}
	var values []any
	switch v := c.Value.(type) {
	case string:
		values = []any{v}
	case []any:
		values = v
	}
	for _, v := range values {
		if text, ok := v.(string); !ok || len(text) > 200 {
			return sqlText{}, fault.Invalid("condition", "value_invalid", c.Field)
		}
	}
	one := c.Op == "eq" || c.Op == "ne"
	if len(values) == 0 || one && len(values) != 1 || len(values) > shareValues {
		return sqlText{}, fault.Invalid("condition", "value_invalid", c.Field)
	}
	text := "coalesce(@" + column + ", '') in (?" + strings.Repeat(", ?", len(values)-1) + ")"
	switch c.Op {
	case "eq", "in":
	case "ne", "not_in":
		text = "not (" + text + ")"
	default:
		return sqlText{}, fault.Invalid("condition", "op_unknown", c.Op)
	}
	return sqlText{text, values}, nil
}

// reaches says whether the share is for this actor.
func (s Share) reaches(r *Rules, a Actor) bool {
	if !s.Active {
		return false
	}
	switch s.Kind {
	case "role":
		return s.Target == a.Role
	case "staff":
		return a.StaffID != 0 && s.Target == itoa(a.StaffID)
	}
	team, err := strconv.ParseInt(s.Target, 10, 64)
	return err == nil && a.TeamID != nil && slices.Contains(r.below(team), *a.TeamID)
}

type storedShare struct {
	ID        int64  `bun:"id"`
	Name      string `bun:"name"`
	Condition string `bun:"condition"`
	Kind      string `bun:"target_kind"`
	Target    string `bun:"target"`
	Access    Right  `bun:"access"`
	Active    bool   `bun:"active"`
	Version   int64  `bun:"version"`
}

func readShares(ctx context.Context, from bun.IDB) ([]Share, error) {
	var rows []storedShare
	if err := from.NewRaw("select id, name, condition, target_kind, target, access, active, version from sharing_rules order by id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	shares := make([]Share, len(rows))
	for i, row := range rows {
		s := Share{ID: row.ID, Name: row.Name, Kind: row.Kind, Target: row.Target, Access: row.Access, Active: row.Active, Version: row.Version}
		if err := json.Unmarshal([]byte(row.Condition), &s.Condition); err != nil {
			return nil, err
		}
		var err error
		if s.holds, err = s.Condition.compile(0); err != nil {
			return nil, err
		}
		shares[i] = s
	}
	return shares, nil
}
