package guard

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"guanxi/base/columns"
	"guanxi/base/db"
)

// Rules are who may do and see what at one moment: the roles, the tree of teams, and what is shared with whom. A set of
// rules is never changed; those in force are replaced as a whole.
type Rules struct {
	roles  []Role
	byName map[string]Role
	parent map[int64]int64 // of a team
	shares []Share
	apart  bool // the administrators' work is divided
}

type rulesKey struct{}

// WithRules gives a context in which these rules hold; a source is asked at each use, so that a change holds at once.
func WithRules(ctx context.Context, source func() *Rules) context.Context {
	return context.WithValue(ctx, rulesKey{}, source)
}

func rulesOf(ctx context.Context) *Rules {
	if source, ok := ctx.Value(rulesKey{}).(func() *Rules); ok {
		return source()
	}
	return productRules
}

// productRules are those of a workspace that has changed nothing.
var productRules = newRules(nil, nil, nil, false)

// newRules joins the built-in roles with those stored.
func newRules(stored []Role, parent map[int64]int64, shares []Share, apart bool) *Rules {
	r := &Rules{roles: builtInRoles(), byName: map[string]Role{}, parent: parent, shares: shares, apart: apart}
	for _, s := range stored {
		if i := slices.IndexFunc(r.roles, func(b Role) bool { return b.Name == s.Name }); i >= 0 {
			s.BuiltIn, s.Changed, s.Label = true, true, r.roles[i].Label
			r.roles[i] = s
		} else {
			r.roles = append(r.roles, s)
		}
	}
	for _, role := range r.roles {
		r.byName[role.Name] = role
	}
	return r
}

// RoleOf gives the role of that name as it is at present.
func RoleOf(ctx context.Context, name string) (Role, bool) {
	r, known := rulesOf(ctx).byName[name]
	return r, known
}

// Can reports whether somebody of the role would hold the permission.
func Can(ctx context.Context, role, permission string) bool {
	r, known := RoleOf(ctx, role)
	return known && r.holds(permission)
}

// below gives a team and every team under it, at any depth.
func (r *Rules) below(team int64) []int64 {
	all := []int64{team}
	for i := 0; i < len(all); i++ {
		for child, parent := range r.parent {
			if parent == all[i] && !slices.Contains(all, child) {
				all = append(all, child)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Rules gives the rules in force.
func (g *Guard) Rules() *Rules { return g.rules.Load() }

// LoadRules reads the rules and puts them in force.
func (g *Guard) LoadRules(ctx context.Context) error {
	g.loading.Lock()
	defer g.loading.Unlock()
	rules, err := readRules(ctx, g.records)
	if err == nil {
		g.rules.Store(rules)
	}
	return err
}

func readRules(ctx context.Context, records *db.DB) (*Rules, error) {
	from := records.Read()
	var rows []storedRole
	if err := from.NewRaw("select "+roleColumns+" from roles order by created_at, name").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	stored := make([]Role, len(rows))
	for i, row := range rows {
		var err error
		if stored[i], err = row.role(); err != nil {
			return nil, err
		}
	}
	var teams []struct {
		ID     int64 `bun:"id"`
		Parent int64 `bun:"parent_id"`
	}
	if err := from.NewRaw("select id, parent_id from teams where parent_id is not null").Scan(ctx, &teams); err != nil {
		return nil, err
	}
	parent := map[int64]int64{}
	for _, t := range teams {
		parent[t.ID] = t.Parent
	}
	shares, err := readShares(ctx, from)
	if err != nil {
		return nil, err
	}
	apart, err := separated(ctx, from)
	return newRules(stored, parent, shares, apart), err
}

// Changed implements feed.Watcher: another process has changed the rules.
func (g *Guard) Changed(ctx context.Context, _ *columns.Tx, changed map[string][]int64) error {
	if _, some := changed[rulesSubject]; !some {
		return nil
	}
	return g.LoadRules(ctx)
}

// rulesSubject is what the feed knows changes of the rules as.
const rulesSubject = "access_rules"

// changeRules is the frame of every change of the rules: they hold, here, when it returns.
func (g *Guard) changeRules(ctx context.Context, change func(ctx context.Context, tx *db.Tx) error) error {
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := change(ctx, tx); err != nil {
			return err
		}
		tx.Feed(rulesSubject, 0)
		return nil
	}); err != nil {
		return err
	}
	return g.LoadRules(ctx)
}

type storedRole struct {
	Name        string `bun:"name"`
	Chinese     string `bun:"label_zh"`
	English     string `bun:"label_en"`
	Base        string `bun:"base"`
	Permissions string `bun:"permissions"`
	Reach       Reach  `bun:"reach"`
	Fields      string `bun:"fields"`
	Unusable    string `bun:"unusable"`
	Version     int64  `bun:"version"`
}

const roleColumns = "name, label_zh, label_en, base, permissions, reach, fields, unusable, version"

func (s storedRole) role() (Role, error) {
	r := Role{Name: s.Name, Label: label(s.Chinese, s.English), Base: s.Base, Reach: s.Reach, Version: s.Version}
	for _, part := range []struct {
		text string
		into any
	}{{s.Permissions, &r.Permissions}, {s.Fields, &r.Fields}, {s.Unusable, &r.Unusable}} {
		if err := json.NewDecoder(strings.NewReader(part.text)).Decode(part.into); err != nil {
			return Role{}, err
		}
	}
	return r, nil
}

// RolesNow gives every role as it is at present, built-in ones first.
func RolesNow(ctx context.Context) []Role { return rulesOf(ctx).roles }
