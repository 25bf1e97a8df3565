package guard

import (
	"context"
	"maps"
	"slices"

	"guanxi/base/api"
)

// Effect is what a change of the rules does to one person.
type Effect struct {
	Staff  EffectStaff   `json:"staff"`
	Gained []string      `json:"gained" doc:"permissions"`
	Lost   []string      `json:"lost"`
	Reach  []Reach       `json:"reach" doc:"before and after, where it changes"`
	Fields []FieldEffect `json:"fields"`
	Seen   []int64       `json:"seen" doc:"customers within reach before and after, where it changes"`
	Kept   []int64       `json:"kept" doc:"customers that may be changed, before and after, where it changes"`
}

// EffectStaff names the person.
type EffectStaff struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// FieldEffect is what becomes of the right to one field.
type FieldEffect struct {
	Field  string `json:"field"`
	Before Right  `json:"before"`
	After  Right  `json:"after"`
	Use    []bool `json:"use" doc:"whether one could, and can, filter, sort, group and export by it"`
}

func (e Effect) none() bool {
	return len(e.Gained)+len(e.Lost)+len(e.Reach)+len(e.Fields)+len(e.Seen)+len(e.Kept) == 0
}

// effectOf gives what the rules after would do to everybody, compared with those in force: who gains or loses what.
func (g *Guard) effectOf(ctx context.Context, after *Rules) ([]Effect, error) {
	staff, err := g.ListStaff(ctx)
	if err != nil {
		return nil, err
	}
	now := g.Rules()
	effects := []Effect{}
	for _, s := range staff {
		if !s.Active {
			continue
		}
		actor := Actor{StaffID: s.ID, Name: s.Name, Role: s.Role, TeamID: s.TeamID}
		before := With(WithRules(ctx, func() *Rules { return now }), actor)
		then := With(WithRules(ctx, func() *Rules { return after }), actor)
		was, is := now.byName[s.Role], after.byName[s.Role]
		e := Effect{Staff: EffectStaff{api.ID(s.ID), s.Name, s.Role}, Gained: missing(is.Permissions, was.Permissions), Lost: missing(was.Permissions, is.Permissions),
			Reach: []Reach{}, Fields: []FieldEffect{}, Seen: []int64{}, Kept: []int64{}}
		if was.Reach != is.Reach {
			e.Reach = []Reach{was.Reach, is.Reach}
		}
		rights, newRights := FieldsOf(before, "customers"), FieldsOf(then, "customers")
		for _, name := range GovernedFields(ctx) {
			use := []bool{rights.CanUse(name), newRights.CanUse(name)}
			if rights.Right(name) != newRights.Right(name) || use[0] != use[1] {
				e.Fields = append(e.Fields, FieldEffect{name, rights.Right(name), newRights.Right(name), use})
			}
		}
		for _, part := range []struct {
			ctx  func(context.Context) context.Context
			into *[]int64
		}{{Looking, &e.Seen}, {Changing, &e.Kept}} {
			if *part.into, err = g.reachChange(part.ctx(before), part.ctx(then)); err != nil {
				return nil, err
			}
		}
		if !e.none() {
			effects = append(effects, e)
		}
	}
	return effects, nil
}

// reachChange counts the customers in scope before and after, unless the scope is the same.
func (g *Guard) reachChange(before, after context.Context) ([]int64, error) {
	text, args := ScopeOf(before, "customers").Where("c")
	newText, newArgs := ScopeOf(after, "customers").Where("c")
	if text == newText && slices.Equal(args, newArgs) {
		return []int64{}, nil
	}
	counts := []int64{0, 0}
	for i, scope := range []struct {
		text string
		args []any
	}{{text, args}, {newText, newArgs}} {
		if err := g.records.Read().NewRaw("select count(*) from customers c where c.deleted_at is null and c.merged_into is null and "+scope.text, scope.args...).Scan(before, &counts[i]); err != nil {
			return nil, err
		}
	}
	if counts[0] == counts[1] {
		return []int64{}, nil
	}
	return counts, nil
}

// withShare gives the rules as they would be with a share changed or added; id 0 is a new one.
func (r *Rules) withShare(s Share) *Rules {
	shares := slices.DeleteFunc(slices.Clone(r.shares), func(each Share) bool { return each.ID == s.ID && s.ID != 0 })
	changed := *r
	shares = append(shares, s)
	changed.shares, changed.byName = shares, maps.Clone(r.byName)
	return &changed
}
