package schema_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/schema"
)

// until gives the migrations up to a number, as an earlier release had them.
func until(t *testing.T, files fs.FS, number string) fs.FS {
	t.Helper()
	return those(t, files, func(each string) bool { return each <= number })
}

// those gives the migrations whose numbers are wanted.
func those(t *testing.T, files fs.FS, wanted func(number string) bool) fs.FS {
	t.Helper()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	earlier := fstest.MapFS{}
	for _, name := range names {
		if !wanted(name[:5]) {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		earlier[name] = &fstest.MapFile{Data: text}
	}
	return earlier
}

// A number that lands after a higher one reaches those who have the higher one already.
func TestUpgradeInAnyOrder(t *testing.T) {
	for engine, o := range map[string]db.Options{"sqlite": {Dir: t.TempDir()}, "postgres": {PostgresURL: dbtest.PostgresURL(t)}} {
		t.Run(engine, func(t *testing.T) {
			without := func(number string) bool { return number != "00014" }
			for _, o.Schema = range []db.Schema{{SQLite: those(t, schema.SQLite(), without), Postgres: those(t, schema.Postgres(), without)}, dbtest.Schema()} {
				d, err := db.Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// What hangs on customers and orders moves to other tables in migration 3: every value must come along.
func TestUpgradeKeepsWhatHangsOnCustomersAndOrders(t *testing.T) {
	for engine, o := range map[string]func() db.Options{
		"sqlite":   func() db.Options { return db.Options{Dir: t.TempDir()} },
		"postgres": func() db.Options { return db.Options{PostgresURL: dbtest.PostgresURL(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			ctx, options := context.Background(), o()
			options.Schema = db.Schema{SQLite: until(t, schema.SQLite(), "00002"), Postgres: until(t, schema.Postgres(), "00002")}
			open := func() *db.DB {
				d, err := db.Open(ctx, options)
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			old := open()
			if err := old.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				for _, text := range []string{
					"insert into customers (id, name, created_at, updated_at) values (1, '林', 5, 6), (2, '王', 7, 8)",
					"insert into identities values ('s', 'A', 1, 11), ('t', 'A', 2, 12)",
					"insert into contact_points values (9, 2, 'phone', '+8613912345521', '139', true, 'ok', 13), (8, 2, 'email', 'a@b.cn', 'A@b.cn', false, 'invalid', 14)",
					"insert into consents values (4, 1, 'marketing', 'sms', true, 'v1', 'form', 's', 15), (3, 1, 'marketing', 'sms', false, 'v2', 'call', 't', 16)",
					"insert into customer_tags values (1, '金卡', 17), (1, 'VIP', 18)",
					"insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (6, 's', 'N', 'order', 'paid', 1, 1, 2, 3, 'CNY', 4, 5), (7, 't', 'N', 'order', 'paid', null, 1, 2, 3, 'CNY', 4, 5)",
					"insert into order_lines values (6, 2, 'k', 'p', 'c', 'b', 't', 1.5, 1000, 3, 150, 1), (6, 1, 'k', 'p', 'c', 'b', 't', 2, 1000, 0, 200, null)",
				} {
					if _, err := tx.ExecContext(ctx, text); err != nil {
						return fmt.Errorf("%s: %w", text, err)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			before := everything(t, old)
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			options.Schema = dbtest.Schema()
			upgraded := open()
			defer upgraded.Close()
			after := everything(t, upgraded)
			for table, rows := range before {
				if rows == "[]" || after[table] != rows {
					t.Errorf("%s was\n%s\nis\n%s", table, rows, after[table])
				}
			}
		})
	}
}

// everything reads the tables as text, rows in order.
func everything(t *testing.T, d *db.DB) map[string]string {
	t.Helper()
	tables := map[string]string{}
	for table, query := range map[string]string{
		"identities":     "select source, external_id, customer_id, created_at from identities order by source, external_id",
		"contact_points": "select id, customer_id, kind, value, raw, verified, state, created_at from contact_points order by id",
		"consents":       "select id, customer_id, purpose, channel, granted, text_version, proof, source, happened_at from consents order by id",
		"customer_tags":  "select customer_id, tag, created_at from customer_tags order by tag",
		"orders":         "select id, shop, number, customer_id from orders order by id",
		"order_lines": `select order_id, position, sku, product_name, category, brand, tier, quantity, unit_price_micros, discount, amount, import_id
from order_lines order by order_id, position`,
	} {
		var rows []map[string]any
		if err := d.Read().NewRaw(query).Scan(context.Background(), &rows); err != nil {
			t.Fatal(err)
		}
		tables[table] = fmt.Sprint(rows)
	}
	return tables
}

// Whoever kills the program right after it has made its columns can start it again: what a copy of the files holds, no
// matter at which instant, is what a kill leaves.
func TestColumnsOpenAfterAKill(t *testing.T) {
	dir, left := t.TempDir(), t.TempDir()
	store, err := columns.Open(t.Context(), columns.Options{Dir: dir, Schema: schema.Columns()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := os.CopyFS(filepath.Join(left, "data"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	again, err := columns.Open(t.Context(), columns.Options{Dir: filepath.Join(left, "data"), Schema: schema.Columns()})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
