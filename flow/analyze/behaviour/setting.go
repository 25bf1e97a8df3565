package behaviour

import (
	"context"
	"encoding/json"
	"net/http"

	"guanxi/base/api"
	"guanxi/base/clock"
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
	var values []string
	if err := b.records.Read().NewRaw("select value from settings where key = ?", settingsKey).Scan(ctx, &values); err != nil || len(values) == 0 {
		return s, err
	}
	err := json.Unmarshal([]byte(values[0]), &s)
	return s, err
}

// Change puts other settings in force and makes all sessions anew.
func (b *Behaviour) Change(ctx context.Context, s Settings) error {
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`, settingsKey, string(value), clock.Millis(ctx)).Exec(ctx); err != nil {
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
