package customer

import (
	"fmt"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

const (
	there = "id,name,phone,birthday,city,address\nA1,林婉清,13912345521,1991-08-22,上海,南京西路 1266 号 8 楼\nA2,单雄信,13700001111,1985-01-02,杭州,文三路 1 号\n"
	// the first two by other phones, the third shares a name alone, the last is somebody else
	alikeRows = "id,name,phone,birthday,city,address\nB1,林婉清,13600002222,1991-08-22,上海,南京西路 1266 号 8 楼\nB2,单雄信,,1985-01-02,杭州,文三路 1 号\nB3,林婉清,,1960-02-03,成都,\nB4,周敏,13500003333,,,\n"
)

func decided(a collect.Alike) func(*collect.NewImport) {
	return func(n *collect.NewImport) { n.Mapping.Options.Alike = a }
}

// What looks like a customer who is there is told before it is brought in, and done as decided, which can be taken back.
func TestImportAlike(t *testing.T) {
	for name, row := range map[string]struct {
		alike     collect.Alike
		counts    collect.Counts
		customers int64
		updated   int64
		skipped   int64
	}{
		"nothing decided":      {collect.Alike{}, counts(4, 0, 0, 0, 0), 6, 0, 0},
		"create anyway":        {collect.Alike{Do: collect.AlikeCreate, Least: 0.5}, counts(4, 0, 0, 0, 0), 6, 0, 0},
		"update above a score": {collect.Alike{Do: collect.AlikeUpdate, Least: 0.9}, counts(2, 2, 0, 0, 0), 4, 2, 0},
		"skip above a score":   {collect.Alike{Do: collect.AlikeSkip, Least: 0.9}, counts(2, 0, 0, 0, 2), 4, 0, 2},
		"one by one":           {collect.Alike{Do: collect.AlikeUpdate, Least: 0.9, Rows: map[string]string{"2": collect.AlikeSkip}}, counts(2, 1, 0, 0, 1), 4, 1, 1},
		"only one":             {collect.Alike{Rows: map[string]string{"3": collect.AlikeUpdate}}, counts(3, 1, 0, 0, 0), 5, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, records *db.DB) {
				d := newDesk(t, records)
				d.text("customers", there)
				dry := d.text("customers", alikeRows, func(n *collect.NewImport) { n.DryRun = true })
				if a := dry.Alike(); a == nil || a.Checked != 4 || a.Found != 2 || a.Above["0.9"] != 2 || len(a.Rows) != 2 || a.Rows[0].Row != 2 || a.Rows[0].Score < 0.9 || len(a.Rows[0].Fields) < 2 {
					t.Fatalf("found %+v", a)
				}
				imp := d.text("customers", alikeRows, decided(row.alike))
				d.ended(imp, row.counts)
				d.is(row.customers, "select count(*) from customers")
				if a := imp.Alike(); a != nil && (a.Updated != row.updated || a.Skipped != row.skipped) || a == nil && row.alike.Decided() {
					t.Errorf("done %+v", a)
				}
				if row.updated == 2 {
					d.is(2, "select count(*) from contact_points p join identities i on i.customer_id = p.customer_id where i.external_id = 'A1' and p.kind = 'phone'")
					d.is(1, "select count(*) from identities b join identities a on a.customer_id = b.customer_id where b.external_id = 'B2' and a.external_id = 'A2'")
				}
				again := d.text("customers", alikeRows, decided(row.alike))
				if again.Created+again.Updated != 0 {
					t.Errorf("the same file again: %+v", again.Counts)
				}
				if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
					t.Fatal(err)
				}
				d.is(2, "select count(*) from customers")
				d.is(2, "select count(*) from identities")
				d.is(2, "select count(*) from contact_points")
			})
		})
	}
}

// Somebody whom the importer may not see is not told of, and many of one name cost no more than a few.
func TestImportAlikeIsBounded(t *testing.T) {
	var many strings.Builder
	many.WriteString("id,name,phone,city\n")
	for i := range 3000 {
		fmt.Fprintf(&many, "M%d,王伟,139%08d,上海\n", i, i)
	}
	d := newDesk(t, dbtest.SQLite(t))
	d.text("customers", many.String())
	d.text("customers", there)
	dry := d.text("customers", strings.ReplaceAll(strings.ReplaceAll(many.String(), "M", "N"), ",139", ",138"), func(n *collect.NewImport) { n.DryRun = true })
	if a := dry.Alike(); a == nil || a.Checked != 3000 {
		t.Errorf("found %+v", a)
	}
	everything := d.ctx
	d.ctx = withActor(everything, anna)
	unseen := d.text("customers", alikeRows, func(n *collect.NewImport) { n.DryRun = true })
	d.ctx = everything
	if a := unseen.Alike(); a == nil || a.Found != 0 {
		t.Errorf("told of others' customers: %+v", a)
	}
}
