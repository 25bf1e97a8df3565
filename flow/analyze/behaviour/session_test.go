package behaviour

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/analyze"
)

// staysIn reads the sessions that columns hold.
func staysIn(t testing.TB, c *columns.Store) (all []stay) {
	t.Helper()
	rows, err := c.Query(context.Background(), `
select visitor_id, coalesce(customer_id, 0), ts, ended_at, pages, events, bounced, entry_page, exit_page, coalesce(came_from, '')
from sessions`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var s stay
		require.NoError(t, rows.Scan(&s.visitor, &s.customer, &s.start, &s.end, &s.pages, &s.events, &s.bounced, &s.entry, &s.exit, &s.from))
		all = append(all, s)
	}
	require.NoError(t, rows.Err())
	return all
}

func sortStays(all []stay) []stay {
	slices.SortFunc(all, func(a, b stay) int {
		return cmp.Or(cmp.Compare(a.visitor, b.visitor), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.events, b.events), cmp.Compare(a.entry, b.entry), cmp.Compare(a.from, b.from), cmp.Compare(a.customer, b.customer))
	})
	return all
}

func sameStays(t testing.TB, want, got []stay) {
	t.Helper()
	if slices.Equal(sortStays(want), sortStays(got)) {
		return
	}
	if d := gocmp.Diff(want, got, gocmp.AllowUnexported(stay{}), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("sessions differ from those reckoned by hand:\n%.3000s", d)
	}
}

func TestSessionsFollowEventsAsTheyCome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		c := columnstest.Open(t)
		b := New(d, c, nil, &analyze.Touched{})
		events := randomEvents(7, 60, 25, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		follow := func(changed map[string][]int64) {
			require.NoError(t, c.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return b.Watcher().Changed(ctx, tx, changed) }))
		}
		follow(map[string][]int64{})
		batches := events[len(events)-1].batch
		for from := 1; from <= batches; from += 12 {
			var some []told
			var ids []int64
			for _, e := range events {
				if e.batch >= from && e.batch < from+12 {
					some = append(some, e)
					if len(ids) == 0 || ids[len(ids)-1] != int64(e.batch) {
						ids = append(ids, int64(e.batch))
					}
				}
			}
			tell(t, c, some)
			follow(map[string][]int64{"event_batches": ids})
			so := slices.DeleteFunc(slices.Clone(events), func(e told) bool { return e.batch >= from+12 })
			sameStays(t, staysOf(so, 30), staysIn(t, c))
		}
		followed := staysIn(t, c)
		require.Greater(t, len(followed), 300)

		t.Run("a batch that comes again changes nothing", func(t *testing.T) {
			follow(map[string][]int64{"event_batches": {1, 2}})
			sameStays(t, followed, staysIn(t, c))
		})
		t.Run("a rebuild gives the same", func(t *testing.T) {
			follow(nil)
			sameStays(t, followed, staysIn(t, c))
		})
		t.Run("a visitor who becomes known takes the sessions along", func(t *testing.T) {
			_, err := c.DB().ExecContext(ctx, "update events set customer_id = 77 where visitor_id = 3")
			require.NoError(t, err)
			follow(map[string][]int64{"visitors": {3}})
			known := slices.Clone(events)
			for i := range known {
				if known[i].visitor == 3 {
					known[i].customer = 77
				}
			}
			sameStays(t, staysOf(known, 30), staysIn(t, c))
		})
		t.Run("another idle time makes all anew", func(t *testing.T) {
			require.NoError(t, b.Change(ctx, Settings{IdleMinutes: 10}))
			now, err := b.Settings(ctx)
			require.NoError(t, err)
			assert.Equal(t, 10, now.IdleMinutes)
			var visits int
			require.NoError(t, c.QueryRow(ctx, "select count(*) from sessions").Scan(&visits))
			assert.Greater(t, visits, len(followed))
		})
		t.Run("what was seen of events can be asked for", func(t *testing.T) {
			var names, kinds string
			require.NoError(t, c.QueryRow(ctx, "select string_agg(event, ' ' order by event) from event_names").Scan(&names))
			assert.Equal(t, "add_to_cart left_page page_viewed search", names)
			require.NoError(t, c.QueryRow(ctx, "select string_agg(name || ':' || type, ' ' order by name) from event_properties where event = 'search'").Scan(&kinds))
			assert.Equal(t, "category:text gift:boolean price:number", kinds)
		})
		t.Run("names and properties without end are learned up to a bound", func(t *testing.T) {
			require.NoError(t, c.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
				if err := tx.Exec(ctx, "insert into events by name select 900000 + i // 1000 as batch_id, i % 1000 as position, 1 as source_id, 'm' || i as message_id, 'track' as kind, 'name ' || i as event, 1 as visitor_id, false as bot, 1767225600000 + i as ts, date '2026-01-01' as day, 1767225600000 as received_at, json_object('p' || i, 1) as properties from range(20000) r(i)"); err != nil {
					return err
				}
				if err := tx.Exec(ctx, "update events set event = 'many' where batch_id = 900000"); err != nil {
					return err
				}
				return learnNames(ctx, tx, "e.batch_id >= 900000")
			}))
			var names, kinds int
			require.NoError(t, c.QueryRow(ctx, "select count(*) from event_names").Scan(&names))
			require.NoError(t, c.QueryRow(ctx, "select count(*) from event_properties where event = 'many'").Scan(&kinds))
			assert.Equal(t, []int{10_000, 300}, []int{names, kinds})
		})
	})
}
