package analyze

import (
	"context"
	"testing"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// BenchmarkHot asks a million customers, hot and cold: go test ./flow/analyze -bench Hot -run none
func BenchmarkHot(b *testing.B) {
	c := columnstest.Open(b)
	ctx := guard.System(context.Background())
	for _, text := range []string{`
insert into customers (id, kind, gender, province, city, birthday, tags, consents, orders_count, orders_gross, orders_refunded, orders_last_at, orders_last_day, created_at)
select i, 'person', case i % 2 when 0 then 'female' else 'male' end, 'p' || i % 31, 'c' || i % 300, date '1950-01-01' + (i * 7 % 22000)::int,
  case i % 10 when 0 then ['金卡'] else [] end, [], 10, (i * 7919 % 1000000)::bigint, 0, 1700000000000 + i * 31 % 60000000, date '2025-01-01', 1700000000000 + i
from range(1, 1000001) r(i)`, `
insert into customer_scores (customer_id, as_of, r, f, m, rfm_segment, predicted_value, value_to_date, alive_probability, cycle_days, next_due_day, overdue_days)
select i, date '2026-01-01', 1 + i % 5, 1 + i % 5, 1 + i % 5, 'champions', i * 31 % 100000, i, 0.5, 30, date '2026-02-01', 3 from range(1, 1000001) r(i)`} {
		if err := c.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return tx.Exec(ctx, text) }); err != nil {
			b.Fatal(err)
		}
	}
	hot := NewHot(c)
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if err := hot.load(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	condition := must(ParseCondition(ctx, []byte(`{"all":[{"field":"gender","op":"eq","value":"female"},{"field":"province","op":"in","value":["p1","p2","p3","p4"]},
{"field":"age","op":"gte","value":30},{"field":"orders.total","op":"gte","value":50000},{"tag":"金卡"}]}`), Lookup{}))
	for name, h := range map[string]*Hot{"hot": hot, "cold": NewHot(c)} {
		s := &Segments{columns: c, hot: h}
		b.Run(name+"/count", func(b *testing.B) {
			for b.Loop() {
				if _, err := s.count(ctx, condition); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/list", func(b *testing.B) {
			for b.Loop() {
				if _, _, _, err := s.find(ctx, condition, customer.FindQuery{Sort: "-orders.last_at", Limit: 50, Total: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/composition", func(b *testing.B) {
			for b.Loop() {
				if _, ok := h.preview(ctx, condition); ok {
					continue
				}
				if _, _, err := s.parts(ctx, condition, Reader{}); err != nil {
					b.Fatal(err)
				}
				if _, err := s.composition(ctx, condition); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
