package analyze

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/customer/track"
	"guanxi/guard"
)

// Events that come one by one, from many at once and for two sources, stand together in few rows of records, each once and as it
// was sent; columns made anew from them hold the same, and one that comes again is still known (C005).
func TestSingleEventsStandTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		till, err := s.tracking.Create(s.ctx, track.SourceDraft{Name: "till", Kind: track.KindTill})
		s.must(err)
		send := func(n int) {
			source := int64(1)
			if n%3 == 0 {
				source = till.ID
			}
			body := fmt.Sprintf(`{"batch": [{"type": "track", "event": "looked", "userId": "u%d", "messageId": "m%d", "properties": {"n": %d}}]}`, n%7, n, n)
			if err := s.tracking.Take(s.ctx, source, []byte(body)); err != nil {
				t.Error(err)
			}
		}
		var senders sync.WaitGroup
		for c := range 50 {
			senders.Go(func() {
				for n := range 10 {
					send(10*c + n)
				}
			})
		}
		senders.Wait()
		s.settle()
		s.clock.Advance(60_000_000_000)
		for n := range 20 { // again, and later
			send(n)
		}
		send(500)
		s.settle()
		var kept struct {
			Rows   int64 `bun:"kept"`
			Events int64 `bun:"events"`
			Bytes  int64 `bun:"bytes"`
		}
		s.must(d.Read().NewRaw("select count(*) as kept, sum(events) as events, sum(length(body)) as bytes from event_batches").Scan(s.ctx, &kept))
		if kept.Rows > 12 || kept.Events != 521 || kept.Bytes > 521*60 {
			t.Errorf("%d rows of %d bytes hold %d events", kept.Rows, kept.Bytes, kept.Events)
		}
		for _, when := range []string{"as they came", "made anew"} {
			if got := s.text("select count(*) || ' ' || count(distinct message_id) || ' ' || sum((properties->>'$.n')::bigint) || ' ' || count(distinct customer_id) || ' ' || count(*) filter (where source_id <> 1) || ' ' || count(distinct (batch_id, position)) from events"); got != "501 501 125250 14 167 501" {
				t.Errorf("%s: %s", when, got)
			}
			if got := s.text("select count(*) || '' from events where received_at <> (select min(received_at) from events)"); got != "1" {
				t.Errorf("%s: %s were received later", when, got)
			}
			s.must(s.feed.Rebuild(s.ctx))
		}
	})
}

// What it costs to take events one by one: from one client, and from a hundred who share the flush to disk.
func BenchmarkSingleEvents(b *testing.B) {
	for _, at := range []int{1, 100} {
		b.Run(fmt.Sprintf("%d senders", at), func(b *testing.B) {
			d := dbtest.SQLite(b)
			s := track.New(d, nil, nil, nil)
			ctx := guard.System(b.Context())
			source, err := s.Create(ctx, track.SourceDraft{Name: "web", Kind: track.KindWeb})
			if err != nil {
				b.Fatal(err)
			}
			var next atomic.Int64
			var senders sync.WaitGroup
			b.ResetTimer()
			for range at {
				senders.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := s.Take(ctx, source.ID, []byte(fmt.Sprintf(`{"batch": [{"type": "track", "event": "looked", "userId": "u", "messageId": "m%d"}]}`, n))); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			senders.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
