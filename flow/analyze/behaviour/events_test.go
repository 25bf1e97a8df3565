package behaviour

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/workspace"
)

// told is one event as the tests write it; the fields are those of the columns table.
type told struct {
	batch, position   int
	visitor, customer int64
	ts                int64
	kind, event, path string
	bot               bool
	campaign          string
	referrer          string
	seconds           any
	device            string
	properties        map[string]any
}

const ownHost = "shop.example"

// tell writes events into columns.
func tell(t testing.TB, c *columns.Store, events []told) {
	t.Helper()
	row := columnstest.Row(t, c, "events")
	w := workspace.Default()
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	rows := make([][]any, len(events))
	for i, e := range events {
		at := w.Time(e.ts)
		values := map[string]any{"batch_id": int64(e.batch), "position": int32(e.position), "source_id": int64(1), "message_id": fmt.Sprintf("%d-%d", e.batch, e.position),
			"ts": e.ts, "day": time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC), "received_at": e.ts, "kind": e.kind, "event": e.event,
			"visitor_id": e.visitor, "bot": e.bot, "host": ownHost, "path": null(e.path), "utm_source": null(e.campaign), "referrer_host": null(e.referrer),
			"seconds": e.seconds, "device": null(e.device)}
		if e.customer != 0 {
			values["customer_id"] = e.customer
		}
		if e.properties != nil {
			text, err := json.Marshal(e.properties)
			require.NoError(t, err)
			values["properties"] = json.RawMessage(text)
		}
		rows[i] = row(values)
	}
	require.NoError(t, c.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error { return tx.Append(ctx, "events", rows) }))
}

// randomEvents gives what visitors do around the edges of what parts sessions, in batches that come out of order.
func randomEvents(seed uint64, visitors, each int, from time.Time) []told {
	r := rand.New(rand.NewPCG(seed, 5))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	idle := int64(30 * 60_000)
	var all []told
	for v := range visitors {
		at := from.UnixMilli() + r.Int64N(86400_000)
		var customer int64
		for range 1 + r.IntN(2*each) {
			at += []int64{0, 1, 1000, 90_000, 600_000, idle - 1, idle, idle + 1, 7 * 3600_000, 3 * 86400_000}[r.IntN(10)]
			if r.IntN(8) == 0 {
				customer = int64(r.IntN(3)) * int64(1+v)
			}
			e := told{visitor: int64(v + 1), customer: customer, ts: at, kind: pick("page", "page", "page", "track", "screen", "identify"), device: pick("", "phone", "desktop")}
			switch e.kind {
			case "page", "screen":
				e.event, e.path, e.referrer = "page_viewed", pick("/", "/a", "/b", "/c"), pick("", ownHost, "search.example", "news.example")
			case "track":
				e.event = pick("add_to_cart", "left_page", "search")
				if e.event == "left_page" {
					e.seconds = float64(r.IntN(50))
				} else {
					e.properties = map[string]any{"price": r.IntN(500), "category": pick("护肤", "彩妆"), "gift": r.IntN(2) == 0}
				}
			default:
				e.event = "identify"
			}
			if r.IntN(6) == 0 {
				e.campaign = pick("spring", "mail")
			}
			e.bot = r.IntN(40) == 0
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b told) int { return int((a.ts - b.ts) / 3600_000) })
	for i := range all { // some come late
		if j := i + r.IntN(60); r.IntN(5) == 0 && j < len(all) {
			all[i], all[j] = all[j], all[i]
		}
	}
	for i := range all {
		all[i].batch, all[i].position = i/25+1, i%25
	}
	return all
}

// stay is a session as it is reckoned by hand.
type stay struct {
	visitor, customer int64
	start, end        int64
	pages, events     int
	bounced           bool
	entry, exit, from string
}

// staysOf reckons sessions one visitor and one event at a time.
func staysOf(events []told, idleMinutes int64) (all []stay) {
	of := map[int64][]told{}
	for _, e := range events {
		if !e.bot && (e.kind == "page" || e.kind == "screen" || e.kind == "track") {
			of[e.visitor] = append(of[e.visitor], e)
		}
	}
	for visitor, list := range of {
		slices.SortFunc(list, func(a, b told) int {
			if a.ts != b.ts {
				return int(a.ts - b.ts)
			}
			if a.batch != b.batch {
				return a.batch - b.batch
			}
			return a.position - b.position
		})
		var now *stay
		var campaign string // of the run, which a session is a part of
		var person int64
		deeds := 0
		var sent string // the foreign host that the first page was reached from
		end := func() {
			if now != nil && now.pages > 0 {
				now.from = cmp.Or(now.from, sent)
				now.bounced = now.pages == 1 && deeds == 0
				all = append(all, *now)
			}
			now, deeds, sent = nil, 0, ""
		}
		for i, e := range list {
			fresh := i == 0 || e.ts-list[i-1].ts > idleMinutes*60_000
			if fresh {
				campaign, person = "", 0
			}
			if fresh || e.campaign != "" && e.campaign != campaign || e.customer != 0 && person != 0 && e.customer != person {
				end()
				now = &stay{visitor: visitor, start: e.ts}
			}
			if e.campaign != "" {
				campaign = e.campaign
				now.from = cmp.Or(now.from, e.campaign)
			}
			if e.customer != 0 {
				person, now.customer = e.customer, e.customer
			}
			now.end = e.ts
			now.events++
			switch {
			case e.kind != "track":
				if now.pages++; now.pages == 1 {
					now.entry = e.path
					if e.referrer != ownHost {
						sent = e.referrer
					}
				}
				now.exit = e.path
			case e.seconds == nil:
				deeds++
			}
		}
		end()
	}
	return all
}
