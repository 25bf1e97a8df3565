package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
)

func counts(created, updated, unchanged, rejected, duplicates int64) collect.Counts {
	return collect.Counts{Created: created, Updated: updated, Unchanged: unchanged, Rejected: rejected, Duplicates: duplicates}
}

// ended fails the test unless the rows of the import ended so.
func (d *desk) ended(imp collect.Import, want collect.Counts) {
	d.Helper()
	got := imp.Counts
	got.Total, got.Processed, got.Findings = 0, 0, 0
	if got != want {
		d.Errorf("rows ended %+v, want %+v", got, want)
	}
}

func as(mode collect.Mode) func(*collect.NewImport) {
	return func(n *collect.NewImport) { n.Mode = mode }
}

const people = `客户编号,姓名,手机号,邮箱,性别,生日,省份,城市,标签,负责人,短信授权,肤质
M1,林婉清,139 1234 5521,Lin@163.com,女,1991/8/22,沪,上海市,"敏感肌,爱香氛",zhou@muhe.cn,是,dry
M2,单雄信,13900000002,,男,,浙江省,杭州市,,nobody@muhe.cn,,
`

var withSkin = func(n *collect.NewImport) {
	n.Mapping.Columns = map[string]string{"客户编号": "external_id", "姓名": "name", "手机号": "phone", "邮箱": "email", "性别": "gender", "生日": "birthday",
		"省份": "province", "城市": "city", "标签": "tags", "负责人": "owner", "短信授权": "consent.sms", "肤质": "custom.skin"}
}

func TestImportCustomers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		if err := records.Write(d.ctx, func(ctx ctx, tx *db.Tx) error {
			_, err := tx.NewRaw("insert into teams (id, name, created_at) values (7, 'east', 0)").Exec(ctx)
			if err == nil {
				_, err = tx.NewRaw("insert into staff (id, email, name, role, team_id, created_at, updated_at) values (5, 'zhou@muhe.cn', '周敏', 'sales', 7, 0, 0)").Exec(ctx)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		first := d.text("customers", people, withSkin)
		d.ended(first, counts(2, 0, 0, 0, 0))
		d.findings(first.ID, map[string]int64{"owner_unknown": 1})
		d.is(1, `select count(*) from customers where name = '林婉清' and name_key = 'linwanqing' and gender = 'female' and birthday = '1991-08-22'
and province = '上海' and city = '上海' and owner_id = 5 and team_id = 7 and custom = '{"skin":"dry"}' and created_import_id = ?`, first.ID)
		d.is(1, "select count(*) from customers where name_key = 'shanxiongxin' and province = '浙江' and city = '杭州' and owner_id is null")
		d.is(1, "select count(*) from contact_points where kind = 'phone' and value = '+8613912345521'")
		d.is(1, "select count(*) from contact_points where kind = 'email' and value = 'lin@163.com'")
		d.is(2, "select count(*) from customer_tags")
		d.is(1, "select count(*) from consents where channel = 'sms' and granted")
		d.is(2, "select count(*) from identities where source = 'import'")
		d.is(1, "select count(*) from audit_entries where action = 'import.applied'")

		t.Run("the same file again changes nothing", func(t *testing.T) {
			d.T = t
			again := d.text("customers", people, withSkin)
			d.ended(again, counts(0, 0, 2, 0, 0))
			d.findings(again.ID, map[string]int64{})
			d.is(1, "select count(*) from consents")
			d.is(0, "select count(*) from customers where version > 1")
			d.is(1, "select count(*) from audit_entries where action = 'import.applied'")
		})
		t.Run("empty cells leave what is there, full ones change it, and undo puts it back", func(t *testing.T) {
			d.T = t
			imp := d.text("customers", "客户编号,姓名,邮箱,标签,肤质\nM1,,new@163.com,囤货,oily\n", withSkin2)
			d.ended(imp, counts(0, 1, 0, 0, 0))
			d.is(1, `select count(*) from customers where name = '林婉清' and custom = '{"skin":"oily"}' and version = 2`)
			d.is(2, "select count(*) from contact_points where kind = 'email'")
			d.is(3, "select count(*) from customer_tags")
			if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
				t.Fatal(err)
			}
			d.is(1, `select count(*) from customers where name = '林婉清' and custom = '{"skin":"dry"}' and version = 3`)
			d.is(1, "select count(*) from contact_points where kind = 'email' and value = 'lin@163.com'")
			d.is(1, "select count(*) from contact_points where kind = 'email'")
			d.is(2, "select count(*) from customer_tags")
			d.is(2, "select count(*) from identities")
			d.is(1, "select count(*) from consents")
		})
		t.Run("a known phone or mail is a known customer, and the new key is kept", func(t *testing.T) {
			d.T = t
			imp := d.text("customers", "id,name,phone,email\nW9,林婉清,+8613912345521,\n,单雄信,,x@163.com\n", func(n *collect.NewImport) {
				n.Mapping.Constants = map[string]string{"source": "wechat"}
			})
			d.ended(imp, counts(1, 1, 0, 0, 0))
			d.is(1, "select count(*) from identities i join customers c on c.id = i.customer_id where i.source = 'wechat' and i.external_id = 'W9' and c.name = '林婉清'")
		})
		t.Run("keys of two customers are a finding, the strongest key wins", func(t *testing.T) {
			d.T = t
			imp := d.text("customers", "id,name,phone\nM2,单雄信,13912345521\n")
			d.findings(imp.ID, map[string]int64{"identity_conflict": 1})
			d.is(3, "select count(*) from contact_points where kind = 'phone'")
			d.is(1, "select count(*) from contact_points p join customers c on c.id = p.customer_id where p.value = '+8613912345521' and c.name = '单雄信'")
		})
	})
}

func withSkin2(n *collect.NewImport) {
	n.Mapping.Columns = map[string]string{"客户编号": "external_id", "姓名": "name", "邮箱": "email", "标签": "tags", "肤质": "custom.skin"}
}

func TestImportCustomersRows(t *testing.T) {
	for _, row := range []struct {
		name, csv string
		mode      collect.Mode
		want      collect.Counts
		findings  map[string]int64
		customers int64
	}{
		{"the first row of a customer writes, later ones are duplicates", "id,name,phone\nA,林一,13900000001\nA,林二,13900000001\nB,林三,13900000001\n", "",
			counts(1, 0, 0, 0, 2), map[string]int64{"duplicate_in_file": 2}, 1},
		{"a phone that is none is kept and found", "id,name,phone,email\nA,林一,12345,lin@\n", "", counts(1, 0, 0, 0, 0), map[string]int64{"phone_unreadable": 1, "email_unreadable": 1}, 1},
		{"a row without anything to know by is refused", "id,name,phone,city\n,,,上海\n", "", counts(0, 0, 0, 1, 0), nil, 0},
		{"names alone make customers, exact doubles are one", "name,city\n林一,上海\n林一,北京\n林一,上海\n", "", counts(2, 0, 0, 0, 1), map[string]int64{"duplicate_in_file": 1}, 2},
		{"update makes nobody", "id,name\nA,林一\n", collect.ModeUpdate, counts(0, 0, 0, 1, 0), nil, 0},
		{"an unreadable birthday is found, not fatal", "id,name,生日\nA,林一,昨天\nB,林二,1990-01-01\nC,林三,1990-01-02\n", "", counts(3, 0, 0, 0, 0), map[string]int64{"date_unreadable": 1}, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, records *db.DB) {
				d := newDesk(t, records)
				mode := row.mode
				if mode == "" {
					mode = collect.ModeUpsert
				}
				imp := d.text("customers", row.csv, as(mode))
				d.ended(imp, row.want)
				d.findings(imp.ID, row.findings)
				d.is(row.customers, "select count(*) from customers")
				dry := d.text("customers", row.csv, as(mode), func(n *collect.NewImport) { n.DryRun = true })
				if dry.Created != 0 && row.customers > 0 {
					t.Errorf("a dry run over the same rows would create %d", dry.Created)
				}
				d.is(row.customers, "select count(*) from customers")
				again := d.text("customers", row.csv, as(mode))
				if again.Created+again.Updated != 0 {
					t.Errorf("the same file again: %+v", again.Counts)
				}
			})
		})
	}
}

func TestImportCustomersCreateOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		d.text("customers", "id,name\nA,林一\n")
		imp := d.text("customers", "id,name\nA,林二\nB,林三\n", as(collect.ModeCreate))
		d.ended(imp, counts(1, 0, 0, 0, 1))
		d.is(1, "select count(*) from customers where name = '林一' and version = 1")
	})
}

// A salesperson may not write another's customer by way of a file.
func TestImportKeepsToScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		d.text("customers", "id,name,phone\nA,林一,13900000001\n")
		everything := d.ctx
		d.ctx = withActor(everything, anna)
		imp := d.text("customers", "id,name,phone\nA,换名,13900000001\n")
		d.ctx = everything
		d.ended(imp, counts(0, 0, 0, 1, 0))
		d.is(1, "select count(*) from customers where name = '林一' and version = 1")
	})
}

func TestUndoKeepsWhatPeopleChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		d := newDesk(t, records)
		imp := d.text("customers", "id,name\nA,林一\nB,林二\nC,林三\n")
		store := New(records)
		name := Text{Sent: true, Value: "林一改"}
		if err := store.Change(d.ctx, d.one("select customer_id from identities where external_id = 'A'"), "", &CustomerFields{Name: name}); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Log(d.ctx, d.one("select customer_id from identities where external_id = 'B'"), NewActivity{Kind: "note", Content: "x"}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.engine.Undo(d.ctx, imp.ID); err != nil {
			t.Fatal(err)
		}
		d.is(2, "select count(*) from customers where name in ('林一改', '林二') and created_import_id is null")
		d.is(0, "select count(*) from customers where name = '林三'")
		d.is(0, "select count(*) from identities where external_id = 'C'")
		d.findings(imp.ID, map[string]int64{"changed_since_import": 2})
	})
}
