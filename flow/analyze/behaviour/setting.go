package behaviour

import (
	"context"
	"net/http"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/guard"
)

// Settings is how sessions are told apart.
type Settings struct {
	IdleMinutes int `json:"idle_minutes" minimum:"1" maximum:"1440" doc:"a visitor who is still for longer begins a new session"`
}

const (
	settingsKey = "behaviour"
	idleMinutes = 30
)

// Settings reads what is in force; 30 minutes unless somebody said otherwise.
func (b *Behaviour) Settings(ctx context.Context) (Settings, error) {
	s := Settings{IdleMinutes: idleMinutes}
	_, err := db.Setting(ctx, b.records.Read(), settingsKey, &s)
	return s, err
}

// Change puts other settings in force and makes all sessions anew.
func (b *Behaviour) Change(ctx context.Context, s Settings) error {
	if err := b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, settingsKey, s); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "behaviour.changed", "workspace", "", s)
	}); err != nil {
		return err
	}
	return b.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error { return remakeAll(ctx, to, s.IdleMinutes, false) })
}

type settingsBody struct{ Body Settings }

func (b *Behaviour) registerSettings(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/behaviour/settings", Permission: "metrics.read", Tag: "behaviour", Summary: "How sessions are told apart"},
		func(ctx context.Context, _ *struct{}) (*settingsBody, error) {
			s, err := b.Settings(ctx)
			return &settingsBody{s}, err
		})
	api.Register(a, api.Op{Method: http.MethodPut, Path: "/behaviour/settings", Permission: "settings.write", Tag: "behaviour", Summary: "Tell sessions apart in another way; all are made anew"},
		func(ctx context.Context, in *settingsBody) (*settingsBody, error) {
			return in, b.Change(ctx, in.Body)
		})
}
