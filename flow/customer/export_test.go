package customer

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// office is a desk with a store over the same records, from which tables are taken out.
type office struct {
	*desk
	store *Store
	dir   string
}

func newOffice(t *testing.T, d *db.DB) *office {
	o := &office{desk: newDesk(t, d), store: New(d), dir: t.TempDir()}
	if err := o.store.ExportTo(o.dir); err != nil {
		t.Fatal(err)
	}
	o.reload()
	return o
}

// reload makes everybody see the fields as they are now.
func (o *office) reload() {
	o.Helper()
	for _, f := range []*Fields{o.own, o.store.fields} {
		if err := f.Load(context.Background()); err != nil {
			o.Fatal(err)
		}
	}
	o.ctx = field.With(o.ctx, o.own.Set)
}

// out takes a table out and gives where it lies.
func (o *office) out(n NewExport) (Export, string) {
	o.Helper()
	if n.Reason == "" {
		n.Reason = "a test"
	}
	path := filepath.Join(o.TempDir(), "out."+n.Format)
	e, err := o.store.ExportFile(o.ctx, n, path, nil)
	if err != nil {
		o.Fatal(err)
	}
	return e, path
}

func table(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// awkward are names that spreadsheets and importers would like to take for something else.
var awkward = []string{"=cmd|'/c calc'!A1", "+1+1", "-2-3", "@SUM(A1)", "'=1", "''quoted", "null", "None", "-", "O'Neil", "林,婉清", "a\"b", "two\nlines", "0123", "'", "N/A", "x'; drop table customers--"}

// fill puts a small company in: awkward names, one phone of two people, several identities, tags with commas, every type of
// field, orders with and without lines, refunds, an order of nobody.
func (o *office) fill() {
	o.Helper()
	for _, f := range []field.Field{
		{Key: "note", Type: "text", Label: field.Label{Chinese: "x'; drop table customers--", English: "x'; drop table customers--"}},
		{Key: "points", Type: "number", Label: field.Label{Chinese: "手机", English: "Phone"}}, // called like a field of ours
		{Key: "limit", Type: "money", Unit: "CNY", Label: field.Label{Chinese: "额度", English: "Limit"}},
		{Key: "since", Type: "day", Label: field.Label{Chinese: "始于", English: "Since"}},
		{Key: "feast", Type: "month_day", Label: field.Label{Chinese: "纪念日", English: "Feast"}},
		{Key: "skin", Type: "choice", Label: field.Label{Chinese: "肤质", English: "Skin"}, Values: []field.Value{
			{Value: "dry", Label: field.Label{Chinese: "干性", English: "Dry"}}, {Value: "oily", Label: field.Label{Chinese: "油性", English: "Oily"}}}},
		{Key: "likes", Type: "choices", Label: field.Label{Chinese: "喜好", English: "Likes"}, Values: []field.Value{
			{Value: "tea", Label: field.Label{Chinese: "茶", English: "Tea"}}, {Value: "wine", Label: field.Label{Chinese: "酒", English: "Wine"}}}},
		{Key: "vip", Type: "boolean", Label: field.Label{Chinese: "贵宾", English: "VIP"}},
		{Key: "desk", Type: "phone", Label: field.Label{Chinese: "座机", English: "Desk"}},
		{Key: "friend", Type: "customer", Label: field.Label{Chinese: "介绍人", English: "Introduced by"}},
	} {
		o.add(f)
	}
	o.reload()
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"external_id", "name", "phone", "email", "birthday", "gender", "tags", "city", "created_at", "custom.note", "custom.points", "custom.limit",
		"custom.since", "custom.feast", "custom.skin", "custom.likes", "custom.vip", "custom.desk", "consent.sms", "kind"})
	for i, name := range awkward {
		if name == "null" || name == "None" || name == "-" || name == "N/A" || strings.HasPrefix(name, "'") {
			name = "'" + name
		}
		_ = w.Write([]string{fmt.Sprint("M", i), name, fmt.Sprint("1390000", 1000+i), fmt.Sprint("a", i, "@shop.example"), "1990-02-0" + fmt.Sprint(1+i%9), []string{"女", "男", ""}[i%3],
			"老客;vip", "杭州", fmt.Sprintf("2024-03-01 10:00:%02d.%03d", i, i*7), "note " + name, fmt.Sprint(float64(i) / 3), fmt.Sprint(i, ".5"), "2020-01-01", "03-08", "干性", "茶;酒", "是", "010-6552 9988", "是", []string{"", "企业"}[i%2]})
	}
	w.Flush()
	o.text("customers", b.String())
	o.text("customers", "external_id,name,phone\nS1,家人,13900009999\n", func(n *collect.NewImport) {
		n.Mode, n.Mapping.Constants = collect.ModeCreate, map[string]string{"source": "shop"}
	})
	o.exec("insert into customers (id, name, name_key, created_at, updated_at) values (900, '同号', 'tonghao', 1700000000000, 1700000000000)")
	o.exec("insert into contact_points (id, customer_id, kind, value, raw, created_at) values (900, 900, 'phone', '+8613900001000', '13900001000', 1), (901, 900, 'phone', '+8613911112222', '13911112222', 2)")
	o.exec("insert into customer_tags (customer_id, tag, created_at) values (900, 'a, b', 1), (900, 'c', 2)")
	o.exec("update customers set custom = '{\"friend\":\"900\"}' where name = '0123'")
	o.text("order_lines", "order_number,ordered_at,sku,product_name,quantity,unit_price,discount,customer.external_id,shop,status\n"+
		"1,2026-01-13 08:30,A,甲,2,10.005,1,M1,天猫,已付款\n1,2026-01-13 08:30,B,乙,1,5.00,,M1,天猫,已付款\n1,2026-01-13 08:30,B,乙,1,5.00,,M1,天猫,已付款\n"+
		"2,2026-02-01,A,甲,-1,10.00,,M1,天猫,已退款\n3,2026-02-02,=C,\"+丙\",0.5,3,,,天猫,\n")
	o.text("orders", "order_number,ordered_at,amount,customer.external_id,shop\n10,2026-03-01,99.90,M2,门店\n11,2026-03-02,-20,M2,门店\n12,2026-03-03,50,M3,门店\n12,2026-03-03,-10,M3,门店\n")
	o.text("products", "sku,name,price,active\nA,甲,10.005,1\n=C,+丙,,0\n")
}

// add defines a field for everybody.
func (o *office) add(f field.Field) {
	o.Helper()
	d := FieldDraft{Label: f.Label, AppliesTo: "both", Unit: f.Unit, Purpose: "test", Sensitivity: field.Normal, Values: f.Values}
	if err := o.own.Define(o.ctx, f.Key, f.Type, d); err != nil {
		o.Fatal(f.Key, err)
	}
}

func (o *office) exec(text string) {
	o.Helper()
	if err := o.db.Write(o.ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Do(ctx, text); return err }); err != nil {
		o.Fatal(err)
	}
}

// picture tells all customers and orders, without ids.
func (o *office) picture() (lines []string) {
	o.Helper()
	for _, query := range []string{
		`select 'customer|' || c.kind || '|' || c.name || '|' || c.gender || '|' || coalesce(c.birthday, '') || '|' || c.city || '|' || c.lifecycle_stage || '|' || c.source || '|' || cast(c.created_at as text)
 || '|' || (case when c.custom like '%friend%' then (select f.name from customers f where cast(f.id as text) = replace(replace(c.custom, '{"friend":"', ''), '"}', '')) else c.custom end) from customers c`,
		`select 'point|' || c.name || '|' || p.kind || '|' || p.value || '|' || p.state from contact_points p join customers c on c.id = p.customer_id`,
		`select 'tag|' || c.name || '|' || t.tag from customer_tags t join customers c on c.id = t.customer_id`,
		`select 'identity|' || c.name || '|' || i.source || '|' || i.external_id from identities i join customers c on c.id = i.customer_id where i.source not like 'guanxi:%' and i.external_id not like '#%'`,
		`select 'consent|' || c.name || '|' || s.channel || '|' || (case when s.granted then 'yes' else 'no' end) from consents s join customers c on c.id = s.customer_id`,
		`select 'order|' || o.shop || '|' || o.number || '|' || o.kind || '|' || o.status || '|' || coalesce(c.name, '') || '|' || cast(o.ordered_at as text) || '|' || cast(o.gross as text) || '|' || cast(o.refunded as text)
 || '|' || o.currency || '|' || cast(o.lines as text) from orders o left join customers c on c.id = o.customer_id`,
		`select 'line|' || o.number || '|' || cast(l.position as text) || '|' || l.sku || '|' || l.product_name || '|' || cast(l.unit_price_micros as text) || '|' || cast(l.discount as text) || '|' || cast(l.amount as text)
 from order_lines l join orders o on o.id = l.order_id`,
		`select 'product|' || sku || '|' || name || '|' || coalesce(cast(price as text), '') || '|' || (case when active then 'yes' else 'no' end) from products`,
	} {
		var some []string
		if err := o.db.Read().NewRaw(query).Scan(o.ctx, &some); err != nil {
			o.Fatal(err)
		}
		lines = append(lines, some...)
	}
	slices.Sort(lines)
	return lines
}

// What is taken out of one instance and brought into an empty one on the other engine is the same; brought into the same
// instance again it changes nothing.
func TestExportRoundTrip(t *testing.T) {
	for _, format := range []string{"csv", "xlsx"} {
		for _, language := range []string{"zh-CN", "en-US"} {
			t.Run(format+" "+language, func(t *testing.T) {
				dbtest.Each(t, func(t *testing.T, d *db.DB) {
					from := newOffice(t, d)
					from.fill()
					before := from.picture()
					files := map[string]string{}
					for _, kind := range []string{"products", "customers", "order_lines", "orders"} {
						_, files[kind] = from.out(NewExport{Kind: kind, Format: format, Language: language})
					}
					t.Run("into the other engine", func(t *testing.T) {
						other := dbtest.SQLite
						if d.Engine() == db.SQLite {
							other = dbtest.Postgres
						}
						to := newOffice(t, other(t))
						for _, f := range from.own.Set().Live() {
							to.add(*f)
						}
						to.reload()
						for _, kind := range []string{"products", "customers", "customers", "order_lines", "orders"} { // twice: references to those who come later
							imp := to.file(files[kind], collect.NewImport{Kind: kind})
							if imp.Rejected > 0 {
								t.Errorf("%s: %+v", kind, imp.Counts)
							}
						}
						if after := to.picture(); !slices.Equal(before, after) {
							for _, line := range before {
								if !slices.Contains(after, line) {
									t.Errorf("lost:  %q", line)
								}
							}
							for _, line := range after {
								if !slices.Contains(before, line) {
									t.Errorf("added: %q", line)
								}
							}
						}
					})
					for kind, file := range files {
						imp := from.file(file, collect.NewImport{Kind: kind})
						if imp.Unchanged != imp.Total || imp.Total == 0 {
							t.Errorf("%s again: %+v, want all unchanged", kind, imp.Counts)
						}
					}
					if again := from.picture(); !slices.Equal(before, again) {
						t.Error("bringing in what was taken out changed something")
					}
				})
			})
		}
	}
}

func TestExportIsSafeInSpreadsheets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.fill()
		_, path := o.out(NewExport{Kind: "customers", Format: "csv"})
		for n, row := range table(t, path) {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && !plainNumber(cell) {
					t.Errorf("row %d: %q would be run", n, cell)
				}
			}
		}
		e, path := o.out(NewExport{Kind: "customers", Format: "xlsx", Language: "zh-CN", Reason: "=月报"})
		book, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		properties, err := book.GetDocProps()
		if err != nil || !strings.HasSuffix(properties.Identifier, fmt.Sprint("-", e.ID)) || !strings.Contains(properties.Description, "guanxi") {
			t.Errorf("properties %+v %v", properties, err)
		}
		note, err := book.GetRows("导出说明")
		if err != nil || !strings.Contains(fmt.Sprint(note), "导出原因：=月报") {
			t.Errorf("note %v %v", note, err)
		}
		if footer, err := book.GetHeaderFooter("Data"); err != nil || !strings.Contains(footer.OddFooter, fmt.Sprint(e.ID)) {
			t.Errorf("footer %+v %v", footer, err)
		}
		rows, err := book.GetRows("Data")
		if err != nil || len(rows) != 1+len(awkward)+2 {
			t.Fatalf("%d rows %v", len(rows), err)
		}
		for n, row := range rows {
			for i := range row {
				at, _ := excelize.CoordinatesToCellName(i+1, n+1)
				if formula, _ := book.GetCellFormula("Data", at); formula != "" {
					t.Errorf("%s is a formula: %s", at, formula)
				}
			}
		}
	})
}

func plainNumber(text string) bool {
	return strings.Trim(text, "+-.0123456789") == ""
}

// What the asker may not see is not offered, what is masked comes out masked, and only rows within reach come out at all.
func TestExportRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.fill()
		o.exec("insert into teams (id, name, created_at) values (1, '一队', 0)")
		o.exec("insert into staff (id, email, name, role, team_id, created_at, updated_at) values (7, 'm@shop.example', '经理', 'manager', 1, 0, 0)")
		o.exec("update customers set team_id = 1 where name in ('O''Neil', '林,婉清')")
		team := int64(1)
		boss := o.ctx
		o.ctx = withActor(o.ctx, guard.Actor{StaffID: 7, Name: "经理", Role: "manager", TeamID: &team})
		_, path := o.out(NewExport{Kind: "customers", Format: "csv", Language: "en-US"})
		rows := table(t, path)
		if len(rows) != 3 {
			t.Fatalf("%d rows, want the two of the team and the header", len(rows))
		}
		phone := slices.Index(rows[0], "Phone (masked)")
		if phone < 0 {
			t.Fatalf("header %v", rows[0])
		}
		if text := fmt.Sprint(rows); strings.Contains(text, "13900001009") || !strings.Contains(rows[1][phone], "*") {
			t.Errorf("a phone number is not masked: %q", rows[1][phone])
		}
		guessed, _ := collect.Guess(o.store.kindOf("customers"), rows[0], nil)
		if to := guessed["Phone (masked)"]; to != "" {
			t.Errorf("a masked column would be imported as %s", to)
		}
		o.ctx = boss
		for _, row := range []struct {
			name  string
			actor guard.Actor
			n     NewExport
			kind  fault.Kind
		}{
			{"sales may not export", guard.Actor{StaffID: 7, Name: "s", Role: "sales"}, NewExport{Kind: "customers", Reason: "r"}, fault.KindForbidden},
			{"without a reason nothing goes out", guard.Actor{StaffID: 7, Name: "m", Role: "manager", TeamID: &team}, NewExport{Kind: "customers", Reason: " "}, fault.KindInvalid},
			{"an unknown field is refused", guard.Actor{StaffID: 7, Name: "m", Role: "manager", TeamID: &team}, NewExport{Kind: "customers", Reason: "r", Fields: []string{"name; drop"}}, fault.KindInvalid},
			{"a field twice is refused", guard.Actor{StaffID: 7, Name: "m", Role: "manager", TeamID: &team}, NewExport{Kind: "customers", Reason: "r", Fields: []string{"name", "name"}}, fault.KindInvalid},
		} {
			before := o.one("select count(*) from exports")
			if _, err := o.store.newExport(withActor(o.ctx, row.actor), row.n); !fault.Is(err, row.kind) {
				t.Errorf("%s: %v", row.name, err)
			}
			o.is(before, "select count(*) from exports")
		}
		o.is(2, "select count(*) from audit_entries where subject_type = 'export' and action in ('export.created', 'export.done')")
	})
}

// Who has left, or lost the right, gets nothing out any more, even if the export was asked for before.
func TestExportOfOneWhoLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.text("customers", "id,name\nM1,林婉清\n")
		o.exec("insert into staff (id, email, name, role, created_at, updated_at) values (7, 'm@shop.example', '经理', 'manager', 0, 0)")
		for _, change := range []string{"update staff set role = 'sales' where id = 7", "update staff set active = false where id = 7"} {
			e, err := o.store.newExport(withActor(o.ctx, guard.Actor{StaffID: 7, Name: "经理", Role: "manager"}), NewExport{Kind: "customers", Reason: "r"})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Write(o.ctx, func(ctx context.Context, tx *db.Tx) error { return insertExport(ctx, tx, &e) }); err != nil {
				t.Fatal(err)
			}
			o.exec(change)
			if err := o.store.runExport(o.ctx, e.ID); err != nil {
				t.Fatal(err)
			}
			if e, err = findExport(o.ctx, d.Read(), e.ID); err != nil || e.State != ExportFailed || e.StoredAs != "" {
				t.Errorf("%s: %+v %v", change, e, err)
			}
		}
		if left, _ := os.ReadDir(o.dir); len(left) != 0 {
			t.Errorf("files are left: %v", left)
		}
	})
}
