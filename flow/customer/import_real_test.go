package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
	"guanxi/test/testdata"
)

// The figures of online_retail were counted apart from this program, with csv and decimal of Python:
// amounts are quantity times unit price rounded half away from zero to the penny, line by line.
func TestImportOnlineRetail(t *testing.T) {
	path := testdata.Need(t, "online_retail/online_retail_all.csv.gz")
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		n := collect.NewImport{Kind: "order_lines", Mode: collect.ModeUpsert, Mapping: collect.Mapping{
			Constants: map[string]string{"currency": "GBP", "shop": "giftshop"},
		}}
		first := d.file(path, n)
		if got, want := first.Counts, (collect.Counts{Total: 541909, Processed: 541909, Created: 541909, Findings: first.Findings}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
		d.is(25900, "select count(*) from orders")
		d.is(541909, "select count(*) from order_lines")
		d.is(541909, "select sum(lines) from orders")
		d.is(4372, "select count(*) from customers")
		d.is(4372, "select count(*) from identities where source = 'giftshop'")
		d.is(3710, "select count(*) from orders where customer_id is null")
		d.is(1066668454, "select sum(gross) from orders")
		d.is(91893661, "select sum(refunded) from orders")
		d.is(974774793, "select sum(amount) from order_lines")
		d.is(0, "select count(*) from orders where number like 'C%' and (kind <> 'refund' or gross <> 0)")
		d.is(3836, "select count(*) from orders where number like 'C%'")
		d.is(3836+2104, "select count(*) from orders where kind = 'refund'")
		d.findings(first.ID, map[string]int64{
			"exact_repeat": 5268, "negative_quantity": 10624, "zero_price": 2515, "negative_price": 2,
			"missing_customer": 3710, "missing_product_name": 1454,
		})

		again := d.file(path, n)
		if got, want := again.Counts, (collect.Counts{Total: 541909, Processed: 541909, Unchanged: 541909}); got != want {
			t.Errorf("the same file again: %+v, want %+v", got, want)
		}
		d.is(541909, "select count(*) from order_lines")
		d.is(0, "select count(*) from orders where version > 1")
		d.is(0, "select count(*) from customers where version > 1")

		if _, err := d.engine.Undo(d.ctx, first.ID); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"orders", "order_lines", "customers", "identities", "contact_points", "import_changes"} {
			d.is(0, "select count(*) from "+table)
		}
	})
}

// Counted with awk: 6,919 rows, 2,357 customers, 244,091.94 dollars, 8 rows of nothing.
func TestImportCDNow(t *testing.T) {
	path := testdata.Need(t, "cdnow/CDNOW_sample.txt")
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		n := collect.NewImport{Kind: "orders", Mode: collect.ModeUpsert, Mapping: collect.Mapping{
			Columns:   map[string]string{"1": "customer.external_id", "2": "", "3": "ordered_at", "4": "", "5": "amount"},
			Constants: map[string]string{"currency": "USD", "source": "cdnow"},
		}}
		first := d.file(path, n)
		if first.Created != 6919 || first.Rejected != 0 {
			t.Errorf("%+v", first.Counts)
		}
		d.is(6919, "select count(*) from orders where kind = 'order'")
		d.is(2357, "select count(*) from customers")
		d.is(24409194, "select sum(gross) from orders")
		d.is(8, "select count(*) from orders where gross = 0")
		again := d.file(path, n)
		if again.Unchanged != 6919 {
			t.Errorf("the same file again: %+v", again.Counts)
		}
	})
}
