package track

import (
	"context"
	"time"

	"github.com/segmentio/encoding/json"
	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// packed are events of one source that stand in one row of records, whatever requests they came in: a request of a single
// event would keep a row for good, and alone it packs badly.
type packed struct {
	into   *batchRow // the first of the requests
	others []int64
	events []Event
	latest int64 // of what was received
}

// packs are the rows of what one step resolves.
type packs struct {
	all  []*packed
	open map[int64]*packed // by source
}

func (p *packs) add(b *batchRow, events []Event) {
	to := p.open[b.SourceID]
	if to != nil && len(to.events)+len(events) <= stepEvents {
		to.others = append(to.others, b.ID)
	} else {
		to = &packed{into: b}
		p.all = append(p.all, to)
		if p.open == nil {
			p.open = map[int64]*packed{}
		}
		p.open[b.SourceID] = to
	}
	for _, e := range events {
		if b.ReceivedAt != to.into.ReceivedAt {
			e.Received = b.ReceivedAt
		}
		e.Position = len(to.events)
		to.events = append(to.events, e)
	}
	to.latest = max(to.latest, b.ReceivedAt)
}

// store writes the rows. What a row has taken in goes: nothing but the resolver has seen it.
func (p *packs) store(ctx context.Context, tx *db.Tx) error {
	var gone []int64
	for _, one := range p.all {
		body, first, last, err := recordOf(one.events, one.into.ReceivedAt)
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "update event_batches set state = 'resolved', kind = '', agent = '', body = ?, events = ?, first_ts = ?, last_ts = ? where id = ?",
			body, len(one.events), first, last, one.into.ID); err != nil {
			return err
		}
		tx.Feed("event_batches", one.into.ID)
		gone = append(gone, one.others...)
		if _, err := tx.Do(ctx, "update sources set last_fact_at = ? where id = ? and (last_fact_at is null or last_fact_at < ?)", one.latest, one.into.SourceID, one.latest-time.Minute.Milliseconds()); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := tx.NewRaw("delete from event_batches where id in (?)", bun.List(gone)).Exec(ctx)
	return err
}

// recordOf is what records keep of events, with the first and the last instant.
func recordOf(events []Event, received int64) (body []byte, first, last int64, err error) {
	first = received
	for _, e := range events {
		first, last = min(first, e.At), max(last, e.At)
	}
	text, err := json.Marshal(events)
	return pack(text), first, last, err
}
