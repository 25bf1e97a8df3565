package demo

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// The rows of every table, so that a lost or doubled one shows.
var countedTables = []string{"teams", "staff", "products", "customers", "identities", "contact_points", "consents", "customer_tags",
	"orders", "order_lines", "activities", "segments", "metric_targets", "findings", "sources", "costs"}

func TestRecords(t *testing.T) {
	o := Small()
	o.Customers = 400
	want := generate(t, at(present), o)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := at(present)
		r, err := NewRecords(ctx, d, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := Generate(ctx, o, r); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(ctx); err != nil {
			t.Fatal(err)
		}

		t.Run("every row is there", func(t *testing.T) {
			for table, n := range map[string]int{
				"teams": 3, "staff": 12, "products": 120, "customers": len(want.customers), "identities": len(want.customers),
				"orders": len(want.orders), "activities": len(want.activities), "segments": len(want.segments),
				"findings": len(want.findings), "sources": 4, "costs": spentMonths * len(monthly),
			} {
				if got := number(ctx, t, d, "select count(*) from "+table); got != int64(n) {
					t.Errorf("%d rows in %s, want %d", got, table, n)
				}
			}
			for _, table := range countedTables {
				if number(ctx, t, d, "select count(*) from "+table) == 0 {
					t.Errorf("%s is empty", table)
				}
			}
		})

		t.Run("lines add up to their orders", func(t *testing.T) {
			wrong := number(ctx, t, d, `
select count(*)
from orders o
where gross - refunded <> (select sum(amount) from order_lines l where l.order_id = o.id)
   or lines <> (select count(*) from order_lines l where l.order_id = o.id)`)
			if wrong != 0 {
				t.Errorf("%d orders do not add up", wrong)
			}
		})

		t.Run("the feed is told of every customer, order, follow-up and segment once", func(t *testing.T) {
			for _, subject := range []string{"customers", "orders", "activities", "segments"} {
				rows := number(ctx, t, d, "select count(*) from "+subject)
				length := "json_array_length(ids)"
				if d.Engine() == db.Postgres {
					length = "json_array_length(ids::json)"
				}
				if told := number(ctx, t, d, "select sum("+length+") from feed_entries where subject = ?", subject); told != rows {
					t.Errorf("the feed knows %d of %d %s", told, rows, subject)
				}
			}
		})

		t.Run("the next row gets an id that is free", func(t *testing.T) {
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				for _, noun := range numbered {
					id, err := tx.NextID(ctx, noun)
					if err != nil {
						return err
					}
					if top := number(ctx, t, d, "select max(id) from "+noun); id != top+1 {
						t.Errorf("the next id of %s is %d after %d", noun, id, top)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func number(ctx context.Context, t *testing.T, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := d.Read().NewRaw(query, args...).Scan(ctx, &n); err != nil {
		t.Fatal(query, err)
	}
	return n
}

func TestFillInBulk(t *testing.T) {
	o := Small()
	o.Customers = 300
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := at(present)
		indexes := func() (n int64) {
			return number(ctx, t, d, "select count(*) from ("+secondaryIndexes[d.Engine()]+") i")
		}
		before := indexes()
		if err := fill(ctx, d, o, true); err != nil {
			t.Fatal(err)
		}
		if after := indexes(); after != before || before < 10 {
			t.Errorf("%d indexes, %d before", after, before)
		}
		if n := number(ctx, t, d, "select count(*) from feed_entries"); n != 0 {
			t.Errorf("the feed was told of %d changes", n)
		}
		if wanted, err := Wanted(ctx, d); wanted || err != nil {
			t.Errorf("wanted again: %v, %v", wanted, err)
		}
	})
}

func TestWanted(t *testing.T) {
	d, ctx := dbtest.SQLite(t), at(present)
	if wanted, err := Wanted(ctx, d); !wanted || err != nil {
		t.Errorf("an empty store: %v, %v", wanted, err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("insert into settings (key, value, updated_at) values (?, 'true', 0)", stateKey).Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := Generate(stopped, Small(), &ledger{sum: sha256.New()}); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped run says %v", err)
	}
	if _, err := Wanted(ctx, d); !errors.Is(err, ErrUnfinished) {
		t.Errorf("a company cut short: %v", err)
	}
}
