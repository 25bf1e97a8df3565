package db

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
)

// Setting fills value with the JSON kept under key, and says whether there is any; without, value stays as it is.
func Setting(ctx context.Context, from bun.IDB, key string, value any) (kept bool, err error) {
	text, kept, err := SettingText(ctx, from, key)
	if err != nil || !kept {
		return false, err
	}
	return true, json.Unmarshal([]byte(text), value)
}

// KeepSetting keeps value as JSON under key, in the place of what was there.
func KeepSetting(ctx context.Context, tx bun.IDB, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return KeepSettingText(ctx, tx, key, string(text))
}

// SettingText gives the text kept under key, and whether there is any.
func SettingText(ctx context.Context, from bun.IDB, key string) (text string, kept bool, err error) {
	var texts []string
	if err := from.NewRaw("select value from settings where key = ?", key).Scan(ctx, &texts); err != nil || len(texts) == 0 {
		return "", false, err
	}
	return texts[0], true, nil
}

// KeepSettingText keeps a text under key, in the place of what was there.
func KeepSettingText(ctx context.Context, tx bun.IDB, key, text string) error {
	_, err := tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`, key, text, clock.Millis(ctx)).Exec(ctx)
	return err
}
