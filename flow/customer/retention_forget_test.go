package customer

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// What a retention has taken away cannot come back by taking an import, an edit, a repair or a merge back.
func TestExpiredValuesLeaveBeforeImages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := guard.System(t.Context())
		whole, err := json.Marshal(struct {
			Customer Customer
			Tags     []string
		}{Customer{ID: 1, Name: "Wang", Birthday: new("1990-01-01"), Gender: GenderFemale, Company: "Acme", Custom: `{"hobby":"chess","level":"gold"}`}, []string{"a"}})
		if err != nil {
			t.Fatal(err)
		}
		change := func(fn func(ctx context.Context, tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		change(func(ctx context.Context, tx *db.Tx) error {
			for _, row := range []struct {
				text string
				args []any
			}{
				{"insert into customers (id, kind, name, created_at, updated_at) values (1, 'person', 'Wang', 1, 1), (2, 'person', 'Li', 1, 1)", nil},
				{"insert into imports (id, kind, mode, state, file_name, stored_as, file_size, file_sha256, mapping, created_at) values (1, 'customers', 'upsert', 'done', 'f', 'f', 1, '', '{}', 1)", nil},
				{"insert into import_changes (import_id, subject_type, subject_id, before, after_version) values (1, 'customer', 1, ?, 1), (1, 'customer', 2, ?, 1)", []any{string(whole), string(whole)}},
				{"insert into bulk_edits (id, kind, what, chosen, state, targets, total, actor, actor_key, created_at) values (1, 'field', '{}', '{}', 'done', ?, 1, '{}', '', 1)", []any{[]byte{}}},
				{"insert into bulk_changes (edit_id, customer_id, before) values (1, 1, ?)", []any{`{"birthday":["1990-01-01","1990-02-02"],"company":["Acme",""],"custom.hobby":["chess","go"]}`}},
				{"insert into merges (id, kept_id, merged_id, moved, created_at) values (1, 2, 1, ?, 1)", []any{`{"took":[{"field":"birthday","before":"1990-01-01","after":"1990-02-02"},{"field":"custom.hobby","before":"chess","after":""},{"field":"company","before":"Acme","after":"B"}]}`}},
			} {
				if _, err := tx.NewRaw(row.text, row.args...).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		change(func(ctx context.Context, tx *db.Tx) error {
			for _, name := range []string{"birthday", "gender", "custom.hobby"} {
				if err := forgetValues(ctx, tx, name, []int64{1}); err != nil {
					return err
				}
			}
			return nil
		})
		var held, other string
		if err := d.Read().NewRaw("select (select before from import_changes where subject_id = 1) || (select before from bulk_changes) || (select moved from merges)").Scan(ctx, &held); err != nil {
			t.Fatal(err)
		}
		for _, gone := range []string{"1990", "chess", GenderFemale} {
			if strings.Contains(held, gone) {
				t.Errorf("%s is still held: %s", gone, held)
			}
		}
		if strings.Count(held, "Acme") != 3 || !strings.Contains(held, "gold") || !strings.Contains(held, "Wang") {
			t.Errorf("more is gone than was due: %s", held)
		}
		var kept struct{ Customer Customer }
		text, _, _ := strings.Cut(held, `{"company"`)
		if err := json.Unmarshal([]byte(text), &kept); err != nil || kept.Customer.Birthday != nil || kept.Customer.Gender != GenderUnknown {
			t.Errorf("%+v %v", kept, err)
		}
		if err := d.Read().NewRaw("select before from import_changes where subject_id = 2").Scan(ctx, &other); err != nil || !strings.Contains(other, "1990-01-01") {
			t.Errorf("another's is gone: %s %v", other, err)
		}
	})
}
