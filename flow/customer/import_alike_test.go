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

// Two rows of one file that are one person are told as a pair, in one batch and across two, and done as decided.
func TestImportAlikeWithinAFile(t *testing.T) {
	const twins = "id,name,phone,email,birthday,city,address,company\nB1,林婉清,13600002222,,1991-08-22,上海,南京西路 1266 号 8 楼,\n" +
		"B2,林婉青,,lin@example.com,1991-08-22,上海,南京西路 1266 号 8 楼,沐禾科技\nB3,林婉清,,,1960-02-03,成都,,\n"
	cases := map[string]struct {
		alike     collect.Alike
		counts    collect.Counts
		customers int64
		filled    int64 // of whom the first row tells and the second has filled
	}{
		"nothing decided": {collect.Alike{}, counts(3, 0, 0, 0, 0), 3, 0},
		"keep both":       {collect.Alike{Within: collect.AlikeCreate, Least: 0.9}, counts(3, 0, 0, 0, 0), 3, 0},
		"fill the first":  {collect.Alike{Within: collect.AlikeUpdate, Least: 0.9}, counts(2, 1, 0, 0, 0), 2, 1},
		"skip the second": {collect.Alike{Within: collect.AlikeSkip, Least: 0.9}, counts(2, 0, 0, 0, 1), 2, 0},
		"one by one":      {collect.Alike{Rows: map[string]string{"3": collect.AlikeUpdate}}, counts(2, 1, 0, 0, 0), 2, 1},
		"of the others":   {collect.Alike{Do: collect.AlikeSkip, Least: 0.9}, counts(3, 0, 0, 0, 0), 3, 0},
	}
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		dry := d.text("customers", twins, func(n *collect.NewImport) { n.DryRun = true })
		if a := dry.Alike(); a == nil || a.Found != 0 || a.Within != 1 || a.AboveWithin["0.9"] != 1 || len(a.Rows) != 1 || a.Rows[0].Row != 3 || a.Rows[0].Earlier != 2 {
			t.Fatalf("found %+v", a)
		}
		for name, row := range cases {
			imp := d.text("customers", twins, decided(row.alike))
			t.Log(name)
			d.ended(imp, row.counts)
			d.is(row.customers, "select count(*) from customers")
			d.is(row.filled, "select count(*) from customers where name = '林婉清' and company = '沐禾科技'")
			d.is(row.filled, "select count(*) from contact_points p join contact_points e on e.customer_id = p.customer_id where p.kind = 'phone' and e.kind = 'email'")
			if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
				t.Fatal(err)
			}
			d.is(0, "select count(*) from customers")
		}
	})
}

// A row far down the file knows the one it looks like in a batch that is gone: from memory in a trial, from the records else.
func TestImportAlikeAcrossBatches(t *testing.T) {
	var file strings.Builder
	file.WriteString("id,name,phone,birthday,city,address\nF,林婉清,13600002222,1991-08-22,上海,南京西路 1266 号 8 楼\n")
	for i := range 20_100 {
		fmt.Fprintf(&file, "M%d,客户%d,139%08d,,,\n", i, i, i)
	}
	file.WriteString("L,林婉清,,1991-08-22,上海,南京西路 1266 号 8 楼\n")
	d := newDesk(t, dbtest.SQLite(t))
	dry := d.text("customers", file.String(), func(n *collect.NewImport) { n.DryRun = true })
	if a := dry.Alike(); a == nil || a.Within != 1 || a.Rows[0].Row != 20_103 || a.Rows[0].Earlier != 2 {
		t.Fatalf("found %+v", a)
	}
	imp := d.text("customers", file.String(), decided(collect.Alike{Within: collect.AlikeUpdate, Least: 0.9}))
	d.ended(imp, counts(20_101, 1, 0, 0, 0))
	d.is(2, "select count(*) from identities i join customers c on c.id = i.customer_id where c.name = '林婉清'")
}

// The customers that orders, their lines and relations would make are compared as well, each end of a relation apart.
func TestImportAlikeOfOtherKinds(t *testing.T) {
	const (
		orders    = "订单号,下单时间,订单金额,客户编号,客户姓名,手机,城市\nN1,2026-01-02,5,B1,林婉清,13600002222,上海\nN2,2026-01-03,7,B1,林婉清,13600002222,上海\nN3,2026-01-03,7,B4,周敏,13500003333,上海\n"
		lines     = "订单号,下单时间,SKU,数量,单价,客户编号,客户姓名,手机,城市\nN1,2026-01-02,S1,1,5,B1,林婉清,13600002222,上海\nN1,2026-01-02,S2,1,5,B1,林婉清,13600002222,上海\nN3,2026-01-03,S1,1,7,B4,周敏,13500003333,上海\n"
		relations = "公司名称,公司电话,联系人姓名,联系人手机,联系人生日,联系人地址,职务,订单号,下单时间,订单金额\n" +
			"沐禾科技（杭州）有限公司,0571-88886666,林婉清,13600002222,1991-08-22,南京西路 1266 号 8 楼,经理,N1,2026-01-02,5\n沐禾科技（杭州）有限公司,0571-88886666,周敏,13500003333,,,,N1,2026-01-02,5\n"
	)
	for name, row := range map[string]struct {
		kind, file string
		part       string
		all        collect.Alike // by what every row would be decided alike
		found      int64
		customers  map[string]int64 // how many there are then, by what was decided
		orders     map[string]int64
	}{
		"orders":               {"orders", orders, "", collect.Alike{Least: 0.5}, 1, map[string]int64{"create": 5, "update": 4, "skip": 4}, map[string]int64{"create": 3, "update": 3, "skip": 1}},
		"lines":                {"order_lines", lines, "", collect.Alike{Least: 0.5}, 1, map[string]int64{"create": 5, "update": 4, "skip": 4}, map[string]int64{"create": 2, "update": 2, "skip": 1}},
		"persons of a company": {"relations", relations, "person", collect.Alike{Least: 0.8}, 1, map[string]int64{"create": 6, "update": 5, "skip": 5}, map[string]int64{"create": 1, "update": 1, "skip": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, records *db.DB) {
				d := newDesk(t, records)
				d.text("customers", there+"A3,沐禾,,,,\n")
				for _, act := range []string{"create", "update", "skip"} {
					dry := d.text(row.kind, row.file, func(n *collect.NewImport) { n.DryRun = true })
					if a := dry.Alike(); a == nil || a.Found != row.found || len(a.Rows) != 1 || a.Rows[0].Row != 2 || a.Rows[0].Part != row.part {
						t.Fatalf("found %+v", a)
					}
					row.all.Do = act
					imp := d.text(row.kind, row.file, decided(row.all))
					d.is(row.customers[act], "select count(*) from customers")
					d.is(row.orders[act], "select count(*) from orders")
					if act == "update" {
						d.is(1, "select count(*) from customers where name = '林婉清'")
						d.is(2, "select count(*) from contact_points p join customers c on c.id = p.customer_id where c.name = '林婉清' and p.kind = 'phone'")
					}
					if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
						t.Fatal(err)
					}
					d.is(3, "select count(*) from customers")
					d.is(2, "select count(*) from contact_points")
				}
			})
		})
	}
}
