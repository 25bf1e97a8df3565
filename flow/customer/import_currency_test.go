package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

func TestImport_finds_orders_in_another_currency(t *testing.T) {
	const lines, orders = "order_number,ordered_at,sku,quantity,unit_price,currency\n", "order_number,ordered_at,amount,currency\n"
	fixed := func(n *collect.NewImport) { n.Mapping.Constants = map[string]string{"currency": "GBP"} }
	for _, row := range []struct {
		name, kind, csv string
		change          []func(*collect.NewImport)
		found           int64
	}{
		{"a line in pounds among yuan", "order_lines", lines + "1,2026-01-13,A,1,10,CNY\n2,2026-01-13,A,1,10,GBP\n2,2026-01-13,B,1,10,GBP\n", nil, 1},
		{"orders in pounds and yen", "orders", orders + "1,2026-01-13,10,GBP\n2,2026-01-13,10,JPY\n3,2026-01-13,10,\n", nil, 2},
		{"a file in pounds, said once for all of it", "orders", "order_number,ordered_at,amount\n1,2026-01-13,10\n", []func(*collect.NewImport){fixed}, 0},
		{"all in yuan", "orders", orders + "1,2026-01-13,10,CNY\n", nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, records *db.DB) {
				d := newDesk(t, records)
				imp := d.text(row.kind, row.csv, row.change...)
				d.is(row.found, "select count(*) from findings where import_id = ? and cause = 'foreign_currency' and field = 'currency' and value <> 'CNY'", imp.ID)
				again := d.text(row.kind, row.csv, row.change...)
				d.is(0, "select count(*) from findings where import_id = ? and cause = 'foreign_currency'", again.ID)
			})
		})
	}
}
