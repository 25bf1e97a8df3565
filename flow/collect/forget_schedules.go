package collect

import (
	"context"
	"encoding/json"

	"guanxi/base/db"
)

// forgetSchedules takes a person out of the names of fetched files, and out of what schedules take out: one whose condition
// tells of her loses it and is paused, for a person to set up anew.
func forgetSchedules(ctx context.Context, records *db.DB, hers Tells) error {
	var files []struct {
		Schedule int64  `bun:"schedule_id"`
		SHA256   string `bun:"sha256"`
		Name     string `bun:"name"`
	}
	if err := records.Read().NewRaw("select schedule_id, sha256, name from schedule_files").Scan(ctx, &files); err != nil {
		return err
	}
	for _, f := range files {
		if !hers(f.Name) {
			continue
		}
		if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, "update schedule_files set name = 'file' where schedule_id = ? and sha256 = ?", f.Schedule, f.SHA256)
			return err
		}); err != nil {
			return err
		}
	}
	var schedules []struct {
		ID      int64  `bun:"id"`
		Marks   string `bun:"marks"`
		Content string `bun:"content"`
	}
	if err := records.Read().NewRaw("select id, marks, content from schedules").Scan(ctx, &schedules); err != nil {
		return err
	}
	for _, s := range schedules {
		marks, content, active := Without(s.Marks, hers), s.Content, true
		var of map[string]any
		if json.Unmarshal([]byte(content), &of) == nil {
			for name, value := range of {
				if text, ok := value.(string); ok && tellsWithin(text, hers) {
					delete(of, name)
					active = false
				}
			}
			if !active {
				content = toJSON(of)
			}
		}
		if marks == s.Marks && active {
			continue
		}
		if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, "update schedules set marks = ?, content = ?, active = active and ?, version = version + 1 where id = ?", marks, content, active, s.ID)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// tellsWithin looks at a text, and into it where it is JSON itself.
func tellsWithin(text string, hers Tells) bool {
	return hers(text) || Without(text, hers) != text
}
