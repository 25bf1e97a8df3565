package guard

import (
	"context"
	"slices"
	"strings"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/page"
)

type team struct {
	ID       api.ID  `json:"id" bun:"id"`
	Name     string  `json:"name" bun:"name"`
	ParentID *api.ID `json:"parent_id,omitempty" bun:"parent_id" doc:"whoever serves in that team with a reach over teams sees this one's customers too"`
}

func (g *Guard) registerTeams(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/teams", Permission: "staff.read", Tag: "users", Summary: "Teams"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[team] }, error) {
			out := &struct{ Body page.List[team] }{}
			out.Body.Items = []team{}
			return out, g.records.Read().NewRaw("select id, name, parent_id from teams order by id").Scan(ctx, &out.Body.Items)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/teams", Permission: "staff.write", Tag: "users", Summary: "Add a team"},
		func(ctx context.Context, in *struct {
			Body struct {
				Name     string  `json:"name" minLength:"1" maxLength:"100"`
				ParentID *api.ID `json:"parent_id,omitempty"`
			}
		}) (*struct{ Body team }, error) {
			out := &struct{ Body team }{}
			err := g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
				id, err := tx.NextID(ctx, "teams")
				if err != nil {
					return err
				}
				out.Body = team{ID: api.ID(id), Name: strings.TrimSpace(in.Body.Name), ParentID: in.Body.ParentID}
				if err := g.checkParent(ctx, tx, id, in.Body.ParentID); err != nil {
					return err
				}
				if _, err := tx.NewRaw("insert into teams (id, name, parent_id, created_at) values (?, ?, ?, ?)", id, out.Body.Name, (*int64)(in.Body.ParentID), clock.Millis(ctx)).Exec(ctx); err != nil {
					return err
				}
				return Audit(ctx, tx, "team.added", "team", itoa(id), out.Body)
			})
			if db.IsUnique(err) {
				return nil, fault.Conflict("name_taken")
			}
			return out, err
		})

	api.Register(a, api.Op{Method: "PUT", Path: "/teams/{id}", Permission: "staff.write", Tag: "users", Summary: "Rename a team, or put it under another"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Name     string  `json:"name" minLength:"1" maxLength:"100"`
				ParentID *api.ID `json:"parent_id,omitempty" doc:"absent: it stands at the top"`
			}
		}) (*struct{ Body team }, error) {
			after := team{in.ID, strings.TrimSpace(in.Body.Name), in.Body.ParentID}
			err := g.changeRules(ctx, func(ctx context.Context, tx *db.Tx) error {
				var before []team
				if err := tx.NewRaw("select id, name, parent_id from teams where id = ?", int64(in.ID)).Scan(ctx, &before); err != nil {
					return err
				}
				if len(before) == 0 {
					return fault.NotFound("team", in.ID)
				}
				if err := g.checkParent(ctx, tx, int64(in.ID), in.Body.ParentID); err != nil {
					return err
				}
				if _, err := tx.NewRaw("update teams set name = ?, parent_id = ? where id = ?", after.Name, (*int64)(after.ParentID), int64(in.ID)).Exec(ctx); err != nil {
					return err
				}
				return Audit(ctx, tx, "team.changed", "team", itoa(int64(in.ID)), map[string]any{"before": before[0], "after": after})
			})
			if db.IsUnique(err) {
				return nil, fault.Conflict("name_taken")
			}
			return &struct{ Body team }{after}, err
		})
}

// checkParent refuses a parent that is not there, and one that stands under the team itself. Fault: invalid.
func (g *Guard) checkParent(ctx context.Context, tx *db.Tx, id int64, parent *api.ID) error {
	if parent == nil {
		return nil
	}
	var there int
	if err := tx.NewRaw("select count(*) from teams where id = ?", int64(*parent)).Scan(ctx, &there); err != nil {
		return err
	}
	if there == 0 {
		return fault.Invalid("parent_id", "team_unknown")
	}
	if slices.Contains(g.Rules().below(id), int64(*parent)) {
		return fault.Invalid("parent_id", "team_under_itself")
	}
	return nil
}
