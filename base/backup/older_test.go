package backup

import (
	"context"
	"path/filepath"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/keys"
)

// A backup of an earlier release is restored by this one: into the tables of then, which are then brought up to date.
func TestAnOlderSchemaIsRestoredAndUpgraded(t *testing.T) {
	const then = 2
	newest, err := newestMigration(dbtest.Schema().SQLite)
	if err != nil || newest <= then {
		t.Fatal(newest, err)
	}
	for engine, url := range map[string]string{"sqlite": "", "postgres": dbtest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) {
			i := &instance{t: t, vault: filepath.Join(t.TempDir(), "vault"), source: Source{Dir: t.TempDir(), PostgresURL: url}}
			if i.keys, err = keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName)); err != nil {
				t.Fatal(err)
			}
			old := dbtest.Schema()
			old.SQLite, old.Postgres = upTo(old.SQLite, then), upTo(old.Postgres, then)
			if i.records, err = db.Open(t.Context(), db.Options{Dir: i.source.Dir, PostgresURL: url, Schema: old}); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = i.records.Close() }()
			i.source.Records = i.records
			if err := i.records.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				for _, statement := range []string{
					"insert into customers (id, name, created_at, updated_at) values (1, '李雷', 1, 1)",
					"insert into identities (source, external_id, customer_id, created_at) values ('shop', 'a', 1, 1)",
					"insert into contact_points (id, customer_id, kind, value, raw, created_at) values (1, 1, 'phone', '+8613800138000', '13800138000', 1)",
				} {
					if _, err := tx.NewRaw(statement).Exec(ctx); err != nil {
						return err
					}
				}
				_, err := tx.NextID(ctx, "customers")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			b := i.take(t)
			if b.Schema != then {
				t.Fatalf("schema %d", b.Schema)
			}
			_, records := i.restore(t, b)
			var value string
			if err := records.Read().NewRaw("select value from contact_points where customer_id = 1").Scan(t.Context(), &value); err != nil || value != "+8613800138000" {
				t.Error(value, err)
			}
			var reached int64
			if err := records.Read().NewRaw("select max(version_id) from goose_db_version").Scan(t.Context(), &reached); err != nil || reached != newest {
				t.Errorf("schema %d after the restore, want %d (%v)", reached, newest, err)
			}
			if err := records.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				id, err := tx.NextID(ctx, "customers")
				if err == nil && id != 2 {
					t.Errorf("the next id is %d, want 2", id)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
}
