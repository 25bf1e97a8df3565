package guard

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// MailServerKey is where the settings keep the mail server; package mails reads and writes it.
const MailServerKey = "mail.server"

// readSetting fills value with what is stored under key, and leaves it as it is where nothing is.
func readSetting(ctx context.Context, from bun.IDB, key string, value any) error {
	var texts []string
	if err := from.NewRaw("select value from settings where key = ?", key).Scan(ctx, &texts); err != nil || len(texts) == 0 {
		return err
	}
	return json.Unmarshal([]byte(texts[0]), value)
}

func writeSetting(ctx context.Context, tx *db.Tx, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`, key, string(text), clock.Millis(ctx)).Exec(ctx)
	return err
}
