package analyze

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// bigShop gives a store on disk with GUANXI_BENCH_CUSTOMERS customers (100,000 unless set), ten orders each over
// three years and their scores, made by the engine itself.
func bigShop(b *testing.B) (context.Context, *Segments) {
	n := 100_000
	if v, err := strconv.Atoi(os.Getenv("GUANXI_BENCH_CUSTOMERS")); err == nil {
		n = v
	}
	dir := b.TempDir()
	c := columnstest.OpenAt(b, dir)
	ctx := guard.System(clock.With(context.Background(), clock.NewFake(time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC))))
	for _, s := range []string{`
insert into orders
select i, 'N' || i, 'shop', 'order', 'completed', (hash(i) % $1)::bigint + 1, epoch_ms(d) + 40000000, d, (hash(i * 3) % 100000)::bigint, 0, 'CNY', 'CN', null, null, 1
from (select i, date '2023-11-22' + (i * 1095 // ($1 * 10))::int as d from range(1, $1 * 10 + 1) t(i))`, `
insert into order_lines
select id, 0, customer_id, ts, day, kind, 'k' || hash(id * 5) % 200, 'p', ['护肤', '彩妆', '家居', '食品'][1 + (hash(id * 5) % 4)::int], 'b' || hash(id * 5) % 20, 'mid', 1, 1, gross, shop, country, status
from orders`, `
insert into customers (id, kind, name, name_key, gender, birthday, country, province, city, district, company, industry, lifecycle_stage, source, owner_id, team_id, tags, custom,
  has_phone, has_email, consents, completeness, created_at, updated_at, orders_count, orders_first_at, orders_last_at, orders_first_day, orders_last_day, orders_gross, orders_refunded)
select i, 'person', '名' || i, 'ming' || i, case when i % 10 < 6 then 'female' when i % 10 < 9 then 'male' else 'unknown' end,
  date '1960-01-01' + (hash(i) % 18000)::int, 'CN', '省' || hash(i * 3) % 30, '城' || hash(i * 7) % 300, null, null, null,
  case when hash(i * 11) % 10 < 7 then 'customer' else 'prospect' end, 'web', (hash(i * 13) % 50)::bigint, (hash(i * 17) % 5)::bigint,
  case when hash(i * 5) % 20 = 0 then ['vip'] else [] end, '{"level": ' || i % 5 || '}', true, i % 3 = 0, case when i % 2 = 0 then ['marketing:email'] else [] end, 0.7,
  1600000000000 + i * 1000, 1700000000000, o.n, o.first_at, o.last_at, o.first_day, o.last_day, o.gross, o.refunded
from range(1, $1 + 1) t(i) left join (select customer_id, ` + orderTotals + ` from orders group by customer_id) o on o.customer_id = i order by i`, `
insert into customer_scores (customer_id, as_of, rfm_frequency, rfm_monetary, r, f, m, rfm_segment, cycle_days, cycle_sd_days, next_due_day, overdue_days, model, expected_orders,
  alive_probability, alive_probability_before, expected_order_value, predicted_value, value_to_date, churn_risk)
select i, date '2026-11-21', 3, 10000, 1 + i % 5, 1 + hash(i) % 5, 1 + hash(i * 2) % 5, 'champions', 30, 5, date '2026-12-01', 3.5, 'bg_nbd', 2,
  (hash(i * 31) % 1000) / 1000.0, 0.5, 10000, hash(i * 37) % 100000, 30000, 0.3
from range(1, $1 + 1) t(i)`} {
		require.NoError(b, c.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return tx.Exec(ctx, s, int64(n)) }))
	}
	require.NoError(b, c.Checkpoint(ctx))
	if info, err := os.Stat(filepath.Join(dir, "columns.duckdb")); err == nil {
		b.Logf("%d customers, %d MiB", n, info.Size()>>20)
	}
	return ctx, NewSegments(dbtest.SQLite(b), c, NewHot(c), &Touched{})
}

var benchConditions = []struct{ name, condition string }{
	{"five plain fields", `{"all":[{"field":"gender","op":"eq","value":"female"},{"field":"age","op":"between","value":[25,45]},{"field":"city","op":"in","value":["城7","城8","城9"]},
		{"field":"orders.count","op":"gte","value":3},{"field":"rfm.recency_days","op":"gte","value":45}]}`},
	{"five with any, not, tag, consent", `{"all":[{"any":[{"field":"province","op":"eq","value":"省3"},{"field":"lifecycle_stage","op":"eq","value":"prospect"}]},{"not":{"tag":"vip"}},
		{"field":"consent.email","op":"eq","value":true},{"field":"orders.total","op":"gte","value":100000},{"field":"birthday","op":"anniversary_in_days","value":30}]}`},
	{"scores", `{"all":[{"field":"value.alive_probability","op":"lt","value":0.5},{"field":"rfm.m","op":"gte","value":4}]}`},
	{"custom field", `{"field":"custom.level","op":"gte","value":3}`},
	{"did 3 times in 365 days and silent 45", `{"all":[{"event":"item_purchased","where":{"field":"category","op":"eq","value":"护肤"},"measure":"count","op":"gte","value":3,"window":{"last_days":365}},
		{"field":"rfm.recency_days","op":"gte","value":45}]}`},
	{"did not in 90 days", `{"not":{"event":"order_placed","window":{"last_days":90}}}`},
	{"ratio of 90 days", `{"event":"order_placed","measure":"ratio","op":"lte","value":0.4,"window":{"last_days":90}}`},
	{"20 times ever", `{"event":"order_placed","measure":"count","op":"gte","value":20}`},
}

// quantiles runs fn for each iteration and reports the median and the 95th percentile in milliseconds.
func quantiles(b *testing.B, fn func()) {
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		fn()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// floors are what somebody who knows the tables would write by hand, with the values in the text.
var floors = []struct{ name, query string }{
	{"five plain fields", `select count(*) from customers where gender = 'female' and birthday > date '1980-11-21' and birthday <= date '2001-11-21'
		and city in ('城7', '城8', '城9') and orders_count >= 3 and orders_last_day <= date '2026-10-07'`},
	{"did 3 times in 365 days and silent 45", `select count(*) from customers c join (select customer_id from order_lines
		where day > date '2025-11-21' and category = '护肤' group by customer_id having count(*) >= 3) e on e.customer_id = c.id where c.orders_last_day <= date '2026-10-07'`},
	{"did not in 90 days", `select count(*) from customers c anti join (select customer_id from orders where day > date '2026-08-23') e on e.customer_id = c.id`},
}

func BenchmarkSegments(b *testing.B) {
	ctx, s := bigShop(b)
	for _, row := range floors {
		b.Run("floor/"+row.name, func(b *testing.B) {
			quantiles(b, func() {
				var n int64
				require.NoError(b, s.columns.QueryRow(ctx, row.query).Scan(&n))
			})
		})
	}
	for _, row := range benchConditions {
		c, err := ParseCondition(ctx, []byte(row.condition), s.lookup())
		require.NoError(b, err)
		b.Run("count/"+row.name, func(b *testing.B) {
			quantiles(b, func() {
				p := s.seen(ctx, c)
				var n int64
				require.NoError(b, s.columns.QueryRow(ctx, "select count(*) from customers c where "+p.sql, p.args...).Scan(&n))
			})
		})
	}
	b.Run("preview", func(b *testing.B) {
		quantiles(b, func() {
			_, err := s.Preview(ctx, []byte(benchConditions[4].condition))
			require.NoError(b, err)
		})
	})
	for _, sort := range []string{"", "name", "-orders.total", "-value.predicted", "age"} {
		b.Run("list of 50 with total/"+sort, func(b *testing.B) {
			quantiles(b, func() {
				_, _, _, err := s.Find(ctx, customer.FindQuery{Filter: benchConditions[0].condition, Sort: sort, Limit: 50, Total: true})
				require.NoError(b, err)
			})
		})
	}
	b.Run("explain", func(b *testing.B) {
		quantiles(b, func() {
			_, err := s.ExplainCondition(ctx, []byte(benchConditions[4].condition), 4711)
			require.NoError(b, err)
		})
	})
	b.Run("many live segments", func(b *testing.B) { manySegments(b, ctx, s) })
	b.Run("batch of one customer, 100 segments", func(b *testing.B) {
		for i := range 100 {
			_, err := s.Create(ctx, SegmentDraft{Name: "s" + strconv.Itoa(i), Condition: []byte(benchConditions[i%len(benchConditions)].condition)})
			require.NoError(b, err)
		}
		change := func() {
			s.touched.add(4711)
			require.NoError(b, s.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return s.Changed(ctx, tx, nil) }))
		}
		change()
		b.ResetTimer()
		quantiles(b, change)
	})
}
