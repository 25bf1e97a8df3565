package analyze

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
)

// segmentKinds are what people make segments of; each stands in many with another bound.
var segmentKinds = []func(i int) string{
	func(i int) string { return fmt.Sprintf(`{"field":"orders.total","op":"gte","value":%d}`, 1000*i) },
	func(i int) string {
		return fmt.Sprintf(`{"all":[{"field":"gender","op":"eq","value":"female"},{"field":"age","op":"gte","value":%d},{"event":"order_placed","measure":"count","op":"gte","value":1,"window":{"last_days":%d}}]}`, 18+i%40, 7+i)
	},
	func(i int) string {
		return fmt.Sprintf(`{"event":"item_purchased","where":{"field":"sku","op":"eq","value":"k%d"},"measure":"count","op":"gte","value":1,"window":{"last_days":365}}`, i)
	},
	func(i int) string {
		return fmt.Sprintf(`{"all":[{"event":"page_viewed","where":{"field":"path","op":"eq","value":"/p/%d"},"measure":"count","op":"gte","value":2,"window":{"last_days":30}},{"not":{"event":"order_placed","window":{"last_days":30}}}]}`, i)
	},
	func(i int) string {
		return fmt.Sprintf(`{"field":"rfm.recency_days","op":"between","value":[%d,%d]}`, i, i+30)
	},
	func(i int) string {
		return fmt.Sprintf(`{"event":"order_placed","measure":"sum:amount","op":"gte","value":%d,"window":{"last_days":90}}`, 5000*i)
	},
	func(i int) string {
		return fmt.Sprintf(`{"all":[{"tag":"vip"},{"field":"city","op":"in","value":["城%d","城%d"]}]}`, i, i+1)
	},
	func(i int) string {
		return fmt.Sprintf(`{"all":[{"event":"session","measure":"days","op":"gte","value":%d,"window":{"last_days":30}},{"field":"value.alive_probability","op":"gte","value":0.%d}]}`, 1+i%9, 1+i%9)
	},
	func(i int) string {
		return fmt.Sprintf(`{"sequence":[{"event":"page_viewed","where":{"field":"path","op":"eq","value":"/p/%d"}},{"event":"order_placed"}],"within_days":7,"window":{"last_days":30}}`, i%10)
	},
	func(i int) string {
		return fmt.Sprintf(`{"field":"orders.total","op":"top_percent","value":%d}`, 1+i%99)
	},
}

// manySegments keeps GUANXI_BENCH_SEGMENTS (1,000 unless set) live segments over the shop, to which ten events a customer are
// added. Reported are a batch of events of fifty customers until all memberships are written, a batch that tells nothing but
// one event, and a whole sweep after midnight.
func manySegments(b *testing.B, ctx context.Context, s *Segments) {
	n := 1000
	if v, err := strconv.Atoi(os.Getenv("GUANXI_BENCH_SEGMENTS")); err == nil {
		n = v
	}
	require.NoError(b, s.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		for _, text := range []string{`
insert into events (batch_id, position, source_id, message_id, ts, day, received_at, kind, event, visitor_id, customer_id, bot, path, properties)
select i // 100, i % 100, 1, 'm' || i, epoch_ms(d) + i % 80000000, d, epoch_ms(d), 'page', 'page_viewed', c, c, false, '/p/' || hash(i) % 200, '{"a": 1}'
from (select i, date '2026-08-24' + (i * 90 // (m * 10))::int as d, (hash(i) % m)::bigint + 1 as c
  from (select count(*) as m from customers), range(1, 10 * (select count(*) from customers) + 1) t(i))`, `
insert into session_runs select visitor_id, customer_id, 1, ts, ts, day, 60, 1, 1, false, path, path, null, null, null, null, null, null, null from events`,
			`insert into event_names values ('page_viewed', 'page', 0)`} {
			if err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}))
	for i := range n {
		_, err := s.Create(ctx, SegmentDraft{Name: "m" + strconv.Itoa(i), Condition: []byte(segmentKinds[i%len(segmentKinds)](i / len(segmentKinds)))})
		require.NoError(b, err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var customers int64
	require.NoError(b, s.columns.QueryRow(ctx, "select count(*) from customers").Scan(&customers))
	batch := func(people int, changed map[string][]int64) {
		require.NoError(b, s.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
			var events [][]any
			for i := range people {
				id := 1 + r.Int64N(customers)
				s.touched.add(id)
				events = append(events, []any{int64(9_000_000), int32(i), int64(1), "", clock.Millis(ctx), clock.Now(ctx), clock.Millis(ctx), "page", "page_viewed", id, id, false, nil, "/p/" + strconv.Itoa(r.IntN(200)),
					nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil})
			}
			if err := tx.Append(ctx, "events", events); err != nil {
				return err
			}
			return s.Changed(ctx, tx, changed)
		}))
	}
	began := time.Now()
	batch(1, nil)
	b.ReportMetric(time.Since(began).Seconds(), "first-s")
	b.Run("events of 50 customers", func(b *testing.B) { quantiles(b, func() { batch(50, map[string][]int64{"event_batches": {1}}) }) })
	b.Run("records of 50 customers", func(b *testing.B) { quantiles(b, func() { batch(50, nil) }) })
	b.Run("a sweep after midnight", func(b *testing.B) {
		at := clock.Now(ctx)
		for b.Loop() {
			at = at.AddDate(0, 0, 1)
			require.NoError(b, s.Sweep(clock.With(ctx, clock.NewFake(at))))
		}
	})
	b.Run("a sweep that finds nothing", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, s.Sweep(ctx))
		}
	})
}
