package workspace

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// KeptFiles says for how long files with people's data lie on the server: those that came in, after their import has ended,
// and those that were taken out, to be fetched.
type KeptFiles struct {
	UploadDays int `json:"upload_days"`
	ExportDays int `json:"export_days"`
}

const keptFilesKey = "files.kept"

// KeptFilesOf gives what the workspace has decided: a day, and three, while it has not.
func KeptFilesOf(ctx context.Context, from bun.IDB) (KeptFiles, error) {
	k := KeptFiles{UploadDays: 1, ExportDays: 3}
	_, err := db.Setting(ctx, from, keptFilesKey, &k)
	return k, err
}

// KeepFiles decides it, from at on (milliseconds UTC).
func KeepFiles(ctx context.Context, tx bun.IDB, k KeptFiles, at int64) error {
	value, err := json.Marshal(k)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`, keptFilesKey, string(value), at).Exec(ctx)
	return err
}

// Days gives days as a duration.
func Days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
