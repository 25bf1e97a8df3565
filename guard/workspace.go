package guard

import (
	"context"
	"strings"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
)

const workspaceKey = "workspace"

// WorkspaceSettings is the workspace as it is stored and shown.
type WorkspaceSettings struct {
	Name     string `json:"name" maxLength:"200"`
	TimeZone string `json:"time_zone" example:"Asia/Shanghai"`
	Currency string `json:"currency" example:"CNY" doc:"ISO 4217"`
	Language string `json:"language" enum:"zh-CN,en-US"`
	Country  string `json:"country,omitempty" example:"CN" doc:"ISO 3166, the default region of phone numbers"`
}

func (s WorkspaceSettings) workspace() (workspace.Workspace, error) {
	s.Name = strings.TrimSpace(s.Name)
	if s.Country == "" {
		s.Country = "CN"
	}
	if !money.Known(s.Currency) {
		return workspace.Workspace{}, fault.Invalid("currency", "currency_unknown", s.Currency)
	}
	if s.Language != "zh-CN" && s.Language != "en-US" {
		return workspace.Workspace{}, fault.Invalid("language", "language_unknown", s.Language)
	}
	if s.TimeZone == "" || s.TimeZone == "Local" {
		return workspace.Workspace{}, fault.Invalid("time_zone", "time_zone_unknown", s.TimeZone)
	}
	w, err := workspace.New(s.Name, s.TimeZone, s.Currency, s.Language, s.Country)
	if err != nil {
		return workspace.Workspace{}, fault.Invalid("time_zone", "time_zone_unknown", s.TimeZone)
	}
	return w, nil
}

// LoadWorkspace reads the settings; a fresh instance has the default.
func (g *Guard) LoadWorkspace(ctx context.Context) error {
	var s WorkspaceSettings
	if kept, err := db.Setting(ctx, g.records.Read(), workspaceKey, &s); err != nil || !kept {
		return err
	}
	w, err := s.workspace()
	if err == nil {
		g.workspace.Store(&w)
	}
	return err
}

// SetWorkspace stores the settings and puts them in force. Faults: invalid.
func (g *Guard) SetWorkspace(ctx context.Context, s WorkspaceSettings) error {
	err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return setWorkspace(ctx, tx, s) })
	if err != nil {
		return err
	}
	return g.workspaceChanged(ctx)
}

func (g *Guard) workspaceChanged(ctx context.Context) error {
	before := g.Workspace()
	if err := g.LoadWorkspace(ctx); err != nil {
		return err
	}
	if w := g.Workspace(); w.TimeZone != before.TimeZone || w.Country != before.Country {
		g.DaysChanged()
	}
	return nil
}

func setWorkspace(ctx context.Context, tx *db.Tx, s WorkspaceSettings) error {
	if _, err := s.workspace(); err != nil {
		return err
	}
	if err := db.KeepSetting(ctx, tx, workspaceKey, s); err != nil {
		return err
	}
	return Audit(ctx, tx, "workspace.changed", "workspace", "", s)
}

func (g *Guard) settings() WorkspaceSettings {
	w := g.Workspace()
	return WorkspaceSettings{Name: w.Name, TimeZone: w.TimeZone, Currency: w.Currency, Language: w.Language, Country: w.Country}
}

type workspaceOut struct{ Body WorkspaceSettings }

func (g *Guard) registerWorkspace(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/workspace", Permission: "settings.read", Tag: "settings", Summary: "The workspace's settings"},
		func(context.Context, *struct{}) (*workspaceOut, error) { return &workspaceOut{Body: g.settings()}, nil })
	api.Register(a, api.Op{Method: "PATCH", Path: "/workspace", Permission: "settings.write", Tag: "settings", Summary: "Change the workspace's settings"},
		func(ctx context.Context, in *struct {
			Body struct {
				Name     *string `json:"name,omitempty"`
				TimeZone *string `json:"time_zone,omitempty"`
				Currency *string `json:"currency,omitempty"`
				Language *string `json:"language,omitempty"`
				Country  *string `json:"country,omitempty"`
			}
		}) (*workspaceOut, error) {
			s := g.settings()
			set(&s.Name, in.Body.Name)
			set(&s.TimeZone, in.Body.TimeZone)
			set(&s.Currency, in.Body.Currency)
			set(&s.Language, in.Body.Language)
			set(&s.Country, in.Body.Country)
			if err := g.SetWorkspace(ctx, s); err != nil {
				return nil, err
			}
			return &workspaceOut{Body: g.settings()}, nil
		})
}
