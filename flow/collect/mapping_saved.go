package collect

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/guard"
)

// savedMapping is a mapping somebody gave a name, with the headers it was made for.
type savedMapping struct {
	ID          int64  `bun:"id"`
	Kind        string `bun:"kind"`
	Name        string `bun:"name"`
	HeadersJSON string `bun:"headers"`
	MappingJSON string `bun:"mapping"`
	Mode        Mode   `bun:"mode"`
	UpdatedAt   int64  `bun:"updated_at"`
	Version     int64  `bun:"version"`
}

const savedColumns = "id, kind, name, headers, mapping, mode, updated_at, version"

func (m *savedMapping) mapping() (found Mapping) {
	_ = json.Unmarshal([]byte(m.MappingJSON), &found) // our own writing
	return found
}

// SavedMapping is what people say of a mapping they keep.
type SavedMapping struct {
	Name    string   `json:"name" minLength:"1" maxLength:"100"`
	Kind    string   `json:"kind" maxLength:"40"`
	Headers []string `json:"headers" maxItems:"1000" doc:"of the file it was made for"`
	Mapping Mapping  `json:"mapping"`
	Mode    Mode     `json:"mode,omitempty" enum:"create,update,upsert" default:"upsert"`
}

type savedView struct {
	ID      api.ID   `json:"id"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Headers []string `json:"headers"`
	Mapping Mapping  `json:"mapping"`
	Mode    Mode     `json:"mode"`
	Version int64    `json:"version"`
}

func (m *savedMapping) view() savedView {
	v := savedView{ID: api.ID(m.ID), Name: m.Name, Kind: m.Kind, Headers: []string{}, Mapping: m.mapping(), Mode: m.Mode, Version: m.Version}
	_ = json.Unmarshal([]byte(m.HeadersJSON), &v.Headers)
	return v
}

func api10(id int64) string { return strconv.FormatInt(id, 10) }

// savedMappings gives the mappings of a kind ("" = of all), by name.
func savedMappings(ctx context.Context, from bun.IDB, kind string) (found []savedMapping, err error) {
	err = from.NewRaw("select "+savedColumns+" from import_mappings where ? = '' or kind = ? order by kind, name", kind, kind).Scan(ctx, &found)
	return found, err
}

func findMapping(ctx context.Context, from bun.IDB, id int64) (m savedMapping, err error) {
	var found []savedMapping
	if err := from.NewRaw("select "+savedColumns+" from import_mappings where id = ?", id).Scan(ctx, &found); err != nil {
		return m, err
	}
	if len(found) == 0 {
		return m, fault.NotFound("mapping", id)
	}
	return found[0], nil
}

// checkSaved binds the mapping to the headers it was made for. Fault: invalid.
func (e *Engine) checkSaved(n *SavedMapping) error {
	k, err := e.KindNamed(n.Kind)
	if err != nil {
		return err
	}
	if n.Name = strings.TrimSpace(n.Name); n.Name == "" {
		return fault.Invalid("name", "required")
	}
	if n.Mode == "" {
		n.Mode = ModeUpsert
	}
	if err := n.Mapping.Options.check(); err != nil {
		return err
	}
	_, err = n.Mapping.bind(k, n.Headers, dateForm{})
	return err
}

// SaveMapping keeps a mapping; id 0 makes a new one. Faults: invalid, not found, conflict for a name that is taken, stale.
func (e *Engine) SaveMapping(ctx context.Context, id int64, ifMatch string, n SavedMapping) (m savedMapping, err error) {
	if err := e.checkSaved(&n); err != nil {
		return m, err
	}
	err = e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := savedMappings(ctx, tx, n.Kind)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(o savedMapping) bool { return o.Name == n.Name && o.ID != id }) {
			return fault.Conflict("name_taken", n.Name)
		}
		now, action := clock.Millis(ctx), "mapping.changed"
		if id == 0 {
			action = "mapping.created"
			if id, err = tx.NextID(ctx, "import_mappings"); err != nil {
				return err
			}
			actor := guard.ActorOf(ctx)
			var staff *int64
			if actor.StaffID != 0 {
				staff = &actor.StaffID
			}
			_, err = tx.NewRaw("insert into import_mappings (id, kind, name, headers, mapping, mode, staff_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
				id, n.Kind, n.Name, toJSON(n.Headers), toJSON(n.Mapping), n.Mode, staff, now, now).Exec(ctx)
		} else {
			before, findErr := findMapping(ctx, tx, id)
			if findErr != nil {
				return findErr
			}
			if ifMatch != "" && api.ETag(before.Version) != ifMatch {
				return fault.Stale()
			}
			_, err = tx.NewRaw("update import_mappings set kind = ?, name = ?, headers = ?, mapping = ?, mode = ?, updated_at = ?, version = version + 1 where id = ?",
				n.Kind, n.Name, toJSON(n.Headers), toJSON(n.Mapping), n.Mode, now, id).Exec(ctx)
		}
		if err != nil {
			return err
		}
		if m, err = findMapping(ctx, tx, id); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, action, "mapping", api10(id), map[string]any{"name": n.Name, "kind": n.Kind})
	})
	return m, err
}

// DropMapping forgets a saved mapping. Faults: not found, conflict while a schedule uses it.
func (e *Engine) DropMapping(ctx context.Context, id int64) error {
	return e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := findMapping(ctx, tx, id)
		if err != nil {
			return err
		}
		var used []string
		if err := tx.NewRaw("select name from schedules where mapping_id = ? order by name limit 1", id).Scan(ctx, &used); err != nil {
			return err
		}
		if len(used) > 0 {
			return fault.Conflict("mapping_in_use", used[0])
		}
		if _, err := tx.Do(ctx, "delete from import_mappings where id = ?", id); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "mapping.deleted", "mapping", api10(id), map[string]any{"name": m.Name, "kind": m.Kind})
	})
}

func (e *Engine) registerMappings(a *api.API) {
	type output struct {
		ETag string `header:"ETag"`
		Body savedView
	}
	answer := func(m savedMapping, err error) (*output, error) {
		if err != nil {
			return nil, err
		}
		return &output{api.ETag(m.Version), m.view()}, nil
	}
	api.Register(a, api.Op{Method: "GET", Path: "/imports/mappings", Permission: "imports.read", Tag: "imports", Summary: "Mappings that were given a name"},
		func(ctx context.Context, in *struct {
			Kind string `query:"kind"`
		}) (*struct{ Body page.List[savedView] }, error) {
			found, err := savedMappings(ctx, e.records.Read(), in.Kind)
			out := &struct{ Body page.List[savedView] }{}
			out.Body.Items = []savedView{}
			for i := range found {
				out.Body.Items = append(out.Body.Items, found[i].view())
			}
			return out, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/imports/mappings", Permission: "imports.write", Tag: "imports", Status: 201, Summary: "Keep a mapping under a name"},
		func(ctx context.Context, in *struct{ Body SavedMapping }) (*output, error) {
			return answer(e.SaveMapping(ctx, 0, "", in.Body))
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/imports/mappings/{id}", Permission: "imports.write", Tag: "imports", Summary: "Change a mapping that is kept"},
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    SavedMapping
		}) (*output, error) {
			return answer(e.SaveMapping(ctx, int64(in.ID), in.IfMatch, in.Body))
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/imports/mappings/{id}", Permission: "imports.write", Tag: "imports", Status: 204, Summary: "Forget a mapping"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			return nil, e.DropMapping(ctx, int64(in.ID))
		})
}

// SavedMappingOf gives the mapping that is kept under an id. Fault: not found.
func (e *Engine) SavedMappingOf(ctx context.Context, id int64) (Mapping, error) {
	m, err := findMapping(ctx, e.records.Read(), id)
	return m.mapping(), err
}

// KindOfMapping gives the kind that a kept mapping is for. Fault: not found.
func (e *Engine) KindOfMapping(ctx context.Context, id int64) (string, error) {
	m, err := findMapping(ctx, e.records.Read(), id)
	return m.Kind, err
}
