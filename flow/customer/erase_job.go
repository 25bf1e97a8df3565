package customer

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/job"
	"guanxi/base/workspace"
)

// scouredKey is the setting that says when the files of the records were last written anew after an erasure.
const scouredKey = "erasures.scoured"

// scourAfter is how long an erasure may wait for a quiet hour; before that the files are written anew at night only.
const scourAfter = 20 * time.Hour

type scourJob struct{}

// Kind implements job.Args.
func (scourJob) Kind() string { return "erasures_scour" }

func (s *Store) registerScour(r *job.Registry) {
	job.Register(r, job.Kind[scourJob]{Run: func(ctx context.Context, _ scourJob) error { return s.scour(ctx) }, Timeout: -1, Every: 30 * time.Minute, Unique: true})
}

// scour takes what erased persons have left in the unused parts of the files away, and in the lists beside the backups puts
// whom an earlier try has missed: in the night after an erasure, and in any case within a day of it.
func (s *Store) scour(ctx context.Context) error {
	var oldest []int64
	if err := s.records.Read().NewRaw(`
select e.erased_at
from erasures e
where e.erased_at > coalesce((select cast(value as bigint) from settings where key = ?), 0)
order by e.erased_at
limit 1`, scouredKey).Scan(ctx, &oldest); err != nil || len(oldest) == 0 {
		return err
	}
	now := clock.Now(ctx)
	quiet := now.In(workspace.Of(ctx).Location).Hour() < 5
	if !quiet && now.Sub(time.UnixMilli(oldest[0])) < scourAfter {
		return nil
	}
	if s.listed != nil {
		if err := s.listed(ctx); err != nil {
			return err
		}
	}
	reached := now.UnixMilli()
	if err := s.records.Scour(ctx); err != nil {
		return err
	}
	if s.scoured != nil {
		if err := s.scoured(ctx); err != nil {
			return err
		}
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, cast(? as text), ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`, scouredKey, reached, reached).Exec(ctx)
		return err
	})
}
