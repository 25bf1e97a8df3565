package track

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// refusalKey is one sort of refusal of a source.
type refusalKey struct {
	source      int64
	code, field string
}

type refusals struct{ count, lastAt int64 }

// mostRefusals bounds the sorts that wait to be written: codes are ours, but fields may be the sender's.
const mostRefusals = 500

// refuse counts what was not taken. It is written down behind the request, several at a time.
func (t *Tracking) refuse(ctx context.Context, source int64, code, field string, count int64) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	key := refusalKey{source, code, short(field, 60)}
	r := t.refused[key]
	if r == nil {
		if len(t.refused) >= mostRefusals {
			return
		}
		r = &refusals{}
		t.refused[key] = r
	}
	r.count += count
	r.lastAt = clock.Millis(ctx)
}

// writeRefusals writes down what was counted since the last time.
func (t *Tracking) writeRefusals(ctx context.Context) error {
	t.mutex.Lock()
	waiting := t.refused
	t.refused = map[refusalKey]*refusals{}
	t.mutex.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	return t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for key, r := range waiting {
			if _, err := tx.Do(ctx, `
insert into source_refusals (source_id, code, field, count, last_at) values (?, ?, ?, ?, ?)
on conflict (source_id, code, field) do update set count = source_refusals.count + excluded.count, last_at = excluded.last_at`,
				key.source, key.code, key.field, r.count, r.lastAt); err != nil {
				return err
			}
		}
		return nil
	})
}

// RefusalCount is how often something of a source was not taken.
type RefusalCount struct {
	Code   string    `json:"code"`
	Field  string    `json:"field"`
	Count  int64     `json:"count"`
	LastAt time.Time `json:"last_at"`
}

func (t *Tracking) refusalsOf(ctx context.Context, source int64) ([]RefusalCount, error) {
	if err := t.writeRefusals(ctx); err != nil {
		return nil, err
	}
	var rows []struct {
		Code   string `bun:"code"`
		Field  string `bun:"field"`
		Count  int64  `bun:"count"`
		LastAt int64  `bun:"last_at"`
	}
	err := t.records.Read().NewRaw("select code, field, count, last_at from source_refusals where source_id = ? order by last_at desc, code, field limit 100", source).Scan(ctx, &rows)
	counts := make([]RefusalCount, len(rows))
	for i, r := range rows {
		counts[i] = RefusalCount{r.Code, r.Field, r.Count, time.UnixMilli(r.LastAt).UTC()}
	}
	return counts, err
}
