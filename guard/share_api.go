package guard

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

// ShareChange is a sharing rule as it shall be.
type ShareChange struct {
	Name      string         `json:"name" maxLength:"100"`
	Condition ShareCondition `json:"condition"`
	To        string         `json:"to" enum:"role,team,staff"`
	Target    string         `json:"target" doc:"name of a role, or id of a team or a person; a team's share is also for the teams below it" maxLength:"40"`
	Access    Right          `json:"access" enum:"read,write"`
	Active    bool           `json:"active"`
}

type shareItem struct {
	ID api.ID `json:"id"`
	ShareChange
	Version int64 `json:"version"`
}

type sharesOut struct {
	Body struct {
		Items  []shareItem         `json:"items"`
		Fields []string            `json:"fields" doc:"fields a condition may ask"`
		Values map[string][]string `json:"values" doc:"what customers have in them, the most frequent first"`
	}
}

type shareOut struct {
	ETag string `header:"ETag"`
	Body shareItem
}

func (s Share) item() shareItem {
	return shareItem{api.ID(s.ID), ShareChange{s.Name, s.Condition, s.Kind, s.Target, s.Access, s.Active}, s.Version}
}

// check gives the share that the change describes. Faults: invalid.
func (c ShareChange) check(ctx context.Context, g *Guard, id int64) (Share, error) {
	s := Share{ID: id, Name: strings.TrimSpace(c.Name), Condition: c.Condition, Kind: c.To, Target: c.Target, Access: c.Access, Active: c.Active}
	if s.Name == "" {
		return s, fault.Invalid("name", "required")
	}
	if s.Access != Read && s.Access != Write {
		return s, fault.Invalid("access", "not_one_of", "read, write")
	}
	if err := g.checkTarget(ctx, c.To, c.Target); err != nil {
		return s, err
	}
	var err error
	s.holds, err = c.Condition.compile(0)
	return s, err
}

func (g *Guard) checkTarget(ctx context.Context, to, target string) error {
	if to == "role" {
		if _, known := RoleOf(ctx, target); !known {
			return fault.Invalid("target", "role_unknown", target)
		}
		return nil
	}
	table, known := map[string]string{"team": "teams", "staff": "staff"}[to]
	if !known {
		return fault.Invalid("to", "not_one_of", "role, team, staff")
	}
	id, err := strconv.ParseInt(target, 10, 64)
	if err != nil {
		return fault.Invalid("target", to+"_unknown")
	}
	var there int
	if err := g.records.Read().NewRaw("select count(*) from "+table+" where id = ?", id).Scan(ctx, &there); err != nil {
		return err
	}
	if there == 0 {
		return fault.Invalid("target", to+"_unknown")
	}
	return nil
}

// share gives the rule of that id as it is in force. Fault: not found.
func (g *Guard) share(id int64) (Share, error) {
	shares := g.Rules().shares
	i := slices.IndexFunc(shares, func(s Share) bool { return s.ID == id })
	if i < 0 {
		return Share{}, fault.NotFound("sharing_rule", id)
	}
	return shares[i], nil
}

func (g *Guard) putShare(ctx context.Context, s Share, version int64) (*shareOut, error) {
	err := g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		now, condition := clock.Millis(ctx), string(jsonOf(s.Condition))
		if s.ID == 0 {
			if s.ID, err = tx.NextID(ctx, "sharing_rules"); err != nil {
				return err
			}
			if _, err := tx.NewRaw(`
insert into sharing_rules (id, name, condition, target_kind, target, access, active, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				s.ID, s.Name, condition, s.Kind, s.Target, string(s.Access), s.Active, now, now).Exec(ctx); err != nil {
				return err
			}
			return Audit(ctx, tx, "sharing.added", "sharing_rule", itoa(s.ID), s.item().ShareChange)
		}
		result, err := tx.NewRaw(`
update sharing_rules set name = ?, condition = ?, target_kind = ?, target = ?, access = ?, active = ?, updated_at = ?, version = version + 1
where id = ? and (version = ? or ? = 0)`, s.Name, condition, s.Kind, s.Target, string(s.Access), s.Active, now, s.ID, version, version).Exec(ctx)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed == 0 {
			return orElse(err, fault.Stale())
		}
		before, _ := g.share(s.ID)
		return Audit(ctx, tx, "sharing.changed", "sharing_rule", itoa(s.ID), map[string]any{"before": before.item().ShareChange, "after": s.item().ShareChange})
	})
	if err != nil {
		return nil, err
	}
	now, err := g.share(s.ID)
	return &shareOut{ETag: api.ETag(now.Version), Body: now.item()}, err
}

func (g *Guard) registerShares(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/sharing-rules", Permission: "access.read", Tag: "users", Summary: "Which customers are shared with whom beyond their owners and teams"},
		func(ctx context.Context, _ *struct{}) (*sharesOut, error) {
			out := &sharesOut{}
			out.Body.Items, out.Body.Fields = []shareItem{}, append(ShareFields(), "tag")
			for _, s := range g.Rules().shares {
				out.Body.Items = append(out.Body.Items, s.item())
			}
			var err error
			out.Body.Values, err = g.shareValues(ctx)
			return out, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/sharing-rules", Permission: "access.write", Tag: "users", Status: 201, Summary: "Share customers that fit a condition"},
		func(ctx context.Context, in *struct{ Body ShareChange }) (*shareOut, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			s, err := in.Body.check(ctx, g, 0)
			if err != nil {
				return nil, err
			}
			return g.putShare(ctx, s, 0)
		})

	api.Register(a, api.Op{Method: "PUT", Path: "/sharing-rules/{id}", Permission: "access.write", Tag: "users", Summary: "Change a sharing rule"},
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    ShareChange
		}) (*shareOut, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if _, err := g.share(int64(in.ID)); err != nil {
				return nil, err
			}
			s, err := in.Body.check(ctx, g, int64(in.ID))
			if err != nil {
				return nil, err
			}
			return g.putShare(ctx, s, version)
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/sharing-rules/{id}", Permission: "access.write", Tag: "users", Summary: "Share no longer"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			before, err := g.share(int64(in.ID))
			if err != nil {
				return nil, err
			}
			return nil, g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.NewRaw("delete from sharing_rules where id = ?", int64(in.ID)).Exec(ctx); err != nil {
					return err
				}
				return Audit(ctx, tx, "sharing.removed", "sharing_rule", itoa(int64(in.ID)), before.item().ShareChange)
			})
		})

	api.Register(a, api.Op{Method: "POST", Path: "/sharing-rules/effect", Permission: "access.write", Tag: "users", Summary: "Who would gain and lose what by a sharing rule"},
		func(ctx context.Context, in *struct {
			Body struct {
				ShareChange
				ID *api.ID `json:"id,omitempty" doc:"of the rule that would change; absent for a new one"`
			}
		}) (*effectsOut, error) {
			id := int64(0)
			if in.Body.ID != nil {
				id = int64(*in.Body.ID)
			}
			s, err := in.Body.check(ctx, g, id)
			if err != nil {
				return nil, err
			}
			out := &effectsOut{Body: struct {
				Effects []Effect `json:"effects" doc:"everybody for whom something changes"`
				Matches *int64   `json:"matches,omitempty" doc:"customers a sharing condition holds for now"`
			}{Matches: new(int64)}}
			if err := g.records.Read().NewRaw("select count(*) from customers c where c.deleted_at is null and c.merged_into is null and ("+
				strings.ReplaceAll(s.holds.text, "@", "c.")+")", s.holds.args...).Scan(ctx, out.Body.Matches); err != nil {
				return nil, err
			}
			out.Body.Effects, err = g.effectOf(ctx, g.Rules().withShare(s))
			return out, err
		})
}

// valueSample bounds the customers whose values are offered: the newest.
const valueSample = 50_000

// shareValues gives what customers whom the reader sees have in the fields a condition may ask and the reader may use, for
// choosing from. Names of companies are not offered: who rules over access need not know whom the company deals with.
func (g *Guard) shareValues(ctx context.Context) (map[string][]string, error) {
	values, rights := map[string][]string{}, FieldsOf(ctx, "customers")
	scope, args := ScopeOf(Looking(ctx), "customers").Where("c")
	living := "from customers c where c.deleted_at is null and c.merged_into is null and " + scope
	for name, column := range shareFields {
		list := []string{}
		if name == "company" || name == "district" || !rights.CanUse(name) {
			continue
		}
		if err := g.records.Read().NewRaw("select "+column+" from (select c."+column+" "+living+" and c."+column+" <> '' order by c.id desc limit ?) newest group by "+column+" order by count(*) desc, "+column+" limit 100",
			append(slices.Clone(args), valueSample)...).Scan(ctx, &list); err != nil {
			return nil, err
		}
		values[name] = list
	}
	tags := []string{}
	if !rights.CanUse("tags") {
		return values, nil
	}
	err := g.records.Read().NewRaw("select t.tag from customer_tags t where t.customer_id in (select c.id "+living+") group by t.tag order by count(*) desc, t.tag limit 100", args...).Scan(ctx, &tags)
	values["tag"] = tags
	return values, err
}
