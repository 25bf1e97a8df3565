package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

// Imports that follow each other can be taken back last first, each bringing back what was before it, until nothing is
// left; a record that somebody has changed in between stays.
func TestUndoLastFirst(t *testing.T) {
	files := []struct{ kind, csv string }{
		{"customers", "external_id,name,city\nk1,林一,上海\nk2,周二,上海\n"},
		{"customers", "external_id,city\nk1,北京\n"},
		{"customers", "external_id,city\nk1,广州\n"},
		{"orders", "order_number,ordered_at,amount\nO1,2026-01-02,10\n"},
		{"orders", "order_number,ordered_at,amount\nO1,2026-01-02,11\n"},
		{"products", "sku,name\nS1,Soap\n"},
		{"products", "sku,name\nS1,Fine soap\n"},
	}
	take := func(d *desk) (imports []collect.Import) {
		for _, f := range files {
			imports = append(imports, d.text(f.kind, f.csv, func(n *collect.NewImport) { n.Mapping.Constants = constantsOf(f.kind) }))
		}
		return imports
	}
	back := func(d *desk, i collect.Import) {
		d.Helper()
		if _, err := d.engine.Undo(d.ctx, i.ID); err != nil {
			d.Fatal(err)
		}
	}
	t.Run("until nothing is left", func(t *testing.T) {
		dbtest.Each(t, func(t *testing.T, records *db.DB) {
			d := newDesk(t, records)
			imports := take(d)
			back(d, imports[6])
			d.is(1, "select count(*) from products where name = 'Soap'")
			back(d, imports[5])
			back(d, imports[4])
			d.is(1000, "select gross from orders")
			back(d, imports[3])
			back(d, imports[2])
			d.is(1, "select count(*) from customers where city = '北京'")
			back(d, imports[1])
			d.is(2, "select count(*) from customers where city = '上海'")
			back(d, imports[0])
			for _, table := range []string{"customers", "identities", "orders", "products", "import_changes"} {
				d.is(0, "select count(*) from "+table)
			}
			d.is(0, "select count(*) from findings where cause = 'changed_since_import'")
		})
	})
	t.Run("but for what somebody has changed", func(t *testing.T) {
		dbtest.Each(t, func(t *testing.T, records *db.DB) {
			d := newDesk(t, records)
			imports := take(d)
			back(d, imports[2])
			if _, err := records.Pool().ExecContext(d.ctx, "update customers set city = '成都', version = version + 1 where city = '北京'"); err != nil {
				t.Fatal(err)
			}
			back(d, imports[1])
			back(d, imports[0])
			d.is(1, "select count(*) from customers")
			d.is(1, "select count(*) from customers where city = '成都'")
		})
	})
}

func constantsOf(kind string) map[string]string {
	if kind == "customers" {
		return map[string]string{"source": "till"}
	}
	return nil
}
