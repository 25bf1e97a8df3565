package customer

import (
	"fmt"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

// A file is applied in batches of some thousand rows; what it ends in must not show where one ends.
func TestImportAcrossBatches(t *testing.T) {
	const rows = 11_000
	var people, purchases strings.Builder
	people.WriteString("id,name,phone\n")
	purchases.WriteString("date,amount,customer id\n")
	for i := range rows {
		fmt.Fprintf(&people, "C%d,林%d,139%08d\n", i%(rows-10), i, i%(rows-10)) // the last ten name the first ten again, otherwise
		fmt.Fprintf(&purchases, "2026-01-02,5,M%d\n", i%(rows-10))
	}
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		dry := func(n *collect.NewImport) { n.DryRun = true }
		d.ended(d.text("customers", people.String(), dry), counts(rows-10, 0, 0, 0, 10))
		d.is(0, "select count(*) from customers")
		first := d.text("customers", people.String())
		d.ended(first, counts(rows-10, 0, 0, 0, 10))
		d.findings(first.ID, map[string]int64{"duplicate_in_file": 10})
		d.ended(d.text("customers", people.String()), counts(0, 0, rows-10, 0, 10))
		d.is(1, "select count(*) from customers where name = '林0'")
		d.is(0, "select count(*) from customers where version > 1")

		d.ended(d.text("orders", purchases.String()), counts(rows, 0, 0, 0, 0))
		d.is(10, "select count(*) from orders where number like '%-2'")
		d.ended(d.text("orders", purchases.String()), counts(0, 0, rows, 0, 0))
		d.is(rows, "select count(*) from orders")
	})
}

// An identity stays with a deleted customer until somebody else comes by it.
func TestImportTakesTheIdentityOfADeletedCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		const file = "id,name,phone\nA,林婉清,13912345521\n"
		d.ended(d.text("customers", file), counts(1, 0, 0, 0, 0))
		if err := records.Write(d.ctx, func(ctx ctx, tx *db.Tx) error {
			_, err := tx.NewRaw("update customers set deleted_at = 1").Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		d.ended(d.text("customers", file), counts(1, 0, 0, 0, 0))
		d.is(1, "select count(*) from identities")
		d.is(1, "select count(*) from identities i join customers c on c.id = i.customer_id where c.deleted_at is null")
		d.ended(d.text("customers", file), counts(0, 0, 1, 0, 0))
	})
}
